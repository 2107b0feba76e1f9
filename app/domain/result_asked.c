/* SPDX-License-Identifier: Apache-2.0 */
/*
 * How many were asked, which tells what they had answered before.
 *
 * A question that only those see who chose A is answered by as many as chose A: were it three of
 * them, and hidden, its own number would say so; and that of a question for all others as well.
 * So in what is published nothing is told of a question that tells apart answers of which
 * some are hidden (the base, and with it shares and lines, which add up to it); nor of one that fewer
 * than five have answered.
 *
 * With a filter it is the same class by class, and who looks at it has the numbers of all as well.  Where the
 * choice of one question decides, what is told in the other classes and of all is known from that
 * question's own table, hidden cells and all, and so tells nothing of this one.  Where more than that decides, it
 * is in no table: then a question is told in no class, if anything is hidden in one.  A question that few have
 * answered in a class is hidden by its own table.  A cross-table is the same with the other side as
 * filter (cross.c).
 *
 * On what it depends whether a question is asked: on its own condition, on jumps over it, and on
 * what decides whether the question with such a jump is asked.
 */
#include <string.h>

#include "base/arena.h"
#include "domain/questionnaire.h"
#include "domain/result_block.h"

/* The questions of which this one is led by. */
struct led {
	const json_t *questions;
	bool *seen;
	json_t *codes;			/* a set */
};

static void
add_condition(const struct led *l, const json_t *condition)
{
	const json_t *group, *term;
	size_t i, k;

	json_array_foreach(json_object_get(condition, "any"), i, group)
		json_array_foreach(json_object_get(group, "all"), k, term) {
			const char *code = json_text(term, "question");

			json_object_setn_new(l->codes, code, strcspn(code, "."), json_true());
		}
}

static bool
leads_beyond(const json_t *jump, const json_t *questions, size_t place)
{
	const json_t *q;
	size_t i;

	json_array_foreach(questions, i, q)
		if (strcmp(json_text(q, "code"), json_text(jump, "to")) == 0)
			return i > place;
	return true;			/* the end */
}

static void
add_question(const struct led *l, size_t place)
{
	const json_t *jumps, *jump;
	size_t i, k;

	if (l->seen[place])
		return;
	l->seen[place] = true;
	add_condition(l, json_object_get(json_array_get(l->questions, place), "show"));
	for (i = 0; i < place; i++) {
		bool over = false;

		jumps = json_object_get(json_array_get(l->questions, i), "jumps");
		json_array_foreach(jumps, k, jump)
			over = over || leads_beyond(jump, l->questions, place);
		json_array_foreach(jumps, k, jump)
			if (over)
				add_condition(l, json_object_get(jump, "when"));
		if (over)
			add_question(l, i);
	}
}

json_t *
result_leads(const struct result *r, size_t place)
{
	const json_t *questions = json_object_get(r->document, "questions");
	struct led l = { questions, arena_alloc(r->arena, json_array_size(questions) + 1), json_keep(r->arena, json_object()) };

	add_question(&l, place);
	return l.codes;
}

bool
result_is_asked(const struct result *r, const json_t *answers, const char *code)
{
	const json_t *q = questionnaire_next(r->document, answers, "");

	while (q != NULL && strcmp(json_text(q, "code"), code) != 0)
		q = questionnaire_next(r->document, answers, json_text(q, "code"));
	return q != NULL;
}

static bool
hides(const json_t *view)
{
	return json_flag(view, "veiled") || json_any(json_object_get(view, "blocks"), "some_hidden");
}

/* What one choice decides is looked at choice by choice. */
static bool
is_by_choice(const json_t *codes, const json_t *view)
{
	return json_object_size(codes) == 1 && strcmp(json_text(view, "kind"), "single") == 0;
}

/* Some of the hidden choices lead to it and some do not: their sum alone is known. */
static bool
parts(const struct result *r, const json_t *view, const char *code)
{
	const json_t *lines = json_object_get(json_array_get(json_object_get(view, "blocks"), 0), "lines"), *line;
	size_t asked = 0, hidden = 0, i;

	json_array_foreach(lines, i, line) {
		json_t *answers = json_keep(r->arena, json_object());

		if (!json_flag(line, "hidden"))
			continue;
		if (json_text(line, "code")[0] != '\0')		/* else who gave no answer */
			json_object_set(answers, json_text(view, "code"), json_object_get(line, "code"));
		hidden++;
		asked += result_is_asked(r, answers, code);
	}
	return asked > 0 && asked < hidden;
}

bool
result_tells(const struct result *r, size_t place, const json_t *views, bool *spread)
{
	const json_t *questions = json_object_get(r->document, "questions"), *q = json_array_get(questions, place), *view;
	int64_t answered = result_answered(r->part, q);
	const char *code;
	bool tells = r->open_to_all && answered > 0 && answered < SMALL_CELL;
	json_t *codes = result_leads(r, place), *yes;

	*spread = false;
	json_object_foreach(codes, code, yes) {
		view = questionnaire_coded(views, code);
		if (view == NULL)
			continue;
		*spread |= json_flag(view, "spread");
		if (is_by_choice(codes, view) && !json_flag(view, "veiled"))
			tells |= hides(view) && parts(r, view, json_text(q, "code"));
		else
			tells |= hides(view) || (!is_by_choice(codes, view) && json_flag(view, "spread"));
	}
	return tells;
}
