/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What a clerk typed about one question, and whether it will do.
 *
 * Choices are pasted, one a line.  A line that was there before keeps its code; of lines
 * that are new, the one at the place of a line that went is taken for that line put in
 * other words.
 */
#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "base/json.h"
#include "base/text.h"
#include "domain/question.h"
#include "domain/questionnaire.h"

enum { DECIMALS_MAX = 4, FILES_MAX = 10, AMOUNT_MAX = 20, TEXT_MAX = 500, LONG_MAX = 10000 };

static const char *
ja(const json_t *texts)
{
	return json_text(texts, "ja");
}

static bool
special(const json_t *choice)
{
	return json_flag(choice, "other") || json_flag(choice, "none");
}

/* --- what is stored, shown --- */

static const char *
joined(struct arena *a, const json_t *list)
{
	const char *all = "";
	const json_t *one;
	size_t i;

	json_array_foreach(list, i, one)
		if (!special(one))
			all = arena_printf(a, "%s%s%s", all, all[0] != '\0' ? "\n" : "", ja(json_object_get(one, "texts")));
	return all;
}

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
	form_set(f, "choices", joined(a, choices));
	show_special(f, choices, "other", "other_text");
	show_special(f, choices, "none", "none_text");
	form_set_flag(f, "shuffle", json_flag(s, "shuffle"));
	for (i = 0; i < sizeof plain / sizeof *plain; i++)
		form_set(f, plain[i], number_text(a, s, plain[i]));
	form_set(f, "range", json_flag(s, "past") ? "past" : json_flag(s, "future") ? "future" : "any");
	form_set(f, "low", ja(json_object_get(json_object_get(s, "low"), "texts")));
	form_set(f, "high", ja(json_object_get(json_object_get(s, "high"), "texts")));
	form_set(f, "rows", joined(a, json_object_get(s, "rows")));
	form_set_flag(f, "multi", json_flag(s, "multi"));
	form_set_flag(f, "district", json_flag(s, "district"));
	form_set_flag(f, "image", json_has(json_object_get(s, "kinds"), "image"));
	form_set_flag(f, "pdf", json_has(json_object_get(s, "kinds"), "pdf"));
	form_set(f, "than", json_text(s, "equal_or_more"));
	form_set(f, "reason", "");
}

/* --- choices --- */

static char *
without(char *line, const char *mark)
{
	size_t n = strlen(mark);

	return strncmp(line, mark, n) == 0 && line[n] != '\0' ? line + n : line;
}

/* A line as it was pasted, without what a word processor put before it. */
static char *
trimmed(char *line)
{
	static const char *const marks[] = { " ", "\t", "　", "・", "•", "□", "☐", "- " };
	char *before, *end;
	size_t i;

	do {
		before = line;
		for (i = 0; i < sizeof marks / sizeof *marks; i++)
			line = without(line, marks[i]);
	} while (line != before);
	for (end = line + strlen(line); end > line;) {
		if (end[-1] == ' ' || end[-1] == '\t')
			end--;
		else if (end - line >= 3 && strncmp(end - 3, "　", 3) == 0)
			end -= 3;
		else
			break;
	}
	*end = '\0';
	return line;
}

static const json_t *
by_text(const json_t *old, const char *text)
{
	const json_t *one;
	size_t i;

	json_array_foreach(old, i, one)
		if (!special(one) && strcmp(ja(json_object_get(one, "texts")), text) == 0)
			return one;
	return NULL;
}

static bool
still(const json_t *lines, const json_t *old)
{
	return json_has(lines, ja(json_object_get(old, "texts")));
}

static int
last_number(const json_t *old, const char *prefix)
{
	const json_t *one;
	int last = 0, n;
	size_t i;

	json_array_foreach(old, i, one) {
		const char *code = json_text(one, "code");

		if (strncmp(code, prefix, strlen(prefix)) != 0)
			continue;
		n = (int)strtol(code + strlen(prefix), NULL, 10);
		last = n > last ? n : last;
	}
	return last;
}

/* The lines of a field; what is wrong is said at it. */
static json_t *
read_lines(struct arena *a, struct form *f, const char *name)
{
	json_t *lines = json_keep(a, json_array());
	char *text = arena_strdup(a, form_lines(f, name, FORM_REQUIRED, QUESTION_CHOICES_MAX * QUESTION_CHOICE_LENGTH)), *line, *rest;

	for (line = strtok_r(text, "\n", &rest); line != NULL; line = strtok_r(NULL, "\n", &rest)) {
		line = trimmed(line);
		if (line[0] == '\0')
			continue;
		if (text_length(line) > QUESTION_CHOICE_LENGTH) {
			form_detail(f, name, "max", QUESTION_CHOICE_LENGTH);
			form_problem(f, name, "question_choice_too_long");
		}
		if (json_has(lines, line))
			form_problem(f, name, "question_choice_twice");
		json_array_append_new(lines, json_string(line));
	}
	if (json_array_size(lines) > QUESTION_CHOICES_MAX) {
		form_detail(f, name, "max", QUESTION_CHOICES_MAX);
		form_problem(f, name, "question_choices_too_many");
	}
	return lines;
}

/* Codes for lines: see the head of this file. */
static json_t *
coded(struct arena *a, const json_t *lines, const json_t *old, const char *prefix)
{
	json_t *list = json_keep(a, json_array()), *made;
	int last = last_number(old, prefix);
	const json_t *line;
	size_t i;

	json_array_foreach(lines, i, line) {
		const char *text = json_string_value(line);
		const json_t *same = by_text(old, text), *there = json_array_get(old, i);

		if (same == NULL && there != NULL && !special(there) && !still(lines, there))
			same = there;
		made = same != NULL ? json_deep_copy(same)
		    : json_pack("{s:o, s:{}}", "code", json_sprintf("%s%d", prefix, ++last), "texts");
		json_object_set_new(json_object_get(made, "texts"), "ja", json_string(text));
		json_array_append_new(list, made);
	}
	return list;
}

/* その他 and 「どれでもない」, each with words of its own. */
static void
add_special(struct form *f, json_t *choices, const json_t *old, const char *kind, const char *text)
{
	json_t *made = NULL;
	const json_t *one;
	const char *typed;
	size_t i;

	if (!form_flag(f, kind)) {
		form_set(f, text, "");
		return;
	}
	typed = form_text(f, text, FORM_REQUIRED, QUESTION_CHOICE_LENGTH);
	json_array_foreach(old, i, one)
		if (json_flag(one, kind))
			made = json_deep_copy(one);
	if (made == NULL)
		made = json_pack("{s:s, s:{}, s:b}", "code", kind, "texts", kind, 1);
	json_object_set_new(json_object_get(made, "texts"), "ja", json_string(typed));
	json_array_append_new(choices, made);
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
		json_object_set(s, "rows", coded(a, read_lines(a, f, "rows"), json_object_get(old, "rows"), "r"));
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
		c->choices = coded(a, read_lines(a, f, "choices"), old, "");
	if (strcmp(kind, "single") == 0 || strcmp(kind, "multi") == 0) {
		add_special(f, c->choices, old, "other", "other_text");
		add_special(f, c->choices, old, "none", "none_text");
	}
	c->settings = read_settings(a, f, question);
	than = form_text(f, "than", FORM_OPTIONAL, AMOUNT_MAX);
	if (than[0] != '\0')
		json_object_set_new(c->settings, "equal_or_more", json_string(than));
}

/* --- the same in other words --- */

/* As many lines as there were, in their order. */
static void
reword(struct arena *a, struct form *f, json_t *list, const char *name)
{
	const json_t *lines = read_lines(a, f, name);
	json_t *one;
	size_t i, n = 0;

	json_array_foreach(list, i, one)
		n += special(one) ? 0 : 1;
	if (json_array_size(lines) != n) {
		form_detail(f, name, "length", (int64_t)n);
		form_problem(f, name, "question_lines_same");
		return;
	}
	n = 0;
	json_array_foreach(list, i, one)
		if (!special(one))
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
