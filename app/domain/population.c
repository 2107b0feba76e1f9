/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The population as a table, read, kept and asked.
 */
#include "domain/population.h"

#include <string.h>

#include "base/arena.h"
#include "base/csv.h"
#include "base/text.h"
#include "db/queries.h"

enum { COLUMNS = 200, ROWS = 20000, PEOPLE_DIGITS = 7 };

/* How ages are written in choices and in the heads of tables. */
#define LONG "ー" /* lint: words */
#define TENS_OF "歳代" /* lint: words */
#define TENS "代" /* lint: words */
#define YEARS "歳" /* lint: words */
#define AND_OVER "以上" /* lint: words */
#define AND_UNDER "以下" /* lint: words */
#define BELOW "未満" /* lint: words */
#define FROM_TO "から" /* lint: words */
#define FIRST_HALF "前半" /* lint: words */
#define LAST_HALF "後半" /* lint: words */

/* --- ages --- */

static const char *
take_number(const char *s, int *n)
{
	*n = 0;
	while (*s >= '0' && *s <= '9' && *n < 1000)
		*n = *n * 10 + (*s++ - '0');
	return s;
}

/* One of the signs that stand between two ages. */
static const char *
take_dash(const char *s)
{
	static const char *const dashes[] = { "〜", "~", "-", "−", "―", "–", "—", LONG, FROM_TO, "to" };
	size_t i;

	for (i = 0; i < sizeof dashes / sizeof *dashes; i++)
		if (strncmp(s, dashes[i], strlen(dashes[i])) == 0)
			return s + strlen(dashes[i]);
	return NULL;
}

static bool
is_word(const char *s, const char *word)
{
	return strncmp(s, word, strlen(word)) == 0;
}

static const char *
take_word(const char *s, const char *word)
{
	return is_word(s, word) ? s + strlen(word) : s;
}

/* "30", "30歳", "30代", "30代前半": from and to; what stands behind. */
static const char *
take_span(const char *s, int *from, int *to)
{
	bool tens;

	s = take_number(s, from);
	tens = is_word(s, TENS) || is_word(s, TENS_OF);
	*to = *from + (tens ? 9 : 0);
	s = take_word(take_word(s, YEARS), TENS);
	if (tens && is_word(s, FIRST_HALF))
		*to = *from + 4;
	else if (tens && is_word(s, LAST_HALF))
		*from += 5;
	return take_word(take_word(take_word(s, FIRST_HALF), LAST_HALF), " ");
}

/* "20・30代": one more ten behind a dot. */
static const char *
take_next_ten(const char *s, int *to)
{
	static const char *const dots[] = { "・", "、", "," };	/* lint: words */
	int from, last;
	const char *rest;

	for (size_t i = 0; i < sizeof dots / sizeof *dots; i++)
		if (is_word(s, dots[i]) && (rest = take_span(s + strlen(dots[i]), &from, &last)) != s + strlen(dots[i]) &&
		    last == from + 9) {
			*to = last;
			return rest;
		}
	return s;
}

bool
population_ages(struct arena *a, const char *text, int *from, int *to)
{
	const char *s = text_normal(a, text), *rest, *dash;
	int second, last;

	s += strcspn(s, "0123456789");
	if (*s == '\0')
		return false;
	rest = take_next_ten(take_span(s, from, to), to);
	if (is_word(rest, AND_OVER) || *rest == '+')
		*to = POPULATION_OLDEST;
	else if (is_word(rest, AND_UNDER))
		*from = 0;
	else if (is_word(rest, BELOW)) {
		*to = *from - 1;
		*from = 0;
	} else if ((dash = take_dash(rest)) != NULL) {
		dash = take_word(dash, " ");
		*to = take_span(dash, &second, &last) == dash ? POPULATION_OLDEST : last;
	}
	return *from <= *to && *to <= POPULATION_OLDEST;
}

/* --- a file --- */

struct reading {
	struct arena *arena;
	const struct rows *districts;
	struct population_table *table;
	struct population_fault *faults;
	size_t n_faults;
	int from[COLUMNS], to[COLUMNS];		/* from -1: not an age; -2: the sum */
};

static void
fault(struct reading *r, const char *key, size_t line, const char *text)
{
	if (r->n_faults < POPULATION_FAULTS)
		r->faults[r->n_faults++] = (struct population_fault){ key, line, text_cut(r->arena, text, 40) };
}

static bool
is_sum(const char *text)
{
	static const char *const words[] = { "総数", "合計", "計", "人口", "total", "Total" }; /* lint: words */
	size_t i;

	for (i = 0; i < sizeof words / sizeof *words; i++)
		if (strcmp(text, words[i]) == 0)
			return true;
	return false;
}

static void
read_head(struct reading *r, const struct csv_row *head)
{
	bool ages = false;
	size_t i, k;

	if (head->cells > COLUMNS)
		fault(r, "population_fault_columns", 1, "");
	for (i = 1; i < head->cells && i < COLUMNS; i++) {
		const char *text = text_normal(r->arena, head->cell[i]);

		r->from[i] = is_sum(text) ? -2 : -1;
		if (r->from[i] == -2 || text[0] == '\0')
			continue;
		if (!population_ages(r->arena, text, &r->from[i], &r->to[i])) {
			r->from[i] = -1;
			fault(r, "population_fault_age", 1, text);
			continue;
		}
		ages = true;
		for (k = 1; k < i; k++)
			if (r->from[k] >= 0 && r->from[k] <= r->to[i] && r->from[i] <= r->to[k])
				fault(r, "population_fault_overlap", 1, text);
	}
	if (!ages && r->n_faults == 0)
		fault(r, "population_fault_head", 1, "");
}

static int64_t
district_named(const struct reading *r, const char *name)
{
	size_t i;

	for (i = 0; i < rows_count(r->districts); i++)
		if (strcmp(text_normal(r->arena, rows_text(r->districts, i, "name")), name) == 0)
			return rows_int(r->districts, i, "id");
	return 0;
}

/* "1,234" and "１２３４" are numbers, "-" and nothing are 0. */
static bool
read_people(struct arena *a, const char *cell, int *people)
{
	const char *s = text_normal(a, cell);
	size_t digits = 0;

	*people = 0;
	if (s[0] == '\0' || strcmp(s, "-") == 0)
		return true;
	for (; *s != '\0'; s++) {
		if (*s == ',')
			continue;
		if (*s < '0' || *s > '9' || ++digits > PEOPLE_DIGITS)
			return false;
		*people = *people * 10 + (*s - '0');
	}
	return true;
}

static void
read_line(struct reading *r, const struct csv_row *line, size_t number)
{
	const char *name = text_normal(r->arena, line->cells > 0 ? line->cell[0] : "");
	int64_t district = district_named(r, name);
	struct population_table *t = r->table;
	int64_t sum = 0, told = -1;
	size_t i;
	int people;

	if (is_sum(name))
		return;
	if (district == 0)
		fault(r, "population_fault_district", number, name);
	for (i = 0; i < t->n; i++)
		if (district != 0 && t->rows[i].district == district) {
			fault(r, "population_fault_twice", number, name);
			break;
		}
	for (i = 1; i < line->cells && i < COLUMNS; i++) {
		if (r->from[i] == -1)
			continue;
		if (!read_people(r->arena, line->cell[i], &people))
			fault(r, "population_fault_people", number, line->cell[i]);
		else if (r->from[i] == -2)
			told = people;
		else if (t->n < ROWS) {
			t->rows[t->n++] = (struct population_row){ district, r->from[i], r->to[i], people };
			sum += people;
		}
	}
	if (told >= 0 && told != sum)
		fault(r, "population_fault_sum", number, name);
	t->people += sum;
}

/* What is copied out of a spreadsheet has tabs. */
static char
separator_of(const char *text)
{
	size_t line = strcspn(text, "\n");

	return memchr(text, ',', line) == NULL && memchr(text, '\t', line) != NULL ? '\t' : ',';
}

enum err
population_read(struct arena *a, const char *data, size_t n, const struct rows *districts,
    struct population_table *out, struct population_fault *faults, size_t *n_faults)
{
	struct reading r = { .arena = a, .districts = districts, .table = out, .faults = faults };
	const char *text;
	struct csv csv = { NULL, 0 };
	size_t i;

	*out = (struct population_table){ .rows = arena_alloc(a, ROWS * sizeof *out->rows) };
	if (csv_decode(a, data, n, &text) != ERR_OK)
		fault(&r, "population_fault_bytes", 1, "");
	else if (csv_read(a, text, strlen(text), separator_of(text), &csv) != ERR_OK)
		fault(&r, "population_fault_csv", 1, "");
	else if (csv.rows == 0)
		fault(&r, "population_fault_empty", 1, "");
	else
		read_head(&r, &csv.row[0]);
	for (i = 1; i < csv.rows && r.n_faults < POPULATION_FAULTS; i++)
		read_line(&r, &csv.row[i], i + 1);
	if (r.n_faults == 0 && out->people == 0)
		fault(&r, "population_fault_empty", 1, "");
	*n_faults = r.n_faults;
	return r.n_faults == 0 ? ERR_OK : ERR_INVALID;
}

enum err
population_keep(struct db *db, struct arena *a, const struct population_table *t, const char *as_of, int64_t staff)
{
	int64_t *districts = arena_alloc(a, (t->n + 1) * sizeof *districts);
	int32_t *from = arena_alloc(a, (t->n + 1) * sizeof *from), *to = arena_alloc(a, (t->n + 1) * sizeof *to);
	int32_t *people = arena_alloc(a, (t->n + 1) * sizeof *people);
	enum err e;
	size_t i;

	for (i = 0; i < t->n; i++) {
		districts[i] = t->rows[i].district;
		from[i] = t->rows[i].from;
		to[i] = t->rows[i].to;
		people[i] = t->rows[i].people;
	}
	e = q_population_drop(db, NULL);
	if (e == ERR_OK)
		e = q_population_add(db, (struct q_population_add){ { districts, t->n }, { from, t->n }, { to, t->n },
		    { people, t->n } }, NULL);
	return e != ERR_OK ? e : q_population_note(db, (struct q_population_note){ as_of, staff }, NULL);
}

/* --- asked --- */

enum err
population_load(struct db *db, struct arena *a, struct population_table *out)
{
	struct rows *rows;
	size_t i;
	enum err e = q_population_show(db, &rows);

	if (e != ERR_OK)
		return e;
	*out = (struct population_table){ .rows = arena_alloc(a, (rows_count(rows) + 1) * sizeof *out->rows),
	    .n = rows_count(rows) };
	for (i = 0; i < out->n; i++) {
		out->rows[i] = (struct population_row){ rows_int(rows, i, "district_id"), (int)rows_int(rows, i, "from_age"),
		    (int)rows_int(rows, i, "to_age"), (int)rows_int(rows, i, "people") };
		out->people += out->rows[i].people;
	}
	return ERR_OK;
}

double
population_of(const struct population_table *t, int64_t district, int from, int to)
{
	double sum = 0;
	size_t i;

	for (i = 0; i < t->n; i++) {
		const struct population_row *r = &t->rows[i];
		int low = from > r->from ? from : r->from, high = to < r->to ? to : r->to;
		/* "85 and over" ends at about a hundred, where it is cut. */
		int end = r->to == POPULATION_OLDEST && to < POPULATION_OLDEST ? 99 : r->to;

		if ((district != 0 && r->district != district) || low > high || end < r->from)
			continue;
		sum += r->people * (double)((high < end ? high : end) - low + 1) / (end - r->from + 1);
	}
	return sum;
}
