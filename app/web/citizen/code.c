/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A code goes to an address that was typed, and is typed in turn: what マイページ, its door
 * and 登録 share; see code.h.
 *
 * All of it works without script.  The code is of use only in the browser that asked: a
 * cookie of ten minutes says which.  So it may be read on another device.
 */
#include "web/citizen/code.h"

#include "domain/phone.h"

static const char COOKIE[] = "__Host-code";

static bool
by_mail(const struct code_way *way)
{
	return proof_by_mail(way->purpose);
}

struct proof_asker
citizen_code_asker(const struct web *w, const struct code_way *way)
{
	const char *token = fields_get(w->request->cookies, COOKIE);

	return (struct proof_asker){
		.purpose = way->purpose, .browser = strlen(token) >= 20 && strlen(token) <= 100 ? token : "",
		.citizen = proof_inside(way->purpose) ? w->citizen : 0
	};
}

enum err
citizen_code_send(struct web *w, const struct code_way *way, const char *address, const char *language, const json_t *choice)
{
	struct proof_asker asker = citizen_code_asker(w, way);
	struct citizen_asker who = citizen_asker(w, "");
	struct mailer mailer;
	enum err e = web_vault(w);

	if (e != ERR_OK)
		return e;
	if (asker.browser[0] == '\0')
		asker.browser = secret_token(w->arena, 32);
	response_cookie(w->response, COOKIE, asker.browser, PROOF_MIN * 60);
	mailer = citizen_mailer(w, language);
	e = proof_ask(&mailer, &who, &asker, address, w->tenant, choice);
	return e != ERR_OK ? e : web_see_other(w, "%s", way->code_url);
}

/* The same page whether or not a code went out; the address is shown where one waits. */
static enum err
show(struct web *w, enum status status, const struct code_way *way)
{
	struct proof_asker asker = citizen_code_asker(w, way);
	struct mailer mailer = citizen_mailer(w, w->lang);
	struct proof proof;
	enum err e = proof_waits(&mailer, &asker, &proof);

	if (e != ERR_OK && e != ERR_NOT_FOUND)
		return e;
	json_object_set_new(w->view, "by_mail", json_boolean(by_mail(way)));
	json_object_set_new(w->view, "address", e != ERR_OK ? json_null() : json_string(by_mail(way) ?
	    citizen_masked(w->arena, proof.address) : phone_masked(w->arena, proof.address)));
	json_object_set_new(w->view, "minutes", json_integer(PROOF_MIN));
	json_object_set_new(w->view, "address_url", json_string(way->address_url));
	json_object_set_new(w->view, "code_url", json_string(way->code_url));
	return web_page(w, status, "citizen/my/code");
}

enum err
citizen_code_page(struct web *w, const struct code_way *way)
{
	enum err e = web_vault(w);

	if (e != ERR_OK)
		return e;
	if (citizen_code_asker(w, way).browser[0] == '\0')
		return web_see_other(w, "%s", way->address_url);
	form_set(web_form(w), "code", "");
	return show(w, HTTP_OK, way);
}

enum err
citizen_code_try(struct web *w, const struct code_way *way, struct proof *proof)
{
	struct proof_asker asker = citizen_code_asker(w, way);
	struct form *form = web_form(w);
	const char *code = form_code(form, "code", PROOF_DIGITS);
	struct mailer mailer;
	enum err e = web_vault(w);

	*proof = (struct proof){ .right = false };
	if (e != ERR_OK)
		return e;
	mailer = citizen_mailer(w, w->lang);
	if (form_ok(form)) {
		e = proof_try(&mailer, &asker, code, proof);
		if (e != ERR_OK || proof->right)
			return e;
		form_detail(form, "code", "left", proof->left);
		form_problem(form, "code", proof->left == 0 ? "code_ended" : by_mail(way) ? "email_code_wrong" : "phone_code_wrong");
	}
	return show(w, HTTP_UNPROCESSABLE, way);
}

void
citizen_code_forget(struct web *w)
{
	response_cookie(w->response, COOKIE, "", -1);
}
