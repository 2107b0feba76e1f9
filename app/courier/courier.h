/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
#include <inttypes.h>
#include <stdbool.h>
#include "base/arena.h"
#include "base/conf.h"
#include "base/json.h"
#include "base/mustache.h"
#include "channel/channel.h"
#include "db/db.h"
#include "domain/vault.h"
/*
 * The courier: plans, claims, sends, records.
 *
 *	plan.c		messages whose time has come become batches
 *	claim.c		batches and letters become jobs and flights
 *	deliver.c	what is in the air, and what came of it
 *	retry.c		when again, and when not to try at all for a while
 *
 * The order that everything hangs on (safety.md 4): a member is marked as begun
 * and that is committed; then it is sent; then its verdict is committed; only
 * then the connection gets its next.  A kill at any point costs at most one
 * extra mail per connection, and that one is known.
 *
 * Several couriers may run: leases and fences keep them apart.
 */
enum {
	COURIER_SLICE = 100,	/* recipients in a batch */
	COURIER_JOBS = 32,	/* batches held at once */
	COURIER_FLIGHTS = 256	/* letters in the air at once, at most */
};

struct tenant {
	int64_t id;
	const char *name, *mail_from, *origin, *host;
};

/* A batch that this courier holds. */
struct job {
	bool held;
	struct tenant tenant;
	int64_t batch, message, fence;
	int lane, try, size;
	char key[40];
	int reached;		/* members begun */
	int flying;		/* in the air */
	bool lost;		/* another courier has it, or it was stopped */
	bool doubtful;		/* whether the last commit took is not known: give it back */
	int wait_s;		/* the longest wait that a gateway asked for */
	struct arena *arena;	/* the job's: renderings, tenant */
	const json_t *renderings;
};

/* One letter in the air, of a batch or on its own. */
struct flight {
	struct job *job;	/* NULL: table letter */
	struct tenant tenant;
	int64_t citizen;
	int64_t letter_id, fence;
	int try;
	struct letter letter;
	struct arena *arena;
	bool flying;		/* given to the channel */
	bool landed;		/* outcome is there, not yet recorded */
	struct outcome outcome;
};

struct breaker {
	int failures;		/* in a row, of the gateway itself */
	int64_t until;		/* nothing is begun before; clock_monotonic_ms */
};

struct courier {
	const struct conf *conf;
	struct templates *templates;
	const struct catalogue *catalogue;
	struct db *db;
	struct vault *vault;
	struct channel *email;
	struct breaker breaker;
	struct arena *arena;	/* of one round */
	struct job jobs[COURIER_JOBS];
	struct flight flights[COURIER_FLIGHTS];
	int flying;
	int64_t looked;		/* when due work was last looked for */
};

/* plan.c: plans what is due in this tenant. */
void plan_due(struct courier *, const struct tenant *);

/* claim.c: looks for due work in all tenants, if it is time to. */
void claim_due(struct courier *);

/* deliver.c: one round over everything held: verdicts down, next ones up. */
void deliver_round(struct courier *);
/* Begins the letters that claim.c took. */
enum err deliver_letter(struct courier *, const struct tenant *, const struct rows *, size_t row) MUST_USE;
/* Gives everything back, in good order. */
void deliver_release(struct courier *);
/* How many more may be begun now. */
int deliver_room(const struct courier *);

/* retry.c: seconds until the next try: base, doubled each time, with jitter;
 * at least what the far side asked for. */
int retry_wait_s(const struct conf *, int try, int asked_s);
/* The breaker of the gateway: learns from an outcome; open means wait. */
void breaker_learn(struct breaker *, const struct outcome *);
bool breaker_open(const struct breaker *);
