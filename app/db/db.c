/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The connection to PostgreSQL and its transactions.
 *
 * The connection is made when it is first needed and made anew when it broke.
 * It speaks in pipeline mode only (query.c); the statements that bound a
 * transaction are prepared at once, under their own text as the name.
 */
#include "db/query.h"
#include <stdlib.h>
#include <string.h>
#include "base/arena.h"
#include "base/log.h"
#include "base/proc.h"
#include "base/secret.h"

enum { TRIES = 5, PAUSE_MS = 20 };

/* A page is of one moment, however many queries it is made of.  Who writes must see what others
 * did while they waited for a lock. */
static const char BEGIN_READ[] = "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY",
    BEGIN_VISIT[] = "BEGIN ISOLATION LEVEL REPEATABLE READ READ WRITE",
    BEGIN_WRITE[] = "BEGIN ISOLATION LEVEL READ COMMITTED READ WRITE";
static const char *const begins[] = { [DB_READ] = BEGIN_READ, [DB_VISIT] = BEGIN_VISIT, [DB_WRITE] = BEGIN_WRITE, [DB_ONCE] = NULL };
static const char *const bounds[] = { BEGIN_READ, BEGIN_VISIT, BEGIN_WRITE, "COMMIT", "ROLLBACK" };

/* A page that takes longer than 15 s helps nobody; a report may. */
static const char options_web[] = "-c statement_timeout=15s"
    /* A plan is kept for as long as a worker lives, and one that was made while a table
     * was empty would read all of it when it has grown. */
    " -c enable_seqscan=off";
static const char options_others[] = "-c statement_timeout=120s"
    /* What a process that was killed has begun ends with it, and is in nobody's way. */
    " -c client_connection_check_interval=1s";
static const char options_all[] =
    " -c search_path=public,pg_temp -c lock_timeout=5s -c idle_in_transaction_session_timeout=30s"
    /* Whatever the server's own setting is: what we were told is committed is on the disk. */
    " -c synchronous_commit=on"
    " -c TimeZone=Asia/Tokyo -c IntervalStyle=iso_8601 -c bytea_output=hex -c jit=off"
    /* DB_ONCE has no BEGIN that could say so. */
    " -c default_transaction_read_only=on -c default_transaction_isolation=repeatable\\ read";

static char *
copy(const char *s)
{
	char *c = s == NULL ? NULL : strdup(s);

	must(s == NULL || c != NULL);
	return c;
}

struct db *
db_new(const char *conninfo, const char *role, const char *program)
{
	struct db *db = calloc(1, sizeof *db);

	must(db != NULL);
	db->health = HEALTH_LOST;
	db->conninfo = copy(conninfo);
	db->role = copy(role);
	db->program = copy(program);
	db->prepared = calloc(db_n_queries + 1, sizeof *db->prepared);
	must(db->prepared != NULL);
	return db;
}

void
db_free(struct db *db)
{
	if (db == NULL)
		return;
	ahead_forget(db);
	PQfinish(db->conn);
	for (size_t i = 0; i < db->n_channels; i++)
		free(db->channels[i]);
	free(db->prepared);
	free(db->conninfo);
	free(db->role);
	free(db->program);
	free(db);
}

void
db_use(struct db *db, struct arena *arena)
{
	must(!db->in_transaction || db->queued == 0);
	db->arena = arena;
}

/* Notices come from our own functions; their text may hold anything.  A server
 * that ends an idle connection says that in one, too. */
static void
notice(void *context, const PGresult *r)
{
	const char *severity = PQresultErrorField(r, PG_DIAG_SEVERITY_NONLOCALIZED);
	const char *state = PQresultErrorField(r, PG_DIAG_SQLSTATE);
	struct db *db = context;

	if (severity != NULL && strcmp(severity, "FATAL") == 0)
		db->health = HEALTH_LOST;
	log_info("db.notice sqlstate=%s", state != NULL ? state : "");
}

static PGconn *
dial(const struct db *db)
{
	bool web = db->role != NULL && strcmp(db->role, "chromo_web") == 0;
	char options[sizeof options_web + sizeof options_others + sizeof options_all];
	/* What stands in front of dbname, conninfo may override. */
	const char *const keys[] = { "connect_timeout", "options", "dbname",
	    "client_encoding", "application_name", "user", NULL };
	const char *values[] = { "5", options, db->conninfo,
	    "UTF8", db->program, db->role, NULL };

	snprintf(options, sizeof options, "%s%s", web ? options_web : options_others, options_all);
	return primary_dial(db->conninfo, keys, values);
}

/* Prepares the bounds and listens again, in one round trip. */
static bool
furnish(struct db *db)
{
	char listen[80];

	for (size_t i = 0; i < sizeof bounds / sizeof bounds[0]; i++)
		if (PQsendPrepare(db->conn, bounds[i], bounds[i], 0, NULL) != 1)
			return false;
	for (size_t i = 0; i < db->n_channels; i++) {
		snprintf(listen, sizeof listen, "LISTEN %s", db->channels[i]);
		if (PQsendQueryParams(db->conn, listen, 0, NULL, NULL, NULL, NULL, 0) != 1)
			return false;
	}
	return PQpipelineSync(db->conn) == 1 && flight_land(db);
}

static void
hang_up(struct db *db)
{
	db->health = HEALTH_LOST;
	db->missed = db->n_channels > 0;
	ahead_forget(db);
	PQfinish(db->conn);
	db->conn = NULL;
	db->landing = false;
}

bool
db_connect(struct db *db)
{
	if (db->landing)
		flight_land(db);
	if (db->conn != NULL && db->health == HEALTH_GOOD)
		return true;

	hang_up(db);
	memset(db->prepared, 0, db_n_queries * sizeof *db->prepared);
	db->health = HEALTH_GOOD;
	db->conn = dial(db);
	PQsetNoticeReceiver(db->conn, notice, db);
	if (PQstatus(db->conn) == CONNECTION_OK && PQenterPipelineMode(db->conn) == 1 && furnish(db))
		return true;
	log_warn("db.no_connection program=%s message=\"%s\"", db->program,
	    db->conn != NULL ? PQerrorMessage(db->conn) : "none of the hosts is a primary");
	hang_up(db);
	return false;
}

enum err
db_begin(struct db *db, enum db_mode mode)
{
	must(!db->in_transaction && db->arena != NULL);
	if (!db_connect(db))
		return ERR_BUSY;
	db->in_transaction = true;
	db->mode = mode;
	db->done = false;
	db->opens = begins[mode];
	db->queued = 0;
	db->failed = ERR_OK;
	db->retry = false;
	return ERR_OK;
}

/* Ends the transaction by a statement whose answer is read at the next begin. */
static void
leave(struct db *db, const char *statement)
{
	if (PQsendQueryPrepared(db->conn, statement, 0, NULL, NULL, NULL, 0) == 1 &&
	    PQpipelineSync(db->conn) == 1)
		db->landing = true;
	else
		db->health = HEALTH_LOST;
}

void
db_rollback(struct db *db)
{
	if (!db->in_transaction)
		return;
	/* A lost or stale connection will be closed, which rolls back as well. */
	if (db->health != HEALTH_GOOD)
		hang_up(db);
	else if (db->opens == NULL && db->mode != DB_ONCE)
		leave(db, "ROLLBACK");
	db->in_transaction = false;
	db->opens = NULL;
	db->queued = 0;
}

/* Only an :exec cannot come back empty-handed: all others are heard first. */
static bool
all_exec(const struct db *db)
{
	for (size_t i = 0; i < db->queued; i++)
		if (db->queue[i].query->shape != SHAPE_EXEC)
			return false;
	return true;
}

enum err
db_commit(struct db *db)
{
	enum err e = db->failed;

	must(db->in_transaction);
	if (e == ERR_OK && !all_exec(db))
		e = flight(db, NULL);
	if (e != ERR_OK) {
		db_rollback(db);
		return e;
	}
	if ((db->opens != NULL || db->mode == DB_ONCE) && db->queued == 0) {
		db->in_transaction = false;	/* nothing was asked, or all is over */
		db->opens = NULL;
		return ERR_OK;
	}
	if (db->mode == DB_READ && db->queued == 0) {
		leave(db, "COMMIT");
		db->in_transaction = false;
		return ERR_OK;
	}
	e = flight(db, db->mode == DB_ONCE ? NULL : "COMMIT");
	if (db->failed != ERR_OK)
		db_rollback(db);
	db->in_transaction = false;
	return e;
}

bool
db_in_transaction(const struct db *db)
{
	return db->in_transaction;
}

bool
db_failed(const struct db *db)
{
	return db->in_transaction && db->failed != ERR_OK;
}

enum err
db_transact(struct db *db, enum db_mode mode, enum err (*work)(struct db *, void *), void *context)
{
	enum err e;

	for (int n = 1;; n++) {
		e = db_begin(db, mode);
		if (e != ERR_OK)
			return e;
		e = work(db, context);
		if (e == ERR_OK)
			e = db_commit(db);
		else
			db_rollback(db);
		if (e == ERR_OK || !db->retry || n == TRIES)
			return e;
		proc_sleep_ms((int)secret_below(PAUSE_MS << n));
	}
}

int
db_socket(const struct db *db)
{
	return db->conn != NULL ? PQsocket(db->conn) : -1;
}

enum err
db_listen(struct db *db, const char *channel)
{
	must(!db->in_transaction && db->n_channels < CHANNELS_MAX);
	must(strlen(channel) < 64 && channel[strspn(channel, "abcdefghijklmnopqrstuvwxyz_")] == '\0');
	db->channels[db->n_channels++] = copy(channel);
	/* LISTEN twice is LISTEN once, so that the whole list may be sent again. */
	if (db->conn != NULL)
		db->health = HEALTH_STALE;
	if (!db_connect(db))
		return ERR_BUSY;
	db->missed = false;
	return ERR_OK;
}

bool
db_notified(struct db *db)
{
	PGnotify *n = NULL;

	must(!db->in_transaction);
	if (db->landing)
		flight_land(db);
	if (db->health == HEALTH_GOOD && PQconsumeInput(db->conn) != 1)
		db->health = HEALTH_LOST;
	if (db->health == HEALTH_GOOD)
		n = PQnotifies(db->conn);
	if (n != NULL) {
		PQfreemem(n);
		return true;
	}
	if (db->health != HEALTH_GOOD)
		hang_up(db);
	if (!db->missed || !db_connect(db))
		return false;
	db->missed = false;
	return true;
}
