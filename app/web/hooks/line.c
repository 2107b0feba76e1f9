/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What LINE calls in (integrations.md 8.5).
 *
 *	POST /hooks/line/{gateway}	events of the account with this number, in its town's host
 *
 * The path says whose secret it is; the address is no secret, the signature is the
 * proof.  It is over the bytes as they came and is looked at before anything else
 * is.  Every event is kept under its own name, once, and carried out with the same
 * commit (domain/line.c): none of them costs more than a few statements.  LINE gets
 * its 200 when all is committed; without that it may send them again.
 */
#include "domain/gateway.h"
#include "domain/line.h"
#include "web/handlers.h"
#include "web/web.h"

enum { EVENTS_MOST = 1000 };

static enum err
account_open(struct web *w, json_t **out)
{
	int64_t id = web_id(w, "gateway");
	json_t *list, *account;
	enum err e = web_vault(w);
	size_t i;

	if (e == ERR_OK)
		e = gateway_list(w->db, w->vault, w->arena, "line", true, &list);
	if (e != ERR_OK)
		return e;
	json_array_foreach(list, i, account)
		if (json_int(account, "id") == id) {
			*out = account;
			return ERR_OK;
		}
	return ERR_NOT_FOUND;
}

/* The events of a body, if it is one for this account. */
static enum err
events_read(struct web *w, const json_t *account, const json_t **events)
{
	const char *expected = json_text(json_object_get(account, "settings"), "destination");
	json_t *body;

	if (json_parse(w->arena, w->request->body, w->request->body_len, &body) != ERR_OK)
		return ERR_INVALID;
	*events = json_object_get(body, "events");
	if (!json_is_array(*events) || json_array_size(*events) > EVENTS_MOST)
		return ERR_INVALID;
	if (expected[0] != '\0' && strcmp(expected, json_text(body, "destination")) != 0)
		return ERR_INVALID;
	return ERR_OK;
}

enum err
hook_line(struct web *w)
{
	const json_t *events;
	json_t *account, *event;
	struct line_hook hook;
	enum err e;
	size_t i;

	e = account_open(w, &account);
	if (e != ERR_OK)
		return e;
	if (!line_is_signed(w->arena, account, request_header(w->request, "X-Line-Signature"),
	    w->request->body, w->request->body_len))
		return ERR_SIGNED_OUT;
	e = events_read(w, account, &events);
	hook = (struct line_hook){ .db = w->db, .vault = w->vault, .arena = w->arena, .account = account,
	    .templates = w->site->templates, .catalogue = w->site->catalogue,
	    .tenant = json_object_get(w->entered, "tenant"), .origin = web_origin(w) };
	for (i = 0; e == ERR_OK && i < json_array_size(events); i++) {
		event = json_array_get(events, i);
		e = json_is_object(event) ? line_event(&hook, event) : ERR_INVALID;
	}
	return e != ERR_OK ? e : web_bytes(w, HTTP_OK, "text/plain; charset=utf-8", "ok\n", 3);
}
