/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
#include <inttypes.h>
#include <stdbool.h>
#include "base/arena.h"
#include "base/conf.h"
#include "base/json.h"
#include "base/mustache.h"
#include "base/secret.h"
#include "channel/channel.h"
#include "courier/bucket.h"
#include "db/db.h"
#include "domain/vault.h"
/*
 * The courier: plans, claims, sends, records.  A process for each channel, all alike.
 *
 *	plan.c		messages whose time has come become batches (a process of its own)
 *	account.c	the town's accounts at gateways: which one, how fast, whether at all
 *	bucket.c	how many calls a second one permits
 *	bar.c		towns that a mail server does not want, while others' mails are taken
 *	health.c	how accounts fare, for pages and /metrics
 *	claim.c		batches become jobs, letters wait for a connection
 *	keep.c		phones are asked each year whether it still goes on (in the planner)
 *	sweep.c		what has ended is taken away (in the planner)
 *	events.c	offers that pass on, letters about applications (in the planner)
 *	quota.c		how much of the month is left at LINE (a process of its own)
 *	scan.c		files that people sent are looked at for viruses (a process of its own)
 *	posts.c		posts on X, one for a message (a process of its own)
 *	posts_token.c	tokens of X that are good for two hours
 *	peers.c		which other couriers are dead
 *	ledger.c	rounds: transactions on their way to the database and back
 *	round.c		what is in a round: verdicts, next members, ends of batches
 *	deliver.c	flights: what is in the air, and what came of it
 *	retry.c		when again, and when not to try at all for a while
 *
 * The order that everything hangs on (safety.md 4): members are marked as begun
 * and that is committed; then they are sent; then their verdicts are committed.
 * Never are more letters without a committed verdict than there are connections
 * to the gateway.  So a kill at any point costs at most one extra mail a
 * connection, and each of those is known (delivery.state "unknown").
 *
 * Where a call carries many (kind->people > 1), a batch is one call: begun whole, one
 * flight, one verdict.  The far side knows its key, so that a repeat is none.
 *
 * Commits are not waited for: while one tenant's round is written, letters of
 * this and other tenants fly on.  What has landed meanwhile goes into the next
 * round, so that the groups are as large as the disk is slow.
 *
 * Several couriers may run: leases and fences keep them apart.  A lease binds the
 * others: a courier never claims what it has in its hands itself, and writes its words
 * down however late.  Of one that lost a batch the yes still counts (batch_record).
 */
enum {
	COURIER_SLICE = 500,	/* recipients in a batch */
	COURIER_JOBS = 288,	/* batches held at once */
	COURIER_SPARE = 8,	/* … of which so many are kept for emergencies */
	COURIER_FLIGHTS = 384,	/* letters in the hands of this courier */
	COURIER_CALLS = 16,	/* calls that one round begins at most */
	COURIER_ACCOUNTS = 256,
	COURIER_SERVERS = 2,	/* of mail, the installation's */
	COURIER_DEVICES = 32,	/* addresses of one person on one channel */
	COURIER_LETTERS = 32,	/* … of which so many may wait for a connection */
	COURIER_PARTS = 3,	/* of a tenant's jobs, each with a round of its own */
	COURIER_ROUNDS = 6,	/* transactions under way at once, of other tenants or parts */
	COURIER_GATHER_MS = 4,	/* so long a landed letter waits for others to join it */
	COURIER_DEAD = 16,
	COURIER_MORE = 8	/* tenants that are asked again between two looks */
};

/* What is read before the fork. */
struct house {
	struct conf conf;
	struct templates *templates;
	struct catalogue *catalogue;
	uint8_t master[SECRET_KEY];
};

struct tenant {
	int64_t id;
	const char *name, *mail_from, *mail_name, *mail_reply, *origin, *host;
};

/* What one process of the courier is for. */
struct post {
	const struct house *house;
	const struct channel_kind *kind;
};

struct breaker {
	const char *name;	/* in the log */
	int failures;		/* in a row, of the gateway itself */
	int pause_ms;		/* 0: closed */
	int64_t until;		/* nothing is begun before; then one letter, to try */
	char reason[40];	/* of the last failure */
};

/* An account of a town at a gateway, or the one that the installation has (e-mail,
 * outbox: tenant 0, no document). */
struct account {
	int64_t tenant, id;	/* id 0: free, or the installation's */
	int64_t version;
	int place;
	struct arena *arena;
	const json_t *doc;	/* domain/gateway.h; NULL: the installation's */
	struct breaker breaker;
	struct bucket bucket;
	int64_t paused_until;	/* the gateway asked to wait */
	int pauses;		/* in a row */
	char paused_for[40];	/* the reason, as in struct outcome */
	int share;		/* percent of letters that go this way while there is another */
	int most;		/* letters under way at once; 0: as many as the courier has */
	int64_t read;		/* when it was last seen in the database */
	/* Since the last report to gateway_health. */
	int accepted, failed, delay_ms;
	const char *told;	/* the state of its breaker there */
};

/* A town's own breaker at a mail server that all towns send by: what it refuses is this
 * town's mails, for what they come from (5.7.x). */
struct bar {
	int64_t tenant;
	int place;		/* of the server; BAR_RETURNS: mails that came back said so (bounce_take) */
	struct breaker breaker;
	int64_t used;
	const char *told;	/* the state of it in the database */
};
enum { BAR_RETURNS = -1 };

/* Couriers without a connection, since when (peers.c). */
struct peers {
	struct {
		int holder;
		int64_t since;
	} missing[COURIER_DEAD];
	int n;
};

/* A batch that this courier holds. */
struct job {
	bool held;
	struct tenant tenant;
	int64_t batch, message, fence;
	int lane, try, size;	/* try: of a call, how often it was made */
	char key[40];
	char language[4];	/* of all members of a call */
	bool doubt;		/* … and it may have been carried out */
	int64_t valid_until_ms;
	bool seen;		/* 「見ました」 is asked for */
	int64_t survey;		/* whose link is each person's own; 0: none */
	int reached;		/* members begun, as far as is known */
	bool lost;		/* another courier has it, or it was stopped */
	int wait_s;		/* the longest wait that a gateway asked for */
	bool soon;		/* a gateway failed, and there is another */
	int64_t not_before;	/* a round of it failed: clock_monotonic_ms */
	struct arena *arena;	/* the job's: renderings, tenant */
	const json_t *renderings;
};

enum stage {
	FREE,
	WAITING,		/* a letter, composed, without a connection */
	FLYING,			/* the channel has it */
	LANDED,			/* its outcome is known, to us alone */
	WRITING			/* … and on its way into the database */
};

/* One letter to one person, of a batch or on its own. */
struct flight {
	enum stage stage;
	struct job *job;	/* NULL: table letter */
	int64_t tenant;
	int64_t citizen;	/* 0: of a call, all members */
	int64_t letter_id, fence;
	uint8_t hash[SECRET_HASH];	/* of a mail that is a letter: its address (contact.hash) */
	int try;
	struct account *account;
	int turn;		/* of the account (account_take) */
	int64_t up;		/* when it took off */
	int64_t contacts[COURIER_DEVICES];	/* whose addresses the letter has; contact.id */
	int n_contacts;
	int64_t not_before;
	struct letter letter;
	struct outcome outcome;
	struct arena *arena;
};

struct step {
	struct job *job;
	struct rows *recorded, *begun;
	int most;
	bool ends;
};

/* One transaction of a part of a tenant's jobs on its way to the database and back. */
struct round {
	struct db *db;
	struct arena *arena;
	bool away;
	int64_t tenant;
	int part;
	int64_t sent;		/* clock_monotonic_ms */
	struct rows *recorded, *begun;	/* of calls; of letters each step has its own */
	int promised;		/* members who may fly once it is committed */
	struct step steps[COURIER_JOBS];
	int n;
};

/* A tenant with more batches, of this lane and below, than were taken. */
struct more {
	int64_t tenant;
	int lane;
};

struct courier {
	const struct conf *conf;
	const struct channel_kind *kind;
	struct db *db;		/* for what is waited for: claims */
	struct vault *vault;
	struct channel *channel;
	struct channel *outbox;	/* for towns without an account, in development; NULL: none */
	struct account own[COURIER_SERVERS];	/* the installation's */
	int n_own;
	bool counted;		/* the database knows how many */
	struct account accounts[COURIER_ACCOUNTS];
	struct bar bars[COURIER_ACCOUNTS];
	int n_bars;
	int64_t reported;	/* when gateway_health was written */
	struct arena *arena;	/* of one turn of the loop */
	int holder;		/* who we are to other couriers; never 0 */
	int capacity;		/* connections to the gateway */
	bool ending;		/* nothing new is begun */
	struct job jobs[COURIER_JOBS];
	struct flight flights[COURIER_FLIGHTS];
	struct round rounds[COURIER_ROUNDS];
	int turn;		/* where the search for the next tenant begins */
	int answers;		/* epoll: the sockets of rounds that are away, and of db */
	int64_t landed;		/* when the first letter landed that is in no round yet; 0: none */
	int64_t looked;		/* when due work was last looked for */
	struct more more[COURIER_MORE];	/* … tenants with more than was taken */
	int n_more;
	int64_t asked;		/* when they were last asked, or looked for */
	struct peers peers;
};

/* plan.c: the planner, a process beside the courier; context is struct house. */
int plan_work(void *context, int slot);

/* events.c: every ten seconds; *looked is the caller's, 0 at first. */
void events_look(const struct house *, struct db *, struct vault *, struct arena *, int64_t *looked);

/* quota.c: the process. */
int quota_work(void *context, int slot);

/* clerk.c: four processes; slot 0 counts answers, slot 1 makes files, slot 2 cross-tables, slot 3 takes
 * in files of answers. */
int clerk_work(void *context, int slot);

/* posts.c: the process. */
int posts_work(void *context, int slot);
/* scan.c: the same for files. */
int scan_work(void *context, int slot);

/* posts_token.c: what posts of a tenant need before they are claimed. */
struct posts_tokens;
struct posts_tokens *posts_tokens_new(const struct house *, struct db *, struct vault *);
void posts_tokens_free(struct posts_tokens *);
/* The token of this account, renewed if it has to be; ERR_BUSY: not now, somebody is at it
 * or the far side is away; ERR_FORBIDDEN: a person has to sign in.  Outside a transaction. */
enum err posts_token_ready(struct posts_tokens *, struct arena *, int64_t tenant, const json_t *account) MUST_USE;
/* X did not take it: it is renewed before it is used again. */
void posts_token_denied(struct posts_tokens *, const json_t *account);

/* keep.c: once an hour, in all tenants. */
void keep_hourly(const struct house *, struct db *, struct vault *, struct arena *, int64_t *looked);
/* sweep.c: once an hour, in all tenants. */
void sweep_hourly(struct db *, int64_t *swept);

/* account.c: reads those of the tenant, whose vault is open, inside a transaction.
 * *any: there is a way out. */
enum err account_read(struct courier *, int64_t tenant, bool *any) MUST_USE;
/* They have been read before, or are the installation's. */
bool account_known(const struct courier *, int64_t tenant);
/* Every way out is shut by its breaker. */
bool account_shut(struct courier *, int64_t tenant, int64_t now);
/* So long not read that a shut one may have new credentials, which are tried at once. */
bool account_stale(const struct courier *, int64_t tenant, int64_t now);
/* Calls a second that its accounts permit. */
int account_rate(const struct courier *, int64_t tenant);
/* What is kept of the month for what saves lives (line_room). */
int64_t account_reserve(const struct courier *, int64_t tenant);
/* How many letters of the tenant may be begun now, at most. */
int account_room(struct courier *, int64_t tenant, int lane, int64_t now);
/* Whether a letter may be the one that goes to see if an account is back, while there is another:
 * emergencies are not; what somebody waits for (a code, a confirmation) is, once nobody else
 * has been for a while. */
enum probe { PROBE_NEVER, PROBE_LATE, PROBE_READILY };
/* The one that this letter goes by; NULL: there is none any more. */
struct account *account_pick(struct courier *, int64_t tenant, enum probe, int64_t now);
/* Its breaker is open, or for this town. */
bool account_open(struct courier *, const struct account *, int64_t tenant, int64_t now);
/* It failed this letter, and there is another that may do better at once. */
bool account_fails_over(struct courier *, const struct account *, int64_t tenant, const struct outcome *, int64_t now);
/* The town's other account than this, as a letter takes it; NULL: none. */
const json_t *account_other(struct courier *, const struct account *);
/* May a letter take off?  Then it is counted, under this turn.  False: a little later. */
bool account_take(struct courier *, struct account *, int64_t tenant, int lane, int64_t now, int *turn);
/* It left the house only then, because it was composed and a connection made first: the
 * far side counts from there. */
void account_left(struct account *, int turn, int64_t at);
/* What came of it. */
void account_learn(struct courier *, struct account *, int64_t tenant, const struct outcome *, int64_t now);

/* bar.c: the town's breaker there; NULL: it has none. */
struct breaker *bar_at(struct courier *, const struct account *, int64_t tenant);
/* What came of a letter of this town. */
void bar_learn(struct courier *, const struct account *, int64_t tenant, const struct outcome *, int64_t now);
/* Mails of this town came back as refused for what they are: those that are not urgent wait for so long. */
void bar_rest(struct courier *, int64_t tenant, int64_t rest_ms, int64_t now);
bool bar_rests(const struct courier *, int64_t tenant, int64_t now);

/* health.c: into gateway_health (mail: mail_server, mail_bar), now and then, and when a breaker moves. */
void health_report(struct courier *);

/* claim.c: looks for due work in all tenants, if it is time to. */
void claim_due(struct courier *);

/* peers.c: says that we (holder) are here, and puts into dead those couriers that have had
 * no connection to the database for a second.  Inside a transaction. */
enum err peers_look(struct db *, int holder, struct peers *, int32_t dead[COURIER_DEAD], size_t *n) MUST_USE;

/* ledger.c: takes what the database answered, and begins what rounds it can. */
void ledger_turn(struct courier *);
/* How long may be waited before ledger_turn has something to do of itself. */
int ledger_patience_ms(const struct courier *);
/* Something is in the air, or on its way into the database. */
bool ledger_busy(const struct courier *);
/* Gives everything back, in good order, that is not in the air. */
void ledger_release(struct courier *);

/* round.c: which part of its tenant's jobs this is one of; NULL, for letters: the first. */
int round_part(const struct courier *, const struct job *);
bool round_has(const struct courier *, const struct round *, const struct flight *);
/* Fills in what there is to do for its tenant; the flights that it takes along are
 * WRITING from here on.  False: nothing. */
bool round_plan(struct courier *, struct round *, int64_t now);
/* Sends it off.  Not ERR_OK: it is rolled back. */
enum err round_send(struct courier *, struct round *) MUST_USE;

/* deliver.c: letters without a committed verdict. */
int deliver_open(const struct courier *);
/* How many more may be begun now, where so many of the open ones are written down
 * in the same breath. */
int deliver_room(const struct courier *, int freed);
/* One member with all their addresses, or of a call all members. */
struct addressee {
	int64_t citizen;
	const char *language;
	const char *const *many;
	size_t n;
	const int64_t *contacts;
	bool doubt;
};
void deliver_member(struct courier *, struct job *, const struct addressee *);
/* Composes a letter, which waits for a connection.  Not ERR_OK: it does not open. */
enum err deliver_letter(struct courier *, const struct tenant *, const struct rows *, size_t row) MUST_USE;
/* What waits takes off, letters before members. */
void deliver_waiting(struct courier *);
int deliver_n_waiting(const struct courier *);
/* Takes outcomes from the channel. */
void deliver_land(struct courier *);
/* What the ledger calls it. */
const char *deliver_state(enum verdict);

/* retry.c: seconds until the next try: base, doubled each time, with jitter;
 * at least what the far side asked for. */
int retry_wait_s(const struct conf *, int try, int asked_s);
/* The breaker of the gateway: learns from an outcome. */
void breaker_learn(struct breaker *, const struct outcome *, int64_t now);
/* Open means wait; half open, that one letter may try. */
bool breaker_open(const struct breaker *, int64_t now);
bool breaker_half_open(const struct breaker *, int64_t now);
/* "closed", "open" or "half_open" */
const char *breaker_state(const struct breaker *, int64_t now);
