/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A queue in front of a door: time is given, so nothing here waits; processes are real.
 */
#include "base/turnstile.h"
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>
#include "base/arena.h"
#include "tests/unit/tap.h"

#define NINE INT64_C(1795651200000)
static const struct turnstile_rule rule = { .rate = 50, .crowd = 30 };
static const uint8_t key[SECRET_KEY] = { 1 };
static struct arena *arena;

static void
crowds(void)
{
	struct turnstile *t = turnstile_new();
	struct turn turn = { 0 }, last = { 0 };
	int i, free_of_queue = 0;
	bool rising = true;

	for (i = 0; i < 20000; i++) {
		turn = turnstile_arrive(t, rule, "a", NINE + i / 2);
		free_of_queue += turn.number == 0;
		rising = rising && (turn.number == 0 || turn.number == last.number + 1);
		last = turn;
	}
	is_int(free_of_queue, 30, "thirty come in at once, the rest stands in line");
	ok(rising && last.number == 19970, "numbers in order of arrival, none twice, none left out");
	is_int(turnstile_wait_s(rule, last, NINE + 10000), 390, "the last one waits six and a half minutes");
	is_int(turnstile_wait_s(rule, (struct turn){ NINE, 1 }, NINE + 20), 0, "the first one goes in");
	ok(turnstile_wait_s(rule, last, last.opened + 399399) > 0 && turnstile_wait_s(rule, last, last.opened + 399400) == 0,
	    "the last one goes in when the rate says so, no earlier");
	is_int(turnstile_arrive(t, rule, "b", NINE + 10000).number, 0, "another door has no queue");
	ok(turnstile_arrive(t, rule, "a", NINE + 300000).number == 19971, "whoever comes alone later still stands behind them");
	is_int(turnstile_arrive(t, rule, "a", NINE + 500000).number, 0, "when all are in, the queue is closed");
	for (i = 0; i < 31; i++)
		turn = turnstile_arrive(t, rule, "a", NINE + 600000);
	ok(turn.number == 1 && turn.opened == NINE + 600000, "a second crowd begins a new one, without credit for the quiet");
	turnstile_free(t);
}

/* Events come and go for as long as a house stands, and anybody can ask for doors that are none. */
static void
doors(void)
{
	struct turnstile *t = turnstile_new();
	struct turn turn = { 0 };
	int i;

	for (i = 0; i < 31; i++)
		turn = turnstile_arrive(t, rule, "a", NINE);
	for (i = 0; i < 20 * TURNSTILE_DOORS; i++)
		turnstile_arrive(t, rule, arena_printf(arena, "no event %d", i), NINE);
	ok(turnstile_arrive(t, rule, "a", NINE + 20).number == turn.number + 1, "a queue stays, however many doors are asked for");
	for (i = 0; i < 31; i++)
		turn = turnstile_arrive(t, rule, "tomorrow", NINE + 90000);
	is_int(turn.number, 1, "doors to which nobody comes any more make room");
	turnstile_free(t);
}

/* Eight processes, five thousand arrivals each: every number once. */
static void
processes(void)
{
	enum { WORKERS = 8, EACH = 5000 };
	struct turnstile *t = turnstile_new();
	static unsigned char seen[WORKERS * EACH + 1];
	int pipes[2], w, i, twice = 0, missing = 0, status;
	int32_t number;

	if (pipe(pipes) != 0)
		return;
	for (w = 0; w < WORKERS; w++)
		if (fork() == 0) {
			close(pipes[0]);
			for (i = 0; i < EACH; i++) {
				number = (int32_t)turnstile_arrive(t, rule, "a", NINE).number;
				if (write(pipes[1], &number, sizeof number) != sizeof number)
					_exit(1);
			}
			_exit(0);
		}
	close(pipes[1]);
	for (i = 0; read(pipes[0], &number, sizeof number) == sizeof number; i++)
		if (number > 0)
			twice += seen[number]++ > 0;
	close(pipes[0]);
	while (wait(&status) > 0)
		;
	for (w = 1; w <= i - rule.crowd; w++)
		missing += seen[w] == 0;
	ok(i == WORKERS * EACH && twice == 0 && missing == 0, "%d arrivals in eight processes: no number twice (%d), none left out (%d)",
	    i, twice, missing);
	turnstile_free(t);
}

static void
turns(void)
{
	static const char *const bad[] = { "", "1.2", "1.2.3", "x.1.00", "1795651200000.7.00000000000000000000000000000000" };
	struct turn turn = { NINE, 7 }, back = { 0 };
	const char *text = turn_write(arena, key, "a", turn);
	static const uint8_t other[SECRET_KEY] = { 2 };
	size_t i;

	ok(turn_read(arena, key, "a", rule, text, NINE, &back) == ERR_OK && back.opened == NINE && back.number == 7, "a turn as text");
	ok(turn_read(arena, key, "b", rule, text, NINE, &back) == ERR_INVALID, "not at another door");
	ok(turn_read(arena, other, "a", rule, text, NINE, &back) == ERR_INVALID, "nor under another key");
	ok(turn_read(arena, key, "a", rule, arena_printf(arena, "%s0", text), NINE, &back) == ERR_INVALID, "nor with more behind it");
	ok(turn_read(arena, key, "a", rule, arena_printf(arena, "0%s", text), NINE, &back) == ERR_INVALID, "one spelling only");
	for (i = 0; i < sizeof bad / sizeof bad[0]; i++)
		ok(turn_read(arena, key, "a", rule, bad[i], NINE, &back) == ERR_INVALID, "refused: %s", bad[i]);
	ok(turn_read(arena, key, "a", rule, text, NINE + TURN_VALID_MS, &back) == ERR_OK, "good for an hour after it was its turn");
	ok(turn_read(arena, key, "a", rule, text, NINE + TURN_VALID_MS + 1000, &back) == ERR_GONE, "and not longer");
}

int
main(void)
{
	arena = arena_new();
	crowds();
	doors();
	processes();
	turns();
	arena_free(arena);
	return done();
}
