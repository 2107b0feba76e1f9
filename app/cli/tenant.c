/* SPDX-License-Identifier: Apache-2.0 */
/*
 * chromo tenant create, list and erase: municipalities and the operator's own place.
 */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/json.h"
#include "base/text.h"
#include "cli/cli.h"
#include "cli/vapid.h"
#include "db/queries.h"

enum { CONTACT_MAX = 300 };	/* as those of departments and messages */

struct creation {
	struct arena *arena;
	struct vault *vault;
	const char *kind, *code, *name, *name_en, *host, *mail_from, *contact;
	int64_t tenant;
};

static enum err
create(struct db *db, void *context)
{
	struct creation *c = context;
	const char *key;
	struct rows *rows;
	enum err e = q_tenant_create(db, (struct q_tenant_create){ .kind = c->kind, .code = c->code,
	    .name = c->name, .name_en = c->name_en, .host = c->host, .mail_from = c->mail_from,
	    .contact = c->contact }, &rows);

	if (e != ERR_OK)
		return e;
	c->tenant = rows_int(rows, 0, "id");
	e = vault_found(c->vault, db, c->tenant);
	if (e == ERR_OK && strcmp(c->kind, "operator") != 0)
		e = q_tenant_vital_topic(db, NULL);
	if (e == ERR_OK && strcmp(c->kind, "operator") != 0)
		e = vapid_found(db, c->vault, c->arena, c->host, &key);
	return e;
}

/* Labels of letters, digits and hyphens that neither begin nor end with one, of 63 characters
 * at most, 253 in all (RFC 1123, 2.1). */
static bool
is_host(const char *host)
{
	const char *label = host;
	size_t n;

	for (;;) {
		n = strspn(label, "abcdefghijklmnopqrstuvwxyz0123456789-");
		if (n == 0 || n > 63 || label[0] == '-' || label[n - 1] == '-')
			return false;
		if (label[n] == '\0')
			return strlen(host) <= 253;
		if (label[n] != '.')
			return false;
		label += n + 1;
	}
}

static bool
is_text(const char *text, bool lines)
{
	return text_is_utf8(text, strlen(text)) && text_is_clean(text, lines);
}

/* What is wrong with the call; NULL: nothing, and its words are as they are stored. */
static const char *
problem(struct cli *c, struct creation *n)
{
	if (n->host == NULL || n->name == NULL || n->name_en == NULL || n->kind == NULL || n->mail_from == NULL)
		return "--host, --kind, --name, --name-en and --mail-from are needed";
	if (strcmp(n->kind, "city") != 0 && strcmp(n->kind, "town") != 0 && strcmp(n->kind, "operator") != 0)
		return "--kind is city, town or operator";
	if (!is_host(n->host))
		return "--host is a host name in small letters, without port";
	if (!is_text(n->name, false) || !is_text(n->name_en, false))
		return "--name and --name-en are one line of text";
	n->name = text_normal(c->arena, n->name);
	n->name_en = text_normal(c->arena, n->name_en);
	if (n->name[0] == '\0' || n->name_en[0] == '\0')
		return "--name or --name-en is empty";
	if (n->code[0] != '\0' && (strlen(n->code) != 6 || strspn(n->code, "0123456789") != 6))
		return "--code has six digits";
	if (!text_is_utf8(n->mail_from, strlen(n->mail_from)) || text_email(c->arena, n->mail_from) == NULL)
		return "--mail-from is no address";
	n->mail_from = text_email(c->arena, n->mail_from);
	/* It stands at the foot of every page and mail. */
	if (text_is_utf8(n->contact, strlen(n->contact)))
		n->contact = text_body(c->arena, n->contact);
	if (!is_text(n->contact, true) || text_points(n->contact) > CONTACT_MAX)
		return "--contact is text of up to 300 characters";
	return NULL;
}

int
cli_tenant_create(struct cli *c)
{
	const char *code = cli_option(c, "code"), *contact = cli_option(c, "contact"), *wrong;
	struct creation n = { .arena = c->arena, .kind = cli_option(c, "kind"), .code = code != NULL ? code : "",
	    .name = cli_option(c, "name"), .name_en = cli_option(c, "name-en"), .host = cli_option(c, "host"),
	    .mail_from = cli_option(c, "mail-from"), .contact = contact != NULL ? contact : "" };
	enum err e;

	wrong = problem(c, &n);
	if (wrong != NULL) {
		fprintf(stderr, "chromo: tenant create: %s\n", wrong);
		return CLI_USAGE;
	}
	n.vault = cli_vault(c);
	if (n.vault == NULL)
		return CLI_FAILED;
	e = db_transact(cli_db(c), DB_WRITE, create, &n);
	if (e != ERR_OK) {
		fprintf(stderr, "chromo: tenant create: %s\n", e == ERR_CONFLICT ? "there is a tenant with this host"
		    : cli_why(e));
		return e == ERR_BUSY ? CLI_AGAIN : CLI_FAILED;
	}
	printf(c->json ? "{\"id\":%" PRId64 "}\n" : "%" PRId64 "\n", n.tenant);
	return CLI_OK;
}

static enum err
list(struct db *db, void *context)
{
	return q_tenant_list(db, context);
}

int
cli_tenant_list(struct cli *c)
{
	json_t *tenants, *t;
	size_t i;
	enum err e = db_transact(cli_db(c), DB_READ, list, &tenants);

	if (e != ERR_OK) {
		fprintf(stderr, "chromo: tenant list: %s\n", cli_why(e));
		return e == ERR_BUSY ? CLI_AGAIN : CLI_FAILED;
	}
	if (c->json) {
		json_dumpf(tenants, stdout, JSON_INDENT(1));
		printf("\n");
		return CLI_OK;
	}
	json_array_foreach(tenants, i, t)
		printf("%" PRId64 "\t%s\t%s\t%s\t%s\n", json_int(t, "id"), json_text(t, "kind"), json_text(t, "state"),
		    json_text(t, "host"), json_text(t, "name"));
	return CLI_OK;
}

/* --- erase --- */

struct erasure {
	const char *host;
	const char *name;
	int64_t contacts, staff;
};

static enum err
look(struct db *db, void *context)
{
	struct erasure *r = context;
	struct rows *rows;
	enum err e = q_tenant_enter_host(db, (struct q_tenant_enter_host){ r->host }, &rows);

	if (e == ERR_OK)
		e = q_tenant_holds(db, &rows);
	if (e != ERR_OK)
		return e;
	r->name = rows_text(rows, 0, "name");
	r->contacts = rows_int(rows, 0, "contacts");
	r->staff = rows_int(rows, 0, "staff");
	return ERR_OK;
}

static enum err
erase(struct db *db, void *context)
{
	const struct erasure *r = context;
	struct rows *rows;
	enum err e = q_tenant_enter_host(db, (struct q_tenant_enter_host){ r->host }, &rows);

	return e == ERR_OK ? q_tenant_erase(db, NULL) : e;
}

/* Whoever sits before it types the host once more; a script says --yes. */
static bool
certain(const struct cli *c, const struct erasure *r)
{
	char line[300];

	fprintf(stderr, "%s (%s): %" PRId64 " addresses of citizens and those of %" PRId64 " staff can never be read again.\n"
	    "Nothing is sent any more, nobody signs in, the site and all files are gone.  There is no way back.\n",
	    r->name, r->host, r->contacts, r->staff);
	if (c->yes)
		return true;
	if (!isatty(STDIN_FILENO)) {
		fprintf(stderr, "chromo: tenant erase: not done: --yes says that it is meant\n");
		return false;
	}
	fprintf(stderr, "Type %s to do it: ", r->host);
	if (fgets(line, sizeof line, stdin) == NULL)
		line[0] = '\0';
	line[strcspn(line, "\r\n")] = '\0';
	if (strcmp(line, r->host) == 0)
		return true;
	fprintf(stderr, "chromo: tenant erase: not done\n");
	return false;
}

static int
not_erased(const struct erasure *r, enum err e)
{
	if (e == ERR_NOT_FOUND)
		fprintf(stderr, "chromo: tenant erase: no tenant has the host %s\n", r->host);
	else
		fprintf(stderr, "chromo: tenant erase: %s\n", cli_why(e));
	return e == ERR_BUSY ? CLI_AGAIN : CLI_FAILED;
}

int
cli_tenant_erase(struct cli *c)
{
	struct erasure r = { .host = cli_option(c, "host") };
	struct db *db;
	enum err e;

	if (r.host == NULL) {
		fprintf(stderr, "chromo: tenant erase: --host is needed\n");
		return CLI_USAGE;
	}
	db = cli_db(c);
	e = db_transact(db, DB_READ, look, &r);
	if (e != ERR_OK)
		return not_erased(&r, e);
	if (!certain(c, &r))
		return CLI_FAILED;
	if (c->dry_run)
		return CLI_OK;
	e = db_transact(db, DB_WRITE, erase, &r);
	return e == ERR_OK ? CLI_OK : not_erased(&r, e);
}
