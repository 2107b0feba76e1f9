/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The SMTP transaction; smtp_talk.h tells the promises.  answer() is the whole
 * protocol.  MAIL, RCPT and DATA go out together where the relay offers
 * PIPELINING; the text goes out only after 354.  One RCPT a letter.
 */
#include "channel/smtp_talk.h"

#include <stdio.h>
#include <string.h>

#include "base/log.h"
#include "channel/email.h"
#include "channel/smtp_reply.h"

void
smtp_talk_init(struct smtp_talk *t, struct arena *arena)
{
	buf_init(&t->envelope, arena);
	buf_init(&t->body, arena);
	t->sending = &t->envelope;
}

bool
smtp_talk_dot_is_out(const struct smtp_talk *t)
{
	return t->step == SMTP_FINAL && t->sent == t->body.len;
}

bool
smtp_talk_wants_write(const struct smtp_talk *t)
{
	return t->step != SMTP_IDLE && t->sent < t->sending->len;
}

static bool
is_talking(const struct smtp_talk *t)
{
	return t->letter != NULL && t->step != SMTP_IDLE && !t->over && !t->broken && !t->anew;
}

void
smtp_talk_end(struct smtp_talk *t, enum verdict verdict, int code, const char *reason,
    const char *detail)
{
	struct outcome *o = &t->outcome;

	if (!t->judged) {
		o->verdict = verdict;
		o->code = code;
		o->wait_s = 0;
		snprintf(o->reason, sizeof(o->reason), "%s", reason);
		smtp_clean(detail, strlen(detail), o->detail, sizeof(o->detail));
	}
	t->over = true;
}

/* The connection is of no more use either. */
static void
break_off(struct smtp_talk *t, enum verdict verdict, int code, const char *reason,
    const char *detail)
{
	smtp_talk_end(t, verdict, code, reason, detail);
	t->broken = true;
}

/* Only a kept connection can have died before; a new one counts one letter. */
static bool
may_begin_again(const struct smtp_talk *t)
{
	return !t->judged && t->link.letters > 1;
}

static void
lost(struct smtp_talk *t)
{
	if (smtp_talk_dot_is_out(t))
		break_off(t, VERDICT_UNKNOWN, 0, "no_answer", "connection cut after the final dot");
	else if (may_begin_again(t) && !t->heard)
		t->anew = true;
	else
		break_off(t, VERDICT_LATER, 0, "gateway_unreachable",
		    "connection cut before the final dot");
}

void
smtp_talk_expire(struct smtp_talk *t)
{
	if (smtp_talk_dot_is_out(t))
		break_off(t, VERDICT_UNKNOWN, 0, "no_answer", "no answer to the final dot in time");
	else
		break_off(t, VERDICT_LATER, 0, "gateway_slow", "too slow before the final dot");
}

void
smtp_talk_flush(struct smtp_talk *t)
{
	const struct buf *b = t->sending;

	while (t->sent < b->len) {
		ssize_t n = smtp_link_send(&t->link, b->data + t->sent, b->len - t->sent);

		if (n == 0)
			return;
		if (n < 0) {
			/* It may have said why before it closed. */
			smtp_talk_hear(t);
			if (is_talking(t))
				lost(t);
			return;
		}
		t->sent += (size_t)n;
	}
}

/* One command when the relay takes one at a time, else all at once. */
static void
command(struct smtp_talk *t, enum smtp_step step)
{
	const struct letter *l = t->letter;
	struct buf *b = &t->envelope;
	bool all = t->link.pipelining;

	t->step = step;
	buf_reset(b);
	if (step == SMTP_RSET)
		buf_adds(b, "RSET\r\n");
	if (step == SMTP_MAIL || all) {
		buf_adds(b, "MAIL FROM:<");
		if (l->from != NULL && l->from[0] != '\0' && email_address(l->from, b) != ERR_OK)
			log_panic("smtp.sender");	/* take() has looked */
		buf_adds(b, ">");
		if (t->link.size)
			buf_addf(b, " SIZE=%zu", l->n);
		buf_adds(b, "\r\n");
	}
	if (step == SMTP_RCPT || all) {
		buf_adds(b, "RCPT TO:<");
		if (email_address(l->to, b) != ERR_OK)
			log_panic("smtp.recipient");
		buf_adds(b, ">\r\n");
	}
	if (step == SMTP_DATA || all)
		buf_adds(b, "DATA\r\n");
	t->sending = b;
	t->sent = 0;
	smtp_talk_flush(t);
}

void
smtp_talk_begin(struct smtp_talk *t)
{
	if (t->link.letters == 0)
		t->open = false;	/* a new connection */
	t->heard = false;
	t->in_len = 0;
	t->link.letters++;
	command(t, t->open ? SMTP_RSET : SMTP_MAIL);
}

static void
next_command(struct smtp_talk *t, enum smtp_step step)
{
	if (t->link.pipelining)
		t->step = step;
	else
		command(t, step);
}

/* The relay said no.  With pipelining it answers the other commands too, and
 * the letter is over only after those replies. */
static void
refuse(struct smtp_talk *t, const struct smtp_reply *r)
{
	bool unfinished = t->step == SMTP_FINAL && !smtp_talk_dot_is_out(t);

	if (!t->judged) {
		smtp_reply_judge(r, t->step == SMTP_RCPT, &t->outcome);
		t->judged = true;
	}
	if (r->code == 421 || unfinished) {
		t->over = t->broken = true;
	} else if (t->link.pipelining && t->step < SMTP_DATA) {
		t->step++;
	} else {
		t->step = SMTP_IDLE;
		t->over = true;
	}
}

static void
answer(struct smtp_talk *t, const struct smtp_reply *r)
{
	bool yes = r->code / 100 == 2;

	if (r->code == 421 && t->step <= SMTP_MAIL && may_begin_again(t)) {
		t->anew = true;
		return;
	}
	t->heard = t->step != SMTP_RSET;

	switch (t->step) {
	case SMTP_IDLE:
		break;
	case SMTP_RSET:
		if (!yes) {
			break_off(t, VERDICT_LATER, r->code, "gateway_busy", r->text);
			break;
		}
		next_command(t, SMTP_MAIL);
		break;
	case SMTP_MAIL:
		t->open = yes;
		if (yes)
			next_command(t, SMTP_RCPT);
		else
			refuse(t, r);
		break;
	case SMTP_RCPT:
		if (yes)
			next_command(t, SMTP_DATA);
		else
			refuse(t, r);
		break;
	case SMTP_DATA:
		if (r->code == 354 && !t->judged) {
			t->step = SMTP_FINAL;
			t->sending = &t->body;
			t->sent = 0;
			smtp_talk_flush(t);
		} else if (r->code < 400) {
			/* It waits for a text that it will not get, or it has
			 * lost count: a new connection is the way out. */
			break_off(t, VERDICT_LATER, r->code, "gateway_busy", r->text);
		} else {
			refuse(t, r);
		}
		break;
	case SMTP_FINAL:
		t->open = false;
		if (r->code >= 400) {
			refuse(t, r);
		} else if (!smtp_talk_dot_is_out(t)) {
			break_off(t, VERDICT_LATER, r->code, "gateway_busy", r->text);
		} else if (!yes) {
			break_off(t, VERDICT_UNKNOWN, r->code, "no_answer", r->text);
		} else {
			smtp_talk_end(t, VERDICT_SENT, r->code, "sent", r->text);
			t->step = SMTP_IDLE;
		}
		break;
	}
}

/* Reads what there is and answers it, reply by reply. */
void
smtp_talk_hear(struct smtp_talk *t)
{
	struct smtp_reply reply;
	ssize_t got;
	int took;

	while (is_talking(t)) {
		got = smtp_link_recv(&t->link, t->in + t->in_len, sizeof(t->in) - t->in_len);
		if (got == 0)
			return;
		if (got < 0) {
			lost(t);
			return;
		}
		t->in_len += (size_t)got;

		while (is_talking(t) && t->in_len > 0) {
			took = smtp_reply_read(t->in, t->in_len, &reply);
			if (took == SMTP_REPLY_PART && t->in_len < sizeof(t->in))
				break;
			if (took <= 0) {
				/* No SMTP, or no end of it. */
				t->heard = true;
				lost(t);
				return;
			}
			t->in_len -= (size_t)took;
			memmove(t->in, t->in + took, t->in_len);
			answer(t, &reply);
		}
	}
	/* What nobody asked for: the relay and we no longer mean the same. */
	if (t->in_len > 0)
		t->broken = true;
}

/* Copies the text as RFC 5321 4.5.2 wants it.  False: a line break that is not
 * CRLF, which relays read differently and so a way to smuggle in a letter. */
static bool
add_stuffed(struct buf *b, const char *data, size_t n)
{
	const char *end = data + n, *nl;

	buf_reserve(b, n + n / 32 + 16);
	for (; data < end; data = nl + 1) {
		nl = memchr(data, '\n', (size_t)(end - data));
		if (nl == NULL || nl == data || nl[-1] != '\r' ||
		    memchr(data, '\r', (size_t)(nl - data)) != nl - 1)
			return false;
		if (data[0] == '.')
			buf_addch(b, '.');
		buf_add(b, data, (size_t)(nl + 1 - data));
	}
	buf_add(b, ".\r\n", 3);
	return true;
}

void
smtp_talk_take(struct smtp_talk *t, const struct letter *l)
{
	t->letter = l;
	t->outcome.letter = (void *)(uintptr_t)l;
	t->outcome.ours = false;
	t->anew = t->over = t->judged = false;

	buf_reset(&t->envelope);
	buf_reset(&t->body);
	if (email_address(l->to, &t->envelope) != ERR_OK)
		smtp_talk_end(t, VERDICT_REFUSED, 0, "address_invalid", "");
	else if ((l->from != NULL && l->from[0] != '\0' &&
	    email_address(l->from, &t->envelope) != ERR_OK) ||
	    l->n == 0 || !add_stuffed(&t->body, l->data, l->n))
		smtp_talk_end(t, VERDICT_REFUSED, 0, "message_invalid", "");
}
