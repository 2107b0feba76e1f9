/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
#include <jansson.h>
#include <stdbool.h>
#include "base/arena.h"
#include "base/err.h"
#include "db/db.h"
#include "domain/question.h"
/*
 * How many may answer: all, and of each quota (割り当て) of a survey.
 *
 *	"quotas": [{"label": "30代の女性", "when": condition (questionnaire.h), "max": 50}]
 *
 * What was answered is counted in survey_counter, of all under "", of a quota under the hash
 * of its condition; survey_room() (sql/functions/response.sql) gives out the last place once,
 * to an answer by web, program or paper alike.
 */
enum { SURVEY_QUOTAS_MAX = 20, SURVEY_QUOTA_LABEL_MAX = 60 };

/* What these answers are counted against; survey: with "answers_max" and "quotas". */
struct survey_limits {
	struct db_texts keys;
	struct db_ints most;
};
void survey_limits(struct arena *, const json_t *survey, const json_t *answers, struct survey_limits *out);

/* A quota is full that these answers are of, whatever is answered further on: who is at it is
 * told now and not at the end.  survey: with "counters", query survey_public. */
bool survey_quota_full(struct arena *, const json_t *survey, const json_t *answers);

/* --- at the desk --- */

/* [{"number", "label", "when": question_condition, "sound": all that it names is there, "n", "max", "percent",
 * "full"}]; counters: as survey_counters gives them. */
json_t *survey_quota_rows(struct arena *, const json_t *draft, const json_t *quotas, const json_t *counters);
/* {key: how many}. */
enum err survey_counters(struct db *, int64_t survey, json_t **out) MUST_USE;

/* Quota i as fields of a form: "label", "most", and groups of conditions; i one behind the last: a new one. */
json_t *survey_quota_show(const struct question_page *, const json_t *quotas, size_t i);
/* The list with what was typed in the place of i; what is wrong is said in the form. */
json_t *survey_quota_read(const struct question_page *, const json_t *quotas, size_t i);
/* ERR_CONFLICT: somebody saved quotas since "seen", or it was published. */
enum err survey_quota_save(struct db *, int64_t survey, const char *seen, const json_t *quotas) MUST_USE;
