/* SPDX-License-Identifier: Apache-2.0 */
/*
 * How somebody who signs up is reached, and the proof that the address is theirs.
 *
 *	GET, POST /events/{event}/apply/contact		a mail address or a telephone
 *	GET, POST /events/{event}/apply/code		the code, where an event is once a person
 *
 * Whoever has opened マイページ has proved their address before.  Staff who enter somebody
 * have the person before them.
 */
#include <string.h>

#include "base/text.h"
#include "domain/phone.h"
#include "web/citizen/choose.h"
#include "web/citizen/event.h"
#include "web/handlers.h"

/* --- the address --- */

static enum err
contact_page(struct web *w, enum status status, const struct applying *a)
{
	json_object_set_new(w->view, "proof", json_boolean(json_flag(a->event, "once") && !a->by_staff));
	return web_page(w, status, "citizen/event/contact");
}

enum err
citizen_apply_contact(struct web *w)
{
	struct applying a;
	bool ready;
	enum err e = citizen_apply_page(w, &a, false, "contact", &ready);

	if (e != ERR_OK || !ready)
		return e;
	if (a.changing)
		return citizen_apply_go(w, &a, application_next(w->arena, a.event, a.draft.what));
	form_set(a.form, "email", json_text(a.draft.what, "email"));
	form_set(a.form, "phone", json_text(a.draft.what, "phone")[0] == '+' ? phone_written(w->arena, json_text(a.draft.what, "phone"))
	    : json_text(a.draft.what, "phone"));
	return contact_page(w, HTTP_OK, &a);
}

/* Whoever has opened マイページ has proved that address before. */
static enum err
proved_before(struct web *w, json_t *what)
{
	json_t *my;
	enum err e;

	if (w->citizen == 0)
		return ERR_OK;
	e = citizen_my(w->db, w->vault, w->arena, w->citizen, w->lang, &my);
	if (e == ERR_OK && strcmp(json_text(my, "email"), json_text(what, "email")) == 0)
		json_object_set_new(what, "verified", json_string(json_text(what, "email")));
	return e;
}

static enum err
code_send(struct web *w, struct applying *a)
{
	struct mailer mailer = citizen_mailer(w, w->lang);
	struct citizen_asker who = citizen_asker(w, json_text(a->draft.what, "email"));

	return application_code_send(&mailer, &who, a->draft.what);
}

/* Any number that can be called: with its area code, or of another country. */
static bool
callable(struct arena *a, const char *typed)
{
	const char *digits = text_number(a, typed + (typed[0] == '+'));
	size_t n = digits != NULL ? strlen(digits) : 0;

	return typed[0] == '+' ? n >= 8 && n <= 15 : n >= 10 && n <= 11 && digits[0] == '0';
}

/* As people say it on the telephone: a mobile phone's in its form, another as it is. */
static const char *
staff_phone(struct web *w, struct form *f)
{
	const char *typed = form_text(f, "phone", FORM_OPTIONAL, 20), *mobile = text_phone(w->arena, typed);

	if (mobile == NULL && typed[0] != '\0' && !callable(w->arena, typed))
		form_problem(f, "phone", "apply_staff_phone");
	return mobile != NULL ? mobile : typed;
}

enum err
citizen_apply_contact_keep(struct web *w)
{
	const char *email, *phone;
	struct applying a;
	bool ready, once;
	enum err e = citizen_apply_page(w, &a, true, "contact", &ready);

	if (e != ERR_OK || !ready || a.changing)
		return e != ERR_OK || !ready ? e : ERR_CONFLICT;
	once = json_flag(a.event, "once") && !a.by_staff;
	email = form_email(a.form, "email", once ? FORM_REQUIRED : FORM_OPTIONAL);
	phone = a.by_staff ? staff_phone(w, a.form) : form_phone(a.form, "phone", FORM_OPTIONAL);
	json_object_set_new(a.draft.what, "unreachable", json_boolean(a.by_staff && email[0] == '\0' && phone[0] == '\0'));
	if (!a.by_staff && email[0] == '\0' && phone[0] == '\0' && form_ok(a.form))
		form_problem(a.form, "email", "apply_contact_one");
	if (!form_ok(a.form))
		return contact_page(w, HTTP_UNPROCESSABLE, &a);
	json_object_set_new(a.draft.what, "email", json_string(email));
	json_object_set_new(a.draft.what, "phone", json_string(phone));
	e = proved_before(w, a.draft.what);
	if (e == ERR_OK && application_unproved(a.event, a.draft.what))
		e = code_send(w, &a);
	return e != ERR_OK ? e : citizen_apply_on(w, &a);
}

static enum err
code_page(struct web *w, enum status status, const struct applying *a)
{
	json_object_set_new(w->view, "email", json_string(json_text(a->draft.what, "email")));
	json_object_set_new(w->view, "minutes", json_integer(APPLICATION_CODE_MIN));
	return web_page(w, status, "citizen/event/code");
}

enum err
citizen_apply_code(struct web *w)
{
	struct applying a;
	bool ready;
	enum err e = citizen_apply_page(w, &a, false, "code", &ready);

	if (e != ERR_OK || !ready)
		return e;
	if (!application_unproved(a.event, a.draft.what))
		return citizen_apply_go(w, &a, application_next(w->arena, a.event, a.draft.what));
	form_set(a.form, "code", "");
	return code_page(w, HTTP_OK, &a);
}

enum err
citizen_apply_code_keep(struct web *w)
{
	const char *code;
	struct applying a;
	bool ready;
	enum err e = citizen_apply_page(w, &a, true, "code", &ready);

	if (e != ERR_OK || !ready)
		return e;
	if (!application_unproved(a.event, a.draft.what))
		return citizen_apply_go(w, &a, application_next(w->arena, a.event, a.draft.what));
	code = form_code(a.form, "code", APPLICATION_CODE_DIGITS);
	if (!form_ok(a.form))
		return code_page(w, HTTP_UNPROCESSABLE, &a);
	switch (application_code_try(a.draft.what, code)) {
	case APPLICATION_CODE_RIGHT:
		return citizen_apply_on(w, &a);
	case APPLICATION_CODE_WRONG:
		form_problem(a.form, "code", "apply_code_wrong");
		break;
	case APPLICATION_CODE_ENDED:
		form_problem(a.form, "code", "apply_code_ended");
		break;
	}
	/* The try counts. */
	e = application_draft_keep(w->db, w->vault, w->arena, &a.draft);
	return e != ERR_OK ? e : code_page(w, HTTP_UNPROCESSABLE, &a);
}
