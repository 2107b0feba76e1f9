/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Demonstration data: a month of events (sql/demo/<town>_events.json).  One is full with
 * people waiting, one lottery is drawn, and at one the door is open.  Some have a picture,
 * which lies beside the file.
 */
#include <stdio.h>
#include <string.h>
#include "base/file.h"
#include "base/json.h"
#include "cli/demo.h"
#include "db/queries.h"
#include "domain/checkin.h"
#include "domain/draw.h"
#include "domain/event.h"

#define ALPHABET "ABCDEFGHJKLMNPQRSTUVWXYZ23456789"

static const char *
number(struct demo *d)
{
	char text[8] = { 0 };
	int i;

	for (i = 0; i < 7; i++)
		text[i] = ALPHABET[secret_below(sizeof ALPHABET - 1)];
	return arena_strdup(d->arena, text);
}

/* "港 花子|みなと はなこ" */
static json_t *
named(const char *who)
{
	const char *bar = strchr(who, '|');

	return json_pack("{s:s%, s:s, s:[], s:{}}", "name", who, (size_t)(bar - who), "kana", bar + 1, "quotas", "answers");
}

static enum err
apply(struct demo *d, int64_t slot, const json_t *names, int64_t i, const char *state, const char **out)
{
	size_t count = json_array_size(names), k;
	json_t *person = json_keep(d->arena, named(json_string_value(json_array_get(names, (size_t)i % count)))), *people = json_array();

	for (k = 0; k <= (size_t)i % 3; k++)
		json_array_append_new(people, named(json_string_value(json_array_get(names, ((size_t)i + k) % count))));
	json_object_set_new(person, "people", people);
	*out = number(d);
	return q_demo_application(d->db, (struct q_demo_application){ .slot = slot, .number = *out, .people = 1 + (int32_t)(i % 3),
	    .state = i % 11 == 10 ? "cancelled" : state, .wins = (int32_t)(i % 4 == 3 ? i % 3 : 0),
	    .person = vault_seal_json(d->vault, d->arena, "application.person", person) }, NULL);
}

static enum err
enter(struct demo *d, int64_t event, const char *ticket, int64_t i)
{
	const struct checkin_door door = { .event = event, .name = i % 2 == 0 ? "N" : "S", .device = "demo" };
	const struct checkin_try try = { .text = ticket };
	json_t *result;

	return checkin_enter(d->db, d->vault, d->arena, &door, &try, &result);
}

static enum err
picture(struct demo *d, int64_t event, const json_t *e)
{
	struct demo_picture p;
	enum err err = demo_picture(d, "event", event, json_text(e, "picture"), &p);

	if (err != ERR_OK || p.large == NULL)
		return err;
	return q_demo_event_picture(d->db, (struct q_demo_event_picture){ .event = event, .words = json_text(e, "picture_text"),
	    .large = p.large, .small = p.small }, NULL);
}

static enum err
add_event(struct demo *d, const json_t *e, const json_t *names)
{
	int64_t count = json_int(e, "applications"), in = json_int(e, "entered"), i, event, slot;
	bool lottery = strcmp(json_text(e, "rule"), "lottery") == 0;
	const char *ticket;
	json_t *rule;
	struct rows *rows;
	enum err err = q_demo_event(d->db, (struct q_demo_event){ .doc = e }, &rows);

	if (err != ERR_OK)
		return err;
	event = rows_int(rows, 0, "id");
	slot = rows_int(rows, 0, "slot");
	if (lottery) {
		rule = json_keep(d->arena, json_pack("{s:s, s:i, s:b}", "history", "weight", "lots", 3, "strict", 0));
		err = draw_commit(d->db, d->vault, d->arena, slot, rule, json_text(e, "source"), rows_text(rows, 0, "value_day"), 0);
	}
	if (err == ERR_OK)
		err = picture(d, event, e);
	for (i = 0; err == ERR_OK && i < count; i++) {
		err = apply(d, slot, names, i, lottery ? "applied" : "confirmed", &ticket);
		if (err == ERR_OK && i < in)
			err = enter(d, event, ticket, i);
	}
	if (err == ERR_OK && json_flag(e, "came"))
		err = q_demo_came(d->db, (struct q_demo_came){ .event = event }, NULL);
	if (err == ERR_OK && json_flag(e, "draw"))
		err = draw_close(d->db, d->arena, slot);
	if (err == ERR_OK && json_flag(e, "draw"))
		err = draw_enter(d->db, slot, json_text(e, "value"), rows_text(rows, 0, "value_day"), 0);
	if (err == ERR_OK && json_flag(e, "draw"))
		err = draw_make(d->db, d->vault, d->arena, slot, json_text(e, "value"), rows_text(rows, 0, "value_day"), 0);
	return err;
}

enum err
demo_events(struct demo *d, const char *host)
{
	const char *town = arena_strndup(d->arena, host, strcspn(host, "."));
	json_t *file, *event;
	struct buf b;
	size_t i;
	enum err e;

	buf_init(&b, d->arena);
	e = file_read(arena_printf(d->arena, "%s/demo/%s_events.json", d->cli->conf->sql, town), &b);
	if (e == ERR_NOT_FOUND)
		return ERR_OK;
	if (e == ERR_OK)
		e = json_parse(d->arena, b.data, b.len, &file);
	if (e != ERR_OK)
		return e;
	json_array_foreach(json_object_get(file, "events"), i, event)
		if (e == ERR_OK)
			e = add_event(d, event, json_object_get(file, "people"));
	return e;
}
