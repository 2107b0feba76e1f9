/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What has ended is taken away: used tokens, old drafts, links and logins, and
 * what is left of letters (sql/functions/sweep.sql).  Once an hour, tenant by
 * tenant, in small transactions, so that nobody waits for it.
 */
#include "base/clock.h"
#include "base/log.h"
#include "base/proc.h"
#include "courier/courier.h"
#include "db/queries.h"

enum { HOUR_MS = 60 * 60 * 1000, MOST = 1000, TURNS = 1000 };

/* The number of rows, or -1. */
static int64_t
sweep(struct db *db, int64_t tenant)
{
	struct rows *rows;
	enum err e;

	e = db_begin(db, DB_WRITE);
	if (e == ERR_OK)
		e = q_enter_tenant_queue(db, (struct q_enter_tenant){ .tenant = tenant, .actor = "courier" }, NULL);
	if (e == ERR_OK)
		e = q_courier_sweep(db, (struct q_courier_sweep){ .most = MOST }, &rows);
	if (e == ERR_OK)
		e = db_commit(db);
	if (e == ERR_OK)
		return rows_int(rows, 0, "swept");
	db_rollback(db);
	log_warn("sweep.failed tenant=%" PRId64 " outcome=%s", tenant, err_name(e));
	return -1;
}

void
sweep_hourly(struct db *db, int64_t *swept)
{
	int64_t now = clock_monotonic_ms(), total = 0, n;
	struct rows *tenants;
	int turn;
	size_t i;

	if (*swept != 0 && now - *swept < HOUR_MS)
		return;
	*swept = now;
	if (db_begin(db, DB_WRITE) != ERR_OK || q_courier_throttle_sweep(db, NULL) != ERR_OK ||
	    q_courier_tenants(db, &tenants) != ERR_OK || db_commit(db) != ERR_OK) {
		db_rollback(db);
		return;
	}
	for (i = 0; i < rows_count(tenants); i++)
		for (turn = 0, n = 1; n > 0 && turn < TURNS && !proc_stopping(); turn++) {
			n = sweep(db, rows_int(tenants, i, "tenant_id"));
			total += n > 0 ? n : 0;
		}
	log_info("sweep.done rows=%" PRId64, total);
}
