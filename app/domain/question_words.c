/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A draft in words: the list of its questions with the ways between them, and what is to
 * be solved before it is published.
 */
#include <string.h>

#include "base/arena.h"
#include "base/json.h"
#include "domain/question.h"
#include "domain/questionnaire.h"

static json_t *
number_text(const json_t *draft, const char *code)
{
	int n;

	return question_of(draft, code, &n) != NULL ? json_sprintf("%d", n) : json_null();
}

/* What a term compares with: the words of a choice, or the amount itself; of a matrix
 * with its row. */
static void
say_term(struct arena *a, const json_t *draft, const json_t *term, const char *own, json_t *shown)
{
	const char *name = json_text(term, "question"), *dot = strchr(name, '.');
	const char *code = dot == NULL ? name : arena_printf(a, "%.*s", (int)(dot - name), name);
	const json_t *q = question_of(draft, code, NULL);
	const json_t *choice = questionnaire_coded(json_object_get(q, "choices"), json_text(term, "value"));
	const json_t *row = dot == NULL ? NULL : questionnaire_coded(json_object_get(json_object_get(q, "settings"), "rows"), dot + 1);

	json_object_set_new(shown, "own", json_boolean(strcmp(code, own) == 0));
	json_object_set_new(shown, "number", number_text(draft, code));
	json_object_set_new(shown, "row", row != NULL ? json_string(questionnaire_text(row, NULL, "ja")) : json_null());
	json_object_set_new(shown, "value", json_string(choice != NULL ? questionnaire_text(choice, NULL, "ja")
	    : json_text(term, "value")));
}

json_t *
question_condition(struct arena *a, const json_t *draft, const json_t *condition, const char *own)
{
	static const char *const kinds[] = { "chosen", "not_chosen", "equals", "less", "more", "answered", "not_answered" };
	json_t *groups = json_array(), *terms, *shown;
	const json_t *group, *term;
	size_t i, k, n;

	if (!json_is_object(condition))
		return json_null();
	json_array_foreach(json_object_get(condition, "any"), i, group) {
		terms = json_array();
		json_array_foreach(json_object_get(group, "all"), k, term) {
			shown = json_pack("{s:b}", "first", k == 0);
			for (n = 0; n < sizeof kinds / sizeof *kinds; n++)
				json_object_set_new(shown, kinds[n], json_boolean(strcmp(json_text(term, "is"), kinds[n]) == 0));
			say_term(a, draft, term, own, shown);
			json_array_append_new(terms, shown);
		}
		json_array_append_new(groups, json_pack("{s:b, s:o}", "first", i == 0, "terms", terms));
	}
	return json_pack("{s:o}", "groups", groups);
}

static json_t *
jumps_of(struct arena *a, const json_t *draft, const json_t *question)
{
	json_t *list = json_array();
	const json_t *jump;
	size_t i;

	json_array_foreach(json_object_get(question, "jumps"), i, jump)
		json_array_append_new(list, json_pack("{s:o, s:o}",
		    "when", question_condition(a, draft, json_object_get(jump, "when"), json_text(question, "code")),
		    "to_number", number_text(draft, json_text(jump, "to"))));
	return list;
}

static const char *
fault_text(struct arena *a, const struct words *words, const json_t *fault)
{
	return words_get(words, arena_printf(a, "question_fault_%s", json_text(fault, "key")));
}

/* Faults of the ways between questions, which are mended where those are. */
static bool
is_of_ways(const json_t *fault)
{
	static const char *const keys[] = { "refers", "jump_back", "unreachable", "across" };
	size_t i;

	for (i = 0; i < sizeof keys / sizeof *keys; i++)
		if (strcmp(json_text(fault, "key"), keys[i]) == 0)
			return true;
	return false;
}

json_t *
question_fault_rows(struct arena *a, const struct words *words, const json_t *draft)
{
	const json_t *faults = questionnaire_faults(a, draft), *fault;
	json_t *list = json_keep(a, json_array());
	size_t i;

	json_array_foreach(faults, i, fault) {
		const char *code = json_text(fault, "code");
		const json_t *q = question_of(draft, code, NULL);
		const char *label = q == NULL ? "" : questionnaire_text(q, "label", "ja");

		json_array_append_new(list, json_pack("{s:s, s:o, s:s, s:s, s:b}", "code", code, "number", number_text(draft, code),
		    "label", label, "text", fault_text(a, words, fault), "logic", is_of_ways(fault)));
	}
	return list;
}

static json_t *
faults_at(const json_t *faults, const char *code)
{
	json_t *list = json_array();
	const json_t *fault;
	size_t i;

	json_array_foreach(faults, i, fault)
		if (strcmp(json_text(fault, "code"), code) == 0)
			json_array_append_new(list, json_pack("{s:O}", "text", json_object_get(fault, "text")));
	return list;
}

static json_t *
choices_of(const json_t *question)
{
	json_t *list = json_array();
	const json_t *one;
	size_t i;

	json_array_foreach(json_object_get(question, "choices"), i, one)
		json_array_append_new(list, json_pack("{s:s}", "text", questionnaire_text(one, NULL, "ja")));
	return list;
}

json_t *
question_rows(struct arena *a, const struct words *words, const json_t *draft)
{
	const json_t *faults = question_fault_rows(a, words, draft), *list = json_object_get(draft, "questions"), *q;
	json_t *rows = json_keep(a, json_array());
	size_t i;

	json_array_foreach(list, i, q) {
		const char *code = json_text(q, "code"), *label = questionnaire_text(q, "label", "ja");
		const char *kind = words_get(words, arena_printf(a, "question_kind_%s", json_text(q, "kind")));
		json_t *choices = choices_of(q), *jumps = jumps_of(a, draft, q), *wrong = faults_at(faults, code);

		json_array_append_new(rows, json_pack("{s:o, s:s, s:s, s:s?, s:b, s:b, s:b, s:b, s:b, s:o, s:b, s:o, s:o, s:b, s:o}",
		    "number", json_sprintf("%zu", i + 1), "code", code, "kind_text", kind,
		    "label", label[0] != '\0' ? label : NULL, "required", json_flag(q, "required"),
		    "asks", strcmp(json_text(q, "kind"), "note") != 0,
		    "first", i == 0, "last", i + 1 == json_array_size(list),
		    "has_choices", json_array_size(choices) > 0, "choices", choices,
		    "has_ways", json_is_object(json_object_get(q, "show")) || json_array_size(jumps) > 0,
		    "show", question_condition(a, draft, json_object_get(q, "show"), code), "jumps", jumps,
		    "wrong", json_array_size(wrong) > 0, "faults", wrong));
	}
	return rows;
}
