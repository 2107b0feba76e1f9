/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The end of a survey.
 *
 *	GET  /surveys/{survey}/check		all answers, each to be changed
 *	POST /surveys/{survey}/check		sends them
 *	GET  /surveys/{survey}/done		the number, in the browser that sent them
 *	GET  /surveys/{survey}/receipt/{token}	the same by its link
 *	POST /surveys/{survey}/receipt/{token}	to change them, where the survey allows it
 */
#include "domain/address.h"
#include "domain/questionnaire.h"
#include "domain/right.h"
#include "domain/survey.h"
#include "web/attachment.h"
#include "web/citizen/survey.h"
#include "web/citizen/tongue.h"
#include "web/handlers.h"

/* --- what was answered --- */

enum err
citizen_survey_rows(struct web *w, const json_t *survey, const json_t *answers, const char *language)
{
	const json_t *document = json_object_get(survey, "document"), *path, *q;
	struct questionnaire_look look = { w->arena, form_new(w->arena, NULL, w->words), language, document, answers, NULL };
	bool together = survey_together(document), whole;
	const char *tag = citizen_tongue_lang(language);
	json_t *rows = json_array(), *said;
	const json_t *view, *line;
	enum err e = ERR_OK;
	size_t i, k;

	json_object_set_new(w->view, "rows", rows);
	path = questionnaire_path(w->arena, document, answers, &whole);
	json_array_foreach(path, i, q) {
		const char *code = json_text(q, "code");
		json_t *lines = questionnaire_words(w->arena, q, answers, language);

		if (strcmp(json_text(q, "kind"), "note") == 0)
			continue;
		if (strcmp(json_text(q, "kind"), "address") == 0)
			e = address_name(w->db, json_object_get(answers, code), lines);
		else if (strcmp(json_text(q, "kind"), "file") == 0)
			e = web_attachment_names(w, "survey", json_int(survey, "id"), json_object_get(answers, code), lines);
		if (e != ERR_OK)
			return e;
		/* Not the question once more. */
		if (strcmp(json_text(q, "kind"), "consent") == 0 && json_array_size(lines) > 0)
			json_array_set_new(lines, 0, json_string(words_get(w->words, "answer_agree")));
		/* What people type and what staff did not translate is Japanese on any page. */
		said = json_array();
		json_array_foreach(lines, k, line)
			json_array_append_new(said, json_pack("{s:O, s:s}", "text", line,
			    "lang", citizen_tongue_of(json_string_value(line), tag)));
		view = questionnaire_view(&look, q);
		json_array_append_new(rows, json_pack("{s:s, s:O, s:O, s:o, s:o}", "code", code,
		    "label", json_object_get(view, "label"), "label_lang", json_object_get(view, "text_lang"), "lines", said,
		    "change_url", json_sprintf("/surveys/%" PRId64 "/q/%s?check=1", json_int(survey, "id"), together ? "all" : code)));
	}
	return ERR_OK;
}

/* --- it takes no answers --- */

enum err
citizen_survey_closed(struct web *w, const struct answering *a, bool full)
{
	/* Also what was typed behind a question that is not answered yet. */
	json_t *asked = json_keep(w->arena, json_pack("{s:I, s:O}", "id", (json_int_t)a->id, "document",
	    questionnaire_lenient(w->arena, a->document)));
	enum err e = citizen_survey_rows(w, asked, a->answers, a->language);
	const char *change = json_text(a->draft.what, "change");
	const json_t *row, *line;
	struct buf text;
	size_t i, k;

	if (e != ERR_OK)
		return e;
	buf_init(&text, w->arena);
	json_array_foreach(json_object_get(w->view, "rows"), i, row)
		json_array_foreach(json_object_get(row, "lines"), k, line)
			buf_addf(&text, "%s%s: %s", text.len > 0 ? "\n" : "", json_text(row, "label"), json_text(line, "text"));
	json_object_set_new(w->view, "typed", text.len > 0 ? json_string(text.data) : json_null());
	json_object_set_new(w->view, "full", json_boolean(full));
	json_object_set_new(w->view, "kept_url", change[0] != '\0' ? json_sprintf("/surveys/%" PRId64 "/receipt/%s", a->id, change)
	    : json_null());
	return web_page(w, HTTP_GONE, "citizen/survey/closed");
}

/* --- check and send --- */

static enum err
check_page(struct web *w, const struct answering *a)
{
	bool whole;
	const json_t *path = questionnaire_path(w->arena, a->document, a->answers, &whole);
	const char *last = json_text(json_array_get(path, json_array_size(path) - 1), "code");
	enum err e = citizen_survey_rows(w, a->survey, a->answers, a->language);

	if (e != ERR_OK)
		return e;
	json_object_set_new(w->view, "back_url", json_sprintf("/surveys/%" PRId64 "/q/%s", a->id,
	    survey_together(a->document) ? "all" : last));
	json_object_set_new(w->view, "with_change", json_true());
	json_object_set_new(w->view, "changing", json_boolean(json_is_string(json_object_get(a->draft.what, "change"))));
	json_object_set_new(w->view, "overtaken_url", json_flag(a->draft.what, "overtaken") ?
	    json_sprintf("/surveys/%" PRId64 "/receipt/%s", a->id, json_text(a->draft.what, "change")) : json_null());
	return web_page(w, HTTP_OK, "citizen/survey/check");
}

/* Opens the draft; *ready false: not all is answered, or it is closed, and the page for
 * that is made. */
static enum err
whole(struct web *w, struct answering *a, bool *ready)
{
	const char *problem;
	enum err e = citizen_answering(w, a, ready);

	if (e != ERR_OK || !*ready)
		return e;
	*ready = false;
	if (!a->open)
		return citizen_survey_closed(w, a, false);
	e = questionnaire_accept(w->arena, a->document, a->answers, &problem);
	/* What was right before another answer was changed is put right, and nothing else. */
	if (e != ERR_OK)
		return citizen_survey_go(w, a->id, survey_together(a->document) ? "all" :
		    problem[0] == '\0' ? citizen_survey_page(w, a) : problem, json_object_get(a->answers, problem) != NULL);
	*ready = true;
	return ERR_OK;
}

enum err
citizen_survey_check(struct web *w)
{
	struct answering a;
	bool ready;
	enum err e = whole(w, &a, &ready);

	return e != ERR_OK || !ready ? e : check_page(w, &a);
}

/* Somebody with the same link has changed these answers since: said on the check page, and sent
 * over theirs by who sends again. */
static enum err
overtaken(struct web *w, struct answering *a)
{
	const char *change = json_text(a->draft.what, "change");
	json_t *receipt;
	enum err e = response_receipt(w->db, w->arena, a->id, change, w->lang, &receipt);

	if (e != ERR_OK)
		return e;
	json_object_set(a->draft.what, "before", json_object_get(receipt, "answers"));
	json_object_set_new(a->draft.what, "overtaken", json_true());
	e = response_draft_keep(w->db, w->vault, w->arena, &a->draft);
	return e != ERR_OK ? e : web_see_other(w, "/surveys/%" PRId64 "/check", a->id);
}

static enum err
send(struct web *w, const struct answering *a, enum response_fate *fate)
{
	const char *change = json_text(a->draft.what, "change"), *right = json_text(a->draft.what, "right"), *number;
	struct response_whole r = { .id = a->id, .survey = a->survey, .answers = a->answers, .language = a->language, .way = "web",
		.citizen = json_int(a->draft.what, "citizen"), .begun = json_int(a->draft.what, "begun"), .draft = a->draft.token,
		.receipt = response_receipt_of(w->arena, a->draft.token, a->id) };
	enum err e = ERR_OK;

	if (change[0] != '\0') {
		r.receipt = change;
		r.before = json_object_get(a->draft.what, "before");
		return response_change(w->db, w->arena, &r, fate, &number);
	}
	if (json_flag(a->survey, "once") || right_is_paper(right))
		e = right_spend(w->db, w->arena, a->id, right, &r.right);
	return e != ERR_OK ? e : response_send(w->db, w->arena, &r, fate, &number);
}

/* The question of a file in which a virus was found since; NULL: there is none. */
static enum err
gone_of(struct web *w, const struct answering *a, const char **code)
{
	const json_t *questions = json_object_get(a->document, "questions"), *q;
	enum err e = ERR_OK;
	bool gone;
	size_t i;

	*code = NULL;
	json_array_foreach(questions, i, q) {
		if (!questionnaire_is(q, "file") || e != ERR_OK)
			continue;
		e = web_attachments_gone(w, "survey", a->id, json_object_get(a->answers, json_text(q, "code")), &gone);
		if (e == ERR_OK && gone)
			*code = survey_together(a->document) ? "all" : json_text(q, "code");
	}
	return e;
}

/* It does not count, for the reason of these words. */
static enum err
again(struct web *w, const char *key)
{
	json_object_set_new(w->view, "lead", json_string(words_get(w->words, key)));
	return web_page(w, HTTP_CONFLICT, "citizen/survey/again");
}

enum err
citizen_survey_send(struct web *w)
{
	enum response_fate fate;
	struct answering a;
	const char *change, *gone;
	bool ready, paper;
	enum err e = whole(w, &a, &ready);

	if (e != ERR_OK || !ready)
		return e;
	e = gone_of(w, &a, &gone);
	if (e != ERR_OK || gone != NULL)
		return e != ERR_OK ? e : citizen_survey_go(w, a.id, gone, true);
	/* By name only from マイページ, with a form's number or without; once only with a right. */
	paper = right_is_paper(json_text(a.draft.what, "right"));
	if (json_flag(a.survey, "named") && json_int(a.draft.what, "citizen") == 0 &&
	    json_text(a.draft.what, "change")[0] == '\0')
		return ERR_FORBIDDEN;
	e = send(w, &a, &fate);
	if (e == ERR_CONFLICT || (e == ERR_OK && fate == RESPONSE_AGAIN))
		return again(w, paper ? "answer_again_paper" : "answer_again");
	if (e == ERR_FORBIDDEN && paper)
		return again(w, "answer_number_void");
	if (e != ERR_OK)
		return e;
	if (fate == RESPONSE_CHANGED)
		return overtaken(w, &a);
	if (fate != RESPONSE_SENT)
		return citizen_survey_closed(w, &a, fate == RESPONSE_FULL);
	e = survey_files_keep(w->db, w->arena, a.id, a.document, a.answers);
	if (e == ERR_OK)
		e = survey_files_loosen(w->db, w->arena, a.id, json_object_get(a.draft.what, "before"), a.answers, a.document);
	if (e != ERR_OK)
		return e;
	change = json_text(a.draft.what, "change");
	if (change[0] == '\0')
		return web_see_other(w, "/surveys/%" PRId64 "/done", a.id);
	citizen_survey_receipt_keep(w, a.id, change);
	return web_see_other(w, "/surveys/%" PRId64 "/receipt/%s", a.id, change);
}

/* --- the receipt --- */

/* What is begun in this browser and is no change of this receipt; NULL: nothing. */
static enum err
other_begun(struct web *w, int64_t survey, const char *receipt, const json_t **other)
{
	enum err e = citizen_survey_begun(w, survey, "", other);

	if (e == ERR_OK && *other != NULL && strcmp(json_text(*other, "change"), receipt) == 0)
		*other = NULL;
	return e;
}

static enum err
receipt_page(struct web *w, enum status status, int64_t id, const char *token, bool by_link)
{
	json_t *survey, *receipt;
	const json_t *other;
	const char *language;
	bool away = false;
	enum err e = survey_ask(w->db, id, w->lang, false, &survey);

	if (e == ERR_OK)
		e = response_receipt(w->db, w->arena, id, token, w->lang, &receipt);
	if (e == ERR_OK && !by_link)
		e = citizen_survey_hides(w, receipt, &away, NULL);
	if (e == ERR_OK && away)
		e = ERR_NOT_FOUND;
	if (e == ERR_OK) {
		language = citizen_tongue(w, json_object_get(json_object_get(survey, "document"), "languages"),
		    json_text(receipt, "language"));
		citizen_survey_view(w, survey, language);
		e = citizen_survey_rows(w, survey, json_object_get(receipt, "answers"), language);
	}
	if (e != ERR_OK)
		return e;
	json_object_set(w->view, "receipt", receipt);
	json_object_set_new(w->view, "with_change", json_false());
	json_object_set_new(w->view, "link_url", json_sprintf("%s/surveys/%" PRId64 "/receipt/%s", web_origin(w), id, token));
	if (e == ERR_OK && by_link)
		e = citizen_survey_hides(w, receipt, &away, NULL);
	if (e == ERR_OK)
		e = other_begun(w, id, token, &other);
	if (e != ERR_OK)
		return e;
	(void)citizen_survey_takes_place(w, id, other != NULL);
	json_object_set_new(w->view, "change_away", json_boolean(away && survey_changes(survey)));
	json_object_set_new(w->view, "change_url", !away && survey_changes(survey) ?
	    json_sprintf("/surveys/%" PRId64 "/receipt/%s", id, token) : json_null());
	json_object_set_new(w->view, "over", json_boolean(json_flag(survey, "changeable") && !survey_changes(survey)));
	return web_page(w, status, "citizen/survey/done");
}

enum err
citizen_survey_done(struct web *w)
{
	int64_t id = web_id(w, "survey");
	const char *token = citizen_survey_cookie(w, id);
	enum err e = token == NULL ? ERR_NOT_FOUND : receipt_page(w, HTTP_OK, id, citizen_survey_receipt_of(w, id, token), false);

	return e != ERR_NOT_FOUND ? e : web_see_other(w, "/surveys/%" PRId64, id);
}

enum err
citizen_survey_receipt(struct web *w)
{
	enum err e = receipt_page(w, HTTP_OK, web_id(w, "survey"), web_arg(w, "token"), true);

	return e != ERR_NOT_FOUND ? e : web_page(w, HTTP_NOT_FOUND, "citizen/survey/dead");
}

enum err
citizen_survey_change(struct web *w)
{
	struct response_draft draft = { .survey = web_id(w, "survey"), .reached = "check" };
	const char *token = web_arg(w, "token");
	json_t *survey, *receipt;
	const json_t *other;
	bool away = false;
	enum err e = web_vault(w);

	if (e == ERR_OK)
		e = survey_ask(w->db, draft.survey, w->lang, false, &survey);
	if (e == ERR_OK)
		e = response_receipt(w->db, w->arena, draft.survey, token, w->lang, &receipt);
	if (e == ERR_NOT_FOUND)
		return web_page(w, HTTP_NOT_FOUND, "citizen/survey/dead");
	if (e != ERR_OK)
		return e;
	if (!survey_changes(survey))
		return web_see_other(w, "/surveys/%" PRId64 "/receipt/%s", draft.survey, token);
	/* A draft of nobody's would be written, and sent, by whoever comes to this browser next. */
	e = citizen_survey_hides(w, receipt, &away, NULL);
	if (e != ERR_OK)
		return e;
	if (away) {
		w->claims = false;	/* the same button does its work once マイページ is open */
		return web_see_other(w, "/surveys/%" PRId64 "/receipt/%s", draft.survey, token);
	}
	e = other_begun(w, draft.survey, token, &other);
	if (e != ERR_OK)
		return e;
	if (citizen_survey_takes_place(w, draft.survey, other != NULL))
		return receipt_page(w, HTTP_CONFLICT, draft.survey, token, true);
	draft.what = json_keep(w->arena, json_pack("{s:O, s:O, s:s, s:s, s:O, s:s}", "answers", json_object_get(receipt, "answers"),
	    "before", json_object_get(receipt, "answers"), "language", json_text(receipt, "language"), "right", "", "citizen",
	    json_object_get(receipt, "citizen"), "change", token));
	e = response_draft_begin(w->db, w->vault, w->arena, survey, &draft);
	if (e != ERR_OK)
		return e;
	citizen_survey_cookie_set(w, draft.survey, draft.token);
	return citizen_survey_go(w, draft.survey, "check", false);
}
