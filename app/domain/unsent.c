/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Forms that came when the login had lapsed; see unsent.h.
 */
#include "domain/unsent.h"

#include <string.h>

#include "base/json.h"
#include "db/queries.h"

#define SEAL "staff_session.unsent"
enum { FORMS_MOST = 10 };	/* in as many windows */

enum err
unsent_over(struct db *db, const char *token, struct unsent_over *out)
{
	uint8_t hash[SECRET_HASH];
	struct rows *rows;
	enum err e;

	if (token[0] == '\0')
		return ERR_NOT_FOUND;
	login_hash(token, hash);
	e = q_login_session_over(db, (struct q_login_session_over){ { hash, SECRET_HASH } }, &rows);
	if (e != ERR_OK)
		return e;
	if (rows_count(rows) == 0)
		return ERR_NOT_FOUND;
	*out = (struct unsent_over){ rows_bool(rows, 0, "busy"), rows_bool(rows, 0, "unsent") };
	return ERR_OK;
}

/* What lies in the first row; of a key that is gone, nothing. */
static json_t *
opened(const struct login *l, const struct rows *rows)
{
	const uint8_t *sealed;
	json_t *list;
	size_t n;

	if (rows_count(rows) == 0)
		return json_keep(l->arena, json_array());
	sealed = rows_bytes(rows, 0, "unsent", &n);
	if (n == 0 || vault_open_json(l->vault, l->arena, SEAL, sealed, n, &list) != ERR_OK)
		return json_keep(l->arena, json_array());
	return list;
}

enum err
unsent_add(const struct login *l, const struct unsent *form)
{
	struct db_bytes session = { l->session, SECRET_HASH };
	struct rows *rows;
	struct buf once;
	json_t *list;
	size_t i;
	enum err e = q_login_unsent_lock(l->db, (struct q_login_unsent_lock){ session }, &rows);

	buf_init(&once, l->arena);
	buf_add_base64url(&once, form->once, UNSENT_ONCE);
	if (e != ERR_OK)
		return e;
	if (rows_count(rows) == 0)
		return ERR_NOT_FOUND;
	list = opened(l, rows);
	for (i = json_array_size(list); i-- > 0;)
		if (strcmp(json_text(json_array_get(list, i), "once"), once.data) == 0 || i >= FORMS_MOST - 1)
			json_array_remove(list, i);
	json_array_insert_new(list, 0, json_pack("{s:s, s:s, s:s, s:s, s:b}", "once", once.data, "to", form->to,
	    "next", form->next, "typed", form->typed, "files", form->files));
	return q_login_unsent_put(l->db, (struct q_login_unsent_put){ .hash = session,
	    .unsent = vault_seal_json(l->vault, l->arena, SEAL, list) }, NULL);
}

enum err
unsent_waits(const struct login *l, const char *token, bool *out)
{
	uint8_t hash[SECRET_HASH];
	struct rows *rows;
	enum err e;

	login_hash(token, hash);
	e = q_login_unsent(l->db, (struct q_login_unsent){ { hash, SECRET_HASH } }, &rows);
	if (e == ERR_OK)
		*out = rows_count(rows) > 0 && rows_bool(rows, 0, "waits");
	return e;
}

static enum err
was_sent(const struct login *l, const json_t *form, bool *out)
{
	struct rows *rows;
	struct buf once;
	enum err e;

	buf_init(&once, l->arena);
	e = secret_unbase64url(l->arena, json_text(form, "once"), &once);
	if (e == ERR_OK)
		e = q_once_spent(l->db, (struct q_once_spent){ { once.data, once.len } }, &rows);
	if (e == ERR_OK)
		*out = rows_count(rows) > 0;
	return e;
}

enum err
unsent_take(const struct login *l, json_t **out)
{
	struct db_bytes session = { l->session, SECRET_HASH };
	json_t *list, *left = json_keep(l->arena, json_array()), *form;
	struct rows *rows;
	bool sent;
	size_t i;
	enum err e = q_login_unsent(l->db, (struct q_login_unsent){ session }, &rows);

	if (e != ERR_OK)
		return e;
	list = opened(l, rows);
	json_array_foreach(list, i, form) {
		e = was_sent(l, form, &sent);
		if (e != ERR_OK)
			return e;
		if (!sent)
			json_array_append(left, form);
	}
	*out = left;
	return rows_count(rows) == 0 ? ERR_OK : q_login_unsent_shown(l->db, (struct q_login_unsent_shown){ session }, NULL);
}
