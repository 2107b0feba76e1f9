/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include "base/err.h"
struct arena;
struct buf;
/*
 * Calendars as others exchange them (iCalendar, RFC 5545).
 *
 * An event is an object here:
 *
 *	{"uid", "instance": "" or the RECURRENCE-ID, "sequence": 0, "modified": ms or 0,
 *	 "name", "text", "place", "url", "contact", "categories": ["…"],
 *	 "own": {"X-SHIRASAGI-COST": "…"}, what a system adds,
 *	 "latitude": text or null, "longitude", "status": "confirmed" | "cancelled" | "tentative",
 *	 "days": true (whole days), "slots": [{"begins": ms, "ends": ms}, …], "more": false,
 *	 "zone_unknown": false, "hash": SHA-256 of all of it}
 *
 * Slots are in order, none twice; ends is exclusive, for whole days the midnight behind the
 * last.  Times without zone are Japan's, as are those of a zone that nobody knows
 * (zone_unknown).
 */
enum { ICAL_BYTES = 2 * 1024 * 1024, ICAL_EVENTS = 5000, ICAL_SLOTS = 1000 };

/* Repetitions are laid out from … until, at most ICAL_SLOTS of one event ("more": there
 * would be others; of a rule by hours, minutes or seconds on certain days only the first).
 * ERR_INVALID: no calendar.  ERR_TOO_LARGE: beyond the limits, or of its repetitions the
 * processor would have had more than three seconds' work. */
enum err ical_read(struct arena *, const char *, size_t n, int64_t from, int64_t until, json_t **events) MUST_USE;

/* A calendar under that name.  Each slot is an event of its own; where it has an
 * "id", that stands before the uid.  "stamp" (ms) is DTSTAMP, else modified.  single: METHOD:PUBLISH,
 * for a file that is opened once. */
void ical_write(struct arena *, const char *name, const json_t *events, bool single, struct buf *out);
