/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
#include <jansson.h>
#include "base/arena.h"
#include "db/db.h"
#include "domain/vault.h"
/*
 * Those who signed up for an event, as the desk sees them.
 */

/* [{id, number, state, people, name, kana, email, phone, channel, waiting, begins, datetime, quotas}]. */
enum err applicant_list(struct db *, const struct vault *, struct arena *, int64_t event, const char *lang, json_t **out) MUST_USE;
/* 承認制, or somebody who waits.  ERR_GONE: no seat is left.  ERR_CONFLICT: decided already. */
enum err applicant_decide(struct db *, int64_t event, int64_t application, bool yes) MUST_USE;
/* ERR_CONFLICT: it was over. */
enum err applicant_cancel(struct db *, int64_t event, int64_t application) MUST_USE;
