/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Surveys for programs, and for kiosks in a town hall.
 *
 *	GET  /api/v1/surveys			those that are open
 *	GET  /api/v1/surveys/{survey}		one, with its questions (domain/questionnaire.h)
 *	POST /api/v1/surveys/{survey}/answers	{"answers": {…}, "language": "ja", "right": "…"}
 *
 * A POST carries an Idempotency-Key of its own making: with the same key the same answer is
 * kept once, and another one is refused: 409.  It must be JSON, which no page of another site can send with a form.  By name
 * one answers on the pages only.
 */
#include "domain/address.h"
#include "domain/question_language.h"
#include "domain/questionnaire.h"
#include "domain/response.h"
#include "domain/right.h"
#include "domain/survey.h"
#include "web/handlers.h"
#include "web/web.h"

enum { KEY_MIN = 16, KEY_MAX = 100 };

enum err
api_survey_list(struct web *w)
{
	json_t *list;
	enum err e = survey_list(w->db, w->lang, &list);

	return e != ERR_OK ? e : web_json(w, HTTP_OK, list);
}

static enum err
ask(struct web *w, json_t **survey)
{
	enum err e = survey_ask(w->db, web_id(w, "survey"), w->lang, w->request->method != METHOD_POST, survey);

	return e != ERR_OK ? e : db_flush(w->db);
}

enum err
api_survey_show(struct web *w)
{
	static const char *const inner[] = { "questionnaire", "quotas", "counters", "answers_max", "in_time" };
	json_t *survey;
	enum err e = ask(w, &survey);

	if (e != ERR_OK)
		return e;
	for (size_t i = 0; i < sizeof inner / sizeof *inner; i++)
		json_object_del(survey, inner[i]);
	return web_json(w, HTTP_OK, survey);
}

/* RFC 9457, with the question that it is about and what is wrong there, in words. */
static enum err
refuse(struct web *w, enum status status, const char *title, const char *question, const char *detail)
{
	json_t *problem = json_keep(w->arena, json_pack("{s:s, s:s, s:i, s:s, s:s, s:s}", "type", "about:blank", "title",
	    words_get(w->words, title), "status", (int)status, "request", w->request->id, "question", question, "detail", detail));
	enum err e = web_json(w, status, problem);

	w->response->content_type = "application/problem+json";
	return e;
}

static enum err
refuse_answer(struct web *w, const json_t *document, const json_t *answers, const char *question)
{
	struct questionnaire_limits limits = { 0 };
	const char *key = question[0] == '\0' ? "paper_fault_not_asked" :
	    questionnaire_problem(w->arena, questionnaire_question(document, question), answers, &limits);

	return refuse(w, HTTP_UNPROCESSABLE, "error_bad_request_title", question,
	    web_words(w, key, questionnaire_named(w->arena, &limits)));
}

/* What only the database knows: districts and files.  *done: it was refused. */
static enum err
check(struct web *w, const struct response_whole *r, const json_t *document, bool *done)
{
	const char *question;
	enum err e = address_settle(w->db, document, r->answers, &question);

	*done = e == ERR_INVALID;
	if (*done)
		return refuse(w, HTTP_UNPROCESSABLE, "error_bad_request_title", question, words_get(w->words, "answer_district_choose"));
	if (e == ERR_OK)
		e = survey_files(w->db, w->arena, r->id, document, r->answers, &question);
	*done = e == ERR_INVALID;
	return *done ? refuse(w, HTTP_UNPROCESSABLE, "error_bad_request_title", question, words_get(w->words, "question_file")) : e;
}

/* *key: what makes a second try harmless. */
static enum err
read(struct web *w, const json_t *survey, struct response_whole *out, const char **key)
{
	json_t *body, *language;
	enum err e;

	*key = request_header(w->request, "Idempotency-Key");
	if (!request_has_type(w->request, "application/json") || strlen(*key) < KEY_MIN || strlen(*key) > KEY_MAX)
		return ERR_INVALID;
	e = json_parse(w->arena, w->request->body, w->request->body_len, &body);
	if (e != ERR_OK)
		return e;
	out->answers = json_object_get(body, "answers");
	language = json_object_get(body, "language");
	out->language = language == NULL || json_is_null(language) ? "ja" : json_string_value(language);
	out->receipt = response_receipt_of(w->arena, *key, out->id);
	if (!json_is_object(out->answers) || out->language == NULL ||
	    !question_tongue_among(json_object_get(json_object_get(survey, "document"), "languages"), out->language))
		return ERR_INVALID;
	if (!json_flag(survey, "once") && !right_is_paper(json_text(body, "right")))
		return ERR_OK;
	return right_spend(w->db, w->arena, out->id, json_text(body, "right"), &out->right);
}

static enum err
told(struct web *w, const struct response_whole *r, enum status status)
{
	json_t *receipt;
	enum err e = response_receipt(w->db, w->arena, r->id, r->receipt, w->lang, &receipt);

	/* The right was spent by another answer than that of this key. */
	if (e == ERR_NOT_FOUND)
		return refuse(w, HTTP_CONFLICT, "answer_again_title", "", "");
	if (e != ERR_OK)
		return e;
	/* Whoever gives each person the same key learns it before answers are lost, and reads nobody's. */
	if (status == HTTP_OK && !json_equal(json_object_get(receipt, "answers"), r->answers))
		return refuse(w, HTTP_CONFLICT, "answer_again_title", "", "");
	return web_json(w, status, json_keep(w->arena, json_pack("{s:O, s:o}", "number", json_object_get(receipt, "number"),
	    "url", json_sprintf("%s/surveys/%" PRId64 "/receipt/%s", web_origin(w), r->id, r->receipt))));
}

enum err
api_survey_answer(struct web *w)
{
	struct response_whole r = { .id = web_id(w, "survey"), .way = "api" };
	enum response_fate fate;
	const char *problem, *key, *number;
	const json_t *document;
	json_t *survey;
	bool refused;
	enum err e = ask(w, &survey);

	if (e == ERR_OK && json_flag(survey, "named"))
		return ERR_FORBIDDEN;
	if (e == ERR_OK)
		e = read(w, survey, &r, &key);
	if (e != ERR_OK)
		return e;
	document = json_object_get(survey, "document");
	if (questionnaire_accept(w->arena, document, r.answers, &problem) != ERR_OK)
		return refuse_answer(w, document, r.answers, problem);
	e = check(w, &r, document, &refused);
	if (refused)
		return e;
	r.survey = survey;
	if (e == ERR_OK)
		e = response_send(w->db, w->arena, &r, &fate, &number);
	if (e != ERR_OK)
		return e;
	if (fate == RESPONSE_CLOSED || fate == RESPONSE_FULL)
		return refuse(w, HTTP_GONE, fate == RESPONSE_FULL ? "answer_full_title" : "answer_closed_title", "", "");
	if (fate == RESPONSE_SENT)
		e = survey_files_keep(w->db, w->arena, r.id, document, r.answers);
	return e != ERR_OK ? e : told(w, &r, fate == RESPONSE_SENT ? HTTP_CREATED : HTTP_OK);
}
