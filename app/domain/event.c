/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Events at the desk; see event.h.
 */
#include "domain/event.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "base/json.h"
#include "base/text.h"
#include "db/queries.h"

enum { DAY_MS = 24 * 3600 * 1000, TIMES_MAX = 60, QUOTA_NAME = 100, SEATS_MAX = 100000 };

static void
name_state(const struct words *words, json_t *event)
{
	char key[64];

	snprintf(key, sizeof key, "event_state_%s", json_text(event, "state"));
	json_object_set_new(event, "state_text", json_string(words_get(words, key)));
	snprintf(key, sizeof key, "event_rule_%s", json_text(event, "rule"));
	json_object_set_new(event, "rule_text", json_string(words_get(words, key)));
}

enum err
event_list(struct db *db, const struct words *words, const char *state, json_t **out)
{
	json_t *one;
	size_t i;
	enum err e = q_event_desk_list(db, (struct q_event_desk_list){ .state = state, .lang = words_lang(words) }, out);

	if (e == ERR_OK)
		json_array_foreach(*out, i, one)
			name_state(words, one);
	return e;
}

enum err
event_show(struct db *db, const struct words *words, int64_t event, json_t **out)
{
	enum err e = q_event_desk_show(db, (struct q_event_desk_show){ .event = event, .lang = words_lang(words) }, out);

	if (e == ERR_OK)
		name_state(words, *out);
	return e;
}

enum err
event_add(struct db *db, int64_t staff, const char *title, int64_t *event)
{
	struct rows *rows;
	enum err e = q_event_add(db, (struct q_event_add){ .staff = staff, .title = title }, &rows);

	if (e == ERR_OK)
		*event = rows_int(rows, 0, "id");
	return e;
}

enum err
event_save(struct db *db, int64_t event, int64_t revision, const struct event_text *t)
{
	int changed;
	enum err e = q_event_save(db, (struct q_event_save){ .event = event, .revision = revision, .texts = t->texts,
	    .category = t->category, .place = t->place, .address = t->address, .access = t->access, .organiser = t->organiser,
	    .contact = t->contact, .free = t->free, .childcare = t->childcare, .sign_language = t->sign_language,
	    .online = t->online, .listed = t->listed }, &changed);

	return e != ERR_OK ? e : changed == 1 ? ERR_OK : ERR_CONFLICT;
}

enum err
event_rules_save(struct db *db, int64_t event, int64_t revision, const struct event_rules *r)
{
	int changed;
	enum err e = q_event_rules(db, (struct q_event_rules){ .event = event, .revision = revision, .rule = r->rule,
	    .opens_ms = r->opens_ms, .closes_ms = r->closes_ms, .group_max = (int32_t)r->group_max, .once = r->once,
	    .waiting = r->waiting, .in_order = r->in_order, .offer_hours = (int32_t)r->offer_hours }, &changed);

	return e != ERR_OK ? e : changed == 1 ? ERR_OK : ERR_CONFLICT;
}

/* --- dates --- */

/* "車いす 2": a name and, at the end, a number. */
static bool
read_quota(struct arena *a, const char *line, const char **name, int32_t *capacity)
{
	const char *space = strrchr(line, ' ');
	char *end;
	long n;

	if (space == NULL || space == line)
		return false;
	n = strtol(space + 1, &end, 10);
	*name = arena_printf(a, "%.*s", (int)(space - line), line);
	*capacity = (int32_t)n;
	return end > space + 1 && *end == '\0' && n >= 1 && n <= SEATS_MAX && text_length(*name) <= QUOTA_NAME;
}

/* The next line that says something, in its normal form; NULL: none is left. */
static const char *
next_line(struct arena *a, const char **lines)
{
	while (**lines != '\0') {
		size_t n = strcspn(*lines, "\n");
		const char *line = text_normal(a, arena_printf(a, "%.*s", (int)n, *lines));

		*lines += n + ((*lines)[n] == '\n');
		if (line[0] != '\0')
			return line;
	}
	return NULL;
}

bool
event_quotas_read(struct arena *a, const char *lines)
{
	const char *line, *name;
	int32_t capacity;

	while ((line = next_line(a, &lines)) != NULL)
		if (!read_quota(a, line, &name, &capacity))
			return false;
	return true;
}

static enum err
add_quotas(struct db *db, struct arena *a, int64_t slot, const char *lines)
{
	const char *line, *name;
	int32_t capacity;
	enum err e = ERR_OK;

	while (e == ERR_OK && (line = next_line(a, &lines)) != NULL)
		if (read_quota(a, line, &name, &capacity))
			e = q_event_quota_add(db, (struct q_event_quota_add){ .slot = slot, .name = name, .capacity = capacity }, NULL);
	return e;
}

enum err
event_dates_add(struct db *db, struct arena *a, int64_t event, const struct event_dates *d)
{
	int64_t times = d->times < 1 ? 1 : d->times > TIMES_MAX ? TIMES_MAX : d->times, i;
	struct rows *rows;
	enum err e = ERR_OK;

	for (i = 0; i < times && e == ERR_OK; i++) {
		int64_t later = i * d->every_days * DAY_MS;

		e = q_event_slot_add(db, (struct q_event_slot_add){ .event = event, .begins_ms = d->begins_ms + later,
		    .ends_ms = d->ends_ms + later, .capacity = (int32_t)d->capacity }, &rows);
		if (e == ERR_OK)
			e = add_quotas(db, a, rows_int(rows, 0, "id"), d->quotas);
	}
	return e;
}

enum err
event_date_remove(struct db *db, int64_t event, int64_t slot)
{
	int removed;
	enum err e = q_event_slot_remove(db, (struct q_event_slot_remove){ .event = event, .slot = slot }, &removed);

	return e != ERR_OK ? e : removed == 1 ? ERR_OK : ERR_CONFLICT;
}

enum err
event_date_capacity(struct db *db, int64_t event, int64_t slot, int64_t capacity, int64_t *over)
{
	struct rows *rows;
	enum err e = q_event_slot_capacity(db, (struct q_event_slot_capacity){ .event = event, .slot = slot,
	    .capacity = (int32_t)capacity }, &rows);

	if (e == ERR_OK)
		*over = rows_int(rows, 0, "over");
	return e;
}

/* --- its life --- */

json_t *
event_lacks(struct arena *a, const json_t *event)
{
	json_t *lacks = json_keep(a, json_array());

	if (json_text(event, "title")[0] == '\0')
		json_array_append_new(lacks, json_string("event_lacks_title"));
	if (json_text(event, "contact")[0] == '\0')
		json_array_append_new(lacks, json_string("event_lacks_contact"));
	if (json_array_size(json_object_get(event, "slots")) == 0)
		json_array_append_new(lacks, json_string("event_lacks_dates"));
	return lacks;
}

enum err
event_open(struct db *db, int64_t event)
{
	int changed;
	enum err e = q_event_open(db, (struct q_event_open){ .event = event }, &changed);

	return e != ERR_OK ? e : changed == 1 ? ERR_OK : ERR_CONFLICT;
}

enum err
event_cancel(struct db *db, int64_t event)
{
	struct rows *rows;

	return q_event_cancel(db, (struct q_event_cancel){ .event = event }, &rows);
}
