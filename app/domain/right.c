/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Rights to answer a survey once; see right.h and docs/secrecy.md.  Who has drawn, and
 * whether one may, is decided in sql/functions/right.sql.
 */
#include "domain/right.h"

#include <inttypes.h>
#include <string.h>

#include "base/secret.h"
#include "base/secret_blind.h"
#include "db/queries.h"
#include "domain/paper.h"

enum { TOKEN = 32 };

static const char PAPER[] = "paper.";

enum err
right_survey(struct db *db, int64_t survey, int64_t citizen, const char *lang, json_t **out)
{
	return q_right_survey(db, (struct q_right_survey){ .survey = survey, .citizen = citizen, .lang = lang }, out);
}

/* --- the key --- */

static const char *
label_of(struct arena *a, int64_t survey)
{
	return arena_printf(a, "right_key.sealed:%" PRId64, survey);
}

static void
key_free(void *key)
{
	blind_key_free(key);
}

enum err
right_found(struct db *db, const struct vault *v, struct arena *a, int64_t survey)
{
	struct blind_key *key;
	struct buf modulus, der, sealed;
	struct rows *rows;
	enum err e = q_right_key(db, (struct q_right_key){ .survey = survey }, &rows);

	if (e != ERR_NOT_FOUND)
		return e;
	key = blind_key_new();
	buf_init(&modulus, a);
	buf_init(&der, a);
	buf_init(&sealed, a);
	blind_key_modulus(key, &modulus);
	blind_key_write(key, &der);
	blind_key_free(key);
	vault_seal(v, label_of(a, survey), der.data, der.len, &sealed);
	secret_wipe(der.data, der.len);
	return q_right_key_add(db, (struct q_right_key_add){ .survey = survey, .modulus = { modulus.data, modulus.len },
	    .sealed = { sealed.data, sealed.len } }, NULL);
}

enum err
right_modulus(struct db *db, struct arena *a, int64_t survey, const char **out)
{
	struct rows *rows;
	const uint8_t *modulus;
	struct buf text;
	size_t n;
	enum err e = q_right_key(db, (struct q_right_key){ .survey = survey }, &rows);

	*out = "";
	if (e != ERR_OK)
		return e == ERR_NOT_FOUND ? ERR_OK : e;
	modulus = rows_bytes(rows, 0, "modulus", &n);
	buf_init(&text, a);
	buf_add_base64url(&text, modulus, n);
	*out = text.data;
	return ERR_OK;
}

/* The whole key; it is made where publishing did not. */
static enum err
key_open(struct db *db, const struct vault *v, struct arena *a, int64_t survey, struct blind_key **out)
{
	const uint8_t *sealed;
	struct rows *rows;
	struct buf der;
	size_t n;
	enum err e = right_found(db, v, a, survey);

	if (e == ERR_OK)
		e = q_right_key(db, (struct q_right_key){ .survey = survey }, &rows);
	if (e != ERR_OK)
		return e;
	sealed = rows_bytes(rows, 0, "sealed", &n);
	buf_init(&der, a);
	if (vault_open(v, label_of(a, survey), sealed, n, &der) != ERR_OK)
		return ERR_GONE;
	e = blind_key_read(der.data, der.len, out);
	secret_wipe(der.data, der.len);
	if (e == ERR_OK)
		arena_defer(a, key_free, *out);
	return e;
}

/* --- drawing --- */

/* Note first, sign after: a signature leaves only with the row that says so. */
static enum err
draw(struct db *db, struct arena *a, const struct blind_key *key, int64_t survey, int64_t citizen,
    const void *hidden, size_t n, uint8_t out[BLIND_SIZE])
{
	uint8_t *hash = arena_alloc(a, SECRET_HASH);
	enum err e = blind_sign(key, hidden, n, out);

	if (e != ERR_OK)
		return e;
	secret_sha256(hidden, n, hash);
	return q_right_draw(db, (struct q_right_draw){ .survey = survey, .citizen = citizen,
	    .hidden = { hash, SECRET_HASH } }, NULL);
}

enum err
right_draw(struct db *db, const struct vault *v, struct arena *a, int64_t survey, int64_t citizen,
    const char *hidden, const char **out)
{
	uint8_t signature[BLIND_SIZE];
	struct blind_key *key;
	struct buf raw, text;
	enum err e;

	buf_init(&raw, a);
	if (secret_unbase64url(a, hidden, &raw) != ERR_OK)
		return ERR_INVALID;
	e = key_open(db, v, a, survey, &key);
	if (e == ERR_OK)
		e = draw(db, a, key, survey, citizen, raw.data, raw.len, signature);
	if (e != ERR_OK)
		return e;
	buf_init(&text, a);
	buf_add_base64url(&text, signature, sizeof(signature));
	*out = text.data;
	return ERR_OK;
}

/* --- drawing without script --- */

/* What blind.js would keep in the browser; in this order in the page, in base64url. */
struct made {
	uint8_t token[TOKEN], inverse[BLIND_SIZE], hidden[BLIND_SIZE];
};

static void
make(const struct blind_key *key, struct made *m)
{
	secret_random(m->token, sizeof(m->token));
	blind_hide(key, m->token, sizeof(m->token), m->hidden, m->inverse);
}

static enum err
made_read(struct arena *a, const char *text, struct made *m)
{
	struct buf raw;
	enum err e;

	buf_init(&raw, a);
	e = secret_unbase64url(a, text, &raw);
	if (e == ERR_OK && raw.len == sizeof(*m))
		memcpy(m, raw.data, sizeof(*m));
	else
		e = ERR_INVALID;
	secret_wipe(raw.data, raw.len);
	return e;
}

enum err
right_make(struct arena *a, const char *modulus, const char **out)
{
	struct blind_key *key;
	struct buf raw, text;
	struct made m;
	enum err e;

	*out = "";
	if (modulus[0] == '\0')
		return ERR_OK;
	buf_init(&raw, a);
	e = secret_unbase64url(a, modulus, &raw);
	if (e == ERR_OK)
		e = blind_key_public(raw.data, raw.len, &key);
	if (e != ERR_OK)
		return ERR_GONE;
	arena_defer(a, key_free, key);
	if (blind_size(key) != BLIND_SIZE)
		return ERR_GONE;
	make(key, &m);
	buf_init(&text, a);
	buf_add_base64url(&text, &m, sizeof(m));
	*out = text.data;
	secret_wipe(&m, sizeof(m));
	return ERR_OK;
}

enum err
right_again(struct db *db, struct arena *a, int64_t survey, int64_t citizen, const char *made)
{
	uint8_t *hash = arena_alloc(a, SECRET_HASH);
	struct rows *rows;
	struct made m;

	if (made_read(a, made, &m) != ERR_OK)
		return ERR_NOT_FOUND;
	secret_sha256(m.hidden, sizeof(m.hidden), hash);
	secret_wipe(&m, sizeof(m));
	return q_right_again(db, (struct q_right_again){ .survey = survey, .citizen = citizen, .hidden = { hash, SECRET_HASH } }, &rows);
}

enum err
right_draw_here(struct db *db, const struct vault *v, struct arena *a, int64_t survey, int64_t citizen, const char *made,
    const char **out)
{
	uint8_t signature[BLIND_SIZE], bare[BLIND_SIZE];
	struct blind_key *key;
	struct buf text;
	struct made m;
	enum err e = key_open(db, v, a, survey, &key);

	if (e != ERR_OK)
		return e;
	if (made[0] == '\0')
		make(key, &m);
	else
		e = made_read(a, made, &m);
	if (e == ERR_OK)
		e = draw(db, a, key, survey, citizen, m.hidden, sizeof(m.hidden), signature);
	if (e == ERR_OK)
		e = blind_bare(key, m.token, sizeof(m.token), signature, m.inverse, bare);
	if (e == ERR_OK) {
		buf_init(&text, a);
		buf_add_base64url(&text, m.token, sizeof(m.token));
		buf_addch(&text, '.');
		buf_add_base64url(&text, bare, sizeof(bare));
		*out = text.data;
	}
	secret_wipe(&m, sizeof(m));
	return e;
}

/* --- spending --- */

static bool
cut(struct arena *a, const char *right, struct buf *token, struct buf *signature)
{
	const char *dot = strchr(right, '.');

	buf_init(token, a);
	buf_init(signature, a);
	return dot != NULL && strlen(right) < 1000 &&
	    secret_unbase64url(a, arena_strndup(a, right, (size_t)(dot - right)), token) == ERR_OK &&
	    secret_unbase64url(a, dot + 1, signature) == ERR_OK && token->len == TOKEN;
}

/* Whoever holds a numbered form answers on the web instead. */
static enum err
spend_paper(struct db *db, struct arena *a, int64_t survey, const char *typed, struct db_bytes *hash)
{
	const char *number = paper_number_read(a, typed);
	enum paper_form form;
	enum err e;

	if (number == NULL)
		return ERR_FORBIDDEN;
	e = paper_look(db, survey, number, &form, hash);
	if (e != ERR_OK)
		return e == ERR_NOT_FOUND ? ERR_FORBIDDEN : e;
	/* Whether it was answered is for the row of the answer to say, which is the last word. */
	if (form == PAPER_FORM_ENTERED)
		return ERR_CONFLICT;
	return form < PAPER_FORM_VOID ? ERR_OK : ERR_FORBIDDEN;
}

const char *
right_of_paper(struct arena *a, const char *number)
{
	return arena_printf(a, "%s%s", PAPER, number);
}

bool
right_is_paper(const char *right)
{
	return strncmp(right, PAPER, sizeof(PAPER) - 1) == 0;
}

enum err
right_spend(struct db *db, struct arena *a, int64_t survey, const char *right, struct db_bytes *hash)
{
	struct buf token, signature;
	struct blind_key *key;
	const uint8_t *modulus;
	struct rows *rows;
	uint8_t *spent;
	size_t n;
	enum err e;

	if (right_is_paper(right))
		return spend_paper(db, a, survey, right + sizeof(PAPER) - 1, hash);
	if (!cut(a, right, &token, &signature))
		return ERR_FORBIDDEN;
	e = q_right_key(db, (struct q_right_key){ .survey = survey }, &rows);
	if (e != ERR_OK)
		return e == ERR_NOT_FOUND ? ERR_FORBIDDEN : e;
	modulus = rows_bytes(rows, 0, "modulus", &n);
	e = blind_key_public(modulus, n, &key);
	if (e != ERR_OK)
		return ERR_GONE;
	arena_defer(a, key_free, key);
	if (!blind_verify(key, token.data, token.len, signature.data, signature.len))
		return ERR_FORBIDDEN;
	spent = arena_alloc(a, SECRET_HASH);
	secret_sha256(token.data, token.len, spent);
	*hash = (struct db_bytes){ spent, SECRET_HASH };
	return ERR_OK;
}

enum err
right_waits(struct db *db, struct arena *a, int64_t survey, const char *right, bool *waits)
{
	struct db_bytes hash;
	struct rows *rows;
	enum err e = right_spend(db, a, survey, right, &hash);

	*waits = false;
	if (e == ERR_FORBIDDEN || e == ERR_CONFLICT)
		return ERR_OK;
	if (e == ERR_OK)
		e = q_right_answered(db, (struct q_right_answered){ .survey = survey, .hash = hash }, &rows);
	if (e == ERR_OK)
		*waits = !rows_bool(rows, 0, "answered");
	return e;
}
