/* SPDX-License-Identifier: Apache-2.0 */
/*
 * スマートフォンに通知: the devices of Web Push.
 *
 *	GET  /push			steps for each kind of device, and the button; in development
 *					a fake device, too (tests/gateways/push_page.mjs)
 *	POST /push			the browser said yes: into マイページ, or on to 登録
 *	POST /push/renew		a browser has another address for a device (static/js/sw.js)
 *	GET  /my/devices		the devices of a person
 *	POST /my/devices/{device}/try	a card to it
 *	GET  /my/devices/{device}/remove	what that means; POST does it
 *
 * The page works with script alone, and says so where there is none: static/js/push.js
 * fills in the form.
 */
#include "domain/push.h"

#include "channel/webpush.h"
#include "web/citizen/choose.h"
#include "web/citizen/draft.h"
#include "web/citizen/merge.h"
#include "web/handlers.h"

/* What was sent as a device; NULL: it is none that may be called. */
static json_t *
device_of(struct web *w, const struct fields *from)
{
	json_t *device = json_keep(w->arena, json_pack("{s:s, s:s, s:s, s:s}",
	    "endpoint", fields_get(from, "endpoint"), "p256dh", fields_get(from, "p256dh"),
	    "auth", fields_get(from, "auth"), "label", push_label(w->arena, fields_get(from, "agent"))));
	struct webpush_address address;

	return webpush_address_read(w->arena, w->conf->push_hosts, device, &address) == ERR_OK &&
	    p256_is_point(address.receiver.point) ? device : NULL;
}

static enum err
page(struct web *w, enum status status, bool refused)
{
	/* Never where citizens are: nobody should register a device by a link. */
	json_t *fake = w->conf->development ? device_of(w, w->query) : NULL;
	const char *key = "";
	enum err e = guard_arrive(w);

	if (e == ERR_OK)
		e = push_key(w->db, &key);
	if (e != ERR_OK && e != ERR_NOT_FOUND)
		return e;
	json_object_set_new(w->view, "push", json_pack("{s:s*, s:b, s:b}", "key", key[0] != '\0' ? key : NULL,
	    "refused", refused, "citizen", w->citizen != 0));
	if (key[0] == '\0')
		json_object_set_new(json_object_get(w->view, "push"), "key", json_null());
	json_object_set(json_object_get(w->view, "push"), "fake", fake != NULL ? fake : json_null());
	return web_page(w, status, "citizen/push/show");
}

enum err
citizen_push(struct web *w)
{
	return page(w, HTTP_OK, false);
}

/* Whoever has マイページ open gets a device more.  One that is theirs already proves once more who they
 * are, as it would if マイページ were closed. */
static enum err
add(struct web *w, const json_t *device)
{
	const char *session = NULL;
	int64_t owner = 0;
	enum err e = push_owner(w->db, w->vault, w->arena, device, &owner);

	if (e == ERR_OK || e == ERR_NOT_FOUND)
		e = push_add(w->db, w->vault, w->arena, w->citizen, device);
	if (e == ERR_OK && owner == w->citizen)
		e = citizen_again(w->db, w->arena, w->citizen, fields_get(w->request->cookies, "__Host-citizen"), &session);
	if (e != ERR_OK)
		return e;
	if (session != NULL)
		citizen_session_cookie(w, session);
	web_tell(w, "success", "tell_push_added");
	return citizen_merge_or(w, "/my/devices");
}

static enum err
begin_draft(struct web *w, const json_t *device)
{
	const char *consent;
	json_t *choice;
	enum err e = citizen_draft_open(w, &choice, &consent);

	if (e != ERR_OK)
		return e;
	json_object_del(choice, "email");
	json_object_set_new(choice, "way", json_string("webpush"));
	json_object_set_new(choice, "device", json_deep_copy(device));
	return citizen_draft_go_on(w, choice);
}

/* A device that is known opens its owner's マイページ; one that is not is how somebody
 * begins, and the rest of 登録 follows. */
static enum err
begin(struct web *w, const json_t *device)
{
	const char *session;
	int64_t citizen;
	enum err e = push_owner(w->db, w->vault, w->arena, device, &citizen);

	if (e == ERR_NOT_FOUND)
		return begin_draft(w, device);
	if (e == ERR_OK)
		e = push_open(w->db, w->arena, citizen, &session);
	if (e != ERR_OK)
		return e;
	citizen_session_cookie(w, session);
	return web_see_other(w, "/my");
}

enum err
citizen_push_keep(struct web *w)
{
	json_t *device = device_of(w, w->fields);
	const char *key;
	enum err e;

	if (device == NULL)
		return page(w, HTTP_UNPROCESSABLE, true);
	e = web_vault(w);
	if (e == ERR_OK)
		e = push_key(w->db, &key);
	if (e != ERR_OK)
		return e;
	return w->citizen != 0 ? add(w, device) : begin(w, device);
}

enum err
citizen_push_register(struct web *w, const json_t *choice)
{
	struct mailer mailer = citizen_mailer(w, json_text(choice, "language"));
	struct citizen_asker who = citizen_asker(w, "");
	const char *session;
	enum err e = push_register(&mailer, &who, choice, &session);

	if (e != ERR_OK)
		return e;
	citizen_session_cookie(w, session);
	return citizen_draft_done(w);
}

enum err
citizen_push_renew(struct web *w)
{
	json_t *device = device_of(w, w->fields);
	enum err e;

	if (device == NULL)
		return ERR_INVALID;
	e = web_vault(w);
	if (e == ERR_OK)
		e = push_renew(w->db, w->vault, w->arena, fields_get(w->fields, "old"), device);
	/* The same for a device that is nobody's. */
	return e != ERR_OK ? e : web_bytes(w, HTTP_OK, "text/plain; charset=utf-8", "", 0);
}

/* --- マイページ --- */

enum err
citizen_devices(struct web *w)
{
	json_t *devices;
	enum err e = push_list(w->db, w->citizen, w->lang, &devices);

	if (e != ERR_OK)
		return e;
	json_object_set(w->view, "devices", devices);
	json_object_set_new(w->view, "has_devices", json_boolean(json_array_size(devices) > 0));
	return web_page(w, HTTP_OK, "citizen/push/devices");
}

enum err
citizen_device_try(struct web *w)
{
	struct citizen_asker who = citizen_asker(w, "");
	struct mailer mailer;
	enum err e = web_vault(w);

	if (e != ERR_OK)
		return e;
	mailer = citizen_mailer(w, w->lang);
	e = push_try(&mailer, &who, w->citizen, web_id(w, "device"));
	if (e != ERR_OK)
		return e;
	web_tell(w, "success", "tell_push_try");
	return web_see_other(w, "/my/devices");
}

enum err
citizen_device_remove(struct web *w)
{
	json_t *device;
	enum err e = push_device(w->db, w->arena, w->citizen, web_id(w, "device"), &device);

	if (e != ERR_OK)
		return e;
	json_object_set(w->view, "device", device);
	return web_page(w, HTTP_OK, "citizen/push/remove");
}

enum err
citizen_device_removed(struct web *w)
{
	json_t *device;
	bool left;
	enum err e = push_device(w->db, w->arena, w->citizen, web_id(w, "device"), &device);

	if (e == ERR_OK)
		e = push_remove(w->db, w->citizen, web_id(w, "device"), &left);
	if (e != ERR_OK)
		return e;
	if (left)
		return citizen_left(w);
	web_tell(w, "success", "tell_push_removed");
	return web_see_other(w, "/my/devices");
}
