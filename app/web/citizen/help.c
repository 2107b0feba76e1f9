/* SPDX-License-Identifier: Apache-2.0 */
/*
 * 困ったとき.
 *
 *	GET /help	questions and answers
 *	GET /privacy	the text that people agree to, newest version
 */
#include "domain/consent.h"
#include "web/handlers.h"
#include "web/web.h"

enum err
citizen_help(struct web *w)
{
	return web_page(w, HTTP_OK, "citizen/info/help");
}

enum err
citizen_privacy(struct web *w)
{
	const json_t *tenant = json_object_get(w->entered, "tenant");
	json_t *privacy;
	enum err e;

	e = consent_text(w->db, w->arena, w->lang, json_text(tenant, strcmp(w->lang, "ja") == 0 ? "name" : "name_en"),
	    json_text(tenant, "contact"), &privacy);
	if (e != ERR_OK)
		return e;
	json_object_set(w->view, "privacy", privacy);
	return web_page(w, HTTP_OK, "citizen/info/privacy");
}
