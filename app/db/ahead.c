/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A COMMIT that nobody waits for: the courier goes on sending while the server
 * writes.  Answers are kept as they come, and read in one go at the end by the
 * same code that reads those that were waited for.
 */
#include "db/query.h"
#include <poll.h>
#include "base/log.h"

PGresult *
ahead_result(struct db *db)
{
	if (db->read_answers < db->n_answers)
		return db->answers[db->read_answers++];
	return PQgetResult(db->conn);
}

void
ahead_forget(struct db *db)
{
	while (db->read_answers < db->n_answers)
		PQclear(db->answers[db->read_answers++]);
	db->n_answers = db->read_answers = 0;
	db->ahead = db->answered = false;
}

enum err
db_commit_send(struct db *db)
{
	enum err e = db->failed;

	must(db->in_transaction && !db->ahead && db->mode == DB_WRITE);
	if (e == ERR_OK && !flight_depart(db, "COMMIT"))
		e = ERR_BUSY;
	if (e != ERR_OK) {
		db_rollback(db);
		return e;
	}
	db->ahead = true;
	return ERR_OK;
}

bool
db_commit_answered(struct db *db)
{
	PGresult *r;

	must(db->ahead);
	if (!db->answered && PQconsumeInput(db->conn) != 1)
		db->answered = true;	/* lost, as the reader will find */
	while (!db->answered && !PQisBusy(db->conn)) {
		must(db->n_answers < ANSWERS_MAX);
		r = PQgetResult(db->conn);
		db->answers[db->n_answers++] = r;
		db->answered = (r != NULL && PQresultStatus(r) == PGRES_PIPELINE_SYNC) ||
		    PQstatus(db->conn) != CONNECTION_OK;
	}
	return db->answered;
}

enum err
db_commit_end(struct db *db)
{
	enum err e;

	while (!db_commit_answered(db)) {
		struct pollfd p = { .fd = PQsocket(db->conn), .events = POLLIN };

		poll(&p, 1, -1);
	}
	e = flight_arrive(db, "COMMIT");
	ahead_forget(db);
	if (db->failed != ERR_OK)
		db_rollback(db);
	db->in_transaction = false;
	return e;
}

void
db_hang_up(struct db *db)
{
	db->health = HEALTH_LOST;
	db->failed = ERR_BUSY;
	db_rollback(db);
}
