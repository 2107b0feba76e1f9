/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The calendar of events.
 *
 *	GET /events?district=&day=&free=&words=	what is next, thirty a page
 *	GET /events/filter?way=			which ones, and in which of these ways they are looked at
 *	GET /events/month?month=2026-12		a month as a table
 *	GET /events/places			where: addresses, and a map (static/js/map.js)
 *	GET /events/{event}			one of them
 *
 * All are the same for all and may be kept by nginx.  Programs: agenda_feed.c.
 */
#include <string.h>
#include "domain/agenda.h"
#include "web/citizen/agenda.h"
#include "web/citizen/tongue.h"
#include "web/handlers.h"

static void
check(json_t *choices, int64_t id)
{
	json_t *choice;
	size_t i;

	json_array_foreach(choices, i, choice)
		json_object_set_new(choice, "checked", json_boolean(json_int(choice, "id") == id));
}

static json_t *
path_json(struct web *w, const char *path, const struct agenda_filter *f)
{
	return json_string(agenda_path(w->arena, path, f));
}

const char *
agenda_feed_url(struct web *w, const char *path, const struct agenda_filter *f)
{
	const char *url = agenda_path(w->arena, path, f);

	return strcmp(w->lang, "ja") == 0 ? url : arena_printf(w->arena, "%s%slang=%s", url, strchr(url, '?') != NULL ? "&" : "?", w->lang);
}

/* The three ways to look at it, and what the list is narrowed to. */
static void
frame(struct web *w, const struct agenda_filter *f, json_t *districts, const char *current)
{
	static const struct { const char *path, *words; } ways[] = {
		{ "/events", "agenda_as_list" }, { "/events/month", "agenda_as_month" }, { "/events/places", "agenda_as_places" },
	};
	json_t *list = json_array();
	const char *path;
	size_t i;

	check(districts, f->district);
	for (i = 0; i < sizeof ways / sizeof ways[0]; i++)
		json_array_append_new(list, json_pack("{s:o, s:s, s:b}", "url", path_json(w, ways[i].path, f),
		    "label", words_get(w->words, ways[i].words), "current", (int)(strcmp(ways[i].path, current) == 0)));
	json_object_set_new(w->view, "ways", list);
	path = agenda_path(w->arena, "/events/filter", f);
	json_object_set_new(w->view, "filter_url", strcmp(current, "/events") == 0 ? json_string(path)
	    : json_sprintf("%s%sway=%s", path, strchr(path, '?') != NULL ? "&" : "?", current + strlen("/events/")));
	json_object_set_new(w->view, "ical_url", json_string(agenda_feed_url(w, "/events.ics", f)));
	json_object_set_new(w->view, "atom_url", json_string(agenda_feed_url(w, "/events.atom", f)));
	json_object_set_new(w->view, "csv_url", path_json(w, "/events.csv", f));
	json_object_set_new(w->view, "clear_url", json_string(current));
	json_object_set_new(w->view, "chosen", json_boolean(f->district != 0 || f->free || f->childcare || f->sign_language ||
	    f->online || f->day[0] != '\0' || f->words[0] != '\0' || f->target[0] != '\0'));
	json_object_set_new(w->view, "chosen_day", f->day[0] != '\0' ? json_string(f->day) : json_null());
	json_object_set_new(w->view, "chosen_words", f->words[0] != '\0' ? json_string(f->words) : json_null());
	json_object_set_new(w->view, "chosen_target", f->target[0] != '\0' ? json_string(f->target) : json_null());
	json_object_set_new(w->view, "free", json_boolean(f->free));
	json_object_set_new(w->view, "childcare", json_boolean(f->childcare));
	json_object_set_new(w->view, "sign_language", json_boolean(f->sign_language));
	json_object_set_new(w->view, "online", json_boolean(f->online));
}

void
agenda_say_picture(json_t *what, int64_t event, const char *origin)
{
	const char *id = json_text(what, "picture");

	json_object_set_new(what, "picture_url", id[0] == '\0' ? json_null()
	    : json_sprintf("%s/events/%" PRId64 "/picture/%s", origin, event, id));
}

static enum err
list(struct web *w, const char *path, const char *page)
{
	struct agenda_filter f;
	const char *between;
	json_t *found, *next, *slot;
	size_t i;
	enum err e = agenda_read(w->arena, w->query, &f);

	if (e == ERR_OK)
		e = agenda_list(w->db, w->arena, w->words, &f, &found);
	if (e != ERR_OK)
		return e;
	json_object_update(w->view, found);
	frame(w, &f, json_object_get(found, "districts"), path);
	json_array_foreach(json_object_get(found, "slots"), i, slot)
		agenda_say_picture(slot, json_int(slot, "event"), "");
	json_object_set_new(w->view, "any", json_boolean(json_array_size(json_object_get(found, "slots")) > 0));
	next = json_object_get(found, "next");
	between = strchr(agenda_path(w->arena, path, &f), '?') != NULL ? "&" : "?";
	json_object_set_new(w->view, "older_url", !json_is_object(next) ? json_null() : json_sprintf("%s%sfrom=%s%%2B09:00&after=%" PRId64,
	    agenda_path(w->arena, path, &f), between, arena_strndup(w->arena, json_text(next, "from"), 19), json_int(next, "after")));
	json_object_set_new(w->view, "newest_url", f.from[0] != '\0' ? path_json(w, path, &f) : json_null());
	return web_page(w, HTTP_OK, page);
}

enum err
citizen_agenda_list(struct web *w)
{
	return list(w, "/events", "citizen/agenda/list");
}

/* The list of addresses, and above it, where tiles are configured, the map. */
enum err
citizen_agenda_places(struct web *w)
{
	web_map(w, "map", true);
	return list(w, "/events/places", "citizen/agenda/places");
}

/* From the month one comes back to the month. */
enum err
citizen_agenda_filter(struct web *w)
{
	const char *way = fields_get(w->query, "way"), *current = strcmp(way, "month") == 0 ? "/events/month"
	    : strcmp(way, "places") == 0 ? "/events/places" : "/events";
	struct agenda_filter f;
	json_t *found;
	enum err e = agenda_read(w->arena, w->query, &f);

	if (e == ERR_OK)
		e = agenda_list(w->db, w->arena, w->words, &f, &found);
	if (e != ERR_OK)
		return e;
	json_object_set(w->view, "districts", json_object_get(found, "districts"));
	frame(w, &f, json_object_get(found, "districts"), current);
	json_object_set_new(w->view, "action_url", json_string(current));
	json_object_set_new(w->view, "back_url", path_json(w, current, &f));
	return web_page(w, HTTP_OK, "citizen/agenda/filter");
}

enum err
citizen_agenda_month(struct web *w)
{
	struct agenda_filter f;
	const char *path, *between;
	json_t *month;
	enum err e = agenda_read(w->arena, w->query, &f);

	if (e == ERR_OK)
		e = agenda_month(w->db, w->arena, w->words, &f, fields_get(w->query, "month"), &month);
	if (e != ERR_OK)
		return e;
	json_object_update(w->view, month);
	frame(w, &f, json_object_get(month, "districts"), "/events/month");
	f.day = "";	/* it chose the month, and would choose it again */
	path = agenda_path(w->arena, "/events/month", &f);
	between = strchr(path, '?') != NULL ? "&" : "?";
	json_object_set_new(w->view, "before_url", json_sprintf("%s%smonth=%s", path, between, json_text(month, "before")));
	json_object_set_new(w->view, "after_url", json_sprintf("%s%smonth=%s", path, between, json_text(month, "after")));
	return web_page(w, HTTP_OK, "citizen/agenda/month");
}

enum err
citizen_agenda_show(struct web *w)
{
	json_t *event;
	const char *language, *in;
	int64_t id = web_id(w, "event");
	enum err e = agenda_show(w->db, w->words, fields_get(w->query, "language"), id, &event);

	if (e != ERR_OK)
		return e;
	language = json_text(event, "tongue");
	in = strcmp(language, "ja") == 0 ? "" : arena_printf(w->arena, "?lang=%s&language=%s", w->lang, language);
	json_object_set_new(event, "ical_url", json_sprintf("/events/%" PRId64 "/calendar%s", id, in));
	json_object_set_new(event, "schema_url", json_sprintf("/events/%" PRId64 "/schema%s", id, in));
	json_object_set_new(event, "ld_html", json_string(json_html(w->arena, agenda_schema(w->arena, web_origin(w), event))));
	web_map(w, "map", json_is_number(json_object_get(event, "latitude")));
	json_object_set_new(event, "map_url", json_is_number(json_object_get(event, "latitude")) ?
	    json_sprintf("https://maps.gsi.go.jp/#16/%.6f/%.6f/", json_number_value(json_object_get(event, "latitude")),
	    json_number_value(json_object_get(event, "longitude"))) : json_null());
	/* For previews elsewhere all addresses are whole. */
	json_object_set_new(event, "whole_url", json_sprintf("%s/events/%" PRId64, web_origin(w), id));
	agenda_say_picture(event, id, web_origin(w));
	json_object_set(event, "preview_url", json_object_get(event, "picture_url"));
	agenda_say_picture(event, id, "");
	json_object_set_new(event, "apply_url", strcmp(language, w->lang) == 0 ? json_sprintf("/events/%" PRId64 "/apply", id)
	    : json_sprintf("/events/%" PRId64 "/apply?language=%s", id, language));
	citizen_tongue_links(w, json_object_get(event, "languages"), language, arena_printf(w->arena, "/events/%" PRId64, id));
	json_object_set(w->view, "event", event);
	return web_page(w, HTTP_OK, "citizen/agenda/show");
}
