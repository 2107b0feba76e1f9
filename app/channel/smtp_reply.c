/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Reads SMTP replies and judges them.  What each verdict lets the courier do
 * is in integrations.md 1.1; the classes of codes are those of 11.4.
 */
#include "channel/smtp_reply.h"

#include <stdbool.h>
#include <stdio.h>
#include <string.h>

static bool
is_digit(char c)
{
	return c >= '0' && c <= '9';
}

void
smtp_clean(const char *words, size_t n, char *out, size_t size)
{
	size_t len = 0, word = 0;	/* word: where the present one began */

	for (size_t i = 0; i < n && len + 1 < size; i++) {
		char c = words[i];

		if (c == '\r' || c == '\n' || c == '\t')
			c = ' ';
		if (c == ' ') {
			if (len == 0 || out[len - 1] == ' ')
				continue;
			word = len + 1;
		} else if (c == '@') {
			/* The log and the staff pages show no addresses. */
			while (i + 1 < n && words[i + 1] > ' ')
				i++;
			len = word;
			c = '*';
		}
		out[len++] = c >= ' ' && c <= '~' ? c : '?';
	}
	while (len > 0 && out[len - 1] == ' ')
		len--;
	out[len] = '\0';
}

/* "5.1.1 …": the class must be that of the code, or it is some version number. */
static void
read_status(const char *s, size_t n, struct smtp_reply *r)
{
	int number[2] = {0, 0};
	size_t at = 1;

	r->subject = r->detail = -1;
	if (n < 5 || s[0] != (char)('0' + r->code / 100))
		return;
	for (int i = 0; i < 2; i++) {
		size_t digits = 0;

		if (at >= n || s[at] != '.')
			return;
		for (at++; at < n && is_digit(s[at]) && digits < 3; at++, digits++)
			number[i] = number[i] * 10 + (s[at] - '0');
		if (digits == 0)
			return;
	}
	if (at < n && is_digit(s[at]))
		return;
	r->subject = number[0];
	r->detail = number[1];
}

int
smtp_reply_read(const char *data, size_t n, struct smtp_reply *out)
{
	char text[sizeof(out->text)];
	size_t at = 0, len = 0;

	for (;;) {
		const char *line = data + at, *end = memchr(line, '\n', n - at);
		size_t width;
		int code;

		if (end == NULL)
			return SMTP_REPLY_PART;
		at += (size_t)(end - line) + 1;
		width = (size_t)(end - line);
		if (width > 0 && line[width - 1] == '\r')
			width--;
		if (width < 3 || line[0] < '1' || line[0] > '5' || !is_digit(line[1]) ||
		    !is_digit(line[2]) || (width > 3 && line[3] != ' ' && line[3] != '-'))
			return SMTP_REPLY_BAD;
		code = (line[0] - '0') * 100 + (line[1] - '0') * 10 + (line[2] - '0');

		if (line == data) {
			out->code = code;
			read_status(line + 4, width > 4 ? width - 4 : 0, out);
		} else if (code != out->code) {
			return SMTP_REPLY_BAD;
		}
		if (width > 4 && len + 1 < sizeof(text)) {
			size_t take = width - 4 < sizeof(text) - 1 - len ?
			    width - 4 : sizeof(text) - 1 - len;

			memcpy(text + len, line + 4, take);
			len += take;
			text[len++] = ' ';
		}
		if (width == 3 || line[3] == ' ')
			break;
	}
	smtp_clean(text, len, out->text, sizeof(out->text));
	return (int)at;
}

/* Policy (DMARC, a block list, a name that we may not use), or what is wrong with the sender's
 * address: the same would be said to everybody, and no citizen's address may suffer for it. */
static bool
is_ours(const struct smtp_reply *r)
{
	return r->subject == 7 || (r->subject == 1 && (r->detail == 7 || r->detail == 8));
}

/* No: for good.  The reason is what staff and statistics see. */
static const char *
refusal(const struct smtp_reply *r, int at_recipient)
{
	bool bare = r->subject < 0;

	if (r->subject == 7)
		return "refused_policy";
	if ((r->subject == 2 && r->detail == 2) || (bare && r->code == 552))
		return "mailbox_full";
	/* 5.1.7 and 5.1.8 speak of our address, not of theirs. */
	if (r->subject == 1 && r->detail != 7 && r->detail != 8)
		return "mailbox_unknown";
	if (bare && at_recipient && (r->code == 550 || r->code == 551 || r->code == 553))
		return "mailbox_unknown";
	return "refused";
}

void
smtp_reply_judge(const struct smtp_reply *r, int at_recipient, struct outcome *out)
{
	const char *reason;

	out->ours = false;
	switch (r->code) {
	case 530:		/* authentication required */
	case 534:
	case 535:		/* credentials invalid */
	case 538:		/* encryption required */
		/* The fault is ours: no citizen's address may suffer for it. */
		out->verdict = VERDICT_LATER;
		reason = "gateway_denied";
		break;
	default:
		if (r->code >= 500) {
			out->verdict = VERDICT_REFUSED;
			reason = refusal(r, at_recipient);
			out->ours = is_ours(r);
		} else {
			/* 4xx; and whatever does not fit where it came, which
			 * promises nothing either. */
			out->verdict = VERDICT_LATER;
			reason = r->subject == 2 && r->detail == 2 ? "mailbox_full" : "gateway_busy";
		}
	}
	out->code = r->code;
	out->wait_s = 0;
	snprintf(out->reason, sizeof(out->reason), "%s", reason);
	snprintf(out->detail, sizeof(out->detail), "%s", r->text);
}
