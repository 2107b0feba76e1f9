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

enum err
post_withdraw(const struct approval *a)
{
	const char *state;
	int64_t revision;
	json_t *posts, *each;
	bool any = false;
	size_t i;
	enum err e = approval_lock(a, &state, &revision);

	if (e == ERR_OK)
		e = post_of(a->db, a->words, a->message, &posts);
	if (e != ERR_OK)
		return e;
	json_array_foreach(posts, i, each)
		any = any || json_flag(each, "may_withdraw");
	return any ? q_post_withdraw(a->db, (struct q_post_withdraw){ .message = a->message }, NULL) : ERR_CONFLICT;
}
