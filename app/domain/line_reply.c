/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the town says in the chat; see line_reply.h.
 */
#include "domain/line_reply.h"

#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "base/buf.h"
#include "base/log.h"
#include "base/secret.h"
#include "base/slot.h"
#include "db/queries.h"
#include "domain/citizen.h"

static const char SEEN[] = "seen=";

static struct db_bytes
hash_of(const struct line_hook *h, const char *user)
{
	uint8_t *hash = arena_alloc(h->arena, SECRET_HASH);

	vault_hash(h->vault, "line", user, hash);
	return (struct db_bytes){ hash, SECRET_HASH };
}

enum err
line_person(const struct line_hook *h, const char *user, int64_t *citizen, const char **language)
{
	struct rows *rows;
	enum err e = q_line_person(h->db, (struct q_line_person){ .user = hash_of(h, user) }, &rows);

	if (e != ERR_OK)
		return e;
	*citizen = rows_int(rows, 0, "citizen");
	*language = rows_text(rows, 0, "language");
	return ERR_OK;
}

static enum err
queue(const struct line_hook *h, const json_t *event, const char *user, const char *name, const char *language,
    const char *door)
{
	const struct words *words = catalogue_words(h->catalogue, language);
	const char *tenant = json_text(h->tenant, strcmp(language, "ja") == 0 ? "name" : "name_en");
	json_t *view, *letter;
	struct buf text;

	/* Somebody else answers in standby; what LINE sends again is too old. */
	if (json_text(event, "replyToken")[0] == '\0' || strcmp(json_text(event, "mode"), "active") != 0 ||
	    json_flag(json_object_get(event, "deliveryContext"), "isRedelivery") || !json_flag(h->account, "active"))
		return ERR_OK;
	view = json_keep(h->arena, json_pack("{s:s, s:s, s:s, s:s?, s:i}", "tenant_name", tenant, "origin", h->origin,
	    "link_token", SLOT_LINE_LINK, "door", door, "minutes", CITIZEN_LINK_MIN));
	buf_init(&text, h->arena);
	if (templates_render(h->templates, arena_printf(h->arena, "line/%s.txt", name), words, view, &text) != ERR_OK)
		return ERR_DB;	/* logged by the renderer */
	letter = json_keep(h->arena, json_pack("{s:s, s:o, s:[{s:s, s:s}]}", "to", user,
	    "reply_token", json_string(json_text(event, "replyToken")), "messages", "type", "text", "text", text.data));
	return q_line_letter(h->db, (struct q_line_letter){ .key = secret_uuid(h->arena),
	    .sealed = vault_seal_json(h->vault, h->arena, "letter.sealed", letter) }, NULL);
}

enum err
line_reply(const struct line_hook *h, const json_t *event, const char *user, const char *name, const char *language)
{
	return queue(h, event, user, name, language, NULL);
}

enum err
line_door(const struct line_hook *h, const json_t *event, const char *user)
{
	const char *token = secret_token(h->arena, 32), *language = "ja";
	struct rows *rows;
	int64_t citizen;
	enum err e = line_person(h, user, &citizen, &language);

	if (e == ERR_NOT_FOUND)
		return line_reply(h, event, user, "hello", "ja");
	if (e == ERR_OK)
		e = q_line_door(h->db, (struct q_line_door){ .link = db_sha256(h->arena, token), .user = hash_of(h, user),
		    .minutes = CITIZEN_LINK_MIN }, &rows);
	if (e == ERR_NOT_FOUND)
		return ERR_OK;		/* too often */
	return e != ERR_OK ? e : queue(h, event, user, "door", language, token);
}

enum err
line_saw(const struct line_hook *h, const json_t *event, const char *user, const char *data)
{
	const char *number = data + strlen(SEEN), *language;
	size_t n;
	int64_t citizen;
	struct rows *rows;
	enum err e;

	if (strncmp(data, SEEN, strlen(SEEN)) != 0)
		return ERR_OK;
	n = strspn(number, "0123456789");
	if (n == 0 || n > 18 || number[n] != '\0')
		return ERR_OK;
	e = line_person(h, user, &citizen, &language);
	if (e == ERR_OK)
		e = q_line_saw(h->db, (struct q_line_saw){ .message = strtoll(number, NULL, 10), .citizen = citizen }, &rows);
	if (e != ERR_OK)
		return e == ERR_NOT_FOUND ? ERR_OK : e;
	return rows_bool(rows, 0, "saw") ? line_reply(h, event, user, "seen", language) : ERR_OK;
}
