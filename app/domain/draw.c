/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Lotteries as they are kept: sql/queries/draw.sql says when each step may be done.
 */
#include "domain/draw.h"
#include <string.h>
#include "base/arena.h"
#include "base/json.h"
#include "db/queries.h"
#include "domain/lottery.h"

#define LABEL "lottery.seed"

enum err
draw_commit(struct db *db, const struct vault *vault, struct arena *arena, int64_t slot, const json_t *rule, const char *source,
    const char *day, int64_t staff)
{
	uint8_t random[32];
	const char *seed;
	struct buf sealed;
	int made;
	enum err e;

	secret_random(random, sizeof random);
	seed = secret_hex(arena, random, sizeof random);
	buf_init(&sealed, arena);
	vault_seal(vault, LABEL, seed, LOTTERY_SEED, &sealed);
	e = q_draw_commit(db, (struct q_draw_commit){ .slot = slot, .rule = rule, .source = source, .day = day,
	    .commitment = lottery_commitment(arena, seed), .seed = { sealed.data, sealed.len }, .staff = staff }, &made);
	return e != ERR_OK ? e : made == 1 ? ERR_OK : ERR_CONFLICT;
}

enum err
draw_close(struct db *db, struct arena *arena, int64_t slot)
{
	struct rows *held;
	json_t *list;
	int closed;
	enum err e = q_draw_hold(db, (struct q_draw_hold){ .slot = slot }, &held);

	if (e == ERR_OK)
		e = q_draw_list(db, (struct q_draw_list){ .slot = slot }, &list);
	if (e != ERR_OK)
		return e == ERR_NOT_FOUND ? ERR_CONFLICT : e;
	e = q_draw_close(db, (struct q_draw_close){ .slot = slot, .list = list, .hash = lottery_list_hash(arena, list) }, &closed);
	return e != ERR_OK ? e : closed == 1 ? ERR_OK : ERR_CONFLICT;
}

enum err
draw_enter(struct db *db, int64_t slot, const char *value, const char *day, int64_t staff)
{
	struct rows *rows;
	enum err e = q_draw_enter(db, (struct q_draw_enter){ .slot = slot, .value = value, .day = day, .staff = staff }, &rows);

	return e != ERR_OK ? e : rows_bool(rows, 0, "entered") ? ERR_OK : ERR_CONFLICT;
}

enum err
draw_make(struct db *db, const struct vault *vault, struct arena *arena, int64_t slot, const char *value, const char *day, int64_t staff)
{
	struct rows *row, *held;
	const uint8_t *sealed;
	const char *text;
	struct buf seed;
	json_t *list, *record;
	size_t n;
	int kept;
	enum err e = q_draw_hold(db, (struct q_draw_hold){ .slot = slot }, &held);

	if (e == ERR_OK)
		e = q_draw_open(db, (struct q_draw_open){ .slot = slot, .value = value, .day = day }, &row);
	if (e != ERR_OK)
		return e == ERR_NOT_FOUND ? ERR_CONFLICT : e;
	text = rows_text(row, 0, "list");
	sealed = rows_bytes(row, 0, "seed", &n);
	buf_init(&seed, arena);
	e = vault_open(vault, LABEL, sealed, n, &seed);
	if (e == ERR_OK)
		e = json_parse(arena, text, strlen(text), &list);
	if (e == ERR_OK)
		e = lottery_draw(arena, list, seed.data, value, day, &record);
	if (e != ERR_OK)
		return e;
	e = q_draw_keep(db, (struct q_draw_keep){ .slot = slot, .record = record, .staff = staff }, &kept);
	if (e == ERR_OK && kept != 1)
		return ERR_CONFLICT;
	return e != ERR_OK ? e : q_draw_apply(db, (struct q_draw_apply){ .slot = slot, .record = record }, NULL);
}

enum err
draw_show(struct db *db, const struct words *words, int64_t event, bool draft, json_t **out)
{
	return q_draw_show(db, (struct q_draw_show){ .event = event, .lang = words_lang(words), .draft = draft }, out);
}

enum err
draw_record(struct db *db, int64_t event, int64_t slot, json_t **out)
{
	return q_draw_record(db, (struct q_draw_record){ .event = event, .slot = slot }, out);
}
