/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Events between their pages: offers that nobody answered pass on to the next, and who
 * moved up, was drawn or was called off is written to (domain/application.h).  Every ten
 * seconds, in the planner; a tenant that fails keeps no other one waiting.
 */
#include "base/clock.h"
#include "base/log.h"
#include "base/proc.h"
#include "courier/courier.h"
#include "db/queries.h"
#include "domain/application.h"

enum { EVERY_MS = 10 * 1000, MOST = 200 };

/* What is due in one town; *more: there may be more of it. */
static enum err
serve(const struct house *house, struct db *db, struct vault *vault, struct arena *a, int64_t tenant, bool *more)
{
	struct mailer mailer = { .vault = vault, .db = db, .templates = house->templates,
	    .words = catalogue_words(house->catalogue, "ja"), .arena = a };
	struct rows *rows, *expired;
	const char *origin;
	json_t *town;
	size_t told = 0;
	enum err e;

	*more = false;
	e = db_begin(db, DB_WRITE);
	if (e == ERR_OK)
		e = q_enter_tenant_queue(db, (struct q_enter_tenant){ .tenant = tenant, .actor = "courier" }, NULL);
	if (e == ERR_OK)
		e = q_application_expire_queue(db, (struct q_application_expire){ .most = MOST }, &expired);
	if (e == ERR_OK)
		e = q_courier_tenant(db, &rows);
	if (e == ERR_OK)
		e = vault_enter(vault, db, tenant);
	if (e != ERR_OK)
		return e;
	town = json_keep(a, json_pack("{s:s, s:s, s:s}", "name", rows_text(rows, 0, "name"),
	    "name_en", rows_text(rows, 0, "name_en"), "contact", rows_text(rows, 0, "contact")));
	origin = arena_printf(a, "https://%s%s", rows_text(rows, 0, "host"), house->conf.public_port);
	e = application_tell(&mailer, house->catalogue, town, origin, MOST, &told);
	*more = told == MOST || rows_int(expired, 0, "expired") == MOST;
	return e == ERR_OK ? db_commit(db) : e;
}

void
events_look(const struct house *house, struct db *db, struct vault *vault, struct arena *a, int64_t *looked)
{
	int64_t now = clock_monotonic_ms();
	struct rows *tenants;
	bool more;
	size_t i;

	if (*looked != 0 && now - *looked < EVERY_MS)
		return;
	*looked = now;
	if (db_begin(db, DB_READ) != ERR_OK || q_event_work(db, &tenants) != ERR_OK || db_commit(db) != ERR_OK) {
		db_rollback(db);
		return;
	}
	for (i = 0; i < rows_count(tenants) && !proc_stopping(); i++) {
		int64_t tenant = rows_int(tenants, i, "tenant_id");
		enum err e = serve(house, db, vault, a, tenant, &more);

		if (e != ERR_OK) {
			db_rollback(db);
			log_warn("events.failed tenant=%" PRId64 " outcome=%s", tenant, err_name(e));
		} else if (more)
			*looked = 0;		/* the rest at the next look */
	}
}
