/* SPDX-License-Identifier: Apache-2.0 */
/*
 * 紙の回答を入力: one answer after the other, from a form, by telephone, at the counter.
 *
 *	GET  /desk/surveys/{survey}/entry	all questions on one page
 *	POST /desk/surveys/{survey}/entry	kept; on to the next one
 *
 * What a good answer is, is the engine's word (domain/questionnaire.h), and whether this one
 * counts is domain/paper.h's.  On paper people leave questions out: a clerk may say so.
 */
#include <string.h>

#include "base/text.h"
#include "domain/address.h"
#include "domain/paper.h"
#include "domain/questionnaire.h"
#include "domain/survey.h"
#include "web/handlers.h"
#include "web/web.h"

enum { CONTACT_MAX = 254 };

static const char *const ways[] = { "paper", "phone", "counter", NULL };

static void
ways_show(struct web *w, struct form *f)
{
	json_t *list = json_array();

	for (size_t i = 0; ways[i] != NULL; i++)
		json_array_append_new(list, json_pack("{s:s, s:s}", "value", ways[i], "label",
		    words_get(w->words, arena_printf(w->arena, "entry_%s", ways[i]))));
	form_options(f, "way", list);
}

static enum err
page(struct web *w, enum status status, struct form *f, json_t *survey, const json_t *document, const json_t *answers)
{
	const json_t *paper = questionnaire_numbered(w->arena, catalogue_words(w->site->catalogue, "ja"), document);
	struct questionnaire_look look = { w->arena, f, "ja", paper, answers, NULL };
	json_t *views, *q;
	enum err e = address_show(w->db, w->arena, f, json_object_get(document, "questions"), (json_t *)(uintptr_t)answers, false);
	size_t i;

	if (e != ERR_OK)
		return e;
	views = json_array();
	ways_show(w, f);
	json_array_foreach(json_object_get(paper, "questions"), i, q) {
		json_array_append(views, questionnaire_view(&look, q));
		/* As on the paper that lies beside the keyboard. */
		json_object_set_new(json_array_get(views, i), "ordinal", json_sprintf("%zu", i + 1));
	}
	json_object_set_new(w->view, "questions", views);
	json_object_set_new(w->view, "alone", json_false());
	json_object_set_new(w->view, "text_lang", json_string("ja"));
	json_object_del(survey, "document");
	json_object_set(w->view, "survey", survey);
	return web_page(w, status, "desk/entry/show");
}

enum err
desk_entry(struct web *w)
{
	struct form *f = web_form(w);
	json_t *survey, *answers = json_keep(w->arena, json_object()), *q;
	const json_t *document;
	size_t i;
	enum err e = paper_survey(w->db, web_id(w, "survey"), &survey);

	if (e != ERR_OK)
		return e;
	document = json_keep(w->arena, json_incref(json_object_get(survey, "document")));
	form_set(f, "way", "paper");
	form_set(f, "number", "");
	form_set(f, "contact", "");
	form_set_flag(f, "blank", false);
	json_array_foreach(json_object_get(document, "questions"), i, q)
		questionnaire_show(w->arena, f, q, answers);
	return page(w, HTTP_OK, f, survey, document, answers);
}

/* The number of the form; by telephone and at the counter there may be none. */
static const char *
number_read(struct web *w, struct form *f, const char *way)
{
	bool paper = strcmp(way, "paper") == 0;
	const char *typed = form_text(f, "number", paper ? FORM_REQUIRED : FORM_OPTIONAL, 40), *number;

	if (typed[0] == '\0')
		return "";
	number = paper_number_read(w->arena, typed);
	if (number == NULL)
		form_problem(f, "number", "paper_fault_number");
	return number != NULL ? number : "";
}

/* Where one answers by name: who it is, if they are registered. */
static enum err
person_read(struct web *w, struct form *f, const json_t *survey, int64_t *citizen)
{
	const char *typed = form_text(f, "contact", FORM_OPTIONAL, CONTACT_MAX), *mail, *phone;
	enum err e;

	if (typed[0] == '\0' || !json_flag(survey, "named"))
		return ERR_OK;
	mail = text_email(w->arena, typed);
	phone = text_phone(w->arena, typed);
	if (mail == NULL && phone == NULL) {
		form_problem(f, "contact", "people_unusable");
		return ERR_OK;
	}
	e = web_vault(w);
	return e != ERR_OK ? e : paper_person(w->db, w->vault, mail != NULL ? "email" : "sms", mail != NULL ? mail : phone, citizen);
}

/* What the form asks for by its own answers is read; what it does not ask for is left out, and
 * what somebody filled in there all the same goes into aside. */
static json_t *
read(struct web *w, struct form *f, const json_t *document, json_t *aside)
{
	json_t *answers = json_keep(w->arena, json_object());
	const json_t *lenient = questionnaire_lenient(w->arena, document), *next = questionnaire_next(document, answers, ""), *q;
	size_t i;

	json_array_foreach(json_object_get(document, "questions"), i, q) {
		if (q == next) {
			questionnaire_read(w->arena, f, w->fields, q, answers);
			next = questionnaire_next(document, answers, json_text(q, "code"));
		} else
			questionnaire_read(w->arena, f, w->fields, json_array_get(json_object_get(lenient, "questions"), i), aside);
	}
	return answers;
}

/* What only the database knows. */
static enum err
places_and_files(struct web *w, struct form *f, int64_t survey, const json_t *document, json_t *answers)
{
	const char *wrong;
	enum err e = address_settle(w->db, document, answers, &wrong);

	if (e == ERR_INVALID && !form_is_wrong(f, arena_printf(w->arena, "%s_postcode", wrong)))
		form_problem(f, arena_printf(w->arena, "%s_district", wrong), "answer_district_choose");
	if (e != ERR_OK)
		return e == ERR_INVALID ? ERR_OK : e;
	e = survey_files(w->db, w->arena, survey, document, answers, &wrong);
	if (e == ERR_INVALID)
		form_problem(f, wrong, "question_file");
	return e == ERR_INVALID ? ERR_OK : e;
}

/* Where somebody types this answer: "q1.other" are the words of その他. */
static const char *
field_of(struct web *w, const char *code)
{
	const char *dot = strchr(code, '.');

	return dot == NULL ? code : questionnaire_field(w->arena, arena_strndup(w->arena, code, (size_t)(dot - code)), "words");
}

static void
tell(struct web *w, struct form *f, enum paper_fate fate, const json_t *codes, bool more)
{
	static const char *const words[] = {
		[PAPER_KEPT] = "tell_entry_kept", [PAPER_FIRST] = "tell_entry_first", [PAPER_DIFFERS] = "entry_differs",
		[PAPER_AGAIN] = "paper_fault_again", [PAPER_UNKNOWN] = "paper_fault_unknown", [PAPER_CLOSED] = "paper_fault_closed",
		[PAPER_PERSON] = "paper_fault_person", [PAPER_FULL] = "paper_fault_full",
	};
	const json_t *code;
	size_t i;

	if (fate == PAPER_DIFFERS)
		json_array_foreach(codes, i, code)
			form_problem(f, field_of(w, json_string_value(code)), words[fate]);
	else if (fate > PAPER_DIFFERS)
		form_problem(f, fate == PAPER_PERSON ? "contact" : "number", words[fate]);
	else
		web_tell(w, "success", fate == PAPER_KEPT && more ? "tell_entry_kept_part" : words[fate]);
}

enum err
desk_entry_do(struct web *w)
{
	struct form *f = web_form(w);
	struct paper p = { .survey = web_id(w, "survey"), .staff = w->staff };
	const char *receipt, *wrong = "";
	json_t *survey, *answers, *codes = NULL, *aside = json_keep(w->arena, json_object());
	enum paper_fate fate = PAPER_KEPT;
	const json_t *document;
	enum err e = paper_survey(w->db, p.survey, &survey);

	if (e != ERR_OK)
		return e;
	document = json_keep(w->arena, json_incref(json_object_get(survey, "document")));
	p.way = form_choice(f, "way", FORM_REQUIRED, ways);
	p.number = number_read(w, f, p.way);
	p.edition = (int)json_int(survey, "edition");
	e = person_read(w, f, survey, &p.citizen);
	if (e != ERR_OK)
		return e;
	if (form_flag(f, "blank"))
		document = questionnaire_lenient(w->arena, document);
	answers = read(w, f, document, aside);
	if (form_ok(f) && questionnaire_accept(w->arena, document, answers, &wrong) != ERR_OK)
		form_problem(f, wrong[0] != '\0' ? wrong : "number", "paper_fault_answer");
	if (form_ok(f))
		e = places_and_files(w, f, p.survey, document, answers);
	p.about = survey;
	p.answers = answers;
	if (e == ERR_OK && form_ok(f)) {
		e = paper_enter(w->db, w->arena, &p, &fate, &receipt, &codes);
		if (e == ERR_OK)
			tell(w, f, fate, codes, json_object_size(aside) > 0);
	}
	if (e != ERR_OK)
		return e;
	if (form_ok(f))
		return web_see_other(w, "/desk/surveys/%" PRId64 "/entry", p.survey);
	json_object_update_missing(answers, aside);
	return page(w, HTTP_UNPROCESSABLE, f, survey, document, answers);
}
