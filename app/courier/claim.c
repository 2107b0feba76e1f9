/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Due work becomes jobs: four times a second, and when batches were made, the courier
 * asks which tenants have some, emergencies first, otherwise in random order.  Between two
 * such looks it asks those again, in one round trip, that had more than it took.
 *
 * A tenant has as many members at hand as keep the connections busy until the
 * next look, and no more: what is claimed and not begun would only wait here
 * until its lease runs out, where another courier could have had it.
 */
#include <stdio.h>
#include <string.h>

#include "base/clock.h"
#include "base/log.h"
#include "courier/courier.h"
#include "db/queries.h"

enum {
	LOOK_MS = 250, ASK_AGAIN_MS = 40,
	HUNGRY = COURIER_JOBS / 3	/* so much room, before it asks again: each answer is waited for */
};

struct look {
	int32_t dead[COURIER_DEAD];
	size_t n_dead;
	struct rows *work;
};

static int
free_jobs(const struct courier *c)
{
	int i, n = 0;

	for (i = 0; i < COURIER_JOBS; i++)
		n += !c->jobs[i].held;
	return n;
}

/* What this courier has in its hands it does not claim again, whatever became of the
 * lease while the database was away: its words about it are on their way.  So it is
 * with a batch that was lost, as long as something of it is in the air. */
static struct db_ids
held_batches(const struct courier *c, int64_t tenant)
{
	int64_t *ids = arena_alloc(c->arena, COURIER_JOBS * sizeof *ids);
	size_t n = 0;
	int i;

	for (i = 0; i < COURIER_JOBS; i++)
		if (c->jobs[i].held && c->jobs[i].tenant.id == tenant)
			ids[n++] = c->jobs[i].batch;
	return (struct db_ids){ ids, n };
}

static struct db_ids
held_letters(const struct courier *c, int64_t tenant)
{
	int64_t *ids = arena_alloc(c->arena, COURIER_FLIGHTS * sizeof *ids);
	size_t n = 0;
	int i;

	for (i = 0; i < COURIER_FLIGHTS; i++)
		if (c->flights[i].stage != FREE && c->flights[i].job == NULL && c->flights[i].tenant == tenant)
			ids[n++] = c->flights[i].letter_id;
	return (struct db_ids){ ids, n };
}

/* In the part where this tenant has fewest, if there is one (round.c). */
static struct job *
free_job(struct courier *c, int64_t tenant)
{
	int i, n[COURIER_PARTS] = { 0 };
	struct job *best = NULL;

	for (i = 0; i < COURIER_JOBS; i++)
		if (c->jobs[i].held && c->jobs[i].tenant.id == tenant)
			n[round_part(c, &c->jobs[i])]++;
	for (i = 0; i < COURIER_JOBS; i++)
		if (!c->jobs[i].held && (best == NULL || n[round_part(c, &c->jobs[i])] < n[round_part(c, best)]))
			best = &c->jobs[i];
	return best;
}

/* How many batches of this lane and below the tenant may have on top. */
static int
appetite(struct courier *c, int64_t tenant, int lane)
{
	int i, jobs = 0, members = 0, calls = 0, want, may = free_jobs(c) - (lane > 0 ? COURIER_SPARE : 0);

	for (i = 0; i < COURIER_JOBS; i++) {
		const struct job *j = &c->jobs[i];

		if (!j->held || j->tenant.id != tenant || j->lane > lane)
			continue;
		jobs++;
		calls += j->reached == 0;
		members += j->lost ? 0 : j->size - j->reached;
	}
	if (c->kind->people > 1)
		/* As many as take off within half a second. */
		want = account_rate(c, tenant) / 2 + 4 - calls;
	else if (members > COURIER_SLICE * 4 || members > c->capacity * 50)
		return 0;
	else
		want = c->conf->courier_batch - jobs;
	if (may > want)
		may = want;
	return may > 0 ? may : 0;
}

/* What letters say about the tenant. */
static void
learn(struct courier *c, struct tenant *t, const struct rows *rows)
{
	t->name = rows_text(rows, 0, "name");
	t->mail_from = rows_text(rows, 0, "mail_from");
	t->mail_name = rows_text(rows, 0, "mail_name");
	t->mail_reply = rows_text(rows, 0, "mail_reply");
	t->host = rows_text(rows, 0, "host");
	t->origin = arena_printf(c->arena, "https://%s%s", t->host, c->conf->public_port);
	bar_rest(c, t->id, rows_int(rows, 0, "rest_ms"), clock_monotonic_ms());
}

/* Opens a transaction of the tenant and learns what letters say about it, and by which
 * accounts they go. */
static enum err
enter(struct courier *c, struct tenant *t, bool *any)
{
	struct rows *rows;
	enum err e;

	e = db_begin(c->db, DB_WRITE);
	if (e == ERR_OK)
		e = q_enter_tenant_queue(c->db, (struct q_enter_tenant){ .tenant = t->id, .actor = "courier" }, NULL);
	if (e == ERR_OK)
		e = q_courier_tenant(c->db, &rows);
	if (e != ERR_OK)
		return e;
	learn(c, t, rows);
	e = vault_enter(c->vault, c->db, t->id);
	return e == ERR_OK ? account_read(c, t->id, any) : e;
}

/* Another job of the same message has them already: they never change. */
static const json_t *
renderings_at_hand(const struct courier *c, int64_t tenant, int64_t message)
{
	int i;

	for (i = 0; i < COURIER_JOBS; i++)
		if (c->jobs[i].held && c->jobs[i].message == message && c->jobs[i].tenant.id == tenant)
			return c->jobs[i].renderings;
	return NULL;
}

/* In all languages: {"ja": {…}, …}. */
static void
prepare(const struct channel_kind *kind, json_t *renderings)
{
	const char *language;
	json_t *content;

	if (kind->prepare != NULL)
		json_object_foreach(renderings, language, content)
			if (json_is_object(content))
				kind->prepare(content);
}

static enum err
take_job(struct courier *c, const struct tenant *t, const struct rows *rows, size_t row)
{
	struct job *j = free_job(c, t->id);
	struct arena *a;
	const json_t *kept;
	json_t *renderings;
	enum err e;

	must(j != NULL);
	if (j->arena == NULL)
		j->arena = arena_new();
	a = j->arena;
	arena_reset(a);
	*j = (struct job){
		.arena = a, .batch = rows_int(rows, row, "id"), .message = rows_int(rows, row, "message_id"),
		.fence = rows_int(rows, row, "fence"), .lane = (int)rows_int(rows, row, "lane"),
		.try = (int)rows_int(rows, row, c->kind->people > 1 ? "call" : "try") + (c->kind->people > 1),
		.doubt = rows_bool(rows, row, "doubt"), .valid_until_ms = rows_int(rows, row, "valid_until_ms"),
		.size = (int)rows_int(rows, row, "size"),
		.tenant = { .id = t->id, .name = arena_strdup(a, t->name), .mail_from = arena_strdup(a, t->mail_from),
		    .mail_name = arena_strdup(a, t->mail_name), .mail_reply = arena_strdup(a, t->mail_reply),
		    .host = arena_strdup(a, t->host), .origin = arena_strdup(a, t->origin) }
	};
	snprintf(j->key, sizeof j->key, "%s", rows_text(rows, row, "key"));
	snprintf(j->language, sizeof j->language, "%s", rows_text(rows, row, "language"));
	kept = renderings_at_hand(c, t->id, j->message);
	if (kept == NULL) {
		e = q_courier_rendering(c->db, (struct q_courier_rendering){
		    .message = j->message, .revision = (int)rows_int(rows, row, "revision"),
		    .channel = c->kind->name }, &renderings);
		if (e != ERR_OK && e != ERR_NOT_FOUND)
			return e;
		if (e == ERR_OK)
			prepare(c->kind, renderings);
		/* Without any, each member is refused, and that is seen. */
		kept = e == ERR_OK ? renderings : json_keep(c->arena, json_object());
	}
	j->renderings = json_keep(a, json_incref((json_t *)(uintptr_t)kept));
	j->seen = json_flag(kept, "seen");
	j->survey = json_int(kept, "survey");
	j->held = true;
	return ERR_OK;
}

/* No account of the town at this channel's gateways: nothing goes out, and staff see it. */
static enum err
hold_jobs(struct courier *c, const struct rows *rows)
{
	enum err e = ERR_OK;
	size_t i;

	for (i = 0; e == ERR_OK && i < rows_count(rows); i++)
		e = q_courier_hold_queue(c->db, (struct q_courier_hold){ .batch = rows_int(rows, i, "id"),
		    .fence = rows_int(rows, i, "fence"), .reason = "gateway_missing" }, NULL);
	return e;
}

/* It is asked again before the next look; one that finds no place waits for that. */
static void
note_more(struct courier *c, int64_t tenant, int lane)
{
	if (c->n_more < COURIER_MORE)
		c->more[c->n_more++] = (struct more){ tenant, lane };
}

static struct q_courier_claim
claim_of(struct courier *c, const struct look *l, int64_t tenant, int lane, int most)
{
	return (struct q_courier_claim){ .most = most, .lane = lane, .lease_s = c->conf->courier_lease_s, .holder = c->holder,
	    .dead = { l->dead, l->n_dead }, .held = held_batches(c, tenant), .channel = c->kind->name };
}

static enum err
take_jobs(struct courier *c, const struct look *l, const struct tenant *t, int lane, int most, bool any)
{
	struct rows *rows;
	enum err e;
	size_t i;

	e = q_courier_claim(c->db, claim_of(c, l, t->id, lane, most), &rows);
	if (e == ERR_OK && rows_count(rows) == (size_t)most)
		note_more(c, t->id, lane);
	if (e == ERR_OK && !any)
		return hold_jobs(c, rows);
	for (i = 0; e == ERR_OK && i < rows_count(rows); i++)
		e = take_job(c, t, rows, i);
	return e;
}

/* Jobs that are not ours after all, because the claim was not committed; or it
 * was, and then their lease will run out. */
static void
drop_jobs(struct courier *c, const bool held[COURIER_JOBS])
{
	int i;

	for (i = 0; i < COURIER_JOBS; i++)
		c->jobs[i].held = held[i];
}

/* The letters of one tenant, and of its batches as many as it may have. */
static void
take(struct courier *c, const struct look *l, struct tenant *t, bool letters, int lane)
{
	int room = COURIER_LETTERS - deliver_n_waiting(c), most = lane < 0 ? 0 : appetite(c, t->id, lane);
	struct rows *rows = NULL;
	bool held[COURIER_JOBS], any = false;
	enum err e;
	size_t i;
	int k;

	if (most == 0 && lane >= 0)
		note_more(c, t->id, lane);
	letters = letters && room > 0;
	if (most == 0 && !letters)
		return;
	for (k = 0; k < COURIER_JOBS; k++)
		held[k] = c->jobs[k].held;
	e = enter(c, t, &any);
	if (account_known(c, t->id) && account_shut(c, t->id, clock_monotonic_ms()))
		most = letters = 0;		/* as it was */
	if (e == ERR_OK && letters && any)
		e = q_courier_letters(c->db, (struct q_courier_letters){ .most = room,
		    .lease_s = c->conf->courier_lease_s, .holder = c->holder,
		    .dead = { l->dead, l->n_dead }, .held = held_letters(c, t->id), .channel = c->kind->name }, &rows);
	if (lane > 0 && bar_rests(c, t->id, clock_monotonic_ms()))
		lane = 0;
	if (e == ERR_OK && most > 0)
		e = take_jobs(c, l, t, lane, most, any);
	if (e == ERR_OK)
		e = db_commit(c->db);
	if (e != ERR_OK) {
		db_rollback(c->db);
		drop_jobs(c, held);
		log_warn("claim.failed tenant=%" PRId64 " outcome=%s", t->id, err_name(e));
		return;
	}
	for (i = 0; rows != NULL && i < rows_count(rows); i++)
		if (deliver_letter(c, t, rows, i) != ERR_OK)
			log_error("letter.unreadable tenant=%" PRId64 " letter=%" PRId64, t->id, rows_int(rows, i, "id"));
}

/* Rows that are ours by now become jobs.  Renderings that are not at hand are read. */
static enum err
take_claimed(struct courier *c, const struct tenant *t, const struct rows *rows)
{
	bool held[COURIER_JOBS], known = true;
	enum err e = ERR_OK;
	size_t i;
	int k;

	for (k = 0; k < COURIER_JOBS; k++)
		held[k] = c->jobs[k].held;
	for (i = 0; i < rows_count(rows); i++)
		known = known && renderings_at_hand(c, t->id, rows_int(rows, i, "message_id")) != NULL;
	if (!known)
		e = db_begin(c->db, DB_READ);
	if (!known && e == ERR_OK)
		e = q_enter_tenant_queue(c->db, (struct q_enter_tenant){ .tenant = t->id, .actor = "courier" }, NULL);
	for (i = 0; e == ERR_OK && i < rows_count(rows); i++)
		e = take_job(c, t, rows, i);
	if (!known && e == ERR_OK)
		e = db_commit(c->db);
	if (e != ERR_OK)
		drop_jobs(c, held);
	return e;
}

/* More batches of a tenant of which everything else is known, in one round trip. */
static void
take_more(struct courier *c, const struct more *m)
{
	static const struct look nobody;	/* who is dead is asked at each look */
	int64_t now = clock_monotonic_ms();
	int lane = m->lane > 0 && bar_rests(c, m->tenant, now) ? 0 : m->lane, most = appetite(c, m->tenant, lane);
	struct tenant t = { .id = m->tenant };
	struct rows *town, *rows;
	enum err e;

	if (!vault_again(c->vault, t.id) || !account_known(c, t.id) || account_shut(c, t.id, now))
		return;
	if (most == 0) {
		note_more(c, t.id, m->lane);
		return;
	}
	e = db_begin(c->db, DB_WRITE);
	if (e == ERR_OK)
		e = q_enter_tenant_queue(c->db, (struct q_enter_tenant){ .tenant = t.id, .actor = "courier" }, NULL);
	if (e == ERR_OK)
		e = q_courier_tenant_queue(c->db, &town);
	if (e == ERR_OK)
		e = q_courier_claim_queue(c->db, claim_of(c, &nobody, t.id, lane, most), &rows);
	if (e == ERR_OK)
		e = db_commit_send(c->db);
	if (e == ERR_OK)
		e = db_commit_end(c->db);
	if (e == ERR_OK) {
		learn(c, &t, town);
		if (rows_count(rows) == (size_t)most)
			note_more(c, t.id, m->lane);
		e = take_claimed(c, &t, rows);
	}
	if (e != ERR_OK) {
		db_rollback(c->db);
		log_warn("claim.failed tenant=%" PRId64 " outcome=%s", t.id, err_name(e));
	}
}

static void
claim_more(struct courier *c)
{
	struct more asked[COURIER_MORE];
	int i, n = c->n_more;

	memcpy(asked, c->more, sizeof asked);
	c->n_more = 0;
	for (i = 0; i < n; i++)
		take_more(c, &asked[i]);
}

static enum err
look(struct courier *c, struct look *l)
{
	enum err e;

	*l = (struct look){ 0 };
	e = db_begin(c->db, DB_READ);
	if (e == ERR_OK)
		e = peers_look(c->db, c->holder, &c->peers, l->dead, &l->n_dead);
	if (e == ERR_OK)
		e = q_courier_work(c->db, (struct q_courier_work){ .dead = { l->dead, l->n_dead }, .channel = c->kind->name }, &l->work);
	if (e == ERR_OK)
		e = db_commit(c->db);
	if (e != ERR_OK)
		db_rollback(c->db);
	return e;
}

void
claim_due(struct courier *c)
{
	int64_t now = clock_monotonic_ms();
	struct look l;
	size_t i;

	if (now - c->looked < LOOK_MS) {
		if (c->n_more > 0 && free_jobs(c) > HUNGRY && now - c->asked >= ASK_AGAIN_MS) {
			c->asked = now;
			claim_more(c);
		}
		return;
	}
	c->looked = c->asked = now;
	c->n_more = 0;
	if (look(c, &l) != ERR_OK)
		return;
	for (i = 0; i < rows_count(l.work); i++) {
		struct tenant t = { .id = rows_int(l.work, i, "tenant_id") };
		int lane = rows_null(l.work, i, "lane") ? -1 : (int)rows_int(l.work, i, "lane");

		if (account_known(c, t.id) && account_shut(c, t.id, now) && !account_stale(c, t.id, now))
			continue;
		take(c, &l, &t, rows_bool(l.work, i, "letters"), lane);
	}
}
