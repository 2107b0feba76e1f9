/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
#include <stddef.h>
#include "base/err.h"
struct arena;
/*
 * A mail that came back: what it says of the one that went out (integrations.md 11.4).
 *
 * Half of them follow RFC 3464, the others are sentences.  What is not plainly a no of the
 * far side to this address counts as less: a wrong hard bounce takes a citizen's messages
 * away, a missed one costs a mail.
 */
enum return_kind {
	RETURN_NONE,		/* no bounce: an automatic answer, a person's mail, a success */
	RETURN_DELAYED,		/* not yet; they go on trying */
	RETURN_SOFT,		/* not this time */
	RETURN_FULL,		/* not this time: the mailbox is full */
	RETURN_POLICY,		/* they do not take our mails: nothing is wrong with the address */
	RETURN_SUSPENDED,	/* the mailbox is shut; it may be opened again */
	RETURN_HARD,		/* nobody has this address */
	RETURN_COMPLAINT	/* the reader called it spam (RFC 5965) */
};

struct email_return {
	enum return_kind kind;
	char status[12];	/* "5.1.1", or "" */
	const char *to;		/* where it came back to, as its headers say; "": they do not */
};

/* "hard", …, as the ledger has it. */
const char *return_kind_name(enum return_kind);

/* ERR_INVALID: no mail at all. */
enum err email_return_read(struct arena *, const char *bytes, size_t n, struct email_return *out) MUST_USE;
