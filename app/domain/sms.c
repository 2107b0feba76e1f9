/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Receipts and answers of SMS; see sms.h.
 */
#include "domain/sms.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "base/buf.h"
#include "base/log.h"
#include "base/secret.h"
#include "base/text.h"
#include "db/queries.h"
#include "domain/gateway.h"

static enum err
receipt(const struct sms_hook *h, const char *id, const char *became, const char *reason)
{
	struct rows *rows;

	return q_sms_receipt(h->db, (struct q_sms_receipt){ .provider = id, .receipt = became, .reason = reason }, &rows);
}

/* Each once, by its own name.  Of what people say only a stop is heard; nothing else of it is
 * read, so nothing is kept. */
static enum err
answer(const struct sms_hook *h, const char *id, const char *from, const char *text)
{
	const char *number = text_phone(h->arena, from);
	uint8_t *hash = arena_alloc(h->arena, SECRET_HASH);
	struct rows *rows;
	bool fresh;
	enum err e;

	e = gateway_event_take(h->db, json_int(h->account, "id"), id, &fresh);
	if (e != ERR_OK || !fresh || number == NULL || !sms_is_stop(h->arena, text))
		return e;
	vault_hash(h->vault, "sms", number, hash);
	e = q_sms_stop(h->db, (struct q_sms_stop){ .contact = { hash, SECRET_HASH } }, &rows);
	if (e == ERR_OK)
		log_info("sms.stop gateway=%" PRId64 " known=%d", json_int(h->account, "id"), rows_bool(rows, 0, "stopped"));
	return e;
}

static bool
is_one_of(const char *word, const char *const *list)
{
	for (; *list != NULL; list++)
		if (strcmp(*list, word) == 0)
			return true;
	return false;
}

bool
sms_is_stop(struct arena *a, const char *text)
{
	static const char *const words[] = { "停止", "配信停止", "解除", "ストップ", "STOP", "UNSUBSCRIBE", NULL };	/* lint: words */
	char *s = text_normal(a, text);
	size_t n;

	for (char *p = s; *p != '\0'; p++)
		if (*p >= 'a' && *p <= 'z')
			*p = (char)(*p - 'a' + 'A');
	n = strlen(s);
	while (n > 0 && (s[n - 1] == '.' || s[n - 1] == '!'))
		s[--n] = '\0';
	if (n >= 3 && strcmp(s + n - 3, "\xe3\x80\x82") == 0)	/* U+3002, the Japanese full stop */
		s[n - 3] = '\0';
	return is_one_of(s, words);
}

/* --- Twilio --- */

static int
by_name(const void *a, const void *b)
{
	return strcmp(*(const char *const *)a, *(const char *const *)b);
}

bool
sms_twilio_signed(struct arena *a, const json_t *account, const char *signature, const struct fields *form)
{
	const char *token = json_text(json_object_get(account, "secrets"), "auth_token");
	const char *url = json_text(json_object_get(account, "settings"), "callback_url");
	size_t i, n = fields_count(form);
	const char **names = arena_alloc(a, (n + 1) * sizeof *names);
	uint8_t mac[SECRET_SHA1];
	struct buf said, good;

	if (token[0] == '\0' || url[0] == '\0')
		return false;
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
	return strlen(signature) == good.len && secret_equal(signature, good.data, good.len);
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

enum err
sms_twilio_event(const struct sms_hook *h, const struct fields *form)
{
	static const char *const there[] = { "delivered", "read", NULL }, *const lost[] = { "undelivered", "failed", "canceled", NULL };
	const char *id = fields_get(form, "MessageSid"), *status = fields_get(form, "MessageStatus");

	if (id[0] == '\0' || strlen(id) > 80)
		return ERR_INVALID;
	if (is_one_of(status, there))
		return receipt(h, id, "delivered", "");
	if (is_one_of(status, lost))
		return receipt(h, id, "undelivered", why(fields_get(form, "ErrorCode")));
	if (status[0] != '\0')
		return ERR_OK;		/* on its way */
	if (!fields_has(form, "Body"))
		return ERR_INVALID;
	return answer(h, id, fields_get(form, "From"), fields_get(form, "Body"));
}

/* --- Karaden --- */

bool
sms_karaden_known(struct arena *a, const json_t *account, const char *secret, const char *authorization)
{
	const char *own = json_text(json_object_get(account, "secrets"), "callback_secret");
	struct buf basic;

	if (strlen(own) < 16)
		return false;
	if (strlen(secret) == strlen(own) && secret_equal(secret, own, strlen(own)))
		return true;
	buf_init(&basic, a);
	buf_adds(&basic, "chromo:");
	buf_adds(&basic, own);
	own = arena_strdup(a, basic.data);
	buf_reset(&basic);
	buf_adds(&basic, "Basic ");
	buf_add_base64(&basic, own, strlen(own));
	return strlen(authorization) == basic.len && secret_equal(authorization, basic.data, basic.len);
}

enum err
sms_karaden_event(const struct sms_hook *h, const json_t *message)
{
	const char *id = json_text(message, "id"), *became = json_text(message, "sent_result");
	const char *status = json_text(message, "status");

	if (id[0] == '\0' || strlen(id) > 80 || strcmp(json_text(message, "object"), "message") != 0)
		return ERR_INVALID;
	if (strcmp(became, "received") == 0)
		return receipt(h, id, "delivered", "");
	if (strcmp(became, "unconnected") == 0)
		return receipt(h, id, "undelivered", "phone_away");
	if (strcmp(became, "error") == 0 || strcmp(status, "error") == 0 || strcmp(status, "canceled") == 0)
		return receipt(h, id, "undelivered", "refused");
	return ERR_OK;			/* on its way, or they do not know */
}
