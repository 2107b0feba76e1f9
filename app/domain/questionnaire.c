/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Questionnaires: what is asked, and in which order.  Reading an answer is in
 * questionnaire_read.c, showing a question in questionnaire_view.c, what may be
 * published in questionnaire_faults.c.
 */
#include "domain/questionnaire.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include "base/json.h"
#include "base/log.h"

static bool
same(const char *a, const char *b)
{
	return strcmp(a, b) == 0;
}

static size_t
place_of(const json_t *list, const char *code)
{
	size_t i;
	const json_t *one;

	json_array_foreach(list, i, one)
		if (same(json_text(one, "code"), code))
			return i;
	return json_array_size(list);
}

const json_t *
questionnaire_coded(const json_t *list, const char *code)
{
	return json_array_get(list, place_of(list, code));
}

const json_t *
questionnaire_question(const json_t *document, const char *code)
{
	const json_t *questions = json_object_get(document, "questions");

	return questionnaire_coded(questions, code);
}

static const char *
said_in(const json_t *thing, const char *key, const char *language)
{
	const json_t *texts = json_object_get(thing, "texts");

	return key == NULL ? json_text(texts, language) : json_text(json_object_get(texts, language), key);
}

const char *
questionnaire_text(const json_t *thing, const char *key, const char *language)
{
	const char *ja = said_in(thing, key, "ja"), *own = said_in(thing, key, language);

	return ja[0] != '\0' && own[0] != '\0' ? own : ja;
}

const char *
questionnaire_tongue(const json_t *thing, const char *key, const char *language)
{
	return said_in(thing, key, language)[0] != '\0' && strncmp(language, "ja", 2) != 0 ? language : "ja";
}

const char *
questionnaire_unit(const json_t *question, const char *language)
{
	const char *own = said_in(question, "unit", language), *ja = json_text(json_object_get(question, "settings"), "unit");

	return ja[0] != '\0' && own[0] != '\0' ? own : ja;
}

const char *
questionnaire_with_unit(struct arena *a, const char *number, const char *unit)
{
	return unit[0] == '\0' ? number : arena_printf(a, "%s%s%s", number, isalpha((unsigned char)unit[0]) ? " " : "", unit);
}

/* --- conditions --- */

/* "q4.r2" is a row of a matrix, "q1" the answer itself. */
static const json_t *
answer_of(const json_t *answers, const char *name)
{
	const char *dot = strchr(name, '.');
	char code[16];

	if (dot == NULL || (size_t)(dot - name) >= sizeof code)
		return json_object_get(answers, name);
	memcpy(code, name, (size_t)(dot - name));
	code[dot - name] = '\0';
	return json_object_get(json_object_get(answers, code), dot + 1);
}

static bool
chosen(const json_t *answer, const char *value)
{
	const json_t *one;
	size_t i;

	if (json_is_string(answer))
		return same(json_string_value(answer), value);
	/* The path is walked before its answers are judged: anything may stand in them. */
	json_array_foreach(answer, i, one)
		if (json_is_string(one) && same(json_string_value(one), value))
			return true;
	return false;
}

/* Numbers by their size, dates and times as they are written. */
static int
compare(const char *a, const char *b)
{
	char *end_a, *end_b;
	double x = strtod(a, &end_a), y = strtod(b, &end_b);

	if (a[0] != '\0' && b[0] != '\0' && *end_a == '\0' && *end_b == '\0')
		return x < y ? -1 : x > y;
	return strcmp(a, b);
}

static bool
term_holds(const json_t *term, const json_t *answers)
{
	const json_t *answer = answer_of(answers, json_text(term, "question"));
	const char *is = json_text(term, "is"), *value = json_text(term, "value");

	if (same(is, "answered"))
		return answer != NULL;
	if (same(is, "not_answered"))
		return answer == NULL;
	if (same(is, "chosen"))
		return chosen(answer, value);
	if (same(is, "not_chosen"))
		return !chosen(answer, value);
	if (!json_is_string(answer))
		return false;
	if (same(is, "equals"))
		return compare(json_string_value(answer), value) == 0;
	if (same(is, "less"))
		return compare(json_string_value(answer), value) < 0;
	return same(is, "more") && compare(json_string_value(answer), value) > 0;
}

static bool
group_holds(const json_t *group, const json_t *answers)
{
	const json_t *term;
	size_t i;

	json_array_foreach(json_object_get(group, "all"), i, term)
		if (!term_holds(term, answers))
			return false;
	return true;
}

bool
questionnaire_holds(const json_t *condition, const json_t *answers)
{
	const json_t *group;
	size_t i;

	if (!json_is_object(condition))
		return true;
	json_array_foreach(json_object_get(condition, "any"), i, group)
		if (group_holds(group, answers))
			return true;
	return false;
}

/* --- the path --- */

/* Where the jumps of this question lead; the next place if none is taken. */
static size_t
behind(const json_t *questions, size_t at, const json_t *answers)
{
	const json_t *jump;
	size_t i;

	json_array_foreach(json_object_get(json_array_get(questions, at), "jumps"), i, jump) {
		const char *to = json_text(jump, "to");
		size_t place;

		if (!questionnaire_holds(json_object_get(jump, "when"), answers))
			continue;
		if (same(to, "end"))
			return json_array_size(questions);
		place = place_of(questions, to);
		/* Forward only: what was published can do nothing else. */
		return place > at ? place : at + 1;
	}
	return at + 1;
}

static const json_t *
shown_from(const json_t *questions, size_t at, const json_t *answers)
{
	for (; at < json_array_size(questions); at++) {
		const json_t *q = json_array_get(questions, at);

		if (questionnaire_holds(json_object_get(q, "show"), answers))
			return q;
	}
	return NULL;
}

const json_t *
questionnaire_next(const json_t *document, const json_t *answers, const char *code)
{
	const json_t *questions = json_object_get(document, "questions");
	size_t at = code[0] == '\0' ? 0 : place_of(questions, code);

	if (code[0] != '\0' && at < json_array_size(questions))
		at = behind(questions, at, answers);
	return shown_from(questions, at, answers);
}

/* A note wants none, and what is not required may be passed by once it was seen. */
static bool
wants_answer(const json_t *question, const json_t *answers)
{
	if (same(json_text(question, "kind"), "note"))
		return false;
	return json_flag(question, "required") && json_object_get(answers, json_text(question, "code")) == NULL;
}

/* Only what was answered on the way here counts: an answer further on, left from a path
 * that was given up, decides nothing. */
static json_t *
walk(struct arena *a, const json_t *document, const json_t *answers, bool to_the_end, bool *whole)
{
	json_t *path = json_keep(a, json_array()), *known = json_keep(a, json_object());
	const json_t *q = questionnaire_next(document, answers, "");

	*whole = true;
	while (q != NULL && (*whole || to_the_end)) {
		const char *code = json_text(q, "code");

		json_array_append(path, (json_t *)(uintptr_t)q);
		if (json_object_get(answers, code) != NULL)
			json_object_set(known, code, json_object_get(answers, code));
		*whole = *whole && !wants_answer(q, answers);
		q = questionnaire_next(document, known, code);
	}
	return path;
}

json_t *
questionnaire_path(struct arena *a, const json_t *document, const json_t *answers, bool *whole)
{
	return walk(a, document, answers, false, whole);
}

static bool
on_path(const json_t *path, const char *name)
{
	size_t n = strcspn(name, "."), i;
	const json_t *q;

	json_array_foreach(path, i, q) {
		const char *code = json_text(q, "code");

		if (strlen(code) == n && strncmp(code, name, n) == 0)
			return true;
	}
	return false;
}

void
questionnaire_prune(struct arena *a, const json_t *document, json_t *answers)
{
	bool whole;
	const json_t *path = walk(a, document, answers, true, &whole);
	const char *name;
	json_t *value;
	void *next;

	json_object_foreach_safe(answers, next, name, value)
		if (!on_path(path, name))
			json_object_del(answers, name);
}
