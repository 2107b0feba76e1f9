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
#include "web/desk/survey.h"
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

static const char *const states[] = { "", "draft", "open", "closed", "published" };

static json_t *
pills(struct web *w, const json_t *counts, const char *chosen)
{
	json_t *list = json_array(), *n;
	const char *key;
	int64_t all = 0;
	size_t i;

	json_object_foreach((json_t *)counts, key, n)
		all += json_integer_value(n);
	for (i = 0; i < sizeof states / sizeof *states; i++) {
		bool every = states[i][0] == '\0', current = strcmp(states[i], chosen) == 0;
		int64_t count = every ? all : json_int(counts, states[i]);

		if (count > 0 || current || every)
			json_array_append_new(list, json_pack("{s:s, s:s, s:b, s:o}",
			    "label", words_get(w->words, every ? "message_all" : arena_printf(w->arena, "survey_state_%s", states[i])),
			    "url", every ? "/desk/surveys" : arena_printf(w->arena, "/desk/surveys?state=%s", states[i]),
			    "current", current, "count", json_sprintf("%lld", (long long)count)));
	}
	return list;
}

enum err
desk_survey_list(struct web *w)
{
	const char *state = "", *search;
	json_t *list, *row;
	enum err e;
	size_t i;

	for (i = 0; i < sizeof states / sizeof *states; i++)
		if (strcmp(states[i], fields_get(w->query, "state")) == 0)
			state = states[i];
	search = text_cut(w->arena, text_normal(w->arena, fields_get(w->query, "search")), 100);
	e = survey_desk_list(w->db, w->words, state, search, &list);
	if (e != ERR_OK)
		return e;
	json_array_foreach(json_object_get(list, "rows"), i, row)
		json_object_set_new(row, "row_url", json_sprintf("/desk/surveys/%lld", (long long)json_int(row, "id")));
	json_object_set(w->view, "rows", json_object_get(list, "rows"));
	json_object_set_new(w->view, "any", json_boolean(json_array_size(json_object_get(list, "rows")) > 0));
	json_object_set_new(w->view, "pills", pills(w, json_object_get(list, "counts"), state));
	json_object_set_new(w->view, "search", search[0] != '\0' ? json_string(search) : json_null());
	json_object_set_new(w->view, "narrowed", json_boolean(search[0] != '\0' || state[0] != '\0'));
	json_object_set_new(w->view, "may_write", json_boolean(web_may(w, RIGHT_WRITE)));
	return web_page(w, HTTP_OK, "desk/survey/list");
}

/* --- a new one --- */

/* copied: 0, or the survey whose questions come along, which the page names. */
static enum err
show_new(struct web *w, enum status status, int64_t copied)
{
	json_t *survey;
	enum err e;

	json_object_set_new(w->view, "copied", json_null());
	if (copied != 0) {
		e = survey_desk_show(w->db, w->words, copied, &survey);
		if (e != ERR_OK)
			return e;
		json_object_set(w->view, "copied", survey);
	}
	return web_page(w, status, "desk/survey/new");
}

static int64_t
copied_of(const struct fields *fields)
{
	int64_t copied = 0;

	return fields_int(fields, "copy", 1, INT64_MAX, &copied) == ERR_OK ? copied : 0;
}

enum err
desk_survey_new(struct web *w)
{
	form_set(web_form(w), "title", "");
	return show_new(w, HTTP_OK, copied_of(w->query));
}

enum err
desk_survey_create(struct web *w)
{
	struct form *f = web_form(w);
	const char *title = form_name(f, "title", FORM_REQUIRED, SURVEY_TITLE_MAX);
	int64_t copied = copied_of(w->fields), survey;
	enum err e;

	if (!form_ok(f))
		return show_new(w, HTTP_UNPROCESSABLE, copied);
	e = survey_desk_create(w->db, w->staff, copied, title, &survey);
	if (e == ERR_INVALID && !db_failed(w->db)) {
		form_problem(f, "title", "message_no_department");
		return show_new(w, HTTP_UNPROCESSABLE, copied);
	}
	if (e != ERR_OK)
		return e;
	return web_see_other(w, "/desk/surveys/%" PRId64, survey);
}

/* --- the steps of one --- */

static void
add_task(struct web *w, json_t *tasks, const json_t *survey, const char *name, const char *state)
{
	bool later = strcmp(state, "later") == 0;

	json_object_set_new(tasks, name, json_pack("{s:o, s:s, s:s}",
	    "task_url", later ? json_null() : json_sprintf("/desk/surveys/%lld/%s", (long long)json_int(survey, "id"), name),
	    "state", strcmp(state, "none") == 0 ? "done" : state,
	    "state_text", words_get(w->words, arena_printf(w->arena, "message_task_%s", state))));
}

static bool
any_logic(const json_t *faults)
{
	const json_t *fault;
	size_t i;

	json_array_foreach(faults, i, fault)
		if (json_flag(fault, "logic"))
			return true;
	return false;
}

static json_t *
tasks_of(struct web *w, const json_t *s, const json_t *draft)
{
	const json_t *faults = question_fault_rows(w->arena, w->words, draft);
	json_t *tasks = json_object();
	bool some = json_int(s, "questions") > 0, logic = any_logic(faults), live = !json_flag(s, "draft");
	bool ready = json_array_size(survey_lacks(w->arena, w->words, s, draft)) == 0;

	add_task(w, tasks, s, "details", survey_progress(s, "details"));
	add_task(w, tasks, s, "questions", !some ? "todo" : json_array_size(faults) > 0 ? "begun" : "done");
	add_task(w, tasks, s, "ways", !some ? "later" : logic ? "wrong" : "done");
	add_task(w, tasks, s, "languages", !some ? "later" : json_array_size(json_object_get(s, "languages")) > 1 ? "done" : "none");
	add_task(w, tasks, s, "privacy", survey_progress(s, "privacy"));
	add_task(w, tasks, s, "quotas", !some ? "later" : json_array_size(json_object_get(s, "quotas")) > 0 ? "done" : "none");
	add_task(w, tasks, s, "period", survey_progress(s, "period"));
	add_task(w, tasks, s, "publish", live ? "done" : ready ? "todo" : "later");
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

enum err
desk_survey_questions(struct web *w)
{
	return question_list(w, &desk_survey_owner);
}

enum err
desk_survey_questions_do(struct web *w)
{
	return question_list_do(w, &desk_survey_owner);
}

enum err
desk_survey_question_new(struct web *w)
{
	return question_new(w, &desk_survey_owner);
}

enum err
desk_survey_question_new_do(struct web *w)
{
	return question_new_do(w, &desk_survey_owner);
}

enum err
desk_survey_question(struct web *w)
{
	return question_content(w, &desk_survey_owner);
}

enum err
desk_survey_question_save(struct web *w)
{
	return question_content_save(w, &desk_survey_owner);
}

enum err
desk_survey_question_remove(struct web *w)
{
	return question_remove_ask(w, &desk_survey_owner);
}

enum err
desk_survey_question_ways(struct web *w)
{
	return question_ways(w, &desk_survey_owner);
}

enum err
desk_survey_question_ways_save(struct web *w)
{
	return question_ways_save(w, &desk_survey_owner);
}

enum err
desk_survey_preview(struct web *w)
{
	return question_preview(w, &desk_survey_owner);
}

enum err
desk_survey_ways(struct web *w)
{
	return question_ways_all(w, &desk_survey_owner);
}
