/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Words of texts: cut, folded, counted once a text; what is small is not told.
 */
#include "domain/vocabulary.h"

#include "base/arena.h"
#include "tap.h"

enum { MOST = 50 };

static struct vocabulary_word list[MOST];
static size_t n;

static int64_t
of(const char *word)
{
	for (size_t i = 0; i < n; i++)
		if (strcmp(list[i].word, word) == 0)
			return list[i].texts;
	return 0;
}

static struct vocabulary *
read_times(struct vocabulary *v, const char *text, int times, size_t class)
{
	while (times-- > 0)
		vocabulary_read(v, text, class);
	return v;
}

static void
test_words(struct arena *a)
{
	struct vocabulary *v = vocabulary_new(a, 1);

	vocabulary_stop(v, "いつも");
	read_times(v, "公園のトイレをきれいにしてください。トイレ！", 6, 0);
	read_times(v, "いつも散歩をする公園です", 5, 0);
	read_times(v, "２０２６年のＷｉ-Ｆｉ", 3, 0);
	read_times(v, "2026年のWI-FI", 3, 0);
	read_times(v, "図書館", 4, 0);
	n = vocabulary_list(v, NULL, list, MOST);
	ok(of("公園") == 11, "in all texts that have it");
	ok(of("トイレ") == 6, "twice in a text counts once");
	ok(of("散歩") == 5, "five are told");
	ok(of("図書館") == 0, "four are not");
	ok(of("2026") == 6 && of("wi") == 6, "wide and narrow, large and small are one word");
	ok(of("いつも") == 0, "no stop word");
	ok(of("を") == 0 && of("です") == 0, "no particles, no endings");
	ok(of("年") == 6, "one kanji is a word");
	is_str(list[0].word, "公園", "the most frequent is the first");
	for (size_t i = 1; i < n; i++)
		if (list[i].texts > list[i - 1].texts)
			ok(false, "in order");
	ok(vocabulary_list(v, NULL, list, 2) == 2, "so many and no more");
}

static void
test_classes(struct arena *a)
{
	struct vocabulary *v = vocabulary_new(a, 3);
	const bool first[3] = { true, false, false }, second[3] = { false, true, false }, third[3] = { false, false, true };
	const bool two[3] = { true, true, false };

	read_times(v, "照明", 10, 0);
	read_times(v, "照明", 2, 1);
	read_times(v, "照明", 8, 2);
	read_times(v, "遊具", 10, 0);
	read_times(v, "遊具", 6, 1);
	n = vocabulary_list(v, NULL, list, MOST);
	ok(of("照明") == 20 && of("遊具") == 16, "all are told");
	n = vocabulary_list(v, second, list, MOST);
	ok(of("照明") == 0, "the two of one class are not");
	ok(of("遊具") == 6, "six are");
	n = vocabulary_list(v, third, list, MOST);
	ok(of("照明") == 0, "nor the class by which they follow from the sum");
	n = vocabulary_list(v, first, list, MOST);
	ok(of("照明") == 10 && of("遊具") == 10, "the third is");
	n = vocabulary_list(v, two, list, MOST);
	ok(of("照明") == 0 && of("遊具") == 16, "nor any of several with one of those");
}

static void
test_many(struct arena *a)
{
	struct vocabulary *v = vocabulary_new(a, 1);

	for (int i = 0; i < 5000; i++)
		read_times(v, arena_printf(a, "w%d", i), 1 + i % 6, 0);
	n = vocabulary_list(v, NULL, list, MOST);
	ok(n == MOST && list[0].texts == 6, "thousands of words");
	vocabulary_read(v, "", 0);
	vocabulary_read(v, "\xf0\x9f\x98\x80\xf0\x9f\x8f\xbd", 0);
	ok(vocabulary_list(v, NULL, list, MOST) == MOST, "nothing, and pictures only");
}

int
main(void)
{
	struct arena *a = arena_new();

	test_words(a);
	test_classes(a);
	test_many(a);
	arena_free(a);
	return done();
}
