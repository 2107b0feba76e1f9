/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Numbers of phones; see phone.h.
 */
#include "domain/phone.h"

#include <string.h>

#include "base/json.h"
#include "base/secret.h"
#include "base/text.h"
#include "db/queries.h"
#include "domain/application.h"

#define ADDRESS "contact.address"

enum err
phone_offered(struct db *db, bool development, bool *out)
{
	struct rows *rows;
	enum err e = q_phone_offered(db, &rows);

	if (e == ERR_OK)
		*out = development || rows_bool(rows, 0, "offered");
	return e;
}

enum err
phone_add(const struct mailer *m, int64_t citizen, const char *phone)
{
	json_t *before = NULL;
	enum err e = phone_of(m->db, m->vault, m->arena, citizen, &before);	/* read before it is erased */

	if (e != ERR_OK && e != ERR_NOT_FOUND)
		return e;
	e = q_phone_add(m->db, (struct q_phone_add){ .citizen = citizen, .contact = proof_contact(m, "sms", phone),
	    .address = proof_address(m, phone) }, NULL);
	return e != ERR_OK || before == NULL ? e : application_follow(m, citizen, "sms", json_text(before, "e164"), phone);
}

enum err
phone_register(const struct mailer *m, const struct proof *proof, int64_t *citizen, const char **session)
{
	const json_t *choice = proof->choice;
	const char *fresh = secret_token(m->arena, 32);
	struct rows *rows;
	enum err e;

	e = q_phone_register(m->db, (struct q_phone_register){
	    .contact = proof_contact(m, "sms", proof->address), .address = proof_address(m, proof->address),
	    .districts = citizen_ids(m->arena, json_object_get(choice, "districts")),
	    .topics = citizen_ids(m->arena, json_object_get(choice, "topics")),
	    .vital = json_flag(choice, "vital"), .language = json_text(choice, "language"),
	    .version = json_text(choice, "consent"), .read_in = json_text(choice, "read_in"),
	    .session = db_sha256(m->arena, fresh) }, &rows);
	if (e != ERR_OK)
		return e;
	*citizen = rows_int(rows, 0, "id");
	*session = fresh;
	return ERR_OK;
}

enum err
phone_open(const struct mailer *m, const char *phone, int64_t *citizen, const char **session)
{
	const char *fresh = secret_token(m->arena, 32);
	struct rows *rows;
	enum err e;

	e = q_phone_open(m->db, (struct q_phone_open){ .contact = proof_contact(m, "sms", phone),
	    .session = db_sha256(m->arena, fresh) }, &rows);
	if (e != ERR_OK)
		return e;
	*citizen = rows_int(rows, 0, "id");
	*session = fresh;
	return ERR_OK;
}

enum err
phone_remove(struct db *db, int64_t citizen, bool *left)
{
	struct rows *rows;
	enum err e = q_phone_remove(db, (struct q_phone_remove){ .citizen = citizen }, &rows);

	if (e == ERR_OK)
		*left = rows_bool(rows, 0, "gone");
	return e;
}

enum err
phone_of(struct db *db, const struct vault *vault, struct arena *a, int64_t citizen, json_t **out)
{
	struct rows *rows;
	struct buf opened;
	const uint8_t *sealed;
	size_t n;
	enum err e;

	e = q_phone_contact(db, (struct q_phone_contact){ .citizen = citizen }, &rows);
	if (e != ERR_OK)
		return e;
	sealed = rows_bytes(rows, 0, "address", &n);
	buf_init(&opened, a);
	if (vault_open(vault, ADDRESS, sealed, n, &opened) != ERR_OK)
		return ERR_NOT_FOUND;
	*out = json_keep(a, json_pack("{s:s, s:s, s:b, s:b}", "e164", opened.data, "number", phone_written(a, opened.data),
	    "works", strcmp(rows_text(rows, 0, "state"), "active") == 0, "last", rows_bool(rows, 0, "last")));
	return ERR_OK;
}

const char *
phone_written(struct arena *a, const char *e164)
{
	const char *n = text_phone_national(a, e164);

	return n == NULL ? "" : arena_printf(a, "%.3s-%.4s-%s", n, n + 3, n + 7);
}

const char *
phone_masked(struct arena *a, const char *e164)
{
	const char *n = text_phone_national(a, e164);

	return n == NULL ? "" : arena_printf(a, "%.3s-****-%s", n, n + 7);
}
