/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Reading calendars: libical takes the text apart and finds the repetitions; here they
 * become slots in Japan's time.  Writing is in ical_write.c.
 *
 * Two things are read more kindly than the standard has it.  A day that is excepted
 * from the middle of an event of several days splits it, because that is what calendars
 * of Japanese towns mean by it.  LAST-MODIFIED without zone is UTC.
 */
#include "domain/ical.h"
#include <libical/ical.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include "base/arena.h"
#include "base/buf.h"
#include "base/json.h"
#include "base/secret.h"
#include "base/text.h"

#define HOUR INT64_C(3600000)
#define DAY (24 * HOUR)
#define JAPAN (9 * HOUR)
/* An endless rule may have begun long ago; and for one that fits no day libical looks through
 * six centuries. */
enum { STEPS_MAX = 200000, STEPS_LOOK = 1024, SECONDS_MAX = 3, EXCEPTIONS_MAX = 500, OWN_MAX = 50 };
#define NAME_CHARACTERS "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-"

struct span { int64_t begins, ends; };

struct calendar {
	struct arena *arena;
	icalcomponent *top;
	int64_t from, until;
	clock_t end;		/* of the processor's time that it may take */
};

/* What is known of one event while it is laid out. */
struct spans {
	struct span list[ICAL_SLOTS + 1];
	size_t n;
	bool more;
};

struct when {
	icaltimetype start;
	const icaltimezone *zone;	/* NULL: Japan's time */
	bool unknown;
	int64_t length;
	icaltimetype *except;
	size_t excepts;
};

static int64_t
moment(icaltimetype t, const icaltimezone *zone)
{
	int64_t ms;

	if (icaltime_is_utc(t))
		return (int64_t)icaltime_as_timet(t) * 1000;
	if (zone != NULL && !t.is_date)
		return (int64_t)icaltime_as_timet_with_zone(t, zone) * 1000;
	t.zone = NULL;
	ms = (int64_t)icaltime_as_timet(t) * 1000;
	return ms - JAPAN;
}

/* The zone of DTSTART: as the file has it, or as the world knows it. */
static void
zone_read(const struct calendar *c, icalproperty *property, struct when *w)
{
	icalparameter *parameter = icalproperty_get_first_parameter(property, ICAL_TZID_PARAMETER);
	const char *name = parameter != NULL ? icalparameter_get_tzid(parameter) : NULL;

	if (name == NULL || strcmp(name, "Asia/Tokyo") == 0 || strcmp(name, "Japan") == 0 ||
	    strcmp(name, "Tokyo Standard Time") == 0)
		return;
	w->zone = icalcomponent_get_timezone(c->top, name);
	if (w->zone == NULL)
		w->zone = icaltimezone_get_builtin_timezone(name);
	w->unknown = w->zone == NULL;
}

static const char *
property_text(const struct calendar *c, icalproperty *property)
{
	icalvalue *value = property != NULL ? icalproperty_get_value(property) : NULL;
	const char *text = NULL;

	if (value == NULL)
		return "";
	text = icalvalue_isa(value) == ICAL_TEXT_VALUE ? icalvalue_get_text(value) :
	    icalvalue_isa(value) == ICAL_URI_VALUE ? icalvalue_get_uri(value) :
	    icalvalue_isa(value) == ICAL_X_VALUE ? icalvalue_get_x(value) : icalvalue_as_ical_string(value);
	if (text == NULL)
		return "";
	text = text_body(c->arena, text_mended(c->arena, text, strlen(text)));
	return text_is_clean(text, true) ? text : text_showable(c->arena, text);
}

static const char *
text_of(const struct calendar *c, icalcomponent *event, icalproperty_kind kind)
{
	return property_text(c, icalcomponent_get_first_property(event, kind));
}

/* What a system adds of its own: X-SHIRASAGI-COST. */
static json_t *
own_of(const struct calendar *c, icalcomponent *event)
{
	json_t *own = json_object();
	icalproperty *p;
	const char *name;

	for (p = icalcomponent_get_first_property(event, ICAL_X_PROPERTY); p != NULL && json_object_size(own) < OWN_MAX;
	     p = icalcomponent_get_next_property(event, ICAL_X_PROPERTY)) {
		name = icalproperty_get_x_name(p);
		if (name != NULL && strlen(name) < 60 && strspn(name, NAME_CHARACTERS) == strlen(name))
			json_object_set_new(own, name, json_string(property_text(c, p)));
	}
	return own;
}

static bool
when_read(const struct calendar *c, icalcomponent *event, struct when *w)
{
	icalproperty *start = icalcomponent_get_first_property(event, ICAL_DTSTART_PROPERTY);
	icalproperty *end = icalcomponent_get_first_property(event, ICAL_DTEND_PROPERTY);
	icalproperty *length = icalcomponent_get_first_property(event, ICAL_DURATION_PROPERTY);

	if (start == NULL)
		return false;
	w->start = icalproperty_get_dtstart(start);
	if (icaltime_is_null_time(w->start) || !icaltime_is_valid_time(w->start) || w->start.year < 1900 ||
	    w->start.year > 2200)
		return false;
	zone_read(c, start, w);
	w->length = w->start.is_date ? DAY : 0;
	if (end != NULL)
		w->length = moment(icalproperty_get_dtend(end), w->zone) - moment(w->start, w->zone);
	else if (length != NULL)
		w->length = (int64_t)icaldurationtype_as_int(icalproperty_get_duration(length)) * 1000;
	if (w->length < 0 || w->length > 800 * DAY || (w->start.is_date && w->length == 0))
		w->length = w->start.is_date ? DAY : 0;
	return true;
}

/* All of them at first: a component remembers one place only while it is walked over. */
static void
exceptions_read(const struct calendar *c, icalcomponent *event, struct when *w)
{
	icalproperty *p;

	w->except = arena_alloc(c->arena, EXCEPTIONS_MAX * sizeof *w->except);
	for (p = icalcomponent_get_first_property(event, ICAL_EXDATE_PROPERTY); p != NULL && w->excepts < EXCEPTIONS_MAX;
	     p = icalcomponent_get_next_property(event, ICAL_EXDATE_PROPERTY))
		w->except[w->excepts++] = icalproperty_get_exdate(p);
}

static bool
is_excepted(const struct when *w, icaltimetype t)
{
	size_t i;

	for (i = 0; i < w->excepts; i++)
		if (w->except[i].is_date ? icaltime_compare_date_only(w->except[i], t) == 0 :
		    moment(w->except[i], w->zone) == moment(t, w->zone))
			return true;
	return false;
}

static void
span_add(const struct calendar *c, struct spans *s, int64_t begins, int64_t ends)
{
	if (ends < c->from || (ends == c->from && begins < c->from) || begins >= c->until)
		return;
	if (s->n > ICAL_SLOTS)
		return;
	s->list[s->n++] = (struct span){ begins, ends };
}

/* Whole days, cut where a day in the middle is excepted. */
static void
days_add(const struct calendar *c, struct spans *s, const struct when *w, icaltimetype t)
{
	int64_t begins = moment(t, NULL), at, days = w->length / DAY;
	int64_t run = begins;

	for (at = begins; days-- > 0; at += DAY, icaltime_adjust(&t, 1, 0, 0, 0))
		if (is_excepted(w, t)) {
			if (at > run)
				span_add(c, s, run, at);
			run = at + DAY;
		}
	if (at > run)
		span_add(c, s, run, at);
}

static void
instance_add(const struct calendar *c, struct spans *s, const struct when *w, icaltimetype t)
{
	int64_t begins = moment(t, w->zone);

	if (t.is_date)
		days_add(c, s, w, t);
	else if (!is_excepted(w, t))
		span_add(c, s, begins, begins + w->length);
}

/* Of every hour, minute or second it would be asked whether it is one of those days. */
static bool
is_costly(const struct icalrecurrencetype *r)
{
	return r->freq < ICAL_DAILY_RECURRENCE &&
	    (r->by_month[0] != ICAL_RECURRENCE_ARRAY_MAX || r->by_month_day[0] != ICAL_RECURRENCE_ARRAY_MAX ||
	    r->by_year_day[0] != ICAL_RECURRENCE_ARRAY_MAX || r->by_week_no[0] != ICAL_RECURRENCE_ARRAY_MAX ||
	    r->by_day[0] != ICAL_RECURRENCE_ARRAY_MAX || r->by_hour[0] != ICAL_RECURRENCE_ARRAY_MAX ||
	    r->by_minute[0] != ICAL_RECURRENCE_ARRAY_MAX || r->by_second[0] != ICAL_RECURRENCE_ARRAY_MAX);
}

static void
rule_add(const struct calendar *c, struct spans *s, icalcomponent *event, const struct when *w)
{
	struct icalrecurrencetype rule;
	icalproperty *p;
	icalrecur_iterator *i;
	icaltimetype t;
	int steps;

	for (p = icalcomponent_get_first_property(event, ICAL_RRULE_PROPERTY); p != NULL;
	     p = icalcomponent_get_next_property(event, ICAL_RRULE_PROPERTY)) {
		rule = icalproperty_get_rrule(p);
		if (is_costly(&rule)) {
			instance_add(c, s, w, w->start);
			s->more = true;
			continue;
		}
		i = icalrecur_iterator_new(rule, w->start);
		if (i == NULL)
			continue;
		for (steps = 0; steps < STEPS_MAX && s->n <= ICAL_SLOTS; steps++) {
			if (steps % STEPS_LOOK == 0 && clock() > c->end)
				break;
			t = icalrecur_iterator_next(i);
			if (icaltime_is_null_time(t))
				break;
			if (moment(t, w->zone) >= c->until) {
				s->more = true;
				break;
			}
			instance_add(c, s, w, t);
		}
		icalrecur_iterator_free(i);
	}
}

/* Further days and times; a period brings its own end. */
static void
others_add(const struct calendar *c, struct spans *s, icalcomponent *event, const struct when *w)
{
	icalproperty *p;
	icalvalue *value;
	struct icaldatetimeperiodtype d;
	int64_t begins, ends;

	for (p = icalcomponent_get_first_property(event, ICAL_RDATE_PROPERTY); p != NULL && s->n <= ICAL_SLOTS;
	     p = icalcomponent_get_next_property(event, ICAL_RDATE_PROPERTY)) {
		value = icalproperty_get_value(p);
		if (value != NULL && icalvalue_isa(value) == ICAL_DATE_VALUE) {
			instance_add(c, s, w, icalvalue_get_date(value));
			continue;
		}
		d = icalproperty_get_rdate(p);
		if (icaltime_is_null_time(d.period.start)) {
			if (!icaltime_is_null_time(d.time))
				instance_add(c, s, w, d.time);
			continue;
		}
		begins = moment(d.period.start, w->zone);
		ends = icaltime_is_null_time(d.period.end) ?
		    begins + (int64_t)icaldurationtype_as_int(d.period.duration) * 1000 : moment(d.period.end, w->zone);
		if (ends >= begins && ends - begins <= 800 * DAY)
			span_add(c, s, begins, ends);
	}
}

static int
by_begin(const void *a, const void *b)
{
	const struct span *x = a, *y = b;

	if (x->begins != y->begins)
		return x->begins < y->begins ? -1 : 1;
	return x->ends != y->ends ? (x->ends > y->ends ? -1 : 1) : 0;
}

static json_t *
slots_of(const struct calendar *c, icalcomponent *event, const struct when *w, bool *more)
{
	struct spans *s = arena_alloc(c->arena, sizeof *s);
	json_t *slots = json_array();
	size_t i, kept = 0;

	if (icalcomponent_get_first_property(event, ICAL_RRULE_PROPERTY) == NULL)
		instance_add(c, s, w, w->start);
	rule_add(c, s, event, w);
	others_add(c, s, event, w);
	qsort(s->list, s->n, sizeof s->list[0], by_begin);
	/* Of two that begin at once the longer is meant: a period of the day it repeats. */
	for (i = 0; i < s->n && kept < ICAL_SLOTS; i++)
		if (i == 0 || s->list[i].begins != s->list[i - 1].begins) {
			json_array_append_new(slots, json_pack("{s:I, s:I}", "begins", (json_int_t)s->list[i].begins,
			    "ends", (json_int_t)s->list[i].ends));
			kept++;
		}
	*more = s->more || s->n > ICAL_SLOTS;
	return slots;
}

static json_t *
categories_of(const struct calendar *c, icalcomponent *event)
{
	json_t *all = json_array();
	icalproperty *p;
	const char *text;

	for (p = icalcomponent_get_first_property(event, ICAL_CATEGORIES_PROPERTY); p != NULL;
	     p = icalcomponent_get_next_property(event, ICAL_CATEGORIES_PROPERTY)) {
		text = icalproperty_get_categories(p);
		if (text != NULL)
			text = text_normal(c->arena, text_mended(c->arena, text, strlen(text)));
		if (text != NULL && text[0] != '\0' && text_is_clean(text, false) && json_array_size(all) < 20)
			json_array_append_new(all, json_string(text));
	}
	return all;
}

static const char *
status_of(icalcomponent *event)
{
	switch (icalcomponent_get_status(event)) {
	case ICAL_STATUS_CANCELLED:
		return "cancelled";
	case ICAL_STATUS_TENTATIVE:
		return "tentative";
	default:
		return "confirmed";
	}
}

static void
place_set(const struct calendar *c, icalcomponent *component, json_t *event)
{
	icalproperty *p = icalcomponent_get_first_property(component, ICAL_GEO_PROPERTY);
	struct icalgeotype geo;

	json_object_set_new(event, "latitude", json_null());
	json_object_set_new(event, "longitude", json_null());
	if (p == NULL)
		return;
	geo = icalproperty_get_geo(p);
	if (geo.lat < -90 || geo.lat > 90 || geo.lon < -180 || geo.lon > 180)
		return;
	json_object_set_new(event, "latitude", json_string(arena_printf(c->arena, "%.6f", geo.lat)));
	json_object_set_new(event, "longitude", json_string(arena_printf(c->arena, "%.6f", geo.lon)));
}

static void
hash_set(const struct calendar *c, json_t *event)
{
	uint8_t hash[SECRET_HASH];
	struct buf bytes;

	buf_init(&bytes, c->arena);
	json_canonical(event, &bytes);
	secret_sha256(bytes.data, bytes.len, hash);
	json_object_set_new(event, "hash", json_string(secret_hex(c->arena, hash, sizeof hash)));
}

static json_t *
event_of(const struct calendar *c, icalcomponent *component)
{
	icalproperty *modified = icalcomponent_get_first_property(component, ICAL_LASTMODIFIED_PROPERTY);
	struct when w = { .zone = NULL };
	bool more = false;
	json_t *event, *slots;

	if (!when_read(c, component, &w))
		return NULL;
	exceptions_read(c, component, &w);
	slots = slots_of(c, component, &w, &more);
	event = json_pack("{s:s, s:s, s:i, s:I, s:s, s:s, s:s, s:s, s:s, s:o, s:o, s:s, s:b, s:o, s:b, s:b}",
	    "uid", text_of(c, component, ICAL_UID_PROPERTY),
	    "instance", text_of(c, component, ICAL_RECURRENCEID_PROPERTY),
	    "sequence", icalcomponent_get_sequence(component),
	    "modified", modified == NULL ? (json_int_t)0 :
	    (json_int_t)icaltime_as_timet(icalproperty_get_lastmodified(modified)) * 1000,
	    "name", text_of(c, component, ICAL_SUMMARY_PROPERTY),
	    "text", text_of(c, component, ICAL_DESCRIPTION_PROPERTY),
	    "place", text_of(c, component, ICAL_LOCATION_PROPERTY),
	    "url", text_of(c, component, ICAL_URL_PROPERTY),
	    "contact", text_of(c, component, ICAL_CONTACT_PROPERTY),
	    "categories", categories_of(c, component), "own", own_of(c, component), "status", status_of(component),
	    "days", (int)w.start.is_date, "slots", slots, "more", (int)more, "zone_unknown", (int)w.unknown);
	event = json_keep(c->arena, event);
	place_set(c, component, event);
	hash_set(c, event);
	return event;
}

enum err
ical_read(struct arena *arena, const char *bytes, size_t n, int64_t from, int64_t until, json_t **events)
{
	struct calendar c = { .arena = arena, .from = from, .until = until, .end = clock() + SECONDS_MAX * CLOCKS_PER_SEC };
	json_t *all = json_keep(arena, json_array()), *event;
	icalcomponent *component;

	if (n > ICAL_BYTES)
		return ERR_TOO_LARGE;
	if (memchr(bytes, '\0', n) != NULL || strstr(arena_strndup(arena, bytes, n), "BEGIN:VCALENDAR") == NULL)
		return ERR_INVALID;
	icalerror_set_errors_are_fatal(0);
	c.top = icalparser_parse_string(text_mended(arena, bytes, n));
	if (c.top == NULL)
		return ERR_INVALID;
	arena_defer(arena, (void (*)(void *))icalcomponent_free, c.top);
	if (icalcomponent_isa(c.top) != ICAL_VCALENDAR_COMPONENT)
		return ERR_INVALID;
	for (component = icalcomponent_get_first_component(c.top, ICAL_VEVENT_COMPONENT); component != NULL;
	     component = icalcomponent_get_next_component(c.top, ICAL_VEVENT_COMPONENT)) {
		if (json_array_size(all) == ICAL_EVENTS || clock() > c.end)
			return ERR_TOO_LARGE;
		event = event_of(&c, component);
		if (event != NULL)
			json_array_append(all, event);
	}
	*events = all;
	return ERR_OK;
}
