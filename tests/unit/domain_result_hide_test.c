/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Filters against somebody who takes one page from another.
 *
 * The adversary has every page that result_hide.c lets be seen of two things that tell people
 * apart, and adds and takes away up to four of them in every way there is.  Whatever is left that is
 * a set of people must be nobody, or five and more.
 */
#include "domain/statistics.h"

#include "base/arena.h"
#include "tap.h"

static struct arena *arena;

/* The same numbers each time. */
static int
next(uint32_t *seed)
{
	*seed = *seed * 1664525u + 1013904223u;
	return (int)(*seed >> 16);
}

enum { DISTRICTS = 3, AGES = 3, CHOICES = 2, CELLS = DISTRICTS * AGES * CHOICES, PAGES = 64, TERMS = 4 };

/* What is told: how many people are in these cells. */
struct page {
	uint32_t cells;
	int64_t n;
};

struct told {
	int64_t people[CELLS];		/* by district, age, choice */
	struct page pages[PAGES];
	size_t n;
	uint32_t known;			/* cells of small sums that are told of all */
	long tried, found;
};

static uint32_t
cells_of(int district, int age, int choice)
{
	uint32_t out = 0;

	for (int i = 0; i < CELLS; i++)
		if ((district < 0 || i / (AGES * CHOICES) == district) && (age < 0 || i / CHOICES % AGES == age) &&
		    (choice < 0 || i % CHOICES == choice))
			out |= 1u << i;
	return out;
}

static int64_t
count_of(const struct told *t, uint32_t cells)
{
	int64_t sum = 0;

	for (int i = 0; i < CELLS; i++)
		sum += cells >> i & 1 ? t->people[i] : 0;
	return sum;
}

static void
tell(struct told *t, uint32_t cells)
{
	t->pages[t->n++] = (struct page){ cells, count_of(t, cells) };
}

/* As result_hide.c does: classes of one thing, their people, and each choice in them. */
static void
tell_filters(struct told *t, int classes, bool ages)
{
	int64_t people[4], cells[4 * CHOICES];
	bool few[4], hidden[4 * CHOICES];
	int i, k;

	for (i = 0; i < classes; i++) {
		people[i] = count_of(t, ages ? cells_of(-1, i, -1) : cells_of(i, -1, -1));
		for (k = 0; k < CHOICES; k++)
			cells[i * CHOICES + k] = count_of(t, ages ? cells_of(-1, i, k) : cells_of(i, -1, k));
	}
	statistics_hide_list(people, (size_t)classes, few);
	statistics_hide_table(arena, cells, (size_t)classes, CHOICES, hidden);
	for (i = 0; i < classes; i++) {
		if (few[i])
			continue;
		tell(t, ages ? cells_of(-1, i, -1) : cells_of(i, -1, -1));
		for (k = 0; k < CHOICES; k++)
			if (!hidden[i * CHOICES + k])
				tell(t, ages ? cells_of(-1, i, k) : cells_of(i, -1, k));
	}
	arena_reset(arena);
}

/* Every way to add and take away so many pages that leaves whole people: one to four of them? */
static void
subtract(struct told *t, size_t from, int terms, const int *sign, int64_t n)
{
	int next_sign[CELLS], i;
	uint32_t left = 0;
	size_t p;

	t->tried++;
	for (i = 0; i < CELLS && (sign[i] == 0 || sign[i] == 1); i++)
		left |= sign[i] == 1 && t->people[i] > 0 ? 1u << i : 0;
	if (i == CELLS && n > 0 && n < SMALL_CELL && (left & ~t->known) != 0)
		t->found++;
	for (p = from; terms > 0 && p < t->n; p++)
		for (int s = -1; s <= 1; s += 2) {
			for (i = 0; i < CELLS; i++)
				next_sign[i] = sign[i] + s * (int)(t->pages[p].cells >> i & 1);
			subtract(t, p + 1, terms - 1, next_sign, n + s * t->pages[p].n);
		}
}

static void
tell_all(struct told *t)
{
	const int nobody[CELLS] = { 0 };
	int k;

	t->n = 0;
	t->known = 0;
	tell(t, cells_of(-1, -1, -1));
	for (k = 0; k < CHOICES; k++) {
		tell(t, cells_of(-1, -1, k));
		if (count_of(t, cells_of(-1, -1, k)) < SMALL_CELL)
			t->known |= cells_of(-1, -1, k);
	}
	tell_filters(t, DISTRICTS, false);
	tell_filters(t, AGES, true);
	subtract(t, 0, TERMS, nobody, 0);
}

static void
filters(void)
{
	static struct told t;
	uint32_t seed = 33;
	long found = 0, tried = 0;
	int turn, i;

	for (turn = 0; turn < 150; turn++) {
		for (i = 0; i < CELLS; i++)
			t.people[i] = next(&seed) % 3 == 0 ? next(&seed) % 3 : next(&seed) % (4 + turn % 20);
		t.found = t.tried = 0;
		tell_all(&t);
		found += t.found;
		tried += t.tried;
	}
	is_int(found, 0, "no page with a filter less others leaves one to four people: %ld ways", tried);
	/* The one who subtracts is somebody: two things at once, and they find a person. */
	for (i = 0; i < CELLS; i++)
		t.people[i] = 20;
	t.people[0] = 1;
	tell_all(&t);
	tell(&t, cells_of(0, -1, 0));
	tell(&t, cells_of(0, 1, 0));
	tell(&t, cells_of(0, 2, 0));
	t.found = 0;
	subtract(&t, 0, TERMS, (const int[CELLS]){ 0 }, 0);
	ok(t.found > 0, "with filters of two things they do");
}

int
main(void)
{
	arena = arena_new();
	filters();
	arena_free(arena);
	return done();
}
