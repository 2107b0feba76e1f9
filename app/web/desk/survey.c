/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Surveys at the desk: the list, a new one, and the steps of one.
 *
 *	GET  /desk/surveys		by state and words of the title
 *	GET  /desk/surveys/new		from nothing, or from an earlier one (?copy=12)
 *	POST /desk/surveys/new
 *	GET  /desk/surveys/{survey}	the task list; once it was published, what there is to do
 *
 * What one is about is in survey_details.c, its questions in question*.c, its life in
 * survey_publish.c.
 */
#include "base/text.h"
#include "web/desk/language.h"
#include "web/desk/survey.h"
#include "web/desk/work.h"
#include "web/handlers.h"

enum err
desk_survey_open(struct web *w, json_t **survey)
{
	enum err e = survey_desk_show(w->db, w->words, web_id(w, "survey"), survey);

	if (e == ERR_OK)
		json_object_set(w->view, "survey", *survey);
	return e;
}

enum err
desk_survey_lacks(struct web *w, const json_t *survey, json_t **lacks)
{
	json_t *draft;
	enum err e = question_draft(w->db, json_int(survey, "questionnaire"), &draft);

	if (e == ERR_OK)
		*lacks = survey_lacks(w->arena, w->words, survey, draft);
	return e;
}

/* --- the list --- */

static const char *const states[] = { "draft", "open", "closed", "published", NULL };
static const struct desk_work work = { "/desk/surveys", "desk/survey/new", "survey_state_", states, SURVEY_TITLE_MAX, survey_desk_show,
	survey_desk_create };

enum err
desk_survey_list(struct web *w)
{
	const char *state = desk_work_state(w, &work), *search = desk_work_search(w);
	json_t *list;
	enum err e = survey_desk_list(w->db, w->words, state, search, &list);

	if (e != ERR_OK)
		return e;
	desk_work_list(w, &work, list, state, search);
	return web_page(w, HTTP_OK, "desk/survey/list");
}

enum err desk_survey_new(struct web *w) { return desk_work_new(w, &work); }
enum err desk_survey_create(struct web *w) { return desk_work_create(w, &work); }

/* --- the steps of one --- */

static json_t *
tasks_of(struct web *w, const json_t *s, const json_t *draft)
{
	const json_t *faults = question_fault_rows(w->arena, w->words, draft);
	json_t *tasks = json_object();
	int64_t id = json_int(s, "id");
	bool some = json_int(s, "questions") > 0, logic = json_any(faults, "logic"), live = !json_flag(s, "draft");
	bool ready = json_array_size(survey_lacks(w->arena, w->words, s, draft)) == 0;

	desk_work_task(w, &work, tasks, id, "details", survey_progress(s, "details"));
	desk_work_task(w, &work, tasks, id, "questions", !some ? "todo" : json_array_size(faults) > 0 ? "begun" : "done");
	desk_work_task(w, &work, tasks, id, "ways", !some ? "later" : logic ? "wrong" : "done");
	desk_work_task(w, &work, tasks, id, "languages", !some ? "later" :
	    json_array_size(json_object_get(s, "languages")) > 1 ? "done" : "none");
	desk_work_task(w, &work, tasks, id, "privacy", survey_progress(s, "privacy"));
	desk_work_task(w, &work, tasks, id, "quotas", !some ? "later" :
	    json_array_size(json_object_get(s, "quotas")) > 0 ? "done" : "none");
	desk_work_task(w, &work, tasks, id, "period", survey_progress(s, "period"));
	desk_work_task(w, &work, tasks, id, "publish", live ? "done" : ready ? "todo" : "later");
	return tasks;
}

enum err
desk_survey_show(struct web *w)
{
	json_t *survey, *draft, *lacks, *history;
	enum err e = desk_survey_open(w, &survey);

	if (e == ERR_OK)
		e = question_draft(w->db, json_int(survey, "questionnaire"), &draft);
	if (e == ERR_OK)
		e = question_editions(w->db, w->words, json_int(survey, "questionnaire"), &history);
	if (e != ERR_OK)
		return e;
	lacks = survey_lacks(w->arena, w->words, survey, draft);
	json_object_set_new(w->view, "tasks", tasks_of(w, survey, draft));
	json_object_set_new(w->view, "lacking", json_boolean(json_array_size(lacks) > 0));
	json_object_set(w->view, "history", history);
	json_object_set_new(w->view, "has_history", json_boolean(json_array_size(history) > 0));
	json_object_set_new(w->view, "has_quotas", json_boolean(json_array_size(json_object_get(survey, "quotas")) > 0));
	json_object_set_new(w->view, "may_write", json_boolean(web_may(w, RIGHT_WRITE)));
	json_object_set_new(w->view, "may_approve", json_boolean(web_may(w, RIGHT_APPROVE)));
	json_object_set_new(w->view, "may_export", json_boolean(web_may(w, RIGHT_WRITE | RIGHT_APPROVE)));
	return web_page(w, HTTP_OK, "desk/survey/show");
}

/* --- its questions --- */

static enum err
own_questions(struct web *w, int64_t *questionnaire, const char **title)
{
	json_t *survey;
	enum err e = desk_survey_open(w, &survey);

	if (e != ERR_OK)
		return e;
	*questionnaire = json_int(survey, "questionnaire");
	*title = json_text(survey, "title");
	return ERR_OK;
}

const struct question_owner desk_survey_owner = { "survey", "/desk/surveys", own_questions };

enum err desk_survey_questions(struct web *w) { return question_list(w, &desk_survey_owner); }
enum err desk_survey_questions_do(struct web *w) { return question_list_do(w, &desk_survey_owner); }
enum err desk_survey_question_new(struct web *w) { return question_new(w, &desk_survey_owner); }
enum err desk_survey_question_new_do(struct web *w) { return question_new_do(w, &desk_survey_owner); }
enum err desk_survey_question(struct web *w) { return question_content(w, &desk_survey_owner); }
enum err desk_survey_question_save(struct web *w) { return question_content_save(w, &desk_survey_owner); }
enum err desk_survey_question_remove(struct web *w) { return question_remove_ask(w, &desk_survey_owner); }
enum err desk_survey_question_ways(struct web *w) { return question_ways(w, &desk_survey_owner); }
enum err desk_survey_question_ways_save(struct web *w) { return question_ways_save(w, &desk_survey_owner); }
enum err desk_survey_preview(struct web *w) { return question_preview(w, &desk_survey_owner); }
enum err desk_survey_ways(struct web *w) { return question_ways_all(w, &desk_survey_owner); }

/* --- in other languages --- */

static const struct language_owner tongues = { &desk_survey_owner, survey_texts, desk_survey_open, survey_desk_texts };

enum err desk_survey_languages(struct web *w) { return language_list(w, &tongues); }
enum err desk_survey_languages_save(struct web *w) { return language_list_save(w, &tongues); }
enum err desk_survey_language(struct web *w) { return language_one(w, &tongues); }
enum err desk_survey_language_save(struct web *w) { return language_one_save(w, &tongues); }
