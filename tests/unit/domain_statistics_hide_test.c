/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Small cells against somebody who wants to know them.
 *
 * The adversary has the table as it is shown and the sums of all rows and columns.  Of small
 * tables they try every table of whole numbers that looks the same, and so know exactly what
 * each hidden cell can be.  Of large ones they narrow down least and most of each cell from
 * rows, columns, and sums of some rows less some columns, until nothing moves any more.
 *
 *	Willenborg, de Waal (2001), Elements of Statistical Disclosure Control.
 *	Federal Committee on Statistical Methodology (2005), Statistical Policy Working Paper 22,
 *	  II.D: delinquent children by county and education of the head of household, hidden by hand
 *	  with two cells in each line, from which it works out one of them.
 */
#include "domain/statistics.h"

#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "tap.h"

enum { MOST = 400 };

struct shown {
	size_t rows, columns;
	int64_t n[MOST];
	bool hidden[MOST];
	int64_t row[40], column[40], all;
};

struct bounds {
	int64_t low[MOST], high[MOST];
};

static struct arena *arena;

static void
show(struct shown *s)
{
	size_t i;

	memset(s->row, 0, sizeof s->row);
	memset(s->column, 0, sizeof s->column);
	s->all = 0;
	for (i = 0; i < s->rows * s->columns; i++) {
		s->row[i / s->columns] += s->n[i];
		s->column[i % s->columns] += s->n[i];
		s->all += s->n[i];
	}
	statistics_hide_table(arena, s->n, s->rows, s->columns, s->hidden);
	arena_reset(arena);
}

/* The same numbers each time. */
static int
next(uint32_t *seed)
{
	*seed = *seed * 1664525u + 1013904223u;
	return (int)(*seed >> 16);
}

/* --- the adversary who tries everything --- */

struct trial {
	const struct shown *s;
	struct bounds *b;
	int64_t x[MOST], row[40], column[40];	/* what is left of the sums */
	long steps;
};

static void
try(struct trial *t, size_t cell)
{
	const struct shown *s = t->s;
	size_t row, column, after;
	int64_t v, low = 0, high;

	while (cell < s->rows * s->columns && !s->hidden[cell])
		cell++;
	if (++t->steps > 4000000)
		return;
	if (cell == s->rows * s->columns) {
		for (row = 0; row < s->rows; row++)
			if (t->row[row] != 0)
				return;
		for (column = 0; column < s->columns; column++)
			if (t->column[column] != 0)
				return;
		for (cell = 0; cell < s->rows * s->columns; cell++) {
			if (t->x[cell] < t->b->low[cell])
				t->b->low[cell] = t->x[cell];
			if (t->x[cell] > t->b->high[cell])
				t->b->high[cell] = t->x[cell];
		}
		return;
	}
	row = cell / s->columns;
	column = cell % s->columns;
	high = t->row[row] < t->column[column] ? t->row[row] : t->column[column];
	for (after = cell + 1; after < (row + 1) * s->columns && !s->hidden[after]; after++)
		continue;
	if (after == (row + 1) * s->columns)	/* the last of its row */
		low = t->row[row];
	for (v = low; v <= high; v++) {
		t->x[cell] = v;
		t->row[row] -= v;
		t->column[column] -= v;
		try(t, cell + 1);
		t->row[row] += v;
		t->column[column] += v;
	}
}

/* False: too many to try. */
static bool
try_all(const struct shown *s, struct bounds *b)
{
	struct trial *t = calloc(1, sizeof *t);
	bool done;
	size_t i;

	t->s = s;
	t->b = b;
	memcpy(t->row, s->row, sizeof t->row);
	memcpy(t->column, s->column, sizeof t->column);
	for (i = 0; i < s->rows * s->columns; i++) {
		b->low[i] = INT64_MAX;
		b->high[i] = -1;
		if (s->hidden[i])
			continue;
		t->x[i] = s->n[i];
		t->row[i / s->columns] -= s->n[i];
		t->column[i % s->columns] -= s->n[i];
	}
	try(t, 0);
	done = t->steps <= 4000000;
	free(t);
	return done;
}

/* --- the adversary who narrows down --- */

/* Of some rows less some columns: 1, -1, or 0 where a cell is in both or in neither. */
static int
sign_of(const struct shown *s, uint64_t rows, uint64_t columns, size_t cell)
{
	int plus = (int)(rows >> (cell / s->columns) & 1), minus = (int)(columns >> (cell % s->columns) & 1);

	return plus - minus;
}

/* The difference of the sums is that of the cells that are left; what it leaves for each of
 * them, when the rest are at their least or most. */
static bool
narrow_by(const struct shown *s, struct bounds *b, uint64_t rows, uint64_t columns)
{
	int64_t sum = 0, low = 0, high = 0;
	bool moved = false;
	size_t i;

	for (i = 0; i < s->rows * s->columns; i++) {
		int sign = sign_of(s, rows, columns, i);

		sum += sign * s->n[i];	/* rows less columns tell it */
		low += sign > 0 ? b->low[i] : sign * b->high[i];
		high += sign > 0 ? b->high[i] : sign * b->low[i];
	}
	for (i = 0; i < s->rows * s->columns; i++) {
		int sign = sign_of(s, rows, columns, i);
		int64_t l = sign > 0 ? b->low[i] : -b->high[i], h = sign > 0 ? b->high[i] : -b->low[i];
		int64_t least = sum - high + h, most = sum - low + l;

		if (sign == 0 || (least <= l && most >= h))
			continue;
		if (least < l)
			least = l;
		if (most > h)
			most = h;
		low += least - l;
		high += most - h;
		b->low[i] = sign > 0 ? least : -most;
		b->high[i] = sign > 0 ? most : -least;
		moved = true;
	}
	return moved;
}

static void
narrow(const struct shown *s, struct bounds *b, uint32_t *seed)
{
	uint64_t all = (1ull << s->rows) - 1;
	size_t i;
	bool moved;
	int turn;

	for (i = 0; i < s->rows * s->columns; i++) {
		int64_t r = s->row[i / s->columns], c = s->column[i % s->columns];

		b->low[i] = !s->hidden[i] ? s->n[i] : r + c > s->all ? r + c - s->all : 0;
		b->high[i] = !s->hidden[i] ? s->n[i] : r < c ? r : c;
	}
	do {
		moved = false;
		for (i = 0; i < s->rows; i++)
			moved |= narrow_by(s, b, 1ull << i, 0);
		for (i = 0; i < s->columns; i++)
			moved |= narrow_by(s, b, all, (1ull << s->columns) - 1 - (1ull << i));
		for (turn = 0; turn < 200; turn++)
			moved |= narrow_by(s, b, (uint64_t)next(seed) & all, (uint64_t)next(seed));
	} while (moved);
}

/* --- what they found --- */

static bool
small(int64_t n)
{
	return n > 0 && n < SMALL_CELL;
}

/* A small cell that is seen, or of which fewer values are possible than the sums alone leave. */
static bool
found_out(const struct shown *s, const struct bounds *b)
{
	size_t i;

	for (i = 0; i < s->rows * s->columns; i++) {
		int64_t r = s->row[i / s->columns], c = s->column[i % s->columns];
		int64_t low = r + c > s->all ? r + c - s->all : 0, high = r < c ? r : c, room = high - low;

		if (!small(s->n[i]))
			continue;
		if (!s->hidden[i] || b->high[i] - b->low[i] < (room < SMALL_CELL - 1 ? room : SMALL_CELL - 1))
			return true;
	}
	return false;
}

static void
fill(struct shown *s, uint32_t *seed, size_t rows, size_t columns, int few, int many)
{
	size_t i;

	s->rows = rows;
	s->columns = columns;
	for (i = 0; i < rows * columns; i++)
		s->n[i] = next(seed) % few == 0 ? next(seed) % 6 : next(seed) % many;
	show(s);
}

static void
everything(void)
{
	static struct shown s;
	static struct bounds b;
	uint32_t seed = 4;
	int turn, tried = 0, found = 0;

	for (turn = 0; turn < 600; turn++) {
		fill(&s, &seed, (size_t)(2 + turn % 2), (size_t)(2 + turn % 3), 2 + turn % 3, 14);
		if (!try_all(&s, &b))
			continue;
		tried++;
		found += found_out(&s, &b);
	}
	ok(tried > 500, "small tables of which every one that looks the same was tried: %d", tried);
	is_int(found, 0, "of no small cell fewer than five values are possible");
}

static void
narrowing(void)
{
	static struct shown s;
	static struct bounds b;
	uint32_t seed = 9;
	int turn, found = 0, cells = 0, hidden = 0;
	size_t i;

	for (turn = 0; turn < 300; turn++) {
		fill(&s, &seed, (size_t)(3 + turn % 9), (size_t)(3 + turn % 7), 3 + turn % 4, 60);
		narrow(&s, &b, &seed);
		found += found_out(&s, &b);
		for (i = 0; i < s.rows * s.columns; i++) {
			cells++;
			hidden += s.hidden[i];
		}
	}
	is_int(found, 0, "nor in large ones by sums of rows less sums of columns");
	ok(hidden < cells * 6 / 10, "and most is seen: %d of %d are hidden", hidden, cells);
}

/* The adversary is somebody: what hides one cell too few, they find out. */
static void
adversary(void)
{
	static struct shown s = { .rows = 4, .columns = 4,
	    /* Working Paper 22, table 1: counties Alpha to Delta, education low to very high. */
	    .n = { 15, 1, 3, 1, 20, 10, 10, 15, 3, 10, 10, 2, 12, 14, 7, 2 } };
	static const bool primary[] = { 0, 1, 1, 1, 0, 0, 0, 0, 1, 0, 0, 1, 0, 0, 0, 1 };
	/* Table 3 there: two at least in each line, and yet rows 1 and 2 less columns 2 and 3 are one cell. */
	static const bool too_few[] = { 0, 1, 1, 1, 0, 1, 1, 0, 1, 0, 0, 1, 1, 0, 0, 1 };
	static struct bounds b;
	uint32_t seed = 1;
	size_t i;

	show(&s);
	ok(try_all(&s, &b) && !found_out(&s, &b), "the table of the working paper");
	for (i = 0; i < 16 && (!primary[i] || s.hidden[i]); i++)
		continue;
	is_int((int64_t)i, 16, "its small cells are hidden");
	for (i = 0; i < 16 && !(s.n[i] == 20 && s.hidden[i]); i++)
		continue;
	is_int((int64_t)i, 16, "and the largest is not");
	memcpy(s.hidden, primary, sizeof primary);
	ok(try_all(&s, &b) && found_out(&s, &b), "with its small cells hidden alone it is found out");
	narrow(&s, &b, &seed);
	is_int(b.high[8] - b.low[8], 0, "the one that is alone in its row's sum, to the number");
	memcpy(s.hidden, too_few, sizeof too_few);
	ok(try_all(&s, &b) && found_out(&s, &b), "two in each row and column are too few as well");
	is_int(b.high[3], 1, "for the most of the fourth cell is one");
	narrow(&s, &b, &seed);
	is_int(b.high[3] - b.low[3], 0, "which sums of two rows and two columns tell");
}

static void
lists(void)
{
	static const int64_t list[] = { 40, 3, 12, 0, 25 }, fine[] = { 40, 5, 0 }, two[] = { 1, 1, 30, 20 };
	bool hidden[5];

	statistics_hide_list(list, 5, hidden);
	ok(hidden[1] && hidden[2] && !hidden[0] && !hidden[3] && !hidden[4], "the small one, and the smallest other");
	statistics_hide_list(fine, 3, hidden);
	ok(!hidden[0] && !hidden[1] && !hidden[2], "five may be seen, and nobody");
	statistics_hide_list(two, 4, hidden);
	ok(hidden[0] && hidden[1] && hidden[3] && !hidden[2], "two that add up to little need a third");
}

static void
corners(void)
{
	static struct shown one = { .rows = 1, .columns = 3, .n = { 3, 20, 40 } };
	static struct shown zeros = { .rows = 3, .columns = 3, .n = { 2, 0, 0, 0, 30, 0, 0, 0, 30 } };
	static struct shown fine = { .rows = 2, .columns = 2, .n = { 5, 60, 70, 0 } };
	static struct bounds b;

	show(&one);
	ok(one.hidden[0], "one row: its cell is its column's sum, and no more can be hidden than it");
	show(&zeros);
	ok(try_all(&zeros, &b) && !found_out(&zeros, &b), "a table of hardly anything");
	show(&fine);
	ok(!fine.hidden[0] && !fine.hidden[1] && !fine.hidden[2] && !fine.hidden[3], "nothing small, nothing hidden");
}

/* The same table with other order of rows and columns, and the one for the other. */
static void
turning(void)
{
	static struct shown s, t;
	uint32_t seed = 21;
	int turn, other = 0, tried = 0;
	size_t i, k;

	for (turn = 0; turn < 400; turn++) {
		bool alike = false;

		fill(&s, &seed, (size_t)(2 + turn % 6), (size_t)(2 + turn % 5), 3, 50);
		/* Of lines that are alike in all either may be hidden. */
		for (i = 0; i < s.rows; i++)
			for (k = 0; k < i; k++)
				alike |= s.row[i] == s.row[k];
		for (i = 0; i < s.columns; i++)
			for (k = 0; k < i; k++)
				alike |= s.column[i] == s.column[k];
		for (i = 0; i < s.rows && s.rows == s.columns; i++)
			for (k = 0; k < s.columns; k++)
				alike |= s.row[i] == s.column[k];
		if (alike)
			continue;
		tried++;
		t.rows = s.columns;
		t.columns = s.rows;
		for (i = 0; i < s.rows; i++)
			for (k = 0; k < s.columns; k++)
				t.n[(s.columns - 1 - k) * s.rows + (i + 1) % s.rows] = s.n[i * s.columns + k];
		show(&t);
		for (i = 0; i < s.rows; i++)
			for (k = 0; k < s.columns; k++)
				other += t.hidden[(s.columns - 1 - k) * s.rows + (i + 1) % s.rows] != s.hidden[i * s.columns + k];
	}
	ok(tried > 100, "%d tables were turned", tried);
	is_int(other, 0, "the same cells are hidden, however a table lies");
}

int
main(void)
{
	arena = arena_new();
	lists();
	corners();
	adversary();
	everything();
	narrowing();
	turning();
	arena_free(arena);
	return done();
}
