/* SPDX-License-Identifier: Apache-2.0 */
/*
 * chromo-courier: delivers what is due, until it is asked to end.
 *
 * Two processes under a supervisor that starts them again should they die: the
 * courier, which sends, and the planner (plan.c).  Asked to end, the courier begins
 * nothing new, waits for what is in the air, and gives the rest back.
 */
#include <stdio.h>
#include <stdlib.h>
#include <sys/epoll.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/log.h"
#include "base/proc.h"
#include "base/secret.h"
#include "courier/courier.h"

enum { IDLE_MS = 250, LAST_MS = 12000 };

static void
wait_for_work(struct courier *c)
{
	int ms = ledger_patience_ms(c);

	if (!ledger_busy(c)) {
		proc_sleep_ms(ms < IDLE_MS ? ms : IDLE_MS);
		return;
	}
	c->email->ops->wait(c->email, ms < IDLE_MS ? ms : IDLE_MS, c->answers);
}

static void
turn(struct courier *c)
{
	arena_reset(c->arena);
	db_use(c->db, c->arena);
	deliver_land(c);
	if (!c->ending)
		claim_due(c);
	ledger_turn(c);
}

static void
finish(struct courier *c)
{
	int64_t until = clock_monotonic_ms() + LAST_MS;

	c->ending = true;
	do {
		turn(c);
		if (ledger_busy(c))
			c->email->ops->wait(c->email, ledger_patience_ms(c), c->answers);
	} while (ledger_busy(c) && clock_monotonic_ms() < until);
	turn(c);
	ledger_release(c);
}

static bool
open_courier(struct courier *c, const struct house *house)
{
	const struct conf *conf = &house->conf;
	int i;

	c->conf = conf;
	c->arena = arena_new();
	c->vault = vault_new(house->master);
	if (email_open(conf, &c->email) != ERR_OK)
		return false;
	c->capacity = c->email->ops->room(c->email);
	c->holder = (int)secret_below(INT32_MAX - 1) + 1;
	c->db = db_new(conf->database, "chromo_courier", "chromo-courier");
	for (i = 0; i < COURIER_ROUNDS; i++) {
		c->rounds[i].db = db_new(conf->database, "chromo_courier", "chromo-ledger");
		c->rounds[i].arena = arena_new();
	}
	c->answers = epoll_create1(EPOLL_CLOEXEC);
	must(c->answers != -1);
	return true;
}

static void
close_courier(struct courier *c)
{
	int i;

	c->email->ops->close(c->email);
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
	int status;

	json_setup();
	problem = argc > 2 ? "one configuration file at most" :
	    open_house(&house, a, path != NULL ? path : "/etc/chromo/chromo.conf");
	if (problem != NULL) {
		fprintf(stderr, "chromo-courier: %s\n", problem);
		return 2;
	}
	status = proc_supervise((struct proc_pool[]){
	    { .name = "courier", .workers = 1, .run = work, .context = &house },
	    { .name = "planner", .workers = 1, .run = plan_work, .context = &house } }, 2);
	/* The supervisor's; a worker has its own copy, which ends with it. */
	close_house(&house, a);
	return status;
}
