/* SPDX-License-Identifier: Apache-2.0 */
/*
 * chromo-courier: delivers what is due, until it is asked to end.
 *
 * Processes under a supervisor that starts them again should they die: a courier for
 * each channel to people, which sends; the planner (plan.c), posts on X (posts.c), quotas
 * of gateways (quota.c), files that people sent (scan.c), and the clerks, who count and
 * export (clerk.c).  Asked to end, a courier begins nothing new, waits for what is in the
 * air, and gives the rest back.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/log.h"
#include "base/proc.h"
#include "base/secret.h"
#include "courier/courier.h"

enum { IDLE_MS = 250, LAST_MS = 12000, POOLS = 12 };

/* Batches that were planned this moment are looked for at once (claim.c). */
static void
hear_of_work(struct courier *c)
{
	while (db_socket(c->db) != -1 && db_notified(c->db))
		c->looked = 0;
}

static void
wait_for_work(struct courier *c)
{
	struct epoll_event event = { .events = EPOLLIN };
	int ms = ledger_patience_ms(c);

	/* There already, unless it is a new connection. */
	if (db_socket(c->db) != -1)
		epoll_ctl(c->answers, EPOLL_CTL_ADD, db_socket(c->db), &event);
	if (ms > IDLE_MS)
		ms = IDLE_MS;
	if (!ledger_busy(c))
		proc_wait_ms(c->answers, ms);
	else
		c->channel->ops->wait(c->channel, ms, c->answers);
}

static void
turn(struct courier *c)
{
	arena_reset(c->arena);
	db_use(c->db, c->arena);
	hear_of_work(c);
	deliver_land(c);
	if (!c->ending)
		claim_due(c);
	ledger_turn(c);
	health_report(c);
}

static void
finish(struct courier *c)
{
	int64_t until = clock_monotonic_ms() + LAST_MS;

	c->ending = true;
	do {
		turn(c);
		if (ledger_busy(c))
			c->channel->ops->wait(c->channel, ledger_patience_ms(c), c->answers);
	} while (ledger_busy(c) && clock_monotonic_ms() < until);
	turn(c);
	ledger_release(c);
}

/* What the installation has: the outbox, a mail server or two.  Of two each has its half of
 * the connections, so that one that hangs does not hold up the other. */
static void
open_own(struct courier *c)
{
	bool two = c->kind == &email_kind && c->conf->smtp2_url != NULL;
	int i;

	c->n_own = two ? 2 : 1;
	for (i = 0; i < c->n_own; i++)
		c->own[i] = (struct account){ .place = i, .share = 100, .most = two ? c->capacity / 2 : 0,
		    .breaker = { .name = i == 0 ? c->kind->name : "email2" } };
}

static bool
open_courier(struct courier *c, const struct post *post)
{
	const struct conf *conf = &post->house->conf;
	int i;

	c->conf = conf;
	c->kind = post->kind;
	c->arena = arena_new();
	c->vault = vault_new(post->house->master);
	if (c->kind->open(conf, &c->channel) != ERR_OK)
		return false;
	/* Mail finds its way to the outbox of itself. */
	if (c->kind != &email_kind && conf->outbox != NULL && outbox_open(conf, c->kind->name, &c->outbox) != ERR_OK)
		return false;
	c->capacity = c->channel->ops->room(c->channel);
	if (c->capacity > COURIER_FLIGHTS - 2 * COURIER_LETTERS)
		c->capacity = COURIER_FLIGHTS - 2 * COURIER_LETTERS;
	open_own(c);
	c->holder = (int)secret_below(INT32_MAX - 1) + 1;
	c->db = db_new(conf->database, "chromo_courier", "chromo-courier");
	for (i = 0; i < COURIER_ROUNDS; i++) {
		c->rounds[i].db = db_new(conf->database, "chromo_courier", "chromo-ledger");
		c->rounds[i].arena = arena_new();
	}
	c->answers = epoll_create1(EPOLL_CLOEXEC);
	must(c->answers != -1);
	/* Without a database yet it is looked for four times a second all the same. */
	if (db_listen(c->db, "batch_due") != ERR_OK)
		log_warn("courier.alone channel=%s", c->kind->name);
	return true;
}

static void
close_courier(struct courier *c)
{
	int i;

	c->channel->ops->close(c->channel);
	if (c->outbox != NULL)
		c->outbox->ops->close(c->outbox);
	for (i = 0; i < COURIER_ROUNDS; i++) {
		db_free(c->rounds[i].db);
		arena_free(c->rounds[i].arena);
	}
	for (i = 0; i < COURIER_JOBS; i++)
		if (c->jobs[i].arena != NULL)
			arena_free(c->jobs[i].arena);
	for (i = 0; i < COURIER_FLIGHTS; i++)
		if (c->flights[i].arena != NULL)
			arena_free(c->flights[i].arena);
	for (i = 0; i < COURIER_ACCOUNTS; i++)
		if (c->accounts[i].arena != NULL)
			arena_free(c->accounts[i].arena);
	db_free(c->db);
	vault_free(c->vault);
	arena_free(c->arena);
	close(c->answers);
}

static int
work(void *context, int slot)
{
	struct courier *c = calloc(1, sizeof *c);

	(void)slot;
	must(c != NULL);
	if (!open_courier(c, context))
		return 1;
	while (!proc_stopping()) {
		turn(c);
		wait_for_work(c);
	}
	finish(c);
	close_courier(c);
	free(c);
	return 0;
}

/* What each process needs once it runs. */
struct shut {
	struct sandbox planner, quota, clerk, x, scan, email, others;
};

static struct shut
shut_of(const struct conf *conf, struct arena *a)
{
	struct sandbox plain = { .may = 0 }, calls;
	struct db_needs db;
	struct shut s;

	db_needs(a, conf->database, &db);
	memcpy(plain.reads, db.reads, sizeof db.reads);
	if (db.net)
		plain.may |= SANDBOX_NET;
	calls = plain;
	calls.may |= SANDBOX_NET;
	calls.reads[8] = conf->gateway_ca_file;
	s = (struct shut){ plain, calls, plain, calls, plain, calls, calls };
	s.clerk.writes[0] = conf->exports;
	s.scan.writes[0] = conf->files;
	s.x.reads[9] = conf->files;
	s.x.writes[0] = s.email.writes[0] = s.others.writes[0] = conf->outbox;
	s.email.reads[9] = conf->smtp_ca_file;
	s.email.reads[10] = conf->smtp_password_file;
	return s;
}

static const char *
open_house(struct house *h, struct arena *a, const char *path)
{
	char *problem;

	if (conf_load(a, path, &h->conf, &problem) != ERR_OK ||
	    catalogue_open(arena_printf(a, "%s/po", h->conf.templates), &h->catalogue, &problem) != ERR_OK ||
	    templates_open(h->conf.templates, h->catalogue, h->conf.strict ? TEMPLATES_STRICT : 0,
	    &h->templates, &problem) != ERR_OK)
		return problem;
	return secret_read_key(h->conf.master_key_file, h->master) == ERR_OK ? NULL :
	    "master_key_file: not a readable key of 32 bytes, mode 0600";
}

static void
close_house(struct house *h, struct arena *a)
{
	templates_free(h->templates);
	catalogue_free(h->catalogue);
	secret_wipe(h->master, sizeof h->master);
	arena_free(a);
}

int
main(int argc, char **argv)
{
	const char *path = argc > 1 ? argv[1] : getenv("CHROMO_CONF"), *problem;
	struct arena *a = arena_new();
	struct house house = { 0 };
	struct post posts[POOLS];
	struct proc_pool pools[POOLS];
	struct shut shut;
	int status, i, n = 0;

	json_setup();
	db_share();
	proc_keep_heap();
	problem = argc > 2 ? "one configuration file at most" :
	    open_house(&house, a, path != NULL ? path : "/etc/chromo/chromo.conf");
	if (problem != NULL) {
		fprintf(stderr, "chromo-courier: %s\n", problem);
		return 2;
	}
	/* A folder that is made later would be outside. */
	if (house.conf.outbox != NULL && mkdir(house.conf.outbox, 0700) == -1 && errno != EEXIST)
		log_warn("outbox.not-made reason=\"%s\"", strerror(errno));
	sandbox_check();
	shut = shut_of(&house.conf, a);
	pools[n++] = (struct proc_pool){ .name = "planner", .workers = 1, .run = plan_work, .sandbox = &shut.planner };
	pools[n++] = (struct proc_pool){ .name = "quota", .workers = 1, .run = quota_work, .sandbox = &shut.quota };
	pools[n++] = (struct proc_pool){ .name = "clerk", .workers = 4, .run = clerk_work, .sandbox = &shut.clerk };
	pools[n++] = (struct proc_pool){ .name = "x", .workers = 1, .run = posts_work, .sandbox = &shut.x };
	if (house.conf.files != NULL)
		pools[n++] = (struct proc_pool){ .name = "scan", .workers = 1, .run = scan_work, .sandbox = &shut.scan };
	for (i = 0; i < n; i++)
		pools[i].context = &house;
	for (i = 0; channel_kinds[i] != NULL && n < POOLS; i++) {
		if (channel_kinds[i]->people == 0)
			continue;	/* X: nobody in particular is written to */
		posts[n] = (struct post){ .house = &house, .kind = channel_kinds[i] };
		pools[n] = (struct proc_pool){ .name = channel_kinds[i]->name, .workers = 1, .run = work, .context = &posts[n],
		    .sandbox = channel_kinds[i] == &email_kind ? &shut.email : &shut.others };
		n++;
	}
	status = proc_supervise(pools, n);
	/* The supervisor's; a worker has its own copy, which ends with it. */
	close_house(&house, a);
	return status;
}
