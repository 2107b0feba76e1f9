/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Answering a survey: one question a page, or all on one where they are few.
 *
 *	GET  /surveys/{survey}/q/{code}		"all": all of them
 *	POST /surveys/{survey}/q/{code}		kept, and on
 *	GET  /surveys/{survey}/save		途中保存: the link to go on with
 *	GET  /surveys/{survey}/continue/{token}	that link
 *	POST /surveys/{survey}/continue/{token}
 *
 * Which question comes is the engine's word (domain/questionnaire.h); a page that is not on
 * the path leads to the one that is.
 */
#include "domain/address.h"
#include "domain/questionnaire.h"
#include "domain/survey.h"
#include "domain/survey_quota.h"
#include "web/attachment.h"
#include "web/citizen/survey.h"
#include "web/handlers.h"

static json_t *
path_of(struct web *w, const struct answering *a, bool *whole)
{
	return questionnaire_path(w->arena, a->document, a->answers, whole);
}

const char *
citizen_survey_page(struct web *w, const struct answering *a)
{
	bool whole;
	const json_t *path = path_of(w, a, &whole);

	if (whole)
		return "check";
	return survey_together(a->document) ? "all" : json_text(json_array_get(path, json_array_size(path) - 1), "code");
}

/* The questions of this page; [] where it is not on the path. */
static json_t *
questions_of(struct web *w, const struct answering *a, const char *page, size_t *place)
{
	json_t *list = json_keep(w->arena, json_array()), *q;
	bool whole;
	const json_t *path = path_of(w, a, &whole);
	size_t i;

	*place = 0;
	if (strcmp(page, "all") == 0) {
		if (survey_together(a->document))
			json_array_extend(list, json_object_get(a->document, "questions"));
		return list;
	}
	json_array_foreach(path, i, q)
		if (strcmp(json_text(q, "code"), page) == 0) {
			json_array_append(list, q);
			*place = i + 1;
		}
	return list;
}

/* Where the way back leads: to what stands before, or to the first page. */
static json_t *
back_url(struct web *w, const struct answering *a, const char *page)
{
	bool whole;
	const json_t *path = path_of(w, a, &whole), *q;
	const char *before = NULL;
	size_t i;

	json_array_foreach(path, i, q) {
		if (strcmp(json_text(q, "code"), page) == 0 || strcmp(page, "all") == 0)
			break;
		before = json_text(q, "code");
	}
	if (before == NULL)
		return json_sprintf("/surveys/%" PRId64, a->id);
	return json_sprintf("/surveys/%" PRId64 "/q/%s", a->id, before);
}

/* --- a page --- */

/* How a form goes out: with files only where there is a question for them. */
static const char *
enctype_of(const json_t *questions)
{
	return questionnaire_has_kind(questions, "file") ? "multipart/form-data" : "application/x-www-form-urlencoded";
}

static enum err
page(struct web *w, enum status status, const struct answering *a, const char *name, const json_t *questions, size_t place)
{
	struct questionnaire_look look = { w->arena, web_form(w), a->language, a->document, a->answers,
		json_text(a->draft.what, "seed") };
	json_t *views = json_array(), *q;
	bool reading = status != HTTP_OK;
	enum err e;
	size_t i;

	json_array_foreach(questions, i, q) {
		if (reading && questionnaire_is(q, "file"))
			web_attachments_refused(w, look.form, json_text(q, "code"));
		if (reading)
			questionnaire_read(w->arena, look.form, w->fields, q, a->answers);
		else
			questionnaire_show(w->arena, look.form, q, a->answers);
		if (questionnaire_is(q, "file"))
			web_attachments_show(w, look.form, "survey", a->id, json_text(q, "code"));
	}
	e = address_show(w->db, w->arena, look.form, questions, a->answers, reading);
	if (e != ERR_OK) {
		json_decref(views);
		return e;
	}
	json_array_foreach(questions, i, q)
		json_array_append(views, questionnaire_view(&look, q));
	json_object_set_new(w->view, "enctype", json_string(enctype_of(questions)));
	json_object_set_new(w->view, "questions", views);
	web_map(w, "point_map", questionnaire_has_kind(questions, "map"));
	json_object_set_new(w->view, "alone", json_boolean(strcmp(name, "all") != 0));
	json_object_set_new(w->view, "name", json_string(name));
	json_object_set_new(w->view, "heading", json_string(json_text(json_array_get(views, 0), "label")));
	json_object_set_new(w->view, "place", json_integer((json_int_t)place));
	json_object_set_new(w->view, "count", json_integer((json_int_t)json_array_size(json_object_get(a->document, "questions"))));
	json_object_set_new(w->view, "back_url", back_url(w, a, name));
	json_object_set_new(w->view, "checking", json_boolean(
	    fields_has(w->query, "check") || fields_has(w->fields, "check")));
	return web_page(w, status, "citizen/survey/question");
}

enum err
citizen_survey_question(struct web *w)
{
	const char *name = web_arg(w, "code");
	struct answering a;
	const json_t *questions;
	size_t place;
	bool ready;
	enum err e = citizen_answering(w, &a, &ready);

	if (e != ERR_OK || !ready)
		return e;
	if (!a.open)
		return citizen_survey_closed(w, &a, false);
	questions = questions_of(w, &a, name, &place);
	if (json_array_size(questions) > 0)
		return page(w, HTTP_OK, &a, name, questions, place);
	return citizen_survey_go(w, a.id, citizen_survey_page(w, &a), false);
}

/* All that these answers lead by, also what stands behind one that is missing. */
static json_t *
asked(struct web *w, const struct answering *a)
{
	json_t *list = json_keep(w->arena, json_array());
	const json_t *q = questionnaire_next(a->document, a->answers, "");

	for (; q != NULL; q = questionnaire_next(a->document, a->answers, json_text(q, "code")))
		json_array_append(list, (json_t *)(uintptr_t)q);
	return list;
}

/* What is asked since something was changed, and was not seen yet; in the draft as "fresh". */
static const char *
fresh_page(struct web *w, struct answering *a, const char *name, const json_t *before)
{
	const json_t *known = json_object_get(a->draft.what, "fresh"), *q;
	json_t *fresh = json_array();
	size_t i;

	json_array_foreach(asked(w, a), i, q) {
		const char *code = json_text(q, "code");

		if (strcmp(code, name) != 0 && (questionnaire_coded(before, code) == NULL || json_has(known, code)))
			json_array_append_new(fresh, json_string(code));
	}
	json_object_set_new(a->draft.what, "fresh", fresh);
	return json_string_value(json_array_get(fresh, 0));
}

/* Where it goes on.  Who came from the check page goes back there, by way of all that the
 * change has made to be asked in addition. */
static const char *
next_page(struct web *w, struct answering *a, const char *name, const json_t *before)
{
	const json_t *next;
	const char *fresh;

	if (strcmp(name, "all") == 0)
		return citizen_survey_page(w, a);
	next = questionnaire_next(a->document, a->answers, name);
	if (!fields_has(w->fields, "check"))
		return next != NULL ? json_text(next, "code") : "check";
	fresh = fresh_page(w, a, name, before);
	return fresh != NULL ? fresh : citizen_survey_page(w, a);
}

static enum err
go_on(struct web *w, struct answering *a, const char *name, const json_t *before)
{
	enum err e;

	questionnaire_prune(w->arena, a->document, a->answers);
	a->draft.reached = next_page(w, a, name, before);
	e = response_draft_keep(w->db, w->vault, w->arena, &a->draft);
	if (e == ERR_OK && survey_quota_full(w->arena, a->survey, a->answers) && json_text(a->draft.what, "change")[0] == '\0')
		return citizen_survey_closed(w, a, true);
	return e != ERR_OK ? e : citizen_survey_go(w, a->id, a->draft.reached, fields_has(w->fields, "check"));
}

/* What was typed, into the draft: *good false, and it is shown again with what is wrong. */
static enum err
read(struct web *w, struct answering *a, const char *name, const json_t *questions, size_t place, bool *good)
{
	struct form *form = form_new(w->arena, w->fields, w->words);
	const json_t *q;
	enum err e;
	size_t i;

	json_array_foreach(questions, i, q) {
		if (questionnaire_is(q, "file") && a->open) {
			e = web_attachments(w, form, "survey", a->id, json_text(q, "code"));
			if (e != ERR_OK)
				return e;
		}
		questionnaire_read(w->arena, form, w->fields, q, a->answers);
	}
	e = a->open ? address_show(w->db, w->arena, form, questions, a->answers, true) : ERR_OK;
	*good = form_ok(form) || !a->open || a->away;
	return e != ERR_OK || *good ? e : page(w, HTTP_UNPROCESSABLE, a, name, questions, place);
}

/* Their hour is over: what they have typed, right or wrong, waits for them on its page. */
static enum err
keep_away(struct web *w, struct answering *a, const char *name)
{
	enum err e = ERR_OK;

	a->draft.reached = name;
	if (!a->taken)
		e = response_draft_keep(w->db, w->vault, w->arena, &a->draft);
	return e != ERR_OK ? e : citizen_survey_away(w, a->id);
}

enum err
citizen_survey_answer(struct web *w)
{
	const char *name = web_arg(w, "code");
	const json_t *questions, *before;
	struct answering a;
	size_t place;
	bool ready, good;
	enum err e = citizen_answering_away(w, &a, &ready);

	if (e != ERR_OK || !ready)
		return e;
	before = asked(w, &a);
	questions = questions_of(w, &a, name, &place);
	/* Posted out of order, or to a question that is not asked. */
	if (json_array_size(questions) == 0)
		return citizen_survey_go(w, a.id, citizen_survey_page(w, &a), false);
	e = read(w, &a, name, questions, place, &good);
	if (e != ERR_OK || !good)
		return e;
	if (a.away)
		return keep_away(w, &a, name);
	return a.open ? go_on(w, &a, name, before) : citizen_survey_closed(w, &a, false);
}

/* --- 途中保存 --- */

enum err
citizen_survey_save(struct web *w)
{
	struct answering a;
	struct buf mail;
	const char *link;
	bool ready;
	enum err e = citizen_answering(w, &a, &ready);

	if (e != ERR_OK || !ready)
		return e;
	link = arena_printf(w->arena, "%s/surveys/%" PRId64 "/continue/%s", web_origin(w), a.id, a.draft.token);
	/* Their own program for mail: we never hear the address. */
	buf_init(&mail, w->arena);
	buf_adds(&mail, "mailto:?body=");
	buf_add_percent(&mail, link, strlen(link));
	json_object_set_new(w->view, "link", json_string(link));
	json_object_set_new(w->view, "mail_url", json_string(mail.data));
	json_object_set(w->view, "ends", a.draft.ends);
	json_object_set_new(w->view, "resume_url", json_sprintf("/surveys/%" PRId64 "/q/%s", a.id, a.draft.reached));
	return web_page(w, HTTP_OK, "citizen/survey/save");
}

/* The draft of a link, which is not yet this browser's. */
static enum err
linked(struct web *w, struct response_draft *draft, json_t **survey)
{
	enum err e;

	*draft = (struct response_draft){ .survey = web_id(w, "survey"), .token = web_arg(w, "token") };
	e = web_vault(w);
	if (e == ERR_OK)
		e = survey_ask(w->db, draft->survey, w->lang, false, survey);
	if (e == ERR_OK)
		e = response_draft_ask(w->db, w->arena, draft, w->lang, false);
	if (e == ERR_OK)
		e = db_flush(w->db);
	return e != ERR_OK ? e : response_draft_read(w->vault, w->arena, draft);
}

/* It was sent meanwhile: then the link leads to the receipt. */
static enum err
dead(struct web *w, const struct response_draft *draft)
{
	const char *receipt = response_receipt_of(w->arena, draft->token, draft->survey);
	json_t *sent;
	enum err e = response_receipt(w->db, w->arena, draft->survey, receipt, w->lang, &sent);

	if (e == ERR_OK)
		return web_see_other(w, "/surveys/%" PRId64 "/receipt/%s", draft->survey, receipt);
	return e != ERR_NOT_FOUND ? e : web_page(w, HTTP_NOT_FOUND, "citizen/survey/dead");
}

static enum err
link_page(struct web *w, enum status status, const struct response_draft *draft, const json_t *survey)
{
	citizen_survey_view(w, survey, w->lang);
	json_object_set(w->view, "ends", draft->ends);
	return web_page(w, status, "citizen/survey/continue");
}

/* What else is begun in this browser has no link that anybody knows, unless they asked for it. */
static enum err
continued(struct web *w, struct response_draft *draft, json_t **survey, bool *asks)
{
	const json_t *other = NULL;
	enum err e = linked(w, draft, survey);

	if (e == ERR_OK)
		e = citizen_survey_begun(w, draft->survey, draft->token, &other);
	*asks = citizen_survey_takes_place(w, draft->survey, other != NULL);
	return e;
}

enum err
citizen_survey_continue(struct web *w)
{
	struct response_draft draft;
	json_t *survey = NULL;
	bool asks;
	enum err e = continued(w, &draft, &survey, &asks);

	if (e == ERR_NOT_FOUND)
		return dead(w, &draft);
	return e != ERR_OK ? e : link_page(w, HTTP_OK, &draft, survey);
}

enum err
citizen_survey_continued(struct web *w)
{
	struct response_draft draft;
	json_t *survey = NULL;
	bool asks;
	enum err e = continued(w, &draft, &survey, &asks);

	if (e == ERR_NOT_FOUND)
		return dead(w, &draft);
	if (e != ERR_OK)
		return e;
	if (asks)
		return link_page(w, HTTP_CONFLICT, &draft, survey);
	citizen_survey_cookie_set(w, draft.survey, draft.token);
	return citizen_survey_go(w, draft.survey, draft.reached, false);
}
