/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What gateways call in: who it is (verify) and what is said (receipt) is known by the kind of the
 * channel, what follows from it by the domain.
 *
 *	POST /hooks/{channel}/{gateway}			the account with this number, in its town's host; or
 *							its kind, where there is one of it: /hooks/sms/twilio
 *	POST /hooks/{channel}/{gateway}/{secret}	the same, of a gateway that signs nothing
 *
 * The path says whose secret it is; the address is no secret.  Who calls is looked at before what
 * is said.  Every event is kept under its own name, once, and carried out with the same commit: none
 * of them costs more than a few statements.  The gateway gets its 200 when all is committed; what is
 * right and changes nothing is answered as what does, for gateways repeat themselves.
 */
#include "channel/channel.h"
#include "domain/gateway.h"
#include "domain/line.h"
#include "domain/sms.h"
#include "web/handlers.h"
#include "web/web.h"

static enum err
line(struct web *w, const json_t *account, const json_t *event)
{
	return line_event(&(struct line_hook){ .db = w->db, .vault = w->vault, .arena = w->arena, .account = account,
	    .templates = w->site->templates, .catalogue = w->site->catalogue,
	    .tenant = json_object_get(w->entered, "tenant"), .origin = web_origin(w) }, event);
}

static enum err
sms(struct web *w, const json_t *account, const json_t *event)
{
	return sms_event(&(struct sms_hook){ .db = w->db, .vault = w->vault, .arena = w->arena, .account = account }, event);
}

static const struct {
	const struct channel_kind *kind;
	enum err (*hear)(struct web *, const json_t *account, const json_t *event);
} hearers[] = {
	{ &line_kind, line }, { &sms_kind, sms },
};

static enum err
account_open(struct web *w, const struct channel_kind *kind, json_t **out)
{
	int64_t id = web_id(w, "gateway");
	json_t *list, *account;
	enum err e = web_vault(w);
	size_t i;

	if (e == ERR_OK)
		e = gateway_list(w->db, w->vault, w->arena, kind->name, true, &list);
	if (e != ERR_OK)
		return e;
	json_array_foreach(list, i, account)
		if (json_int(account, "id") == id || strcmp(json_text(account, "kind"), web_arg(w, "gateway")) == 0) {
			*out = account;
			return ERR_OK;
		}
	return ERR_NOT_FOUND;
}

static const char *
header(const void *request, const char *name)
{
	return request_header(request, name);
}

static enum err
called(struct web *w, const char *secret)
{
	struct callback c = { .header = header, .request = w->request, .secret = secret, .body = w->request->body,
	    .n = w->request->body_len };
	json_t *account, *events = NULL;
	enum err e;
	size_t k, i;

	for (k = 0; k < sizeof hearers / sizeof *hearers && strcmp(hearers[k].kind->name, web_arg(w, "channel")) != 0; k++)
		;
	if (k == sizeof hearers / sizeof *hearers)
		return ERR_NOT_FOUND;
	e = account_open(w, hearers[k].kind, &account);
	if (e != ERR_OK)
		return e;
	c.account = account;
	e = hearers[k].kind->verify(w->arena, &c);
	if (e == ERR_OK)
		e = hearers[k].kind->receipt(w->arena, &c, &events);
	for (i = 0; e == ERR_OK && i < json_array_size(events); i++)
		e = hearers[k].hear(w, account, json_array_get(events, i));
	/* An empty answer: Twilio would send the words on as an SMS. */
	return e != ERR_OK ? e : web_bytes(w, HTTP_OK, "text/plain; charset=utf-8", "", 0);
}

enum err
hook_called(struct web *w)
{
	return called(w, "");
}

enum err
hook_called_secret(struct web *w)
{
	return called(w, web_arg(w, "secret"));
}
