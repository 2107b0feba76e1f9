/* SPDX-License-Identifier: Apache-2.0 */
/*
 * chromo-courier: delivers what is due, until it is asked to end.
 *
 * One worker under a supervisor that starts it again should it die.  Asked to
 * end, it begins nothing new, waits for what is in the air, and gives the rest back.
 */
#include <stdio.h>

#include "base/clock.h"
#include "base/log.h"
#include "base/proc.h"
#include "base/secret.h"
#include "courier/courier.h"

enum { IDLE_MS = 250, BUSY_MS = 20, LAST_MS = 15000 };

/* A commit for each single letter would be one fsync a mail: while most are
 * still in the air, wait for a few more of them, but not long. */
static void
wait_for_work(struct courier *c)
{
	int64_t until = clock_monotonic_ms() + BUSY_MS;
	int enough = c->flying / 4;

	if (c->flying == 0) {
		proc_sleep_ms(IDLE_MS);
		return;
	}
	while (c->email->ops->room(c->email) < enough && clock_monotonic_ms() < until && !proc_stopping())
		c->email->ops->wait(c->email, BUSY_MS, -1);
	c->email->ops->wait(c->email, BUSY_MS, -1);
}

static bool
holds(const struct courier *c)
{
	int i;

	for (i = 0; i < COURIER_JOBS; i++)
		if (c->jobs[i].held)
			return true;
	return c->flying > 0;
}

/* Nothing new is begun any more: the breaker is held open. */
static void
finish(struct courier *c)
{
	int64_t until = clock_monotonic_ms() + LAST_MS;

	while (c->flying > 0 && clock_monotonic_ms() < until) {
		arena_reset(c->arena);
		c->breaker.until = until;
		c->email->ops->wait(c->email, IDLE_MS, -1);
		deliver_round(c);
	}
	arena_reset(c->arena);
	deliver_round(c);
	deliver_release(c);
}

/* What is read before the fork. */
struct house {
	struct conf conf;
	struct templates *templates;
	struct catalogue *catalogue;
};

static int
work(void *context, int slot)
{
	struct courier *c = calloc(1, sizeof *c);
	const struct house *house = context;
	uint8_t master[SECRET_KEY];

	(void)slot;
	must(c != NULL);
	c->conf = &house->conf;
	c->templates = house->templates;
	c->catalogue = house->catalogue;
	c->arena = arena_new();
	if (secret_read_key(c->conf->master_key_file, master) != ERR_OK) {
		log_error("courier.start problem=\"master_key_file: not a readable key of 32 bytes, mode 0600\"");
		return 1;
	}
	c->vault = vault_new(master);
	secret_wipe(master, sizeof master);
	if (email_open(c->conf, &c->email) != ERR_OK)
		return 1;
	c->db = db_new(c->conf->database, "chromo_courier", "chromo-courier");

	while (!proc_stopping()) {
		arena_reset(c->arena);
		db_use(c->db, c->arena);
		claim_due(c);
		deliver_round(c);
		if (!holds(c) || c->flying > 0 || breaker_open(&c->breaker))
			wait_for_work(c);
	}
	db_use(c->db, c->arena);
	finish(c);
	c->email->ops->close(c->email);
	db_free(c->db);
	return 0;
}

int
main(int argc, char **argv)
{
	const char *path = argc > 1 ? argv[1] : getenv("CHROMO_CONF");
	struct arena *a = arena_new();
	struct proc_pool pool = { .name = "courier", .workers = 1, .run = work };
	struct house house;
	char *problem;

	json_setup();
	if (argc > 2 ||
	    conf_load(a, path != NULL ? path : "/etc/chromo/chromo.conf", &house.conf, &problem) != ERR_OK ||
	    catalogue_open(arena_printf(a, "%s/po", house.conf.templates), &house.catalogue, &problem) != ERR_OK ||
	    templates_open(house.conf.templates, house.catalogue, house.conf.strict ? TEMPLATES_STRICT : 0,
	    &house.templates, &problem) != ERR_OK) {
		fprintf(stderr, "chromo-courier: %s\n", argc > 2 ? "one configuration file at most" : problem);
		return 2;
	}
	pool.context = &house;
	return proc_supervise(&pool, 1);
}
