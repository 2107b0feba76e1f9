/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Messages for programs: the documents that the pages show.
 *
 *	GET /api/v1/messages?topic=&district=&before=&count=	newest first; "next" is the
 *			address of what follows, or null
 *	GET /api/v1/messages/{message}
 *	GET /api/openapi.json	what there is, in OpenAPI 3.1
 *
 * What goes wrong is told as RFC 9457 has it (dispatch.c).
 */
#include "base/file.h"
#include "domain/picture.h"
#include "domain/publication.h"
#include "web/handlers.h"
#include "web/web.h"

/* Where people read it. */
static void
set_url(const struct web *w, json_t *message)
{
	json_object_set_new(message, "url",
	    json_sprintf("%s/messages/%" PRId64, web_origin(w), json_int(message, "id")));
}

/* A correction, or what is corrected, with its address. */
static void
set_other(const struct web *w, json_t *message, const char *name)
{
	json_t *other = json_object_get(message, name);

	if (json_is_object(other))
		set_url(w, other);
}

enum err
api_message_list(struct web *w)
{
	struct publication_filter f;
	json_t *list = json_keep(w->arena, json_object()), *message;
	int64_t count, next;
	enum err e;
	size_t i;

	e = publication_read(w->query, &f);
	if (e == ERR_OK && fields_has(w->query, "count")) {
		e = fields_int(w->query, "count", 1, PUBLICATION_MAX, &count);
		f.count = e == ERR_OK ? (int)count : 1;
	}
	if (e == ERR_OK)
		e = publication_browse(w->db, w->arena, w->words, &w->names, f, list);
	if (e != ERR_OK)
		return e;
	json_object_del(list, "topic");
	json_object_del(list, "district");
	json_array_foreach(json_object_get(list, "messages"), i, message) {
		set_url(w, message);
		if (json_is_string(json_object_get(message, "picture_url")))
			json_object_set_new(message, "picture_url", json_sprintf("%s%s", web_origin(w), json_text(message, "picture_url")));
	}
	next = json_int(list, "next");
	if (next != 0) {
		const char *path = publication_path(w->arena, "/api/v1/messages", f, next);

		json_object_set_new(list, "next", json_sprintf(f.count == PUBLICATION_PAGE ? "%s%s" : "%s%s&count=%d",
		    web_origin(w), path, f.count));
	}
	return web_json(w, HTTP_OK, list);
}

enum err
api_message_show(struct web *w)
{
	json_t *message;
	enum err e;

	e = publication_show(w->db, w->words, web_id(w, "message"), &message);
	if (e != ERR_OK)
		return e;
	json_object_del(message, "gone");
	set_url(w, message);
	picture_say(w->arena, message, web_origin(w));
	set_other(w, message, "corrects");
	set_other(w, message, "correction");
	return web_json(w, HTTP_OK, message);
}

enum err
api_description(struct web *w)
{
	struct buf b;
	enum err e;

	buf_init(&b, w->arena);
	e = file_read(arena_printf(w->arena, "%s/api/openapi.json", w->conf->templates), &b);
	return e != ERR_OK ? e : web_bytes(w, HTTP_OK, "application/json; charset=utf-8", b.data, b.len);
}
