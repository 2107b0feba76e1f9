/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What mails of a town come from; see mail_sender.h.
 */
#include "domain/mail_sender.h"

#include <string.h>

#include "base/json.h"
#include "db/queries.h"
#include "domain/delivery.h"

enum { SENDER_MAX = 60 };

enum err
mail_sender_show(struct db *db, const struct words *words, json_t **out)
{
	return q_mail_sender(db, (struct q_mail_sender){ .lang = words_lang(words) }, out);
}

enum err
mail_sender_health(struct db *db, const struct words *words, json_t **server, json_t **back)
{
	enum err e = q_mail_server(db, (struct q_mail_server){ .lang = words_lang(words) }, server);
	const char *reason;

	if (e == ERR_NOT_FOUND)
		*server = NULL;
	else if (e != ERR_OK)
		return e;
	else {
		reason = json_text(*server, "reason");
		json_object_set_new(*server, "reason_text", reason[0] == '\0' ? json_null() : json_string(delivery_reason(words, reason)));
	}
	return q_bounce_month(db, back);
}

void
mail_sender_fill(struct form *f, const json_t *now)
{
	form_set(f, "from", json_text(now, "from"));
	form_set(f, "sender", json_text(now, "sender"));
	form_set(f, "reply", json_text(now, "reply"));
}

enum err
mail_sender_read(struct db *db, struct form *f, struct mail_sender *out)
{
	struct rows *rows;
	enum err e;

	out->from = form_email(f, "from", FORM_REQUIRED);
	out->sender = form_name(f, "sender", FORM_OPTIONAL, SENDER_MAX);
	out->reply = form_email(f, "reply", FORM_OPTIONAL);
	if (!form_ok(f))
		return ERR_OK;
	e = q_mail_domain_taken(db, (struct q_mail_domain_taken){ .address = out->from }, &rows);
	if (e == ERR_OK && rows_bool(rows, 0, "taken"))
		form_problem(f, "from", "mail_domain_taken");
	return e;
}

enum err
mail_sender_save(struct db *db, const struct mail_sender *s, const char *version)
{
	int changed = 0;
	enum err e = q_mail_sender_save(db, (struct q_mail_sender_save){ .from = s->from, .sender = s->sender, .reply = s->reply,
	    .version = version }, &changed);

	return e != ERR_OK || changed == 1 ? e : ERR_CONFLICT;
}
