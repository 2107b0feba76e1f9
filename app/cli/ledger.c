/* SPDX-License-Identifier: Apache-2.0 */
/*
 * chromo ledger check: "none is lost" as a query, tenant by tenant
 * (sql/functions/ledger.sql).  Quiet and 0 when every message adds up; else each
 * fault on a line, and 1.  For a timer, and for whoever is called at night.
 */
#include <inttypes.h>
#include <stdio.h>

#include "base/json.h"
#include "cli/cli.h"
#include "db/queries.h"

static int64_t
tell(const struct cli *c, int64_t tenant, const struct rows *faults)
{
	size_t i;

	for (i = 0; i < rows_count(faults); i++)
		printf(c->json ? "{\"tenant\":%" PRId64 ",\"fault\":\"%s\",\"message\":%" PRId64 ",\"batch\":%" PRId64
		    ",\"n\":%" PRId64 "}\n" : "tenant=%" PRId64 " fault=%s message=%" PRId64 " batch=%" PRId64 " n=%" PRId64 "\n",
		    tenant, rows_text(faults, i, "kind"), rows_int(faults, i, "message_id"),
		    rows_int(faults, i, "batch_id"), rows_int(faults, i, "n"));
	return (int64_t)rows_count(faults);
}

static enum err
check(struct cli *c, struct db *db, int64_t *faults)
{
	struct rows *rows;
	json_t *tenants, *tenant;
	enum err e = db_begin(db, DB_READ);
	size_t i;

	if (e == ERR_OK)
		e = q_tenant_list(db, &tenants);
	if (e != ERR_OK)
		return e;
	json_array_foreach(tenants, i, tenant) {
		int64_t id = json_int(tenant, "id");

		e = q_enter_tenant_queue(db, (struct q_enter_tenant){ .tenant = id, .actor = "command" }, NULL);
		if (e == ERR_OK)
			e = q_ledger_sound(db, &rows);
		if (e != ERR_OK)
			return e;
		*faults += tell(c, id, rows);
	}
	return db_commit(db);
}

int
cli_ledger_check(struct cli *c)
{
	struct db *db = cli_db(c);
	int64_t faults = 0;
	enum err e;

	if (db == NULL)
		return CLI_FAILED;
	e = check(c, db, &faults);
	if (e != ERR_OK) {
		db_rollback(db);
		fprintf(stderr, "chromo: ledger check: %s\n", cli_why(e));
		return e == ERR_BUSY ? CLI_AGAIN : CLI_FAILED;
	}
	if (faults > 0) {
		fprintf(stderr, "chromo: ledger check: %" PRId64 " faults\n", faults);
		return CLI_FAILED;
	}
	return CLI_OK;
}
