/* SPDX-License-Identifier: Apache-2.0 */
/*
 * 受付票: what became of an application, its number and code for the door.
 *
 *	GET  /tickets/{token}
 *	GET  /tickets/{token}/cancel	asks
 *	POST /tickets/{token}/cancel	the seats go to who waits
 *	POST /tickets/{token}/accept	an offer is taken up
 *
 * The token is a code under the town's key (domain/application.h).
 */
#include "domain/application.h"
#include "domain/ticket.h"
#include "web/handlers.h"
#include "web/qr.h"
#include "web/web.h"

static enum err
ticket_open(struct web *w, json_t **ticket)
{
	enum err e = web_vault(w);

	if (e == ERR_OK)
		e = application_open(w->db, w->vault, w->arena, web_arg(w, "token"), w->lang, ticket);
	if (e != ERR_OK)
		return e;
	json_object_set(w->view, "ticket", *ticket);
	json_object_set_new(w->view, "ticket_url", json_string(arena_printf(w->arena, "/tickets/%s", web_arg(w, "token"))));
	return ERR_OK;
}

/* The code that the door reads; its words are for who cannot see it. */
static json_t *
code(struct web *w, const json_t *ticket)
{
	struct p256_key *key = ticket_key(w->vault);
	const char *text = ticket_write(w->arena, key, (struct ticket){ .event = json_int(ticket, "event"),
	    .slot = json_int(ticket, "slot"), .number = json_text(ticket, "number"), .people = json_int(ticket, "people") });

	p256_key_free(key);
	return qr_json(w->arena, text);
}

static enum err
ticket_page(struct web *w, enum status status, json_t *ticket, bool late)
{
	json_object_set_new(w->view, "qr", json_flag(ticket, "confirmed") && !json_flag(ticket, "off") ? code(w, ticket) : json_null());
	json_object_set_new(w->view, "late", json_boolean(late));
	if (late)
		json_object_set_new(ticket, "offered", json_false());
	json_object_set_new(w->view, "state_text", json_string(words_get(w->words,
	    arena_printf(w->arena, "application_state_%s", json_text(ticket, "state")))));
	return web_page(w, status, "citizen/application/ticket");
}

enum err
citizen_ticket(struct web *w)
{
	json_t *ticket;
	enum err e = ticket_open(w, &ticket);

	return e != ERR_OK ? e : ticket_page(w, HTTP_OK, ticket, false);
}

enum err
citizen_ticket_cancel(struct web *w)
{
	json_t *ticket;
	enum err e = ticket_open(w, &ticket);

	if (e != ERR_OK)
		return e;
	if (!json_flag(ticket, "may_leave"))
		return web_see_other(w, "/tickets/%s", web_arg(w, "token"));
	return web_page(w, HTTP_OK, "citizen/application/cancel");
}

enum err
citizen_ticket_cancel_do(struct web *w)
{
	json_t *ticket;
	enum err e = ticket_open(w, &ticket);

	if (e == ERR_OK && json_flag(ticket, "may_leave"))
		e = application_end(w->db, json_int(ticket, "id"), "cancelled");
	if (e == ERR_OK)
		e = citizen_application_tell(w);
	if (e == ERR_CONFLICT)		/* it was over: the page says so */
		e = ERR_OK;
	return e != ERR_OK ? e : web_see_other(w, "/tickets/%s", web_arg(w, "token"));
}

enum err
citizen_ticket_accept(struct web *w)
{
	json_t *ticket;
	enum err e = ticket_open(w, &ticket);

	if (e != ERR_OK)
		return e;
	e = application_accept(w->db, json_int(ticket, "id"));
	if (e == ERR_GONE)
		return ticket_page(w, HTTP_GONE, ticket, !json_flag(ticket, "confirmed"));
	if (e == ERR_OK)
		e = citizen_application_tell(w);
	return e != ERR_OK ? e : web_see_other(w, "/tickets/%s", web_arg(w, "token"));
}
