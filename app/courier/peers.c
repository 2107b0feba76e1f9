/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Which other couriers are dead.
 *
 * A lease is long, because it must outlast the slowest mail server.  But a
 * courier that was killed has lost its connection to the database, and with it a
 * lock that it held; what it had claimed need not wait for the lease.  One
 * that is merely stopped or slow keeps both.  A second of patience lets those come
 * back whose connection alone was cut; whoever is too slow for that is kept from
 * harm by the fence.
 */
#include "base/clock.h"
#include "base/log.h"
#include "courier/courier.h"
#include "db/queries.h"

enum { PATIENCE_MS = 1000 };

static int64_t
missing_since(const struct peers *p, int holder, int64_t now)
{
	int i;

	for (i = 0; i < p->n; i++)
		if (p->missing[i].holder == holder)
			return p->missing[i].since;
	return now;
}

enum err
peers_look(struct db *db, int me, struct peers *p, int32_t dead[COURIER_DEAD], size_t *n)
{
	int64_t now = clock_monotonic_ms(), since[COURIER_DEAD];
	int holders[COURIER_DEAD], found = 0, i;
	struct rows *here, *rows;
	enum err e;
	size_t k;

	*n = 0;
	e = q_courier_here_queue(db, (struct q_courier_here){ .holder = me }, &here);
	if (e == ERR_OK)
		e = q_courier_missing(db, &rows);
	if (e != ERR_OK)
		return e;
	for (k = 0; k < rows_count(rows) && found < COURIER_DEAD; k++) {
		holders[found] = (int)rows_int(rows, k, "holder");
		since[found] = missing_since(p, holders[found], now);
		if (now - since[found] >= PATIENCE_MS)
			dead[(*n)++] = holders[found];
		found++;
	}
	for (i = 0; i < found; i++) {
		p->missing[i].holder = holders[i];
		p->missing[i].since = since[i];
	}
	p->n = found;
	return ERR_OK;
}
