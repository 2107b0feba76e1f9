/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Text: what is well formed, how long it is, and what it is brought to (R34).
 */
#include "base/text.h"
#include "base/arena.h"

#include "tap.h"

#define FAMILY "\U0001F468‍\U0001F469‍\U0001F467"		/* three people, one emoji */
#define KA_VOICED "か\u3099"			/* two characters that read が */
#define KATSU_VARIANT "葛\U000E0100"		/* with an ideographic variation selector */

static void
test_utf8(void)
{
	static const struct { const char *bytes; size_t n; bool good; const char *what; } t[] = {
		{ "", 0, true, "nothing" },
		{ "a\xe3\x81\x82", 4, true, "Japanese" },
		{ "\xf0\x9f\x91\xa8", 4, true, "an emoji" },
		{ "a\0b", 3, false, "NUL" },
		{ "\xc0\xaf", 2, false, "overlong, two bytes" },
		{ "\xe0\x80\xaf", 3, false, "overlong, three bytes" },
		{ "\xf0\x80\x80\xaf", 4, false, "overlong, four bytes" },
		{ "\xed\xa0\x80", 3, false, "a surrogate" },
		{ "\xf4\x90\x80\x80", 4, false, "above U+10FFFF" },
		{ "\x80", 1, false, "a tail alone" },
		{ "\xe3\x81", 2, false, "cut short" },
		{ "\x82\xa0", 2, false, "Shift_JIS" },
	};

	for (size_t i = 0; i < sizeof(t) / sizeof(t[0]); i++)
		ok(text_is_utf8(t[i].bytes, t[i].n) == t[i].good, "%s is %s UTF-8", t[i].what,
		    t[i].good ? "good" : "no");
}

static void
test_clean(struct arena *a)
{
	ok(text_is_clean("山 田", false), "usual text is clean");
	ok(!text_is_clean("a\tb", false), "TAB is not, in one line");
	ok(text_is_clean("a\tb\nc", true), "TAB and LF are, in lines");
	ok(!text_is_clean("a\rb", true), "CR is not, even in lines");
	ok(!text_is_clean("a\x1b[31m", true), "escape is not");
	ok(!text_is_clean("a\x7f", true), "DEL is not");
	ok(!text_is_clean("a\xc2\x85", true), "C1 is not");
	ok(text_is_clean("a\xc2\xa0", false), "a no-break space is");
	ok(!text_is_clean("a\xef\xb7\x90", true), "a noncharacter is not");
	ok(!text_is_clean("a\xf0\x9f\xbf\xbe", true), "nor one of another plane");
	is_str(text_showable(a, "山\n田"), "山\n田", "what is clean is shown as it is");
	is_str(text_showable(a, "\x1b[31m山\xef\xb7\x90\t田\xc2\x85"), "[31m山\t田", "and the rest without what is not");
}

/* F37: names that look otherwise than they are, and names of nothing to be seen. */
static void
test_hidden(struct arena *a)
{
	static const char *const nothing[] = { "\u200b", "\u3164", "\u2800　", "\u00ad\ufeff", "\u200d\u2060", "\U000e0041",
	    "\u202e\u202c", "\u115f\u1160", "\ufe0f" };

	ok(!text_is_clean("a\u202egpj.exe", true) && !text_is_clean("\u2067a\u2069", false), "F37 turned about is not clean");
	is_str(text_normal(a, "山田\u202e太郎\u202c"), "山田太郎", "F37 … nor kept in a short field");
	is_str(text_body(a, "\u2066一行\u2069\n\u202dab\u202c"), "一行\nab", "F37 … nor in a body");
	is_str(text_showable(a, "\u202e山"), "山", "F37 … nor shown where it is refused");
	is_str(text_phone(a, "\u202d090-1234-5678\u202c"), "+819012345678", "F37 a number as telephones copy it");
	for (size_t i = 0; i < sizeof(nothing) / sizeof(nothing[0]); i++) {
		is_str(text_normal(a, nothing[i]), "", "F37 nothing to be seen is nothing, %zu", i);
		is_str(text_body(a, nothing[i]), "", "F37 … in a body, %zu", i);
	}
	is_str(text_normal(a, FAMILY "\u200c"), FAMILY "\u200c", "F37 joiners between what is seen stay");
	is_str(text_body(a, KATSU_VARIANT), KATSU_VARIANT, "F37 so do variants");
}

static void
test_length(struct arena *a)
{
	is_int(text_length(""), 0, "nothing is 0 long");
	is_int(text_length("abc"), 3, "ASCII");
	is_int(text_length("お知らせ、です。"), 8, "Japanese");
	is_int(text_length(KA_VOICED), 1, "a combining voice mark belongs to its kana");
	is_int(text_length(KATSU_VARIANT "飾区"), 3, "a variant kanji is one");
	is_int(text_length(FAMILY), 1, "a family is one");
	is_int(text_length("🇯🇵🇯🇵"), 2, "two flags are two");
	is_int(text_length("a\r\nb"), 3, "CR LF is one");

	is_str(text_cut(a, "お知らせ", 4), "お知らせ", "what fits is not cut");
	is_str(text_cut(a, "お知らせ", 3), "お知…", "what does not ends in …, within the limit");
	is_str(text_cut(a, "a" FAMILY "bc", 3), "a" FAMILY "…", "never inside a character");
	is_str(text_cut(a, "ab", 1), "…", "one character is the mark alone");

	is_int(text_points("お知らせ"), 4, "code points are characters where each is one");
	is_int(text_points(FAMILY), 5, "a family is five to the database");
	is_str(text_fit(a, "お知らせ", 3), "お知…", "cut as text_cut where each is one");
	is_str(text_fit(a, "a" FAMILY, 6), "a" FAMILY, "what fits is not cut");
	is_str(text_fit(a, "a" FAMILY "bc", 7), "a" FAMILY "…", "what does not ends in …");
	is_str(text_fit(a, "a" FAMILY "bc", 6), "a…", "whole characters only");
	is_str(text_fit(a, FAMILY, 3), "…", "and nothing if the first is too long");
}

static void
test_normal(struct arena *a)
{
	is_str(text_normal(a, "  Ａｂｃ　１２３ \t x  "), "Abc 123 x",
	    "full-width to half-width, white space to one space, outer off");
	is_str(text_normal(a, "ｶﾞｽ"), "ガス", "half-width kana to full-width");
	is_str(text_normal(a, KA_VOICED), "が", "composed");
	is_str(text_normal(a, "　"), "", "only white space is nothing");
	is_str(text_normal(a, "\uFA19社"), "\uFA19社", "variant kanji stay");
	is_str(text_normal(a, "\uFDFA\uFDFA") != NULL ? "grown" : "", "grown", "what grows most, grows");
	is_str(text_digits(a, "〒１２３-４５６７"), "1234567", "digits of a postal code");
	is_str(text_digits(a, "なし"), "", "none");
	is_str(text_sought(a, " デンワ　ﾀﾛｳ Á𠮷 Ｂヴヶー "), "でんわたろうÁ𠮷bゔゖー", "a name as it is looked for");

	is_str(text_body(a, "\r\n\n  a　 \r\nb\r\rc\t\n\n"), "  a\nb\n\nc",
	    "line ends to LF, blanks at line ends off, outer empty lines off");
	is_str(text_body(a, " \n　\n"), "", "only empty lines are nothing");
	is_str(text_body(a, KA_VOICED "Ａ"), "がＡ", "NFC: composed, full-width kept");
	is_str(text_body(a, "\uFA19\uFA10\U0002F81A"), "\uFA19\uFA10\U0002F81A",
	    "compatibility ideographs stay");
	is_str(text_body(a, KATSU_VARIANT), KATSU_VARIANT, "variation selectors stay");
}

static void
test_email(struct arena *a)
{
	static const struct { const char *typed, *address; } t[] = {
		{ "taro@example.jp", "taro@example.jp" },
		{ " Ｔａｒｏ＠Example．ＪＰ　", "Taro@example.jp" },
		{ "taro@example。jp", "taro@example.jp" },
		{ "a+b_c'd@mail.example.co.jp", "a+b_c'd@mail.example.co.jp" },
		{ "\"a..b\"@example.jp", "\"a..b\"@example.jp" },
		{ "\"a\\\"b\"@example.jp", "\"a\\\"b\"@example.jp" },
		{ "a..b@docomo.ne.jp", "a..b@docomo.ne.jp" },
		{ "ab.@EZWEB.ne.jp", "ab.@ezweb.ne.jp" },
		{ "taro@xn--wgv71a.jp", "taro@xn--wgv71a.jp" },
		{ ".ab@docomo.ne.jp", NULL },
		{ "a..b@example.jp", NULL },
		{ "ab.@example.jp", NULL },
		{ "", NULL }, { "taro", NULL }, { "@example.jp", NULL }, { "taro@", NULL },
		{ "taro@example", NULL }, { "taro@example..jp", NULL }, { "taro@-a.jp", NULL },
		{ "taro@example.jp.", NULL }, { "taro@192.0.2.1", NULL }, { "taro@[192.0.2.1]", NULL },
		{ "a@b@example.jp", NULL }, { "太郎@example.jp", NULL }, { "taro@日本.jp", NULL },
		{ "a,b@example.jp", NULL }, { "<taro@example.jp>", NULL }, { "\"a\"b\"@example.jp", NULL },
		{ "\"a\\\"@example.jp", NULL }, { "\"a\\\\\"b\"@example.jp", NULL }, { "\"a b\"@example.jp", NULL },
		{ "taro@exa_mple.jp", NULL },
		{ "12345678901234567890123456789012345678901234567890123456789012345@example.jp", NULL },
	};

	for (size_t i = 0; i < sizeof(t) / sizeof(t[0]); i++)
		is_str(text_email(a, t[i].typed), t[i].address, "%s: %s", t[i].typed,
		    t[i].address != NULL ? "an address" : "none");
}

static void
test_phone(struct arena *a)
{
	static const struct { const char *typed, *number; } t[] = {
		{ "09012345678", "+819012345678" }, { "090-1234-5678", "+819012345678" },
		{ "０９０－１２３４－５６７８", "+819012345678" }, { "090ー1234ー5678", "+819012345678" },
		{ " 080 1234 5678 ", "+818012345678" }, { "070(1234)5678", "+817012345678" },
		{ "060-1234-5678", "+816012345678" }, { "+81 90-1234-5678", "+819012345678" },
		{ "+81(0)90-1234-5678", "+819012345678" }, { "＋８１９０１２３４５６７８", "+819012345678" },
		{ "090‐1234−5678", "+819012345678" },
		{ "", NULL }, { "020-1234-5678", NULL }, { "03-1234-5678", NULL }, { "050-1234-5678", NULL },
		{ "0800-123-4567", NULL }, { "090-1234-567", NULL }, { "090-1234-56789", NULL }, { "9012345678", NULL },
		{ "819012345678", NULL }, { "+14158675310", NULL }, { "+81", NULL }, { "+8", NULL }, { "+", NULL },
		{ "090-1234-567x", NULL }, { "090-1234-5678 090-1234-5678", NULL }, { "0", NULL }, { "+810", NULL },
	};

	for (size_t i = 0; i < sizeof(t) / sizeof(t[0]); i++)
		is_str(text_phone(a, t[i].typed), t[i].number, "%s: %s", t[i].typed,
		    t[i].number != NULL ? "a number" : "none");
	is_str(text_phone_national(a, "+819012345678"), "09012345678", "as it is dialled");
	is_str(text_phone_national(a, "+14158675310"), NULL, "not from Japan");
	is_str(text_phone_national(a, "+81901234567"), NULL, "too short");
}

static void
test_uuid(void)
{
	ok(text_is_uuid("0190a6c8-7b1e-4d2f-8a3b-4c5d6e7f8091"), "a UUID");
	ok(!text_is_uuid("0190A6C8-7B1E-4D2F-8A3B-4C5D6E7F8091"), "not in capitals");
	ok(!text_is_uuid("0190a6c807b1e04d2f08a3b04c5d6e7f8091"), "not without hyphens");
	ok(!text_is_uuid("------------------------------------"), "nor of them");
	ok(!text_is_uuid("0190a6c8-7b1e-4d2f-8a3b-4c5d6e7f809"), "one less");
	ok(!text_is_uuid("0190a6c8-7b1e-4d2f-8a3b-4c5d6e7f80911"), "one more");
	ok(!text_is_uuid(""), "nothing is none");
}

int
main(void)
{
	struct arena *a = arena_new();

	test_utf8();
	test_clean(a);
	test_hidden(a);
	test_length(a);
	test_normal(a);
	test_email(a);
	test_phone(a);
	test_uuid();
	arena_free(a);
	return done();
}
