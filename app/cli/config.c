/* SPDX-License-Identifier: Apache-2.0 */
/*
 * chromo config check: the file, the key, and how PostgreSQL is set up.
 *
 * What is acknowledged is kept only by a database that really writes it (safety.md 5): some
 * settings make it fast by giving that up, and nothing else would notice until the day it
 * matters.  In development, where nothing is to be kept, they are told and not refused.
 */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/sandbox.h"
#include "cli/cli.h"
#include "db/queries.h"

/* Four couriers with their rounds (7 each), eight processes beside them, the command, whoever looks at the database. */
enum { CONNECTIONS_BESIDE = 40 };

/* good: one of these.  most: the number, at most.  why: what happens otherwise, and where it is not
 * plain, what to do. */
static const struct rule {
	const char *name, *good[3];
	int64_t most;
	const char *why;
} rules[] = {
	{ "data_checksums", { "on" }, 0, "a page that rots on the disk is read as if it were right; "
	    "stop the server and run pg_checksums --enable" },
	{ "fsync", { "on" }, 0, "what was acknowledged is lost, or the database is broken, when the host goes down" },
	{ "full_page_writes", { "on" }, 0, "a page that was half written when the host went down stays broken" },
	{ "synchronous_commit", { "on", "remote_apply" }, 0, "people are told that it is done before it is on the disk" },
	{ "wal_level", { "replica", "logical" }, 0, "no standby, no copy of the log and no restore to a given second is possible" },
	{ "ignore_checksum_failure", { "off" }, 0, "rotten pages are read as if they were right" },
	{ "zero_damaged_pages", { "off" }, 0, "rotten pages are emptied in silence" },
	{ "wal_retrieve_retry_interval", { NULL }, 200, "a standby takes seconds and not parts of one to take over" },
	{ "commit_delay", { NULL }, 0, "commits wait and no more of them share a write; measured, it only hurts" },
	{ "server_encoding", { "UTF8" }, 0, "names have characters that it cannot hold" },
};
enum { RULES = sizeof rules / sizeof *rules };

static bool
holds(const struct rule *r, const char *setting)
{
	size_t i;

	if (r->good[0] == NULL)
		return strtoll(setting, NULL, 10) <= r->most;
	for (i = 0; i < sizeof r->good / sizeof *r->good && r->good[i] != NULL; i++)
		if (strcmp(r->good[i], setting) == 0)
			return true;
	return false;
}

static enum err
ask(struct db *db, void *context)
{
	const char *names[RULES + 2];
	struct rows **rows = context;
	size_t i;

	for (i = 0; i < RULES; i++)
		names[i] = rules[i].name;
	names[i++] = "max_connections";
	names[i++] = "synchronous_standby_names";
	return q_config_settings(db, (struct q_config_settings){ .names = { names, i } }, rows);
}

/* Says what will not do; how many are there? */
static int
judge(const struct cli *c, const struct rows *rows)
{
	int wanted = c->conf->workers + c->conf->workers_write + CONNECTIONS_BESIDE, bad = 0;
	size_t i, k;

	for (i = 0; i < rows_count(rows); i++) {
		const char *name = rows_text(rows, i, "name"), *setting = rows_text(rows, i, "setting");
		const char *whose = rows_text(rows, i, "whose");

		for (k = 0; k < RULES && strcmp(rules[k].name, name) != 0; k++)
			;
		if (k < RULES && !holds(&rules[k], setting)) {
			fprintf(stderr, "chromo: config: PostgreSQL: %s = %s%s%s: %s\n", name, setting,
			    whose[0] != '\0' ? " of " : "", whose, rules[k].why);
			bad++;
		} else if (strcmp(name, "max_connections") == 0 && whose[0] == '\0' && strtoll(setting, NULL, 10) < wanted) {
			fprintf(stderr, "chromo: config: PostgreSQL: %s = %s: %d workers and what is beside them want %d\n", name, setting,
			    c->conf->workers + c->conf->workers_write, wanted);
			bad++;
		} else if (strcmp(name, "synchronous_standby_names") == 0 && setting[0] == '\0' && !c->conf->development)
			printf("note: there is no synchronous copy (synchronous_standby_names): what is lost with this host is lost\n");
	}
	return bad;
}

int
cli_config_check(struct cli *c)
{
	struct rows *rows;
	enum err e;
	int i;

	/* conf_load has read and checked the file by now. */
	if (cli_vault(c) == NULL)
		return CLI_FAILED;
	printf("%s: good\n", c->conf_path);
	if (sandbox_level() == 0)
		printf("note: this kernel has no Landlock (5.13 and later, unless lsm= leaves it out): "
		    "no wall around the files of workers\n");
	for (i = 0; i < c->argc; i++)
		if (strcmp(c->argv[i], "--file") == 0)
			return CLI_OK;
	fflush(stdout);
	e = db_transact(cli_db(c), DB_READ, ask, &rows);
	if (e != ERR_OK) {
		fprintf(stderr, "chromo: config: its settings were not looked at: %s\n", cli_why(e));
		return e == ERR_BUSY ? CLI_AGAIN : CLI_FAILED;
	}
	if (judge(c, rows) > 0 && !c->conf->development)
		return CLI_FAILED;
	printf("PostgreSQL: %s\n", c->conf->development ? "looked at; in development nothing is refused" : "good");
	return CLI_OK;
}

int
cli_config_show(struct cli *c)
{
	conf_print(c->conf);
	return CLI_OK;
}
