/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Bytes that grow, and the few encodings that are written everywhere.
 *
 * The room doubles.  A buffer that is the arena's latest memory grows where it
 * is; the memory of one that moved is taken back with the arena.
 */
#include "base/buf.h"
#include "base/arena.h"
#include "base/log.h"

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

enum { FIRST = 64 };

void
buf_init(struct buf *b, struct arena *a)
{
	b->data = arena_alloc(a, FIRST);
	b->len = 0;
	b->room = FIRST;
	b->arena = a;
}

void
buf_reset(struct buf *b)
{
	b->len = 0;
	b->data[0] = '\0';
}

void
buf_reserve(struct buf *b, size_t more)
{
	size_t room = b->room;

	if (more < room - b->len)	/* one stays for the NUL */
		return;
	must(more < SIZE_MAX / 4 && b->len < SIZE_MAX / 4);
	while (room - b->len <= more)
		room *= 2;
	b->data = arena_grow(b->arena, b->data, b->room, room);
	b->room = room;
}

void
buf_add(struct buf *b, const void *data, size_t n)
{
	if (n == 0)
		return;			/* data may be NULL then */
	buf_reserve(b, n);
	memcpy(b->data + b->len, data, n);
	b->len += n;
	b->data[b->len] = '\0';
}

void
buf_adds(struct buf *b, const char *s)
{
	buf_add(b, s, strlen(s));
}

void
buf_addch(struct buf *b, char c)
{
	buf_reserve(b, 1);
	b->data[b->len++] = c;
	b->data[b->len] = '\0';
}

void
buf_addf(struct buf *b, const char *fmt, ...)
{
	size_t room = b->room - b->len;
	va_list ap;
	int n;

	va_start(ap, fmt);
	n = vsnprintf(b->data + b->len, room, fmt, ap);
	va_end(ap);
	must(n >= 0);
	if ((size_t)n >= room) {
		buf_reserve(b, (size_t)n);
		va_start(ap, fmt);
		vsnprintf(b->data + b->len, (size_t)n + 1, fmt, ap);
		va_end(ap);
	}
	b->len += (size_t)n;
}

static const char *
html_escape(char c)
{
	switch (c) {
	case '&':	return "&amp;";
	case '<':	return "&lt;";
	case '>':	return "&gt;";
	case '"':	return "&quot;";
	case '\'':	return "&#39;";
	default:	return NULL;
	}
}

void
buf_add_html(struct buf *b, const char *s, size_t n)
{
	const char *escape;
	size_t i, plain = 0;		/* where the run without escapes began */

	for (i = 0; i < n; i++) {
		if ((escape = html_escape(s[i])) == NULL)
			continue;
		buf_add(b, s + plain, i - plain);
		buf_adds(b, escape);
		plain = i + 1;
	}
	if (plain < n)
		buf_add(b, s + plain, n - plain);
}

/* RFC 3986 2.3; not isalnum(3), which asks the locale. */
static bool
is_unreserved(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
	    c == '-' || c == '.' || c == '_' || c == '~';
}

void
buf_add_percent(struct buf *b, const char *s, size_t n)
{
	static const char hex[] = "0123456789ABCDEF";
	size_t i;

	for (i = 0; i < n; i++) {
		if (is_unreserved(s[i])) {
			buf_addch(b, s[i]);
			continue;
		}
		buf_addch(b, '%');
		buf_addch(b, hex[(unsigned char)s[i] >> 4]);
		buf_addch(b, hex[(unsigned char)s[i] & 15]);
	}
}

/* alphabet[64] is the padding; without one nothing is padded. */
static void
add_base64(struct buf *b, const uint8_t *p, size_t n, const char *alphabet)
{
	char out[4];

	buf_reserve(b, n / 3 * 4 + 4);
	while (n > 0) {
		size_t k = n < 3 ? n : 3;
		unsigned bits = (unsigned)p[0] << 16;

		if (k > 1)
			bits |= (unsigned)p[1] << 8;
		if (k > 2)
			bits |= p[2];
		out[0] = alphabet[bits >> 18];
		out[1] = alphabet[bits >> 12 & 63];
		out[2] = k > 1 ? alphabet[bits >> 6 & 63] : alphabet[64];
		out[3] = k > 2 ? alphabet[bits & 63] : alphabet[64];
		buf_add(b, out, alphabet[64] != '\0' ? 4 : k + 1);
		p += k;
		n -= k;
	}
}

void
buf_add_base64(struct buf *b, const void *data, size_t n)
{
	add_base64(b, data, n,
	    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/=");
}

void
buf_add_base64url(struct buf *b, const void *data, size_t n)
{
	add_base64(b, data, n,
	    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_");
}
