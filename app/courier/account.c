/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The town's accounts at the gateways of this channel: which of two a letter goes by,
 * how many calls a second it permits, and whether it is tried at all.
 *
 * Breakers, buckets and shares are this process's own; health.c tells of them.
 *
 * Of two (of a town at gateways, of the installation at mail servers) the first is used
 * while it answers.  Each failure halves its share, slowness takes a quarter, each yes gives
 * some of it back, so that it drifts back when it is well again.  Whether one is back is
 * tried with one letter, which is no emergency while the other is there.
 */
#include <stdio.h>
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
	SLOW_MS = 5000,		/* an answer that takes so long counts against the account */
	SHARE_LEAST = 2,	/* percent: or nobody would see that it is well again */
	PROBE_MS = 15000,	/* half open for so long, and somebody has to try it */
	PAUSE_MS = 1000, PAUSE_MAX_MS = 300000
};

/* Without a number of its own an account has the channel's usual one. */
static double
rate_of(const char *channel, const json_t *doc)
{
	int64_t rate = json_int(json_object_get(doc, "settings"), "rate");

	if (rate > 0)
		return (double)rate;
	return strcmp(channel, "line") == 0 ? 20 : 0;
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
	bucket_init(&a->bucket, a->arena, rate_of(c->kind->name, doc));
	/* Other credentials, perhaps: all is well until it is seen. */
	a->breaker = (struct breaker){ .name = c->kind->name };
	a->paused_until = 0;
	/* What is shown was put back with the new ones: how it fares is told again. */
	a->told = "";
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
		for (; n < c->n_own; n++)
			out[n] = &c->own[n];
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

int64_t
account_reserve(const struct courier *c, int64_t tenant)
{
	struct account *way[2];

	return ways(c, tenant, way) == 0 ? 0 : json_int(json_object_get(way[0]->doc, "settings"), "reserve");
}

bool
account_open(struct courier *c, const struct account *a, int64_t tenant, int64_t now)
{
	const struct breaker *bar = bar_at(c, a, tenant);

	return breaker_open(&a->breaker, now) || (bar != NULL && breaker_open(bar, now));
}

static bool
half_open(struct courier *c, const struct account *a, int64_t tenant, int64_t now)
{
	const struct breaker *bar = bar_at(c, a, tenant);

	return breaker_half_open(&a->breaker, now) || (bar != NULL && breaker_half_open(bar, now));
}

bool
account_shut(struct courier *c, int64_t tenant, int64_t now)
{
	struct account *way[2];
	int i, n = ways(c, tenant, way);

	for (i = 0; i < n; i++)
		if (!account_open(c, way[i], tenant, now) && way[i]->paused_until - now < SHUT_MS)
			return false;
	return true;
}

bool
account_stale(const struct courier *c, int64_t tenant, int64_t now)
{
	struct account *way[2];
	int i, n = ways(c, tenant, way);

	for (i = 0; i < n; i++)
		if (way[i]->id != 0 && now - way[i]->read >= READ_SHUT_MS)
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

/* Of all towns with 0. */
static int
promised(const struct courier *c, int64_t tenant)
{
	int i, n = 0;

	for (i = 0; i < COURIER_ROUNDS; i++)
		n += c->rounds[i].away && (tenant == 0 || c->rounds[i].tenant == tenant) ? c->rounds[i].promised : 0;
	return n;
}

/* Letters of those who share its breaker, or of the town whose own breaker it is. */
static int
in_hand(struct courier *c, const struct account *a, int64_t tenant, int64_t now)
{
	int i, n = 0;

	if (breaker_half_open(&a->breaker, now))
		return count(c, a, WAITING, WRITING);
	for (i = 0; i < COURIER_FLIGHTS; i++)
		n += c->flights[i].account == a && c->flights[i].tenant == tenant && c->flights[i].stage != FREE;
	return n;
}

static bool
is_full(const struct courier *c, const struct account *a)
{
	return a->most > 0 && count(c, a, WAITING, FLYING) >= a->most;
}

/* How long an answer is waited for already. */
static bool
is_slow(const struct courier *c, const struct account *a, int64_t now)
{
	int i;

	for (i = 0; i < COURIER_FLIGHTS; i++)
		if (c->flights[i].stage == FLYING && c->flights[i].account == a && now - c->flights[i].up > SLOW_MS)
			return true;
	return false;
}

static int
room_of(struct courier *c, struct account *a, int64_t tenant, int lane, int64_t now)
{
	double ahead;

	if (account_open(c, a, tenant, now) || now < a->paused_until)
		return 0;
	/* One goes ahead, to see whether the gateway is back. */
	if (half_open(c, a, tenant, now))
		return in_hand(c, a, tenant, now) + promised(c, breaker_half_open(&a->breaker, now) ? a->tenant : tenant) == 0;
	if (a->bucket.rate <= 0 && a->most <= 0)
		return COURIER_FLIGHTS;
	if (a->bucket.rate <= 0) {
		int left = a->most - count(c, a, WAITING, FLYING) - promised(c, a->tenant);

		return left > 0 ? left : 0;
	}
	ahead = bucket_room(&a->bucket, lane == 0, now) - count(c, a, WAITING, WAITING) - promised(c, a->tenant);
	return ahead > 0 ? (int)ahead : 0;
}

static bool
ready(struct courier *c, const struct account *a, int64_t tenant, int64_t now)
{
	return !account_open(c, a, tenant, now) && now >= a->paused_until;
}

int
account_room(struct courier *c, int64_t tenant, int lane, int64_t now)
{
	struct account *way[2];
	int i, room = 0, n = ways(c, tenant, way);

	if (lane > 0 && bar_rests(c, tenant, now))
		return 0;
	/* The second is for when the first is not well, not for when it has its hands full. */
	if (n == 2 && way[0]->share == 100 && ready(c, way[0], tenant, now) && !half_open(c, way[0], tenant, now) &&
	    !is_slow(c, way[0], now))
		n = 1;
	for (i = 0; i < n; i++)
		room += room_of(c, way[i], tenant, lane, now);
	return room;
}

/* Open until now: may this letter be the one that tries it? */
static bool
may_probe(struct courier *c, const struct account *a, int64_t tenant, enum probe probe, int64_t now)
{
	const struct breaker *bar = bar_at(c, a, tenant);
	int64_t until = bar != NULL && bar->until > a->breaker.until ? bar->until : a->breaker.until;

	return half_open(c, a, tenant, now) && in_hand(c, a, tenant, now) == 0 &&
	    (probe == PROBE_READILY || (probe == PROBE_LATE && now - until > PROBE_MS));
}

struct account *
account_pick(struct courier *c, int64_t tenant, enum probe probe, int64_t now)
{
	struct account *way[2];
	int n = ways(c, tenant, way);

	if (n < 2)
		return n == 1 ? way[0] : NULL;
	if (!ready(c, way[0], tenant, now))
		return way[1];
	if (!ready(c, way[1], tenant, now))
		return way[0];
	if (half_open(c, way[0], tenant, now))
		return may_probe(c, way[0], tenant, probe, now) ? way[0] : way[1];
	/* The second would not be asked for as long as the first is well. */
	if (half_open(c, way[1], tenant, now))
		return may_probe(c, way[1], tenant, probe == PROBE_READILY ? PROBE_LATE : probe, now) ? way[1] : way[0];
	if (is_full(c, way[1]))
		return way[0];
	/* Its hands are full because it is slow, or of many letters that it carries well. */
	if (is_full(c, way[0]) && (way[0]->share < 100 || is_slow(c, way[0], now)))
		return way[1];
	return (int)secret_below(100) < way[0]->share ? way[0] : way[1];
}

bool
account_fails_over(struct courier *c, const struct account *a, int64_t tenant, const struct outcome *o, int64_t now)
{
	struct account *way[2];

	return o->verdict == VERDICT_LATER && strncmp(o->reason, "gateway_", 8) == 0 && ways(c, tenant, way) == 2 &&
	    ready(c, way[way[0] == a], tenant, now);
}

const json_t *
account_other(struct courier *c, const struct account *a)
{
	struct account *way[2];

	return ways(c, a->tenant, way) < 2 ? NULL : way[way[0] == a]->doc;
}

bool
account_take(struct courier *c, struct account *a, int64_t tenant, int lane, int64_t now, int *turn)
{
	*turn = -1;
	if (!ready(c, a, tenant, now) || (a->most > 0 && count(c, a, FLYING, FLYING) >= a->most))
		return false;
	return bucket_take(&a->bucket, lane == 0, now, turn);
}

void
account_left(struct account *a, int turn, int64_t at)
{
	bucket_left(&a->bucket, turn, at);
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
		bucket_refused(&a->bucket);
		log_warn("gateway.paused channel=%s tenant=%" PRId64 " ms=%d", a->breaker.name, a->tenant, ms);
	}
	if (now + ms > a->paused_until)
		a->paused_until = now + ms;
	snprintf(a->paused_for, sizeof a->paused_for, "%s", o->reason);
}

void
account_learn(struct courier *c, struct account *a, int64_t tenant, const struct outcome *o, int64_t now)
{
	bool half = breaker_half_open(&a->breaker, now);
	struct outcome answered;

	if (o->elsewhere)
		return;
	if (o->apart) {
		a->failed++;
		return;
	}
	bar_learn(c, a, tenant, o, now);
	/* A server that refuses one town has answered. */
	if (o->ours) {
		answered = *o;
		answered.ours = false;
	}
	breaker_learn(&a->breaker, o->ours ? &answered : o, now);
	if (o->verdict == VERDICT_LATER && o->code == 429)
		pause_account(a, o, now);
	else if (o->verdict == VERDICT_SENT) {
		a->pauses = 0;
		bucket_accepted(&a->bucket);
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
	if (a->share < SHARE_LEAST)
		a->share = SHARE_LEAST;
}
