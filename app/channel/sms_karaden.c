/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A Japanese gateway of SMS, after 空電プッシュ (integrations.md 10.3).
 *
 *	POST {url}/{tenant}/messages	a form; the answer is the message as JSON
 *	GET  {url}/{tenant}/messages	a list, here of one tag
 *
 *	settings	tenant, service_id, api_version
 *	secrets		token
 *
 * Our key goes along as a tag.  The far side lets two messages have the same, so that
 * it is no idempotency key, but it can be searched for.
 */
#include <string.h>

#include "base/arena.h"
#include "base/buf.h"
#include "base/clock.h"
#include "base/json.h"
#include "base/secret.h"
#include "base/text.h"
#include "channel/sms.h"

/* A number or the same as text: staff type it. */
static const char *
setting(struct arena *a, const json_t *settings, const char *key)
{
	const json_t *value = json_object_get(settings, key);

	return json_is_integer(value) ? arena_printf(a, "%lld", (long long)json_integer_value(value)) :
	    json_text(settings, key);
}

/* Fills in all but the body; false: the account lacks something. */
static bool
address(struct arena *a, const struct sms *sms, const struct buf *query, struct http_call *call)
{
	const char *url = sms->url[0] != '\0' ? sms->url : "https://prg.karaden.jp/api";
	const char *tenant = setting(a, sms->settings, "tenant"), *token = json_text(sms->secrets, "token");
	const char *version = json_text(sms->settings, "api_version");
	struct buf b;

	if (tenant[0] == '\0' || token[0] == '\0' || setting(a, sms->settings, "service_id")[0] == '\0')
		return false;
	buf_init(&b, a);
	buf_adds(&b, url);
	buf_addch(&b, '/');
	buf_add_percent(&b, tenant, strlen(tenant));
	buf_adds(&b, "/messages");
	if (query != NULL)
		buf_addf(&b, "?%s", query->data);
	call->url = b.data;
	call->headers = sms_headers(a, arena_printf(a, "Authorization: Bearer %s", token),
	    arena_printf(a, "Karaden-Version: %s", version[0] != '\0' ? version : "2023-01-01"));
	return true;
}

static bool
send(struct arena *a, const struct sms *sms, struct http_call *call)
{
	struct buf form;

	buf_init(&form, a);
	sms_field(&form, "service_id", setting(a, sms->settings, "service_id"));
	sms_field(&form, "to", text_phone_national(a, sms->to));
	sms_field(&form, "body", sms->text);
	sms_field(&form, "tags[]", sms->letter->key);
	/* Links are on the town's own domain and stay so. */
	sms_field(&form, "is_shorten", "false");
	if (sms->letter->valid_until_ms != 0)
		sms_field(&form, "limited_at", clock_rfc3339(a, sms->letter->valid_until_ms));
	call->body = form.data;
	call->n = form.len;
	return address(a, sms, NULL, call);
}

static bool
look(struct arena *a, const struct sms *sms, struct http_call *call)
{
	struct buf query;

	buf_init(&query, a);
	sms_field(&query, "service_id", setting(a, sms->settings, "service_id"));
	sms_field(&query, "tag", sms->letter->key);
	return address(a, sms, &query, call);
}

/* What a message of theirs says about ours; false: it is none. */
static bool
judge(const json_t *message, struct outcome *o)
{
	const char *id = json_text(message, "id"), *status = json_text(message, "status");

	if (id[0] == '\0')
		return false;
	if (strcmp(status, "done") == 0 || strcmp(status, "waiting") == 0)
		http_verdict(o, VERDICT_SENT, "sent");
	else if (strcmp(status, "error") == 0 || strcmp(status, "canceled") == 0)
		http_verdict(o, VERDICT_REFUSED, "refused");
	else
		return false;
	snprintf(o->id, sizeof o->id, "%s", id);
	o->parts = (int)json_int(message, "charged_count_per_sent");
	http_clean(status, strlen(status), o->detail, sizeof o->detail);
	return true;
}

static void
sent(struct arena *a, const struct http_answer *answer, struct outcome *o)
{
	json_t *message;

	if (o->verdict == VERDICT_SENT) {
		if (json_parse(a, answer->body, answer->n, &message) != ERR_OK || answer->too_long || !judge(message, o))
			http_verdict(o, VERDICT_UNKNOWN, "no_answer");
	} else if (answer->status == 404) {
		/* Their address of the account, not the person's. */
		http_verdict(o, VERDICT_LATER, "gateway_denied");
	}
}

static bool
has_tag(const json_t *message, const char *key)
{
	const json_t *tag;
	size_t i;

	json_array_foreach(json_object_get(message, "tags"), i, tag)
		if (json_is_string(tag) && strcmp(json_string_value(tag), key) == 0)
			return true;
	return false;
}

/* Accepted counts before refused: of two with one tag one may have failed. */
static enum sms_found
found(struct arena *a, const struct sms *sms, const struct http_answer *answer, struct outcome *o)
{
	enum sms_found found = SMS_ABSENT;
	json_t *list, *message;
	const json_t *data;
	size_t i;

	if (answer->too_long || json_parse(a, answer->body, answer->n, &list) != ERR_OK ||
	    !json_is_array(data = json_object_get(list, "data")))
		return SMS_UNREADABLE;
	json_array_foreach(data, i, message) {
		if (!has_tag(message, sms->letter->key))
			continue;
		if (!judge(message, o))
			return SMS_UNREADABLE;
		if (o->verdict == VERDICT_SENT)
			return SMS_THERE;
		found = SMS_THERE;
	}
	return found;
}

/* --- what is called in --- */

/* It signs nothing: it calls with a secret, in the path or as password of Basic authentication. */
static enum err
verify(struct arena *a, const struct callback *c)
{
	const char *own = json_text(json_object_get(c->account, "secrets"), "callback_secret");
	const char *authorization = c->header(c->request, "Authorization");
	struct buf basic;

	if (strlen(own) < 16)
		return ERR_SIGNED_OUT;
	if (strlen(c->secret) == strlen(own) && secret_equal(c->secret, own, strlen(own)))
		return ERR_OK;
	buf_init(&basic, a);
	buf_adds(&basic, "chromo:");
	buf_adds(&basic, own);
	own = arena_strdup(a, basic.data);
	buf_reset(&basic);
	buf_adds(&basic, "Basic ");
	buf_add_base64(&basic, own, strlen(own));
	return strlen(authorization) == basic.len && secret_equal(authorization, basic.data, basic.len) ? ERR_OK : ERR_SIGNED_OUT;
}

static enum err
receipt(struct arena *a, const struct callback *c, json_t **events)
{
	const char *id, *became, *status;
	json_t *message;

	if (json_parse(a, c->body, c->n, &message) != ERR_OK || !json_is_object(message))
		return ERR_INVALID;
	id = json_text(message, "id");
	became = json_text(message, "sent_result");
	status = json_text(message, "status");
	if (id[0] == '\0' || strlen(id) > 80 || strcmp(json_text(message, "object"), "message") != 0)
		return ERR_INVALID;
	if (strcmp(became, "received") == 0)
		return sms_became(events, id, "delivered", "");
	if (strcmp(became, "unconnected") == 0)
		return sms_became(events, id, "undelivered", "phone_away");
	if (strcmp(became, "error") == 0 || strcmp(status, "error") == 0 || strcmp(status, "canceled") == 0)
		return sms_became(events, id, "undelivered", "refused");
	return ERR_OK;			/* on its way, or they do not know */
}

const struct sms_gateway sms_karaden = {
	.kind = "karaden", .send = send, .sent = sent, .look = look, .found = found, .verify = verify, .receipt = receipt
};
