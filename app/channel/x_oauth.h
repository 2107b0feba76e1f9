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

/* Where a person is sent to say yes (X's own page; url "" : X's address), with all that the
 * courier needs: to post, to look at what was posted, to delete, and pictures. */
const char *x_sign_in_url(struct arena *, const char *url, const char *client_id, const char *redirect, const char *state,
    const char *challenge);

/* What they come back with, and what they were sent with. */
struct x_code { const char *code, *verifier, *redirect; };
struct x_signed_in {
	json_t *secrets;		/* of the account, with the tokens; in the arena */
	const char *user_id, *user_name;	/* whose account it is */
};
enum x_sign_in {
	X_SIGNED_IN,
	X_CODE_REFUSED,		/* used before, too old, or the secrets of the app are wrong */
	X_TOO_LITTLE,		/* the person or the app gave less than is needed */
	X_NO_ANSWER		/* nobody knows: the code is not tried again */
};
/* Two calls of some seconds: the code becomes tokens, and X says whose they are.  account: domain/gateway.h. */
enum x_sign_in x_exchange(struct http *, struct arena *, const json_t *account, const struct x_code *, int64_t now_ms,
    struct x_signed_in *out);

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
