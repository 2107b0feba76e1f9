/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Messages as everybody reads them.
 *
 *	GET /messages?topic=&district=&before=	the newest, twenty a page
 *	GET /messages/filter?topic=&district=	which ones
 *	GET /messages/{message}			one of them; 410 when it has ended
 *	GET /messages/{message}/pictures/{attachment}	a picture of one that is out, for everybody, and for
 *						gateways and programs of mail that fetch it
 *	GET /m/{message}			the same by the address that SMS carry
 *
 * But the last, all are the same for all and may be kept by nginx.
 */
#include "domain/picture.h"
#include "domain/publication.h"
#include "web/handlers.h"
#include "web/web.h"

enum err
citizen_message_list(struct web *w)
{
	struct publication_filter f;
	bool chosen;
	int64_t next;
	enum err e;

	e = publication_read(w->query, &f);
	if (e == ERR_OK)
		e = publication_browse(w->db, w->arena, w->words, &w->names, f, w->view);
	if (e != ERR_OK)
		return e;
	chosen = f.topic != 0 || f.district != 0;
	next = json_int(w->view, "next");
	json_object_set_new(w->view, "chosen", json_boolean(chosen));
	json_object_set_new(w->view, "filter_url",
	    json_string(publication_path(w->arena, "/messages/filter", f, 0)));
	json_object_set_new(w->view, "older_url",
	    next != 0 ? json_string(publication_path(w->arena, "/messages", f, next)) : json_null());
	json_object_set_new(w->view, "newest_url",
	    f.before != 0 ? json_string(publication_path(w->arena, "/messages", f, 0)) : json_null());
	return web_page(w, HTTP_OK, "citizen/message/list");
}

static void
check(json_t *choices, int64_t id)
{
	json_t *choice;
	size_t i;

	json_array_foreach(choices, i, choice)
		json_object_set_new(choice, "checked", json_boolean(json_int(choice, "id") == id));
}

/* A page of its own: most people read the list as it is, which is lighter without. */
enum err
citizen_message_filter(struct web *w)
{
	struct publication_filter f;
	json_t *choices;
	enum err e;

	e = publication_read(w->query, &f);
	if (e == ERR_OK)
		e = publication_choices(w->db, &choices);
	if (e != ERR_OK)
		return e;
	check(json_object_get(choices, "topics"), f.topic);
	check(json_object_get(choices, "districts"), f.district);
	json_object_update(w->view, choices);
	return web_page(w, HTTP_OK, "citizen/message/filter");
}

enum err
citizen_message_show(struct web *w)
{
	json_t *message;
	enum err e;

	e = publication_show(w->db, w->words, web_id(w, "message"), &message);
	if (e == ERR_GONE)
		return web_page(w, HTTP_GONE, "citizen/message/gone");
	if (e != ERR_OK)
		return e;
	json_object_set(w->view, "message", message);
	picture_say(w->arena, message, "");
	json_object_set_new(w->view, "whole_url", json_sprintf("%s/messages/%" PRId64, web_origin(w), web_id(w, "message")));
	json_object_set_new(w->view, "origin_url", json_string(web_origin(w)));
	json_object_set_new(w->view, "preview", json_pack("O?", json_array_get(json_object_get(message, "pictures"), 0)));
	return web_page(w, HTTP_OK, "citizen/message/show");
}

/* What is at this address never changes, so browsers keep it; nginx asks every ten seconds
 * whether it is still to be shown, for a message may be stopped. */
enum err
citizen_message_picture(struct web *w)
{
	json_t *file;
	struct buf bytes;
	enum err e = publication_picture(w->db, web_id(w, "message"), web_arg(w, "attachment"), &file);

	buf_init(&bytes, w->arena);
	if (e == ERR_OK)
		e = attachment_read(w->arena, w->conf->files, json_int(file, "tenant"), file, &bytes);
	if (e == ERR_OK)
		e = web_bytes(w, HTTP_OK, json_text(file, "kind"), bytes.data, bytes.len);
	if (e != ERR_OK)
		return e;
	w->response->cache = "public, max-age=86400, immutable";
	response_header(w->response, "X-Accel-Expires", "10");
	return ERR_OK;
}

/* The address that SMS carry, where each character is paid for. */
enum err
citizen_message_short(struct web *w)
{
	if (web_id(w, "message") == 0)
		return ERR_NOT_FOUND;
	return web_see_other(w, "/messages/%" PRId64, web_id(w, "message"));
}
