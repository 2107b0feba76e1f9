/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The picture of an event.
 *
 *	GET, POST /desk/events/{event}/picture	a page as those of event_part.c
 *	GET /events/{event}/picture/{attachment}	as everybody sees it
 *
 * What was sent is taken in before the rest of the form is looked at, so that nobody sends
 * it twice: its ids are in the hidden field "picture" from then on.
 */
#include <string.h>

#include "http/multipart.h"
#include "web/attachment.h"
#include "web/desk/event.h"
#include "web/handlers.h"

enum err
desk_event_picture(struct web *w)
{
	return desk_event_part(w, &event_picture);
}

/* The fields as they were sent, but with these ids. */
static enum err
fields_change(struct web *w, const char *ids)
{
	struct fields *out = fields_new(w->arena);
	enum err e = fields_add(out, "picture", ids);

	for (size_t i = 0; i < fields_count(w->fields) && e == ERR_OK; i++)
		if (strcmp(fields_name(w->fields, i), "picture") != 0)
			e = fields_add(out, fields_name(w->fields, i), fields_value(w->fields, i));
	w->fields = out;
	return e;
}

enum err
desk_event_picture_save(struct web *w)
{
	const struct multipart_file *file = w->request->files;
	const char *problem = NULL, *ids;
	json_t *event;
	enum err e = desk_event_open(w, &event);

	while (file != NULL && (strcmp(file->field, "file") != 0 || file->n == 0))
		file = file->next;
	if (e == ERR_OK && file != NULL && (json_flag(event, "draft") || json_flag(event, "open"))) {
		e = event_picture_take(w->db, w->arena, w->conf->files, w->tenant, json_int(event, "id"), file->name, file->data, file->n,
		    &ids);
		if (e == ERR_INVALID || e == ERR_TOO_LARGE) {
			problem = e == ERR_INVALID ? "event_picture_kind" : "attachment_large";
			e = ERR_OK;
		} else if (e == ERR_OK)
			e = fields_change(w, ids);
	}
	return e != ERR_OK ? e : desk_event_part_save(w, &event_picture, "picture", problem);
}

enum err
citizen_event_picture(struct web *w)
{
	json_t *picture;
	enum err e = event_picture_find(w->db, web_id(w, "event"), web_arg(w, "attachment"), &picture);

	if (e == ERR_OK)
		e = web_attachment_send(w, picture);
	if (e == ERR_OK)	/* its address changes with it */
		w->response->cache = "public, max-age=86400";
	return e;
}
