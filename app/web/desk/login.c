/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Signing in, step by step; /operator has the same under its own name.
 *
 *	GET, POST /desk/login			ID and password
 *	GET, POST /desk/login/code		the code of the app
 *	GET, POST /desk/login/recovery		or a recovery code
 *	GET, POST /desk/login/enrol		the first time: getting the app ready
 *	GET, POST /desk/login/codes		the recovery codes, until they are written down
 *	POST      /desk/logout
 *
 * What is right, and how often one may try, is decided in domain/login.c.  A try
 * that failed must be counted: those handlers answer with a page, so that
 * their transaction is committed.
 */
#include "domain/unsent.h"
#include "web/desk/door.h"
#include "web/handlers.h"
#include "web/unsent.h"

enum { LOGIN_MAX = 200 };

/* The same as the query of another step. */
static const char *
query_of(struct web *w)
{
	const char *next = door_next(w);
	struct buf b;

	if (next[0] == '\0')
		return "";
	buf_init(&b, w->arena);
	buf_adds(&b, "?next=");
	buf_add_percent(&b, next, strlen(next));
	return b.data;
}

static enum err
go(struct web *w, const char *step)
{
	const char *next = door_next(w);

	if (step[0] == '\0')
		return web_see_other(w, "%s", next[0] != '\0' ? next : door_portal(w));
	return web_see_other(w, "%s/login/%s%s", door_portal(w), step, query_of(w));
}

/* Both factors were right: on, by what they were sending when an earlier login lapsed. */
static enum err
arrive(struct web *w, const struct login *l, const char *token)
{
	bool waits;
	enum err e = unsent_waits(l, token, &waits);

	return e == ERR_OK ? go(w, waits ? "unsent" : "") : e;
}

/* next: for the form; the urls: to the steps beside this one, which keep it. */
static void
show_next(struct web *w, const char *next)
{
	json_object_set_new(w->view, "next", next[0] != '\0' ? json_string(next) : json_null());
	json_object_set_new(w->view, "login_url",
	    json_string(arena_printf(w->arena, "%s/login%s", door_portal(w), query_of(w))));
	json_object_set_new(w->view, "code_url",
	    json_string(arena_printf(w->arena, "%s/login/code%s", door_portal(w), query_of(w))));
	json_object_set_new(w->view, "recovery_url",
	    json_string(arena_printf(w->arena, "%s/login/recovery%s", door_portal(w), query_of(w))));
}

static enum err
page(struct web *w, enum status status, const char *name)
{
	show_next(w, door_next(w));
	return web_page(w, status, name);
}

/* The first step, which says where a login has lapsed, and that a form waits in it. */
static enum err
first(struct web *w, enum status status, const char *next)
{
	struct unsent_over over;
	enum err e = unsent_over(w->db, fields_get(w->request->cookies, "__Host-staff"), &over);

	if (e != ERR_OK && e != ERR_NOT_FOUND)
		return e;
	json_object_set_new(w->view, "over", e != ERR_OK || w->stage[0] != '\0' ? json_null() :
	    json_string(words_get(w->words, over.busy ? "login_over_long" : "login_over_idle")));
	json_object_set_new(w->view, "unsent", e == ERR_OK && over.waits ? json_true() : json_null());
	show_next(w, next);
	return web_page(w, status, "desk/login/password");
}

static bool
at(const struct web *w, const char *stage)
{
	return strcmp(w->stage, stage) == 0;
}

/* What a step that went wrong shows, name NULL: the first; too many tries are told as such. */
static enum err
refused(struct web *w, struct form *f, enum err e, const char *field, const char *key, const char *name)
{
	enum status status;

	if (e != ERR_INVALID && e != ERR_TOO_MANY)
		return e;
	form_problem(f, field, e == ERR_TOO_MANY ? "login_too_many" : key);
	status = e == ERR_TOO_MANY ? HTTP_TOO_MANY : HTTP_UNPROCESSABLE;
	return name == NULL ? first(w, status, door_next(w)) : page(w, status, name);
}

static enum err
first_form(struct web *w, enum status status, const char *next)
{
	struct form *f = web_form(w);

	form_set(f, "login", "");
	form_set(f, "password", "");
	return first(w, status, next);
}

enum err
desk_login_over(struct web *w, const char *next)
{
	return first_form(w, HTTP_UNAUTHORIZED, next);
}

enum err
desk_login_form(struct web *w)
{
	return at(w, "full") ? go(w, "") : first_form(w, HTTP_OK, door_next(w));
}

enum err
desk_login(struct web *w)
{
	struct form *f = web_form(w);
	const char *login, *password, *token;
	struct login l;
	bool enrol;
	enum err e = door_open(w, &l);

	if (e != ERR_OK)
		return e;
	login = form_text(f, "login", FORM_REQUIRED, LOGIN_MAX);
	password = form_secret(f, "password", FORM_REQUIRED, LOGIN_MAX);
	if (!form_ok(f))
		return first(w, HTTP_UNPROCESSABLE, door_next(w));
	e = login_password(&l, login, password, &token, &enrol);
	if (e != ERR_OK)
		return refused(w, f, e, "login", "login_wrong", NULL);
	door_cookie(w, token);
	return go(w, enrol ? "enrol" : "code");
}

enum err
desk_login_code_form(struct web *w)
{
	if (at(w, "full"))
		return go(w, "");
	if (at(w, "enrol"))
		return go(w, "enrol");
	form_set(web_form(w), "code", "");
	door_portal(w);
	return page(w, HTTP_OK, "desk/login/code");
}

/* A second factor: the field it is typed into, and what checks it. */
struct factor {
	const char *field, *wrong, *page;
	const char *(*read)(struct form *, const char *field);
	enum err (*check)(const struct login *, const char *code, const char **token);
};

static const char *
read_code(struct form *f, const char *field)
{
	return form_code(f, field, 6);
}

static const char *
read_recovery(struct form *f, const char *field)
{
	return form_text(f, field, FORM_REQUIRED, 100);
}

static enum err
second_step(struct web *w, const struct factor *factor)
{
	struct form *f = web_form(w);
	const char *code, *token;
	struct login l;
	enum err e = door_open(w, &l);

	if (e != ERR_OK)
		return e;
	if (!at(w, "password"))
		return go(w, at(w, "full") ? "" : "enrol");
	code = factor->read(f, factor->field);
	if (!form_ok(f))
		return page(w, HTTP_UNPROCESSABLE, factor->page);
	e = factor->check(&l, code, &token);
	if (e != ERR_OK)
		return refused(w, f, e, factor->field, factor->wrong, factor->page);
	door_cookie(w, token);
	return arrive(w, &l, token);
}

enum err
desk_login_code(struct web *w)
{
	return second_step(w, &(struct factor){ "code", "login_code_wrong", "desk/login/code", read_code, login_code });
}

enum err
desk_login_recovery_form(struct web *w)
{
	if (!at(w, "password"))
		return go(w, at(w, "full") ? "" : "enrol");
	form_set(web_form(w), "recovery", "");
	door_portal(w);
	return page(w, HTTP_OK, "desk/login/recovery");
}

enum err
desk_login_recovery(struct web *w)
{
	return second_step(w, &(struct factor){ "recovery", "login_recovery_wrong", "desk/login/recovery", read_recovery, login_recovery });
}

static enum err
enrol_page(struct web *w, const struct login *l, enum status status, struct form *f)
{
	show_next(w, door_next(w));
	return door_app(w, l, status, f, arena_printf(w->arena, "%s/login/enrol", door_portal(w)));
}

enum err
desk_login_enrol_form(struct web *w)
{
	struct login l;
	enum err e = door_open(w, &l);

	if (e != ERR_OK)
		return e;
	if (!at(w, "enrol"))
		return go(w, at(w, "full") ? "" : "code");
	return enrol_page(w, &l, HTTP_OK, web_form(w));
}

enum err
desk_login_enrol(struct web *w)
{
	struct form *f = web_form(w);
	const char *code, *token;
	struct login l;
	enum err e = door_open(w, &l);

	if (e != ERR_OK)
		return e;
	if (!at(w, "enrol"))
		return go(w, at(w, "full") ? "" : "code");
	code = form_code(f, "code", 6);
	if (!form_ok(f))
		return enrol_page(w, &l, HTTP_UNPROCESSABLE, f);
	e = login_enrol(&l, true, code, &token);
	if (e == ERR_TOO_MANY)
		return refused(w, f, e, "code", "login_code_wrong", "desk/login/code");
	if (e == ERR_INVALID) {
		form_problem(f, "code", "login_code_wrong");
		return enrol_page(w, &l, HTTP_UNPROCESSABLE, f);
	}
	if (e != ERR_OK)
		return e;
	door_cookie(w, token);
	return go(w, "codes");
}

enum err
desk_login_codes_form(struct web *w)
{
	struct login l;
	json_t *codes;
	enum err e = door_open(w, &l);

	if (e == ERR_OK)
		e = login_codes(&l, &codes);
	if (e == ERR_GONE)
		return go(w, "");
	if (e != ERR_OK)
		return e;
	json_object_set(w->view, "codes", codes);
	return page(w, HTTP_OK, "desk/login/codes");
}

enum err
desk_login_codes(struct web *w)
{
	struct login l;
	enum err e = door_open(w, &l);

	if (e == ERR_OK)
		e = login_codes_seen(&l);
	return e == ERR_OK ? arrive(w, &l, l.token) : e;
}

/* Works without a session too: whoever presses it is out afterwards. */
enum err
desk_logout(struct web *w)
{
	struct login l;
	enum err e = door_open(w, &l);

	if (e == ERR_OK)
		e = login_out(&l);
	if (e != ERR_OK)
		return e;
	door_cookie_drop(w);
	web_tell(w, "success", "tell_login_out");
	return web_see_other(w, "%s/login", door_portal(w));
}
