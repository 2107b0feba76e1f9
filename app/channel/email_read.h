/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
#include <stddef.h>
#include "base/err.h"
struct arena;
/*
 * One e-mail read back from its bytes, as the page of the outbox shows it.
 * Nothing is NULL but what is said; all of it is UTF-8 and the arena's.
 */
struct email_read {
	const char *from, *to, *subject, *date;	/* decoded; "" where there is none */
	const char *sender;			/* the address of From alone */
	const char *message_id;
	const char *list_unsubscribe;		/* as it stands; NULL: none */
	const char *text;			/* the text/plain part; NULL: none */
	const char *html;			/* the text/html part; NULL: none */
};

/* ERR_INVALID: no mail. */
enum err email_read(struct arena *, const char *, size_t n, struct email_read *out) MUST_USE;
