/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The numbers of a cross-table, from where they are had soonest:
 *
 *	a question and what is known of those who answered	from tallies, which are kept anyway
 *	two things that are known of them			from groups of tallies
 *	two questions						from all answers; where they are many,
 *								by the courier's clerk
 */
#include <string.h>

#include "base/arena.h"
#include "db/queries.h"
#include "domain/cross_side.h"

enum { AT_ONCE = 20000 };

struct counting {
	struct arena *arena;
	struct crossed *list;
	size_t n, room;
	bool turned;			/* the question is the second side */
};

static void
add(struct counting *c, const char *a, const char *b, int64_t n)
{
	if (n == 0)
		return;
	if (c->n == c->room) {
		size_t room = c->room * 2 + 64;

		c->list = arena_grow(c->arena, c->list, c->room * sizeof *c->list, room * sizeof *c->list);
		c->room = room;
	}
	c->list[c->n++] = c->turned ? (struct crossed){ b, a, n } : (struct crossed){ a, b, n };
}

static bool
is_attribute(const struct side *s)
{
	return s->key[0] == '@';
}

static bool
is_day(const struct side *s)
{
	return strcmp(s->key, "@day") == 0;
}

/* --- from tallies --- */

/* What stands before the choices of this side in items of tallies: a row of a matrix, the first
 * place of an order. */
static const char *
before_items(struct arena *a, const struct side *s)
{
	if (strcmp(s->kind, "row") == 0 || strcmp(s->kind, "boxes") == 0)
		return arena_printf(a, "%s:", s->row);
	return strcmp(s->kind, "rank") == 0 ? "1:" : "";
}

/* One class of the attribute: each answer to the question in it, and none. */
static void
add_class(struct counting *c, const struct side *question, const struct tally_class *class)
{
	const char *before = before_items(c->arena, question);
	size_t first, i, n = tally_items(class->tally, question->code, &first), skip = strlen(before);
	int64_t answered = 0, people = tally_people(class->tally);

	for (i = first; i < first + n; i++) {
		const char *item = tally_item(class->tally, i);

		if (strncmp(item, before, skip) != 0)
			continue;
		item += skip;
		/* Where people are in several classes, '' says how many answered at all. */
		if (question->several && item[0] == '\0')
			answered = tally_n(class->tally, i);
		else if (item[0] != '\0' || skip == 0) {
			add(c, item, class->first, tally_n(class->tally, i));
			answered += question->several ? 0 : tally_n(class->tally, i);
		}
	}
	add(c, "", class->first, people - answered);
	if (question->several)
		add(c, "*", class->first, people);
}

static enum err
from_classes(const struct result *r, struct counting *c, const struct side *question, struct side *attribute)
{
	struct tally_class *classes;
	size_t n, i;
	enum err e = tally_open_classes(r->db, r->arena, r->questionnaire, attribute->kind, &classes, &n);

	if (e != ERR_OK)
		return e;
	for (i = 0; i < n; i++)
		add_class(c, question, &classes[i]);
	if (is_day(attribute)) {
		attribute->days = classes;
		attribute->n_days = n;
	}
	return ERR_OK;
}

static enum err
from_groups(const struct result *r, struct counting *c, const struct side *first, const struct side *second)
{
	struct rows *groups;
	size_t i;
	enum err e = q_tally_groups(r->db, (struct q_tally_groups){ r->questionnaire }, &groups);

	if (e != ERR_OK)
		return e;
	for (i = 0; i < rows_count(groups); i++)
		add(c, rows_text(groups, i, first->kind), rows_text(groups, i, second->kind), rows_int(groups, i, "n"));
	return ERR_OK;
}

/* --- from answers --- */

static void
add_rows(struct counting *c, const struct rows *rows)
{
	size_t i;

	for (i = 0; i < rows_count(rows); i++)
		add(c, rows_text(rows, i, "a"), rows_text(rows, i, "b"), rows_int(rows, i, "n"));
}

static enum err
at_once(const struct result *r, struct counting *c, const struct side *first, const struct side *second)
{
	struct rows *rows;
	enum err e = q_result_cross(r->db, (struct q_result_cross){ .first_kind = first->kind, .first_row = first->row,
	    .first = first->code, .second_kind = second->kind, .second_row = second->row, .second = second->code,
	    .questionnaire = r->questionnaire }, &rows);

	if (e == ERR_OK)
		add_rows(c, rows);
	return e;
}

/* What the clerk made, asked for anew where there is more by now.  ERR_BUSY: nothing yet. */
static enum err
by_clerk(const struct result *r, struct counting *c, const struct side *first, const struct side *second, int64_t people,
    json_t **made)
{
	struct rows *rows;
	enum err e = q_cross_ask_queue(r->db, (struct q_cross_ask){ .questionnaire = r->questionnaire, .first = first->key,
	    .second = second->key, .first_kind = first->kind, .first_row = first->row, .first_code = first->code,
	    .second_kind = second->kind, .second_row = second->row, .second_code = second->code }, NULL);

	if (e == ERR_OK)
		e = q_cross_again_queue(r->db, (struct q_cross_again){ .questionnaire = r->questionnaire, .first = first->key,
		    .second = second->key, .people = people }, NULL);
	if (e == ERR_OK)
		e = q_cross_cells_queue(r->db, (struct q_cross_cells){ .questionnaire = r->questionnaire, .first = first->key,
		    .second = second->key }, &rows);
	if (e == ERR_OK)
		e = q_cross_made(r->db, (struct q_cross_made){ .lang = r->lang, .questionnaire = r->questionnaire, .first = first->key,
		    .second = second->key }, made);
	if (e == ERR_NOT_FOUND)
		return ERR_BUSY;
	if (e == ERR_OK)
		add_rows(c, rows);
	return e;
}

enum err
cross_count(const struct result *r, struct side *first, struct side *second, struct crossed **out, size_t *n, json_t **made)
{
	bool a = is_attribute(first), b = is_attribute(second), grouped = r->regrouped < 0;
	struct counting c = { .arena = r->arena };
	struct rows *people;
	enum err e;

	*made = NULL;
	if (a != b && (grouped || is_day(a ? first : second))) {
		c.turned = a;
		e = a ? from_classes(r, &c, second, first) : from_classes(r, &c, first, second);
	} else if (a && b && grouped && !is_day(first) && !is_day(second)) {
		e = from_groups(r, &c, first, second);
	} else {
		e = q_tally_people(r->db, (struct q_tally_people){ .questionnaire = r->questionnaire, .kind = "all", .district = "",
		    .age = "", .language = "", .way = "", .from = "-infinity", .until = "infinity" }, &people);
		if (e != ERR_OK)
			return e;
		e = rows_int(people, 0, "n") <= AT_ONCE ? at_once(r, &c, first, second) :
		    by_clerk(r, &c, first, second, rows_int(people, 0, "n"), made);
	}
	*out = c.list;
	*n = c.n;
	return e;
}
