/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Surveys as everybody meets them.  What they answer is kept by response.c; how staff make
 * one is in survey_desk.c.
 */
#include "domain/survey.h"

#include <string.h>

#include "base/buf.h"
#include "base/json.h"
#include "db/queries.h"
#include "domain/attachment.h"
#include "domain/questionnaire.h"

enum { TOGETHER = 5 };

enum err
survey_list(struct db *db, const char *language, json_t **out)
{
	return q_survey_list(db, (struct q_survey_list){ .lang = language }, out);
}

enum err
survey_ask(struct db *db, int64_t survey, const char *language, bool dates, json_t **out)
{
	return q_survey_public_queue(db, (struct q_survey_public){ .survey = survey, .lang = language, .dates = dates }, out);
}

enum err
survey_ask_known(struct db *db, const struct editions *editions, int64_t survey, json_t **out)
{
	return q_survey_public_known_queue(db, (struct q_survey_public_known){ .survey = survey,
	    .known = editions_known(editions, survey) }, out);
}

const char *
survey_text(const json_t *survey, const char *key, const char *language)
{
	return questionnaire_text(survey, key, language);
}

static bool
names_another(const json_t *question)
{
	const char *language;
	json_t *texts;

	json_object_foreach(json_object_get(question, "texts"), language, texts)
		if (strchr(json_text(texts, "label"), '{') != NULL)
			return true;
	return false;
}

bool
survey_changes(const json_t *survey)
{
	return json_flag(survey, "in_time") && json_flag(survey, "changeable");
}

bool
survey_together(const json_t *document)
{
	const json_t *questions = json_object_get(document, "questions"), *q;
	size_t i;

	if (json_array_size(questions) > TOGETHER)
		return false;
	json_array_foreach(questions, i, q)
		if (json_is_object(json_object_get(q, "show")) || json_array_size(json_object_get(q, "jumps")) > 0
		    || names_another(q))
			return false;
	return true;
}

/* --- files --- */

enum err
survey_files(struct db *db, struct arena *a, int64_t survey, const json_t *document, const json_t *answers,
    const char **problem)
{
	json_t *there, *q;
	const json_t *id;
	size_t i, k;

	json_array_foreach(json_object_get(document, "questions"), i, q) {
		const json_t *ids = json_object_get(answers, json_text(q, "code"));
		struct buf list;
		enum err e;

		if (!questionnaire_is(q, "file") || ids == NULL)
			continue;
		*problem = json_text(q, "code");
		buf_init(&list, a);
		json_array_foreach(ids, k, id)
			buf_addf(&list, "%s%s", k > 0 ? " " : "", json_string_value(id));
		e = attachment_list(db, a, "survey", survey, list.data, &there);
		if (e != ERR_OK || json_array_size(there) != json_array_size(ids))
			return e != ERR_OK ? e : ERR_INVALID;
	}
	return ERR_OK;
}

enum err
survey_files_keep(struct db *db, struct arena *a, int64_t survey, const json_t *document, const json_t *answers)
{
	const json_t *q;
	enum err e = ERR_OK;
	size_t i;

	json_array_foreach(json_object_get(document, "questions"), i, q)
		if (e == ERR_OK && questionnaire_is(q, "file"))
			e = attachment_keep(db, a, "survey", survey, json_object_get(answers, json_text(q, "code")));
	return e;
}

static bool
has(const json_t *ids, const json_t *wanted)
{
	const json_t *id;
	size_t i;

	json_array_foreach(ids, i, id)
		if (json_equal(id, wanted))
			return true;
	return false;
}

enum err
survey_files_loosen(struct db *db, struct arena *a, int64_t survey, const json_t *was, const json_t *answers,
    const json_t *document)
{
	enum err e = ERR_OK;
	const json_t *q;
	json_t *id;
	size_t i, k;

	json_array_foreach(json_object_get(document, "questions"), i, q) {
		json_t *loose = json_keep(a, json_array());
		const char *code = json_text(q, "code");

		if (!questionnaire_is(q, "file"))
			continue;
		json_array_foreach(json_object_get(was, code), k, id)
			if (!has(json_object_get(answers, code), id))
				json_array_append(loose, id);
		if (e == ERR_OK)
			e = attachment_loosen(db, a, "survey", survey, loose);
	}
	return e;
}
