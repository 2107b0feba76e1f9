/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Posts on X at the desk.
 *
 *	GET, POST /desk/messages/{message}/post		taken back, after a question
 *	GET, POST /desk/messages/{message}/post/again	posted after all, where X never had it
 *
 * A message that is stopped has its post taken back of itself (sql/functions/post.sql).
 */
#include "web/desk/post.h"

#include "domain/post.h"
#include "web/desk/approval.h"
#include "web/desk/ways.h"
#include "web/handlers.h"

/* The colour and sign of each state. */
static const char *
tag(const char *state)
{
	static const struct { const char *state, *tag; } tags[] = {
		{ "queued", "waiting" }, { "doubt", "unknown" }, { "accepted", "sent" }, { "held", "refused" },
		{ "cancelled", "stopped" }, { "deleted", "ended" }, { "withdrawing", "sending" },
	};
	size_t i;

	for (i = 0; i < sizeof tags / sizeof *tags; i++)
		if (strcmp(tags[i].state, state) == 0)
			return tags[i].tag;
	return state;
}

enum err
desk_posts(struct web *w, int64_t message)
{
	bool open = false, may, again, link;
	json_t *posts, *each;
	size_t i;
	enum err e = post_of(w->db, w->words, message, &posts);

	if (e != ERR_OK)
		return e;
	json_array_foreach(posts, i, each) {
		open = open || json_flag(each, "open");
		may = json_flag(each, "may_withdraw") && web_may(w, RIGHT_WRITE | RIGHT_APPROVE);
		again = json_flag(each, "may_again") && web_may(w, RIGHT_APPROVE);
		link = may || again || json_text(each, "post_url")[0] != '\0';
		json_object_set_new(each, "look", json_boolean(strcmp(json_text(each, "state"), "unknown") == 0));
		json_object_set_new(each, "length_text", desk_way_length(w, "x", each));
		json_object_set_new(each, "withdraw_url", may ? json_sprintf("/desk/messages/%" PRId64 "/post", message) : json_null());
		json_object_set_new(each, "again_url", !again ? json_null() :
		    json_sprintf("/desk/messages/%" PRId64 "/post/again", message));
		json_object_set_new(each, "any_link", json_boolean(link));
		json_object_set_new(each, "state", json_string(tag(json_text(each, "state"))));
	}
	json_object_set(w->view, "posts", posts);
	json_object_set_new(w->view, "has_posts", json_boolean(json_array_size(posts) > 0));
	json_object_set_new(w->view, "post_open", json_boolean(open));
	return ERR_OK;
}

/* A question before it is done; where there is nothing to do, the status page. */
static enum err
ask(struct web *w, const char *what, const char *page)
{
	json_t *message;
	enum err e = desk_message_open(w, &message);

	if (e == ERR_OK)
		e = desk_posts(w, json_int(message, "id"));
	if (e != ERR_OK)
		return e;
	if (!json_any(json_object_get(w->view, "posts"), what))
		return web_see_other(w, "/desk/messages/%" PRId64 "/status", json_int(message, "id"));
	return web_page(w, HTTP_OK, page);
}

static enum err
carry_out(struct web *w, enum err (*what)(const struct approval *), const char *conflict, const char *told)
{
	struct approval a;
	enum err e = desk_approval_by(w, &a);

	if (e == ERR_OK)
		e = what(&a);
	if (e == ERR_CONFLICT && !db_failed(w->db))
		return desk_approval_conflict(w, conflict);
	if (e != ERR_OK)
		return e;
	web_tell(w, "success", told);
	return web_see_other(w, "/desk/messages/%" PRId64 "/status", a.message);
}

enum err
desk_post_withdraw(struct web *w)
{
	return ask(w, "may_withdraw", "desk/post/withdraw");
}

enum err
desk_post_withdraw_do(struct web *w)
{
	return carry_out(w, post_withdraw, "post_conflict", "tell_post_withdrawn");
}

enum err
desk_post_again(struct web *w)
{
	return ask(w, "may_again", "desk/post/again");
}

enum err
desk_post_again_do(struct web *w)
{
	return carry_out(w, post_again, "post_conflict_again", "tell_post_again");
}
