/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A link for one door, for people without the portal.
 *
 *	GET /desk/events/{event}/door	the links that are good
 *	POST …				makes one, or withdraws one
 *
 * What it opens is in checkin.c.
 */
#include "domain/checkin.h"
#include "web/handlers.h"
#include "web/qr.h"
#include "web/web.h"

enum { HOURS_MAX = 72, DOOR_MAX = 40 };

enum err
desk_door(struct web *w)
{
	const char *token = fields_get(w->query, "token"), *url;
	int64_t event = web_id(w, "event");
	struct checkin_link link;
	json_t *it, *links;
	enum err e = guard_arrive(w);

	if (e == ERR_OK)
		e = checkin_event(w->db, w->words, event, &it);
	if (e == ERR_OK)
		e = checkin_doors(w->db, w->words, event, &links);
	if (e != ERR_OK)
		return e;
	json_object_set(w->view, "links", links);
	json_object_set_new(w->view, "any_links", json_boolean(json_array_size(links) > 0));
	json_object_set(w->view, "event", it);
	json_object_set_new(w->view, "link", json_null());
	json_object_set_new(w->view, "action_url", json_sprintf("/desk/events/%" PRId64 "/door", event));
	json_object_set_new(w->view, "back_url", json_sprintf("/desk/events/%" PRId64 "/checkin", event));
	if (token[0] != '\0' && checkin_door_open(w->db, w->arena, token, &link) == ERR_OK && link.event == event &&
	    !link.over && !link.dead) {
		url = arena_printf(w->arena, "%s/door/%s", web_origin(w), token);
		json_object_set_new(w->view, "link", json_pack("{s:s, s:s, s:o}", "link_url", url, "name", link.name,
		    "qr", qr_json(w->arena, url)));
	}
	if (json_object_get(w->view, "form") == NULL) {
		struct form *f = web_form(w);

		form_set(f, "name", "");
		form_set(f, "hours", "12");
	}
	return web_page(w, w->request->method == METHOD_POST ? HTTP_UNPROCESSABLE : HTTP_OK, "desk/checkin/door");
}

static enum err
withdraw(struct web *w, int64_t event)
{
	int64_t door;
	enum err e = fields_int(w->fields, "withdraw", 1, INT64_MAX, &door);

	if (e == ERR_OK)
		e = guard_arrive(w);
	if (e == ERR_OK)
		e = checkin_door_withdraw(w->db, event, door);
	if (e != ERR_OK && e != ERR_NOT_FOUND)		/* withdrawn before: so it is */
		return e;
	if (e == ERR_OK)
		web_tell(w, "success", "tell_door_withdrawn");
	return web_see_other(w, "/desk/events/%" PRId64 "/door", event);
}

enum err
desk_door_make(struct web *w)
{
	struct form *f;
	const char *name, *token;
	int64_t hours, event = web_id(w, "event");
	json_t *it;
	enum err e;

	if (fields_get(w->fields, "withdraw")[0] != '\0')
		return withdraw(w, event);
	f = web_form(w);
	name = form_name(f, "name", FORM_REQUIRED, DOOR_MAX);
	hours = form_number(f, "hours", FORM_REQUIRED, 1, HOURS_MAX);
	if (!form_ok(f))
		return desk_door(w);
	e = guard_arrive(w);
	if (e == ERR_OK)
		e = checkin_event(w->db, w->words, event, &it);
	if (e == ERR_OK)
		e = checkin_door_make(w->db, w->arena, event, name, w->staff, (int)hours, &token);
	return e != ERR_OK ? e : web_see_other(w, "/desk/events/%" PRId64 "/door?token=%s", event, token);
}
