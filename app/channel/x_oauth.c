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

enum { PAIRS = 32, NONCE = 16, STALE_MS = 5 * 60 * 1000, TURN_MS = 100, CALL_MS = 10000 };
#define API "https://api.x.com"
#define SCOPE "tweet.read tweet.write users.read media.write offline.access"

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

/* One call, waited for; false: it could not be begun. */
static bool
call(struct http *http, struct http_call *c, struct http_answer *answer)
{
	c->fresh = true;	/* libcurl is not to repeat it by itself */
	c->timeout_ms = CALL_MS;
	if (http_start(http, c) != ERR_OK)
		return false;
	while (http_next(http, answer) != ERR_OK)
		http_wait(http, TURN_MS, -1);
	return true;
}

/* The token endpoint, asked as the app that the account has. */
static bool
ask_token(struct http *http, struct arena *a, const char *url, const json_t *secrets, const char *body, struct http_answer *answer)
{
	const char *headers[3] = { "Content-Type: application/x-www-form-urlencoded", NULL, NULL };

	/* An app without a secret of its own names itself in the body alone. */
	if (json_text(secrets, "client_secret")[0] != '\0')
		headers[1] = basic(a, secrets);
	return call(http, &(struct http_call){ .method = "POST", .headers = headers, .body = body, .n = strlen(body),
	    .url = arena_printf(a, "%s/2/oauth2/token", url[0] != '\0' ? url : API) }, answer);
}

/* --- signing in --- */

const char *
x_sign_in_url(struct arena *a, const char *url, const char *client_id, const char *redirect, const char *state,
    const char *challenge)
{
	/* Where the API is called elsewhere, somebody else plays X. */
	return arena_printf(a, "%s/i/oauth2/authorize?response_type=code&client_id=%s&redirect_uri=%s&scope=%s&state=%s"
	    "&code_challenge=%s&code_challenge_method=S256", url[0] != '\0' ? url : "https://x.com", percent(a, client_id),
	    percent(a, redirect), percent(a, SCOPE), percent(a, state), percent(a, challenge));
}

/* All of what was asked for. */
static bool
is_enough(const char *given)
{
	static const char *const needed[] = { "tweet.read", "tweet.write", "users.read", "offline.access" };
	size_t i;

	for (i = 0; i < sizeof needed / sizeof *needed; i++) {
		const char *at = strstr(given, needed[i]);
		size_t n = strlen(needed[i]);

		if (at == NULL || (at > given && at[-1] != ' ') || (at[n] != ' ' && at[n] != '\0'))
			return false;
	}
	return true;
}

static bool
who_is_it(struct http *http, struct arena *a, const char *url, struct x_signed_in *out)
{
	const char *me = arena_printf(a, "%s/2/users/me", url[0] != '\0' ? url : API);
	const char *headers[] = { x_authorization(a, out->secrets, "GET", me, ""), NULL };
	struct http_answer answer;
	const json_t *user;
	json_t *said;

	if (!call(http, &(struct http_call){ .method = "GET", .url = me, .headers = headers }, &answer) ||
	    answer.fate != HTTP_ANSWERED || answer.status != 200 || answer.too_long ||
	    json_parse(a, answer.body, answer.n, &said) != ERR_OK)
		return false;
	user = json_object_get(said, "data");
	out->user_id = json_text(user, "id");
	out->user_name = json_text(user, "username");
	return out->user_id[0] != '\0' && strspn(out->user_id, "0123456789") == strlen(out->user_id);
}

enum x_sign_in
x_exchange(struct http *http, struct arena *a, const json_t *account, const struct x_code *c, int64_t now_ms,
    struct x_signed_in *out)
{
	const json_t *secrets = json_object_get(account, "secrets");
	const char *url = json_text(account, "url");
	struct http_answer answer;
	json_t *said;

	if (!ask_token(http, a, url, secrets, arena_printf(a,
	    "grant_type=authorization_code&code=%s&redirect_uri=%s&client_id=%s&code_verifier=%s", percent(a, c->code),
	    percent(a, c->redirect), percent(a, json_text(secrets, "client_id")), percent(a, c->verifier)), &answer))
		return X_NO_ANSWER;
	if (answer.fate == HTTP_ANSWERED && (answer.status == 400 || answer.status == 401 || answer.status == 403))
		return X_CODE_REFUSED;
	if (answer.fate != HTTP_ANSWERED || answer.status != 200 || answer.too_long ||
	    json_parse(a, answer.body, answer.n, &said) != ERR_OK || json_text(said, "access_token")[0] == '\0')
		return X_NO_ANSWER;
	if (!is_enough(json_text(said, "scope")) || !read_tokens(a, &answer, secrets, now_ms, &out->secrets))
		return X_TOO_LITTLE;
	return who_is_it(http, a, url, out) ? X_SIGNED_IN : X_NO_ANSWER;
}

/* --- renewing --- */

enum x_renewal
x_renew(struct http *http, struct arena *a, const char *url, const json_t *secrets, int64_t now_ms, json_t **out,
    char detail[200])
{
	const char *body = arena_printf(a, "grant_type=refresh_token&refresh_token=%s&client_id=%s",
	    percent(a, json_text(secrets, "refresh_token")), percent(a, json_text(secrets, "client_id")));
	struct http_answer answer;

	detail[0] = '\0';
	if (!ask_token(http, a, url, secrets, body, &answer))
		return X_NOT_NOW;
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
