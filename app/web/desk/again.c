/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Staff prove once more who they are (web/again.h); the operator has the same.
 *
 *	GET, POST /desk/login/again		password and code; then on to where they were
 *
 * Where a form had been sent, what it held waits in the page, and goes on by one press: the
 * same form, which is looked at and carried out as if it had just been typed.
 */
#include <string.h>

#include "web/again.h"
#include "web/desk/door.h"
#include "web/handlers.h"

enum { PASSWORD_MOST = 200, CODE_MOST = 100 };

static json_t *
text_or_null(const char *text)
{
	return text[0] != '\0' ? json_string(text) : json_null();
}

enum err
desk_again_show(struct web *w, enum status status, const struct again *again)
{
	if (status != HTTP_UNPROCESSABLE && status != HTTP_TOO_MANY) {
		struct form *f = form_new(w->arena, w->fields, w->words);

		form_set(f, "password", "");
		form_set(f, "code", "");
		json_object_set(w->view, "form", form_json(f));
	}
	json_object_set_new(w->view, "again_url", json_string(arena_printf(w->arena, "%s/login/again", door_portal(w))));
	json_object_set_new(w->view, "next_url", json_string(again->next[0] != '\0' ? again->next : door_portal(w)));
	json_object_set_new(w->view, "to", text_or_null(again->to));
	json_object_set_new(w->view, "typed", text_or_null(again->typed));
	return web_page(w, status, "desk/login/again");
}

/* Where a form may be sent on to: a route that would have asked for the proof. */
const char *
again_to(struct web *w)
{
	const char *to = web_place(w, fields_get(w->fields, "to"), door_portal(w)), *allow;
	const struct route *row;
	struct route_args args;

	return to[0] != '\0' && router_find(w->site->router, w->arena, METHOD_POST,
	    arena_printf(w->arena, "%.*s", (int)strcspn(to, "?"), to), &row, &args, &allow) == ERR_OK &&
	    row->flags & FRESH ? to : "";
}

enum err
desk_again_form(struct web *w)
{
	const char *next = door_next(w);

	if (w->fresh)
		return web_see_other(w, "%s", next[0] != '\0' ? next : door_portal(w));
	return desk_again_show(w, HTTP_OK, &(struct again){ next, "", "" });
}

/* What was typed, once more as a form: one press sends it. */
static enum err
go_on(struct web *w, const struct again *again)
{
	struct fields *fields = fields_new(w->arena);
	json_t *kept = json_keep(w->arena, json_array());
	enum err e = fields_parse_form(fields, again->typed, strlen(again->typed));
	size_t i;

	if (e != ERR_OK)
		return e;
	for (i = 0; i < fields_count(fields); i++)
		if (strcmp(fields_name(fields, i), "token") != 0)
			json_array_append_new(kept, json_pack("{s:s, s:s}", "name", fields_name(fields, i),
			    "value", fields_value(fields, i)));
	json_object_set(w->view, "kept", kept);
	json_object_set_new(w->view, "post_url", json_string(again->to));
	json_object_set_new(w->view, "next_url", json_string(again->next[0] != '\0' ? again->next : door_portal(w)));
	return web_page(w, HTTP_OK, "desk/login/go_on");
}

enum err
desk_again(struct web *w)
{
	struct again again = { door_next(w), again_to(w), fields_get(w->fields, "typed") };
	struct form *f = web_form(w);
	const char *password = form_secret(f, "password", FORM_REQUIRED, PASSWORD_MOST);
	const char *code = form_secret(f, "code", FORM_REQUIRED, CODE_MOST), *token, *field = "password";
	struct login l;
	enum err e = door_open(w, &l);

	if (e != ERR_OK)
		return e;
	if (!form_ok(f))
		return desk_again_show(w, HTTP_UNPROCESSABLE, &again);
	e = login_confirm(&l, password);
	if (e == ERR_OK) {
		field = "code";
		e = login_again(&l, fields_get(w->request->cookies, "__Host-staff"), code, &token);
		if (e == ERR_TOO_MANY) {
			/* The session has ended; that must be committed. */
			door_cookie_drop(w);
			web_tell(w, "error", "tell_account_too_many");
			return web_see_other(w, "%s/login", door_portal(w));
		}
	}
	if (e == ERR_INVALID || e == ERR_TOO_MANY) {
		form_problem(f, field, e == ERR_TOO_MANY ? "login_too_many" :
		    strcmp(field, "code") == 0 ? "login_again_code_wrong" : "account_old_wrong");
		return desk_again_show(w, e == ERR_TOO_MANY ? HTTP_TOO_MANY : HTTP_UNPROCESSABLE, &again);
	}
	if (e != ERR_OK)
		return e;
	door_cookie(w, token);
	if (again.to[0] != '\0')
		return go_on(w, &again);
	web_tell(w, "success", "tell_again");
	return web_see_other(w, "%s", again.next[0] != '\0' ? again.next : door_portal(w));
}
