/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
#include <stdbool.h>
#include <stdint.h>
#include "base/buf.h"
#include "channel/channel.h"
#include "channel/smtp_link.h"
/*
 * One letter at a time over one connection: the SMTP transaction (RFC 5321,
 * 2920).  It decides verdicts; smtp.c owns connections and the queue and looks,
 * after each call, at what the talk has come to:
 *
 *	anew	drop the connection, connect, and call begin again
 *	over	take the outcome; the letter is done
 *	broken	drop the connection
 *
 * When did a letter go out?  The relay may act on it from the final dot on, so
 * the last byte of the body handed over is the line: before it a cut or a
 * silence means LATER, after it UNKNOWN.  Over TLS a byte counts as handed over
 * once its whole record is with the kernel, and the relay cannot read less
 * than a record, so the line holds there too.
 *
 * A kept connection may have been closed by the relay meanwhile.  If it ends
 * before the first reply to a letter, or says 421 to its MAIL, the letter is
 * begun once more on a new connection: its text had not gone out.
 */
enum smtp_step { SMTP_IDLE, SMTP_RSET, SMTP_MAIL, SMTP_RCPT, SMTP_DATA, SMTP_FINAL };

struct smtp_talk {
	struct smtp_link link;
	enum smtp_step step;		/* the reply that is waited for */
	const struct letter *letter;	/* NULL: none */
	struct outcome outcome;
	bool anew, over, broken;
	/* its own */
	struct buf envelope;		/* the commands of this letter */
	struct buf body;		/* its text, dots stuffed, with the final dot */
	const struct buf *sending;
	size_t sent;			/* of sending */
	bool open;			/* the relay is in a transaction: RSET first */
	bool heard;			/* it has answered a command of this letter */
	bool judged;			/* the outcome stands, replies still come */
	char in[4096];
	size_t in_len;
};

void smtp_talk_init(struct smtp_talk *, struct arena *);

/* Takes a letter, which may be over at once if it cannot go to anybody. */
void smtp_talk_take(struct smtp_talk *, const struct letter *);
/* Says the first commands; the link is connected. */
void smtp_talk_begin(struct smtp_talk *);
/* Is there more to be sent than the socket took? */
bool smtp_talk_wants_write(const struct smtp_talk *);
void smtp_talk_flush(struct smtp_talk *);
void smtp_talk_hear(struct smtp_talk *);
/* Has the final dot gone out?  From then on the letter may have been taken. */
bool smtp_talk_dot_is_out(const struct smtp_talk *);
/* Its time is up. */
void smtp_talk_expire(struct smtp_talk *);
/* Ends the letter with this verdict: no connection came about. */
void smtp_talk_end(struct smtp_talk *, enum verdict, int code, const char *reason,
    const char *detail);
