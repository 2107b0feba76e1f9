/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Addresses as answers; see address.h.
 */
#include "domain/address.h"

#include <string.h>

#include "db/queries.h"
#include "domain/questionnaire_private.h"

/* {"value", "label", "found"}: found, the postcode has it. */
static enum err
districts_of(struct db *db, const char *postcode, json_t **out)
{
	return q_address_districts(db, (struct q_address_districts){ .postcode = postcode }, out);
}

/* A table has its name where the answer has its number. */
static void
number_name(json_t *answer, const json_t *districts)
{
	const json_t *one;
	size_t i;

	json_array_foreach(districts, i, one)
		if (strcmp(json_text(one, "label"), json_text(answer, "district")) == 0)
			json_object_set(answer, "district", json_object_get(one, "value"));
}

/* False: it names one that there is not, or none where there must be one. */
static bool
settle(const json_t *question, json_t *answer, const json_t *districts)
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
address_show(struct db *db, struct arena *a, struct form *form, const json_t *questions, json_t *answers, bool reading)
{
	json_t *districts, *q;
	size_t i;

	json_array_foreach(questions, i, q) {
		const char *code = json_text(q, "code"), *name = questionnaire_field(a, code, "district");
		json_t *answer = json_object_get(answers, code);
		enum err e;

		if (!questionnaire_is(q, "address"))
			continue;
		e = districts_of(db, json_text(answer, "postcode"), &districts);
		if (e != ERR_OK)
			return e;
		if (reading && answer != NULL) {
			if (!form_is_wrong(form, questionnaire_field(a, code, "postcode")) && !settle(q, answer, districts))
				form_problem(form, name, "answer_district_choose");
			form_set(form, name, json_text(answer, "district"));
		}
		form_options(form, name, districts);
	}
	return ERR_OK;
}

enum err
address_settle(struct db *db, const json_t *document, json_t *answers, const char **problem)
{
	json_t *districts, *q;
	size_t i;

	json_array_foreach(json_object_get(document, "questions"), i, q) {
		json_t *answer = json_object_get(answers, json_text(q, "code"));
		enum err e;

		if (!questionnaire_is(q, "address") || answer == NULL)
			continue;
		*problem = json_text(q, "code");
		e = districts_of(db, json_text(answer, "postcode"), &districts);
		if (e == ERR_OK)
			number_name(answer, districts);
		if (e != ERR_OK || !settle(q, answer, districts))
			return e != ERR_OK ? e : ERR_INVALID;
	}
	return ERR_OK;
}

enum err
address_name(struct db *db, const json_t *answer, json_t *lines)
{
	json_t *districts, *one;
	enum err e;
	size_t i;

	if (json_text(answer, "district")[0] == '\0')
		return ERR_OK;
	e = districts_of(db, "", &districts);
	if (e != ERR_OK)
		return e;
	json_array_foreach(districts, i, one)
		if (strcmp(json_text(one, "value"), json_text(answer, "district")) == 0)
			json_array_append(lines, json_object_get(one, "label"));
	return ERR_OK;
}
