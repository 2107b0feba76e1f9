/* SPDX-License-Identifier: Apache-2.0 */
/*
 * LINE's stateless channel tokens (v3, integrations.md 8.2): asked for with the
 * channel's id and secret, or, better, with an assertion signed by a key that LINE
 * knows the other half of (RFC 7523, RS256).
 */
#include <string.h>

#include "base/arena.h"
#include "base/buf.h"
#include "base/secret_rsa.h"
#include "channel/line.h"

enum { TOKEN_MS = 10000, ASSERTION_S = 1500 };

static void
add_part(struct buf *out, struct arena *a, json_t *document)
{
	struct buf text;

	buf_init(&text, a);
	json_canonical(json_keep(a, document), &text);
	buf_add_base64url(out, text.data, text.len);
}

static enum err
assertion(struct arena *a, const json_t *account, int64_t now_ms, struct buf *out)
{
	const json_t *secrets = json_object_get(account, "secrets");
	const char *id = json_text(json_object_get(account, "settings"), "channel_id");
	struct buf signature;

	buf_init(out, a);
	buf_init(&signature, a);
	add_part(out, a, json_pack("{s:s, s:s, s:s}", "alg", "RS256", "typ", "JWT", "kid", json_text(secrets, "key_id")));
	buf_addch(out, '.');
	add_part(out, a, json_pack("{s:s, s:s, s:s, s:I}", "iss", id, "sub", id, "aud", "https://api.line.me/",
	    "exp", (json_int_t)(now_ms / 1000 + ASSERTION_S)));
	if (secret_rs256(a, json_object_get(secrets, "private_key"), out->data, out->len, &signature) != ERR_OK)
		return ERR_INVALID;
	buf_addch(out, '.');
	buf_add_base64url(out, signature.data, signature.len);
	return ERR_OK;
}

static void
add_field(struct buf *b, const char *name, const char *value)
{
	buf_addf(b, "%s%s=", b->len > 0 ? "&" : "", name);
	buf_add_percent(b, value, strlen(value));
}

enum err
line_token_request(struct arena *a, const json_t *account, int64_t now_ms, struct http_call *call)
{
	static const char *const headers[] = { "Content-Type: application/x-www-form-urlencoded", NULL };
	const json_t *secrets = json_object_get(account, "secrets");
	const char *id = json_text(json_object_get(account, "settings"), "channel_id");
	struct buf body, jwt;

	buf_init(&body, a);
	add_field(&body, "grant_type", "client_credentials");
	if (json_text(secrets, "key_id")[0] != '\0') {
		if (assertion(a, account, now_ms, &jwt) != ERR_OK)
			return ERR_INVALID;
		add_field(&body, "client_assertion_type", "urn:ietf:params:oauth:client-assertion-type:jwt-bearer");
		add_field(&body, "client_assertion", jwt.data);
	} else {
		if (id[0] == '\0' || json_text(secrets, "channel_secret")[0] == '\0')
			return ERR_INVALID;
		add_field(&body, "client_id", id);
		add_field(&body, "client_secret", json_text(secrets, "channel_secret"));
	}
	call->method = "POST";
	call->url = line_url(a, account, "/oauth2/v3/token");
	call->headers = headers;
	call->body = body.data;
	call->n = body.len;
	call->timeout_ms = TOKEN_MS;
	return ERR_OK;
}

enum err
line_token_read(struct arena *a, const struct http_answer *answer, int64_t now_ms, char **header, int64_t *until)
{
	const char *token;
	json_t *said;

	if (answer->fate != HTTP_ANSWERED || answer->status != 200 ||
	    json_parse(a, answer->body, answer->n, &said) != ERR_OK)
		return ERR_INVALID;
	token = json_text(said, "access_token");
	/* It goes into a header: nothing may end the line. */
	if (token[0] == '\0' || token[strcspn(token, " \r\n\t")] != '\0')
		return ERR_INVALID;
	*header = arena_printf(a, "Authorization: Bearer %s", token);
	*until = now_ms + json_int(said, "expires_in") * 1000;
	return ERR_OK;
}
