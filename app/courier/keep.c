/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Phones are asked each year whether messages are still wanted (domain/keep.h): once an
 * hour, in the planner, tenant by tenant; one that fails keeps no other one waiting.
 */
#include "base/clock.h"
#include "base/log.h"
#include "base/proc.h"
#include "courier/courier.h"
#include "db/queries.h"
#include "domain/keep.h"

enum { HOUR_MS = 60 * 60 * 1000, MOST = 500 };

static enum err
serve(const struct house *house, struct db *db, struct vault *vault, struct arena *a, int64_t tenant, int *n)
{
	struct mailer mailer = { .vault = vault, .db = db, .templates = house->templates, .arena = a };
	struct rows *rows;
	enum err e = db_begin(db, DB_WRITE);

	if (e == ERR_OK)
		e = q_enter_tenant_queue(db, (struct q_enter_tenant){ .tenant = tenant, .actor = "courier" }, NULL);
	if (e == ERR_OK)
		e = q_courier_tenant(db, &rows);
	if (e == ERR_OK)
		e = vault_enter(vault, db, tenant);
	if (e == ERR_OK)
		e = keep_ask(&mailer, house->catalogue,
		    arena_printf(a, "https://%s%s", rows_text(rows, 0, "host"), house->conf.public_port),
		    rows_text(rows, 0, "name"), rows_text(rows, 0, "name_en"), MOST, n);
	return e != ERR_OK ? e : db_commit(db);
}

void
keep_hourly(const struct house *house, struct db *db, struct vault *vault, struct arena *a, int64_t *looked)
{
	int64_t now = clock_monotonic_ms();
	struct rows *tenants;
	int n, total = 0;
	size_t i;

	if (*looked != 0 && now - *looked < HOUR_MS)
		return;
	*looked = now;
	if (db_begin(db, DB_READ) != ERR_OK || q_courier_tenants(db, &tenants) != ERR_OK || db_commit(db) != ERR_OK) {
		db_rollback(db);
		return;
	}
	for (i = 0; i < rows_count(tenants) && !proc_stopping(); i++) {
		int64_t tenant = rows_int(tenants, i, "tenant_id");
		enum err e;

		n = 0;
		e = serve(house, db, vault, a, tenant, &n);
		if (e != ERR_OK && e != ERR_NOT_FOUND) {	/* not found: a tenant without a host */
			log_warn("keep.failed tenant=%" PRId64 " outcome=%s", tenant, err_name(e));
		}
		if (e != ERR_OK)
			db_rollback(db);
		total += n;
	}
	if (total > 0)
		log_info("keep.done phones=%d", total);
}
