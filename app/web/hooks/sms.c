/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What gateways of SMS call in (integrations.md 10.4).
 *
 *	POST /hooks/sms/{gateway}		the account with this number, in its town's host; or
 *						its kind, where there is one of it: /hooks/sms/twilio
 *	POST /hooks/sms/{gateway}/{secret}	the same, of a gateway that signs nothing
 *
 * Who it is is looked at before what is said.  What is right and changes nothing is
 * answered as what does: gateways repeat themselves.
 */
#include "domain/gateway.h"
#include "domain/sms.h"
#include "web/handlers.h"
#include "web/web.h"

static enum err
account_open(struct web *w, json_t **out)
{
	int64_t id = web_id(w, "gateway");
	const char *kind = web_arg(w, "gateway");
	json_t *list, *account;
	enum err e = web_vault(w);
	size_t i;

	if (e == ERR_OK)
		e = gateway_list(w->db, w->vault, w->arena, "sms", true, &list);
	if (e != ERR_OK)
		return e;
	json_array_foreach(list, i, account)
		if (json_int(account, "id") == id || strcmp(json_text(account, "kind"), kind) == 0) {
			*out = account;
			return ERR_OK;
		}
	return ERR_NOT_FOUND;
}

static enum err
twilio(struct web *w, const struct sms_hook *hook)
{
	struct fields *form = fields_new(w->arena);

	if (fields_parse(form, w->request->body, w->request->body_len) != ERR_OK)
		return ERR_INVALID;
	if (!sms_twilio_signed(w->arena, hook->account, request_header(w->request, "X-Twilio-Signature"), form))
		return ERR_SIGNED_OUT;
	return sms_twilio_event(hook, form);
}

static enum err
karaden(struct web *w, const struct sms_hook *hook, const char *secret)
{
	json_t *message;

	if (!sms_karaden_known(w->arena, hook->account, secret, request_header(w->request, "Authorization")))
		return ERR_SIGNED_OUT;
	if (json_parse(w->arena, w->request->body, w->request->body_len, &message) != ERR_OK || !json_is_object(message))
		return ERR_INVALID;
	return sms_karaden_event(hook, message);
}

static enum err
called(struct web *w, const char *secret)
{
	struct sms_hook hook = { .db = w->db, .vault = w->vault, .arena = w->arena };
	json_t *account;
	enum err e = account_open(w, &account);

	if (e != ERR_OK)
		return e;
	hook.vault = w->vault;
	hook.account = account;
	e = strcmp(json_text(account, "kind"), "twilio") == 0 ? twilio(w, &hook) : karaden(w, &hook, secret);
	/* An empty answer: Twilio would send the words on as an SMS. */
	return e != ERR_OK ? e : web_bytes(w, HTTP_OK, "text/plain; charset=utf-8", "", 0);
}

enum err
hook_sms(struct web *w)
{
	return called(w, "");
}

enum err
hook_sms_secret(struct web *w)
{
	return called(w, web_arg(w, "secret"));
}
