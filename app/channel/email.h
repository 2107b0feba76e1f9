/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
#include "base/buf.h"
#include "base/err.h"
/*
 * One e-mail as bytes (RFC 5322, 2045, 2047): multipart/alternative, text first,
 * base64 UTF-8, lines of at most 76 characters, CRLF.
 */
struct email {
	const char *from_name;		/* "みなと市"; NULL: the address alone */
	const char *from;		/* oshirase@city.example.jp */
	const char *to;			/* exactly one */
	const char *reply_to;		/* NULL: none */
	const char *subject;		/* any UTF-8; CR, LF or NUL is ERR_INVALID */
	const char *message_id;		/* left@right, without <> */
	const char *date;		/* clock_mail */
	const char *text;		/* LF or CRLF */
	const char *html;		/* NULL: text/plain alone */
	const char *list_id;		/* NULL: none */
	const char *unsubscribe_url;	/* NULL: none; else List-Unsubscribe (+ -Post, RFC 8058) */
	const char *language;		/* Content-Language; NULL: none */
	int auto_submitted;		/* Auto-Submitted: auto-generated */
};

/* Adds the whole message.  ERR_INVALID: CR, LF or NUL where a header would
 * take them, or no valid address; nothing is added then. */
enum err email_compose(const struct email *, struct buf *out) MUST_USE;

/* Adds one address as header and SMTP want it: a local part that is no dot-atom
 * is quoted ("a..b"@docomo.ne.jp; old addresses of docomo and au are such).
 * ERR_INVALID: it is none, is longer than RFC 5321 allows, or is not ASCII. */
enum err email_address(const char *address, struct buf *out) MUST_USE;
