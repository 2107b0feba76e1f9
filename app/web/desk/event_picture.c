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

#include "web/attachment.h"
#include "web/desk/event.h"
#include "web/handlers.h"

enum err
desk_event_picture(struct web *w)
{
	return desk_event_part(w, &event_picture);
}

enum err
desk_event_picture_save(struct web *w)
{
	const char *problem = NULL, *ids = "";
	json_t *event;
	enum err e = desk_event_open(w, &event);

	if (e == ERR_OK && (json_flag(event, "draft") || json_flag(event, "open")))
		e = web_picture(w, "event", json_int(event, "id"), &ids, &problem);
	if (e == ERR_OK && ids[0] != '\0')
		e = web_field_set(w, "picture", ids);
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
