/* SPDX-License-Identifier: Apache-2.0 */
/*
 * chromo line check and menu: is the town's account at LINE the right one, how much of
 * the month is left; the menu below its chat.
 */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "base/words.h"
#include "channel/line_admin.h"
#include "cli/cli.h"
#include "cli/line_menu.h"
#include "db/queries.h"
#include "domain/gateway.h"

struct town {
	struct cli *cli;
	struct vault *vault;
	const char *host;
	json_t *account;
	int64_t quota, used;
	const json_t *info;
};

static enum err
enter(struct db *db, struct town *t)
{
	struct rows *rows;
	enum err e = q_tenant_enter_host(db, (struct q_tenant_enter_host){ .host = t->host }, &rows);

	return e == ERR_OK ? vault_enter(t->vault, db, rows_int(rows, 0, "id")) : e;
}

static enum err
find(struct db *db, void *context)
{
	struct town *t = context;
	enum err e = enter(db, t);

	return e == ERR_OK ? gateway_find(db, t->vault, t->cli->arena, "line", "line", &t->account) : e;
}

/* What LINE said of itself goes where webhooks and pages look for it. */
static enum err
keep(struct db *db, void *context)
{
	struct town *t = context;
	enum err e = enter(db, t);

	if (e == ERR_OK)
		e = q_gateway_quota(db, (struct q_gateway_quota){ .gateway = json_int(t->account, "id"),
		    .quota = t->quota >= 0 ? &t->quota : NULL, .used = t->used }, NULL);
	if (e == ERR_OK)
		e = q_gateway_setting(db, (struct q_gateway_setting){ .gateway = json_int(t->account, "id"),
		    .settings = json_keep(t->cli->arena, json_pack("{s:s, s:s}", "destination", json_text(t->info, "userId"),
		    "basic_id", json_text(t->info, "basicId"))) }, NULL);
	return e;
}

static int
failed(const char *verb, enum err e)
{
	fprintf(stderr, "chromo: line %s: %s\n", verb, e == ERR_NOT_FOUND ? "no such host, or no account of LINE in use there"
	    : cli_why(e));
	return e == ERR_BUSY ? CLI_AGAIN : CLI_FAILED;
}

static int
refused(const char *verb, const char *problem)
{
	fprintf(stderr, "chromo: line %s: LINE says: %s\n", verb, problem);
	return CLI_FAILED;
}

/* Up to a line that is open to LINE; the status if it is not. */
static int
open_line(struct cli *c, const char *verb, struct town *t, struct line_admin **line)
{
	const char *problem = "";
	enum err e;

	*t = (struct town){ .cli = c, .host = cli_option(c, "host") };
	if (t->host == NULL) {
		fprintf(stderr, "chromo: line %s: --host is needed\n", verb);
		return CLI_USAGE;
	}
	t->vault = cli_vault(c);
	if (t->vault == NULL)
		return CLI_FAILED;
	e = db_transact(cli_db(c), DB_READ, find, t);
	if (e != ERR_OK)
		return failed(verb, e);
	if (line_admin_open(c->conf, c->arena, t->account, line, &problem) != ERR_OK)
		return refused(verb, problem);
	return CLI_OK;
}

int
cli_line_check(struct cli *c)
{
	struct line_admin *line;
	struct town t;
	json_t *info;
	int status = open_line(c, "check", &t, &line);
	enum err e;

	if (status != CLI_OK)
		return status;
	e = line_info(line, &info);
	if (e == ERR_OK)
		e = line_quota(line, &t.quota, &t.used);
	line_admin_close(line);
	if (e != ERR_OK)
		return refused("check", line_admin_problem(line));
	t.info = info;
	if (!c->dry_run)
		e = db_transact(cli_db(c), DB_WRITE, keep, &t);
	if (e != ERR_OK)
		return failed("check", e);
	if (c->json)
		json_dumpf(json_keep(c->arena, json_pack("{s:s, s:s, s:I, s:I}", "name", json_text(info, "displayName"),
		    "id", json_text(info, "basicId"), "quota", (json_int_t)t.quota, "used", (json_int_t)t.used)), stdout, 0);
	else if (t.quota < 0)
		printf("%s %s: %" PRId64 " messages this month, no limit", json_text(info, "displayName"),
		    json_text(info, "basicId"), t.used);
	else
		printf("%s %s: %" PRId64 " of %" PRId64 " messages this month", json_text(info, "displayName"),
		    json_text(info, "basicId"), t.used, t.quota);
	printf("\n");
	return CLI_OK;
}

int
cli_line_menu(struct cli *c)
{
	const char *file = cli_option(c, "picture");
	struct line_admin *line;
	struct catalogue *catalogue;
	const struct words *words;
	char *problem = NULL;
	struct town t;
	struct buf image;
	json_t *menu;
	FILE *f;
	enum err e;
	int status;

	if (catalogue_open(arena_printf(c->arena, "%s/po", c->conf->templates), &catalogue, &problem) != ERR_OK) {
		fprintf(stderr, "chromo: line menu: %s\n", problem);
		return CLI_FAILED;
	}
	arena_defer(c->arena, (void (*)(void *))catalogue_free, catalogue);
	words = catalogue_words(catalogue, "ja");
	buf_init(&image, c->arena);
	line_menu_draw(words, &image);
	if (file != NULL) {
		f = fopen(file, "we");
		if (f == NULL || fwrite(image.data, 1, image.len, f) != image.len || fclose(f) != 0) {
			fprintf(stderr, "chromo: line menu: %s cannot be written\n", file);
			return CLI_FAILED;
		}
		return CLI_OK;
	}
	status = open_line(c, "menu", &t, &line);
	if (status != CLI_OK)
		return status;
	menu = line_menu(c->arena, words, arena_printf(c->arena, "https://%s%s", t.host, c->conf->public_port));
	e = c->dry_run ? ERR_OK : line_menu_set(line, menu, image.data, image.len);
	line_admin_close(line);
	return e == ERR_OK ? CLI_OK : refused("menu", line_admin_problem(line));
}
