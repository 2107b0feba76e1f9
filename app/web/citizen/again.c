/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A citizen proves once more that マイページ is theirs (web/again.h): a code goes to the address
 * that they have, and is typed (code.c).
 *
 *	GET  /my/again		what for, and where the code goes; POST sends it
 *	GET  /my/again/code	POST: on to where they were
 *
 * Who is registered by LINE alone opens マイページ anew from the chat, and who has but devices presses
 * the button of /push on one of them (push.c).  Of mail that somebody stopped they may still ask for this.
 */
#include <string.h>

#include "domain/email.h"
#include "domain/phone.h"
#include "domain/reach.h"
#include "web/citizen/code.h"
#include "web/handlers.h"

static const char *
next_of(struct web *w)
{
	return web_place(w, fields_get(w->query, "next"), "/my");
}

/* Where the code goes: "" nowhere. */
static enum err
way_of(struct web *w, struct code_way *way, const char **address)
{
	const char *email = "", *state = "", *next = next_of(w);
	struct buf query;
	json_t *phone;
	enum err e = web_vault(w);

	*address = "";
	*way = (struct code_way){ .purpose = PROOF_AGAIN };
	if (e == ERR_OK)
		e = email_of(w->db, w->vault, w->arena, w->citizen, &email, &state);
	if (e != ERR_OK && e != ERR_NOT_FOUND)
		return e;
	if (strcmp(state, "active") == 0)
		*address = email;
	else {
		e = phone_of(w->db, w->vault, w->arena, w->citizen, &phone);
		if (e == ERR_OK && json_flag(phone, "works")) {
			way->purpose = PROOF_AGAIN_SMS;
			*address = json_text(phone, "e164");
		} else if (strcmp(state, "left") == 0)
			*address = email;
	}
	if (e != ERR_OK && e != ERR_NOT_FOUND)
		return e;
	buf_init(&query, w->arena);
	if (next[0] != '\0') {
		buf_adds(&query, "?next=");
		buf_add_percent(&query, next, strlen(next));
	}
	way->address_url = arena_printf(w->arena, "/my/again%s", query.len > 0 ? query.data : "");
	way->code_url = arena_printf(w->arena, "/my/again/code%s", query.len > 0 ? query.data : "");
	return ERR_OK;
}

static enum err
go_on(struct web *w)
{
	const char *next = next_of(w);

	return web_see_other(w, "%s", next[0] != '\0' ? next : "/my");
}

/* No code can go out: by what else they prove who they are. */
static enum err
show_ways(struct web *w)
{
	bool line = false, push = false;
	json_t *reach, *way;
	size_t i;
	enum err e = reach_show(w->db, w->citizen, &reach);

	if (e != ERR_OK)
		return e;
	json_array_foreach(json_object_get(reach, "reach"), i, way) {
		line = line || strcmp(json_string_value(way), "line") == 0;
		push = push || strcmp(json_string_value(way), "webpush") == 0;
	}
	json_object_set_new(w->view, "by_line", json_boolean(line));
	json_object_set_new(w->view, "by_push", json_boolean(push));
	json_object_set_new(w->view, "by_none", json_boolean(!line && !push));
	return ERR_OK;
}

enum err
citizen_my_again(struct web *w)
{
	const char *address;
	struct code_way way;
	enum err e;

	if (w->fresh)
		return go_on(w);
	e = way_of(w, &way, &address);
	if (e == ERR_OK)
		e = show_ways(w);
	if (e != ERR_OK)
		return e;
	json_object_set_new(w->view, "address", address[0] == '\0' ? json_null() : json_string(
	    proof_by_mail(way.purpose) ? citizen_masked(w->arena, address) : phone_masked(w->arena, address)));
	json_object_set_new(w->view, "send_url", json_string(way.address_url));
	return web_page(w, HTTP_OK, "citizen/my/again");
}

enum err
citizen_my_again_ask(struct web *w)
{
	const char *address;
	struct code_way way;
	enum err e = way_of(w, &way, &address);

	if (e != ERR_OK)
		return e;
	if (address[0] == '\0')
		return web_see_other(w, "%s", way.address_url);
	return citizen_code_send(w, &way, address, w->lang, NULL);
}

enum err
citizen_my_again_code(struct web *w)
{
	const char *address;
	struct code_way way;
	enum err e;

	if (w->fresh)
		return go_on(w);
	e = way_of(w, &way, &address);
	return e != ERR_OK ? e : citizen_code_page(w, &way);
}

enum err
citizen_my_again_done(struct web *w)
{
	const char *address, *session;
	struct code_way way;
	struct proof proof;
	enum err e = way_of(w, &way, &address);

	if (e != ERR_OK)
		return e;
	e = citizen_code_try(w, &way, &proof);
	if (e != ERR_OK || !proof.right)
		return e;
	/* It went to an address that was theirs; it must still be. */
	if (strcmp(proof.address, address) != 0)
		return ERR_GONE;
	e = citizen_again(w->db, w->arena, w->citizen, fields_get(w->request->cookies, "__Host-citizen"), &session);
	if (e != ERR_OK)
		return e;
	citizen_session_cookie(w, session);
	citizen_code_forget(w);
	web_tell(w, "success", "tell_again_my");
	return go_on(w);
}
