/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the public reads.  The queries decide what is public; here a list gets
 * its next page, and a page its filter.
 */
#include "domain/publication.h"

#include "base/arena.h"
#include "base/buf.h"
#include "base/calendar.h"
#include "base/json.h"
#include "base/log.h"
#include "db/queries.h"

/* The query gives one more than was asked for, if there is one. */
static json_t *
next_of(json_t *messages, int count)
{
	if (json_array_size(messages) <= (size_t)count)
		return json_null();
	json_array_remove(messages, (size_t)count);
	return json_incref(json_object_get(json_array_get(messages, (size_t)count - 1), "id"));
}

static bool
holds(const json_t *ids, json_int_t id)
{
	size_t i;

	for (i = 0; i < json_array_size(ids); i++)
		if (json_integer_value(json_array_get(ids, i)) == id)
			return true;
	return false;
}

static const char *
name_of(const json_t *all, json_int_t id)
{
	const json_t *it;
	size_t i;

	json_array_foreach(all, i, it)
		if (json_int(it, "id") == id)
			return json_text(it, "name");
	return "";
}

/* Ids become names: a department is its name, topics are {id, name, vital} in the
 * order of all topics.  A moment gets its date in words. */
static void
name_things(struct arena *a, json_t *messages, const json_t *departments, const json_t *topics, const char *lang)
{
	json_t *message, *topic;
	size_t i, k;

	json_array_foreach(messages, i, message) {
		const json_t *ids = json_object_get(message, "topics");
		json_t *named = json_array();

		json_array_foreach(topics, k, topic)
			if (holds(ids, json_int(topic, "id")))
				json_array_append(named, topic);
		json_object_set_new_nocheck(message, "topics", named);
		json_object_set_new_nocheck(message, "department",
		    json_string_nocheck(name_of(departments, json_int(message, "department"))));
		json_object_set_new_nocheck(message, "published_text",
		    json_string_nocheck(calendar_date(a, json_text(message, "published"), lang)));
	}
}

enum err
publication_list(struct db *db, struct arena *a, const struct words *words, struct publication_filter f, json_t *page)
{
	json_t *departments, *topics, *messages;
	enum err e;

	must(f.count > 0 && f.count <= PUBLICATION_MAX);
	e = q_publication_departments_queue(db, &departments);
	if (e == ERR_OK)
		e = q_publication_topics_queue(db, &topics);
	if (e != ERR_OK)
		return e;
	if (f.topic == 0 && f.district == 0 && f.before == 0)
		e = q_publication_list(db, (struct q_publication_list){ .count = f.count }, &messages);
	else
		e = q_publication_list_of(db, (struct q_publication_list_of){
		    .before = f.before, .topic = f.topic, .district = f.district,
		    .count = f.count }, &messages);
	if (e != ERR_OK)
		return e;
	json_object_set_new(page, "next", next_of(messages, f.count));
	name_things(a, messages, departments, topics, words_lang(words));
	json_object_set(page, "messages", messages);
	return ERR_OK;
}

enum err
publication_choices(struct db *db, json_t **out)
{
	return q_publication_choices(db, out);
}

enum err
publication_home(struct db *db, struct arena *a, const struct words *words, int count, json_t *page)
{
	struct publication_filter latest = { .count = count };
	json_t *choices;
	enum err e;

	e = q_publication_choices_queue(db, &choices);
	if (e == ERR_OK)
		e = publication_list(db, a, words, latest, page);
	if (e == ERR_OK)
		json_object_update(page, choices);
	return e;
}

static json_t *
find(const json_t *choices, const char *key, int64_t id)
{
	json_t *choice;
	size_t i;

	json_array_foreach(json_object_get(choices, key), i, choice)
		if (json_int(choice, "id") == id)
			return choice;
	return json_null();
}

enum err
publication_browse(struct db *db, struct arena *a, const struct words *words, struct publication_filter f, json_t *page)
{
	json_t *choices, *topic = json_null(), *district = json_null();
	enum err e;

	if (f.topic != 0 || f.district != 0) {
		e = q_publication_choices_queue(db, &choices);
		if (e != ERR_OK)
			return e;
	}
	e = publication_list(db, a, words, f, page);
	if (e != ERR_OK)
		return e;
	if (f.topic != 0)
		topic = find(choices, "topics", f.topic);
	if (f.district != 0)
		district = find(choices, "districts", f.district);
	if ((f.topic != 0 && json_is_null(topic)) || (f.district != 0 && json_is_null(district)))
		return ERR_NOT_FOUND;
	json_object_set(page, "topic", topic);
	json_object_set(page, "district", district);
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

enum err
publication_document(struct db *db, int64_t message, json_t **out)
{
	return q_publication_document(db, (struct q_publication_document){ .message = message }, out);
}

enum err
publication_alerts(struct db *db, json_t **out)
{
	return q_publication_alerts(db, out);
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
