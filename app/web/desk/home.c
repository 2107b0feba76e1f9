/* SPDX-License-Identifier: Apache-2.0 */
/*
 * GET /desk: what waits for somebody, what will be sent, what was sent, what is open.
 */
#include "base/log.h"
#include "db/queries.h"
#include "web/handlers.h"
#include "web/web.h"

/* As part/stat_number reads it; null where there is nothing. */
static json_t *
number(const json_t *home, const char *name, const char *has, const char *url, const char *look)
{
	if (has != NULL && !json_flag(home, has))
		return json_null();
	return json_pack("{s:s, s:s, s:s}", "count", json_text(home, name), "stat_url", url, "look", look);
}

/* 今日, 明日, あと3日. */
static void
add_relative(struct web *w, json_t *row)
{
	int64_t days = json_int(row, "days");
	struct buf text;
	enum err e;

	buf_init(&text, w->arena);
	e = mustache_text(w->arena, words_get(w->words, days <= 0 ? "home_today" : days == 1 ? "home_tomorrow"
	    : "home_days"), row, &text);
	must(e == ERR_OK);
	json_object_set_new(row, "relative_text", json_string(text.data));
	json_object_set_new(row, "text_url", json_sprintf("/desk/messages/%lld", (long long)json_int(row, "id")));
}

/* Somebody applied where staff say who comes. */
static json_t *
applied(const json_t *home)
{
	const json_t *a = json_object_get(home, "applied");
	int64_t n = json_int(a, "n"), event = json_int(a, "event");
	json_t *url;

	if (n == 0)
		return json_null();
	url = event != 0 ? json_sprintf("/desk/events/%" PRId64 "/applicants?state=applied", event)
	    : json_string("/desk/events?state=open");
	return json_pack("{s:o, s:o, s:s}", "count", json_sprintf("%" PRId64, n), "stat_url", url, "look", "warn");
}

/* A survey or a sign-up that is under way: its page, and how full it is, for part/bar. */
static void
add_open(json_t *row)
{
	int64_t n = json_int(row, "n"), most = json_int(row, "most");

	json_object_set_new(row, "row_url", json_sprintf("/desk/%s/%" PRId64, json_flag(row, "survey") ? "surveys" : "events",
	    json_int(row, "id")));
	json_object_set_new(row, "bounded", json_boolean(most > 0));
	json_object_set_new(row, "percent", json_integer(most <= 0 ? 0 : n >= most ? 100 : n * 100 / most));
}

enum err
desk_home(struct web *w)
{
	json_t *home, *coming, *open, *row;
	enum err e;
	size_t i;

	e = q_home_desk(w->db, (struct q_home_desk){ .lang = w->lang }, &home);
	if (e != ERR_OK)
		return e;
	coming = json_object_get(home, "coming");
	json_array_foreach(coming, i, row)
		add_relative(w, row);
	open = json_object_get(home, "open");
	json_array_foreach(open, i, row)
		add_open(row);
	json_object_set(w->view, "open", open);
	json_object_set_new(w->view, "home", json_pack("{s:b, s:o, s:o, s:o, s:o, s:b, s:o, s:o, s:o, s:o, s:o, s:b}",
	    "busy", json_flag(home, "has_pending") || json_flag(home, "has_returned") || json_flag(home, "has_failed") ||
	    json_int(json_object_get(home, "applied"), "n") > 0,
	    "applied", applied(home),
	    "pending", number(home, "pending", "has_pending", "/desk/messages?state=pending", "warn"),
	    "returned", number(home, "returned", "has_returned", "/desk/messages?state=returned", "warn"),
	    "failed", number(home, "failed", "has_failed", "/desk/messages?state=failed", "wrong"),
	    "any_coming", json_array_size(coming) > 0,
	    "email", number(home, "email", NULL, "/desk/messages?state=sent", ""),
	    "line", number(home, "line", "has_line", "/desk/messages?state=sent", ""),
	    "webpush", number(home, "webpush", "has_webpush", "/desk/messages?state=sent", ""),
	    "sms", number(home, "sms", "has_sms", "/desk/messages?state=sent", ""),
	    "site", number(home, "site", NULL, "/desk/messages?state=sent", ""),
	    "any_open", json_array_size(open) > 0));
	json_object_set(w->view, "timeline", coming);
	json_object_set_new(w->view, "may_write", json_boolean(web_may(w, RIGHT_WRITE)));
	return web_page(w, HTTP_OK, "desk/home/show");
}
