/* SPDX-License-Identifier: Apache-2.0 */
#include <stdlib.h>

#include "courier/bucket.h"
#include "tests/unit/tap.h"

enum { START = 100000, RUN_MS = 12000, CALLS = 16000 };

static struct arena *arena;
static int64_t went[CALLS];	/* when calls left, ascending */

static int
by_time(const void *a, const void *b)
{
	int64_t x = *(const int64_t *)a, y = *(const int64_t *)b;

	return (x > y) - (x < y);
}

/* The most calls that left within any second. */
static int
fullest(int n)
{
	int from = 0, most = 0;

	qsort(went, (size_t)n, sizeof *went, by_time);
	for (int i = 0; i < n; i++) {
		while (went[i] - went[from] >= 1000)
			from++;
		most = i - from + 1 > most ? i - from + 1 : most;
	}
	return most;
}

/* Somebody who takes whatever there is, looks every step_ms, and whose calls leave up to
 * late_ms after they were taken.  Returns how many in RUN_MS. */
static int
greedy(struct bucket *b, int step_ms, int late_ms)
{
	uint32_t roll = 12345;
	int n = 0, turn;

	for (int64_t now = START; now < START + RUN_MS; now += step_ms)
		while (n < CALLS && bucket_take(b, true, now, &turn)) {
			roll = roll * 1664525 + 1013904223;
			went[n] = now + (late_ms > 0 ? (int64_t)(roll >> 8) % late_ms : 0);
			bucket_left(b, turn, went[n]);
			n++;
		}
	return n;
}

static void
a_second_permits_so_many(void)
{
	static const int rates[] = { 1, 2, 3, 20, 45, 200, 1000 }, steps[] = { 1, 7, 50 }, lates[] = { 0, 30, 300 };
	struct bucket b;

	for (size_t r = 0; r < sizeof rates / sizeof rates[0]; r++)
		for (size_t s = 0; s < sizeof steps / sizeof steps[0]; s++)
			for (size_t l = 0; l < sizeof lates / sizeof lates[0]; l++) {
				int n, most;

				bucket_init(&b, arena, rates[r]);
				n = greedy(&b, steps[s], lates[l]);
				most = fullest(n);
				ok(most <= rates[r], "%d a second, looked every %d ms, up to %d ms late: %d in the fullest second",
				    rates[r], steps[s], lates[l], most);
				if (lates[l] == 0)
					ok(n >= 0.9 * rates[r] * RUN_MS / 1000, "… and %d in %d s", n, RUN_MS / 1000);
			}
}

static void
what_was_missed_is_caught_up_with(void)
{
	struct bucket b;
	int n = 0, turn;

	bucket_init(&b, arena, 200);
	while (bucket_take(&b, true, START, &turn))
		n++;
	is_int(n, 200, "after a rest a second's worth leaves at once");
	ok(!bucket_take(&b, true, START + 1009, &turn), "… and nothing more within the second");
	ok(bucket_take(&b, true, START + 1010, &turn), "then it goes on");
	for (n = 0; bucket_take(&b, true, START + 60000, &turn);)
		n++;
	is_int(n, 200, "a minute's rest gives no more");

	/* Beyond what is counted one by one only the tokens count. */
	bucket_init(&b, arena, 20000);
	for (n = 0; bucket_take(&b, true, START, &turn);)
		n++;
	is_int(n, 20000, "of very many a second's worth, too");
	for (n = 0; bucket_take(&b, true, START + 5, &turn);)
		n++;
	is_int(n, 99, "… then in step");
}

static void
emergencies_have_the_last_tenth(void)
{
	struct bucket b;
	int others = 0, urgent = 0, turn;

	bucket_init(&b, arena, 50);
	while (bucket_take(&b, false, START, &turn))
		others++;
	while (bucket_take(&b, true, START, &turn))
		urgent++;
	is_int(others, 45, "of 50 others have 45");
	is_int(urgent, 5, "… and an emergency the last ones");

	bucket_init(&b, arena, 2);
	ok(bucket_take(&b, false, START, &turn), "of very few there is no part");
}

static void
what_is_made_ready_is_permitted(void)
{
	struct bucket b;
	int turn;

	bucket_init(&b, arena, 10);
	is_int((int)bucket_room(&b, true, START), 10, "a second's worth, and nothing ahead that it does not permit");
	for (int i = 0; i < 10; i++)
		ok(bucket_take(&b, true, START, &turn), "call %d", i + 1);
	is_int((int)bucket_room(&b, true, START + 900), 1, "a second that is full leaves one to be made ready");
	ok(!bucket_take(&b, true, START + 1000, &turn), "… which may not leave");
	ok(bucket_take(&b, true, START + 1010, &turn), "… before the second is over");
}

static void
what_is_not_counted(void)
{
	struct bucket b;
	int n, turn;

	bucket_init(&b, arena, 0);
	for (n = 0; n < 1000 && bucket_take(&b, false, START, &turn); n++)
		if (turn != -1)
			break;
	is_int(n, 1000, "without a rate any number");

	bucket_init(&b, arena, 0.5);
	is_int(greedy(&b, 10, 0), 6, "one in two seconds");
	bucket_init(&b, arena, 20000);
	ok(bucket_take(&b, false, START, &turn) && turn == -1, "of very many not each has a turn");
}

static void
it_slows_down(void)
{
	struct bucket b;
	int turn, n;

	bucket_init(&b, arena, 100);
	ok(bucket_take(&b, true, START, &turn), "a call");
	bucket_refused(&b);
	ok(!bucket_take(&b, true, START, &turn), "after a 429 nothing is caught up with");
	for (int i = 0; i < 9; i++)
		bucket_refused(&b);
	n = greedy(&b, 1, 0);
	ok(n > 0.7 * 1200 && n < 0.8 * 1200, "after ten of them it goes at three quarters (%d of 1200)", n);
	for (int i = 0; i < 5000; i++)
		bucket_accepted(&b);
	ok(b.pace > 0.98, "and with every yes it comes back");
}

int
main(void)
{
	arena = arena_new();
	a_second_permits_so_many();
	what_was_missed_is_caught_up_with();
	emergencies_have_the_last_tenth();
	what_is_made_ready_is_permitted();
	what_is_not_counted();
	it_slows_down();
	arena_free(arena);
	return done();
}
