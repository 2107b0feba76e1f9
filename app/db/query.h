/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
#include <libpq-fe.h>
#include <stddef.h>
#include "db/db.h"
/*
 * Inside db/ only: the table of queries that sql2c.awk writes (db/queries.c),
 * the connection, and how a query gets to the server and back.
 *
 * A query is encoded into the arena (args.c) and waits in the queue; a flight
 * (query.c) sends all that waits in one write, with one Sync behind it, and
 * reads all answers.  Nothing is in the air between two calls but the answer
 * to a COMMIT or ROLLBACK that nobody waits for (landing).
 */
enum shape { SHAPE_JSON, SHAPE_LIST, SHAPE_TEXT, SHAPE_BYTES, SHAPE_ONE, SHAPE_MANY, SHAPE_PACKED, SHAPE_EXEC };

enum type {
	TYPE_BIGINT, TYPE_INT, TYPE_BOOL, TYPE_DOUBLE,	/* pointers where nullable */
	TYPE_TEXT, TYPE_JSON, TYPE_BYTES,
	TYPE_IDS, TYPE_INTS, TYPE_TEXTS, TYPE_BLOBS
};

struct param {
	const char *name;
	const char *sql;		/* "bigint", as it is written in the query */
	enum type type;
	bool pointer;			/* the member is a pointer, NULL for NULL */
	size_t offset;			/* of the member in struct q_… */
};

struct query {
	const char *name;		/* of the prepared statement as well */
	const char *place;		/* "sql/queries/survey.sql:30" */
	const char *roles;		/* "web courier" */
	enum shape shape;
	size_t number;			/* its index in db_queries */
	int n_params;
	const struct param *params;
	const char *sql;
};

/* Generated; ends with an entry without a name. */
extern const struct query db_queries[];
extern const size_t db_n_queries;

enum err db_query(struct db *, const struct query *, const void *in, void *out) MUST_USE;
enum err db_queue(struct db *, const struct query *, const void *in, void *out) MUST_USE;

#define QUERY(number, function, result) \
	enum err function(struct db *db, struct function in, result out) \
	{ return db_query(db, &db_queries[number], &in, out); } \
	enum err function##_queue(struct db *db, struct function in, result out) \
	{ return db_queue(db, &db_queries[number], &in, out); }
#define QUERY_PLAIN(number, function, result) \
	enum err function(struct db *db, result out) \
	{ return db_query(db, &db_queries[number], NULL, out); } \
	enum err function##_queue(struct db *db, result out) \
	{ return db_queue(db, &db_queries[number], NULL, out); }

/* One query on its way.  The arrays are the arena's. */
struct call {
	const struct query *query;
	const char **values;
	int *lengths, *formats;
	void *out;
	bool prepares;			/* a PREPARE flies in front of it */
};

/* A query may bring a PREPARE, and each statement a result and a NULL. */
enum { QUEUE_MAX = 64, CHANNELS_MAX = 4, ANSWERS_MAX = 2 * 2 * (QUEUE_MAX + 2) + 2 };

/* Stale: alive, but what it has prepared no longer fits the schema, or it ended
 * up at a server that only reads.  Either way the next db_begin makes it anew. */
enum health { HEALTH_GOOD, HEALTH_STALE, HEALTH_LOST };

struct db {
	char *conninfo, *role, *program;
	PGconn *conn;			/* NULL: none */
	bool *prepared;			/* on this connection, by number */
	struct arena *arena;

	struct call queue[QUEUE_MAX];
	size_t queued;
	const char *opens;		/* "BEGIN …" still to be sent, or NULL */
	bool in_transaction;
	enum db_mode mode;
	bool done;			/* DB_ONCE: the one flight is over */
	bool refused;			/* a statement of this flight failed */
	enum err failed;		/* the error that ended the transaction, or ERR_OK */
	bool retry;			/* … and it may go better the next time */
	enum health health;
	bool landing;			/* an answer that nobody has read is on its way */

	/* ahead.c: a COMMIT that nobody waits for, and its answers so far. */
	bool ahead;
	bool answered;
	PGresult *answers[ANSWERS_MAX];
	size_t n_answers, read_answers;

	char *channels[CHANNELS_MAX];
	size_t n_channels;
	bool missed;			/* notifications may have been, on the old connection */
};

/* db.c: a connection in good health with nothing landing; false: none to be had. */
bool db_connect(struct db *);

/* primary.c: as PQconnectdbParams(keys, values, 1), where conninfo is the value of
 * dbname; of several hosts the one that is believed.  NULL: none of them. */
PGconn *primary_dial(const char *conninfo, const char *const *keys, const char *const *values);

/* args.c: the members of in, as PQsendQueryPrepared wants them. */
void args_encode(struct arena *, const struct query *, const void *in, struct call *);

/* query.c: sends what is queued, with opens in front and closes ("COMMIT", or
 * NULL) behind, and reads the answers.  The first error is returned. */
enum err flight(struct db *, const char *closes) MUST_USE;
/* Its two halves, for a COMMIT that is not waited for.  depart: false, and the
 * connection is lost. */
bool flight_depart(struct db *, const char *closes);
enum err flight_arrive(struct db *, const char *closes) MUST_USE;
/* Reads the one answer of a statement; NULL: the connection is lost. */
PGresult *flight_answer(struct db *);
/* Reads everything up to the answer to the Sync; false: the connection is lost. */
bool flight_land(struct db *);

/* ahead.c: what PQgetResult gives, or gave while nobody waited. */
PGresult *ahead_result(struct db *);
/* Forgets the answers that nobody read. */
void ahead_forget(struct db *);

/* error.c: what the server's refusal means to us; logs what nobody can act on,
 * and sets db->retry and db->health. */
enum err error_of(struct db *, const PGresult *, const char *name, const char *place);

/* rows.c: takes the result over. */
struct rows *rows_new(struct arena *, PGresult *);

/* list.c: the rows as a JSON array of objects, in the arena. */
json_t *list_new(struct db *, const PGresult *);
