/* SPDX-License-Identifier: Apache-2.0 */
/*
 * An application by the link of its ticket: shown, left, an offer taken, changed; and those of
 * somebody whose address became another one.
 */
#include <string.h>
#include <strings.h>

#include "base/json.h"
#include "base/secret.h"
#include "db/queries.h"
#include "domain/application.h"
#include "domain/proof.h"

enum { CODE = 16, NUMBER_MAX = 24 };

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

/* The number of a token that we made; "": it is none. */
static const char *
number_of(struct arena *a, const struct vault *v, const char *token)
{
	size_t n = strcspn(token, ".");
	const char *number = arena_printf(a, "%.*s", (int)(n < NUMBER_MAX ? n : 0), token);
	const char *right = application_token(a, v, number);

	return strlen(right) == strlen(token) && secret_equal(right, token, strlen(right)) ? number : "";
}

static enum err
unseal(const struct vault *vault, struct arena *a, const struct rows *rows, const char *column, const char *label, json_t **out)
{
	size_t n;
	const uint8_t *sealed;

	*out = json_keep(a, json_object());
	if (rows_null(rows, 0, column))
		return ERR_OK;
	sealed = rows_bytes(rows, 0, column, &n);
	/* Of a key that is gone nothing is left to show. */
	return vault_open_json(vault, a, label, sealed, n, out) == ERR_OK ? ERR_OK : ERR_NOT_FOUND;
}

enum err
application_open(struct db *db, const struct vault *vault, struct arena *a, const char *token, const char *language,
    struct application *out)
{
	const char *number = number_of(a, vault, token);
	struct rows *rows;
	enum err e = ERR_NOT_FOUND;

	if (number[0] != '\0')
		e = q_application_by_number(db, (struct q_application_by_number){ .number = number }, &rows);
	if (e == ERR_OK)
		e = unseal(vault, a, rows, "person", "application.person", &out->person);
	if (e == ERR_OK)
		e = unseal(vault, a, rows, "contact", "application.contact", &out->contact);
	if (e != ERR_OK)
		return e;
	out->id = rows_int(rows, 0, "id");
	out->event = rows_int(rows, 0, "event");
	out->slot = rows_int(rows, 0, "slot");
	out->token = token;
	out->language = rows_text(rows, 0, "language");
	return q_application_show(db, (struct q_application_show){ .application = out->id, .lang = language }, &out->show);
}

enum err
application_leave(struct db *db, int64_t application, const char *why, bool *left)
{
	struct rows *rows;
	enum err e = q_application_end(db, (struct q_application_end){ .application = application, .why = why }, &rows);

	if (e == ERR_OK)
		*left = rows_bool(rows, 0, "ended");
	return e;
}

enum err
application_take(struct db *db, int64_t application, bool *taken)
{
	struct rows *rows;
	enum err e = q_application_accept(db, (struct q_application_accept){ .application = application }, &rows);

	if (e == ERR_OK)
		*taken = rows_bool(rows, 0, "accepted");
	return e;
}

json_t *
application_again(struct arena *a, const struct application *old)
{
	json_t *what = json_keep(a, json_pack("{s:I, s:o, s:O*, s:O*, s:s, s:s, s:s}", "slot", (json_int_t)old->slot,
	    "people", json_copy(json_object_get(old->show, "people")), "persons", json_object_get(old->person, "people"),
	    "answers", json_is_object(json_object_get(old->show, "answers")) ? json_object_get(old->show, "answers") : NULL,
	    "change", old->token, "email", json_text(old->contact, "email"), "phone", json_text(old->contact, "phone"))), *person;
	size_t i;

	/* What they were asked then; what was added since is asked now. */
	application_asked(a, application_document(a, old->show, false), what);
	json_array_foreach(json_object_get(what, "persons"), i, person)
		application_asked(a, application_document(a, old->show, true), person);
	json_object_set_new(what, "language", json_string(old->language));
	json_object_set_new(what, "verified", json_string(json_text(old->contact, "email")));
	return what;
}

enum err
application_of_citizen(struct db *db, int64_t citizen, const char *language, json_t **out)
{
	return q_application_of_citizen(db, (struct q_application_of_citizen){ .citizen = citizen, .lang = language }, out);
}

/* --- another address --- */

/* key: where the document has it. */
static enum err
readdress(const struct mailer *m, const struct rows *rows, size_t i, const char *key, const char *was, const char *now)
{
	const char *channel, *address;
	json_t *contact;
	size_t n;
	const uint8_t *sealed = rows_bytes(rows, i, "contact", &n);

	if (vault_open_json(m->vault, m->arena, "application.contact", sealed, n, &contact) != ERR_OK ||
	    strcasecmp(json_text(contact, key), was) != 0)
		return ERR_OK;	/* of a key that is gone, or another address */
	json_object_set_new(contact, key, json_string(now));
	address = application_address(contact, &channel);
	return q_application_readdress_queue(m->db, (struct q_application_readdress){ .application = rows_int(rows, i, "id"),
	    .contact = vault_seal_json(m->vault, m->arena, "application.contact", contact),
	    .hash = proof_contact(m, channel, address) }, NULL);
}

enum err
application_follow(const struct mailer *m, int64_t citizen, const char *channel, const char *was, const char *now)
{
	const char *key = strcmp(channel, "email") == 0 ? "email" : "phone";
	struct rows *rows;
	size_t i;
	enum err e;

	if (was[0] == '\0' || strcmp(was, now) == 0)
		return ERR_OK;
	e = q_application_theirs(m->db, (struct q_application_theirs){ .citizen = citizen, .was = proof_contact(m, channel, was) }, &rows);
	for (i = 0; e == ERR_OK && i < rows_count(rows); i++)
		e = readdress(m, rows, i, key, was, now);
	return e;
}
