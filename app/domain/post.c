/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Posts on X; see post.h.
 */
#include "domain/post.h"

#include <stdio.h>

#include "base/json.h"
#include "db/queries.h"
#include "domain/delivery.h"

enum err
post_of(struct db *db, const struct words *words, int64_t message, json_t **out)
{
	json_t *each;
	size_t i;
	enum err e = q_post_of(db, (struct q_post_of){ .lang = words_lang(words), .message = message }, out);

	if (e != ERR_OK)
		return e;
	json_array_foreach(*out, i, each) {
		const char *reason = json_text(each, "reason");
		char key[40];

		snprintf(key, sizeof key, "post_state_%s", json_text(each, "state"));
		json_object_set_new(each, "state_text", json_string(words_get(words, key)));
		json_object_set_new(each, "reason_text", reason[0] == '\0' ? json_null() : json_string(delivery_reason(words, reason)));
	}
	return ERR_OK;
}

/* Of the message that is locked from here on: may a post of it be what the view calls so? */
static enum err
allowed(const struct approval *a, const char *what)
{
	const char *state;
	int64_t revision;
	json_t *posts;
	enum err e = approval_lock(a, &state, &revision);

	if (e == ERR_OK)
		e = post_of(a->db, a->words, a->message, &posts);
	return e != ERR_OK || json_any(posts, what) ? e : ERR_CONFLICT;
}

enum err
post_withdraw(const struct approval *a)
{
	enum err e = allowed(a, "may_withdraw");

	return e != ERR_OK ? e : q_post_withdraw(a->db, (struct q_post_withdraw){ .message = a->message }, NULL);
}

enum err
post_again(const struct approval *a)
{
	enum err e = allowed(a, "may_again");

	return e != ERR_OK ? e : q_post_again(a->db, (struct q_post_again){ .message = a->message }, NULL);
}
