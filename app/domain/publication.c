/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the public reads.  The queries decide what is public; here a list gets
 * its next page, and a page its filter.
 */
#include "domain/publication.h"

#include "base/arena.h"
#include "base/buf.h"
#include "base/json.h"
#include "base/log.h"
#include "db/queries.h"

/* The query gives one more than was asked for, if there is one. */
static void
set_next(json_t *list, int count)
{
	json_t *messages = json_object_get(list, "messages"), *next = json_null();

	if (json_array_size(messages) > (size_t)count) {
		json_array_remove(messages, (size_t)count);
		next = json_incref(json_object_get(json_array_get(messages, (size_t)count - 1), "id"));
	}
	json_object_set_new(list, "next", next);
}

static struct q_publication_list
arguments(const struct words *words, struct publication_filter f)
{
	must(f.count > 0 && f.count <= PUBLICATION_MAX);
	return (struct q_publication_list){ .lang = words_lang(words), .before = f.before,
	    .topic = f.topic, .district = f.district, .count = f.count };
}

enum err
publication_list(struct db *db, const struct words *words, struct publication_filter f, json_t **out)
{
	enum err e;

	e = q_publication_list(db, arguments(words, f), out);
	if (e == ERR_OK)
		set_next(*out, f.count);
	return e;
}

/* False: an id was asked for that is not in the list. */
static bool
choose(json_t *page, const char *key, const json_t *choices, int64_t id)
{
	json_t *choice, *chosen = NULL;
	size_t i;

	json_array_foreach(choices, i, choice) {
		bool it = json_int(choice, "id") == id;

		json_object_set_new(choice, "chosen", json_boolean(it));
		if (it)
			chosen = choice;
	}
	json_object_set(page, key, chosen != NULL ? chosen : json_null());
	return id == 0 || chosen != NULL;
}

enum err
publication_browse(struct db *db, const struct words *words, struct publication_filter f, json_t **out)
{
	json_t *choices, *topics, *districts;
	enum err e;

	e = q_publication_choices_queue(db, &choices);
	if (e == ERR_OK)
		e = publication_list(db, words, f, out);
	if (e != ERR_OK)
		return e;
	topics = json_object_get(choices, "topics");
	districts = json_object_get(choices, "districts");
	json_object_set(*out, "topics", topics);
	json_object_set(*out, "districts", districts);
	if (!choose(*out, "topic", topics, f.topic) || !choose(*out, "district", districts, f.district))
		return ERR_NOT_FOUND;
	return ERR_OK;
}

enum err
publication_show(struct db *db, const struct words *words, int64_t message, json_t **out)
{
	json_t *shown;
	enum err e;

	e = q_publication_show(db, (struct q_publication_show){ .lang = words_lang(words), .message = message }, &shown);
	if (e != ERR_OK)
		return e;
	if (json_flag(shown, "gone"))
		return ERR_GONE;
	*out = shown;
	return ERR_OK;
}

enum err
publication_feed(struct db *db, json_t **out)
{
	return q_publication_feed(db, out);
}

static enum err
read_id(const struct fields *query, const char *name, int64_t *out)
{
	if (fields_get(query, name)[0] == '\0')
		return ERR_OK;
	return fields_int(query, name, 1, INT64_MAX, out);
}

enum err
publication_read(const struct fields *query, struct publication_filter *out)
{
	struct publication_filter f = { .count = PUBLICATION_PAGE };
	enum err e;

	e = read_id(query, "topic", &f.topic);
	if (e == ERR_OK)
		e = read_id(query, "district", &f.district);
	if (e == ERR_OK)
		e = read_id(query, "before", &f.before);
	if (e == ERR_OK)
		*out = f;
	return e;
}

char *
publication_path(struct arena *a, const char *path, struct publication_filter f, int64_t before)
{
	const struct { const char *name; int64_t id; } parts[] = {
		{ "topic", f.topic }, { "district", f.district }, { "before", before } };
	char mark = '?';
	struct buf b;

	buf_init(&b, a);
	buf_adds(&b, path);
	for (size_t i = 0; i < sizeof parts / sizeof *parts; i++)
		if (parts[i].id != 0) {
			buf_addf(&b, "%c%s=%lld", mark, parts[i].name, (long long)parts[i].id);
			mark = '&';
		}
	return b.data;
}
