/* SPDX-License-Identifier: Apache-2.0 */
/*
 *	GET /feed.atom	the newest messages for feed readers and other programs (RFC 4287)
 */
#include "domain/publication.h"
#include "web/handlers.h"
#include "web/web.h"

enum err
citizen_feed(struct web *w)
{
	json_t *feed;
	enum err e;

	e = publication_feed(w->db, &feed);
	if (e != ERR_OK)
		return e;
	json_object_update(w->view, feed);
	json_object_set_new(w->view, "origin_url", json_string(web_origin(w)));
	return web_feed(w, "citizen/message/feed");
}
