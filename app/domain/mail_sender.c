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

static void
put_words(const struct words *words, json_t *row)
{
	static const char *const kinds[] = { "mail_sender_back_policy", "mail_sender_host", "mail_sender_host2" };
	int64_t place = json_int(row, "place");
	const char *reason = json_text(row, "reason");

	json_object_set_new(row, "kind_text", json_string(words_get(words, kinds[place])));
	json_object_set_new(row, "reason_text", place == 0 ? json_string(words_get(words, "mail_sender_rest"))
	    : reason[0] == '\0' ? json_null() : json_string(delivery_reason(words, reason)));
}

enum err
mail_sender_health(struct db *db, const struct words *words, json_t **health, json_t **back)
{
	enum err e = q_mail_health(db, (struct q_mail_health){ .lang = words_lang(words) }, health);
	json_t *row, *rest;
	size_t i;

	if (e != ERR_OK)
		return e;
	json_array_foreach(json_object_get(*health, "servers"), i, row)
		put_words(words, row);
	rest = json_object_get(*health, "rest");
	if (json_is_object(rest))
		put_words(words, rest);
	return q_bounce_month(db, back);
}

json_t *
mail_sender_server(const json_t *health, int place)
{
	json_t *row;
	size_t i;

	json_array_foreach(json_object_get(health, "servers"), i, row)
		if (json_int(row, "place") == place)
			return row;
	return NULL;
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
