/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Quotas of a survey; see survey_quota.h.
 */
#include "domain/survey_quota.h"

#include <string.h>

#include "base/buf.h"
#include "base/json.h"
#include "base/secret.h"
#include "db/queries.h"
#include "domain/questionnaire.h"
#include "domain/survey_desk.h"

/* --- what is counted --- */

/* The name of a quota is what it counts: with another condition it begins anew. */
static const char *
key_of(struct arena *a, const json_t *quota)
{
	uint8_t hash[SECRET_HASH];
	struct buf text, key;

	buf_init(&text, a);
	json_canonical(json_object_get(quota, "when"), &text);
	secret_sha256(text.data, text.len, hash);
	buf_init(&key, a);
	buf_add_base64url(&key, hash, 16);
	return key.data;
}

void
survey_limits(struct arena *a, const json_t *survey, const json_t *answers, struct survey_limits *out)
{
	const json_t *quotas = json_object_get(survey, "quotas"), *quota;
	size_t most = json_array_size(quotas) + 1, n = 0, i;
	const char **keys = arena_alloc(a, most * sizeof *keys);
	int32_t *limits = arena_alloc(a, most * sizeof *limits);

	if (json_int(survey, "answers_max") > 0) {
		keys[n] = "";
		limits[n++] = (int32_t)json_int(survey, "answers_max");
	}
	json_array_foreach(quotas, i, quota) {
		if (!json_is_object(json_object_get(quota, "when")) || !questionnaire_holds(json_object_get(quota, "when"), answers))
			continue;
		keys[n] = key_of(a, quota);
		limits[n++] = (int32_t)json_int(quota, "max");
	}
	out->keys = (struct db_texts){ keys, n };
	out->most = (struct db_ints){ limits, n };
}

/* Nothing that is answered later changes it: no term looks for what is not there. */
static bool
settles(const json_t *condition)
{
	const json_t *group, *term;
	size_t i, k;

	json_array_foreach(json_object_get(condition, "any"), i, group)
		json_array_foreach(json_object_get(group, "all"), k, term)
			if (strncmp(json_text(term, "is"), "not_", 4) == 0)
				return false;
	return true;
}

bool
survey_quota_full(struct arena *a, const json_t *survey, const json_t *answers)
{
	const json_t *counters = json_object_get(survey, "counters"), *quota;
	size_t i;

	json_array_foreach(json_object_get(survey, "quotas"), i, quota) {
		const json_t *when = json_object_get(quota, "when");

		if (json_is_object(when) && settles(when) && questionnaire_holds(when, answers)
		    && json_int(counters, key_of(a, quota)) >= json_int(quota, "max"))
			return true;
	}
	return false;
}

/* --- at the desk --- */

/* The engine's own word, for a condition that stood behind all questions. */
static bool
sound(struct arena *a, const json_t *draft, const json_t *quota)
{
	json_t *document = json_keep(a, json_pack("{s:o}", "questions", json_copy(json_object_get(draft, "questions"))));
	const json_t *fault;
	size_t i;

	json_array_append_new(json_object_get(document, "questions"), json_pack("{s:s, s:s, s:{s:{s:s}}, s:O}", "code", "", "kind",
	    "note", "texts", "ja", "label", "-", "show", json_object_get(quota, "when")));
	json_array_foreach(questionnaire_faults(a, document), i, fault)
		if (json_text(fault, "code")[0] == '\0' && strcmp(json_text(fault, "key"), "refers") == 0)
			return false;
	return true;
}

json_t *
survey_quota_rows(struct arena *a, const json_t *draft, const json_t *quotas, const json_t *counters)
{
	json_t *rows = json_keep(a, json_array());
	const json_t *quota;
	size_t i;

	json_array_foreach(quotas, i, quota) {
		int64_t n = json_int(counters, key_of(a, quota)), most = json_int(quota, "max");

		json_array_append_new(rows, json_pack("{s:I, s:s, s:o, s:b, s:I, s:I, s:I, s:b}", "number", (json_int_t)i + 1,
		    "label", json_text(quota, "label"), "when", question_condition(a, draft, json_object_get(quota, "when"), ""),
		    "sound", sound(a, draft, quota), "n", (json_int_t)n, "max", (json_int_t)most,
		    "percent", (json_int_t)(most == 0 || n >= most ? 100 : n * 100 / most), "full", n >= most));
	}
	return rows;
}

enum err
survey_counters(struct db *db, int64_t survey, json_t **out)
{
	return q_survey_counters(db, (struct q_survey_counters){ survey }, out);
}

static size_t
all(const struct question_page *p)
{
	return json_array_size(json_object_get(p->draft, "questions"));
}

json_t *
survey_quota_show(const struct question_page *p, const json_t *quotas, size_t i)
{
	const json_t *quota = json_array_get(quotas, i);
	int64_t most = json_int(quota, "max");

	if (!fields_has(p->fields, "label")) {
		form_set(p->form, "label", json_text(quota, "label"));
		form_set(p->form, "most", most == 0 ? "" : arena_printf(p->arena, "%lld", (long long)most));
	}
	return question_groups(p, "when", json_object_get(quota, "when"), all(p));
}

json_t *
survey_quota_read(const struct question_page *p, const json_t *quotas, size_t i)
{
	const char *label = form_name(p->form, "label", FORM_REQUIRED, SURVEY_QUOTA_LABEL_MAX);
	int64_t most = form_number(p->form, "most", FORM_REQUIRED, 1, SURVEY_ANSWERS_MAX);
	json_t *when = question_read_groups(p, "when", all(p)), *list = json_keep(p->arena, json_copy((json_t *)quotas));
	const json_t *other;
	size_t k;

	if (when == NULL)
		form_problem(p->form, "when1_1", "survey_quota_when");
	json_array_foreach(list, k, other)
		if (k != i && when != NULL && json_equal(json_object_get(other, "when"), when))
			form_problem(p->form, "when1_1", "survey_quota_twice");
	if (form_ok(p->form)) {
		json_t *quota = json_pack("{s:s, s:O, s:I}", "label", label, "when", when, "max", (json_int_t)most);

		if (i < json_array_size(list))
			json_array_set_new(list, i, quota);
		else
			json_array_append_new(list, quota);
	}
	return list;
}

enum err
survey_quota_save(struct db *db, int64_t survey, const char *seen, const json_t *quotas)
{
	int changed = 0;
	enum err e = q_survey_desk_quotas(db, (struct q_survey_desk_quotas){ .quotas = quotas, .survey = survey, .seen = seen }, &changed);

	return e != ERR_OK || changed == 1 ? e : ERR_CONFLICT;
}
