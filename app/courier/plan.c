/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Messages whose time has come: their audience is frozen into batches and they
 * go on the site, each in a transaction of its own (message_plan).
 */
#include "base/log.h"
#include "courier/courier.h"
#include "db/queries.h"

static void
plan(struct courier *c, const struct tenant *t, int64_t message)
{
	struct rows *rows;
	enum err e;

	e = db_begin(c->db, DB_WRITE);
	if (e == ERR_OK)
		e = q_enter_tenant_queue(c->db, (struct q_enter_tenant){ .tenant = t->id, .actor = "courier" }, NULL);
	if (e == ERR_OK)
		e = q_courier_plan(c->db, (struct q_courier_plan){
		    .message = message, .size = COURIER_SLICE }, &rows);
	if (e == ERR_OK)
		e = db_commit(c->db);
	if (e != ERR_OK) {
		db_rollback(c->db);
		log_error("message.unplanned tenant=%" PRId64 " message=%" PRId64 " outcome=%s", t->id, message, err_name(e));
		return;
	}
	if (!rows_null(rows, 0, "recipients"))
		log_info("message.planned tenant=%" PRId64 " message=%" PRId64 " recipients=%" PRId64,
		    t->id, message, rows_int(rows, 0, "recipients"));
}

void
plan_due(struct courier *c, const struct tenant *t)
{
	struct rows *rows;
	enum err e;
	size_t i;

	e = db_begin(c->db, DB_READ);
	if (e == ERR_OK)
		e = q_enter_tenant_queue(c->db, (struct q_enter_tenant){ .tenant = t->id, .actor = "courier" }, NULL);
	if (e == ERR_OK)
		e = q_courier_messages_due(c->db, &rows);
	if (e == ERR_OK)
		e = db_commit(c->db);
	if (e != ERR_OK) {
		db_rollback(c->db);
		return;
	}
	for (i = 0; i < rows_count(rows); i++)
		plan(c, t, rows_int(rows, i, "id"));
}
