/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The dates of an event, each with its seats.
 *
 *	GET, POST /desk/events/{event}/dates		all of them; adds one, or some that repeat
 *	GET, POST /desk/events/{event}/dates/{slot}	changes one
 *	POST      /desk/events/{event}/dates/{slot}/remove	where nobody has signed up
 *
 * One that does not take place: event_off.c.
 */
#include "base/clock.h"
#include "web/desk/event.h"
#include "web/handlers.h"

enum { MINUTE_MS = 60000 };

static bool
changeable(const json_t *event)
{
	return json_flag(event, "draft") || json_flag(event, "open");
}

static void
fill(struct form *f, struct arena *a, const json_t *slot)
{
	const json_t *capacity = json_object_get(slot, "capacity");

	form_set_datetime(f, "begins", json_int(slot, "begins_ms"));
	form_set_datetime(f, "ends", json_int(slot, "ends_ms"));
	form_set(f, "capacity", json_is_integer(capacity) ? arena_printf(a, "%" PRId64, json_int(slot, "capacity")) : "");
	form_set(f, "quotas", event_quota_lines(a, json_object_get(slot, "quotas")));
}

/* --- all of them --- */

static enum err
dates_page(struct web *w, enum status status, struct form *f, const json_t *event)
{
	json_t *steps = json_keep(w->arena, json_array()), *slot;
	bool quotas = false;
	size_t i;

	for (i = 0; event_steps[i] != NULL; i++)
		json_array_append_new(steps, json_pack("{s:s, s:s}", "value", event_steps[i],
		    "label", words_get(w->words, arena_printf(w->arena, "event_step_%s", event_steps[i]))));
	form_options(f, "step", steps);
	json_array_foreach(json_object_get(event, "slots"), i, slot) {
		json_object_set_new(slot, "slot_url", json_sprintf("/desk/events/%" PRId64 "/dates/%" PRId64, json_int(event, "id"),
		    json_int(slot, "id")));
		quotas = quotas || json_array_size(json_object_get(slot, "quotas")) > 0;
	}
	json_object_set_new(w->view, "any_quotas", json_boolean(quotas));
	json_object_set_new(w->view, "any_slots", json_boolean(json_array_size(json_object_get(event, "slots")) > 0));
	json_object_set_new(w->view, "changeable", json_boolean(changeable(event) && web_may(w, RIGHT_WRITE)));
	return web_page(w, status, "desk/event/dates");
}

enum err
desk_event_dates_page(struct web *w)
{
	struct form *f = web_form(w);
	const json_t *last;
	json_t *event;
	enum err e = desk_event_open(w, &event);

	if (e != ERR_OK)
		return e;
	/* The next one is most often like the last. */
	last = json_array_get(json_object_get(event, "slots"), json_array_size(json_object_get(event, "slots")) - 1);
	fill(f, w->arena, last);
	if (last != NULL) {
		form_set_datetime(f, "begins", 0);
		form_set_datetime(f, "ends", 0);
	}
	form_set(f, "step", "once");
	form_set_datetime(f, "until", 0);
	form_set(f, "except", "");
	form_set_flag(f, "holidays", false);
	return dates_page(w, HTTP_OK, f, event);
}

/* What is drawn is so many seats: before an event is published the check asks for them, then nobody takes them away.  Nor
 * does a date come later: people would sign up for it before its rule is published, and it could never be drawn. */
static void
read_dates(struct web *w, struct form *f, const json_t *event, bool alone, struct event_dates *d)
{
	event_read_dates(f, w->arena, alone, d);
	if (!json_flag(event, "lottery") || json_flag(event, "draft"))
		return;
	if (!alone)
		form_problem(f, "begins", "event_dates_lottery");
	else if (d->capacity == 0 && !form_is_wrong(f, "capacity"))
		form_problem(f, "capacity", "event_lacks_capacity");
}

enum err
desk_event_dates_add(struct web *w)
{
	struct form *f = web_form(w);
	struct event_dates d;
	json_t *event;
	int made;
	enum err e = desk_event_open(w, &event);

	if (e != ERR_OK)
		return e;
	if (!changeable(event))
		return ERR_CONFLICT;
	read_dates(w, f, event, false, &d);
	if (!form_ok(f))
		return dates_page(w, HTTP_UNPROCESSABLE, f, event);
	e = event_dates_add(w->db, json_int(event, "id"), &d, &made);
	if (e != ERR_OK)
		return e;
	if (made == 0) {
		form_problem(f, "begins", "event_dates_none");
		return dates_page(w, HTTP_UNPROCESSABLE, f, event);
	}
	web_tell(w, "success", "tell_event_dates");
	return desk_event_go(w, event, "dates");
}

/* --- one --- */

enum err
desk_event_date_open(struct web *w, json_t **event, json_t **slot)
{
	int64_t id = web_id(w, "slot");
	json_t *one;
	size_t i;
	enum err e = desk_event_open(w, event);

	if (e != ERR_OK)
		return e;
	json_array_foreach(json_object_get(*event, "slots"), i, one)
		if (json_int(one, "id") == id) {
			*slot = one;
			json_object_set(w->view, "slot", one);
			return ERR_OK;
		}
	return ERR_NOT_FOUND;
}

enum err
desk_event_date(struct web *w)
{
	struct form *f = web_form(w);
	json_t *event, *slot;
	enum err e = desk_event_date_open(w, &event, &slot);

	if (e != ERR_OK)
		return e;
	if (!changeable(event) || json_flag(slot, "cancelled"))
		return desk_event_go(w, event, "dates");
	fill(f, w->arena, slot);
	return web_page(w, HTTP_OK, "desk/event/date");
}

/* To the minute, as it is typed. */
static bool
moves(const json_t *slot, const struct event_dates *d)
{
	return json_int(slot, "begins_ms") / MINUTE_MS != d->begins / MINUTE_MS ||
	    json_int(slot, "ends_ms") / MINUTE_MS != d->ends / MINUTE_MS;
}

enum err
desk_event_date_save(struct web *w)
{
	struct form *f = web_form(w);
	struct event_dates d;
	json_t *event, *slot;
	bool awaited;
	enum err e = desk_event_date_open(w, &event, &slot);

	if (e != ERR_OK)
		return e;
	if (!changeable(event) || json_flag(slot, "cancelled"))
		return ERR_CONFLICT;
	awaited = json_flag(event, "open") && !json_flag(slot, "began") && json_int(slot, "active") > 0;
	read_dates(w, f, event, true, &d);
	/* A slip of the year would thank them for having come. */
	if (awaited && form_ok(f) && d.begins <= clock_ms())
		form_problem(f, "begins", "event_date_past");
	if (!form_ok(f))
		return web_page(w, HTTP_UNPROCESSABLE, "desk/event/date");
	e = event_date_save(w->db, f, json_int(event, "id"), json_int(slot, "id"), &d);
	if (e == ERR_INVALID && !db_failed(w->db))
		return web_page(w, HTTP_UNPROCESSABLE, "desk/event/date");
	if (e != ERR_OK)
		return e;
	if (awaited && moves(slot, &d))
		web_tell(w, "warning", "tell_event_moved");
	else
		web_tell(w, "success", "tell_event_saved");
	return desk_event_go(w, event, "dates");
}

enum err
desk_event_date_remove(struct web *w)
{
	json_t *event, *slot;
	bool removed;
	enum err e = desk_event_date_open(w, &event, &slot);

	if (e == ERR_OK)
		e = event_date_remove(w->db, json_int(event, "id"), json_int(slot, "id"), &removed);
	if (e != ERR_OK)
		return e;
	if (!removed)
		return ERR_CONFLICT;
	web_tell(w, "success", "tell_event_date_removed");
	return desk_event_go(w, event, "dates");
}
