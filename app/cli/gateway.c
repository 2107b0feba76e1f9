/* SPDX-License-Identifier: Apache-2.0 */
/*
 * chromo gateway load: accounts at gateways from a file, for a move from another
 * machine, a script that sets a town up, and ./dev run --gateways fake.
 *
 *	[{"host": "minato.example.jp", "channel": "line", "kind": "line", "place": 1,
 *	  "active": true, "url": "", "settings": {…}, "secrets": {…}}]
 *
 * An account that is there is written over; without "secrets" it keeps those it has.  What the page
 * of settings would not take is not taken here.
 * The file holds secrets: it is for its owner alone, and is not needed afterwards.
 */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/json.h"
#include "channel/fields.h"
#include "cli/cli.h"
#include "db/queries.h"
#include "domain/gateway.h"

enum { FILE_MOST = 4 << 20 };

struct load {
	struct cli *cli;
	struct vault *vault;
	const json_t *accounts;
	int64_t *ids;
	size_t at;			/* which one it is about */
	const char *problem, *field;	/* what is wrong with it */
};

/* What is wrong with it; NULL: nothing. */
static const char *
problem_of(struct load *l, const struct gateway_draft *d)
{
	const struct gateway_form *g = gateway_form(d->kind);

	l->field = "kind";
	if (g == NULL || strcmp(g->channel, d->channel) != 0)
		return "there is none like it";
	l->field = "place";
	if (d->place != 1 && (d->place != 2 || strcmp(d->channel, "sms") != 0))
		return "1, or 2 of SMS";
	return gateway_account_problem(l->cli->arena, g, d->url, d->settings, d->secrets, &l->field);
}

/* Twilio is told with each message where to call back, which has the number of the account in it. */
static enum err
call_back(struct db *db, struct load *l, const char *host, struct gateway_draft *d, int64_t *id)
{
	json_t *settings;

	if (strcmp(d->kind, "twilio") != 0 || json_text(d->settings, "callback_url")[0] != '\0')
		return ERR_OK;
	settings = json_keep(l->cli->arena, json_deep_copy(d->settings));
	json_object_set_new(settings, "callback_url", json_sprintf("https://%s%s/hooks/sms/%lld", host,
	    l->cli->conf->public_port, (long long)*id));
	d->settings = settings;
	return gateway_save(db, l->vault, l->cli->arena, d, id);
}

static enum err
save(struct db *db, struct load *l, const json_t *account, int64_t *id)
{
	json_t *nothing = json_keep(l->cli->arena, json_object()), *settings = json_object_get(account, "settings");
	struct gateway_draft draft = { .channel = json_text(account, "channel"), .kind = json_text(account, "kind"),
	    .place = json_object_get(account, "place") != NULL ? (int)json_int(account, "place") : 1,
	    .active = json_flag(account, "active"), .url = json_text(account, "url"),
	    .settings = settings != NULL ? settings : nothing, .secrets = json_object_get(account, "secrets") };
	struct rows *rows;
	enum err e;

	l->problem = problem_of(l, &draft);
	if (l->problem != NULL)
		return ERR_INVALID;
	e = q_tenant_enter_host(db, (struct q_tenant_enter_host){ .host = json_text(account, "host") }, &rows);
	if (e == ERR_OK)
		e = vault_enter(l->vault, db, rows_int(rows, 0, "id"));
	if (e == ERR_OK)
		e = gateway_save(db, l->vault, l->cli->arena, &draft, id);
	return e == ERR_OK ? call_back(db, l, json_text(account, "host"), &draft, id) : e;
}

static enum err
load(struct db *db, void *context)
{
	struct load *l = context;
	enum err e = ERR_OK;

	for (l->at = 0; e == ERR_OK && l->at < json_array_size(l->accounts); l->at += e == ERR_OK)
		e = save(db, l, json_array_get(l->accounts, l->at), &l->ids[l->at]);
	return e;
}

static enum err
read_accounts(struct cli *c, const char *path, const json_t **out)
{
	FILE *f = strcmp(path, "-") == 0 ? stdin : fopen(path, "re");
	enum err e = ERR_INVALID;
	json_t *list;
	struct buf b;

	if (f == NULL)
		return ERR_NOT_FOUND;
	buf_init(&b, c->arena);
	buf_reserve(&b, FILE_MOST);
	b.len = fread(b.data, 1, FILE_MOST, f);
	b.data[b.len] = '\0';
	if (f != stdin)
		fclose(f);
	if (b.len < FILE_MOST && json_parse(c->arena, b.data, b.len, &list) == ERR_OK && json_is_array(list)) {
		*out = list;
		e = ERR_OK;
	}
	return e;
}

int
cli_gateway_load(struct cli *c)
{
	const char *path = cli_option(c, "file");
	struct load l = { .cli = c };
	enum err e;
	size_t i;

	if (path == NULL) {
		fprintf(stderr, "chromo: gateway load: --file is needed; - is what comes in\n");
		return CLI_USAGE;
	}
	if (read_accounts(c, path, &l.accounts) != ERR_OK) {
		fprintf(stderr, "chromo: gateway load: %s: not a readable list in JSON\n", path);
		return CLI_FAILED;
	}
	l.vault = cli_vault(c);
	if (l.vault == NULL)
		return CLI_FAILED;
	l.ids = arena_alloc(c->arena, (json_array_size(l.accounts) + 1) * sizeof *l.ids);
	e = db_transact(cli_db(c), DB_WRITE, load, &l);
	if (e != ERR_OK) {
		fprintf(stderr, "chromo: gateway load: account %zu: %s%s%s\n", l.at + 1,
		    l.problem != NULL ? l.field : "", l.problem != NULL ? ": " : "",
		    l.problem != NULL ? l.problem : e == ERR_NOT_FOUND ? "no tenant has this host" : cli_why(e));
		return e == ERR_BUSY ? CLI_AGAIN : CLI_FAILED;
	}
	for (i = 0; i < json_array_size(l.accounts); i++) {
		const json_t *a = json_array_get(l.accounts, i);

		printf(c->json ? "{\"host\":\"%s\",\"channel\":\"%s\",\"id\":%" PRId64 "}\n" : "%s\t%s\t%" PRId64 "\n",
		    json_text(a, "host"), json_text(a, "channel"), l.ids[i]);
	}
	return CLI_OK;
}
