/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Lists of events as open data: files become flat events, and flat events files.
 * Which column is what: opendata_columns.c.
 */
#include "domain/opendata.h"
#include <stdio.h>
#include <string.h>
#include "base/arena.h"
#include "base/buf.h"
#include "base/csv.h"
#include "base/json.h"
#include "base/secret.h"
#include "base/text.h"

#define CONTEXT "@context"

/* "2019/1/6", "2019.1.6", "2019年1月6日" as 2019-01-06; anything else as it stands. */
static const char *
day_of(struct arena *arena, const char *text)
{
	const char *plain = text_normal(arena, text);
	int year, month, day, end = 0;

	if ((sscanf(plain, "%4d/%2d/%2d%n", &year, &month, &day, &end) == 3 ||
	    sscanf(plain, "%4d.%2d.%2d%n", &year, &month, &day, &end) == 3 ||
	    sscanf(plain, "%4d-%2d-%2d%n", &year, &month, &day, &end) == 3 ||
	    sscanf(plain, "%4d年%2d月%2d日%n", &year, &month, &day, &end) == 3) && /* lint: words */
	    end > 0 && plain[end] == '\0' && year >= 1900 && month >= 1 && month <= 12 && day >= 1 && day <= 31)
		return arena_printf(arena, "%04d-%02d-%02d", year, month, day);
	return text;
}

/* "9:30", "9時30分", "9:30:00" as 09:30. */
static const char *
time_of(struct arena *arena, const char *text)
{
	const char *plain = text_normal(arena, text);
	int hour, minute = 0, end = 0;

	if ((sscanf(plain, "%2d:%2d%n", &hour, &minute, &end) == 2 ||
	    sscanf(plain, "%2d時%2d分%n", &hour, &minute, &end) == 2) && end > 0 && /* lint: words */
	    (plain[end] == '\0' || strcmp(plain + end, ":00") == 0) && hour >= 0 && hour < 24 && minute >= 0 &&
	    minute < 60)
		return arena_printf(arena, "%02d:%02d", hour, minute);
	return text;
}

static const char *
value_of(struct arena *arena, const char *key, const char *text)
{
	if (strcmp(key, "first_day") == 0 || strcmp(key, "last_day") == 0 || strcmp(key, "apply_day") == 0)
		return day_of(arena, text);
	if (strcmp(key, "begins") == 0 || strcmp(key, "ends") == 0 || strcmp(key, "apply_time") == 0)
		return time_of(arena, text);
	return text;
}

/* What stays of a column that no set knows, or that says again what another said. */
static const char *
key_of(struct arena *arena, enum opendata set, const char *name)
{
	const char *key = opendata_key(arena, set, name);

	return key != NULL ? key : arena_printf(arena, "+%s", name);
}

static void
event_set(struct arena *arena, json_t *event, enum opendata set, const char *name, const char *text)
{
	const char *key = key_of(arena, set, name);

	if (text[0] == '\0' || !text_is_clean(text, true))
		return;
	if (json_object_get(event, key) != NULL)
		key = arena_printf(arena, "+%s", name);
	json_object_set_new(event, key, json_string(value_of(arena, key, text)));
}

/* The set that has most of these names. */
static enum opendata
set_of(struct arena *arena, const char *const *names, size_t n)
{
	size_t best = 0, hits, i;
	enum opendata set = OPENDATA_STANDARD;
	const struct opendata_column *c;
	int s;

	for (s = 0; s < OPENDATA_SETS; s++) {
		hits = 0;
		for (i = 0; i < n; i++)
			for (c = opendata_columns((enum opendata)s); c->name != NULL; c++)
				hits += strcmp(c->name, text_normal(arena, names[i])) == 0;
		if (hits > best) {
			best = hits;
			set = (enum opendata)s;
		}
	}
	return set;
}

static const char *
hashed(struct arena *arena, const json_t *event)
{
	uint8_t hash[SECRET_HASH];
	const char *text = arena_printf(arena, "%s\n%s\n%s\n%s", json_text(event, "name"),
	    json_text(event, "first_day"), json_text(event, "begins"), json_text(event, "place"));

	secret_sha256(text, strlen(text), hash);
	return secret_hex(arena, hash, 12);
}

static void
keys_set(struct arena *arena, json_t *events)
{
	json_t *seen = json_keep(arena, json_object()), *event;
	const char *key;
	size_t i;

	json_array_foreach(events, i, event) {
		key = arena_printf(arena, "%s/%s", json_text(event, "code"), json_text(event, "number"));
		json_object_set_new(seen, key, json_integer(json_int(seen, key) + 1));
	}
	json_array_foreach(events, i, event) {
		key = arena_printf(arena, "%s/%s", json_text(event, "code"), json_text(event, "number"));
		if (json_text(event, "number")[0] == '\0' || json_int(seen, key) > 1)
			key = arena_printf(arena, "%s/%s", json_text(event, "code"), hashed(arena, event));
		json_object_set_new(event, "key", json_string(key));
	}
}

static bool
has_name(struct arena *arena, enum opendata set, const struct csv_row *head)
{
	size_t i;

	for (i = 0; i < head->cells; i++)
		if (strcmp(key_of(arena, set, head->cell[i]), "name") == 0)
			return true;
	return false;
}

enum err
opendata_read(struct arena *arena, const char *bytes, size_t n, struct opendata_file *out)
{
	struct csv csv;
	enum opendata set;
	json_t *events = json_keep(arena, json_array()), *event;
	size_t i, k;
	enum err e;

	e = csv_read(arena, bytes, n, memchr(bytes, '\t', n < 1000 ? n : 1000) != NULL ? '\t' : ',', &csv);
	if (e != ERR_OK)
		return e;
	if (csv.rows == 0)
		return ERR_INVALID;
	set = set_of(arena, csv.row[0].cell, csv.row[0].cells);
	if (!has_name(arena, set, &csv.row[0]))
		return ERR_INVALID;
	for (i = 1; i < csv.rows; i++) {
		event = json_object();
		for (k = 0; k < csv.row[i].cells && k < csv.row[0].cells; k++)
			event_set(arena, event, set, csv.row[0].cell[k], csv.row[i].cell[k]);
		if (json_object_size(event) > 0)	/* Excel leaves rows of commas behind the last one */
			json_array_append_new(events, event);
		else
			json_decref(event);
	}
	keys_set(arena, events);
	out->set = set;
	out->events = events;
	return ERR_OK;
}

enum err
opendata_read_json(struct arena *arena, const json_t *list, struct opendata_file *out)
{
	const char **names, *name;
	json_t *events = json_keep(arena, json_array()), *event, *value;
	const json_t *one;
	size_t i, n = 0;

	if (!json_is_array(list) || json_array_size(list) == 0 || json_array_size(list) > CSV_ROWS)
		return ERR_INVALID;
	one = json_array_get(list, 0);
	names = arena_alloc(arena, (json_object_size(one) + 1) * sizeof *names);
	json_object_foreach((json_t *)(uintptr_t)one, name, value)
		names[n++] = name;
	out->set = set_of(arena, names, n);
	json_array_foreach(list, i, one) {
		if (!json_is_object(one))
			return ERR_INVALID;
		event = json_object();
		json_array_append_new(events, event);
		json_object_foreach((json_t *)(uintptr_t)one, name, value)
			if (json_is_string(value) && strcmp(name, CONTEXT) != 0)
				event_set(arena, event, out->set, name, json_string_value(value));
	}
	keys_set(arena, events);
	out->events = events;
	return ERR_OK;
}

/* Local additions ("+列") of any of them, in the order in which they come. */
static json_t *
additions(struct arena *arena, const json_t *events)
{
	json_t *all = json_keep(arena, json_object()), *value;
	const json_t *event;
	const char *key;
	size_t i;

	json_array_foreach(events, i, event)
		json_object_foreach((json_t *)(uintptr_t)event, key, value)
			if (key[0] == '+')
				json_object_set_new(all, key, json_true());
	return all;
}

void
opendata_write(struct arena *arena, const json_t *events, enum opendata set, const char *end, struct buf *out)
{
	json_t *more = additions(arena, events), *value;
	const struct opendata_column *first = opendata_columns(set), *c;
	const json_t *event;
	const char *key;
	size_t i;

	csv_add_mark(out);
	for (c = first; c->name != NULL; c++)
		csv_add_cell(out, c == first, c->name);
	json_object_foreach(more, key, value)
		csv_add_cell(out, false, key + 1);
	buf_adds(out, end);
	json_array_foreach(events, i, event) {
		for (c = first; c->name != NULL; c++)
			csv_add_cell(out, c == first, json_text(event, c->key));
		json_object_foreach(more, key, value)
			csv_add_cell(out, false, json_text(event, key));
		buf_adds(out, end);
	}
}

json_t *
opendata_write_json(struct arena *arena, const json_t *events, enum opendata set, const char *context)
{
	json_t *list = json_keep(arena, json_array()), *one, *value;
	const struct opendata_column *c;
	const json_t *event;
	const char *key;
	size_t i;

	json_array_foreach(events, i, event) {
		one = json_object();
		json_array_append_new(list, one);
		if (context[0] != '\0')
			json_object_set_new(one, CONTEXT, json_string(context));
		for (c = opendata_columns(set); c->name != NULL; c++)
			if ((value = json_object_get(event, c->key)) != NULL)
				json_object_set(one, c->name, value);
		json_object_foreach((json_t *)(uintptr_t)event, key, value)
			if (key[0] == '+')
				json_object_set(one, key + 1, value);
	}
	return list;
}
