/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The calendar in the words of other programs: iCalendar, open data, schema.org.
 */
#include <string.h>
#include "base/arena.h"
#include "base/json.h"
#include "domain/agenda.h"

static const char *
url_of(struct arena *arena, const char *origin, const json_t *event)
{
	return arena_printf(arena, "%s/events/%lld", origin, (long long)json_int(event, "id"));
}

/* Where, in one line. */
static const char *
where(struct arena *arena, const json_t *event)
{
	const char *place = json_text(event, "place"), *address = json_text(event, "address");

	return place[0] == '\0' ? address : address[0] == '\0' ? place : arena_printf(arena, "%s (%s)", place, address);
}

/* As a calendar said it; of several dates each is an event of its own. */
static json_t *
ical_source(const json_t *event)
{
	json_t *one = json_deep_copy(json_object_get(event, "source"));

	if (json_array_size(json_object_get(event, "slots")) > 1)
		json_object_set(one, "slots", json_object_get(event, "slots"));
	return one;
}

/* Did it come from such a file, and is as it came? */
static bool
is_as_came(const json_t *event, const char *key)
{
	return json_text(json_object_get(event, "source"), key)[0] != '\0' && !json_flag(event, "edited");
}

json_t *
agenda_ical(struct arena *arena, const char *origin, const char *host, bool as_came, const json_t *events)
{
	json_t *out = json_keep(arena, json_array()), *one;
	const json_t *event, *slot;
	size_t i, k;

	/* Each date on its own: one may be cancelled, or of whole days. */
	json_array_foreach(events, i, event) {
		if (as_came && is_as_came(event, "uid")) {
			json_array_append_new(out, ical_source(event));
			continue;
		}
		json_array_foreach(json_object_get(event, "slots"), k, slot) {
			one = json_pack("{s:o, s:O, s:O, s:s, s:s, s:s, s:s, s:s, s:O, s:O, s:s, s:O, s:[O], s:[s]}",
			    "uid", json_sprintf("event-%lld@%s", (long long)json_int(event, "id"), host),
			    "sequence", json_object_get(event, "sequence"), "modified", json_object_get(event, "modified"),
			    "name", json_text(event, "title"), "text", json_text(event, "text"),
			    "place", where(arena, event), "url", url_of(arena, origin, event),
			    "contact", json_text(event, "contact"),
			    "latitude", json_object_get(event, "latitude"), "longitude", json_object_get(event, "longitude"),
			    "status", json_flag(event, "cancelled") || json_flag(slot, "cancelled") ? "cancelled" : "confirmed",
			    "days", json_object_get(slot, "days"), "slots", slot, "categories", json_text(event, "category"));
			if (json_text(event, "category")[0] == '\0')
				json_array_clear(json_object_get(one, "categories"));
			json_array_append_new(out, one);
		}
	}
	return out;
}

static void
set(json_t *flat, const char *key, const char *value)
{
	if (value[0] != '\0')
		json_object_set_new(flat, key, json_string(value));
}

/* What came from a file goes out as it came, with what staff have changed since; columns that we
 * do not know stay.  What is ours is told in its columns. */
json_t *
agenda_opendata(struct arena *arena, const char *origin, const char *town, const json_t *events)
{
	static const struct { const char *column, *key; } same[] = {
		{ "name", "title" }, { "text", "text" }, { "kind", "category" }, { "place", "place" }, { "address", "address" },
		{ "latitude", "latitude" }, { "longitude", "longitude" }, { "access", "access" }, { "organiser", "organiser" },
		{ "target", "target" }, { "fee_note", "fee" }, { "contact", "contact" }, { "name_en", "name_en" },
	};
	json_t *out = json_keep(arena, json_array()), *flat;
	const json_t *event, *slot;
	size_t i, k, c;

	json_array_foreach(events, i, event) {
		if (is_as_came(event, "key") && !json_flag(event, "cancelled")) {
			json_array_append(out, json_object_get(event, "source"));
			continue;
		}
		json_array_foreach(json_object_get(event, "slots"), k, slot) {
			if (json_flag(event, "cancelled") || json_flag(slot, "cancelled"))
				continue;
			flat = json_text(json_object_get(event, "source"), "key")[0] != '\0' ?
			    json_deep_copy(json_object_get(event, "source")) : json_object();
			json_array_append_new(out, flat);
			if (json_object_size(flat) == 0)
				set(flat, "code", json_text(event, "code"));
			if (json_text(flat, "number")[0] == '\0')
				set(flat, "number", arena_printf(arena, "%lld-%lld", (long long)json_int(event, "id"),
				    (long long)json_int(slot, "id")));
			set(flat, "publisher", town);
			set(flat, "url", url_of(arena, origin, event));
			for (c = 0; c < sizeof same / sizeof same[0]; c++)
				set(flat, same[c].column, json_text(event, same[c].key));
			set(flat, "first_day", json_text(slot, "first_day"));
			set(flat, "last_day", json_text(slot, "last_day"));
			set(flat, "begins", json_text(slot, "from_time"));
			set(flat, "ends", json_text(slot, "to_time"));
			if (json_is_integer(json_object_get(slot, "capacity")))
				set(flat, "capacity", arena_printf(arena, "%lld", (long long)json_int(slot, "capacity")));
		}
	}
	return out;
}

static json_t *
place_of(const char *url, const json_t *event)
{
	const char *address = json_text(event, "address"), *name = json_text(event, "place");
	json_t *place;

	if (name[0] == '\0' && address[0] == '\0' && json_flag(event, "online"))
		return json_pack("{s:s, s:s}", "@type", "VirtualLocation", "url", url);
	place = json_pack("{s:s, s:s, s:s}", "@type", "Place", "name", name[0] != '\0' ? name : json_text(event, "town"),
	    "address", address[0] != '\0' ? address : json_text(event, "town"));
	if (json_is_number(json_object_get(event, "latitude")) && json_is_number(json_object_get(event, "longitude")))
		json_object_set_new(place, "geo", json_pack("{s:s, s:O, s:O}", "@type", "GeoCoordinates",
		    "latitude", json_object_get(event, "latitude"), "longitude", json_object_get(event, "longitude")));
	return place;
}

static const char *
mode_of(const json_t *event)
{
	return !json_flag(event, "online") ? "https://schema.org/OfflineEventAttendanceMode" :
	    json_text(event, "place")[0] != '\0' ? "https://schema.org/MixedEventAttendanceMode" :
	    "https://schema.org/OnlineEventAttendanceMode";
}

json_t *
agenda_schema(struct arena *arena, const char *origin, const json_t *event)
{
	const char *url = url_of(arena, origin, event), *organiser = json_text(event, "organiser");
	json_t *out = json_keep(arena, json_array()), *one;
	const json_t *slot;
	size_t i;
	bool off;

	if (organiser[0] == '\0')
		organiser = json_text(event, "town");
	json_array_foreach(json_object_get(event, "slots"), i, slot) {
		off = json_flag(event, "cancelled") || json_flag(slot, "cancelled");
		one = json_pack("{s:s, s:s, s:s, s:O, s:O, s:s, s:s, s:b, s:o, s:{s:s, s:s, s:s}, s:s}",
		    "@context", "https://schema.org", "@type", "Event", "name", json_text(event, "title"),
		    "startDate", json_object_get(slot, "datetime"), "endDate", json_object_get(slot, "until"),
		    "eventStatus", off ? "https://schema.org/EventCancelled" : "https://schema.org/EventScheduled",
		    "eventAttendanceMode", mode_of(event), "isAccessibleForFree", json_flag(event, "free"),
		    "location", place_of(url, event), "organizer", "@type", "Organization", "name", organiser, "url", origin, "url", url);
		if (json_text(event, "text")[0] != '\0')
			json_object_set_new(one, "description", json_string(json_text(event, "text")));
		if (json_text(event, "picture")[0] != '\0')
			json_object_set_new(one, "image", json_sprintf("%s/events/%lld/picture/%s", origin,
			    (long long)json_int(event, "id"), json_text(event, "picture")));
		json_array_append_new(out, one);
	}
	return json_array_size(out) == 1 ? json_array_get(out, 0) : out;
}
