/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Messages at the desk: the list, a new one, and the steps of one.
 *
 *	GET  /desk/messages		by state, words of the subject, page
 *	GET  /desk/messages/new		from nothing, or from an earlier one
 *	POST /desk/messages/new
 *	GET  /desk/messages/{message}	the task list; later where it stands
 *
 * The steps themselves are in message_write.c and its neighbours and in
 * message_preview.c, the way to approval in approval.c.
 */
#include "base/markdown.h"
#include "base/text.h"
#include "domain/picture.h"
#include "web/desk/message.h"
#include "web/handlers.h"

enum err
desk_message_open(struct web *w, json_t **message)
{
	enum err e = message_show(w->db, w->words, web_id(w, "message"), message);

	if (e == ERR_OK)
		json_object_set(w->view, "message", *message);
	return e;
}

void
desk_message_correctable(struct web *w, const json_t *message)
{
	json_object_set_new(w->view, "corrected", json_boolean(json_array_size(json_object_get(message, "corrections")) > 0));
	json_object_set_new(w->view, "may_correct", json_boolean(web_may(w, RIGHT_WRITE) &&
	    json_is_object(json_object_get(message, "published"))));
}

enum err
desk_message_reach(struct web *w, const json_t *message)
{
	json_t *reach;
	enum err e;

	json_object_set_new(w->view, "reach", json_null());
	json_object_set_new(w->view, "able", json_null());
	if (json_text(message, "audience")[0] == '\0')
		return ERR_OK;
	e = message_reach_of(w->db, w->words, message, &reach);
	if (e != ERR_OK)
		return e;
	json_object_set(w->view, "able", json_object_get(reach, "able"));
	if (message_personal(message))
		json_object_set(w->view, "reach", reach);
	return ERR_OK;
}

/* --- the list --- */

static const char *const states[] = {
	"", "draft", "pending", "returned", "approved", "sending", "sent", "stopped", "rejected", "failed",
};

static const char *
list_url(struct web *w, const char *state, const char *search, const char *direction, const char *cursor)
{
	struct buf b;
	char between = '?';

	buf_init(&b, w->arena);
	buf_adds(&b, "/desk/messages");
	if (state[0] != '\0') {
		buf_addf(&b, "%cstate=%s", between, state);
		between = '&';
	}
	if (search[0] != '\0') {
		buf_addf(&b, "%csearch=", between);
		buf_add_percent(&b, search, strlen(search));
		between = '&';
	}
	if (cursor != NULL)
		buf_addf(&b, "%c%s=%s", between, direction, cursor);
	return b.data;
}

/* "1795630479197517-12", as a row of the list carries it; 0 where it is none. */
static void
read_cursor(const char *text, struct message_filter *f)
{
	long long us, id;
	char end;

	if (sscanf(text, "%18lld-%18lld%c", &us, &id, &end) == 2 && us > 0 && id > 0) {
		f->cursor_us = us;
		f->cursor_id = id;
	}
}

static json_t *
pills(struct web *w, const json_t *counts, const struct message_filter *f)
{
	json_t *list = json_array();
	int64_t all = 0;
	const char *key;
	json_t *n;
	size_t i;

	json_object_foreach((json_t *)counts, key, n)
		all += json_integer_value(n);
	for (i = 0; i < sizeof states / sizeof *states; i++) {
		const char *state = states[i];
		bool current = strcmp(state, f->state) == 0, failed = strcmp(state, "failed") == 0;
		int64_t count = state[0] == '\0' ? all : json_int(counts, state);

		/* A state that no message is in needs no place on a small screen. */
		if (count == 0 && !current && state[0] != '\0')
			continue;
		json_array_append_new(list, json_pack("{s:s, s:s, s:b, s:o}",
		    "label", state[0] == '\0' ? words_get(w->words, "message_all")
		    : words_get(w->words, arena_printf(w->arena, "message_state_%s", state)),
		    "url", list_url(w, state, f->search, NULL, NULL), "current", current,
		    "count", failed ? json_null() : json_sprintf("%lld", (long long)count)));
	}
	return list;
}

static json_t *
pages(struct web *w, const json_t *list, const struct message_filter *f)
{
	const json_t *rows = json_object_get(list, "rows");
	size_t n = json_array_size(rows);
	bool more = json_flag(list, "more"), newer, older;

	newer = f->cursor_id != 0 && (!f->back || more);
	older = f->back ? f->cursor_id != 0 : more;
	if (n == 0 || (!newer && !older))
		return json_null();
	return json_pack("{s:s?, s:s?, s:n}",
	    "previous_url", newer ? list_url(w, f->state, f->search, "newer",
	    json_text(json_array_get(rows, 0), "cursor")) : NULL,
	    "next_url", older ? list_url(w, f->state, f->search, "older",
	    json_text(json_array_get(rows, n - 1), "cursor")) : NULL, "text");
}

enum err
desk_message_list(struct web *w)
{
	const char *older = fields_get(w->query, "older"), *newer = fields_get(w->query, "newer");
	struct message_filter f = { .state = "", .back = newer[0] != '\0' };
	json_t *list, *row;
	enum err e;
	size_t i;

	for (i = 0; i < sizeof states / sizeof *states; i++)
		if (strcmp(states[i], fields_get(w->query, "state")) == 0)
			f.state = states[i];
	f.search = text_cut(w->arena, text_normal(w->arena, fields_get(w->query, "search")), 100);
	read_cursor(f.back ? newer : older, &f);

	e = message_list(w->db, w->words, f, &list);
	if (e != ERR_OK)
		return e;
	/* What was on that side moved away meanwhile: the page would say that there is none at all. */
	if (f.cursor_id != 0 && json_array_size(json_object_get(list, "rows")) == 0)
		return web_see_other(w, "%s", list_url(w, f.state, f.search, NULL, NULL));
	json_array_foreach(json_object_get(list, "rows"), i, row)
		json_object_set_new(row, "row_url", json_sprintf("/desk/messages/%lld", (long long)json_int(row, "id")));
	json_object_set(w->view, "rows", json_object_get(list, "rows"));
	json_object_set_new(w->view, "any", json_boolean(json_array_size(json_object_get(list, "rows")) > 0));
	json_object_set_new(w->view, "pills", pills(w, json_object_get(list, "counts"), &f));
	json_object_set_new(w->view, "pages", pages(w, list, &f));
	json_object_set_new(w->view, "search", f.search[0] != '\0' ? json_string(f.search) : json_null());
	json_object_set_new(w->view, "narrowed", json_boolean(f.search[0] != '\0' || f.state[0] != '\0'));
	json_object_set_new(w->view, "may_write", json_boolean(web_may(w, RIGHT_WRITE)));
	return web_page(w, HTTP_OK, "desk/message/list");
}

/* --- a new one --- */

static enum err
show_new(struct web *w, enum status status, const char *start)
{
	struct form *f = web_form(w);
	json_t *recent, *options = json_array(), *each;
	enum err e;
	size_t i;

	e = message_recent(w->db, w->words, w->staff, &recent);
	if (e != ERR_OK)
		return e;
	json_array_append_new(options, json_pack("{s:s, s:s, s:n, s:n}", "value", "blank",
	    "label", words_get(w->words, "message_blank"), "department", "published"));
	json_array_foreach(recent, i, each)
		json_array_append_new(options, json_pack("{s:o, s:O, s:O, s:O}",
		    "value", json_sprintf("%lld", (long long)json_int(each, "id")),
		    "label", json_object_get(each, "subject"), "department", json_object_get(each, "department"),
		    "published", json_object_get(each, "published")));
	form_set(f, "start", start);
	form_options(f, "start", options);
	json_decref(options);
	if (status == HTTP_UNPROCESSABLE)
		form_problem(f, "start", "message_no_department");
	return web_page(w, status, "desk/message/new");
}

enum err
desk_message_new(struct web *w)
{
	return show_new(w, HTTP_OK, "blank");
}

enum err
desk_message_create(struct web *w)
{
	const char *start = fields_get(w->fields, "start");
	int64_t copied = 0, message;
	enum err e;

	if (strcmp(start, "blank") != 0 && start[0] != '\0') {
		e = fields_int(w->fields, "start", 1, INT64_MAX, &copied);
		if (e != ERR_OK)
			return e;
	}
	e = message_create(w->db, w->staff, copied, &message);
	if (e == ERR_INVALID)
		return show_new(w, HTTP_UNPROCESSABLE, start);
	if (e != ERR_OK)
		return e;
	return web_see_other(w, "/desk/messages/%" PRId64, message);
}

/* --- the steps of one --- */

static void
add_task(struct web *w, json_t *tasks, const char *name, const char *state, const char *words)
{
	bool open = strcmp(state, "later") != 0;

	json_object_set_new(tasks, name, json_pack("{s:o, s:s, s:s}",
	    "task_url", open ? json_sprintf("/desk/messages/%s/%s", web_arg(w, "message"), name) : json_null(),
	    "state", state,
	    "state_text", words_get(w->words, arena_printf(w->arena, "message_task_%s", words))));
}

/* A message needs none. */
static void
add_pictures(struct web *w, json_t *tasks, const json_t *m)
{
	const char *state = picture_state(m);

	add_task(w, tasks, "pictures", strcmp(state, "none") == 0 ? "todo" : message_progress(m, "pictures"),
	    strcmp(state, "clean") == 0 ? "done" : arena_printf(w->arena, "picture_%s", state));
}

static json_t *
tasks_of(struct web *w, const json_t *m, const json_t *tests)
{
	static const char *const parts[] = { "content", "audience", "channels", "schedule" };
	const json_t *test = json_array_get(json_object_get(tests, "tests"), 0);
	const char *state;
	json_t *tasks = json_object();
	bool written = strcmp(message_progress(m, "content"), "done") == 0;
	size_t i;

	for (i = 0; i < sizeof parts / sizeof *parts; i++) {
		state = message_progress(m, parts[i]);
		add_task(w, tasks, parts[i], state, state);
	}
	add_pictures(w, tasks, m);
	add_task(w, tasks, "preview", written ? "todo" : "later", written ? "ready" : "later");
	state = !written || !json_flag(m, "by_email") ? "later" : "todo";
	if (strcmp(state, "todo") == 0 && test != NULL && json_flag(test, "current"))
		state = strcmp(json_text(test, "state"), "sent") == 0 ? "done" : "begun";
	add_task(w, tasks, "test", state, strcmp(state, "begun") == 0 ? "testing" : state);
	state = message_complete(m) ? "todo" : "later";
	add_task(w, tasks, "submit", state, state);
	return tasks;
}

/* Whoever wrote it cannot approve it. */
static bool
is_mine(const struct web *w, const json_t *message)
{
	return json_int(json_object_get(message, "author"), "id") == w->staff ||
	    json_int(json_object_get(message, "editor"), "id") == w->staff ||
	    json_int(json_object_get(message, "submitter"), "id") == w->staff;
}

enum err
desk_message_show(struct web *w)
{
	json_t *message, *tests;
	const char *state;
	char *html;
	enum err e;

	e = desk_message_open(w, &message);
	if (e == ERR_OK)
		e = desk_message_reach(w, message);
	if (e == ERR_OK)
		e = message_tests(w->db, w->words, json_int(message, "id"), w->staff, &tests);
	if (e != ERR_OK)
		return e;

	state = json_text(message, "state");
	json_object_set(w->view, "history", json_object_get(message, "history"));
	json_object_set_new(w->view, "has_history", json_boolean(json_array_size(json_object_get(message, "history")) > 0));
	json_object_set_new(w->view, "may_write", json_boolean(web_may(w, RIGHT_WRITE)));
	if (json_flag(message, "editable") && web_may(w, RIGHT_WRITE)) {
		json_object_set_new(w->view, "tasks", tasks_of(w, message, tests));
		return web_page(w, HTTP_OK, "desk/message/tasks");
	}
	e = markdown_html(w->arena, json_text(message, "body"), &html);
	if (e != ERR_OK)
		return e;
	json_object_set_new(w->view, "body_html", json_string(html));
	json_object_set_new(w->view, "may_decide", json_boolean(strcmp(state, "pending") == 0 &&
	    web_may(w, RIGHT_APPROVE) && !is_mine(w, message)));
	json_object_set_new(w->view, "may_withdraw", json_boolean(strcmp(state, "pending") == 0 && is_mine(w, message)));
	desk_message_correctable(w, message);
	json_object_set_new(w->view, "on_its_way", json_boolean(strcmp(state, "approved") == 0 ||
	    strcmp(state, "sending") == 0 || strcmp(state, "sent") == 0 || strcmp(state, "stopped") == 0));
	return web_page(w, HTTP_OK, "desk/message/show");
}
