/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
#include <stddef.h>
#include "channel/channel.h"
/*
 * What an SMTP server says (RFC 5321 4.2, RFC 3463), and what it means for one
 * letter.  No sockets here.
 */
struct smtp_reply {
	int code;		/* 250 … */
	int subject, detail;	/* of the enhanced status 5.1.1; -1: there is none */
	char text[200];		/* all lines after the code as one, cleaned */
};

enum { SMTP_REPLY_BAD = -1, SMTP_REPLY_PART = 0 };

/* Reads one reply, of one line or several.  Returns the bytes it took,
 * SMTP_REPLY_PART if more must come, SMTP_REPLY_BAD if this is no SMTP. */
int smtp_reply_read(const char *data, size_t n, struct smtp_reply *out);

/* A reply that is no success becomes verdict, code, reason and detail.
 * at_recipient: it answers RCPT, so a bare 550 speaks of the mailbox. */
void smtp_reply_judge(const struct smtp_reply *, int at_recipient, struct outcome *out);

/* The words of the far side for staff: one line of ASCII, addresses taken out. */
void smtp_clean(const char *words, size_t n, char *out, size_t size);
