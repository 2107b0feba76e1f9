/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Where somebody lives, as an answer; see survey.h.
 */
#include "domain/survey.h"

#include <string.h>

#include "base/json.h"
#include "db/queries.h"
#include "domain/questionnaire.h"

enum err
survey_districts(struct db *db, const char *postcode, json_t **out)
{
	return q_survey_districts(db, (struct q_survey_districts){ .postcode = postcode }, out);
}

bool
survey_district(const json_t *question, json_t *answer, const json_t *districts)
{
	const char *chosen = json_text(answer, "district"), *only = "";
	bool known = false;
	const json_t *one;
	size_t found = 0, i;

	json_array_foreach(districts, i, one) {
		known = known || strcmp(json_text(one, "value"), chosen) == 0;
		if (json_flag(one, "found")) {
			found++;
			only = json_text(one, "value");
		}
	}
	if (chosen[0] != '\0')
		return known;
	if (found == 1)
		json_object_set_new(answer, "district", json_string(only));
	return found == 1 || !json_flag(question, "required") || !json_flag(json_object_get(question, "settings"), "district");
}

enum err
survey_addresses(struct db *db, const json_t *document, json_t *answers, const char **problem)
{
	json_t *districts, *q;
	size_t i;

	json_array_foreach(json_object_get(document, "questions"), i, q) {
		json_t *answer = json_object_get(answers, json_text(q, "code"));
		enum err e;

		if (!questionnaire_is(q, "address") || answer == NULL)
			continue;
		*problem = json_text(q, "code");
		e = survey_districts(db, json_text(answer, "postcode"), &districts);
		if (e != ERR_OK || !survey_district(q, answer, districts))
			return e != ERR_OK ? e : ERR_INVALID;
	}
	return ERR_OK;
}
