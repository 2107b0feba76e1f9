/* SPDX-License-Identifier: Apache-2.0 */
/*
 * 全経路を試す: walks a questionnaire with every answer that matters to its conditions.
 *
 * Of a question only those answers are tried that some condition tells apart: each choice that
 * is named and one that is not, amounts at, below and above those that are compared with, and
 * none where it is optional.  Two walks over the same questions are one way.
 */
#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "base/json.h"
#include "domain/question.h"
#include "domain/questionnaire.h"

enum { PATHS_SHOWN = 50, PATHS_MAX = 2000, WALKS_MAX = 20000 };

struct walk {
	struct arena *arena;
	const json_t *draft;
	json_t *terms;		/* all that conditions say */
	json_t *answers;
	json_t *seen;		/* ways by the codes on them */
	json_t *paths;
	json_t *reached;	/* codes */
	size_t walks, shortest, longest;
	bool more;
};

static void
gather(json_t *terms, const json_t *condition)
{
	const json_t *group, *term;
	size_t i, k;

	json_array_foreach(json_object_get(condition, "any"), i, group)
		json_array_foreach(json_object_get(group, "all"), k, term)
			json_array_append(terms, (json_t *)term);
}

static void
gather_all(json_t *terms, const json_t *draft)
{
	const json_t *q, *jump;
	size_t i, k;

	json_array_foreach(json_object_get(draft, "questions"), i, q) {
		gather(terms, json_object_get(q, "show"));
		json_array_foreach(json_object_get(q, "jumps"), k, jump)
			gather(terms, json_object_get(jump, "when"));
	}
}

/* --- the answers of a question that matter --- */

static void
try(json_t *list, json_t *answer, const char *words)
{
	json_array_append_new(list, json_pack("{s:o, s:s?}", "answer", answer, "words", words));
}

static bool
is_kind(const json_t *q, const char *kind)
{
	return strcmp(json_text(q, "kind"), kind) == 0;
}

static bool
named(const struct walk *w, const char *code, const char *choice)
{
	const json_t *term;
	size_t i;

	json_array_foreach(w->terms, i, term)
		if (strcmp(json_text(term, "question"), code) == 0 && strcmp(json_text(term, "value"), choice) == 0)
			return true;
	return false;
}

static void
try_choices(const struct walk *w, const json_t *q, json_t *list)
{
	const char *code = json_text(q, "code");
	const json_t *choice;
	bool any = false;
	size_t i;

	json_array_foreach(json_object_get(q, "choices"), i, choice) {
		const char *value = json_text(choice, "code");

		if (!named(w, code, value)) {
			if (any)
				continue;
			any = true;
		}
		try(list, is_kind(q, "single") ? json_string(value) : json_pack("[s]", value), questionnaire_text(choice, NULL, "ja"));
	}
}

/* Each column that is named in a row; the other rows have the first. */
static void
try_rows(const struct walk *w, const json_t *q, json_t *list)
{
	const json_t *rows = json_object_get(json_object_get(q, "settings"), "rows"), *row, *choice;
	const json_t *choices = json_object_get(q, "choices");
	bool multi = json_flag(json_object_get(q, "settings"), "multi");
	json_t *plain = json_object(), *one;
	size_t i, k;

	json_array_foreach(rows, i, row)
		json_object_set_new(plain, json_text(row, "code"), multi ? json_pack("[s]", json_text(json_array_get(choices, 0), "code"))
		    : json_string(json_text(json_array_get(choices, 0), "code")));
	try(list, json_deep_copy(plain), questionnaire_text(json_array_get(choices, 0), NULL, "ja"));
	json_array_foreach(rows, i, row)
		json_array_foreach(choices, k, choice) {
			const char *code = arena_printf(w->arena, "%s.%s", json_text(q, "code"), json_text(row, "code"));

			if (k == 0 || !named(w, code, json_text(choice, "code")))
				continue;
			one = json_deep_copy(plain);
			json_object_set_new(one, json_text(row, "code"), multi ? json_pack("[s]", json_text(choice, "code"))
			    : json_string(json_text(choice, "code")));
			try(list, one, arena_printf(w->arena, "%s %s", questionnaire_text(row, NULL, "ja"),
			    questionnaire_text(choice, NULL, "ja")));
		}
	json_decref(plain);
}

/* What is compared with, and its neighbours; a day or a time stands for itself between two far ones. */
static void
try_amounts(const struct walk *w, const json_t *q, json_t *list)
{
	bool date = is_kind(q, "date"), time = is_kind(q, "time");
	const json_t *term;
	size_t i;

	json_array_foreach(w->terms, i, term) {
		const char *value = json_text(term, "value");

		if (strcmp(json_text(term, "question"), json_text(q, "code")) != 0 || value[0] == '\0')
			continue;
		try(list, json_string(value), value);
		if (!date && !time) {
			const char *less = arena_printf(w->arena, "%lld", strtoll(value, NULL, 10) - 1);
			const char *more = arena_printf(w->arena, "%lld", strtoll(value, NULL, 10) + 1);

			try(list, json_string(less), less);
			try(list, json_string(more), more);
		}
	}
	if (date || time || json_array_size(list) == 0) {
		const char *low = date ? "1900-01-01" : time ? "00:00" : "1", *high = date ? "2099-12-31" : time ? "23:59" : "2";

		try(list, json_string(low), low);
		if (date || time)
			try(list, json_string(high), high);
	}
}

/* Whether a condition looks at this question at all. */
static bool
matters(const struct walk *w, const char *code)
{
	const json_t *term;
	size_t i, n = strlen(code);

	json_array_foreach(w->terms, i, term) {
		const char *name = json_text(term, "question");

		if (strncmp(name, code, n) == 0 && (name[n] == '\0' || name[n] == '.'))
			return true;
	}
	return false;
}

static json_t *
tries_of(const struct walk *w, const json_t *q)
{
	json_t *list = json_keep(w->arena, json_array());

	if (!matters(w, json_text(q, "code"))) {
		try(list, json_null(), NULL);
		return list;
	}
	if (is_kind(q, "single") || is_kind(q, "multi") || is_kind(q, "rank"))
		try_choices(w, q, list);
	else if (is_kind(q, "matrix"))
		try_rows(w, q, list);
	else if (is_kind(q, "number") || is_kind(q, "scale") || is_kind(q, "date") || is_kind(q, "time"))
		try_amounts(w, q, list);
	else if (!is_kind(q, "note"))
		try(list, json_string("1"), NULL);
	if (!json_flag(q, "required") || json_array_size(list) == 0)
		try(list, json_null(), NULL);
	return list;
}

/* --- walking --- */

static json_t *
steps_of(const struct walk *w, const json_t *codes, const json_t *said)
{
	json_t *steps = json_array();
	const json_t *code;
	size_t i;

	json_array_foreach(codes, i, code) {
		int number = 0;
		const json_t *q = question_of(w->draft, json_string_value(code), &number), *words = json_array_get(said, i);

		json_array_append_new(steps, json_pack("{s:o, s:s, s:O}", "number", json_sprintf("%d", number),
		    "label", questionnaire_text(q, "label", "ja"), "answer", words));
	}
	return steps;
}

static void
arrive(struct walk *w, const json_t *codes, const json_t *said)
{
	char *key = "";
	const json_t *code;
	size_t i, n = json_array_size(codes);

	w->walks++;
	json_array_foreach(codes, i, code)
		key = arena_printf(w->arena, "%s %s", key, json_string_value(code));
	if (json_object_get(w->seen, key) != NULL)
		return;
	json_object_set_new(w->seen, key, json_true());
	if (w->shortest == 0 || n < w->shortest)
		w->shortest = n;
	if (n > w->longest)
		w->longest = n;
	if (json_array_size(w->paths) < PATHS_SHOWN)
		json_array_append_new(w->paths, json_pack("{s:o, s:o}", "number", json_sprintf("%zu", json_object_size(w->seen)),
		    "steps", steps_of(w, codes, said)));
}

static void
walk_on(struct walk *w, const char *code, json_t *codes, json_t *said)
{
	const json_t *q = questionnaire_next(w->draft, w->answers, code), *tries, *one;
	size_t i;

	if (w->walks >= WALKS_MAX || json_object_size(w->seen) >= PATHS_MAX) {
		w->more = true;
		return;
	}
	if (q == NULL) {
		arrive(w, codes, said);
		return;
	}
	json_object_set_new(w->reached, json_text(q, "code"), json_true());
	json_array_append(codes, json_object_get(q, "code"));
	tries = tries_of(w, q);
	json_array_foreach(tries, i, one) {
		json_t *answer = json_object_get(one, "answer");

		if (json_is_null(answer))
			json_object_del(w->answers, json_text(q, "code"));
		else
			json_object_set(w->answers, json_text(q, "code"), answer);
		json_array_append(said, json_array_size(tries) > 1 ? json_object_get(one, "words") : json_null());
		walk_on(w, json_text(q, "code"), codes, said);
		json_array_remove(said, json_array_size(said) - 1);
	}
	json_object_del(w->answers, json_text(q, "code"));
	json_array_remove(codes, json_array_size(codes) - 1);
}

static json_t *
unreached(const struct walk *w)
{
	json_t *list = json_array();
	const json_t *q;
	size_t i;

	json_array_foreach(json_object_get(w->draft, "questions"), i, q)
		if (json_object_get(w->reached, json_text(q, "code")) == NULL)
			json_array_append_new(list, json_pack("{s:o, s:s}", "number", json_sprintf("%zu", i + 1),
			    "label", questionnaire_text(q, "label", "ja")));
	return list;
}

json_t *
question_paths(struct arena *a, const json_t *draft)
{
	struct walk w = { .arena = a, .draft = draft, .terms = json_keep(a, json_array()), .answers = json_keep(a, json_object()),
		.seen = json_keep(a, json_object()), .paths = json_keep(a, json_array()), .reached = json_keep(a, json_object()) };
	json_t *codes = json_keep(a, json_array()), *said = json_keep(a, json_array()), *missed;

	gather_all(w.terms, draft);
	walk_on(&w, "", codes, said);
	missed = unreached(&w);
	return json_keep(a, json_pack("{s:o, s:b, s:o, s:o, s:O, s:o, s:b}", "count", json_sprintf("%zu", json_object_size(w.seen)),
	    "more", w.more || json_object_size(w.seen) > PATHS_SHOWN, "shortest", json_sprintf("%zu", w.shortest),
	    "longest", json_sprintf("%zu", w.longest), "paths", w.paths, "unreached", missed,
	    "misses", json_array_size(missed) > 0 && !w.more));
}
