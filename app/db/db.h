/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include "base/err.h"
struct arena;
/*
 * PostgreSQL: one connection, its transactions, and the queries of
 * sql/queries/, which sql2c.awk turns into one typed function each
 * (db/queries.h, generated).  No function takes SQL text.
 *
 * Everything runs in pipeline mode: db_begin only queues BEGIN, so that the
 * first query of a transaction carries it along in the same round trip.
 *
 * Results live in the arena given to db_use.  A connection that broke while it
 * was idle is made anew unseen; one that breaks in the middle of a transaction
 * makes the present call ERR_BUSY and is made anew at the next db_begin.
 *
 * Times of the connection are Japan's (TimeZone), a statement has 15 s
 * (chromo_web) or 120 s, a lock 5 s, an idle transaction 30 s.
 */
struct db;

/* role: "chromo_web" …, NULL: the user of conninfo.  Every connection sets
 * application_name to program.  Does not wait for the server: the first
 * db_begin connects.  The strings are copied. */
struct db *db_new(const char *conninfo, const char *role, const char *program);
void db_free(struct db *);
/* Before the fork: that a standby was promoted is known to all processes once it is
 * known to one, and none of them believes its old primary (primary.c). */
void db_share(void);
/* What connections by this conninfo open besides a socket of this machine. */
struct db_needs {
	const char *reads[8];		/* certificates, keys, passwords; NULLs between them */
	bool net;			/* a host is named */
};
void db_needs(struct arena *, const char *conninfo, struct db_needs *);
/* Where results go from now on; the request's or the delivery's arena.  Within a transaction,
 * too, for work of many steps that would fill one; nothing may be queued then. */
void db_use(struct db *, struct arena *);

enum db_mode { DB_READ, DB_VISIT, DB_WRITE, DB_ONCE };
/* Queues BEGIN.  DB_READ: all queries see the moment of the first (REPEATABLE READ, READ ONLY,
 * which nothing makes fail).  DB_VISIT: the same for whoever notes on the way that they were
 * here; where two note it in one row at once, one of them is to begin again (40001).  DB_WRITE:
 * each query sees what is committed by then.  DB_ONCE is for reading in one round trip, of one
 * moment too: all that goes out together is a transaction without BEGIN and COMMIT, and with
 * the first query that is not queued it is over; whoever asks again afterwards ends the process.
 * ERR_BUSY: no connection. */
enum err db_begin(struct db *, enum db_mode) MUST_USE;
/* DB_WRITE, DB_VISIT: returns after the server's word.  DB_READ: sends COMMIT and does
 * not wait; the next db_begin reads the answer.  DB_ONCE: is over already.
 * Queries still queued go first.
 * On an error, also an earlier one of this transaction, all is rolled back and
 * that error returned: ERR_OK means that it is committed.  ERR_BUSY where the
 * connection broke at the COMMIT itself: nobody knows. */
enum err db_commit(struct db *) MUST_USE;
/* Whatever state it is in; nothing is kept.  Harmless without a transaction. */
void db_rollback(struct db *);
/*
 * The same without waiting: what is queued and the COMMIT go off, and the caller
 * does something else.  Until db_commit_end nothing else may be asked of this
 * connection.  Other than with db_commit, a query that finds no row does not keep
 * the rest from being committed.  Not ERR_OK: nothing went off, and it was rolled back.
 *
 * answered: true once db_commit_end will not wait; the socket to wait on is
 * db_socket.  end: as db_commit says; results are there from then on.
 */
enum err db_commit_send(struct db *) MUST_USE;
bool db_commit_answered(struct db *);
enum err db_commit_end(struct db *) MUST_USE;
/* Closes the connection, whatever is under way on it: a server that does not answer. */
void db_hang_up(struct db *);
bool db_in_transaction(const struct db *);
/* True when an error has made this transaction fit for db_rollback only. */
bool db_failed(const struct db *);

/* Runs work inside BEGIN … COMMIT, at most 5 times with a growing random pause:
 * again on serialization failure 40001, deadlock 40P01 and a connection that
 * broke before the COMMIT, else what it says. */
enum err db_transact(struct db *, enum db_mode, enum err (*work)(struct db *, void *),
    void *context) MUST_USE;

/*
 * Queries.  For "-- name: survey_answer_add :exec" with :answer::jsonb the
 * generator makes
 *
 *	struct q_survey_answer_add { const json_t *answer; };
 *	enum err q_survey_answer_add(struct db *, struct q_survey_answer_add, int *affected);
 *
 *	:json	json_t **out	one row of one json column; ERR_NOT_FOUND: no row or NULL
 *	:list	json_t **out	any number of rows, as an array of objects by column name;
 *				numbers, booleans, ids (bigint[]) and JSON as such, a
 *				timestamptz as rfc3339() writes it, all else as text.  Cheaper
 *				than :json where a page is one list
 *	:text	const char **out  the same as :json, not parsed
 *	:bytes	struct db_bytes *out  one row of one bytea column, not copied: contents
 *				of files; ERR_NOT_FOUND: no row or NULL
 *	:one	struct rows **out	one row; ERR_NOT_FOUND: none
 *	:many	struct rows **out	any number
 *	:packed	struct rows **out	the same in PostgreSQL's binary format, for large bytea: not
 *				copied.  Its other columns are bigint, int, boolean or text
 *	:exec	int *affected	may be NULL
 *
 * A query without parameters has no struct: q_name(db, out).  Below the name
 * stands who runs it, "-- role: web courier"; without that line it is web.
 *
 * Errors: ERR_CONFLICT 23505 unique violation and 23P01; ERR_INVALID 22xxx,
 * 23502, 23503, 23514 (the database refuses the value); ERR_FORBIDDEN 42501;
 * ERR_GONE, ERR_NOT_FOUND, ERR_CONFLICT, ERR_INVALID, ERR_FORBIDDEN by our own
 * SQLSTATEs CH001 gone, CH002 not found, CH003 conflict, CH004 invalid, CH005
 * forbidden (RAISE … USING ERRCODE); ERR_BUSY 40001, 40P01, 55P03, 57xxx, 08xxx,
 * 53xxx; all else ERR_DB, logged with query, place and SQLSTATE.  After an
 * error the transaction can only be rolled back.
 *
 * With "_queue" behind the name the query is put into the pipeline and *out
 * written when the next query without it (or db_flush) returns; if a queued
 * query fails, that call returns its error.  So "enter" costs no round trip.
 * Until then the arguments must stay where they are.  A queued query that finds
 * no row does not keep the later ones from running.  After 64 the queue is
 * flushed by itself, and the _queue call returns the error.
 */
enum err db_flush(struct db *) MUST_USE;

struct rows;			/* a result; owned by the arena */
size_t rows_count(const struct rows *);
/* By column name; a wrong name ends the process. */
bool rows_null(const struct rows *, size_t row, const char *column);
const char *rows_text(const struct rows *, size_t row, const char *column);	/* "" for NULL */
int64_t rows_int(const struct rows *, size_t row, const char *column);		/* 0 for NULL */
bool rows_bool(const struct rows *, size_t row, const char *column);
/* bytea; *n bytes, in the arena.  NULL and 0 for NULL. */
const uint8_t *rows_bytes(const struct rows *, size_t row, const char *column, size_t *n);

/* Arguments that are not plain C.  NULL data is SQL NULL; empty is any pointer and 0. */
struct db_bytes { const void *data; size_t n; };		/* bytea */
struct db_ids { const int64_t *data; size_t n; };		/* bigint[] */
struct db_ints { const int32_t *data; size_t n; };		/* int[] */
struct db_texts { const char *const *data; size_t n; };		/* text[], uuid[], timestamptz[]; NULL element is NULL */
struct db_blobs { const struct db_bytes *data; size_t n; };	/* bytea[] */
/* How a token that somebody holds (a cookie, a link) is looked up: nothing else of it is stored. */
struct db_bytes db_sha256(struct arena *, const char *token);
/*
 *	bigint int64_t · int int32_t · boolean bool · text, uuid, timestamptz, date,
 *	time, interval, inet, numeric const char * · jsonb const json_t * · bytea
 *	struct db_bytes · double precision double.  With "?" behind the type
 *	(:ward::bigint?) the scalars become pointers: const int64_t *, NULL for NULL;
 *	text and jsonb are NULL for NULL without it.
 */

/* The socket, for a loop that waits on several things; -1: no connection. */
int db_socket(const struct db *);
/* Listens, outside of a transaction, now and on every later connection; a-z and
 * _ only, at most 4 channels.  ERR_BUSY: no connection yet, it counts all the same. */
enum err db_listen(struct db *, const char *channel) MUST_USE;
/* Takes one notification off; false: none.  After a connection that was made
 * anew it is true once, for some may have been missed. */
bool db_notified(struct db *);
