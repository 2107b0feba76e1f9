/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
#include <jansson.h>
#include "base/form.h"
#include "base/words.h"
#include "db/db.h"
#include "domain/question_language.h"
/*
 * Surveys (アンケート) as staff build them: what one is about, who may answer, from when to
 * when; and its life: draft → open → closed → published.  The questions are in question.h,
 * answering in survey.h, results in result.h.
 *
 * A survey is handed about as the JSON of query survey_desk_show with "tag", its state as part/status_tag shows it.
 */

/* {"counts": {"draft": 2 …}, "rows": […]}; state: "" for all. */
enum err survey_desk_list(struct db *, const struct words *, const char *state, const char *search, json_t **out) MUST_USE;
/* ERR_NOT_FOUND: none of this tenant. */
enum err survey_desk_show(struct db *, const struct words *, int64_t survey, json_t **out) MUST_USE;
/* Departments that may ask: of this person, and that of the survey (0: none yet). */
enum err survey_desk_departments(struct db *, int64_t staff, int64_t survey, json_t **out) MUST_USE;
/* A draft, with the questions of another survey (copied 0: none).  ERR_INVALID: this person
 * belongs to no department.  ERR_NOT_FOUND: none such to copy. */
enum err survey_desk_create(struct db *, int64_t staff, int64_t copied, const char *title, int64_t *out) MUST_USE;

enum { SURVEY_TITLE_MAX = 100, SURVEY_PURPOSE_MAX = 2000, SURVEY_READERS_MAX = 1000, SURVEY_THANKS_MAX = 1000,
	SURVEY_CONTACT_MAX = 300, SURVEY_MINUTES_MAX = 120, SURVEY_ANSWERS_MAX = 10000000 };

/* Each save is ERR_CONFLICT where somebody else saved the same part since "seen", or where
 * the survey is too far for it. */
struct survey_details {
	int64_t department;
	const char *title, *purpose, *thanks, *contact;
	int minutes;			/* 0: not said */
};
void survey_read_details(struct form *, const json_t *departments, struct survey_details *);
enum err survey_desk_details(struct db *, int64_t survey, const char *seen, struct survey_details) MUST_USE;
struct survey_privacy {
	const char *mode, *readers;
	bool changeable;
};
void survey_read_privacy(struct form *, struct survey_privacy *);
enum err survey_desk_privacy(struct db *, int64_t survey, const char *seen, struct survey_privacy) MUST_USE;
struct survey_period {
	int64_t opens, closes;		/* epoch ms; 0: at once, or never by itself */
	int answers_max;		/* 0: any number */
	bool listed;
};
/* now: the database's time. */
void survey_read_period(struct form *, int64_t now, struct survey_period *);
enum err survey_desk_period(struct db *, int64_t survey, const char *seen, struct survey_period) MUST_USE;

/* What it says in other languages too. */
const struct language_text *survey_texts(struct arena *, json_t *survey);
enum err survey_desk_texts(struct db *, const json_t *survey, const char *language, json_t *texts) MUST_USE;

/* How far a part is: "todo", "begun", "done" or "wrong".  part: "details", "privacy", "period". */
const char *survey_progress(const json_t *survey, const char *part);
/* What keeps it from being published, in words: [{"text", "url"}], urls below /desk/surveys/{survey};
 * draft: its questions (question_draft). */
json_t *survey_lacks(struct arena *, const struct words *, const json_t *survey, const json_t *draft);

/* ERR_CONFLICT: it is not in the state that this begins with. */
enum err survey_desk_open(struct db *, int64_t survey, int64_t questionnaire, int64_t staff) MUST_USE;
enum err survey_desk_close(struct db *, int64_t survey) MUST_USE;
enum err survey_desk_reopen(struct db *, int64_t survey, int64_t closes) MUST_USE;
