/* SPDX-License-Identifier: Apache-2.0 */
/*
 * chromo migrate: the tables that an installation needs to start.
 */
#include <stdio.h>

#include "base/arena.h"
#include "cli/cli.h"
#include "db/migrate.h"

static bool
given(const struct cli *c, const char *flag)
{
	int i;

	for (i = 0; i < c->argc; i++)
		if (strcmp(c->argv[i], flag) == 0)
			return true;
	return false;
}

int
cli_migrate(struct cli *c)
{
	enum migrate_mode mode = c->dry_run ? MIGRATE_DRY_RUN
	    : given(c, "--check") ? MIGRATE_CHECK : MIGRATE_RUN;
	const char *problem = "";
	enum err e = migrate(arena_printf(c->arena, "%s user=chromo_owner", c->conf->database),
	    c->conf->sql, mode, &problem);

	if (e == ERR_OK)
		return CLI_OK;
	fprintf(stderr, "chromo: migrate: %s\n", problem[0] != '\0' ? problem : cli_why(e));
	return e == ERR_BUSY ? CLI_AGAIN : CLI_FAILED;
}
