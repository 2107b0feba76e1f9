/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The first page.
 *
 *	GET /	the latest messages, what they are about, how to receive them;
 *		on the operator's host: to the operator's portal
 */
#include "domain/publication.h"
#include "web/handlers.h"
#include "web/web.h"

enum { LATEST = 3 };

enum err
citizen_home(struct web *w)
{
	enum err e;

	e = publication_home(w->db, w->arena, w->words, &w->names, LATEST, w->view);
	if (e == ERR_OK)
		e = guard_arrive(w);
	if (e != ERR_OK)
		return e;
	if (strcmp(json_text(json_object_get(w->entered, "tenant"), "kind"), "operator") == 0)
		return web_see_other(w, "/operator");
	return web_page(w, HTTP_OK, "citizen/home/show");
}
