/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Events and surveys as the desk prepares them; see work.h.  What is of one of them alone is
 * in event.c and survey.c.
 */
#include "web/desk/work.h"

#include <string.h>

#include "base/form.h"
#include "base/text.h"

enum { SEARCH_MAX = 100 };

/* --- the list --- */

const char *
desk_work_state(struct web *w, const struct desk_work *work)
{
	const char *asked = fields_get(w->query, "state");
	size_t i;

	for (i = 0; work->states[i] != NULL; i++)
		if (strcmp(work->states[i], asked) == 0)
			return work->states[i];
	return "";
}

const char *
desk_work_search(struct web *w)
{
	return text_cut(w->arena, text_normal(w->arena, fields_get(w->query, "search")), SEARCH_MAX);
}

static void
pill(struct web *w, json_t *list, const char *label, const char *url, bool current, int64_t count)
{
	json_array_append_new(list, json_pack("{s:s, s:s, s:b, s:o}", "label", words_get(w->words, label), "url", url,
	    "current", (int)current, "count", json_sprintf("%" PRId64, count)));
}

static json_t *
pills(struct web *w, const struct desk_work *work, const char *chosen, const json_t *counts)
{
	json_t *list = json_array();
	const json_t *n;
	const char *key;
	int64_t all = 0;
	size_t i;

	json_object_foreach((json_t *)(uintptr_t)counts, key, n)
		all += json_integer_value(n);
	pill(w, list, "message_all", work->path, chosen[0] == '\0', all);
	for (i = 0; work->states[i] != NULL; i++) {
		const char *state = work->states[i];
		bool current = strcmp(state, chosen) == 0;

		if (current || json_int(counts, state) > 0)
			pill(w, list, arena_printf(w->arena, "%s%s", work->state, state),
			    arena_printf(w->arena, "%s?state=%s", work->path, state), current, json_int(counts, state));
	}
	return list;
}

void
desk_work_list(struct web *w, const struct desk_work *work, const json_t *list, const char *state, const char *search)
{
	json_t *rows = json_object_get(list, "rows"), *row;
	size_t i;

	json_array_foreach(rows, i, row)
		json_object_set_new(row, "row_url", json_sprintf("%s/%" PRId64, work->path, json_int(row, "id")));
	json_object_set(w->view, "rows", rows);
	json_object_set_new(w->view, "any", json_boolean(json_array_size(rows) > 0));
	json_object_set_new(w->view, "pills", pills(w, work, state, json_object_get(list, "counts")));
	json_object_set_new(w->view, "search", search[0] != '\0' ? json_string(search) : json_null());
	json_object_set_new(w->view, "narrowed", json_boolean(search[0] != '\0' || state[0] != '\0'));
	json_object_set_new(w->view, "may_write", json_boolean(web_may(w, RIGHT_WRITE)));
}

/* --- a new one --- */

/* copied: 0, or the one that it is to be like, which the page names. */
static enum err
show_new(struct web *w, const struct desk_work *work, enum status status, int64_t copied)
{
	json_t *old;
	enum err e;

	json_object_set_new(w->view, "copied", json_null());
	if (copied != 0) {
		e = work->show(w->db, w->words, copied, &old);
		if (e != ERR_OK)
			return e;
		json_object_set(w->view, "copied", old);
	}
	return web_page(w, status, work->page);
}

static int64_t
copied_of(const struct fields *fields)
{
	int64_t copied = 0;

	return fields_int(fields, "copy", 1, INT64_MAX, &copied) == ERR_OK ? copied : 0;
}

enum err
desk_work_new(struct web *w, const struct desk_work *work)
{
	form_set(web_form(w), "title", "");
	return show_new(w, work, HTTP_OK, copied_of(w->query));
}

enum err
desk_work_create(struct web *w, const struct desk_work *work)
{
	struct form *f = web_form(w);
	const char *title = form_name(f, "title", FORM_REQUIRED, work->title_max);
	int64_t copied = copied_of(w->fields), made;
	enum err e;

	if (!form_ok(f))
		return show_new(w, work, HTTP_UNPROCESSABLE, copied);
	e = work->create(w->db, w->staff, copied, title, &made);
	if (e == ERR_INVALID && !db_failed(w->db)) {
		form_problem(f, "title", "message_no_department");
		return show_new(w, work, HTTP_UNPROCESSABLE, copied);
	}
	return e != ERR_OK ? e : web_see_other(w, "%s/%" PRId64, work->path, made);
}

/* --- the steps of one --- */

void
desk_work_task(struct web *w, const struct desk_work *work, json_t *tasks, int64_t id, const char *name, const char *state)
{
	bool later = strcmp(state, "later") == 0;

	json_object_set_new(tasks, name, json_pack("{s:o, s:s, s:s}",
	    "task_url", later ? json_null() : json_sprintf("%s/%" PRId64 "/%s", work->path, id, name),
	    "state", strcmp(state, "none") == 0 ? "done" : state,
	    "state_text", words_get(w->words, arena_printf(w->arena, "message_task_%s", state))));
}
