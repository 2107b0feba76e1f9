/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
#include "web/web.h"
/*
 * Proving once more who one is, in the midst of a login (safety.md R20): before the way in to
 * somebody's account is changed, before data of many people leave the house, before an entry
 * is erased.  A route declares it with FRESH, and whoever signed in or proved it within ten
 * minutes notices nothing.  The others are asked here, and get back to where they were:
 *
 *	staff		password and code (desk/again.c); what they had typed waits and is sent on
 *	citizens	a code to an address of theirs (citizen/again.c)
 *
 * Not asked: what stops something.  A link in a mail that ends it, or ends all, is itself the proof
 * that the mail was theirs, and remains one press.
 */

/* The page to return to: the one that was asked for, or that has the form that was sent; what that form
 * held, as it would be sent, without its token; and where a form that waits may be sent on to, "": nowhere. */
const char *again_place(struct web *);
const char *again_typed(struct web *);
const char *again_to(struct web *);

/* Answers in the place of the handler. */
enum err again_ask(struct web *) MUST_USE;

/* Fills the view and shows the page of staff; next: where to go afterwards.  to: the address that
 * their POST went to, typed: what it held, both "" if there was none. */
struct again { const char *next, *to, *typed; };
enum err desk_again_show(struct web *, enum status, const struct again *) MUST_USE;
