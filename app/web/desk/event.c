/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Events at the desk.
 *
 *	GET       /desk/events				all of them
 *	GET, POST /desk/events/new			a title
 *	GET       /desk/events/{event}			where it stands, what comes next
 *	GET, POST /desk/events/{event}/edit		what, where, for whom
 *	GET, POST /desk/events/{event}/dates		dates with their seats
 *	GET, POST /desk/events/{event}/rules		how seats are given
 *	GET, POST /desk/events/{event}/publish		公開前チェック
 *	GET, POST /desk/events/{event}/cancel		called off, and told
 *	GET       /desk/events/{event}/applicants	who signed up
 *	POST      /desk/events/{event}/applicants	yes, no or cancelled
 *
 * Check-in and lottery have files of their own (checkin.c, draw.c).
 */
#include "domain/applicant.h"
#include "domain/event.h"
#include "web/handlers.h"
#include "web/web.h"

#include <stdlib.h>

enum { TITLE_MAX = 100, LINE_MAX_LENGTH = 200, TEXT_MAX = 4000, CONTACT_MAX = 300, SEATS_MAX = 100000, REPEAT_MAX = 60 };

static const char *const states[] = { "", "draft", "open", "ended", "cancelled", NULL };

enum err
desk_event_list(struct web *w)
{
	const char *state = "", *asked = fields_get(w->query, "state");
	json_t *events, *pills = json_keep(w->arena, json_array());
	size_t i;
	enum err e;

	for (i = 0; states[i] != NULL; i++) {
		if (strcmp(states[i], asked) == 0)
			state = states[i];
	}
	for (i = 0; states[i] != NULL; i++)
		json_array_append_new(pills, json_pack("{s:s, s:s, s:b}",
		    "label", words_get(w->words, i == 0 ? "message_all" : arena_printf(w->arena, "event_state_%s", states[i])),
		    "url", i == 0 ? "/desk/events" : arena_printf(w->arena, "/desk/events?state=%s", states[i]),
		    "current", strcmp(states[i], state) == 0));
	e = event_list(w->db, w->words, state, &events);
	if (e != ERR_OK)
		return e;
	json_object_set(w->view, "events", events);
	json_object_set(w->view, "pills", pills);
	json_object_set_new(w->view, "any", json_boolean(json_array_size(events) > 0));
	json_object_set_new(w->view, "may_write", json_boolean(web_may(w, RIGHT_WRITE)));
	return web_page(w, HTTP_OK, "desk/event/list");
}

enum err
desk_event_new(struct web *w)
{
	form_set(web_form(w), "title", "");
	return web_page(w, HTTP_OK, "desk/event/new");
}

enum err
desk_event_create(struct web *w)
{
	struct form *f = web_form(w);
	const char *title = form_name(f, "title", FORM_REQUIRED, TITLE_MAX);
	int64_t event;
	enum err e;

	if (!form_ok(f))
		return web_page(w, HTTP_UNPROCESSABLE, "desk/event/new");
	e = event_add(w->db, w->staff, title, &event);
	return e != ERR_OK ? e : web_see_other(w, "/desk/events/%" PRId64 "/edit", event);
}

static enum err
open_event(struct web *w, json_t **event)
{
	enum err e = event_show(w->db, w->words, web_id(w, "event"), event);

	if (e != ERR_OK)
		return e;
	json_object_set(w->view, "event", *event);
	json_object_set_new(w->view, "changed", json_false());
	return ERR_OK;
}

static enum err
back(struct web *w, const char *page)
{
	web_tell(w, "success", "tell_saved");
	return web_see_other(w, "/desk/events/%" PRId64 "%s", web_id(w, "event"), page);
}

/* Somebody else saved: their values, with a word about it. */
static enum err
changed(struct web *w, const char *page)
{
	json_t *event;
	enum err e = open_event(w, &event);

	if (e != ERR_OK)
		return e;
	json_object_set_new(w->view, "changed", json_true());
	return web_page(w, HTTP_CONFLICT, page);
}

enum err
desk_event_show(struct web *w)
{
	json_t *event;
	enum err e = open_event(w, &event);

	if (e != ERR_OK)
		return e;
	json_object_set_new(w->view, "may_write", json_boolean(web_may(w, RIGHT_WRITE)));
	json_object_set_new(w->view, "may_approve", json_boolean(web_may(w, RIGHT_APPROVE)));
	json_object_set_new(w->view, "lottery", json_boolean(strcmp(json_text(event, "rule"), "lottery") == 0));
	return web_page(w, HTTP_OK, "desk/event/show");
}

/* --- what, where, for whom --- */

static const char *const texts[] = { "title", "target", "fee", "bring", NULL };
static const char *const flags[] = { "free", "childcare", "sign_language", "online", "listed", NULL };
static const char *const places[] = { "category", "place", "address", "organiser", NULL };

enum err
desk_event_edit(struct web *w)
{
	struct form *f;
	json_t *event;
	size_t i;
	enum err e = open_event(w, &event);

	if (e != ERR_OK)
		return e;
	f = web_form(w);
	for (i = 0; texts[i] != NULL; i++)
		form_set(f, texts[i], json_text(json_object_get(event, "texts"), texts[i]));
	for (i = 0; flags[i] != NULL; i++)
		form_set_flag(f, flags[i], json_flag(event, flags[i]));
	for (i = 0; places[i] != NULL; i++)
		form_set(f, places[i], json_text(event, places[i]));
	form_set(f, "text", json_text(json_object_get(event, "texts"), "text"));
	form_set(f, "access", json_text(event, "access"));
	form_set(f, "contact", json_text(event, "contact"));
	return web_page(w, HTTP_OK, "desk/event/edit");
}

enum err
desk_event_edit_save(struct web *w)
{
	struct form *f;
	json_t *event, *words;
	struct event_text t;
	size_t i;
	enum err e = open_event(w, &event);

	if (e != ERR_OK)
		return e;
	f = web_form(w);
	words = json_keep(w->arena, json_object());
	for (i = 0; texts[i] != NULL; i++)
		json_object_set_new(words, texts[i], json_string(form_name(f, texts[i], i == 0 ? FORM_REQUIRED : FORM_OPTIONAL,
		    i == 0 ? TITLE_MAX : LINE_MAX_LENGTH)));
	json_object_set_new(words, "text", json_string(form_lines(f, "text", FORM_OPTIONAL, TEXT_MAX)));
	t = (struct event_text){ .texts = words, .category = form_name(f, "category", FORM_OPTIONAL, TITLE_MAX),
		.place = form_name(f, "place", FORM_OPTIONAL, LINE_MAX_LENGTH),
		.address = form_name(f, "address", FORM_OPTIONAL, LINE_MAX_LENGTH),
		.organiser = form_name(f, "organiser", FORM_OPTIONAL, LINE_MAX_LENGTH),
		.access = form_lines(f, "access", FORM_OPTIONAL, 1000),
		.contact = form_lines(f, "contact", FORM_REQUIRED, CONTACT_MAX), .free = form_flag(f, "free"),
		.childcare = form_flag(f, "childcare"), .sign_language = form_flag(f, "sign_language"), .online = form_flag(f, "online"),
		.listed = form_flag(f, "listed") };
	if (!form_ok(f))
		return web_page(w, HTTP_UNPROCESSABLE, "desk/event/edit");
	e = event_save(w->db, web_id(w, "event"), strtoll(fields_get(w->fields, "revision"), NULL, 10), &t);
	return e == ERR_CONFLICT ? changed(w, "desk/event/edit") : e != ERR_OK ? e : back(w, "");
}

/* --- dates --- */

static enum err
dates_page(struct web *w, enum status status)
{
	return web_page(w, status, "desk/event/dates");
}

enum err
desk_event_dates(struct web *w)
{
	struct form *f;
	json_t *event;
	enum err e = open_event(w, &event);

	if (e != ERR_OK)
		return e;
	f = web_form(w);
	form_set_datetime(f, "begins", 0);
	form_set(f, "minutes", "120");
	form_set(f, "capacity", "");
	form_set(f, "quotas", "");
	form_set(f, "every", "");
	form_set(f, "times", "");
	return dates_page(w, HTTP_OK);
}

/* A date goes, or gets another number of seats. */
static enum err
change_date(struct web *w)
{
	int64_t event = web_id(w, "event"), slot = strtoll(fields_get(w->fields, "slot"), NULL, 10), over = 0;
	enum err e;

	if (fields_get(w->fields, "remove")[0] != '\0') {
		e = event_date_remove(w->db, event, slot);
		if (e == ERR_CONFLICT) {
			web_tell(w, "error", "tell_event_date_used");
			return web_see_other(w, "/desk/events/%" PRId64 "/dates", event);
		}
		return e != ERR_OK ? e : back(w, "/dates");
	}
	e = event_date_capacity(w->db, event, slot, strtoll(fields_get(w->fields, "seats"), NULL, 10), &over);
	if (e == ERR_OK && over > 0) {
		web_tell(w, "error", "tell_event_date_over");
		return web_see_other(w, "/desk/events/%" PRId64 "/dates", event);
	}
	return e != ERR_OK ? e : back(w, "/dates");
}

enum err
desk_event_dates_save(struct web *w)
{
	struct event_dates d;
	struct form *f;
	json_t *event;
	int64_t minutes;
	enum err e = open_event(w, &event);

	if (e != ERR_OK)
		return e;
	if (fields_has(w->fields, "slot"))
		return change_date(w);
	f = web_form(w);
	d.begins_ms = form_datetime(f, "begins", FORM_REQUIRED);
	minutes = form_number(f, "minutes", FORM_REQUIRED, 1, 7 * 24 * 60);
	d.ends_ms = d.begins_ms + minutes * 60 * 1000;
	d.capacity = form_number(f, "capacity", FORM_OPTIONAL, 1, SEATS_MAX);
	d.every_days = form_number(f, "every", FORM_OPTIONAL, 1, 366);
	d.times = form_number(f, "times", FORM_OPTIONAL, 1, REPEAT_MAX);
	d.quotas = form_lines(f, "quotas", FORM_OPTIONAL, 1000);
	if (!event_quotas_read(w->arena, d.quotas))
		form_problem(f, "quotas", "event_quotas_lines");
	if (!form_ok(f))
		return dates_page(w, HTTP_UNPROCESSABLE);
	e = event_dates_add(w->db, w->arena, web_id(w, "event"), &d);
	return e != ERR_OK ? e : back(w, "/dates");
}

/* --- rules --- */

static const char *const rules[] = { "none", "first", "lottery", "approval", NULL };

static void
rule_options(struct web *w, struct form *f)
{
	json_t *options = json_keep(w->arena, json_array());

	for (size_t i = 0; rules[i] != NULL; i++)
		json_array_append_new(options, json_pack("{s:s, s:s}", "value", rules[i],
		    "label", words_get(w->words, arena_printf(w->arena, "event_rule_%s", rules[i]))));
	form_options(f, "rule", options);
}

enum err
desk_event_rules(struct web *w)
{
	struct form *f;
	json_t *event;
	enum err e = open_event(w, &event);

	if (e != ERR_OK)
		return e;
	f = web_form(w);
	form_set(f, "rule", json_text(event, "rule"));
	rule_options(w, f);
	form_set_datetime(f, "opens", json_int(event, "opens_ms"));
	form_set_datetime(f, "closes", json_int(event, "closes_ms"));
	form_set(f, "group_max", arena_printf(w->arena, "%" PRId64, json_int(event, "group_max")));
	form_set(f, "offer_hours", json_int(event, "offer_hours") > 0 ?
	    arena_printf(w->arena, "%" PRId64, json_int(event, "offer_hours")) : "");
	form_set_flag(f, "once", json_flag(event, "once"));
	form_set_flag(f, "waiting", json_flag(event, "waiting"));
	form_set_flag(f, "in_order", json_flag(event, "in_order"));
	return web_page(w, HTTP_OK, "desk/event/rules");
}

enum err
desk_event_rules_save(struct web *w)
{
	struct event_rules r;
	struct form *f;
	json_t *event;
	enum err e = open_event(w, &event);

	if (e != ERR_OK)
		return e;
	f = web_form(w);
	r.rule = form_choice(f, "rule", FORM_REQUIRED, rules);
	rule_options(w, f);
	r.opens_ms = form_datetime(f, "opens", FORM_OPTIONAL);
	r.closes_ms = form_datetime(f, "closes", FORM_OPTIONAL);
	r.group_max = form_number(f, "group_max", FORM_REQUIRED, 1, 50);
	r.offer_hours = form_number(f, "offer_hours", FORM_OPTIONAL, 1, 336);
	r.once = form_flag(f, "once");
	r.waiting = form_flag(f, "waiting");
	r.in_order = form_flag(f, "in_order");
	if (r.opens_ms != 0 && r.closes_ms != 0 && r.closes_ms <= r.opens_ms)
		form_problem(f, "closes", "event_closes_early");
	if (!form_ok(f))
		return web_page(w, HTTP_UNPROCESSABLE, "desk/event/rules");
	e = event_rules_save(w->db, web_id(w, "event"), strtoll(fields_get(w->fields, "revision"), NULL, 10), &r);
	return e == ERR_CONFLICT ? changed(w, "desk/event/rules") : e != ERR_OK ? e : back(w, "");
}

/* --- its life --- */

static enum err
publish_page(struct web *w, enum status status, const json_t *event)
{
	const json_t *keys = event_lacks(w->arena, event), *key;
	json_t *lacks = json_keep(w->arena, json_array());
	size_t i;

	json_array_foreach(keys, i, key)
		json_array_append_new(lacks, json_string(words_get(w->words, json_string_value(key))));
	json_object_set(w->view, "lacks", lacks);
	json_object_set_new(w->view, "lacking", json_boolean(json_array_size(lacks) > 0));
	json_object_set_new(w->view, "may_approve", json_boolean(web_may(w, RIGHT_APPROVE)));
	return web_page(w, status, "desk/event/publish");
}

enum err
desk_event_publish(struct web *w)
{
	json_t *event;
	enum err e = open_event(w, &event);

	return e != ERR_OK ? e : publish_page(w, HTTP_OK, event);
}

enum err
desk_event_publish_do(struct web *w)
{
	json_t *event;
	enum err e = open_event(w, &event);

	if (e == ERR_OK)
		e = event_open(w->db, web_id(w, "event"));
	return e == ERR_CONFLICT ? publish_page(w, HTTP_CONFLICT, event) : e != ERR_OK ? e : back(w, "");
}

enum err
desk_event_cancel(struct web *w)
{
	json_t *event;
	enum err e = open_event(w, &event);

	return e != ERR_OK ? e : json_flag(event, "open") ? web_page(w, HTTP_OK, "desk/event/cancel") :
	    web_see_other(w, "/desk/events/%" PRId64, web_id(w, "event"));
}

enum err
desk_event_cancel_do(struct web *w)
{
	json_t *event;
	enum err e = open_event(w, &event);

	if (e == ERR_OK && json_flag(event, "open"))
		e = event_cancel(w->db, web_id(w, "event"));
	return e == ERR_OK ? back(w, "") : e;
}

/* --- applicants --- */

enum err
desk_event_applicants(struct web *w)
{
	json_t *event, *list, *one;
	size_t i;
	enum err e = open_event(w, &event);

	if (e == ERR_OK)
		e = web_vault(w);
	if (e == ERR_OK)
		e = applicant_list(w->db, w->vault, w->arena, web_id(w, "event"), w->lang, &list);
	if (e != ERR_OK)
		return e;
	json_array_foreach(list, i, one) {
		const char *state = json_text(one, "state");
		bool over = strcmp(state, "applied") != 0 && strcmp(state, "confirmed") != 0 && strcmp(state, "waiting") != 0 &&
		    strcmp(state, "offered") != 0;

		json_object_set_new(one, "state_text", json_string(words_get(w->words, arena_printf(w->arena, "applicant_%s", state))));
		json_object_set_new(one, "decides", json_boolean(strcmp(state, "applied") == 0 || strcmp(state, "waiting") == 0));
		json_object_set_new(one, "leaves", json_boolean(!over));
	}
	json_object_set(w->view, "applicants", list);
	json_object_set_new(w->view, "any", json_boolean(json_array_size(list) > 0));
	json_object_set_new(w->view, "may_write", json_boolean(web_may(w, RIGHT_WRITE)));
	return web_page(w, HTTP_OK, "desk/event/applicants");
}

enum err
desk_event_applicants_do(struct web *w)
{
	int64_t event = web_id(w, "event"), id = strtoll(fields_get(w->fields, "application"), NULL, 10);
	const char *act = fields_get(w->fields, "act");
	json_t *it;
	enum err e = open_event(w, &it);

	if (e == ERR_OK)
		e = strcmp(act, "yes") == 0 ? applicant_decide(w->db, event, id, true) :
		    strcmp(act, "no") == 0 ? applicant_decide(w->db, event, id, false) :
		    strcmp(act, "cancel") == 0 ? applicant_cancel(w->db, event, id) : ERR_INVALID;
	if (e == ERR_GONE || e == ERR_CONFLICT) {
		web_tell(w, "error", e == ERR_GONE ? "tell_event_no_seat" : "tell_event_decided");
		e = ERR_OK;
	} else if (e == ERR_OK)
		web_tell(w, "success", "tell_saved");
	return e != ERR_OK ? e : web_see_other(w, "/desk/events/%" PRId64 "/applicants", event);
}
