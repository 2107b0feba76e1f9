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
	const char *from;		/* a page further on: "2026-12-05T10:00:00+09:00" … */
	int64_t after;			/* … behind this date */
};

/* ?district=3&free=1&day=2026-12-05&words=…; ERR_INVALID: a number or day that is none. */
enum err agenda_read(struct arena *, const struct fields *query, struct agenda_filter *) MUST_USE;
/* The same as an address, with its conditions but not its place in the list. */
const char *agenda_path(struct arena *, const char *path, const struct agenda_filter *);

/* {"slots": [{event, title, when, …}], "districts", "next": {from, after} or null}: query agenda_list. */
enum err agenda_list(struct db *, struct arena *, const struct words *, const struct agenda_filter *, json_t **out) MUST_USE;
/* month: "2026-12", or "" for this one.  ERR_INVALID: it is none. */
enum err agenda_month(struct db *, struct arena *, const struct words *, const struct agenda_filter *, const char *month,
    json_t **out) MUST_USE;
/* ERR_NOT_FOUND: none that is public. */
enum err agenda_show(struct db *, const struct words *, int64_t event, json_t **out) MUST_USE;
/* {"town", "updated", "events"}: query agenda_feed. */
enum err agenda_feed(struct db *, const struct agenda_filter *, json_t **out) MUST_USE;

/* Events of agenda_feed or agenda_show in the words of others; origin "https://…". */
json_t *agenda_ical(struct arena *, const char *origin, const char *host, const json_t *events);	/* ical.h */
json_t *agenda_opendata(struct arena *, const char *origin, const char *town, const json_t *events);	/* opendata.h */
json_t *agenda_schema(struct arena *, const char *origin, const char *town, const json_t *event);	/* schema.org/Event */

/* Reads a calendar (.ics) or a list of events (CSV, JSON) of another system into events;
 * name tells the files apart.  *out: {"read", "new", "changed", "same", "cancelled", "unclear"}. */
enum err agenda_import(struct db *, struct arena *, int64_t staff, const char *name, const char *bytes, size_t n,
    json_t **out) MUST_USE;
