/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The calendar of events for programs; a filter may stand in each address, and a language (?lang=en).
 *
 *	GET /events.ics			iCalendar, to subscribe to
 *	GET /events.atom		RFC 4287
 *	GET /events.csv?set=		open data: standard, registry or recommended columns
 *	GET /events/{event}/calendar	one event as a file to open (.ics)
 *	GET /events/{event}/schema	one event, JSON-LD
 */
#include <stdlib.h>
#include <string.h>
#include "domain/agenda.h"
#include "domain/ical.h"
#include "domain/opendata.h"
#include "web/citizen/agenda.h"
#include "web/handlers.h"
#include "web/web.h"

static enum err
feed_of(struct web *w, const char *lang, struct agenda_filter *f, json_t **feed)
{
	enum err e = agenda_read(w->arena, w->query, f);

	return e == ERR_OK ? agenda_feed(w->db, w->arena, lang, f, feed) : e;
}

static enum err
ical(struct web *w, const char *name, const json_t *events, bool single)
{
	struct buf out;

	buf_init(&out, w->arena);
	ical_write(w->arena, name, agenda_ical(w->arena, web_origin(w), w->request->host, false, events), single, &out);
	return web_bytes(w, HTTP_OK, "text/calendar; charset=utf-8", out.data, out.len);
}

enum err
citizen_agenda_ical(struct web *w)
{
	struct agenda_filter f;
	json_t *feed;
	enum err e = feed_of(w, w->lang, &f, &feed);

	if (e == ERR_OK)
		e = guard_arrive(w);
	return e != ERR_OK ? e : ical(w, arena_printf(w->arena, "%s%s", web_town(w),
	    words_get(w->words, "agenda_feed_title")), json_object_get(feed, "events"), false);
}

enum err
citizen_agenda_atom(struct web *w)
{
	struct agenda_filter f;
	json_t *feed;
	enum err e = feed_of(w, w->lang, &f, &feed);

	if (e != ERR_OK)
		return e;
	json_object_update(w->view, feed);
	json_object_set_new(w->view, "origin_url", json_string(web_origin(w)));
	json_object_set_new(w->view, "self_url", json_sprintf("%s%s", web_origin(w), agenda_feed_url(w, "/events.atom", &f)));
	json_object_set_new(w->view, "in", strcmp(w->lang, "ja") == 0 ? json_null() : json_sprintf("?lang=%s", w->lang));
	return web_xml(w, "application/atom+xml; charset=utf-8", "citizen/agenda/feed");
}

enum err
citizen_agenda_csv(struct web *w)
{
	static const char *const sets[] = { "recommended", "registry", "standard" };
	const char *asked = fields_get(w->query, "set");
	enum opendata set = OPENDATA_STANDARD;
	struct agenda_filter f;
	struct buf out;
	json_t *feed;
	int i;
	enum err e = feed_of(w, "ja", &f, &feed);

	if (e != ERR_OK)
		return e;
	for (i = 0; i < OPENDATA_SETS; i++)
		if (strcmp(asked, sets[i]) == 0)
			set = (enum opendata)i;
	buf_init(&out, w->arena);
	opendata_write(w->arena, agenda_opendata(w->arena, web_origin(w), json_text(feed, "town"), json_object_get(feed, "events")),
	    set, "\r\n", &out);
	return web_bytes(w, HTTP_OK, "text/csv; charset=utf-8", out.data, out.len);
}

static enum err
ld_json(struct web *w, const json_t *document)
{
	char *text = json_dumps(document, JSON_COMPACT | JSON_REAL_PRECISION(15));

	arena_defer(w->arena, free, text);
	return web_bytes(w, HTTP_OK, "application/ld+json; charset=utf-8", text, strlen(text));
}

static enum err
one_of(struct web *w, json_t **event)
{
	return agenda_show(w->db, w->words, fields_get(w->query, "language"), web_id(w, "event"), event);
}

enum err
citizen_agenda_one_ical(struct web *w)
{
	json_t *event;
	enum err e = one_of(w, &event);

	return e != ERR_OK ? e : ical(w, json_text(event, "title"), json_keep(w->arena, json_pack("[O]", event)), true);
}

enum err
citizen_agenda_one_schema(struct web *w)
{
	json_t *event;
	enum err e = one_of(w, &event);

	return e != ERR_OK ? e : ld_json(w, agenda_schema(w->arena, web_origin(w), event));
}
