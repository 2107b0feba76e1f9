/* SPDX-License-Identifier: Apache-2.0 */
/*
 * 登録 with a phone in the place of a mail address.
 *
 *	GET  /subscribe/phone		the number; POST keeps it, and on as in subscribe.c
 *	GET  /subscribe/phone/code	the code that /subscribe/check sent
 *	POST /subscribe/phone/code	now there is a citizen
 *
 * What was chosen goes with the code, as it goes with a mailed link: an answer that is
 * changed meanwhile needs a new code.
 */
#include "web/citizen/draft.h"
#include "web/citizen/phone.h"
#include "web/handlers.h"

static const struct code_way way = { PROOF_CONFIRM, "/subscribe/phone", "/subscribe/phone/code", "citizen/subscribe/phone" };

enum err
citizen_subscribe_phone(struct web *w)
{
	const char *consent;
	json_t *choice;
	bool offered;
	enum err e = citizen_draft_open(w, &choice, &consent);

	if (e == ERR_OK)
		e = citizen_phone_offer(w, &offered);
	if (e != ERR_OK || !offered)
		return e != ERR_OK ? e : ERR_NOT_FOUND;
	json_object_set_new(w->view, "step", json_integer(1));
	form_set(web_form(w), "phone", phone_written(w->arena, json_text(choice, "phone")));
	return web_page(w, HTTP_OK, way.address_page);
}

enum err
citizen_subscribe_phone_keep(struct web *w)
{
	const char *consent, *phone;
	json_t *choice;
	enum err e = citizen_draft_open(w, &choice, &consent);

	json_object_set_new(w->view, "step", json_integer(1));
	if (e == ERR_OK)
		e = citizen_phone_read(w, &way, &phone);
	if (e != ERR_OK || phone[0] == '\0')
		return e;
	json_object_set_new(choice, "way", json_string("sms"));
	json_object_set_new(choice, "phone", json_string(phone));
	json_object_del(choice, "email");
	return citizen_draft_go_on(w, choice);
}

enum err
citizen_phone_subscribe(struct web *w, const json_t *choice)
{
	return citizen_code_send(w, &way, json_text(choice, "phone"), json_text(choice, "language"), choice);
}

enum err
citizen_subscribe_phone_code(struct web *w)
{
	return citizen_code_page(w, &way);
}

enum err
citizen_subscribe_phone_done(struct web *w)
{
	const char *session;
	struct proof proof;
	struct mailer mailer;
	int64_t citizen;
	enum err e = citizen_code_try(w, &way, &proof);

	if (e != ERR_OK || !proof.right)
		return e;
	mailer = citizen_mailer(w, w->lang);
	e = phone_register(&mailer, &proof, &citizen, &session);
	if (e != ERR_OK)
		return e;
	citizen_session_cookie(w, session);
	return citizen_draft_done(w);
}
