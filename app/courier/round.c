/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What one round does: for a tenant, the verdicts of what has landed, the next
 * members of its batches, and the batches that are through (ledger.c).
 *
 * The jobs of a tenant go in parts, each with rounds of its own: while one part
 * is written to the disk, the others fly and join it there.
 */
#include <string.h>

#include "base/clock.h"
#include "courier/courier.h"
#include "db/queries.h"

enum { SOON_S = 1 };		/* one gateway failed, and the other is well */

/* --- what a tenant's round would be --- */

int
round_part(const struct courier *c, const struct job *j)
{
	return j != NULL ? (int)((j - c->jobs) % COURIER_PARTS) : 0;
}

bool
round_has(const struct courier *c, const struct round *r, const struct flight *f)
{
	return f->tenant == r->tenant && round_part(c, f->job) == r->part;
}

/* Not while its job waits because a round of it failed, for then it has no step. */
static bool
ready(const struct courier *c, const struct round *r, const struct flight *f, int64_t now)
{
	return f->stage == LANDED && f->not_before <= now && (f->job == NULL || f->job->not_before <= now) &&
	    round_has(c, r, f);
}

/* Takes along what has landed of this job, or the letters (NULL).  What is written
 * is what was taken, and the same is forgotten when the round is committed: nothing
 * else in the round may be WRITING. */
static void
board(struct courier *c, const struct round *r, const struct job *j, int64_t now)
{
	int i;

	for (i = 0; i < COURIER_FLIGHTS; i++)
		if (c->flights[i].job == j && ready(c, r, &c->flights[i], now))
			c->flights[i].stage = WRITING;
}

static bool
aboard(const struct courier *c, const struct round *r, const struct flight *f, const struct job *j)
{
	return f->stage == WRITING && f->job == j && round_has(c, r, f);
}

/* Flights of this job that the round at hand does not bring to their end. */
static int
left_open(const struct courier *c, const struct round *r, const struct job *j, int64_t now)
{
	int i, n = 0;

	for (i = 0; i < COURIER_FLIGHTS; i++)
		n += c->flights[i].stage != FREE && c->flights[i].job == j && !ready(c, r, &c->flights[i], now);
	return n;
}

static bool
hungry(const struct job *j)
{
	return j->held && !j->lost && j->reached < j->size;
}

/* The lane whose turn it is: nobody else is begun while emergencies wait. */
static int
lane_of_turn(const struct courier *c)
{
	int i, lane = 1;

	for (i = 0; i < COURIER_JOBS; i++)
		if (hungry(&c->jobs[i]) && c->jobs[i].lane < lane)
			lane = c->jobs[i].lane;
	return lane;
}

/* How many members the round may begin: the connections are shared evenly among
 * all tenants that have somebody to write to, letters going first. */
static int
share_of(struct courier *c, const struct round *r, int lane, int landed)
{
	int64_t seen[COURIER_JOBS];
	int i, k, n = 0, own = -landed, room, quota;
	bool parts[COURIER_PARTS] = { false };

	for (i = 0; i < COURIER_JOBS; i++) {
		const struct job *j = &c->jobs[i];

		if (!hungry(j) || j->lane > lane)
			continue;
		if (j->tenant.id == r->tenant)
			parts[round_part(c, j)] = true;
		for (k = 0; k < n && seen[k] != j->tenant.id; k++)
			;
		if (k == n)
			seen[n++] = j->tenant.id;
	}
	if (!parts[r->part])
		return 0;
	room = deliver_room(c, landed) - deliver_n_waiting(c);
	i = account_room(c, r->tenant, lane, clock_monotonic_ms());
	room = room < i ? room : i;
	for (i = 0; i < COURIER_FLIGHTS; i++)
		own += c->flights[i].stage >= FLYING && round_has(c, r, &c->flights[i]);
	for (i = k = 0; i < COURIER_PARTS; i++)
		k += parts[i];
	n *= k;
	quota = (c->capacity + n - 1) / n - own;
	room = room < quota ? room : quota;
	if (c->kind->people > 1 && room > COURIER_CALLS)
		room = COURIER_CALLS;
	return room > 0 ? room : 0;
}

/* --- off it goes --- */

/* Of a call: its one flight, and so its one verdict. */
static const struct flight *
flight_of(const struct courier *c, const struct round *r, const struct job *j)
{
	int i;

	for (i = 0; i < COURIER_FLIGHTS; i++)
		if (aboard(c, r, &c->flights[i], j))
			return &c->flights[i];
	return NULL;
}

/* Of all calls in one statement. */
static enum err
record_calls(const struct courier *c, struct round *r)
{
	int64_t *batches = arena_alloc(r->arena, 2 * COURIER_JOBS * sizeof *batches), *fences = batches + COURIER_JOBS;
	int32_t *codes = arena_alloc(r->arena, 2 * COURIER_JOBS * sizeof *codes), *waits = codes + COURIER_JOBS;
	const char **texts = arena_alloc(r->arena, 4 * COURIER_JOBS * sizeof *texts);
	const char **states = texts, **reasons = texts + COURIER_JOBS, **details = reasons + COURIER_JOBS,
	    **ids = details + COURIER_JOBS;
	int i, known = c->kind->again_s;
	size_t n = 0;

	/* Not to its last minute: clocks differ. */
	if (known > 0)
		known -= known > 3600 ? 600 : known / 6;
	for (i = 0; i < r->n; i++) {
		const struct job *j = r->steps[i].job;
		const struct flight *f = flight_of(c, r, j);
		const struct outcome *o;

		if (f == NULL)
			continue;
		o = &f->outcome;
		batches[n] = j->batch;
		fences[n] = j->fence;
		states[n] = deliver_state(o->verdict);
		codes[n] = o->code;
		reasons[n] = o->reason;
		details[n] = o->detail;
		ids[n] = o->id;
		/* Too fast: the account rests, not the row. */
		waits[n] = o->verdict == VERDICT_LATER && strcmp(o->reason, "gateway_busy") == 0 && o->code == 429 ?
		    (o->wait_s > 0 ? o->wait_s : 1) : retry_wait_s(c->conf, j->try, o->wait_s);
		n++;
	}
	return n == 0 ? ERR_OK : q_courier_record_calls_queue(r->db, (struct q_courier_record_calls){
	    .batches = { batches, n }, .fences = { fences, n }, .states = { states, n }, .codes = { codes, n },
	    .reasons = { reasons, n }, .details = { details, n }, .ids = { ids, n }, .waits = { waits, n },
	    .known_s = known }, &r->recorded);
}

static enum err
start_calls(const struct courier *c, struct round *r)
{
	int64_t *batches = arena_alloc(r->arena, 2 * COURIER_JOBS * sizeof *batches), *fences = batches + COURIER_JOBS;
	size_t n = 0;
	int i;

	for (i = 0; i < r->n; i++) {
		if (r->steps[i].most == 0)
			continue;
		batches[n] = r->steps[i].job->batch;
		fences[n++] = r->steps[i].job->fence;
	}
	return n == 0 ? ERR_OK : q_courier_start_calls_queue(r->db, (struct q_courier_start_calls){
	    .batches = { batches, n }, .fences = { fences, n }, .lease_s = c->conf->courier_lease_s,
	    .reserve = account_reserve(c, r->tenant) }, &r->begun);
}

/* Which addresses of a letter are never to be used again. */
static size_t
add_gone(const struct flight *f, int64_t *gone, size_t n)
{
	int i;

	for (i = 0; i < f->n_contacts; i++)
		if ((f->outcome.gone >> i) & 1 ||
		    (f->outcome.verdict == VERDICT_REFUSED && strcmp(f->outcome.reason, "address_gone") == 0))
			gone[n++] = f->contacts[i];
	return n;
}

static enum err
record_job(struct courier *c, struct round *r, struct step *s)
{
	struct job *j = s->job;
	int64_t *citizens = arena_alloc(r->arena, COURIER_FLIGHTS * sizeof *citizens);
	int64_t *gone = arena_alloc(r->arena, (size_t)COURIER_FLIGHTS * COURIER_DEVICES * sizeof *gone);
	int32_t *codes = arena_alloc(r->arena, 2 * COURIER_FLIGHTS * sizeof *codes), *parts = codes + COURIER_FLIGHTS;
	const char **texts = arena_alloc(r->arena, 4 * COURIER_FLIGHTS * sizeof *texts);
	const char **states = texts, **reasons = texts + COURIER_FLIGHTS, **details = reasons + COURIER_FLIGHTS,
	    **ids = details + COURIER_FLIGHTS;
	size_t n = 0, n_gone = 0;
	int i;

	for (i = 0; i < COURIER_FLIGHTS; i++) {
		const struct flight *f = &c->flights[i];
		const struct outcome *o = &f->outcome;

		if (!aboard(c, r, f, j))
			continue;
		citizens[n] = f->citizen;
		codes[n] = o->code;
		states[n] = deliver_state(o->verdict);
		/* A yes needs no words. */
		reasons[n] = o->verdict == VERDICT_SENT ? "" : o->reason;
		details[n] = o->verdict == VERDICT_SENT ? "" : o->detail;
		ids[n] = o->id;
		parts[n] = o->parts;
		n_gone = add_gone(f, gone, n_gone);
		if (o->verdict != VERDICT_SENT && o->wait_s > j->wait_s)
			j->wait_s = o->wait_s;
		n++;
	}
	return n == 0 ? ERR_OK : q_courier_record_queue(r->db, (struct q_courier_record){
	    .batch = j->batch, .fence = j->fence, .citizens = { citizens, n }, .states = { states, n },
	    .codes = { codes, n }, .reasons = { reasons, n }, .details = { details, n },
	    .ids = { ids, n }, .parts = { parts, n }, .gone = { gone, n_gone } }, &s->recorded);
}

/* A device that did not take what another of the same person has is written to on its
 * own: the person has the message, and that is the ledger's word.  The bytes are the same. */
static enum err
write_again(struct courier *c, struct round *r, const struct job *j, const struct flight *f)
{
	enum err e = ERR_OK;
	json_t *doc;
	int i;

	for (i = 0; e == ERR_OK && i < f->n_contacts; i++) {
		if (((f->outcome.again >> i) & 1) == 0)
			continue;
		doc = json_keep(r->arena, json_pack("{s:s, s:s%, s:b, s:I}", "to", f->letter.many[i], "data", f->letter.data,
		    f->letter.n, "urgent", f->letter.urgent, "valid_until_ms", (json_int_t)f->letter.valid_until_ms));
		e = q_courier_letter_device_queue(r->db, (struct q_courier_letter_device){ .batch = j->batch,
		    .contact = f->contacts[i], .channel = c->kind->name, .sealed = vault_seal_json(c->vault, r->arena,
		    "letter.sealed", doc), .wait_s = retry_wait_s(c->conf, 1, f->outcome.wait_s) }, NULL);
	}
	return e;
}

static enum err
record_devices(struct courier *c, struct round *r, const struct job *j)
{
	enum err e = ERR_OK;
	int i;

	for (i = 0; e == ERR_OK && i < COURIER_FLIGHTS; i++) {
		const struct flight *f = &c->flights[i];

		/* Without the key of the town they are not kept: somebody had the message all the same. */
		if (aboard(c, r, f, j) && f->outcome.verdict == VERDICT_SENT && f->outcome.again != 0 &&
		    vault_again(c->vault, r->tenant))
			e = write_again(c, r, j, f);
	}
	return e;
}

static enum err
record_letters(struct courier *c, struct round *r)
{
	int64_t now = clock_monotonic_ms();
	enum err e = ERR_OK;
	int i;

	for (i = 0; e == ERR_OK && i < COURIER_FLIGHTS; i++) {
		const struct flight *f = &c->flights[i];
		const struct outcome *o = &f->outcome;
		bool again = o->verdict == VERDICT_LATER || o->verdict == VERDICT_UNKNOWN;

		if (!aboard(c, r, f, NULL))
			continue;
		if (f->letter.from != NULL && o->verdict == VERDICT_SENT) {
			e = q_courier_letter_hash_queue(r->db, (struct q_courier_letter_hash){ .letter = f->letter_id,
			    .hash = { f->hash, sizeof f->hash } }, NULL);
			if (e != ERR_OK)
				return e;
		}
		e = q_courier_letter_record_queue(r->db, (struct q_courier_letter_record){
		    .letter = f->letter_id, .fence = f->fence,
		    .state = again ? "queued" : deliver_state(o->verdict), .code = o->code,
		    .reason = o->verdict == VERDICT_SENT ? "" : o->reason,
		    .wait_s = !again ? 0 : account_fails_over(c, f->account, f->tenant, o, now) ? SOON_S :
		    retry_wait_s(c->conf, f->try, o->wait_s) }, NULL);
	}
	return e;
}

static enum err
end_job(const struct courier *c, struct round *r, const struct job *j)
{
	if (j->lost)
		return ERR_OK;
	if (j->reached < j->size)
		return q_courier_release_queue(r->db, (struct q_courier_release){
		    .batch = j->batch, .fence = j->fence }, NULL);
	if (c->kind->people > 1)
		return ERR_OK;		/* its verdict has ended it */
	return q_courier_finish_queue(r->db, (struct q_courier_finish){ .batch = j->batch, .fence = j->fence,
	    .wait_s = j->soon ? SOON_S : retry_wait_s(c->conf, j->try, j->wait_s) }, NULL);
}

static enum err
record_jobs(struct courier *c, struct round *r)
{
	enum err e = ERR_OK;
	int i;

	for (i = 0; e == ERR_OK && i < r->n; i++)
		e = record_job(c, r, &r->steps[i]);
	for (i = 0; e == ERR_OK && i < r->n; i++)
		e = record_devices(c, r, r->steps[i].job);
	return e;
}

static enum err
start_jobs(const struct courier *c, struct round *r)
{
	enum err e = ERR_OK;
	int i;

	for (i = 0; e == ERR_OK && i < r->n; i++)
		if (r->steps[i].most > 0)
			e = q_courier_start_queue(r->db, (struct q_courier_start){ .batch = r->steps[i].job->batch,
			    .fence = r->steps[i].job->fence, .from = r->steps[i].job->reached,
			    .most = r->steps[i].most, .lease_s = c->conf->courier_lease_s,
			    .reserve = account_reserve(c, r->tenant) }, &r->steps[i].begun);
	return e;
}

/* The gates of its messages, before anything else is locked (message_gates).  A call of which all
 * members share one verdict takes the month behind its own gate only: alone it needs none before. */
static enum err
pass_gates(const struct courier *c, struct round *r)
{
	int64_t *messages = arena_alloc(r->arena, COURIER_JOBS * sizeof *messages);
	bool alone = c->kind->people > 1;
	int i;

	for (i = 0; i < r->n; i++) {
		messages[i] = r->steps[i].job->message;
		alone = alone && messages[i] == messages[0];
	}
	return alone || r->n == 0 ? ERR_OK :
	    q_courier_gates_queue(r->db, (struct q_courier_gates){ .messages = { messages, (size_t)r->n } }, NULL);
}

/* Verdicts first, then the next members, then what locks the row of the
 * message: everybody takes locks in this order (message_stop). */
static enum err
queue_round(struct courier *c, struct round *r)
{
	enum err e;
	int i;

	e = db_begin(r->db, DB_WRITE);
	if (e == ERR_OK)
		e = q_enter_tenant_queue(r->db, (struct q_enter_tenant){ .tenant = r->tenant, .actor = "courier" }, NULL);
	if (e == ERR_OK)
		e = pass_gates(c, r);
	if (e == ERR_OK)
		e = c->kind->people > 1 ? record_calls(c, r) : record_jobs(c, r);
	if (e == ERR_OK)
		e = c->kind->people > 1 ? start_calls(c, r) : start_jobs(c, r);
	for (i = 0; e == ERR_OK && i < r->n; i++)
		if (r->steps[i].ends)
			e = end_job(c, r, r->steps[i].job);
	if (e == ERR_OK)
		e = record_letters(c, r);
	if (e == ERR_OK)
		e = db_commit_send(r->db);
	return e;
}

/* Nothing more of this job, and nothing of it in the air: it ends.  So it does
 * when the gateway is away, or we are to end: then it is given back. */
static bool
job_ends(struct courier *c, const struct round *r, const struct job *j, int64_t now)
{
	if (hungry(j) && !c->ending && !account_shut(c, j->tenant.id, now) && (j->lane == 0 || !bar_rests(c, j->tenant.id, now)))
		return false;
	return left_open(c, r, j, now) == 0;
}

bool
round_plan(struct courier *c, struct round *r, int64_t now)
{
	int lane = lane_of_turn(c), landed = 0, share, begun, i;

	for (i = 0; i < COURIER_FLIGHTS; i++)
		landed += ready(c, r, &c->flights[i], now);
	share = share_of(c, r, lane, landed);
	/* Not for each letter a commit of its own, while others are about to land. */
	if (landed + share < c->capacity / 4 && landed < deliver_open(c) && c->landed != 0 &&
	    now - c->landed < COURIER_GATHER_MS && !c->ending)
		share = landed = 0;

	r->n = 0;
	r->recorded = r->begun = NULL;
	r->promised = 0;
	for (i = 0; i < COURIER_JOBS; i++) {
		struct job *j = &c->jobs[i];
		struct step *s = &r->steps[r->n];

		if (!j->held || j->tenant.id != r->tenant || round_part(c, j) != r->part || j->not_before > now)
			continue;
		*s = (struct step){ .job = j, .ends = job_ends(c, r, j, now) };
		/* A call is begun whole. */
		if (!s->ends && hungry(j) && j->lane <= lane && share > 0)
			s->most = c->kind->people > 1 || j->size - j->reached < share ? j->size - j->reached : share;
		begun = c->kind->people > 1 ? s->most > 0 : s->most;
		share -= begun;
		r->promised += begun;
		if (!s->ends && s->most == 0 && landed == 0)
			continue;
		board(c, r, j, now);
		r->n++;
	}
	if (r->n == 0 && landed == 0)
		return false;
	board(c, r, NULL, now);
	return true;
}

enum err
round_send(struct courier *c, struct round *r)
{
	enum err e = queue_round(c, r);

	if (e != ERR_OK)
		db_rollback(r->db);
	return e;
}
