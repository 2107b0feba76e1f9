/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
#include <stdbool.h>
#include <stdint.h>
#include "base/arena.h"
#include "base/conf.h"
#include "db/db.h"
#include "domain/vault.h"
/*
 * The administrator's command: chromo GROUP VERB [--option value] …
 *
 * Exit status: 0 done, 1 it failed or was refused (said on standard error),
 * 2 the call's words are off, 75 not now, try again (sysexits EX_TEMPFAIL).
 */
enum { CLI_OK = 0, CLI_FAILED = 1, CLI_USAGE = 2, CLI_AGAIN = 75 };

struct cli {
	struct arena *arena;
	const struct conf *conf;
	const char *conf_path;
	int argc;		/* what is left behind GROUP VERB */
	char **argv;
	bool json, dry_run, yes;
};

struct command {
	const char *group, *verb;	/* verb "" for a command of one word */
	const char *usage;		/* behind the verb: "--citizens N" */
	const char *help;		/* one line */
	int (*run)(struct cli *);
	bool bare;			/* works without a configuration file */
};

/* --name VALUE among the arguments; NULL: not given. */
const char *cli_option(const struct cli *, const char *name);
/* The same as a number; fallback if not given; ends with CLI_USAGE if it is no number. */
int64_t cli_number(const struct cli *, const char *name, int64_t fallback);
/* What an outcome means to who called, in words. */
const char *cli_why(enum err);
/* A connection as the owner, or a message and NULL. */
struct db *cli_db(struct cli *);
/* The vault under the master key of the configuration, or a message and NULL. */
struct vault *cli_vault(struct cli *);

/*
 * How far a long job is: a bar with n/total, rate and time left on a terminal
 * after two seconds, else a line every ten seconds.  NO_COLOR is obeyed.
 */
struct progress {
	const char *what;
	int64_t total, done, began, told;
	bool terminal;
};
void progress_begin(struct progress *, const char *what, int64_t total);
void progress_step(struct progress *, int64_t done);
void progress_end(struct progress *);

int cli_migrate(struct cli *);
int cli_routes(struct cli *);
int cli_ledger_check(struct cli *);
int cli_staff_invite(struct cli *);
int cli_tenant_create(struct cli *);
int cli_gateway_load(struct cli *);
int cli_line_check(struct cli *);
int cli_line_menu(struct cli *);
int cli_gateway_vapid(struct cli *);
int cli_tenant_list(struct cli *);
int cli_tenant_erase(struct cli *);
int cli_mail_bounce(struct cli *);
int cli_config_check(struct cli *);
int cli_config_show(struct cli *);
