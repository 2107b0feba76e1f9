/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Where somebody lives, as an answer; see survey.h.
 */
#include "domain/survey.h"

#include "base/json.h"
#include "db/queries.h"
#include "domain/questionnaire.h"

enum err
survey_districts(struct db *db, const char *postcode, json_t **out)
{
	return q_survey_districts(db, (struct q_survey_districts){ .postcode = postcode }, out);
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
		if (e != ERR_OK || !questionnaire_district(q, answer, districts))
			return e != ERR_OK ? e : ERR_INVALID;
	}
	return ERR_OK;
}
