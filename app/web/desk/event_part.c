/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What an event says and how it gives its seats: a page each.
 *
 *	GET, POST /desk/events/{event}/content	title, text, for whom, fee, contact
 *	GET, POST /desk/events/{event}/place	where, how to get there
 *	GET, POST /desk/events/{event}/picture	its picture: event_picture.c
 *	GET, POST /desk/events/{event}/rules	sign-up: first come, lottery, approval
 *	GET, POST /desk/events/{event}/around	reminder before, thanks after
 *	GET, POST /desk/events/{event}/each	which questions each person answers
 *	GET, POST /desk/events/{event}/memo	of staff, for staff
 *
 * Each form carries the mark of what it showed ("seen"): of two clerks the second is told,
 * with 409 and the same page, and what the first saved stands beside it.
 */
#include <string.h>

#include "base/text.h"
#include "web/desk/event.h"
#include "web/handlers.h"

static json_t *
named_options(struct web *w, const json_t *list)
{
	json_t *options = json_keep(w->arena, json_array());
	const json_t *each;
	size_t i;

	json_array_foreach(list, i, each)
		json_array_append_new(options, json_pack("{s:o, s:s}", "value", json_sprintf("%" PRId64, json_int(each, "id")),
		    "label", json_text(each, "name")));
	return options;
}

static json_t *
worded_options(struct web *w, const char *const *values, const char *prefix)
{
	json_t *options = json_keep(w->arena, json_array());

	for (; *values != NULL; values++)
		json_array_append_new(options, json_pack("{s:s, s:s, s:s}", "value", *values,
		    "label", words_get(w->words, arena_printf(w->arena, "%s%s", prefix, *values)),
		    "hint", words_get(w->words, arena_printf(w->arena, "%s%s_hint", prefix, *values))));
	return options;
}

/* The picture as staff may look at it: when it was looked at for viruses. */
static void
dress_picture(struct web *w, const json_t *event)
{
	const char *state = json_text(event, "picture_state");

	json_object_set_new(w->view, "picture_url", strcmp(state, "clean") != 0 ? json_null()
	    : json_sprintf("/desk/files/%s", json_text(event, "picture")));
	json_object_set_new(w->view, "picture_waits", json_boolean(strcmp(state, "waiting") == 0));
	json_object_set_new(w->view, "picture_refused", json_boolean(strcmp(state, "infected") == 0));
}

/* The choices of every field that has some. */
static enum err
dress(struct web *w, struct form *f, const struct event_part *p, const json_t *event, const json_t *choices)
{
	static const char *const rules[] = { "none", "first", "lottery", "approval", NULL }, *const names[] = { "all", "one", NULL };
	json_t *draft, *options, *q;
	size_t i;
	enum err e;

	json_object_set_new(w->view, "several", json_boolean(json_array_size(json_object_get(choices, "departments")) > 1
	    || form_is_wrong(f, "department")));
	if (p == &event_content)
		form_options(f, "department", named_options(w, json_object_get(choices, "departments")));
	if (p == &event_picture)
		dress_picture(w, event);
	if (p == &event_place) {
		form_options(f, "district", named_options(w, json_object_get(choices, "districts")));
		json_object_set(w->view, "begin", json_object_get(choices, "begin"));
		web_map(w, "point_map", true);
	}
	if (p == &event_around)
		form_options(f, "survey", named_options(w, json_object_get(choices, "surveys")));
	if (p == &event_rules) {
		form_options(f, "rule", worded_options(w, rules, "event_rule_"));
		form_options(f, "names", worded_options(w, names, "event_names_"));
	}
	if (p != &event_each || json_int(event, "questionnaire") == 0)
		return ERR_OK;
	e = question_draft(w->db, json_int(event, "questionnaire"), &draft);
	if (e != ERR_OK)
		return e;
	options = json_keep(w->arena, json_array());
	json_array_foreach(json_object_get(draft, "questions"), i, q)
		json_array_append_new(options, json_pack("{s:s, s:s}", "value", json_text(q, "code") + 1,
		    "label", json_text(json_object_get(json_object_get(q, "texts"), "ja"), "label")));
	form_options(f, "each", options);
	return ERR_OK;
}

static enum err
show(struct web *w, const struct event_part *p, enum status status, struct form *f, const json_t *event, const char *seen)
{
	struct form *theirs = form_new(w->arena, w->fields, w->words);
	json_t *choices;
	enum err e = event_choices(w->db, w->staff, json_int(event, "id"), &choices);

	if (e == ERR_OK)
		e = dress(w, f, p, event, choices);
	if (e != ERR_OK)
		return e;
	p->fill(theirs, w->arena, event);
	json_object_set(w->view, "theirs", form_json(theirs));
	json_object_set_new(w->view, "seen", json_string(text_showable(w->arena, seen)));
	json_object_set_new(w->view, "conflict", json_boolean(status == HTTP_CONFLICT));
	return web_page(w, status, arena_printf(w->arena, "desk/event/%s", p->name));
}

static bool
too_late(const struct event_part *p, const json_t *event)
{
	return p != &event_memo && !json_flag(event, "draft") && !(p->late && json_flag(event, "open"));
}

static const char *
seen_of(const json_t *event, const struct event_part *p)
{
	return json_text(json_object_get(event, "seen"), p->mark);
}

enum err
desk_event_part(struct web *w, const struct event_part *p)
{
	struct form *f = web_form(w);
	json_t *event;
	enum err e = desk_event_open(w, &event);

	if (e != ERR_OK)
		return e;
	if (too_late(p, event)) {
		web_tell(w, "warning", "tell_event_too_late");
		return desk_event_go(w, event, "");
	}
	p->fill(f, w->arena, event);
	return show(w, p, HTTP_OK, f, event, seen_of(event, p));
}

enum err
desk_event_part_save(struct web *w, const struct event_part *p, const char *field, const char *problem)
{
	const char *seen = fields_get(w->fields, "seen");
	struct form *f = web_form(w);
	json_t *event, *choices;
	enum err e = desk_event_open(w, &event);

	if (e == ERR_OK)
		e = event_choices(w->db, w->staff, json_int(event, "id"), &choices);
	if (e == ERR_OK && problem != NULL)
		form_problem(f, field, problem);
	if (e == ERR_OK)
		e = too_late(p, event) ? ERR_CONFLICT : p->save(w->db, f, w->arena, event, choices, seen);
	if (e == ERR_INVALID && !db_failed(w->db))
		return show(w, p, HTTP_UNPROCESSABLE, f, event, seen);
	if (e == ERR_CONFLICT && !db_failed(w->db) && !too_late(p, event)) {
		e = desk_event_open(w, &event);
		return e != ERR_OK ? e : show(w, p, HTTP_CONFLICT, f, event, seen_of(event, p));
	}
	if (e != ERR_OK)
		return e;
	web_tell(w, "success", "tell_event_saved");
	return desk_event_go(w, event, "");
}

enum err desk_event_content(struct web *w) { return desk_event_part(w, &event_content); }
enum err desk_event_content_save(struct web *w) { return desk_event_part_save(w, &event_content, NULL, NULL); }
enum err desk_event_place(struct web *w) { return desk_event_part(w, &event_place); }
enum err desk_event_place_save(struct web *w) { return desk_event_part_save(w, &event_place, NULL, NULL); }
enum err desk_event_rules(struct web *w) { return desk_event_part(w, &event_rules); }
enum err desk_event_rules_save(struct web *w) { return desk_event_part_save(w, &event_rules, NULL, NULL); }
enum err desk_event_around(struct web *w) { return desk_event_part(w, &event_around); }
enum err desk_event_around_save(struct web *w) { return desk_event_part_save(w, &event_around, NULL, NULL); }
enum err desk_event_each(struct web *w) { return desk_event_part(w, &event_each); }
enum err desk_event_each_save(struct web *w) { return desk_event_part_save(w, &event_each, NULL, NULL); }
enum err desk_event_memo(struct web *w) { return desk_event_part(w, &event_memo); }
enum err desk_event_memo_save(struct web *w) { return desk_event_part_save(w, &event_memo, NULL, NULL); }
