/* SPDX-License-Identifier: Apache-2.0 */
/*
 * 配信状況: what became of a message.
 *
 *	GET /desk/messages/{message}/status	the numbers and the reasons
 *	GET …/status/live			the same as a block that renews itself
 *	GET …/unreached				who did not get it
 *	GET, POST …/resend			again to those
 *	GET, POST …/stop			no further
 */
#include "domain/delivery.h"

#include "web/desk/approval.h"
#include "web/desk/post.h"
#include "web/handlers.h"

enum { COMMENT_MAX = 1000 };

static json_t *
number(struct web *w, const json_t *status, const char *words, const char *key, const char *look, const char *url)
{
	return json_pack("{s:s, s:O, s:s?, s:s}", "word", words_get(w->words, words),
	    "count", json_object_get(status, key), "stat_url", url, "look", look);
}

/* Five numbers that add up: the first is the sum of the others. */
static json_t *
numbers(struct web *w, const json_t *status, const char *unreached)
{
	bool going = json_flag(status, "going");
	json_t *list = json_array();

	json_array_append_new(list, number(w, status, "delivery_total", "total", "", NULL));
	json_array_append_new(list, number(w, status, "delivery_reached", "reached", "good", NULL));
	json_array_append_new(list, number(w, status, "delivery_failed", "failed",
	    strcmp(json_text(status, "failed"), "0") != 0 ? "wrong" : "", unreached));
	if (going || json_flag(status, "has_unsure"))
		json_array_append_new(list, number(w, status, going ? "delivery_unsure" : "delivery_unsure_final",
		    "unsure", json_flag(status, "has_unsure") ? "warn" : "", NULL));
	if (going)
		json_array_append_new(list, number(w, status, "delivery_waiting", "waiting", "", NULL));
	return list;
}

static enum err
may_list(struct web *w, int64_t message, bool *may)
{
	*may = web_may(w, RIGHT_ADMIN);
	return *may ? ERR_OK : delivery_near(w->db, message, w->staff, may);
}

static enum err
put_status(struct web *w)
{
	json_t *message, *status, *ways;
	const char *state, *page;
	bool listed = false;
	enum err e;

	e = desk_message_open(w, &message);
	if (e == ERR_OK)
		e = delivery_status(w->db, w->words, json_int(message, "id"), &status);
	if (e == ERR_OK)
		e = delivery_ways(w->db, w->words, json_int(message, "id"), &ways);
	if (e == ERR_OK)
		e = desk_posts(w, json_int(message, "id"));
	if (e == ERR_OK)
		e = may_list(w, json_int(message, "id"), &listed);
	if (e != ERR_OK)
		return e;
	state = json_text(message, "state");
	page = arena_printf(w->arena, "/desk/messages/%" PRId64, json_int(message, "id"));
	listed = listed && json_flag(status, "has_failed");
	json_object_set(w->view, "status", status);
	json_object_set(w->view, "by_way", ways);
	json_object_set_new(w->view, "has_ways", json_boolean(json_array_size(json_object_get(ways, "ways")) > 0));
	json_object_set_new(w->view, "way_unsure", json_boolean(json_flag(status, "has_unsure") || json_flag(ways, "unsure")));
	json_object_set_new(w->view, "has_seen", json_boolean(json_array_size(json_object_get(ways, "seen_by")) > 0));
	json_object_set_new(w->view, "stats", numbers(w, status,
	    listed ? arena_printf(w->arena, "%s/unreached", page) : NULL));
	json_object_set_new(w->view, "has_reasons",
	    json_boolean(json_array_size(json_object_get(status, "reasons")) > 0));
	/* "path" for the link in the block: the page, also when the block alone is fetched. */
	json_object_set_new(w->view, "live", json_pack("{s:o, s:o, s:b, s:O, s:O}",
	    "live_url", json_sprintf("%s/status/live", page), "path", json_sprintf("%s/status", page),
	    "going", json_flag(status, "going") || json_flag(w->view, "post_open"), "at", json_object_get(status, "at"),
	    "at_text", json_object_get(status, "at_text")));
	json_object_set_new(w->view, "may_list", json_boolean(listed));
	json_object_set_new(w->view, "may_resend", json_boolean(web_may(w, RIGHT_APPROVE) &&
	    strcmp(state, "sent") == 0 && json_flag(status, "has_again")));
	json_object_set_new(w->view, "may_stop", json_boolean(web_may(w, RIGHT_APPROVE | RIGHT_WRITE) &&
	    json_flag(status, "stoppable")));
	json_object_set_new(w->view, "may_withdraw", json_boolean(web_may(w, RIGHT_WRITE) &&
	    strcmp(state, "approved") == 0));
	desk_message_correctable(w, message);
	json_object_set_new(w->view, "stopped", json_boolean(strcmp(state, "stopped") == 0));
	json_object_set_new(w->view, "approved", json_boolean(strcmp(state, "approved") == 0));
	return ERR_OK;
}

/* Before there is a status, there is the page of the message. */
static bool
on_its_way(const json_t *message)
{
	static const char *const states[] = { "approved", "sending", "sent", "stopped" };
	size_t i;

	for (i = 0; i < sizeof states / sizeof *states; i++)
		if (strcmp(json_text(message, "state"), states[i]) == 0)
			return true;
	return false;
}

enum err
desk_delivery_status(struct web *w)
{
	enum err e = put_status(w);

	if (e != ERR_OK)
		return e;
	if (!on_its_way(json_object_get(w->view, "message")))
		return web_see_other(w, "/desk/messages/%s", web_arg(w, "message"));
	return web_page(w, HTTP_OK, "desk/delivery/status");
}

enum err
desk_delivery_live(struct web *w)
{
	enum err e = put_status(w);

	return e == ERR_OK ? web_fragment(w, "desk/delivery/status_live") : e;
}

enum err
desk_delivery_unreached(struct web *w)
{
	struct approval a;
	json_t *message, *page;
	int64_t after = 0, next;
	bool may = false;
	enum err e;

	if (fields_has(w->query, "after") && fields_int(w->query, "after", 0, INT64_MAX, &after) != ERR_OK)
		after = 0;
	e = desk_approval_by(w, &a);
	if (e == ERR_OK)
		e = desk_message_open(w, &message);
	if (e == ERR_OK)
		e = may_list(w, a.message, &may);
	if (e == ERR_OK && !may)
		e = ERR_FORBIDDEN;
	if (e == ERR_OK)
		e = delivery_unreached(&a, after, &page);
	if (e != ERR_OK)
		return e;
	next = json_int(page, "next");
	json_object_set(w->view, "rows", json_object_get(page, "rows"));
	json_object_set_new(w->view, "any", json_boolean(json_array_size(json_object_get(page, "rows")) > 0));
	json_object_set_new(w->view, "pages", next == 0 && after == 0 ? json_null() : json_pack("{s:o, s:o, s:n}",
	    "previous_url", after == 0 ? json_null() : json_sprintf("/desk/messages/%lld/unreached", (long long)a.message),
	    "next_url", next == 0 ? json_null()
	    : json_sprintf("/desk/messages/%lld/unreached?after=%lld", (long long)a.message, (long long)next), "text"));
	return web_page(w, HTTP_OK, "desk/delivery/unreached");
}

/* --- again --- */

enum err
desk_delivery_resend(struct web *w)
{
	json_t *message, *again;
	enum err e = desk_message_open(w, &message);

	if (e != ERR_OK)
		return e;
	if (strcmp(json_text(message, "state"), "sent") != 0)
		return web_see_other(w, "/desk/messages/%" PRId64 "/status", json_int(message, "id"));
	e = delivery_again(w->db, w->words, json_int(message, "id"), &again);
	if (e != ERR_OK)
		return e;
	json_object_set(w->view, "again", again);
	json_object_set_new(w->view, "may", json_boolean(json_flag(again, "any") && !json_flag(again, "over")));
	return web_page(w, HTTP_OK, "desk/delivery/resend");
}

enum err
desk_delivery_resend_do(struct web *w)
{
	struct approval a;
	int64_t seen = 0;
	enum err e = desk_approval_by(w, &a);

	if (e == ERR_OK)
		e = fields_int(w->fields, "recipients", 1, INT32_MAX, &seen);
	if (e == ERR_OK)
		e = delivery_resend(&a, seen);
	if (e == ERR_CONFLICT && !db_failed(w->db))
		return desk_approval_conflict(w, "delivery_conflict_resend");
	if (e == ERR_NOT_FOUND || e == ERR_GONE)
		return web_see_other(w, "/desk/messages/%" PRId64 "/resend", a.message);
	if (e != ERR_OK)
		return e;
	web_tell(w, "success", "tell_delivery_again");
	return web_see_other(w, "/desk/messages/%" PRId64 "/status", a.message);
}

/* --- stop --- */

static enum err
show_stop(struct web *w, enum status status)
{
	json_t *message, *numbers_now;
	const char *state;
	enum err e = desk_message_open(w, &message);

	if (e == ERR_OK)
		e = delivery_status(w->db, w->words, json_int(message, "id"), &numbers_now);
	if (e == ERR_OK)
		e = desk_posts(w, json_int(message, "id"));
	if (e != ERR_OK)
		return e;
	state = json_text(message, "state");
	if (!json_flag(numbers_now, "stoppable"))
		return web_see_other(w, "/desk/messages/%" PRId64 "/status", json_int(message, "id"));
	json_object_set(w->view, "status", numbers_now);
	json_object_set_new(w->view, "sending", json_boolean(strcmp(state, "sending") == 0));
	json_object_set_new(w->view, "steps", json_boolean(strcmp(state, "sent") == 0));
	return web_page(w, status, "desk/delivery/stop");
}

enum err
desk_delivery_stop(struct web *w)
{
	form_set(web_form(w), "comment", "");
	return show_stop(w, HTTP_OK);
}

enum err
desk_delivery_stop_do(struct web *w)
{
	struct form *f = web_form(w);
	const char *comment = form_lines(f, "comment", FORM_OPTIONAL, COMMENT_MAX);
	struct approval a;
	enum err e;

	if (!form_ok(f))
		return show_stop(w, HTTP_UNPROCESSABLE);
	e = desk_approval_by(w, &a);
	if (e == ERR_OK)
		e = delivery_stop(&a, comment);
	if (e == ERR_CONFLICT && !db_failed(w->db))
		return desk_approval_conflict(w, "delivery_conflict_stop");
	if (e != ERR_OK)
		return e;
	web_tell(w, "success", "tell_delivery_stopped");
	return web_see_other(w, "/desk/messages/%" PRId64 "/status", a.message);
}
