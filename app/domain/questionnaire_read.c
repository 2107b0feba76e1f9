/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A question as fields of a form: what was sent becomes an answer, an answer is shown
 * again.  What was typed stays in the field whatever it is; whether it is possible says
 * questionnaire_accept.c.
 */
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/json.h"
#include "base/text.h"
#include "domain/questionnaire_private.h"

/* Longer than any limit that staff can set; what is longer still is told so. */
enum { TYPED_MAX = 100000 };

struct reading {
	struct arena *arena;
	struct form *form;
	const struct fields *fields;	/* NULL: shown only */
	const json_t *question;
	const char *code;
	json_t *answers;
};

static const json_t *
settings(const struct reading *r)
{
	return json_object_get(r->question, "settings");
}

static const char *
name_of(const struct reading *r, const char *part)
{
	return part[0] == '\0' ? r->code : questionnaire_field(r->arena, r->code, part);
}

/* What was sent of this part, brought to one line and shown. */
static const char *
typed(const struct reading *r, const char *part)
{
	const char *name = name_of(r, part), *text = text_normal(r->arena, fields_get(r->fields, name));

	form_set(r->form, name, text);
	return text;
}

static void
answer(const struct reading *r, json_t *value)
{
	json_object_set_new(r->answers, r->code, value);
}

static const json_t *
answered(const struct reading *r)
{
	return json_object_get(r->answers, r->code);
}

static json_t *
text_of(const char *text)
{
	return json_string(text);
}

/* --- one and several of the choices --- */

static const char *
other_key(const struct reading *r)
{
	return arena_printf(r->arena, "%s.other", r->code);
}

/* Words beside その他 count only where it is chosen. */
static void
read_other(const struct reading *r, bool chosen)
{
	const char *text = typed(r, "words");

	json_object_del(r->answers, other_key(r));
	if (chosen && text[0] != '\0')
		json_object_set_new(r->answers, other_key(r), text_of(text));
}

static bool
is_other(const struct reading *r, const char *code)
{
	const json_t *c;
	size_t i;

	json_array_foreach(json_object_get(r->question, "choices"), i, c)
		if (strcmp(json_text(c, "code"), code) == 0)
			return json_flag(c, "other");
	return false;
}

static void
read_single(const struct reading *r)
{
	const char *value = typed(r, "");

	if (value[0] != '\0')
		answer(r, text_of(value));
	read_other(r, is_other(r, value));
}

static void
read_multi(const struct reading *r)
{
	json_t *list = json_array();
	bool other = false;
	const json_t *c;
	size_t i;

	json_array_foreach(json_object_get(r->question, "choices"), i, c) {
		const char *code = json_text(c, "code");

		if (fields_get(r->fields, name_of(r, code))[0] == '\0')
			continue;
		json_array_append_new(list, text_of(code));
		other = other || json_flag(c, "other");
	}
	answer(r, list);
	if (json_array_size(list) == 0)
		json_object_del(r->answers, r->code);
	read_other(r, other);
}

static void
show_choice(const struct reading *r)
{
	form_set(r->form, r->code, json_text(r->answers, r->code));
	form_set(r->form, name_of(r, "words"), json_text(r->answers, other_key(r)));
}

/* --- texts and numbers --- */

static void
read_text(const struct reading *r)
{
	const char *pattern = json_text(settings(r), "pattern"), *text, *kept;

	/* Names keep their kanji; what has a pattern is brought to it. */
	text = pattern[0] != '\0' ? typed(r, "") : form_name(r->form, r->code, FORM_OPTIONAL, TYPED_MAX);
	kept = pattern[0] != '\0' && text[0] != '\0' ? questionnaire_pattern(r->arena, pattern, text) : NULL;
	if (text[0] != '\0')
		answer(r, text_of(kept != NULL ? kept : text));
}

static void
read_long(const struct reading *r)
{
	const char *text = form_lines(r->form, r->code, FORM_OPTIONAL, TYPED_MAX);

	if (text[0] != '\0')
		answer(r, text_of(text));
}

static void
read_number(const struct reading *r)
{
	const char *text = typed(r, "");
	const char *kept = questionnaire_amount(r->arena, r->question, text);

	if (text[0] != '\0')
		answer(r, text_of(kept != NULL ? kept : text));
}

static void
read_scale(const struct reading *r)
{
	const char *text = typed(r, "");

	if (text[0] != '\0')
		answer(r, text_of(text));
}

static void
read_time(const struct reading *r)
{
	const char *text = typed(r, ""), *kept = questionnaire_time(r->arena, text);

	if (text[0] != '\0')
		answer(r, text_of(kept != NULL ? kept : text));
}

static void
show_text(const struct reading *r)
{
	form_set(r->form, r->code, json_text(r->answers, r->code));
}

static void
read_date(const struct reading *r)
{
	const char *year = typed(r, "year"), *month = typed(r, "month"), *day = typed(r, "day");
	const char *kept = questionnaire_date_meant(r->arena, year, month, day);

	if (kept != NULL)
		answer(r, text_of(kept));
	else if (year[0] != '\0' || month[0] != '\0' || day[0] != '\0')
		answer(r, text_of("?"));
}

/* "2026-04-01": without the zeros in front, as people write. */
static void
show_date(const struct reading *r)
{
	const char *date = json_text(r->answers, r->code);
	long part[3] = { 0, 0, 0 };
	static const char *const names[] = { "year", "month", "day" };
	char *end = (char *)(uintptr_t)date;

	for (size_t i = 0; i < 3; i++) {
		part[i] = strtol(end, &end, 10);
		end += *end == '-';
		form_set(r->form, name_of(r, names[i]), part[i] > 0 ? arena_printf(r->arena, "%ld", part[i]) : "");
	}
}

/* --- ranks and rows --- */

/* Places 1, 2 … each given once, without a gap. */
static void
read_rank(const struct reading *r)
{
	const json_t *choices = json_object_get(r->question, "choices"), *c;
	size_t n = json_array_size(choices), i, given = 0;
	const char **at = arena_alloc(r->arena, (n + 1) * sizeof *at);
	bool good = true;
	json_t *list = json_array();

	memset(at, 0, (n + 1) * sizeof *at);
	json_array_foreach(choices, i, c) {
		const char *text = typed(r, json_text(c, "code"));
		size_t place = (size_t)strtoul(text, NULL, 10);

		if (text[0] == '\0')
			continue;
		given++;
		good = good && place >= 1 && place <= n && at[place] == NULL;
		if (good)
			at[place] = json_text(c, "code");
	}
	for (i = 1; i <= given && good; i++) {
		good = at[i] != NULL;
		if (good)
			json_array_append_new(list, text_of(at[i]));
	}
	if (!good)
		json_array_clear(list);
	answer(r, list);
	if (given == 0)
		json_object_del(r->answers, r->code);
}

static void
show_rank(const struct reading *r)
{
	const json_t *c, *code;
	size_t i, k;

	json_array_foreach(json_object_get(r->question, "choices"), i, c) {
		const char *place = "";

		json_array_foreach(answered(r), k, code)
			if (strcmp(json_string_value(code), json_text(c, "code")) == 0)
				place = arena_printf(r->arena, "%zu", k + 1);
		form_set(r->form, name_of(r, json_text(c, "code")), place);
	}
}

static json_t *
read_row(const struct reading *r, const char *row)
{
	json_t *list;
	const json_t *c;
	const char *value;
	size_t i;

	if (!json_flag(settings(r), "multi")) {
		value = typed(r, row);
		return value[0] != '\0' ? text_of(value) : NULL;
	}
	list = json_array();
	json_array_foreach(json_object_get(r->question, "choices"), i, c) {
		const char *box = questionnaire_field(r->arena, row, json_text(c, "code"));

		if (fields_get(r->fields, name_of(r, box))[0] != '\0')
			json_array_append_new(list, text_of(json_text(c, "code")));
	}
	if (json_array_size(list) > 0)
		return list;
	json_decref(list);
	return NULL;
}

static void
read_matrix(const struct reading *r)
{
	json_t *rows = json_object();
	const json_t *row;
	size_t i;

	json_array_foreach(json_object_get(settings(r), "rows"), i, row) {
		json_t *value = read_row(r, json_text(row, "code"));

		if (value != NULL)
			json_object_set_new(rows, json_text(row, "code"), value);
	}
	answer(r, rows);
	if (json_object_size(rows) == 0)
		json_object_del(r->answers, r->code);
}

static void
show_matrix(const struct reading *r)
{
	const json_t *row;
	size_t i;

	json_array_foreach(json_object_get(settings(r), "rows"), i, row)
		form_set(r->form, name_of(r, json_text(row, "code")), json_text(answered(r), json_text(row, "code")));
}

/* --- several parts, and the rest --- */

static const char *const address_parts[] = { "postcode", "district", "text", NULL };
static const char *const map_parts[] = { "lat", "lon", "text", NULL };

static const char *const *
parts_of(const struct reading *r)
{
	return strcmp(json_text(r->question, "kind"), "map") == 0 ? map_parts : address_parts;
}

static void
read_parts(const struct reading *r)
{
	json_t *all = json_object();

	for (const char *const *part = parts_of(r); *part != NULL; part++) {
		const char *text = typed(r, *part), *kept = questionnaire_part(r->arena, *part, text);

		if (text[0] != '\0')
			json_object_set_new(all, *part, text_of(kept != NULL ? kept : text));
	}
	answer(r, all);
	if (json_object_size(all) == 0)
		json_object_del(r->answers, r->code);
}

static void
show_parts(const struct reading *r)
{
	for (const char *const *part = parts_of(r); *part != NULL; part++)
		form_set(r->form, name_of(r, *part), json_text(answered(r), *part));
}

/* Files come by a room of their own; the field carries the ids of those that are there. */
static void
read_file(const struct reading *r)
{
	char *ids = text_normal(r->arena, fields_get(r->fields, r->code)), *rest, *id;
	json_t *list = json_array();

	form_set(r->form, r->code, ids);
	for (id = strtok_r(ids, " ", &rest); id != NULL; id = strtok_r(NULL, " ", &rest))
		json_array_append_new(list, text_of(id));
	answer(r, list);
	if (json_array_size(list) == 0)
		json_object_del(r->answers, r->code);
}

static void
show_file(const struct reading *r)
{
	struct buf ids;
	const json_t *id;
	size_t i;

	buf_init(&ids, r->arena);
	json_array_foreach(answered(r), i, id)
		buf_addf(&ids, "%s%s", i > 0 ? " " : "", json_string_value(id));
	form_set(r->form, r->code, ids.len > 0 ? ids.data : "");
}

static void
read_consent(const struct reading *r)
{
	if (form_flag(r->form, r->code))
		answer(r, text_of("1"));
}

static void
show_consent(const struct reading *r)
{
	form_set_flag(r->form, r->code, answered(r) != NULL);
}

static const struct {
	const char *kind;
	void (*read)(const struct reading *);
	void (*show)(const struct reading *);
} kinds[] = {
	{ "single", read_single, show_choice }, { "multi", read_multi, show_choice },
	{ "text", read_text, show_text }, { "long", read_long, show_text }, { "number", read_number, show_text },
	{ "date", read_date, show_date }, { "time", read_time, show_text }, { "scale", read_scale, show_text },
	{ "rank", read_rank, show_rank }, { "matrix", read_matrix, show_matrix },
	{ "address", read_parts, show_parts }, { "map", read_parts, show_parts },
	{ "file", read_file, show_file }, { "consent", read_consent, show_consent },
};
enum { KINDS = sizeof kinds / sizeof *kinds };

static size_t
kind_of(const json_t *question)
{
	size_t i = 0;

	while (i < KINDS && strcmp(kinds[i].kind, json_text(question, "kind")) != 0)
		i++;
	return i;
}

/* The field that it is about: the whole question, or a part of it. */
static const char *
problem_at(const struct reading *r, const char *problem)
{
	const char *kind = json_text(r->question, "kind");
	bool chooses = strcmp(kind, "single") == 0 || strcmp(kind, "multi") == 0;

	if (strncmp(problem, "question_other", strlen("question_other")) == 0)
		return name_of(r, "words");
	/* Nothing else of theirs is written. */
	if (chooses && (strcmp(problem, "form_too_long") == 0 || strcmp(problem, "form_unreadable") == 0 ||
	    strcmp(problem, "form_control_characters") == 0))
		return name_of(r, "words");
	if (strcmp(problem, "form_postcode") == 0 && strcmp(kind, "address") == 0)
		return name_of(r, "postcode");
	return r->code;
}

static void
judge(const struct reading *r)
{
	struct questionnaire_limits limits = { 0 };
	const char *problem = questionnaire_problem(r->arena, r->question, r->answers, &limits), *name;

	if (problem == NULL)
		return;
	name = problem_at(r, problem);
	form_details(r->form, name, questionnaire_named(r->arena, &limits));
	form_problem(r->form, name, problem);
}

void
questionnaire_read(struct arena *a, struct form *form, const struct fields *fields, const json_t *question,
    json_t *answers)
{
	struct reading r = { a, form, fields, question, json_text(question, "code"), answers };
	size_t kind = kind_of(question);

	if (kind == KINDS)
		return;
	json_object_del(answers, r.code);
	form_set(form, r.code, "");
	kinds[kind].read(&r);
	judge(&r);
}

void
questionnaire_show(struct arena *a, struct form *form, const json_t *question, const json_t *answers)
{
	struct reading r = { a, form, NULL, question, json_text(question, "code"), (json_t *)(uintptr_t)answers };
	size_t kind = kind_of(question);

	if (kind == KINDS)
		return;
	form_set(form, r.code, "");
	kinds[kind].show(&r);
	if (answered(&r) != NULL)
		judge(&r);
}
