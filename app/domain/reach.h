/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
#include "base/words.h"
#include "db/db.h"
/*
 * Reach: by which channel a person wants to be reached and when not, and whether a
 * message was seen (sql/functions/plan.sql, ladder.sql).
 */

/* {"reach": ["line" …], "quiet": true, "from": "22:00", "to": "07:00"}; reach in their order. */
enum err reach_show(struct db *, int64_t citizen, json_t **out) MUST_USE;
/* first: one of their channels, tried before the others.  from and to: minutes of the
 * day, whole half hours; both -1: no quiet hours. */
enum err reach_save(struct db *, int64_t citizen, const char *first, int from, int to) MUST_USE;

/* What a person is asked about: {"subject", "page_url" or null, "published", "seen": when or null,
 * "household": somebody of theirs has, and that is enough}.
 * ERR_NOT_FOUND: it did not go to them. */
enum err seen_show(struct db *, const struct words *, int64_t message, int64_t citizen, json_t **out) MUST_USE;
/* 「見ました」, by "link", "line" … ; a second time changes nothing.  ERR_NOT_FOUND as above. */
enum err seen_note(struct db *, int64_t message, int64_t citizen, const char *how) MUST_USE;
