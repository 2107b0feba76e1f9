/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The first factor and the sessions; the second is in login_factor.c.
 */
#include "domain/login.h"

#include <inttypes.h>
#include <string.h>
#include <unistd.h>

#include "base/log.h"
#include "db/queries.h"
#include "domain/login_private.h"

enum {
	PAIR_MOST = 10, ACCOUNT_MOST = 10, ADDRESS_MOST = 50, TENANT_MOST = 100,
	QUARTER_S = 15 * 60, MINUTE_S = 60,
	KNOWN_DAYS = 90
};

/* The tries that a sign-in belongs to, as keyed hashes. */
struct tries {
	uint8_t account[SECRET_HASH], address[SECRET_HASH], pair[SECRET_HASH], tenant[SECRET_HASH];
	bool known;
};

void
login_hash(const char *token, uint8_t out[SECRET_HASH])
{
	secret_sha256(token, strlen(token), out);
}

void
login_key(const struct login *l, const char *what, const char *who, const char *where, uint8_t out[SECRET_HASH])
{
	vault_mac(l->vault, arena_printf(l->arena, "login %s %s %s", what, who, where), out);
}

enum err
login_try(const struct login *l, const char *bucket, const uint8_t key[SECRET_HASH], int most, int window_s)
{
	struct rows *rows;
	enum err e = q_login_throttle(l->db, (struct q_login_throttle){ .bucket = bucket,
	    .key = { key, SECRET_HASH }, .most = most, .window_s = window_s }, &rows);

	if (e != ERR_OK)
		return e;
	return rows_bool(rows, 0, "within") ? ERR_OK : ERR_TOO_MANY;
}

enum err
login_audit(const struct login *l, const char *act, int64_t staff)
{
	return q_login_audit(l->db, (struct q_login_audit){ .act = act, .staff = staff != 0 ? &staff : NULL }, NULL);
}

/* A storm leaves one line and one record a quarter of an hour, not thousands. */
enum err
login_refused(const struct login *l, const char *act)
{
	uint8_t key[SECRET_HASH];
	enum err e;

	login_key(l, "told", act, "", key);
	e = login_try(l, "login.told", key, 1, QUARTER_S);
	if (e == ERR_TOO_MANY)
		return ERR_TOO_MANY;
	if (e == ERR_OK)
		e = login_audit(l, act, l->staff);
	log_warn("login.refused act=%s", act);
	return e == ERR_OK ? ERR_TOO_MANY : e;
}

static enum err
count(const struct login *l, const char *login, struct tries *t)
{
	struct rows *rows;
	enum err e;

	login_key(l, "account", login, "", t->account);
	login_key(l, "address", "", l->remote, t->address);
	login_key(l, "pair", login, l->remote, t->pair);
	login_key(l, "tenant", "", "", t->tenant);
	e = q_login_noted(l->db, (struct q_login_noted){ .bucket = "login.known",
	    .key = { t->pair, SECRET_HASH }, .days = KNOWN_DAYS }, &rows);
	if (e != ERR_OK)
		return e;
	t->known = rows_bool(rows, 0, "known");
	if (t->known)
		return login_try(l, "login.pair", t->pair, PAIR_MOST, QUARTER_S);
	/* Always in this order: two who wait for each other's row would never end. */
	e = login_try(l, "login.account", t->account, ACCOUNT_MOST, QUARTER_S);
	if (e == ERR_OK)
		e = login_try(l, "login.address", t->address, ADDRESS_MOST, QUARTER_S);
	if (e == ERR_OK)
		e = login_try(l, "login.tenant", t->tenant, TENANT_MOST, MINUTE_S);
	return e;
}

/* It was right: what it counted is taken back, and the pair is known. */
static enum err
uncount(const struct login *l, const struct tries *t)
{
	struct db_bytes pair = { t->pair, SECRET_HASH };
	enum err e;

	if (t->known)
		return q_login_throttle_clear(l->db, (struct q_login_throttle_clear){ "login.pair", pair }, NULL);
	e = q_login_throttle_clear(l->db, (struct q_login_throttle_clear){
	    "login.account", { t->account, SECRET_HASH } }, NULL);
	if (e == ERR_OK)
		e = q_login_throttle_return(l->db, (struct q_login_throttle_return){
		    "login.address", { t->address, SECRET_HASH } }, NULL);
	if (e == ERR_OK)
		e = q_login_throttle_return(l->db, (struct q_login_throttle_return){
		    "login.tenant", { t->tenant, SECRET_HASH } }, NULL);
	return e;
}

enum err
login_known(const struct login *l, const char *login)
{
	uint8_t pair[SECRET_HASH];

	login_key(l, "pair", login, l->remote, pair);
	return q_login_note(l->db, (struct q_login_note){ "login.known", { pair, SECRET_HASH } }, NULL);
}

static struct secret_cost
cost(const struct login *l)
{
	return (struct secret_cost){ l->conf->password_memory_kib, l->conf->password_passes };
}

/* Nobody's password, at the same price: an unknown ID takes the same time. */
static const char *
nobody(const struct login *l)
{
	return arena_printf(l->arena, "$argon2id$v=19$m=%d,t=%d,p=1$AAAAAAAAAAAAAAAAAAAAAA$"
	    "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA", l->conf->password_memory_kib, l->conf->password_passes);
}

/* One hash a core at a time, over all workers: a storm of sign-ins must not
 * freeze the pages. */
static enum err
slot(const struct login *l)
{
	long cores = sysconf(_SC_NPROCESSORS_ONLN);

	return q_login_slot(l->db, (struct q_login_slot){ .slots = cores > 0 ? (int32_t)cores : 1 }, NULL);
}

static enum err
verify(const struct login *l, int64_t staff, const char *encoded, const char *password, bool *right)
{
	bool stale = false;
	enum err e = slot(l);

	if (e != ERR_OK)
		return e;
	*right = secret_password_verify(cost(l), encoded, password, &stale) && staff != 0;
	if (!*right || !stale)
		return ERR_OK;
	return q_login_rehash(l->db, (struct q_login_rehash){ .staff = staff, .was = encoded,
	    .password = secret_password_hash(l->arena, cost(l), password) }, NULL);
}

enum err
login_begin(const struct login *l, int64_t staff, bool enrol, const char **token)
{
	struct db_bytes was = { l->session, SECRET_HASH }, pending = { NULL, 0 };
	uint8_t hash[SECRET_HASH];
	struct rows *own;
	const char *made;
	enum err e;

	e = q_login_session_own(l->db, (struct q_login_session_own){ was, staff }, &own);
	if (e != ERR_OK)
		return e;
	/* Of the same person in the same browser: what is open in other windows is still taken. */
	made = rows_count(own) > 0 ? secret_token_again(l->arena, l->token) : secret_token(l->arena, SECRET_KEY);
	login_hash(made, hash);
	if (enrol)
		pending = login_factor_new(l);
	e = q_login_sessions_prune(l->db, (struct q_login_sessions_prune){ staff }, NULL);
	if (e == ERR_OK)
		e = q_login_session_add(l->db, (struct q_login_session_add){ .hash = { hash, SECRET_HASH },
		    .staff = staff, .stage = enrol ? "enrol" : "password", .pending = pending,
		    .remote = l->remote }, NULL);
	if (e == ERR_OK)
		e = q_login_session_carry(l->db, (struct q_login_session_carry){ { hash, SECRET_HASH }, was }, NULL);
	if (e == ERR_OK)
		*token = made;
	return e;
}

enum err
login_password(const struct login *l, const char *login, const char *password, const char **token, bool *enrol)
{
	struct rows *rows = NULL;
	struct tries tries;
	int64_t staff = 0;
	const char *encoded = nobody(l);
	bool right = false;
	enum err e;

	e = count(l, login, &tries);
	if (e == ERR_TOO_MANY)
		return login_refused(l, "staff.sign_in_throttled");
	if (e != ERR_OK)
		return e;
	e = q_login_find(l->db, (struct q_login_find){ .login = login }, &rows);
	if (e == ERR_OK) {
		staff = rows_int(rows, 0, "id");
		encoded = rows_text(rows, 0, "password");
		*enrol = !rows_bool(rows, 0, "enrolled");
	} else if (e != ERR_NOT_FOUND)
		return e;
	e = verify(l, staff, encoded, password, &right);
	if (e != ERR_OK)
		return e;
	if (!right) {
		e = login_audit(l, "staff.sign_in_failed", staff);
		return e == ERR_OK ? ERR_INVALID : e;
	}
	e = uncount(l, &tries);
	if (e == ERR_OK)
		e = login_begin(l, staff, *enrol, token);
	return e;
}

enum err
login_confirm(const struct login *l, const char *password)
{
	uint8_t key[SECRET_HASH];
	struct rows *rows;
	bool right;
	enum err e;

	login_key(l, "confirm", arena_printf(l->arena, "%" PRId64, l->staff), "", key);
	e = login_try(l, "login.confirm", key, ACCOUNT_MOST, QUARTER_S);
	if (e == ERR_TOO_MANY)
		return login_refused(l, "staff.password_throttled");
	if (e == ERR_OK)
		e = q_staff_password(l->db, (struct q_staff_password){ l->staff }, &rows);
	if (e == ERR_OK)
		e = verify(l, l->staff, rows_text(rows, 0, "password"), password, &right);
	if (e != ERR_OK)
		return e;
	if (!right) {
		e = login_audit(l, "staff.password_wrong", l->staff);
		return e == ERR_OK ? ERR_INVALID : e;
	}
	return q_login_throttle_clear(l->db, (struct q_login_throttle_clear){
	    "login.confirm", { key, SECRET_HASH } }, NULL);
}

enum err
login_password_make(const struct login *l, const char *password, const char **encoded)
{
	enum err e = slot(l);

	if (e == ERR_OK)
		*encoded = secret_password_hash(l->arena, cost(l), password);
	return e;
}

enum err
login_out(const struct login *l)
{
	enum err e = q_login_session_end(l->db, (struct q_login_session_end){ { l->session, SECRET_HASH } }, NULL);

	if (e != ERR_OK || l->staff == 0)
		return e;
	return login_audit(l, "staff.signed_out", l->staff);
}

enum err
login_out_everywhere(const struct login *l, bool keep)
{
	struct db_bytes kept = { keep ? l->session : NULL, keep ? SECRET_HASH : 0 };
	enum err e = q_login_sessions_end(l->db, (struct q_login_sessions_end){ l->staff, kept }, NULL);

	return e == ERR_OK ? login_audit(l, "staff.signed_out_everywhere", l->staff) : e;
}
