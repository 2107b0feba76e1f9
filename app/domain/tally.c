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
#include "domain/statistics.h"

#define MILLION 1e6
enum { DAYS = 31 };

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

const char *
tally_by(const struct tally_filter *f)
{
	const struct { const char *value, *name; } by[] = { { f->district, "district" }, { f->age, "age" }, { f->language, "language" },
	    { f->way, "way" }, { f->from[0] != '\0' ? f->from : f->until, "day" } };
	const char *found = NULL;
	size_t i;

	for (i = 0; i < sizeof by / sizeof *by; i++)
		if (by[i].value[0] != '\0') {
			if (found != NULL)
				return NULL;
			found = by[i].name;
		}
	return found;
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

enum err
tally_open(struct db *db, struct arena *a, int64_t questionnaire, const struct tally_filter *f, struct tally **out)
{
	struct rows *answers, *people;
	const char *by = tally_by(f), *kind = !tally_filtered(f) ? "all" : by != NULL && strcmp(by, "day") == 0 ? "day" : "group";
	const char *from = f->from[0] != '\0' ? f->from : "-infinity", *until = f->until[0] != '\0' ? f->until : "infinity";
	enum err e;

	if (tally_filtered(f) && by == NULL)
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

/* --- side by side --- */

struct classed {
	size_t class;
	struct line line;
};

static int
in_class_order(const void *one, const void *other)
{
	const struct classed *a = one, *b = other;

	return a->class != b->class ? (a->class > b->class) - (a->class < b->class) : in_order(&a->line, &b->line);
}

static int
by_name(const void *one, const void *other)
{
	const struct tally_class *a = one, *b = other;

	return strcmp(a->first, b->first);
}

static bool
same_month(const struct tally_class *a, const struct tally_class *b)
{
	return strncmp(a->first, b->first, strlen("2026-11")) == 0;
}

/* Days together until they are enough (or all of a month); what is left at the end stands with the last. */
static size_t
gather_days(struct tally_class *list, size_t n, bool months)
{
	size_t i, out = 0;

	for (i = 0; i < n; i++)
		if (out > 0 && (list[out - 1].tally->people < SMALL_CELL || (months && same_month(&list[out - 1], &list[i])))) {
			list[out - 1].last = list[i].last;
			list[out - 1].tally->people += list[i].tally->people;
		} else
			list[out++] = list[i];
	if (out > 1 && list[out - 1].tally->people < SMALL_CELL) {
		out--;
		list[out - 1].last = list[out].last;
		list[out - 1].tally->people += list[out].tally->people;
	}
	return out;
}

static size_t
classes_of(struct arena *a, const struct rows *rows, bool days, struct tally_class *list)
{
	size_t i, n = 0;

	for (i = 0; i < rows_count(rows); i++)
		if (rows_text(rows, i, "code")[0] == '\0') {
			list[n].first = list[n].last = rows_text(rows, i, "class");
			list[n].tally = arena_alloc(a, sizeof *list[n].tally);
			list[n++].tally->people = rows_int(rows, i, "n");
		}
	qsort(list, n, sizeof *list, by_name);
	if (days)
		n = gather_days(list, n, false);
	return days && n > DAYS ? gather_days(list, n, true) : n;
}

static size_t
class_of(const struct tally_class *list, size_t n, const char *name)
{
	size_t i;

	for (i = 0; i < n; i++)
		if (strcmp(name, list[i].last) <= 0)
			break;
	return i;
}

/* How many lines from here on are of the same class. */
static size_t
length_of(const struct classed *all, size_t n)
{
	size_t i = 0;

	while (i < n && all[i].class == all[0].class)
		i++;
	return i;
}

/* Lines of each class in order, those of one question and item added up. */
static void
share_out(struct arena *a, const struct classed *all, size_t n, struct tally_class *list, size_t classes)
{
	size_t i;

	for (i = 0; i < n; i++) {
		struct tally *t = list[all[i].class].tally;

		if (t->lines == NULL)
			t->lines = arena_alloc(a, length_of(all + i, n - i) * sizeof *t->lines);
		if (t->n > 0 && in_order(&t->lines[t->n - 1], &all[i].line) == 0) {
			t->lines[t->n - 1].n += all[i].line.n;
			t->lines[t->n - 1].total += all[i].line.total;
		} else
			t->lines[t->n++] = all[i].line;
	}
	for (i = 0; i < classes; i++)
		if (list[i].tally->lines == NULL)
			list[i].tally->lines = arena_alloc(a, sizeof *list[i].tally->lines);
}

enum err
tally_open_classes(struct db *db, struct arena *a, int64_t questionnaire, const char *by, struct tally_class **out, size_t *n)
{
	struct classed *all;
	struct rows *rows;
	size_t i, lines = 0;
	enum err e = q_tally_classes(db, (struct q_tally_classes){ .by = by, .questionnaire = questionnaire }, &rows);

	if (e != ERR_OK)
		return e;
	*out = arena_alloc(a, (rows_count(rows) + 1) * sizeof **out);
	*n = classes_of(a, rows, strcmp(by, "day") == 0, *out);
	all = arena_alloc(a, (rows_count(rows) + 1) * sizeof *all);
	for (i = 0; i < rows_count(rows); i++)
		if (rows_text(rows, i, "code")[0] != '\0')
			all[lines++] = (struct classed){ class_of(*out, *n, rows_text(rows, i, "class")), { rows_text(rows, i, "code"),
			    rows_text(rows, i, "item"), rows_int(rows, i, "n"), strtod(rows_text(rows, i, "total"), NULL) } };
	qsort(all, lines, sizeof *all, in_class_order);
	share_out(a, all, lines, *out, *n);
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
