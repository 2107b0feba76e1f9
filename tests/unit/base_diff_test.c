/* SPDX-License-Identifier: Apache-2.0 */
#include "base/diff.h"

#include <string.h>

#include "base/arena.h"
#include "base/buf.h"
#include "base/json.h"
#include "tests/unit/tap.h"

static struct arena *arena;

/* "火曜日から[-木+水]曜日へ" */
static const char *
drawn(const char *was, const char *is)
{
	json_t *list = diff_text(arena, was, is), *each;
	struct buf b, old, new;
	size_t i;

	buf_init(&b, arena);
	buf_init(&old, arena);
	buf_init(&new, arena);
	json_array_foreach(list, i, each) {
		const char *same = json_text(each, "same"), *removed = json_text(each, "removed"),
		    *added = json_text(each, "added");

		buf_adds(&b, same);
		if (removed[0] != '\0')
			buf_addf(&b, "[-%s]", removed);
		if (added[0] != '\0')
			buf_addf(&b, "[+%s]", added);
		buf_adds(&old, same);
		buf_adds(&old, removed);
		buf_adds(&new, same);
		buf_adds(&new, added);
	}
	if (strcmp(old.data, was) != 0 || strcmp(new.data, is) != 0)
		return "the pieces do not make the texts";
	return b.data;
}

static const char *
long_text(int seed)
{
	struct buf b;
	int i;

	buf_init(&b, arena);
	for (i = 0; i < 9000; i++) {
		buf_addf(&b, "%x", ((unsigned)i * 2654435761u + (unsigned)seed * 97u) >> 20);
		if (i % 3000 == 0)
			buf_addch(&b, '\n');
	}
	return b.data;
}

int
main(void)
{
	json_setup();
	arena = arena_new();
	is_str(drawn("", ""), "", "nothing of nothing");
	is_str(drawn("同じ\n", "同じ\n"), "同じ\n", "no change");
	is_str(drawn("", "新しい"), "[+新しい]", "all new");
	is_str(drawn("古い", ""), "[-古い]", "all gone");
	is_str(drawn("東地区：火曜日から木曜日へ", "東地区：火曜日から水曜日へ"),
	    "東地区：火曜日から[-木][+水]曜日へ", "a character");
	is_str(drawn("あ\nい\nう\n", "あ\nう\nえ\n"), "あ\n[-い\n]う\n[+え\n]", "lines");
	is_str(drawn("甲乙丙丁戊", "子乙丑丁寅"), "[-甲乙丙丁戊][+子乙丑丁寅]", "no islands of one character");
	is_str(drawn("甲乙丙丁戊己", "子乙丙丁戊丑"), "[-甲][+子]乙丙丁戊[-己][+丑]", "but of four");
	ok(strncmp(drawn(long_text(1), long_text(2)), "the pieces", 10) != 0, "long texts are right, if not pretty");
	arena_free(arena);
	return done();
}
