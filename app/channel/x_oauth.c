/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Signing and renewing for X; see x_oauth.h.
 */
#include "channel/x_oauth.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "base/buf.h"
#include "base/clock.h"
#include "base/secret.h"
#include "channel/http.h"

enum { PAIRS = 32, NONCE = 16, STALE_MS = 5 * 60 * 1000, TURN_MS = 100, RENEW_MS = 10000 };

static const char *
percent(struct arena *a, const char *s)
{
	struct buf b;

	buf_init(&b, a);
	buf_add_percent(&b, s, strlen(s));
	return b.data;
}

/* --- OAuth 1.0a --- */

static const char *
unpercent(struct arena *a, const char *s, size_t n)
{
	struct buf b;
	size_t i;

	buf_init(&b, a);
	for (i = 0; i < n; i++)
		if (s[i] == '%' && i + 2 < n) {
			char hex[3] = { s[i + 1], s[i + 2], '\0' };

			buf_addch(&b, (char)strtol(hex, NULL, 16));
			i += 2;
		} else {
			buf_addch(&b, s[i] == '+' ? ' ' : s[i]);
		}
	return b.data;
}

struct pairs { struct x_pair list[PAIRS]; size_t n; };

/* Encoded, as they are sorted and joined (RFC 5849 3.4.1.3.2). */
static void
add_pair(struct arena *a, struct pairs *p, const char *name, const char *value)
{
	if (p->n < PAIRS)
		p->list[p->n++] = (struct x_pair){ percent(a, name), percent(a, value) };
}

static void
add_query(struct arena *a, struct pairs *p, const char *query)
{
	while (query[0] != '\0') {
		size_t n = strcspn(query, "&"), name = strcspn(query, "=&");
		const char *value = name < n ? query + name + 1 : query + n;

		add_pair(a, p, unpercent(a, query, name), unpercent(a, value, (size_t)(query + n - value)));
		query += n + (query[n] == '&');
	}
}

static int
by_name(const void *x, const void *y)
{
	const struct x_pair *a = x, *b = y;
	int order = strcmp(a->name, b->name);

	return order != 0 ? order : strcmp(a->value, b->value);
}

static void
add_own(struct arena *a, struct pairs *p, const struct x_signing *s)
{
	size_t i;

	add_pair(a, p, "oauth_consumer_key", s->consumer_key);
	add_pair(a, p, "oauth_nonce", s->nonce);
	add_pair(a, p, "oauth_signature_method", "HMAC-SHA1");
	add_pair(a, p, "oauth_timestamp", arena_printf(a, "%" PRId64, s->time_s));
	if (s->token[0] != '\0')
		add_pair(a, p, "oauth_token", s->token);
	for (i = 0; i < s->n_more; i++)
		add_pair(a, p, s->more[i].name, s->more[i].value);
}

const char *
x_signature(struct arena *a, const struct x_signing *s, const char *method, const char *url, const char *query)
{
	const char *key = arena_printf(a, "%s&%s", percent(a, s->consumer_secret), percent(a, s->token_secret));
	struct pairs pairs = { .n = 0 };
	struct buf joined, base, out;
	uint8_t mac[SECRET_SHA1];
	size_t i;

	add_own(a, &pairs, s);
	add_query(a, &pairs, query);
	qsort(pairs.list, pairs.n, sizeof *pairs.list, by_name);
	buf_init(&joined, a);
	for (i = 0; i < pairs.n; i++)
		buf_addf(&joined, "%s%s=%s", i > 0 ? "&" : "", pairs.list[i].name, pairs.list[i].value);
	buf_init(&base, a);
	buf_addf(&base, "%s&%s&", method, percent(a, url));
	buf_add_percent(&base, joined.data, joined.len);
	secret_hmac_sha1(key, strlen(key), base.data, base.len, mac);
	buf_init(&out, a);
	buf_add_base64(&out, mac, sizeof mac);
	return out.data;
}

static const char *
signed_header(struct arena *a, const json_t *secrets, const char *method, const char *url, const char *query)
{
	const struct x_signing s = { .consumer_key = json_text(secrets, "api_key"),
	    .consumer_secret = json_text(secrets, "api_secret"), .token = json_text(secrets, "access_token"),
	    .token_secret = json_text(secrets, "access_secret"), .nonce = secret_token(a, NONCE),
	    .time_s = clock_ms() / 1000 };
	struct pairs own = { .n = 0 };
	struct buf b;
	size_t i;

	add_own(a, &own, &s);
	add_pair(a, &own, "oauth_signature", x_signature(a, &s, method, url, query));
	buf_init(&b, a);
	buf_adds(&b, "Authorization: OAuth ");
	for (i = 0; i < own.n; i++)
		buf_addf(&b, "%s%s=\"%s\"", i > 0 ? ", " : "", own.list[i].name, own.list[i].value);
	return b.data;
}

/* With an access_secret the access_token is of OAuth 1.0a. */
static bool
is_signed(const json_t *secrets)
{
	return json_text(secrets, "api_key")[0] != '\0' && json_text(secrets, "access_secret")[0] != '\0';
}

const char *
x_authorization(struct arena *a, const json_t *secrets, const char *method, const char *url, const char *query)
{
	const char *bearer = json_text(secrets, "access_token");

	if (is_signed(secrets))
		return signed_header(a, secrets, method, url, query);
	return bearer[0] != '\0' ? arena_printf(a, "Authorization: Bearer %s", bearer) : NULL;
}

/* --- OAuth 2.0 --- */

bool
x_is_renewable(const json_t *secrets)
{
	return !is_signed(secrets) && json_text(secrets, "refresh_token")[0] != '\0';
}

bool
x_is_stale(const json_t *secrets, int64_t now_ms)
{
	return x_is_renewable(secrets) && json_int(secrets, "expires") < now_ms + STALE_MS;
}

static const char *
basic(struct arena *a, const json_t *secrets)
{
	const char *both = arena_printf(a, "%s:%s", percent(a, json_text(secrets, "client_id")),
	    percent(a, json_text(secrets, "client_secret")));
	struct buf b;

	buf_init(&b, a);
	buf_adds(&b, "Authorization: Basic ");
	buf_add_base64(&b, both, strlen(both));
	return b.data;
}

/* What an answer brought; false: not what was promised. */
static bool
read_tokens(struct arena *a, const struct http_answer *answer, const json_t *old, int64_t now_ms, json_t **out)
{
	json_t *said, *secrets;

	if (answer->too_long || json_parse(a, answer->body, answer->n, &said) != ERR_OK ||
	    json_text(said, "access_token")[0] == '\0' || json_text(said, "refresh_token")[0] == '\0')
		return false;
	secrets = json_keep(a, json_copy((json_t *)(uintptr_t)old));
	json_object_set(secrets, "access_token", json_object_get(said, "access_token"));
	json_object_set(secrets, "refresh_token", json_object_get(said, "refresh_token"));
	json_object_set_new(secrets, "expires", json_integer(now_ms + json_int(said, "expires_in") * 1000));
	*out = secrets;
	return true;
}

enum x_renewal
x_renew(struct http *http, struct arena *a, const char *url, const json_t *secrets, int64_t now_ms, json_t **out,
    char detail[200])
{
	const char *headers[3] = { "Content-Type: application/x-www-form-urlencoded", NULL, NULL };
	const char *body = arena_printf(a, "grant_type=refresh_token&refresh_token=%s&client_id=%s",
	    percent(a, json_text(secrets, "refresh_token")), percent(a, json_text(secrets, "client_id")));
	struct http_answer answer;

	/* An app without a secret of its own names itself in the body alone. */
	if (json_text(secrets, "client_secret")[0] != '\0')
		headers[1] = basic(a, secrets);
	detail[0] = '\0';
	if (http_start(http, &(struct http_call){ .method = "POST", .headers = headers, .body = body, .n = strlen(body),
	    .url = arena_printf(a, "%s/2/oauth2/token", url), .fresh = true, .timeout_ms = RENEW_MS }) != ERR_OK)
		return X_NOT_NOW;
	while (http_next(http, &answer) != ERR_OK)
		http_wait(http, TURN_MS, -1);
	if (answer.fate == HTTP_NEVER_LEFT)
		return X_NOT_NOW;
	if (answer.fate == HTTP_ANSWERED && answer.status == 200 && read_tokens(a, &answer, secrets, now_ms, out))
		return X_RENEWED;
	/* Asked too often, it looked at nothing. */
	if (answer.fate == HTTP_ANSWERED && answer.status == 429)
		return X_NOT_NOW;
	if (answer.fate == HTTP_ANSWERED && answer.status != 200)
		http_clean(answer.body, answer.n, detail, 200);
	return X_SIGN_IN_AGAIN;
}
