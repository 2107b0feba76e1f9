/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
#include "domain/question.h"
#include "web/web.h"
/*
 * The pages on which staff build a questionnaire.  They are the same for every owner of
 * one: a survey, an event that people sign up for, a form on the web.  A route of the owner
 * has a handler of one line that calls them:
 *
 *	static const struct question_owner survey = { "survey", "/desk/surveys", open_survey };
 *
 *	enum err desk_survey_questions(struct web *w) { return question_list(w, &survey); }
 *
 *	GET  {url}/{owner}/questions			question_list
 *	POST …/questions				question_list_do: order, copy, remove
 *	GET  …/questions/new				question_new
 *	POST …/questions/new				question_new_do
 *	GET  …/questions/{question}			question_content
 *	POST …/questions/{question}			question_content_save
 *	GET  …/questions/{question}/remove		question_remove_ask
 *	GET, POST …/questions/{question}/ways		question_ways, question_ways_save
 *	GET  {url}/{owner}/preview			question_preview
 *	GET  {url}/{owner}/ways				question_ways_all: 全経路を試す
 *
 * {question} is a code, "q3".
 */
struct question_owner {
	const char *arg;	/* name of its id in the route */
	const char *url;	/* "/desk/surveys" */
	/* What is built: the id of its questionnaire, and its name for the page.  ERR_NOT_FOUND. */
	enum err (*open)(struct web *, int64_t *questionnaire, const char **title);
};

enum err question_list(struct web *, const struct question_owner *) MUST_USE;
enum err question_list_do(struct web *, const struct question_owner *) MUST_USE;
enum err question_new(struct web *, const struct question_owner *) MUST_USE;
enum err question_new_do(struct web *, const struct question_owner *) MUST_USE;
enum err question_content(struct web *, const struct question_owner *) MUST_USE;
enum err question_content_save(struct web *, const struct question_owner *) MUST_USE;
enum err question_remove_ask(struct web *, const struct question_owner *) MUST_USE;
enum err question_ways(struct web *, const struct question_owner *) MUST_USE;
enum err question_ways_save(struct web *, const struct question_owner *) MUST_USE;
enum err question_preview(struct web *, const struct question_owner *) MUST_USE;
enum err question_ways_all(struct web *, const struct question_owner *) MUST_USE;

/* Between the files of question*.c: the draft, and "owner": {"owner_url", "title", "frozen"} in the view. */
enum err question_open(struct web *, const struct question_owner *, json_t **draft) MUST_USE;
/* The question of {question} too, also in the view as "question"; ERR_NOT_FOUND. */
enum err question_open_one(struct web *, const struct question_owner *, json_t **draft, json_t **question) MUST_USE;
enum err question_back(struct web *, const struct question_owner *) MUST_USE;
