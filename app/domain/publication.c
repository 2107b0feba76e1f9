/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the public reads.  The queries decide what is public; here a list gets
 * its next page, and a page its filter.
 */
#include "domain/publication.h"

#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "base/buf.h"
#include "base/calendar.h"
#include "base/json.h"
#include "base/log.h"
#include "db/queries.h"
#include "domain/picture.h"

/* Departments or topics, ready to be found by id. */
struct named {
	int64_t id;
	json_t *it, *name;
};

static struct named *
named(struct arena *a, const json_t *all)
{
	struct named *list = arena_alloc(a, (json_array_size(all) + 1) * sizeof *list);
	json_t *it;
	size_t i;

	json_array_foreach(all, i, it)
		list[i] = (struct named){ json_int(it, "id"), it, json_object_get(it, "name") };
	return list;		/* ends with an entry without name */
}

/* What the rows of a list have in common. */
struct list {
	struct arena *arena;
	const char *lang;
	const struct named *departments, *topics;
	json_t *japanese;
	const char *ids;	/* of the row before, as the server wrote them … */
	json_t *chips;		/* … and the topics they are */
	size_t missing;		/* names that are not there */
};

/* "{3,12}" */
static bool
holds(const char *ids, int64_t id)
{
	char *end;

	for (ids++; *ids != '}' && *ids != '\0'; ids = *end == ',' ? end + 1 : end)
		if (strtoll(ids, &end, 10) == id)
			return true;
	return false;
}

/* Topics are {id, name, vital} in the order of all topics. */
static json_t *
topics_of(struct list *l, const char *ids)
{
	const struct named *t;

	if (l->ids != NULL && strcmp(l->ids, ids) == 0)
		return l->chips;
	l->ids = ids;
	l->chips = json_keep(l->arena, json_array());
	for (t = l->topics; t->name != NULL; t++)
		if (holds(ids, t->id))
			json_array_append(l->chips, t->it);
	return l->chips;
}

/* A department is its name. */
static json_t *
department_of(struct list *l, int64_t id)
{
	const struct named *d = l->departments;

	while (d->name != NULL && d->id != id)
		d++;
	if (d->name != NULL)
		return json_incref(d->name);
	l->missing++;
	return json_string("");
}

static json_t *
message_of(struct list *l, const struct rows *rows, size_t i)
{
	const char *published = calendar_moment(l->arena, rows_text(rows, i, "published")), *cover = rows_text(rows, i, "cover");
	json_t *message = json_object();

	json_object_set_new_nocheck(message, "id", json_integer(rows_int(rows, i, "id")));
	json_object_set_new_nocheck(message, "subject", json_string_nocheck(rows_text(rows, i, "subject")));
	json_object_set_nocheck(message, "language", l->japanese);
	json_object_set_new_nocheck(message, "department", department_of(l, rows_int(rows, i, "department")));
	json_object_set_new_nocheck(message, "published", json_string_nocheck(published));
	json_object_set_new_nocheck(message, "published_text",
	    json_string_nocheck(calendar_date(l->arena, published, l->lang)));
	json_object_set_nocheck(message, "topics", topics_of(l, rows_text(rows, i, "topics")));
	json_object_set_new_nocheck(message, "picture_url", cover[0] == '\0' ? json_null() :
	    json_string_nocheck(picture_url(l->arena, "", rows_int(rows, i, "id"), cover)));
	json_object_set_new_nocheck(message, "corrected", json_boolean(rows_bool(rows, i, "corrected")));
	return message;
}

static enum err
ask(struct db *db, struct tenant_names *names, struct publication_filter f, struct rows **rows)
{
	enum err e = ERR_OK;

	if (names->departments == NULL)
		e = q_publication_departments_queue(db, &names->departments);
	if (e == ERR_OK && names->topics == NULL)
		e = q_publication_topics_queue(db, &names->topics);
	if (e != ERR_OK)
		return e;
	if (f.topic == 0 && f.district == 0 && f.before == 0)
		return q_publication_list(db, (struct q_publication_list){ .count = f.count }, rows);
	return q_publication_list_of(db, (struct q_publication_list_of){
	    .before = f.before, .topic = f.topic, .district = f.district, .count = f.count }, rows);
}

enum err
publication_list(struct db *db, struct arena *a, const struct words *words, struct tenant_names *names,
    struct publication_filter f, json_t *page)
{
	bool remembered = names->departments != NULL;
	struct list l = { .arena = a, .lang = words_lang(words) };
	json_t *messages;
	struct rows *rows;
	size_t i, n;
	enum err e;

	must(f.count > 0 && f.count <= PUBLICATION_MAX);
	e = ask(db, names, f, &rows);
	if (e != ERR_OK)
		return e;
	l.departments = named(a, names->departments);
	l.topics = named(a, names->topics);
	l.japanese = json_keep(a, json_string("ja"));

	/* The query gives one more than was asked for, if there is one. */
	n = rows_count(rows);
	if (n > (size_t)f.count)
		n = (size_t)f.count;
	messages = json_array();
	for (i = 0; i < n; i++)
		json_array_append_new(messages, message_of(&l, rows, i));
	json_object_set_new(page, "messages", messages);
	json_object_set_new(page, "next", n < rows_count(rows) ?
	    json_integer(rows_int(rows, n - 1, "id")) : json_null());
	return remembered && l.missing > 0 ? ERR_BUSY : ERR_OK;
}

enum err
publication_choices(struct db *db, json_t **out)
{
	return q_publication_choices(db, out);
}

enum err
publication_home(struct db *db, struct arena *a, const struct words *words, struct tenant_names *names, int count,
    json_t *page)
{
	struct publication_filter latest = { .count = count };
	json_t *choices, *beside;
	enum err e;

	e = q_publication_choices_queue(db, &choices);
	if (e == ERR_OK)
		e = q_home_public_queue(db, (struct q_home_public){ .lang = words_lang(words), .count = count }, &beside);
	if (e == ERR_OK)
		e = publication_list(db, a, words, names, latest, page);
	if (e != ERR_OK)
		return e;
	json_object_update(page, choices);
	json_object_update(page, beside);
	return ERR_OK;
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
publication_browse(struct db *db, struct arena *a, const struct words *words, struct tenant_names *names,
    struct publication_filter f, json_t *page)
{
	json_t *choices, *topic = json_null(), *district = json_null();
	enum err e;

	if (f.topic != 0 || f.district != 0) {
		e = q_publication_choices_queue(db, &choices);
		if (e != ERR_OK)
			return e;
	}
	e = publication_list(db, a, words, names, f, page);
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
publication_picture(struct db *db, int64_t message, const char *id, json_t **out)
{
	return q_publication_picture(db, (struct q_publication_picture){ .message = message, .id = id }, out);
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
