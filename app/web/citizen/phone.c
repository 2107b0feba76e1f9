/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A phone for マイページ, and into it: a number is typed, a code goes there by SMS, and the
 * code is typed (code.c).
 *
 *	GET  /my/phone			a number for マイページ; POST sends the code
 *	GET  /my/phone/code		POST: SMS is a way to this person
 *	GET  /my/phone/remove		what that means; POST does it
 *	GET  /my/sms			into マイページ with a phone; POST sends the code
 *	GET  /my/sms/code		POST opens
 */
#include "web/citizen/phone.h"
#include "web/citizen/merge.h"
#include "web/handlers.h"

static const struct code_way add_way = { PROOF_ADD, "/my/phone", "/my/phone/code", "citizen/my/phone" };
static const struct code_way open_way = { PROOF_MY, "/my/sms", "/my/sms/code", "citizen/my/sms" };

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
citizen_phone_number(struct web *w, const struct code_way *way)
{
	bool offered;
	enum err e = citizen_phone_offer(w, &offered);

	if (e != ERR_OK || !offered)
		return e != ERR_OK ? e : ERR_NOT_FOUND;
	form_set(web_form(w), "phone", "");
	return web_page(w, HTTP_OK, way->address_page);
}

enum err
citizen_phone_read(struct web *w, const struct code_way *way, const char **phone)
{
	struct form *form = web_form(w);
	bool offered;
	enum err e = citizen_phone_offer(w, &offered);

	*phone = "";
	if (e != ERR_OK || !offered)
		return e != ERR_OK ? e : ERR_NOT_FOUND;
	*phone = form_phone(form, "phone", FORM_REQUIRED);
	return form_ok(form) ? ERR_OK : web_page(w, HTTP_UNPROCESSABLE, way->address_page);
}

static enum err
ask(struct web *w, const struct code_way *way)
{
	const char *phone;
	enum err e = citizen_phone_read(w, way, &phone);

	return e != ERR_OK || phone[0] == '\0' ? e : citizen_code_send(w, way, phone, w->lang, NULL);
}

/* --- マイページ --- */

enum err
citizen_phone_show(struct web *w, json_t *my)
{
	json_t *phone = NULL;
	bool offered;
	enum err e = citizen_phone_offer(w, &offered);

	if (e == ERR_OK)
		e = phone_of(w->db, w->vault, w->arena, w->citizen, &phone);
	if (e != ERR_OK && e != ERR_NOT_FOUND)
		return e;
	json_object_set(my, "phone", phone != NULL ? phone : json_null());
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
	return ask(w, &add_way);
}

enum err
citizen_my_phone_code(struct web *w)
{
	return citizen_code_page(w, &add_way);
}

enum err
citizen_my_phone_add(struct web *w)
{
	struct proof proof;
	struct mailer mailer;
	enum err e = citizen_code_try(w, &add_way, &proof);

	if (e != ERR_OK || !proof.right)
		return e;
	mailer = citizen_mailer(w, w->lang);
	e = phone_add(&mailer, w->citizen, proof.address);
	if (e != ERR_OK)
		return e;
	citizen_code_forget(w);
	web_tell(w, "success", "tell_phone_added");
	return citizen_merge_or(w, "/my");
}

enum err
citizen_my_phone_remove(struct web *w)
{
	json_t *phone;
	enum err e = web_vault(w);

	if (e == ERR_OK)
		e = phone_of(w->db, w->vault, w->arena, w->citizen, &phone);
	if (e == ERR_NOT_FOUND)
		return web_see_other(w, "/my");
	if (e != ERR_OK)
		return e;
	json_object_set(w->view, "phone", phone);
	return web_page(w, HTTP_OK, "citizen/my/phone_remove");
}

enum err
citizen_my_phone_removed(struct web *w)
{
	bool left;
	enum err e = phone_remove(w->db, w->citizen, &left);

	if (e != ERR_OK)
		return e;
	if (left)
		return citizen_left(w);
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
	return ask(w, &open_way);
}

enum err
citizen_my_sms_code(struct web *w)
{
	return citizen_code_page(w, &open_way);
}

enum err
citizen_my_sms_open(struct web *w)
{
	const char *session;
	struct proof proof;
	struct mailer mailer;
	int64_t citizen;
	enum err e = citizen_code_try(w, &open_way, &proof);

	if (e != ERR_OK || !proof.right)
		return e;
	mailer = citizen_mailer(w, w->lang);
	e = phone_open(&mailer, proof.address, &citizen, &session);
	if (e != ERR_OK)
		return e;
	citizen_code_forget(w);
	return citizen_door_opened(w, session);
}
