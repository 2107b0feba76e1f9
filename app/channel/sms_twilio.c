/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Twilio and gateways that are called as it is (integrations.md 10.3).
 *
 *	POST {url}/2010-04-01/Accounts/{sid}/Messages.json	a form; 201 and the message as JSON
 *	GET  the same		a list, here of one number, the newest first
 *
 *	settings	account_sid, from or messaging_service_sid, callback_url
 *	secrets		auth_token
 *
 * It takes no name of ours along, so that a message is known by number and text.  The
 * list is not asked for by day: what still waits in their queue has none.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "base/buf.h"
#include "base/clock.h"
#include "base/fields.h"
#include "base/json.h"
#include "base/secret.h"
#include "base/text.h"
#include "channel/sms.h"

enum { VALIDITY_MOST_S = 36000 };

static const char *
authorization(struct arena *a, const char *sid, const char *token)
{
	const char *both = arena_printf(a, "%s:%s", sid, token);
	struct buf b;

	buf_init(&b, a);
	buf_adds(&b, "Authorization: Basic ");
	buf_add_base64(&b, both, strlen(both));
	return b.data;
}

/* Fills in all but the body; false: the account lacks something. */
static bool
address(struct arena *a, const struct sms *sms, const struct buf *query, struct http_call *call)
{
	const char *url = sms->url[0] != '\0' ? sms->url : "https://api.twilio.com";
	const char *sid = json_text(sms->settings, "account_sid"), *token = json_text(sms->secrets, "auth_token");
	struct buf b;

	if (sid[0] == '\0' || token[0] == '\0')
		return false;
	buf_init(&b, a);
	buf_addf(&b, "%s/2010-04-01/Accounts/", url);
	buf_add_percent(&b, sid, strlen(sid));
	buf_adds(&b, "/Messages.json");
	if (query != NULL)
		buf_addf(&b, "?%s", query->data);
	call->url = b.data;
	call->headers = sms_headers(a, authorization(a, sid, token), NULL);
	return true;
}

static bool
send(struct arena *a, const struct sms *sms, struct http_call *call)
{
	const char *from = json_text(sms->settings, "from"), *callback = json_text(sms->settings, "callback_url");
	const char *service = json_text(sms->settings, "messaging_service_sid");
	int64_t left_s = (sms->letter->valid_until_ms - clock_ms()) / 1000;
	struct buf form;

	if (from[0] == '\0' && service[0] == '\0')
		return false;
	buf_init(&form, a);
	sms_field(&form, "To", sms->to);
	if (service[0] != '\0')
		sms_field(&form, "MessagingServiceSid", service);
	else
		sms_field(&form, "From", from);
	sms_field(&form, "Body", sms->text);
	if (callback[0] != '\0')
		sms_field(&form, "StatusCallback", callback);
	if (sms->letter->valid_until_ms != 0 && left_s < VALIDITY_MOST_S)
		sms_field(&form, "ValidityPeriod", arena_printf(a, "%d", left_s < 1 ? 1 : (int)left_s));
	call->body = form.data;
	call->n = form.len;
	return address(a, sms, NULL, call);
}

static bool
look(struct arena *a, const struct sms *sms, struct http_call *call)
{
	struct buf query;

	buf_init(&query, a);
	sms_field(&query, "To", sms->to);
	sms_field(&query, "PageSize", "50");
	call->answer_max = 1024 * 1024;
	return address(a, sms, &query, call);
}

/* What a message of theirs says about ours; false: it is none. */
static bool
judge(const json_t *message, struct outcome *o)
{
	static const char *const good[] = { "queued", "accepted", "scheduled", "sending", "sent", "delivered", "read",
	    "partially_delivered", NULL };
	static const char *const bad[] = { "failed", "undelivered", "canceled", NULL };
	const char *sid = json_text(message, "sid"), *status = json_text(message, "status");

	if (sid[0] == '\0')
		return false;
	if (text_is_one_of(status, good))
		http_verdict(o, VERDICT_SENT, "sent");
	else if (text_is_one_of(status, bad))
		http_verdict(o, VERDICT_REFUSED, "refused");
	else
		return false;
	snprintf(o->id, sizeof o->id, "%s", sid);
	/* They give numbers of parts as text. */
	o->parts = (int)strtol(json_text(message, "num_segments"), NULL, 10);
	http_clean(status, strlen(status), o->detail, sizeof o->detail);
	return true;
}

/* Their own codes, where they say more than the status. */
static void
judge_code(int64_t code, struct outcome *o)
{
	static const struct {
		int code;
		enum verdict verdict;
		const char *reason;
	} codes[] = {
		{ 21211, VERDICT_REFUSED, "mailbox_unknown" },	/* no number */
		{ 21614, VERDICT_REFUSED, "mailbox_unknown" },	/* not of a mobile phone */
		{ 21610, VERDICT_REFUSED, "address_gone" },	/* has answered STOP */
		{ 21408, VERDICT_REFUSED, "refused_policy" },	/* not to this country */
		{ 21612, VERDICT_REFUSED, "refused_policy" },
		{ 21617, VERDICT_REFUSED, "message_invalid" },	/* too long */
		{ 21611, VERDICT_LATER, "gateway_busy" },	/* their queue is full */
		{ 20003, VERDICT_LATER, "gateway_denied" },
		{ 20404, VERDICT_LATER, "gateway_denied" },	/* the account, not the person */
		{ 21606, VERDICT_LATER, "gateway_denied" },	/* the sender is not ours */
		{ 21603, VERDICT_LATER, "gateway_denied" },
	};
	size_t i;

	for (i = 0; i < sizeof codes / sizeof *codes; i++)
		if (codes[i].code == code)
			http_verdict(o, codes[i].verdict, codes[i].reason);
	if (code == 21610)
		o->gone = 1;
}

static void
sent(struct arena *a, const struct http_answer *answer, struct outcome *o)
{
	json_t *doc = NULL;
	bool readable = !answer->too_long && json_parse(a, answer->body, answer->n, &doc) == ERR_OK;

	if (o->verdict == VERDICT_SENT) {
		if (!readable || !judge(doc, o))
			http_verdict(o, VERDICT_UNKNOWN, "no_answer");
	} else if (readable && answer->status >= 400 && answer->status <= 499) {
		const char *words = json_text(doc, "message");

		judge_code(json_int(doc, "code"), o);
		http_clean(words, strlen(words), o->detail, sizeof o->detail);
	}
}

/* One that failed is no proof that another was not accepted: it is passed over.  (The same
 * text in an earlier round would be taken for this one, and then they have it.) */
static enum sms_found
found(struct arena *a, const struct sms *sms, const struct http_answer *answer, struct outcome *o)
{
	json_t *list, *message;
	const json_t *messages;
	size_t i;

	if (answer->too_long || json_parse(a, answer->body, answer->n, &list) != ERR_OK ||
	    !json_is_array(messages = json_object_get(list, "messages")))
		return SMS_UNREADABLE;
	json_array_foreach(messages, i, message) {
		if (strcmp(json_text(message, "to"), sms->to) != 0 || strcmp(json_text(message, "body"), sms->text) != 0 ||
		    strncmp(json_text(message, "direction"), "outbound", 8) != 0)
			continue;
		if (judge(message, o) && o->verdict == VERDICT_SENT)
			return SMS_THERE;
	}
	return SMS_ABSENT;
}

/* --- what is called in --- */

static int
by_name(const void *a, const void *b)
{
	return strcmp(*(const char *const *)a, *(const char *const *)b);
}

/* Their own way over the address and the form, name by name.  The address is that of the settings,
 * callback_url: what a caller names as host proves nothing. */
static enum err
verify(struct arena *a, const struct callback *c)
{
	const char *token = json_text(json_object_get(c->account, "secrets"), "auth_token");
	const char *url = json_text(json_object_get(c->account, "settings"), "callback_url");
	const char *signature = c->header(c->request, "X-Twilio-Signature");
	struct fields *form = fields_new(a);
	uint8_t mac[SECRET_SHA1];
	struct buf said, good;
	const char **names;
	size_t i, n;

	if (token[0] == '\0' || url[0] == '\0')
		return ERR_SIGNED_OUT;
	if (fields_parse(form, c->body, c->n) != ERR_OK)
		return ERR_INVALID;
	n = fields_count(form);
	names = arena_alloc(a, (n + 1) * sizeof *names);
	for (i = 0; i < n; i++)
		names[i] = fields_name(form, i);
	qsort(names, n, sizeof *names, by_name);
	buf_init(&said, a);
	buf_adds(&said, url);
	for (i = 0; i < n; i++) {
		buf_adds(&said, names[i]);
		buf_adds(&said, fields_get(form, names[i]));
	}
	secret_hmac_sha1(token, strlen(token), said.data, said.len, mac);
	buf_init(&good, a);
	buf_add_base64(&good, mac, sizeof mac);
	return strlen(signature) == good.len && secret_equal(signature, good.data, good.len) ? ERR_OK : ERR_SIGNED_OUT;
}

/* Why it did not arrive, by their code. */
static const char *
why(const char *code)
{
	static const struct { const char *code, *reason; } codes[] = {
		{ "30003", "phone_away" },	/* switched off, no reception */
		{ "30004", "refused_policy" },	/* blocked */
		{ "30005", "mailbox_unknown" },	/* nobody has this number */
		{ "30006", "mailbox_unknown" },	/* no mobile phone */
		{ "30007", "refused_policy" },	/* filtered */
		{ "21610", "stop" },
	};
	size_t i;

	for (i = 0; i < sizeof codes / sizeof *codes; i++)
		if (strcmp(codes[i].code, code) == 0)
			return codes[i].reason;
	return "refused";
}

static enum err
receipt(struct arena *a, const struct callback *c, json_t **events)
{
	static const char *const there[] = { "delivered", "read", NULL }, *const lost[] = { "undelivered", "failed", "canceled", NULL };
	struct fields *form = fields_new(a);
	const char *id, *status;

	if (fields_parse(form, c->body, c->n) != ERR_OK)
		return ERR_INVALID;
	id = fields_get(form, "MessageSid");
	status = fields_get(form, "MessageStatus");
	if (id[0] == '\0' || strlen(id) > 80)
		return ERR_INVALID;
	if (text_is_one_of(status, there))
		return sms_became(events, id, "delivered", "");
	if (text_is_one_of(status, lost))
		return sms_became(events, id, "undelivered", why(fields_get(form, "ErrorCode")));
	if (status[0] != '\0')
		return ERR_OK;		/* on its way */
	if (!fields_has(form, "Body"))
		return ERR_INVALID;
	return sms_answered(events, id, fields_get(form, "From"), fields_get(form, "Body"));
}

const struct sms_gateway sms_twilio = {
	.kind = "twilio", .send = send, .sent = sent, .look = look, .found = found, .verify = verify, .receipt = receipt
};
