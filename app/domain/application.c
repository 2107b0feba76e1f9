/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Signing up for events; see application.h.
 */
#include "domain/application.h"

#include <stdlib.h>
#include <string.h>

#include "base/json.h"
#include "base/log.h"
#include "base/secret.h"
#include "db/queries.h"

enum { CODE = 16, NUMBER_MAX = 24, MAIL_S = 7 * 24 * 3600 };

static const char PERSON[] = "application.person", CONTACT[] = "application.contact";

enum err
application_event(struct db *db, int64_t event, const char *lang, json_t **out)
{
	return q_application_event(db, (struct q_application_event){ .event = event, .lang = lang }, out);
}

/* One person by their address: mail, or the number of a telephone. */
static struct db_bytes
hash_of(const struct vault *v, struct arena *a, const json_t *contact)
{
	const char *email = json_text(contact, "email"), *phone = json_text(contact, "phone");
	uint8_t *hash = arena_alloc(a, SECRET_HASH);

	vault_hash(v, email[0] != '\0' ? "email" : "sms", email[0] != '\0' ? email : phone, hash);
	return (struct db_bytes){ hash, SECRET_HASH };
}

static void
claims_of(struct arena *a, const json_t *quotas, struct db_ids *ids, struct db_ints *claims)
{
	int64_t *id = arena_alloc(a, (json_object_size(quotas) + 1) * sizeof *id);
	int32_t *n = arena_alloc(a, (json_object_size(quotas) + 1) * sizeof *n);
	const char *key;
	json_t *value;
	size_t count = 0;

	json_object_foreach((json_t *)(uintptr_t)quotas, key, value) {
		if (json_integer_value(value) <= 0)
			continue;
		id[count] = strtoll(key, NULL, 10);
		n[count++] = (int32_t)json_integer_value(value);
	}
	*ids = (struct db_ids){ id, count };
	*claims = (struct db_ints){ n, count };
}

enum err
application_add(struct db *db, const struct vault *v, struct arena *a, const struct application *p,
    enum application_fate *fate, const char **number, const char **state)
{
	static const struct { const char *outcome; enum application_fate fate; } fates[] = {
		{ "kept", APPLICATION_KEPT }, { "closed", APPLICATION_CLOSED }, { "full", APPLICATION_FULL },
		{ "many", APPLICATION_MANY }, { "again", APPLICATION_AGAIN },
	};
	int32_t edition = (int32_t)p->edition;
	struct db_ids quotas;
	struct db_ints claims;
	struct rows *rows;
	enum err e;

	claims_of(a, p->quotas, &quotas, &claims);
	e = q_application_add(db, (struct q_application_add){
	    .event = p->event, .slot = p->slot, .people = (int32_t)p->people, .quotas = quotas, .claims = claims,
	    .person = vault_seal_json(v, a, PERSON, p->person), .contact = vault_seal_json(v, a, CONTACT, p->contact),
	    .hash = hash_of(v, a, p->contact), .answers = p->answers,
	    .edition = p->edition != 0 ? &edition : NULL, .citizen = p->citizen != 0 ? &p->citizen : NULL,
	    .language = p->language, .channel = p->channel, .staff = p->staff != 0 ? &p->staff : NULL }, &rows);
	if (e != ERR_OK)
		return e;
	*fate = APPLICATION_CLOSED;
	for (size_t i = 0; i < sizeof fates / sizeof *fates; i++)
		if (strcmp(fates[i].outcome, rows_text(rows, 0, "outcome")) == 0)
			*fate = fates[i].fate;
	*number = rows_text(rows, 0, "number");
	*state = rows_text(rows, 0, "state");
	return ERR_OK;
}

/* --- the ticket --- */

const char *
application_token(struct arena *a, const struct vault *v, const char *number)
{
	uint8_t code[SECRET_HASH];
	struct buf text;

	vault_mac(v, arena_printf(a, "application %s", number), code);
	buf_init(&text, a);
	buf_addf(&text, "%s.", number);
	buf_add_base64url(&text, code, CODE);
	return text.data;
}

enum err
application_open(struct db *db, const struct vault *v, struct arena *a, const char *token, const char *lang, json_t **out)
{
	size_t n = strcspn(token, ".");
	const char *number = arena_printf(a, "%.*s", (int)(n < NUMBER_MAX ? n : 0), token);
	const char *right = application_token(a, v, number);
	struct db_bytes sealed;
	json_t *person;
	enum err e;

	if (strlen(right) != strlen(token) || !secret_equal(right, token, strlen(right)))
		return ERR_NOT_FOUND;
	e = q_application_show(db, (struct q_application_show){ .number = number, .lang = lang }, out);
	if (e == ERR_OK)
		e = q_application_person(db, (struct q_application_person){ .application = json_int(*out, "id") }, &sealed);
	if (e != ERR_OK)
		return e;
	if (vault_open_json(v, a, PERSON, sealed.data, sealed.n, &person) == ERR_OK)
		json_object_set(*out, "person", person);
	else
		json_object_set_new(*out, "person", json_null());
	return ERR_OK;
}

enum err
application_end(struct db *db, int64_t application, const char *becomes)
{
	struct rows *rows;
	enum err e;

	e = q_application_end(db, (struct q_application_end){ .application = application, .becomes = becomes }, &rows);
	return e != ERR_OK ? e : rows_bool(rows, 0, "done") ? ERR_OK : ERR_CONFLICT;
}

enum err
application_accept(struct db *db, int64_t application)
{
	struct rows *rows;
	enum err e;

	e = q_application_accept(db, (struct q_application_accept){ .application = application }, &rows);
	return e != ERR_OK ? e : rows_bool(rows, 0, "done") ? ERR_OK : ERR_GONE;
}

enum err
application_decide(struct db *db, int64_t application, bool yes)
{
	struct rows *rows;
	const char *outcome;
	enum err e;

	e = q_application_decide(db, (struct q_application_decide){ .application = application, .yes = yes }, &rows);
	if (e != ERR_OK)
		return e;
	outcome = rows_text(rows, 0, "outcome");
	return strcmp(outcome, "full") == 0 ? ERR_GONE : strcmp(outcome, "over") == 0 ? ERR_CONFLICT : ERR_OK;
}

/* --- the desk's list --- */

static json_t *
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
application_list(struct db *db, const struct vault *v, struct arena *a, int64_t event, int64_t slot, const char *state,
    const char *lang, json_t **out)
{
	static const char *const texts[] = { "number", "state", "begins", "datetime", "created", "quotas", "channel" };
	struct rows *rows;
	size_t i, k;
	enum err e;

	e = q_application_list(db, (struct q_application_list){ .event = event, .slot = slot, .state = state, .lang = lang }, &rows);
	if (e != ERR_OK)
		return e;
	*out = json_keep(a, json_array());
	for (i = 0; i < rows_count(rows); i++) {
		const json_t *person = opened(v, a, PERSON, rows, i, "person"), *contact = opened(v, a, CONTACT, rows, i, "contact");
		json_t *one = json_pack("{s:I, s:I, s:s, s:s, s:s, s:s}", "id", (json_int_t)rows_int(rows, i, "id"),
		    "people", (json_int_t)rows_int(rows, i, "people"), "name", json_text(person, "name"),
		    "kana", json_text(person, "kana"), "email", json_text(contact, "email"), "phone", json_text(contact, "phone"));

		for (k = 0; k < sizeof texts / sizeof *texts; k++)
			json_object_set_new(one, texts[k], json_string(rows_text(rows, i, texts[k])));
		json_array_append_new(*out, one);
	}
	return ERR_OK;
}

/* --- letters --- */

static json_t *
letter_view(const struct mailer *m, const struct rows *rows, size_t i, const json_t *tenant, const char *origin)
{
	const char *contact = json_text(tenant, "contact"), *state = rows_text(rows, i, "state");
	const char *name = strcmp(words_lang(m->words), "ja") == 0 ? "name" : "name_en";
	static const char *const states[] = { "applied", "confirmed", "waiting", "offered", "lost", "cancelled", "rejected", "expired" };
	json_t *view = json_keep(m->arena, json_pack("{s:{s:s, s:s?}, s:s, s:s, s:s, s:s, s:I, s:s, s:s++}",
	    "tenant", "name", json_text(tenant, name), "contact", contact[0] != '\0' ? contact : NULL, "site_url", origin,
	    "title", rows_text(rows, i, "title"), "begins", rows_text(rows, i, "begins"), "number", rows_text(rows, i, "number"),
	    "people", (json_int_t)rows_int(rows, i, "people"), "offer_until", rows_text(rows, i, "offer_until"),
	    "ticket_url", origin, "/tickets/", application_token(m->arena, m->vault, rows_text(rows, i, "number"))));

	for (size_t k = 0; k < sizeof states / sizeof *states; k++)
		json_object_set_new(view, states[k], json_boolean(strcmp(states[k], state) == 0));
	return view;
}

enum err
application_tell(const struct mailer *m, const struct catalogue *catalogue, const json_t *tenant, const char *origin,
    int most, size_t *n)
{
	struct mailer mine = *m;
	struct rows *rows;
	int64_t *ids;
	size_t i;
	enum err e;

	e = q_application_untold(m->db, (struct q_application_untold){ .most = most }, &rows);
	if (e != ERR_OK)
		return e;
	*n = rows_count(rows);
	ids = arena_alloc(m->arena, (*n + 1) * sizeof *ids);
	for (i = 0; i < *n && e == ERR_OK; i++) {
		const char *email = json_text(opened(m->vault, m->arena, CONTACT, rows, i, "contact"), "email");

		ids[i] = rows_int(rows, i, "id");
		mine.words = catalogue_words(catalogue, rows_text(rows, i, "language"));
		/* Who left only a telephone number is told by staff. */
		if (email[0] != '\0')
			e = mail_queue(&mine, "event_receipt", email, letter_view(&mine, rows, i, tenant, origin), MAIL_S);
	}
	if (e == ERR_OK && *n > 0)
		e = q_application_told(m->db, (struct q_application_told){ .ids = { ids, *n } }, NULL);
	return e;
}
