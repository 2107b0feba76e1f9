/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Calendars and lists of other systems become events here.  What a file said is kept whole
 * beside it (event.source), so that it goes out as it came in; reading the same file twice
 * changes nothing.  What becomes of each entry is decided in sql/functions/event_import.sql.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "base/arena.h"
#include "base/clock.h"
#include "base/json.h"
#include "base/text.h"
#include "db/queries.h"
#include "domain/agenda.h"
#include "domain/event.h"
#include "domain/ical.h"
#include "domain/opendata.h"
#include "domain/questionnaire.h"

#define DAY INT64_C(86400000)
#define ALWAYS INT64_C(4102444800000)	/* 2100 */

struct intake {
	struct arena *arena;
	json_t *entry, *faults;
};

static void
fault(struct intake *in, const char *key)
{
	json_array_append_new(in->faults, json_string(key));
}

/* At most so many characters; the whole is in source. */
static const char *
cut(struct intake *in, const char *text, size_t max)
{
	size_t at = 0, n = strlen(text), chars = 0;

	while (at < n && chars++ < max)
		if (text_next(text, n, &at) < 0)
			break;
	if (at < n)
		fault(in, "import_cut");
	return arena_strndup(in->arena, text, at);
}

/* A text of one line. */
static const char *
line(struct intake *in, const char *text, size_t max)
{
	char *copy = arena_strdup(in->arena, text), *p;

	for (p = copy; *p != '\0'; p++)
		if (*p == '\n' || *p == '\r' || *p == '\t')
			*p = ' ';
	return cut(in, copy, max);
}

static void
set(struct intake *in, const char *key, const char *value)
{
	json_object_set_new(in->entry, key, json_string(value));
}

static void
texts_set(struct intake *in, const char *title, const char *text, const char *target, const char *fee)
{
	if (title[0] == '\0')
		fault(in, "import_no_title");
	set(in, "title", line(in, title, EVENT_TITLE_MAX));
	json_object_set_new(in->entry, "texts", json_pack("{s:{s:O, s:s, s:s, s:s, s:s}}", "ja",
	    "title", json_object_get(in->entry, "title"), "text", cut(in, text, EVENT_TEXT_MAX), "target", cut(in, target, EVENT_SHORT_MAX),
	    "fee", cut(in, fee, EVENT_SHORT_MAX), "bring", ""));
}

static void
slots_set(struct intake *in, json_t *slots, bool days)
{
	if (json_array_size(slots) == 0)
		fault(in, "import_no_date");
	json_object_set_new(in->entry, "slots", slots);
	json_object_set_new(in->entry, "days", json_boolean(days));
}

/* Degrees as they are written, or "": both or none. */
static void
place_set(struct intake *in, const char *latitude, const char *longitude)
{
	char *end1, *end2;
	double lat = strtod(latitude, &end1), lon = strtod(longitude, &end2);
	bool good = latitude[0] != '\0' && longitude[0] != '\0' && *end1 == '\0' && *end2 == '\0' && lat >= -90 && lat <= 90 &&
	    lon >= -180 && lon <= 180 && strspn(latitude, "-.0123456789") == strlen(latitude) &&
	    strspn(longitude, "-.0123456789") == strlen(longitude);

	if (!good && (latitude[0] != '\0' || longitude[0] != '\0'))
		fault(in, "import_degrees");
	set(in, "latitude", good ? latitude : "");
	set(in, "longitude", good ? longitude : "");
}

static struct intake
entry_new(struct arena *arena, json_t *entries, const json_t *source, const char *key)
{
	struct intake in = { .arena = arena, .entry = json_object(), .faults = json_array() };

	json_array_append_new(entries, in.entry);
	json_object_set_new(in.entry, "faults", in.faults);
	json_object_set_new(in.entry, "number", json_integer((json_int_t)json_array_size(entries)));
	json_object_set(in.entry, "source", (json_t *)(uintptr_t)source);
	set(&in, "key", key);
	return in;
}

/* --- iCalendar --- */

/* A UID should be the only one in the world, with "@" in it; where it only counts ("doc-1")
 * it is one of its site. */
static const char *
uid_of(struct arena *arena, const json_t *event)
{
	const char *uid = json_text(event, "uid"), *url = json_text(event, "url"), *host = strstr(url, "://");

	if (strchr(uid, '@') == NULL && host != NULL)
		uid = arena_printf(arena, "%s@%.*s", uid, (int)strcspn(host + 3, "/"), host + 3);
	return arena_printf(arena, "ical:%s#%s", uid, json_text(event, "instance"));
}

static void
ical_take(struct arena *arena, json_t *entries, json_t *event)
{
	const json_t *categories = json_object_get(event, "categories");
	struct intake in = entry_new(arena, entries, event, uid_of(arena, event));
	json_t *slots = json_deep_copy(json_object_get(event, "slots"));

	texts_set(&in, json_text(event, "name"), json_text(event, "text"), "",
	    json_text(json_object_get(event, "own"), "X-SHIRASAGI-COST"));
	set(&in, "category", json_array_size(categories) > 0 ? line(&in, json_string_value(json_array_get(categories, 0)), 100) : "");
	set(&in, "place", line(&in, json_text(event, "place"), 200));
	set(&in, "address", "");
	set(&in, "access", "");
	set(&in, "organiser", "");
	set(&in, "contact", line(&in, json_text(event, "contact"), EVENT_SHORT_MAX));
	place_set(&in, json_text(event, "latitude"), json_text(event, "longitude"));
	json_object_set_new(in.entry, "free", json_true());
	json_object_set_new(in.entry, "online", json_false());
	json_object_set_new(in.entry, "cancelled", json_boolean(strcmp(json_text(event, "status"), "cancelled") == 0));
	slots_set(&in, slots, json_flag(event, "days"));
	if (json_flag(event, "zone_unknown"))
		fault(&in, "import_zone");
	if (json_flag(event, "more"))
		fault(&in, "import_more");
}

/* All that was; of an event that goes on for ever, what lies ahead. */
static enum err
ical_entries(struct arena *arena, const char *bytes, size_t n, json_t *entries)
{
	int64_t now = clock_ms();
	json_t *all, *ahead, *event;
	size_t i;
	enum err e = ical_read(arena, bytes, n, 0, ALWAYS, &all);

	if (e == ERR_OK)
		e = ical_read(arena, bytes, n, now - 31 * DAY, now + 731 * DAY, &ahead);
	if (e != ERR_OK)
		return e;
	json_array_foreach(all, i, event)
		ical_take(arena, entries, json_flag(event, "more") ? json_array_get(ahead, i) : event);
	return ERR_OK;
}

/* --- lists --- */

/* 24:00 is where the next day begins. */
static bool
moment(const char *day, const char *time, int64_t *ms)
{
	int year, month, date, hour = 0, minute = 0;
	bool night;

	if (sscanf(day, "%4d-%2d-%2d", &year, &month, &date) != 3 || (time[0] != '\0' && sscanf(time, "%2d:%2d", &hour, &minute) != 2))
		return false;
	night = hour == 24 && minute == 0;
	if (clock_from_japan(year, month, date, night ? 0 : hour, minute, ms) != ERR_OK)
		return false;
	*ms += night ? DAY : 0;
	return true;
}

/* A day or a time, as offices write it, in its one form; NULL: it is none. */
static const char *
amount(struct intake *in, const char *kind, const char *text)
{
	return questionnaire_amount(in->arena, json_keep(in->arena, json_pack("{s:s}", "kind", kind)), text);
}

/* What stands in brackets behind a day is that of the week. */
static const char *
day_of(struct intake *in, const char *text)
{
	char *plain = text_normal(in->arena, text);
	const char *day;

	plain[strcspn(plain, "(")] = '\0';
	day = amount(in, "date", text_normal(in->arena, plain));
	return day != NULL ? day : text;
}

/* 13時, 午後1時30分 as 13:00, 13:30.  "": there is none, or what stands there is none, and that is said. */
static const char *
time_of(struct intake *in, const char *text, const char *wrong)
{
	const char *plain = text_normal(in->arena, text), *time = amount(in, "time", plain);

	if (strcmp(plain, "24:00") == 0)
		return plain;
	if (time == NULL && plain[0] != '\0' && strcmp(plain, "終日") != 0)	/* lint: words */
		fault(in, wrong);
	return time != NULL ? time : "";
}

/* Of several days with a time, the first and the last day have it: the words say more. */
static json_t *
slot_of(struct intake *in, const json_t *event, bool *days)
{
	const char *first = day_of(in, json_text(event, "first_day")), *last = day_of(in, json_text(event, "last_day"));
	const char *from = time_of(in, json_text(event, "begins"), "import_begins");
	const char *to = time_of(in, json_text(event, "ends"), "import_until");
	int64_t begins, ends;

	*days = from[0] == '\0';
	if (*days && to[0] != '\0' && json_text(event, "begins")[0] == '\0')
		fault(in, "import_until_only");
	if (last[0] == '\0')
		last = first;
	if (!moment(first, *days ? "" : from, &begins) || !moment(last, *days ? "" : to[0] != '\0' ? to : from, &ends))
		return json_array();
	if (*days)
		ends += DAY;
	if (ends < begins) {
		fault(in, "import_ends");
		ends = *days ? begins + DAY : begins;
	}
	return json_pack("[{s:I, s:I}]", "begins", (json_int_t)begins, "ends", (json_int_t)ends);
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
either(const json_t *event, const char *key, const char *other)
{
	return json_text(event, key)[0] != '\0' ? json_text(event, key) : json_text(event, other);
}

/* The same row a second time is another event, or a mistake that staff see. */
static const char *
key_of(struct arena *arena, json_t *seen, const json_t *event)
{
	const char *key = json_text(event, "key");
	int64_t n = json_int(seen, key) + 1;

	json_object_set_new(seen, key, json_integer(n));
	return n == 1 ? arena_printf(arena, "list:%s", key) : arena_printf(arena, "list:%s#%d", key, (int)n);
}

static void
row_take(struct arena *arena, json_t *entries, json_t *seen, const json_t *event)
{
	struct intake in = entry_new(arena, entries, event, key_of(arena, seen, event));
	const char *contact = json_text(event, "contact"), *phone = json_text(event, "phone");
	bool days;
	json_t *slots = slot_of(&in, event, &days);

	texts_set(&in, json_text(event, "name"), either(event, "text", "summary"), json_text(event, "target"),
	    either(event, "fee_note", "fee"));
	set(&in, "category", line(&in, json_text(event, "kind"), 100));
	set(&in, "place", line(&in, either(event, "place", "meeting"), 200));
	set(&in, "address", line(&in, address_of(&in, event), EVENT_SHORT_MAX));
	set(&in, "access", cut(&in, json_text(event, "access"), EVENT_ACCESS_MAX));
	set(&in, "organiser", line(&in, json_text(event, "organiser"), 200));
	set(&in, "contact", line(&in, contact[0] != '\0' && phone[0] != '\0' ? arena_printf(arena, "%s %s", contact, phone) :
	    contact[0] != '\0' ? contact : phone, EVENT_SHORT_MAX));
	place_set(&in, json_text(event, "latitude"), json_text(event, "longitude"));
	json_object_set_new(in.entry, "free", json_boolean(strcmp(json_text(event, "fee"), "0") == 0));
	json_object_set_new(in.entry, "online", json_false());
	json_object_set_new(in.entry, "cancelled", json_false());
	slots_set(&in, slots, days);
}

static enum err
list_entries(struct arena *arena, const char *bytes, size_t n, json_t *entries)
{
	json_t *list = NULL, *seen = json_keep(arena, json_object());
	struct opendata_file file;
	const json_t *event;
	size_t i;
	enum err e;

	if (n > 0 && (bytes[0] == '[' || bytes[0] == '{'))
		e = json_parse(arena, bytes, n, &list) != ERR_OK ? ERR_INVALID : opendata_read_json(arena, list, &file);
	else
		e = opendata_read(arena, bytes, n, &file);
	if (e != ERR_OK)
		return e;
	if (json_array_size(file.events) > AGENDA_ENTRIES)
		return ERR_TOO_LARGE;
	json_array_foreach(file.events, i, event)
		row_take(arena, entries, seen, event);
	return ERR_OK;
}

enum err
agenda_import_read(struct arena *arena, const char *bytes, size_t n, json_t **entries)
{
	json_t *list = json_keep(arena, json_array());
	size_t mark = n >= 3 && memcmp(bytes, "\xef\xbb\xbf", 3) == 0 ? 3 : 0;
	bool ical = n >= mark + 15 && strncmp(bytes + mark, "BEGIN:VCALENDAR", 15) == 0;
	enum err e = ical ? ical_entries(arena, bytes + mark, n - mark, list) : list_entries(arena, bytes, n, list);

	if (e == ERR_OK && json_array_size(list) > AGENDA_ENTRIES)
		e = ERR_TOO_LARGE;
	if (e == ERR_OK)
		*entries = list;
	return e;
}

/* --- kept, looked at, taken --- */

enum err
agenda_import_keep(struct db *db, int64_t staff, const char *name, const char *bytes, size_t n, int64_t *import)
{
	struct rows *row;
	enum err e = q_agenda_import_keep(db, (struct q_agenda_import_keep){ .staff = staff, .name = name,
	    .bytes = { bytes, n } }, &row);

	if (e == ERR_OK)
		*import = rows_int(row, 0, "id");
	return e;
}

static enum err
file_open(struct db *db, struct arena *arena, int64_t import, struct rows **row, json_t **entries)
{
	const uint8_t *bytes;
	size_t n;
	enum err e = q_agenda_import_open(db, (struct q_agenda_import_open){ .import = import }, row);

	if (e != ERR_OK)
		return e;
	if (rows_bool(*row, 0, "old"))
		return ERR_GONE;
	*entries = json_keep(arena, json_array());
	if (rows_bool(*row, 0, "taken"))
		return ERR_OK;
	bytes = rows_bytes(*row, 0, "bytes", &n);
	return agenda_import_read(arena, (const char *)bytes, n, entries);
}

enum err
agenda_import_open(struct db *db, struct arena *arena, const struct words *words, int64_t import, json_t **out)
{
	struct rows *row;
	json_t *entries, *what, *entry, *counts;
	const char *text;
	size_t i;
	enum err e = file_open(db, arena, import, &row, &entries);

	if (e == ERR_OK)
		e = q_agenda_import_what(db, (struct q_agenda_import_what){ .entries = entries, .lang = words_lang(words) }, &what);
	if (e != ERR_OK)
		return e;
	json_array_foreach(entries, i, entry)
		json_object_update(entry, json_array_get(what, i));
	text = rows_text(row, 0, "counts");
	e = json_parse(arena, text, strlen(text), &counts);
	if (e == ERR_OK)
		*out = json_keep(arena, json_pack("{s:I, s:s, s:b, s:O, s:O}", "id", (json_int_t)import, "name", rows_text(row, 0, "name"),
		    "taken", (int)rows_bool(row, 0, "taken"), "counts", counts, "entries", entries));
	return e;
}

enum err
agenda_import_take(struct db *db, struct arena *arena, int64_t staff, int64_t import)
{
	struct rows *row;
	json_t *entries, *counts;
	enum err e = file_open(db, arena, import, &row, &entries);

	if (e == ERR_OK && rows_bool(row, 0, "taken"))
		e = ERR_CONFLICT;
	if (e == ERR_OK)
		e = q_agenda_import_take(db, (struct q_agenda_import_take){ .import = import, .entries = entries,
		    .staff = staff }, &counts);
	if (e != ERR_OK)
		return e;
	return json_object_size(counts) == 0 ? ERR_CONFLICT : json_object_get(counts, "new") == NULL ? ERR_INVALID : ERR_OK;
}

enum err
agenda_imports(struct db *db, const struct words *words, json_t **out)
{
	return q_agenda_imports(db, (struct q_agenda_imports){ .lang = words_lang(words) }, out);
}

enum err
agenda_imported(struct db *db, int64_t import, json_t **events)
{
	return q_agenda_imported(db, (struct q_agenda_imported){ .import = import }, events);
}
