/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Devices of Web Push; see push.h.  What may happen is in sql/functions/push.sql.
 */
#include "domain/push.h"

#include <inttypes.h>
#include <string.h>

#include "base/json.h"
#include "base/secret.h"
#include "db/queries.h"

static const char ADDRESS[] = "contact.address";

static struct db_bytes
hash_of(const struct vault *v, struct arena *a, const char *endpoint)
{
	uint8_t *hash = arena_alloc(a, SECRET_HASH);

	vault_hash(v, "webpush", endpoint, hash);
	return (struct db_bytes){ hash, SECRET_HASH };
}

/* As the channel reads it: without the label. */
static json_t *
address_of(struct arena *a, const json_t *device)
{
	return json_keep(a, json_pack("{s:s, s:s, s:s}", "endpoint", json_text(device, "endpoint"),
	    "p256dh", json_text(device, "p256dh"), "auth", json_text(device, "auth")));
}

static struct db_bytes
sealed(const struct vault *v, struct arena *a, const json_t *device)
{
	return vault_seal_json(v, a, ADDRESS, address_of(a, device));
}

enum err
push_key(struct db *db, const char **key)
{
	struct rows *rows;
	enum err e = q_push_key(db, &rows);

	if (e == ERR_OK)
		*key = rows_text(rows, 0, "key");
	return e;
}

const char *
push_label(struct arena *a, const char *agent)
{
	/* The first that is in it: they all claim to be several. */
	static const char *const machines[][2] = {
		{ "iPhone", "iPhone" }, { "iPad", "iPad" }, { "Android", "Android" }, { "Windows", "Windows" },
		{ "CrOS", "Chromebook" }, { "Macintosh", "Mac" }, { "Linux", "Linux" },
	}, *const browsers[][2] = {
		{ "Edg", "Edge" }, { "Firefox/", "Firefox" }, { "SamsungBrowser/", "Samsung" }, { "Chrome/", "Chrome" },
		{ "Safari/", "Safari" },
	};
	const char *machine = NULL, *browser = NULL;
	size_t i;

	for (i = 0; machine == NULL && i < sizeof machines / sizeof *machines; i++)
		if (strstr(agent, machines[i][0]) != NULL)
			machine = machines[i][1];
	for (i = 0; browser == NULL && i < sizeof browsers / sizeof *browsers; i++)
		if (strstr(agent, browsers[i][0]) != NULL)
			browser = browsers[i][1];
	if (machine == NULL)
		return browser != NULL ? browser : "";
	return browser != NULL ? arena_printf(a, "%s (%s)", machine, browser) : machine;
}

/* ERR_NOT_FOUND: nobody has this endpoint.  ERR_CONFLICT: somebody has, with other keys. */
static enum err
look_up(struct db *db, const struct vault *v, struct arena *a, const json_t *device, int64_t *citizen)
{
	struct rows *rows;
	const uint8_t *bytes;
	json_t *known;
	size_t n;
	enum err e;

	e = q_push_find(db, (struct q_push_find){ .hash = hash_of(v, a, json_text(device, "endpoint")) }, &rows);
	if (e != ERR_OK)
		return e;
	bytes = rows_bytes(rows, 0, "address", &n);
	if (vault_open_json(v, a, ADDRESS, bytes, n, &known) != ERR_OK || !json_equal(known, address_of(a, device)))
		return ERR_CONFLICT;
	*citizen = rows_int(rows, 0, "citizen_id");
	return ERR_OK;
}

/* An endpoint that somebody got hold of takes nothing from its owner. */
static enum err
is_theirs(struct db *db, const struct vault *v, struct arena *a, const json_t *device)
{
	int64_t citizen;
	enum err e = look_up(db, v, a, device, &citizen);

	return e == ERR_NOT_FOUND ? ERR_OK : e;
}

enum err
push_owner(struct db *db, const struct vault *v, struct arena *a, const json_t *device, int64_t *citizen)
{
	enum err e = look_up(db, v, a, device, citizen);

	return e == ERR_CONFLICT ? ERR_NOT_FOUND : e;
}

enum err
push_add(struct db *db, const struct vault *v, struct arena *a, int64_t citizen, const json_t *device)
{
	enum err e = is_theirs(db, v, a, device);

	if (e != ERR_OK)
		return e;
	return q_push_add(db, (struct q_push_add){ .citizen = citizen, .hash = hash_of(v, a, json_text(device, "endpoint")),
	    .address = sealed(v, a, device), .label = json_text(device, "label") }, NULL);
}

enum err
push_open(struct db *db, struct arena *a, int64_t citizen, const char **session)
{
	*session = secret_token(a, 32);
	return q_push_open(db, (struct q_push_open){ .citizen = citizen, .session = db_sha256(a, *session) }, NULL);
}

enum err
push_register(const struct mailer *m, const struct citizen_asker *who, const json_t *choice, const char **session)
{
	const json_t *device = json_object_get(choice, "device");
	const char *fresh = secret_token(m->arena, 32);
	struct rows *rows;
	enum err e = is_theirs(m->db, m->vault, m->arena, device);

	if (e != ERR_OK)
		return e;
	e = q_push_register(m->db, (struct q_push_register){
	    .hash = hash_of(m->vault, m->arena, json_text(device, "endpoint")), .address = sealed(m->vault, m->arena, device),
	    .label = json_text(device, "label"), .remote = citizen_remote_key(m, who->remote),
	    .districts = citizen_ids(m->arena, json_object_get(choice, "districts")),
	    .topics = citizen_ids(m->arena, json_object_get(choice, "topics")),
	    .vital = json_flag(choice, "vital"), .language = json_text(choice, "language"),
	    .version = json_text(choice, "consent"), .read_in = json_text(choice, "read_in"),
	    .session = db_sha256(m->arena, fresh) }, &rows);
	if (e != ERR_OK)
		return e;
	if (rows_null(rows, 0, "id"))
		return ERR_TOO_MANY;
	*session = fresh;
	return ERR_OK;
}

enum err
push_renew(struct db *db, const struct vault *v, struct arena *a, const char *old, const json_t *device)
{
	enum err e = is_theirs(db, v, a, device);

	if (e != ERR_OK)
		return e;
	return q_push_renew(db, (struct q_push_renew){ .old = hash_of(v, a, old),
	    .hash = hash_of(v, a, json_text(device, "endpoint")), .address = sealed(v, a, device) }, NULL);
}

enum err
push_list(struct db *db, int64_t citizen, const char *lang, json_t **out)
{
	return q_push_list(db, (struct q_push_list){ .citizen = citizen, .lang = lang }, out);
}

enum err
push_device(struct db *db, struct arena *a, int64_t citizen, int64_t device, json_t **out)
{
	struct rows *rows;
	enum err e = q_push_device(db, (struct q_push_device){ .citizen = citizen, .device = device }, &rows);

	if (e == ERR_OK)
		*out = json_keep(a, json_pack("{s:I, s:s, s:b}", "id", (json_int_t)device,
		    "label", rows_text(rows, 0, "label"), "last", rows_bool(rows, 0, "last")));
	return e;
}

enum err
push_remove(struct db *db, int64_t citizen, int64_t device, bool *left)
{
	struct rows *rows;
	enum err e = q_push_remove(db, (struct q_push_remove){ .citizen = citizen, .device = device }, &rows);

	if (e == ERR_OK)
		*left = rows_bool(rows, 0, "gone");
	return e;
}

/* A card is a letter like others, sealed until the courier of this channel writes it. */
static enum err
card(const struct mailer *m, const struct citizen_asker *who, const struct rows *device, struct db_bytes *out)
{
	const char *name = strcmp(words_lang(m->words), "ja") == 0 ? "name" : "name_en";
	const uint8_t *bytes;
	struct buf to;
	json_t *address;
	size_t n;
	enum err e;

	bytes = rows_bytes(device, 0, "address", &n);
	e = vault_open_json(m->vault, m->arena, ADDRESS, bytes, n, &address);
	if (e != ERR_OK)
		return e;
	buf_init(&to, m->arena);
	json_canonical(address, &to);
	*out = vault_seal_json(m->vault, m->arena, "letter.sealed", json_keep(m->arena, json_pack(
	    "{s:s, s:s, s:s, s:s, s:s, s:s, s:b}", "to", to.data, "title", json_text(who->tenant, name),
	    "body", words_get(m->words, "push_try_body"), "url", "/my/devices", "tag", "try",
	    "language", words_lang(m->words), "renotify", 1)));
	return ERR_OK;
}

enum err
push_try(const struct mailer *m, const struct citizen_asker *who, int64_t citizen, int64_t device)
{
	uint8_t *person = arena_alloc(m->arena, SECRET_HASH);
	struct db_bytes letter;
	struct rows *rows;
	enum err e;

	e = q_push_device(m->db, (struct q_push_device){ .citizen = citizen, .device = device }, &rows);
	if (e == ERR_OK)
		e = card(m, who, rows, &letter);
	if (e != ERR_OK)
		return e;
	vault_mac(m->vault, arena_printf(m->arena, "push:%" PRId64, citizen), person);
	e = q_push_try(m->db, (struct q_push_try){ .person = { person, SECRET_HASH },
	    .key = secret_uuid(m->arena), .sealed = letter }, &rows);
	if (e == ERR_OK && !rows_bool(rows, 0, "sent"))
		e = ERR_TOO_MANY;
	return e;
}
