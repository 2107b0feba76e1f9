/* SPDX-License-Identifier: Apache-2.0 */
/*
 * 登録者: 「この人に届いた？」
 *
 *	GET, POST /desk/people		by the exact address or number, which goes into no URL and no log
 *	GET /desk/people/{person}	what is known, and the last messages to them
 *
 * Searches and looks are noted in the audit record; see domain/people.h.
 */
#include "domain/people.h"

#include "base/text.h"
#include "web/handlers.h"
#include "web/web.h"

enum { ADDRESS_MAX = 254 };

static enum err
by(struct web *w, struct people *p)
{
	enum err e = web_vault(w);

	*p = (struct people){ .db = w->db, .vault = w->vault, .words = w->words, .arena = w->arena, .staff = w->staff };
	return e;
}

enum err
desk_people(struct web *w)
{
	form_set(web_form(w), "address", "");
	return web_page(w, HTTP_OK, "desk/people/find");
}

enum err
desk_people_find(struct web *w)
{
	struct form *f = web_form(w);
	const char *typed = form_text(f, "address", FORM_REQUIRED, ADDRESS_MAX), *token = "";
	const char *mail = text_email(w->arena, typed), *phone = text_phone(w->arena, typed);
	struct people p;
	enum err e = by(w, &p);

	if (form_ok(f) && mail == NULL && phone == NULL)
		form_problem(f, "address", "people_unusable");
	if (e == ERR_OK && form_ok(f)) {
		e = people_find(&p, mail != NULL ? "email" : "sms", mail != NULL ? mail : phone, &token);
		if (e == ERR_OK)
			return web_see_other(w, "/desk/people/%s", token);
		if (e == ERR_NOT_FOUND && !db_failed(w->db)) {
			form_problem(f, "address", "people_nobody");
			e = ERR_OK;
		}
	}
	return e == ERR_OK ? web_page(w, HTTP_UNPROCESSABLE, "desk/people/find") : e;
}

enum err
desk_people_show(struct web *w)
{
	struct people p;
	json_t *found;
	enum err e = by(w, &p);

	if (e == ERR_OK)
		e = people_show(&p, web_arg(w, "person"), &found);
	if (e != ERR_OK)
		return e;
	json_object_update(w->view, found);
	return web_page(w, HTTP_OK, "desk/people/show");
}
