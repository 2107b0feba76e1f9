/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
#include <stdint.h>
#include "base/err.h"
#include "base/secret_p256.h"
struct arena;
struct vault;
/*
 * Tickets (受付票): what the QR code of an application says at the door.
 *
 *	CT1.12.34.K7F2Q.3.MFRGGZDFMZTWQ2LK…
 *	    event, slot, number of the application, people, signature (base32)
 *
 * Capital letters, digits and points only, so that the code is small (QR's alphanumeric
 * mode) and a scanner that plays keyboard types it right.  Signed with ECDSA over P-256,
 * which every browser's Web Crypto verifies, so that a door without network knows a
 * forged one; the town's key comes out of its vault and goes with it.  What a ticket does
 * not say is whether it was cancelled or used: the list of the door says that.
 */
struct ticket {
	int64_t event, slot;
	const char *number;	/* capital letters, digits, hyphens, at most 24 */
	int64_t people;
};

/* The key of this vault's town, for p256_key_free. */
struct p256_key *ticket_key(const struct vault *);
/* Its public half as a page carries it: 65 bytes in base64url. */
const char *ticket_key_public(struct arena *, const struct p256_key *);

const char *ticket_write(struct arena *, const struct p256_key *, struct ticket);
/* As it was typed or scanned: small letters, full-width ones and blanks around it are
 * forgiven.  ERR_NOT_FOUND: it is no ticket at all (a name, a number).  ERR_INVALID: it
 * looks like one but nobody here signed it. */
enum err ticket_read(struct arena *, const struct p256_key *, const char *text, struct ticket *out) MUST_USE;
