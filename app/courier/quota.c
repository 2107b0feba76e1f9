/* SPDX-License-Identifier: Apache-2.0 */
/*
 * How much of the month is left at LINE: asked once an hour for each town that has an
 * account in use, and within a minute where it has not told yet, for only what is known can
 * be held back for emergencies (line_room).  Kept for staff (gateway_health) and for whoever
 * sends.
 *
 * It has a process to itself, for LINE may take ten seconds to say that it is not
 * there, and nobody's message shall wait for that.  No transaction is open meanwhile.
 */
#include "base/clock.h"
#include "base/log.h"
#include "base/proc.h"
#include "channel/line_admin.h"
#include "courier/courier.h"
#include "db/queries.h"
#include "domain/gateway.h"

enum { ROUND_MS = 60 * 1000, LOOK_MS = 500, FIRST_MS = 3000 };

struct quota {
	const struct house *house;
	struct arena *arena;
	struct db *db;
	struct vault *vault;
};

static enum err
enter(struct quota *q, enum db_mode mode, int64_t tenant)
{
	enum err e = db_begin(q->db, mode);

	return e != ERR_OK ? e : q_enter_tenant_queue(q->db,
	    (struct q_enter_tenant){ .tenant = tenant, .actor = "courier" }, NULL);
}

/* ERR_NOT_FOUND: the town has none in use, or it told within the hour. */
static enum err
find(struct quota *q, int64_t tenant, json_t **account)
{
	struct rows *rows;
	enum err e = enter(q, DB_READ, tenant);

	if (e == ERR_OK)
		e = q_gateway_quota_old(q->db, &rows);
	if (e == ERR_OK)
		e = vault_enter(q->vault, q->db, tenant);
	if (e == ERR_OK)
		e = gateway_find(q->db, q->vault, q->arena, "line", "line", account);
	if (e == ERR_OK)
		e = db_commit(q->db);
	else
		db_rollback(q->db);
	return e;
}

static enum err
keep(struct quota *q, int64_t tenant, const json_t *account, int64_t quota, int64_t used)
{
	enum err e = enter(q, DB_WRITE, tenant);

	if (e == ERR_OK)
		e = q_gateway_quota(q->db, (struct q_gateway_quota){ .gateway = json_int(account, "id"),
		    .quota = quota >= 0 ? &quota : NULL, .used = used }, NULL);
	if (e == ERR_OK)
		e = db_commit(q->db);
	else
		db_rollback(q->db);
	return e;
}

static void
ask(struct quota *q, int64_t tenant)
{
	struct line_admin *line;
	const char *problem = "";
	json_t *account;
	int64_t quota, used;
	enum err e = find(q, tenant, &account);

	if (e == ERR_NOT_FOUND || e == ERR_GONE)
		return;
	if (e == ERR_OK)
		e = line_admin_open(&q->house->conf, q->arena, account, &line, &problem);
	if (e == ERR_OK) {
		e = line_quota(line, &quota, &used);
		problem = line_admin_problem(line);
		line_admin_close(line);
	}
	if (e == ERR_OK)
		e = keep(q, tenant, account, quota, used);
	if (e != ERR_OK)
		log_warn("quota.unknown tenant=%" PRId64 " outcome=%s said=\"%s\"", tenant, err_name(e), problem);
}

static void
ask_all(struct quota *q)
{
	struct rows *tenants;
	struct arena *list = arena_new();
	size_t i;

	db_use(q->db, list);
	if (db_begin(q->db, DB_READ) != ERR_OK || q_courier_tenants(q->db, &tenants) != ERR_OK ||
	    db_commit(q->db) != ERR_OK) {
		db_rollback(q->db);
		arena_free(list);
		return;
	}
	db_use(q->db, q->arena);
	for (i = 0; i < rows_count(tenants) && !proc_stopping(); i++) {
		ask(q, rows_int(tenants, i, "tenant_id"));
		arena_reset(q->arena);
	}
	arena_free(list);
}

int
quota_work(void *context, int slot)
{
	struct quota q = { .house = context, .arena = arena_new() };
	int64_t due = clock_monotonic_ms() + FIRST_MS;

	(void)slot;
	q.vault = vault_new(q.house->master);
	q.db = db_new(q.house->conf.database, "chromo_courier", "chromo-quota");
	while (!proc_stopping()) {
		if (clock_monotonic_ms() >= due) {
			ask_all(&q);
			due = clock_monotonic_ms() + ROUND_MS;
		}
		proc_sleep_ms(LOOK_MS);
	}
	db_free(q.db);
	vault_free(q.vault);
	arena_free(q.arena);
	return 0;
}
