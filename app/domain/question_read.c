/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What a clerk typed about one question, and whether it will do.
 */
#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "base/json.h"
#include "base/text.h"
#include "domain/question.h"
#include "domain/question_choices.h"
#include "domain/questionnaire.h"

enum { DECIMALS_MAX = 4, FILES_MAX = 10, AMOUNT_MAX = 20, TEXT_MAX = 500, LONG_MAX = 10000 };

static const char *
ja(const json_t *texts)
{
	return json_text(texts, "ja");
}

/* --- what is stored, shown --- */

static const char *
number_text(struct arena *a, const json_t *settings, const char *key)
{
	const json_t *n = json_object_get(settings, key);

	if (json_is_string(n))
		return json_string_value(n);
	return json_is_integer(n) ? arena_printf(a, "%lld", (long long)json_integer_value(n)) : "";
}

static void
show_special(struct form *f, const json_t *choices, const char *kind, const char *text)
{
	const json_t *one;
	size_t i;

	form_set_flag(f, kind, false);
	form_set(f, text, "");
	json_array_foreach(choices, i, one)
		if (json_flag(one, kind)) {
			form_set_flag(f, kind, true);
			form_set(f, text, ja(json_object_get(one, "texts")));
		}
}

void
question_show_content(struct arena *a, struct form *f, const json_t *question)
{
	static const char *const plain[] = { "min", "max", "decimals", "unit", "pattern", "points", "lat", "lon", "zoom" };
	const json_t *own = json_object_get(json_object_get(question, "texts"), "ja");
	const json_t *s = json_object_get(question, "settings"), *choices = json_object_get(question, "choices");
	size_t i;

	form_set(f, "label", json_text(own, "label"));
	form_set(f, "help", json_text(own, "help"));
	form_set_flag(f, "required", json_flag(question, "required"));
	form_set(f, "choices", question_choices_lines(a, choices));
	show_special(f, choices, "other", "other_text");
	show_special(f, choices, "none", "none_text");
	form_set_flag(f, "shuffle", json_flag(s, "shuffle"));
	for (i = 0; i < sizeof plain / sizeof *plain; i++)
		form_set(f, plain[i], number_text(a, s, plain[i]));
	form_set(f, "range", json_flag(s, "past") ? "past" : json_flag(s, "future") ? "future" : "any");
	form_set(f, "low", ja(json_object_get(json_object_get(s, "low"), "texts")));
	form_set(f, "high", ja(json_object_get(json_object_get(s, "high"), "texts")));
	form_set(f, "rows", question_choices_lines(a, json_object_get(s, "rows")));
	form_set_flag(f, "multi", json_flag(s, "multi"));
	form_set_flag(f, "district", json_flag(s, "district"));
	form_set_flag(f, "image", json_has(json_object_get(s, "kinds"), "image"));
	form_set_flag(f, "pdf", json_has(json_object_get(s, "kinds"), "pdf"));
	form_set(f, "than", json_text(s, "equal_or_more"));
	form_set(f, "reason", "");
}

/* --- settings --- */

static void
keep_int(json_t *s, struct form *f, const char *name, int64_t min, int64_t max)
{
	int64_t n;

	if (form_text(f, name, FORM_OPTIONAL, AMOUNT_MAX)[0] == '\0')
		return;
	n = form_number(f, name, FORM_OPTIONAL, min, max);
	json_object_set_new(s, name, json_integer(n));
}

/* A decimal number, kept as text. */
static void
keep_decimal(json_t *s, struct form *f, const char *name, double min, double max)
{
	const char *typed = form_text(f, name, FORM_OPTIONAL, AMOUNT_MAX);
	char *end;
	double d;

	if (typed[0] == '\0')
		return;
	d = strtod(typed, &end);
	if (*end != '\0' || strspn(typed, "+-.0123456789") != strlen(typed) || !(d >= min && d <= max))
		form_problem(f, name, "question_decimal");
	json_object_set_new(s, name, json_string(typed));
}

/* A day or a time, as people write it. */
static void
keep_amount(struct arena *a, json_t *s, struct form *f, const json_t *question, const char *name, const char *problem)
{
	const char *typed = form_text(f, name, FORM_OPTIONAL, AMOUNT_MAX), *kept;

	if (typed[0] == '\0')
		return;
	kept = questionnaire_amount(a, question, typed);
	if (kept == NULL)
		form_problem(f, name, problem);
	json_object_set_new(s, name, json_string(kept != NULL ? kept : typed));
}

static void
keep_end(json_t *s, struct form *f, const char *name)
{
	json_t *end = json_object_get(s, name);

	if (end == NULL) {
		end = json_pack("{s:{}}", "texts");
		json_object_set_new(s, name, end);
	}
	json_object_set_new(json_object_get(end, "texts"), "ja", json_string(form_text(f, name, FORM_OPTIONAL, QUESTION_END_MAX)));
}

static void
read_date(struct arena *a, struct form *f, json_t *s, const json_t *question)
{
	static const char *const ranges[] = { "any", "past", "future", NULL };
	const char *range = form_choice(f, "range", FORM_REQUIRED, ranges);

	keep_amount(a, s, f, question, "min", "question_date_typed");
	keep_amount(a, s, f, question, "max", "question_date_typed");
	if (range[0] != '\0' && strcmp(range, "any") != 0)
		json_object_set_new(s, range, json_true());
}

static void
read_file(struct form *f, json_t *s)
{
	json_t *kinds = json_array();

	keep_int(s, f, "max", 1, FILES_MAX);
	if (form_flag(f, "image"))
		json_array_append_new(kinds, json_string("image"));
	if (form_flag(f, "pdf"))
		json_array_append_new(kinds, json_string("pdf"));
	if (json_array_size(kinds) == 0)
		form_problem(f, "image", "question_file_kinds");
	json_object_set_new(s, "kinds", kinds);
}

static void
keep_flag(json_t *s, struct form *f, const char *name)
{
	if (form_flag(f, name))
		json_object_set_new(s, name, json_true());
}

static void
read_scale(struct form *f, json_t *s, const json_t *old)
{
	static const char *const points[] = { "5", "7", "11", NULL };

	json_object_set_new(s, "points", json_integer(strtoll(form_choice(f, "points", FORM_REQUIRED, points), NULL, 10)));
	json_object_set_new(s, "low", json_deep_copy(json_object_get(old, "low")));
	json_object_set_new(s, "high", json_deep_copy(json_object_get(old, "high")));
	keep_end(s, f, "low");
	keep_end(s, f, "high");
}

static json_t *
read_settings(struct arena *a, struct form *f, const json_t *question)
{
	static const char *const patterns[] = { "email", "phone", "postcode", "kana", "digits", NULL };
	const json_t *old = json_object_get(question, "settings");
	const char *kind = json_text(question, "kind"), *typed;
	json_t *s = json_keep(a, json_object());

	if (strcmp(kind, "single") == 0 || strcmp(kind, "multi") == 0)
		keep_flag(s, f, "shuffle");
	if (strcmp(kind, "multi") == 0) {
		keep_int(s, f, "min", 0, QUESTION_CHOICES_MAX);
		keep_int(s, f, "max", 1, QUESTION_CHOICES_MAX);
	} else if (strcmp(kind, "rank") == 0)
		keep_int(s, f, "max", 1, 20);
	else if (strcmp(kind, "text") == 0) {
		keep_int(s, f, "max", 1, TEXT_MAX);
		typed = form_choice(f, "pattern", FORM_OPTIONAL, patterns);
		if (typed[0] != '\0')
			json_object_set_new(s, "pattern", json_string(typed));
	} else if (strcmp(kind, "long") == 0)
		keep_int(s, f, "max", 1, LONG_MAX);
	else if (strcmp(kind, "number") == 0) {
		keep_decimal(s, f, "min", -1e12, 1e12);
		keep_decimal(s, f, "max", -1e12, 1e12);
		keep_int(s, f, "decimals", 0, DECIMALS_MAX);
		typed = form_text(f, "unit", FORM_OPTIONAL, QUESTION_UNIT_MAX);
		if (typed[0] != '\0')
			json_object_set_new(s, "unit", json_string(typed));
	} else if (strcmp(kind, "date") == 0)
		read_date(a, f, s, question);
	else if (strcmp(kind, "time") == 0) {
		keep_amount(a, s, f, question, "min", "question_time_typed");
		keep_amount(a, s, f, question, "max", "question_time_typed");
	} else if (strcmp(kind, "scale") == 0)
		read_scale(f, s, old);
	else if (strcmp(kind, "matrix") == 0) {
		int given = (int)json_int(old, "rows_given");

		json_object_set(s, "rows", question_choices_read(a, f, "rows", json_object_get(old, "rows"), "r", &given));
		question_choices_given(s, "rows_given", given, json_object_get(s, "rows"), "r");
		keep_flag(s, f, "multi");
	} else if (strcmp(kind, "address") == 0)
		keep_flag(s, f, "district");
	else if (strcmp(kind, "map") == 0) {
		keep_decimal(s, f, "lat", -90, 90);
		keep_decimal(s, f, "lon", -180, 180);
		keep_int(s, f, "zoom", 1, 18);
	} else if (strcmp(kind, "file") == 0)
		read_file(f, s);
	return s;
}

void
question_read_content(struct arena *a, struct form *f, const json_t *question, struct question_content *c)
{
	const char *kind = json_text(question, "kind"), *than;
	const json_t *old = json_object_get(question, "choices");
	int given = (int)json_int(json_object_get(question, "settings"), "choices_given");
	json_t *own;

	c->texts = json_keep(a, json_deep_copy(json_object_get(question, "texts")));
	if (json_object_get(c->texts, "ja") == NULL)
		json_object_set_new(c->texts, "ja", json_object());
	own = json_object_get(c->texts, "ja");
	json_object_set_new(own, "label", json_string(form_name(f, "label", FORM_REQUIRED, QUESTION_LABEL_MAX)));
	json_object_set_new(own, "help", json_string(form_lines(f, "help", FORM_OPTIONAL, QUESTION_HELP_MAX)));
	c->required = strcmp(kind, "note") != 0 && form_flag(f, "required");
	c->choices = json_keep(a, json_array());
	if (question_has_choices(kind))
		c->choices = question_choices_read(a, f, "choices", old, "", &given);
	if (strcmp(kind, "single") == 0 || strcmp(kind, "multi") == 0) {
		question_choices_add_special(f, c->choices, old, "other", "other_text");
		question_choices_add_special(f, c->choices, old, "none", "none_text");
	}
	c->settings = read_settings(a, f, question);
	question_choices_given(c->settings, "choices_given", given, c->choices, "");
	than = form_text(f, "than", FORM_OPTIONAL, AMOUNT_MAX);
	if (than[0] != '\0')
		json_object_set_new(c->settings, "equal_or_more", json_string(than));
}

/* --- the same in other words --- */

/* As many lines as there were, in their order. */
static void
reword(struct arena *a, struct form *f, json_t *list, const char *name)
{
	const json_t *lines = question_choices_typed(a, f, name);
	json_t *one;
	size_t i, n = 0;

	json_array_foreach(list, i, one)
		n += question_choice_is_special(one) ? 0 : 1;
	if (json_array_size(lines) != n) {
		form_detail(f, name, "length", (int64_t)n);
		form_problem(f, name, "question_lines_same");
		return;
	}
	n = 0;
	json_array_foreach(list, i, one)
		if (!question_choice_is_special(one))
			json_object_set(json_object_get(one, "texts"), "ja", json_array_get(lines, n++));
}

static void
reword_special(struct form *f, json_t *choices, const char *kind, const char *name)
{
	json_t *one;
	size_t i;

	form_set(f, name, "");
	json_array_foreach(choices, i, one)
		if (json_flag(one, kind))
			json_object_set_new(json_object_get(one, "texts"), "ja",
			    json_string(form_text(f, name, FORM_REQUIRED, QUESTION_CHOICE_LENGTH)));
}

void
question_read_words(struct arena *a, struct form *f, const json_t *question, struct question_content *c)
{
	const char *kind = json_text(question, "kind"), *unit;
	json_t *own;

	c->required = json_flag(question, "required");
	c->texts = json_keep(a, json_deep_copy(json_object_get(question, "texts")));
	c->choices = json_keep(a, json_deep_copy(json_object_get(question, "choices")));
	c->settings = json_keep(a, json_deep_copy(json_object_get(question, "settings")));
	own = json_object_get(c->texts, "ja");
	json_object_set_new(own, "label", json_string(form_name(f, "label", FORM_REQUIRED, QUESTION_LABEL_MAX)));
	json_object_set_new(own, "help", json_string(form_lines(f, "help", FORM_OPTIONAL, QUESTION_HELP_MAX)));
	if (question_has_choices(kind))
		reword(a, f, c->choices, "choices");
	reword_special(f, c->choices, "other", "other_text");
	reword_special(f, c->choices, "none", "none_text");
	if (strcmp(kind, "matrix") == 0)
		reword(a, f, json_object_get(c->settings, "rows"), "rows");
	if (strcmp(kind, "scale") == 0) {
		keep_end(c->settings, f, "low");
		keep_end(c->settings, f, "high");
	}
	if (strcmp(kind, "number") == 0) {
		unit = form_text(f, "unit", FORM_OPTIONAL, QUESTION_UNIT_MAX);
		if (unit[0] != '\0')
			json_object_set_new(c->settings, "unit", json_string(unit));
		else
			json_object_del(c->settings, "unit");
	}
}
