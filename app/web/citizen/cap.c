/* SPDX-License-Identifier: Apache-2.0 */
/*
 * 命を守る情報 for programs that relay it: Common Alerting Protocol 1.2 (OASIS).
 *
 *	GET /cap.atom		what there is, the newest first, withdrawn ones too
 *	GET /cap/{message}	one of them
 *
 * A message is one Alert, a correction of one an Update; a stopped one is a Cancel that refers
 * to it.  How urgent, severe and certain it is, nobody has said: Unknown, which the standard has for that.
 * Its pictures are resources; those of a withdrawn one are not to be had any more.
 */
#include "base/secret.h"
#include "domain/picture.h"
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

/* The standard knows SHA-1 only, which no row has: of the bytes, that are compared with the row on the way. */
static json_t *
resources(struct web *w, const json_t *alert)
{
	const json_t *pictures = json_object_get(alert, "pictures");
	json_t *all = picture_public(w->arena, pictures, json_int(alert, "id"), web_origin(w)), *list = json_array(), *one;
	uint8_t digest[SECRET_SHA1];
	struct buf bytes;
	size_t i;

	buf_init(&bytes, w->arena);
	json_array_foreach(all, i, one) {
		if (attachment_read(w->arena, w->conf->files, json_int(alert, "tenant_id"), json_array_get(pictures, i), &bytes) != ERR_OK)
			continue;
		secret_sha1(bytes.data, bytes.len, digest);
		json_object_set_new(one, "sha1", json_string(secret_hex(w->arena, digest, sizeof digest)));
		json_array_append(list, one);
	}
	return list;
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
	json_object_set_new(w->view, "resources", json_flag(alert, "stopped") ? json_array() : resources(w, alert));
	json_object_set_new(w->view, "everywhere",
	    json_boolean(json_array_size(json_object_get(alert, "districts")) == 0));
	json_object_set_new(w->view, "origin_url", json_string(web_origin(w)));
	return web_xml(w, "application/cap+xml; charset=utf-8", "citizen/message/cap");
}
