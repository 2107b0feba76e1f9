/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
#include <stddef.h>
#include <stdint.h>
#include "base/err.h"
struct arena;
struct conf;
/*
 * How the world is reached.  A channel takes letters, has many under way at
 * once, and gives one verdict for each; it keeps nothing and knows no SQL.
 */
enum verdict {
	VERDICT_SENT,		/* the far side said yes: never again */
	VERDICT_LATER,		/* nothing happened; the same again after a delay */
	VERDICT_REFUSED,	/* the far side said no and did nothing */
	VERDICT_UNKNOWN		/* it may have been carried out (integrations.md 1.1) */
};

struct outcome {
	void *letter;		/* what was given to start */
	enum verdict verdict;
	int code;		/* reply code of the far side, 0: none came */
	int wait_s;		/* LATER: what the far side asked for, 0: nothing */
	char reason[40];	/* a key of the words, one of those below */
	char detail[200];	/* the far side's own words, cleaned, one line, no address */
};

/*
 * The reasons:
 *
 *	SENT	sent
 *	LATER	gateway_unreachable  gateway_busy  gateway_slow  mailbox_full
 *		gateway_denied		it does not want us: credentials, policy
 *		gateway_untrusted	no TLS, or a certificate that will not do
 *	REFUSED	mailbox_unknown  mailbox_full  refused_policy  refused
 *		address_invalid  message_invalid	never left the house
 *	UNKNOWN	no_answer		cut or silent after the final dot
 */

/* One letter to one recipient.  Strings stay the caller's until its outcome. */
struct letter {
	const char *to;			/* the address */
	const char *from;		/* envelope sender */
	const char *key;		/* idempotency key, fixed at planning; names the .eml too */
	const char *data;		/* the message, CRLF lines, header first */
	size_t n;
};

struct channel;

struct channel_ops {
	const char *name;		/* "email" */
	int (*room)(const struct channel *);	/* how many more may be started now */
	/* ERR_BUSY: there was no room.  All else comes out of next, also for a
	 * letter that cannot go to anybody. */
	enum err (*start)(struct channel *, const struct letter *) MUST_USE;
	/* Works for at most timeout_ms, or until a letter is done or fd (-1: none) can be read. */
	void (*wait)(struct channel *, int timeout_ms, int fd);
	/* Takes one finished letter; ERR_NOT_FOUND: none at present. */
	enum err (*next)(struct channel *, struct outcome *) MUST_USE;
	void (*close)(struct channel *);
};

struct channel { const struct channel_ops *ops; };

/* SMTP over connections of libcurl, which are kept; conf->smtp_connections
 * letters are under way at once (smtp_link.h, smtp_talk.h tell how).
 * ERR_CHANNEL: smtp_url will not do; logged. */
enum err smtp_open(const struct conf *, struct channel **out) MUST_USE;
/* Files: conf->outbox/<name>/<key>.eml, written whole or not at all.  For
 * development, where no gateway is set. */
enum err outbox_open(const struct conf *, const char *name, struct channel **out) MUST_USE;
/* smtp_open, or outbox_open("email") without smtp_url. */
enum err email_open(const struct conf *, struct channel **out) MUST_USE;
