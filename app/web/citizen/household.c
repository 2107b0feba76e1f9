/* SPDX-License-Identifier: Apache-2.0 */
/*
 * 世帯: who lives with this person, by their own word (domain/household.h).
 *
 *	GET  /my/household		who is in it, what they learn of each other; POST makes one
 *	POST /my/household/code		a code for one more, which this browser shows until it is used
 *	GET  /my/household/join		the code of somebody else; POST joins
 *	GET  /my/household/name		by which the others see them; POST keeps it
 *	GET  /my/household/leave	what that means; POST does it
 */
#include <string.h>

#include "domain/household.h"
#include "web/citizen/choose.h"
#include "web/handlers.h"

static const char COOKIE[] = "__Host-household", HOME[] = "/my/household";

/* The code that this browser asked for, or "". */
static const char *
code_kept(const struct web *w)
{
	const char *kept = fields_get(w->request->cookies, COOKIE);

	return strlen(kept) == HOUSEHOLD_DIGITS && strspn(kept, "0123456789") == HOUSEHOLD_DIGITS ? kept : "";
}

/* A mail that the person sends from their own programme. */
static const char *
mail_link(struct web *w, const char *code)
{
	const json_t *named = json_keep(w->arena, json_pack("{s:s, s:s, s:i}", "code", code,
	    "page", arena_printf(w->arena, "%s/my/household/join", web_origin(w)), "hours", HOUSEHOLD_HOURS));
	const char *subject = words_get(w->words, "household_mail_subject"), *body = web_words(w, "household_mail_body", named);
	struct buf mail;

	buf_init(&mail, w->arena);
	buf_adds(&mail, "mailto:?subject=");
	buf_add_percent(&mail, subject, strlen(subject));
	buf_adds(&mail, "&body=");
	buf_add_percent(&mail, body, strlen(body));
	return mail.data;
}

static void
show_code(struct web *w, const char *kept)
{
	const char *code = arena_printf(w->arena, "%.4s %.4s %s", kept, kept + 4, kept + 8);

	json_object_set_new(w->view, "code", json_string(code));
	json_object_set_new(w->view, "mail_url", json_string(mail_link(w, code)));
}

/* The household into the view; ERR_NOT_FOUND: they are in none. */
static enum err
show(struct web *w, struct mailer *m, json_t **out)
{
	enum err e = web_vault(w);

	json_object_set_new(w->view, "most", json_integer(HOUSEHOLD_MOST));
	json_object_set_new(w->view, "hours", json_integer(HOUSEHOLD_HOURS));
	if (e != ERR_OK)
		return e;
	*m = citizen_mailer(w, w->lang);
	e = household_show(m, w->citizen, code_kept(w), out);
	json_object_set(w->view, "household", e == ERR_OK ? *out : json_null());
	return e;
}

/* For who is in one (member), or in none; all others go to the page that tells them. */
static enum err
only(struct web *w, bool member, struct mailer *m, json_t **household, bool *may)
{
	enum err e = show(w, m, household);

	*may = e == (member ? ERR_OK : ERR_NOT_FOUND);
	if (*may)
		return ERR_OK;
	return e == ERR_OK || e == ERR_NOT_FOUND ? web_see_other(w, HOME) : e;
}

enum err
citizen_household(struct web *w)
{
	struct mailer m;
	json_t *household;
	enum err e = show(w, &m, &household);

	if (e == ERR_NOT_FOUND) {
		form_set(web_form(w), "name", "");
		return web_page(w, HTTP_OK, "citizen/household/none");
	}
	if (e != ERR_OK)
		return e;
	if (!json_is_null(json_object_get(household, "invited")))
		show_code(w, code_kept(w));
	return web_page(w, HTTP_OK, "citizen/household/show");
}

static const char *
name_typed(struct form *form)
{
	return form_name(form, "name", FORM_OPTIONAL, HOUSEHOLD_NAME_MAX);
}

enum err
citizen_household_make(struct web *w)
{
	struct form *form = web_form(w);
	const char *name = name_typed(form);
	struct mailer m;
	json_t *household;
	bool may;
	enum err e = only(w, false, &m, &household, &may);

	if (e != ERR_OK || !may)
		return e;
	if (!form_ok(form))
		return web_page(w, HTTP_UNPROCESSABLE, "citizen/household/none");
	e = household_make(&m, w->citizen, name);
	if (e != ERR_OK)
		return e;
	web_tell(w, "success", "tell_household_made");
	return web_see_other(w, HOME);
}

enum err
citizen_household_invite(struct web *w)
{
	const char *code;
	struct mailer m;
	json_t *household;
	bool may;
	enum err e = only(w, true, &m, &household, &may);

	if (e != ERR_OK || !may)
		return e;
	e = household_invite(&m, w->citizen, &code);
	if (e != ERR_OK)
		return e;
	if (code != NULL)
		response_cookie(w->response, COOKIE, code, HOUSEHOLD_HOURS * 60 * 60);
	else
		web_tell(w, "error", "tell_household_no_code");
	return web_see_other(w, HOME);
}

/* --- into one --- */

enum err
citizen_household_join(struct web *w)
{
	struct form *form = web_form(w);
	struct mailer m;
	json_t *household;
	bool may;
	enum err e = only(w, false, &m, &household, &may);

	if (e != ERR_OK || !may)
		return e;
	form_set(form, "household_code", "");
	form_set(form, "name", "");
	return web_page(w, HTTP_OK, "citizen/household/join");
}

enum err
citizen_household_joined(struct web *w)
{
	struct form *form = web_form(w);
	const char *code = form_code(form, "household_code", HOUSEHOLD_DIGITS), *name = name_typed(form), *outcome;
	struct mailer m;
	json_t *household;
	bool may;
	enum err e = only(w, false, &m, &household, &may);

	if (e != ERR_OK || !may)
		return e;
	if (!form_ok(form))
		return web_page(w, HTTP_UNPROCESSABLE, "citizen/household/join");
	e = household_join(&m, w->citizen, w->request->remote, code, name, &outcome);
	if (e != ERR_OK)
		return e;
	if (strcmp(outcome, "joined") != 0) {
		form_problem(form, "household_code", arena_printf(w->arena, "household_%s", outcome));
		return web_page(w, HTTP_UNPROCESSABLE, "citizen/household/join");
	}
	web_tell(w, "success", "tell_household_joined");
	return web_see_other(w, HOME);
}

/* --- within --- */

static const char *
own_name(const json_t *household)
{
	json_t *each;
	size_t i;

	json_array_foreach(json_object_get(household, "people"), i, each)
		if (json_flag(each, "me"))
			return json_text(each, "name");
	return "";
}

enum err
citizen_household_name(struct web *w)
{
	struct mailer m;
	json_t *household;
	bool may;
	enum err e = only(w, true, &m, &household, &may);

	if (e != ERR_OK || !may)
		return e;
	form_set(web_form(w), "name", own_name(household));
	return web_page(w, HTTP_OK, "citizen/household/name");
}

enum err
citizen_household_named(struct web *w)
{
	struct form *form = web_form(w);
	const char *name = name_typed(form);
	struct mailer m;
	json_t *household;
	bool may;
	enum err e = only(w, true, &m, &household, &may);

	if (e != ERR_OK || !may)
		return e;
	if (!form_ok(form))
		return web_page(w, HTTP_UNPROCESSABLE, "citizen/household/name");
	e = household_rename(&m, w->citizen, name);
	if (e != ERR_OK)
		return e;
	web_tell(w, "success", "tell_my_saved");
	return web_see_other(w, HOME);
}

enum err
citizen_household_leave(struct web *w)
{
	struct mailer m;
	json_t *household;
	bool may;
	enum err e = only(w, true, &m, &household, &may);

	return e != ERR_OK || !may ? e : web_page(w, HTTP_OK, "citizen/household/leave");
}

enum err
citizen_household_left(struct web *w)
{
	enum err e = household_leave(w->db, w->citizen);

	if (e != ERR_OK)
		return e;
	response_cookie(w->response, COOKIE, "", -1);
	web_tell(w, "success", "tell_household_left");
	return web_see_other(w, "/my");
}
