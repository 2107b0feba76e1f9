/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
#include "domain/citizen.h"
/*
 * 世帯: people who live together and say so themselves; no register is asked.  One makes it
 * and hands a code to the next, who joins from their own マイページ.  Each leaves when they
 * like, and the last one closes it.
 *
 * It is there for one thing: an emergency that goes on until it is seen may be enough seen by
 * one of a household (sql/functions/ladder.sql).  Nobody learns more of the others than the
 * name by which they want to be seen, and that somebody has seen an emergency.
 */

enum { HOUSEHOLD_MOST = 12, HOUSEHOLD_NAME_MAX = 20, HOUSEHOLD_DIGITS = 12, HOUSEHOLD_HOURS = 24 };

/* {"people": [{"name": as they want it or null, "number": 1 …, "me"}], "full", "alone",
 *  "invited": when the code ends, or null}; code: of this browser, or "".
 * ERR_NOT_FOUND: they are in none. */
enum err household_show(const struct mailer *, int64_t citizen, const char *code, json_t **out) MUST_USE;
/* How many are in it; 0: they are in none. */
enum err household_size(struct db *, int64_t citizen, int64_t *people) MUST_USE;

/* name "": they are counted.  ERR_CONFLICT: they are in one already. */
enum err household_make(const struct mailer *, int64_t citizen, const char *name) MUST_USE;
enum err household_rename(const struct mailer *, int64_t citizen, const char *name) MUST_USE;
/* A code for one more, HOUSEHOLD_DIGITS digits; the one before is worth nothing any more.
 * NULL: they are in none, it is full, or they asked too often. */
enum err household_invite(const struct mailer *, int64_t citizen, const char **code) MUST_USE;
/* *outcome: "joined", or "wrong", "full", "often": the key of what to say is household_<outcome>.
 * ERR_CONFLICT: they are in one already. */
enum err household_join(const struct mailer *, int64_t citizen, const char *remote, const char *code, const char *name,
    const char **outcome) MUST_USE;
enum err household_leave(struct db *, int64_t citizen) MUST_USE;
