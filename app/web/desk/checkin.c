/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Check-in at the door (受付), for staff and, by a link, for people without the portal.
 *
 *	GET  /desk/events/{event}/checkin	the field, the last result, counters, the last ten
 *	POST /desk/events/{event}/checkin	one ticket, number or name; or people without one; or undo
 *	GET  /desk/events/{event}/checkin/list	what a device takes along for when there is no network
 *	POST /desk/events/{event}/checkin/sync	entries of a device, as JSON
 *	GET, POST /door/{token} …/list …/sync	the same by a link (checkin_link.c)
 *
 * Without script each entry is a form and a page.  nginx/static/js/checkin.js makes it one
 * field that stays, and goes on without network.
 */
#include <stdlib.h>
#include <string.h>
#include "base/text.h"
#include "domain/checkin.h"
#include "web/handlers.h"
#include "web/web.h"

enum { ENTRIES_MAX = 200, DOOR_MAX = 40, PEOPLE_MAX = 50, QUOTAS_MAX = 50 };

struct desk_door {
	struct checkin_door at;
	json_t *event;		/* checkin_event() */
	const char *path;	/* of the page */
	const char *shut;	/* "": open; "off": its date was called off, "gone": there is no such date, "link": the link */
	bool link, dead;	/* by a link, of which nothing is taken any more */
};

static const char *
short_text(struct web *w, const char *text)
{
	return text_points(text) <= DOOR_MAX && text_is_clean(text, false) ? arena_strdup(w->arena, text) : "";
}

/* Why nobody is received on this date (0: on any). */
static const char *
shut_by(const json_t *event, int64_t slot)
{
	const json_t *slots = json_object_get(event, "slots"), *off = json_object_get(event, "off"), *one;
	size_t i;

	if (slot == 0)
		return json_array_size(slots) == 0 && json_array_size(off) > 0 ? "off" : "";
	json_array_foreach(slots, i, one)
		if (json_int(one, "id") == slot)
			return "";
	json_array_foreach(off, i, one)
		if (json_integer_value(one) == slot)
			return "off";
	return "gone";
}

/* Where nobody said which: today's, so that a ticket of next week is noticed.  0, for all, where none or several are. */
static int64_t
slot_of_today(const json_t *event)
{
	const json_t *one;
	int64_t found = 0;
	size_t i, n = 0;

	json_array_foreach(json_object_get(event, "slots"), i, one)
		if (json_flag(one, "today")) {
			found = json_int(one, "id");
			n++;
		}
	return n == 1 ? found : 0;
}

/* Whose door it is, by the address, and which, by what was sent. */
static enum err
door_of(struct web *w, const struct fields *from, struct desk_door *d)
{
	const char *token = web_arg(w, "token"), *name = "";
	bool asked = fields_get(from, "slot")[0] != '\0';
	struct checkin_link link = { 0 };
	int64_t slot = 0;
	enum err e = web_vault(w);

	*d = (struct desk_door){ .link = token[0] != '\0' };
	if (e != ERR_OK)
		return e;
	if (d->link) {
		e = checkin_door_open(w->db, w->arena, token, &link);
		if (e != ERR_OK)
			return e;
		d->at.event = link.event;
		name = link.name;
		d->dead = link.dead;
		d->path = arena_printf(w->arena, "/door/%s", token);
	} else {
		d->at.event = web_id(w, "event");
		d->path = arena_printf(w->arena, "/desk/events/%" PRId64 "/checkin", d->at.event);
		name = short_text(w, fields_get(from, "door"));
	}
	if (asked && fields_int(from, "slot", 0, INT64_MAX, &slot) != ERR_OK)
		return ERR_INVALID;
	e = checkin_event(w->db, w->words, d->at.event, &d->event);
	if (e != ERR_OK)
		return e;
	if (!asked)
		slot = slot_of_today(d->event);
	d->shut = link.over || link.dead ? "link" : shut_by(d->event, slot);
	d->at.slot = slot;
	d->at.name = name;
	d->at.device = short_text(w, fields_get(from, "device"));
	d->at.staff = d->link ? 0 : w->staff;
	return ERR_OK;
}

/* Where to look at what became of it; result: may be NULL. */
static const char *
address(struct web *w, const struct desk_door *d, const char *said, const json_t *result)
{
	const char *number = json_text(result, "number");
	struct buf out;

	buf_init(&out, w->arena);
	buf_addf(&out, "%s?slot=%" PRId64 "&door=", d->path, d->at.slot);
	buf_add_percent(&out, d->at.name, strlen(d->at.name));
	if (said[0] != '\0')
		buf_addf(&out, "&said=%s", said);
	if (number[0] != '\0')
		buf_addf(&out, "&number=%s", number);
	else if (json_int(result, "people") > 0)
		buf_addf(&out, "&people=%" PRId64 "&over=%" PRId64, json_int(result, "people"), json_int(result, "over"));
	return out.data;
}

/* The panels that say what happened: one is shown, a script takes the others. */
static json_t *
panels(struct web *w, const json_t *result)
{
	static const struct { const char *outcome, *icon, *look; } all[] = {
		{ "in", "success", "good" }, { "already", "warning", "warn" }, { "other", "wrong", "bad" },
		{ "cancelled", "stopped", "bad" }, { "lost", "info", "warn" }, { "forged", "error", "bad" }, { "none", "unknown", "warn" },
		{ "many", "info", "warn" }, { "undone", "returned", "warn" }, { "full", "warning", "bad" }, { "short", "warning", "bad" },
		{ "count", "warning", "warn" }, { "off", "stopped", "bad" },
	};
	json_t *list = json_array();
	size_t i;

	for (i = 0; i < sizeof all / sizeof all[0]; i++)
		json_array_append_new(list, json_pack("{s:s, s:s, s:s, s:s, s:b}", "outcome", all[i].outcome, "icon", all[i].icon,
		    "look", all[i].look, "word", words_get(w->words, arena_printf(w->arena, "checkin_%s", all[i].outcome)),
		    "shown", (int)(strcmp(json_text(result, "outcome"), all[i].outcome) == 0)));
	return list;
}

/* What was said last, from the address: read again, nothing is done. */
static enum err
said(struct web *w, const struct desk_door *d, json_t **result)
{
	const char *outcome = fields_get(w->query, "said"), *number = fields_get(w->query, "number");
	int64_t people = 0, over = 0;
	json_t *list, *one;
	size_t i;
	enum err e;

	*result = json_keep(w->arena, json_pack("{s:s, s:s, s:s, s:s, s:s, s:n, s:[]}", "outcome", outcome, "number", "", "name", "",
	    "time", "", "door", "", "people", "found"));
	if (outcome[0] == '\0')
		return ERR_OK;
	if (number[0] == '\0') {	/* of people without application */
		if (fields_int(w->query, "people", 1, PEOPLE_MAX, &people) == ERR_OK)
			json_object_set_new(*result, "people", json_integer(people));
		if (fields_int(w->query, "over", 1, people, &over) == ERR_OK)
			json_object_set_new(*result, "over", json_integer(over));
		return ERR_OK;
	}
	e = checkin_list(w->db, w->vault, w->arena, &(struct checkin_door){ .event = d->at.event }, &list);
	if (e != ERR_OK)
		return e;
	json_array_foreach(json_object_get(list, "people"), i, one)
		if (strcmp(json_text(one, "number"), number) == 0) {
			static const char *const keys[] = { "number", "name", "time", "door", "people" };

			for (size_t k = 0; k < 5; k++)
				json_object_set(*result, keys[k], json_object_get(one, keys[k]));
		}
	return ERR_OK;
}

static void
null_empty(json_t *object, const char *key)
{
	if (json_text(object, key)[0] == '\0' && json_int(object, key) == 0)
		json_object_set_new(object, key, json_null());
}

/* The quotas of the date at this door. */
static const json_t *
quotas_of(const struct desk_door *d)
{
	const json_t *slot;
	size_t i;

	json_array_foreach(json_object_get(d->event, "slots"), i, slot)
		if (json_int(slot, "id") == d->at.slot)
			return json_object_get(slot, "quotas");
	return NULL;
}

/* A number of the form or, where there is one, of an entry in JSON; -1: it is too long. */
static int64_t
number_said(struct web *w, const json_t *entry, const char *name)
{
	const char *digits;

	if (entry != NULL)
		return json_object_get(entry, name) == NULL ? 0 : json_int(entry, name);
	digits = text_digits(w->arena, fields_get(w->fields, name));
	return strlen(digits) <= 2 ? strtol(digits, NULL, 10) : -1;
}

/* How many come without application, and what they claim.  False: they cannot be so many. */
static bool
walk_in_read(struct web *w, const struct desk_door *d, const json_t *entry, struct checkin_try *try)
{
	const json_t *quotas = quotas_of(d), *quota;
	int64_t *ids = arena_alloc(w->arena, QUOTAS_MAX * sizeof *ids), n;
	int32_t *claims = arena_alloc(w->arena, QUOTAS_MAX * sizeof *claims);
	bool good;
	size_t i, k = 0;

	try->people = number_said(w, entry, "people");
	good = try->people >= 1 && try->people <= PEOPLE_MAX;
	json_array_foreach(quotas, i, quota) {
		n = number_said(w, entry, arena_printf(w->arena, "quota_%" PRId64, json_int(quota, "id")));
		good = good && n >= 0 && n <= try->people;
		if (n < 1 || k == QUOTAS_MAX)
			continue;
		ids[k] = json_int(quota, "id");
		claims[k++] = (int32_t)n;
	}
	try->quotas = (struct db_ids){ ids, k };
	try->claims = (struct db_ints){ claims, k };
	return good;
}

/* What the form for people without application is filled with: as it was sent, where it was in vain. */
static void
walk_in_fields(struct web *w, const struct desk_door *d, bool again)
{
	const json_t *quotas = quotas_of(d), *quota;
	json_t *list = json_array();
	size_t i;

	json_array_foreach(quotas, i, quota) {
		const char *name = arena_printf(w->arena, "quota_%" PRId64, json_int(quota, "id"));

		json_array_append_new(list, json_pack("{s:s, s:s, s:s}", "field", name, "label", json_text(quota, "name"), "claimed",
		    again ? fields_get(w->fields, name) : ""));
	}
	json_object_set_new(w->view, "walk_people", json_string(again ? fields_get(w->fields, "people") : "1"));
	json_object_set_new(w->view, "claims", list);
}

static bool
is_full(const char *outcome)
{
	return strcmp(outcome, "full") == 0 || strcmp(outcome, "short") == 0;
}

static bool
is_shut(const struct desk_door *d)
{
	return d->shut[0] != '\0';
}

/* Of a door that is shut the page is still there: it says why, and what its device could not tell. */
static void
shut_fields(struct web *w, const struct desk_door *d)
{
	static const char *const all[] = { "off", "gone", "link", "login" };
	json_t *list = json_array();
	size_t i;

	for (i = 0; i < sizeof all / sizeof all[0]; i++)
		json_array_append_new(list, json_pack("{s:s, s:s, s:b, s:b}", "kind", all[i], "text",
		    words_get(w->words, arena_printf(w->arena, "checkin_shut_%s", all[i])), "shown", (int)(strcmp(all[i], d->shut) == 0),
		    "login", (int)(strcmp(all[i], "login") == 0)));
	json_object_set_new(w->view, "shuts", list);
	json_object_set_new(w->view, "shut", json_string(d->shut));
	json_object_set_new(w->view, "is_shut", json_boolean(is_shut(d)));
	json_object_set_new(w->view, "has_dates", json_boolean(strcmp(d->shut, "link") != 0));
}

static enum err
page(struct web *w, enum status status, const struct desk_door *d, json_t *result, const char *typed)
{
	static const char *const keys[] = { "number", "name", "people", "time", "door", "room", "over", "lacking" };
	json_t *counts, *latest, *slot;
	size_t i;
	enum err e = checkin_counts(w->db, &d->at, &counts);

	if (e == ERR_OK)
		e = checkin_latest(w->db, &d->at, &latest);
	if (e != ERR_OK)
		return e;
	json_array_foreach(json_object_get(d->event, "slots"), i, slot)
		json_object_set_new(slot, "checked", json_boolean(json_int(slot, "id") == d->at.slot));
	json_object_set_new(w->view, "panels", panels(w, result));
	for (i = 0; i < sizeof keys / sizeof keys[0]; i++)
		null_empty(result, keys[i]);
	json_object_set_new(w->view, "full", json_boolean(is_full(json_text(result, "outcome"))));
	shut_fields(w, d);
	walk_in_fields(w, d, status != HTTP_OK && typed[0] == '\0');
	json_object_set(w->view, "event", d->event);
	json_object_set(w->view, "counts", counts);
	json_object_set_new(w->view, "limited", json_boolean(json_is_integer(json_object_get(counts, "capacity"))));
	json_object_set_new(w->view, "excess", json_boolean(json_int(counts, "over") > 0));
	json_object_set_new(w->view, "short", json_boolean(json_text(counts, "lacking")[0] != '\0'));
	json_object_set(w->view, "latest", latest);
	json_object_set_new(w->view, "any_latest", json_boolean(json_array_size(latest) > 0));
	json_object_set(w->view, "result", result);
	json_object_set_new(w->view, "typed", json_string(typed));
	json_object_set_new(w->view, "slot", json_integer(d->at.slot));
	json_object_set_new(w->view, "door", json_string(d->at.name));
	json_object_set_new(w->view, "by_link", json_boolean(d->link));
	json_object_set_new(w->view, "page_url", json_string(d->path));
	json_object_set_new(w->view, "list_url", json_sprintf("%s/list", d->path));
	json_object_set_new(w->view, "sync_url", json_sprintf("%s/sync", d->path));
	json_object_set_new(w->view, "door_url", json_sprintf("/desk/events/%" PRId64 "/door", d->at.event));
	return web_page(w, status, d->link ? "citizen/door/show" : "desk/checkin/show");
}

enum err
desk_checkin(struct web *w)
{
	struct desk_door d;
	json_t *result;
	enum err e = door_of(w, w->query, &d);

	if (e == ERR_OK)
		e = said(w, &d, &result);
	return e != ERR_OK ? e : page(w, HTTP_OK, &d, result, "");
}

enum err
desk_checkin_do(struct web *w)
{
	struct desk_door d;
	struct checkin_try try = { .text = text_normal(w->arena, fields_get(w->fields, "text")),
	    .anyway = fields_get(w->fields, "anyway")[0] != '\0' };
	const char *undo = fields_get(w->fields, "undo"), *outcome;
	json_t *result;
	enum err e = door_of(w, w->fields, &d);

	if (e != ERR_OK)
		return e;
	if (is_shut(&d))
		return page(w, HTTP_UNPROCESSABLE, &d, json_keep(w->arena, json_pack("{s:s, s:[]}", "outcome", "off", "found")), "");
	if (undo[0] != '\0') {
		e = checkin_undo(w->db, &d.at, undo);
		return e != ERR_OK && e != ERR_NOT_FOUND ? e : web_see_other(w, "%s", address(w, &d, "undone", NULL));
	}
	if (try.text[0] == '\0' && fields_get(w->fields, "people")[0] == '\0')
		return web_see_other(w, "%s", address(w, &d, "", NULL));
	if (try.text[0] == '\0' && !walk_in_read(w, &d, NULL, &try))
		return page(w, HTTP_UNPROCESSABLE, &d, json_keep(w->arena, json_pack("{s:s, s:[]}", "outcome", "count", "found")), "");
	e = checkin_enter(w->db, w->vault, w->arena, &d.at, &try, &result);
	if (e != ERR_OK)
		return e;
	outcome = json_text(result, "outcome");
	if (strcmp(outcome, "none") == 0 || strcmp(outcome, "many") == 0 || is_full(outcome))
		return page(w, HTTP_UNPROCESSABLE, &d, result, try.text);
	return web_see_other(w, "%s", address(w, &d, outcome, result));
}

enum err
desk_checkin_list(struct web *w)
{
	struct desk_door d;
	json_t *list;
	enum err e = door_of(w, w->query, &d);

	if (e == ERR_OK && strcmp(d.shut, "link") == 0)
		e = ERR_GONE;
	if (e == ERR_OK)
		e = checkin_list(w->db, w->vault, w->arena, &(struct checkin_door){ .event = d.at.event }, &list);
	if (e != ERR_OK)
		return e;
	json_object_set(list, "slots", json_object_get(d.event, "slots"));
	json_object_set(list, "off", json_object_get(d.event, "off"));
	return web_json(w, HTTP_OK, list);
}

/* Only our own page sends JSON with our origin: a form of another site cannot. */
static bool
is_ours(const struct web *w)
{
	return request_has_type(w->request, "application/json") && strcmp(w->request->origin, web_origin(w)) == 0;
}

static enum err
entry_take(struct web *w, const struct desk_door *d, const json_t *entry, json_t *results)
{
	struct checkin_try try = { .id = json_text(entry, "id"), .text = text_normal(w->arena, json_text(entry, "text")),
	    .at = json_int(entry, "at"), .anyway = json_flag(entry, "anyway"), .let_in = json_flag(entry, "let_in") };
	bool undo = json_flag(entry, "undo");
	json_t *result;
	enum err e;

	if (!text_is_uuid(try.id) || strlen(try.text) > 300 || (try.text[0] == '\0' && !undo && !walk_in_read(w, d, entry, &try)))
		return ERR_INVALID;
	if (undo) {
		e = checkin_undo(w->db, &d->at, try.id);
		if (e != ERR_OK && e != ERR_NOT_FOUND)
			return e;
		json_array_append_new(results, json_pack("{s:s, s:s}", "id", try.id, "outcome", "undone"));
		return ERR_OK;
	}
	if (is_shut(d) && !try.let_in) {
		json_array_append_new(results, json_pack("{s:s, s:s}", "id", try.id, "outcome", "off"));
		return ERR_OK;
	}
	e = checkin_enter(w->db, w->vault, w->arena, &d->at, &try, &result);
	if (e != ERR_OK)
		return e;
	if (strcmp(d->shut, "link") == 0) {	/* it tells, and is told nothing of anybody */
		json_object_set_new(result, "name", json_string(""));
		json_object_set_new(result, "found", json_array());
	}
	json_object_set_new(result, "id", json_string(try.id));
	json_array_append(results, result);
	return ERR_OK;
}

enum err
desk_checkin_sync(struct web *w)
{
	json_t *body, *entry, *results = json_array(), *out = json_keep(w->arena, json_pack("{s:o}", "results", results)), *counts;
	struct fields *from = fields_new(w->arena);
	struct desk_door d;
	size_t i;
	enum err e;

	if (!is_ours(w))
		return ERR_FORBIDDEN;
	if (json_parse(w->arena, w->request->body, w->request->body_len, &body) != ERR_OK || !json_is_object(body) ||
	    json_array_size(json_object_get(body, "entries")) > ENTRIES_MAX)
		return ERR_INVALID;
	e = fields_add(from, "slot", arena_printf(w->arena, "%" PRId64, json_int(body, "slot")));
	if (e == ERR_OK)
		e = fields_add(from, "door", json_text(body, "door"));
	if (e == ERR_OK)
		e = fields_add(from, "device", json_text(body, "device"));
	if (e == ERR_OK)
		e = door_of(w, from, &d);
	if (e == ERR_OK && (d.dead || strcmp(d.shut, "gone") == 0))
		e = d.dead ? ERR_GONE : ERR_NOT_FOUND;
	if (e == ERR_OK && json_array_size(json_object_get(body, "entries")) > 1)
		e = checkin_hold(w->db, &d.at);
	json_array_foreach(json_object_get(body, "entries"), i, entry)
		if (e == ERR_OK)
			e = entry_take(w, &d, entry, results);
	if (e == ERR_OK)
		e = checkin_counts(w->db, &d.at, &counts);
	if (e != ERR_OK)
		return e;
	json_object_set(out, "counts", counts);
	json_object_set_new(out, "shut", json_string(d.shut));
	return web_json(w, HTTP_OK, out);
}
