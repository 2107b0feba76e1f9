/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Tallies as the pages read them: one result, ordered by question and item, and searched.
 */
#include "domain/tally.h"

#include <limits.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "db/queries.h"

#define MILLION 1e6

struct line {
	const char *code, *item;
	int64_t n;
	double total;
};

struct tally {
	struct line *lines;
	size_t n;
	int64_t people;
};

bool
tally_filtered(const struct tally_filter *f)
{
	return f->district[0] != '\0' || f->age[0] != '\0' || f->language[0] != '\0' || f->way[0] != '\0' ||
	    f->from[0] != '\0' || f->until[0] != '\0';
}

enum err
tally_count(struct db *db, int64_t questionnaire, int most, int64_t *waiting)
{
	struct rows *rows;
	enum err e = q_tally_count(db, (struct q_tally_count){ questionnaire, most }, &rows);

	if (e == ERR_OK)
		e = q_tally_waiting(db, (struct q_tally_waiting){ questionnaire }, &rows);
	if (e == ERR_OK)
		*waiting = rows_int(rows, 0, "waiting");
	return e;
}

enum err
tally_count_all(struct db *db, int64_t questionnaire)
{
	int64_t waiting = 0;
	struct rows *rows;
	enum err e = tally_count(db, questionnaire, INT_MAX, &waiting);

	if (e == ERR_OK)
		e = q_tally_wait(db, (struct q_tally_wait){ questionnaire }, &rows);
	if (e == ERR_OK)
		e = tally_count(db, questionnaire, INT_MAX, &waiting);
	return e == ERR_OK && waiting > 0 ? ERR_BUSY : e;
}

static int
in_order(const void *one, const void *other)
{
	const struct line *a = one, *b = other;
	int by_code = strcmp(a->code, b->code);

	return by_code != 0 ? by_code : strcmp(a->item, b->item);
}

static struct tally *
read_lines(struct arena *a, const struct rows *rows, double unit, bool totals)
{
	struct tally *t = arena_alloc(a, sizeof *t);
	size_t i;

	t->n = rows_count(rows);
	t->lines = arena_alloc(a, (t->n + 1) * sizeof *t->lines);
	for (i = 0; i < t->n; i++)
		t->lines[i] = (struct line){ rows_text(rows, i, "code"), rows_text(rows, i, "item"),
		    llround((double)rows_int(rows, i, "n") / unit), totals ? strtod(rows_text(rows, i, "total"), NULL) : 0 };
	/* The server's order is that of its language. */
	qsort(t->lines, t->n, sizeof *t->lines, in_order);
	return t;
}

const char *
tally_kind(const struct tally_filter *f)
{
	if (f->from[0] != '\0' || f->until[0] != '\0')
		return "day";
	return tally_filtered(f) ? "group" : "all";
}

enum err
tally_open(struct db *db, struct arena *a, int64_t questionnaire, const struct tally_filter *f, struct tally **out)
{
	struct rows *answers, *people;
	const char *kind = tally_kind(f), *from = f->from[0] != '\0' ? f->from : "-infinity";
	const char *until = f->until[0] != '\0' ? f->until : "infinity";
	enum err e;

	if (strcmp(kind, "day") == 0 && (f->district[0] != '\0' || f->age[0] != '\0' || f->language[0] != '\0' ||
	    f->way[0] != '\0'))
		return ERR_INVALID;
	e = q_tally_people_queue(db, (struct q_tally_people){ .questionnaire = questionnaire, .kind = kind,
	    .district = f->district, .age = f->age, .language = f->language, .way = f->way, .from = from, .until = until },
	    &people);
	if (e == ERR_OK)
		e = q_tally_answers(db, (struct q_tally_answers){ .questionnaire = questionnaire, .kind = kind,
		    .district = f->district, .age = f->age, .language = f->language, .way = f->way, .from = from,
		    .until = until }, &answers);
	if (e != ERR_OK)
		return e;
	*out = read_lines(a, answers, 1, true);
	(*out)->people = rows_int(people, 0, "n");
	return ERR_OK;
}

enum err
tally_open_weighted(struct db *db, struct arena *a, const struct db_ids *cells, const double *weights, struct tally **out)
{
	int64_t *parts = arena_alloc(a, (cells->n + 1) * sizeof *parts);
	struct rows *rows;
	size_t i;
	enum err e;

	for (i = 0; i < cells->n; i++)
		parts[i] = llround(weights[i] * MILLION);
	e = q_tally_weighted(db, (struct q_tally_weighted){ *cells, { parts, cells->n } }, &rows);
	if (e == ERR_OK)
		*out = read_lines(a, rows, MILLION, false);
	return e;
}

int64_t
tally_people(const struct tally *t)
{
	return t->people;
}

int64_t
tally_of(const struct tally *t, const char *code, const char *item)
{
	const struct line key = { code, item, 0, 0 }, *found = bsearch(&key, t->lines, t->n, sizeof key, in_order);

	return found != NULL ? found->n : 0;
}

size_t
tally_items(const struct tally *t, const char *code, size_t *first)
{
	size_t i, low = 0, high = t->n;

	while (low < high) {
		size_t middle = (low + high) / 2;

		if (strcmp(t->lines[middle].code, code) < 0)
			low = middle + 1;
		else
			high = middle;
	}
	*first = low;
	for (i = low; i < t->n && strcmp(t->lines[i].code, code) == 0; i++)
		continue;
	return i - low;
}

const char *
tally_item(const struct tally *t, size_t row)
{
	return t->lines[row].item;
}

int64_t
tally_n(const struct tally *t, size_t row)
{
	return t->lines[row].n;
}

double
tally_total(const struct tally *t, size_t row)
{
	return t->lines[row].total;
}
