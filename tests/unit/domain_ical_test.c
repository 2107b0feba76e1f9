/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Calendars: how many slots a rule lays out, zones, what is written reads back equal.
 * Files of others are tried where CHROMO_SAMPLES names their folder.
 */
#include "domain/ical.h"
#include <stdlib.h>
#include "base/arena.h"
#include "base/buf.h"
#include "base/clock.h"
#include "base/json.h"
#include "tests/unit/tap.h"

static struct arena *arena;
static int64_t from, until;

static int64_t
at(int year, int month, int day, int hour, int minute)
{
	int64_t ms = 0;

	ok(clock_from_japan(year, month, day, hour, minute, &ms) == ERR_OK, "a moment");
	return ms;
}

/* One event of these lines. */
static json_t *
event_of(const char *lines)
{
	const char *text = arena_printf(arena, "BEGIN:VCALENDAR\r\nVERSION:2.0\r\nBEGIN:VEVENT\r\nUID:x\r\n%sEND:VEVENT\r\n"
	    "END:VCALENDAR\r\n", lines);
	json_t *events = NULL;

	ok(ical_read(arena, text, strlen(text), from, until, &events) == ERR_OK && json_array_size(events) == 1, "read");
	return json_array_get(events, 0);
}

static int64_t
slot(const json_t *event, size_t i, const char *key)
{
	return json_int(json_array_get(json_object_get(event, "slots"), i), key);
}

#define SLOTS(e) json_array_size(json_object_get(e, "slots"))

static void
layouts(void)
{
	static const struct { const char *lines; size_t slots; bool more; } rules[] = {
		{ "DTSTART;VALUE=DATE:20180827\r\n", 1, false },
		{ "DTSTART;VALUE=DATE:20180827\r\nDTEND;VALUE=DATE:20180901\r\n", 1, false },
		{ "DTSTART;VALUE=DATE:20180827\r\nRRULE:FREQ=DAILY;COUNT=5\r\n", 5, false },
		{ "DTSTART;VALUE=DATE:20180827\r\nRRULE:FREQ=DAILY;UNTIL=20180901\r\n", 6, false },
		{ "DTSTART;VALUE=DATE:20180827\r\nRRULE:FREQ=DAILY\r\n", 704, true },
		{ "DTSTART:20180827T100000\r\nRRULE:FREQ=HOURLY\r\n", ICAL_SLOTS, true },
		{ "DTSTART:20180827T100000\r\nRRULE:FREQ=WEEKLY;COUNT=4\r\nEXDATE:20180903T100000\r\n", 3, false },
		{ "DTSTART:20180827T100000\r\nRDATE:20180901T100000,20180902T100000\r\nRDATE:20180901T100000\r\n", 3, false },
		{ "DTSTART;VALUE=DATE:20100101\r\nRRULE:FREQ=YEARLY\r\n", 2, true },
		{ "DTSTART;VALUE=DATE:20180827\r\nRRULE:FREQ=MONTHLY;BYDAY=2SA;COUNT=3\r\n", 3, false },
		/* One that fits no day, of which every second would be tried. */
		{ "DTSTART:20180827T100000\r\nRRULE:FREQ=SECONDLY;BYMONTH=2;BYMONTHDAY=30\r\n", 1, true },
	};
	json_t *e;
	size_t i;

	for (i = 0; i < sizeof rules / sizeof rules[0]; i++) {
		e = event_of(rules[i].lines);
		is_int(SLOTS(e), rules[i].slots, "slots of rule %zu", i);
		ok(json_flag(e, "more") == rules[i].more, "whether there would be more");
	}
	e = event_of("DTSTART;VALUE=DATE:20180827\r\nDTEND;VALUE=DATE:20180901\r\nEXDATE;VALUE=DATE:20180829\r\n");
	ok(SLOTS(e) == 2 && slot(e, 0, "ends") == at(2018, 8, 29, 0, 0) && slot(e, 1, "begins") == at(2018, 8, 30, 0, 0),
	    "a day out of the middle cuts an event of five days in two");
}

static void
zones(void)
{
	json_t *e;

	e = event_of("DTSTART:20180827T100000\r\nDTEND:20180827T113000\r\n");
	ok(slot(e, 0, "begins") == at(2018, 8, 27, 10, 0) && slot(e, 0, "ends") == at(2018, 8, 27, 11, 30), "floating is Japan's");
	e = event_of("DTSTART:20180827T010000Z\r\nDURATION:PT90M\r\n");
	ok(slot(e, 0, "begins") == at(2018, 8, 27, 10, 0) && slot(e, 0, "ends") == at(2018, 8, 27, 11, 30), "UTC, with a duration");
	e = event_of("DTSTART;TZID=Asia/Tokyo:20180827T100000\r\n");
	ok(slot(e, 0, "begins") == at(2018, 8, 27, 10, 0) && !json_flag(e, "zone_unknown"), "Tokyo");
	e = event_of("DTSTART;TZID=Mars/Olympus:20180827T100000\r\n");
	ok(slot(e, 0, "begins") == at(2018, 8, 27, 10, 0) && json_flag(e, "zone_unknown"), "an unknown zone is Japan's, and told");
	e = event_of("DTSTART:20180827T100000\r\nLAST-MODIFIED:20180401T000000\r\nSEQUENCE:3\r\nSTATUS:CANCELLED\r\n");
	ok(json_int(e, "modified") == at(2018, 4, 1, 9, 0), "LAST-MODIFIED without zone is UTC");
	ok(json_int(e, "sequence") == 3 && strcmp(json_text(e, "status"), "cancelled") == 0, "third change: cancelled");
}

/* Of each rule libical looks at every day until the year 2582. */
static const char *
hopeless(void)
{
	struct buf text;

	buf_init(&text, arena);
	buf_adds(&text, "BEGIN:VCALENDAR\r\n");
	for (int i = 0; i < 1000; i++)
		buf_adds(&text, "BEGIN:VEVENT\r\nUID:x\r\nDTSTART:20180827T100000\r\nRRULE:FREQ=DAILY;BYMONTH=2;BYMONTHDAY=30\r\n"
		    "END:VEVENT\r\n");
	buf_adds(&text, "END:VCALENDAR\r\n");
	return text.data;
}

static void
refusals(void)
{
	static const char *const bad[] = { "", "x", "BEGIN:VCARD\r\nEND:VCARD\r\n", "\xff\xfe" };
	const char *bad_rules = hopeless();
	json_t *events;
	size_t i;
	char *large;

	for (i = 0; i < sizeof bad / sizeof bad[0]; i++)
		ok(ical_read(arena, bad[i], strlen(bad[i]), from, until, &events) == ERR_INVALID, "refused: %zu", i);
	large = arena_alloc(arena, ICAL_BYTES + 2);
	memset(large, 'x', ICAL_BYTES + 1);
	ok(ical_read(arena, large, ICAL_BYTES + 1, from, until, &events) == ERR_TOO_LARGE, "refused: too large");
	ok(ical_read(arena, bad_rules, strlen(bad_rules), from, until, &events) == ERR_TOO_LARGE,
	    "refused: more rules that fit no day than anybody would wait for");
	/* An event that begins at no time is left out, not the whole calendar. */
	ok(ical_read(arena, "BEGIN:VCALENDAR\nBEGIN:VEVENT\nUID:a\nEND:VEVENT\nBEGIN:VEVENT\nDTSTART:99999999\nEND:VEVENT\n"
	    "END:VCALENDAR\n", 101, from, until, &events) == ERR_OK && json_array_size(events) == 0, "no day, no event");
}

static void
writing(void)
{
	json_t *event = event_of("DTSTART:20180827T100000\r\nDTEND:20180827T113000\r\nSEQUENCE:2\r\nLAST-MODIFIED:20180401T000000Z\r\n"
	    "SUMMARY:夏休みの工作教室、親子で作る木の船と、それを浮かべる川の水のはなし、そして水辺の安全\r\n"
	    "DESCRIPTION:一行目\\n二行目\\, \\;\\\\ 𠮷野家の𩸽をさばく会は別の日に行います。持ち物は前掛けと三角巾です\r\n"
	    "LOCATION:港区立, みなと図書館\r\nGEO:35.658100;139.751000\r\nURL:https://example.jp/a?b=1,2;3\r\n"
	    "CATEGORIES:文化・芸術\r\nCATEGORIES:講演・講座\r\nCONTACT:係\r\nX-SHIRASAGI-COST:2\\,000円\r\n");
	json_t *again = NULL, *list = json_keep(arena, json_pack("[O]", event));
	struct buf out;
	const char *line, *end;
	size_t widest = 0;

	buf_init(&out, arena);
	ical_write(arena, "みなと市のイベント", list, false, &out);
	for (line = out.data; (end = strstr(line, "\r\n")) != NULL; line = end + 2)
		widest = (size_t)(end - line) > widest ? (size_t)(end - line) : widest;
	ok(widest <= 75 && widest > 70, "no line is longer than 75 octets (%zu)", widest);
	ok(ical_read(arena, out.data, out.len, from, until, &again) == ERR_OK &&
	    json_equal(again, list), "it reads back equal");
	ok(strstr(out.data, "METHOD") == NULL, "no METHOD in a feed");

	event = event_of("DTSTART;VALUE=DATE:20180827\r\nDTEND;VALUE=DATE:20180901\r\nSUMMARY:x\r\n");
	list = json_keep(arena, json_pack("[O]", event));
	buf_reset(&out);
	ical_write(arena, "x", list, true, &out);
	ok(ical_read(arena, out.data, out.len, from, until, &again) == ERR_OK && json_equal(again, list), "whole days too");
	ok(strstr(out.data, "METHOD:PUBLISH\r\n") != NULL && strstr(out.data, "DTEND;VALUE=DATE:20180901\r\n") != NULL,
	    "a single file is published, its end exclusive");
}

static void
samples(void)
{
	static const struct { const char *name; size_t slots[3]; } files[] = {
		{ "event-1.ics", { 1, 15, 0 } }, { "event-2.ics", { 1, 3, 0 } }, { "event-empty.ics", { 0, 0, 0 } },
		{ "event-exdate-1.ics", { 2, 0, 0 } }, { "event-rrule-1.ics", { 5, 6, 704 } },
		{ "event-rrule-2.ics", { 5, 2, 704 } },
	};
	const char *folder = getenv("CHROMO_SAMPLES");
	static char text[100000];
	json_t *events = NULL;
	size_t i, k, n;
	FILE *f;

	if (folder == NULL) {
		diag("CHROMO_SAMPLES is not set: calendars of others were not tried");
		return;
	}
	for (i = 0; i < sizeof files / sizeof files[0]; i++) {
		f = fopen(arena_printf(arena, "%s/ical/%s", folder, files[i].name), "rb");
		n = f != NULL ? fread(text, 1, sizeof text, f) : 0;
		if (f != NULL)
			fclose(f);
		ok(ical_read(arena, text, n, from, until, &events) == ERR_OK, "%s", files[i].name);
		for (k = 0; k < 3; k++)
			is_int(SLOTS(json_array_get(events, k)), files[i].slots[k], "slots of its event %zu", k + 1);
	}
}

int
main(void)
{
	json_setup();
	arena = arena_new();
	from = at(2018, 7, 1, 0, 0);
	until = at(2020, 7, 31, 0, 0);
	layouts();
	zones();
	refusals();
	writing();
	samples();
	arena_free(arena);
	return done();
}
