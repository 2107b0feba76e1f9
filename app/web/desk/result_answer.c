/* SPDX-License-Identifier: Apache-2.0 */
/*
 * 個票: one answer as it was given.
 *
 *	GET /desk/surveys/{survey}/results/answers		?number=&after=: by 受付番号, a page at a time
 *	GET /desk/surveys/{survey}/results/answers/{answer}	one of them, with those before and behind it;
 *								?print=1: on paper, as PDF
 *
 * They stand in the order of their numbers, which are drawn by chance, so that the order says
 * nothing of when somebody answered.  Of whom an answer is, is said where people answer by name
 * and nowhere else.  Each look is noted in the audit record.
 */
#include "base/text.h"
#include "db/queries.h"
#include "domain/people.h"
#include "domain/questionnaire.h"
#include "web/citizen/survey.h"
#include "web/desk/result.h"
#include "web/handlers.h"
#include "web/paper.h"

enum { PAGE = 50, DIGITS = 8, PRINT_ROOM = 60 };

static const char *
way_text(struct web *w, const char *way)
{
	const char *word = words_find(w->words, arena_printf(w->arena, "result_way_%s", way));

	return word != NULL ? word : way;
}

static struct result
open(struct web *w)
{
	return (struct result){ .arena = w->arena, .db = w->db, .words = w->words, .lang = w->lang };
}

/* --- all of them --- */

/* "1234-5678" of what was typed; what is no such number as it is. */
static const char *
number_read(struct web *w, const char *typed)
{
	const char *digits = text_number(w->arena, typed);

	if (digits == NULL || strlen(digits) != DIGITS)
		return text_normal(w->arena, typed);
	return arena_printf(w->arena, "%.4s-%s", digits, digits + 4);
}

static json_t *
rows_view(struct web *w, const struct rows *rows)
{
	json_t *list = json_array();

	for (size_t i = 0; i < rows_count(rows) && i < PAGE; i++)
		json_array_append_new(list, json_pack("{s:s, s:s, s:s}", "number", rows_text(rows, i, "number"),
		    "day", rows_text(rows, i, "day"), "way", way_text(w, rows_text(rows, i, "way"))));
	return list;
}

enum err
desk_result_answers(struct web *w)
{
	const char *typed = fields_get(w->query, "number"), *number = typed[0] != '\0' ? number_read(w, typed) : NULL;
	struct result r = open(w);
	struct rows *rows, *found = NULL;
	enum err e = result_open(&r, web_id(w, "survey"));

	if (e == ERR_OK && number != NULL)
		e = q_result_answer_known(w->db, (struct q_result_answer_known){ .questionnaire = r.questionnaire,
		    .number = number }, &found);
	if (e == ERR_OK && found != NULL && rows_count(found) > 0)
		return web_see_other(w, "/desk/surveys/%" PRId64 "/results/answers/%s", web_id(w, "survey"), number);
	if (e == ERR_OK)
		e = q_result_answers(w->db, (struct q_result_answers){ .questionnaire = r.questionnaire,
		    .after = fields_get(w->query, "after"), .most = PAGE + 1, .lang = w->lang }, &rows);
	if (e != ERR_OK)
		return e;
	json_object_set(w->view, "survey", r.survey);
	json_object_set_new(w->view, "search", json_string(typed));
	json_object_set_new(w->view, "unknown", json_boolean(typed[0] != '\0'));
	json_object_set_new(w->view, "answers", rows_view(w, rows));
	json_object_set_new(w->view, "some", json_boolean(rows_count(rows) > 0));
	json_object_set_new(w->view, "next", rows_count(rows) > PAGE ? json_string(rows_text(rows, PAGE - 1, "number")) : json_null());
	return web_page(w, HTTP_OK, "desk/result/answers");
}

/* --- one --- */

/* Of whom it is, where they answered by name: null in all other surveys. */
static enum err
show_person(struct web *w, const json_t *answer)
{
	struct people p = { .db = w->db, .words = w->words, .arena = w->arena, .staff = w->staff };
	json_t *person = NULL;
	enum err e = ERR_OK;

	if (json_int(answer, "citizen") != 0) {
		e = web_vault(w);
		p.vault = w->vault;
		if (e == ERR_OK)
			e = people_named(&p, json_int(answer, "citizen"), &person);
	}
	json_object_set(w->view, "who", person != NULL ? person : json_null());
	return e;
}

/* One line of what is known of it. */
static void
print_fact(struct web *w, struct paper *p, const char *key, const char *text)
{
	paper_text(p, PAPER_CELL, arena_printf(w->arena, "%s: %s", words_get(w->words, key), text));
}

static enum err
print(struct web *w, const json_t *survey, const json_t *answer)
{
	const char *title = json_text(survey, "title"), *who = json_text(json_object_get(w->view, "who"), "address");
	struct paper *p = paper_new(w->arena, title, json_text(survey, "department"));
	const json_t *row, *line;
	struct buf pdf;
	size_t i, k;

	paper_text(p, PAPER_TITLE, title);
	paper_text(p, PAPER_RIGHT, json_text(survey, "department"));
	paper_rule(p);
	print_fact(w, p, "answer_number", web_arg(w, "answer"));
	print_fact(w, p, "result_answer_day", json_text(json_object_get(answer, "day"), "date"));
	print_fact(w, p, "result_by_way", json_text(answer, "way_text"));
	if (who[0] != '\0')
		print_fact(w, p, "result_answer_who", who);
	paper_text(p, PAPER_SMALL, words_get(w->words, "result_texts_care"));
	paper_rule(p);
	json_array_foreach(json_object_get(w->view, "rows"), i, row) {
		const json_t *lines = json_object_get(row, "lines");

		paper_room(p, PRINT_ROOM);
		paper_text(p, PAPER_STRONG, json_text(row, "label"));
		json_array_foreach(lines, k, line)
			paper_text(p, PAPER_TEXT, json_text(line, "text"));
		if (json_array_size(lines) == 0)
			paper_text(p, PAPER_TEXT, words_get(w->words, "answer_no_answer"));
		paper_space(p, 8);
	}
	buf_init(&pdf, w->arena);
	paper_finish(p, &pdf);
	return web_bytes(w, HTTP_OK, "application/pdf", pdf.data, pdf.len);
}

enum err
desk_result_answer(struct web *w)
{
	struct result r = open(w);
	json_t *answer, *asked;
	enum err e = result_open(&r, web_id(w, "survey"));

	if (e == ERR_OK)
		e = q_result_answer(w->db, (struct q_result_answer){ .questionnaire = r.questionnaire, .number = web_arg(w, "answer"),
		    .lang = w->lang }, &answer);
	if (e == ERR_OK)
		e = q_result_answer_viewed(w->db, (struct q_result_answer_viewed){ .survey = web_id(w, "survey"),
		    .number = web_arg(w, "answer") }, NULL);
	if (e == ERR_OK)
		e = show_person(w, answer);
	if (e != ERR_OK)
		return e;
	/* On paper people leave questions out, and what they said behind those counts as well. */
	asked = json_keep(w->arena, json_pack("{s:O, s:O}", "id", json_object_get(r.survey, "id"), "document",
	    questionnaire_lenient(w->arena, json_object_get(answer, "document"))));
	e = citizen_survey_rows(w, asked, json_object_get(answer, "answers"), w->lang);
	if (e != ERR_OK)
		return e;
	json_object_del(answer, "document");
	json_object_del(answer, "answers");
	json_object_set_new(answer, "way_text", json_string(way_text(w, json_text(answer, "way"))));
	if (fields_has(w->query, "print"))
		return print(w, r.survey, answer);
	json_object_set(w->view, "survey", r.survey);
	json_object_set(w->view, "answer", answer);
	json_object_set_new(w->view, "with_change", json_false());
	json_object_set_new(w->view, "text_lang", json_string(json_text(answer, "language")));
	return web_page(w, HTTP_OK, "desk/result/answer");
}
