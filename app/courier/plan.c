/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The planner: messages whose time has come, and those that came to their end.
 *
 * The audience of the first is frozen into batches and they go on the site (message_plan_part).
 * The first part is small, so that its people are written to while the next is planned,
 * and each of the others twice as large: planning is more than twice as fast as sending, and
 * parts that are larger than that would let the couriers run dry.  A planner that
 * dies between two parts leaves the message half planned, and the next look finds it.
 *
 * Of the others the writers are told how they ended (domain/delivery.h).  It has a process to
 * itself, for a message to a million takes seconds, and nobody's mail shall wait for that.
 *
 * It looks four times a second, and at once when somebody approves a message (message_due).
 */
#include "base/log.h"
#include "base/proc.h"
#include "courier/courier.h"
#include "db/queries.h"
#include "domain/delivery.h"
#include "domain/mail.h"

enum {
	LOOK_MS = 250, AWAY_MS = 1000,
	FIRST_PART = COURIER_SLICE * 40, GROWTH = 2, MOST_PART = COURIER_SLICE * 20000
};

struct planner {
	const struct house *house;
	struct arena *arena;
	struct db *db;
	struct vault *vault;
	int64_t swept, kept, events;	/* clock_monotonic_ms; 0: not yet */
};

static enum err
enter(struct db *db, enum db_mode mode, int64_t tenant)
{
	enum err e = db_begin(db, mode);

	return e != ERR_OK ? e : q_enter_tenant_queue(db,
	    (struct q_enter_tenant){ .tenant = tenant, .actor = "courier" }, NULL);
}

/* ERR_NOT_FOUND: nothing is left of it, or another planner has it. */
static enum err
plan_part(struct db *db, int64_t tenant, int64_t message, int most, bool *more)
{
	struct rows *rows;
	enum err e;

	e = enter(db, DB_WRITE, tenant);
	if (e == ERR_OK)
		e = q_planner_plan(db, (struct q_planner_plan){
		    .message = message, .size = COURIER_SLICE, .most = most }, &rows);
	if (e == ERR_OK)
		e = q_planner_learn_queue(db, NULL);
	if (e == ERR_OK)
		e = db_commit(db);
	if (e != ERR_OK) {
		/* Or it was committed and the answer was lost: then the next look finds
		 * what is left of it, if anything. */
		db_rollback(db);
		return e;
	}
	if (rows_count(rows) == 0)
		return ERR_NOT_FOUND;
	*more = rows_bool(rows, 0, "more");
	if (!*more)
		log_info("message.planned tenant=%" PRId64 " message=%" PRId64 " recipients=%" PRId64,
		    tenant, message, rows_int(rows, 0, "recipients"));
	return ERR_OK;
}

static void
plan(struct db *db, int64_t tenant, int64_t message)
{
	int most = FIRST_PART;
	bool more = true;
	enum err e;

	while (more && !proc_stopping()) {
		e = plan_part(db, tenant, message, most, &more);
		if (e == ERR_NOT_FOUND)
			return;
		if (e != ERR_OK) {
			log_error("message.unplanned tenant=%" PRId64 " message=%" PRId64 " outcome=%s",
			    tenant, message, err_name(e));
			proc_sleep_ms(LOOK_MS);
			return;
		}
		most = most < MOST_PART / GROWTH ? most * GROWTH : MOST_PART;
	}
}

/* The next step of a message that is to be seen. */
static void
plan_step(struct planner *p, int64_t tenant, int64_t message)
{
	struct rows *rows;
	enum err e;

	e = enter(p->db, DB_WRITE, tenant);
	if (e == ERR_OK)
		e = q_planner_ladder_step(p->db, (struct q_planner_ladder_step){ .message = message, .size = COURIER_SLICE }, &rows);
	if (e == ERR_OK)
		e = db_commit(p->db);
	if (e != ERR_OK) {
		db_rollback(p->db);
		log_error("step.unplanned tenant=%" PRId64 " message=%" PRId64 " outcome=%s", tenant, message, err_name(e));
		proc_sleep_ms(LOOK_MS);
		return;
	}
	if (!rows_null(rows, 0, "recipients"))
		log_info("step.planned tenant=%" PRId64 " message=%" PRId64 " recipients=%" PRId64,
		    tenant, message, rows_int(rows, 0, "recipients"));
}

static void
plan_tenant(struct planner *p, int64_t tenant)
{
	struct db *db = p->db;
	struct rows *rows, *steps;
	enum err e;
	size_t i;

	e = enter(db, DB_WRITE, tenant);
	if (e == ERR_OK)
		e = q_planner_settle_queue(db, NULL);
	if (e == ERR_OK)
		e = q_planner_due_queue(db, &rows);
	if (e == ERR_OK)
		e = q_planner_ladder_due(db, &steps);
	if (e == ERR_OK)
		e = db_commit(db);
	if (e != ERR_OK) {
		db_rollback(db);
		return;
	}
	for (i = 0; i < rows_count(rows) && !proc_stopping(); i++)
		plan(db, tenant, rows_int(rows, i, "id"));
	for (i = 0; i < rows_count(steps) && !proc_stopping(); i++)
		plan_step(p, tenant, rows_int(steps, i, "id"));
}

/* A transaction of its own: whatever goes wrong with it keeps no mail from going out. */
static void
report(struct planner *p, int64_t tenant)
{
	struct mailer mailer = { .vault = p->vault, .db = p->db, .templates = p->house->templates,
	    .words = catalogue_words(p->house->catalogue, "ja"), .arena = p->arena };
	struct rows *rows;
	enum err e;

	e = enter(p->db, DB_WRITE, tenant);
	if (e == ERR_OK)
		e = q_courier_tenant(p->db, &rows);
	if (e == ERR_OK)
		e = vault_enter(p->vault, p->db, tenant);
	if (e == ERR_OK)
		e = delivery_report(&mailer, rows_text(rows, 0, "name"), arena_printf(p->arena, "https://%s%s",
		    rows_text(rows, 0, "host"), p->house->conf.public_port));
	if (e == ERR_OK)
		e = db_commit(p->db);
	if (e != ERR_OK) {
		db_rollback(p->db);
		log_warn("report.failed tenant=%" PRId64 " outcome=%s", tenant, err_name(e));
	}
}

/* False: the database is away. */
static bool
look(struct planner *p)
{
	struct rows *rows;
	size_t i;

	if (db_begin(p->db, DB_READ) != ERR_OK || q_planner_work(p->db, &rows) != ERR_OK ||
	    db_commit(p->db) != ERR_OK) {
		db_rollback(p->db);
		return false;
	}
	for (i = 0; i < rows_count(rows) && !proc_stopping(); i++) {
		plan_tenant(p, rows_int(rows, i, "tenant_id"));
		report(p, rows_int(rows, i, "tenant_id"));
	}
	return true;
}

/* Until the next look, or until it is told that there is something. */
static void
rest(struct planner *p, int ms)
{
	if (db_socket(p->db) == -1)
		proc_sleep_ms(ms);
	else if (!db_notified(p->db))
		proc_wait_ms(db_socket(p->db), ms);
	while (db_socket(p->db) != -1 && db_notified(p->db))
		;
}

int
plan_work(void *context, int slot)
{
	struct planner p = { .house = context, .arena = arena_new() };

	(void)slot;
	p.db = db_new(p.house->conf.database, "chromo_courier", "chromo-planner");
	p.vault = vault_new(p.house->master);
	db_use(p.db, p.arena);
	if (db_listen(p.db, "message_due") != ERR_OK)
		log_warn("planner.alone");
	while (!proc_stopping()) {
		arena_reset(p.arena);
		db_use(p.db, p.arena);
		rest(&p, look(&p) ? LOOK_MS : AWAY_MS);
		events_look(p.house, p.db, p.vault, p.arena, &p.events);
		keep_hourly(p.house, p.db, p.vault, p.arena, &p.kept);
		sweep_hourly(p.db, &p.swept);
	}
	db_free(p.db);
	vault_free(p.vault);
	arena_free(p.arena);
	return 0;
}
