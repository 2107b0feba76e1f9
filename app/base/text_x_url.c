/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Addresses in a text as X sees them; see text_x_url.h.
 *
 *	whole address	[https://] domain [:port] [/path] [?query]
 *	domain		labels with dots between, the last of them a known ending
 *
 * With a scheme the domain may be in any script.  Without one it is the ASCII part of
 * what looks like a domain: Japanese text has no blanks before city.example.jp.
 */
#include "base/text_x_url.h"

#include <libpsl.h>
#include <string.h>
#include <unicode/uchar.h>
#include <unicode/uidna.h>
#include <unicode/ustring.h>

enum { LABEL_MOST = 63, ENDING_MOST = 63, DOMAIN_MOST = 256 };

struct text { const uint16_t *s; size_t n; };

static bool
is_alnum(uint16_t c)
{
	return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

/* Directional marks may stand before an address, but not in it. */
static bool
is_directional(uint16_t c)
{
	return (c >= 0x202a && c <= 0x202e) || c == 0x061c || c == 0x200e || c == 0x200f || (c >= 0x2066 && c <= 0x2069);
}

static bool
is_refused(uint16_t c)
{
	return c == 0xfffe || c == 0xfeff || c == 0xffff;
}

static bool
is_domain(uint16_t c)
{
	if (c < 0x80)
		return is_alnum(c) || c == '"' || c == '`';
	return !is_refused(c) && !is_directional(c) && !u_isUWhiteSpace(c);
}

static bool
is_latin_accent(uint16_t c)
{
	static const uint16_t single[] = { 0x253, 0x254, 0x256, 0x257, 0x259, 0x25b, 0x263, 0x268, 0x26f, 0x272, 0x289,
	    0x28b, 0x2bb };
	size_t i;

	for (i = 0; i < sizeof single / sizeof *single; i++)
		if (single[i] == c)
			return true;
	return (c >= 0xc0 && c <= 0x24f && c != 0xd7 && c != 0xf7) || (c >= 0x300 && c <= 0x36f) ||
	    (c >= 0x1e00 && c <= 0x1eff);
}

static bool
is_ascii_domain(uint16_t c)
{
	return is_alnum(c) || c == '-' || is_latin_accent(c);
}

static bool
is_one_of(uint16_t c, const char *set)
{
	return c < 0x80 && c != 0 && strchr(set, c) != NULL;
}

/* May an address begin behind this? */
static bool
may_follow(uint16_t c)
{
	return !is_alnum(c) && !is_one_of(c, "@$#") && c != 0xff20 && c != 0xff03 && !is_refused(c);
}

/* --- endings --- */

static bool
is_known(const struct text *t, size_t from, size_t to)
{
	char name[4 * ENDING_MOST + 1];
	UErrorCode code = U_ZERO_ERROR;
	int32_t n, i;

	if (to - from > ENDING_MOST)
		return false;
	u_strToUTF8(name, sizeof name, &n, (const UChar *)t->s + from, (int32_t)(to - from), &code);
	if (U_FAILURE(code) || n == 0 || n >= (int32_t)sizeof name)
		return false;
	for (i = 0; i < n; i++)
		if (name[i] >= 'A' && name[i] <= 'Z')
			name[i] = (char)(name[i] + 'a' - 'A');
	if (strncmp(name, "xn--", 4) == 0)
		return n > 4;
	return psl_is_public_suffix2(psl_builtin(), name, PSL_TYPE_ICANN | PSL_TYPE_NO_STAR_RULE) == 1;
}

static bool
may_end(const struct text *t, size_t to)
{
	return to == t->n || (!is_alnum(t->s[to]) && !is_one_of(t->s[to], "@+-"));
}

/* Where a known ending that begins at from ends; 0: there is none. */
static size_t
ending(const struct text *t, size_t from)
{
	size_t to = from;

	while (to < t->n && (is_alnum(t->s[to]) || t->s[to] == '-'))
		to++;
	if (to > from)
		return may_end(t, to) && is_known(t, from, to) ? to : 0;
	/* みんな, рф: no blank needs to stand behind one, so the longest counts. */
	while (to < t->n && to - from < ENDING_MOST && t->s[to] >= 0x80 && is_domain(t->s[to]))
		to++;
	for (; to > from; to--)
		if (may_end(t, to) && is_known(t, from, to))
			return to;
	return 0;
}

/* --- domains --- */

/* Where a domain that begins at from ends; 0: there is none. */
static size_t
domain(const struct text *t, size_t from, bool ascii)
{
	size_t at = from, label = from, best = 0, e;
	bool named = true;	/* no _ in the label */

	for (; at < t->n; at++) {
		uint16_t c = t->s[at];

		if (c == '.') {
			if (at == label || (!ascii && !is_domain(t->s[at - 1])))
				break;
			e = named ? ending(t, at + 1) : 0;
			best = e > 0 ? e : best;
			label = at + 1;
			named = true;
		} else if (ascii) {
			if (!is_ascii_domain(c))
				break;
		} else {
			if (!is_domain(c) && (at == label || (c != '-' && c != '_')))
				break;
			named = named && c != '_';
		}
	}
	return best;
}

/* No label is longer than a name server takes. */
static bool
is_resolvable(const struct text *t, size_t from, size_t to)
{
	UErrorCode code = U_ZERO_ERROR;
	UIDNA *idna = uidna_openUTS46(UIDNA_DEFAULT, &code);
	UIDNAInfo info = UIDNA_INFO_INITIALIZER;
	size_t label = from, at;
	UChar out[DOMAIN_MOST];
	bool fits = U_SUCCESS(code);

	for (at = from; fits && at <= to; at++)
		if (at == to || t->s[at] == '.') {
			code = U_ZERO_ERROR;
			fits = at - label <= DOMAIN_MOST && uidna_labelToASCII(idna, (const UChar *)t->s + label,
			    (int32_t)(at - label), out, DOMAIN_MOST, &info, &code) <= LABEL_MOST &&
			    (info.errors & UIDNA_ERROR_LABEL_TOO_LONG) == 0;
			label = at + 1;
		}
	uidna_close(idna);
	return fits;
}

/* --- what may stand behind --- */

static bool
is_path(uint16_t c)
{
	return is_alnum(c) || is_one_of(c, "!*';:=+,.$/%#[]-_~@|&") || c == 0x2013 || is_latin_accent(c) ||
	    (c >= 0x400 && c <= 0x4ff);
}

static bool
ends_path(uint16_t c)
{
	return is_alnum(c) || is_one_of(c, "+-=_#/") || is_latin_accent(c) || (c >= 0x400 && c <= 0x4ff);
}

/* Behind a pair of brackets with path between; 0: it is none. */
static size_t
brackets(const struct text *t, size_t at)
{
	size_t depth = 0, from = at;

	for (; at < t->n; at++) {
		if (t->s[at] == '(')
			depth++;
		else if (t->s[at] == ')') {
			if (--depth == 0)
				return at > from + 1 ? at + 1 : 0;
		} else if (!is_path(t->s[at])) {
			break;
		}
	}
	return 0;
}

static size_t
path(const struct text *t, size_t at)
{
	size_t end = at + 1, e;

	for (at++; at < t->n; ) {
		if (t->s[at] == '(' && (e = brackets(t, at)) > 0)
			end = at = e;
		else if (!is_path(t->s[at]))
			break;
		else if (ends_path(t->s[at++]))
			end = at;
	}
	return end;
}

static size_t
query(const struct text *t, size_t at)
{
	size_t end = at;

	for (at++; at < t->n; at++) {
		if (is_alnum(t->s[at]) || is_one_of(t->s[at], "-_&=#/"))
			end = at + 1;
		else if (!is_one_of(t->s[at], "!?*'@();:+$%[].,~|"))
			break;
	}
	return end;
}

/* Where the whole address ends whose domain ends at at. */
static size_t
tail(const struct text *t, size_t at)
{
	size_t digits = at + 1;

	if (at < t->n && t->s[at] == ':') {
		while (digits < t->n && t->s[digits] >= '0' && t->s[digits] <= '9')
			digits++;
		at = digits > at + 1 ? digits : at;
	}
	if (at < t->n && t->s[at] == '/')
		at = path(t, at);
	if (at < t->n && t->s[at] == '?')
		at = query(t, at);
	return at;
}

/* --- the whole --- */

/* How long the scheme is that stands there; 0: none does. */
static size_t
scheme(const struct text *t, size_t from)
{
	static const char *const names[] = { "https://", "http://" };
	size_t i, k;

	for (i = 0; i < 2; i++) {
		for (k = 0; names[i][k] != '\0' && from + k < t->n && t->s[from + k] < 0x80 &&
		    (t->s[from + k] | (is_alnum(t->s[from + k]) ? 0x20 : 0)) == names[i][k]; k++)
			;
		if (names[i][k] == '\0')
			return k;
	}
	return 0;
}

/* The first domain in ASCII of [from, to), with what stands behind the last of them. */
static bool
bare(const struct text *t, size_t from, size_t to, struct x_url *out)
{
	size_t e;

	for (; from < to; from++) {
		if (!is_ascii_domain(t->s[from]))
			continue;
		e = domain(t, from, true);
		if (e > 0 && e <= to) {
			*out = (struct x_url){ from, e == to ? tail(t, e) : e };
			return true;
		}
		while (from + 1 < to && is_ascii_domain(t->s[from + 1]))
			from++;
	}
	return false;
}

bool
x_url_next(const uint16_t *s, size_t n, size_t from, struct x_url *out)
{
	const struct text t = { s, n };
	size_t at, k, e;

	for (at = from; at < n; at++) {
		if ((at > 0 && !may_follow(s[at - 1])) || !is_domain(s[at]))
			continue;
		k = scheme(&t, at);
		e = k > 0 ? domain(&t, at + k, false) : 0;
		if (e > 0) {
			*out = (struct x_url){ at, tail(&t, e) };
			if (is_resolvable(&t, at + k, e))
				return true;
			at = out->to - 1;
			continue;
		}
		e = domain(&t, at, false);
		if (e == 0)
			continue;
		if ((at == 0 || !is_one_of(s[at - 1], "-_./")) && bare(&t, at, e, out))
			return true;
		at = tail(&t, e) - 1;
	}
	return false;
}
