/* SPDX-License-Identifier: Apache-2.0 */
/*
 * An application by the link of its mail (受付票): no account, no password.
 *
 *	GET  /tickets/{token}		number, state, QR code
 *	GET  /tickets/{token}/calendar	the date as .ics
 *	GET  /tickets/{token}/paper		the ticket as PDF
 *	GET  /tickets/{token}/cancel		asks whether; POST leaves
 *	POST /tickets/{token}/accept	takes an offer of a seat
 *	POST /tickets/{token}/change	begins to change what was told (event_apply.c)
 *
 * Only a POST does anything: programs that look at mails follow links.
 */
#include <string.h>

#include "base/clock.h"
#include "domain/ical.h"
#include "domain/ticket.h"
#include "web/citizen/choose.h"
#include "web/citizen/event.h"
#include "web/citizen/tongue.h"
#include "web/handlers.h"
#include "web/paper.h"
#include "web/qr.h"

static enum err
dead(struct web *w)
{
	return web_page(w, HTTP_NOT_FOUND, "citizen/event/dead");
}

/* The application of {token}; ERR_NOT_FOUND: the page for that is due. */
static enum err
ticket_open(struct web *w, struct application *a)
{
	const char *token = web_arg(w, "token");
	enum err e = web_vault(w);

	if (e == ERR_OK)
		e = strlen(token) > 100 ? ERR_NOT_FOUND : application_open(w->db, w->vault, w->arena, token, w->lang, a);
	if (e != ERR_OK)
		return e;
	e = citizen_tongue_event(w, json_object_get(a->show, "event"), a->slot, citizen_tongue_kept(w, a->language));
	if (e != ERR_OK)
		return e;
	application_say_quotas(json_object_get(a->show, "event"), json_object_get(a->show, "slot"));
	json_object_set(w->view, "application", a->show);
	json_object_set(w->view, "event", json_object_get(a->show, "event"));
	json_object_set_new(w->view, "ticket_url", json_sprintf("/tickets/%s", token));
	return ERR_OK;
}

static const char *
code_of(struct web *w, const struct application *a)
{
	struct p256_key *key = ticket_key(w->vault);
	const char *code = ticket_write(w->arena, key, (struct ticket){ .event = a->event, .slot = a->slot,
	    .number = json_text(a->show, "number"), .people = json_int(a->show, "people") });

	p256_key_free(key);
	return code;
}

/* What was told, as the check page shows it. */
static enum err
rows(struct web *w, const struct application *a)
{
	json_t *event = json_keep(w->arena, json_pack("{s:s, s:O, s:O}", "names",
	    json_array_size(json_object_get(a->person, "people")) > 1 ? "all" : "one",
	    "document", json_object_get(a->show, "document"), "each", json_object_get(a->show, "each")));
	json_t *what = application_again(w->arena, a);

	return citizen_apply_rows(w, event, json_object_get(a->show, "slot"), what, NULL);
}

/* As good as passed on. */
static bool
past(const struct application *a)
{
	return json_flag(a->show, "offered") && json_flag(a->show, "offer_past");
}

/* What became of it, in words. */
static const char *
state_text(struct web *w, const struct application *a)
{
	return words_get(w->words, arena_printf(w->arena, "apply_state_%s", past(a) ? "expired" : json_text(a->show, "state")));
}

enum err
citizen_ticket(struct web *w)
{
	struct application a;
	enum err e = ticket_open(w, &a);

	if (e == ERR_NOT_FOUND)
		return dead(w);
	if (e == ERR_OK)
		e = rows(w, &a);
	if (e != ERR_OK)
		return e;
	if (past(&a))	/* there is nothing left to do with it */
		json_object_set_new(a.show, "active", json_false());
	json_object_set_new(w->view, "qr", json_flag(a.show, "confirmed") ? qr_json(w->arena, code_of(w, &a)) : json_null());
	json_object_set(w->view, "kana", json_object_get(a.person, "kana"));
	json_object_set(w->view, "name", json_object_get(a.person, "name"));
	json_object_set_new(w->view, "state_text", json_string(state_text(w, &a)));
	json_object_set_new(w->view, "kept", json_boolean(json_flag(a.show, "active") || json_flag(a.show, "confirmed")));
	json_object_set_new(w->view, "by_email", json_boolean(json_text(a.contact, "email")[0] != '\0'));
	json_object_set_new(w->view, "link_url", json_sprintf("%s/tickets/%s", web_origin(w), a.token));
	return web_page(w, HTTP_OK, "citizen/event/ticket");
}

/* --- leaving, taking --- */

static bool
entered(const struct application *a)
{
	return json_is_object(json_object_get(a->show, "entered"));
}

enum err
citizen_ticket_leave(struct web *w)
{
	struct application a;
	enum err e = ticket_open(w, &a);

	if (e == ERR_NOT_FOUND)
		return dead(w);
	if (e != ERR_OK)
		return e;
	if (entered(&a))
		return web_page(w, HTTP_OK, "citizen/event/entered");
	if (!json_flag(a.show, "active"))
		return web_see_other(w, "/tickets/%s", a.token);
	return web_page(w, HTTP_OK, "citizen/event/leave");
}

enum err
citizen_ticket_left(struct web *w)
{
	struct application a;
	bool left = false;
	enum err e = ticket_open(w, &a);

	if (e == ERR_NOT_FOUND)
		return dead(w);
	/* The date has begun since the page was opened: nobody leaves what is over. */
	if (e == ERR_OK && json_flag(a.show, "active"))
		e = application_leave(w->db, a.id, "person", &left);
	if (e == ERR_OK && !left)	/* why, as it is now: somebody may have come in meanwhile */
		e = ticket_open(w, &a);
	if (e != ERR_OK)
		return e;
	if (!left && entered(&a))
		return web_page(w, HTTP_CONFLICT, "citizen/event/entered");
	web_tell(w, left ? "success" : "info", left ? "tell_apply_left" : "tell_apply_left_before");
	return web_see_other(w, "/tickets/%s", a.token);
}

enum err
citizen_ticket_accept(struct web *w)
{
	struct application a;
	bool taken = false;
	enum err e = ticket_open(w, &a);

	if (e == ERR_NOT_FOUND)
		return dead(w);
	if (e == ERR_OK && json_flag(a.show, "active"))	/* as above */
		e = application_take(w->db, a.id, &taken);
	if (e != ERR_OK)
		return e;
	web_tell(w, taken ? "success" : "warning", taken ? "tell_apply_taken" : "tell_apply_late");
	return web_see_other(w, "/tickets/%s", a.token);
}

enum err
citizen_ticket_change(struct web *w)
{
	struct application a;
	enum err e = ticket_open(w, &a);

	if (e == ERR_NOT_FOUND)
		return dead(w);
	if (e != ERR_OK)
		return e;
	if (!json_flag(a.show, "active") || !json_flag(a.show, "changeable") || entered(&a)) {
		web_tell(w, "warning", "tell_apply_over");
		return web_see_other(w, "/tickets/%s", a.token);
	}
	e = citizen_apply_begin(w, a.event, application_again(w->arena, &a));
	return e != ERR_OK ? e : web_see_other(w, "/events/%" PRId64 "/apply", a.event);
}

/* --- to be kept --- */

/* As calendars say it: who waits for a seat or for a draw may come, and may not. */
static const char *
status_of(const struct application *a)
{
	const char *state = json_text(a->show, "state");

	if (strcmp(state, "confirmed") == 0)
		return "confirmed";
	if (past(a))
		return "cancelled";
	return strcmp(state, "applied") == 0 || strcmp(state, "waiting") == 0 || strcmp(state, "offered") == 0 ? "tentative" : "cancelled";
}

enum err
citizen_ticket_calendar(struct web *w)
{
	const json_t *event, *slot;
	struct application a;
	struct buf out;
	json_t *list, *one;
	enum err e = ticket_open(w, &a);

	if (e == ERR_NOT_FOUND)
		return dead(w);
	if (e != ERR_OK)
		return e;
	event = json_object_get(a.show, "event");
	slot = json_object_get(a.show, "slot");
	one = json_pack("{s:s, s:O, s:O, s:s, s:s, s:s, s:[], s:O, s:O, s:s, s:O, s:b}", "instance", "",
	    "sequence", json_object_get(event, "sequence"), "modified", json_object_get(event, "modified"),
	    "name", json_text(event, "title"), "place", json_text(event, "place"), "contact", json_text(event, "contact"), "categories",
	    "latitude", json_object_get(event, "latitude"), "longitude", json_object_get(event, "longitude"),
	    "status", status_of(&a), "days", json_object_get(slot, "days"), "more", 0);
	/* Of one that is older, or as old, programs keep what they had: also that it was confirmed. */
	json_object_set_new(one, "stamp", json_integer(clock_ms()));
	json_object_set_new(one, "uid", json_sprintf("application-%" PRId64 "@%s", a.id, w->request->host));
	json_object_set_new(one, "url", json_sprintf("%s/events/%" PRId64, web_origin(w), a.event));
	json_object_set_new(one, "text", json_sprintf("%s %s\n%s/tickets/%s", words_get(w->words, "apply_number"),
	    json_text(a.show, "number"), web_origin(w), a.token));
	json_object_set_new(one, "slots", json_pack("[{s:O, s:O}]", "begins", json_object_get(slot, "begins"),
	    "ends", json_object_get(slot, "ends")));
	list = json_keep(w->arena, json_pack("[o]", one));
	buf_init(&out, w->arena);
	ical_write(w->arena, json_text(event, "title"), list, true, &out);
	response_header(w->response, "Content-Disposition", "attachment; filename=\"event.ics\"");
	return web_bytes(w, HTTP_OK, "text/calendar; charset=utf-8", out.data, out.len);
}

enum err
citizen_ticket_paper(struct web *w)
{
	const json_t *event, *name;
	const char *town;
	struct application a;
	struct paper *p;
	struct buf pdf;
	size_t i;
	enum err e = ticket_open(w, &a);

	if (e == ERR_NOT_FOUND)
		return dead(w);
	if (e != ERR_OK)
		return e;
	event = json_object_get(a.show, "event");
	town = json_text(json_object_get(w->entered, "tenant"), strcmp(w->lang, "ja") == 0 ? "name" : "name_en");
	p = paper_new(w->arena, json_text(event, "title"), town);
	paper_text(p, PAPER_TITLE, words_get(w->words, "apply_ticket"));
	paper_text(p, PAPER_RIGHT, town);
	paper_rule(p);
	paper_text(p, PAPER_HEAD, json_text(event, "title"));
	paper_text(p, PAPER_TEXT, json_text(json_object_get(a.show, "slot"), "when"));
	if (json_text(event, "place")[0] != '\0')
		paper_text(p, PAPER_TEXT, arena_printf(w->arena, "%s　%s", json_text(event, "place"), json_text(event, "address")));
	paper_space(p, 8);
	paper_text(p, PAPER_HEAD, arena_printf(w->arena, "%s　%s", words_get(w->words, "apply_number"), json_text(a.show, "number")));
	paper_text(p, PAPER_TEXT, arena_printf(w->arena, "%s　%s", words_get(w->words, "apply_state"), state_text(w, &a)));
	if (json_flag(a.show, "confirmed"))
		paper_qr(p, code_of(w, &a), PAPER_TEXT, words_get(w->words, "apply_ticket_show"));
	if (json_int(a.show, "people") > 1)
		paper_text(p, PAPER_TEXT, arena_printf(w->arena, "%s　%" PRId64 "%s", words_get(w->words, "apply_people"),
		    json_int(a.show, "people"), words_get(w->words, "apply_people_unit")));
	json_array_foreach(json_object_get(a.person, "people"), i, name)
		paper_text(p, PAPER_TEXT, json_text(name, "name"));
	paper_space(p, 8);
	if (json_text(event, "bring")[0] != '\0')
		paper_text(p, PAPER_TEXT, arena_printf(w->arena, "%s　%s", words_get(w->words, "apply_bring"),
		    json_text(event, "bring")));
	if (json_text(event, "contact")[0] != '\0')
		paper_text(p, PAPER_TEXT, arena_printf(w->arena, "%s　%s", words_get(w->words, "site_contact"),
		    json_text(event, "contact")));
	buf_init(&pdf, w->arena);
	paper_finish(p, &pdf);
	return web_bytes(w, HTTP_OK, "application/pdf", pdf.data, pdf.len);
}

/* --- マイページ --- */

enum err
citizen_tickets_show(struct web *w, json_t *my)
{
	json_t *list, *one;
	size_t i;
	enum err e = application_of_citizen(w->db, w->citizen, w->lang, &list);

	if (e != ERR_OK)
		return e;
	json_array_foreach(list, i, one) {
		json_object_set_new(one, "state_text", json_string(words_get(w->words,
		    arena_printf(w->arena, "apply_state_%s", json_text(one, "state")))));
		json_object_set_new(one, "ticket_url", json_sprintf("/tickets/%s",
		    application_token(w->arena, w->vault, json_text(one, "number"))));
	}
	json_object_set(my, "tickets", list);
	json_object_set_new(my, "has_tickets", json_boolean(json_array_size(list) > 0));
	return ERR_OK;
}
