/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
#include <stdbool.h>
#include "base/arena.h"
#include "base/form.h"
#include "base/json.h"
#include "db/db.h"
/*
 * Where somebody lives, as the answer to a question of a survey or a sign-up: {"postcode",
 * "district" (its id as text), "text"}.  What questionnaire.h cannot know: the districts.
 */

/* Into the form, for each address among these questions, the districts that it may name, those of its
 * postcode first.  reading: an address that was just read gets the district that its postcode has alone,
 * and what is wrong is said; of a wrong postcode nothing more. */
enum err address_show(struct db *, struct arena *, struct form *, const json_t *questions, json_t *answers, bool reading) MUST_USE;

/* The same for all addresses of a document, without a form.  ERR_INVALID: *problem is the code of one
 * that will not do. */
enum err address_settle(struct db *, const json_t *document, json_t *answers, const char **problem) MUST_USE;

/* Appends the name of its district to lines, if it has one that there is. */
enum err address_name(struct db *, const json_t *answer, json_t *lines) MUST_USE;
