/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Surveys as everybody meets them.  What they answer is kept by response.c; how staff make
 * one is in survey_desk.c.
 */
#include "domain/survey.h"

#include <string.h>

#include "base/json.h"
#include "db/queries.h"
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

bool
survey_speaks(const json_t *document, const char *language)
{
	const json_t *one;
	size_t i;

	json_array_foreach(json_object_get(document, "languages"), i, one)
		if (strcmp(json_string_value(one), language) == 0)
			return true;
	return false;
}

enum err
survey_districts(struct db *db, const char *postcode, json_t **out)
{
	return q_survey_districts(db, (struct q_survey_districts){ .postcode = postcode }, out);
}

static bool
named(const json_t *districts, const char *id)
{
	const json_t *one;
	size_t i;

	json_array_foreach(districts, i, one)
		if (strcmp(json_text(one, "value"), id) == 0)
			return true;
	return false;
}

enum err
survey_addresses(struct db *db, const json_t *document, const json_t *answers, const char **problem)
{
	json_t *districts = NULL, *q;
	size_t i;

	json_array_foreach(json_object_get(document, "questions"), i, q) {
		const char *id = json_text(json_object_get(answers, json_text(q, "code")), "district");
		enum err e = ERR_OK;

		if (strcmp(json_text(q, "kind"), "address") != 0 || id[0] == '\0')
			continue;
		if (districts == NULL)
			e = survey_districts(db, "", &districts);
		if (e != ERR_OK)
			return e;
		*problem = json_text(q, "code");
		if (!named(districts, id))
			return ERR_INVALID;
	}
	return ERR_OK;
}
