/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Choices as lines; see question_choices.h.
 */
#include "domain/question_choices.h"

#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "base/text.h"
#include "domain/question.h"

static const char *
ja(const json_t *choice)
{
	return json_text(json_object_get(choice, "texts"), "ja");
}

bool
question_choice_is_special(const json_t *choice)
{
	return json_flag(choice, "other") || json_flag(choice, "none");
}

const char *
question_choices_lines(struct arena *a, const json_t *list)
{
	const char *all = "";
	const json_t *one;
	size_t i;

	json_array_foreach(list, i, one)
		if (!question_choice_is_special(one))
			all = arena_printf(a, "%s%s%s", all, all[0] != '\0' ? "\n" : "", ja(one));
	return all;
}

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
		if (!question_choice_is_special(one) && strcmp(ja(one), text) == 0)
			return one;
	return NULL;
}

static bool
still(const json_t *lines, const json_t *old)
{
	return json_has(lines, ja(old));
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

json_t *
question_choices_typed(struct arena *a, struct form *f, const char *name)
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

json_t *
question_choices_read(struct arena *a, struct form *f, const char *name, const json_t *old, const char *prefix, int *given)
{
	const json_t *lines = question_choices_typed(a, f, name);
	json_t *list = json_keep(a, json_array()), *made;
	int last = last_number(old, prefix);
	const json_t *line;
	size_t i;

	if (*given > last)
		last = *given;

	json_array_foreach(lines, i, line) {
		const char *text = json_string_value(line);
		const json_t *same = by_text(old, text), *there = json_array_get(old, i);

		if (same == NULL && there != NULL && !question_choice_is_special(there) && !still(lines, there))
			same = there;
		made = same != NULL ? json_deep_copy(same)
		    : json_pack("{s:o, s:{}}", "code", json_sprintf("%s%d", prefix, ++last), "texts");
		json_object_set_new(json_object_get(made, "texts"), "ja", json_string(text));
		json_array_append_new(list, made);
	}
	*given = last;
	return list;
}

void
question_choices_given(json_t *settings, const char *key, int given, const json_t *list, const char *prefix)
{
	if (given > last_number(list, prefix))
		json_object_set_new(settings, key, json_integer(given));
}

void
question_choices_add_special(struct form *f, json_t *choices, const json_t *old, const char *kind, const char *text)
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
