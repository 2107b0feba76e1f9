/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Which answers 全経路を試す gives; see question_tries.h.
 */
#include "domain/question_tries.h"

#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/json.h"
#include "base/log.h"
#include "domain/questionnaire.h"

/* Sets of so many choices are tried in all their ways, of more one choice after the other. */
enum { NAMED_MAX = 6, ROWS_MAX = 64, DAY_MINUTES = 24 * 60 };

static bool
is_kind(const struct question_tries *t, const char *kind)
{
	return strcmp(json_text(t->question, "kind"), kind) == 0;
}

static const json_t *
setting(const struct question_tries *t, const char *key)
{
	return json_object_get(json_object_get(t->question, "settings"), key);
}

/* Whether the question takes this; with a word for その他 where one is wanted. */
static bool
takes(const struct question_tries *t, const json_t *answer)
{
	const char *code = json_text(t->question, "code"), *other = arena_printf(t->arena, "%s.other", code);
	struct questionnaire_limits limits;
	bool good;

	json_object_set(t->answers, code, (json_t *)(uintptr_t)answer);
	good = questionnaire_problem(t->arena, t->question, t->answers, &limits) == NULL;
	if (!good) {
		json_object_set_new(t->answers, other, json_string("x"));
		good = questionnaire_problem(t->arena, t->question, t->answers, &limits) == NULL;
		json_object_del(t->answers, other);
	}
	json_object_del(t->answers, code);
	return good;
}

static bool
known(const struct question_tries *t, const json_t *answer)
{
	const json_t *one;
	size_t i;

	json_array_foreach(t->list, i, one)
		if (json_equal(json_object_get(one, "answer"), answer))
			return true;
	return false;
}

/* False: the question does not take it. */
static bool
try(const struct question_tries *t, json_t *answer, const char *words)
{
	bool good = takes(t, answer);

	if (good && !known(t, answer))
		json_array_append_new(t->list, json_pack("{s:O, s:s?}", "answer", answer, "words", words));
	json_decref(answer);
	return good;
}

/* --- choices --- */

static bool
named(const struct question_tries *t, const char *code, const char *choice)
{
	const json_t *term;
	size_t i;

	json_array_foreach(t->terms, i, term)
		if (strcmp(json_text(term, "question"), code) == 0 && strcmp(json_text(term, "value"), choice) == 0)
			return true;
	return false;
}

static void
try_single(const struct question_tries *t)
{
	const json_t *choice;
	bool any = false;
	size_t i;

	json_array_foreach(json_object_get(t->question, "choices"), i, choice) {
		const char *value = json_text(choice, "code");

		if (!named(t, json_text(t->question, "code"), value)) {
			if (any)
				continue;
			any = true;
		}
		try(t, json_string(value), questionnaire_text(choice, NULL, "ja"));
	}
}

/* The choices that conditions name, and those that they do not. */
static void
sort_out(const struct question_tries *t, const char *code, json_t **told, json_t **rest)
{
	const json_t *choice;
	size_t i;

	*told = json_keep(t->arena, json_array());
	*rest = json_keep(t->arena, json_array());
	json_array_foreach(json_object_get(t->question, "choices"), i, choice)
		json_array_append(named(t, code, json_text(choice, "code")) ? *told : *rest, (json_t *)(uintptr_t)choice);
}

static void
add(const struct question_tries *t, json_t *list, const json_t *choice, const char **words)
{
	json_array_append(list, json_object_get(choice, "code"));
	*words = arena_printf(t->arena, "%s%s%s", *words, (*words)[0] != '\0' ? " + " : "", questionnaire_text(choice, NULL, "ja"));
}

/* These of the named ones, with as many of the others as it takes to be an answer. */
static void
try_set(const struct question_tries *t, const json_t *told, const json_t *rest, unsigned set)
{
	json_t *list = json_keep(t->arena, json_array());
	const char *words = "";
	size_t i;

	for (i = 0; i < json_array_size(told); i++)
		if (set >> i & 1)
			add(t, list, json_array_get(told, i), &words);
	for (i = 0; !(json_array_size(list) > 0 && try(t, json_deep_copy(list), words)) && i < json_array_size(rest); i++)
		add(t, list, json_array_get(rest, i), &words);
}

static void
try_sets(struct question_tries *t)
{
	json_t *told, *rest;
	size_t n, i;

	sort_out(t, json_text(t->question, "code"), &told, &rest);
	n = json_array_size(told);
	t->some = t->some || n > NAMED_MAX;
	if (n > NAMED_MAX)
		for (i = 0; i < n; i++)
			try_set(t, json_keep(t->arena, json_pack("[O]", json_array_get(told, i))), rest, 1);
	else
		for (i = 0; i < (size_t)1 << n; i++)
			try_set(t, told, rest, (unsigned)i);
}

/* --- rows --- */

/* What may stand in one row: each column that is named there, one that is not, and all named at once. */
static json_t *
columns_of(const struct question_tries *t, const char *row)
{
	bool several = json_is_true(setting(t, "multi"));
	json_t *told, *rest, *list = json_keep(t->arena, json_array()), *all = json_keep(t->arena, json_array());
	const json_t *choice;
	size_t i;

	sort_out(t, arena_printf(t->arena, "%s.%s", json_text(t->question, "code"), row), &told, &rest);
	if (json_array_size(rest) > 0)
		json_array_append(told, json_array_get(rest, 0));
	json_array_foreach(told, i, choice) {
		json_t *code = json_object_get(choice, "code");

		json_array_append_new(list, several ? json_pack("[O]", code) : json_incref(code));
		if (json_array_size(rest) == 0 || i + 1 < json_array_size(told))
			json_array_append(all, code);
	}
	if (several && json_array_size(all) > 1)
		json_array_append(list, all);
	return list;
}

/* The n-th of all that may stand in the rows together; *beyond: there are no more. */
static json_t *
rows_nth(const struct question_tries *t, size_t n, bool *beyond)
{
	json_t *answer = json_object();
	const json_t *row;
	size_t i;

	json_array_foreach(setting(t, "rows"), i, row) {
		const json_t *columns = columns_of(t, json_text(row, "code"));
		size_t size = json_array_size(columns);

		if (size == 0)
			continue;
		json_object_set(answer, json_text(row, "code"), json_array_get(columns, n % size));
		n /= size;
	}
	*beyond = n > 0;
	return answer;
}

static void
try_rows(struct question_tries *t)
{
	bool beyond = false;
	size_t n;

	for (n = 0; n < ROWS_MAX && !beyond; n++) {
		json_t *answer = rows_nth(t, n, &beyond), *lines;

		if (beyond) {
			json_decref(answer);
			break;
		}
		lines = questionnaire_words(t->arena, t->question, json_keep(t->arena, json_pack("{s:O}",
		    json_text(t->question, "code"), answer)), "ja");
		try(t, answer, json_string_value(json_array_get(lines, 0)));
	}
	t->some = t->some || !beyond;
}

/* --- amounts --- */

static const char *
day_beside(struct arena *a, const char *day, int by)
{
	char *end;
	struct tm tm = { .tm_year = (int)strtol(day, &end, 10) - 1900, .tm_hour = 12 };

	tm.tm_mon = *end == '-' ? (int)strtol(end + 1, &end, 10) - 1 : 0;
	tm.tm_mday = (*end == '-' ? (int)strtol(end + 1, NULL, 10) : 1) + by;
	timegm(&tm);
	return arena_printf(a, "%04d-%02d-%02d", tm.tm_year + 1900, tm.tm_mon + 1, tm.tm_mday);
}

static const char *
time_beside(struct arena *a, const char *text, int by)
{
	char *end;
	int minutes = (int)strtol(text, &end, 10) * 60;

	minutes += (*end == ':' ? (int)strtol(end + 1, NULL, 10) : 0) + by;
	return minutes < 0 || minutes >= DAY_MINUTES ? text : arena_printf(a, "%02d:%02d", minutes / 60, minutes % 60);
}

static const char *
number_beside(const struct question_tries *t, const char *text, int by)
{
	int decimals = (int)json_integer_value(setting(t, "decimals"));
	double step = 1;

	for (int i = 0; i < decimals; i++)
		step /= 10;
	return arena_printf(t->arena, "%.*f", decimals, strtod(text, NULL) + by * step);
}

static void
try_beside(const struct question_tries *t, const char *value)
{
	for (int by = -1; by <= 1; by++) {
		const char *text = by == 0 ? value : is_kind(t, "date") ? day_beside(t->arena, value, by) :
		    is_kind(t, "time") ? time_beside(t->arena, value, by) : number_beside(t, value, by);
		const char *kept = questionnaire_amount(t->arena, t->question, text);

		if (kept != NULL)
			try(t, json_string(kept), kept);
	}
}

static void
try_amounts(const struct question_tries *t)
{
	static const char *const ends[] = { "min", "max", NULL };
	const char *than = json_text(t->answers, json_text(json_object_get(t->question, "settings"), "equal_or_more"));
	const json_t *term;
	size_t i;

	json_array_foreach(t->terms, i, term)
		if (strcmp(json_text(term, "question"), json_text(t->question, "code")) == 0 && json_text(term, "value")[0] != '\0')
			try_beside(t, json_text(term, "value"));
	for (i = 0; ends[i] != NULL; i++)
		if (json_is_string(setting(t, ends[i])))
			try_beside(t, json_string_value(setting(t, ends[i])));
	if (than[0] != '\0')
		try_beside(t, than);
	/* Nothing that is compared with can be answered: something else can. */
	if (json_array_size(t->list) == 0)
		try_beside(t, is_kind(t, "date") ? json_is_true(setting(t, "future")) ? "2099-12-31" : "1999-12-31" :
		    is_kind(t, "time") ? "12:00" : "1");
}

/* --- all --- */

/* Whether a condition looks at this question at all. */
static bool
matters(const struct question_tries *t)
{
	const char *code = json_text(t->question, "code");
	const json_t *term;
	size_t i, n = strlen(code);

	json_array_foreach(t->terms, i, term) {
		const char *name = json_text(term, "question");

		if (strncmp(name, code, n) == 0 && (name[n] == '\0' || name[n] == '.'))
			return true;
	}
	return false;
}

static void
none(const struct question_tries *t)
{
	json_array_append_new(t->list, json_pack("{s:n, s:n}", "answer", "words"));
}

void
question_tries(struct question_tries *t)
{
	t->list = json_keep(t->arena, json_array());
	if (!matters(t)) {
		none(t);
		return;
	}
	if (is_kind(t, "single"))
		try_single(t);
	else if (is_kind(t, "multi") || is_kind(t, "rank"))
		try_sets(t);
	else if (is_kind(t, "matrix"))
		try_rows(t);
	else if (is_kind(t, "number") || is_kind(t, "scale") || is_kind(t, "date") || is_kind(t, "time"))
		try_amounts(t);
	else if (!is_kind(t, "note"))	/* whether there is one is all that can be asked */
		json_array_append_new(t->list, json_pack("{s:s, s:n}", "answer", "1", "words"));
	if (!json_flag(t->question, "required") || json_array_size(t->list) == 0)
		none(t);
}
