/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Text as it comes in: what is well formed, how long it is, what it is brought to.
 *
 * ICU works on UTF-16, so what is to be normalised goes there and back.  Most
 * text is plain ASCII or everyday Japanese; what is seen to need no ICU
 * does not go.  Addresses of mail are in text_email.c.
 */
#include "base/text.h"
#include "base/arena.h"
#include "base/buf.h"
#include "base/log.h"

#include <stdint.h>
#include <string.h>
#include <unicode/ubrk.h>
#include <unicode/uchar.h>
#include <unicode/unorm2.h>
#include <unicode/uset.h>
#include <unicode/ustring.h>
#include <unicode/utext.h>
#include <unicode/utf8.h>

/* Lengths in ICU are int32_t; nothing of ours is anywhere near. */
static int32_t
length_of(const char *s)
{
	size_t n = strlen(s);

	must(n <= INT32_MAX / 4);
	return (int32_t)n;
}

/* The macro mixes signs and widths freely, so the warnings rest for its sake. */
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wconversion"
#pragma GCC diagnostic ignored "-Wsign-conversion"
int32_t
text_next(const char *s, size_t n, size_t *at)
{
	UChar32 c;

	U8_NEXT(s, *at, n, c);
	return c;
}
#pragma GCC diagnostic pop

bool
text_is_utf8(const char *s, size_t n)
{
	size_t i = 0;

	while (i < n)
		if (text_next(s, n, &i) <= 0)
			return false;
	return true;
}

static const char REPLACEMENT[] = "\xef\xbf\xbd";

const char *
text_mended(struct arena *a, const char *s, size_t n)
{
	size_t i = 0, start;
	struct buf out;

	buf_init(&out, a);
	while (i < n) {
		start = i;
		if (text_next(s, n, &i) > 0)
			buf_add(&out, s + start, i - start);
		else
			buf_adds(&out, REPLACEMENT);
	}
	return out.data;
}

bool
text_is_mended(const char *s)
{
	return strstr(s, REPLACEMENT) != NULL;
}

/* Controls that turn the direction of what follows: with them a text looks otherwise than it is. */
static bool
is_turning(UChar32 c)
{
	return (c >= 0x202a && c <= 0x202e) || (c >= 0x2066 && c <= 0x2069);
}

/* What no page may hold: controls, and the noncharacters, which are for inner use. */
static bool
is_unclean(UChar32 c)
{
	return c < 0x20 || (c >= 0x7f && c <= 0x9f) || U_IS_UNICODE_NONCHAR(c) || is_turning(c);
}

bool
text_is_clean(const char *s, bool lines)
{
	size_t i = 0, n = strlen(s);
	UChar32 c;

	while (i < n) {
		c = text_next(s, n, &i);
		if (is_unclean(c) && !(lines && (c == '\t' || c == '\n')))
			return false;
	}
	return true;
}

bool
text_is_one_of(const char *s, const char *const *list)
{
	for (; *list != NULL; list++)
		if (strcmp(*list, s) == 0)
			return true;
	return false;
}

bool
text_is_uuid(const char *s)
{
	size_t i;

	for (i = 0; i < 36 && s[i] != '\0'; i++)
		if (i == 8 || i == 13 || i == 18 || i == 23 ? s[i] != '-' : strchr("0123456789abcdef", s[i]) == NULL)
			return false;
	return i == 36 && s[i] == '\0';
}

const char *
text_showable(struct arena *a, const char *s)
{
	size_t i = 0, start, n = strlen(s);
	struct buf out;
	UChar32 c;

	if (text_is_clean(s, true))
		return s;
	buf_init(&out, a);
	while (i < n) {
		start = i;
		c = text_next(s, n, &i);
		if (!is_unclean(c) || c == '\t' || c == '\n')
			buf_add(&out, s + start, i - start);
	}
	return out.data;
}

/* One character by itself, whatever stands beside it, and the same in NFC:
 * ASCII, kana, everyday kanji, full-width forms.  The combining voice marks
 * U+3099 and U+309A are not. */
static bool
is_plain(UChar32 c)
{
	return (c >= 0x20 && c < 0x7f) || c == '\n' || c == '\t' ||
	    (c >= 0x3000 && c <= 0x3029) || (c >= 0x3041 && c <= 0x3096) ||
	    (c >= 0x30a0 && c <= 0x30ff) || (c >= 0x4e00 && c <= 0x9fff) ||
	    (c >= 0xff01 && c <= 0xff5e);
}

/* Counts as long as all is plain; -1 when something is not. */
static int32_t
plain_length(const char *s, int32_t n)
{
	size_t i = 0;
	int32_t length = 0;

	while (i < (size_t)n) {
		if (!is_plain(text_next(s, (size_t)n, &i)))
			return -1;
		length++;
	}
	return length;
}

/* Where the character number `wanted` begins, in bytes; the end of the text if
 * there are fewer.  *count: how many were passed. */
static int32_t
cluster_offset(const char *s, int32_t n, size_t wanted, size_t *count)
{
	UErrorCode status = U_ZERO_ERROR;
	UText *text = utext_openUTF8(NULL, s, n, &status);
	UBreakIterator *clusters = ubrk_open(UBRK_CHARACTER, "", NULL, 0, &status);
	int32_t at = 0, next;

	ubrk_setUText(clusters, text, &status);
	must(U_SUCCESS(status));
	for (*count = 0; *count < wanted; (*count)++) {
		next = ubrk_next(clusters);
		if (next == UBRK_DONE)
			break;
		at = next;
	}
	ubrk_close(clusters);
	utext_close(text);
	return at;
}

size_t
text_length(const char *s)
{
	int32_t n = length_of(s), length = plain_length(s, n);
	size_t count;

	if (length >= 0)
		return (size_t)length;
	cluster_offset(s, n, SIZE_MAX, &count);
	return count;
}

size_t
text_points(const char *s)
{
	size_t n = 0;

	for (; *s != '\0'; s++)
		n += ((unsigned char)*s & 0xc0) != 0x80;
	return n;
}

/* In `form`, except for the compatibility ideographs.  NFC and NFKC alike replace
 * these, among them the variants of names (U+FA19 becomes U+795E); a person's
 * name is as they write it, so the two blocks are kept out (R34). */
static int32_t
normalise_names(const UNormalizer2 *form, const UChar *from, int32_t n, UChar *to, int32_t room)
{
	UErrorCode status = U_ZERO_ERROR;
	USet *others = uset_openEmpty();
	UNormalizer2 *filtered;
	int32_t length;

	uset_addRange(others, 0xf900, 0xfaff);
	uset_addRange(others, 0x2f800, 0x2fa1f);
	uset_complement(others);
	uset_freeze(others);
	filtered = unorm2_openFiltered(form, others, &status);
	length = unorm2_normalize(filtered, from, n, to, room, &status);
	must(U_SUCCESS(status));
	unorm2_close(filtered);
	uset_close(others);
	return length;
}

/* Without what turns its direction, which comes along when numbers and names are copied;
 * nothing at all where there is nothing to be seen (F37). */
static const char *
visible(struct arena *a, const char *s)
{
	size_t n = strlen(s), i = 0, start;
	char *out = arena_alloc(a, n + 1), *to = out;
	bool seen = false;
	UChar32 c;

	while (i < n) {
		start = i;
		c = text_next(s, n, &i);
		if (is_turning(c))
			continue;
		seen = seen || !(u_isUWhiteSpace(c) || c == 0x2800 || u_hasBinaryProperty(c, UCHAR_DEFAULT_IGNORABLE_CODE_POINT));
		memcpy(to, s + start, i - start);
		to += i - start;
	}
	*(seen ? to : out) = '\0';
	return out;
}

/* NFKC makes at most 18 units of one (U+FDFA), NFC at most 3.  names: variants stay. */
static char *
normalised(struct arena *a, const char *s, const UNormalizer2 *form, int32_t growth, bool names)
{
	UErrorCode status = U_ZERO_ERROR;
	const char *from = visible(a, s);
	int32_t n = length_of(from), wide_length, out_length, room;
	UChar *wide = arena_alloc(a, ((size_t)n + 1) * sizeof(*wide)), *to;
	char *out;

	u_strFromUTF8(wide, n + 1, &wide_length, from, n, &status);
	must(U_SUCCESS(status));
	must(wide_length < INT32_MAX / (growth * 4));
	room = wide_length * growth + 1;
	to = arena_alloc(a, (size_t)room * sizeof(*to));
	wide_length = names ? normalise_names(form, wide, wide_length, to, room) :
	    unorm2_normalize(form, wide, wide_length, to, room, &status);
	must(U_SUCCESS(status));
	out = arena_alloc(a, (size_t)wide_length * 3 + 1);
	u_strToUTF8(out, wide_length * 3 + 1, &out_length, to, wide_length, &status);
	must(U_SUCCESS(status));
	return out;
}

static char *
nfc(struct arena *a, const char *s)
{
	UErrorCode status = U_ZERO_ERROR;

	if (plain_length(s, length_of(s)) >= 0)
		return arena_strdup(a, s);
	return normalised(a, s, unorm2_getNFCInstance(&status), 3, true);
}

static char *
nfkc(struct arena *a, const char *s)
{
	UErrorCode status = U_ZERO_ERROR;
	const char *p = s;

	while ((unsigned char)*p < 0x80 && *p != '\0')
		p++;
	if (*p == '\0')
		return arena_strdup(a, s);
	return normalised(a, s, unorm2_getNFKCInstance(&status), 18, true);
}

char *
text_compatible(struct arena *a, const char *s)
{
	UErrorCode status = U_ZERO_ERROR;

	return normalised(a, s, unorm2_getNFKCInstance(&status), 18, false);
}

/* White space becomes one space between words, and nothing outside. */
char *
text_normal(struct arena *a, const char *s)
{
	const char *from = nfkc(a, s);
	size_t i = 0, start, n = strlen(from);
	bool space = false;
	struct buf out;
	UChar32 c;

	buf_init(&out, a);
	while (i < n) {
		start = i;
		c = text_next(from, n, &i);
		if (u_isUWhiteSpace(c)) {
			space = out.len > 0;
			continue;
		}
		if (space)
			buf_addch(&out, ' ');
		space = false;
		buf_add(&out, from + start, i - start);
	}
	return out.data;
}

/* The length of the line without its blanks at the end: space, TAB, U+3000. */
static size_t
without_blanks(const char *line, size_t n)
{
	for (;;) {
		if (n > 0 && (line[n - 1] == ' ' || line[n - 1] == '\t'))
			n--;
		else if (n > 2 && memcmp(line + n - 3, "\xe3\x80\x80", 3) == 0)
			n -= 3;
		else
			return n;
	}
}

char *
text_body(struct arena *a, const char *s)
{
	const char *line = nfc(a, s);
	size_t n, kept, empty = 0;
	struct buf out;

	buf_init(&out, a);
	for (;;) {
		n = strcspn(line, "\r\n");
		kept = without_blanks(line, n);
		if (kept > 0) {
			/* Empty lines count once something follows them. */
			for (; out.len > 0 && empty > 0; empty--)
				buf_addch(&out, '\n');
			buf_add(&out, line, kept);
			empty = 0;
		}
		empty++;
		line += n;
		if (*line == '\0')
			return out.data;
		line += line[0] == '\r' && line[1] == '\n' ? 2 : 1;
	}
}

char *
text_digits(struct arena *a, const char *s)
{
	char *digits = nfkc(a, s), *to = digits;

	for (const char *from = digits; *from != '\0'; from++)
		if (*from >= '0' && *from <= '9')
			*to++ = *from;
	*to = '\0';
	return digits;
}

char *
text_sought(struct arena *a, const char *s)
{
	const char *from = text_normal(a, s);
	size_t i = 0, start, n = strlen(from);
	struct buf out;
	UChar32 c;

	buf_init(&out, a);
	while (i < n) {
		start = i;
		c = text_next(from, n, &i);
		if (c >= 0x30a1 && c <= 0x30f6) {	/* ァ to ヶ, three bytes as ぁ to ゖ are */
			c -= 0x60;
			buf_add(&out, (const char[]){ '\xe3', (char)(0x80 | (c >> 6 & 0x3f)), (char)(0x80 | (c & 0x3f)) }, 3);
		} else if (c >= 'A' && c <= 'Z')
			buf_addch(&out, (char)(c - 'A' + 'a'));
		else if (c != ' ')
			buf_add(&out, from + start, i - start);
	}
	return out.data;
}

char *
text_cut(struct arena *a, const char *s, size_t n)
{
	int32_t length = length_of(s), whole, shorter;
	size_t count;

	must(n > 0);
	whole = cluster_offset(s, length, n, &count);
	if (whole == length)
		return arena_strdup(a, s);
	shorter = cluster_offset(s, length, n - 1, &count);
	return arena_printf(a, "%.*s…", (int)shorter, s);
}

char *
text_fit(struct arena *a, const char *s, size_t n)
{
	char *cut = text_cut(a, s, n);
	size_t fewer = n;

	while (text_points(cut) > n && fewer > 1)
		cut = text_cut(a, s, --fewer);
	return text_points(cut) > n ? arena_strdup(a, "…") : cut;
}
