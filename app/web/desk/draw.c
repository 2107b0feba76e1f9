/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The lottery of an event: for everybody what is published, for staff the steps.
 *
 *	GET  /events/{event}/lottery		commitment, list, result
 *	GET  /events/{event}/lottery/record?slot=	the record of one date, to be drawn again
 *	GET  /desk/events/{event}/lottery	the same with the steps that are due
 *	POST /desk/events/{event}/lottery	takes one: commit, close or draw
 *
 * What may be done when is decided in sql/queries/draw.sql.
 */
#include <string.h>
#include "domain/draw.h"
#include "web/handlers.h"
#include "web/web.h"

enum { SOURCE_MAX = 300, VALUE_MAX = 200, LOTS = 3 };

static enum err
shown(struct web *w, bool draft)
{
	json_t *it, *draw;
	int64_t event = web_id(w, "event");
	size_t i;
	enum err e = draw_show(w->db, w->words, event, draft, &it);

	if (e != ERR_OK)
		return e;
	json_array_foreach(json_object_get(it, "draws"), i, draw) {
		json_object_set_new(draw, "rule_text", json_string(words_get(w->words,
		    arena_printf(w->arena, "draw_rule_%s", json_text(draw, "history")))));
		json_object_set_new(draw, "record_url", json_sprintf("/events/%" PRId64 "/lottery/record?slot=%" PRId64, event,
		    json_int(draw, "slot")));
	}
	json_object_set(w->view, "lottery", it);
	json_object_set_new(w->view, "action_url", json_sprintf("/desk/events/%" PRId64 "/lottery", event));
	json_object_set_new(w->view, "event_url", json_sprintf("/events/%" PRId64, event));
	return ERR_OK;
}

enum err
citizen_draw(struct web *w)
{
	enum err e = shown(w, false);

	return e != ERR_OK ? e : web_page(w, HTTP_OK, "citizen/draw/show");
}

enum err
citizen_draw_record(struct web *w)
{
	json_t *record;
	int64_t slot;
	enum err e;

	if (fields_int(w->query, "slot", 1, INT64_MAX, &slot) != ERR_OK)
		return ERR_NOT_FOUND;
	e = draw_record(w->db, web_id(w, "event"), slot, &record);
	return e != ERR_OK ? e : web_json(w, HTTP_OK, record);
}

/* Is it a date of this event? */
static bool
has_slot(const struct web *w, const char *list, int64_t slot)
{
	const json_t *one;
	size_t i;

	json_array_foreach(json_object_get(json_object_get(w->view, "lottery"), list), i, one)
		if (json_int(one, "slot") == slot)
			return true;
	return false;
}

static void
fields_show(struct form *f)
{
	form_set(f, "source", "");
	form_set(f, "day", "");
	form_set(f, "value", "");
}

enum err
desk_draw(struct web *w)
{
	enum err e = guard_arrive(w);

	if (e == ERR_OK)
		e = shown(w, true);
	if (e != ERR_OK)
		return e;
	fields_show(web_form(w));
	return web_page(w, HTTP_OK, "desk/draw/show");
}

static enum err
take(struct web *w, struct form *f, int64_t slot)
{
	const char *step = fields_get(w->fields, "step"), *source, *day, *value;
	json_t *rule;

	if (strcmp(step, "close") == 0)
		return draw_close(w->db, w->arena, slot);
	if (strcmp(step, "draw") == 0) {
		value = form_text(f, "value", FORM_REQUIRED, VALUE_MAX);
		return form_ok(f) ? draw_make(w->db, w->vault, w->arena, slot, value, w->staff) : ERR_INVALID;
	}
	source = form_text(f, "source", FORM_REQUIRED, SOURCE_MAX);
	day = form_text(f, "day", FORM_REQUIRED, 10);
	if (form_ok(f) && (strlen(day) != 10 || strspn(day, "0123456789-") != 10))
		form_problem(f, "day", "draw_day_wrong");
	if (!form_ok(f))
		return ERR_INVALID;
	rule = json_keep(w->arena, json_pack("{s:s, s:i, s:b}", "history", strcmp(fields_get(w->fields, "history"), "none") == 0 ?
	    "none" : strcmp(fields_get(w->fields, "history"), "order") == 0 ? "order" : "weight", "lots", LOTS, "strict", 0));
	return draw_commit(w->db, w->vault, w->arena, slot, rule, source, day, w->staff);
}

enum err
desk_draw_do(struct web *w)
{
	struct form *f = web_form(w);
	int64_t slot, event = web_id(w, "event");
	enum err e = web_vault(w);

	fields_show(f);
	if (e == ERR_OK)
		e = shown(w, true);
	if (e != ERR_OK)
		return e;
	if (fields_int(w->fields, "slot", 1, INT64_MAX, &slot) != ERR_OK)
		return ERR_INVALID;
	if (!has_slot(w, "draws", slot) && !has_slot(w, "missing", slot))
		return ERR_NOT_FOUND;
	e = take(w, f, slot);
	if (e == ERR_INVALID && !form_ok(f))
		return web_page(w, HTTP_UNPROCESSABLE, "desk/draw/show");
	if (e == ERR_CONFLICT && !db_failed(w->db))
		web_tell(w, "warning", "tell_draw_conflict");
	else if (e != ERR_OK)
		return e;
	else
		web_tell(w, "success", "tell_draw_done");
	return web_see_other(w, "/desk/events/%" PRId64 "/lottery", event);
}
