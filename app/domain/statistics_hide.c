/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Small cells; see statistics.h.
 *
 * What somebody who sees a table with its sums can work out about a hidden cell is between
 * the least and the most that it can be in any table of whole numbers with the same sums and
 * the same visible cells.  How far that is from what it is, is a flow: to raise one cell by
 * one, another in its row must fall, one in that one's column rise, and so on back into the
 * column of the first.  So each small cell is asked how far it can go, and more cells are
 * hidden until it can go far enough (Cox 1995, Network models for complementary cell
 * suppression, J. Am. Stat. Assoc. 90, 1453-1462).
 */
#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "domain/statistics.h"

enum { FAR = SMALL_CELL - 1 };	/* as many other values must be possible */

static bool
small(int64_t n)
{
	return n > 0 && n < SMALL_CELL;
}

void
statistics_hide_list(const int64_t *n, size_t length, bool *hidden)
{
	size_t i, count, least;
	int64_t sum;

	for (i = 0; i < length; i++)
		hidden[i] = small(n[i]);
	for (;;) {
		for (i = count = 0, sum = 0, least = length; i < length; i++) {
			if (hidden[i]) {
				count++;
				sum += n[i];
			} else if (n[i] > 0 && (least == length || n[i] < n[least]))
				least = i;
		}
		/* Two that add up to 2 are 1 and 1; and a sum that is small itself tells too much. */
		if (count == 0 || (count > 1 && sum >= SMALL_CELL) || least == length)
			return;
		hidden[least] = true;
	}
}

/* --- a table --- */

struct hiding {
	const int64_t *n;
	size_t rows, columns;
	bool *hidden;
	int64_t *x;			/* what the hidden ones could be as well */
	size_t *from;			/* by node, rows first: where the way came from */
	size_t *queue;
};

enum { NOWHERE = -1 };

static void
restore(struct hiding *h)
{
	memcpy(h->x, h->n, h->rows * h->columns * sizeof *h->x);
}

/* May this cell rise, or fall by one? */
static bool
gives(const struct hiding *h, size_t row, size_t column, bool rises)
{
	size_t cell = row * h->columns + column;

	return h->hidden[cell] && (rises || h->x[cell] > 0);
}

/* A way from the row of a cell to its column over other hidden cells, which rise and fall
 * by turns; from rows to columns they rise, or the other way round. */
static bool
find_way(struct hiding *h, size_t row, size_t column, bool rows_rise)
{
	size_t nodes = h->rows + h->columns, head = 0, tail = 0, i;

	for (i = 0; i < nodes; i++)
		h->from[i] = (size_t)NOWHERE;
	h->from[row] = row;
	h->queue[tail++] = row;
	while (head < tail) {
		size_t at = h->queue[head++];

		if (at < h->rows) {
			for (i = 0; i < h->columns; i++)
				if (h->from[h->rows + i] == (size_t)NOWHERE && (at != row || i != column) &&
				    gives(h, at, i, rows_rise)) {
					h->from[h->rows + i] = at;
					h->queue[tail++] = h->rows + i;
				}
			if (h->from[h->rows + column] != (size_t)NOWHERE)
				return true;
		} else
			for (i = 0; i < h->rows; i++)
				if (h->from[i] == (size_t)NOWHERE && gives(h, i, at - h->rows, !rows_rise)) {
					h->from[i] = at;
					h->queue[tail++] = i;
				}
	}
	return false;
}

static void
walk(struct hiding *h, size_t row, size_t column, bool rows_rise)
{
	size_t at = h->rows + column;

	h->x[row * h->columns + column] += rows_rise ? -1 : 1;
	while (at != row) {
		size_t before = h->from[at];

		if (before < h->rows)
			h->x[before * h->columns + (at - h->rows)] += rows_rise ? 1 : -1;
		else
			h->x[at * h->columns + (before - h->rows)] += rows_rise ? -1 : 1;
		at = before;
	}
}

/* How many other values this cell could have, as far as anybody can tell; at most so many. */
static int64_t
room_of(struct hiding *h, size_t row, size_t column, int64_t most)
{
	const int64_t *x = &h->x[row * h->columns + column];
	int64_t room = 0;

	restore(h);
	for (; room < most && find_way(h, row, column, false); room++)
		walk(h, row, column, false);
	restore(h);
	for (; room < most && *x > 0 && find_way(h, row, column, true); room++)
		walk(h, row, column, true);
	return room;
}

/* More than the sums alone leave open no hiding can. */
static int64_t
room_wanted(const struct hiding *h, size_t row, size_t column)
{
	int64_t r = 0, c = 0, all = 0, low, high;
	size_t i, k;

	for (i = 0; i < h->rows; i++)
		for (k = 0; k < h->columns; k++) {
			int64_t n = h->n[i * h->columns + k];

			all += n;
			r += i == row ? n : 0;
			c += k == column ? n : 0;
		}
	low = r + c > all ? r + c - all : 0;
	high = r < c ? r : c;
	return high - low < FAR ? high - low : FAR;
}

/* What a hidden cell costs those who read the table. */
static int64_t
cost(const struct hiding *h, size_t row, size_t column)
{
	size_t cell = row * h->columns + column;

	return h->hidden[cell] ? 0 : h->n[cell] + 1;
}

/* Hides the cheapest three that make a square with this one in which it can go so far: the
 * neighbours can fall as it rises, or the corner as it falls.  False: there is none. */
static bool
hide_square(struct hiding *h, size_t row, size_t column, int64_t wanted)
{
	int64_t here = h->n[row * h->columns + column], best = -1;
	size_t i, k, best_row = 0, best_column = 0;

	for (i = 0; i < h->rows; i++)
		for (k = 0; k < h->columns; k++) {
			int64_t down = h->n[i * h->columns + column], across = h->n[row * h->columns + k];
			int64_t corner = h->n[i * h->columns + k], price;
			int64_t room = (down < across ? down : across) + (here < corner ? here : corner);

			if (i == row || k == column || room < wanted)
				continue;
			price = cost(h, i, column) + cost(h, row, k) + cost(h, i, k);
			if (price > 0 && (best < 0 || price < best)) {
				best = price;
				best_row = i;
				best_column = k;
			}
		}
	if (best < 0)
		return false;
	h->hidden[best_row * h->columns + column] = true;
	h->hidden[row * h->columns + best_column] = true;
	h->hidden[best_row * h->columns + best_column] = true;
	return true;
}

/* The smallest that is seen in this row or column, or anywhere; those that are 0 last. */
static bool
hide_next(struct hiding *h, size_t row, size_t column)
{
	size_t cells = h->rows * h->columns, best = cells, i;
	int best_of = 0;

	for (i = 0; i < cells; i++) {
		int of = (h->n[i] > 0 ? 2 : 0) + (i / h->columns == row || i % h->columns == column ? 1 : 0);

		if (!h->hidden[i] && (best == cells || of > best_of || (of == best_of && h->n[i] < h->n[best]))) {
			best = i;
			best_of = of;
		}
	}
	if (best == cells)
		return false;
	h->hidden[best] = true;
	return true;
}

/* Hides until this cell can be so many other values, as many as its sums leave. */
static void
protect(struct hiding *h, size_t cell)
{
	size_t row = cell / h->columns, column = cell % h->columns;
	int64_t wanted = room_wanted(h, row, column);

	h->hidden[cell] = true;
	while (wanted > 0 && room_of(h, row, column, wanted) < wanted)
		if (!hide_square(h, row, column, wanted) && !hide_next(h, row, column))
			break;
}

/* What is hidden of a line follows from its sum, as one number: it must not be small, and so the
 * smallest that is seen is hidden as well.  False: nothing had to be done. */
static bool
hide_more_of_line(struct hiding *h, size_t first, size_t step, size_t length)
{
	size_t i, least = length;
	int64_t sum = 0;

	for (i = 0; i < length; i++) {
		size_t at = first + i * step;

		if (h->hidden[at])
			sum += h->n[at];
		else if (h->n[at] > 0 && (least == length || h->n[at] < h->n[first + least * step]))
			least = i;
	}
	if (!small(sum) || least == length)
		return false;
	protect(h, first + least * step);
	return true;
}

static bool
hide_more(struct hiding *h)
{
	bool more = false;
	size_t i;

	for (i = 0; i < h->rows; i++)
		more |= hide_more_of_line(h, i * h->columns, 1, h->columns);
	for (i = 0; i < h->columns; i++)
		more |= hide_more_of_line(h, i, h->columns, h->rows);
	return more;
}

static void
hide_ordered(struct arena *a, const int64_t *n, size_t rows, size_t columns, bool *hidden)
{
	size_t cells = rows * columns, i;
	struct hiding h = { n, rows, columns, hidden, arena_alloc(a, (cells + 1) * sizeof *h.x),
	    arena_alloc(a, (rows + columns + 1) * sizeof *h.from), arena_alloc(a, (rows + columns + 1) * sizeof *h.queue) };

	for (i = 0; i < cells; i++)
		hidden[i] = small(n[i]);
	/* What is hidden for one takes nothing from another: once round is enough. */
	for (i = 0; i < cells; i++)
		if (small(n[i]))
			protect(&h, i);
	while (hide_more(&h))
		continue;
}

/* --- the same table, however it lies --- */

/* A row or a column, by what is in it. */
struct line {
	size_t place;
	int64_t sum, *cells;		/* in order of size */
	size_t n;
};

static int
by_size(const void *one, const void *other)
{
	const int64_t *a = one, *b = other;

	return (*a > *b) - (*a < *b);
}

static int
by_cells(const void *one, const void *other)
{
	const struct line *a = one, *b = other;
	size_t i;

	if (a->sum != b->sum)
		return a->sum > b->sum ? 1 : -1;
	for (i = 0; i < a->n; i++)
		if (a->cells[i] != b->cells[i])
			return a->cells[i] > b->cells[i] ? 1 : -1;
	return a->place > b->place ? 1 : -1;
}

/* Rows (apart by step along, their cells apart by across), or columns. */
static struct line *
lines_of(struct arena *a, const int64_t *n, size_t lines, size_t along, size_t cells, size_t across)
{
	struct line *out = arena_alloc(a, (lines + 1) * sizeof *out);
	size_t i, k;

	for (i = 0; i < lines; i++) {
		out[i] = (struct line){ .place = i, .n = cells, .cells = arena_alloc(a, (cells + 1) * sizeof *out[i].cells) };
		for (k = 0; k < cells; k++) {
			out[i].cells[k] = n[i * along + k * across];
			out[i].sum += out[i].cells[k];
		}
		qsort(out[i].cells, cells, sizeof *out[i].cells, by_size);
	}
	qsort(out, lines, sizeof *out, by_cells);
	return out;
}

static bool
turned(const struct line *rows, size_t n_rows, const struct line *columns, size_t n_columns)
{
	size_t i;

	if (n_rows != n_columns)
		return n_rows > n_columns;
	for (i = 0; i < n_rows; i++)
		if (rows[i].sum != columns[i].sum)
			return rows[i].sum > columns[i].sum;
	return false;
}

/* A table is on several pages, with rows for columns and in other order.  Were other cells hidden
 * there, the one page would tell what the other hides; so it is brought into one order first. */
void
statistics_hide_table(struct arena *a, const int64_t *n, size_t rows, size_t columns, bool *hidden)
{
	struct line *row = lines_of(a, n, rows, columns, columns, 1), *column = lines_of(a, n, columns, 1, rows, columns);
	bool turn = turned(row, rows, column, columns), *found = arena_alloc(a, rows * columns + 1);
	int64_t *ordered = arena_alloc(a, (rows * columns + 1) * sizeof *ordered);
	size_t i, k;

	for (i = 0; i < rows; i++)
		for (k = 0; k < columns; k++)
			ordered[turn ? k * rows + i : i * columns + k] = n[row[i].place * columns + column[k].place];
	hide_ordered(a, ordered, turn ? columns : rows, turn ? rows : columns, found);
	for (i = 0; i < rows; i++)
		for (k = 0; k < columns; k++)
			hidden[row[i].place * columns + column[k].place] = found[turn ? k * rows + i : i * columns + k];
}
