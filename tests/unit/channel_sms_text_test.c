/* SPDX-License-Identifier: Apache-2.0 */
/*
 * SMS: how long a text is, in how many parts it goes, and what becomes of letters that
 * not every phone knows.
 */
#include "channel/sms_text.h"

#include "base/arena.h"
#include "base/buf.h"
#include "base/json.h"

#include "tap.h"

#define EMOJI "\U0001F6A8"
#define YOSHI "\U00020BB7"	/* 吉 with the lower stroke longer */

/* n of あ, then the tail. */
static const char *
text(struct arena *a, int n, const char *tail)
{
	struct buf b;

	buf_init(&b, a);
	while (n-- > 0)
		buf_adds(&b, "あ");
	buf_adds(&b, tail);
	return b.data;
}

static void
test_parts(struct arena *a)
{
	static const struct {
		int n;
		const char *tail;
		int newline, units, parts;
		const char *what;
	} t[] = {
		{ 0, "", 1, 0, 1, "nothing" },
		{ 70, "", 1, 70, 1, "70 are one SMS" },
		{ 71, "", 1, 71, 2, "71 are two" },
		{ 134, "", 1, 134, 2, "134 are two of 67" },
		{ 135, "", 1, 135, 3, "135 are three" },
		{ 660, "", 1, 660, 10, "660" },
		{ 661, "", 1, 661, 10, "661" },
		{ 68, EMOJI, 1, 70, 1, "an emoji is two units" },
		{ 69, EMOJI, 1, 71, 2, "… and the first that is too long" },
		{ 66, EMOJI "あ", 1, 69, 1, "on the seam of a text that has none" },
		{ 66, EMOJI "あああ", 1, 71, 2, "on the seam: it goes into the second part whole" },
		{ 69, "\n", 1, 70, 1, "a newline is one unit" },
		{ 69, "\n", 2, 71, 2, "… or two, where the gateway counts so" },
		{ 66, "\nあああ", 2, 71, 2, "a newline of two on the seam" },
	};

	for (size_t i = 0; i < sizeof t / sizeof *t; i++) {
		const char *s = text(a, t[i].n, t[i].tail);

		is_int(sms_units(s, t[i].newline), t[i].units, "units: %s", t[i].what);
		is_int(sms_parts(s, t[i].newline), t[i].parts, "parts: %s", t[i].what);
	}
	/* 134 units that would be two parts, were it not for the emoji on the seam. */
	is_int(sms_parts(text(a, 66, text(a, 0, EMOJI)), 1), 1, "68 units");
	is_int(sms_units(text(a, 66, arena_printf(a, EMOJI "%s", text(a, 66, ""))), 1), 134, "134 units");
	is_int(sms_parts(text(a, 66, arena_printf(a, EMOJI "%s", text(a, 66, ""))), 1), 3,
	    "… of which the seam leaves one place empty, are three parts");
	is_int(sms_parts(text(a, 65, arena_printf(a, EMOJI "%s", text(a, 67, ""))), 1), 2, "right before the seam nothing is lost");
	is_int(sms_units("https://a.jp/m/1", 1), 16, "ASCII counts as Japanese does");
}

static void
test_replace(struct arena *a)
{
	static const struct { const char *from, *to; } t[] = {
		{ "避難所①②", "避難所(1)(2)" }, { "2①", "2(1)" }, { "㈱みなと", "(株)みなと" }, { "⑴", "(1)" },
		{ "⒈あ", "1.あ" }, { "ⓐ", "(a)" }, { "㊤", "上" }, { "第Ⅲ期", "第III期" }, { "ⅳ", "iv" }, { "№5", "No5" },
		{ "℡03", "TEL03" }, { "10㎡", "10m2" }, { "5㌔", "5キロ" }, { "㍻", "平成" }, { "㋿", "令和" },
		{ "髙橋", "高橋" }, { "山﨑", "山崎" }, { "德川", "徳川" }, { "栁", "柳" }, { YOSHI "野家", "吉野家" },
		{ "神\uFA19", "神神" }, { "塚\uFA10", "塚塚" }, { "〝あ〟", "「あ」" }, { "a\u00a0b", "a b" },
		{ "気温35℃", "気温35℃" }, { "葛󠄀城", "葛󠄀城" }, { "高橋・吉野〜（株）", "高橋・吉野〜（株）" },
		{ "避難" EMOJI, "避難" EMOJI }, { "", "" },
	};
	json_t *changed;

	for (size_t i = 0; i < sizeof t / sizeof *t; i++)
		is_str(sms_replace(a, t[i].from, NULL), t[i].to, "%s", t[i].from);

	is_str(sms_replace(a, "abc\nd", NULL), "abc\nd", "lines stay");
	is_str(sms_replace(a, "①髙①橋髙②", &changed), "(1)高(1)橋高(2)", "several");
	is_int((int)json_array_size(changed), 3, "… each told once");
	is_str(json_text(json_array_get(changed, 1), "from"), "髙", "… in the order of the text");
	is_str(json_text(json_array_get(changed, 1), "to"), "高", "… with what it becomes");
	sms_replace(a, "高橋", &changed);
	is_int((int)json_array_size(changed), 0, "nothing to tell");
}

int
main(void)
{
	struct arena *a = arena_new();

	json_setup();
	test_parts(a);
	test_replace(a);
	arena_free(a);
	return done();
}
