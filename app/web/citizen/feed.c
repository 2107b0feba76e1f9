/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The newest messages for feed readers and other programs.
 *
 *	GET /feed.atom	RFC 4287
 *	GET /feed.json	JSON Feed 1.1 (jsonfeed.org)
 */
#include <stdlib.h>
#include <string.h>

#include "domain/picture.h"
#include "domain/publication.h"
#include "web/handlers.h"
#include "web/web.h"

enum err
citizen_feed(struct web *w)
{
	json_t *feed, *message;
	enum err e;
	size_t i;

	e = publication_feed(w->db, &feed);
	if (e != ERR_OK)
		return e;
	json_array_foreach(json_object_get(feed, "messages"), i, message)
		picture_say(w->arena, message, web_origin(w));
	json_object_update(w->view, feed);
	json_object_set_new(w->view, "origin_url", json_string(web_origin(w)));
	return web_xml(w, "application/atom+xml; charset=utf-8", "citizen/message/feed");
}

static json_t *
names_of(const json_t *things)
{
	json_t *names = json_array();
	const json_t *it;
	size_t i;

	json_array_foreach(things, i, it)
		json_array_append(names, json_object_get(it, "name"));
	return names;
}

static json_t *
attachments_of(const json_t *pictures)
{
	json_t *list = json_array();
	const json_t *p;
	size_t i;

	json_array_foreach(pictures, i, p)
		json_array_append_new(list, json_pack("{s:O, s:O, s:O, s:O}", "url", json_object_get(p, "url"),
		    "mime_type", json_object_get(p, "kind"), "title", json_object_get(p, "text"),
		    "size_in_bytes", json_object_get(p, "bytes")));
	return list;
}

static json_t *
item(const char *origin, const json_t *m)
{
	const json_t *pictures = json_object_get(m, "pictures");
	json_t *made = json_pack("{s:o, s:O, s:O, s:O, s:O, s:[{s:O}], s:o}",
	    "url", json_sprintf("%s/messages/%" PRId64, origin, json_int(m, "id")),
	    "title", json_object_get(m, "subject"), "content_html", json_object_get(m, "body"),
	    "date_published", json_object_get(m, "published"), "language", json_object_get(m, "language"),
	    "authors", "name", json_object_get(m, "department"), "tags", names_of(json_object_get(m, "topics")));

	/* Its address is for ever and names nothing else: so is its id. */
	json_object_set(made, "id", json_object_get(made, "url"));
	if (json_array_size(pictures) > 0) {
		json_object_set(made, "image", json_object_get(json_array_get(pictures, 0), "url"));
		json_object_set_new(made, "attachments", attachments_of(pictures));
	}
	return made;
}

enum err
citizen_feed_json(struct web *w)
{
	const char *origin = web_origin(w), *town;
	char *text;
	json_t *feed, *out, *message;
	enum err e;
	size_t i;

	e = publication_feed(w->db, &feed);
	if (e == ERR_OK)
		e = guard_arrive(w);
	if (e != ERR_OK)
		return e;
	town = web_town(w);
	out = json_keep(w->arena, json_pack("{s:s, s:s, s:o, s:o, s:s, s:[{s:s}], s:[]}",
	    "version", "https://jsonfeed.org/version/1.1",
	    "title", arena_printf(w->arena, "%s%s", town, words_get(w->words, "site_home_title")),
	    "home_page_url", json_sprintf("%s/messages", origin), "feed_url", json_sprintf("%s/feed.json", origin),
	    "language", w->lang, "authors", "name", town, "items"));
	json_array_foreach(json_object_get(feed, "messages"), i, message) {
		picture_say(w->arena, message, origin);
		json_array_append_new(json_object_get(out, "items"), item(origin, message));
	}
	text = json_dumps(out, JSON_COMPACT);
	arena_defer(w->arena, free, text);
	return web_bytes(w, HTTP_OK, "application/feed+json; charset=utf-8", text, strlen(text));
}
