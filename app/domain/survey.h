/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
#include <jansson.h>
#include <stdbool.h>
#include "base/arena.h"
#include "base/err.h"
#include "db/db.h"
#include "domain/edition.h"
/*
 * Surveys as everybody meets them.  A survey is handed about as the JSON that query
 * survey_public makes: what it is for, whether it is open, and the document that is
 * answered (domain/questionnaire.h).
 */

/* {"open": […], "published": […]} */
enum err survey_list(struct db *, const char *language, json_t **out) MUST_USE;

/* Asks for one; *out is there after the next flush.  ERR_NOT_FOUND then: there is none, or
 * it is not published.  dates: with those between which it is open, in words. */
enum err survey_ask(struct db *, int64_t survey, const char *language, bool dates, json_t **out) MUST_USE;
/* The same without dates, and without the questions if this worker knows them: then, after
 * the flush, editions_meet puts them there. */
enum err survey_ask_known(struct db *, const struct editions *, int64_t survey, json_t **out) MUST_USE;

/* A text of it ("title", "purpose", "readers", "thanks") in this language, else in Japanese. */
const char *survey_text(const json_t *survey, const char *key, const char *language);

/* Answers that were sent may be changed now: also where as many have answered as may, for it is one less and one more. */
bool survey_changes(const json_t *survey);

/* The questions have room on one page: five at most, and none depends on another one. */
bool survey_together(const json_t *document);

/* Whether each file of these answers is there and was sent for this survey.  ERR_INVALID: *problem. */
enum err survey_files(struct db *, struct arena *, int64_t survey, const json_t *document, const json_t *answers,
    const char **problem) MUST_USE;
/* They were sent with an answer, and stay. */
enum err survey_files_keep(struct db *, struct arena *, int64_t survey, const json_t *document, const json_t *answers) MUST_USE;
/* Those that an answer had and has no more, now that it was changed, go. */
enum err survey_files_loosen(struct db *, struct arena *, int64_t survey, const json_t *was, const json_t *answers,
    const json_t *document) MUST_USE;
