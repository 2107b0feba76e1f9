/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
#include "domain/response.h"
#include "web/web.h"
/*
 * What the pages of a survey have in common: survey.c (what it is), survey_number.c (begun with
 * the number of a form on paper), survey_answer.c (one question after the other),
 * survey_send.c (check, send, receipt).
 */

/* A draft that somebody is at. */
struct answering {
	int64_t id;
	json_t *survey;
	const json_t *document;
	struct response_draft draft;
	json_t *answers;		/* of the draft */
	const char *language;		/* of the questions */
	bool open;			/* takes answers, or changes, now */
	/* By name, and that person's マイページ is not open here: nothing is shown; somebody else's is: nothing is kept. */
	bool away, taken;
};

/* The cookie in which this browser keeps the token of its draft. */
const char *citizen_survey_cookie(struct web *, int64_t survey);
/* The receipt that such a token leads to, once its answer was sent. */
const char *citizen_survey_receipt_of(struct web *, int64_t survey, const char *token);
/* This browser has changed the answer of this receipt, of which its draft's token knows nothing. */
void citizen_survey_receipt_keep(struct web *, int64_t survey, const char *receipt);
void citizen_survey_cookie_set(struct web *, int64_t survey, const char *token);

/* Asks for survey and draft along with enter(), for routes with ANSWER. */
enum err citizen_answering_ask(struct web *) MUST_USE;
/* Somebody is at a draft that lives: so much, for whoever knocks. */
bool citizen_answers(struct web *);
/* Opens survey and draft, which came with enter() then; of two POSTs the second waits
 * for the draft.  *ready false: there is no draft, and the answer is a 303 to
 * where it went; or it is away, and the answer a 303 to マイページ. */
enum err citizen_answering(struct web *, struct answering *, bool *ready) MUST_USE;

/* The same for the one page that keeps what was typed though its person is away. */
enum err citizen_answering_away(struct web *, struct answering *, bool *ready) MUST_USE;
/* A 303 to where マイページ is opened, which says that the answers are there. */
enum err citizen_survey_away(struct web *, int64_t survey) MUST_USE;
/* Answered by name, of: {"citizen"}, and that person is not who has マイページ open here.  taken: somebody else has; may
 * be NULL. */
enum err citizen_survey_hides(struct web *, const json_t *of, bool *away, bool *taken) MUST_USE;

/* The draft of this browser, if it lives and is not under this token; NULL otherwise. */
enum err citizen_survey_begun(struct web *, int64_t survey, const char *but, const json_t **what) MUST_USE;
/* other: such a draft would be found here no more.  It goes into the view, for citizen/survey/other; true: the form that
 * was sent did not say it, and is shown again. */
bool citizen_survey_takes_place(struct web *, int64_t survey, bool other);

/* The survey in the view, its texts in this language. */
void citizen_survey_view(struct web *, const json_t *survey, const char *language);
/* Begins: a draft under a cookie, and a 303 to the first question.  right: "" where none is needed;
 * citizen: 0, but where one answers by name. */
enum err citizen_survey_start(struct web *, const json_t *survey, const char *right, int64_t citizen) MUST_USE;
/* The number of a form in these fields, or ""; and the right that it is, "" without one.  ERR_INVALID: the form
 * waits for no answer. */
const char *citizen_survey_number_typed(struct web *, const struct fields *);
enum err citizen_survey_number_right(struct web *, int64_t survey, const char **right) MUST_USE;
/* The page of the way on which these answers are now: "all", the code of a question, "check". */
const char *citizen_survey_page(struct web *, const struct answering *);
/* A 303 to it.  checking: from there back to the check page. */
enum err citizen_survey_go(struct web *, int64_t survey, const char *page, bool checking) MUST_USE;
/* What was answered, row by row, into the view as "rows": {"code", "label", "label_lang", "lines": {"text",
 * "lang"}, "change_url"}. */
enum err citizen_survey_rows(struct web *, const json_t *survey, const json_t *answers, const char *language) MUST_USE;
/* It takes no answers (any more): what was typed is shown, to be copied. */
enum err citizen_survey_closed(struct web *, const struct answering *, bool full) MUST_USE;
