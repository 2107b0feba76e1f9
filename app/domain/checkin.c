/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Check-in at the door.  That nobody is in twice is the business of the index checkin_once;
 * what is said to whom is decided here.  nginx/static/js/checkin.js says the same without
 * network.
 */
#include "domain/checkin.h"
#include <string.h>
#include "base/arena.h"
#include "base/clock.h"
#include "base/json.h"
#include "base/text.h"
#include "db/queries.h"
#include "domain/ticket.h"
#include "domain/walk_in.h"

#define LABEL "application.person"
enum { FOUND_MAX = 8, TOKEN_BYTES = 16, NUMBER_DIGITS = 10 };

static const char *const outcomes[] = {
	[CHECKIN_IN] = "in", [CHECKIN_ALREADY] = "already", [CHECKIN_OTHER] = "other", [CHECKIN_CANCELLED] = "cancelled",
	[CHECKIN_LOST] = "lost", [CHECKIN_FORGED] = "forged", [CHECKIN_NONE] = "none", [CHECKIN_MANY] = "many",
};

struct door {
	struct db *db;
	const struct vault *vault;
	struct arena *arena;
	const struct checkin_door *at;
	const struct checkin_try *try;
	json_t *result;
};

struct applicant {
	int64_t id, event, slot, people;
	const char *number, *state;
	bool off;		/* their date was called off */
	json_t *person;
};

static void
say(struct door *d, enum checkin_outcome outcome)
{
	json_object_set_new(d->result, "outcome", json_string(outcomes[outcome]));
}

static json_t *
person_open(const struct vault *vault, struct arena *arena, const struct rows *rows, size_t i)
{
	const uint8_t *sealed;
	json_t *person = NULL;
	size_t n;

	sealed = rows_bytes(rows, i, "person", &n);
	if (vault_open_json(vault, arena, LABEL, sealed, n, &person) != ERR_OK)
		return json_keep(arena, json_object());
	return person;
}

static struct applicant
applicant_of(const struct door *d, const struct rows *rows, size_t i, int64_t event)
{
	return (struct applicant){ .id = rows_int(rows, i, "id"), .event = event, .slot = rows_int(rows, i, "slot"),
	    .people = rows_int(rows, i, "people"), .number = rows_text(rows, i, "number"), .state = rows_text(rows, i, "state"),
	    .off = rows_bool(rows, i, "off"), .person = person_open(d->vault, d->arena, rows, i) };
}

static void
show(struct door *d, const struct applicant *a)
{
	json_object_set_new(d->result, "number", json_string(a->number));
	json_object_set_new(d->result, "people", json_integer(a->people));
	json_object_set_new(d->result, "name", json_string(json_text(a->person, "name")));
}

static enum err
already(struct door *d, const struct applicant *a)
{
	struct rows *first;
	int64_t at = d->try->at != 0 ? d->try->at : clock_ms();
	bool again;
	enum err e = q_checkin_first(d->db, (struct q_checkin_first){ .application = a->id }, &first);

	if (e != ERR_OK)
		return e == ERR_NOT_FOUND ? ERR_BUSY : e;	/* undone between the two: once more */
	json_object_set_new(d->result, "time", json_string(rows_text(first, 0, "time")));
	json_object_set_new(d->result, "door", json_string(rows_text(first, 0, "door")));
	json_object_set_new(d->result, "entry", json_string(rows_text(first, 0, "id")));
	again = strcmp(rows_text(first, 0, "device"), d->at->device) == 0 && at - rows_int(first, 0, "at") < CHECKIN_AGAIN_MS;
	say(d, again ? CHECKIN_IN : CHECKIN_ALREADY);
	if (again || !d->try->let_in)
		return ERR_OK;
	return q_checkin_again(d->db, (struct q_checkin_again){ .id = d->try->id, .event = d->at->event, .slot = a->slot,
	    .application = a->id, .people = (int32_t)a->people, .door = d->at->name, .device = d->at->device, .at = at,
	    .staff = d->at->staff }, NULL);
}

static enum err
enter(struct door *d, const struct applicant *a)
{
	const char *id = d->try->id != NULL ? d->try->id : secret_uuid(d->arena);
	struct rows *row;
	enum err e = q_checkin_enter(d->db, (struct q_checkin_enter){ .id = id, .event = d->at->event, .slot = a->slot,
	    .application = a->id, .people = (int32_t)a->people, .door = d->at->name, .device = d->at->device,
	    .at = d->try->at != 0 ? d->try->at : clock_ms(), .staff = d->at->staff }, &row);

	if (e != ERR_OK)
		return e;
	json_object_set_new(d->result, "entry", json_string(id));
	say(d, CHECKIN_IN);
	/* known: the device tells it a second time, because it did not hear the answer. */
	return rows_int(row, 0, "made") == 1 || rows_int(row, 0, "known") == 1 ? ERR_OK : already(d, a);
}

/* A person in the room is a fact, though the door could not hear that the date does not take place. */
static enum err
decide(struct door *d, const struct applicant *a)
{
	show(d, a);
	if (a->event != d->at->event || (d->at->slot != 0 && a->slot != d->at->slot))
		say(d, CHECKIN_OTHER);
	else if (a->off && d->try->let_in)
		return enter(d, a);
	else if (strcmp(a->state, "cancelled") == 0)
		say(d, CHECKIN_CANCELLED);
	else if (strcmp(a->state, "confirmed") != 0)
		say(d, CHECKIN_LOST);
	else
		return enter(d, a);
	return ERR_OK;
}

static enum err
by_number(struct door *d, const char *number)
{
	struct applicant a;
	struct rows *row;
	enum err e = q_checkin_find(d->db, (struct q_checkin_find){ .number = number }, &row);

	if (e != ERR_OK)
		return e;
	a = applicant_of(d, row, 0, rows_int(row, 0, "event"));
	return decide(d, &a);
}

/* By the name of whoever signed up, or of one of those who come along. */
static bool
is_named(struct arena *arena, const json_t *person, const char *wanted)
{
	const json_t *one;
	size_t i;

	if (strstr(text_sought(arena, json_text(person, "name")), wanted) != NULL ||
	    strstr(text_sought(arena, json_text(person, "kana")), wanted) != NULL)
		return true;
	json_array_foreach(json_object_get(person, "people"), i, one)
		if (strstr(text_sought(arena, json_text(one, "name")), wanted) != NULL ||
		    strstr(text_sought(arena, json_text(one, "kana")), wanted) != NULL)
			return true;
	return false;
}

/* Names are sealed, so all of the event are opened: some hundreds at a door. */
static enum err
by_name(struct door *d, const char *typed)
{
	const char *wanted = text_sought(d->arena, typed);
	json_t *found = json_array();
	struct applicant one = { 0 }, a;
	struct rows *rows;
	size_t i, n = 0;
	enum err e = q_checkin_list(d->db, (struct q_checkin_list){ .event = d->at->event, .slot = d->at->slot }, &rows);

	json_object_set_new(d->result, "found", found);
	for (i = 0; e == ERR_OK && wanted[0] != '\0' && i < rows_count(rows); i++) {
		a = applicant_of(d, rows, i, d->at->event);
		if (!is_named(d->arena, a.person, wanted))
			continue;
		one = a;
		if (n++ < FOUND_MAX)
			json_array_append_new(found, json_pack("{s:s, s:s, s:s, s:I, s:s}", "number", a.number,
			    "name", json_text(a.person, "name"), "kana", json_text(a.person, "kana"), "people", (json_int_t)a.people,
			    "state", a.state));
	}
	if (e != ERR_OK)
		return e;
	if (n == 1)
		return decide(d, &one);
	say(d, n == 0 ? CHECKIN_NONE : CHECKIN_MANY);
	return ERR_OK;
}

static enum err
by_text(struct door *d)
{
	struct p256_key *key = ticket_key(d->vault);
	struct ticket t;
	char *number;
	enum err e = ticket_read(d->arena, key, d->try->text, &t), found;

	p256_key_free(key);
	if (e == ERR_INVALID) {
		say(d, CHECKIN_FORGED);
		return ERR_OK;
	}
	if (e == ERR_OK) {
		found = by_number(d, t.number);
		if (found == ERR_NOT_FOUND)
			say(d, t.event == d->at->event ? CHECKIN_NONE : CHECKIN_OTHER);
		return found == ERR_NOT_FOUND ? ERR_OK : found;
	}
	/* A keyboard of digits has no hyphen. */
	number = text_number(d->arena, d->try->text);
	number = number != NULL && strlen(number) == NUMBER_DIGITS ? arena_printf(d->arena, "%.3s-%.3s-%s", number, number + 3, number + 6)
	    : text_normal(d->arena, d->try->text);
	for (char *p = number; *p != '\0'; p++)
		if (*p >= 'a' && *p <= 'z')
			*p = (char)(*p - 'a' + 'A');
	found = strlen(number) <= 24 ? by_number(d, number) : ERR_NOT_FOUND;
	return found == ERR_NOT_FOUND ? by_name(d, d->try->text) : found;
}

enum err
checkin_enter(struct db *db, const struct vault *vault, struct arena *arena, const struct checkin_door *at,
    const struct checkin_try *try, json_t **result)
{
	struct door d = { db, vault, arena, at, try, json_keep(arena, json_pack("{s:s, s:s, s:I, s:s, s:s, s:s, s:s, s:[]}",
	    "outcome", "", "number", "", "people", (json_int_t)try->people, "name", "", "time", "", "door", "", "entry", "",
	    "found")) };
	enum err e = try->text[0] != '\0' ? by_text(&d) : walk_in_enter(db, arena, at, try, d.result);

	if (e == ERR_OK)
		*result = d.result;
	return e;
}

enum err
checkin_undo(struct db *db, const struct checkin_door *at, const char *entry)
{
	struct rows *row;
	enum err e = q_checkin_undo(db, (struct q_checkin_undo){ .id = entry, .event = at->event }, &row);

	return e != ERR_OK ? e : rows_bool(row, 0, "undone") ? ERR_OK : ERR_NOT_FOUND;
}

enum err
checkin_hold(struct db *db, const struct checkin_door *at)
{
	return q_checkin_hold(db, (struct q_checkin_hold){ .event = at->event }, NULL);
}

enum err
checkin_event(struct db *db, const struct words *words, int64_t event, json_t **out)
{
	return q_checkin_event(db, (struct q_checkin_event){ .event = event, .lang = words_lang(words) }, out);
}

enum err
checkin_counts(struct db *db, const struct checkin_door *at, json_t **out)
{
	return q_checkin_counts(db, (struct q_checkin_counts){ .event = at->event, .slot = at->slot }, out);
}

enum err
checkin_latest(struct db *db, const struct checkin_door *at, json_t **out)
{
	return q_checkin_latest(db, (struct q_checkin_latest){ .event = at->event }, out);
}

enum err
checkin_list(struct db *db, const struct vault *vault, struct arena *arena, const struct checkin_door *at, json_t **out)
{
	struct p256_key *key = ticket_key(vault);
	json_t *people = json_array(), *counts, *person;
	struct rows *rows;
	size_t i;
	enum err e;

	*out = json_keep(arena, json_pack("{s:s, s:o}", "key", ticket_key_public(arena, key), "people", people));
	p256_key_free(key);
	e = q_checkin_list(db, (struct q_checkin_list){ .event = at->event, .slot = at->slot }, &rows);
	if (e == ERR_OK)
		e = checkin_counts(db, at, &counts);
	if (e != ERR_OK)
		return e;
	for (i = 0; i < rows_count(rows); i++) {
		person = person_open(vault, arena, rows, i);
		json_array_append_new(people, json_pack("{s:s, s:s, s:I, s:s, s:s, s:s, s:s, s:s, s:s}",
		    "number", rows_text(rows, i, "number"), "slot", rows_text(rows, i, "slot"),
		    "people", (json_int_t)rows_int(rows, i, "people"), "state", rows_text(rows, i, "state"),
		    "name", json_text(person, "name"), "kana", json_text(person, "kana"),
		    "entry", rows_text(rows, i, "entry"), "time", rows_text(rows, i, "time"), "door", rows_text(rows, i, "door")));
	}
	json_object_set(*out, "counts", counts);
	return ERR_OK;
}

enum err
checkin_door_make(struct db *db, struct arena *arena, int64_t event, const char *name, int64_t staff, int hours, const char **token)
{
	const char *made = secret_token(arena, TOKEN_BYTES);
	enum err e = q_door_make(db, (struct q_door_make){ .hash = db_sha256(arena, made), .event = event, .name = name,
	    .staff = staff, .hours = hours }, NULL);

	if (e == ERR_OK)
		*token = made;
	return e;
}

enum err
checkin_door_open(struct db *db, struct arena *arena, const char *token, struct checkin_link *out)
{
	struct rows *row;
	enum err e = q_door_open(db, (struct q_door_open){ .hash = db_sha256(arena, token) }, &row);

	if (e == ERR_OK)
		*out = (struct checkin_link){ rows_int(row, 0, "event"), rows_text(row, 0, "name"), rows_bool(row, 0, "over"),
		    rows_bool(row, 0, "dead") };
	return e;
}

enum err
checkin_doors(struct db *db, const struct words *words, int64_t event, json_t **out)
{
	return q_door_list(db, (struct q_door_list){ .event = event, .lang = words_lang(words) }, out);
}

enum err
checkin_door_withdraw(struct db *db, int64_t event, int64_t door)
{
	int done;
	enum err e = q_door_withdraw(db, (struct q_door_withdraw){ .event = event, .door = door }, &done);

	return e != ERR_OK || done == 1 ? e : ERR_NOT_FOUND;
}
