/* SPDX-License-Identifier: Apache-2.0 */
/*
 * 命を守る情報 for programs that relay it: Common Alerting Protocol 1.2 (OASIS).
 *
 *	GET /cap.atom		what there is, the newest first, withdrawn ones too
 *	GET /cap/{message}	one of them
 *
 * A message is one Alert; a stopped one is a Cancel that refers to it.  How urgent,
 * severe and certain it is, nobody has said: Unknown, which the standard has for that.
 */
#include "domain/publication.h"
#include "web/handlers.h"
#include "web/web.h"

enum err
citizen_cap_feed(struct web *w)
{
	json_t *feed;
	enum err e;

	e = publication_alerts(w->db, &feed);
	if (e != ERR_OK)
		return e;
	json_object_update(w->view, feed);
	json_object_set_new(w->view, "origin_url", json_string(web_origin(w)));
	return web_xml(w, "application/atom+xml; charset=utf-8", "citizen/message/cap_feed");
}

enum err
citizen_cap(struct web *w)
{
	json_t *alert;
	enum err e;

	e = publication_document(w->db, web_id(w, "message"), &alert);
	if (e != ERR_OK)
		return e;
	if (!json_flag(alert, "vital"))
		return ERR_NOT_FOUND;
	if (json_flag(alert, "ended") && !json_flag(alert, "stopped"))
		return ERR_GONE;
	json_object_set(w->view, "alert", alert);
	json_object_set_new(w->view, "everywhere",
	    json_boolean(json_array_size(json_object_get(alert, "districts")) == 0));
	json_object_set_new(w->view, "origin_url", json_string(web_origin(w)));
	return web_xml(w, "application/cap+xml; charset=utf-8", "citizen/message/cap");
}
