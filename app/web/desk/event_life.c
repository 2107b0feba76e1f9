/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The life of an event: draft → open → ended, or called off (event_off.c); and what staff write to
 * those who signed up.
 *
 *	GET, POST /desk/events/{event}/publish	公開前チェック, then open
 *	GET, POST /desk/events/{event}/end	it is over
 *	GET, POST /desk/events/{event}/notices	what was written; a new one, counted before it goes
 */
#include "domain/applicant.h"
#include "domain/question_language.h"
#include "web/desk/event.h"
#include "web/handlers.h"

static enum err
show_check(struct web *w, enum status status, json_t *event)
{
	json_t *lacks;
	enum err e = desk_event_lacks(w, event, &lacks);

	if (e != ERR_OK)
		return e;
	json_object_set(w->view, "lacks", lacks);
	json_object_set_new(w->view, "lacking", json_boolean(json_array_size(lacks) > 0));
	json_object_set_new(w->view, "rule_text", json_string(words_get(w->words,
	    arena_printf(w->arena, "event_rule_%s", json_text(event, "rule")))));
	return web_page(w, status, "desk/event/publish");
}

enum err
desk_event_publish(struct web *w)
{
	json_t *event;
	enum err e = desk_event_open(w, &event);

	if (e != ERR_OK)
		return e;
	form_set_flag(web_form(w), "sure", false);
	return json_flag(event, "draft") ? show_check(w, HTTP_OK, event) : desk_event_go(w, event, "");
}

enum err
desk_event_publish_do(struct web *w)
{
	struct form *f = web_form(w);
	json_t *event, *lacks;
	enum err e = desk_event_open(w, &event);

	if (e == ERR_OK && !json_flag(event, "draft"))
		e = ERR_CONFLICT;
	if (e == ERR_OK)
		e = desk_event_lacks(w, event, &lacks);
	if (e != ERR_OK)
		return e;
	if (!form_flag(f, "sure") && json_array_size(lacks) == 0)
		form_problem(f, "sure", "survey_sure_required");
	if (!form_ok(f) || json_array_size(lacks) > 0)
		return show_check(w, HTTP_UNPROCESSABLE, event);
	e = event_publish(w->db, event, w->staff);
	if (e != ERR_OK)
		return e;
	web_tell(w, "success", "tell_event_opened");
	return desk_event_go(w, event, "");
}

/* --- it is over --- */

enum err
desk_event_end(struct web *w)
{
	json_t *event;
	enum err e = desk_event_open(w, &event);

	if (e != ERR_OK)
		return e;
	return json_flag(event, "open") ? web_page(w, HTTP_OK, "desk/event/end") : desk_event_go(w, event, "");
}

enum err
desk_event_end_do(struct web *w)
{
	json_t *event;
	enum err e = desk_event_open(w, &event);

	if (e == ERR_OK)
		e = event_end(w->db, json_int(event, "id"));
	if (e != ERR_OK)
		return e;
	web_tell(w, "success", "tell_event_ended");
	return desk_event_go(w, event, "");
}

/* --- notices --- */

static enum err
notices_page(struct web *w, enum status status, struct form *f, const json_t *event)
{
	json_t *list, *options = json_keep(w->arena, json_array());
	size_t i;
	enum err e = notice_list(w->db, w->lang, json_int(event, "id"), &list);

	if (e != ERR_OK)
		return e;
	for (i = 0; notice_states[i] != NULL; i++)
		json_array_append_new(options, json_pack("{s:o, s:s}", "value", json_sprintf("%zu", i + 1),
		    "label", words_get(w->words, arena_printf(w->arena, "applicant_state_%s", notice_states[i]))));
	form_options(f, "states", options);
	form_options(f, "slot", desk_event_dates(w, event));
	json_object_set(w->view, "notices", list);
	json_object_set_new(w->view, "any_notices", json_boolean(json_array_size(list) > 0));
	json_object_set_new(w->view, "several", json_boolean(json_array_size(json_object_get(event, "slots")) > 1));
	return web_page(w, status, "desk/event/notices");
}

enum err
desk_event_notices(struct web *w)
{
	static const int64_t confirmed[] = { 1 };
	struct form *f = web_form(w);
	json_t *event;
	enum err e = desk_event_open(w, &event);

	if (e != ERR_OK)
		return e;
	form_set_ids(f, "states", confirmed, 1);
	form_set(f, "slot", "");
	form_set(f, "subject", "");
	form_set(f, "body", "");
	json_object_set_new(w->view, "counted", json_null());
	return notices_page(w, HTTP_OK, f, event);
}

static void
notice_read(struct web *w, struct form *f, const json_t *event, struct notice *n)
{
	const char **states = arena_alloc(w->arena, 10 * sizeof *states);
	int64_t *ids;
	size_t count = form_ids(f, "states", FORM_REQUIRED, &ids), i, k = 0;
	const json_t *slot;
	bool known = false;

	for (i = 0; i < count; i++)
		if (ids[i] >= 1 && ids[i] <= 8)
			states[k++] = notice_states[ids[i] - 1];
	*n = (struct notice){ .event = json_int(event, "id"), .slot = form_number(f, "slot", FORM_OPTIONAL, 1, INT64_MAX),
	    .states = { states, k }, .subject = form_name(f, "subject", FORM_REQUIRED, 100),
	    .body = form_lines(f, "body", FORM_REQUIRED, EVENT_NOTICE_MAX), .staff = w->staff };
	json_array_foreach(json_object_get(event, "slots"), i, slot)
		known = known || json_int(slot, "id") == n->slot;
	if (n->slot != 0 && !known)
		form_problem(f, "slot", "form_choice");
}

/* The first press counts, the second one sends what was counted. */
enum err
desk_event_notices_send(struct web *w)
{
	struct form *f = web_form(w);
	int64_t people, reached, seen;
	struct notice n;
	json_t *event;
	enum err e = desk_event_open(w, &event);

	if (e != ERR_OK)
		return e;
	json_object_set_new(w->view, "counted", json_null());
	notice_read(w, f, event, &n);
	if (!form_ok(f))
		return notices_page(w, HTTP_UNPROCESSABLE, f, event);
	e = notice_count(w->db, &n, &people, &reached);
	if (e != ERR_OK)
		return e;
	if (fields_int(w->fields, "counted", 0, INT64_MAX, &seen) != ERR_OK || seen != people || people == 0) {
		json_object_set_new(w->view, "counted", json_pack("{s:I, s:I, s:b, s:b}", "people", (json_int_t)people,
		    "reached", (json_int_t)reached, "none", (int)(people == 0), "unreached", (int)(reached < people)));
		return notices_page(w, HTTP_OK, f, event);
	}
	e = notice_send(w->db, &n);
	if (e != ERR_OK)
		return e;
	web_tell(w, "success", "tell_event_notice");
	return desk_event_go(w, event, "notices");
}
