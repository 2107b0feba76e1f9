/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Writing calendars.  Lines are folded at 75 octets and never inside a character (RFC 5545
 * 3.1); what is cancelled stays and says so, or subscribers would keep the old one.
 */
#include "domain/ical.h"
#include <string.h>
#include <time.h>
#include "base/arena.h"
#include "base/buf.h"
#include "base/json.h"

#define JAPAN 32400
enum { LINE_OCTETS = 75 };

static void
line_add(struct buf *out, const char *line)
{
	size_t n = strlen(line), room = LINE_OCTETS, part;

	while (n > room) {
		for (part = room; part > 0 && ((unsigned char)line[part] & 0xc0) == 0x80; part--)
			;
		buf_add(out, line, part);
		buf_adds(out, "\r\n ");
		line += part;
		n -= part;
		room = LINE_OCTETS - 1;
	}
	buf_add(out, line, n);
	buf_adds(out, "\r\n");
}

/* NAME:text with its marks escaped; nothing where there is no text. */
static void
text_add(struct arena *arena, struct buf *out, const char *name, const char *text)
{
	struct buf line;

	if (text[0] == '\0')
		return;
	buf_init(&line, arena);
	buf_adds(&line, name);
	buf_addch(&line, ':');
	for (; *text != '\0'; text++) {
		if (*text == '\n') {
			buf_adds(&line, "\\n");
			continue;
		}
		if (strchr("\\;,", *text) != NULL)
			buf_addch(&line, '\\');
		buf_addch(&line, *text);
	}
	line_add(out, line.data);
}

/* 20261125T093000, or 20261125. */
static const char *
stamp(struct arena *arena, int64_t ms, long offset, bool day)
{
	time_t t = (time_t)(ms / 1000 + offset);
	struct tm tm;
	const char *date;

	gmtime_r(&t, &tm);
	date = arena_printf(arena, "%04d%02d%02d", tm.tm_year + 1900, tm.tm_mon + 1, tm.tm_mday);
	return day ? date : arena_printf(arena, "%sT%02d%02d%02d", date, tm.tm_hour, tm.tm_min, tm.tm_sec);
}

static void
time_add(struct arena *arena, struct buf *out, const char *name, int64_t ms, bool days)
{
	line_add(out, arena_printf(arena, "%s;%s:%s", name, days ? "VALUE=DATE" : "TZID=Asia/Tokyo",
	    stamp(arena, ms, JAPAN, days)));
}

static void
utc_add(struct arena *arena, struct buf *out, const char *name, int64_t ms)
{
	line_add(out, arena_printf(arena, "%s:%sZ", name, stamp(arena, ms, 0, false)));
}

static const char *
status_of(const json_t *event)
{
	const char *status = json_text(event, "status");

	return strcmp(status, "cancelled") == 0 ? "CANCELLED" : strcmp(status, "tentative") == 0 ? "TENTATIVE" :
	    "CONFIRMED";
}

static void
slot_add(struct arena *arena, struct buf *out, const json_t *event, const json_t *slot)
{
	int64_t modified = json_int(event, "modified");
	bool days = json_flag(event, "days");
	const json_t *category;
	const char *uid = json_text(event, "uid"), *name;
	json_t *value;
	size_t i;

	if (json_int(slot, "id") != 0)
		uid = arena_printf(arena, "%lld-%s", (long long)json_int(slot, "id"), uid);
	line_add(out, "BEGIN:VEVENT");
	text_add(arena, out, "UID", uid);
	utc_add(arena, out, "DTSTAMP", json_int(event, "stamp") != 0 ? json_int(event, "stamp") : modified);
	if (modified != 0)
		utc_add(arena, out, "LAST-MODIFIED", modified);
	line_add(out, arena_printf(arena, "SEQUENCE:%lld", (long long)json_int(event, "sequence")));
	time_add(arena, out, "DTSTART", json_int(slot, "begins"), days);
	if (json_int(slot, "ends") > json_int(slot, "begins"))
		time_add(arena, out, "DTEND", json_int(slot, "ends"), days);
	text_add(arena, out, "SUMMARY", json_text(event, "name"));
	text_add(arena, out, "DESCRIPTION", json_text(event, "text"));
	text_add(arena, out, "LOCATION", json_text(event, "place"));
	text_add(arena, out, "CONTACT", json_text(event, "contact"));
	if (json_text(event, "latitude")[0] != '\0' && json_text(event, "longitude")[0] != '\0')
		line_add(out, arena_printf(arena, "GEO:%s;%s", json_text(event, "latitude"), json_text(event, "longitude")));
	if (json_text(event, "url")[0] != '\0' && strpbrk(json_text(event, "url"), "\r\n") == NULL)
		line_add(out, arena_printf(arena, "URL:%s", json_text(event, "url")));
	json_array_foreach(json_object_get(event, "categories"), i, category)
		text_add(arena, out, "CATEGORIES", json_string_value(category));
	json_object_foreach((json_t *)(uintptr_t)json_object_get(event, "own"), name, value)
		text_add(arena, out, name, json_string_value(value));
	line_add(out, arena_printf(arena, "STATUS:%s", status_of(event)));
	line_add(out, "END:VEVENT");
}

void
ical_write(struct arena *arena, const char *name, const json_t *events, bool single, struct buf *out)
{
	const json_t *event, *slot;
	size_t i, k;

	buf_adds(out, "BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:-//chromo//events//EN\r\nCALSCALE:GREGORIAN\r\n");
	if (single)
		buf_adds(out, "METHOD:PUBLISH\r\n");
	text_add(arena, out, "X-WR-CALNAME", name);
	buf_adds(out, "X-WR-TIMEZONE:Asia/Tokyo\r\nREFRESH-INTERVAL;VALUE=DURATION:PT1H\r\n"
	    "BEGIN:VTIMEZONE\r\nTZID:Asia/Tokyo\r\nBEGIN:STANDARD\r\nDTSTART:19700101T000000\r\n"
	    "TZOFFSETFROM:+0900\r\nTZOFFSETTO:+0900\r\nTZNAME:JST\r\nEND:STANDARD\r\nEND:VTIMEZONE\r\n");
	json_array_foreach(events, i, event)
		json_array_foreach(json_object_get(event, "slots"), k, slot)
			slot_add(arena, out, event, slot);
	buf_adds(out, "END:VCALENDAR\r\n");
}
