/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
#include "web/web.h"
/*
 * A form of staff that comes when their login has lapsed (R18: half an hour without anything done,
 * twelve hours in all) is not lost: the sign-in page says that it is kept, and after the same person
 * has signed in again in the same browser it is one press away (desk/unsent.c, domain/unsent.h).
 *
 * Only where its token was the right one for the cookie of that login, so that nobody else's page can
 * leave a form there; never what is asked for to sign in, passwords and keys of
 * gateways (UNKEPT), or files.  It is sent on under
 * the same once-token: a form that is sent twice, in whatever way, is carried out once.
 */

/* Is this a route whose forms are kept? */
bool unsent_may(const struct web *);
/* Answers in the place of the handler.  ERR_SIGNED_OUT: it cannot be kept. */
enum err unsent_keep(struct web *) MUST_USE;
/* Whether the login of the cookie has lapsed, and may go on so; before a large body is read. */
bool unsent_knock(struct web *);

/* What a form held that was refused to somebody who is signed in, because their role was taken from them, or
 * the thing that it was for from the desk, while they typed: on the page that says so they can copy it, and
 * send it once more.  {post_url, token, kept [{name, value}], texts [text], files}; null: it was none of theirs,
 * or is not kept. */
json_t *unsent_refused(struct web *) MUST_USE;

/* The sign-in page, which says why (desk/login.c); next: where to afterwards. */
enum err desk_login_over(struct web *, const char *next) MUST_USE;
