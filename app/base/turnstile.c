/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A queue in front of a door: numbers in memory that all workers share, and turns as
 * signed text.
 *
 * The state of a door is one word, changed by compare-and-swap: in its upper bits when
 * its queue opened (tenths of a second since 2020; 0: there is none), below it the last
 * number given.  A worker that dies leaves it whole.
 */
#include "base/turnstile.h"
#include <stdatomic.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include "base/arena.h"
#include "base/log.h"

#define EPOCH INT64_C(1577836800000)	/* 2020 */
enum { NUMBER_BITS = 28, MAC = 16, TENTH = 100, PLACES = 16, IDLE_S = 60 };
#define NUMBER_MAX ((UINT64_C(1) << NUMBER_BITS) - 1)

struct door {
	_Atomic uint64_t name;		/* hash; 0: free */
	_Atomic uint64_t state;
	_Atomic uint64_t second;	/* which second, above; how many came in it, below */
};

struct turnstile {
	struct door doors[TURNSTILE_DOORS];
};

struct turnstile *
turnstile_new(void)
{
	struct turnstile *t = mmap(NULL, sizeof *t, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);

	must(t != MAP_FAILED);
	return t;
}

void
turnstile_free(struct turnstile *t)
{
	munmap(t, sizeof *t);
}

static uint64_t
name_of(const char *door)
{
	uint8_t hash[SECRET_HASH];
	uint64_t name;

	secret_sha256(door, strlen(door), hash);
	memcpy(&name, hash, sizeof name);
	return name | 1;
}

/* How many came in this second, this one included. */
static int
count_arrival(struct door *d, int64_t now)
{
	uint64_t second = (uint64_t)(now / 1000) << NUMBER_BITS, old = atomic_load(&d->second), new;

	do
		new = (old & ~NUMBER_MAX) == second ? old + 1 : second + 1;
	while (!atomic_compare_exchange_weak(&d->second, &old, new));
	return (int)(new & NUMBER_MAX);
}

static struct turn
turn_of(uint64_t state)
{
	return (struct turn){ .opened = (int64_t)(state >> NUMBER_BITS) * TENTH + EPOCH,
	    .number = (int64_t)(state & NUMBER_MAX) };
}

/* Everybody who waited is in: it is as if nobody had been. */
static bool
is_over(struct turnstile_rule rule, uint64_t state, int64_t now)
{
	return state == 0 || (state & NUMBER_MAX) == NUMBER_MAX ||
	    turnstile_served(rule, turn_of(state), now) > (int64_t)(state & NUMBER_MAX);
}

/* Nobody has come for a minute, and nobody waits. */
static bool
is_idle(struct door *d, struct turnstile_rule rule, int64_t now)
{
	return now / 1000 - (int64_t)(atomic_load(&d->second) >> NUMBER_BITS) > IDLE_S && is_over(rule, atomic_load(&d->state), now);
}

/* Where it is, or could be; of what an idle door leaves there nothing counts any more. */
static struct door *
door_find(struct turnstile *t, struct turnstile_rule rule, const char *text, int64_t now)
{
	uint64_t name = name_of(text), there;
	size_t i, first = (size_t)(name >> 32) % TURNSTILE_DOORS;

	for (i = 0; i < PLACES; i++)
		if (atomic_load(&t->doors[(first + i) % TURNSTILE_DOORS].name) == name)
			return &t->doors[(first + i) % TURNSTILE_DOORS];
	for (i = 0; i < PLACES; i++) {
		struct door *d = &t->doors[(first + i) % TURNSTILE_DOORS];

		there = atomic_load(&d->name);
		if ((there == 0 || is_idle(d, rule, now)) && atomic_compare_exchange_strong(&d->name, &there, name))
			return d;
		if (there == name)	/* another process has just put it there */
			return d;
	}
	return NULL;
}

struct turn
turnstile_arrive(struct turnstile *t, struct turnstile_rule rule, const char *text, int64_t now)
{
	const struct turn none = { 0 };
	struct door *d = door_find(t, rule, text, now);
	uint64_t old, new;
	bool crowd, over;

	if (d == NULL)
		return none;
	crowd = count_arrival(d, now) > rule.crowd;
	old = atomic_load(&d->state);
	do {
		over = is_over(rule, old, now);
		if (over && !crowd)
			new = 0;
		else if (over)
			new = ((uint64_t)((now - EPOCH) / TENTH) << NUMBER_BITS) + 1;
		else
			new = old + 1;
	} while (!atomic_compare_exchange_weak(&d->state, &old, new));
	return new == 0 ? none : turn_of(new);
}

int64_t
turnstile_served(struct turnstile_rule rule, struct turn turn, int64_t now)
{
	return now <= turn.opened ? 0 : (now - turn.opened) * rule.rate / 1000;
}

int64_t
turnstile_wait_s(struct turnstile_rule rule, struct turn turn, int64_t now)
{
	int64_t ahead = turn.number - turnstile_served(rule, turn, now);

	return ahead <= 0 ? 0 : (ahead + rule.rate - 1) / rule.rate;
}

static void
mac_of(struct arena *arena, const uint8_t key[SECRET_KEY], const char *door, struct turn turn, uint8_t out[SECRET_HASH])
{
	const char *words = arena_printf(arena, "turn %lld %lld %s", (long long)turn.opened, (long long)turn.number, door);

	secret_hmac(key, words, strlen(words), out);
}

const char *
turn_write(struct arena *arena, const uint8_t key[SECRET_KEY], const char *door, struct turn turn)
{
	uint8_t mac[SECRET_HASH];

	mac_of(arena, key, door, turn, mac);
	return arena_printf(arena, "%lld.%lld.%s", (long long)turn.opened, (long long)turn.number,
	    secret_hex(arena, mac, MAC));
}

enum err
turn_read(struct arena *arena, const uint8_t key[SECRET_KEY], const char *door, struct turnstile_rule rule,
    const char *text, int64_t now, struct turn *out)
{
	long long opened, number;
	int end = 0;
	struct turn turn;
	const char *again;

	if (strlen(text) > 80 || sscanf(text, "%14lld.%10lld.%n", &opened, &number, &end) != 2 || end == 0)
		return ERR_INVALID;
	turn = (struct turn){ opened, number };
	again = turn_write(arena, key, door, turn);
	if (strlen(again) != strlen(text) || !secret_equal(again, text, strlen(text)) || number <= 0)
		return ERR_INVALID;
	if (now > turn.opened + turn.number * 1000 / rule.rate + TURN_VALID_MS)
		return ERR_GONE;
	*out = turn;
	return ERR_OK;
}
