/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
#include "base/json.h"
#include "base/words.h"
#include "db/db.h"
/*
 * 訂正: a message about an earlier one, for exactly those who got that.
 *
 * It is a message like any other, written, approved and sent as such (message.h), of which
 * two things never change: what it corrects, and what becomes of the earlier message's post
 * on X.  Its subject begins with the mark 【訂正】, and so does, whatever the subject says,
 * its own post.  Whom it is for the planner finds (sql/functions/plan.sql).
 */

/* What becomes of the first post: "reply", the correction is posted as a reply to it;
 * "delete", it is taken away when the correction goes out, which then stands alone. */
extern const char *const correction_posts[];

/* The newest correction of a message that message_show() shows; 0: it has none. */
int64_t correction_last(const json_t *message);

/* A draft by this person that says what the message says.  first_post "" : the message has
 * no post that could be replied to.  seen: its newest correction, as this person saw it.  ERR_CONFLICT:
 * somebody else corrects it meanwhile, or it did not go out yet.  ERR_INVALID: this person belongs to no department. */
struct correction { int64_t message, staff, seen; const char *first_post; };
enum err correction_make(struct db *, const struct catalogue *, struct arena *, struct correction, int64_t *out) MUST_USE;
