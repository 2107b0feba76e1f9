/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The clerk: four processes that do in the background what nobody should wait for.
 *
 *	slot 0	counts answers that came in, tenant by tenant, twice a second; and groups anew
 *		where other questions tell people apart, a slice a transaction
 *	slot 1	makes files of all answers that staff asked for
 *	slot 2	cross-tables of two questions over very many answers (domain/cross_count.c)
 *	slot 3	answers from files (import.c)
 *
 * A file is made here and not by a worker of the site, because a million answers take
 * half a minute, in which a worker could serve thousands of pages; and not in memory,
 * because nginx can give out a file by itself.  Answers are fetched in pieces by number,
 * each in a transaction of its own, so that no snapshot is held open meanwhile.
 */
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/log.h"
#include "base/proc.h"
#include "courier/clerk.h"
#include "courier/courier.h"
#include "db/queries.h"

enum { LOOK_MS = 500, COUNT = 10000, PIECE = 5000, OLD_MS = 10 * 60 * 1000 };

struct clerk {
	const struct house *house;
	struct db *db;
	struct arena *tenants, *list, *job, *piece;
	int64_t swept;
	struct db *side;			/* of imports */
	enum { COUNTS, WRITES, CROSSES, IMPORTS } does;	/* by slot */
};

enum err
clerk_enter(struct db *db, int64_t tenant, struct arena *a)
{
	enum err e;

	db_use(db, a);
	e = db_begin(db, DB_WRITE);
	return e != ERR_OK ? e : q_enter_tenant_queue(db, (struct q_enter_tenant){ .tenant = tenant, .actor = "courier" }, NULL);
}

enum err
clerk_leave(struct db *db, enum err e)
{
	if (e == ERR_OK)
		return db_commit(db);
	db_rollback(db);
	return e;
}

static enum err
enter(struct clerk *c, int64_t tenant, struct arena *a)
{
	return clerk_enter(c->db, tenant, a);
}

static enum err
leave(struct clerk *c, enum err e)
{
	return clerk_leave(c->db, e);
}

/* --- counting --- */

static enum err
count_new(struct clerk *c, const struct rows *due, bool *more)
{
	enum err e = ERR_OK;
	struct rows *counted;
	size_t i;

	for (i = 0; e == ERR_OK && i < rows_count(due); i++) {
		e = q_tally_count(c->db, (struct q_tally_count){ rows_int(due, i, "questionnaire_id"), COUNT }, &counted);
		*more |= e == ERR_OK && rows_int(counted, 0, "counted") == COUNT;
	}
	return e;
}

static enum err
group_anew(struct clerk *c, const struct rows *due, bool *more)
{
	enum err e = ERR_OK;
	struct rows *done;
	size_t i;

	for (i = 0; e == ERR_OK && i < rows_count(due); i++) {
		e = q_tally_regroup(c->db, (struct q_tally_regroup){ rows_int(due, i, "questionnaire_id"), COUNT }, &done);
		*more |= e == ERR_OK && rows_bool(done, 0, "more");
	}
	return e;
}

/* True: there is more. */
static bool
count(struct clerk *c, int64_t tenant)
{
	struct rows *fresh, *old;
	bool more = false;
	enum err e = enter(c, tenant, c->piece);

	if (e == ERR_OK)
		e = q_tally_due_queue(c->db, &fresh);
	if (e == ERR_OK)
		e = q_tally_regroup_due(c->db, &old);
	if (e == ERR_OK)
		e = count_new(c, fresh, &more);
	if (e == ERR_OK)
		e = group_anew(c, old, &more);
	e = leave(c, e);
	if (e != ERR_OK && e != ERR_BUSY)
		log_warn("clerk.uncounted tenant=%" PRId64 " outcome=%s", tenant, err_name(e));
	arena_reset(c->piece);
	return more && e == ERR_OK;
}

/* True: there may be more. */
static bool
cross(struct clerk *c, int64_t tenant)
{
	struct rows *made;
	bool some = false;
	enum err e = enter(c, tenant, c->piece);

	if (e == ERR_OK)
		e = q_cross_make(c->db, &made);
	if (e == ERR_OK)
		some = rows_count(made) > 0;
	e = leave(c, e);
	if (e != ERR_OK)
		log_warn("clerk.uncrossed tenant=%" PRId64 " outcome=%s", tenant, err_name(e));
	arena_reset(c->piece);
	return some && e == ERR_OK;
}

/* --- exports --- */

static const char *
path_of(struct clerk *c, struct arena *a, const char *id, const char *kind)
{
	return arena_printf(a, "%s/%s.%s", c->house->conf.exports, id, kind);
}

/* A file on its way.  While one piece is written, the server looks for the next. */
struct writing {
	struct clerk *clerk;
	int64_t tenant;
	const json_t *job;
	const struct export_kind *kind;
	struct export_file *file;
	struct export_reader *reader;
	char after[64];
	int64_t written;
	struct rows *rows;		/* of the piece that was asked for */
};

static enum err
ask_piece(struct writing *w, struct arena *a)
{
	struct clerk *c = w->clerk;
	enum err e = enter(c, w->tenant, a);

	if (e == ERR_OK)
		e = q_export_progress_queue(c->db, (struct q_export_progress){ .written = w->written,
		    .id = json_text(w->job, "id") }, NULL);
	if (e == ERR_OK)
		e = q_export_rows_queue(c->db, (struct q_export_rows){ .questionnaire = json_int(w->job, "questionnaire"),
		    .after = w->after, .tags = json_flag(w->job, "tags"), .most = PIECE }, &w->rows);
	if (e == ERR_OK)
		e = db_commit_send(c->db);
	if (e != ERR_OK)
		db_rollback(c->db);
	return e;
}

static void
write_piece(struct writing *w, struct arena *a, const struct rows *rows)
{
	size_t i;

	for (i = 0; i < rows_count(rows); i++)
		w->kind->add(w->file, a, rows, i, export_read(w->reader, a, rows_text(rows, i, "answers")));
	w->written += (int64_t)rows_count(rows);
}

static enum err
write_pieces(struct writing *w)
{
	struct arena *arenas[2] = { w->clerk->piece, w->clerk->list };
	bool more = true;
	int turn = 0;
	enum err e = ask_piece(w, arenas[0]);

	for (; e == ERR_OK && more && !proc_stopping(); turn = 1 - turn) {
		struct rows *rows;

		e = db_commit_end(w->clerk->db);
		if (e != ERR_OK)
			break;
		rows = w->rows;
		more = rows_count(rows) == PIECE;
		if (more) {
			snprintf(w->after, sizeof w->after, "%s", rows_text(rows, rows_count(rows) - 1, "number"));
			e = ask_piece(w, arenas[1 - turn]);
		}
		write_piece(w, arenas[turn], rows);
		arena_reset(arenas[turn]);
	}
	if (db_in_transaction(w->clerk->db))
		db_rollback(w->clerk->db);
	arena_reset(arenas[0]);
	arena_reset(arenas[1]);
	return e != ERR_OK ? e : more ? ERR_BUSY : ERR_OK;
}

static enum err
write_file(struct clerk *c, int64_t tenant, const json_t *job, const char *path, int64_t *written, int64_t *bytes)
{
	struct writing w = { .clerk = c, .tenant = tenant, .job = job };
	struct export_job what = { .path = path, .document = json_object_get(job, "document"), .labels = json_flag(job, "labels") };
	/* Who reads words presses an address; a program that reads codes has the id. */
	const char *files = !what.labels ? "" : arena_printf(c->job, "https://%s%s/desk/files/", json_text(job, "host"),
	    c->house->conf.public_port);
	struct export_column *columns;
	enum err e, closed;

	w.kind = strcmp(json_text(job, "kind"), "xlsx") == 0 ? &export_xlsx : &export_csv;
	what.n_columns = export_columns(c->job, what.document, &columns);
	what.columns = columns;
	w.reader = export_reader_new(c->job, columns, what.n_columns, what.labels, files);
	e = w.kind->open(c->job, &what, &w.file);
	if (e != ERR_OK)
		return e;
	e = write_pieces(&w);
	closed = w.kind->close(w.file, bytes);
	*written = w.written;
	return e != ERR_OK ? e : closed;
}

/* Made beside its name and put there whole. */
static void
export(struct clerk *c, int64_t tenant)
{
	int64_t written = 0, bytes = 0, began = clock_monotonic_ms();
	const char *part, *path;
	json_t *job;
	enum err e = enter(c, tenant, c->job);

	if (e == ERR_OK)
		e = q_export_claim(c->db, &job);
	if (e == ERR_NOT_FOUND) {
		db_rollback(c->db);
		return;
	}
	if (e == ERR_OK)
		e = export_districts(c->db, json_object_get(job, "document"));
	if (leave(c, e) != ERR_OK)
		return;
	path = path_of(c, c->job, json_text(job, "id"), json_text(job, "kind"));
	part = arena_printf(c->job, "%s.part", path);
	e = write_file(c, tenant, job, part, &written, &bytes);
	if (e == ERR_OK && rename(part, path) != 0)
		e = ERR_CHANNEL;
	if (e != ERR_OK)
		unlink(part);
	/* Somebody else begins again when the lease ends. */
	if (e == ERR_BUSY)
		return;
	if (enter(c, tenant, c->piece) == ERR_OK)
		(void)!leave(c, q_export_end(c->db, (struct q_export_end){ .state = e == ERR_OK ? "done" : "failed", .written = written,
		    .bytes = bytes, .id = json_text(job, "id") }, NULL));
	arena_reset(c->piece);
	log_info("export.%s tenant=%" PRId64 " kind=%s answers=%" PRId64 " bytes=%" PRId64 " ms=%" PRId64,
	    e == ERR_OK ? "done" : "failed", tenant, json_text(job, "kind"), written, bytes, clock_monotonic_ms() - began);
}

static void
sweep(struct clerk *c, int64_t tenant)
{
	struct rows *old;
	size_t i;
	enum err e = enter(c, tenant, c->piece);

	if (e == ERR_OK)
		e = q_export_old(c->db, &old);
	if (leave(c, e) == ERR_OK)
		for (i = 0; i < rows_count(old); i++)
			unlink(path_of(c, c->piece, rows_text(old, i, "id"), rows_text(old, i, "kind")));
	arena_reset(c->piece);
}

/* Of towns that were erased, too. */
static void
sweep_all(struct clerk *c)
{
	struct rows *tenants;
	size_t i;

	db_use(c->db, c->tenants);
	if (db_begin(c->db, DB_READ) != ERR_OK || q_export_work(c->db, &tenants) != ERR_OK || db_commit(c->db) != ERR_OK) {
		db_rollback(c->db);
		return;
	}
	for (i = 0; i < rows_count(tenants) && !proc_stopping(); i++)
		sweep(c, rows_int(tenants, i, "tenant_id"));
	c->swept = clock_monotonic_ms() + OLD_MS;
}

/* --- the round --- */

/* True: there is more to do at once. */
static bool
round_of_all(struct clerk *c)
{
	bool old = c->does == WRITES && c->house->conf.exports != NULL && clock_monotonic_ms() >= c->swept, more = false;
	struct rows *tenants;
	size_t i;

	db_use(c->db, c->tenants);
	if (db_begin(c->db, DB_READ) != ERR_OK || q_courier_tenants(c->db, &tenants) != ERR_OK || db_commit(c->db) != ERR_OK) {
		db_rollback(c->db);
		return false;
	}
	for (i = 0; i < rows_count(tenants) && !proc_stopping(); i++) {
		int64_t tenant = rows_int(tenants, i, "tenant_id");

		if (c->does == COUNTS)
			more |= count(c, tenant);
		else if (c->does == CROSSES)
			more |= cross(c, tenant);
		else if (c->does == IMPORTS)
			more |= import_next(c->db, c->side, c->job, tenant);
		else if (c->house->conf.exports != NULL)
			export(c, tenant);
		arena_reset(c->job);
	}
	if (old)
		sweep_all(c);
	return more;
}

int
clerk_work(void *context, int slot)
{
	struct clerk c = { .house = context, .does = slot == 0 ? COUNTS : slot == 1 ? WRITES : slot == 2 ? CROSSES : IMPORTS,
	    .tenants = arena_new(), .list = arena_new(), .job = arena_new(), .piece = arena_new() };

	c.db = db_new(c.house->conf.database, "chromo_courier", "chromo-clerk");
	if (c.does == IMPORTS)
		c.side = db_new(c.house->conf.database, "chromo_courier", "chromo-clerk");
	while (!proc_stopping()) {
		bool more = round_of_all(&c);

		arena_reset(c.tenants);
		if (!more)
			proc_sleep_ms(LOOK_MS);
	}
	db_free(c.db);
	if (c.side != NULL)
		db_free(c.side);
	arena_free(c.piece);
	arena_free(c.job);
	arena_free(c.list);
	arena_free(c.tenants);
	return 0;
}
