/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Lengths of posts on X; see text_x.h.
 */
#include "base/text_x.h"

#include <stdint.h>
#include <string.h>
#include <unicode/ubrk.h>
#include <unicode/uchar.h>
#include <unicode/unorm2.h>
#include <unicode/ustring.h>

#include "base/arena.h"
#include "base/log.h"
#include "base/text_x_url.h"

enum { SCALE = 100, LIGHT = 100, HEAVY = 200 };

struct utf16 { UChar *s; size_t n; };

/* In NFC.  What ICU cannot do here is for want of memory alone. */
static struct utf16
utf16_of(struct arena *a, const char *text)
{
	UErrorCode code = U_ZERO_ERROR;
	const UNormalizer2 *nfc = unorm2_getNFCInstance(&code);
	int32_t bytes = (int32_t)strlen(text), n = 0, most = 3 * bytes + 1;
	UChar *raw = arena_alloc(a, ((size_t)bytes + 1) * sizeof *raw);
	struct utf16 out = { arena_alloc(a, (size_t)most * sizeof *raw), 0 };

	u_strFromUTF8WithSub(raw, bytes + 1, &n, text, bytes, 0xfffd, NULL, &code);
	out.n = (size_t)unorm2_normalize(nfc, raw, n, out.s, most, &code);
	must(U_SUCCESS(code));
	return out;
}

static char *
utf8_of(struct arena *a, const UChar *s, size_t n)
{
	int32_t room = (int32_t)n * 3 + 1;
	char *out = arena_alloc(a, (size_t)room);
	UErrorCode code = U_ZERO_ERROR;

	u_strToUTF8WithSub(out, room, NULL, s, (int32_t)n, 0xfffd, NULL, &code);
	must(U_SUCCESS(code));
	return out;
}

static int
weight_of(UChar c)
{
	bool light = c <= 0x10ff || (c >= 0x2000 && c <= 0x200d) || (c >= 0x2010 && c <= 0x201f) ||
	    (c >= 0x2032 && c <= 0x2037);

	return light ? LIGHT : HEAVY;
}

static bool
is_refused(UChar c)
{
	return c == 0xfffe || c == 0xfeff || c == 0xffff;
}

/* One emoji of several code points; a single one is as heavy by itself. */
static bool
is_emoji(const UChar *s, size_t n)
{
	return n > 1 && u_stringHasBinaryProperty(s, (int32_t)n, UCHAR_RGI_EMOJI);
}

/* Adds what a stretch without an address weighs. */
static int
weigh(const struct utf16 *t, size_t from, size_t to, UBreakIterator *letters)
{
	size_t at = from, end, i;
	int weight = 0;

	while (at < to) {
		int32_t next = ubrk_following(letters, (int32_t)at);

		end = next == UBRK_DONE || (size_t)next > to ? to : (size_t)next;
		if (is_emoji(t->s + at, end - at)) {
			weight += HEAVY;
		} else for (i = at; i < end; i++) {
			weight += weight_of(t->s[i]);
			if (i + 1 < end && U16_IS_LEAD(t->s[i]) && U16_IS_TRAIL(t->s[i + 1]))
				i++;	/* the two of a pair are one */
		}
		at = end;
	}
	return weight;
}

struct x_length
x_text_length(const char *text)
{
	struct arena *a = arena_new();
	struct utf16 t = utf16_of(a, text);
	UErrorCode code = U_ZERO_ERROR;
	UBreakIterator *letters = ubrk_open(UBRK_CHARACTER, "", t.s, (int32_t)t.n, &code);
	struct x_length out = { 0, true };
	struct x_url url;
	size_t at = 0, i;
	int weight = 0;

	must(U_SUCCESS(code));
	while (x_url_next((const uint16_t *)t.s, t.n, at, &url)) {
		weight += weigh(&t, at, url.from, letters) + X_TEXT_URL * SCALE;
		at = url.to;
	}
	weight += weigh(&t, at, t.n, letters);
	for (i = 0; i < t.n; i++)
		out.valid = out.valid && !is_refused(t.s[i]);
	out.weighted = weight / SCALE;
	out.valid = out.valid && weight > 0 && out.weighted <= X_TEXT_MOST;
	ubrk_close(letters);
	arena_free(a);
	return out;
}

static size_t
without_blanks(const UChar *s, size_t n)
{
	while (n > 0 && u_isUWhiteSpace(s[n - 1]))
		n--;
	return n;
}

char *
x_text_normal(struct arena *a, const char *text)
{
	struct utf16 t = utf16_of(a, text);

	return utf8_of(a, t.s, without_blanks(t.s, t.n));
}

char *
x_text_skeleton(struct arena *a, const char *text)
{
	struct utf16 t = utf16_of(a, text);
	UChar *out = arena_alloc(a, (t.n + 1) * sizeof *out);
	size_t at = 0, n = 0;
	struct x_url url;

	while (x_url_next((const uint16_t *)t.s, t.n, at, &url)) {
		u_memcpy(out + n, t.s + at, (int32_t)(url.from - at));
		n += url.from - at;
		out[n++] = 0xfffc;
		at = url.to;
	}
	u_memcpy(out + n, t.s + at, (int32_t)(t.n - at));
	n += t.n - at;
	return utf8_of(a, out, without_blanks(out, n));
}
