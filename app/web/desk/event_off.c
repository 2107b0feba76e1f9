/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What does not take place, and why: exactly those who signed up are told.  The reason is asked for in
 * the languages that the event has.  Afterwards the same page puts it into other words, and into
 * languages for which there was no time; then nobody is written to.
 *
 *	GET, POST /desk/events/{event}/off			all dates that are to come
 *	GET, POST /desk/events/{event}/dates/{slot}/off	one
 */
#include <string.h>

#include "domain/question_language.h"
#include "web/desk/event.h"
#include "web/handlers.h"

struct off {
	json_t *event;
	const json_t *slot;	/* NULL: all of them */
	const json_t *said;	/* by language, where it was called off before; else NULL */
};

/* Opens it; *ready false: there is nothing to be called off, nor to be put into other words. */
static enum err
off_open(struct web *w, bool date, struct off *o, bool *ready)
{
	json_t *slot = NULL;
	enum err e = date ? desk_event_date_open(w, &o->event, &slot) : desk_event_open(w, &o->event);
	bool gone;

	if (e != ERR_OK)
		return e;
	o->slot = slot;
	gone = json_flag(o->event, "cancelled");
	o->said = NULL;
	if (date && json_flag(slot, "cancelled") && (!gone || json_is_string(json_object_get(slot, "why"))))
		o->said = json_object_get(slot, "call_off");
	else if (!date && gone)
		o->said = json_object_get(o->event, "call_offs");
	*ready = o->said != NULL || (json_flag(o->event, "open") && (!date || (!json_flag(slot, "cancelled") && !json_flag(slot, "over"))));
	return ERR_OK;
}

/* The reason in each language that people may choose; Japanese is asked for by itself. */
static bool
is_asked(const struct off *o, const char *language)
{
	return question_tongue_among(json_object_get(o->event, "languages"), language);
}

static const char *
field_name(struct web *w, const char *language)
{
	return arena_printf(w->arena, "why_%s", language);
}

static enum err
off_page(struct web *w, enum status status, struct form *f, const struct off *o)
{
	json_t *list = json_array();

	for (size_t i = 0; question_tongues[i] != NULL; i++) {
		const char *tag = question_tongues[i];

		if (!is_asked(o, tag))
			continue;
		if (status == HTTP_OK)
			form_set(f, field_name(w, tag), json_text(o->said, tag));
		json_array_append_new(list, json_pack("{s:O, s:s, s:s}", "field", json_object_get(form_json(f), field_name(w, tag)),
		    "language_name", words_get(w->words, question_tongue_key(tag)), "lang", strncmp(tag, "ja", 2) == 0 ? "ja" : tag));
	}
	json_object_set_new(w->view, "whys", list);
	json_object_set_new(w->view, "again", json_boolean(o->said != NULL));
	return web_page(w, status, o->slot != NULL ? "desk/event/date_off" : "desk/event/off");
}

static enum err
show(struct web *w, bool date)
{
	struct form *f = web_form(w);
	struct off o;
	bool ready;
	enum err e = off_open(w, date, &o, &ready);

	if (e != ERR_OK)
		return e;
	form_set(f, "why", json_text(o.said, "ja"));
	return ready ? off_page(w, HTTP_OK, f, &o) : desk_event_go(w, o.event, date ? "dates" : "");
}

static json_t *
why_read(struct web *w, struct form *f, const struct off *o)
{
	json_t *why = json_keep(w->arena, json_pack("{s:s}", "ja", form_lines(f, "why", FORM_REQUIRED, EVENT_CALL_OFF_MAX)));

	for (size_t i = 0; question_tongues[i] != NULL; i++) {
		const char *tag = question_tongues[i], *own = !is_asked(o, tag) ? json_text(o->said, tag) :
		    form_lines(f, field_name(w, tag), FORM_OPTIONAL, 2 * EVENT_CALL_OFF_MAX);

		if (own[0] != '\0')
			json_object_set_new(why, tag, json_string(own));
	}
	return why;
}

/* A second press says the same again, which changes nothing. */
static enum err
keep(struct web *w, bool date)
{
	struct form *f = web_form(w);
	int64_t event, slot;
	const json_t *why;
	struct off o;
	bool ready;
	enum err e = off_open(w, date, &o, &ready);

	if (e == ERR_OK && !ready)
		e = ERR_CONFLICT;
	if (e != ERR_OK)
		return e;
	why = why_read(w, f, &o);
	if (!form_ok(f))
		return off_page(w, HTTP_UNPROCESSABLE, f, &o);
	event = json_int(o.event, "id");
	slot = date ? json_int(o.slot, "id") : 0;
	e = o.said != NULL ? event_off_again(w->db, event, slot, why) : event_off(w->db, event, slot, why);
	if (e != ERR_OK)
		return e;
	web_tell(w, "success", o.said != NULL ? "tell_event_saved" : date ? "tell_event_date_off" : "tell_event_off");
	return desk_event_go(w, o.event, date ? "dates" : "");
}

enum err desk_event_off(struct web *w) { return show(w, false); }
enum err desk_event_off_do(struct web *w) { return keep(w, false); }
enum err desk_event_date_off(struct web *w) { return show(w, true); }
enum err desk_event_date_off_do(struct web *w) { return keep(w, true); }
