/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Events at the desk: the list, a new one, the steps of one, its questions.
 *
 *	GET  /desk/events		by state and words of the title; a page at a time
 *	GET  /desk/events/new		from nothing, or from an earlier one (?copy=12)
 *	POST /desk/events/new
 *	GET  /desk/events/{event}	what happens, the steps, what can be done
 *	/desk/events/{event}/questions…	the sign-up form (question.h)
 *	/desk/events/{event}/languages…	all of it in other languages (language.h)
 *
 * What it says is in event_part.c, its dates in event_date.c, its life in event_life.c, who
 * signed up in applicant.c.
 */
#include "web/desk/event.h"
#include "web/desk/language.h"
#include "web/desk/work.h"
#include "web/handlers.h"
#include "web/qr.h"

enum err
desk_event_open(struct web *w, json_t **event)
{
	enum err e = event_show(w->db, w->words, web_id(w, "event"), event);

	if (e != ERR_OK)
		return e;
	json_object_set(w->view, "event", *event);
	json_object_set_new(w->view, "may_write", json_boolean(web_may(w, RIGHT_WRITE)));
	json_object_set_new(w->view, "may_approve", json_boolean(web_may(w, RIGHT_APPROVE)));
	return ERR_OK;
}

enum err
desk_event_go(struct web *w, const json_t *event, const char *page)
{
	if (page[0] == '\0')
		return web_see_other(w, "/desk/events/%" PRId64, json_int(event, "id"));
	return web_see_other(w, "/desk/events/%" PRId64 "/%s", json_int(event, "id"), page);
}

enum err
desk_event_lacks(struct web *w, json_t *event, json_t **lacks)
{
	json_t *draft, *faults = json_keep(w->arena, json_array());
	enum err e = ERR_OK;

	if (json_int(event, "questions") > 0) {
		e = question_draft(w->db, json_int(event, "questionnaire"), &draft);
		if (e == ERR_OK)
			faults = question_fault_rows(w->arena, w->words, draft);
	}
	if (e == ERR_OK)
		*lacks = event_lacks(w->arena, w->words, event, faults);
	return e;
}

json_t *
desk_event_dates(struct web *w, const json_t *event)
{
	json_t *options = json_keep(w->arena, json_array());
	const json_t *slot;
	size_t i;

	json_array_foreach(json_object_get(event, "slots"), i, slot)
		json_array_append_new(options, json_pack("{s:o, s:s}", "value", json_sprintf("%" PRId64, json_int(slot, "id")),
		    "label", json_text(slot, "when")));
	return options;
}

/* --- the list --- */

static const char *const states[] = { "draft", "open", "ended", "cancelled", NULL };
static const struct desk_work work = { "/desk/events", "desk/event/new", "event_state_", states, EVENT_TITLE_MAX, event_show,
	event_create };

static json_t *
list_url(struct web *w, const char *state, const char *search, int64_t after)
{
	struct buf b;

	buf_init(&b, w->arena);
	buf_addf(&b, "/desk/events?state=%s&search=", state);
	buf_add_percent(&b, search, strlen(search));
	if (after != 0)
		buf_addf(&b, "&after=%" PRId64, after);
	return json_string(b.data);
}

enum err
desk_event_list(struct web *w)
{
	const char *state = desk_work_state(w, &work), *search = desk_work_search(w);
	json_t *list;
	int64_t after = 0;
	enum err e;

	if (fields_int(w->query, "after", 0, INT64_MAX, &after) != ERR_OK)
		after = 0;
	e = event_list(w->db, w->words, state, search, after, &list);
	if (e != ERR_OK)
		return e;
	desk_work_list(w, &work, list, state, search);
	json_object_set_new(w->view, "newest_url", after != 0 ? list_url(w, state, search, 0) : json_null());
	json_object_set_new(w->view, "older_url", json_is_integer(json_object_get(list, "next"))
	    ? list_url(w, state, search, json_int(list, "next")) : json_null());
	return web_page(w, HTTP_OK, "desk/event/list");
}

enum err desk_event_new(struct web *w) { return desk_work_new(w, &work); }
enum err desk_event_create(struct web *w) { return desk_work_create(w, &work); }

/* --- the steps of one --- */

static json_t *
tasks_of(struct web *w, const json_t *e, bool ready)
{
	static const char *const parts[] = { "content", "place", "picture", "dates", "rules", "around", "languages" };
	json_t *tasks = json_object();
	int64_t id = json_int(e, "id");
	bool asks = json_int(e, "questions") > 0, draft = json_flag(e, "draft");

	for (size_t i = 0; i < sizeof parts / sizeof *parts; i++)
		desk_work_task(w, &work, tasks, id, parts[i], event_progress(e, parts[i]));
	desk_work_task(w, &work, tasks, id, "questions", asks ? "done" : "todo");
	desk_work_task(w, &work, tasks, id, "each", !asks || !draft ? "later" :
	    json_array_size(json_object_get(e, "each")) > 0 ? "done" : "todo");
	desk_work_task(w, &work, tasks, id, "lottery", json_flag(e, "drawn") ? "done" : "todo");
	desk_work_task(w, &work, tasks, id, "publish", !draft ? "done" : ready ? "todo" : "later");
	return tasks;
}

static void
numbers(struct web *w, json_t *e)
{
	static const char *const keys[] = { "applied", "confirmed", "waiting", "offered", "cancelled" };
	json_t *list = json_array();
	size_t i;

	for (i = 0; i < sizeof keys / sizeof *keys; i++) {
		int64_t n = json_int(json_object_get(e, "counts"), keys[i]);

		if (n > 0 || i == 1)
			json_array_append_new(list, json_pack("{s:o, s:o, s:s, s:s}", "count", json_sprintf("%" PRId64, n),
			    "stat_url", json_sprintf("/desk/events/%" PRId64 "/applicants?state=%s", json_int(e, "id"), keys[i]),
			    "look", strcmp(keys[i], "applied") == 0 || strcmp(keys[i], "offered") == 0 ? "warn" : "",
			    "label", words_get(w->words, arena_printf(w->arena, "applicant_state_%s", keys[i]))));
	}
	json_object_set_new(w->view, "numbers", list);
}

enum err
desk_event_show(struct web *w)
{
	json_t *event, *lacks;
	const char *url;
	enum err e = desk_event_open(w, &event);

	if (e == ERR_OK)
		e = desk_event_lacks(w, event, &lacks);
	if (e != ERR_OK)
		return e;
	url = arena_printf(w->arena, "%s/events/%" PRId64, web_origin(w), json_int(event, "id"));
	json_object_set_new(w->view, "tasks", tasks_of(w, event, json_array_size(lacks) == 0));
	json_object_set_new(w->view, "lacking", json_boolean(json_flag(event, "draft") && json_array_size(lacks) > 0));
	json_object_set_new(w->view, "any_slots", json_boolean(json_array_size(json_object_get(event, "slots")) > 0));
	json_object_set_new(w->view, "public_url", json_string(url));
	json_object_set_new(w->view, "qr", json_flag(event, "open") ? qr_json(w->arena, url) : json_null());
	json_object_set_new(w->view, "has_memo", json_boolean(json_text(event, "memo")[0] != '\0'));
	numbers(w, event);
	return web_page(w, HTTP_OK, "desk/event/show");
}

/* --- its questions --- */

static enum err
own_questions(struct web *w, int64_t *questionnaire, const char **title)
{
	json_t *event;
	enum err e = desk_event_open(w, &event);

	if (e != ERR_OK)
		return e;
	*questionnaire = json_int(event, "questionnaire");
	*title = json_text(event, "title");
	return *questionnaire != 0 ? ERR_OK : ERR_NOT_FOUND;
}

static const struct question_owner owner = { "event", "/desk/events", own_questions };

enum err desk_event_questions(struct web *w) { return question_list(w, &owner); }
enum err desk_event_questions_do(struct web *w) { return question_list_do(w, &owner); }
enum err desk_event_question_new(struct web *w) { return question_new(w, &owner); }
enum err desk_event_question_new_do(struct web *w) { return question_new_do(w, &owner); }
enum err desk_event_question(struct web *w) { return question_content(w, &owner); }
enum err desk_event_question_save(struct web *w) { return question_content_save(w, &owner); }
enum err desk_event_question_remove(struct web *w) { return question_remove_ask(w, &owner); }
enum err desk_event_question_ways(struct web *w) { return question_ways(w, &owner); }
enum err desk_event_question_ways_save(struct web *w) { return question_ways_save(w, &owner); }
enum err desk_event_ways(struct web *w) { return question_ways_all(w, &owner); }

/* --- in other languages --- */

static enum err
own_texts(struct web *w, json_t **out)
{
	enum err e = desk_event_open(w, out);

	if (e == ERR_OK && !json_flag(*out, "draft") && !json_flag(*out, "open"))
		json_object_set_new(*out, "over", json_string("tell_event_over"));
	return e;
}

static const struct language_owner tongues = { &owner, event_texts, own_texts, event_texts_save };

enum err desk_event_languages(struct web *w) { return language_list(w, &tongues); }
enum err desk_event_languages_save(struct web *w) { return language_list_save(w, &tongues); }
enum err desk_event_language(struct web *w) { return language_one(w, &tongues); }
enum err desk_event_language_save(struct web *w) { return language_one_save(w, &tongues); }
