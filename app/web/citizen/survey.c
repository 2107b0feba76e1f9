/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Surveys as citizens find them.
 *
 *	GET  /surveys			those that are open
 *	GET  /surveys/{survey}		what it is for, who reads it, who may answer
 *	POST /surveys/{survey}		begins
 *	GET  /surveys/{survey}/named	the same where one answers by name, from マイページ
 *	POST /surveys/{survey}/named
 *
 * But for the last two no session is looked for (UNKNOWN in routes_citizen.c): the transactions of
 * an answer have nothing to do with anybody.  What is answered by name is shown again only while that
 * person's マイページ is open: a browser in a library is used by the next one soon.  Who has a form on
 * paper begins in survey_number.c.
 */
#include "web/citizen/survey.h"

#include <string.h>

#include "domain/question_language.h"
#include "domain/questionnaire.h"
#include "domain/survey.h"
#include "web/citizen/right.h"
#include "web/citizen/tongue.h"
#include "web/handlers.h"

enum { COOKIE_S = 24 * 3600 };
#define OF_RECEIPT "receipt."

const char *
citizen_survey_cookie(struct web *w, int64_t survey)
{
	const char *token = fields_get(w->request->cookies, arena_printf(w->arena, "__Host-answer-%" PRId64, survey));
	size_t n = strlen(token);

	return n >= 20 && n <= 100 ? token : NULL;
}

enum err
citizen_survey_go(struct web *w, int64_t survey, const char *page, bool checking)
{
	if (strcmp(page, "check") == 0)
		return web_see_other(w, "/surveys/%" PRId64 "/check", survey);
	return web_see_other(w, "/surveys/%" PRId64 "/q/%s%s", survey, page, checking ? "?check=1" : "");
}

void
citizen_survey_cookie_set(struct web *w, int64_t survey, const char *token)
{
	response_cookie(w->response, arena_printf(w->arena, "__Host-answer-%" PRId64, survey), token, COOKIE_S);
}

const char *
citizen_survey_receipt_of(struct web *w, int64_t survey, const char *token)
{
	bool itself = strncmp(token, OF_RECEIPT, strlen(OF_RECEIPT)) == 0;

	return itself ? token + strlen(OF_RECEIPT) : response_receipt_of(w->arena, token, survey);
}

void
citizen_survey_receipt_keep(struct web *w, int64_t survey, const char *receipt)
{
	citizen_survey_cookie_set(w, survey, arena_printf(w->arena, OF_RECEIPT "%s", receipt));
}

enum err
citizen_survey_hides(struct web *w, const json_t *of, bool *away, bool *taken)
{
	int64_t citizen = json_int(of, "citizen"), here = 0;
	enum err e = citizen == 0 ? ERR_OK :
	    response_present(w->db, w->arena, fields_get(w->request->cookies, "__Host-citizen"), &here);

	*away = here != citizen;
	if (taken != NULL)
		*taken = *away && here != 0;
	return e;
}

enum err
citizen_survey_away(struct web *w, int64_t survey)
{
	w->claims = false;		/* the same button does its work once マイページ is open */
	web_tell(w, "info", "tell_answer_away");
	return web_see_other(w, "/surveys/%" PRId64 "/named", survey);
}

enum err
citizen_survey_begun(struct web *w, int64_t survey, const char *but, const json_t **what)
{
	struct response_draft draft = { .survey = survey, .token = citizen_survey_cookie(w, survey) };
	enum err e;

	*what = NULL;
	if (draft.token == NULL || strcmp(draft.token, but) == 0)
		return ERR_OK;
	e = web_vault(w);
	if (e == ERR_OK)
		e = response_draft_ask(w->db, w->arena, &draft, w->lang, false);
	if (e == ERR_OK)
		e = db_flush(w->db);
	if (e == ERR_OK && response_draft_read(w->vault, w->arena, &draft) == ERR_OK)
		*what = draft.what;
	return e;
}

bool
citizen_survey_takes_place(struct web *w, int64_t survey, bool other)
{
	json_object_set_new(w->view, "other_url", other ? json_sprintf("/surveys/%" PRId64 "/save", survey) : json_null());
	return other && !fields_has(w->fields, "replace");
}

void
citizen_survey_view(struct web *w, const json_t *survey, const char *language)
{
	static const char *const keys[] = { "id", "contact", "department", "minutes", "anyone", "once", "named", "opens", "closes",
		"open", "early", "published", "changeable" };
	static const char *const texts[] = { "title", "purpose", "readers", "thanks" };
	json_t *view = json_object();

	for (size_t i = 0; i < sizeof keys / sizeof *keys; i++)
		json_object_set(view, keys[i], json_object_get(survey, keys[i]));
	for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
		const char *text = survey_text(survey, texts[i], language);

		json_object_set_new(view, texts[i], text[0] != '\0' ? json_string(text) : json_null());
	}
	json_object_set_new(w->view, "survey", view);
	json_object_set_new(w->view, "text_lang", json_string(citizen_tongue_lang(language)));
}

enum err
citizen_survey_list(struct web *w)
{
	json_t *list;
	enum err e = survey_list(w->db, w->lang, &list);

	if (e != ERR_OK)
		return e;
	json_object_set(w->view, "open", json_object_get(list, "open"));
	json_object_set(w->view, "published", json_object_get(list, "published"));
	return web_page(w, HTTP_OK, "citizen/survey/list");
}

/* --- what it is --- */

static enum err
intro(struct web *w, int64_t id, json_t **survey, struct response_draft *draft, bool *begun)
{
	enum err e = web_vault(w);

	*draft = (struct response_draft){ .survey = id, .token = citizen_survey_cookie(w, id) };
	*begun = false;
	if (e == ERR_OK)
		e = survey_ask(w->db, id, w->lang, w->request->method != METHOD_POST, survey);
	if (e == ERR_OK && draft->token != NULL)
		e = response_draft_ask(w->db, w->arena, draft, w->lang, false);
	if (e == ERR_OK)
		e = db_flush(w->db);
	if (e == ERR_OK && draft->token != NULL)
		*begun = response_draft_read(w->vault, w->arena, draft) == ERR_OK;
	return e;
}

/* What this browser has begun or sent may be shown to whoever is at it. */
static enum err
seen_here(struct web *w, const json_t *survey, const struct response_draft *draft, bool *begun, json_t **receipt)
{
	bool away = false;
	enum err e = ERR_OK;

	if (*begun) {
		e = citizen_survey_hides(w, draft->what, &away, NULL);
		/* Begun by the link of a receipt, the link leads there again. */
		*begun = !away && (!json_flag(survey, "named") || json_int(draft->what, "citizen") != 0);
	} else if (draft->token != NULL) {
		e = response_receipt(w->db, w->arena, draft->survey, citizen_survey_receipt_of(w, draft->survey, draft->token), w->lang,
		    receipt);
		if (e == ERR_OK)
			e = citizen_survey_hides(w, *receipt, &away, NULL);
		if (away)
			*receipt = json_null();
	}
	return e == ERR_NOT_FOUND ? ERR_OK : e;		/* of another time */
}

enum err
citizen_survey_show(struct web *w)
{
	int64_t id = web_id(w, "survey");
	struct response_draft draft;
	json_t *survey, *receipt = json_null(), *document, *languages;
	const char *language;
	bool begun;
	enum err e = intro(w, id, &survey, &draft, &begun);

	if (e == ERR_OK)
		e = seen_here(w, survey, &draft, &begun, &receipt);
	if (e != ERR_OK)
		return e;
	document = json_object_get(survey, "document");
	languages = json_object_get(document, "languages");
	language = citizen_tongue_asked(w, languages);
	citizen_survey_view(w, survey, language);
	citizen_tongue_choice(w, languages, language);
	json_object_set_new(w->view, "easy_url", question_tongue_among(languages, "ja-easy") && strcmp(language, "ja-easy") != 0 ?
	    json_sprintf("/surveys/%" PRId64 "?language=ja-easy", id) : json_null());
	json_object_set_new(w->view, "count", json_integer((json_int_t)json_array_size(json_object_get(document, "questions"))));
	json_object_set_new(w->view, "resume_url", begun ?
	    json_sprintf("/surveys/%" PRId64 "/q/%s", id, draft.reached) : json_null());
	json_object_set(w->view, "receipt", receipt);
	json_object_set(w->view, "forms", json_object_get(survey, "forms"));
	return web_page(w, HTTP_OK, "citizen/survey/show");
}

/* --- begin --- */

static const char *
first_page(const json_t *document)
{
	const json_t *first = questionnaire_next(document, json_object(), "");

	return survey_together(document) ? "all" : first != NULL ? json_text(first, "code") : "check";
}

enum err
citizen_survey_start(struct web *w, const json_t *survey, const char *right, int64_t citizen)
{
	int64_t id = json_int(survey, "id");
	const json_t *document = json_object_get(survey, "document"), *languages = json_object_get(document, "languages");
	const char *chosen = fields_get(w->fields, "language");
	struct response_draft draft = { .survey = id, .reached = first_page(document) };
	enum err e;

	if (!question_tongue_among(languages, chosen))
		chosen = citizen_tongue(w, languages, w->lang);
	draft.what = json_keep(w->arena, json_pack("{s:{}, s:s, s:s, s:o, s:n}", "answers", "language", chosen, "right", right,
	    "citizen", citizen != 0 ? json_integer(citizen) : json_null(), "change"));
	e = response_draft_begin(w->db, w->vault, w->arena, survey, &draft);
	if (e != ERR_OK)
		return e;
	citizen_tongue_speak(w, chosen);
	citizen_survey_cookie_set(w, id, draft.token);
	return citizen_survey_go(w, id, draft.reached, false);
}

enum err
citizen_survey_begin(struct web *w)
{
	int64_t id = web_id(w, "survey");
	const char *right = citizen_right(w, id);
	struct response_draft draft;
	json_t *survey;
	bool begun;
	enum err e = intro(w, id, &survey, &draft, &begun);

	if (e != ERR_OK)
		return e;
	if (!json_flag(survey, "open"))
		return web_see_other(w, "/surveys/%" PRId64, id);
	if (json_flag(survey, "named"))
		return web_see_other(w, "/surveys/%" PRId64 "/named", id);
	/* Begun since this page was opened, in another tab: the page says it now. */
	if (begun && !fields_has(w->fields, "replace"))
		return web_see_other(w, "/surveys/%" PRId64, id);
	if (json_flag(survey, "once") && right[0] == '\0')
		return citizen_right_door(w, id);
	return citizen_survey_start(w, survey, json_flag(survey, "once") ? right : "", 0);
}

/* --- by name --- */

/* *reached: where this person goes on in this browser; NULL: nothing of theirs is begun here.  *asks: somebody else's is. */
static enum err
named(struct web *w, json_t **survey, json_t **answered, const char **reached, bool *asks)
{
	int64_t id = web_id(w, "survey");
	struct response_draft draft;
	bool begun;
	enum err e = intro(w, id, survey, &draft, &begun);

	if (e != ERR_OK)
		return e;
	*reached = begun && json_int(draft.what, "citizen") == w->citizen ? draft.reached : NULL;
	*asks = citizen_survey_takes_place(w, id, begun && *reached == NULL);
	e = response_of(w->db, id, w->citizen, answered);
	return e == ERR_NOT_FOUND ? ERR_OK : e;
}

static enum err
named_page(struct web *w, enum status status, const json_t *survey, json_t *answered, const char *reached)
{
	const json_t *languages = json_object_get(json_object_get(survey, "document"), "languages");
	const char *language = citizen_tongue(w, languages, w->lang);

	citizen_survey_view(w, survey, language);
	citizen_tongue_choice(w, languages, language);
	json_object_set(w->view, "answered", answered != NULL ? answered : json_null());
	json_object_set_new(w->view, "resume_url", reached != NULL ?
	    json_sprintf("/surveys/%" PRId64 "/q/%s", json_int(survey, "id"), reached) : json_null());
	json_object_set_new(w->view, "number", json_string(citizen_survey_number_typed(w,
	    w->request->method == METHOD_POST ? w->fields : w->query)));
	return web_page(w, status, "citizen/survey/named");
}

enum err
citizen_survey_named(struct web *w)
{
	json_t *survey = NULL, *answered = NULL;
	const char *reached;
	bool asks;
	enum err e = named(w, &survey, &answered, &reached, &asks);

	if (e != ERR_OK)
		return e;
	if (!json_flag(survey, "named"))
		return web_see_other(w, "/surveys/%" PRId64, json_int(survey, "id"));
	return named_page(w, HTTP_OK, survey, answered, reached);
}

enum err
citizen_survey_named_begin(struct web *w)
{
	json_t *survey = NULL, *answered = NULL;
	const char *right, *reached;
	bool asks;
	enum err e = named(w, &survey, &answered, &reached, &asks);

	if (e != ERR_OK)
		return e;
	if (!json_flag(survey, "named") || !json_flag(survey, "open") || answered != NULL)
		return web_see_other(w, "/surveys/%" PRId64 "/named", json_int(survey, "id"));
	if (asks)
		return named_page(w, HTTP_CONFLICT, survey, answered, reached);
	e = citizen_survey_number_right(w, json_int(survey, "id"), &right);
	if (e == ERR_INVALID)
		return web_see_other(w, "/surveys/%" PRId64 "/paper", json_int(survey, "id"));
	return e != ERR_OK ? e : citizen_survey_start(w, survey, right, w->citizen);
}

/* --- a draft --- */

/* The token is the cookie's: a link's belongs to the page of the link. */
enum err
citizen_answering_ask(struct web *w)
{
	struct answering *a = arena_alloc(w->arena, sizeof *a);
	int64_t id = web_id(w, "survey");
	enum err e;

	*a = (struct answering){ .id = id, .draft = { .survey = id, .token = citizen_survey_cookie(w, id) } };
	w->answering = a;
	e = survey_ask_known(w->db, w->site->editions, id, &a->survey);
	if (e == ERR_OK && a->draft.token != NULL)
		e = response_draft_ask(w->db, w->arena, &a->draft, w->lang, w->request->method == METHOD_POST && !w->request->knocks);
	return e;
}

bool
citizen_answers(struct web *w)
{
	return w->answering->draft.token != NULL && web_vault(w) == ERR_OK &&
	    response_draft_read(w->vault, w->arena, &w->answering->draft) == ERR_OK;
}

enum err
citizen_answering_away(struct web *w, struct answering *a, bool *ready)
{
	int64_t id = web_id(w, "survey");
	json_t *receipt;
	enum err e = web_vault(w);

	*ready = false;
	if (e != ERR_OK)
		return e;
	*a = *w->answering;
	editions_meet(w->site->editions, a->survey);
	if (a->draft.token == NULL)
		return web_see_other(w, "/surveys/%" PRId64, id);
	if (response_draft_read(w->vault, w->arena, &a->draft) != ERR_OK) {
		e = response_receipt(w->db, w->arena, id, citizen_survey_receipt_of(w, id, a->draft.token), w->lang, &receipt);
		if (e == ERR_NOT_FOUND)
			return web_see_other(w, "/surveys/%" PRId64, id);
		return e != ERR_OK ? e : web_see_other(w, "/surveys/%" PRId64 "/done", id);
	}
	*ready = true;
	a->document = json_object_get(a->survey, "document");
	a->answers = json_object_get(a->draft.what, "answers");
	a->language = citizen_tongue(w, json_object_get(a->document, "languages"), json_text(a->draft.what, "language"));
	a->open = json_text(a->draft.what, "change")[0] != '\0' ? survey_changes(a->survey) : json_flag(a->survey, "open");
	citizen_survey_view(w, a->survey, a->language);
	return citizen_survey_hides(w, a->draft.what, &a->away, &a->taken);
}

enum err
citizen_answering(struct web *w, struct answering *a, bool *ready)
{
	enum err e = citizen_answering_away(w, a, ready);

	if (e != ERR_OK || !*ready || !a->away)
		return e;
	*ready = false;
	return citizen_survey_away(w, a->id);
}
