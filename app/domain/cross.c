/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Cross-tables: counted, hidden, and as a page shows them.  What the sides are is in
 * cross_side.c.
 */
#include "domain/cross.h"

#include <string.h>

#include "base/arena.h"
#include "base/buf.h"
#include "base/csv.h"
#include "domain/cross_side.h"

enum { TONES = 12, SEGMENT_TEXT = 8 };

struct cross {
	const struct result *r;
	struct side first, second;	/* columns, rows */
	int64_t *n;			/* row by row */
	int64_t *row, *column, all;	/* people */
	bool *hidden;
};

static int64_t *
cell(const struct cross *x, size_t row, size_t column)
{
	return &x->n[row * x->first.n + column];
}

/* --- counting --- */

static void
add(struct cross *x, const char *a, const char *b, int64_t n)
{
	bool all_a = strcmp(a, "*") == 0, all_b = strcmp(b, "*") == 0;
	size_t column = all_a ? 0 : side_class(&x->first, a), row = all_b ? 0 : side_class(&x->second, b);

	if (!all_a && !all_b)
		*cell(x, row, column) += n;
	if (!all_b && (all_a || !x->first.several))
		x->row[row] += n;
	if (!all_a && (all_b || !x->second.several))
		x->column[column] += n;
	if ((all_a || !x->first.several) && (all_b || !x->second.several))
		x->all += n;
}

static void
count(struct cross *x, const struct crossed *list, size_t n)
{
	struct arena *a = x->r->arena;
	size_t i;

	for (i = 0; i < n; i++) {
		side_meet(a, &x->first, list[i].a);
		side_meet(a, &x->second, list[i].b);
	}
	side_order(x->r, &x->first);
	side_order(x->r, &x->second);
	x->n = arena_alloc(a, (x->first.n * x->second.n + 1) * sizeof *x->n);
	x->row = arena_alloc(a, (x->second.n + 1) * sizeof *x->row);
	x->column = arena_alloc(a, (x->first.n + 1) * sizeof *x->column);
	for (i = 0; i < n; i++)
		add(x, list[i].a, list[i].b, list[i].n);
}

/* --- hiding --- */

/* A class of several answers against the others is a table of its own: in it, or not. */
static void
hide_column(struct cross *x, size_t column)
{
	struct arena *a = x->r->arena;
	int64_t *two = arena_alloc(a, 2 * x->second.n * sizeof *two);
	bool *hidden = arena_alloc(a, 2 * x->second.n);
	size_t i;

	for (i = 0; i < x->second.n; i++) {
		two[2 * i] = *cell(x, i, column);
		two[2 * i + 1] = x->row[i] - two[2 * i];
	}
	statistics_hide_table(a, two, x->second.n, 2, hidden);
	for (i = 0; i < x->second.n; i++)
		x->hidden[i * x->first.n + column] = hidden[2 * i] || hidden[2 * i + 1];
}

static void
hide_row(struct cross *x, size_t row)
{
	struct arena *a = x->r->arena;
	size_t columns = x->first.n, i;
	int64_t *two = arena_alloc(a, 2 * columns * sizeof *two);
	bool *hidden = arena_alloc(a, 2 * columns);

	for (i = 0; i < columns; i++) {
		two[i] = *cell(x, row, i);
		two[columns + i] = x->column[i] - two[i];
	}
	statistics_hide_table(a, two, 2, columns, hidden);
	for (i = 0; i < columns; i++)
		x->hidden[row * columns + i] = hidden[i] || hidden[columns + i];
}

static void
hide_cell(struct cross *x, size_t row, size_t column)
{
	int64_t n = *cell(x, row, column), r = x->row[row], c = x->column[column];
	int64_t four[4] = { n, r - n, c - n, x->all - r - c + n };
	bool hidden[4];

	statistics_hide_table(x->r->arena, four, 2, 2, hidden);
	x->hidden[row * x->first.n + column] = hidden[0] || hidden[1] || hidden[2] || hidden[3];
}

static void
hide(struct cross *x)
{
	size_t rows = x->second.n, columns = x->first.n, i, k;

	x->hidden = arena_alloc(x->r->arena, rows * columns + 1);
	if (!x->first.several && !x->second.several)
		statistics_hide_table(x->r->arena, x->n, rows, columns, x->hidden);
	else if (!x->second.several)
		for (i = 0; i < columns; i++)
			hide_column(x, i);
	else if (!x->first.several)
		for (i = 0; i < rows; i++)
			hide_row(x, i);
	else
		for (i = 0; i < rows; i++)
			for (k = 0; k < columns; k++)
				hide_cell(x, i, k);
}

/* --- as a page has it --- */

static json_t *
cell_view(const struct cross *x, int64_t n, int64_t of, bool hidden)
{
	struct arena *a = x->r->arena;

	return json_pack("{s:o, s:o, s:b, s:I}",
	    "n", hidden ? json_null() : json_string(result_number(a, n)),
	    "share", hidden || of <= 0 ? json_null() : json_string(result_percent(a, (double)n / (double)of)),
	    "hidden", hidden, "count", (json_int_t)(hidden ? -1 : n));
}

static json_t *
sums_of(const struct cross *x, const int64_t *n, size_t length, bool *some)
{
	bool *hidden = arena_alloc(x->r->arena, length + 1);
	json_t *out = json_array();
	size_t i;

	statistics_hide_list(n, length, hidden);
	for (i = 0; i < length; i++) {
		json_array_append_new(out, cell_view(x, n[i], x->all, hidden[i]));
		*some |= hidden[i];
	}
	return out;
}

/* One line of the chart: all of a class, cut by columns; what is hidden together at the end. */
static json_t *
band_of(const struct cross *x, size_t row)
{
	struct arena *a = x->r->arena;
	json_t *parts = json_array();
	double at = 0;
	size_t i;

	for (i = 0; i < x->first.n; i++) {
		int64_t n = *cell(x, row, i);
		double width = x->row[row] > 0 ? 100 * (double)n / (double)x->row[row] : 0;

		if (x->hidden[row * x->first.n + i] || n == 0)
			continue;
		json_array_append_new(parts, json_pack("{s:s, s:s, s:s, s:i, s:o}", "x", arena_printf(a, "%.2f%%", at),
		    "middle", arena_printf(a, "%.2f%%", at + width / 2), "width", arena_printf(a, "%.2f%%", width),
		    "tone", (int)i + 1, "text", width < SEGMENT_TEXT ? json_null() :
		    json_string(arena_printf(a, "%.0f", width))));
		at += width;
	}
	return json_pack("{s:s, s:o}", "label", x->second.classes[row].label, "parts", parts);
}

/* With more classes than tones nobody could tell them apart: then the table says it alone. */
static json_t *
chart_of(const struct cross *x)
{
	json_t *bands;
	size_t i;

	if (x->first.several || x->first.n > TONES || x->second.n == 0)
		return json_null();
	bands = json_array();
	for (i = 0; i < x->second.n; i++)
		json_array_append_new(bands, band_of(x, i));
	return json_pack("{s:o}", "bands", bands);
}

static json_t *
rows_of(const struct cross *x, const json_t *totals, bool *some)
{
	json_t *out = json_array();
	size_t i, k;

	for (i = 0; i < x->second.n; i++) {
		json_t *cells = json_array();

		for (k = 0; k < x->first.n; k++) {
			bool hidden = x->hidden[i * x->first.n + k];

			json_array_append_new(cells, cell_view(x, *cell(x, i, k), x->row[i], hidden));
			*some |= hidden;
		}
		json_array_append_new(out, json_pack("{s:s, s:o, s:O}", "label", x->second.classes[i].label, "cells", cells,
		    "sum", json_array_get(totals, i)));
	}
	return out;
}

static json_t *
columns_of(const struct cross *x)
{
	json_t *out = json_array();
	size_t i;

	for (i = 0; i < x->first.n; i++)
		json_array_append_new(out, json_pack("{s:s, s:i}", "label", x->first.classes[i].label, "tone", (int)i + 1));
	return out;
}

enum err
cross_open(const struct result *r, const char *first, const char *second, json_t **out)
{
	struct cross x = { .r = r };
	struct crossed *list;
	json_t *totals, *made;
	bool some = false;
	size_t n;
	enum err e;

	if (strcmp(first, second) == 0 || !side_open(r, first, &x.first) || !side_open(r, second, &x.second))
		return ERR_INVALID;
	e = cross_count(r, &x.first, &x.second, &list, &n, &made);
	if (e != ERR_OK)
		return e;
	count(&x, list, n);
	hide(&x);
	totals = sums_of(&x, x.row, x.second.n, &some);
	*out = json_keep(r->arena, json_pack("{s:s, s:s, s:s, s:o, s:o, s:o, s:o, s:b, s:b}",
	    "first", x.first.label, "second", x.second.label, "people", result_number(r->arena, x.all),
	    "columns", columns_of(&x), "rows", rows_of(&x, totals, &some), "sums", sums_of(&x, x.column, x.first.n, &some),
	    "chart", chart_of(&x), "several", x.first.several || x.second.several, "none", x.all == 0));
	json_object_set(*out, "made", made != NULL ? made : json_null());
	json_object_set_new(*out, "some_hidden", json_boolean(some));
	json_object_set_new(*out, "sum", cell_view(&x, x.all, x.all, x.all > 0 && x.all < SMALL_CELL));
	json_decref(totals);
	return ERR_OK;
}

/* --- as a file --- */

static void
csv_number(struct arena *a, struct buf *out, const json_t *cell)
{
	csv_add_cell(out, false, json_flag(cell, "hidden") ? "x" :
	    arena_printf(a, "%" JSON_INTEGER_FORMAT, json_integer_value(json_object_get(cell, "count"))));
}

static void
csv_cells(struct arena *a, struct buf *out, const char *label, const json_t *cells, const json_t *sum)
{
	const json_t *c;
	size_t i;

	csv_add_cell(out, true, label);
	json_array_foreach(cells, i, c)
		csv_number(a, out, c);
	csv_number(a, out, sum);
	buf_adds(out, "\r\n");
}

void
cross_csv(struct arena *a, const json_t *table, const char *sum, struct buf *out)
{
	const json_t *columns = json_object_get(table, "columns"), *rows = json_object_get(table, "rows"), *c;
	size_t i;

	csv_add_mark(out);
	csv_add_cell(out, true, json_text(table, "second"));
	json_array_foreach(columns, i, c)
		csv_add_cell(out, false, json_text(c, "label"));
	csv_add_cell(out, false, sum);
	buf_adds(out, "\r\n");
	json_array_foreach(rows, i, c)
		csv_cells(a, out, json_text(c, "label"), json_object_get(c, "cells"), json_object_get(c, "sum"));
	csv_cells(a, out, sum, json_object_get(table, "sums"), json_object_get(table, "sum"));
}
