/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The mail address of an open マイページ; see email.h.  Whose it becomes is decided in
 * sql/functions/contact.sql.
 */
#include "domain/email.h"

#include <strings.h>

#include "base/secret.h"
#include "db/queries.h"
#include "domain/application.h"

/* A warning is worth reading a week later, too. */
enum { WEEK_S = 7 * 24 * 3600 };

enum err
email_of(struct db *db, const struct vault *vault, struct arena *a, int64_t citizen, const char **email, const char **state)
{
	const char *language;
	struct rows *rows;
	enum err e = q_email_state(db, (struct q_email_state){ .citizen = citizen }, &rows);

	if (e == ERR_OK)
		e = citizen_address(db, vault, a, citizen, email, &language);
	if (e == ERR_OK)
		*state = rows_text(rows, 0, "state");
	return e;
}

/* To the address that was there before: whoever reads mail there should know, above all
 * if it was not they who changed it.  It does not say what the new one is. */
static enum err
warn(const struct mailer *m, const struct catalogue *catalogue, const struct citizen_asker *who, const char *before,
    const char *language)
{
	struct mailer mine = citizen_mailer_in(m, catalogue, language);

	return mail_queue(&mine, "address_changed", before, citizen_mail_view(&mine, who, "/", ""), WEEK_S);
}

enum err
email_take(const struct mailer *m, const struct catalogue *catalogue, const struct citizen_asker *who,
    const struct proof_asker *asker, const char *email, const char *keep, bool *taken)
{
	const char *before = "", *language = "";
	struct rows *rows;
	enum err e;

	/* Read before it is erased. */
	e = citizen_address(m->db, m->vault, m->arena, asker->citizen, &before, &language);
	if (e != ERR_OK && e != ERR_NOT_FOUND)
		return e;
	e = q_email_take(m->db, (struct q_email_take){ .citizen = asker->citizen, .browser = db_sha256(m->arena, asker->browser),
	    .address = proof_address(m, email), .keep = keep }, &rows);
	if (e != ERR_OK)
		return e;
	*taken = rows_bool(rows, 0, "taken");
	if (!*taken || before[0] == '\0')
		return ERR_OK;
	e = application_follow(m, asker->citizen, "email", before, email);
	if (e != ERR_OK || strcasecmp(before, email) == 0)
		return e;
	return warn(m, catalogue, who, before, language);
}

enum err
email_merge(struct db *db, int64_t citizen, int64_t other, json_t **out)
{
	return q_email_merge(db, (struct q_email_merge){ .citizen = citizen, .other = other }, out);
}
