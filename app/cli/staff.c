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
	int64_t roles[STAFF_ROLES];
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

/* The call's words into n; what is wrong with them, or NULL. */
static const char *
read_call(struct cli *c, struct invitation *n)
{
	const char *email = cli_option(c, "email"), *role = cli_option(c, "role"), *name = cli_option(c, "name");

	n->host = cli_option(c, "host");
	n->data.login = cli_option(c, "login");
	if (n->host == NULL || n->data.login == NULL)
		return "--host and --login are needed";
	if (!text_is_utf8(n->host, strlen(n->host)))
		return "--host is a host name";
	if (!staff_login_good(n->data.login))
		return "--login has 2 to 40 small letters, digits, dots, hyphens or underscores, and begins with a letter or digit";
	if (!read_roles(role != NULL ? role : "admin", n->roles, &n->data.roles_n))
		return "--role is writer, approver or admin, several with commas";
	if (name != NULL && (!text_is_utf8(name, strlen(name)) || !text_is_clean(name, false)))
		return "--name is one line of text";
	if (name != NULL && text_normal(c->arena, name)[0] == '\0')
		return "--name is empty";
	if (name != NULL && text_points(name) > STAFF_NAME_MAX)
		return "--name is longer than 100 characters";
	if (email != NULL && (!text_is_utf8(email, strlen(email)) || text_email(c->arena, email) == NULL))
		return "--email is no address";
	n->data.roles = n->roles;
	n->data.name = name;
	n->data.email = email != NULL ? text_email(c->arena, email) : NULL;
	return NULL;
}

int
cli_staff_invite(struct cli *c)
{
	struct invitation n = { .cli = c };
	const char *wrong;
	enum err e;

	wrong = read_call(c, &n);
	if (wrong != NULL) {
		fprintf(stderr, "chromo: staff invite: %s\n", wrong);
		return CLI_USAGE;
	}
	n.vault = cli_vault(c);
	if (n.vault == NULL)
		return CLI_FAILED;
	e = db_transact(cli_db(c), DB_WRITE, invite, &n);
	if (e != ERR_OK) {
		fprintf(stderr, "chromo: staff invite: %s\n", e == ERR_NOT_FOUND ? "no tenant has this host"
		    : e == ERR_INVALID ? "a new person needs --name and --email"
		    : cli_why(e));
		return e == ERR_BUSY ? CLI_AGAIN : CLI_FAILED;
	}
	if (n.again)
		fprintf(stderr, "chromo: this ID exists: its password, second factor and sessions are ended,\n"
		    "chromo: and its name, address and roles stay as they are\n");
	printf("https://%s%s%s/invite/%s\n", n.host, c->conf->public_port, n.operator ? "/operator" : "/desk", n.token);
	return CLI_OK;
}
