/* SPDX-License-Identifier: Apache-2.0 */
/*
 * chromo gateway vapid: the pair of keys of a town for Web Push.
 *
 * A town gets one when it is founded; this is for towns from before.  It is never made
 * anew over an old one, because every device said yes to that one and would be lost.
 * It lies sealed in the database like all secrets, and is in its backups.
 */
#include "cli/vapid.h"

#include <stdio.h>
#include <string.h>

#include "base/json.h"
#include "channel/webpush.h"
#include "db/queries.h"
#include "domain/gateway.h"

enum err
vapid_found(struct db *db, struct vault *vault, struct arena *a, const char *host, const char **key)
{
	json_t *keys, *there;
	struct gateway_draft draft = { .channel = "webpush", .kind = "vapid", .place = 1, .active = true, .url = "" };
	int64_t id;
	enum err e = gateway_find(db, vault, a, "webpush", "vapid", &there);

	if (e == ERR_OK) {
		*key = json_text(json_object_get(there, "settings"), "public_key");
		return ERR_CONFLICT;
	}
	if (e != ERR_NOT_FOUND)
		return e;
	keys = webpush_keys_new(a);
	*key = json_text(keys, "public_key");
	draft.settings = json_keep(a, json_pack("{s:s++, s:s}", "subject", "https://", host, "/", "public_key", *key));
	draft.secrets = json_keep(a, json_pack("{s:s}", "private_key", json_text(keys, "private_key")));
	return gateway_save(db, vault, a, &draft, &id);
}

struct founding {
	struct arena *arena;
	struct vault *vault;
	const char *host, *key;
	bool there;
};

static enum err
found(struct db *db, void *context)
{
	struct founding *f = context;
	struct rows *rows;
	enum err e = q_tenant_enter_host(db, (struct q_tenant_enter_host){ f->host }, &rows);

	if (e == ERR_OK && strcmp(rows_text(rows, 0, "kind"), "operator") == 0)
		e = ERR_INVALID;
	if (e == ERR_OK)
		e = vault_enter(f->vault, db, rows_int(rows, 0, "id"));
	if (e == ERR_OK)
		e = vapid_found(db, f->vault, f->arena, f->host, &f->key);
	f->there = e == ERR_CONFLICT;
	return f->there ? ERR_OK : e;
}

int
cli_gateway_vapid(struct cli *c)
{
	struct founding f = { .arena = c->arena, .host = cli_option(c, "host") };
	enum err e;

	if (f.host == NULL) {
		fprintf(stderr, "chromo: gateway vapid: --host is needed\n");
		return CLI_USAGE;
	}
	f.vault = cli_vault(c);
	if (f.vault == NULL)
		return CLI_FAILED;
	e = db_transact(cli_db(c), DB_WRITE, found, &f);
	if (e != ERR_OK) {
		fprintf(stderr, "chromo: gateway vapid: %s\n", e == ERR_NOT_FOUND ? "no tenant has this host"
		    : e == ERR_INVALID ? "the operator's place has no citizens" : cli_why(e));
		return e == ERR_BUSY ? CLI_AGAIN : CLI_FAILED;
	}
	if (f.there)
		fprintf(stderr, "chromo: gateway vapid: it has its keys, and keeps them\n");
	printf(c->json ? "{\"public_key\":\"%s\"}\n" : "%s\n", f.key);
	return CLI_OK;
}
