/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Links between citizens and their LINE, and the events that LINE calls in; see line.h.
 * What a link changes is decided in sql/functions/line.sql.
 */
#include "domain/line.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "base/arena.h"
#include "base/buf.h"
#include "base/log.h"
#include "base/secret.h"
#include "base/text.h"
#include "db/queries.h"
#include "domain/citizen.h"
#include "domain/gateway.h"
#include "domain/line_reply.h"

enum { CODE_DIGITS = 8, NONCE_BYTES = 24 };

static const char ADDRESS[] = "contact.address", CHOICE[] = "line_link.choice";

/* --- links --- */

static struct db_bytes
mac_of(const struct vault *v, struct arena *a, const char *kind, const char *words)
{
	uint8_t *mac = arena_alloc(a, SECRET_HASH);

	vault_mac(v, arena_printf(a, "line_%s:%s", kind, words), mac);
	return (struct db_bytes){ mac, SECRET_HASH };
}

static struct db_bytes
hash_of(const struct vault *v, struct arena *a, const char *user)
{
	uint8_t *hash = arena_alloc(a, SECRET_HASH);

	vault_hash(v, "line", user, hash);
	return (struct db_bytes){ hash, SECRET_HASH };
}

enum err
line_code_make(struct db *db, const struct vault *v, struct arena *a, int64_t citizen, const json_t *choice,
    const char **code)
{
	char *digits = arena_printf(a, "%08" PRIu32, secret_below(100000000));
	enum err e;

	e = q_line_link_make(db, (struct q_line_link_make){ .hash = mac_of(v, a, "code", digits), .kind = "code",
	    .citizen = citizen != 0 ? &citizen : NULL,
	    .choice = choice != NULL ? vault_seal_json(v, a, CHOICE, choice) : (struct db_bytes){ NULL, 0 },
	    .minutes = LINE_CODE_MIN }, NULL);
	if (e == ERR_OK)
		*code = digits;
	return e;
}

enum err
line_nonce_make(struct db *db, const struct vault *v, struct arena *a, int64_t citizen, const char **nonce)
{
	const char *token = secret_token(a, NONCE_BYTES);
	enum err e;

	e = q_line_link_make(db, (struct q_line_link_make){ .hash = mac_of(v, a, "nonce", token), .kind = "nonce",
	    .citizen = &citizen, .minutes = LINE_CODE_MIN }, NULL);
	if (e == ERR_OK)
		*nonce = token;
	return e;
}

enum err
line_code_used(struct db *db, const struct vault *v, struct arena *a, const char *code, int64_t *citizen)
{
	struct rows *rows;
	const char *state;
	enum err e;

	e = q_line_link_find(db, (struct q_line_link_find){ .hash = mac_of(v, a, "code", code), .kind = "code" }, &rows);
	if (e != ERR_OK)
		return e == ERR_NOT_FOUND ? ERR_GONE : e;
	state = rows_text(rows, 0, "state");
	if (strcmp(state, "used") != 0)
		return strcmp(state, "open") == 0 ? ERR_NOT_FOUND : ERR_GONE;
	*citizen = rows_int(rows, 0, "citizen");
	return ERR_OK;
}

enum err
line_code_open(struct db *db, const struct vault *v, struct arena *a, const char *code, int64_t *citizen,
    const char **session)
{
	const char *fresh = secret_token(a, 32);
	struct rows *rows;
	enum err e;

	e = line_code_used(db, v, a, code, citizen);
	if (e != ERR_OK)
		return e;
	e = q_line_link_open(db, (struct q_line_link_open){ .hash = mac_of(v, a, "code", code),
	    .session = db_sha256(a, fresh) }, &rows);
	if (e == ERR_OK)
		*session = fresh;
	return e == ERR_NOT_FOUND ? ERR_GONE : e;
}

enum err
line_unlink(struct db *db, int64_t citizen, bool *left)
{
	struct rows *rows;
	enum err e = q_line_unlink(db, (struct q_line_unlink){ .citizen = citizen }, &rows);

	if (e == ERR_OK)
		*left = rows_bool(rows, 0, "gone");
	return e;
}

enum err
line_state(struct db *db, int64_t citizen, const char *lang, json_t **out)
{
	return q_line_state(db, (struct q_line_state){ .citizen = citizen, .lang = lang }, out);
}

/* What waits with the code of somebody who is no citizen yet. */
static enum err
choice_open(const struct line_hook *h, const struct rows *rows, json_t **choice)
{
	const uint8_t *sealed;
	size_t n;

	*choice = json_keep(h->arena, json_object());
	if (rows_null(rows, 0, "choice"))
		return ERR_OK;
	sealed = rows_bytes(rows, 0, "choice", &n);
	return vault_open_json(h->vault, h->arena, CHOICE, sealed, n, choice);
}

/* Links the user to whom the code or nonce is for, if it is good, and says so. */
static enum err
link_use(const struct line_hook *h, const json_t *event, const char *kind, const char *words, const char *user)
{
	int64_t citizen;
	const char *language;
	struct db_bytes hash = mac_of(h->vault, h->arena, kind, words);
	struct buf sealed;
	struct rows *rows;
	json_t *choice;
	enum err e;

	e = q_line_link_find(h->db, (struct q_line_link_find){ .hash = hash, .kind = kind }, &rows);
	if (e == ERR_NOT_FOUND || (e == ERR_OK && strcmp(rows_text(rows, 0, "state"), "open") != 0)) {
		log_info("line.link gateway=%" PRId64 " kind=%s state=none", json_int(h->account, "id"), kind);
		return line_reply(h, event, user, "wrong", "ja");
	}
	if (e == ERR_OK)
		e = choice_open(h, rows, &choice);
	if (e != ERR_OK)
		return e == ERR_INVALID ? ERR_OK : e;	/* sealed under a key that is gone */
	buf_init(&sealed, h->arena);
	vault_seal(h->vault, ADDRESS, user, strlen(user), &sealed);
	e = q_line_link_use(h->db, (struct q_line_link_use){ .hash = hash,
	    .user = hash_of(h->vault, h->arena, user), .address = { sealed.data, sealed.len },
	    .districts = citizen_ids(h->arena, json_object_get(choice, "districts")),
	    .topics = citizen_ids(h->arena, json_object_get(choice, "topics")),
	    .vital = json_flag(choice, "vital"), .language = json_text(choice, "language"),
	    .version = json_text(choice, "consent"), .read_in = json_text(choice, "read_in") }, NULL);
	if (e == ERR_OK)
		e = line_person(h, user, &citizen, &language);
	if (e != ERR_OK)
		return e == ERR_NOT_FOUND ? ERR_OK : e;
	return line_reply(h, event, user, "linked", language);
}

/* --- events --- */

/* Full-width digits and blanks between them are digits too; anything else is talk. */
static enum err
on_message(const struct line_hook *h, const json_t *event, const char *user)
{
	const json_t *message = json_object_get(event, "message");
	const char *text = json_text(message, "text");
	struct rows *rows;
	char *digits;
	enum err e;

	if (strcmp(json_text(message, "type"), "text") != 0 || strlen(text) > 100)
		return ERR_OK;
	if (strcmp(text_normal(h->arena, text), words_get(catalogue_words(h->catalogue, "ja"), "line_word_my")) == 0)
		return line_door(h, event, user);
	digits = text_digits(h->arena, text);
	if (strlen(digits) != CODE_DIGITS || text_length(text_normal(h->arena, text)) > CODE_DIGITS + 4)
		return ERR_OK;
	e = q_line_try(h->db, (struct q_line_try){ .user = hash_of(h->vault, h->arena, user) }, &rows);
	if (e != ERR_OK)
		return e;
	if (!rows_bool(rows, 0, "allowed")) {
		log_warn("line.guessing gateway=%" PRId64, json_int(h->account, "id"));
		return ERR_OK;
	}
	return link_use(h, event, "code", digits, user);
}

static enum err
on_link(const struct line_hook *h, const json_t *event, const char *user)
{
	const json_t *link = json_object_get(event, "link");
	const char *nonce = json_text(link, "nonce");

	if (strcmp(json_text(link, "result"), "ok") != 0 || nonce[0] == '\0' || strlen(nonce) > 255)
		return ERR_OK;
	return link_use(h, event, "nonce", nonce, user);
}

static enum err
set_reach(const struct line_hook *h, const json_t *event, const char *user, bool reached)
{
	return q_line_reach(h->db, (struct q_line_reach){ .user = hash_of(h->vault, h->arena, user),
	    .reached = reached, .at_ms = json_int(event, "timestamp") }, NULL);
}

static enum err
on_follow(const struct line_hook *h, const json_t *event, const char *user)
{
	const char *language;
	int64_t citizen;
	enum err e = set_reach(h, event, user, true);

	if (e == ERR_OK)
		e = line_person(h, user, &citizen, &language);
	return e == ERR_NOT_FOUND ? line_reply(h, event, user, "hello", "ja") : e;
}

static enum err
on_unfollow(const struct line_hook *h, const json_t *event, const char *user)
{
	return set_reach(h, event, user, false);
}

/* The button 「見ました」, and 受け取り設定 of the menu. */
static enum err
on_postback(const struct line_hook *h, const json_t *event, const char *user)
{
	const char *data = json_text(json_object_get(event, "postback"), "data");

	return strcmp(data, "my") == 0 ? line_door(h, event, user) : line_saw(h, event, user, data);
}

/* The events that we know; of all others, and of those not yet invented, nothing.  An
 * unsend takes a message back that we have no copy of. */
static const struct {
	const char *type;
	enum err (*run)(const struct line_hook *, const json_t *event, const char *user);
} known[] = {
	{ "message", on_message },
	{ "accountLink", on_link },
	{ "follow", on_follow },
	{ "unfollow", on_unfollow },
	{ "postback", on_postback },
};

/* Older events have no name: then it is their bytes. */
static const char *
key_of(struct arena *a, const json_t *event)
{
	const char *id = json_text(event, "webhookEventId");
	uint8_t hash[SECRET_HASH];
	struct buf text;

	if (id[0] != '\0' && strlen(id) <= 100 && text_is_clean(id, false))
		return id;
	buf_init(&text, a);
	json_canonical(event, &text);
	secret_sha256(text.data, text.len, hash);
	return arena_printf(a, "sha256:%s", secret_hex(a, hash, sizeof(hash)));
}

static bool
is_user(const char *id)
{
	return id[0] == 'U' && strspn(id + 1, "0123456789abcdef") == 32 && id[33] == '\0';
}

enum err
line_event(const struct line_hook *h, const json_t *event)
{
	const json_t *source = json_object_get(event, "source");
	const char *type = json_text(event, "type"), *user = json_text(source, "userId");
	int64_t gateway = json_int(h->account, "id");
	const char *key = key_of(h->arena, event);
	bool fresh = false;
	enum err e;
	size_t i;

	e = gateway_event_take(h->db, gateway, key, &fresh);
	if (e != ERR_OK || !fresh)
		return e;
	/* Groups are not for us. */
	if (strcmp(json_text(source, "type"), "user") != 0 || !is_user(user))
		return ERR_OK;
	for (i = 0; i < sizeof(known) / sizeof(*known); i++)
		if (strcmp(known[i].type, type) == 0)
			return known[i].run(h, event, user);
	return ERR_OK;
}
