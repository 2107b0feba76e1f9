/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A number of a phone is typed, a code goes there by SMS, and the code is typed: what
 * マイページ, its door and 登録 share; see phone.h.
 *
 *	GET  /my/phone			a number for マイページ; POST sends the code
 *	GET  /my/phone/code		POST: SMS is a way to this person
 *	GET  /my/phone/remove		what that means; POST does it
 *	GET  /my/sms			into マイページ with a phone; POST sends the code
 *	GET  /my/sms/code		POST opens
 *
 * All of it works without script.  The code is of use only in the browser that asked:
 * a cookie of ten minutes says which.
 */
#include "web/citizen/phone.h"
#include "web/handlers.h"

static const char COOKIE[] = "__Host-phone";

static const struct phone_way add_way = { PHONE_ADD, "/my/phone", "/my/phone/code", "citizen/my/phone" };
static const struct phone_way open_way = { PHONE_MY, "/my/sms", "/my/sms/code", "citizen/my/sms" };

static const char *
browser(struct web *w)
{
	const char *token = fields_get(w->request->cookies, COOKIE);

	return strlen(token) >= 20 && strlen(token) <= 100 ? token : "";
}

enum err
citizen_phone_offer(struct web *w, bool *offered)
{
	enum err e = phone_offered(w->db, w->conf->development, offered);

	if (e == ERR_OK)
		json_object_set_new(w->view, "sms", json_boolean(*offered));
	return e;
}

/* --- the number --- */

enum err
citizen_phone_number(struct web *w, const struct phone_way *way)
{
	bool offered;
	enum err e = citizen_phone_offer(w, &offered);

	if (e != ERR_OK || !offered)
		return e != ERR_OK ? e : ERR_NOT_FOUND;
	form_set(web_form(w), "phone", "");
	return web_page(w, HTTP_OK, way->number_page);
}

enum err
citizen_phone_read(struct web *w, const struct phone_way *way, const char **phone)
{
	struct form *form = web_form(w);
	bool offered;
	enum err e = citizen_phone_offer(w, &offered);

	*phone = "";
	if (e != ERR_OK || !offered)
		return e != ERR_OK ? e : ERR_NOT_FOUND;
	*phone = form_phone(form, "phone", FORM_REQUIRED);
	return form_ok(form) ? ERR_OK : web_page(w, HTTP_UNPROCESSABLE, way->number_page);
}

enum err
citizen_phone_ask(struct web *w, const struct phone_way *way, const char *phone, const char *language,
    const json_t *choice)
{
	const char *token = browser(w);
	struct citizen_asker who = citizen_asker(w, "");
	struct mailer mailer;
	enum err e = web_vault(w);

	if (e != ERR_OK)
		return e;
	if (token[0] == '\0')
		token = secret_token(w->arena, 32);
	response_cookie(w->response, COOKIE, token, PHONE_CODE_MIN * 60);
	mailer = citizen_mailer(w, language);
	e = phone_ask(&mailer, &who, way->purpose, phone, token, w->tenant, choice);
	return e != ERR_OK ? e : web_see_other(w, "%s", way->code_url);
}

/* --- the code --- */

/* The same page whether or not a code went out; the number is shown where one waits. */
static enum err
code_page(struct web *w, enum status status, const struct phone_way *way)
{
	struct mailer mailer = citizen_mailer(w, w->lang);
	const char *phone;
	enum err e = phone_waits(&mailer, way->purpose, browser(w), &phone);

	if (e != ERR_OK && e != ERR_NOT_FOUND)
		return e;
	json_object_set_new(w->view, "phone", e == ERR_OK ? json_string(phone_masked(w->arena, phone)) : json_null());
	json_object_set_new(w->view, "minutes", json_integer(PHONE_CODE_MIN));
	json_object_set_new(w->view, "number_url", json_string(way->number_url));
	json_object_set_new(w->view, "code_url", json_string(way->code_url));
	return web_page(w, status, "citizen/my/code");
}

enum err
citizen_phone_code(struct web *w, const struct phone_way *way)
{
	enum err e = web_vault(w);

	if (e != ERR_OK)
		return e;
	if (browser(w)[0] == '\0')
		return web_see_other(w, "%s", way->number_url);
	form_set(web_form(w), "code", "");
	return code_page(w, HTTP_OK, way);
}

enum err
citizen_phone_try(struct web *w, const struct phone_way *way, struct phone_proof *proof)
{
	struct form *form = web_form(w);
	const char *code = form_code(form, "code", PHONE_CODE_DIGITS);
	struct mailer mailer;
	enum err e = web_vault(w);

	*proof = (struct phone_proof){ .right = false };
	if (e != ERR_OK)
		return e;
	mailer = citizen_mailer(w, w->lang);
	if (form_ok(form)) {
		e = phone_try(&mailer, way->purpose, browser(w), code, proof);
		if (e != ERR_OK || proof->right)
			return e;
		form_detail(form, "code", "left", proof->left);
		form_problem(form, "code", proof->left > 0 ? "phone_code_wrong" : "phone_code_ended");
	}
	return code_page(w, HTTP_UNPROCESSABLE, way);
}

/* --- マイページ --- */

enum err
citizen_phone_show(struct web *w, json_t *my)
{
	const char *number, *state;
	bool offered;
	enum err e = citizen_phone_offer(w, &offered);

	if (e == ERR_OK)
		e = phone_of(w->db, w->vault, w->arena, w->citizen, &number, &state);
	if (e != ERR_OK && e != ERR_NOT_FOUND)
		return e;
	json_object_set_new(my, "phone", e == ERR_OK ? json_pack("{s:s, s:b}", "number", number,
	    "works", strcmp(state, "active") == 0) : json_null());
	return ERR_OK;
}

enum err
citizen_my_phone(struct web *w)
{
	return citizen_phone_number(w, &add_way);
}

enum err
citizen_my_phone_ask(struct web *w)
{
	const char *phone;
	enum err e = citizen_phone_read(w, &add_way, &phone);

	return e != ERR_OK || phone[0] == '\0' ? e : citizen_phone_ask(w, &add_way, phone, w->lang, NULL);
}

enum err
citizen_my_phone_code(struct web *w)
{
	return citizen_phone_code(w, &add_way);
}

enum err
citizen_my_phone_add(struct web *w)
{
	struct phone_proof proof;
	struct mailer mailer;
	enum err e = citizen_phone_try(w, &add_way, &proof);

	if (e != ERR_OK || !proof.right)
		return e;
	mailer = citizen_mailer(w, w->lang);
	e = phone_add(&mailer, w->citizen, proof.phone);
	if (e != ERR_OK)
		return e;
	response_cookie(w->response, COOKIE, "", -1);
	web_tell(w, "success", "tell_phone_added");
	return web_see_other(w, "/my");
}

enum err
citizen_my_phone_remove(struct web *w)
{
	return web_page(w, HTTP_OK, "citizen/my/phone_remove");
}

enum err
citizen_my_phone_removed(struct web *w)
{
	enum err e = phone_remove(w->db, w->citizen);

	if (e != ERR_OK)
		return e;
	web_tell(w, "success", "tell_phone_removed");
	return web_see_other(w, "/my");
}

/* --- its door --- */

enum err
citizen_my_sms(struct web *w)
{
	return citizen_phone_number(w, &open_way);
}

enum err
citizen_my_sms_ask(struct web *w)
{
	const char *phone;
	enum err e = citizen_phone_read(w, &open_way, &phone);

	return e != ERR_OK || phone[0] == '\0' ? e : citizen_phone_ask(w, &open_way, phone, w->lang, NULL);
}

enum err
citizen_my_sms_code(struct web *w)
{
	return citizen_phone_code(w, &open_way);
}

enum err
citizen_my_sms_open(struct web *w)
{
	const char *session;
	struct phone_proof proof;
	struct mailer mailer;
	int64_t citizen;
	enum err e = citizen_phone_try(w, &open_way, &proof);

	if (e != ERR_OK || !proof.right)
		return e;
	mailer = citizen_mailer(w, w->lang);
	e = phone_open(&mailer, proof.phone, &citizen, &session);
	if (e != ERR_OK)
		return e;
	citizen_session_cookie(w, session);
	response_cookie(w->response, COOKIE, "", -1);
	return web_see_other(w, "/my");
}
