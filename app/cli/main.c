/* SPDX-License-Identifier: Apache-2.0 */
/*
 * chromo: the tree of commands and its help.  man/chromo.1 says the same.
 */
#include <errno.h>
#include <stdio.h>

#include "base/json.h"
#include "base/secret.h"
#include "cli/cli.h"
#include "cli/demo.h"

static const struct command commands[] = {
	{ "migrate", "", "[--check] [--dry-run]", "bring the database to the present schema", cli_migrate, false },
	{ "ledger", "check", "", "every message adds up: nothing lost, nothing stuck", cli_ledger_check, false },
	{ "routes", "", "", "print every URL with what it asks for", cli_routes, true },
	{ "tenant", "create", "--host H --kind city|town|operator --name N --name-en N --mail-from A [--code C] [--contact T]",
	    "found a municipality, or the operator's place", cli_tenant_create, false },
	{ "tenant", "list", "", "all of them, with their hosts", cli_tenant_list, false },
	{ "tenant", "erase", "--host H [--dry-run]",
	    "destroy the key of a tenant that has ended: nothing brings its addresses back", cli_tenant_erase, false },
	{ "staff", "invite", "--host H --login L --name N --email A [--role admin]",
	    "a link for somebody to set their password by", cli_staff_invite, false },
	{ "gateway", "load", "--file F", "write the towns' accounts at gateways from a file", cli_gateway_load, false },
	{ "gateway", "vapid", "--host H", "the town's pair of keys for Web Push, if it has none", cli_gateway_vapid, false },
	{ "line", "check", "--host H [--dry-run]",
	    "ask LINE what the town's account is, and how much of the month is left", cli_line_check, false },
	{ "line", "menu", "--host H | --picture F [--dry-run]",
	    "set the menu below the chat of LINE, or write its picture", cli_line_menu, false },
	{ "mail", "bounce", "[--to ADDRESS]", "take a mail that came back, from standard input", cli_mail_bounce, false },
	{ "config", "check", "[--file]",
	    "read the configuration and say what is wrong with it, and, without --file, with PostgreSQL's", cli_config_check, false },
	{ "demo", "setup", "[--accounts FILE]", "make two towns that do not exist", cli_demo_setup, false },
	{ "demo", "load", "[--citizens N] [--host HOST]", "make N more citizens", cli_demo_load, false },
	{ "config", "show", "", "print every key with its meaning and value", cli_config_show, false },
};
enum { COMMANDS = sizeof commands / sizeof *commands };

/* Of one group, or of all. */
static void
help(FILE *to, const char *group)
{
	size_t i;

	fprintf(to, "chromo: the administrator's command of a chromo installation\n\n"
	    "usage: chromo [--config FILE] GROUP VERB [options] [--json] [--yes]\n\n");
	for (i = 0; i < COMMANDS; i++) {
		const struct command *c = &commands[i];
		int n;

		if (group != NULL && strcmp(group, c->group) != 0)
			continue;
		n = fprintf(to, "  %s%s%s %s", c->group, c->verb[0] ? " " : "", c->verb, c->usage);
		fprintf(to, "%s%*s%s\n", n < 44 ? "" : "\n", n < 44 ? 44 - n : 44, "", c->help);
	}
	fprintf(to, "\nThe configuration is FILE, $CHROMO_CONF or /etc/chromo/chromo.conf.\n"
	    "Exit status: 0 done, 1 failed, 2 wrong usage, 75 try again later.\n"
	    "More: man 1 chromo, man 5 chromo.conf.\n");
}

static bool
is_group(const char *word)
{
	size_t i;

	for (i = 0; i < COMMANDS; i++)
		if (strcmp(word, commands[i].group) == 0)
			return true;
	return false;
}

const char *
cli_option(const struct cli *c, const char *name)
{
	int i;

	for (i = 0; i + 1 < c->argc; i++)
		if (strncmp(c->argv[i], "--", 2) == 0 && strcmp(c->argv[i] + 2, name) == 0)
			return c->argv[i + 1];
	return NULL;
}

int64_t
cli_number(const struct cli *c, const char *name, int64_t fallback)
{
	const char *text = cli_option(c, name);
	char *end;
	long long n;

	if (text == NULL)
		return fallback;
	errno = 0;
	n = strtoll(text, &end, 10);
	if (end == text || *end != '\0' || n < 0 || errno == ERANGE) {
		fprintf(stderr, "chromo: --%s takes a number, not \"%s\"\n", name, text);
		exit(CLI_USAGE);
	}
	return n;
}

const char *
cli_why(enum err e)
{
	switch (e) {
	case ERR_BUSY:	return "the database does not answer, or is busy; try again";
	case ERR_DB:	return "the database refused it; the line above says why";
	default:	return err_name(e);
	}
}

struct db *
cli_db(struct cli *c)
{
	struct db *db = db_new(c->conf->database, "chromo_owner", "chromo");

	db_use(db, c->arena);
	arena_defer(c->arena, (void (*)(void *))db_free, db);
	return db;
}

struct vault *
cli_vault(struct cli *c)
{
	uint8_t master[SECRET_KEY];
	struct vault *v;

	if (secret_read_key(c->conf->master_key_file, master) != ERR_OK) {
		fprintf(stderr, "chromo: %s: not a readable key of 32 bytes, mode 0600\n",
		    c->conf->master_key_file);
		return NULL;
	}
	v = vault_new(master);
	secret_wipe(master, sizeof master);
	arena_defer(c->arena, (void (*)(void *))vault_free, v);
	return v;
}

/* Takes --name off the arguments. */
static bool
flag(struct cli *c, const char *name)
{
	int i, found = 0;

	for (i = 0; i < c->argc; i++) {
		if (strcmp(c->argv[i], name) == 0)
			found++;
		else
			c->argv[i - found] = c->argv[i];
	}
	c->argc -= found;
	return found > 0;
}

static const struct command *
find(struct cli *c)
{
	size_t i;

	for (i = 0; i < COMMANDS; i++) {
		const struct command *it = &commands[i];
		int words = it->verb[0] != '\0' ? 2 : 1;

		if (c->argc >= words && strcmp(c->argv[0], it->group) == 0 &&
		    (words == 1 || strcmp(c->argv[1], it->verb) == 0)) {
			c->argc -= words;
			c->argv += words;
			return it;
		}
	}
	return NULL;
}

/* 0: the usage line of the command does not know this option, 1: a word by
 * itself, 2: it takes a value.  The line that help prints is the law. */
static int
words_of(const struct command *command, const char *option)
{
	const char *at = command->usage;
	size_t len = strlen(option);

	while ((at = strstr(at, option)) != NULL) {
		const char *end = at + len;

		if (*end == ' ' && end[1] != '[' && end[1] != '-')
			return 2;
		if (*end == ' ' || *end == ']' || *end == '\0')
			return 1;
		at = end;
	}
	return 0;
}

/* A misspelt option must not be taken for none: "migrate --chek" would migrate. */
static bool
arguments_good(const struct command *command, int argc, char **argv)
{
	int i, n;

	for (i = 0; i < argc; i += n) {
		n = strncmp(argv[i], "--", 2) == 0 && argv[i][2] != '\0' ? words_of(command, argv[i]) : 0;
		if (n == 0)
			fprintf(stderr, "chromo: %s%s%s does not take \"%s\"; it is: %s\n", command->group,
			    command->verb[0] ? " " : "", command->verb, argv[i], command->usage[0] ? command->usage : "without options");
		else if (i + n > argc)
			fprintf(stderr, "chromo: %s takes a value\n", argv[i]);
		if (n == 0 || i + n > argc)
			return false;
	}
	return true;
}

int
main(int argc, char **argv)
{
	struct cli c = { .arena = arena_new(), .argc = argc - 1, .argv = argv + 1,
	    .conf_path = getenv("CHROMO_CONF") };
	const struct command *command;
	struct conf conf;
	char *problem;
	bool asked;
	int status;

	json_setup();
	if (c.conf_path == NULL)
		c.conf_path = "/etc/chromo/chromo.conf";
	if (c.argc >= 2 && strcmp(c.argv[0], "--config") == 0) {
		c.conf_path = c.argv[1];
		c.argc -= 2;
		c.argv += 2;
	}
	if (flag(&c, "--version")) {
		printf("%s\n", PACKAGE_STRING);
		return CLI_OK;
	}
	asked = flag(&c, "--help");
	if (c.argc > 0 && strcmp(c.argv[0], "help") == 0) {
		asked = true;
		c.argc--;
		c.argv++;
	}
	if (asked) {
		help(stdout, c.argc > 0 && is_group(c.argv[0]) ? c.argv[0] : NULL);
		return CLI_OK;
	}
	if (c.argc == 0) {
		help(stderr, NULL);
		return CLI_USAGE;
	}
	c.json = flag(&c, "--json");
	c.dry_run = flag(&c, "--dry-run");
	c.yes = flag(&c, "--yes");
	command = find(&c);
	if (command == NULL) {
		if (c.argc == 1 && is_group(c.argv[0]))
			help(stderr, c.argv[0]);
		else
			fprintf(stderr, "chromo: no such command: %s%s%s; chromo --help lists them\n", c.argv[0],
			    c.argc > 1 ? " " : "", c.argc > 1 ? c.argv[1] : "");
		return CLI_USAGE;
	}
	/* Whoever tries what it would do must not find it done. */
	if (c.dry_run && words_of(command, "--dry-run") == 0) {
		fprintf(stderr, "chromo: %s%s%s has no --dry-run; nothing was done\n", command->group,
		    command->verb[0] ? " " : "", command->verb);
		return CLI_USAGE;
	}
	if (!arguments_good(command, c.argc, c.argv))
		return CLI_USAGE;
	if (!command->bare) {
		if (conf_load(c.arena, c.conf_path, &conf, &problem) != ERR_OK) {
			fprintf(stderr, "chromo: %s\n", problem);
			return CLI_FAILED;
		}
		c.conf = &conf;
	}
	status = command->run(&c);
	arena_free(c.arena);
	return status;
}
