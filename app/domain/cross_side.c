/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Sides of a cross-table; see cross_side.h.
 */
#include "domain/cross_side.h"

#include <inttypes.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "base/text.h"
#include "domain/cross.h"
#include "domain/questionnaire.h"

enum { DAYS_MANY = 31, MONTH = 7 };

/* --- which there are --- */

static const char *const of_response[] = { "@age", "@district", "@language", "@way", "@day" };

static const char *
attribute_label(const struct result *r, const char *key)
{
	return words_get(r->words, arena_printf(r->arena, "result_by_%s", key + 1));
}

/* The question that tells age or district; NULL: none does. */
static const json_t *
told_by(const struct result *r, const char *column)
{
	return rows_count(r->design) > 0 ? questionnaire_question(r->document, rows_text(r->design, 0, column)) : NULL;
}

static bool
can_be_side(const json_t *question)
{
	static const char *const kinds[] = { "single", "multi", "scale", "number", "date", "time", "rank", "address" };
	size_t i;

	for (i = 0; i < sizeof kinds / sizeof *kinds; i++)
		if (questionnaire_is(question, kinds[i]))
			return true;
	return false;
}

static void
offer(const struct result *r, json_t *options, const char *key, const char *label, const char *chosen)
{
	json_array_append_new(options, json_pack("{s:s, s:s, s:b}", "value", key, "label", text_cut(r->arena, label, 60), "checked",
	    strcmp(key, chosen) == 0));
}

json_t *
cross_sides(const struct result *r, const char *name, const char *chosen)
{
	const json_t *questions = json_object_get(r->document, "questions"), *q, *row;
	json_t *options = json_array();
	size_t i, k;

	json_array_foreach(questions, i, q) {
		const char *label;

		if (questionnaire_is(q, "note"))
			continue;
		label = arena_printf(r->arena, "%zu. %s", i + 1, questionnaire_text(q, "label", r->lang));
		if (can_be_side(q))
			offer(r, options, json_text(q, "code"), label, chosen);
		if (questionnaire_is(q, "matrix"))
			json_array_foreach(json_object_get(json_object_get(q, "settings"), "rows"), k, row)
				offer(r, options, arena_printf(r->arena, "%s.%s", json_text(q, "code"), json_text(row, "code")),
				    arena_printf(r->arena, "%s %s", label, questionnaire_text(row, NULL, r->lang)), chosen);
	}
	for (i = 0; i < sizeof of_response / sizeof *of_response; i++)
		if ((i != 0 || told_by(r, "age_code") != NULL) && (i != 1 || told_by(r, "district_code") != NULL))
			offer(r, options, of_response[i], attribute_label(r, of_response[i]), chosen);
	return json_keep(r->arena, json_pack("{s:s, s:n, s:o}", "name", name, "problem", "options", options));
}

/* --- one is opened --- */

static void
add_class(struct arena *a, struct side *s, const char *item, const char *label)
{
	size_t room = s->room * 2 + 32;

	if (s->n == s->room) {
		s->classes = arena_grow(a, s->classes, s->room * sizeof *s->classes, room * sizeof *s->classes);
		s->room = room;
	}
	s->classes[s->n++] = (struct side_class){ item, label, strtod(item, NULL) };
}

static void
add_choices(const struct result *r, struct side *s, const json_t *question)
{
	const json_t *choices = json_object_get(question, "choices"), *c;
	size_t i;

	s->fixed = true;
	json_array_foreach(choices, i, c)
		add_class(r->arena, s, json_text(c, "code"), questionnaire_text(c, NULL, r->lang));
}

static void
add_scale(const struct result *r, struct side *s, const json_t *question)
{
	int64_t points = json_int(json_object_get(question, "settings"), "points"), i, first = points == 11 ? 0 : 1;

	s->fixed = true;
	for (i = first; i < first + points; i++)
		add_class(r->arena, s, arena_printf(r->arena, "%" PRId64, i), arena_printf(r->arena, "%" PRId64, i));
}

static bool
open_attribute(const struct result *r, const char *key, struct side *s)
{
	bool age = strcmp(key, "@age") == 0, district = strcmp(key, "@district") == 0;
	size_t i;

	for (i = 0; i < sizeof of_response / sizeof *of_response; i++)
		if (strcmp(key, of_response[i]) == 0) {
			*s = (struct side){ .key = key, .kind = key + 1, .code = "", .row = "", .label = attribute_label(r, key) };
			if (!age && !district)
				return true;
			s->question = told_by(r, age ? "age_code" : "district_code");
			if (s->question == NULL)
				return false;
			s->code = json_text(s->question, "code");
			s->row = json_text(s->question, "kind");
			if (questionnaire_is(s->question, "single"))
				add_choices(r, s, s->question);
			return true;
		}
	return false;
}

static const json_t *
row_of(const json_t *question, const char *code)
{
	const json_t *rows = json_object_get(json_object_get(question, "settings"), "rows"), *row;
	size_t i;

	json_array_foreach(rows, i, row)
		if (strcmp(json_text(row, "code"), code) == 0)
			return row;
	return NULL;
}

static bool
open_matrix(const struct result *r, const char *key, const char *dot, struct side *s)
{
	const json_t *q = questionnaire_question(r->document, arena_strndup(r->arena, key, (size_t)(dot - key))), *row;

	if (q == NULL || !questionnaire_is(q, "matrix") || (row = row_of(q, dot + 1)) == NULL)
		return false;
	*s = (struct side){ .key = key, .code = json_text(q, "code"), .row = json_text(row, "code"), .question = q,
	    .several = json_flag(json_object_get(q, "settings"), "multi"),
	    .label = arena_printf(r->arena, "%s %s", questionnaire_text(q, "label", r->lang), questionnaire_text(row, NULL, r->lang)) };
	s->kind = s->several ? "boxes" : "row";
	add_choices(r, s, q);
	return true;
}

bool
side_open(const struct result *r, const char *key, struct side *s)
{
	const char *dot = strchr(key, '.');
	const json_t *q;

	if (key[0] == '@')
		return open_attribute(r, key, s);
	if (dot != NULL)
		return open_matrix(r, key, dot, s);
	q = questionnaire_question(r->document, key);
	if (q == NULL || !can_be_side(q))
		return false;
	*s = (struct side){ .key = key, .kind = json_text(q, "kind"), .code = json_text(q, "code"), .row = "", .question = q,
	    .several = questionnaire_is(q, "multi"), .label = questionnaire_text(q, "label", r->lang) };
	if (questionnaire_is(q, "rank"))
		s->label = arena_printf(r->arena, "%s %s", s->label, words_get(r->words, "result_cross_first"));
	if (questionnaire_is(q, "scale"))
		add_scale(r, s, q);
	else if (questionnaire_is(q, "single") || questionnaire_is(q, "multi") || questionnaire_is(q, "rank"))
		add_choices(r, s, q);
	return true;
}

/* --- its classes --- */

static size_t
find(const struct side *s, const char *item)
{
	size_t i;

	for (i = 0; i < s->n; i++)
		if (strcmp(s->classes[i].item, item) == 0)
			return i;
	return s->n;
}

/* What is of no class that is known stands with those who did not answer. */
void
side_meet(struct arena *a, struct side *s, const char *item)
{
	if (s->cut > 0)
		item = arena_strndup(a, item, s->cut);
	if (strcmp(item, "*") == 0 || find(s, item) < s->n)
		return;
	if (item[0] == '\0' || s->fixed) {
		s->none = 1;
		return;
	}
	if (strcmp(s->kind, "day") == 0 && s->n >= DAYS_MANY)
		s->cut = MONTH;
	add_class(a, s, arena_strdup(a, item), NULL);
}

static int
in_order(const void *one, const void *other)
{
	const struct side_class *a = one, *b = other;

	return a->value != b->value ? (a->value > b->value) - (a->value < b->value) : strcmp(a->item, b->item);
}

static const char *
label_of(const struct result *r, const struct side *s, const char *item)
{
	const char *word = NULL;
	size_t i;

	if (strcmp(s->kind, "language") == 0 || strcmp(s->kind, "way") == 0)
		word = words_find(r->words, arena_printf(r->arena, "result_%s_%s", s->kind, item));
	if (strcmp(s->kind, "age") == 0)
		word = arena_printf(r->arena, "%s–%ld", item, strtol(item, NULL, 10) + 9);
	if (strcmp(s->kind, "number") == 0)
		word = result_item(r, s->question, item);
	for (i = 0; i < s->n_days; i++)
		if (strcmp(s->days[i].first, item) == 0 && strcmp(s->days[i].last, item) != 0)
			word = arena_printf(r->arena, "%s–%s", item, s->days[i].last);
	for (i = 0; (strcmp(s->kind, "district") == 0 || strcmp(s->kind, "address") == 0) && i < rows_count(r->districts); i++)
		if (strcmp(rows_text(r->districts, i, "id"), item) == 0)
			word = rows_text(r->districts, i, "name");
	return word != NULL ? word : item;
}

/* Many numbers become a dozen of classes, those of the other pages. */
static void
gather(const struct result *r, struct side *s)
{
	double low = s->classes[0].value, high = s->classes[s->n - 1].value;

	s->width = result_width(s->question, low, high);
	s->low = floor(low / s->width) * s->width;
	for (s->n = 0, low = s->low; low <= high; low += s->width)
		add_class(r->arena, s, "", result_class(r, s->question, low, s->width));
}

static void
cut_short(const struct result *r, struct side *s)
{
	size_t i, n = 0;

	for (i = 0; i < s->n; i++) {
		const char *month = arena_strndup(r->arena, s->classes[i].item, s->cut);

		if (n == 0 || strcmp(s->classes[n - 1].item, month) != 0)
			s->classes[n++] = (struct side_class){ .item = month, .label = month };
	}
	s->n = n;
}

void
side_order(const struct result *r, struct side *s)
{
	size_t i;

	if (!s->fixed) {
		qsort(s->classes, s->n, sizeof *s->classes, in_order);
		for (i = 0; i < s->n; i++)
			s->classes[i].label = label_of(r, s, s->classes[i].item);
		if (strcmp(s->kind, "number") == 0 && s->n > RESULT_CLASSES)
			gather(r, s);
		if (s->cut > 0)
			cut_short(r, s);
	}
	if (s->none == 0) {
		s->none = s->n;
		return;
	}
	s->none = s->n;
	add_class(r->arena, s, "", words_get(r->words, "result_no_answer"));
}

size_t
side_class(const struct side *s, const char *item)
{
	size_t i;

	if (s->width > 0 && item[0] != '\0')
		return (size_t)floor((strtod(item, NULL) - s->low) / s->width);
	for (i = 0; s->cut > 0 && i < s->n; i++)
		if (strncmp(s->classes[i].item, item, s->cut) == 0)
			return i;
	i = find(s, item);
	return i < s->n ? i : s->none;
}
