/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The second factor: codes of the app, recovery codes, and how both begin.
 *
 * What is not yet confirmed or not yet seen lies sealed in the session:
 * {"secret": "…"} in hexadecimal until a code confirms it, {"codes": ["…"]} until
 * the person says that they are written down.
 */
#include "domain/login_private.h"

#include <inttypes.h>
#include <string.h>

#include "base/clock.h"
#include "base/json.h"
#include "base/log.h"
#include "base/text.h"
#include "db/queries.h"
#include "domain/totp.h"

#define SEAL_FACTOR "staff.totp"
#define SEAL_PENDING "staff_session.pending"

enum { CODES = 10, CODE_LETTERS = 10, CODE_MOST = 10, QUARTER_S = 15 * 60 };
/* 30 letters that are not taken for one another. */
static const char letters[] = "ABCDEFGHJKMNPQRSTVWXYZ23456789";

static struct db_bytes
seal(const struct login *l, const char *label, const void *p, size_t n)
{
	struct buf sealed;

	buf_init(&sealed, l->arena);
	vault_seal(l->vault, label, p, n, &sealed);
	return (struct db_bytes){ sealed.data, sealed.len };
}

static struct db_bytes
seal_json(const struct login *l, json_t *document)
{
	struct buf text;

	buf_init(&text, l->arena);
	json_canonical(json_keep(l->arena, document), &text);
	return seal(l, SEAL_PENDING, text.data, text.len);
}

struct db_bytes
login_factor_new(const struct login *l)
{
	uint8_t secret[TOTP_SECRET];

	secret_random(secret, sizeof secret);
	return seal_json(l, json_pack("{s:s}", "secret", secret_hex(l->arena, secret, sizeof secret)));
}

static enum err
held(const struct login *l, const char *key, json_t **out)
{
	struct db_bytes sealed;
	struct buf text;
	json_t *document;
	enum err e;

	e = q_login_session_pending(l->db, (struct q_login_session_pending){ { l->session, SECRET_HASH } }, &sealed);
	if (e != ERR_OK)
		return e == ERR_NOT_FOUND ? ERR_GONE : e;
	buf_init(&text, l->arena);
	if (vault_open(l->vault, SEAL_PENDING, sealed.data, sealed.n, &text) != ERR_OK ||
	    json_parse(l->arena, text.data, text.len, &document) != ERR_OK)
		return ERR_GONE;
	*out = json_object_get(document, key);
	return *out == NULL ? ERR_GONE : ERR_OK;
}

static enum err
held_secret(const struct login *l, uint8_t secret[TOTP_SECRET])
{
	json_t *hex;
	const char *at;
	enum err e = held(l, "secret", &hex);
	int i;

	if (e != ERR_OK)
		return e;
	at = json_string_value(hex);
	must(strlen(at) == 2 * TOTP_SECRET);
	for (i = 0; i < TOTP_SECRET; i++) {
		static const char digits[] = "0123456789abcdef";

		secret[i] = (uint8_t)((strchr(digits, at[2 * i]) - digits) << 4 | (strchr(digits, at[2 * i + 1]) - digits));
	}
	return ERR_OK;
}

static enum err
hold(const struct login *l, struct db_bytes pending)
{
	return q_login_session_hold(l->db, (struct q_login_session_hold){
	    .hash = { l->session, SECRET_HASH }, .pending = pending }, NULL);
}

/* A new token for this session, which is whole from now on. */
static enum err
step_up(const struct login *l, const char *stage, struct db_bytes pending, const char **token)
{
	const char *made = secret_token_again(l->arena, l->token);
	uint8_t hash[SECRET_HASH];
	int changed;
	enum err e;

	login_hash(made, hash);
	e = q_login_session_step(l->db, (struct q_login_session_step){ .hash = { hash, SECRET_HASH },
	    .pending = pending, .was = { l->session, SECRET_HASH }, .staff = l->staff, .stage = stage }, &changed);
	if (e != ERR_OK)
		return e;
	if (changed != 1)
		return ERR_SIGNED_OUT;
	*token = made;
	return ERR_OK;
}

static enum err
throttle(const struct login *l, uint8_t key[SECRET_HASH])
{
	enum err e;

	login_key(l, "code", arena_printf(l->arena, "%" PRId64, l->staff), "", key);
	e = login_try(l, "login.code", key, CODE_MOST, QUARTER_S);
	if (e != ERR_TOO_MANY)
		return e;
	e = q_login_session_end(l->db, (struct q_login_session_end){ { l->session, SECRET_HASH } }, NULL);
	return e == ERR_OK ? login_refused(l, "staff.code_throttled") : e;
}

static enum err
wrong(const struct login *l)
{
	enum err e = login_audit(l, "staff.code_wrong", l->staff);

	return e == ERR_OK ? ERR_INVALID : e;
}

/* Both factors were right. */
static enum err
arrive(const struct login *l, const char *login, const uint8_t key[SECRET_HASH], const char *act)
{
	enum err e = q_login_throttle_clear(l->db, (struct q_login_throttle_clear){
	    "login.code", { key, SECRET_HASH } }, NULL);

	if (e == ERR_OK)
		e = login_known(l, login);
	return e == ERR_OK ? login_audit(l, act, l->staff) : e;
}

/* A code of the app, which works once; *login is the person's ID. */
static enum err
code_use(const struct login *l, const char *code, const char **login)
{
	struct rows *rows;
	struct buf secret;
	const uint8_t *sealed;
	int64_t step = 0;
	size_t n;
	int fresh;
	enum err e = q_login_factor(l->db, (struct q_login_factor){ l->staff }, &rows);

	if (e != ERR_OK)
		return e;
	*login = rows_text(rows, 0, "login");
	sealed = rows_bytes(rows, 0, "totp", &n);
	buf_init(&secret, l->arena);
	if (vault_open(l->vault, SEAL_FACTOR, sealed, n, &secret) != ERR_OK) {
		log_error("login.factor staff=%" PRId64 " problem=\"does not open under this tenant's key\"", l->staff);
		return ERR_DB;
	}
	if (totp_check((const uint8_t *)secret.data, secret.len, clock_ms(), code, &step) != ERR_OK)
		return wrong(l);
	e = q_login_step(l->db, (struct q_login_step){ .staff = l->staff, .step = step }, &fresh);
	return e == ERR_OK && fresh != 1 ? wrong(l) : e;
}

enum err
login_code(const struct login *l, const char *code, const char **token)
{
	uint8_t key[SECRET_HASH];
	const char *login = "";
	enum err e = throttle(l, key);

	if (e == ERR_OK)
		e = code_use(l, code, &login);
	if (e == ERR_OK)
		e = step_up(l, "password", (struct db_bytes){ NULL, 0 }, token);
	return e == ERR_OK ? arrive(l, login, key, "staff.signed_in") : e;
}

static void
recovery_hash(const struct login *l, const char *code, uint8_t out[SECRET_HASH])
{
	login_key(l, "recovery", arena_printf(l->arena, "%" PRId64, l->staff), code, out);
}

/* As it was made: capitals and digits, whatever was typed between them. */
static const char *
recovery_plain(const struct login *l, const char *typed)
{
	const char *c = text_normal(l->arena, typed);
	struct buf b;

	buf_init(&b, l->arena);
	for (; *c != '\0'; c++) {
		char capital = *c >= 'a' && *c <= 'z' ? (char)(*c - 'a' + 'A') : *c;

		if (strchr(letters, capital) != NULL)
			buf_addch(&b, capital);
	}
	return b.data;
}

/* One of the ten, which works once, too. */
static enum err
recovery_use(const struct login *l, const char *code, const char **login)
{
	uint8_t hash[SECRET_HASH];
	struct rows *rows;
	int used;
	enum err e;

	recovery_hash(l, recovery_plain(l, code), hash);
	e = q_login_recovery_use(l->db, (struct q_login_recovery_use){ l->staff, { hash, SECRET_HASH } }, &used);
	if (e != ERR_OK)
		return e;
	if (used != 1)
		return wrong(l);
	e = q_login_factor(l->db, (struct q_login_factor){ l->staff }, &rows);
	if (e == ERR_OK)
		*login = rows_text(rows, 0, "login");
	return e;
}

enum err
login_recovery(const struct login *l, const char *code, const char **token)
{
	uint8_t key[SECRET_HASH];
	const char *login = "";
	enum err e = throttle(l, key);

	if (e == ERR_OK)
		e = recovery_use(l, code, &login);
	if (e == ERR_OK)
		e = q_login_signed_in(l->db, (struct q_login_signed_in){ l->staff }, NULL);
	if (e == ERR_OK)
		e = step_up(l, "password", (struct db_bytes){ NULL, 0 }, token);
	return e == ERR_OK ? arrive(l, login, key, "staff.signed_in_recovery") : e;
}

enum err
login_again(const struct login *l, const char *was, const char *code, const char **token)
{
	const char *login = "", *digits = text_normal(l->arena, code), *made = secret_token_again(l->arena, was);
	uint8_t key[SECRET_HASH], hash[SECRET_HASH];
	bool app = strlen(digits) == 6 && strspn(digits, "0123456789") == 6;
	int changed;
	enum err e = throttle(l, key);

	if (e == ERR_OK)
		e = app ? code_use(l, digits, &login) : recovery_use(l, code, &login);
	if (e != ERR_OK)
		return e;
	login_hash(made, hash);
	e = q_login_session_again(l->db, (struct q_login_session_again){ .hash = { hash, SECRET_HASH },
	    .was = { l->session, SECRET_HASH }, .staff = l->staff }, &changed);
	if (e != ERR_OK)
		return e;
	if (changed != 1)
		return ERR_SIGNED_OUT;
	*token = made;
	return arrive(l, login, key, "staff.again");
}

enum err
login_pending(const struct login *l, const char *issuer, const char **text, const char **url)
{
	uint8_t secret[TOTP_SECRET];
	struct rows *rows;
	enum err e = held_secret(l, secret);

	if (e == ERR_OK)
		e = q_login_factor(l->db, (struct q_login_factor){ l->staff }, &rows);
	if (e != ERR_OK)
		return e;
	*text = totp_text(l->arena, secret, sizeof secret);
	*url = totp_url(l->arena, issuer, rows_text(rows, 0, "login"), secret, sizeof secret);
	return ERR_OK;
}

enum err
login_pending_new(const struct login *l)
{
	return hold(l, login_factor_new(l));
}

/* Ten codes, their hashes in the table, and the sealed list for the session. */
static enum err
codes_make(const struct login *l, struct db_bytes *pending)
{
	struct db_bytes hashes[CODES];
	uint8_t kept[CODES][SECRET_HASH];
	json_t *list = json_array();
	enum err e;
	int i, k;

	for (i = 0; i < CODES; i++) {
		char code[CODE_LETTERS + 1] = "";

		for (k = 0; k < CODE_LETTERS; k++)
			code[k] = letters[secret_below(sizeof letters - 1)];
		recovery_hash(l, code, kept[i]);
		hashes[i] = (struct db_bytes){ kept[i], SECRET_HASH };
		json_array_append_new(list, json_string(arena_printf(l->arena, "%.5s-%s", code, code + 5)));
	}
	*pending = seal_json(l, json_pack("{s:o}", "codes", list));
	e = q_login_recovery_clear(l->db, (struct q_login_recovery_clear){ l->staff }, NULL);
	if (e != ERR_OK)
		return e;
	return q_login_recovery_add(l->db, (struct q_login_recovery_add){ l->staff, { hashes, CODES } }, NULL);
}

enum err
login_enrol(const struct login *l, bool first, const char *code, const char **token)
{
	uint8_t key[SECRET_HASH], secret[TOTP_SECRET];
	struct db_bytes codes;
	struct rows *rows;
	int64_t step = 0;
	enum err e;

	e = throttle(l, key);
	if (e == ERR_OK)
		e = held_secret(l, secret);
	if (e != ERR_OK)
		return e;
	if (totp_check(secret, sizeof secret, clock_ms(), code, &step) != ERR_OK)
		return wrong(l);
	e = q_login_enrol(l->db, (struct q_login_enrol){ .staff = l->staff, .step = step,
	    .totp = seal(l, SEAL_FACTOR, secret, sizeof secret) }, NULL);
	if (e == ERR_OK)
		e = codes_make(l, &codes);
	if (e == ERR_OK)
		e = step_up(l, first ? "enrol" : "full", codes, token);
	if (e == ERR_OK) {
		uint8_t fresh[SECRET_HASH];

		login_hash(*token, fresh);
		e = q_login_sessions_end(l->db, (struct q_login_sessions_end){ l->staff, { fresh, SECRET_HASH } }, NULL);
	}
	if (e == ERR_OK)
		e = q_login_factor(l->db, (struct q_login_factor){ l->staff }, &rows);
	if (e == ERR_OK)
		e = arrive(l, rows_text(rows, 0, "login"), key, "staff.enrolled");
	if (e == ERR_OK && first)
		e = login_audit(l, "staff.signed_in", l->staff);
	return e;
}

enum err
login_codes_new(const struct login *l)
{
	struct db_bytes codes;
	enum err e = codes_make(l, &codes);

	return e == ERR_OK ? hold(l, codes) : e;
}

enum err
login_codes(const struct login *l, json_t **out)
{
	return held(l, "codes", out);
}

enum err
login_codes_seen(const struct login *l)
{
	return hold(l, (struct db_bytes){ NULL, 0 });
}
