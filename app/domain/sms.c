/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Receipts and answers of SMS; see sms.h.
 */
#include "domain/sms.h"

#include <inttypes.h>
#include <string.h>

#include "base/arena.h"
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
	return text_is_one_of(s, words);
}

enum err
sms_event(const struct sms_hook *h, const json_t *event)
{
	const char *receipted = json_text(event, "receipt");

	return receipted[0] != '\0' ? receipt(h, receipted, json_text(event, "became"), json_text(event, "reason")) :
	    answer(h, json_text(event, "answer"), json_text(event, "from"), json_text(event, "text"));
}
