/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
#include "db/db.h"
#include "domain/vault.h"
/*
 * An account at a gateway that a person signs in to, in a browser, at the provider (OAuth
 * 2.0 with PKCE, RFC 7636).
 *
 * Whoever goes there takes a state along, and comes back with it.  It is good for the session
 * that began it, for ten minutes and for one return; who begins anew ends what was begun for
 * this account before.  The verifier never leaves the house.
 */

/* Both in the arena: the state to take along, and the challenge to the verifier (S256).
 * session: the cookie of who asks.  vault: entered. */
enum err gateway_sign_in_begin(struct db *, const struct vault *, struct arena *, int64_t gateway, int32_t version,
    const char *session, const char **state, const char **challenge) MUST_USE;

struct gateway_sign_in {
	int64_t gateway;
	int32_t version;	/* of the account when it was begun */
	const char *verifier;
};
/* Uses it up.  ERR_NOT_FOUND: no such state, of another session, or used before.
 * ERR_GONE: too late. */
enum err gateway_sign_in_take(struct db *, const struct vault *, struct arena *, const char *state, const char *session,
    struct gateway_sign_in *out) MUST_USE;
