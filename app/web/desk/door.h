/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
#include "domain/login.h"
#include "web/web.h"
/*
 * What the handlers of signing in (login.c, invite.c) and of one's own account
 * (account.c) share.  The same handlers serve the municipality's staff under
 * /desk and the operator under /operator.
 */

/* Fills it from the request; the vault is ready. */
enum err door_open(struct web *, struct login *) MUST_USE;
/* "/desk" or "/operator"; also in the view, as portal_url. */
const char *door_portal(struct web *);
/* Where "next" in query or form leads: a page of this portal that is no step of signing in, else "". */
const char *door_next(struct web *);
/* The browser's new token. */
void door_cookie(struct web *, const char *token);
void door_cookie_drop(struct web *);
/* The page with the QR code and the secret that waits in the session; post_url
 * takes the form.  Without such a secret: ERR_GONE. */
enum err door_app(struct web *, const struct login *, enum status, struct form *, const char *post_url) MUST_USE;
/* Reads a new password from fields "password" and "again", and judges it.  "" : the
 * form says why not. */
enum err door_password(struct web *, struct form *, const char *login, const char *name, const char **out) MUST_USE;
