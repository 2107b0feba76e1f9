/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
#include <stdbool.h>
#include "db/db.h"
#include "domain/vault.h"
/*
 * Mails that come back: whose they are, and what follows (integrations.md 11.4).
 *
 * Each mail of a message leaves with an envelope sender of its own,
 *
 *	bounce+<tenant>.<message>.<citizen>.<code>@mail_domain
 *
 * so that a bounce says by the address that it comes to which delivery it is about, at any
 * age.  A letter to one person has 0 for the message, and its own number for the citizen; it
 * is forgotten after thirty days.  The code is under the tenant's key: nobody can make an
 * address for somebody else.
 */
struct bounce_address {
	int64_t tenant, message, citizen;	/* message 0: citizen is the letter */
	char code[12];
};

/* The part before the @, in the tenant of the vault. */
char *bounce_local(struct arena *, const struct vault *, int64_t tenant, int64_t message, int64_t citizen);
char *bounce_letter_local(struct arena *, const struct vault *, int64_t tenant, int64_t letter);
/* Out of an address, with or without <> and what stands around it.  ERR_NOT_FOUND: of no such form. */
enum err bounce_parse(const char *address, struct bounce_address *out) MUST_USE;
/* kind: "hard", "suspended", "full", "soft", "policy" or "complaint".  Inside a transaction of
 * the address's tenant, which the vault is in.  ERR_NOT_FOUND: we made no such address, or the
 * delivery is not there; *changed false: it was known. */
enum err bounce_take(struct db *, const struct vault *, struct arena *, const struct bounce_address *,
    const char *kind, const char *status, bool *changed) MUST_USE;
