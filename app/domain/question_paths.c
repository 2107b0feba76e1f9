/* SPDX-License-Identifier: Apache-2.0 */
/*
 * 全経路を試す: walks a questionnaire with every answer that matters to its conditions.
 *
 * Of a question only those answers are tried that some condition tells apart (question_tries.h).
 * Two walks over the same questions are one way.
 */
#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "base/json.h"
#include "domain/question.h"
#include "domain/question_tries.h"
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
	const json_t *q = questionnaire_next(w->draft, w->answers, code), *one;
	struct question_tries t = { .arena = w->arena, .terms = w->terms, .question = q, .answers = w->answers };
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
	question_tries(&t);
	w->more = w->more || t.some;
	json_array_foreach(t.list, i, one) {
		json_t *answer = json_object_get(one, "answer");

		if (json_is_null(answer))
			json_object_del(w->answers, json_text(q, "code"));
		else
			json_object_set(w->answers, json_text(q, "code"), answer);
		json_array_append(said, json_array_size(t.list) > 1 ? json_object_get(one, "words") : json_null());
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
