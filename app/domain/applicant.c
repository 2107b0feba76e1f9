/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Who signed up; see applicant.h.
 */
#include "domain/applicant.h"

#include <inttypes.h>
#include <string.h>

#include "base/json.h"
#include "base/text.h"
#include "db/queries.h"
#include "domain/phone.h"

enum { MANY = 500,		/* rows at once, where all are read */
	DIGITS_MIN = 4 };	/* of a number that is looked for */

const char *const notice_states[] = { "confirmed", "waiting", "offered", "applied", "lost", "cancelled", "entered", "absent", NULL };

static json_t *
unsealed(const struct vault *v, struct arena *a, const struct rows *rows, size_t i, const char *column, const char *label)
{
	size_t n;
	const uint8_t *sealed = rows_bytes(rows, i, column, &n);
	json_t *out;

	if (n == 0 || vault_open_json(v, a, label, sealed, n, &out) != ERR_OK)
		out = json_keep(a, json_object());
	return out;
}

/* In whatever is known of them, without blanks; a number however it is cut. */
static bool
found(struct arena *a, const json_t *one, const char *search, const char *digits)
{
	static const char *const keys[] = { "number", "name", "kana", "email", "phone" };
	const json_t *person;
	size_t i;

	if (search[0] == '\0')
		return true;
	for (i = 0; i < sizeof keys / sizeof *keys; i++)
		if (strstr(text_sought(a, json_text(one, keys[i])), search) != NULL)
			return true;
	if (digits != NULL && strlen(digits) >= DIGITS_MIN && (strstr(text_digits(a, json_text(one, "number")), digits) != NULL ||
	    strstr(text_digits(a, json_text(one, "phone")), digits) != NULL))
		return true;
	json_array_foreach(json_object_get(one, "persons"), i, person)
		if (strstr(text_sought(a, json_text(person, "name")), search) != NULL ||
		    strstr(text_sought(a, json_text(person, "kana")), search) != NULL)
			return true;
	return false;
}

/* Answers that come as text. */
static json_t *
parsed(struct arena *a, const char *text)
{
	json_t *out;

	return text[0] != '\0' && json_parse(a, text, strlen(text), &out) == ERR_OK ? json_incref(out) : json_null();
}

static json_t *
row_of(const struct vault *v, struct arena *a, const struct rows *rows, size_t i)
{
	static const char *const texts[] = { "number", "state", "begins", "datetime", "created", "created_at", "offer_until", "quotas",
		"channel", "entered", "memo", "language" };
	const json_t *person = unsealed(v, a, rows, i, "person", "application.person");
	const json_t *contact = unsealed(v, a, rows, i, "contact", "application.contact"), *people = json_object_get(person, "people");
	json_t *one = json_keep(a, json_pack("{s:I, s:I, s:s, s:s, s:s, s:s, s:I, s:I, s:b}", "id", (json_int_t)rows_int(rows, i, "id"),
	    "people", (json_int_t)rows_int(rows, i, "people"), "name", json_text(person, "name"), "kana", json_text(person, "kana"),
	    "email", json_text(contact, "email"), "phone", phone_written(a, json_text(contact, "phone")),
	    "place", (json_int_t)rows_int(rows, i, "place"), "edition", (json_int_t)rows_int(rows, i, "edition"),
	    "ahead", (int)rows_bool(rows, i, "ahead")));
	size_t k;

	if (json_text(one, "phone")[0] == '\0')		/* a landline, as staff typed it */
		json_object_set_new(one, "phone", json_string(json_text(contact, "phone")));
	for (k = 0; k < sizeof texts / sizeof *texts; k++)
		json_object_set_new(one, texts[k], json_string(rows_text(rows, i, texts[k])));
	json_object_set_new(one, "persons", json_is_array(people) ? json_incref((json_t *)(uintptr_t)people) : json_array());
	json_object_set_new(one, "answers", parsed(a, rows_text(rows, i, "answers")));
	return one;
}

/* Those of the next so many rows that are looked for; *after: the last row, 0: it was the end. */
static enum err
some(struct db *db, const struct vault *v, struct arena *a, const struct words *words, const struct applicant_filter *f, int most,
    int64_t *after, json_t *out)
{
	const char *search = text_sought(a, f->search), *digits = text_number(a, f->search);
	struct rows *rows;
	size_t i;
	enum err e = q_applicant_list(db, (struct q_applicant_list){ .event = f->event, .slot = f->slot, .state = f->state,
	    .lang = words_lang(words), .after = *after, .most = most }, &rows);

	if (e != ERR_OK)
		return e;
	for (i = 0; i < rows_count(rows); i++) {
		json_t *one = row_of(v, a, rows, i);

		if (found(a, one, search, digits))
			json_array_append(out, one);
	}
	*after = i == (size_t)most ? rows_int(rows, i - 1, "id") : 0;
	return ERR_OK;
}

enum err
applicant_page(struct db *db, const struct vault *v, struct arena *a, const struct words *words, const struct applicant_filter *f,
    json_t **out, int64_t *next)
{
	json_t *list = json_keep(a, json_array());
	int64_t after = f->after;
	/* Names are sealed: to find one, all are opened. */
	int most = f->search[0] != '\0' ? MANY : APPLICANT_PAGE + 1;
	enum err e;

	do
		e = some(db, v, a, words, f, most, &after, list);
	while (e == ERR_OK && after != 0 && json_array_size(list) <= APPLICANT_PAGE);
	if (e != ERR_OK)
		return e;
	*next = 0;
	if (json_array_size(list) > APPLICANT_PAGE) {
		*next = json_int(json_array_get(list, APPLICANT_PAGE - 1), "id");
		while (json_array_size(list) > APPLICANT_PAGE)
			json_array_remove(list, json_array_size(list) - 1);
	}
	*out = list;
	return ERR_OK;
}

enum err
applicant_list(struct db *db, const struct vault *v, struct arena *a, const struct words *words, const struct applicant_filter *f,
    json_t **out)
{
	json_t *list = json_keep(a, json_array()), *documents, *one;
	int64_t after = f->after;
	size_t i;
	enum err e = q_applicant_documents(db, (struct q_applicant_documents){ .event = f->event }, &documents);

	if (e != ERR_OK)
		return e;
	do
		e = some(db, v, a, words, f, MANY, &after, list);
	while (e == ERR_OK && after != 0);
	if (e != ERR_OK)
		return e;
	json_array_foreach(list, i, one) {
		json_t *document = json_object_get(documents, arena_printf(a, "%" PRId64, json_int(one, "edition")));

		json_object_set(one, "document", document != NULL ? document : json_null());
	}
	*out = list;
	return ERR_OK;
}

enum err
applicant_open(struct db *db, const struct vault *v, struct arena *a, int64_t event, int64_t application, const char *language,
    struct application *out)
{
	struct rows *rows;
	json_t *more;
	enum err e = q_applicant_sealed(db, (struct q_applicant_sealed){ .application = application, .event = event }, &rows);

	if (e == ERR_OK)
		e = application_open(db, v, a, application_token(a, v, rows_text(rows, 0, "number")), language, out);
	if (e == ERR_OK)
		e = q_applicant_more(db, (struct q_applicant_more){ .application = application, .lang = language }, &more);
	if (e == ERR_OK)
		json_object_set(out->show, "more", more);
	return e;
}

enum err
applicant_seen(struct db *db, int64_t application)
{
	return q_applicant_seen(db, (struct q_applicant_seen){ .application = application }, NULL);
}

enum err
applicant_exported(struct db *db, int64_t event)
{
	return q_applicant_exported(db, (struct q_applicant_exported){ .event = event }, NULL);
}

enum err
applicant_decide(struct db *db, int64_t application, bool yes)
{
	struct rows *rows;
	const char *outcome;
	enum err e = q_applicant_decide(db, (struct q_applicant_decide){ .application = application, .yes = yes }, &rows);

	if (e != ERR_OK)
		return e;
	outcome = rows_text(rows, 0, "outcome");
	return strcmp(outcome, "full") == 0 ? ERR_GONE : strcmp(outcome, "over") == 0 ? ERR_CONFLICT : ERR_OK;
}

enum err
applicant_ahead(struct db *db, int64_t application, bool ahead, const char *why)
{
	struct rows *rows;
	enum err e = q_applicant_ahead(db, (struct q_applicant_ahead){ .application = application, .ahead = ahead, .why = why }, &rows);

	return e != ERR_OK || rows_bool(rows, 0, "moved") ? e : ERR_CONFLICT;
}

enum err
applicant_memo(struct db *db, int64_t event, int64_t application, const char *memo)
{
	return q_applicant_memo(db, (struct q_applicant_memo){ .memo = memo, .application = application, .event = event }, NULL);
}

/* --- notices --- */

enum err
notice_list(struct db *db, const char *language, int64_t event, json_t **out)
{
	return q_notice_list(db, (struct q_notice_list){ .lang = language, .event = event }, out);
}

enum err
notice_count(struct db *db, const struct notice *n, int64_t *people, int64_t *reached)
{
	struct rows *rows;
	enum err e = q_notice_count(db, (struct q_notice_count){ .event = n->event, .slot = n->slot, .states = n->states }, &rows);

	if (e != ERR_OK)
		return e;
	*people = rows_int(rows, 0, "people");
	*reached = rows_int(rows, 0, "reached");
	return ERR_OK;
}

enum err
notice_send(struct db *db, const struct notice *n)
{
	return q_notice_add(db, (struct q_notice_add){ .slot = n->slot, .states = n->states, .subject = n->subject, .body = n->body,
	    .staff = n->staff, .event = n->event }, NULL);
}
