/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The ways between questions as a clerk chooses them, from lists: who is asked a question
 * (groups of which one must hold, of terms that all must hold), and where one goes from it.
 *
 * What may be chosen looks back and leads forward, so no way can go round in a circle;
 * what is sent all the same is refused here.
 */
#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "base/json.h"
#include "db/queries.h"
#include "domain/question.h"
#include "domain/questionnaire.h"

enum { AMOUNT_MAX = 20, LABEL_CUT = 40 };

static const char *const comparisons[] = {
	"chosen", "not_chosen", "equals", "less", "more", "answered", "not_answered", NULL,
};

static const char *
name_of(const struct question_page *p, const char *prefix, size_t n, const char *part)
{
	return arena_printf(p->arena, "%s_%zu%s", prefix, n, part);
}

/* --- what may be chosen --- */

static void
add(json_t *options, const char *value, const char *label)
{
	json_array_append_new(options, json_pack("{s:s, s:s}", "value", value, "label", label));
}

static void
add_choices(const struct question_page *p, json_t *options, const json_t *q, size_t number, const char *name,
    const char *row)
{
	const json_t *choice;
	size_t i;

	json_array_foreach(json_object_get(q, "choices"), i, choice) {
		const char *text = questionnaire_text(choice, NULL, "ja");

		add(options, arena_printf(p->arena, "%s:%s", name, json_text(choice, "code")),
		    row == NULL ? arena_printf(p->arena, "%zu %s", number, text) : arena_printf(p->arena, "%zu %s %s", number, row, text));
	}
}

static json_t *
options_of(const struct question_page *p, const json_t *q, size_t number)
{
	const char *code = json_text(q, "code"), *kind = json_text(q, "kind");
	json_t *options = json_array();
	const json_t *row;
	size_t i;

	if (strcmp(kind, "matrix") == 0)
		json_array_foreach(json_object_get(json_object_get(q, "settings"), "rows"), i, row) {
			const char *name = arena_printf(p->arena, "%s.%s", code, json_text(row, "code"));
			const char *text = questionnaire_text(row, NULL, "ja");

			add_choices(p, options, q, number, name, text);
			add(options, arena_printf(p->arena, "%s:", name),
			    arena_printf(p->arena, "%zu %s %s", number, text, words_get(p->words, "question_the_answer")));
		}
	else
		add_choices(p, options, q, number, code, NULL);
	add(options, arena_printf(p->arena, "%s:", code),
	    arena_printf(p->arena, "%zu %s", number, words_get(p->words, "question_the_answer")));
	return options;
}

/* The questions in front, each with what may be looked at in it. */
static json_t *
targets(const struct question_page *p, size_t before)
{
	json_t *groups = json_keep(p->arena, json_array());
	const json_t *q;
	size_t i;

	json_array_foreach(json_object_get(p->draft, "questions"), i, q) {
		if (i >= before)
			break;
		if (strcmp(json_text(q, "kind"), "note") != 0)
			json_array_append_new(groups, json_pack("{s:o, s:o}",
			    "label", json_sprintf("%zu %s", i + 1, questionnaire_text(q, "label", "ja")),
			    "options", options_of(p, q, i + 1)));
	}
	return groups;
}

/* Marks what is chosen; each slot has its own copy. */
static json_t *
marked(const json_t *groups, const char *chosen)
{
	json_t *copy = json_deep_copy(groups), *group, *option;
	size_t i, k;

	json_array_foreach(copy, i, group)
		json_array_foreach(json_object_get(group, "options"), k, option)
			json_object_set_new(option, "checked", json_boolean(strcmp(json_text(option, "value"), chosen) == 0));
	return copy;
}

static void
offer_comparisons(const struct question_page *p, const char *name)
{
	json_t *options = json_array();
	size_t i;

	for (i = 0; comparisons[i] != NULL; i++)
		add(options, comparisons[i], words_get(p->words, arena_printf(p->arena, "question_is_%s", comparisons[i])));
	form_options(p->form, name, options);
	json_decref(options);
}

/* --- terms --- */

static void
set_term(const struct question_page *p, const char *prefix, size_t n, const json_t *term)
{
	const char *is = json_text(term, "is"), *value = json_text(term, "value");
	bool chooses = strcmp(is, "chosen") == 0 || strcmp(is, "not_chosen") == 0;

	form_set(p->form, name_of(p, prefix, n, ""), term == NULL ? ""
	    : arena_printf(p->arena, "%s:%s", json_text(term, "question"), chooses ? value : ""));
	form_set(p->form, name_of(p, prefix, n, "_is"), term == NULL ? "chosen" : is);
	form_set(p->form, name_of(p, prefix, n, "_value"), chooses ? "" : value);
}

/* There is always one more than is filled in. */
static json_t *
slots(const struct question_page *p, const char *prefix, const json_t *terms, size_t before)
{
	const json_t *groups = targets(p, before), *shown = form_json(p->form);
	json_t *list = json_array();
	bool sent = fields_has(p->fields, name_of(p, prefix, 1, ""));
	size_t n, most = json_array_size(terms) + 1;

	for (n = 1; n <= QUESTION_TERMS_MAX && (sent ? fields_has(p->fields, name_of(p, prefix, n, "")) : n <= most); n++) {
		const char *target = name_of(p, prefix, n, ""), *is = name_of(p, prefix, n, "_is");
		const char *amount = name_of(p, prefix, n, "_value");

		if (!sent)
			set_term(p, prefix, n, json_array_get(terms, n - 1));
		offer_comparisons(p, is);
		json_array_append_new(list, json_pack("{s:b, s:O, s:O, s:O, s:o}", "first", n == 1,
		    "target", json_object_get(shown, target), "is", json_object_get(shown, is),
		    "amount", json_object_get(shown, amount),
		    "groups", marked(groups, json_text(json_object_get(shown, target), "value"))));
	}
	return list;
}

/* "q4.r2:1": the question of it, if it is among the first and has such a row and choice. */
static const json_t *
question_named(const struct question_page *p, const char *question, const char *choice, size_t before)
{
	const char *dot = strchr(question, '.');
	const char *code = dot == NULL ? question : arena_printf(p->arena, "%.*s", (int)(dot - question), question);
	const json_t *q;
	int number;

	q = question_of(p->draft, code, &number);
	if (q == NULL || (size_t)number > before)
		return NULL;
	if (dot != NULL && questionnaire_coded(json_object_get(json_object_get(q, "settings"), "rows"), dot + 1) == NULL)
		return NULL;
	return choice[0] == '\0' || questionnaire_coded(json_object_get(q, "choices"), choice) != NULL ? q : NULL;
}

static bool
measures(const json_t *q)
{
	const char *kind = json_text(q, "kind");

	return strcmp(kind, "number") == 0 || strcmp(kind, "scale") == 0 || strcmp(kind, "date") == 0 || strcmp(kind, "time") == 0;
}

static const char *
words_of_amount(const struct question_page *p, const json_t *q)
{
	return arena_printf(p->arena, "question_amount_%s", json_text(q, "kind"));
}

/* One term, or NULL where nothing is chosen or it is wrong. */
static json_t *
read_term(const struct question_page *p, const char *prefix, size_t n, size_t before)
{
	const char *name = name_of(p, prefix, n, ""), *typed = form_text(p->form, name, FORM_OPTIONAL, 100);
	const char *colon = strrchr(typed, ':');
	const char *is = form_choice(p->form, name_of(p, prefix, n, "_is"), FORM_OPTIONAL, comparisons);
	const char *amount = form_text(p->form, name_of(p, prefix, n, "_value"), FORM_OPTIONAL, AMOUNT_MAX), *kept = NULL;
	const char *question, *choice;
	bool chooses = strcmp(is, "chosen") == 0 || strcmp(is, "not_chosen") == 0;
	bool compares = strcmp(is, "equals") == 0 || strcmp(is, "less") == 0 || strcmp(is, "more") == 0;
	const json_t *q;

	if (typed[0] == '\0')
		return NULL;
	question = colon == NULL ? typed : arena_printf(p->arena, "%.*s", (int)(colon - typed), typed);
	choice = colon == NULL ? "" : colon + 1;
	q = question_named(p, question, choice, before);
	if (q == NULL)
		form_problem(p->form, name, "question_not_before");
	else if (is[0] == '\0' || (chooses && choice[0] == '\0'))
		form_problem(p->form, name, "question_term_choice");
	else if (compares && (!measures(q) || amount[0] == '\0'))
		form_problem(p->form, name, measures(q) ? "question_term_amount" : "question_term_measure");
	else if (compares && (kept = questionnaire_amount(p->arena, q, amount)) == NULL)
		form_problem(p->form, name_of(p, prefix, n, "_value"), words_of_amount(p, q));
	else if (chooses)
		return json_pack("{s:s, s:s, s:s}", "question", question, "is", is, "value", choice);
	else
		return compares ? json_pack("{s:s, s:s, s:s}", "question", question, "is", is, "value", kept)
		    : json_pack("{s:s, s:s}", "question", question, "is", is);
	return NULL;
}

static json_t *
read_terms(const struct question_page *p, const char *prefix, size_t before)
{
	json_t *terms = json_array(), *term;
	size_t n;

	for (n = 1; n <= QUESTION_TERMS_MAX && fields_has(p->fields, name_of(p, prefix, n, "")); n++)
		if ((term = read_term(p, prefix, n, before)) != NULL)
			json_array_append_new(terms, term);
	return terms;
}

/* --- conditions: groups of which one must hold --- */

static const json_t *
group_at(const json_t *condition, size_t i)
{
	return json_object_get(json_array_get(json_object_get(condition, "any"), i), "all");
}

static bool
more_groups(const struct question_page *p, const char *what, size_t n, size_t stored, size_t most)
{
	if (n > most)
		return false;
	if (fields_has(p->fields, arena_printf(p->arena, "%s1_1", what)))
		return fields_has(p->fields, arena_printf(p->arena, "%s%zu_1", what, n));
	return n <= stored + 1;
}

json_t *
question_groups(const struct question_page *p, const char *prefix, const json_t *condition, size_t before)
{
	size_t n, stored = json_array_size(json_object_get(condition, "any"));
	json_t *groups = json_keep(p->arena, json_array());

	for (n = 1; before > 0 && more_groups(p, prefix, n, stored, QUESTION_GROUPS_MAX); n++)
		json_array_append_new(groups, json_pack("{s:b, s:o, s:o}", "first", n == 1, "number", json_sprintf("%zu", n),
		    "slots", slots(p, arena_printf(p->arena, "%s%zu", prefix, n), group_at(condition, n - 1), before)));
	return groups;
}

json_t *
question_read_groups(const struct question_page *p, const char *prefix, size_t before)
{
	json_t *any = json_keep(p->arena, json_array()), *terms;

	for (size_t n = 1; before > 0 && more_groups(p, prefix, n, 0, QUESTION_GROUPS_MAX); n++) {
		terms = read_terms(p, arena_printf(p->arena, "%s%zu", prefix, n), before);
		if (json_array_size(terms) > 0)
			json_array_append_new(any, json_pack("{s:O}", "all", terms));
		json_decref(terms);
	}
	return json_array_size(any) == 0 ? NULL : json_keep(p->arena, json_pack("{s:O}", "any", any));
}

/* --- the page of one question --- */

static size_t
index_of(const struct question_page *p, const json_t *question)
{
	int number = 1;

	(void)question_of(p->draft, json_text(question, "code"), &number);
	return (size_t)number - 1;
}

/* Where a jump may lead: to what comes later, or to the end. */
static json_t *
places(const struct question_page *p, size_t at)
{
	json_t *options = json_array();
	const json_t *q;
	size_t i;

	json_array_foreach(json_object_get(p->draft, "questions"), i, q)
		if (i > at)
			json_array_append_new(options, json_pack("{s:O, s:o}", "value", json_object_get(q, "code"),
			    "label", json_sprintf("%zu %s", i + 1, questionnaire_text(q, "label", "ja"))));
	add(options, "end", words_get(p->words, "question_to_end"));
	return options;
}

/* Jumps of several groups are shown as several jumps, which is the same. */
static json_t *
flat_jumps(const json_t *question, const char **otherwise)
{
	json_t *flat = json_array();
	const json_t *jump;
	size_t i, k;

	*otherwise = "";
	json_array_foreach(json_object_get(question, "jumps"), i, jump) {
		const json_t *when = json_object_get(jump, "when");

		if (!json_is_object(when))
			*otherwise = json_text(jump, "to");
		for (k = 0; k < json_array_size(json_object_get(when, "any")); k++)
			json_array_append_new(flat, json_pack("{s:O, s:O}", "terms", (json_t *)group_at(when, k),
			    "to", json_object_get(jump, "to")));
	}
	return flat;
}

static json_t *
show_jumps(const struct question_page *p, const json_t *question, size_t at)
{
	const char *otherwise, *to;
	json_t *flat = flat_jumps(question, &otherwise), *list = json_array(), *options = places(p, at);
	size_t n;

	for (n = 1; more_groups(p, "jump", n, json_array_size(flat), QUESTION_JUMPS_MAX); n++) {
		const json_t *jump = json_array_get(flat, n - 1);

		to = arena_printf(p->arena, "to_%zu", n);
		if (!fields_has(p->fields, to))
			form_set(p->form, to, json_text(jump, "to"));
		form_options(p->form, to, json_deep_copy(options));
		json_array_append_new(list, json_pack("{s:o, s:o, s:O}", "number", json_sprintf("%zu", n),
		    "slots", slots(p, arena_printf(p->arena, "jump%zu", n), json_object_get(jump, "terms"), at + 1),
		    "to", json_object_get(form_json(p->form), to)));
	}
	if (!fields_has(p->fields, "otherwise"))
		form_set(p->form, "otherwise", otherwise);
	form_options(p->form, "otherwise", options);
	json_decref(options);
	json_decref(flat);
	return list;
}

json_t *
question_show_logic(const struct question_page *p, const json_t *question)
{
	const json_t *show = json_object_get(question, "show");
	size_t at = index_of(p, question);
	json_t *jumps;

	jumps = show_jumps(p, question, at);
	return json_keep(p->arena, json_pack("{s:b, s:O, s:o, s:O}", "has_before", at > 0, "show", question_groups(p, "show", show, at),
	    "jumps", jumps,
	    "otherwise", json_object_get(form_json(p->form), "otherwise")));
}

/* Where a jump leads; "" where it says nothing. */
static const char *
read_place(const struct question_page *p, const char *name, size_t at)
{
	const char *to = form_text(p->form, name, FORM_OPTIONAL, 20);
	int number = 0;

	if (to[0] == '\0' || strcmp(to, "end") == 0)
		return to;
	if (question_of(p->draft, to, &number) == NULL || (size_t)number <= at + 1)
		form_problem(p->form, name, "question_jump_forward");
	return to;
}

static void
read_jump(const struct question_page *p, size_t n, size_t at, json_t *jumps)
{
	const char *name = arena_printf(p->arena, "to_%zu", n), *prefix = arena_printf(p->arena, "jump%zu", n);
	json_t *terms = read_terms(p, prefix, at + 1);
	const char *to = read_place(p, name, at);

	if (json_array_size(terms) > 0 && to[0] == '\0')
		form_problem(p->form, name, "question_jump_where");
	else if (json_array_size(terms) == 0 && to[0] != '\0')
		form_problem(p->form, name_of(p, prefix, 1, ""), "question_jump_when");
	else if (to[0] != '\0')
		json_array_append_new(jumps, json_pack("{s:{s:[{s:O}]}, s:s}", "when", "any", "all", terms, "to", to));
	json_decref(terms);
}

void
question_read_logic(const struct question_page *p, const json_t *question, struct question_logic *l)
{
	size_t at = index_of(p, question), n;
	const char *otherwise;

	l->show = question_read_groups(p, "show", at);
	l->jumps = json_keep(p->arena, json_array());
	for (n = 1; more_groups(p, "jump", n, 0, QUESTION_JUMPS_MAX); n++)
		read_jump(p, n, at, l->jumps);
	otherwise = read_place(p, "otherwise", at);
	if (otherwise[0] != '\0')
		json_array_append_new(l->jumps, json_pack("{s:n, s:s}", "when", "to", otherwise));
}

enum err
question_save_logic(struct db *db, struct question_edit by, const struct question_logic *l)
{
	int changed;
	enum err e = q_question_save_logic(db, (struct q_question_save_logic){ .show = l->show, .jumps = l->jumps,
	    .questionnaire = by.questionnaire, .code = by.code, .seen = by.seen }, &changed);

	return e != ERR_OK || changed == 1 ? e : ERR_CONFLICT;
}
