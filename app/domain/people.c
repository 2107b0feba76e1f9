/* SPDX-License-Identifier: Apache-2.0 */
/*
 * One citizen, for staff; see people.h.
 *
 * The token of a page: base64url( citizen, 8 bytes · code, 16 bytes ), the code
 * over citizen and staff member, under the tenant's key.
 */
#include "domain/people.h"

#include <inttypes.h>
#include <string.h>

#include "base/arena.h"
#include "base/buf.h"
#include "base/json.h"
#include "db/queries.h"
#include "domain/delivery.h"

enum { ID = 8, CODE = 16 };

static void
code_of(const struct people *p, int64_t citizen, uint8_t out[SECRET_HASH])
{
	vault_mac(p->vault, arena_printf(p->arena, "people:%" PRId64 ":%" PRId64, citizen, p->staff), out);
}

static const char *
token_of(const struct people *p, int64_t citizen)
{
	uint8_t code[SECRET_HASH];
	struct buf bytes, text;
	int i;

	code_of(p, citizen, code);
	buf_init(&bytes, p->arena);
	for (i = ID - 1; i >= 0; i--)
		buf_addch(&bytes, (char)((uint64_t)citizen >> (8 * i) & 0xff));
	buf_add(&bytes, code, CODE);
	buf_init(&text, p->arena);
	buf_add_base64url(&text, bytes.data, bytes.len);
	return text.data;
}

static enum err
citizen_of(const struct people *p, const char *token, int64_t *citizen)
{
	uint8_t code[SECRET_HASH];
	struct buf bytes;
	uint64_t id = 0;
	int i;

	buf_init(&bytes, p->arena);
	if (secret_unbase64url(p->arena, token, &bytes) != ERR_OK || bytes.len != ID + CODE)
		return ERR_NOT_FOUND;
	for (i = 0; i < ID; i++)
		id = id << 8 | (uint8_t)bytes.data[i];
	code_of(p, (int64_t)id, code);
	if (!secret_equal(code, bytes.data + ID, CODE))
		return ERR_NOT_FOUND;
	*citizen = (int64_t)id;
	return ERR_OK;
}

enum err
people_find(const struct people *p, const char *channel, const char *address, const char **token)
{
	uint8_t hash[SECRET_HASH];
	int64_t citizen = 0;
	struct rows *rows;
	enum err found, e;

	vault_hash(p->vault, channel, address, hash);
	found = q_people_find(p->db, (struct q_people_find){ .channel = channel, .hash = { hash, sizeof hash } }, &rows);
	if (found == ERR_OK)
		citizen = rows_int(rows, 0, "citizen_id");
	else if (found != ERR_NOT_FOUND)
		return found;
	e = q_people_searched(p->db, (struct q_people_searched){ .citizen = citizen }, NULL);
	if (e != ERR_OK)
		return e;
	if (found == ERR_OK)
		*token = token_of(p, citizen);
	return found;
}

static const char *
masked_address(const struct people *p, int64_t citizen)
{
	const uint8_t *sealed;
	struct rows *rows;
	struct buf open;
	size_t n;

	if (q_people_address(p->db, (struct q_people_address){ .citizen = citizen }, &rows) != ERR_OK)
		return NULL;
	sealed = rows_bytes(rows, 0, "address", &n);
	buf_init(&open, p->arena);
	if (vault_open(p->vault, "contact.address", sealed, n, &open) != ERR_OK)
		return NULL;
	return delivery_mask(p->arena, open.data);
}

enum err
people_named(const struct people *p, int64_t citizen, json_t **out)
{
	*out = json_keep(p->arena, json_pack("{s:o, s:s?}", "url", json_sprintf("/desk/people/%s", token_of(p, citizen)),
	    "address", masked_address(p, citizen)));
	return db_failed(p->db) ? ERR_DB : ERR_OK;
}

static void
say(const struct people *p, json_t *thing, const char *prefix, const char *key, const char *text)
{
	const char *words = words_find(p->words, arena_printf(p->arena, "%s%s", prefix, json_text(thing, key)));

	json_object_set_new(thing, text, words != NULL ? json_string(words) : json_null());
}

enum err
people_show(const struct people *p, const char *token, json_t **out)
{
	json_t *person, *messages, *each;
	int64_t citizen;
	enum err e;
	size_t i;

	e = citizen_of(p, token, &citizen);
	if (e == ERR_OK)
		e = q_people_viewed(p->db, (struct q_people_viewed){ .citizen = citizen }, NULL);
	if (e == ERR_OK)
		e = q_people_show(p->db, (struct q_people_show){
		    .lang = words_lang(p->words), .citizen = citizen }, &person);
	if (e == ERR_OK)
		e = q_people_messages(p->db, (struct q_people_messages){
		    .lang = words_lang(p->words), .citizen = citizen }, &messages);
	if (e != ERR_OK)
		return e;

	say(p, person, "people_state_", "state", "state_text");
	say(p, person, "people_language_", "language", "language_text");
	json_object_set_new(person, "address", json_pack("s?", masked_address(p, citizen)));
	json_array_foreach(json_object_get(person, "contacts"), i, each) {
		bool reason = json_text(each, "reason")[0] != '\0';

		say(p, each, "people_contact_", "state", "state_text");
		say(p, each, "way_", "channel", "way_text");
		json_object_set_new(each, "reason_text", reason
		    ? json_string(delivery_reason(p->words, json_text(each, "reason"))) : json_null());
	}
	json_array_foreach(messages, i, each) {
		bool reason = json_text(each, "reason")[0] != '\0' && strcmp(json_text(each, "state"), "accepted") != 0;

		say(p, each, "delivery_state_", "state", "state_text");
		say(p, each, "way_", "channel", "channel_text");
		json_object_set_new(each, "reason_text", reason
		    ? json_string(delivery_reason(p->words, json_text(each, "reason"))) : json_null());
		json_object_set_new(each, "tries", json_sprintf("%lld", (long long)json_int(each, "tries")));
	}
	*out = json_keep(p->arena, json_pack("{s:O, s:O, s:b}", "citizen", person, "messages", messages,
	    "any", json_array_size(messages) > 0));
	return ERR_OK;
}
