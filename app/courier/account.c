/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The town's accounts at the gateways of this channel: which of two a letter goes by,
 * how many calls a second it permits, and whether it is tried at all.
 *
 * Breakers, buckets and shares are this process's own.  What staff are shown of them
 * (gateway_health, mail_server) is written every few seconds, and when a breaker moves.
 *
 * Of two accounts the first is used while it answers.  Each failure halves its share,
 * each yes gives some of it back, so that it drifts back when it is well again.
 */
#include <string.h>

#include "base/clock.h"
#include "base/log.h"
#include "base/secret.h"
#include "courier/courier.h"
#include "db/queries.h"
#include "domain/gateway.h"

enum {
	READ_MS = 1000,
	READ_SHUT_MS = 5000,	/* somebody may have mended it meanwhile */
	SHUT_MS = 2000,		/* a longer pause, and what was claimed is given back */
	REPORT_MS = 3000,
	SLOW_MS = 5000,		/* an answer that takes so long counts against the account */
	AHEAD_MS = 100,		/* letters may be begun for so long before their turn */
	SECOND_MS = 1010,
	PACED_MOST = 10000,	/* more calls a second are not counted one by one */
	PAUSE_MS = 1000, PAUSE_MAX_MS = 300000
};

/* Calls do not travel equally fast: what leaves at the permitted rate may arrive above it. */
#define PACE 0.99

/* Without a number of its own an account has the channel's usual one. */
static double
rate_of(const char *channel, const json_t *doc)
{
	int64_t rate = json_int(json_object_get(doc, "settings"), "rate");

	if (rate > 0)
		return (double)rate;
	return strcmp(channel, "line") == 0 ? 20 : 0;
}

/* An eighth of a second's worth, and one at least, may be caught up with. */
static double
depth(const struct bucket *b)
{
	return b->rate < 8 ? 1 : b->rate / 8;
}

/* The second before is full.  A little more than a second, because calls do not travel
 * equally fast; what is known of that is in it already (account_left). */
static bool
full(const struct bucket *b, int64_t now)
{
	return b->n > 0 && b->last[b->next] > now - SECOND_MS;
}

static void
set_rate(struct account *a, double rate)
{
	int n = rate > 0 && rate < PACED_MOST ? (int)rate : 0;

	a->bucket = (struct bucket){ .rate = rate, .pace = PACE, .n = n };
	if (n > 0)
		a->bucket.last = arena_alloc(a->arena, (size_t)n * sizeof *a->bucket.last);
}

static void
fill(struct bucket *b, int64_t now)
{
	if (b->at == 0)
		b->tokens = depth(b);
	else
		b->tokens += (double)(now - b->at) * b->rate * b->pace / 1000;
	if (b->tokens > depth(b))
		b->tokens = depth(b);
	b->at = now;
}

static struct account *
find(struct courier *c, int64_t tenant, int64_t id)
{
	struct account *oldest = NULL;
	int i;

	for (i = 0; i < COURIER_ACCOUNTS; i++) {
		struct account *a = &c->accounts[i];
		int k, used = 0;

		if (a->tenant == tenant && a->id == id)
			return a;
		for (k = 0; k < COURIER_FLIGHTS && !used; k++)
			used = c->flights[k].stage != FREE && c->flights[k].account == a;
		if (!used && (oldest == NULL || a->read < oldest->read))
			oldest = a;
	}
	must(oldest != NULL);
	if (oldest->arena == NULL)
		oldest->arena = arena_new();
	arena_reset(oldest->arena);
	*oldest = (struct account){ .arena = oldest->arena, .tenant = tenant, .id = id, .share = 100, .version = -1, .told = "" };
	oldest->breaker.name = c->kind->name;
	return oldest;
}

/* Letters in the air keep the document that they were written with (json_keep). */
static void
refresh(struct courier *c, struct account *a, json_t *doc)
{
	a->read = clock_monotonic_ms();
	a->place = (int)json_int(doc, "place");
	if (a->version == json_int(doc, "version"))
		return;
	a->version = json_int(doc, "version");
	arena_reset(a->arena);
	a->doc = json_keep(a->arena, json_incref(doc));
	set_rate(a, rate_of(c->kind->name, doc));
	/* Other credentials, perhaps: all is well until it is seen. */
	a->breaker = (struct breaker){ .name = c->kind->name };
	a->paused_until = 0;
}

enum err
account_read(struct courier *c, int64_t tenant, bool *any)
{
	int64_t now = clock_monotonic_ms();
	json_t *list, *doc;
	enum err e;
	size_t i;
	int k;

	*any = c->kind == &email_kind || c->outbox != NULL;
	if (c->kind == &email_kind)
		return ERR_OK;
	for (k = 0; k < COURIER_ACCOUNTS; k++)
		if (c->accounts[k].id != 0 && c->accounts[k].tenant == tenant && now - c->accounts[k].read < READ_MS) {
			*any = true;
			return ERR_OK;
		}
	e = gateway_list(c->db, c->vault, c->arena, c->kind->name, false, &list);
	if (e != ERR_OK)
		return e;
	json_array_foreach(list, i, doc) {
		refresh(c, find(c, tenant, json_int(doc, "id")), doc);
		*any = true;
	}
	/* Those that are gone or off. */
	for (k = 0; k < COURIER_ACCOUNTS; k++)
		if (c->accounts[k].id != 0 && c->accounts[k].tenant == tenant && c->accounts[k].read < now)
			c->accounts[k].id = 0;
	return ERR_OK;
}

/* The accounts of a tenant in order of place; returns how many.  None: the
 * installation's. */
static int
ways(const struct courier *of, int64_t tenant, struct account *out[2])
{
	struct courier *c = (struct courier *)(uintptr_t)of;
	int i, n = 0;

	for (i = 0; i < COURIER_ACCOUNTS && n < 2 && c->kind != &email_kind; i++)
		if (c->accounts[i].id != 0 && c->accounts[i].tenant == tenant)
			out[n++] = &c->accounts[i];
	if (n == 2 && out[0]->place > out[1]->place) {
		struct account *second = out[0];

		out[0] = out[1];
		out[1] = second;
	}
	if (n == 0 && (c->kind == &email_kind || c->outbox != NULL))
		out[n++] = &c->own;
	return n;
}

bool
account_known(const struct courier *c, int64_t tenant)
{
	struct account *way[2];

	return ways(c, tenant, way) > 0;
}

int
account_rate(const struct courier *c, int64_t tenant)
{
	struct account *way[2];
	int i, n = ways(c, tenant, way);
	double rate = 0;

	for (i = 0; i < n; i++)
		rate += way[i]->bucket.rate > 0 ? way[i]->bucket.rate : COURIER_JOBS * 2;
	return rate < COURIER_JOBS * 2 ? (int)rate : COURIER_JOBS * 2;
}

bool
account_shut(const struct courier *c, int64_t tenant, int64_t now)
{
	struct account *way[2];
	int i, n = ways(c, tenant, way);

	for (i = 0; i < n; i++)
		if (!breaker_open(&way[i]->breaker, now) && way[i]->paused_until - now < SHUT_MS)
			return false;
	return true;
}

bool
account_stale(const struct courier *c, int64_t tenant, int64_t now)
{
	struct account *way[2];
	int i, n = ways(c, tenant, way);

	for (i = 0; i < n; i++)
		if (way[i] != &c->own && now - way[i]->read >= READ_SHUT_MS)
			return true;
	return false;
}

static int
count(const struct courier *c, const struct account *a, enum stage from, enum stage to)
{
	int i, n = 0;

	for (i = 0; i < COURIER_FLIGHTS; i++)
		n += c->flights[i].account == a && c->flights[i].stage >= from && c->flights[i].stage <= to;
	return n;
}

static int
promised(const struct courier *c)
{
	int i, n = 0;

	for (i = 0; i < COURIER_ROUNDS; i++)
		n += c->rounds[i].away ? c->rounds[i].promised : 0;
	return n;
}

static int
room_of(struct courier *c, struct account *a, int lane, int64_t now)
{
	double ahead;

	if (breaker_open(&a->breaker, now) || now < a->paused_until)
		return 0;
	/* One goes ahead, to see whether the gateway is back. */
	if (breaker_half_open(&a->breaker, now))
		return count(c, a, WAITING, WRITING) + promised(c) == 0;
	if (a->bucket.rate <= 0)
		return COURIER_FLIGHTS;
	fill(&a->bucket, now);
	ahead = a->bucket.tokens + a->bucket.rate * AHEAD_MS / 1000 - (lane > 0 ? depth(&a->bucket) / 5 : 0);
	ahead = (ahead < 1 ? 1 : ahead) - count(c, a, WAITING, WAITING) - promised(c);
	return ahead > 0 ? (int)ahead : 0;
}

int
account_room(struct courier *c, int64_t tenant, int lane, int64_t now)
{
	struct account *way[2];
	int i, room = 0, n = ways(c, tenant, way);

	for (i = 0; i < n; i++)
		room += room_of(c, way[i], lane, now);
	return room;
}

static bool
ready(const struct account *a, int64_t now)
{
	return !breaker_open(&a->breaker, now) && now >= a->paused_until;
}

struct account *
account_pick(struct courier *c, int64_t tenant, int64_t now)
{
	struct account *way[2];
	int n = ways(c, tenant, way);

	if (n < 2)
		return n == 1 ? way[0] : NULL;
	if (!ready(way[0], now))
		return way[1];
	if (!ready(way[1], now) || (int)secret_below(100) < way[0]->share)
		return way[0];
	return way[1];
}

const json_t *
account_other(struct courier *c, const struct account *a)
{
	struct account *way[2];

	return ways(c, a->tenant, way) < 2 ? NULL : way[way[0] == a]->doc;
}

bool
account_take(struct account *a, int lane, int64_t now, int *turn)
{
	*turn = -1;
	if (!ready(a, now))
		return false;
	if (a->bucket.rate <= 0)
		return true;
	fill(&a->bucket, now);
	if (full(&a->bucket, now) ||
	    a->bucket.tokens < 1 + (lane > 0 && depth(&a->bucket) >= 5 ? depth(&a->bucket) / 5 : 0))
		return false;
	a->bucket.tokens -= 1;
	if (a->bucket.n > 0) {
		a->bucket.last[a->bucket.next] = now;
		*turn = a->bucket.next;
		a->bucket.next = (a->bucket.next + 1) % a->bucket.n;
	}
	return true;
}

void
account_left(struct account *a, int turn, int64_t at)
{
	if (turn >= 0 && turn < a->bucket.n && at > a->bucket.last[turn])
		a->bucket.last[turn] = at;
}

/* The gateway wants a rest: not this letter, the account waits. */
static void
pause_account(struct account *a, const struct outcome *o, int64_t now)
{
	int ms = PAUSE_MS, i;

	/* Several of one wave are one. */
	if (now < a->paused_until && o->wait_s == 0)
		return;
	for (i = 0; i < a->pauses && ms < PAUSE_MAX_MS; i++)
		ms *= 2;
	ms = o->wait_s > 0 ? o->wait_s * 1000 : (int)secret_below((uint32_t)(ms < PAUSE_MAX_MS ? ms : PAUSE_MAX_MS)) + 1;
	if (now >= a->paused_until) {
		a->pauses++;
		a->bucket.pace *= 0.97;
		log_warn("gateway.paused channel=%s tenant=%" PRId64 " ms=%d", a->breaker.name, a->tenant, ms);
	}
	if (now + ms > a->paused_until)
		a->paused_until = now + ms;
	a->bucket.tokens = 0;
}

void
account_learn(struct account *a, const struct outcome *o, int64_t now)
{
	bool half = breaker_half_open(&a->breaker, now);

	if (o->elsewhere)
		return;
	breaker_learn(&a->breaker, o, now);
	if (o->verdict == VERDICT_LATER && o->code == 429)
		pause_account(a, o, now);
	else if (o->verdict == VERDICT_SENT) {
		a->pauses = 0;
		a->bucket.pace += (PACE - a->bucket.pace) / 1000;
	}
	a->accepted += o->verdict == VERDICT_SENT;
	a->failed += o->verdict == VERDICT_UNKNOWN || o->verdict == VERDICT_LATER;
	if (o->took_ms > 0)
		a->delay_ms = a->delay_ms == 0 ? o->took_ms : (a->delay_ms * 7 + o->took_ms) / 8;
	if (a->breaker.failures > 0 || a->breaker.pause_ms > 0)
		a->share /= 2;
	else if (half)
		a->share = 10;
	else if (o->took_ms > SLOW_MS)
		a->share = a->share * 3 / 4;
	else if (a->share < 100)
		a->share++;
}

static const char *
state_of(const struct account *a, int64_t now)
{
	if (breaker_open(&a->breaker, now) || now < a->paused_until)
		return "open";
	return breaker_half_open(&a->breaker, now) ? "half_open" : "closed";
}

static enum err
report(struct courier *c, struct account *a, int64_t now)
{
	const struct breaker *b = &a->breaker;
	bool open = breaker_open(b, now) || now < a->paused_until;
	int64_t until = b->until > a->paused_until ? b->until : a->paused_until;
	int pause_ms = open ? (int)(until - now) : 0;
	const char *reason = now < a->paused_until ? "gateway_busy" : b->reason;
	enum err e;

	e = db_begin(c->db, DB_WRITE);
	if (e == ERR_OK && a == &c->own)
		e = q_courier_mail_server_queue(c->db, (struct q_courier_mail_server){ .breaker = state_of(a, now),
		    .reason = reason, .failures = b->failures, .pause_ms = pause_ms, .delay_ms = a->delay_ms,
		    .accepted = a->accepted, .failed = a->failed }, NULL);
	else if (e == ERR_OK) {
		e = q_enter_tenant_queue(c->db, (struct q_enter_tenant){ .tenant = a->tenant, .actor = "courier" }, NULL);
		if (e == ERR_OK)
			e = q_courier_health_queue(c->db, (struct q_courier_health){ .gateway = a->id,
			    .breaker = state_of(a, now), .reason = reason, .failures = b->failures, .pause_ms = pause_ms,
			    .delay_ms = a->delay_ms, .accepted = a->accepted, .failed = a->failed }, NULL);
	}
	return e == ERR_OK ? db_commit(c->db) : e;
}

/* A town's account, or the mail server of the installation. */
static bool
is_told(const struct courier *c, const struct account *a)
{
	return a == &c->own ? c->kind == &email_kind && c->conf->smtp_url != NULL : a->id != 0;
}

static void
report_due(struct courier *c, struct account *a, int64_t now, bool due)
{
	const char *state = state_of(a, now);

	if (!is_told(c, a) || (a->told != NULL && strcmp(state, a->told) == 0 && (!due || a->accepted + a->failed == 0)))
		return;
	c->reported = now;
	a->told = state;
	if (report(c, a, now) == ERR_OK)
		a->accepted = a->failed = 0;
	else
		db_rollback(c->db);	/* or the account was taken away */
}

void
account_report(struct courier *c)
{
	int64_t now = clock_monotonic_ms();
	bool due = now - c->reported > REPORT_MS;
	int i;

	report_due(c, &c->own, now, due);
	for (i = 0; i < COURIER_ACCOUNTS; i++)
		report_due(c, &c->accounts[i], now, due);
}
