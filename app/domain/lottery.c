/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Lotteries: the drawing itself.
 *
 * The seed and the public value give a key; each lot of an entry is a hash under that
 * key, and the smallest hash of an entry is its place in the urn.  With w lots the
 * chance to come first is w ÷ all lots, as with paper in a box, and no number but whole
 * ones is needed, so that every language computes the same.
 */
#include "domain/lottery.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "base/arena.h"
#include "base/clock.h"
#include "base/json.h"
#include "base/secret.h"
#include "base/text.h"

#define FORM "chromo-lottery-1"
enum { NUMBER_MAX = 64, VALUE_MAX = 200, COUNT_MAX = 1000000 };

enum history { HISTORY_NONE, HISTORY_ORDER, HISTORY_WEIGHT };

struct entry {
	const char *number;
	int64_t needs[LOTTERY_SEATS];
	int64_t priority;
	int64_t wins;			/* as far as they count for the order */
	uint8_t lot[SECRET_HASH];	/* the smallest of its lots */
};

struct lottery {
	int64_t seats[LOTTERY_SEATS];
	size_t kinds;
	enum history history;
	int64_t lots;
	bool strict;
	struct entry *entries;
	size_t count;
};

const char *
lottery_commitment(struct arena *arena, const char *seed)
{
	uint8_t hash[SECRET_HASH];

	secret_sha256(seed, strlen(seed), hash);
	return secret_hex(arena, hash, sizeof hash);
}

const char *
lottery_list_hash(struct arena *arena, const json_t *list)
{
	struct buf bytes;
	uint8_t hash[SECRET_HASH];

	buf_init(&bytes, arena);
	json_canonical(list, &bytes);
	secret_sha256(bytes.data, bytes.len, hash);
	return secret_hex(arena, hash, sizeof hash);
}

/* A whole number under that key, 0 … max. */
static bool
number_read(const json_t *object, const char *key, int64_t max, int64_t *out)
{
	const json_t *value = json_object_get(object, key);

	if (!json_is_integer(value) || json_integer_value(value) < 0 || json_integer_value(value) > max)
		return false;
	*out = json_integer_value(value);
	return true;
}

static bool
numbers_read(const json_t *object, const char *key, size_t n, int64_t *out)
{
	const json_t *list = json_object_get(object, key), *value;
	size_t i;

	if (!json_is_array(list) || json_array_size(list) != n)
		return false;
	json_array_foreach(list, i, value) {
		if (!json_is_integer(value) || json_integer_value(value) < 0 ||
		    json_integer_value(value) > COUNT_MAX)
			return false;
		out[i] = json_integer_value(value);
	}
	return true;
}

static bool
rule_read(const json_t *rule, struct lottery *l)
{
	static const char *const names[] = { "none", "order", "weight" };
	const char *history = json_text(rule, "history");
	/* Which claim goes first is in words; what it comes to is the priority of each. */
	size_t i, keys = json_text(rule, "first")[0] != '\0' ? 4 : 3;

	for (i = 0; i < 3 && strcmp(history, names[i]) != 0; i++)
		;
	if (i == 3 || json_object_size(rule) != keys || !json_is_boolean(json_object_get(rule, "strict")) ||
	    !number_read(rule, "lots", LOTTERY_LOTS, &l->lots) || l->lots == 0)
		return false;
	l->history = (enum history)i;
	l->strict = json_flag(rule, "strict");
	return true;
}

/* Only what cannot be read in two ways: it is hashed. */
static bool
is_number(const char *s)
{
	size_t n = strspn(s, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-");

	return n > 0 && n <= NUMBER_MAX && s[n] == '\0';
}

static bool
entry_read(const json_t *object, const struct lottery *l, struct entry *e)
{
	e->number = json_text(object, "number");
	return json_object_size(object) == 4 && is_number(e->number) &&
	    numbers_read(object, "needs", l->kinds, e->needs) && e->needs[0] > 0 &&
	    number_read(object, "priority", COUNT_MAX, &e->priority) &&
	    number_read(object, "wins", COUNT_MAX, &e->wins);
}

static int
by_number(const void *a, const void *b)
{
	return strcmp(((const struct entry *)a)->number, ((const struct entry *)b)->number);
}

static enum err
list_read(struct arena *arena, const json_t *list, struct lottery *l)
{
	const json_t *entries = json_object_get(list, "entries"), *entry;
	size_t i;

	l->kinds = json_array_size(json_object_get(list, "seats"));
	if (json_object_size(list) != 4 || strcmp(json_text(list, "form"), FORM) != 0 || l->kinds == 0 ||
	    l->kinds > LOTTERY_SEATS || !numbers_read(list, "seats", l->kinds, l->seats) ||
	    !rule_read(json_object_get(list, "rule"), l) || !json_is_array(entries) ||
	    json_array_size(entries) > LOTTERY_ENTRIES)
		return ERR_INVALID;
	l->count = json_array_size(entries);
	l->entries = arena_alloc(arena, l->count * sizeof *l->entries);
	json_array_foreach(entries, i, entry)
		if (!entry_read(entry, l, &l->entries[i]))
			return ERR_INVALID;
	qsort(l->entries, l->count, sizeof *l->entries, by_number);
	for (i = 1; i < l->count; i++)
		if (strcmp(l->entries[i - 1].number, l->entries[i].number) == 0)
			return ERR_INVALID;
	return ERR_OK;
}

/* The smallest of its lots: SHA-256 of "key:number:1", "key:number:2" … */
static void
lots_draw(const char *key, const struct lottery *l, struct entry *e)
{
	char text[LOTTERY_SEED + NUMBER_MAX + 32];
	uint8_t lot[SECRET_HASH];
	int64_t lots = 1, i;

	if (l->history == HISTORY_WEIGHT)
		lots = e->wins < l->lots ? l->lots - e->wins : 1;
	if (l->history != HISTORY_ORDER)
		e->wins = 0;
	memset(e->lot, 0xff, sizeof e->lot);
	for (i = 1; i <= lots; i++) {
		snprintf(text, sizeof text, "%s:%s:%lld", key, e->number, (long long)i);
		secret_sha256(text, strlen(text), lot);
		if (memcmp(lot, e->lot, sizeof lot) < 0)
			memcpy(e->lot, lot, sizeof lot);
	}
}

static int
by_lot(const void *a, const void *b)
{
	const struct entry *x = a, *y = b;
	int c;

	if (x->priority != y->priority)
		return x->priority < y->priority ? -1 : 1;
	if (x->wins != y->wins)
		return x->wins < y->wins ? -1 : 1;
	c = memcmp(x->lot, y->lot, sizeof x->lot);
	return c != 0 ? c : strcmp(x->number, y->number);
}

static bool
seats_take(struct lottery *l, const struct entry *e)
{
	size_t i;

	for (i = 0; i < l->kinds; i++)
		if (e->needs[i] > l->seats[i])
			return false;
	for (i = 0; i < l->kinds; i++)
		l->seats[i] -= e->needs[i];
	return true;
}

static json_t *
seat_in_order(struct arena *arena, struct lottery *l)
{
	json_t *result = json_keep(arena, json_array());
	json_int_t waiting = 0;
	bool over = false, won;
	size_t i;

	for (i = 0; i < l->count; i++) {
		won = !over && seats_take(l, &l->entries[i]);
		over = over || (!won && l->strict);
		json_array_append_new(result, json_pack("{s:s, s:I, s:b, s:I}",
		    "number", l->entries[i].number, "place", (json_int_t)(i + 1),
		    "won", won, "waiting", won ? (json_int_t)0 : ++waiting));
	}
	return result;
}

enum err
lottery_draw(struct arena *arena, const json_t *list, const char *seed, const char *value, const char *day, json_t **record)
{
	struct lottery l = { 0 };
	const char *text, *key;
	json_t *out;
	size_t i;
	enum err e;

	if (strlen(seed) != LOTTERY_SEED || strspn(seed, "0123456789abcdef") != LOTTERY_SEED ||
	    value[0] == '\0' || strlen(value) > VALUE_MAX || !text_is_utf8(value, strlen(value)) ||
	    !text_is_clean(value, false) || (day[0] != '\0' && !clock_is_day(day)))
		return ERR_INVALID;
	e = list_read(arena, list, &l);
	if (e != ERR_OK)
		return e;

	text = arena_printf(arena, "%s:%s", seed, value);
	key = lottery_commitment(arena, text);
	for (i = 0; i < l.count; i++)
		lots_draw(key, &l, &l.entries[i]);
	qsort(l.entries, l.count, sizeof *l.entries, by_lot);

	out = json_keep(arena, json_copy((json_t *)(uintptr_t)list));
	json_object_set_new(out, "commitment", json_string(lottery_commitment(arena, seed)));
	json_object_set_new(out, "list", json_string(lottery_list_hash(arena, list)));
	json_object_set_new(out, "seed", json_string(seed));
	json_object_set_new(out, "value", json_string(value));
	if (day[0] != '\0')
		json_object_set_new(out, "day", json_string(day));
	json_object_set(out, "result", seat_in_order(arena, &l));
	*record = out;
	return ERR_OK;
}

enum err
lottery_check(struct arena *arena, const json_t *record)
{
	static const char *const of_list[] = { "form", "seats", "rule", "entries" };
	json_t *list = json_keep(arena, json_object()), *again;
	size_t i;
	enum err e;

	for (i = 0; i < sizeof of_list / sizeof of_list[0]; i++)
		json_object_set(list, of_list[i], json_object_get(record, of_list[i]));
	e = lottery_draw(arena, list, json_text(record, "seed"), json_text(record, "value"), json_text(record, "day"), &again);
	if (e != ERR_OK)
		return e;
	return json_equal(again, (json_t *)(uintptr_t)record) ? ERR_OK : ERR_INVALID;
}
