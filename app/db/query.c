/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Queries on their way to the server and back, in libpq's pipeline mode.
 *
 * All that waits in the queue leaves in one write: BEGIN where the transaction
 * is new, a PREPARE in front of a query that this connection has not met, the
 * queries, COMMIT where it is the end, one Sync.  Then every answer is read, in
 * the same order.  The server skips what follows a failure, up to the Sync.
 *
 * A flight that opens a transaction and does not close it has had no effect as
 * long as its answers are unread.  So when it meets a connection that died
 * meanwhile (a restarted server), it simply flies again on a new one.
 */
#include "db/query.h"
#include <stdlib.h>
#include <string.h>
#include "base/arena.h"
#include "base/json.h"
#include "base/log.h"

static bool
send_plain(struct db *db, const char *statement)
{
	return PQsendQueryPrepared(db->conn, statement, 0, NULL, NULL, NULL, 0) == 1;
}

static bool
send_call(struct db *db, struct call *call)
{
	const struct query *q = call->query;

	call->prepares = !db->prepared[q->number];
	if (call->prepares) {
		db->prepared[q->number] = true;
		if (PQsendPrepare(db->conn, q->name, q->sql, 0, NULL) != 1)
			return false;
	}
	return PQsendQueryPrepared(db->conn, q->name, q->n_params, call->values,
	    call->lengths, call->formats, q->shape == SHAPE_BYTES || q->shape == SHAPE_PACKED) == 1;
}

static bool
send_all(struct db *db, const char *closes)
{
	if (db->opens != NULL && !send_plain(db, db->opens))
		return false;
	for (size_t i = 0; i < db->queued; i++)
		if (!send_call(db, &db->queue[i]))
			return false;
	if (closes != NULL && !send_plain(db, closes))
		return false;
	return PQpipelineSync(db->conn) == 1;
}

bool
flight_depart(struct db *db, const char *closes)
{
	if (send_all(db, closes))
		return true;
	log_warn("db.lost query=send");
	db->health = HEALTH_LOST;
	return false;
}

PGresult *
flight_answer(struct db *db)
{
	PGresult *r = ahead_result(db), *more;

	/* A statement has one result, then comes NULL. */
	while (r != NULL && (more = ahead_result(db)) != NULL)
		PQclear(more);
	if (r == NULL)
		db->health = HEALTH_LOST;
	return r;
}

bool
flight_land(struct db *db)
{
	PGresult *r;
	ExecStatusType status;

	db->landing = false;
	for (int nulls = 0; nulls < 2 && PQstatus(db->conn) == CONNECTION_OK;) {
		r = ahead_result(db);
		if (r == NULL) {
			nulls++;
			continue;
		}
		nulls = 0;
		status = PQresultStatus(r);
		if (status == PGRES_FATAL_ERROR)
			error_of(db, r, "landing", "db");
		PQclear(r);
		if (status == PGRES_PIPELINE_SYNC)
			return db->health != HEALTH_LOST;
		if (db->health == HEALTH_LOST)
			return false;
	}
	db->health = HEALTH_LOST;
	return false;
}

static void
release(void *result)
{
	PQclear(result);
}

/* The one value of :json, :text and :bytes, or NULL. */
static const char *
only_value(const struct call *call, const PGresult *r, size_t *len)
{
	if (PQntuples(r) > 1 || PQnfields(r) != 1)
		log_panic("db.not_one_value query=%s place=%s", call->query->name, call->query->place);
	if (PQntuples(r) == 0 || PQgetisnull(r, 0, 0))
		return NULL;
	*len = (size_t)PQgetlength(r, 0, 0);
	return PQgetvalue(r, 0, 0);
}

/* A good result into *out; takes the result over. */
static enum err
deliver(struct db *db, const struct call *call, PGresult *r)
{
	const char *value;
	size_t len;
	enum err e = ERR_OK;

	switch (call->query->shape) {
	case SHAPE_EXEC:
		if (call->out != NULL)
			*(int *)call->out = (int)strtol(PQcmdTuples(r), NULL, 10);
		break;
	case SHAPE_ONE:
		if (PQntuples(r) > 1)
			log_panic("db.not_one_row query=%s place=%s", call->query->name,
			    call->query->place);
		if (PQntuples(r) == 0) {
			e = ERR_NOT_FOUND;
			break;
		}
		/* FALLTHROUGH */
	case SHAPE_MANY:
	case SHAPE_PACKED:
		*(struct rows **)call->out = rows_new(db->arena, r);
		return ERR_OK;
	case SHAPE_JSON:
		if ((value = only_value(call, r, &len)) == NULL)
			e = ERR_NOT_FOUND;
		else if (json_parse(db->arena, value, len, call->out) != ERR_OK)
			log_panic("db.not_json query=%s place=%s", call->query->name,
			    call->query->place);
		break;
	case SHAPE_LIST:
		*(json_t **)call->out = list_new(db, r);
		break;
	case SHAPE_TEXT:
	case SHAPE_BYTES:
		if ((value = only_value(call, r, &len)) == NULL) {
			e = ERR_NOT_FOUND;
			break;
		}
		arena_defer(db->arena, release, r);
		if (call->query->shape == SHAPE_TEXT)
			*(const char **)call->out = value;
		else
			*(struct db_bytes *)call->out = (struct db_bytes){ value, len };
		return ERR_OK;
	}
	PQclear(r);
	return e;
}

/* The answer to one statement: what it means, and the result where it is good. */
static enum err
hear(struct db *db, const char *name, const char *place, PGresult **good)
{
	PGresult *r = flight_answer(db);
	enum err e;

	*good = NULL;
	switch (PQresultStatus(r)) {
	case PGRES_COMMAND_OK:
	case PGRES_TUPLES_OK:
		*good = r;
		return ERR_OK;
	case PGRES_PIPELINE_ABORTED:
		db->refused = true;
		e = ERR_OK;		/* the failure before it has been told */
		break;
	default:
		db->refused = true;
		e = r == NULL ? ERR_BUSY : error_of(db, r, name, place);
		break;
	}
	PQclear(r);
	return e;
}

static enum err
hear_call(struct db *db, const struct call *call)
{
	const struct query *q = call->query;
	PGresult *r;
	enum err e;

	if (call->prepares) {
		e = hear(db, q->name, q->place, &r);
		db->prepared[q->number] = r != NULL;
		PQclear(r);
		if (db->health == HEALTH_LOST)
			return e;
		/* When it failed, the query's own answer is "aborted". */
		if (e != ERR_OK) {
			(void)hear(db, q->name, q->place, &r);
			PQclear(r);
			return e;
		}
	}
	e = hear(db, q->name, q->place, &r);
	return r != NULL ? deliver(db, call, r) : e;
}

/* Reads all answers.  *failed: the error that ended the transaction; what is
 * returned may also be that a query found nothing. */
static enum err
arrive(struct db *db, const char *closes, enum err *failed)
{
	enum err first = ERR_OK, e;
	PGresult *r;

	*failed = ERR_OK;
	db->refused = false;
	if (db->opens != NULL) {
		*failed = first = hear(db, "begin", "db", &r);
		PQclear(r);
	}
	for (size_t i = 0; i < db->queued && db->health != HEALTH_LOST; i++) {
		e = hear_call(db, &db->queue[i]);
		if (first == ERR_OK)
			first = e;
	}
	if (closes != NULL && db->health != HEALTH_LOST) {
		e = hear(db, closes, "db", &r);
		PQclear(r);
		if (first == ERR_OK)
			first = e;
	}
	if (db->health != HEALTH_LOST)
		flight_land(db);
	if (db->health == HEALTH_LOST)
		first = ERR_BUSY;
	if (db->health == HEALTH_LOST || PQtransactionStatus(db->conn) == PQTRANS_INERROR ||
	    (db->mode == DB_ONCE && db->refused))
		*failed = first;
	return first;
}

static enum err
attempt(struct db *db, const char *closes, enum err *failed)
{
	if (!flight_depart(db, closes))
		return *failed = ERR_BUSY;
	return arrive(db, closes, failed);
}

static enum err
settle(struct db *db, const char *closes, enum err e, enum err failed)
{
	if (e == ERR_OK)
		db->retry = false;
	if (db->health == HEALTH_LOST) {
		if (closes != NULL)
			log_warn("db.commit_unknown");
		db->retry = closes == NULL;
	}
	db->opens = NULL;
	db->queued = 0;
	db->failed = failed;
	return e;
}

/* A flight that answers the caller; of DB_ONCE the only one. */
static enum err
fly(struct db *db)
{
	db->done = db->mode == DB_ONCE;
	return flight(db, NULL);
}

enum err
flight_arrive(struct db *db, const char *closes)
{
	enum err failed, e = arrive(db, closes, &failed);

	return settle(db, closes, e, failed);
}

enum err
flight(struct db *db, const char *closes)
{
	bool unseen = (db->opens != NULL || db->mode == DB_ONCE) && closes == NULL;
	enum err failed, e;

	e = attempt(db, closes, &failed);
	if (db->health != HEALTH_GOOD && unseen && db_connect(db))
		e = attempt(db, closes, &failed);
	return settle(db, closes, e, failed);
}

enum err
db_queue(struct db *db, const struct query *q, const void *in, void *out)
{
	struct call *call;
	enum err e;

	must(db->in_transaction && !db->done);
	must(out != NULL || q->shape == SHAPE_EXEC);
	if (db->failed != ERR_OK)
		return db->failed;
	if (db->queued == QUEUE_MAX && (e = flight(db, NULL)) != ERR_OK)
		return e;
	call = &db->queue[db->queued++];
	*call = (struct call){ .query = q, .out = out };
	args_encode(db->arena, q, in, call);
	return ERR_OK;
}

enum err
db_query(struct db *db, const struct query *q, const void *in, void *out)
{
	enum err e = db_queue(db, q, in, out);

	return e != ERR_OK ? e : fly(db);
}

enum err
db_flush(struct db *db)
{
	if (db->failed != ERR_OK)
		return db->failed;
	return db->queued > 0 ? fly(db) : ERR_OK;
}
