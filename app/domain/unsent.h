/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
#include "domain/login.h"
/*
 * What staff were sending when their login had lapsed: it waits, sealed, in that login's row, goes
 * along when the same person signs in again in the same browser, and is shown to them to be sent on.
 * Whoever else signs in there begins without it; it ends with the row, two days later at most.
 *
 * Whoever calls has made sure that the form was one of that login.
 */
enum { UNSENT_ONCE = 16 };
struct unsent {
	const uint8_t *once;		/* the UNSENT_ONCE random bytes of its token */
	const char *to, *next;		/* its address, and the page that has it */
	const char *typed;		/* what it held, as it would be sent */
	bool files;			/* there were files, too, which do not wait */
};

/* The login of l->token has lapsed.  busy: because it was open for too long, although something was
 * done; waits: a form waits in it.  ERR_NOT_FOUND: nobody knows it, or it was ended. */
struct unsent_over { bool busy, waits; };
enum err unsent_over(struct db *, const char *token, struct unsent_over *out) MUST_USE;

/* Keeps it for the person of l->token, which has lapsed; the same form once.  ERR_NOT_FOUND as above. */
enum err unsent_add(const struct login *, const struct unsent *) MUST_USE;
/* Does something wait to be shown in the login of this token? */
enum err unsent_waits(const struct login *, const char *token, bool *out) MUST_USE;
/* What was kept and not sent since: [{"once": base64url, "to", "next", "typed", "files"}], the newest
 * first.  It waits no more, but can be shown again as long as this login lives. */
enum err unsent_take(const struct login *, json_t **out) MUST_USE;
