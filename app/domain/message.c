/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Messages at the desk: what is shown, and what is saved.
 *
 * What was typed is checked in message_read.c; the bytes that are approved and
 * sent are made in rendering.c.
 */
#include <string.h>

#include "base/arena.h"
#include "base/json.h"
#include "channel/channel.h"
#include "db/queries.h"
#include "domain/message.h"
#include "domain/picture.h"

void
message_say_state(json_t *thing, const struct words *words, const char *prefix)
{
	json_t *each;
	size_t i;

	if (json_is_array(thing)) {
		json_array_foreach(thing, i, each)
			message_say_state(each, words, prefix);
		return;
	}
	char key[80];
	snprintf(key, sizeof key, "%s%s", prefix, json_text(thing, "state"));
	json_object_set_new(thing, "state_text", json_string(words_get(words, key)));
}

enum err
message_list(struct db *db, const struct words *words, struct message_filter f, json_t **out)
{
	json_t *list;
	enum err e;

	e = q_message_list(db, (struct q_message_list){
	    .state = f.state, .search = f.search, .cursor_id = f.cursor_id, .cursor_us = f.cursor_us,
	    .back = f.back, .lang = words_lang(words) }, &list);
	if (e != ERR_OK)
		return e;
	message_say_state(json_object_get(list, "rows"), words, "message_state_");
	*out = list;
	return ERR_OK;
}

bool
message_way_at(size_t i, struct message_way *out)
{
	if (i == 0)
		*out = (struct message_way){ "site", "on_site" };
	else if (channel_kinds[i - 1] != NULL)
		*out = (struct message_way){ channel_kinds[i - 1]->name, channel_kinds[i - 1]->flag };
	else
		return false;
	return true;
}

const char *
message_way(const struct words *words, const char *channel)
{
	char key[40];
	const char *text;

	snprintf(key, sizeof key, "way_%s", channel);
	text = words_find(words, key);
	return text != NULL ? text : channel;
}

json_t *
message_ways_text(const struct words *words, const json_t *message)
{
	json_t *text = json_null();
	struct message_way each;
	size_t i;

	for (i = 0; message_way_at(i, &each); i++) {
		const char *way = message_way(words, each.channel);

		if (!json_flag(message, each.flag))
			continue;
		text = json_is_null(text) ? json_string(way)
		    : json_sprintf("%s%s%s", json_string_value(text), words_get(words, "way_between"), way);
	}
	return text;
}

/* Each step by its name; the last has nothing to wait for. */
static void
say_ladder(json_t *message, const struct words *words)
{
	json_t *steps = json_array(), *ladder = json_object_get(message, "ladder"), *rung;
	size_t i;

	json_array_foreach(ladder, i, rung)
		json_array_append_new(steps, json_pack("{s:s, s:o}", "way_text", message_way(words, json_text(rung, "channel")),
		    "wait", i + 1 < json_array_size(ladder) ? json_sprintf("%lld", (long long)json_int(rung, "wait")) : json_null()));
	json_object_set_new(message, "has_ladder", json_boolean(json_array_size(ladder) > 0));
	json_object_set_new(message, "ladder_steps", steps);
	json_object_set_new(message, "ladder_yen_text", json_is_integer(json_object_get(message, "ladder_yen"))
	    ? json_sprintf("%lld", (long long)json_int(message, "ladder_yen")) : json_null());
}

enum err
message_show(struct db *db, const struct words *words, int64_t message, json_t **out)
{
	json_t *shown, *row;
	enum err e;
	size_t i;

	e = q_message_show(db, (struct q_message_show){
	    .lang = words_lang(words), .message = message }, &shown);
	if (e != ERR_OK)
		return e;
	message_say_state(shown, words, "message_state_");
	message_say_state(json_object_get(shown, "corrections"), words, "message_state_");
	json_object_set_new(shown, "ways_text", message_ways_text(words, shown));
	say_ladder(shown, words);
	json_array_foreach(json_object_get(shown, "history"), i, row) {
		char key[80];

		snprintf(key, sizeof key, "message_act_%s", json_text(row, "act"));
		json_object_set_new(row, "what", json_string(words_get(words, key)));
	}
	*out = shown;
	return ERR_OK;
}

enum err
message_choices(struct db *db, int64_t staff, int64_t message, json_t **out)
{
	return q_message_choices(db, (struct q_message_choices){ .staff = staff, .message = message }, out);
}

enum err
message_recent(struct db *db, const struct words *words, int64_t staff, json_t **out)
{
	return q_message_recent(db, (struct q_message_recent){
	    .lang = words_lang(words), .staff = staff }, out);
}

/* Each way by its name. */
static void
say_ways(json_t *reach, const struct words *words)
{
	json_t *each;
	size_t i;

	json_array_foreach(json_object_get(reach, "ways"), i, each)
		json_object_set_new(each, "way_text", json_string(message_way(words, json_text(each, "way"))));
}

enum err
message_reach(struct db *db, const struct words *words, int64_t message, const char *audience,
    struct db_ids districts, struct db_ids topics, json_t **out)
{
	enum err e = q_message_reach(db, (struct q_message_reach){
	    .audience = audience, .districts = districts, .topics = topics, .lang = words_lang(words),
	    .message = message }, out);

	if (e == ERR_OK)
		say_ways(*out, words);
	return e;
}

enum err
message_reach_of(struct db *db, const struct words *words, const json_t *message, json_t **out)
{
	enum err e = q_message_reach_of(db, (struct q_message_reach_of){
	    .lang = words_lang(words), .message = json_int(message, "id") }, out);

	if (e == ERR_OK)
		say_ways(*out, words);
	return e;
}

enum err
message_create(struct db *db, int64_t staff, int64_t copied, int64_t *out)
{
	struct rows *rows;
	json_t *choices;
	enum err e;

	e = message_choices(db, staff, 0, &choices);
	if (e != ERR_OK)
		return e;
	if (json_array_size(json_object_get(choices, "departments")) == 0)
		return ERR_INVALID;
	e = copied == 0
	    ? q_message_create(db, (struct q_message_create){ .staff = staff }, &rows)
	    : q_message_copy(db, (struct q_message_copy){ .staff = staff, .message = copied }, &rows);
	if (e != ERR_OK)
		return e;
	*out = rows_int(rows, 0, "id");
	return ERR_OK;
}

/* --- the pages that are saved --- */

static enum err
saved(enum err e, int changed)
{
	if (e != ERR_OK)
		return e;
	return changed == 1 ? ERR_OK : ERR_CONFLICT;
}

enum err
message_save_content(struct db *db, struct message_edit by, struct message_content c)
{
	int changed = 0;
	enum err e = q_message_save_content(db, (struct q_message_save_content){
	    .department = c.department, .subject = c.subject, .body = c.body, .contact = c.contact,
	    .staff = by.staff, .message = by.message, .seen = by.seen }, &changed);

	return saved(e, changed);
}

enum err
message_save_audience(struct db *db, struct message_edit by, struct message_audience a)
{
	int changed = 0;
	enum err e = q_message_save_audience(db, (struct q_message_save_audience){
	    .audience = a.audience, .districts = a.districts, .topics = a.topics,
	    .staff = by.staff, .message = by.message, .seen = by.seen }, &changed);

	return saved(e, changed);
}

enum err
message_save_channels(struct db *db, struct message_edit by, const struct message_channels *c)
{
	int changed = 0;
	enum err e = q_message_save_channels(db, (struct q_message_save_channels){
	    .by_email = c->by_email, .by_line = c->by_line, .by_sms = c->by_sms, .by_webpush = c->by_webpush,
	    .by_x = c->by_x, .on_site = c->on_site, .ladder = c->ladder != NULL ? c->ladder : json_null(),
	    .ladder_yen = c->ladder_yen, .until_household = c->until_household,
	    .staff = by.staff, .message = by.message, .seen = by.seen }, &changed);

	return saved(e, changed);
}

enum err
message_save_schedule(struct db *db, struct message_edit by, struct message_schedule s)
{
	int changed = 0;
	enum err e = q_message_save_schedule(db, (struct q_message_save_schedule){
	    .send_at = s.send_at, .valid_until = s.valid_until, .valid_preset = s.valid_preset, .publish_until = s.publish_until,
	    .staff = by.staff, .message = by.message, .seen = by.seen }, &changed);

	return saved(e, changed);
}

/* --- how far it is --- */

bool
message_personal(const json_t *m)
{
	return json_flag(m, "personal");
}

const char *
message_progress(const json_t *m, const char *part)
{
	if (strcmp(part, "content") == 0) {
		bool subject = json_text(m, "subject")[0] != '\0', body = json_text(m, "body")[0] != '\0';

		if (subject && body && json_text(m, "contact")[0] != '\0')
			return "done";
		return subject || body ? "begun" : "todo";
	}
	if (strcmp(part, "audience") == 0)
		return json_text(m, "audience")[0] != '\0' ? "done" : "todo";
	if (strcmp(part, "channels") == 0) {
		/* What it is about was changed since: nothing else is pressed upon people until they answer. */
		if (json_is_array(json_object_get(m, "ladder")) && !json_flag(m, "vital"))
			return "wrong";
		return message_personal(m) || json_flag(m, "by_x") || json_flag(m, "on_site") ? "done" : "todo";
	}
	if (strcmp(part, "pictures") == 0) {
		const char *state = picture_state(m);

		return strcmp(state, "infected") == 0 ? "wrong" : strcmp(state, "waiting") == 0 ? "begun" : "done";
	}
	if (!json_flag(m, "scheduled"))
		return "todo";
	return json_flag(m, "late") ? "wrong" : "done";
}

bool
message_complete(const json_t *message)
{
	static const char *const parts[] = { "content", "pictures", "audience", "channels", "schedule" };
	size_t i;

	for (i = 0; i < sizeof parts / sizeof *parts; i++)
		if (strcmp(message_progress(message, parts[i]), "done") != 0)
			return false;
	return true;
}

/* --- what is made of it --- */

/* The pictures without what may change: whether they were looked at. */
static json_t *
picture_files(struct arena *a, const json_t *m)
{
	json_t *files = json_keep(a, json_array()), *file;
	const json_t *p;
	size_t i;

	json_array_foreach(json_object_get(m, "pictures"), i, p) {
		file = json_copy((json_t *)p);
		json_object_del(file, "state");
		json_array_append_new(files, file);
	}
	return files;
}

json_t *
message_to_render(struct arena *a, const json_t *m, const char *origin)
{
	long long id = (long long)json_int(m, "id");
	json_t *pictures = picture_files(a, m);

	return json_keep(a, json_pack("{s:s, s:s, s:s, s:O, s:O, s:b, s:b, s:b, s:b, s:b, s:b, s:b, s:b, s:b,"
	    " s:s, s:s, s:s, s:O, s:s, s:b, s:I}",
	    "subject", json_text(m, "subject"), "body", json_text(m, "body"), "contact", json_text(m, "contact"),
	    "pictures", picture_public(a, pictures, id, origin), "picture_files", pictures,
	    "by_email", json_flag(m, "by_email"), "by_line", json_flag(m, "by_line"), "by_sms", json_flag(m, "by_sms"),
	    "by_webpush", json_flag(m, "by_webpush"), "by_x", json_flag(m, "by_x"), "on_site", json_flag(m, "on_site"),
	    "vital", json_flag(m, "vital"), "x_link", json_flag(m, "x_link"), "corrects", json_is_object(json_object_get(m, "corrects")),
	    "page_url", arena_printf(a, "%s/messages/%lld", origin, id),
	    "short_url", arena_printf(a, "%s/m/%lld", origin, id), "tag", arena_printf(a, "m%lld", id),
	    "tenant", json_object_get(m, "tenant"),
	    "department", json_text(json_object_get(m, "department"), "name"),
	    "asks", json_array_size(json_object_get(m, "ladder")) > 0, "number", (json_int_t)id));
}

/* Ascending: the order in which they are listed is the administrator's, and may
 * change between submission and approval. */
static json_t *
ids_of(const json_t *list)
{
	json_t *ids = json_array(), *each;
	size_t i, at;

	json_array_foreach(list, i, each) {
		int64_t id = json_int(each, "id");

		for (at = json_array_size(ids); at > 0 && json_integer_value(json_array_get(ids, at - 1)) > id;)
			at--;
		json_array_insert_new(ids, at, json_integer(id));
	}
	return ids;
}

json_t *
message_terms(struct arena *a, const json_t *m)
{
	json_t *terms = json_keep(a, json_pack("{s:I, s:I, s:I, s:s, s:s, s:o, s:o, s:b, s:b, s:b, s:b, s:b, s:b, s:I, s:I, s:I}",
	    "message", json_int(m, "id"), "revision", json_int(m, "revision"),
	    "department", json_int(json_object_get(m, "department"), "id"),
	    "contact", json_text(m, "contact"), "audience", json_text(m, "audience"),
	    "districts", ids_of(json_object_get(m, "districts")), "topics", ids_of(json_object_get(m, "topics")),
	    "by_email", json_flag(m, "by_email"), "by_line", json_flag(m, "by_line"), "by_sms", json_flag(m, "by_sms"),
	    "by_webpush", json_flag(m, "by_webpush"), "by_x", json_flag(m, "by_x"), "on_site", json_flag(m, "on_site"),
	    "send_at", json_int(m, "send_at_ms"), "valid_until", json_int(m, "valid_until_ms"),
	    "publish_until", json_int(m, "publish_until_ms")));

	if (json_is_array(json_object_get(m, "ladder"))) {
		json_object_set(terms, "ladder", json_object_get(m, "ladder"));
		json_object_set(terms, "ladder_yen", json_object_get(m, "ladder_yen"));
		/* Only where it is chosen: the terms that were signed before there were households stay as they are. */
		if (json_flag(m, "until_household"))
			json_object_set_new(terms, "until_household", json_true());
	}
	if (json_array_size(json_object_get(m, "pictures")) > 0)
		json_object_set(terms, "pictures", picture_files(a, m));
	if (json_is_object(json_object_get(m, "corrects"))) {
		json_object_set(terms, "corrects", json_object_get(json_object_get(m, "corrects"), "id"));
		json_object_set(terms, "first_post", json_object_get(m, "first_post"));
	}
	return terms;
}

/* --- tests --- */

enum err
message_tester(struct db *db, int64_t staff, struct db_bytes *out)
{
	struct rows *rows;
	enum err e = q_message_tester(db, (struct q_message_tester){ .staff = staff }, &rows);

	if (e != ERR_OK)
		return e;
	out->data = rows_bytes(rows, 0, "email", &out->n);
	return ERR_OK;
}

enum err
message_tests(struct db *db, const struct words *words, int64_t message, int64_t staff, json_t **out)
{
	enum err e = q_message_tests(db, (struct q_message_tests){
	    .lang = words_lang(words), .message = message, .staff = staff }, out);

	if (e == ERR_OK)
		message_say_state(json_object_get(*out, "tests"), words, "message_test_");
	return e;
}
