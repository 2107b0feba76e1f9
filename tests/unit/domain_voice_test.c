/* SPDX-License-Identifier: Apache-2.0 */
#include "domain/voice.h"

#include "base/arena.h"
#include "tap.h"

static void
lines(struct arena *a)
{
	static const struct {
		const char *plain, *spoken;
	} cases[] = {
		{ "", "" },
		{ "\n\n  \n", "" },
		{ "断水します", "断水します。\n" },
		{ "断水します。", "断水します。\n" },
		{ "くわしくは市のページ（https://minato.example.jp/m/1?a=b）を見てください", "くわしくは市のページを見てください。\n" },
		{ "https://minato.example.jp/", "" },
		{ "見る https://example.jp/あとで", "見る あとで。\n" },
		{ "■ 日時\n・10時から\n　※雨の日は中止", "日時。\n10時から。\n雨の日は中止。\n" },
		{ "次のとおり：\n水、電池", "次のとおり：\n水、電池。\n" },
		{ "（https://", "" },
		{ "⚠️【訂正】断水のお知らせ", "訂正、断水のお知らせ。\n" },
		{ "断水【重要】\n【重要】【訂正】【】☎ 0120", "断水、重要。\n重要、訂正、 0120。\n" },
		{ "水\n\n――――\n\n電池\n---\n⚠️ ・1️⃣❷まず👨‍👩‍👧🇯🇵", "水。\n電池。\n1❷まず。\n" },
		{ "――――", "" },
		{ "--と―", "--と―。\n" },
		{ "~~午前8時~~午前9時から\n~~中止~~\n水 ~~ 電池\n~~", "午前9時から。\n水 ~~ 電池。\n~~。\n" },
	};
	size_t i;

	for (i = 0; i < sizeof cases / sizeof *cases; i++)
		is_str(voice_lines(a, cases[i].plain), cases[i].spoken, "case %zu", i);
}

static void
pace(void)
{
	is_int(voice_seconds(""), 0, "nothing");
	is_int(voice_seconds("こちらは"), 1, "four letters");
	is_int(voice_seconds("こちらは\n市です"), 2, "seven, and a line feed that nobody hears");
}

int
main(void)
{
	struct arena *a = arena_new();

	lines(a);
	pace();
	arena_free(a);
	return done();
}
