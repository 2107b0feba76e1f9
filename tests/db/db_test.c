/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The connection layer on a real database.  tests/db/run starts it with the
 * conninfo of a migrated database, to which it adds tests/data/db/schema.sql.
 */
#include "db/query.h"
#include <inttypes.h>
#include <poll.h>
#include <stdlib.h>
#include "base/arena.h"
#include "base/buf.h"
#include "base/json.h"
#include "tests/db/test_queries.h"
#include "tests/unit/tap.h"

static struct arena *arena;
static PGconn *admin;			/* the superuser beside it */
static struct db *db;

/* One value as the superuser sees it, or "". */
static const char *
admin_do(const char *sql)
{
	PGresult *r = PQexec(admin, sql);
	const char *value = "";

	if (PQresultStatus(r) == PGRES_FATAL_ERROR)
		diag("admin: %s", PQerrorMessage(admin));
	if (PQntuples(r) > 0)
		value = arena_strdup(arena, PQgetvalue(r, 0, 0));
	PQclear(r);
	return value;
}

static bool
schema_load(void)
{
	const char *root = getenv("CHROMO_SOURCE");
	char *path = arena_printf(arena, "%s/tests/data/db/schema.sql", root != NULL ? root : ".");
	FILE *f = fopen(path, "r");
	PGresult *r;
	struct buf b;
	bool good;
	int c;

	if (f == NULL)
		return false;
	buf_init(&b, arena);
	while ((c = getc(f)) != EOF)
		buf_addch(&b, (char)c);
	fclose(f);
	r = PQexec(admin, b.data);
	good = PQresultStatus(r) == PGRES_COMMAND_OK;
	if (!good)
		diag("%s", PQerrorMessage(admin));
	PQclear(r);
	return good;
}

static void
begin(enum db_mode mode)
{
	if (db_begin(db, mode) != ERR_OK)
		ok(false, "begin");
}

static void
empty(void)
{
	begin(DB_WRITE);
	if (q_plant_remove_all(db, NULL) != ERR_OK || db_commit(db) != ERR_OK)
		ok(false, "emptied");
}

static int64_t
backend(void)
{
	struct rows *rows;

	return q_backend(db, &rows) == ERR_OK ? rows_int(rows, 0, "pid") : -1;
}

/* Ends the backend and waits until it is gone. */
static void
kill_backend(int64_t pid)
{
	admin_do(arena_printf(arena, "SELECT pg_terminate_backend(%" PRId64 ", 10000)", pid));
}

static void
test_types(void)
{
	static const char bytes[] = "\0\1\377'\\x";
	struct rows *r;
	const uint8_t *got;
	size_t n;
	enum err e;

	begin(DB_READ);
	e = q_echo(db, (struct q_echo){ .a = INT64_MIN, .b = INT32_MIN, .c = true, .d = -0.1,
	    .e = "お知らせ '\"\\ {}", .f = "00000000-0000-4000-8000-00000000000a",
	    .g = "2026-11-25T00:00:00Z", .h = "2026-02-28", .i = "::1",
	    .j = json_keep(arena, json_pack("{s:[i,s]}", "k", 1, "日\"本")),
	    .k = { bytes, 6 }, .l = "12.50", .m = "90 minutes" }, &r);
	is_int(e, ERR_OK, "a query with an argument of each type");
	ok(rows_int(r, 0, "a") == INT64_MIN, "bigint");
	ok(rows_int(r, 0, "b") == INT32_MIN, "int");
	ok(rows_bool(r, 0, "c"), "boolean");
	is_str(rows_text(r, 0, "d"), "-0.1", "double precision");
	is_str(rows_text(r, 0, "e"), "お知らせ '\"\\ {}", "text");
	is_str(rows_text(r, 0, "f"), "00000000-0000-4000-8000-00000000000a", "uuid");
	is_str(rows_text(r, 0, "g"), "2026-11-25 09:00:00+09", "timestamptz, in Japan's time");
	is_str(rows_text(r, 0, "h"), "2026-02-28", "date");
	is_str(rows_text(r, 0, "i"), "::1", "inet");
	is_str(rows_text(r, 0, "j"), "{\"k\": [1, \"日\\\"本\"]}", "jsonb");
	got = rows_bytes(r, 0, "k", &n);
	ok(n == 6 && memcmp(got, bytes, 6) == 0, "bytea");
	is_str(rows_text(r, 0, "l"), "12.50", "numeric");
	is_str(rows_text(r, 0, "m"), "PT1H30M", "interval");
	db_rollback(db);
}

static void
test_nulls(void)
{
	static const char *const names[] = { "a", "b", "c", "d", "e", "j", "k", "ids" };
	const int64_t a = 7;
	const int32_t b = -7;
	const bool c = false;
	const double d = 0.5;
	struct rows *r;
	size_t n = 9;

	begin(DB_READ);
	is_int(q_echo_null(db, (struct q_echo_null){ .a = NULL }, &r), ERR_OK, "all NULL");
	for (size_t i = 0; i < sizeof names / sizeof names[0]; i++)
		ok(rows_null(r, 0, names[i]), "NULL: %s", names[i]);
	is_str(rows_text(r, 0, "e"), "", "NULL reads as the empty text");
	is_int(rows_int(r, 0, "a"), 0, "… as 0");
	ok(!rows_bool(r, 0, "c"), "… as false");
	ok(rows_bytes(r, 0, "k", &n) == NULL && n == 0, "… as no bytes");

	is_int(q_echo_null(db, (struct q_echo_null){ .a = &a, .b = &b, .c = &c, .d = &d, .e = "",
	    .j = json_keep(arena, json_null()), .k = { "", 0 }, .ids = { &a, 0 } }, &r),
	    ERR_OK, "all empty");
	for (size_t i = 0; i < sizeof names / sizeof names[0]; i++)
		ok(!rows_null(r, 0, names[i]), "empty is not NULL: %s", names[i]);
	is_int(rows_int(r, 0, "b"), -7, "a pointer's value");
	is_str(rows_text(r, 0, "d"), "0.5", "another one's");
	is_str(rows_text(r, 0, "ids"), "{}", "an empty array");
	ok(rows_bytes(r, 0, "k", &n) != NULL && n == 0, "bytea of no length");
	db_rollback(db);
}

static void
test_arrays(void)
{
	enum { MANY = 10000 };
	static const int64_t ids[] = { 1, -1, INT64_MAX };
	static const int32_t ints[] = { 1, INT32_MIN };
	static const char *const texts[] = { "a", "", NULL, "NULL", "q\"\\,{}", "日本" };
	static const char *const uuids[] = { "00000000-0000-4000-8000-00000000000a" };
	static const struct db_bytes blobs[] = { { "\1\2", 2 }, { NULL, 0 }, { "", 0 } };
	int64_t *many = arena_alloc(arena, MANY * sizeof *many);
	struct db_bytes *hashes = arena_alloc(arena, MANY * sizeof *hashes);
	struct rows *r;

	begin(DB_READ);
	is_int(q_echo_arrays(db, (struct q_echo_arrays){ .ids = { ids, 3 }, .ints = { ints, 2 },
	    .texts = { texts, 6 }, .uuids = { uuids, 1 }, .blobs = { blobs, 3 } }, &r),
	    ERR_OK, "arrays");
	is_str(rows_text(r, 0, "ids"), "{1,-1,9223372036854775807}", "bigint[]");
	is_str(rows_text(r, 0, "ints"), "{1,-2147483648}", "int[]");
	is_str(rows_text(r, 0, "texts"), "{a,\"\",NULL,\"NULL\",\"q\\\"\\\\,{}\",日本}", "text[]");
	is_str(rows_text(r, 0, "uuids"), "{00000000-0000-4000-8000-00000000000a}", "uuid[]");
	is_str(rows_text(r, 0, "blobs"), "{\"\\\\x0102\",NULL,\"\\\\x\"}", "bytea[]");

	for (size_t i = 0; i < MANY; i++) {
		many[i] = (int64_t)i;
		hashes[i] = (struct db_bytes){ many, 32 };
	}
	is_int(q_sums(db, (struct q_sums){ .ids = { many, MANY }, .blobs = { hashes, MANY } }, &r),
	    ERR_OK, "arrays of 10,000");
	is_int(rows_int(r, 0, "ids"), 49995000, "all numbers arrived");
	is_int(rows_int(r, 0, "blobs"), 320000, "all bytes arrived");
	db_rollback(db);
}

static void
test_shapes(void)
{
	size_t size = 3 << 20;
	char *photo = arena_alloc(arena, size);
	struct db_bytes back;
	const char *count = "untouched";
	struct rows *rows;
	json_t *json = NULL;
	int n = -1;

	memset(photo, 0xa5, size);
	empty();
	begin(DB_WRITE);
	is_int(q_plant_names(db, &rows), ERR_OK, ":many without rows");
	is_int(rows_count(rows), 0, "… has none");
	is_int(q_plant_json(db, (struct q_plant_json){ .id = 1 }, &json), ERR_NOT_FOUND, ":json without a row");
	ok(json == NULL, "… and leaves *out alone");
	ok(!db_failed(db), "… and the transaction goes on");
	is_int(q_plant_add(db, (struct q_plant_add){ .id = 1, .name = "梅", .photo = { photo, size } }, &n),
	    ERR_OK, ":exec with 3 MB");
	is_int(n, 1, "… affected one row");
	is_int(q_plant_add(db, (struct q_plant_add){ .id = 2, .name = "桜" }, NULL), ERR_OK, ":exec, nobody counts");
	is_int(q_plant_json(db, (struct q_plant_json){ .id = 1 }, &json), ERR_OK, ":json");
	is_str(json_text(json, "name"), "梅", "… is read");
	is_int(q_plant_count(db, &count), ERR_OK, ":text");
	is_str(count, "2", "… is text");
	is_int(q_plant_names(db, &rows), ERR_OK, ":many");
	is_int(rows_count(rows), 2, "… has two rows");
	is_str(rows_text(rows, 1, "name"), "桜", "… in order");
	is_int(q_plant_photo(db, (struct q_plant_photo){ .id = 1 }, &back), ERR_OK, ":bytes");
	ok(back.n == size && memcmp(back.data, photo, size) == 0, "… gives 3 MB back");
	is_int(q_plant_photo(db, (struct q_plant_photo){ .id = 2 }, &back), ERR_NOT_FOUND, ":bytes of NULL");
	is_int(db_commit(db), ERR_OK, "commit");
	is_str(admin_do("SELECT count(*) FROM plant"), "2", "others see it");
}

static void
test_queue(void)
{
	const char *before, *after = "untouched";
	enum err e = ERR_OK;
	struct rows *rows;
	json_t *none;
	int n = -1, ignored;

	empty();
	begin(DB_WRITE);
	(void)!q_plant_count_queue(db, &before);
	(void)!q_plant_add_queue(db, (struct q_plant_add){ .id = 1, .name = "松" }, &n);
	is_int(n, -1, "a queued query has not run");
	is_int(q_plant_count(db, &after), ERR_OK, "three queries in one flight");
	is_str(before, "0", "the first one's result");
	is_int(n, 1, "the second one's");
	is_str(after, "1", "the third one's, after the second");

	(void)!q_plant_json_queue(db, (struct q_plant_json){ .id = 99 }, &none);
	is_int(q_plant_names(db, &rows), ERR_NOT_FOUND, "a queued query that finds nothing tells the next call");
	is_int(q_plant_names(db, &rows), ERR_OK, "… once");
	is_int(rows_count(rows), 1, "… and the transaction goes on");

	(void)!q_plant_add_queue(db, (struct q_plant_add){ .id = 1, .name = "松" }, &ignored);
	after = "untouched";
	is_int(q_plant_count(db, &after), ERR_CONFLICT, "a queued failure is the next call's");
	is_str(after, "untouched", "… whose result is not written");
	ok(db_failed(db), "the transaction has failed");
	is_int(q_plant_count(db, &after), ERR_CONFLICT, "… for every call");
	is_int(db_commit(db), ERR_CONFLICT, "… and for the commit");
	ok(!db_in_transaction(db), "… which ends it");
	is_str(admin_do("SELECT count(*) FROM plant"), "0", "nothing is kept");

	begin(DB_WRITE);
	for (int i = 0; i < 3 * QUEUE_MAX && e == ERR_OK; i++)
		e = q_plant_add_queue(db, (struct q_plant_add){ .id = i, .name = "竹" }, NULL);
	is_int(e, ERR_OK, "more than the queue holds");
	is_int(db_commit(db), ERR_OK, "commit takes the rest along");
	is_str(admin_do("SELECT count(*) FROM plant"), "192", "all are kept");

	begin(DB_WRITE);
	(void)!q_plant_json_queue(db, (struct q_plant_json){ .id = -1 }, &none);
	(void)!q_plant_remove_all_queue(db, NULL);
	is_int(db_commit(db), ERR_NOT_FOUND, "a commit hears what is queued");
	is_str(admin_do("SELECT count(*) FROM plant"), "192", "… before it commits");
}

static void
test_errors(void)
{
	static const struct { const char *state; enum err err; } cases[] = {
		{ "CH001", ERR_GONE }, { "CH002", ERR_NOT_FOUND }, { "CH003", ERR_CONFLICT },
		{ "CH004", ERR_INVALID }, { "CH005", ERR_FORBIDDEN }, { "23505", ERR_CONFLICT },
		{ "23P01", ERR_CONFLICT }, { "22003", ERR_INVALID }, { "23502", ERR_INVALID },
		{ "23503", ERR_INVALID }, { "23514", ERR_INVALID }, { "42501", ERR_FORBIDDEN },
		{ "40001", ERR_BUSY }, { "40P01", ERR_BUSY }, { "55P03", ERR_BUSY },
		{ "57014", ERR_BUSY }, { "53200", ERR_BUSY }, { "08006", ERR_BUSY },
		{ "P0001", ERR_DB }, { "0A000", ERR_DB }, { "CH999", ERR_DB },
	};
	const char *count;

	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		begin(DB_WRITE);
		is_int(q_fail(db, (struct q_fail){ .state = cases[i].state }, NULL), cases[i].err,
		    "SQLSTATE %s is %s", cases[i].state, err_name(cases[i].err));
		db_rollback(db);
	}
	begin(DB_READ);
	is_int(q_closed_count(db, &count), ERR_FORBIDDEN, "a table without grant");
	db_rollback(db);
	begin(DB_READ);
	is_int(q_not_number(db, (struct q_not_number){ .text = "x" }, NULL), ERR_INVALID, "a value that does not fit");
	db_rollback(db);
	begin(DB_READ);
	is_int(q_plant_remove_all(db, NULL), ERR_DB, "a change where reading was declared");
	db_rollback(db);
}

static void
test_transactions(void)
{
	const int32_t place = 1;
	const char *count;

	empty();
	begin(DB_WRITE);
	is_int(q_plant_add(db, (struct q_plant_add){ .id = 1, .name = "菊" }, NULL), ERR_OK, "added");
	db_rollback(db);
	ok(!db_in_transaction(db), "rolled back");
	is_str(admin_do("SELECT count(*) FROM plant"), "0", "nothing is kept");
	db_rollback(db);
	begin(DB_WRITE);
	is_int(db_commit(db), ERR_OK, "an empty transaction");

	begin(DB_WRITE);
	(void)!q_plant_add_queue(db, (struct q_plant_add){ .id = 1, .name = "菊", .place = &place }, NULL);
	is_int(q_plant_add(db, (struct q_plant_add){ .id = 2, .name = "蘭", .place = &place }, NULL),
	    ERR_OK, "a deferred constraint waits");
	is_int(db_commit(db), ERR_CONFLICT, "… until the commit");
	is_str(admin_do("SELECT count(*) FROM plant"), "0", "… which keeps nothing");

	begin(DB_READ);
	is_int(q_plant_count(db, &count), ERR_OK, "reading");
	is_int(db_commit(db), ERR_OK, "commit of a reader");
	ok(db->landing, "… is not waited for");
	begin(DB_WRITE);
	ok(!db->landing, "the next begin reads the answer");
	is_int(q_plant_add(db, (struct q_plant_add){ .id = 1, .name = "菊" }, NULL), ERR_OK, "writing");
	is_int(db_commit(db), ERR_OK, "commit of a writer");
	ok(!db->landing, "… is waited for");
}

struct job {
	const char *state;
	int64_t times;
	int runs;
	bool killed;
};

static enum err
job_run(struct db *the_db, void *context)
{
	struct job *job = context;

	job->runs++;
	return q_fail_until(the_db, (struct q_fail_until){ .times = job->times, .state = job->state }, NULL);
}

static enum err
job_killed(struct db *the_db, void *context)
{
	struct job *job = context;

	if (++job->runs == 1)
		kill_backend(backend());
	return q_plant_remove_all(the_db, NULL);
}

static void
test_retry(void)
{
	struct job job = { .state = "40001", .times = 3 };

	admin_do("ALTER SEQUENCE tried RESTART");
	is_int(db_transact(db, DB_WRITE, job_run, &job), ERR_OK, "40001 twice, then good");
	is_int(job.runs, 3, "… was run three times");

	admin_do("ALTER SEQUENCE tried RESTART");
	job = (struct job){ .state = "40P01", .times = 2 };
	is_int(db_transact(db, DB_WRITE, job_run, &job), ERR_OK, "40P01 once, then good");
	is_int(job.runs, 2, "… was run twice");

	admin_do("ALTER SEQUENCE tried RESTART");
	job = (struct job){ .state = "40001", .times = 100 };
	is_int(db_transact(db, DB_WRITE, job_run, &job), ERR_BUSY, "40001 for ever");
	is_int(job.runs, 5, "… was run five times");

	admin_do("ALTER SEQUENCE tried RESTART");
	job = (struct job){ .state = "CH003", .times = 100 };
	is_int(db_transact(db, DB_WRITE, job_run, &job), ERR_CONFLICT, "what another try would not mend");
	is_int(job.runs, 1, "… is run once");
	ok(!db_in_transaction(db), "no transaction is left");

	job = (struct job){ .runs = 0 };
	is_int(db_transact(db, DB_WRITE, job_killed, &job), ERR_OK, "the backend dies in the middle");
	is_int(job.runs, 2, "… and the work is done again");
}

static void
test_reconnect(void)
{
	int64_t first, second;
	const char *count;
	struct db *nowhere;

	begin(DB_READ);
	first = backend();
	is_int(db_commit(db), ERR_OK, "commit");
	kill_backend(first);
	begin(DB_READ);
	second = backend();
	ok(second > 0 && second != first, "a backend that died between transactions is not noticed");

	kill_backend(second);
	is_int(q_plant_count(db, &count), ERR_BUSY, "one that dies within a transaction is ERR_BUSY");
	is_int(q_plant_count(db, &count), ERR_BUSY, "… for the rest of it");
	db_rollback(db);
	begin(DB_READ);
	is_int(q_plant_count(db, &count), ERR_OK, "… and the next transaction has a new one");
	is_int(db_commit(db), ERR_OK, "commit");

	begin(DB_WRITE);
	first = backend();
	is_int(q_plant_remove_all(db, NULL), ERR_OK, "a change");
	kill_backend(first);
	is_int(db_commit(db), ERR_BUSY, "a backend that dies before the commit");
	ok(!db_in_transaction(db), "… ends the transaction");
	begin(DB_READ);
	is_int(q_plant_count(db, &count), ERR_OK, "… and only that");
	db_rollback(db);

	nowhere = db_new("host=/nonexistent dbname=none", "chromo_web", "test");
	db_use(nowhere, arena);
	is_int(db_begin(nowhere, DB_READ), ERR_BUSY, "no server");
	ok(!db_in_transaction(nowhere), "… no transaction");
	is_int(db_socket(nowhere), -1, "… no socket");
	ok(!db_notified(nowhere), "… no notification");
	db_free(nowhere);
}

static void
test_stale_plan(void)
{
	struct rows *rows;
	const char *count;

	begin(DB_READ);
	is_int(q_plant_all_columns(db, &rows), ERR_OK, "SELECT * is prepared");
	is_int(db_commit(db), ERR_OK, "commit");
	admin_do("ALTER TABLE plant ADD COLUMN colour text");
	begin(DB_READ);
	is_int(q_plant_all_columns(db, &rows), ERR_OK, "0A000 in the first flight is mended unseen");
	is_int(db_commit(db), ERR_OK, "commit");

	admin_do("ALTER TABLE plant DROP COLUMN colour");
	begin(DB_READ);
	is_int(q_plant_count(db, &count), ERR_OK, "another query first");
	is_int(q_plant_all_columns(db, &rows), ERR_BUSY, "0A000 later on is ERR_BUSY");
	db_rollback(db);
	begin(DB_READ);
	is_int(q_plant_count(db, &count), ERR_OK, "the next transaction");
	is_int(q_plant_all_columns(db, &rows), ERR_OK, "… has a new connection");
	is_int(db_commit(db), ERR_OK, "commit");
}

static bool
wait_notified(int ms)
{
	struct pollfd p = { .fd = db_socket(db), .events = POLLIN };

	return poll(&p, 1, ms) == 1 && db_notified(db);
}

static void
test_notify(void)
{
	const char *count;

	is_int(db_listen(db, "batch_due"), ERR_OK, "listen");
	ok(!db_notified(db), "nothing yet");
	admin_do("NOTIFY batch_due");
	ok(wait_notified(10000), "a notification wakes the socket");
	ok(!db_notified(db), "it was one");

	begin(DB_READ);
	is_int(q_plant_count(db, &count), ERR_OK, "a query");
	admin_do("NOTIFY batch_due");
	is_int(db_commit(db), ERR_OK, "commit");
	ok(db_notified(db) || wait_notified(10000), "one that came during a transaction");

	kill_backend(PQbackendPID(db->conn));
	ok(db_notified(db), "after a new connection something may have been missed");
	ok(!db_notified(db), "… once");
	admin_do("NOTIFY batch_due");
	ok(wait_notified(10000), "and it listens again");
}

static void
test_settings(const char *conninfo)
{
	struct db *courier = db_new(conninfo, "chromo_courier", "chromo-courier");
	json_t *s;

	begin(DB_READ);
	is_int(q_settings(db, &s), ERR_OK, "settings");
	is_str(json_text(s, "application_name"), "chromo-web", "application_name");
	is_str(json_text(s, "statement_timeout"), "15000", "statement_timeout of the web");
	is_str(json_text(s, "lock_timeout"), "5000", "lock_timeout");
	is_str(json_text(s, "idle_in_transaction_session_timeout"), "30000", "idle transactions");
	is_str(json_text(s, "TimeZone"), "Asia/Tokyo", "TimeZone");
	is_str(json_text(s, "transaction_read_only"), "on", "DB_READ is read only");
	db_rollback(db);

	db_use(courier, arena);
	is_int(db_begin(courier, DB_WRITE), ERR_OK, "courier");
	is_int(q_settings(courier, &s), ERR_OK, "its settings");
	is_str(json_text(s, "statement_timeout"), "120000", "statement_timeout of others");
	is_str(json_text(s, "transaction_read_only"), "off", "DB_WRITE is not");
	db_free(courier);
}

int
main(int argc, char **argv)
{
	if (argc < 2) {
		fprintf(stderr, "usage: db_test CONNINFO; see tests/db/run\n");
		return 2;
	}
	json_setup();
	arena = arena_new();
	admin = PQconnectdb(arena_printf(arena, "%s user=postgres", argv[1]));
	ok(PQstatus(admin) == CONNECTION_OK && schema_load(), "the schema of the test");
	db = db_new(argv[1], "chromo_web", "chromo-web");
	db_use(db, arena);

	test_types();
	test_nulls();
	test_arrays();
	test_shapes();
	test_queue();
	test_errors();
	test_transactions();
	test_retry();
	test_reconnect();
	test_stale_plan();
	test_notify();
	test_settings(argv[1]);

	db_free(db);
	PQfinish(admin);
	arena_free(arena);
	return done();
}
