/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Calendars and lists of other systems become events here.  What a file said is kept
 * whole beside it (event.source), so that it goes out as it came in; reading the same
 * file twice changes nothing.
 */
#include <stdio.h>
#include <string.h>
#include "base/arena.h"
#include "base/clock.h"
#include "base/json.h"
#include "base/text.h"
#include "db/queries.h"
#include "domain/agenda.h"
#include "domain/ical.h"
#include "domain/opendata.h"

#define DAY INT64_C(86400000)
enum { TITLE_MAX = 200 };

struct intake {
	struct db *db;
	struct arena *arena;
	int64_t staff;
	const char *file;
	json_t *counts;
};

static void
count(struct intake *in, const char *key)
{
	json_object_set_new(in->counts, key, json_integer(json_int(in->counts, key) + 1));
}

/* At most so many characters of a text; the whole is in source. */
static const char *
cut(struct arena *arena, const char *text, size_t max)
{
	size_t at = 0, n = strlen(text), chars = 0;

	while (at < n && chars++ < max)
		if (text_next(text, n, &at) < 0)
			break;
	return arena_strndup(arena, text, at);
}

static enum err
event_keep(struct intake *in, const json_t *source, const char *key, struct q_agenda_import event, const json_t *slots, bool days)
{
	struct rows *row;
	int64_t id;
	const json_t *slot;
	size_t i;
	enum err e;

	event.staff = in->staff;
	event.key = arena_printf(in->arena, "%s#%s", in->file, key);
	event.source = source;
	e = q_agenda_import(in->db, event, &row);
	if (e != ERR_OK)
		return e;
	id = rows_int(row, 0, "id");
	count(in, "read");
	count(in, rows_int(row, 0, "known") == 0 ? "new" : rows_int(row, 0, "written") > 0 ? "changed" : "same");
	if (rows_int(row, 0, "written") == 0)
		return ERR_OK;
	e = q_agenda_slots_clear(in->db, (struct q_agenda_slots_clear){ .event = id }, NULL);
	json_array_foreach(slots, i, slot)
		if (e == ERR_OK)
			e = q_agenda_slot_add(in->db, (struct q_agenda_slot_add){ .event = id, .begins = json_int(slot, "begins"),
			    .ends = json_int(slot, "ends"), .days = days }, NULL);
	return e;
}

static json_t *
texts_of(struct intake *in, const char *title, const char *text, const char *target, const char *fee)
{
	return json_keep(in->arena, json_pack("{s:{s:s, s:s, s:s, s:s, s:s}}", "ja", "title", cut(in->arena, title, TITLE_MAX),
	    "text", cut(in->arena, text, 4000), "target", cut(in->arena, target, 500), "fee", cut(in->arena, fee, 500), "bring", ""));
}

static const char *
or_empty(const json_t *object, const char *key)
{
	const json_t *value = json_object_get(object, key);

	return json_is_string(value) ? json_string_value(value) : "";
}

static enum err
ical_take(struct intake *in, const json_t *event)
{
	const char *title = json_text(event, "name"), *uid = json_text(event, "uid"), *category = "";
	const json_t *slots = json_object_get(event, "slots");
	enum err e;

	if (uid[0] == '\0' || title[0] == '\0' || json_array_size(slots) == 0) {
		count(in, "unclear");
		return ERR_OK;
	}
	if (json_array_size(json_object_get(event, "categories")) > 0)
		category = json_string_value(json_array_get(json_object_get(event, "categories"), 0));
	if (json_flag(event, "zone_unknown"))
		count(in, "zone");
	e = event_keep(in, event, arena_printf(in->arena, "%s%s", uid, json_text(event, "instance")), (struct q_agenda_import){
	    .texts = texts_of(in, title, json_text(event, "text"), "", ""), .category = cut(in->arena, category, 100),
	    .place = cut(in->arena, json_text(event, "place"), 200), .address = "", .latitude = or_empty(event, "latitude"),
	    .longitude = or_empty(event, "longitude"), .access = "", .organiser = "",
	    .contact = cut(in->arena, json_text(event, "contact"), 300), .free = false }, slots, json_flag(event, "days"));
	if (e == ERR_OK && strcmp(json_text(event, "status"), "cancelled") == 0) {
		count(in, "cancelled");
		e = q_agenda_import_cancel(in->db, (struct q_agenda_import_cancel){
		    .key = arena_printf(in->arena, "%s#%s%s", in->file, uid, json_text(event, "instance")) }, NULL);
	}
	return e;
}

static bool
moment(const char *day, const char *time, int64_t *ms)
{
	int year, month, date, hour = 0, minute = 0;

	return sscanf(day, "%4d-%2d-%2d", &year, &month, &date) == 3 &&
	    (time[0] == '\0' || sscanf(time, "%2d:%2d", &hour, &minute) == 2) &&
	    clock_from_japan(year, month, date, hour, minute, ms) == ERR_OK;
}

/* Of several days with a time, the first and the last day have it: the words say more. */
static json_t *
slot_of(struct intake *in, const json_t *event, bool *days)
{
	const char *first = json_text(event, "first_day"), *last = json_text(event, "last_day");
	const char *from = json_text(event, "begins"), *to = json_text(event, "ends");
	int64_t begins, ends;

	*days = from[0] == '\0' || strlen(from) != 5;
	if (last[0] == '\0')
		last = first;
	if (!moment(first, *days ? "" : from, &begins) ||
	    !moment(last, *days ? "" : strlen(to) == 5 ? to : from, &ends))
		return NULL;
	if (*days)
		ends += DAY;
	if (ends < begins)
		ends = begins;
	return json_keep(in->arena, json_pack("[{s:I, s:I}]", "begins", (json_int_t)begins, "ends", (json_int_t)ends));
}

/* An address in one line: what says it whole, or its parts. */
static const char *
address_of(struct intake *in, const json_t *event)
{
	if (json_text(event, "address")[0] != '\0')
		return json_text(event, "address");
	return arena_printf(in->arena, "%s%s%s%s", json_text(event, "prefecture"), json_text(event, "city"),
	    json_text(event, "town"), json_text(event, "block"));
}

static const char *
number(const json_t *event, const char *key, double max)
{
	const char *text = json_text(event, key);
	double value;
	char more;

	return sscanf(text, "%10lf%c", &value, &more) == 1 && value >= -max && value <= max ? text : "";
}

static enum err
row_take(struct intake *in, const json_t *event)
{
	const char *text = json_text(event, "text"), *place = json_text(event, "place"), *fee = json_text(event, "fee_note");
	bool days;
	json_t *slots = slot_of(in, event, &days);

	if (json_text(event, "name")[0] == '\0' || slots == NULL) {
		count(in, "unclear");
		return ERR_OK;
	}
	if (text[0] == '\0')
		text = json_text(event, "summary");
	if (place[0] == '\0')
		place = json_text(event, "meeting");
	if (fee[0] == '\0')
		fee = json_text(event, "fee");
	return event_keep(in, event, json_text(event, "key"), (struct q_agenda_import){
	    .texts = texts_of(in, json_text(event, "name"), text, json_text(event, "target"), fee),
	    .category = cut(in->arena, json_text(event, "kind"), 100), .place = cut(in->arena, place, 200),
	    .address = cut(in->arena, address_of(in, event), 300), .latitude = number(event, "latitude", 90),
	    .longitude = number(event, "longitude", 180), .access = cut(in->arena, json_text(event, "access"), 1000),
	    .organiser = cut(in->arena, json_text(event, "organiser"), 200),
	    .contact = cut(in->arena, arena_printf(in->arena, "%s %s", json_text(event, "contact"), json_text(event, "phone")), 300),
	    .free = strcmp(json_text(event, "fee"), "0") == 0 }, slots, days);
}

/* A list in whichever form it has. */
static enum err
list_read(struct intake *in, const char *bytes, size_t n, struct opendata_file *out)
{
	json_t *list = NULL;

	if (n > 0 && (bytes[0] == '[' || bytes[0] == '{'))
		return json_parse(in->arena, bytes, n, &list) != ERR_OK ? ERR_INVALID : opendata_read_json(in->arena, list, out);
	return opendata_read(in->arena, bytes, n, out);
}

enum err
agenda_import(struct db *db, struct arena *arena, int64_t staff, const char *name, const char *bytes, size_t n, json_t **out)
{
	struct intake in = { .db = db, .arena = arena, .staff = staff, .file = name };
	int64_t now = clock_ms();
	struct opendata_file file;
	json_t *events = NULL, *event;
	bool ical = n >= 15 && strncmp(bytes, "BEGIN:VCALENDAR", 15) == 0;
	size_t i;
	enum err e;

	in.counts = json_keep(arena, json_pack("{s:i, s:i, s:i, s:i, s:i, s:i, s:i}", "read", 0, "new", 0, "changed", 0, "same", 0,
	    "cancelled", 0, "unclear", 0, "zone", 0));
	e = ical ? ical_read(arena, bytes, n, now - 31 * DAY, now + 731 * DAY, &events) : list_read(&in, bytes, n, &file);
	if (e != ERR_OK)
		return e;
	if (!ical)
		events = file.events;
	json_array_foreach(events, i, event)
		if (e == ERR_OK)
			e = ical ? ical_take(&in, event) : row_take(&in, event);
	if (e == ERR_OK)
		*out = in.counts;
	return e;
}
