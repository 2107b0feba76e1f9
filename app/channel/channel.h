/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include "base/err.h"
#include "base/json.h"
#include "base/mustache.h"
#include "base/words.h"
struct arena;
struct conf;
/*
 * How the world is reached.
 *
 * A channel (struct channel) takes letters, has many under way at once, and gives
 * one verdict for each; it keeps nothing and knows no SQL.  What kind of channel it
 * is (struct channel_kind) says what a message says there, what fits in and what that
 * costs, how it becomes a letter, what a call carries and what may follow when nobody
 * knows how it ended.
 *
 * A new channel is a file here, a folder of templates and a page of settings, which
 * fields.c and check.c make of what its account holds; besides, its name in channel.c, its
 * words, how the preview draws it, and its column (message.by_NAME) in a migration.
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
	uint32_t gone;		/* bit i: address i of the letter is dead, never to be used again */
	uint32_t again;		/* SENT: address i did not take it, and may later */
	bool ours;		/* REFUSED: for who we are, our domain, our name; not for the address */
	bool elsewhere;		/* the trouble is not with the account that the letter went by */
	bool apart;		/* LATER, UNKNOWN: it is with one of the services that the account reaches, which rests
				 * by itself; the others do not wait for it */
	int parts;		/* SMS: what is paid for, 0: not told */
	int took_ms;		/* from the call to the answer */
	int64_t left_at;	/* when it left (clock_monotonic_ms), over a connection that may have had to be made; 0: not told */
	char id[80];		/* what the far side calls it, "" : nothing */
	char reason[40];	/* a key of the words, one of those below */
	char detail[200];	/* the far side's own words, cleaned, one line, no address */
};

/*
 * The reasons:
 *
 *	SENT	sent  sent_plain (X: without its picture)  sent_alone (X: not as a reply)
 *	LATER	gateway_unreachable  gateway_busy  gateway_slow  mailbox_full
 *		gateway_denied		it does not want us: credentials, policy
 *		gateway_untrusted	no TLS, or a certificate that will not do
 *		quota_spent		nothing more goes out this month
 *	REFUSED	mailbox_unknown  mailbox_full  refused_policy  refused
 *		address_invalid  message_invalid	never left the house, or was sent back whole.
 *					address_invalid of many: one of them is; the others may
 *					go in smaller letters with keys of their own
 *		address_gone		left the channel: blocked, unsubscribed at the far side
 *	UNKNOWN	no_answer		cut or silent after all had gone out, or an answer
 *					that is not the promised one
 */

/* One call: to one recipient, or to as many as the kind takes.  Strings stay the
 * caller's until its outcome. */
struct letter {
	const json_t *account;		/* domain/gateway.h; NULL for e-mail */
	int place;			/* mail: which of the two servers, 0 the first */
	const json_t *other;		/* the town's other account there: in doubt it is looked at, too; NULL: none */
	const char *to;			/* the address; of many, the first */
	const char *const *many;	/* addresses, where the kind takes several */
	size_t n_many;
	const char *from;		/* envelope sender of mail */
	const char *key;		/* idempotency key, fixed at planning; names the file in the outbox too */
	const char *data;		/* the bytes: a mail with CRLF lines, a JSON or form body */
	size_t n;
	int64_t valid_until_ms;		/* since 1970; 0: no end */
	bool urgent;			/* 命を守る情報 */
	bool doubt;			/* an earlier try may have been carried out: look before repeating */
};

struct channel;

struct channel_ops {
	const char *name;		/* "email" */
	int (*room)(const struct channel *);	/* how many more may be started now */
	/* ERR_BUSY: there was no room (mail: at that server).  All else comes out of next, also for a
	 * letter that cannot go to anybody. */
	enum err (*start)(struct channel *, const struct letter *) MUST_USE;
	/* Works for at most timeout_ms, or until a letter is done or fd (-1: none) can be read. */
	void (*wait)(struct channel *, int timeout_ms, int fd);
	/* Takes one finished letter; ERR_NOT_FOUND: none at present. */
	enum err (*next)(struct channel *, struct outcome *) MUST_USE;
	void (*close)(struct channel *);
};

struct channel { const struct channel_ops *ops; };

/* What follows UNKNOWN (safety.md 4). */
enum again {
	AGAIN_SAME,		/* the same bytes and key: the far side tells them apart, or replaces */
	AGAIN_DOUBLE,		/* the same: one too many is possible, counted and shown */
	AGAIN_LOOK		/* letter.doubt: the channel reads back first, and sends if it is not there */
};

/* How a text stands against the limits of a channel, in the channel's own units. */
struct measure {
	int length, limit;	/* limit 0: none */
	int parts;		/* what is counted and paid for; 0: it is not cut into parts */
	const char *problem;	/* a key of the words: "text_too_long" …; NULL: it fits */
};

/* What a message and a person bring to a letter. */
struct envelope {
	const json_t *account;
	const json_t *content;		/* the rendering of this channel and language */
	const char *tenant_name, *host, *origin;
	const char *mail_from, *mail_name, *mail_reply;	/* reply "": to where it comes from */
	const char *mail_domain;
	const char *mail_return;	/* where it comes back to: the part before the @ */
	const char *language;
	const char *to;
	const char *const *many;
	size_t n_many;
	const char *key;		/* as letter.key */
	const char *stop_url, *one_click_url;	/* of this person; "" where many share a letter */
	const char *seen_url;		/* 「見ました」; "" : not asked for */
	int64_t message;
	int64_t valid_until_ms;
	bool urgent;
};

/* What the far side calls in (web/hooks/callback.c). */
struct callback {
	const json_t *account;		/* whose address was called */
	const char *(*header)(const void *request, const char *name);	/* "" without it */
	const void *request;
	const char *secret;		/* of the path; "": none */
	const char *body;
	size_t n;
};

struct channel_kind {
	const char *name;		/* "line": as in contact.channel and batch.channel */
	const char *flag;		/* "by_line": the column of a message that asks for it */
	int accounts;			/* that a town may have of its own; 0: it is the installation's */
	int people;			/* recipients of a call; 0: it has none (X) */
	enum again again;
	int again_s;			/* so long after the first try the far side knows the key; 0: ever */
	/* ERR_CHANNEL: the configuration will not do; logged. */
	enum err (*open)(const struct conf *, struct channel **out) MUST_USE;
	/* What a message says in one language.  view: what the templates show (view_of in
	 * domain/rendering.c).  content: a document that measure and compose read, and the courier keeps. */
	enum err (*render)(struct arena *, struct templates *, const struct words *, const json_t *view, json_t **content) MUST_USE;
	const char *length_words;	/* how long it is, in words: "way_length", of bytes "way_bytes" */
	/* Yen for all of them, by the prices in the account's settings.  NULL: it costs nothing. */
	double (*cost)(const json_t *content, const json_t *settings, int parts, int64_t people);
	/* content: a rendering.  settings: of the account, or NULL. */
	struct measure (*measure)(const json_t *content, const json_t *settings);
	/* Once for a message, before many letters are composed of it: adds to the rendering what
	 * is the same in all of them.  NULL: nothing is.  compose does without it. */
	void (*prepare)(json_t *content);
	/* Fills in data, n and from of a letter of which the rest is there; in the arena.
	 * ERR_INVALID: it cannot be written for this address. */
	enum err (*compose)(struct arena *, const struct envelope *, struct letter *) MUST_USE;
	/* Whether it is the far side that calls, in constant time.  ERR_SIGNED_OUT: it is not, or the
	 * account has no secret.  ERR_INVALID: what is signed cannot be read.  NULL: nobody calls. */
	enum err (*verify)(struct arena *, const struct callback *) MUST_USE;
	/* What is called in, an event each: of LINE its own; else
	 *	{"receipt": "its name", "became": "delivered" or "undelivered", "reason": a key of the words}
	 *	{"answer": "its name", "from": "+8190…", "text": "…"}
	 * and none where nothing is final yet.  ERR_INVALID: it says nothing of the kind. */
	enum err (*receipt)(struct arena *, const struct callback *, json_t **events) MUST_USE;
};

/* For render: a template of text with this view, without the ends of lines behind it. */
enum err channel_text(struct arena *, struct templates *, const char *name, const struct words *, const json_t *view,
    const char **out) MUST_USE;
/* For cost: a price in the settings, in yen, which staff type as "3.3"; 0: none is known. */
double channel_price(const json_t *settings, const char *key);

extern const struct channel_kind email_kind, line_kind, sms_kind, webpush_kind, x_kind;
/* In the order of pages; ends with NULL. */
extern const struct channel_kind *const channel_kinds[];
/* NULL: there is none of this name. */
const struct channel_kind *channel_kind(const char *name);

/* SMTP over connections of libcurl, which are kept (smtp_link.h, smtp_talk.h tell how):
 * conf->smtp_connections to each server, and as many letters under way at once there.
 * ERR_CHANNEL: smtp_url or smtp2_url will not do; logged. */
enum err smtp_open(const struct conf *, struct channel **out) MUST_USE;
/* Files: conf->outbox/<name>/<key>.eml (of other channels than mail .json), written
 * whole or not at all.  For development, where no gateway is set. */
enum err outbox_open(const struct conf *, const char *name, struct channel **out) MUST_USE;
/* smtp_open, or outbox_open("email") without smtp_url. */
enum err email_open(const struct conf *, struct channel **out) MUST_USE;
