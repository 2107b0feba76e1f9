/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include "base/err.h"
#include "base/json.h"
struct arena;
struct http;
/*
 * Who we are to X (integrations.md 9.1).  An account has one of two kinds of secrets:
 *
 *	api_key, api_secret, access_token, access_secret
 *		OAuth 1.0a (RFC 5849): each call is signed, and they have no end
 *	client_id, client_secret, access_token, refresh_token, expires (ms since 1970)
 *		OAuth 2.0: the access token is good for two hours; the refresh token for
 *		one use, and what it gives has the next one in it
 */

/* The header "Authorization: …" of a call; NULL: the account has neither.  url without
 * query, which goes into query as it stands behind the "?" ("" : none). */
const char *x_authorization(struct arena *, const json_t *secrets, const char *method, const char *url,
    const char *query);

/* OAuth 1.0a with all that is chance given, for x_authorization and RFC 5849's own examples. */
struct x_pair { const char *name, *value; };
struct x_signing {
	const char *consumer_key, *consumer_secret;
	const char *token, *token_secret;	/* "" before there are any */
	const char *nonce;
	int64_t time_s;
	const struct x_pair *more;		/* further oauth_… of the header */
	size_t n_more;
};
/* The signature in base64; query as above. */
const char *x_signature(struct arena *, const struct x_signing *, const char *method, const char *url,
    const char *query);

/* It is one that is renewed: OAuth 2.0. */
bool x_is_renewable(const json_t *secrets);
/* The access token is used up at now_ms, or within the next minutes; false of OAuth 1.0a. */
bool x_is_stale(const json_t *secrets, int64_t now_ms);

enum x_renewal {
	X_RENEWED,		/* the secrets that come now */
	X_NOT_NOW,		/* nothing happened: once more later */
	X_SIGN_IN_AGAIN		/* refused, or used up without an answer: a person has to */
};

/* One call of some seconds.  The refresh token is used up by it, so that who calls has
 * noted that before, and keeps *out before all else.  detail: their words. */
enum x_renewal x_renew(struct http *, struct arena *, const char *url, const json_t *secrets, int64_t now_ms,
    json_t **out, char detail[200]);
