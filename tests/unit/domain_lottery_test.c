/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The lottery: what is drawn, that groups stay together, that chances are what the rule
 * says.  That another implementation agrees: domain_lottery_verify_test.sh.
 */
#include "domain/lottery.h"
#include <stdlib.h>
#include "base/arena.h"
#include "base/buf.h"
#include "base/json.h"
#include "tests/unit/tap.h"

#define SEED "00112233445566778899aabbccddeeff00112233445566778899aabbccddeeff"

static struct arena *arena;

static json_t *
read_json(const char *text)
{
	json_t *out = NULL;

	if (json_parse(arena, text, strlen(text), &out) != ERR_OK)
		diag("not JSON: %s", text);
	return out;
}

static json_t *
list_of(const char *seats, const char *rule, const char *entries)
{
	return read_json(arena_printf(arena,
	    "{\"form\": \"chromo-lottery-1\", \"seats\": %s, \"rule\": %s, \"entries\": %s}", seats, rule, entries));
}

#define NONE "{\"history\": \"none\", \"lots\": 1, \"strict\": false}"
#define E(number, needs, priority, wins) \
	"{\"number\": \"" number "\", \"needs\": " needs ", \"priority\": " #priority ", \"wins\": " #wins "}"

static json_t *
drawn(const json_t *list, const char *seed)
{
	json_t *record = NULL;

	ok(lottery_draw(arena, list, seed, "38,274.05", "", &record) == ERR_OK, "drawn");
	return json_object_get(record, "result");
}

static const json_t *
result_of(const json_t *result, const char *number)
{
	const json_t *one;
	size_t i;

	json_array_foreach(result, i, one)
		if (strcmp(json_text(one, "number"), number) == 0)
			return one;
	return NULL;
}

static void
commitments(void)
{
	/* sha256sum of the 64 characters */
	is_str(lottery_commitment(arena, SEED), "2a8abfa8cb9906290437854193ca6bca41d4d4e26d1d454bd66a35158095e737",
	    "the commitment is SHA-256 of the seed as text");
}

static void
refusals(void)
{
	static const struct { const char *why, *seats, *rule, *entries; } bad[] = {
		{ "no seats", "[]", NONE, "[]" },
		{ "seats below nothing", "[-1]", NONE, "[]" },
		{ "seats that are no whole number", "[1.5]", NONE, "[]" },
		{ "an unknown history", "[1]", "{\"history\": \"luck\", \"lots\": 1, \"strict\": false}", "[]" },
		{ "no lots", "[1]", "{\"history\": \"weight\", \"lots\": 0, \"strict\": false}", "[]" },
		{ "too many lots", "[1]", "{\"history\": \"weight\", \"lots\": 17, \"strict\": false}", "[]" },
		{ "a claim that goes first and is none", "[1]",
		    "{\"history\": \"none\", \"lots\": 1, \"strict\": false, \"first\": \"\"}", "[]" },
		{ "a rule with more in it", "[1]", "{\"history\": \"none\", \"lots\": 1, \"strict\": false, \"x\": 1}", "[]" },
		{ "the same number twice", "[1]", NONE, "[" E("A", "[1]", 0, 0) "," E("A", "[2]", 0, 0) "]" },
		{ "needs of another size", "[1, 1]", NONE, "[" E("A", "[1]", 0, 0) "]" },
		{ "nobody in it", "[1]", NONE, "[" E("A", "[0]", 0, 0) "]" },
		{ "a number with a colon", "[1]", NONE, "[" E("A:1", "[1]", 0, 0) "]" },
		{ "an empty number", "[1]", NONE, "[" E("", "[1]", 0, 0) "]" },
		{ "wins below nothing", "[1]", NONE, "[" E("A", "[1]", 0, -1) "]" },
		{ "an entry that is none", "[1]", NONE, "[7]" },
	};
	json_t *record, *good = list_of("[1]", NONE, "[" E("A", "[1]", 0, 0) "]");
	size_t i;

	for (i = 0; i < sizeof bad / sizeof bad[0]; i++)
		ok(lottery_draw(arena, list_of(bad[i].seats, bad[i].rule, bad[i].entries), SEED, "1", "", &record) ==
		    ERR_INVALID, "refused: %s", bad[i].why);
	ok(lottery_draw(arena, good, SEED, "", "", &record) == ERR_INVALID, "refused: no public value");
	ok(lottery_draw(arena, good, SEED, "1\n2", "", &record) == ERR_INVALID, "refused: a value of two lines");
	ok(lottery_draw(arena, good, SEED, "1", "tomorrow", &record) == ERR_INVALID, "refused: a day that is none");
	ok(lottery_draw(arena, good, "abc", "1", "", &record) == ERR_INVALID, "refused: a short seed");
	ok(lottery_draw(arena, good, "00112233445566778899AABBCCDDEEFF00112233445566778899AABBCCDDEEFF", "1", "",
	    &record) == ERR_INVALID, "refused: a seed in capitals, whose hash is another");
	json_object_set_new(good, "extra", json_integer(1));
	ok(lottery_draw(arena, good, SEED, "1", "", &record) == ERR_INVALID, "refused: a list with more in it");
}

/* A group has all its seats or none, and a smaller one behind it may have what is left. */
static void
groups(void)
{
	const char *entries = "[" E("FIRST", "[2]", 0, 0) "," E("BIG", "[3]", 1, 0) "," E("SMALL", "[2]", 2, 0) ","
	    E("LAST", "[1]", 3, 0) "]";
	const json_t *r = drawn(list_of("[4]", NONE, entries), SEED);

	ok(json_flag(result_of(r, "FIRST"), "won"), "the first has its two seats");
	ok(!json_flag(result_of(r, "BIG"), "won"), "three do not fit into two");
	ok(json_flag(result_of(r, "SMALL"), "won"), "two behind them do");
	is_int(json_int(result_of(r, "BIG"), "waiting"), 1, "who did not fit waits first");
	is_int(json_int(result_of(r, "LAST"), "waiting"), 2, "and who came last, second");

	r = drawn(list_of("[4]", "{\"history\": \"none\", \"lots\": 1, \"strict\": true}", entries), SEED);
	ok(!json_flag(result_of(r, "SMALL"), "won"), "strict: nobody passes a group that waits");
	is_int(json_int(result_of(r, "SMALL"), "waiting"), 2, "strict: the second in the queue");
	r = drawn(list_of("[4]", "{\"history\": \"none\", \"lots\": 1, \"strict\": true, \"first\": \"市内\"}", entries), SEED);
	is_int((int64_t)json_array_size(r), 4, "a rule may name the claim that goes first");
}

static void
quotas(void)
{
	const json_t *r = drawn(list_of("[10, 1]", NONE, "[" E("A", "[2, 1]", 0, 0) "," E("B", "[2, 1]", 1, 0) ","
	    E("C", "[2, 0]", 2, 0) "]"), SEED);

	ok(json_flag(result_of(r, "A"), "won"), "both quotas have room");
	ok(!json_flag(result_of(r, "B"), "won"), "one quota is used up: no seat at all");
	ok(json_flag(result_of(r, "C"), "won"), "who does not need it is not kept out");
}

static void
orders(void)
{
	const char *entries = "[" E("OFTEN", "[1]", 0, 3) "," E("NEVER", "[1]", 0, 0) "," E("URGENT", "[1]", 0, 1) "]";
	const json_t *r = drawn(list_of("[1]", "{\"history\": \"order\", \"lots\": 1, \"strict\": false}", entries), SEED);

	is_int(json_int(result_of(r, "NEVER"), "place"), 1, "order: who never won goes first");
	is_int(json_int(result_of(r, "OFTEN"), "place"), 3, "order: who won most goes last");
}

static void
records(void)
{
	json_t *list = list_of("[2]", NONE, "[" E("B", "[1]", 0, 0) "," E("A", "[1]", 0, 0) "," E("C", "[1]", 0, 0) "]");
	json_t *turned = list_of("[2]", NONE, "[" E("C", "[1]", 0, 0) "," E("B", "[1]", 0, 0) "," E("A", "[1]", 0, 0) "]");
	json_t *record = NULL, *other = NULL;

	ok(lottery_draw(arena, list, SEED, "1", "", &record) == ERR_OK, "a record");
	ok(lottery_check(arena, record) == ERR_OK, "comes out the same again");
	ok(json_object_get(record, "day") == NULL, "without a day none is told");
	ok(lottery_draw(arena, list, SEED, "1", "2026-12-21", &other) == ERR_OK && lottery_check(arena, other) == ERR_OK,
	    "the day of the value goes along");
	ok(json_equal(json_object_get(record, "result"), json_object_get(other, "result")), "and changes nothing");
	is_str(json_text(other, "day"), "2026-12-21", "it is named");
	is_str(json_text(record, "list"), lottery_list_hash(arena, list), "names the list");
	ok(lottery_draw(arena, turned, SEED, "1", "", &other) == ERR_OK &&
	    json_equal(json_object_get(record, "result"), json_object_get(other, "result")),
	    "the order of the list does not matter");
	ok(json_object_size(list) == 4, "the list is left as it was");
	json_object_set_new(json_array_get(json_object_get(record, "result"), 0), "won", json_false());
	ok(lottery_check(arena, record) == ERR_INVALID, "a changed result is found");
	ok(lottery_check(arena, json_keep(arena, json_object())) == ERR_INVALID, "nothing is no record");
}

/* How often each of n entries wins in rounds lotteries with other seeds. */
static void
count_wins(json_t *list, int rounds, int *wins)
{
	char seed[LOTTERY_SEED + 1];
	struct arena *outer = arena, *own = arena_new();
	const json_t *one;
	json_t *record;
	size_t i;
	int k;

	for (k = 0; k < rounds; k++) {
		snprintf(seed, sizeof seed, "%064x", (unsigned)k + 1);
		if (lottery_draw(own, list, seed, "1", "", &record) != ERR_OK)
			return;
		json_array_foreach(json_object_get(record, "result"), i, one)
			if (json_flag(one, "won"))
				wins[json_text(one, "number")[0] - 'A']++;
		arena_reset(own);
	}
	arena_free(own);
	arena = outer;
}

/* Seeds are fixed, so this passes or fails always. */
static void
chances(void)
{
	int even[8] = { 0 }, weighted[3] = { 0 }, i;
	bool fair = true;

	count_wins(list_of("[3]", NONE, "[" E("A", "[1]", 0, 0) "," E("B", "[1]", 0, 9) "," E("C", "[1]", 0, 0) ","
	    E("D", "[1]", 0, 0) "," E("E", "[1]", 0, 0) "," E("F", "[1]", 0, 0) "," E("G", "[1]", 0, 0) ","
	    E("H", "[1]", 0, 0) "]"), 8000, even);
	for (i = 0; i < 8; i++)
		fair = fair && abs(even[i] - 3000) < 175;	/* four standard deviations */
	ok(fair, "eight for three seats: each wins 3000 times in 8000 (first %d, last %d)", even[0], even[7]);

	count_wins(list_of("[1]", "{\"history\": \"weight\", \"lots\": 3, \"strict\": false}",
	    "[" E("A", "[1]", 0, 0) "," E("B", "[1]", 0, 1) "," E("C", "[1]", 0, 7) "]"), 6000, weighted);
	ok(abs(weighted[0] - 3000) < 155 && abs(weighted[1] - 2000) < 147 && abs(weighted[2] - 1000) < 116,
	    "three, two and one lot for one seat: 3000, 2000, 1000 of 6000 (%d, %d, %d)", weighted[0], weighted[1],
	    weighted[2]);
}

int
main(void)
{
	json_setup();
	arena = arena_new();
	commitments();
	refusals();
	groups();
	quotas();
	orders();
	records();
	chances();
	arena_free(arena);
	return done();
}
