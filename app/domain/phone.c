/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Numbers of phones, proved by a code; see phone.h.  What may happen is decided in
 * sql/functions/phone.sql; here are codes, letters and seals.
 */
#include "domain/phone.h"

#include <inttypes.h>
#include <string.h>

#include "base/json.h"
#include "base/secret.h"
#include "base/text.h"
#include "db/queries.h"

#define ADDRESS "contact.address"
#define SEALED "phone_code.sealed"

static struct db_bytes
sha256(struct arena *a, const char *token)
{
	uint8_t *hash = arena_alloc(a, SECRET_HASH);

	secret_sha256(token, strlen(token), hash);
	return (struct db_bytes){ hash, SECRET_HASH };
}

static struct db_bytes
mac(const struct mailer *m, const char *words)
{
	uint8_t *hash = arena_alloc(m->arena, SECRET_HASH);

	vault_mac(m->vault, words, hash);
	return (struct db_bytes){ hash, SECRET_HASH };
}

/* A code is worth nothing without the tenant's key and the browser's token. */
static struct db_bytes
code_mac(const struct mailer *m, const char *browser, const char *code)
{
	return mac(m, arena_printf(m->arena, "phone-code:%s:%s", browser, code));
}

static struct db_bytes
contact_hash(const struct mailer *m, const char *phone)
{
	uint8_t *hash = arena_alloc(m->arena, SECRET_HASH);

	vault_hash(m->vault, "sms", phone, hash);
	return (struct db_bytes){ hash, SECRET_HASH };
}

static struct db_bytes
address(const struct mailer *m, const char *phone)
{
	struct buf sealed;

	buf_init(&sealed, m->arena);
	vault_seal(m->vault, ADDRESS, phone, strlen(phone), &sealed);
	return (struct db_bytes){ sealed.data, sealed.len };
}

enum err
phone_offered(struct db *db, bool development, bool *out)
{
	struct rows *rows;
	enum err e = q_phone_offered(db, &rows);

	if (e == ERR_OK)
		*out = development || rows_bool(rows, 0, "offered");
	return e;
}

/* The SMS with the code, sealed as every letter. */
static enum err
letter(const struct mailer *m, const struct citizen_asker *who, const char *phone, const char *code, struct db_bytes *out)
{
	const char *name = strcmp(words_lang(m->words), "ja") == 0 ? "name" : "name_en";
	const json_t *view = json_keep(m->arena, json_pack("{s:s, s:s, s:i}", "tenant_name", json_text(who->tenant, name),
	    "code", code, "minutes", PHONE_CODE_MIN));
	struct buf text;

	buf_init(&text, m->arena);
	if (templates_render(m->templates, "sms/code.txt", m->words, view, &text) != ERR_OK)
		return ERR_DB;	/* logged by the renderer */
	while (text.len > 0 && text.data[text.len - 1] == '\n')
		text.data[--text.len] = '\0';
	*out = vault_seal_json(m->vault, m->arena, "letter.sealed", json_keep(m->arena, json_pack("{s:s, s:s, s:s}",
	    "to", phone, "text", text.data, "language", words_lang(m->words))));
	return ERR_OK;
}

enum err
phone_ask(const struct mailer *m, const struct citizen_asker *who, const char *purpose, const char *phone,
    const char *browser, int64_t tenant, const json_t *choice)
{
	const char *code = arena_printf(m->arena, "%06" PRIu32, secret_below(1000000));
	struct db_bytes sms;
	enum err e;

	e = letter(m, who, phone, code, &sms);
	if (e != ERR_OK)
		return e;
	return q_phone_ask_queue(m->db, (struct q_phone_ask){
	    .purpose = purpose, .browser = sha256(m->arena, browser), .contact = contact_hash(m, phone),
	    .remote = citizen_remote_key(m, who->remote), .town = mac(m, arena_printf(m->arena, "town:%" PRId64, tenant)),
	    .code = code_mac(m, browser, code),
	    .sealed = vault_seal_json(m->vault, m->arena, SEALED, json_keep(m->arena, json_pack("{s:s, s:O*}",
	    "phone", phone, "choice", choice))),
	    .key = secret_uuid(m->arena), .letter = sms }, NULL);
}

/* What lies sealed with a code. */
static enum err
unseal(const struct mailer *m, const struct rows *rows, json_t **out)
{
	size_t n;
	const uint8_t *sealed = rows_bytes(rows, 0, "sealed", &n);

	return vault_open_json(m->vault, m->arena, SEALED, sealed, n, out) == ERR_OK ? ERR_OK : ERR_NOT_FOUND;
}

enum err
phone_waits(const struct mailer *m, const char *purpose, const char *browser, const char **phone)
{
	struct rows *rows;
	json_t *doc;
	enum err e;

	e = q_phone_waits(m->db, (struct q_phone_waits){ .browser = sha256(m->arena, browser), .purpose = purpose }, &rows);
	if (e == ERR_OK)
		e = unseal(m, rows, &doc);
	if (e == ERR_OK)
		*phone = json_text(doc, "phone");
	return e;
}

enum err
phone_try(const struct mailer *m, const char *purpose, const char *browser, const char *code, struct phone_proof *out)
{
	struct rows *rows;
	json_t *doc;
	enum err e;

	*out = (struct phone_proof){ .right = false };
	e = q_phone_try(m->db, (struct q_phone_try){ .purpose = purpose, .browser = sha256(m->arena, browser),
	    .code = code_mac(m, browser, code) }, &rows);
	if (e != ERR_OK)
		return e;
	out->left = (int)rows_int(rows, 0, "tries_left");
	if (strcmp(rows_text(rows, 0, "outcome"), "right") != 0)
		return ERR_OK;
	e = unseal(m, rows, &doc);
	if (e != ERR_OK)
		return ERR_OK;	/* of a key that is gone: a new code is needed */
	out->right = true;
	out->phone = json_text(doc, "phone");
	out->choice = json_object_get(doc, "choice");
	return ERR_OK;
}

enum err
phone_add(const struct mailer *m, int64_t citizen, const char *phone)
{
	return q_phone_add(m->db, (struct q_phone_add){ .citizen = citizen, .contact = contact_hash(m, phone),
	    .address = address(m, phone) }, NULL);
}

enum err
phone_register(const struct mailer *m, const struct phone_proof *proof, int64_t *citizen, const char **session)
{
	const json_t *choice = proof->choice;
	const char *fresh = secret_token(m->arena, 32);
	struct rows *rows;
	enum err e;

	e = q_phone_register(m->db, (struct q_phone_register){
	    .contact = contact_hash(m, proof->phone), .address = address(m, proof->phone),
	    .districts = citizen_ids(m->arena, json_object_get(choice, "districts")),
	    .topics = citizen_ids(m->arena, json_object_get(choice, "topics")),
	    .vital = json_flag(choice, "vital"), .language = json_text(choice, "language"),
	    .version = json_text(choice, "consent"), .read_in = json_text(choice, "read_in"),
	    .session = sha256(m->arena, fresh) }, &rows);
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

	e = q_phone_open(m->db, (struct q_phone_open){ .contact = contact_hash(m, phone), .session = sha256(m->arena, fresh) },
	    &rows);
	if (e != ERR_OK)
		return e;
	*citizen = rows_int(rows, 0, "id");
	*session = fresh;
	return ERR_OK;
}

enum err
phone_remove(struct db *db, int64_t citizen)
{
	return q_phone_remove(db, (struct q_phone_remove){ .citizen = citizen }, NULL);
}

enum err
phone_of(struct db *db, const struct vault *vault, struct arena *a, int64_t citizen, const char **number,
    const char **state)
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
	*number = phone_written(a, opened.data);
	*state = rows_text(rows, 0, "state");
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
