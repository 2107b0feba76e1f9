/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The first page.
 *
 *	GET /	the latest messages, what asks for an answer, what comes next, what
 *		messages are about, how to receive them;
 *		on the operator's host: to the operator's portal
 */
#include "domain/publication.h"
#include "web/citizen/agenda.h"
#include "web/handlers.h"

enum { LATEST = 3 };

enum err
citizen_home(struct web *w)
{
	json_t *event;
	size_t i;
	enum err e;

	e = publication_home(w->db, w->arena, w->words, &w->names, LATEST, w->view);
	if (e == ERR_OK)
		e = guard_arrive(w);
	if (e != ERR_OK)
		return e;
	if (strcmp(json_text(json_object_get(w->entered, "tenant"), "kind"), "operator") == 0)
		return web_see_other(w, "/operator");
	json_array_foreach(json_object_get(w->view, "events"), i, event)
		agenda_say_picture(event, json_int(event, "event"), "");
	json_object_set_new(w->view, "any_events", json_boolean(i > 0));
	json_object_set_new(w->view, "any_surveys", json_boolean(json_array_size(json_object_get(w->view, "surveys")) > 0));
	return web_page(w, HTTP_OK, "citizen/home/show");
}
