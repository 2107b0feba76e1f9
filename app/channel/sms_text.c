/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Lengths and letters of SMS; see sms_text.h.
 */
#include "channel/sms_text.h"

#include <stdbool.h>
#include <string.h>

#include "base/arena.h"
#include "base/buf.h"
#include "base/json.h"
#include "base/text.h"

static int
units_of(int32_t c, int newline_units)
{
	return c == '\n' ? newline_units : c > 0xffff ? 2 : 1;
}

int
sms_units(const char *text, int newline_units)
{
	size_t at = 0, n = strlen(text);
	int units = 0;

	while (at < n)
		units += units_of(text_next(text, n, &at), newline_units);
	return units;
}

int
sms_parts(const char *text, int newline_units)
{
	size_t at = 0, n = strlen(text);
	int parts = 1, filled = 0, more;

	if (sms_units(text, newline_units) <= SMS_ONE)
		return 1;
	while (at < n) {
		more = units_of(text_next(text, n, &at), newline_units);
		if (filled + more > SMS_PART) {
			parts++;
			filled = 0;
		}
		filled += more;
	}
	return parts;
}

/* What NFKC does not know, or says in a way that reads badly. */
static const struct {
	int32_t from;
	const char *to;
} others[] = {
	{ 0x00a0, " " }, { 0x2013, "-" }, { 0x2014, "―" }, { 0x301d, "「" }, { 0x301f, "」" },
	{ 0xfa0e, "漁" }, { 0xfa11, "崎" }, { 0xfa1f, "欄" }, { 0x9ad9, "高" },	/* lint: words */
	{ 0x6ff5, "浜" }, { 0x5fb7, "徳" }, { 0x6801, "柳" }, { 0x20bb7, "吉" },	/* lint: words */
};

/* Rings, brackets, squares, Roman numerals, kanji that were put in twice: NFKC has the
 * plain letters.  ℃ and Å have been in every phone since there were phones. */
static bool
is_composed(int32_t c)
{
	return (c >= 0x2100 && c <= 0x214f && c != 0x2103 && c != 0x212b) || (c >= 0x2160 && c <= 0x217f) ||
	    (c >= 0x2460 && c <= 0x24ff) || (c >= 0x3200 && c <= 0x33ff) || (c >= 0xf900 && c <= 0xfaff);
}

/* NULL: it may stay. */
static const char *
instead(struct arena *a, int32_t c, const char *character)
{
	const char *plain;
	size_t i;

	for (i = 0; i < sizeof others / sizeof *others; i++)
		if (others[i].from == c)
			return others[i].to;
	if (!is_composed(c))
		return NULL;
	plain = text_compatible(a, character);
	if (strcmp(plain, character) == 0)
		return NULL;
	/* A ring keeps a number apart from its neighbours: 2① is not 21. */
	return c >= 0x2460 && c <= 0x24ff && plain[0] != '(' && strchr(plain, '.') == NULL ?
	    arena_printf(a, "(%s)", plain) : plain;
}

static void
note(json_t *changed, const char *from, const char *to)
{
	const json_t *one;
	size_t i;

	json_array_foreach(changed, i, one)
		if (strcmp(json_text(one, "from"), from) == 0)
			return;
	json_array_append_new(changed, json_pack("{s:s, s:s}", "from", from, "to", to));
}

char *
sms_replace(struct arena *a, const char *text, json_t **changed)
{
	size_t at = 0, start, n = strlen(text);
	json_t *list = json_keep(a, json_array());
	struct buf out;

	buf_init(&out, a);
	while (at < n) {
		const char *character, *to;
		int32_t c;

		start = at;
		c = text_next(text, n, &at);
		if (c < 0x80) {
			buf_add(&out, text + start, at - start);
			continue;
		}
		character = arena_strndup(a, text + start, at - start);
		to = instead(a, c, character);
		buf_adds(&out, to != NULL ? to : character);
		if (to != NULL)
			note(list, character, to);
	}
	if (changed != NULL)
		*changed = list;
	return out.data;
}
