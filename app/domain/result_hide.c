/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What results do not show, so that nobody is found out by taking one page from another.
 *
 * Whoever reads the results reads them with every filter, and all of them without.  Were
 * filters free, one page less another could be a single person ("women of the north" less
 * "women of the north under seventy"): Denning & Schlörer (1983), Inference controls for
 * statistical databases, Computer 16 (7), 69-82, call that a tracker, and show that no rule
 * about one page alone keeps it off.  So the pages are bound together:
 *
 *  1. A filter is one class of one thing (district, age, language, way), or days.  Of two
 *     things together there are only cross-tables.
 *  2. The pages of all classes of a thing are the columns of one table, of which the page
 *     without filter has the sums.  It is hidden as that table (statistics_hide_table): of each
 *     small cell five values stay possible, whatever columns, sums and unions are put together.
 *  3. Of people, a class of fewer than five is hidden, and as many others as it takes that it
 *     does not follow from the sum of all (statistics_hide_list).  Days stand together until
 *     they are five people or more, so that any range less any other is nobody or five.
 *  4. A cross-table of a question and a thing is that same table, and hides the same cells.
 *  5. How many were asked follows from what they had answered before: result_asked.c.
 *
 * Two things that are told apart each on its own leave of a cell (a, b) all from
 * max(0, a + b - all) to min(a, b): Fréchet's bounds, apart by the least of a, b, all - a and
 * all - b, each of which is nobody or five (Dobra & Fienberg 2000, Bounds for cell entries in
 * contingency tables given marginal totals, PNAS 97, 11885-11892).
 *
 * Not kept off: who compares the results before and after one answer came in.
 */
#include <string.h>

#include "base/arena.h"
#include "domain/result_block.h"

enum { CELLS = 6000 };

static int64_t
people_of(const struct result *r, size_t class)
{
	return tally_people(r->classes[class].tally);
}

static void
hide_all(struct block *b)
{
	size_t i;

	for (i = 0; i < b->n; i++)
		b->choices[i].hidden = true;
	b->spread = b->n > 0;
}

/* Who gave no answer, of each class; several: of those who gave one. */
static int64_t
silent(const struct result *r, const struct block *b, size_t class, bool several)
{
	int64_t answered = 0;
	size_t i;

	if (several)
		answered = b->item != NULL ? tally_of(r->classes[class].tally, b->code, b->item) : 0;
	else
		for (i = 0; i < b->n; i++)
			answered += b->choices[i].classes[class];
	return people_of(r, class) - answered;
}

static void
add_silent(struct result *r, struct block *b, bool several)
{
	struct choice none = { .item = "", .label = words_get(r->words, "result_no_answer"), .lang = r->lang,
	    .classes = arena_alloc(r->arena, (r->n_classes + 1) * sizeof *none.classes) };
	bool some = false;
	size_t k;

	for (k = 0; k < r->n_classes; k++) {
		none.classes[k] = silent(r, b, k, several);
		none.n += r->chosen[k] ? none.classes[k] : 0;
		some |= none.classes[k] > 0;
	}
	if (some)
		b->choices[b->n++] = none;
}

/* A table of so many columns, class by class.  True: something of it is hidden, in whatever class. */
static bool
hide_classes(struct result *r, const int64_t *n, size_t columns, bool *out)
{
	bool *hidden = arena_alloc(r->arena, r->n_classes * columns + 1), some = false;
	size_t i, k;

	statistics_hide_table(r->arena, n, r->n_classes, columns, hidden);
	for (k = 0; k < r->n_classes; k++)
		for (i = 0; i < columns; i++) {
			some |= hidden[k * columns + i];
			out[i] |= r->chosen[k] && hidden[k * columns + i];
		}
	return some;
}

/* Each is in one choice. */
static void
hide_single(struct result *r, struct block *b)
{
	int64_t *n = arena_alloc(r->arena, (b->n * r->n_classes + 1) * sizeof *n);
	bool *hidden = arena_alloc(r->arena, b->n + 1);
	size_t i, k;

	for (k = 0; k < r->n_classes; k++)
		for (i = 0; i < b->n; i++)
			n[k * b->n + i] = b->choices[i].classes[k];
	b->spread = hide_classes(r, n, b->n, hidden);
	for (i = 0; i < b->n; i++)
		b->choices[i].hidden = hidden[i];
}

/* Each choice against all who did not choose it is a table of its own. */
static void
hide_several(struct result *r, struct block *b)
{
	int64_t *two = arena_alloc(r->arena, (2 * r->n_classes + 1) * sizeof *two);
	size_t i, k;

	for (i = 0; i < b->n; i++) {
		bool hidden[2] = { false, false };

		for (k = 0; k < r->n_classes; k++) {
			two[2 * k] = b->choices[i].classes[k];
			two[2 * k + 1] = people_of(r, k) - two[2 * k];
		}
		b->spread |= hide_classes(r, two, 2, hidden);
		b->choices[i].hidden = hidden[0] || hidden[1];
	}
}

static void
hide_filtered(struct result *r, struct block *b, bool several)
{
	add_silent(r, b, several);
	b->base = tally_people(r->part);
	if (b->n * r->n_classes > CELLS)
		hide_all(b);
	else if (several)
		hide_several(r, b);
	else
		hide_single(r, b);
}

/* Of all, for everybody: a list beside its sum; or each choice against those who did not choose it. */
static void
hide_open(struct result *r, struct block *b, bool several)
{
	int64_t *n = arena_alloc(r->arena, (b->n + 1) * sizeof *n);
	bool *hidden = arena_alloc(r->arena, b->n + 1);
	size_t i;

	for (i = 0; i < b->n; i++) {
		int64_t rest = b->base - b->choices[i].n;

		n[i] = b->choices[i].n;
		hidden[i] = several && ((n[i] > 0 && n[i] < SMALL_CELL) || (rest > 0 && rest < SMALL_CELL));
	}
	if (!several)
		statistics_hide_list(n, b->n, hidden);
	for (i = 0; i < b->n; i++)
		b->choices[i].hidden = hidden[i];
}

void
block_hide(struct result *r, struct block *b, bool several)
{
	/* Beside fewer than five in all, a line that is alone in not being 0 is no secret. */
	b->untold = r->veiled || (r->open_to_all && b->base > 0 && b->base < SMALL_CELL);
	if (b->untold)
		hide_all(b);
	else if (r->filtered)
		hide_filtered(r, b, several);
	else if (r->open_to_all)
		hide_open(r, b, several);
}
