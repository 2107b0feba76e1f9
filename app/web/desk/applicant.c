/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Who signed up for an event.
 *
 *	GET  /desk/events/{event}/applicants		by state, date, words; a page at a time
 *	GET  /desk/events/{event}/applicants/new	代理申込: by telephone or at the counter
 *	POST /desk/events/{event}/applicants/new	then the same pages as everybody's (citizen/event_apply.c)
 *	GET  /desk/events/{event}/applicants/new/on	on with it, after signing in again
 *	GET  /desk/events/{event}/applicants/{application}	one, with what was written to them
 *	POST /desk/events/{event}/applicants/{application}	decide, put ahead, note
 *	GET, POST /desk/events/{event}/applicants/{application}/cancel	asks whether, then cancels
 *
 * Lists to take along are in applicant_file.c.
 */
#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "domain/applicant.h"
#include "domain/question_language.h"
#include "web/citizen/event.h"
#include "web/desk/event.h"
#include "web/handlers.h"

enum { MEMO_MAX = 600, WHY_MAX = 200 };
static const char *const states[] = { "active", "", "confirmed", "applied", "waiting", "offered", "lost", "cancelled", "rejected",
	"expired" };

/* The word and the look of a state. */
static void
say_state(struct web *w, json_t *one)
{
	static const char *const looks[][2] = {
		{ "applied", "pending" }, { "confirmed", "sent" }, { "waiting", "waiting" }, { "offered", "later" }, { "lost", "ended" },
		{ "cancelled", "stopped" }, { "rejected", "rejected" }, { "expired", "expired" },
	};
	const char *state = json_text(one, "state");
	size_t i;

	for (i = 0; i < sizeof looks / sizeof *looks; i++)
		if (strcmp(looks[i][0], state) == 0)
			json_object_set_new(one, "tag", json_pack("{s:s, s:s}", "state", looks[i][1], "state_text",
			    words_get(w->words, arena_printf(w->arena, "applicant_state_%s", state))));
}

static void
say_channel(struct web *w, json_t *one)
{
	json_object_set_new(one, "channel_text", json_string(words_get(w->words,
	    arena_printf(w->arena, "applicant_channel_%s", json_text(one, "channel")))));
}

/* --- the list --- */

static json_t *
pills(struct web *w, const json_t *event, const char *chosen)
{
	json_t *list = json_array();
	const json_t *counts = json_object_get(event, "counts");
	size_t i;

	for (i = 0; i < sizeof states / sizeof *states; i++) {
		bool current = strcmp(states[i], chosen) == 0;
		int64_t n = json_int(counts, states[i]);

		if (i == 0)
			n = json_int(counts, "applied") + json_int(counts, "confirmed") + json_int(counts, "waiting") +
			    json_int(counts, "offered");
		if (i == 1)
			n = json_int(event, "applications");
		if (n > 0 || current || i < 2)
			json_array_append_new(list, json_pack("{s:s, s:o, s:b, s:o}", "label", words_get(w->words, i == 1 ? "message_all"
			    : arena_printf(w->arena, "applicant_state_%s", states[i])),
			    "url", json_sprintf("/desk/events/%" PRId64 "/applicants?state=%s", json_int(event, "id"),
			    i == 1 ? "all" : states[i]),
			    "current", (int)current, "count", json_sprintf("%" PRId64, n)));
	}
	return list;
}

static const char *
chosen_state(struct web *w)
{
	const char *asked = fields_get(w->query, "state");

	if (strcmp(asked, "all") == 0)
		return "";
	for (size_t i = 0; i < sizeof states / sizeof *states; i++)
		if (asked[0] != '\0' && strcmp(states[i], asked) == 0)
			return states[i];
	return "active";
}

/* The same list, from its beginning or behind somebody. */
static json_t *
list_url(struct web *w, const struct applicant_filter *f, int64_t after)
{
	struct buf b;

	buf_init(&b, w->arena);
	buf_addf(&b, "/desk/events/%" PRId64 "/applicants?state=%s", f->event, f->state[0] == '\0' ? "all" : f->state);
	if (f->slot != 0)
		buf_addf(&b, "&slot=%" PRId64, f->slot);
	if (f->search[0] != '\0') {
		buf_adds(&b, "&search=");
		buf_add_percent(&b, f->search, strlen(f->search));
	}
	if (after != 0)
		buf_addf(&b, "&after=%" PRId64, after);
	return json_string(b.data);
}

static void
say_pages(struct web *w, const struct applicant_filter *f, int64_t next)
{
	json_object_set_new(w->view, "newest_url", f->after != 0 ? list_url(w, f, 0) : json_null());
	json_object_set_new(w->view, "older_url", next != 0 ? list_url(w, f, next) : json_null());
}

static void
say_dates(struct web *w, const json_t *event, int64_t slot)
{
	json_t *dates = desk_event_dates(w, event), *one;
	size_t i;

	json_array_foreach(dates, i, one)
		json_object_set_new(one, "checked", json_boolean(strtoll(json_text(one, "value"), NULL, 10) == slot));
	json_object_set(w->view, "dates", dates);
	json_object_set_new(w->view, "several", json_boolean(json_array_size(dates) > 1));
}

enum err
desk_applicant_list(struct web *w)
{
	struct applicant_filter f = { .event = web_id(w, "event"), .state = chosen_state(w),
	    .search = text_cut(w->arena, text_normal(w->arena, fields_get(w->query, "search")), 100) };
	json_t *event, *list, *one;
	int64_t next;
	size_t i;
	enum err e = desk_event_open(w, &event);

	if (e == ERR_OK)
		e = web_vault(w);
	if (fields_int(w->query, "slot", 0, INT64_MAX, &f.slot) != ERR_OK)
		f.slot = 0;
	if (fields_int(w->query, "after", 0, INT64_MAX, &f.after) != ERR_OK)
		f.after = 0;
	if (e == ERR_OK)
		e = applicant_page(w->db, w->vault, w->arena, w->words, &f, &list, &next);
	if (e != ERR_OK)
		return e;
	json_array_foreach(list, i, one) {
		say_state(w, one);
		say_channel(w, one);
		json_object_set_new(one, "row_url", json_sprintf("/desk/events/%" PRId64 "/applicants/%" PRId64, f.event,
		    json_int(one, "id")));
		json_object_set_new(one, "queued", json_boolean(json_int(one, "place") > 0));
	}
	say_pages(w, &f, next);
	say_dates(w, event, f.slot);
	json_object_set(w->view, "rows", list);
	json_object_set_new(w->view, "any", json_boolean(json_array_size(list) > 0));
	json_object_set_new(w->view, "state", json_string(f.state[0] == '\0' ? "all" : f.state));
	json_object_set_new(w->view, "pills", pills(w, event, f.state));
	json_object_set_new(w->view, "search", f.search[0] != '\0' ? json_string(f.search) : json_null());
	json_object_set_new(w->view, "files_query", json_sprintf("?state=%s&slot=%" PRId64, f.state[0] == '\0' ? "all" : f.state,
	    f.slot));
	return web_page(w, HTTP_OK, "desk/applicant/list");
}

/* --- for somebody --- */

/* In which language the letters are: one of the event's, where it has several; else null. */
static void
offer_letters(struct web *w, struct form *f, const char *chosen)
{
	json_t *languages = json_object_get(json_object_get(w->view, "event"), "languages"), *one;
	json_t *options = json_keep(w->arena, json_array());
	size_t i;

	if (json_array_size(languages) < 2) {
		json_object_set_new(form_json(f), "letters", json_null());
		return;
	}
	json_array_foreach(languages, i, one)
		json_array_append_new(options, json_pack("{s:O, s:s}", "value", one,
		    "label", words_get(w->words, question_tongue_key(json_string_value(one)))));
	form_options(f, "letters", options);
	form_set(f, "letters", chosen);
}

static enum err
begin_page(struct web *w, enum status status, struct form *f, const char *letters)
{
	static const char *const channels[] = { "phone", "counter" };
	json_t *options = json_keep(w->arena, json_array());

	offer_letters(w, f, letters);
	for (size_t i = 0; i < 2; i++)
		json_array_append_new(options, json_pack("{s:s, s:s}", "value", channels[i],
		    "label", words_get(w->words, arena_printf(w->arena, "applicant_channel_%s", channels[i]))));
	form_options(f, "channel", options);
	return web_page(w, status, "desk/applicant/new");
}

/* An event for which somebody can be signed up; of another the list of its applicants is where one gets. */
static enum err
open_event(struct web *w, bool *ready)
{
	json_t *event;
	enum err e = desk_event_open(w, &event);

	*ready = e == ERR_OK && json_flag(event, "open") && json_flag(event, "signs_up");
	return e != ERR_OK || *ready ? e : desk_event_go(w, event, "applicants");
}

enum err
desk_applicant_new(struct web *w)
{
	struct form *f = web_form(w);
	bool ready;
	enum err e = open_event(w, &ready);

	if (e != ERR_OK || !ready)
		return e;
	form_set(f, "channel", "phone");
	return begin_page(w, HTTP_OK, f, "ja");
}

enum err
desk_applicant_on(struct web *w)
{
	bool ready;
	enum err e = open_event(w, &ready);

	return e != ERR_OK || !ready ? e : citizen_apply_resume(w);
}

enum err
desk_applicant_begin(struct web *w)
{
	static const char *const channels[] = { "phone", "counter", NULL };
	struct form *f = web_form(w);
	const char *channel, *letters = fields_get(w->fields, "letters");
	json_t *event;
	enum err e = desk_event_open(w, &event);

	if (e == ERR_OK)
		e = web_vault(w);
	if (e != ERR_OK)
		return e;
	if (!json_flag(event, "open") || !json_flag(event, "signs_up"))
		return ERR_CONFLICT;
	channel = form_choice(f, "channel", FORM_REQUIRED, channels);
	if (!question_tongue_among(json_object_get(event, "languages"), letters))
		letters = "ja";
	if (!form_ok(f))
		return begin_page(w, HTTP_UNPROCESSABLE, f, letters);
	e = citizen_apply_begin(w, json_int(event, "id"), json_keep(w->arena, json_pack("{s:I, s:s, s:s}", "staff", (json_int_t)w->staff,
	    "channel", channel, "letters", letters)));
	return e != ERR_OK ? e : web_see_other(w, "/events/%" PRId64 "/apply", json_int(event, "id"));
}

/* --- one --- */

static void
say_letters(struct web *w, const json_t *letters)
{
	json_t *letter;
	size_t i;

	json_array_foreach(letters, i, letter) {
		const char *state = json_text(letter, "state");
		const char *look = strcmp(state, "accepted") == 0 ? "sent" : strcmp(state, "queued") == 0 ? "waiting" : state;

		json_object_set_new(letter, "what", json_string(words_get(w->words,
		    arena_printf(w->arena, "applicant_kind_%s", json_text(letter, "kind")))));
		json_object_set_new(letter, "tag", json_pack("{s:s, s:s}", "state", look, "state_text",
		    words_get(w->words, arena_printf(w->arena, "applicant_letter_%s", state))));
	}
}

static enum err
one_open(struct web *w, json_t **event, struct application *a)
{
	enum err e = desk_event_open(w, event);

	if (e == ERR_OK)
		e = web_vault(w);
	if (e == ERR_OK)
		e = applicant_open(w->db, w->vault, w->arena, json_int(*event, "id"), web_id(w, "application"), w->lang, a);
	return e;
}

/* Whoever is in has their seat: the entry is taken back first. */
static bool
may_cancel(const struct application *a)
{
	return json_flag(a->show, "active") && !json_is_object(json_object_get(a->show, "entered"));
}

static enum err
one_page(struct web *w, enum status status, const json_t *event, const struct application *a, const char *refused)
{
	json_t *asked = json_keep(w->arena, json_pack("{s:s, s:O, s:O}", "names",
	    json_array_size(json_object_get(a->person, "people")) > 1 ? "all" : "one",
	    "document", json_object_get(a->show, "document"), "each", json_object_get(a->show, "each")));
	json_t *more = json_object_get(a->show, "more");
	enum err e = citizen_apply_rows(w, asked, json_object_get(a->show, "slot"), application_again(w->arena, a), NULL);

	if (e == ERR_OK)
		e = applicant_seen(w->db, a->id);
	if (e != ERR_OK)
		return e;
	say_state(w, a->show);
	say_channel(w, a->show);
	say_letters(w, json_object_get(more, "letters"));
	json_object_set(w->view, "application", a->show);
	json_object_set(w->view, "name", json_object_get(a->person, "name"));
	json_object_set_new(w->view, "any_letters", json_boolean(json_array_size(json_object_get(more, "letters")) > 0));
	json_object_set_new(w->view, "refused", refused != NULL ? json_string(words_get(w->words, refused)) : json_null());
	json_object_set_new(w->view, "may_decide", json_boolean(json_flag(event, "approval") && json_flag(a->show, "applied")));
	json_object_set_new(w->view, "may_cancel", json_boolean(may_cancel(a)));
	json_object_set_new(w->view, "may_move", json_boolean(json_flag(a->show, "active") && json_flag(a->show, "waiting")));
	json_object_set_new(w->view, "ticket_url", json_sprintf("/tickets/%s", a->token));
	return web_page(w, status, "desk/applicant/show");
}

enum err
desk_applicant(struct web *w)
{
	struct application a;
	struct form *f;
	json_t *event;
	enum err e = one_open(w, &event, &a);

	if (e != ERR_OK)
		return e;
	f = web_form(w);
	form_set(f, "memo", json_text(json_object_get(a.show, "more"), "memo"));
	form_set(f, "why", "");
	return one_page(w, HTTP_OK, event, &a, NULL);
}

static enum err
decide(struct web *w, const struct application *a, bool yes, const char **refused)
{
	enum err e = applicant_decide(w->db, a->id, yes);

	if (e == ERR_GONE || e == ERR_CONFLICT) {
		*refused = e == ERR_GONE ? "applicant_no_seats" : "applicant_decided";
		return ERR_OK;
	}
	web_tell(w, "success", yes ? "tell_applicant_accepted" : "tell_applicant_rejected");
	return e;
}

/* With the reason, which is kept in the audit record. */
static enum err
move(struct web *w, struct form *f, const struct application *a, bool ahead, const char **refused)
{
	const char *why = form_text(f, "why", FORM_REQUIRED, WHY_MAX);
	enum err e;

	if (!form_ok(f))
		return ERR_INVALID;
	e = applicant_ahead(w->db, a->id, ahead, why);
	if (e == ERR_CONFLICT && !db_failed(w->db)) {
		*refused = "applicant_decided";
		return ERR_OK;
	}
	if (e == ERR_OK)
		web_tell(w, "success", ahead ? "tell_applicant_ahead" : "tell_applicant_back");
	return e;
}

static enum err
one_go(struct web *w, const json_t *event, const struct application *a)
{
	return web_see_other(w, "/desk/events/%" PRId64 "/applicants/%" PRId64, json_int(event, "id"), a->id);
}

enum err
desk_applicant_do(struct web *w)
{
	const char *act = fields_get(w->fields, "act"), *refused = NULL, *memo;
	struct form *f = web_form(w);
	struct application a;
	json_t *event;
	enum err e = one_open(w, &event, &a);

	if (e != ERR_OK)
		return e;
	form_set(f, "memo", json_text(json_object_get(a.show, "more"), "memo"));
	form_set(f, "why", "");
	if (strcmp(act, "accept") == 0 || strcmp(act, "reject") == 0)
		e = decide(w, &a, strcmp(act, "accept") == 0, &refused);
	else if (strcmp(act, "ahead") == 0 || strcmp(act, "back") == 0) {
		e = move(w, f, &a, strcmp(act, "ahead") == 0, &refused);
		if (e == ERR_INVALID && !db_failed(w->db))
			return one_page(w, HTTP_UNPROCESSABLE, event, &a, NULL);
	} else if (strcmp(act, "memo") == 0) {
		memo = form_lines(f, "memo", FORM_OPTIONAL, MEMO_MAX);
		if (!form_ok(f))
			return one_page(w, HTTP_UNPROCESSABLE, event, &a, NULL);
		e = applicant_memo(w->db, json_int(event, "id"), a.id, memo);
		web_tell(w, "success", "tell_event_saved");
	} else
		return ERR_INVALID;
	if (e != ERR_OK)
		return e;
	if (refused != NULL)
		return one_page(w, HTTP_CONFLICT, event, &a, refused);
	return one_go(w, event, &a);
}

/* --- cancelling --- */

enum err
desk_applicant_cancel(struct web *w)
{
	struct application a;
	json_t *event;
	enum err e = one_open(w, &event, &a);

	if (e == ERR_OK && !may_cancel(&a))
		return one_go(w, event, &a);
	if (e == ERR_OK)
		e = applicant_seen(w->db, a.id);
	if (e != ERR_OK)
		return e;
	say_state(w, a.show);
	json_object_set(w->view, "application", a.show);
	json_object_set(w->view, "name", json_object_get(a.person, "name"));
	json_object_set_new(w->view, "by_email", json_boolean(json_text(a.contact, "email")[0] != '\0'));
	return web_page(w, HTTP_OK, "desk/applicant/cancel");
}

/* A second press finds it ended: its page says how and when. */
enum err
desk_applicant_cancelled(struct web *w)
{
	struct application a;
	bool left = false;
	json_t *event;
	enum err e = one_open(w, &event, &a);

	if (e == ERR_OK)
		e = application_leave(w->db, a.id, "staff", &left);
	if (e == ERR_OK && !left)	/* why, as it is now */
		e = one_open(w, &event, &a);
	if (e != ERR_OK)
		return e;
	web_tell(w, left ? "success" : "info", left ? "tell_applicant_cancelled" : json_is_object(json_object_get(a.show, "entered"))
	    ? "tell_applicant_entered" : "tell_apply_left_before");
	return one_go(w, event, &a);
}
