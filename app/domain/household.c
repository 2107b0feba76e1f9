/* SPDX-License-Identifier: Apache-2.0 */
/*
 * 世帯; see household.h.  Who may come in is decided in sql/functions/household.sql; here are
 * codes and the seals over names.
 */
#include "domain/household.h"

#include <inttypes.h>
#include <string.h>

#include "base/json.h"
#include "base/secret.h"
#include "db/queries.h"

#define NAME "household_member.name"

static struct db_bytes
code_mac(const struct mailer *m, const char *code)
{
	return vault_mac_bytes(m->vault, m->arena, arena_printf(m->arena, "household-code:%s", code));
}

/* Whose tries are counted. */
static struct db_bytes
tries_of(const struct mailer *m, int64_t citizen)
{
	return vault_mac_bytes(m->vault, m->arena, arena_printf(m->arena, "household-tries:%" PRId64, citizen));
}

static struct db_bytes
sealed(const struct mailer *m, const char *name)
{
	struct buf b;

	if (name[0] == '\0')
		return (struct db_bytes){ NULL, 0 };
	buf_init(&b, m->arena);
	vault_seal(m->vault, NAME, name, strlen(name), &b);
	return (struct db_bytes){ b.data, b.len };
}

static json_t *
name_of(const struct mailer *m, const struct rows *rows, size_t i)
{
	struct buf b;
	size_t n;
	const uint8_t *bytes = rows_bytes(rows, i, "name", &n);

	buf_init(&b, m->arena);
	if (n == 0 || vault_open(m->vault, NAME, bytes, n, &b) != ERR_OK)
		return json_null();
	return json_stringn(b.data, b.len);
}

enum err
household_show(const struct mailer *m, int64_t citizen, const char *code, json_t **out)
{
	struct rows *rows;
	json_t *people, *until = json_null();
	const char *text;
	size_t i;
	enum err e = q_household_show(m->db, (struct q_household_show){ .citizen = citizen, .code = code_mac(m, code),
	    .lang = words_lang(m->words) }, &rows);

	if (e != ERR_OK)
		return e;
	if (rows_count(rows) == 0)
		return ERR_NOT_FOUND;
	people = json_array();
	for (i = 0; i < rows_count(rows); i++)
		json_array_append_new(people, json_pack("{s:o, s:I, s:b}", "name", name_of(m, rows, i), "number", (json_int_t)i + 1,
		    "me", rows_bool(rows, i, "me")));
	json_keep(m->arena, people);
	text = rows_text(rows, 0, "until");
	if (rows_bool(rows, 0, "invited"))
		e = json_parse(m->arena, text, strlen(text), &until);
	*out = json_keep(m->arena, json_pack("{s:O, s:b, s:b, s:O}", "people", people, "full", i >= HOUSEHOLD_MOST,
	    "alone", i == 1, "invited", until));
	return e;
}

enum err
household_size(struct db *db, int64_t citizen, int64_t *people)
{
	struct rows *rows;
	enum err e = q_household_size(db, (struct q_household_size){ .citizen = citizen }, &rows);

	if (e == ERR_OK)
		*people = rows_int(rows, 0, "people");
	return e;
}

enum err
household_make(const struct mailer *m, int64_t citizen, const char *name)
{
	return q_household_make(m->db, (struct q_household_make){ .citizen = citizen, .name = sealed(m, name) }, NULL);
}

enum err
household_rename(const struct mailer *m, int64_t citizen, const char *name)
{
	return q_household_rename(m->db, (struct q_household_rename){ .citizen = citizen, .name = sealed(m, name) }, NULL);
}

enum err
household_invite(const struct mailer *m, int64_t citizen, const char **code)
{
	const char *digits = arena_printf(m->arena, "%06" PRIu32 "%06" PRIu32, secret_below(1000000), secret_below(1000000));
	struct rows *rows;
	enum err e = q_household_invite(m->db, (struct q_household_invite){ .citizen = citizen, .key = tries_of(m, citizen),
	    .code = code_mac(m, digits), .most = HOUSEHOLD_MOST, .hours = HOUSEHOLD_HOURS }, &rows);

	if (e == ERR_OK)
		*code = rows_bool(rows, 0, "given") ? digits : NULL;
	return e;
}

enum err
household_join(const struct mailer *m, int64_t citizen, const char *remote, const char *code, const char *name,
    const char **outcome)
{
	struct rows *rows;
	enum err e = q_household_join(m->db, (struct q_household_join){ .citizen = citizen, .key = tries_of(m, citizen),
	    .remote = citizen_remote_key(m, remote), .code = code_mac(m, code), .name = sealed(m, name),
	    .most = HOUSEHOLD_MOST }, &rows);

	if (e == ERR_OK)
		*outcome = rows_text(rows, 0, "outcome");
	return e;
}

enum err
household_leave(struct db *db, int64_t citizen)
{
	return q_household_leave(db, (struct q_household_leave){ .citizen = citizen }, NULL);
}
