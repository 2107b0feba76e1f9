/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Events as staff make them; see event.h.  What may follow on what is kept by event_guard
 * (sql/functions/event.sql); forms are read in event_read.c.
 */
#include "domain/event.h"

#include <stdio.h>
#include <string.h>

#include "base/arena.h"
#include "base/json.h"
#include "db/queries.h"
#include "domain/question.h"

/* "tag": its state as part/status_tag shows it. */
static void
say_state(json_t *event, const struct words *words)
{
	static const struct { const char *state, *look; } looks[] = {
		{ "draft", "draft" }, { "open", "active" }, { "ended", "ended" }, { "cancelled", "stopped" },
	};
	char key[40];

	for (size_t i = 0; i < sizeof looks / sizeof *looks; i++)
		if (strcmp(json_text(event, "state"), looks[i].state) == 0) {
			snprintf(key, sizeof key, "event_state_%s", looks[i].state);
			json_object_set_new(event, "tag", json_pack("{s:s, s:s}", "state", looks[i].look,
			    "state_text", words_get(words, key)));
		}
}

enum err
event_list(struct db *db, const struct words *words, const char *state, const char *search, int64_t after, json_t **out)
{
	json_t *row, *rows;
	bool more;
	size_t i;
	enum err e = q_event_desk_list(db, (struct q_event_desk_list){ .lang = words_lang(words), .state = state, .search = search,
	    .after = after, .most = EVENT_PAGE }, out);

	if (e != ERR_OK)
		return e;
	rows = json_object_get(*out, "rows");
	more = json_array_size(rows) > EVENT_PAGE;
	if (more)
		json_array_remove(rows, EVENT_PAGE);
	json_array_foreach(rows, i, row)
		say_state(row, words);
	json_object_set_new(*out, "next", more ? json_integer(json_int(json_array_get(rows, EVENT_PAGE - 1), "id")) : json_null());
	return ERR_OK;
}

enum err
event_show(struct db *db, const struct words *words, int64_t event, json_t **out)
{
	enum err e = q_event_desk_show(db, (struct q_event_desk_show){ .lang = words_lang(words), .event = event }, out);

	if (e == ERR_OK)
		say_state(*out, words);
	return e;
}

enum err
event_choices(struct db *db, int64_t staff, int64_t event, json_t **out)
{
	return q_event_desk_choices(db, (struct q_event_desk_choices){ .staff = staff, .event = event }, out);
}

enum err
event_create(struct db *db, int64_t staff, int64_t copied, const char *title, int64_t *out)
{
	struct rows *rows;
	enum err e = q_event_create(db, (struct q_event_create){ .title = title, .copied = copied, .staff = staff }, &rows);

	if (e != ERR_OK)
		return e;
	if (rows_null(rows, 0, "id"))
		return ERR_INVALID;
	*out = rows_int(rows, 0, "id");
	return ERR_OK;
}

/* --- dates --- */

enum err
event_dates_add(struct db *db, int64_t event, const struct event_dates *d, int *made)
{
	struct rows *rows;
	enum err e = q_event_dates_add(db, (struct q_event_dates_add){ .event = event, .begins = d->begins, .ends = d->ends,
	    .step = d->step, .until = d->until, .except = d->except, .holidays = d->holidays, .capacity = (int32_t)d->capacity,
	    .quotas = d->quotas }, &rows);

	if (e == ERR_OK)
		*made = (int)rows_int(rows, 0, "made");
	return e;
}

enum err
event_date_save(struct db *db, struct form *f, int64_t event, int64_t slot, const struct event_dates *d)
{
	struct rows *rows;
	enum err e = q_event_date_save(db, (struct q_event_date_save){ .event = event, .slot = slot, .begins = d->begins, .ends = d->ends,
	    .capacity = (int32_t)d->capacity, .quotas = d->quotas }, &rows);

	if (e != ERR_OK)
		return e;
	if (rows_int(rows, 0, "overhang") > 0) {
		form_detail(f, "capacity", "n", rows_int(rows, 0, "overhang"));
		form_problem(f, "capacity", "event_capacity_overhang");
	}
	if (!rows_null(rows, 0, "bad"))
		form_problem(f, "quotas", "event_quota_taken");
	else if (!rows_null(rows, 0, "first"))
		form_problem(f, "quotas", "event_quota_first");
	return form_ok(f) ? ERR_OK : ERR_INVALID;
}

enum err
event_date_remove(struct db *db, int64_t event, int64_t slot, bool *removed)
{
	struct rows *rows;
	enum err e = q_event_date_remove(db, (struct q_event_date_remove){ .slot = slot, .event = event }, &rows);

	if (e == ERR_OK)
		*removed = rows_bool(rows, 0, "removed");
	return e;
}

/* --- is it ready? --- */

static size_t
dates_to_come(const json_t *event)
{
	const json_t *slot;
	size_t i, n = 0;

	json_array_foreach(json_object_get(event, "slots"), i, slot)
		n += !json_flag(slot, "over") && !json_flag(slot, "cancelled");
	return n;
}

const char *
event_progress(const json_t *e, const char *part)
{
	const json_t *texts = json_object_get(json_object_get(e, "texts"), "ja");
	bool title = json_text(e, "title")[0] != '\0', text = json_text(texts, "text")[0] != '\0';

	if (strcmp(part, "content") == 0)
		return title && text && json_text(e, "contact")[0] != '\0' ? "done" : title || text ? "begun" : "todo";
	if (strcmp(part, "languages") == 0)
		return json_array_size(json_object_get(e, "languages")) > 1 ? "done" : "none";
	if (strcmp(part, "place") == 0)
		return json_text(e, "place")[0] != '\0' || json_flag(e, "online") ? "done" : "todo";
	if (strcmp(part, "picture") == 0)
		return json_text(e, "picture")[0] == '\0' ? "todo"
		    : strcmp(json_text(e, "picture_state"), "infected") == 0 ? "wrong" : "done";
	if (strcmp(part, "dates") == 0)
		return dates_to_come(e) > 0 ? "done" : "todo";
	if (strcmp(part, "rules") == 0) {
		if (json_flag(e, "draft") && json_flag(e, "signs_up") && json_flag(e, "closes_past"))
			return "wrong";
		return !json_flag(e, "signs_up") || json_is_object(json_object_get(e, "closes")) ? "done" : "begun";
	}
	return json_int(e, "reminder_hours") > 0 ? "done" : "todo";
}

static void
lack(json_t *list, const struct words *words, const json_t *event, const char *page, const char *key)
{
	json_array_append_new(list, json_pack("{s:s, s:o}", "text", words_get(words, key),
	    "url", json_sprintf("/desk/events/%lld/%s", (long long)json_int(event, "id"), page)));
}

static bool
unlimited(const json_t *event)
{
	const json_t *slot;
	size_t i;

	json_array_foreach(json_object_get(event, "slots"), i, slot)
		if (!json_is_integer(json_object_get(slot, "capacity")))
			return true;
	return false;
}

static void
lacks_of_sign_up(json_t *list, const struct words *words, const json_t *e, const json_t *faults)
{
	const json_t *fault;
	size_t i;

	if (strcmp(event_progress(e, "rules"), "wrong") == 0)
		lack(list, words, e, "rules", "event_lacks_closes");
	if (json_flag(e, "lottery") && unlimited(e))
		lack(list, words, e, "dates", "event_lacks_capacity");
	else if (json_flag(e, "lottery") && !json_flag(e, "drawn"))
		lack(list, words, e, "lottery", "event_lacks_lottery");
	if (json_flag(e, "lottery") && !json_is_object(json_object_get(e, "closes")))
		lack(list, words, e, "rules", "event_lacks_end");
	if (json_flag(e, "files"))
		lack(list, words, e, "questions", "event_lacks_files");
	if (json_int(e, "questions") == 0)
		return;
	json_array_foreach(faults, i, fault)
		json_array_append_new(list, json_pack("{s:o, s:o}", "text", json_sprintf("%s %s %s", json_text(fault, "number"),
		    json_text(fault, "label"), json_text(fault, "text")), "url", json_sprintf("/desk/events/%lld/questions/%s",
		    (long long)json_int(e, "id"), json_text(fault, "code"))));
}

json_t *
event_lacks(struct arena *a, const struct words *words, const json_t *e, const json_t *faults)
{
	json_t *list = json_keep(a, json_array());

	if (strcmp(event_progress(e, "content"), "done") != 0)
		lack(list, words, e, "content", "event_lacks_content");
	if (strcmp(event_progress(e, "place"), "done") != 0)
		lack(list, words, e, "place", "event_lacks_place");
	if (dates_to_come(e) == 0)
		lack(list, words, e, "dates", "event_lacks_dates");
	if (json_flag(e, "signs_up"))
		lacks_of_sign_up(list, words, e, faults);
	return list;
}

/* --- life --- */

enum err
event_publish(struct db *db, const json_t *event, int64_t staff)
{
	int changed = 0;
	enum err e = ERR_OK;

	if (json_flag(event, "signs_up") && json_int(event, "questions") > 0 && json_int(event, "edition") == 0)
		e = question_publish(db, json_int(event, "questionnaire"), staff, "");
	if (e == ERR_OK)
		e = q_event_publish(db, (struct q_event_publish){ .event = json_int(event, "id") }, &changed);
	return e != ERR_OK || changed == 1 ? e : ERR_CONFLICT;
}

enum err
event_end(struct db *db, int64_t event)
{
	int changed = 0;
	enum err e = q_event_end(db, (struct q_event_end){ .event = event }, &changed);

	return e != ERR_OK || changed == 1 ? e : ERR_CONFLICT;
}

static enum err
off_why(struct db *db, int64_t event, const json_t *why)
{
	int changed = 0;
	enum err e = q_event_off_why(db, (struct q_event_off_why){ .why = why, .event = event }, &changed);

	return e != ERR_OK || changed == 1 ? e : ERR_CONFLICT;
}

enum err
event_off(struct db *db, int64_t event, int64_t slot, const json_t *why)
{
	struct rows *rows;
	enum err e;

	if (slot != 0)
		return q_event_date_off(db, (struct q_event_date_off){ .event = event, .slot = slot, .why = why }, &rows);
	e = off_why(db, event, why);
	return e != ERR_OK ? e : q_event_off(db, (struct q_event_off){ .event = event }, &rows);
}

enum err
event_off_again(struct db *db, int64_t event, int64_t slot, const json_t *why)
{
	int changed = 0;
	enum err e;

	if (slot == 0)
		return off_why(db, event, why);
	e = q_event_date_why(db, (struct q_event_date_why){ .why = why, .slot = slot, .event = event }, &changed);
	return e != ERR_OK || changed == 1 ? e : ERR_CONFLICT;
}
