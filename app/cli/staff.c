/* SPDX-License-Identifier: Apache-2.0 */
/*
 * chromo staff invite: the first administrator of a tenant, for there is no default
 * account (safety.md R13); and the last way in, when nobody can sign in any more.
 *
 * The link is printed and not mailed: whoever runs this hands it over.  It
 * works once, within a day.  An ID that exists is invited again, which ends its
 * password, second factor and sessions.
 */
#include <stdio.h>
#include <string.h>

#include "base/text.h"
#include "cli/cli.h"
#include "db/queries.h"
#include "domain/staff.h"

struct invitation {
	struct cli *cli;
	struct vault *vault;
	const char *host;
	struct staff_data data;
	const char *token;
	bool operator, again;
};

static enum err
invite(struct db *db, void *context)
{
	struct invitation *n = context;
	struct rows *rows;
	int64_t staff;
	enum err e = q_tenant_enter_host(db, (struct q_tenant_enter_host){ n->host }, &rows);

	if (e != ERR_OK)
		return e;
	n->operator = strcmp(rows_text(rows, 0, "kind"), "operator") == 0;
	e = vault_enter(n->vault, db, rows_int(rows, 0, "id"));
	if (e == ERR_OK)
		e = staff_named(db, n->data.login, &staff);
	if (e != ERR_OK)
		return e;
	n->again = staff != 0;
	if (!n->again) {
		if (n->data.name == NULL || n->data.email == NULL)
			return ERR_INVALID;
		e = staff_add(db, n->vault, n->cli->arena, &n->data, &staff);
	}
	return e == ERR_OK ? staff_invite(db, n->cli->arena, staff, &n->token) : e;
}

/* "writer,admin"; false: a word that is no role. */
static bool
read_roles(const char *text, int64_t roles[STAFF_ROLES], size_t *n)
{
	*n = 0;
	while (text[0] != '\0') {
		size_t length = strcspn(text, ","), i;

		for (i = 0; staff_roles[i] != NULL; i++)
			if (strlen(staff_roles[i]) == length && strncmp(staff_roles[i], text, length) == 0)
				break;
		if (staff_roles[i] == NULL || *n == STAFF_ROLES)
			return false;
		roles[(*n)++] = (int64_t)i + 1;
		text += length + (text[length] == ',');
	}
	return *n > 0;
}

int
cli_staff_invite(struct cli *c)
{
	const char *email = cli_option(c, "email"), *role = cli_option(c, "role"), *name = cli_option(c, "name");
	struct invitation n = { .cli = c, .host = cli_option(c, "host"), .data = { .login = cli_option(c, "login") } };
	int64_t roles[STAFF_ROLES];
	enum err e;

	if (n.host == NULL || n.data.login == NULL) {
		fprintf(stderr, "chromo: staff invite: --host and --login are needed\n");
		return CLI_USAGE;
	}
	if (!read_roles(role != NULL ? role : "admin", roles, &n.data.roles_n)) {
		fprintf(stderr, "chromo: staff invite: --role is writer, approver or admin, several with commas\n");
		return CLI_USAGE;
	}
	if ((email != NULL && (!text_is_utf8(email, strlen(email)) || text_email(c->arena, email) == NULL)) ||
	    (name != NULL && (!text_is_utf8(name, strlen(name)) || !text_is_clean(name, false)))) {
		fprintf(stderr, "chromo: staff invite: --email is no address, or --name no line of text\n");
		return CLI_USAGE;
	}
	n.data.roles = roles;
	n.data.name = name;
	n.data.email = email != NULL ? text_email(c->arena, email) : NULL;
	n.vault = cli_vault(c);
	if (n.vault == NULL)
		return CLI_FAILED;
	e = db_transact(cli_db(c), DB_WRITE, invite, &n);
	if (e != ERR_OK) {
		fprintf(stderr, "chromo: staff invite: %s\n", e == ERR_NOT_FOUND ? "no tenant has this host"
		    : e == ERR_INVALID ? "a new person needs --name, --email and an --login of small letters and digits"
		    : cli_why(e));
		return e == ERR_BUSY ? CLI_AGAIN : CLI_FAILED;
	}
	if (n.again)
		fprintf(stderr, "chromo: this ID exists: its password, second factor and sessions are ended\n");
	printf("https://%s%s%s/invite/%s\n", n.host, c->conf->public_port, n.operator ? "/operator" : "/desk", n.token);
	return CLI_OK;
}
