/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The life of a survey: draft → open → closed, and open again while no result is out.
 *
 *	GET, POST /desk/surveys/{survey}/publish	公開前チェック, then open
 *	GET, POST /desk/surveys/{survey}/close		before its time
 *	GET, POST /desk/surveys/{survey}/reopen		with another end
 */
#include "domain/message.h"
#include "domain/right.h"
#include "web/desk/survey.h"
#include "web/handlers.h"

static enum err
go_to(struct web *w, const json_t *survey)
{
	return web_see_other(w, "/desk/surveys/%" PRId64, json_int(survey, "id"));
}

static enum err
show_check(struct web *w, enum status status, const json_t *survey)
{
	json_t *lacks;
	enum err e = desk_survey_lacks(w, survey, &lacks);

	if (e != ERR_OK)
		return e;
	json_object_set(w->view, "lacks", lacks);
	json_object_set_new(w->view, "lacking", json_boolean(json_array_size(lacks) > 0));
	json_object_set_new(w->view, "mode_text", json_string(words_get(w->words,
	    arena_printf(w->arena, "survey_mode_%s", json_text(survey, "mode")))));
	json_object_set_new(w->view, "may_approve", json_boolean(web_may(w, RIGHT_APPROVE)));
	return web_page(w, status, "desk/survey/publish");
}

enum err
desk_survey_publish(struct web *w)
{
	json_t *survey;
	enum err e = desk_survey_open(w, &survey);

	if (e == ERR_OK)
		form_set_flag(web_form(w), "sure", false);
	if (e != ERR_OK)
		return e;
	return json_flag(survey, "draft") ? show_check(w, HTTP_OK, survey) : go_to(w, survey);
}

enum err
desk_survey_publish_do(struct web *w)
{
	struct form *f = web_form(w);
	json_t *survey, *lacks;
	enum err e = desk_survey_open(w, &survey);

	if (e == ERR_OK && !json_flag(survey, "draft"))
		e = ERR_CONFLICT;
	if (e == ERR_OK)
		e = desk_survey_lacks(w, survey, &lacks);
	if (e != ERR_OK)
		return e;
	if (!form_flag(f, "sure") && json_array_size(lacks) == 0)
		form_problem(f, "sure", "survey_sure_required");
	/* What was looked at must be what goes out. */
	if (strcmp(fields_get(w->fields, "revision"), json_text(survey, "revision")) != 0)
		form_problem(f, "sure", "survey_changed_meanwhile");
	if (!form_ok(f) || json_array_size(lacks) > 0)
		return show_check(w, HTTP_UNPROCESSABLE, survey);
	e = survey_desk_open(w->db, json_int(survey, "id"), json_int(survey, "questionnaire"), w->staff);
	if (e == ERR_OK && strcmp(json_text(survey, "mode"), "once") == 0 && (e = web_vault(w)) == ERR_OK)
		e = right_found(w->db, w->vault, w->arena, json_int(survey, "id"));
	if (e != ERR_OK)
		return e;
	web_tell(w, "success", "tell_survey_opened");
	return go_to(w, survey);
}

enum err
desk_survey_close(struct web *w)
{
	json_t *survey;
	enum err e = desk_survey_open(w, &survey);

	if (e != ERR_OK)
		return e;
	return json_flag(survey, "open") ? web_page(w, HTTP_OK, "desk/survey/close") : go_to(w, survey);
}

enum err
desk_survey_close_do(struct web *w)
{
	json_t *survey;
	enum err e = desk_survey_open(w, &survey);

	if (e == ERR_OK)
		e = survey_desk_close(w->db, json_int(survey, "id"));
	if (e != ERR_OK)
		return e;
	web_tell(w, "success", "tell_survey_closed");
	return go_to(w, survey);
}

enum err
desk_survey_reopen(struct web *w)
{
	json_t *survey;
	enum err e = desk_survey_open(w, &survey);

	if (e != ERR_OK)
		return e;
	form_set_datetime(web_form(w), "closes", 0);
	return json_flag(survey, "closed") ? web_page(w, HTTP_OK, "desk/survey/reopen") : go_to(w, survey);
}

enum err
desk_survey_reopen_do(struct web *w)
{
	struct form *f = web_form(w);
	json_t *survey;
	int64_t closes, now;
	enum err e = desk_survey_open(w, &survey);

	if (e == ERR_OK)
		e = message_now(w->db, &now);
	if (e != ERR_OK)
		return e;
	closes = form_datetime(f, "closes", FORM_REQUIRED);
	if (closes != 0 && closes <= now)
		form_problem(f, "closes", "survey_closes_past");
	if (!form_ok(f))
		return web_page(w, HTTP_UNPROCESSABLE, "desk/survey/reopen");
	e = survey_desk_reopen(w->db, json_int(survey, "id"), closes);
	if (e != ERR_OK)
		return e;
	web_tell(w, "success", "tell_survey_reopened");
	return go_to(w, survey);
}
