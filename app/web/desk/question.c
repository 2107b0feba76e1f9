/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The list of questions: their order, copies, and new ones; see question.h.
 */
#include "web/desk/question.h"

#include <stdlib.h>
#include <string.h>

enum err
question_open(struct web *w, const struct question_owner *o, json_t **draft)
{
	int64_t questionnaire;
	const char *title;
	enum err e;

	e = o->open(w, &questionnaire, &title);
	if (e == ERR_OK)
		e = question_draft(w->db, questionnaire, draft);
	if (e != ERR_OK)
		return e;
	json_object_set_new(w->view, "owner", json_pack("{s:o, s:s?, s:O, s:O}",
	    "owner_url", json_sprintf("%s/%" PRId64, o->url, web_id(w, o->arg)), "title", title,
	    "frozen", json_object_get(*draft, "frozen"), "revision", json_object_get(*draft, "revision")));
	return ERR_OK;
}

enum err
question_open_one(struct web *w, const struct question_owner *o, json_t **draft, json_t **question)
{
	json_t *shown;
	int number;
	enum err e = question_open(w, o, draft);

	if (e != ERR_OK)
		return e;
	*question = question_of(*draft, web_arg(w, "question"), &number);
	if (*question == NULL)
		return ERR_NOT_FOUND;
	shown = json_pack("{s:O, s:o, s:s, s:O}", "code", json_object_get(*question, "code"), "place", json_sprintf("%d", number),
	    "kind_text", words_get(w->words, arena_printf(w->arena, "question_kind_%s", json_text(*question, "kind"))),
	    "required", json_object_get(*question, "required"));
	for (size_t i = 0; question_kinds[i] != NULL; i++)
		json_object_set_new(shown, question_kinds[i], json_boolean(strcmp(question_kinds[i], json_text(*question, "kind")) == 0));
	json_object_set_new(w->view, "question", shown);
	return ERR_OK;
}

enum err
question_back(struct web *w, const struct question_owner *o)
{
	return web_see_other(w, "%s/%" PRId64 "/questions", o->url, web_id(w, o->arg));
}

/* typed: what was typed stays in the fields of the order; NULL: 1, 2, 3 … */
static enum err
show_list(struct web *w, enum status status, const json_t *draft, const struct form *typed)
{
	json_t *rows = question_rows(w->arena, w->words, draft), *row;
	size_t i;

	json_array_foreach(rows, i, row) {
		const char *field = arena_printf(w->arena, "place_%s", json_text(row, "code"));

		const json_t *read = typed == NULL ? NULL : json_object_get(form_json(typed), field);

		json_object_set_new(row, "place", json_string(json_text(read != NULL ? read : row, read != NULL ? "value" : "number")));
		json_object_set_new(row, "problem", read != NULL ? json_incref(json_object_get(read, "problem")) : json_null());
		json_object_set_new(row, "name", json_string(field));
	}
	json_object_set(w->view, "rows", rows);
	json_object_set_new(w->view, "some", json_boolean(json_array_size(rows) > 0));
	json_object_set_new(w->view, "several", json_boolean(json_array_size(rows) > 1));
	json_object_set_new(w->view, "conflict", json_boolean(status == HTTP_CONFLICT));
	json_object_set_new(w->view, "may_write", json_boolean(web_may(w, RIGHT_WRITE)));
	json_object_set_new(w->view, "may_change", json_boolean(web_may(w, RIGHT_WRITE) && !json_flag(draft, "frozen")));
	return web_page(w, status, "desk/question/list");
}

enum err
question_list(struct web *w, const struct question_owner *o)
{
	json_t *draft;
	enum err e = question_open(w, o, &draft);

	return e != ERR_OK ? e : show_list(w, HTTP_OK, draft, NULL);
}

/* --- order, copy, remove --- */

struct place {
	const char *code;
	double at;	/* where it wants to stand */
};

static int
by_place(const void *a, const void *b)
{
	double x = ((const struct place *)a)->at, y = ((const struct place *)b)->at;

	return x < y ? -1 : x > y;
}

/* Whoever was given a new number comes before the one that has it: somebody who writes 2
 * at the fifth question wants it to be the second. */
static double
wanted(struct form *f, const char *field, int64_t now)
{
	int64_t n = form_number(f, field, FORM_REQUIRED, 1, QUESTIONS_MAX);

	if (n == now || n == 0)
		return (double)now;
	return (double)n + (n > now ? 0.5 : -0.5);
}

static enum err
reorder(struct web *w, struct form *f, const json_t *draft, const char *up, const char *down)
{
	const json_t *list = json_object_get(draft, "questions"), *q;
	size_t i, n = json_array_size(list);
	struct place *places = arena_alloc(w->arena, (n + 1) * sizeof *places);
	const char **codes = arena_alloc(w->arena, (n + 1) * sizeof *codes);

	json_array_foreach(list, i, q) {
		const char *code = json_text(q, "code");

		places[i] = (struct place){ code, (double)(i + 1) };
		if (strcmp(code, up) == 0)
			places[i].at -= 1.5;
		else if (strcmp(code, down) == 0)
			places[i].at += 1.5;
		else if (up[0] == '\0' && down[0] == '\0')
			places[i].at = wanted(f, arena_printf(w->arena, "place_%s", code), (int64_t)i + 1);
	}
	if (!form_ok(f))
		return ERR_INVALID;
	qsort(places, n, sizeof *places, by_place);
	for (i = 0; i < n; i++)
		codes[i] = places[i].code;
	/* By the revision that the page showed: what somebody else moved meanwhile is seen first. */
	return question_order(w->db, json_int(draft, "id"), w->staff, (int)strtol(fields_get(w->fields, "revision"), NULL, 10),
	    (struct db_texts){ codes, n });
}

enum err
question_list_do(struct web *w, const struct question_owner *o)
{
	const char *copy = fields_get(w->fields, "copy"), *made, *remove = fields_get(w->fields, "remove");
	struct question_edit by = { 0, w->staff, copy[0] != '\0' ? copy : remove, "" };
	struct form *f = web_form(w);
	json_t *draft;
	enum err e = question_open(w, o, &draft);

	if (e != ERR_OK)
		return e;
	by.questionnaire = json_int(draft, "id");
	if (json_flag(draft, "frozen"))
		return show_list(w, HTTP_CONFLICT, draft, NULL);
	if (copy[0] != '\0') {
		if (json_array_size(json_object_get(draft, "questions")) >= QUESTIONS_MAX) {
			web_tell(w, "error", "tell_question_too_many");
			return question_back(w, o);
		}
		e = question_copy(w->db, by, &made);
		if (e != ERR_OK)
			return e;
		web_tell(w, "success", "tell_question_copied");
		return web_see_other(w, "%s/%" PRId64 "/questions/%s", o->url, web_id(w, o->arg), made);
	}
	if (remove[0] != '\0') {
		e = question_remove(w->db, by);
		if (e != ERR_OK)
			return e;
		web_tell(w, "success", "tell_question_removed");
		return question_back(w, o);
	}
	e = reorder(w, f, draft, fields_get(w->fields, "up"), fields_get(w->fields, "down"));
	if (e == ERR_INVALID && !db_failed(w->db))
		return show_list(w, HTTP_UNPROCESSABLE, draft, f);
	if (e == ERR_CONFLICT)
		return show_list(w, HTTP_CONFLICT, draft, NULL);
	if (e != ERR_OK)
		return e;
	web_tell(w, "success", "tell_question_ordered");
	return question_back(w, o);
}

/* --- a new one --- */

static enum err
show_kinds(struct web *w, enum status status, struct form *f)
{
	json_t *options = json_array();
	size_t i;

	for (i = 0; question_kinds[i] != NULL; i++)
		json_array_append_new(options, json_pack("{s:s, s:s, s:s}", "value", question_kinds[i],
		    "label", words_get(w->words, arena_printf(w->arena, "question_kind_%s", question_kinds[i])),
		    "hint", words_get(w->words, arena_printf(w->arena, "question_about_%s", question_kinds[i]))));
	if (status == HTTP_OK)
		form_set(f, "kind", "");
	form_options(f, "kind", options);
	json_decref(options);
	return web_page(w, status, "desk/question/new");
}

enum err
question_new(struct web *w, const struct question_owner *o)
{
	json_t *draft;
	enum err e = question_open(w, o, &draft);

	if (e != ERR_OK)
		return e;
	if (json_flag(draft, "frozen"))
		return question_back(w, o);
	return show_kinds(w, HTTP_OK, web_form(w));
}

enum err
question_new_do(struct web *w, const struct question_owner *o)
{
	struct form *f = web_form(w);
	const char *kind, *code;
	json_t *draft;
	enum err e = question_open(w, o, &draft);

	if (e != ERR_OK)
		return e;
	kind = form_choice(f, "kind", FORM_REQUIRED, question_kinds);
	if (json_array_size(json_object_get(draft, "questions")) >= QUESTIONS_MAX)
		form_problem(f, "kind", "question_too_many");
	if (!form_ok(f))
		return show_kinds(w, HTTP_UNPROCESSABLE, f);
	if (json_flag(draft, "frozen"))
		return ERR_CONFLICT;
	e = question_add(w->db, w->arena, json_int(draft, "id"), w->staff, kind, &code);
	if (e != ERR_OK)
		return e;
	return web_see_other(w, "%s/%" PRId64 "/questions/%s", o->url, web_id(w, o->arg), code);
}
