/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Addresses, proved by a code; see proof.h.  What may happen is decided in
 * sql/functions/proof.sql; here are codes, letters and seals.
 */
#include "domain/proof.h"

#include <inttypes.h>
#include <string.h>

#include "base/json.h"
#include "base/secret.h"
#include "db/queries.h"

#define ADDRESS "contact.address"
#define SEALED "address_code.sealed"

bool
proof_by_mail(const char *purpose)
{
	return strcmp(purpose, PROOF_EMAIL) == 0 || strcmp(purpose, PROOF_AGAIN) == 0;
}

bool
proof_inside(const char *purpose)
{
	return proof_by_mail(purpose) || strcmp(purpose, PROOF_ADD) == 0 || strcmp(purpose, PROOF_AGAIN_SMS) == 0;
}

/* A code is worth nothing without the tenant's key and the browser's token. */
static struct db_bytes
code_mac(const struct mailer *m, const char *browser, const char *code)
{
	return vault_mac_bytes(m->vault, m->arena, arena_printf(m->arena, "address-code:%s:%s", browser, code));
}

struct db_bytes
proof_contact(const struct mailer *m, const char *channel, const char *address)
{
	uint8_t *hash = arena_alloc(m->arena, SECRET_HASH);

	vault_hash(m->vault, channel, address, hash);
	return (struct db_bytes){ hash, SECRET_HASH };
}

struct db_bytes
proof_address(const struct mailer *m, const char *address)
{
	struct buf sealed;

	buf_init(&sealed, m->arena);
	vault_seal(m->vault, ADDRESS, address, strlen(address), &sealed);
	return (struct db_bytes){ sealed.data, sealed.len };
}

/* The SMS with the code, sealed as every letter. */
static enum err
text(const struct mailer *m, const struct citizen_asker *who, const char *phone, const char *code, struct db_bytes *out)
{
	const char *name = strcmp(words_lang(m->words), "ja") == 0 ? "name" : "name_en";
	const json_t *view = json_keep(m->arena, json_pack("{s:s, s:s, s:i}", "tenant_name", json_text(who->tenant, name),
	    "code", code, "minutes", PROOF_MIN));
	struct buf words;

	buf_init(&words, m->arena);
	if (templates_render(m->templates, "sms/code.txt", m->words, view, &words) != ERR_OK)
		return ERR_DB;	/* logged by the renderer */
	while (words.len > 0 && words.data[words.len - 1] == '\n')
		words.data[--words.len] = '\0';
	*out = vault_seal_json(m->vault, m->arena, "letter.sealed", json_keep(m->arena, json_pack("{s:s, s:s, s:s}",
	    "to", phone, "text", words.data, "language", words_lang(m->words))));
	return ERR_OK;
}

/* And the mail: the same for an address that somebody has and one that nobody has. */
static enum err
mail(const struct mailer *m, const struct citizen_asker *who, const char *purpose, const char *email, const char *code,
    struct db_bytes *out)
{
	const char *kind = strcmp(purpose, PROOF_AGAIN) == 0 ? "again_code" : "address_code";
	json_t *view = citizen_mail_view(m, who, "/", "");

	json_object_set_new(view, "code", json_string(code));
	json_object_set_new(view, "minutes", json_integer(PROOF_MIN));
	return mail_seal(m, kind, email, view, out);
}

enum err
proof_ask(const struct mailer *m, const struct citizen_asker *who, const struct proof_asker *asker,
    const char *address, int64_t tenant, const json_t *choice)
{
	const char *code = arena_printf(m->arena, "%06" PRIu32, secret_below(1000000));
	bool by_mail = proof_by_mail(asker->purpose);
	const char *channel = by_mail ? "email" : "sms";
	struct db_bytes letter;
	enum err e;

	e = by_mail ? mail(m, who, asker->purpose, address, code, &letter) : text(m, who, address, code, &letter);
	if (e != ERR_OK)
		return e;
	return q_proof_ask_queue(m->db, (struct q_proof_ask){
	    .purpose = asker->purpose, .channel = channel, .browser = db_sha256(m->arena, asker->browser),
	    .citizen = asker->citizen, .contact = proof_contact(m, channel, address),
	    .remote = citizen_remote_key(m, who->remote),
	    .town = vault_mac_bytes(m->vault, m->arena, arena_printf(m->arena, "town:%" PRId64, tenant)),
	    .code = code_mac(m, asker->browser, code),
	    .sealed = vault_seal_json(m->vault, m->arena, SEALED, json_keep(m->arena, json_pack("{s:s, s:O*}",
	    "address", address, "choice", choice))),
	    .key = secret_uuid(m->arena), .letter = letter }, NULL);
}

/* What lies sealed with a code. */
static enum err
unseal(const struct mailer *m, const struct rows *rows, struct proof *out)
{
	json_t *doc;
	size_t n;
	const uint8_t *sealed = rows_bytes(rows, 0, "sealed", &n);

	if (vault_open_json(m->vault, m->arena, SEALED, sealed, n, &doc) != ERR_OK)
		return ERR_NOT_FOUND;
	out->address = json_text(doc, "address");
	out->choice = json_object_get(doc, "choice");
	return ERR_OK;
}

enum err
proof_waits(const struct mailer *m, const struct proof_asker *asker, struct proof *out)
{
	struct rows *rows;
	enum err e;

	*out = (struct proof){ .right = false };
	e = q_proof_waits(m->db, (struct q_proof_waits){ .browser = db_sha256(m->arena, asker->browser),
	    .purpose = asker->purpose, .citizen = asker->citizen }, &rows);
	if (e != ERR_OK)
		return e;
	out->right = rows_bool(rows, 0, "proved");
	out->shown = rows_int(rows, 0, "shown");
	return unseal(m, rows, out);
}

enum err
proof_try(const struct mailer *m, const struct proof_asker *asker, const char *code, struct proof *out)
{
	struct rows *rows;
	enum err e;

	*out = (struct proof){ .right = false };
	e = q_proof_try(m->db, (struct q_proof_try){ .purpose = asker->purpose, .citizen = asker->citizen,
	    .browser = db_sha256(m->arena, asker->browser), .code = code_mac(m, asker->browser, code) }, &rows);
	if (e != ERR_OK)
		return e;
	out->left = (int)rows_int(rows, 0, "tries_left");
	if (strcmp(rows_text(rows, 0, "outcome"), "right") != 0)
		return ERR_OK;
	if (unseal(m, rows, out) != ERR_OK)
		return ERR_OK;	/* of a key that is gone: a new code is needed */
	out->right = true;
	return ERR_OK;
}
