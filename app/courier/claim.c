/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Due work becomes jobs: four times a second the courier asks which tenants
 * have some, emergencies first, otherwise in random order, and takes one batch
 * of each in turn, so that a city of millions does not stand in a village's way.
 */
#include <stdio.h>

#include "base/clock.h"
#include "base/log.h"
#include "courier/courier.h"
#include "db/queries.h"
#include "domain/delivery.h"
#include "domain/mail.h"

enum { LOOK_MS = 250, LETTERS = 20 };

static struct job *
free_job(struct courier *c)
{
	int i;

	for (i = 0; i < c->conf->courier_batch && i < COURIER_JOBS; i++)
		if (!c->jobs[i].held)
			return &c->jobs[i];
	return NULL;
}

/* Opens a transaction of the tenant and learns what mails say about it. */
static enum err
enter(struct courier *c, struct tenant *t)
{
	struct rows *rows;
	enum err e;

	e = db_begin(c->db, DB_WRITE);
	if (e != ERR_OK)
		return e;
	e = q_enter_tenant_queue(c->db, (struct q_enter_tenant){ .tenant = t->id, .actor = "courier" }, NULL);
	if (e != ERR_OK)
		return e;
	e = q_courier_tenant(c->db, &rows);
	if (e != ERR_OK)
		return e;
	t->name = rows_text(rows, 0, "name");
	t->mail_from = rows_text(rows, 0, "mail_from");
	t->host = rows_text(rows, 0, "host");
	t->origin = arena_printf(c->arena, "https://%s%s", t->host, c->conf->public_port);
	return vault_enter(c->vault, c->db, t->id);
}

static enum err
take_batch(struct courier *c, struct job *j, const struct tenant *t, bool *took)
{
	struct rows *rows;
	json_t *renderings;
	enum err e;

	e = q_courier_claim(c->db, (struct q_courier_claim){
	    .most = 1, .lease_s = c->conf->courier_lease_s }, &rows);
	if (e != ERR_OK || rows_count(rows) == 0)
		return e;
	if (j->arena == NULL)
		j->arena = arena_new();
	arena_reset(j->arena);
	j->batch = rows_int(rows, 0, "id");
	j->message = rows_int(rows, 0, "message_id");
	j->fence = rows_int(rows, 0, "fence");
	j->lane = (int)rows_int(rows, 0, "lane");
	j->try = (int)rows_int(rows, 0, "try");
	j->size = (int)rows_int(rows, 0, "size");
	snprintf(j->key, sizeof j->key, "%s", rows_text(rows, 0, "key"));
	j->reached = j->flying = j->wait_s = 0;
	j->lost = j->doubtful = false;
	j->tenant = (struct tenant){ .id = t->id,
	    .name = arena_strdup(j->arena, t->name), .mail_from = arena_strdup(j->arena, t->mail_from),
	    .host = arena_strdup(j->arena, t->host), .origin = arena_strdup(j->arena, t->origin) };

	e = q_courier_rendering(c->db, (struct q_courier_rendering){
	    .message = j->message, .revision = (int)rows_int(rows, 0, "revision") }, &renderings);
	if (e != ERR_OK)
		return e;
	j->renderings = json_keep(j->arena, json_incref(renderings));
	*took = true;
	return ERR_OK;
}

/* How messages ended, to those who wrote them.  A transaction of its own: whatever
 * goes wrong with it keeps no mail from going out. */
static void
report(struct courier *c, struct tenant *t)
{
	struct mailer mailer = { .vault = c->vault, .db = c->db, .templates = c->templates,
	    .words = catalogue_words(c->catalogue, "ja"), .arena = c->arena };
	enum err e = enter(c, t);

	if (e == ERR_OK)
		e = delivery_report(&mailer, t->name, t->origin);
	if (e == ERR_OK)
		e = db_commit(c->db);
	if (e != ERR_OK) {
		db_rollback(c->db);
		log_warn("report.failed tenant=%" PRId64 " outcome=%s", t->id, err_name(e));
	}
}

static enum err
take_letters(struct courier *c, struct rows **rows)
{
	int room = deliver_room(c);

	return q_courier_letters(c->db, (struct q_courier_letters){
	    .most = room < LETTERS ? room : LETTERS, .lease_s = c->conf->courier_lease_s }, rows);
}

/* One batch and the letters of one tenant.  True: there was a batch. */
static bool
take(struct courier *c, struct tenant *t, bool letters)
{
	struct job *j = free_job(c);
	struct rows *rows = NULL;
	bool took = false;
	enum err e;
	size_t i;

	if (j == NULL && !letters)
		return false;
	e = enter(c, t);
	if (e == ERR_OK && letters)
		e = take_letters(c, &rows);
	if (e == ERR_OK && j != NULL)
		e = take_batch(c, j, t, &took);
	if (e == ERR_OK)
		e = db_commit(c->db);
	if (e != ERR_OK) {
		db_rollback(c->db);
		log_warn("claim.failed tenant=%" PRId64 " outcome=%s", t->id, err_name(e));
		return false;
	}
	if (took)
		j->held = true;
	for (i = 0; rows != NULL && i < rows_count(rows); i++)
		if (deliver_letter(c, t, rows, i) != ERR_OK)
			log_error("letter.unreadable tenant=%" PRId64 " letter=%" PRId64, t->id, rows_int(rows, i, "id"));
	return took;
}

void
claim_due(struct courier *c)
{
	int64_t now = clock_monotonic_ms();
	struct rows *rows;
	bool more = true;
	int turn;
	size_t i;

	if (now - c->looked < LOOK_MS || breaker_open(&c->breaker) || deliver_room(c) == 0)
		return;
	c->looked = now;
	if (db_begin(c->db, DB_READ) != ERR_OK || q_courier_due(c->db, &rows) != ERR_OK ||
	    db_commit(c->db) != ERR_OK) {
		db_rollback(c->db);
		return;
	}
	for (turn = 0; more && turn < COURIER_JOBS; turn++) {
		more = false;
		for (i = 0; i < rows_count(rows); i++) {
			struct tenant t = { .id = rows_int(rows, i, "tenant_id") };

			if (turn == 0) {
				plan_due(c, &t);
				report(c, &t);
			}
			if (take(c, &t, turn == 0))
				more = free_job(c) != NULL;
		}
	}
	/* There was more than fits: look again as soon as there is room. */
	if (rows_count(rows) > 0 && free_job(c) == NULL)
		c->looked = 0;
}
