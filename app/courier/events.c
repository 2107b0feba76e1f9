/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Events between their pages: offers that nobody answered pass on to the next, and who
 * moved up, was drawn or was called off is written to (domain/application.h).  Every
 * second, in the planner; a tenant that fails keeps no other one waiting.
 */
#include "base/clock.h"
#include "base/log.h"
#include "base/proc.h"
#include "courier/courier.h"
#include "db/queries.h"
#include "domain/application.h"

enum { EVERY_MS = 1000, EXPIRE_MOST = 20, TELL_MOST = 100 };

static enum err
enter(struct db *db, int64_t tenant)
{
	enum err e = db_begin(db, DB_WRITE);

	return e != ERR_OK ? e : q_enter_tenant_queue(db, (struct q_enter_tenant){ .tenant = tenant, .actor = "courier" }, NULL);
}

/* Locks dates. */
static enum err
expire(struct db *db, int64_t tenant, bool *more)
{
	struct rows *rows;
	enum err e = enter(db, tenant);

	if (e == ERR_OK)
		e = q_application_expire(db, (struct q_application_expire){ .most = EXPIRE_MOST }, &rows);
	if (e == ERR_OK)
		e = db_commit(db);
	if (e == ERR_OK)
		*more = rows_int(rows, 0, "expired") == EXPIRE_MOST;
	return e;
}

/* Locks applications. */
static enum err
tell(const struct house *house, struct db *db, struct vault *vault, struct arena *a, int64_t tenant, bool *more)
{
	struct mailer mailer = { .vault = vault, .db = db, .templates = house->templates, .arena = a };
	struct application_town town;
	struct rows *rows, *sms;
	int told = 0;
	enum err e = enter(db, tenant);

	if (e == ERR_OK)
		e = q_courier_tenant(db, &rows);
	if (e == ERR_OK)
		e = q_application_sms(db, &sms);
	if (e == ERR_OK)
		e = vault_enter(vault, db, tenant);
	if (e != ERR_OK)
		return e;
	town = (struct application_town){ .name = rows_text(rows, 0, "name"), .name_en = rows_text(rows, 0, "name_en"),
	    .contact = rows_text(rows, 0, "contact"), .sms = rows_bool(sms, 0, "sends"),
	    .origin = arena_printf(a, "https://%s%s", rows_text(rows, 0, "host"), house->conf.public_port) };
	e = application_tell(&mailer, house->catalogue, &town, TELL_MOST, &told);
	if (e == ERR_OK)
		e = db_commit(db);
	*more = *more || told >= TELL_MOST;
	return e;
}

/* What is due in one town, in two transactions, so that neither waits for the other with
 * something in its hands; *more: there may be more of it. */
static enum err
serve(const struct house *house, struct db *db, struct vault *vault, struct arena *a, int64_t tenant, bool *more)
{
	enum err e;

	*more = false;
	e = expire(db, tenant, more);
	return e != ERR_OK ? e : tell(house, db, vault, a, tenant, more);
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
