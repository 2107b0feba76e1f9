/* SPDX-License-Identifier: Apache-2.0 */
/*
 * One's own account.
 *
 *	GET       /desk/settings/account		who I am, where I am signed in
 *	POST      /desk/settings/account/sessions	sign out everywhere else
 *	GET, POST /desk/settings/account/password
 *	GET, POST /desk/settings/account/factor		another app, or new recovery codes
 *	GET, POST /desk/settings/account/app		the new app
 *	GET, POST /desk/settings/account/codes		the codes, until they are written down
 *
 * The operator has the same under /operator/account.  What is about the second factor asks for
 * a fresh proof first (web/again.h); the password asks for the old one by itself.
 */
#include "domain/staff.h"
#include "db/queries.h"
#include "web/desk/door.h"
#include "web/handlers.h"

enum { LOGIN_MAX = 200 };

/* Where the account is on this portal; also in the view. */
static const char *
url_of(struct web *w)
{
	const char *url = strcmp(door_portal(w), "/operator") == 0 ? "/operator/account" : "/desk/settings/account";

	json_object_set_new(w->view, "account_url", json_string(url));
	return url;
}

static enum err
page(struct web *w, enum status status, const char *name)
{
	url_of(w);
	return web_page(w, status, name);
}

enum err
desk_account(struct web *w)
{
	struct login l;
	json_t *account;
	enum err e = door_open(w, &l);

	if (e == ERR_OK)
		e = q_staff_account(w->db, (struct q_staff_account){ .hash = { l.session, SECRET_HASH },
		    .lang = w->lang, .staff = w->staff }, &account);
	if (e != ERR_OK)
		return e;
	json_object_set_new(account, "more", json_boolean(json_array_size(json_object_get(account, "sessions")) > 1));
	json_object_set(w->view, "account", account);
	return page(w, HTTP_OK, "desk/account/show");
}

enum err
desk_account_sessions(struct web *w)
{
	struct login l;
	enum err e = door_open(w, &l);

	if (e == ERR_OK)
		e = login_out_everywhere(&l, true);
	if (e != ERR_OK)
		return e;
	web_tell(w, "success", "tell_account_signed_out");
	return web_see_other(w, "%s", url_of(w));
}

enum err
desk_account_password_form(struct web *w)
{
	struct form *f = web_form(w);

	form_set(f, "old", "");
	form_set(f, "password", "");
	form_set(f, "again", "");
	return page(w, HTTP_OK, "desk/account/password");
}

/* Reads and checks the present password in field "old"; the form says what is
 * wrong.  *status is that of the page then. */
static enum err
confirm(const struct login *l, struct form *f, enum status *status)
{
	const char *old = form_secret(f, "old", FORM_REQUIRED, LOGIN_MAX);
	enum err e;

	*status = HTTP_UNPROCESSABLE;
	if (old[0] == '\0' || !form_ok(f))
		return ERR_OK;
	e = login_confirm(l, old);
	if (e == ERR_TOO_MANY)
		*status = HTTP_TOO_MANY;
	if (e == ERR_TOO_MANY || e == ERR_INVALID) {
		form_problem(f, "old", e == ERR_INVALID ? "account_old_wrong" : "login_too_many");
		return ERR_OK;
	}
	return e;
}

enum err
desk_account_password(struct web *w)
{
	const json_t *me = json_object_get(w->entered, "staff");
	struct form *f = web_form(w);
	const char *password;
	enum status status;
	struct login l;
	enum err e = door_open(w, &l);

	if (e == ERR_OK)
		e = door_password(w, f, json_text(me, "login"), json_text(me, "name"), &password);
	/* The old one is tried only with a new one that will do: trying costs. */
	if (e == ERR_OK)
		e = confirm(&l, f, &status);
	if (e != ERR_OK)
		return e;
	if (!form_ok(f))
		return page(w, status, "desk/account/password");
	e = staff_password(&l, password);
	if (e != ERR_OK)
		return e;
	web_tell(w, "success", "tell_account_password");
	return web_see_other(w, "%s", url_of(w));
}

static void
offer(struct web *w, struct form *f)
{
	form_options(f, "what", json_keep(w->arena, json_pack("[{s:s, s:s}, {s:s, s:s}]",
	    "value", "app", "label", words_get(w->words, "account_what_app"),
	    "value", "codes", "label", words_get(w->words, "account_what_codes"))));
}

enum err
desk_account_factor_form(struct web *w)
{
	struct form *f = web_form(w);

	form_set(f, "what", "app");
	offer(w, f);
	return page(w, HTTP_OK, "desk/account/factor");
}

enum err
desk_account_factor(struct web *w)
{
	static const char *const choices[] = { "app", "codes", NULL };
	struct form *f = web_form(w);
	const char *what;
	struct login l;
	enum err e = door_open(w, &l);

	if (e != ERR_OK)
		return e;
	what = form_choice(f, "what", FORM_REQUIRED, choices);
	offer(w, f);
	if (!form_ok(f))
		return page(w, HTTP_UNPROCESSABLE, "desk/account/factor");
	if (strcmp(what, "codes") == 0) {
		e = login_codes_new(&l);
		return e == ERR_OK ? web_see_other(w, "%s/codes", url_of(w)) : e;
	}
	e = login_pending_new(&l);
	return e == ERR_OK ? web_see_other(w, "%s/app", url_of(w)) : e;
}

static enum err
app_page(struct web *w, const struct login *l, enum status status, struct form *f)
{
	json_object_set_new(w->view, "next", json_null());
	return door_app(w, l, status, f, arena_printf(w->arena, "%s/app", url_of(w)));
}

enum err
desk_account_app_form(struct web *w)
{
	struct login l;
	enum err e = door_open(w, &l);

	return e == ERR_OK ? app_page(w, &l, HTTP_OK, web_form(w)) : e;
}

enum err
desk_account_app(struct web *w)
{
	struct form *f = web_form(w);
	const char *code, *token;
	struct login l;
	enum err e = door_open(w, &l);

	if (e != ERR_OK)
		return e;
	code = form_code(f, "code", 6);
	if (!form_ok(f))
		return app_page(w, &l, HTTP_UNPROCESSABLE, f);
	e = login_enrol(&l, false, code, &token);
	if (e == ERR_INVALID) {
		form_problem(f, "code", "login_code_wrong");
		return app_page(w, &l, HTTP_UNPROCESSABLE, f);
	}
	if (e == ERR_TOO_MANY) {
		/* The session has ended; that must be committed. */
		door_cookie_drop(w);
		web_tell(w, "error", "tell_account_too_many");
		return web_see_other(w, "%s/login", door_portal(w));
	}
	if (e != ERR_OK)
		return e;
	door_cookie(w, token);
	return web_see_other(w, "%s/codes", url_of(w));
}

enum err
desk_account_codes_form(struct web *w)
{
	struct login l;
	json_t *codes;
	enum err e = door_open(w, &l);

	if (e == ERR_OK)
		e = login_codes(&l, &codes);
	if (e == ERR_GONE)
		return web_see_other(w, "%s", url_of(w));
	if (e != ERR_OK)
		return e;
	json_object_set(w->view, "codes", codes);
	return page(w, HTTP_OK, "desk/account/codes");
}

enum err
desk_account_codes(struct web *w)
{
	struct login l;
	enum err e = door_open(w, &l);

	if (e == ERR_OK)
		e = login_codes_seen(&l);
	if (e != ERR_OK)
		return e;
	web_tell(w, "success", "tell_account_codes");
	return web_see_other(w, "%s", url_of(w));
}
