/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What is in a round, without a database: every flight that a round takes along
 * has its verdict in it.  One that was taken and not written would be forgotten
 * once the round is committed, and its mail sent a second time by nobody's doubt.
 */
#include "base/clock.h"
#include "courier/courier.h"
#include "db/queries.h"
#include "tests/unit/tap.h"

enum { CAPACITY = 64, TENANT = 7 };

static const struct channel_kind kind = { .name = "email", .people = 1 };
static const struct conf conf = { .courier_lease_s = 120, .courier_retry_base_s = 60, .courier_retry_max_s = 3600 };
static struct courier c;
static struct round r;

/* What the database was told, by citizen; and by letter. */
static int told[COURIER_FLIGHTS + 1], ended;
/* Which devices are written to on their own, by contact. */
static int again[4];

/* --- in the place of the database --- */

enum err db_begin(struct db *db, enum db_mode mode) { (void)db, (void)mode; return ERR_OK; }
enum err db_commit_send(struct db *db) { (void)db; return ERR_OK; }
void db_rollback(struct db *db) { (void)db; }

enum err
q_enter_tenant_queue(struct db *db, struct q_enter_tenant q, int *out)
{
	(void)db, (void)q, (void)out;
	return ERR_OK;
}

enum err
q_courier_record_queue(struct db *db, struct q_courier_record q, struct rows **out)
{
	size_t i;

	(void)db, (void)out;
	for (i = 0; i < q.citizens.n; i++)
		told[q.citizens.data[i]]++;
	return ERR_OK;
}

enum err
q_courier_letter_record_queue(struct db *db, struct q_courier_letter_record q, int *out)
{
	(void)db, (void)out;
	told[q.letter]++;
	return ERR_OK;
}

enum err
q_courier_letter_hash_queue(struct db *db, struct q_courier_letter_hash q, int *out)
{
	(void)db, (void)q, (void)out;
	return ERR_OK;
}

enum err
q_courier_letter_device_queue(struct db *db, struct q_courier_letter_device q, int *out)
{
	(void)db, (void)out;
	again[q.contact]++;
	return ERR_OK;
}

bool vault_again(struct vault *v, int64_t tenant) { (void)v, (void)tenant; return true; }

struct db_bytes
vault_seal_json(const struct vault *v, struct arena *a, const char *label, const json_t *doc)
{
	(void)v, (void)a, (void)label, (void)doc;
	return (struct db_bytes){ "", 0 };
}

enum err
q_courier_gates_queue(struct db *db, struct q_courier_gates q, int *out)
{
	(void)db, (void)q, (void)out;
	return ERR_OK;
}

enum err
q_courier_start_queue(struct db *db, struct q_courier_start q, struct rows **out)
{
	(void)db, (void)q, (void)out;
	return ERR_OK;
}

enum err
q_courier_finish_queue(struct db *db, struct q_courier_finish q, int *out)
{
	(void)db, (void)q, (void)out;
	ended++;
	return ERR_OK;
}

enum err
q_courier_release_queue(struct db *db, struct q_courier_release q, int *out)
{
	(void)db, (void)q, (void)out;
	return ERR_OK;
}

enum err
q_courier_start_calls_queue(struct db *db, struct q_courier_start_calls q, struct rows **out)
{
	(void)db, (void)q, (void)out;
	return ERR_OK;
}

enum err
q_courier_record_calls_queue(struct db *db, struct q_courier_record_calls q, struct rows **out)
{
	(void)db, (void)q, (void)out;
	return ERR_OK;
}

/* --- in the place of the gateway --- */

int
account_room(struct courier *of, int64_t tenant, int lane, int64_t now)
{
	(void)tenant, (void)lane, (void)now;
	return of->capacity;
}

int64_t
account_reserve(const struct courier *of, int64_t tenant)
{
	(void)of;
	(void)tenant;
	return 0;
}

bool
account_shut(struct courier *of, int64_t tenant, int64_t now)
{
	(void)of, (void)tenant, (void)now;
	return false;
}

bool
account_fails_over(struct courier *of, const struct account *a, int64_t tenant, const struct outcome *o, int64_t now)
{
	(void)of, (void)a, (void)tenant, (void)o, (void)now;
	return false;
}

bool
bar_rests(const struct courier *of, int64_t tenant, int64_t now)
{
	(void)of, (void)tenant, (void)now;
	return false;
}

int
deliver_open(const struct courier *of)
{
	int i, n = 0;

	for (i = 0; i < COURIER_FLIGHTS; i++)
		n += of->flights[i].stage >= FLYING;
	return n;
}

int deliver_n_waiting(const struct courier *of) { (void)of; return 0; }
int deliver_room(const struct courier *of, int freed) { return of->capacity - deliver_open(of) + freed; }
const char *deliver_state(enum verdict verdict) { return verdict == VERDICT_SENT ? "accepted" : "later"; }

/* --- the scene --- */

static int n_flights;

static void
clear(void)
{
	int i;

	arena_reset(r.arena);
	c = (struct courier){ .conf = &conf, .kind = &kind, .capacity = CAPACITY };
	r = (struct round){ .tenant = TENANT, .arena = r.arena };
	memset(told, 0, sizeof told);
	memset(again, 0, sizeof again);
	ended = n_flights = 0;
	for (i = 0; i < COURIER_JOBS; i++)
		c.jobs[i].tenant.id = TENANT;
}

/* A job of the first part of which all are begun. */
static struct job *
job(int nth)
{
	struct job *j = &c.jobs[nth * COURIER_PARTS];

	j->held = true;
	j->lane = 1;
	j->try = 1;
	j->size = j->reached = 500;
	return j;
}

static struct flight *
flight(struct job *j, enum stage stage)
{
	struct flight *f = &c.flights[n_flights++];

	*f = (struct flight){ .stage = stage, .job = j, .tenant = TENANT, .citizen = n_flights, .letter_id = n_flights };
	return f;
}

/* Has the round go off, and sees what it took and what it told. */
static void
goes(int64_t now, int taken, const char *what)
{
	int i, writing = 0, untold = 0;

	if (round_plan(&c, &r, now) && round_send(&c, &r) != ERR_OK)
		taken = -1;
	for (i = 0; i < n_flights; i++) {
		writing += c.flights[i].stage == WRITING;
		untold += told[i + 1] != (c.flights[i].stage == WRITING);
	}
	ok(writing == taken, "%s: %d taken (%d)", what, taken, writing);
	ok(untold == 0, "%s: … and each of them told once, no other (%d)", what, untold);
}

int
main(void)
{
	int64_t now = clock_monotonic_ms() + 100000;
	static const char *const devices[] = { "a", "b", "c" };
	struct job *one, *two;
	int i;

	r.arena = arena_new();

	clear();
	one = job(0);
	for (i = 0; i < 3; i++)
		flight(one, LANDED);
	flight(one, FLYING);
	flight(NULL, LANDED);
	goes(now, 4, "what has landed, a letter with it");

	/* Of a person's three devices one took it, one is to wait, one is gone. */
	clear();
	one = job(0);
	*flight(one, LANDED) = (struct flight){ .stage = LANDED, .job = one, .tenant = TENANT, .citizen = 1, .letter_id = 1,
	    .n_contacts = 3, .contacts = { 1, 2, 3 }, .letter = { .many = devices, .n_many = 3, .data = "{}", .n = 2 },
	    .outcome = { .verdict = VERDICT_SENT, .again = 1 << 1, .gone = 1 << 2 } };
	goes(now, 1, "a person with three devices");
	ok(again[1] == 0 && again[2] == 1 && again[3] == 0, "and the one that was to wait is written to on its own");

	/* A round of the job failed; one of its mails was in the air and lands while it waits. */
	clear();
	one = job(0);
	one->not_before = now + 200;
	flight(one, LANDED)->not_before = now + 200;
	flight(one, LANDED);
	goes(now, 0, "a job whose round failed waits");
	goes(now + 200, 2, "and is written when its time has come");

	/* The same beside a job and a letter that need not wait. */
	clear();
	one = job(0);
	two = job(1);
	one->not_before = now + 200;
	flight(one, LANDED);
	flight(two, LANDED);
	flight(two, FLYING);
	flight(NULL, LANDED);
	goes(now, 2, "others do not take it along");

	/* While others are about to land, a job that is through ends at once. */
	clear();
	one = job(0);
	two = job(1);
	flight(one, LANDED);
	flight(two, LANDED);
	for (i = 0; i < 20; i++)
		flight(two, FLYING);
	c.landed = now;
	goes(now, 1, "one job ends, the other gathers");
	ok(ended == 1, "it has ended");

	arena_free(r.arena);
	return done();
}
