/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Posts on X: how long a text is.  X's own expectations are found through CHROMO_SAMPLES.
 */
#include "base/text_x.h"

#include <inttypes.h>
#include <stdlib.h>

#include "base/arena.h"
#include "base/buf.h"
#include "base/file.h"

#include "tap.h"

static void
test_lengths(void)
{
	static const struct {
		const char *text;
		int weighted;
		const char *what;
	} t[] = {
		{ "", 0, "nothing" },
		{ "abc", 3, "ASCII" },
		{ "断水", 4, "Japanese counts double" },
		{ "ｶﾞ", 4, "half-width kana too" },
		{ "か\u3099", 2, "composed by NFC" },
		{ "–‘’“”…", 7, "marks of the West, and an ellipsis that is heavy" },
		{ "https://www.city.minato.example.jp/messages/12?x=1#top", 23, "an address" },
		{ "HTTP://EXAMPLE.JP", 23, "… in capitals" },
		{ "https://example.jp/a。", 25, "… and what is not of it" },
		{ "(https://example.jp/a_(b))", 25, "… in brackets, with brackets" },
		{ "詳しくはcity.example.jpへ", 8 + 23 + 2, "a bare domain in a sentence" },
		{ "example.jp/a?b=c.", 24, "… with path and query" },
		{ "city.example.jp:8080/x", 23, "… with a port" },
		{ "みなと.jp", 9, "a bare domain in Japanese is none" },
		{ "https://みなと.jp", 23, "… with a scheme it is" },
		{ "http://はじめよう.みんな/", 23, "an ending in Japanese" },
		{ "a@example.jp", 12, "an address of mail is none" },
		{ "@example.jp #example.jp", 23, "nor is a name, or a tag" },
		{ "a.invalid", 9, "an ending that nobody knows" },
		{ "example.jpx", 11, "… or that goes on" },
		{ "1.5 3.14 v1.2", 13, "numbers" },
		{ "foo_bar.example.jp", 4 + 23, "a bare domain begins behind _" },
		{ "example.jp.", 24, "a full stop behind" },
		{ "-example.jp", 11, "behind a hyphen there is none" },
		{ "a.jp b.jp", 47, "two" },
		{ "https://a.jphttps://b.jp", 24, "glued together there is none" },
		{ "☔", 2, "an emoji" },
		{ "👨‍👩‍👧‍👦", 2, "a family is one" },
		{ "🙋🏽", 2, "a colour" },
		{ "🇯🇵🇯🇵", 4, "two flags" },
		{ "1️⃣", 2, "a key" },
		{ "12#*", 4, "digits are none" },
		{ "©", 1, "a sign is one letter" },
	};
	size_t i;

	for (i = 0; i < sizeof t / sizeof *t; i++)
		is_int(x_text_length(t[i].text).weighted, t[i].weighted, "%s: %s", t[i].what, t[i].text);
}

static const char *
repeated(struct arena *a, const char *what, int n)
{
	struct buf b;

	buf_init(&b, a);
	while (n-- > 0)
		buf_adds(&b, what);
	return b.data;
}

static void
test_valid(struct arena *a)
{
	const char *label = repeated(a, "a", 64);

	ok(!x_text_length("").valid, "nothing is no post");
	ok(x_text_length(repeated(a, "あ", 140)).valid, "140 Japanese characters fit");
	ok(!x_text_length(repeated(a, "あ", 141)).valid, "141 do not");
	ok(x_text_length(repeated(a, "a", 280)).valid, "280 of ASCII");
	ok(!x_text_length(repeated(a, "a", 281)).valid, "281 do not");
	ok(!x_text_length("a\uFEFFb").valid, "a character that X refuses");
	ok(!x_text_length("a\uFFFE").valid, "… another");
	is_int(x_text_length(arena_printf(a, "https://%s.jp", label)).weighted, 75, "a label that no server takes");
	is_int(x_text_length(arena_printf(a, "https://%s.jp", label + 1)).weighted, 23, "… and one that it does");
}

static void
test_same(struct arena *a)
{
	is_str(x_text_normal(a, "か\u3099 \n"), "が", "NFC, nothing white at the end");
	is_str(x_text_skeleton(a, "断水。city.example.jpへ"), x_text_skeleton(a, "断水。https://t.co/AbC1へ"), "addresses are alike");
	ok(strcmp(x_text_skeleton(a, "断水 a.jp"), x_text_skeleton(a, "漏水 a.jp")) != 0, "words are not");
}

/* --- X's own file: a few forms of YAML --- */

struct sample { const char *description, *text; int weighted; bool valid, texted; };

static void
add_utf8(struct buf *b, uint32_t c)
{
	if (c >= 0x800) {
		buf_addch(b, (char)(0xe0 | c >> 12));
		buf_addch(b, (char)(0x80 | (c >> 6 & 0x3f)));
	} else {
		buf_addch(b, (char)(0xc0 | c >> 6));
	}
	buf_addch(b, (char)(0x80 | (c & 0x3f)));
}

/* What stands between the quotes. */
static const char *
quoted(struct arena *a, const char *line)
{
	const char *s = strchr(line, '"'), *end = strrchr(line, '"');
	struct buf b;

	buf_init(&b, a);
	for (s++; s < end; s++) {
		if (s[0] != '\\') {
			buf_addch(&b, *s);
		} else if (*++s == 'u') {
			add_utf8(&b, (uint32_t)strtoul(arena_strndup(a, s + 1, 4), NULL, 16));
			s += 4;
		} else {
			buf_addch(&b, *s == 'n' ? '\n' : *s);
		}
	}
	return b.data;
}

static void
check(struct sample *s)
{
	struct x_length got;

	if (!s->texted)
		return;
	got = x_text_length(s->text);
	is_int(got.weighted, s->weighted, "%s: length", s->description);
	ok(got.valid == s->valid, "%s: %s", s->description, s->valid ? "valid" : "not valid");
	s->texted = false;
}

/* The first part is of the configuration before this one, which counted each character of an emoji:
 * two of its texts are in the second part again, with what they count now. */
static bool
is_ours(bool before, const char *description)
{
	return !before || strncmp(description, "Count ", 6) != 0;
}

static void
test_samples(struct arena *a)
{
	const char *folder = getenv("CHROMO_SAMPLES");
	struct sample s = { 0 };
	bool before = false;
	struct buf file;
	char *rest, *line;
	int n = 0;

	buf_init(&file, a);
	if (folder == NULL || file_read(arena_printf(a, "%s/x-text/weighted-count-part1.yml", folder), &file) != ERR_OK) {
		diag("no CHROMO_SAMPLES: X's own expectations are not tried");
		return;
	}
	for (rest = file.data; (line = strsep(&rest, "\n")) != NULL; ) {
		if (strncmp(line, "  ", 2) == 0 && line[2] != ' ') {
			check(&s);
			before = strstr(line, "WeightedTweetsCounterTest:") != NULL;
		} else if (strstr(line, "- description:") != NULL) {
			check(&s);
			s.description = quoted(a, line);
		} else if (strstr(line, " text: \"") != NULL) {
			s.text = quoted(a, line);
			s.texted = is_ours(before, s.description);
			n += s.texted;
		} else if (strstr(line, "weightedLength:") != NULL) {
			s.weighted = (int)strtol(strchr(line, ':') + 1, NULL, 10);
		} else if (strstr(line, " valid:") != NULL) {
			s.valid = strstr(line, "true") != NULL;
		}
	}
	check(&s);
	ok(n >= 20, "X's own file: %d texts", n);
}

int
main(void)
{
	struct arena *a = arena_new();

	test_lengths();
	test_valid(a);
	test_same(a);
	test_samples(a);
	arena_free(a);
	return done();
}
