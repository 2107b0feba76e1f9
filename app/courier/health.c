/* SPDX-License-Identifier: Apache-2.0 */
/*
 * How accounts fare, as staff see it at /desk/settings/channels and machines at /metrics:
 * written every few seconds, and when a breaker moves.
 */
#include <string.h>

#include "base/clock.h"
#include "courier/courier.h"
#include "db/queries.h"

enum { REPORT_MS = 3000 };

static const char *
state_of(const struct account *a, int64_t now)
{
	return now < a->paused_until ? "open" : breaker_state(&a->breaker, now);
}

static enum err
enter(struct courier *c, int64_t tenant)
{
	return q_enter_tenant_queue(c->db, (struct q_enter_tenant){ .tenant = tenant, .actor = "courier" }, NULL);
}

static enum err
report(struct courier *c, struct account *a, int64_t now)
{
	const struct breaker *b = &a->breaker;
	const char *state = state_of(a, now), *reason = now < a->paused_until ? a->paused_for : b->reason;
	int64_t until = b->until > a->paused_until ? b->until : a->paused_until;
	int pause_ms = strcmp(state, "open") == 0 ? (int)(until - now) : 0;
	enum err e;

	e = db_begin(c->db, DB_WRITE);
	if (e == ERR_OK && a->id == 0)
		e = q_courier_mail_server_queue(c->db, (struct q_courier_mail_server){ .place = a->place + 1, .breaker = state,
		    .reason = reason, .failures = b->failures, .pause_ms = pause_ms, .delay_ms = a->delay_ms,
		    .accepted = a->accepted, .failed = a->failed }, NULL);
	else if (e == ERR_OK) {
		e = enter(c, a->tenant);
		if (e == ERR_OK)
			e = q_courier_health_queue(c->db, (struct q_courier_health){ .gateway = a->id,
			    .breaker = state, .reason = reason, .failures = b->failures, .pause_ms = pause_ms,
			    .delay_ms = a->delay_ms, .accepted = a->accepted, .failed = a->failed }, NULL);
	}
	return e == ERR_OK ? db_commit(c->db) : e;
}

static void
report_account(struct courier *c, struct account *a, int64_t now, bool due)
{
	const char *state = state_of(a, now);

	if (a->told != NULL && strcmp(state, a->told) == 0 && (!due || a->accepted + a->failed == 0))
		return;
	c->reported = now;
	a->told = state;
	if (report(c, a, now) == ERR_OK)
		a->accepted = a->failed = 0;
	else
		db_rollback(c->db);	/* or the account was taken away */
}

/* What bounce_take wrote is not ours to write. */
static void
report_bar(struct courier *c, struct bar *b, int64_t now)
{
	const char *state = breaker_state(&b->breaker, now);
	enum err e;

	if (b->place == BAR_RETURNS || strcmp(state, b->told) == 0)
		return;
	b->told = state;
	e = db_begin(c->db, DB_WRITE);
	if (e == ERR_OK)
		e = enter(c, b->tenant);
	if (e == ERR_OK)
		e = q_courier_mail_bar_queue(c->db, (struct q_courier_mail_bar){ .place = b->place + 1, .breaker = state,
		    .pause_ms = breaker_open(&b->breaker, now) ? (int)(b->breaker.until - now) : 0 }, NULL);
	if (e == ERR_OK)
		e = db_commit(c->db);
	if (e != ERR_OK)
		db_rollback(c->db);
}

/* A second mail server that is no more is nothing to be shown. */
static void
forget_servers(struct courier *c)
{
	enum err e = db_begin(c->db, DB_WRITE);

	if (e == ERR_OK)
		e = q_courier_mail_server_forget_queue(c->db, (struct q_courier_mail_server_forget){
		    .most = c->conf->smtp_url != NULL ? c->n_own : 0 }, NULL);
	if (e == ERR_OK)
		e = db_commit(c->db);
	if (e != ERR_OK)
		db_rollback(c->db);
	c->counted = e == ERR_OK;
}

void
health_report(struct courier *c)
{
	int64_t now = clock_monotonic_ms();
	bool due = now - c->reported > REPORT_MS;
	int i;

	if (c->kind == &email_kind && !c->counted)
		forget_servers(c);
	for (i = 0; i < c->n_own && c->kind == &email_kind && c->conf->smtp_url != NULL; i++)
		report_account(c, &c->own[i], now, due);
	for (i = 0; i < COURIER_ACCOUNTS; i++)
		if (c->accounts[i].id != 0)
			report_account(c, &c->accounts[i], now, due);
	for (i = 0; i < c->n_bars; i++)
		report_bar(c, &c->bars[i], now);
}
