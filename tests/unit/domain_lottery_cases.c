/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Draws random lotteries for domain_lottery_verify_test.sh, one record a line:
 *	domain_lottery_cases COUNT
 * The cases are the same each time (a generator of our own), so that a failure repeats.
 */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include "base/arena.h"
#include "base/buf.h"
#include "base/json.h"
#include "domain/lottery.h"

static uint64_t state = 20220401;

static json_int_t
below(uint64_t n)
{
	state ^= state << 13;
	state ^= state >> 7;
	state ^= state << 17;
	return (json_int_t)(state % n);
}

static json_t *
entry_of(json_int_t i, json_int_t kinds)
{
	json_t *needs = json_array();
	char number[32];
	json_int_t k;

	snprintf(number, sizeof number, "%c%" PRId64 "-%" PRId64, (char)('A' + below(26)), (int64_t)below(1000),
	    (int64_t)i);
	json_array_append_new(needs, json_integer(1 + below(6)));
	for (k = 1; k < kinds; k++)
		json_array_append_new(needs, json_integer(below(3)));
	return json_pack("{s:s, s:o, s:I, s:I}", "number", number, "needs", needs, "priority", below(3),
	    "wins", below(5));
}

static json_t *
list_of(struct arena *arena)
{
	static const char *const history[] = { "none", "order", "weight" };
	json_int_t kinds = 1 + below(3), count = below(40), i;
	json_t *seats = json_array(), *entries = json_array();

	for (i = 0; i < kinds; i++)
		json_array_append_new(seats, json_integer(below(60)));
	for (i = 0; i < count; i++)
		json_array_append_new(entries, entry_of(i, kinds));
	return json_keep(arena, json_pack("{s:s, s:o, s:{s:s, s:I, s:b}, s:o}", "form", "chromo-lottery-1",
	    "seats", seats, "rule", "history", history[below(3)], "lots", 1 + below(5),
	    "strict", (int)below(2), "entries", entries));
}

int
main(int argc, char **argv)
{
	static const char *const values[] = { "38,274.05", "第1回 くじ 042817", "a \"quoted\" \\ value", "é𠮷" };
	struct arena *arena = arena_new();
	struct buf line;
	json_t *record;
	char seed[LOTTERY_SEED + 1];
	long n = argc > 1 ? strtol(argv[1], NULL, 10) : 0;
	int i;

	json_setup();
	while (n-- > 0) {
		for (i = 0; i < LOTTERY_SEED; i++)
			seed[i] = "0123456789abcdef"[below(16)];
		seed[LOTTERY_SEED] = '\0';
		if (lottery_draw(arena, list_of(arena), seed, values[below(4)], below(2) == 0 ? "" : "2026-12-21", &record) != ERR_OK)
			return 1;
		buf_init(&line, arena);
		json_canonical(record, &line);
		puts(line.data);
		arena_reset(arena);
	}
	arena_free(arena);
	return 0;
}
