/* SPDX-License-Identifier: Apache-2.0 */
#include "domain/population.h"

#include "base/arena.h"
#include "tap.h"

/* Ages as towns write them in choices and in the heads of tables. */
static void
ages(struct arena *a)
{
	static const struct {
		const char *text;
		int from, to;			/* from -1: none */
	} cases[] = {
		{ "18〜29歳", 18, 29 }, { "１８～２９歳", 18, 29 }, { "18-29", 18, 29 }, { "20歳から29歳", 20, 29 },
		{ "30代", 30, 39 }, { "30歳代", 30, 39 }, { "満20歳", 20, 20 }, { "20歳未満", 0, 19 }, { "19歳以下", 0, 19 },
		{ "70歳以上", 70, POPULATION_OLDEST }, { "70代以上", 70, POPULATION_OLDEST }, { "80歳代以上", 80, POPULATION_OLDEST },
		{ "85+", 85, POPULATION_OLDEST }, { "75歳〜", 75, POPULATION_OLDEST }, { "80代〜", 80, POPULATION_OLDEST },
		{ "10代以下", 0, 19 }, { "20代未満", 0, 19 }, { "10代〜20代", 10, 29 }, { "18歳〜20代", 18, 29 }, { "20代から40代", 20, 49 },
		{ "20・30代", 20, 39 }, { "20代・30代", 20, 39 }, { "20代前半", 20, 24 }, { "20代後半", 25, 29 }, { "20代後半〜30代前半", 25, 34 },
		{ "60代・70代以上", 60, POPULATION_OLDEST }, { "30歳〜20歳", -1, 0 }, { "答えたくない", -1, 0 }, { "", -1, 0 }, { "200歳", -1, 0 },
	};
	size_t i;

	for (i = 0; i < sizeof cases / sizeof *cases; i++) {
		int from = -1, to = -1;
		bool known = population_ages(a, cases[i].text, &from, &to);

		ok(known == (cases[i].from >= 0) && (!known || (from == cases[i].from && to == cases[i].to)), "%s: %d to %d",
		    cases[i].text, from, to);
	}
}

int
main(void)
{
	struct arena *a = arena_new();

	ages(a);
	arena_free(a);
	return done();
}
