/* SPDX-License-Identifier: Apache-2.0 */
/*
 * 訂正を出す: a message that went out is corrected by another.
 *
 *	GET, POST /desk/messages/{message}/correct	makes a draft; all else is the way of a message
 *
 * Here is asked what only a correction has: what becomes of the first post on X.
 */
#include "domain/correction.h"

#include "domain/post.h"
#include "web/desk/message.h"
#include "web/handlers.h"

/* Does the message have a post that can be replied to? */
static enum err
has_post(struct web *w, int64_t message, bool *out)
{
	json_t *posts, *each;
	size_t i;
	enum err e = post_of(w->db, w->words, message, &posts);

	if (e != ERR_OK)
		return e;
	*out = false;
	json_array_foreach(posts, i, each)
		*out = *out || json_flag(each, "may_reply");
	return ERR_OK;
}

static json_t *
options(struct web *w)
{
	json_t *list = json_array();
	size_t i;

	for (i = 0; correction_posts[i] != NULL; i++)
		json_array_append_new(list, json_pack("{s:s, s:s, s:s}", "value", correction_posts[i],
		    "label", words_get(w->words, arena_printf(w->arena, "correction_%s", correction_posts[i])),
		    "hint", words_get(w->words, arena_printf(w->arena, "correction_%s_hint", correction_posts[i]))));
	return list;
}

static enum err
show(struct web *w, enum status status, const json_t *message, bool posted)
{
	json_t *list = options(w);

	form_options(web_form(w), "first_post", list);
	json_decref(list);
	json_object_set_new(w->view, "posted", json_boolean(posted));
	if (json_object_get(w->view, "nowhere") == NULL)
		json_object_set_new(w->view, "nowhere", json_false());
	json_object_set_new(w->view, "any", json_boolean(correction_last(message) != 0));
	json_object_set_new(w->view, "seen", json_sprintf("%lld", (long long)correction_last(message)));
	return web_page(w, status, "desk/correction/new");
}

/* Before it went out it is changed, not corrected. */
static bool
went_out(const json_t *message)
{
	return json_is_object(json_object_get(message, "published"));
}

enum err
desk_correction(struct web *w)
{
	json_t *message;
	bool posted;
	enum err e = desk_message_open(w, &message);

	if (e == ERR_OK && !went_out(message))
		return web_see_other(w, "/desk/messages/%" PRId64, json_int(message, "id"));
	if (e == ERR_OK)
		e = has_post(w, json_int(message, "id"), &posted);
	if (e != ERR_OK)
		return e;
	form_set(web_form(w), "first_post", correction_posts[0]);
	return show(w, HTTP_OK, message, posted);
}

enum err
desk_correction_make(struct web *w)
{
	struct form *f = web_form(w);
	struct correction c = { .staff = w->staff, .first_post = "" };
	json_t *message;
	int64_t made;
	bool posted;
	enum err e = desk_message_open(w, &message);

	if (e == ERR_OK)
		e = has_post(w, json_int(message, "id"), &posted);
	if (e != ERR_OK)
		return e;
	if (posted)
		c.first_post = form_choice(f, "first_post", FORM_REQUIRED, correction_posts);
	if (!form_ok(f))
		return show(w, HTTP_UNPROCESSABLE, message, posted);
	c.message = json_int(message, "id");
	e = fields_int(w->fields, "seen", 0, INT64_MAX, &c.seen);
	if (e != ERR_OK)
		return e;
	e = correction_make(w->db, w->site->catalogue, w->arena, c, &made);
	/* Two who noticed the same mistake: the second is shown what the first began, and decides. */
	if (e == ERR_CONFLICT && !db_failed(w->db) && desk_message_open(w, &message) == ERR_OK && went_out(message))
		return show(w, HTTP_CONFLICT, message, posted);
	json_object_set_new(w->view, "nowhere", json_boolean(e == ERR_INVALID));
	if (e == ERR_INVALID)
		return show(w, HTTP_UNPROCESSABLE, message, posted);
	if (e != ERR_OK)
		return e;
	web_tell(w, "success", "tell_correction_made");
	return web_see_other(w, "/desk/messages/%" PRId64, made);
}
