/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What an HTTP answer means for a letter (integrations.md 1.4), where the
 * gateway's own sheet says nothing else.
 */
#include <curl/curl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/clock.h"
#include "base/text.h"
#include "channel/http.h"

enum { WAIT_MOST_S = 3600, WORD_SECRET = 24, DIGITS_SECRET = 6 };

const char *
http_header(const struct http_answer *a, const char *name)
{
	struct curl_header *h = NULL;

	if (a->easy == NULL || curl_easy_header(a->easy, name, 0, CURLH_HEADER, -1, &h) != CURLHE_OK)
		return "";
	return h->value;
}

/* Seconds, or a date (RFC 9110 10.2.3). */
int
http_retry_after(const struct http_answer *a)
{
	const char *s = http_header(a, "Retry-After");
	size_t digits = strspn(s, "0123456789");
	int64_t wait;
	time_t then;

	if (digits > 0 && s[digits] == '\0') {
		wait = digits > 9 ? WAIT_MOST_S : strtol(s, NULL, 10);
	} else {
		if (s[0] == '\0' || s[0] == '-' || (then = curl_getdate(s, NULL)) == -1)
			return 0;
		wait = (int64_t)then - clock_ms() / 1000;
	}
	return wait < 1 ? 1 : wait > WAIT_MOST_S ? WAIT_MOST_S : (int)wait;
}

/* A word that could lead to a person or open a door. */
static bool
is_telling(const char *word, size_t n)
{
	size_t digits = 0, plain = 0;

	for (size_t i = 0; i < n; i++) {
		unsigned char c = (unsigned char)word[i];

		if (c == '@')
			return true;
		digits += c >= '0' && c <= '9';
		plain += c < 0x80;
	}
	return digits > DIGITS_SECRET || (plain == n && n > WORD_SECRET);
}

/* Adds a word behind a space; false: there is no room for it, or it is cut. */
static bool
add_word(char *out, size_t *len, size_t size, const char *word, size_t n)
{
	size_t at = 0, end = 0, room = size - 1 - *len;

	if (is_telling(word, n)) {
		word = "*";
		n = 1;
	}
	if (*len > 0) {
		if (room < 2)
			return false;
		out[(*len)++] = ' ';
		room--;
	}
	while (at < n && text_next(word, n, &at) >= 0 && at <= room)
		end = at;
	memcpy(out + *len, word, end);
	*len += end;
	return end == n;
}

void
http_clean(const char *words, size_t n, char *out, size_t size)
{
	size_t len = 0, i = 0, from;

	while (i < n) {
		/* C0, space and DEL part words. */
		while (i < n && ((unsigned char)words[i] <= ' ' || words[i] == 0x7f))
			i++;
		for (from = i; i < n && (unsigned char)words[i] > ' ' && words[i] != 0x7f; )
			i++;
		if (i > from && (!text_is_utf8(words + from, i - from) ||
		    !add_word(out, &len, size, words + from, i - from)))
			break;
	}
	out[len] = '\0';
}

void
http_verdict(struct outcome *out, enum verdict verdict, const char *reason)
{
	out->verdict = verdict;
	snprintf(out->reason, sizeof(out->reason), "%s", reason);
}

static void
judge_status(int status, struct outcome *out)
{
	if (status >= 200 && status <= 299)
		http_verdict(out, VERDICT_SENT, "sent");
	else if (status == 401 || status == 403)
		http_verdict(out, VERDICT_LATER, "gateway_denied");
	else if (status == 429)
		http_verdict(out, VERDICT_LATER, "gateway_busy");
	else if (status == 408 || status == 425 || status >= 500 || status < 300)
		http_verdict(out, VERDICT_UNKNOWN, "no_answer");
	else
		http_verdict(out, VERDICT_REFUSED, "refused");
}

void
http_outcome(const struct http_answer *a, struct outcome *out)
{
	out->code = a->status;
	out->took_ms = a->took_ms;
	out->wait_s = 0;
	if (a->fate == HTTP_ANSWERED) {
		judge_status(a->status, out);
		if (out->verdict == VERDICT_LATER || out->verdict == VERDICT_UNKNOWN)
			out->wait_s = http_retry_after(a);
		http_clean(a->body, a->n, out->detail, sizeof(out->detail));
		return;
	}
	if (a->barred && a->outside)
		http_verdict(out, VERDICT_REFUSED, "address_invalid");
	else if (a->fate == HTTP_NEVER_LEFT)
		http_verdict(out, VERDICT_LATER, a->reason);
	else
		http_verdict(out, VERDICT_UNKNOWN, "no_answer");
	http_clean(a->detail, strlen(a->detail), out->detail, sizeof(out->detail));
}
