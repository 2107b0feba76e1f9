/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What LINE calls in (integrations.md 8.5): events, signed over the bytes as they came.
 */
#include <string.h>

#include "base/arena.h"
#include "base/buf.h"
#include "base/secret.h"
#include "channel/line.h"

enum { EVENTS_MOST = 1000 };

enum err
line_verify(struct arena *a, const struct callback *c)
{
	const char *secret = json_text(json_object_get(c->account, "secrets"), "channel_secret");
	const char *signature = c->header(c->request, "X-Line-Signature");
	uint8_t mac[SECRET_HASH];
	struct buf good;

	if (secret[0] == '\0')
		return ERR_SIGNED_OUT;
	secret_hmac_of(secret, strlen(secret), c->body, c->n, mac);
	buf_init(&good, a);
	buf_add_base64(&good, mac, sizeof mac);
	return strlen(signature) == good.len && secret_equal(signature, good.data, good.len) ? ERR_OK : ERR_SIGNED_OUT;
}

enum err
line_receipt(struct arena *a, const struct callback *c, json_t **events)
{
	const char *expected = json_text(json_object_get(c->account, "settings"), "destination");
	json_t *body, *event;
	size_t i;

	if (json_parse(a, c->body, c->n, &body) != ERR_OK)
		return ERR_INVALID;
	*events = json_object_get(body, "events");
	if (!json_is_array(*events) || json_array_size(*events) > EVENTS_MOST)
		return ERR_INVALID;
	if (expected[0] != '\0' && strcmp(expected, json_text(body, "destination")) != 0)
		return ERR_INVALID;
	json_array_foreach(*events, i, event)
		if (!json_is_object(event))
			return ERR_INVALID;
	return ERR_OK;
}
