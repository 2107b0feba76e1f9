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
#include "domain/questionnaire.h"
#include "domain/result_block.h"

enum { TONES = 12, SEGMENT_TEXT = 8, CELLS = 6000, LEADING = 40 };

/* The tables that were opened for one that is shown. */
struct opened {
	const struct cross *tables[LEADING];
	size_t n;
};

struct cross {
	const struct result *r;
	struct opened *opened;
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

static enum err
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
	if (x->first.n * x->second.n > CELLS)
		return ERR_TOO_LARGE;
	x->n = arena_alloc(a, (x->first.n * x->second.n + 1) * sizeof *x->n);
	x->row = arena_alloc(a, (x->second.n + 1) * sizeof *x->row);
	x->column = arena_alloc(a, (x->first.n + 1) * sizeof *x->column);
	for (i = 0; i < n; i++)
		add(x, list[i].a, list[i].b, list[i].n);
	return ERR_OK;
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

/* --- what tells who was asked --- */

static enum err table_open(struct cross *, const char *first, const char *second, json_t **made);

/* What leads there, against the other side; opened once.  ERR_INVALID: of it there is no table.  *out is NULL where so much
 * leads to so much that it takes too long to find out. */
static enum err
lead_open(const struct cross *x, const char *lead, const char *other, const struct cross **out)
{
	struct opened *o = x->opened;
	struct cross *y;
	json_t *made;
	size_t i;
	enum err e;

	*out = NULL;
	if (strcmp(lead, other) == 0)
		return ERR_INVALID;
	for (i = 0; i < o->n; i++)
		if (strcmp(o->tables[i]->first.key, lead) == 0 && strcmp(o->tables[i]->second.key, other) == 0) {
			*out = o->tables[i];
			return ERR_OK;
		}
	if (o->n == LEADING)
		return ERR_OK;
	y = arena_alloc(x->r->arena, sizeof *y);
	*y = (struct cross){ .r = x->r, .opened = o };
	e = table_open(y, lead, other, &made);
	if (e != ERR_OK)
		return e;
	if (o->n < LEADING)
		o->tables[o->n++] = y;
	*out = y;
	return ERR_OK;
}

static size_t
place_of(const struct result *r, const char *code)
{
	const json_t *questions = json_object_get(r->document, "questions"), *q;
	size_t i;

	json_array_foreach(questions, i, q)
		if (strcmp(json_text(q, "code"), code) == 0)
			break;
	return i;
}

/* A class of the other side, all of it. */
static void
hide_class(struct cross *x, bool across, size_t class)
{
	size_t n = across ? x->first.n : x->second.n, i;

	for (i = 0; i < n; i++)
		x->hidden[across ? class * x->first.n + i : i * x->first.n + class] = true;
}

/* lead is what leads to a question against the other side of that one's table: of the hidden choices in this class some lead to
 * it and some do not. */
static bool
parts(const struct cross *lead, size_t class, const char *code)
{
	struct arena *a = lead->r->arena;
	size_t asked = 0, hidden = 0, i;

	for (i = 0; i < lead->first.n; i++) {
		json_t *answers = json_keep(a, json_object());
		const char *item = lead->first.classes[i].item;

		if (!lead->hidden[class * lead->first.n + i])
			continue;
		if (item[0] != '\0')		/* else who gave no answer */
			json_object_set_new(answers, lead->first.code, json_string(item));
		hidden++;
		asked += result_is_asked(lead->r, answers, code);
	}
	return asked > 0 && asked < hidden;
}

static bool
hides(const struct cross *x)
{
	size_t i;

	for (i = 0; i < x->first.n * x->second.n; i++)
		if (x->hidden[i])
			return true;
	return false;
}

/* by_choice: one choice of this side decides, and it is looked at class by class. */
static enum err
hide_led(struct cross *x, bool across, const char *lead, bool by_choice)
{
	const struct side *question = across ? &x->first : &x->second, *other = across ? &x->second : &x->first;
	const struct cross *y;
	bool all;
	size_t i;
	enum err e = lead_open(x, lead, other->key, &y);

	if (e != ERR_OK)
		return e == ERR_INVALID ? ERR_OK : e;
	all = y == NULL || ((!by_choice || y->second.n != other->n) && hides(y));
	for (i = 0; i < other->n; i++)
		if (all || (by_choice && parts(y, i, question->code)))
			hide_class(x, across, i);
	return ERR_OK;
}

/* See result_asked.c: in each class of the other side, how many were asked is as many as gave the answers before that
 * lead there. */
static enum err
hide_asked(struct cross *x, bool across)
{
	const struct side *question = across ? &x->first : &x->second;
	const json_t *q, *row;
	json_t *codes, *yes;
	const char *code;
	size_t i;
	enum err e = ERR_OK;

	if (question->key[0] == '@')
		return ERR_OK;
	codes = result_leads(x->r, place_of(x->r, question->code));
	json_object_foreach(codes, code, yes) {
		bool by_choice;

		q = questionnaire_question(x->r->document, code);
		by_choice = json_object_size(codes) == 1 && q != NULL && questionnaire_is(q, "single");
		if (q == NULL || !questionnaire_is(q, "matrix")) {
			e = hide_led(x, across, code, by_choice);
		} else
			json_array_foreach(json_object_get(json_object_get(q, "settings"), "rows"), i, row)
				if (e == ERR_OK)
					e = hide_led(x, across, arena_printf(x->r->arena, "%s.%s", code, json_text(row, "code")), false);
		if (e != ERR_OK)
			return e;
	}
	return ERR_OK;
}

/* Counted and hidden. */
static enum err
table_open(struct cross *x, const char *first, const char *second, json_t **made)
{
	struct crossed *list;
	size_t n;
	enum err e;

	if (strcmp(first, second) == 0 || !side_open(x->r, first, &x->first) || !side_open(x->r, second, &x->second))
		return ERR_INVALID;
	e = cross_count(x->r, &x->first, &x->second, &list, &n, made);
	if (e == ERR_OK)
		e = count(x, list, n);
	if (e != ERR_OK)
		return e;
	hide(x);
	e = hide_asked(x, true);
	return e != ERR_OK ? e : hide_asked(x, false);
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
	struct opened opened = { .n = 0 };
	struct cross x = { .r = r, .opened = &opened };
	json_t *totals, *made;
	bool some = false;
	enum err e = table_open(&x, first, second, &made);

	if (e != ERR_OK)
		return e;
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
