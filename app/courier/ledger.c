/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Rounds: one transaction of one tenant each, which writes down the verdicts of
 * what has landed, marks the next members as begun, and ends batches that are
 * through.  All of it goes off in one piece (db_commit_send), and members fly once
 * the COMMIT was answered.
 *
 * A round whose answer was lost may have been committed or not.  It is simply
 * done again: the same verdicts twice are one, the same members are given again
 * (batch_start), a batch ends once.
 */
#include <sys/epoll.h>

#include "base/buf.h"
#include "base/clock.h"
#include "base/log.h"
#include "courier/courier.h"
#include "db/queries.h"

enum {
	AGAIN_MS = 250,		/* before a round that failed is done again */
	LOOK_MS = 250,
	TOKEN_MS = 4,
	AWAY_MS = 30000		/* a database that does not answer is hung up on */
};

static void
set_written(struct courier *c, const struct round *r, enum stage to, int64_t not_before)
{
	int i;

	for (i = 0; i < COURIER_FLIGHTS; i++) {
		struct flight *f = &c->flights[i];

		if (f->stage != WRITING || !round_has(c, r, f))
			continue;
		f->stage = to;
		f->not_before = not_before;
	}
}

static void
note_landed(struct courier *c, int64_t now)
{
	int i;

	c->landed = 0;
	for (i = 0; i < COURIER_FLIGHTS; i++)
		if (c->flights[i].stage == LANDED)
			c->landed = now;
}

/* It did not come about, or nobody knows: all as before, a little later. */
static void
fail_round(struct courier *c, struct round *r, enum err e, int64_t now)
{
	int i;

	log_warn("round.failed tenant=%" PRId64 " outcome=%s", r->tenant, err_name(e));
	set_written(c, r, LANDED, now + AGAIN_MS);
	for (i = 0; i < r->n; i++)
		r->steps[i].job->not_before = now + AGAIN_MS;
	r->away = false;
	note_landed(c, now);
}

/* --- back again --- */

static enum err
enter_vault(struct courier *c, int64_t tenant)
{
	enum err e;

	if (vault_again(c->vault, tenant))
		return ERR_OK;
	e = db_begin(c->db, DB_READ);
	if (e == ERR_OK)
		e = q_enter_tenant_queue(c->db, (struct q_enter_tenant){ .tenant = tenant, .actor = "courier" }, NULL);
	if (e == ERR_OK)
		e = vault_enter(c->vault, c->db, tenant);
	if (e == ERR_OK)
		e = db_commit(c->db);
	if (e != ERR_OK)
		db_rollback(c->db);
	return e;
}

/* In the arena of the turn. */
static const char *
opened(struct courier *c, const uint8_t *sealed, size_t n)
{
	struct buf address;

	buf_init(&address, c->arena);
	/* "" does not compose: refused, and said. */
	return vault_open(c->vault, "contact.address", sealed, n, &address) == ERR_OK ? address.data : "";
}

static const char *
open_address(struct courier *c, const struct rows *begun, size_t i)
{
	const uint8_t *sealed;
	size_t n;

	sealed = rows_bytes(begun, i, "address", &n);
	return opened(c, sealed, n);
}

/* From row i on, the addresses of one member.  Returns how many rows. */
static size_t
send_letter(struct courier *c, struct job *j, const struct rows *begun, size_t i)
{
	const char *many[COURIER_DEVICES];
	int64_t citizen = rows_int(begun, i, "citizen_id"), contacts[COURIER_DEVICES];
	size_t n = 0, row;

	for (row = i; row < rows_count(begun) && !rows_null(begun, row, "citizen_id"); row++) {
		if (rows_int(begun, row, "citizen_id") != citizen)
			break;
		if (n == COURIER_DEVICES)
			continue;	/* nobody has so many devices */
		contacts[n] = rows_int(begun, row, "contact_id");
		many[n++] = open_address(c, begun, row);
	}
	deliver_member(c, j, &(struct addressee){ .citizen = citizen, .language = rows_text(begun, i, "language"),
	    .many = many, .n = n, .contacts = contacts, .doubt = rows_bool(begun, i, "doubt") });
	return row - i;
}

static void
lose(struct job *j)
{
	if (!j->lost)
		log_warn("batch.lost tenant=%" PRId64 " message=%" PRId64 " batch=%" PRId64,
		    j->tenant.id, j->message, j->batch);
	j->lost = true;
}

/* False: begun and not sent, which nobody else can know. They will be noted as unknown and
 * sent again when the lease has run out. */
static bool
vault_opens(struct courier *c, struct job *j)
{
	enum err e = enter_vault(c, j->tenant.id);

	if (e == ERR_OK)
		return true;
	log_error("vault.closed tenant=%" PRId64 " outcome=%s", j->tenant.id, err_name(e));
	j->lost = true;
	return false;
}

/* All members of a call, whose addresses come in one value (batch_start_calls). */
static void
send_call(struct courier *c, struct job *j, const struct rows *begun, size_t row)
{
	const char **many = arena_alloc(c->arena, (size_t)j->size * sizeof *many);
	size_t size, at, n = 0, length;
	const uint8_t *packed;

	if (row == rows_count(begun)) {
		lose(j);	/* or stopped, or too late, or nobody is left */
		return;
	}
	j->reached = (int)rows_int(begun, row, "reached");
	if (!vault_opens(c, j))
		return;
	packed = rows_bytes(begun, row, "address", &size);
	for (at = 0; at + 2 <= size; at += 2 + length) {
		length = (size_t)packed[at] << 8 | packed[at + 1];
		must(at + 2 + length <= size && n < (size_t)j->size);
		many[n++] = opened(c, packed + at + 2, length);
	}
	deliver_member(c, j, &(struct addressee){ .many = many, .n = n, .doubt = rows_bool(begun, row, "doubt") });
}

/* The row of this batch; rows_count: it has none. */
static size_t
row_of(const struct rows *rows, int64_t batch)
{
	size_t i = 0;

	while (i < rows_count(rows) && rows_int(rows, i, "batch") != batch)
		i++;
	return i;
}

/* Another courier has it. */
static bool
is_taken(const struct round *r, const struct step *s)
{
	size_t row;

	if (r->recorded == NULL)
		return s->recorded != NULL && !rows_bool(s->recorded, 0, "mine");
	row = row_of(r->recorded, s->job->batch);
	return row < rows_count(r->recorded) && !rows_bool(r->recorded, row, "mine");
}

static void
send_letters(struct courier *c, struct job *j, const struct rows *begun)
{
	size_t n = rows_count(begun);

	if (n == 0) {
		lose(j);	/* or stopped, or too late */
		return;
	}
	j->reached = (int)rows_int(begun, n - 1, "reached");
	if (!vault_opens(c, j))
		return;
	for (size_t i = 0; i < n;)
		i += rows_null(begun, i, "citizen_id") ? 1 : send_letter(c, j, begun, i);
}

static void
end_step(struct courier *c, const struct round *r, const struct step *s)
{
	struct job *j = s->job;

	if (is_taken(r, s))
		lose(j);
	if (s->ends) {
		log_info("batch.done tenant=%" PRId64 " message=%" PRId64 " batch=%" PRId64 " reached=%d size=%d lost=%d",
		    j->tenant.id, j->message, j->batch, j->reached, j->size, j->lost);
		j->held = false;
	} else if (s->begun != NULL)
		send_letters(c, j, s->begun);
	else if (s->most > 0 && r->begun != NULL)
		send_call(c, j, r->begun, row_of(r->begun, j->batch));
}

/* What other rounds are told meanwhile: the server waits while a socket is full. */
static void
take_in(struct courier *c)
{
	int i;

	for (i = 0; i < COURIER_ROUNDS; i++)
		if (c->rounds[i].away)
			(void)db_commit_answered(c->rounds[i].db);
}

static void
end_round(struct courier *c, struct round *r, int64_t now)
{
	enum err e = db_commit_end(r->db);
	int i;

	if (e != ERR_OK) {
		fail_round(c, r, e, now);
		return;
	}
	r->away = false;
	set_written(c, r, FREE, 0);
	note_landed(c, now);
	for (i = 0; i < r->n; i++) {
		end_step(c, r, &r->steps[i]);
		take_in(c);
	}
}

static void
hear_rounds(struct courier *c, int64_t now)
{
	int i;

	for (i = 0; i < COURIER_ROUNDS; i++) {
		struct round *r = &c->rounds[i];

		if (!r->away)
			continue;
		if (!db_commit_answered(r->db)) {
			if (now - r->sent < AWAY_MS)
				continue;
			db_hang_up(r->db);
			fail_round(c, r, ERR_BUSY, now);
			continue;
		}
		epoll_ctl(c->answers, EPOLL_CTL_DEL, db_socket(r->db), NULL);
		end_round(c, r, now);
	}
}

static bool
is_away(const struct courier *c, int64_t tenant, int part)
{
	int i;

	for (i = 0; i < COURIER_ROUNDS; i++)
		if (c->rounds[i].away && c->rounds[i].tenant == tenant && c->rounds[i].part == part)
			return true;
	return false;
}

static struct round *
idle_round(struct courier *c)
{
	int i;

	for (i = 0; i < COURIER_ROUNDS; i++)
		if (!c->rounds[i].away)
			return &c->rounds[i];
	return NULL;
}

static void
begin_round(struct courier *c, struct round *r, int64_t tenant, int part, int64_t now)
{
	struct epoll_event event = { .events = EPOLLIN };
	enum err e;

	r->tenant = tenant;
	r->part = part;
	if (!round_plan(c, r, now))
		return;
	arena_reset(r->arena);
	db_use(r->db, r->arena);
	e = round_send(c, r);
	if (e != ERR_OK) {
		fail_round(c, r, e, now);
		return;
	}
	r->away = true;
	r->sent = now;
	note_landed(c, now);
	epoll_ctl(c->answers, EPOLL_CTL_ADD, db_socket(r->db), &event);
}

/* --- given back --- */

enum what { WAITING_LETTERS, EVERYTHING };

static enum err
give_back(struct courier *c, int64_t tenant, enum what what)
{
	enum err e;
	int i;

	e = db_begin(c->db, DB_WRITE);
	if (e == ERR_OK)
		e = q_enter_tenant_queue(c->db, (struct q_enter_tenant){ .tenant = tenant, .actor = "courier" }, NULL);
	for (i = 0; e == ERR_OK && what == EVERYTHING && i < COURIER_JOBS; i++)
		if (c->jobs[i].held && !c->jobs[i].lost && c->jobs[i].tenant.id == tenant)
			e = q_courier_release_queue(c->db, (struct q_courier_release){
			    .batch = c->jobs[i].batch, .fence = c->jobs[i].fence }, NULL);
	for (i = 0; e == ERR_OK && i < COURIER_FLIGHTS; i++)
		if (c->flights[i].stage == WAITING && c->flights[i].job == NULL && c->flights[i].tenant == tenant)
			e = q_courier_letter_release_queue(c->db, (struct q_courier_letter_release){
			    .letter = c->flights[i].letter_id, .fence = c->flights[i].fence }, NULL);
	return e == ERR_OK ? db_commit(c->db) : e;
}

static void
release(struct courier *c, enum what what)
{
	int i, k;

	for (i = 0; i < COURIER_JOBS + COURIER_FLIGHTS; i++) {
		const struct flight *f = &c->flights[i < COURIER_JOBS ? 0 : i - COURIER_JOBS];
		int64_t tenant = i < COURIER_JOBS ? c->jobs[i].tenant.id : f->tenant;

		if (i < COURIER_JOBS ? what != EVERYTHING || !c->jobs[i].held : f->stage != WAITING || f->job != NULL)
			continue;
		if (give_back(c, tenant, what) != ERR_OK)
			db_rollback(c->db);	/* their leases will run out */
		for (k = 0; k < COURIER_JOBS && what == EVERYTHING; k++)
			c->jobs[k].held = c->jobs[k].held && c->jobs[k].tenant.id != tenant;
		for (k = 0; k < COURIER_FLIGHTS; k++)
			if (c->flights[k].stage == WAITING && c->flights[k].job == NULL && c->flights[k].tenant == tenant)
				c->flights[k].stage = FREE;
	}
}

void
ledger_release(struct courier *c)
{
	release(c, EVERYTHING);
}

/* --- one turn of the loop --- */

/* The tenant of the at-th thing that may need a round; 0: none.  A member's
 * flight needs none of its own, for its job is there. */
static int64_t
tenant_at(const struct courier *c, int at)
{
	const struct flight *f = &c->flights[at < COURIER_JOBS ? 0 : at - COURIER_JOBS];

	if (at < COURIER_JOBS)
		return c->jobs[at].held ? c->jobs[at].tenant.id : 0;
	return f->stage == LANDED && f->job == NULL ? f->tenant : 0;
}

/* A gateway that is away keeps no letters here: another courier may do better. */
static void
return_letters(struct courier *c)
{
	int64_t now = clock_monotonic_ms();
	int i;

	for (i = 0; i < COURIER_FLIGHTS; i++)
		if (c->flights[i].stage == WAITING && c->flights[i].job == NULL &&
		    account_open(c, c->flights[i].account, c->flights[i].tenant, now)) {
			release(c, WAITING_LETTERS);
			return;
		}
}

void
ledger_turn(struct courier *c)
{
	enum { ALL = COURIER_JOBS + COURIER_FLIGHTS };
	int64_t now = clock_monotonic_ms(), tried[ALL], tenant;
	int i, k, n = 0, first = c->turn, part;
	struct round *r;

	hear_rounds(c, now);
	deliver_waiting(c);
	return_letters(c);
	/* Whoever was served last is looked at last. */
	for (i = 0; i < ALL && (r = idle_round(c)) != NULL; i++) {
		k = (first + i) % ALL;
		tenant = tenant_at(c, k);
		part = round_part(c, k < COURIER_JOBS ? &c->jobs[k] : NULL);
		for (k = 0; k < n && tried[k] != tenant * COURIER_PARTS + part; k++)
			;
		if (tenant == 0 || k < n || is_away(c, tenant, part))
			continue;
		tried[n++] = tenant * COURIER_PARTS + part;
		begin_round(c, r, tenant, part, now);
		if (r->away)
			c->turn = (first + i + 1) % ALL;
	}
}

int
ledger_patience_ms(const struct courier *c)
{
	int64_t now = clock_monotonic_ms(), ms = LOOK_MS;
	int i;

	for (i = 0; i < COURIER_FLIGHTS; i++) {
		const struct flight *f = &c->flights[i];
		int64_t due = c->landed + COURIER_GATHER_MS > f->not_before ? c->landed + COURIER_GATHER_MS : f->not_before;

		if (f->job != NULL && f->job->not_before > due)
			due = f->job->not_before;
		/* A turn of its own comes with the next token. */
		if (f->stage == WAITING && f->account->bucket.rate > 0 && ms > TOKEN_MS)
			ms = TOKEN_MS;
		/* What is due already waits for an answer, which is waited for too. */
		if (f->stage == LANDED && due > now && due - now < ms)
			ms = due - now;
	}
	return (int)ms;
}

bool
ledger_busy(const struct courier *c)
{
	int i;

	for (i = 0; i < COURIER_ROUNDS; i++)
		if (c->rounds[i].away)
			return true;
	return deliver_open(c) > 0;
}
