/* SPDX-License-Identifier: Apache-2.0 */
/*
 * On the web in the place of a form on paper.
 *
 *	GET  /surveys/{survey}/paper[?number=]	asks for the number of the form; its QR code leads here
 *	POST /surveys/{survey}/paper		begins, in every mode
 *
 * The number goes into the draft as the right to answer (domain/right.h) and is spent with the
 * answer, so that of paper and web, or of two browsers, one counts.  It does not take the place
 * of a right that this browser holds: the form may be somebody else's of the family.
 */
#include "domain/paper.h"
#include "domain/right.h"
#include "domain/survey.h"
#include "web/citizen/survey.h"
#include "web/citizen/tongue.h"
#include "web/handlers.h"

enum { TYPED_MOST = 100 };

static const char *const problems[] = {
	[PAPER_FORM_FREE] = NULL, [PAPER_FORM_ENTERED] = "answer_number_entered", [PAPER_FORM_ANSWERED] = "answer_number_answered",
	[PAPER_FORM_VOID] = "answer_number_void", [PAPER_FORM_OTHER] = "answer_number_other", [PAPER_FORM_NONE] = "answer_number_none",
};

static enum err
page(struct web *w, enum status status, const json_t *survey)
{
	const json_t *document = json_object_get(survey, "document");
	const char *language = citizen_tongue(w, json_object_get(document, "languages"), w->lang);

	citizen_survey_view(w, survey, language);
	citizen_tongue_choice(w, json_object_get(document, "languages"), language);
	return web_page(w, status, "citizen/survey/number");
}

static enum err
ask(struct web *w, json_t **survey, struct response_draft *draft)
{
	int64_t id = web_id(w, "survey");
	enum err e = web_vault(w);

	*draft = (struct response_draft){ .survey = id, .token = citizen_survey_cookie(w, id) };
	if (e == ERR_OK)
		e = survey_ask(w->db, id, w->lang, false, survey);
	if (e == ERR_OK && draft->token != NULL)
		e = response_draft_ask(w->db, w->arena, draft, w->lang, false);
	return e == ERR_OK ? db_flush(w->db) : e;
}

/* Whether this browser is at an answer, and whether at that of this form. */
static bool
begun(struct web *w, struct response_draft *draft, const char *number, bool *here)
{
	bool any = draft->token != NULL && response_draft_read(w->vault, w->arena, draft) == ERR_OK;

	*here = any && number != NULL && strcmp(json_text(draft->what, "right"), right_of_paper(w->arena, number)) == 0;
	return any;
}

enum err
citizen_survey_number(struct web *w)
{
	const char *number = paper_number_read(w->arena, fields_get(w->query, "number"));
	bool any, here;
	struct response_draft draft;
	json_t *survey = NULL;
	enum err e = ask(w, &survey, &draft);

	if (e != ERR_OK)
		return e;
	if (!json_flag(survey, "open"))
		return web_see_other(w, "/surveys/%" PRId64, draft.survey);
	any = begun(w, &draft, number, &here);
	(void)citizen_survey_takes_place(w, draft.survey, any && !here);
	form_set(web_form(w), "number", number != NULL ? paper_number_shown(w->arena, number) : "");
	return page(w, HTTP_OK, survey);
}

/* The number of a form that waits for its answer, or NULL, and the form says why not. */
static enum err
number_read(struct web *w, struct form *f, const char **number)
{
	const char *typed = form_text(f, "number", FORM_REQUIRED, TYPED_MOST);
	enum paper_form form;
	struct db_bytes spent;
	enum err e;

	*number = NULL;
	if (!form_ok(f))
		return ERR_OK;
	*number = paper_number_read(w->arena, typed);
	if (*number == NULL) {
		form_problem(f, "number", "answer_number_wrong");
		return ERR_OK;
	}
	e = paper_look(w->db, web_id(w, "survey"), *number, &form, &spent);
	if (e == ERR_OK && problems[form] != NULL)
		form_problem(f, "number", problems[form]);
	return e;
}

enum err
citizen_survey_number_begin(struct web *w)
{
	struct response_draft draft;
	const char *number;
	json_t *survey = NULL;
	bool any, here, asks;
	struct form *f;
	enum err e = ask(w, &survey, &draft);

	if (e != ERR_OK)
		return e;
	if (!json_flag(survey, "open"))
		return web_see_other(w, "/surveys/%" PRId64, draft.survey);
	f = web_form(w);
	e = number_read(w, f, &number);
	if (e != ERR_OK)
		return e;
	any = begun(w, &draft, number, &here);
	asks = citizen_survey_takes_place(w, draft.survey, any && !here);
	if (!form_ok(f))
		return page(w, HTTP_UNPROCESSABLE, survey);
	/* Where one answers by name, one does with a number as well: it and the person count once. */
	if (json_flag(survey, "named"))
		return web_see_other(w, "/surveys/%" PRId64 "/named?number=%s", draft.survey, number);
	if (here)
		return citizen_survey_go(w, draft.survey, draft.reached, false);
	if (asks)
		return page(w, HTTP_CONFLICT, survey);
	return citizen_survey_start(w, survey, right_of_paper(w->arena, number), 0);
}

const char *
citizen_survey_number_typed(struct web *w, const struct fields *fields)
{
	const char *number = paper_number_read(w->arena, fields_get(fields, "number"));

	return number != NULL ? number : "";
}

enum err
citizen_survey_number_right(struct web *w, int64_t survey, const char **right)
{
	const char *number = citizen_survey_number_typed(w, w->fields);
	enum paper_form form;
	struct db_bytes spent;
	enum err e;

	*right = "";
	if (number[0] == '\0')
		return ERR_OK;
	e = paper_look(w->db, survey, number, &form, &spent);
	if (e == ERR_OK && problems[form] != NULL)
		return ERR_INVALID;
	*right = right_of_paper(w->arena, number);
	return e;
}
