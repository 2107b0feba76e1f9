/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Accounts at gateways, and what gateways call in; see gateway.h.
 */
#include "domain/gateway.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "base/log.h"
#include "db/queries.h"
#include "domain/delivery.h"

#define SECRETS "gateway.secrets"

static json_t *
parsed(struct arena *a, const char *text)
{
	json_t *doc;

	return json_parse(a, text, strlen(text), &doc) == ERR_OK ? doc : json_keep(a, json_object());
}

/* Without its secrets an account is of no use to a courier, and staff may type them again. */
static json_t *
opened(const struct vault *v, struct arena *a, const struct rows *rows, size_t i)
{
	const uint8_t *sealed;
	json_t *doc;
	size_t n;

	if (rows_null(rows, i, "secrets"))
		return json_keep(a, json_object());
	sealed = rows_bytes(rows, i, "secrets", &n);
	if (vault_open_json(v, a, SECRETS, sealed, n, &doc) == ERR_OK)
		return doc;
	log_error("gateway.unreadable gateway=%" PRId64, rows_int(rows, i, "id"));
	return json_keep(a, json_object());
}

static json_t *
account(const struct vault *v, struct arena *a, const struct rows *rows, size_t i)
{
	return json_pack("{s:I, s:s, s:s, s:I, s:b, s:I, s:s, s:O, s:O}",
	    "id", (json_int_t)rows_int(rows, i, "id"),
	    "channel", rows_text(rows, i, "channel"), "kind", rows_text(rows, i, "kind"),
	    "place", (json_int_t)rows_int(rows, i, "place"), "active", rows_bool(rows, i, "active"),
	    "version", (json_int_t)rows_int(rows, i, "version"), "url", rows_text(rows, i, "url"),
	    "settings", parsed(a, rows_text(rows, i, "settings")), "secrets", opened(v, a, rows, i));
}

enum err
gateway_list(struct db *db, const struct vault *v, struct arena *a, const char *channel, bool all, json_t **out)
{
	struct rows *rows;
	enum err e;
	size_t i;

	*out = json_keep(a, json_array());
	e = q_gateway_list(db, (struct q_gateway_list){ .channel = channel, .all = all }, &rows);
	for (i = 0; e == ERR_OK && i < rows_count(rows); i++)
		json_array_append_new(*out, account(v, a, rows, i));
	return e;
}

enum err
gateway_find(struct db *db, const struct vault *v, struct arena *a, const char *channel, const char *kind, json_t **out)
{
	json_t *list, *one;
	enum err e;
	size_t i;

	e = gateway_list(db, v, a, channel, false, &list);
	if (e != ERR_OK)
		return e;
	json_array_foreach(list, i, one)
		if (kind[0] == '\0' || strcmp(json_text(one, "kind"), kind) == 0) {
			*out = one;
			return ERR_OK;
		}
	return ERR_NOT_FOUND;
}

enum err
gateway_state(struct db *db, const struct words *words, json_t **out)
{
	json_t *each;
	size_t i;
	enum err e = q_gateway_state(db, (struct q_gateway_state){ .lang = words_lang(words) }, out);

	if (e != ERR_OK)
		return e;
	json_array_foreach(*out, i, each) {
		const char *reason = json_text(each, "reason");

		json_object_set_new(each, "reason_text", reason[0] == '\0' ? json_null()
		    : json_string(delivery_reason(words, reason)));
	}
	return ERR_OK;
}

enum err
gateway_save(struct db *db, const struct vault *v, struct arena *a, const struct gateway_draft *d, int64_t *id)
{
	struct db_bytes secrets = { 0 };
	struct rows *rows;
	enum err e;

	if (d->secrets != NULL)
		secrets = vault_seal_json(v, a, SECRETS, d->secrets);
	e = q_gateway_save(db, (struct q_gateway_save){ .channel = d->channel, .kind = d->kind, .place = d->place,
	    .active = d->active, .url = d->url, .settings = d->settings, .secrets = secrets }, &rows);
	if (e == ERR_OK)
		*id = rows_int(rows, 0, "id");
	return e;
}

enum err
gateway_event_take(struct db *db, int64_t gateway, const char *key, bool *fresh)
{
	struct rows *rows;
	enum err e = q_gateway_event_add(db, (struct q_gateway_event_add){ .gateway = gateway, .key = key }, &rows);

	if (e == ERR_OK)
		*fresh = rows_bool(rows, 0, "fresh");
	return e;
}
