/* SPDX-License-Identifier: Apache-2.0 */
/*
 * An invitation, as the person invited meets it.
 *
 *	GET  /desk/invite/{token}	choose a password
 *	POST /desk/invite/{token}	the link is used; on to the app (login.c)
 *
 * Looking at the page uses nothing up: mail programs look at links too.
 */
#include "domain/staff.h"
#include "web/desk/door.h"
#include "web/handlers.h"

static enum err
gone(struct web *w)
{
	door_portal(w);
	return web_page(w, HTTP_GONE, "desk/login/invite_gone");
}

static enum err
show(struct web *w, enum status status, const struct rows *person)
{
	json_object_set_new(w->view, "invited_login", json_string(rows_text(person, 0, "login")));
	json_object_set_new(w->view, "invited_name", json_string(rows_text(person, 0, "name")));
	json_object_set_new(w->view, "post_url",
	    json_string(arena_printf(w->arena, "%s/invite/%s", door_portal(w), web_arg(w, "token"))));
	return web_page(w, status, "desk/login/invite");
}

enum err
desk_invite_form(struct web *w)
{
	struct rows *person;
	struct form *f;
	enum err e = staff_invited(w->db, web_arg(w, "token"), &person);

	if (e == ERR_GONE)
		return gone(w);
	if (e != ERR_OK)
		return e;
	f = web_form(w);
	form_set(f, "password", "");
	form_set(f, "again", "");
	return show(w, HTTP_OK, person);
}

enum err
desk_invite(struct web *w)
{
	struct form *f = web_form(w);
	const char *password, *token;
	struct rows *person;
	struct login l;
	int64_t staff;
	enum err e = door_open(w, &l);

	if (e == ERR_OK)
		e = staff_invited(w->db, web_arg(w, "token"), &person);
	if (e == ERR_GONE)
		return gone(w);
	if (e != ERR_OK)
		return e;
	staff = rows_int(person, 0, "id");
	e = door_password(w, f, rows_text(person, 0, "login"), rows_text(person, 0, "name"), &password);
	if (e != ERR_OK)
		return e;
	if (!form_ok(f))
		return show(w, HTTP_UNPROCESSABLE, person);
	e = staff_accept(&l, web_arg(w, "token"), staff, password);
	if (e == ERR_GONE)
		return gone(w);
	if (e == ERR_OK)
		e = login_begin(&l, staff, true, &token);
	if (e != ERR_OK)
		return e;
	door_cookie(w, token);
	return web_see_other(w, "%s/login/enrol", door_portal(w));
}
