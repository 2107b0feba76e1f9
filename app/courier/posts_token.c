/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Tokens of X that are good for two hours, and the one that gives the next (integrations.md 9.1).
 *
 *	transaction: the account is not being renewed; now it is (gateway_renewal)
 *	the call
 *	transaction: the new secrets are kept, and it is not being renewed any more
 *
 * The refresh token is used up by the call.  A courier that dies in between leaves the row:
 * after a minute it means that nobody knows the next token, and staff are told to sign in again
 * (renewal_lost).  An account with four secrets (OAuth 1.0a) has nothing to renew.
 */
#include <string.h>

#include "base/clock.h"
#include "base/log.h"
#include "base/proc.h"
#include "channel/http.h"
#include "channel/x_oauth.h"
#include "courier/courier.h"
#include "db/queries.h"

enum { PATIENCE_S = 60, DENIED = 16 };

struct posts_tokens {
	const struct house *house;
	struct db *db;
	struct vault *vault;
	struct http *http;
	/* Whose token was not taken, in this version. */
	struct { int64_t gateway, version; } denied[DENIED];
	int next;
};

struct posts_tokens *
posts_tokens_new(const struct house *house, struct db *db, struct vault *vault)
{
	struct posts_tokens *t = calloc(1, sizeof *t);

	must(t != NULL);
	*t = (struct posts_tokens){ .house = house, .db = db, .vault = vault };
	must(http_open(&house->conf, 1, &t->http) == ERR_OK);
	return t;
}

void
posts_tokens_free(struct posts_tokens *t)
{
	http_close(t->http);
	free(t);
}

static bool
was_denied(const struct posts_tokens *t, const json_t *account)
{
	int i;

	for (i = 0; i < DENIED; i++)
		if (t->denied[i].gateway == json_int(account, "id") && t->denied[i].version == json_int(account, "version"))
			return true;
	return false;
}

void
posts_token_denied(struct posts_tokens *t, const json_t *account)
{
	if (!x_is_renewable(json_object_get(account, "secrets")) || was_denied(t, account))
		return;
	t->denied[t->next].gateway = json_int(account, "id");
	t->denied[t->next].version = json_int(account, "version");
	t->next = (t->next + 1) % DENIED;
}

static enum err
enter(struct posts_tokens *t, int64_t tenant)
{
	enum err e = db_begin(t->db, DB_WRITE);

	if (e == ERR_OK)
		e = q_enter_tenant_queue(t->db, (struct q_enter_tenant){ .tenant = tenant, .actor = "courier" }, NULL);
	return e == ERR_OK ? vault_enter(t->vault, t->db, tenant) : e;
}

static enum err
end(struct posts_tokens *t, enum err e)
{
	if (e == ERR_OK)
		return db_commit(t->db);
	db_rollback(t->db);
	return e;
}

/* Writes down that it is asked for.  *word as query renewal_ask has it. */
static enum err
ask(struct posts_tokens *t, int64_t tenant, const json_t *account, const char **word)
{
	struct rows *rows;
	enum err e = enter(t, tenant);

	if (e == ERR_OK)
		e = q_renewal_ask(t->db, (struct q_renewal_ask){ .gateway = json_int(account, "id"),
		    .version = (int32_t)json_int(account, "version"), .patience_s = PATIENCE_S }, &rows);
	e = end(t, e);
	if (e == ERR_OK)
		*word = rows_text(rows, 0, "word");
	return e;
}

/* secrets NULL: nothing happened. */
static enum err
keep(struct posts_tokens *t, struct arena *a, int64_t tenant, const json_t *account, const json_t *secrets)
{
	struct rows *rows;
	enum err e = enter(t, tenant);

	if (e == ERR_OK)
		e = q_renewal_done(t->db, (struct q_renewal_done){ .gateway = json_int(account, "id"),
		    .version = (int32_t)json_int(account, "version"), .secrets = secrets == NULL ? (struct db_bytes){ NULL, 0 }
		    : vault_seal_json(t->vault, a, "gateway.secrets", secrets) }, &rows);
	if (e == ERR_OK && secrets == NULL)
		e = q_post_rest(t->db, (struct q_post_rest){ .gateway = json_int(account, "id"), .reason = "gateway_unreachable",
		    .wait_s = retry_wait_s(&t->house->conf, 1, 0) }, NULL);
	return end(t, e);
}

static enum err
lose(struct posts_tokens *t, int64_t tenant, const json_t *account, const char *said)
{
	enum err e = enter(t, tenant);

	log_error("x.sign_in_again tenant=%" PRId64 " gateway=%" PRId64 " said=\"%s\"", tenant, json_int(account, "id"), said);
	if (e == ERR_OK)
		e = q_renewal_lost(t->db, (struct q_renewal_lost){ .gateway = json_int(account, "id"),
		    .version = (int32_t)json_int(account, "version") }, NULL);
	e = end(t, e);
	return e == ERR_OK ? ERR_FORBIDDEN : e;
}

static enum err
renew(struct posts_tokens *t, struct arena *a, int64_t tenant, const json_t *account)
{
	const char *url = json_text(account, "url");
	json_t *secrets;
	char said[200];
	enum err e;

	switch (x_renew(t->http, a, url[0] != '\0' ? url : "https://api.x.com", json_object_get(account, "secrets"),
	    clock_ms(), &secrets, said)) {
	case X_RENEWED:
		/* What is not kept now is lost: the database may be away for a moment. */
		while ((e = keep(t, a, tenant, account, secrets)) == ERR_BUSY || e == ERR_DB) {
			log_error("x.token_unkept tenant=%" PRId64 " outcome=%s", tenant, err_name(e));
			proc_sleep_ms(1000);
			if (proc_stopping())
				break;
		}
		log_info("x.token_renewed tenant=%" PRId64 " gateway=%" PRId64, tenant, json_int(account, "id"));
		return e == ERR_OK ? ERR_BUSY : e;
	case X_NOT_NOW:
		e = keep(t, a, tenant, account, NULL);
		return e == ERR_OK ? ERR_BUSY : e;
	case X_SIGN_IN_AGAIN:
		break;
	}
	return lose(t, tenant, account, said);
}

enum err
posts_token_ready(struct posts_tokens *t, struct arena *a, int64_t tenant, const json_t *account)
{
	const json_t *secrets = json_object_get(account, "secrets");
	const char *word;
	enum err e;

	if (!x_is_stale(secrets, clock_ms()) && !(x_is_renewable(secrets) && was_denied(t, account)))
		return ERR_OK;
	e = ask(t, tenant, account, &word);
	if (e != ERR_OK)
		return e;
	if (strcmp(word, "lost") == 0)
		return ERR_FORBIDDEN;
	/* "wait", "changed": the next look will tell. */
	return strcmp(word, "go") == 0 ? renew(t, a, tenant, account) : ERR_BUSY;
}
