/* SPDX-License-Identifier: Apache-2.0 */
/*
 * chromo mail bounce: takes one mail that came back from standard input, as the mail server
 * pipes it (docs/mail.md).
 *
 * 0 is "never show me this again": done, or nothing that concerns us.  75 makes the mail
 * server keep it.  Nothing else is ever answered: a bounce must not bounce.
 */
#include <inttypes.h>
#include <stdio.h>

#include "base/buf.h"
#include "channel/email_return.h"
#include "cli/cli.h"
#include "db/queries.h"
#include "domain/bounce.h"

enum { MAIL_MOST = 4 << 20 };	/* what comes behind is of the mail that went out */

struct taking {
	struct cli *cli;
	struct vault *vault;
	struct bounce_address address;
	struct email_return mail;
	bool changed;
};

static enum err
take(struct db *db, void *context)
{
	struct taking *t = context;
	enum err e = q_enter_tenant_queue(db, (struct q_enter_tenant){ .tenant = t->address.tenant, .actor = "mail" }, NULL);

	if (e == ERR_OK)
		e = vault_enter(t->vault, db, t->address.tenant);
	return e != ERR_OK ? e : bounce_take(db, t->vault, t->cli->arena, &t->address, return_kind_name(t->mail.kind), t->mail.status,
	    &t->changed);
}

static int
tell(const struct taking *t, const char *what)
{
	printf(t->cli->json ? "{\"kind\":\"%s\",\"status\":\"%s\",\"outcome\":\"%s\"}\n" : "%s\t%s\t%s\n",
	    return_kind_name(t->mail.kind), t->mail.status, what);
	return CLI_OK;
}

int
cli_mail_bounce(struct cli *c)
{
	const char *to = cli_option(c, "to");
	struct taking t = { .cli = c };
	struct buf mail;
	enum err e;

	buf_init(&mail, c->arena);
	buf_reserve(&mail, MAIL_MOST);
	mail.len = fread(mail.data, 1, MAIL_MOST, stdin);
	if (ferror(stdin))
		return CLI_AGAIN;
	if (email_return_read(c->arena, mail.data, mail.len, &t.mail) != ERR_OK)
		return tell(&t, "not_a_mail");
	if (t.mail.kind == RETURN_NONE || t.mail.kind == RETURN_DELAYED)
		return tell(&t, "nothing");
	/* Of a complaint the mail that it is about says whose it was. */
	if (to == NULL || t.mail.kind == RETURN_COMPLAINT)
		to = t.mail.to;
	if (bounce_parse(to, &t.address) != ERR_OK)
		return tell(&t, "not_ours");
	t.vault = cli_vault(c);
	if (t.vault == NULL)
		return CLI_AGAIN;
	e = db_transact(cli_db(c), DB_WRITE, take, &t);
	if (e == ERR_NOT_FOUND || e == ERR_GONE)
		return tell(&t, "not_ours");
	if (e != ERR_OK) {
		fprintf(stderr, "chromo: mail bounce: %s\n", cli_why(e));
		return CLI_AGAIN;
	}
	return tell(&t, t.changed ? "taken" : "known");
}
