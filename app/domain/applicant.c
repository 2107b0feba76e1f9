/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Those who signed up, as the desk sees them; see applicant.h.
 */
#include "domain/applicant.h"

#include <string.h>

#include "base/json.h"
#include "db/queries.h"

static const json_t *
opened(const struct vault *v, struct arena *a, const char *label, const struct rows *rows, size_t i, const char *column)
{
	size_t n;
	const uint8_t *sealed = rows_bytes(rows, i, column, &n);
	json_t *out;

	if (n == 0 || vault_open_json(v, a, label, sealed, n, &out) != ERR_OK)
		out = json_keep(a, json_object());
	return out;
}

enum err
applicant_list(struct db *db, const struct vault *v, struct arena *a, int64_t event, const char *lang, json_t **out)
{
	static const char *const texts[] = { "number", "state", "begins", "datetime", "quotas", "channel" };
	struct rows *rows;
	size_t i, k;
	enum err e = q_event_applicants(db, (struct q_event_applicants){ .event = event, .lang = lang }, &rows);

	if (e != ERR_OK)
		return e;
	*out = json_keep(a, json_array());
	for (i = 0; i < rows_count(rows); i++) {
		const json_t *person = opened(v, a, "application.person", rows, i, "person");
		const json_t *contact = opened(v, a, "application.contact", rows, i, "contact");
		json_t *one = json_pack("{s:I, s:I, s:I, s:s, s:s, s:s, s:s}", "id", (json_int_t)rows_int(rows, i, "id"),
		    "people", (json_int_t)rows_int(rows, i, "people"), "waiting", (json_int_t)rows_int(rows, i, "waiting"),
		    "name", json_text(person, "name"), "kana", json_text(person, "kana"), "email", json_text(contact, "email"),
		    "phone", json_text(contact, "phone"));

		for (k = 0; k < sizeof texts / sizeof *texts; k++)
			json_object_set_new(one, texts[k], json_string(rows_text(rows, i, texts[k])));
		json_array_append_new(*out, one);
	}
	return ERR_OK;
}

enum err
applicant_decide(struct db *db, int64_t event, int64_t application, bool yes)
{
	struct rows *rows;
	const char *outcome;
	enum err e;

	e = q_event_applicant_decide(db, (struct q_event_applicant_decide){ .event = event, .application = application,
	    .yes = yes }, &rows);
	if (e != ERR_OK)
		return e;
	if (rows_count(rows) == 0)
		return ERR_NOT_FOUND;
	outcome = rows_text(rows, 0, "outcome");
	return strcmp(outcome, "full") == 0 ? ERR_GONE : strcmp(outcome, "over") == 0 ? ERR_CONFLICT : ERR_OK;
}

enum err
applicant_cancel(struct db *db, int64_t event, int64_t application)
{
	struct rows *rows;
	enum err e;

	e = q_event_applicant_end(db, (struct q_event_applicant_end){ .event = event, .application = application }, &rows);
	if (e != ERR_OK)
		return e;
	return rows_count(rows) == 0 ? ERR_NOT_FOUND : rows_bool(rows, 0, "done") ? ERR_OK : ERR_CONFLICT;
}
