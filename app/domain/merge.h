/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
#include "db/db.h"
/*
 * An entry that ended in another: its last way (LINE, a phone, a device) is another person's now,
 * who was the same.  What was chosen in it waits until they say what they want of the two.
 */

/* The entry that waits to be asked for; 0: none. */
enum err merge_waits(struct db *, int64_t citizen, int64_t *other) MUST_USE;
/* Both entries, as email_merge gives them.  ERR_NOT_FOUND: it does not wait, or no more. */
enum err merge_show(struct db *, int64_t citizen, int64_t other, json_t **out) MUST_USE;
/* keep: "mine", "other" or "both".  *done false: it was said before. */
enum err merge_ended(struct db *, int64_t citizen, int64_t other, const char *keep, bool *done) MUST_USE;
