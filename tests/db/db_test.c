/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The connection on a real database: transactions and their retry, a backend
 * that dies at each moment, plans that went stale, LISTEN and NOTIFY.
 */
#include "tests/db/fixture.h"
#include <poll.h>

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
	admin_do("INSERT INTO plant (id, name) VALUES (9, '竹')");
	is_int(q_plant_count(db, &count), ERR_OK, "reading on");
	is_str(count, "0", "… sees the same moment");
	admin_do("DELETE FROM plant");
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

/* One round trip, COMMIT and all. */
static void
test_once(void)
{
	int64_t first;
	const char *count = "", *again = "";

	begin(DB_ONCE);
	is_int(q_plant_count_queue(db, &count), ERR_OK, "DB_ONCE: a query waits");
	is_int(q_plant_count(db, &again), ERR_OK, "… for the one that flies");
	is_str(count, again, "… both have answers");
	is_int(PQtransactionStatus(db->conn), PQTRANS_IDLE, "… and the transaction is over at the server");
	is_int(db_commit(db), ERR_OK, "… commit");
	ok(!db->landing && !db_in_transaction(db), "… has nothing left to do");

	begin(DB_ONCE);
	is_int(q_plant_add(db, (struct q_plant_add){ .id = 99, .name = "萩" }, NULL), ERR_DB, "DB_ONCE only reads");
	ok(db_failed(db), "… the transaction has failed");
	db_rollback(db);
	ok(!db->landing, "… and there is nothing to roll back");
	begin(DB_ONCE);
	is_int(q_plant_json(db, (struct q_plant_json){ .id = 99 }, &(json_t *){ NULL }), ERR_NOT_FOUND, "nothing was kept");
	db_rollback(db);
	begin(DB_ONCE);
	is_int(db_commit(db), ERR_OK, "nothing asked, nothing to do");

	begin(DB_ONCE);
	first = backend();
	is_int(db_commit(db), ERR_OK, "commit");
	kill_backend(first);
	begin(DB_ONCE);
	ok(backend() != first, "a backend that died meanwhile is not noticed");
	is_int(db_commit(db), ERR_OK, "commit");
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
	is_str(json_text(s, "transaction_isolation"), "repeatable read", "… and of one moment");
	db_rollback(db);

	begin(DB_VISIT);
	is_int(q_settings(db, &s), ERR_OK, "settings of a visit");
	is_str(json_text(s, "transaction_read_only"), "off", "DB_VISIT may write");
	is_str(json_text(s, "transaction_isolation"), "repeatable read", "… and is of one moment");
	db_rollback(db);

	begin(DB_ONCE);
	is_int(q_settings(db, &s), ERR_OK, "settings of one round trip");
	is_str(json_text(s, "transaction_read_only"), "on", "DB_ONCE is read only");
	is_str(json_text(s, "transaction_isolation"), "repeatable read", "… and of one moment");
	is_int(db_commit(db), ERR_OK, "… and is over");

	db_use(courier, arena);
	is_int(db_begin(courier, DB_WRITE), ERR_OK, "courier");
	is_int(q_settings(courier, &s), ERR_OK, "its settings");
	is_str(json_text(s, "statement_timeout"), "120000", "statement_timeout of others");
	is_str(json_text(s, "transaction_read_only"), "off", "DB_WRITE is not");
	is_str(json_text(s, "transaction_isolation"), "read committed", "… and sees what others did meanwhile");
	db_free(courier);
}

int
main(int argc, char **argv)
{
	fixture_open(argc, argv);
	test_transactions();
	test_retry();
	test_reconnect();
	test_once();
	test_stale_plan();
	test_notify();
	test_settings(argv[1]);
	return fixture_close();
}
