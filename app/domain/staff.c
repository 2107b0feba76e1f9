/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Those who work in the portals.
 */
#include "domain/staff.h"

#include <inttypes.h>
#include <string.h>

#include "base/json.h"
#include "base/log.h"
#include "db/queries.h"

#define SEAL_EMAIL "staff.email"

const char *const staff_roles[] = { "writer", "approver", "admin", NULL };

bool
staff_login_good(const char *login)
{
	static const char first[] = "abcdefghijklmnopqrstuvwxyz0123456789", more[] = "abcdefghijklmnopqrstuvwxyz0123456789._-";
	size_t n = strlen(login);

	return n >= STAFF_LOGIN_MIN && n <= STAFF_LOGIN_MAX && strchr(first, login[0]) != NULL && strspn(login, more) == n;
}

static struct db_texts
roles_of(struct arena *a, const struct staff_data *d)
{
	const char **names = arena_alloc(a, STAFF_ROLES * sizeof *names);
	size_t i, n = 0;

	for (i = 0; i < d->roles_n; i++)
		if (d->roles[i] >= 1 && d->roles[i] <= STAFF_ROLES)
			names[n++] = staff_roles[d->roles[i] - 1];
	must(n <= STAFF_ROLES);
	return (struct db_texts){ names, n };
}

static struct db_bytes
seal_email(const struct vault *v, struct arena *a, const char *email, uint8_t hash[SECRET_HASH])
{
	struct buf sealed;

	buf_init(&sealed, a);
	vault_seal(v, SEAL_EMAIL, email, strlen(email), &sealed);
	vault_hash(v, "email", email, hash);
	return (struct db_bytes){ sealed.data, sealed.len };
}

/* "state_text", and in "roles_text" the roles as the page says them. */
static void
say(const struct words *words, json_t *person)
{
	const char *state = json_text(person, "state");
	struct arena *a = arena_new();
	json_t *role;
	struct buf text;
	size_t i;

	buf_init(&text, a);
	json_array_foreach(json_object_get(person, "roles"), i, role)
		buf_addf(&text, "%s%s", i > 0 ? words_get(words, "staff_and") : "",
		    words_get(words, arena_printf(a, "staff_role_%s", json_string_value(role))));
	json_object_set_new(person, "roles_text", text.len > 0 ? json_string(text.data) : json_null());
	json_object_set_new(person, "state_text", json_string(words_get(words, arena_printf(a, "staff_state_%s", state))));
	json_object_set_new(person, "disabled", json_boolean(strcmp(state, "disabled") == 0));
	json_object_set_new(person, "active", json_boolean(strcmp(state, "active") == 0));
	/* The sign of this state in templates/part/status_tag; the word read above is gone then. */
	if (strcmp(state, "disabled") == 0)
		json_object_set_new(person, "state", json_string("ended"));
	arena_free(a);
}

enum err
staff_list(struct db *db, const struct words *words, json_t **out)
{
	json_t *list, *person;
	size_t i;
	enum err e = q_staff_list(db, (struct q_staff_list){ words_lang(words) }, &list);

	if (e != ERR_OK)
		return e;
	json_array_foreach(list, i, person)
		say(words, person);
	*out = list;
	return ERR_OK;
}

static int
nibble(char c)
{
	return c <= '9' ? c - '0' : c - 'a' + 10;
}

enum err
staff_show(struct db *db, const struct vault *v, struct arena *a, const struct words *words, int64_t staff,
    json_t **out)
{
	struct buf sealed, email;
	const char *hex;
	json_t *person;
	enum err e = q_staff_show(db, (struct q_staff_show){ words_lang(words), staff }, &person);

	if (e != ERR_OK)
		return e;
	buf_init(&sealed, a);
	for (hex = json_text(person, "email_hex"); hex[0] != '\0'; hex += 2)
		buf_addch(&sealed, (char)(nibble(hex[0]) << 4 | nibble(hex[1])));
	json_object_del(person, "email_hex");
	buf_init(&email, a);
	if (vault_open(v, SEAL_EMAIL, sealed.data, sealed.len, &email) != ERR_OK)
		log_error("staff.email staff=%" PRId64 " problem=\"does not open under this tenant's key\"", staff);
	json_object_set_new(person, "email", json_string(email.data));
	say(words, person);
	*out = person;
	return ERR_OK;
}

enum err
staff_named(struct db *db, const char *login, int64_t *staff)
{
	struct rows *rows;
	enum err e = q_staff_named(db, (struct q_staff_named){ login }, &rows);

	if (e == ERR_OK)
		*staff = rows_int(rows, 0, "id");
	return e;
}

enum err
staff_add(struct db *db, const struct vault *v, struct arena *a, const struct staff_data *d, int64_t *staff)
{
	uint8_t hash[SECRET_HASH];
	struct rows *rows;
	int64_t id;
	enum err e;

	e = q_staff_add(db, (struct q_staff_add){ .login = d->login, .name = d->name,
	    .email = seal_email(v, a, d->email, hash), .email_hash = { hash, SECRET_HASH } }, &rows);
	if (e != ERR_OK)
		return e;
	id = rows_int(rows, 0, "id");
	e = q_staff_roles_add(db, (struct q_staff_roles_add){ id, roles_of(a, d) }, NULL);
	if (e == ERR_OK && d->departments.n > 0)
		e = q_staff_departments_add(db, (struct q_staff_departments_add){ id, d->departments }, NULL);
	if (e == ERR_OK)
		*staff = id;
	return e;
}

enum err
staff_change(struct db *db, const struct vault *v, struct arena *a, int64_t staff, const char *version,
    const struct staff_data *d)
{
	struct db_texts roles = roles_of(a, d);
	uint8_t hash[SECRET_HASH];
	int changed;
	enum err e;

	e = q_staff_change(db, (struct q_staff_change){ .staff = staff, .version = version, .name = d->name,
	    .email = seal_email(v, a, d->email, hash), .email_hash = { hash, SECRET_HASH } }, &changed);
	if (e != ERR_OK)
		return e;
	if (changed != 1)
		return ERR_CONFLICT;
	/* What is kept is not taken away for a moment: it may be the last right. */
	e = q_staff_roles_drop(db, (struct q_staff_roles_drop){ staff, roles }, NULL);
	if (e == ERR_OK)
		e = q_staff_roles_add(db, (struct q_staff_roles_add){ staff, roles }, NULL);
	if (e == ERR_OK)
		e = q_staff_departments_drop(db, (struct q_staff_departments_drop){ staff, d->departments }, NULL);
	if (e == ERR_OK)
		e = q_staff_departments_add(db, (struct q_staff_departments_add){ staff, d->departments }, NULL);
	return e;
}

/* Whatever let this person in does not any more. */
static enum err
shut_out(struct db *db, int64_t staff)
{
	enum err e = q_login_sessions_end(db, (struct q_login_sessions_end){ staff, { NULL, 0 } }, NULL);

	if (e == ERR_OK)
		e = q_staff_links_end(db, (struct q_staff_links_end){ staff }, NULL);
	return e;
}

enum err
staff_invite(struct db *db, struct arena *a, int64_t staff, const char **token)
{
	const char *made = secret_token(a, SECRET_KEY);
	uint8_t hash[SECRET_HASH];
	int changed;
	enum err e;

	login_hash(made, hash);
	e = q_staff_reset(db, (struct q_staff_reset){ staff }, &changed);
	if (e != ERR_OK)
		return e;
	if (changed != 1)
		return ERR_NOT_FOUND;
	e = shut_out(db, staff);
	if (e == ERR_OK)
		e = q_login_recovery_clear(db, (struct q_login_recovery_clear){ staff }, NULL);
	if (e == ERR_OK)
		e = q_staff_link_add(db, (struct q_staff_link_add){ .hash = { hash, SECRET_HASH }, .staff = staff,
		    .hours = STAFF_LINK_HOURS }, NULL);
	if (e == ERR_OK)
		*token = made;
	return e;
}

enum err
staff_invite_mail(const struct mailer *m, const json_t *tenant, const json_t *staff, const char *link_url)
{
	json_t *view = json_keep(m->arena, json_pack("{s:s, s:s, s:s, s:s, s:i}",
	    "tenant_name", json_text(tenant, strcmp(words_lang(m->words), "ja") == 0 ? "name" : "name_en"),
	    "name", json_text(staff, "name"), "login", json_text(staff, "login"),
	    "link_url", link_url, "hours", STAFF_LINK_HOURS));

	return mail_queue(m, "invitation", json_text(staff, "email"), view, STAFF_LINK_HOURS * 3600);
}

enum err
staff_disable(struct db *db, int64_t staff)
{
	int changed;
	enum err e = q_staff_disable(db, (struct q_staff_disable){ staff }, &changed);

	if (e != ERR_OK)
		return e;
	return changed == 1 ? shut_out(db, staff) : ERR_NOT_FOUND;
}

enum err
staff_invited(struct db *db, const char *token, struct rows **out)
{
	uint8_t hash[SECRET_HASH];
	enum err e;

	login_hash(token, hash);
	e = q_staff_link_find(db, (struct q_staff_link_find){ { hash, SECRET_HASH } }, out);
	return e == ERR_NOT_FOUND ? ERR_GONE : e;
}

enum err
staff_accept(const struct login *l, const char *token, int64_t staff, const char *password)
{
	const char *encoded;
	uint8_t hash[SECRET_HASH];
	int used;
	enum err e;

	login_hash(token, hash);
	e = q_staff_link_use(l->db, (struct q_staff_link_use){ { hash, SECRET_HASH } }, &used);
	if (e != ERR_OK)
		return e;
	if (used != 1)
		return ERR_GONE;
	e = q_login_actor(l->db, (struct q_login_actor){ staff }, NULL);
	if (e == ERR_OK)
		e = login_password_make(l, password, &encoded);
	if (e == ERR_OK)
		e = q_staff_activate(l->db, (struct q_staff_activate){ .staff = staff, .password = encoded }, &used);
	if (e != ERR_OK)
		return e;
	return used == 1 ? ERR_OK : ERR_GONE;
}

enum err
staff_password(const struct login *l, const char *password)
{
	const char *encoded;
	int changed;
	enum err e = login_password_make(l, password, &encoded);

	if (e == ERR_OK)
		e = q_staff_password_set(l->db, (struct q_staff_password_set){ .staff = l->staff, .password = encoded },
		    &changed);
	if (e != ERR_OK)
		return e;
	return changed == 1 ? login_out_everywhere(l, true) : ERR_NOT_FOUND;
}
