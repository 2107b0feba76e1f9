/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The lottery of an event: for everybody what is published, for staff the steps.
 *
 *	GET  /events/{event}/lottery		commitment, list, result
 *	GET  /events/{event}/lottery/record?slot=	the record of one date, to be drawn again
 *	GET  /desk/events/{event}/lottery	the same with the steps that are due
 *	POST /desk/events/{event}/lottery	takes one: commit, close, enter or draw, for all dates that are
 *						as far; each has a seed and a record of its own
 *
 * What may be done when is decided in sql/queries/draw.sql.
 */
#include <string.h>
#include "base/clock.h"
#include "domain/draw.h"
#include "web/handlers.h"
#include "web/web.h"

enum { SOURCE_MAX = 300, VALUE_MAX = 200, QUOTA_MAX = 100, LOTS = 3 };
static const char *const rules[] = { "weight", "order", "none", NULL };

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

/* Those that are as far: of the same value of the same day, with the same entered. */
static json_t *
group_of(json_t *groups, const json_t *draw)
{
	const json_t *entered = json_object_get(draw, "entered");
	size_t i, n = json_array_size(groups), before = json_array_size(entered);
	json_t *group, *last = json_array_get(entered, before - 1);

	if (last == NULL)
		last = json_null();

	for (i = 0; i < n; i++) {
		group = json_array_get(groups, i);
		if (strcmp(json_text(group, "source"), json_text(draw, "source")) == 0 &&
		    strcmp(json_text(group, "day"), json_text(draw, "day")) == 0 &&
		    json_equal(json_object_get(group, "last"), last))
			return group;
	}
	group = json_pack("{s:o, s:o, s:O, s:O, s:O, s:O, s:O, s:[]}",
	    "id", n == 0 ? json_string("value") : json_sprintf("value-%d", (int)n),
	    "taken_id", n == 0 ? json_string("taken") : json_sprintf("taken-%d", (int)n),
	    "last", last, "entered", json_object_get(draw, "entered"),
	    "source", json_object_get(draw, "source"), "value_day", json_object_get(draw, "value_day"),
	    "day", json_object_get(draw, "day"), "dates");
	json_object_set(group, "due_day", json_object_get(draw, "day"));
	json_array_append_new(groups, group);
	return group;
}

/* Dates that wait for the same value are drawn together: [{"id", "source", "value_day", "day", "last", "entered", "dates"}]. */
static json_t *
due_of(struct web *w, const json_t *draws)
{
	json_t *groups = json_keep(w->arena, json_array());
	const json_t *draw;
	size_t i;

	json_array_foreach(draws, i, draw)
		if (json_flag(draw, "may_draw"))
			json_array_append_new(json_object_get(group_of(groups, draw), "dates"),
			    json_pack("{s:O}", "when", json_object_get(draw, "when")));
	return groups;
}

static enum err
desk_shown(struct web *w, struct form *f, json_t **lottery)
{
	json_t *draws, *draw;
	size_t i;
	bool may_close = false;
	enum err e = shown(w, true);

	if (e != ERR_OK)
		return e;
	*lottery = json_object_get(w->view, "lottery");
	draws = json_object_get(*lottery, "draws");
	json_array_foreach(draws, i, draw)
		may_close = may_close || json_flag(draw, "may_close");
	json_object_set_new(w->view, "may_close", json_boolean(may_close));
	json_object_set(w->view, "due", due_of(w, draws));
	json_object_set_new(w->view, "any_missing", json_boolean(json_array_size(json_object_get(*lottery, "missing")) > 0));
	form_set(f, "source", "");
	form_set(f, "day", "");
	form_set(f, "value", "");
	form_set(f, "taken", "");
	form_set(f, "history", "");
	form_set(f, "first", "");
	return ERR_OK;
}

static void
rules_offer(struct web *w, struct form *f)
{
	json_t *options = json_keep(w->arena, json_array());
	size_t i;

	for (i = 0; rules[i] != NULL; i++)
		json_array_append_new(options, json_pack("{s:s, s:s, s:s}", "value", rules[i],
		    "label", words_get(w->words, arena_printf(w->arena, "draw_rule_%s", rules[i])),
		    "hint", words_get(w->words, arena_printf(w->arena, "draw_rule_%s_hint", rules[i]))));
	form_options(f, "history", options);
}

/* Whose claim may go first; nobody's is the first of them. */
static void
firsts_offer(struct web *w, struct form *f)
{
	const json_t *names = json_object_get(json_object_get(w->view, "lottery"), "quotas"), *name;
	const char *chosen = json_text(json_object_get(form_json(f), "first"), "value");
	json_t *options = json_keep(w->arena, json_pack("[{s:s, s:s, s:s}]", "value", "", "label", words_get(w->words, "draw_first_none"),
	    "lang", w->lang));
	size_t i;

	json_array_foreach(names, i, name)
		json_array_append_new(options, json_pack("{s:O, s:O, s:s}", "value", name, "label", name, "lang", "ja"));
	form_options(f, "first", options);
	if (chosen[0] == '\0')
		json_object_set_new(json_array_get(options, 0), "checked", json_true());
	json_object_set_new(w->view, "any_quotas", json_boolean(i > 0));
}

static enum err
page(struct web *w, enum status status, struct form *f)
{
	const char *typed = json_text(json_object_get(form_json(f), "taken"), "value");
	json_t *group;
	size_t i;

	rules_offer(w, f);
	firsts_offer(w, f);
	json_array_foreach(json_object_get(w->view, "due"), i, group)
		json_object_set_new(group, "taken", json_string(typed[0] != '\0' ? typed : json_text(group, "due_day")));
	json_object_set_new(w->view, "wrong", json_boolean(!form_ok(f)));
	return web_page(w, status, "desk/draw/show");
}

enum err
desk_draw(struct web *w)
{
	struct form *f = web_form(w);
	json_t *lottery;
	enum err e = guard_arrive(w);

	if (e == ERR_OK)
		e = desk_shown(w, f, &lottery);
	return e != ERR_OK ? e : page(w, HTTP_OK, f);
}

/* All dates that have no lottery yet are decided at once. */
static enum err
commit(struct web *w, struct form *f, const json_t *lottery)
{
	const char *source = form_text(f, "source", FORM_REQUIRED, SOURCE_MAX), *day = form_text(f, "day", FORM_REQUIRED, 10);
	const char *closes = json_text(lottery, "closes_day"), *history = form_choice(f, "history", FORM_REQUIRED, rules);
	const char *first = form_name(f, "first", FORM_OPTIONAL, QUOTA_MAX);
	const json_t *date;
	json_t *rule;
	size_t i;
	enum err e = ERR_OK;

	if (first[0] != '\0' && !json_has(json_object_get(lottery, "quotas"), first))
		form_problem(f, "first", "form_choice");
	if (form_ok(f) && !clock_is_day(day))
		form_problem(f, "day", "draw_day_wrong");
	if (form_ok(f) && closes[0] == '\0')
		form_problem(f, "day", "draw_day_no_close");
	if (form_ok(f) && strcmp(day, closes) <= 0)
		form_problem(f, "day", "draw_day_early");
	if (!form_ok(f))
		return ERR_INVALID;
	rule = json_keep(w->arena, json_pack("{s:s, s:i, s:b}", "history", history, "lots", LOTS, "strict", 0));
	if (first[0] != '\0')
		json_object_set_new(rule, "first", json_string(first));
	json_array_foreach(json_object_get(lottery, "missing"), i, date)
		if (e == ERR_OK)
			e = draw_commit(w->db, w->vault, w->arena, json_int(date, "slot"), rule, source, day, w->staff);
	return e != ERR_OK || i > 0 ? e : ERR_CONFLICT;
}

static enum err
close_all(struct web *w, const json_t *lottery)
{
	const json_t *draw;
	size_t i, done = 0;
	enum err e = ERR_OK;

	json_array_foreach(json_object_get(lottery, "draws"), i, draw)
		if (e == ERR_OK && json_flag(draw, "may_close")) {
			e = draw_close(w->db, w->arena, json_int(draw, "slot"));
			done++;
		}
	return e != ERR_OK || done > 0 ? e : ERR_CONFLICT;
}

/* The value of those dates that wait for the same one; or, where it was entered and looked at, the draw. */
static enum err
each_due(struct web *w, const json_t *lottery, const char *value, const char *taken, bool make)
{
	const char *source = fields_get(w->fields, "of"), *day = fields_get(w->fields, "on");
	const json_t *draw;
	size_t i, done = 0;
	enum err e = ERR_OK;

	json_array_foreach(json_object_get(lottery, "draws"), i, draw) {
		int64_t slot = json_int(draw, "slot");

		if (e != ERR_OK || !json_flag(draw, "may_draw") || strcmp(json_text(draw, "source"), source) != 0 ||
		    strcmp(json_text(draw, "day"), day) != 0)
			continue;
		e = make ? draw_make(w->db, w->vault, w->arena, slot, value, taken, w->staff)
		    : draw_enter(w->db, slot, value, taken, w->staff);
		done++;
	}
	return e != ERR_OK || done > 0 ? e : ERR_CONFLICT;
}

static enum err
enter_all(struct web *w, struct form *f, const json_t *lottery)
{
	const char *value = form_text(f, "value", FORM_REQUIRED, VALUE_MAX), *taken = form_text(f, "taken", FORM_REQUIRED, 10);
	const char *stated = fields_get(w->fields, "on"), *today = arena_strndup(w->arena, clock_rfc3339(w->arena, clock_ms()), 10);

	if (form_ok(f) && !clock_is_day(taken))
		form_problem(f, "taken", "draw_day_wrong");
	if (form_ok(f) && strcmp(taken, stated) < 0)
		form_problem(f, "taken", "draw_taken_early");
	if (form_ok(f) && strcmp(taken, today) > 0)
		form_problem(f, "taken", "draw_taken_late");
	return form_ok(f) ? each_due(w, lottery, value, taken, false) : ERR_INVALID;
}

static enum err
draw_all(struct web *w, const json_t *lottery)
{
	return each_due(w, lottery, fields_get(w->fields, "value"), fields_get(w->fields, "taken"), true);
}

enum err
desk_draw_do(struct web *w)
{
	const char *step = fields_get(w->fields, "step");
	struct form *f = web_form(w);
	json_t *lottery;
	enum err e = web_vault(w);

	if (e == ERR_OK)
		e = desk_shown(w, f, &lottery);
	if (e == ERR_OK)
		e = strcmp(step, "commit") == 0 ? commit(w, f, lottery) : strcmp(step, "close") == 0 ? close_all(w, lottery) :
		    strcmp(step, "enter") == 0 ? enter_all(w, f, lottery) : strcmp(step, "draw") == 0 ? draw_all(w, lottery) : ERR_INVALID;
	if (e == ERR_INVALID && !form_ok(f))
		return page(w, HTTP_UNPROCESSABLE, f);
	if (e == ERR_CONFLICT && !db_failed(w->db))
		web_tell(w, "warning", "tell_draw_conflict");
	else if (e != ERR_OK)
		return e;
	else
		web_tell(w, "success", "tell_draw_done");
	return web_see_other(w, "/desk/events/%" PRId64 "/lottery", web_id(w, "event"));
}
