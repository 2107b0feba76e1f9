/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
#include "base/fields.h"
#include "base/words.h"
#include "db/db.h"
/*
 * The calendar of events (行事予定) as everybody reads it: a list of dates, a month, one
 * event, and what programs take: iCalendar, open data, schema.org.
 */
enum { AGENDA_PAGE = 30 };

struct agenda_filter {
	int64_t district;		/* 0: all; events for the whole town are in each */
	bool free, childcare, sign_language, online;
	const char *day;		/* "2026-12-05": that day; "": from now on */
	const char *words;		/* in title, target, text, kind or place; "" */
	const char *target;		/* in the target alone: 小学生; "" */
	const char *from;		/* a page further on: "2026-12-05T10:00:00+09:00" … */
	int64_t after;			/* … behind this date */
};

/* ?district=3&free=1&day=2026-12-05&words=…; ERR_INVALID: a number or day that is none. */
enum err agenda_read(struct arena *, const struct fields *query, struct agenda_filter *) MUST_USE;
/* The same as an address, with its conditions but not its place in the list. */
const char *agenda_path(struct arena *, const char *path, const struct agenda_filter *);

/* {"slots": [{event, title, when, …}], "districts", "next": {from, after} or null}: query agenda_list. */
enum err agenda_list(struct db *, struct arena *, const struct words *, const struct agenda_filter *, json_t **out) MUST_USE;
/* month: "2026-12", or "" for that of the day asked for, or this one.  ERR_INVALID: it is none. */
enum err agenda_month(struct db *, struct arena *, const struct words *, const struct agenda_filter *, const char *month,
    json_t **out) MUST_USE;
/* In this language ("": that of the pages), if it may be read in it.  ERR_NOT_FOUND: none that is public. */
enum err agenda_show(struct db *, const struct words *, const char *tongue, int64_t event, json_t **out) MUST_USE;
/* What it, or a date of it (0: none), says in the first of these languages that it may be read in: the texts of
 * agenda_show, "tongue", "language" and "langs" (sql/functions/slot.sql). */
enum err agenda_said(struct db *, int64_t event, int64_t slot, struct db_texts languages, json_t **out) MUST_USE;
/* {"town", "updated", "events"}: query agenda_feed. */
enum err agenda_feed(struct db *, struct arena *, const char *lang, const struct agenda_filter *, json_t **out) MUST_USE;

/* Events of agenda_feed, agenda_show or agenda_imported in the words of others; origin
 * "https://…".  as_came: what a file said that nobody changed since, under its own name. */
json_t *agenda_ical(struct arena *, const char *origin, const char *host, bool as_came, const json_t *events);	/* ical.h */
json_t *agenda_opendata(struct arena *, const char *origin, const char *town, const json_t *events);	/* opendata.h */
json_t *agenda_schema(struct arena *, const char *origin, const json_t *event);	/* schema.org/Event */

/* --- files of other systems (agenda_take.c) --- */

enum { AGENDA_ENTRIES = 3000 };
/* A calendar (.ics) or a list of events (CSV, JSON) as entries of sql/functions/event_import.sql,
 * in the order of the file, each with "title", "faults": keys of words, and "number", from 1.
 * Nothing is left out: what cannot be read is a fault of a draft.  ERR_INVALID: neither of the
 * two.  ERR_TOO_LARGE: beyond the limits. */
enum err agenda_import_read(struct arena *, const char *bytes, size_t n, json_t **entries) MUST_USE;
/* The file waits to be looked at and taken. */
enum err agenda_import_keep(struct db *, int64_t staff, const char *name, const char *bytes, size_t n, int64_t *import) MUST_USE;
/* {"id", "name", "taken", "counts", "entries"}: until it is taken each entry with "what" becomes of
 * it, "when" and "event".  ERR_NOT_FOUND: none.  ERR_GONE: it waited for more than a day. */
enum err agenda_import_open(struct db *, struct arena *, const struct words *, int64_t import, json_t **out) MUST_USE;
/* Makes drafts, and brings up to date what was imported before and nobody changed since.
 * ERR_CONFLICT: it is taken.  ERR_INVALID: this person belongs to no department. */
enum err agenda_import_take(struct db *, struct arena *, int64_t staff, int64_t import) MUST_USE;
/* The last ten that were taken. */
enum err agenda_imports(struct db *, const struct words *, json_t **out) MUST_USE;
/* Events that came by a file, in its order.  ERR_NOT_FOUND: none that was taken. */
enum err agenda_imported(struct db *, int64_t import, json_t **events) MUST_USE;
