/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What keeps a questionnaire from being published.  Conditions and jumps may only look
 * back and lead forward, so that nobody goes round in a circle; and every question must
 * be reached by somebody.
 */
#include <stdlib.h>
#include <string.h>

#include "base/json.h"
#include "domain/questionnaire_private.h"

struct review {
	struct arena *arena;
	const json_t *questions;
	const json_t *each;	/* codes of those that are asked of each person, or NULL */
	json_t *faults;
	const char *code;	/* of the question that is looked at */
	size_t at;
};

static void
fault(const struct review *r, const char *key, const char *other)
{
	json_array_append_new(r->faults, json_pack("{s:s, s:s, s:s}", "code", r->code, "key", key, "other", other));
}

static const json_t *
earlier(const struct review *r, const char *code)
{
	size_t i;

	for (i = 0; i < r->at; i++)
		if (strcmp(json_text(json_array_get(r->questions, i), "code"), code) == 0)
			return json_array_get(r->questions, i);
	return NULL;
}

static bool
of_each(const struct review *r, const char *code)
{
	const json_t *one;
	size_t i;

	json_array_foreach(r->each, i, one)
		if (strcmp(json_string_value(one), code) == 0)
			return true;
	return false;
}

/* What each person answers and what is answered once are asked apart: neither knows the other. */
static void
review_side(const struct review *r, const char *code)
{
	if (of_each(r, code) != of_each(r, r->code))
		fault(r, "across", code);
}

/* The question of a term, or that of its row. */
static void
review_term(const struct review *r, const json_t *term)
{
	const char *name = json_text(term, "question"), *is = json_text(term, "is"), *dot = strchr(name, '.');
	const char *code = dot == NULL ? name : arena_printf(r->arena, "%.*s", (int)(dot - name), name);
	const json_t *q = earlier(r, code);
	bool chooses = strcmp(is, "chosen") == 0 || strcmp(is, "not_chosen") == 0;

	if (q == NULL || (dot != NULL && questionnaire_coded(json_object_get(json_object_get(q, "settings"), "rows"), dot + 1) == NULL))
		fault(r, "refers", code);
	else if (chooses && questionnaire_coded(json_object_get(q, "choices"), json_text(term, "value")) == NULL)
		fault(r, "refers", code);
	else
		review_side(r, code);
}

static void
review_condition(const struct review *r, const json_t *condition)
{
	const json_t *group, *term;
	size_t i, k;

	json_array_foreach(json_object_get(condition, "any"), i, group)
		json_array_foreach(json_object_get(group, "all"), k, term)
			review_term(r, term);
}

static bool
forward(const struct review *r, const char *to)
{
	size_t i;

	if (strcmp(to, "end") == 0)
		return true;
	for (i = r->at + 1; i < json_array_size(r->questions); i++)
		if (strcmp(json_text(json_array_get(r->questions, i), "code"), to) == 0)
			return true;
	return false;
}

/* A jump looks back from behind its question: its own answer counts. */
static void
review_jumps(struct review *r, const json_t *question)
{
	const json_t *jump;
	size_t i;

	json_array_foreach(json_object_get(question, "jumps"), i, jump) {
		if (!forward(r, json_text(jump, "to")))
			fault(r, "jump_back", json_text(jump, "to"));
		else if (strcmp(json_text(jump, "to"), "end") != 0)
			review_side(r, json_text(jump, "to"));
		r->at++;
		review_condition(r, json_object_get(jump, "when"));
		r->at--;
	}
}

static void
review_choices(const struct review *r, const json_t *list, const char *empty)
{
	const json_t *one, *other;
	size_t i, k;

	if (json_array_size(list) == 0)
		fault(r, empty, "");
	json_array_foreach(list, i, one) {
		const char *text = questionnaire_text(one, NULL, "ja");

		if (text[0] == '\0')
			fault(r, "choice_empty", json_text(one, "code"));
		for (k = 0; k < i && text[0] != '\0'; k++) {
			other = json_array_get(list, k);
			if (strcmp(questionnaire_text(other, NULL, "ja"), text) == 0)
				fault(r, "choice_twice", text);
		}
	}
}

static bool
has_choices(const char *kind)
{
	return strcmp(kind, "single") == 0 || strcmp(kind, "multi") == 0 || strcmp(kind, "rank") == 0 ||
	    strcmp(kind, "matrix") == 0;
}

static void
review_settings(const struct review *r, const json_t *question)
{
	const json_t *s = json_object_get(question, "settings");
	const char *kind = json_text(question, "kind"), *than = json_text(s, "equal_or_more");
	const char *min = json_text(s, "min"), *max = json_text(s, "max");
	int64_t least = json_int(s, "min"), most = json_int(s, "max");
	int64_t n = (int64_t)json_array_size(json_object_get(question, "choices"));

	if (strcmp(kind, "matrix") == 0)
		review_choices(r, json_object_get(s, "rows"), "rows");
	if (strcmp(kind, "number") == 0 && min[0] != '\0' && max[0] != '\0' && strtod(min, NULL) > strtod(max, NULL))
		fault(r, "range", "");
	if (min[0] != '\0' && max[0] != '\0' && strcmp(kind, "number") != 0 && strcmp(min, max) > 0)
		fault(r, "range", "");
	if (strcmp(kind, "multi") == 0 && (least > n || (most > 0 && most < least)))
		fault(r, "range", "");
	if (than[0] != '\0' && (earlier(r, than) == NULL || strcmp(json_text(earlier(r, than), "kind"), kind) != 0))
		fault(r, "refers", than);
	else if (than[0] != '\0')
		review_side(r, than);
}

/* {q1} in a label names an earlier question. */
static void
review_pipes(const struct review *r, const char *label, const char *key)
{
	const char *open = label, *close;

	for (; (open = strchr(open, '{')) != NULL && (close = strchr(open, '}')) != NULL; open = close) {
		const char *code = arena_printf(r->arena, "%.*s", (int)(close - open - 1), open + 1);

		if (earlier(r, code) == NULL)
			fault(r, key, code);
		else
			review_side(r, code);
	}
}

/* What is not offered yet is nobody's business yet. */
static void
review_languages(const struct review *r, const json_t *question, const json_t *offered)
{
	const char *language;
	json_t *said;

	json_object_foreach(json_object_get(question, "texts"), language, said)
		if (strcmp(language, "ja") != 0 && json_has(offered, language))
			review_pipes(r, json_text(said, "label"), "refers_translated");
}

/* Question i is passed by all when every way from before leads over it: a jump that is always
 * taken (without a condition) from a question that itself is always asked, to one behind. */
static void
review_reach(struct review *r)
{
	size_t n = json_array_size(r->questions), i, k, m;
	bool *reached = arena_alloc(r->arena, (n + 1) * sizeof *reached);

	memset(reached, 0, (n + 1) * sizeof *reached);
	reached[0] = true;
	for (i = 0; i < n; i++) {
		const json_t *q = json_array_get(r->questions, i), *jump;
		bool on = true;

		if (!reached[i])
			continue;
		json_array_foreach(json_object_get(q, "jumps"), k, jump) {
			const char *to = json_text(jump, "to");

			for (m = i + 1; m < n && strcmp(json_text(json_array_get(r->questions, m), "code"), to) != 0; m++)
				;
			reached[strcmp(to, "end") == 0 ? n : m] = true;
			on = on && json_is_object(json_object_get(jump, "when"));
		}
		/* Passed over where it is not shown: then the next one follows. */
		if (on || json_is_object(json_object_get(q, "show")))
			reached[i + 1] = true;
	}
	for (i = 0; i < n; i++) {
		r->code = json_text(json_array_get(r->questions, i), "code");
		if (!reached[i])
			fault(r, "unreachable", "");
	}
}

json_t *
questionnaire_faults(struct arena *a, const json_t *document)
{
	struct review r = { a, json_object_get(document, "questions"), json_object_get(document, "each"), json_keep(a, json_array()),
		"", 0 };
	const json_t *q;

	if (json_array_size(r.questions) == 0)
		fault(&r, "no_questions", "");
	json_array_foreach(r.questions, r.at, q) {
		const char *label = questionnaire_text(q, "label", "ja");

		r.code = json_text(q, "code");
		if (label[0] == '\0')
			fault(&r, "no_label", "");
		review_pipes(&r, label, "refers");
		review_languages(&r, q, json_object_get(document, "languages"));
		if (has_choices(json_text(q, "kind")))
			review_choices(&r, json_object_get(q, "choices"), "no_choices");
		review_settings(&r, q);
		review_condition(&r, json_object_get(q, "show"));
		review_jumps(&r, q);
	}
	if (json_array_size(r.questions) > 0)
		review_reach(&r);
	return r.faults;
}
