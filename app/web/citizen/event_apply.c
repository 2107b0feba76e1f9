/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Signing up for an event: one thing a page, each kept as soon as it is answered.
 *
 *	GET, POST /events/{event}/apply			which date, how many
 *	GET, POST /events/{event}/apply/q		what the event asks beside
 *
 * Who comes is in event_person.c, contact and proof are in event_contact.c, check and the button in event_send.c.
 * The answers lie in the database, sealed, under the hash of a cookie (domain/application.h); a page whose turn it is not yet leads to the
 * one whose it is.
 */
#include <stdlib.h>
#include <string.h>

#include "domain/question_language.h"
#include "domain/unsent.h"
#include "web/citizen/choose.h"
#include "web/citizen/event.h"
#include "web/citizen/tongue.h"
#include "web/handlers.h"

enum { COOKIE_S = 24 * 3600, PEOPLE_MAX = 50 };
static const char COOKIE[] = APPLY_COOKIE;

/* --- the way --- */

static const char *
token_of(struct web *w)
{
	const char *token = fields_get(w->request->cookies, COOKIE);

	return strlen(token) >= 20 && strlen(token) <= 100 ? token : "";
}

enum err
citizen_apply_closed(struct web *w, const struct applying *a)
{
	json_object_set(w->view, "event", a->event);
	return web_page(w, HTTP_GONE, "citizen/event/closed");
}

/* Nobody has ended their login, and it is over. */
static bool
lapsed(struct web *w)
{
	struct unsent_over over;

	return strcmp(w->stage, "full") != 0 && unsent_over(w->db, fields_get(w->request->cookies, "__Host-staff"), &over) == ERR_OK;
}

enum err
citizen_apply_login(struct web *w, const struct applying *a)
{
	return web_see_other(w, "/desk/login?next=/desk/events/%" PRId64 "/applicants/new/on", a->draft.event);
}

enum err
citizen_apply_resume(struct web *w)
{
	struct applying a;
	bool ready;
	enum err e = citizen_applying(w, &a, false, &ready);

	if (e != ERR_OK || (!ready && a.by_staff))
		return e;
	buf_reset(&w->response->body);	/* of citizens' page, where it takes none of theirs */
	if (!a.by_staff)
		return web_see_other(w, "/desk/events/%" PRId64 "/applicants/new", a.draft.event);
	return citizen_apply_go(w, &a, application_next(w->arena, a.event, a.draft.what));
}

enum err
citizen_applying(struct web *w, struct applying *a, bool lock, bool *ready)
{
	enum err e = web_vault(w);
	json_t *slot;
	size_t i;

	*a = (struct applying){ .form = web_form(w), .draft = { .event = web_id(w, "event"), .token = token_of(w) } };
	*ready = false;
	if (e == ERR_OK)
		e = application_ask(w->db, w->arena, &a->draft, w->lang, lock, &a->event);
	if (e == ERR_OK)
		e = db_flush(w->db);
	if (e == ERR_OK)
		e = application_draft_read(w->vault, w->arena, &a->draft);
	if (e != ERR_OK)
		return e;
	/* What one person typed is not shown to another one who opened their マイページ in the same browser. */
	if (w->citizen != 0 && json_int(a->draft.what, "citizen") != 0 && json_int(a->draft.what, "citizen") != w->citizen)
		a->draft.what = json_keep(w->arena, json_object());
	/* What staff began for somebody is theirs alone, while they are signed in.  What they type when their login has lapsed is
	 * kept with it, and shown when they are in again. */
	a->by_staff = json_int(a->draft.what, "staff") != 0;
	a->lapsed = a->by_staff && lapsed(w);
	if (a->lapsed && !lock)
		return citizen_apply_login(w, a);
	if (a->by_staff && !a->lapsed &&
	    (json_int(a->draft.what, "staff") != w->staff || strcmp(w->stage, "full") != 0 || !web_may(w, RIGHT_WRITE))) {
		a->draft.what = json_keep(w->arena, json_object());
		a->by_staff = false;
	}
	a->chosen = fields_get(w->query, "language");
	if (!question_tongue_among(json_object_get(a->event, "languages"), a->chosen))
		a->chosen = citizen_tongue_kept(w, json_text(a->draft.what, "language"));
	e = citizen_tongue_event(w, a->event, 0, a->chosen);
	if (e != ERR_OK)
		return e;
	json_array_foreach(json_object_get(a->event, "slots"), i, slot)
		application_say_quotas(a->event, slot);
	a->fresh = json_object_get(a->draft.what, "slot") == NULL;
	a->changing = json_text(a->draft.what, "change")[0] != '\0';
	json_object_set(w->view, "event", a->event);
	json_object_set_new(w->view, "changing", json_boolean(a->changing));
	json_object_set_new(w->view, "by_staff", json_boolean(a->by_staff));
	json_object_set_new(w->view, "step_url", json_sprintf("/events/%" PRId64 "/apply", a->draft.event));
	*ready = a->changing ? application_slot(a->event, json_int(a->draft.what, "slot")) != NULL
	    : json_flag(a->event, a->by_staff ? "live" : "open") && json_array_size(json_object_get(a->event, "slots")) > 0;
	return *ready ? ERR_OK : citizen_apply_closed(w, a);
}

enum err
citizen_apply_go(struct web *w, const struct applying *a, const char *page)
{
	if (strcmp(page, "start") == 0)
		return web_see_other(w, "/events/%" PRId64 "/apply", a->draft.event);
	return web_see_other(w, "/events/%" PRId64 "/apply/%s", a->draft.event, page);
}

enum err
citizen_apply_begin(struct web *w, int64_t event, json_t *what)
{
	struct application_draft d = { .event = event, .token = token_of(w), .what = what };

	if (d.token[0] == '\0')
		d.token = secret_token(w->arena, 32);
	if (w->citizen != 0)
		json_object_set_new(what, "citizen", json_integer(w->citizen));
	response_cookie(w->response, COOKIE, d.token, COOKIE_S);
	return application_draft_keep(w->db, w->vault, w->arena, &d);
}

enum err
citizen_apply_on(struct web *w, struct applying *a)
{
	enum err e = citizen_apply_begin(w, a->draft.event, a->draft.what);

	return e != ERR_OK ? e : citizen_apply_go(w, a, application_next(w->arena, a->event, a->draft.what));
}

/* The pages in their order, to find one's place and the way back. */
static int
order(const char *page)
{
	static const char *const pages[] = { "start", "person/", "contact", "code", "q", "check" };
	int i = 0;

	while (i < 5 && strncmp(pages[i], page, strlen(pages[i])) != 0)
		i++;
	return i * 100 + (i == 1 ? (int)strtol(page + 7, NULL, 10) : 0);
}

static const char *
back_of(struct web *w, const struct applying *a, const char *page)
{
	const char *base = arena_printf(w->arena, "/events/%" PRId64, a->draft.event);
	size_t members = application_persons(a->event, a->draft.what);
	long n = order(page) / 100 == 1 ? strtol(page + 7, NULL, 10) : 0;

	if (strcmp(page, "start") == 0)
		return base;
	if (n == 1)
		return arena_printf(w->arena, "%s/apply", base);
	if (n > 1 || strcmp(page, "contact") == 0 || a->changing)
		return arena_printf(w->arena, "%s/apply/person/%zu", base, n > 1 ? (size_t)n - 1 : members);
	return arena_printf(w->arena, "%s/apply/contact", base);
}

enum err
citizen_apply_page(struct web *w, struct applying *a, bool lock, const char *page, bool *ready)
{
	const char *next;
	enum err e = citizen_applying(w, a, lock, ready);

	if (e != ERR_OK || !*ready)
		return e;
	json_object_set_new(w->view, "back_url", json_string(back_of(w, a, page)));
	next = application_next(w->arena, a->event, a->draft.what);
	*ready = order(page) <= order(next);
	return *ready ? ERR_OK : citizen_apply_go(w, a, next);
}

/* --- the date and how many --- */

static enum err
start_page(struct web *w, enum status status, const struct applying *a)
{
	const json_t *slots = json_object_get(a->event, "slots"), *slot;
	json_t *options = json_array(), *option;
	bool seats = json_flag(a->event, "first");
	size_t i;

	json_array_foreach(slots, i, slot) {
		/* Who changes has seats of those that are taken: what is left beside them says nothing. */
		bool limited = json_flag(slot, "limited") && seats && !a->changing;

		if (a->changing && json_int(slot, "id") != json_int(a->draft.what, "slot"))
			continue;
		option = json_pack("{s:o, s:s, s:b, s:b, s:b, s:O, s:O}", "value", json_sprintf("%" PRId64, json_int(slot, "id")),
		    "label", json_text(slot, "when"), "full", (int)(limited && json_flag(slot, "full")),
		    "limited", (int)limited, "queued", (int)(json_int(slot, "queue") > 0),
		    "left", json_object_get(slot, "left"), "queue", json_object_get(slot, "queue"));
		json_array_append_new(options, option);
	}
	form_options(a->form, "slot", options);
	json_object_set_new(w->view, "several", json_boolean(json_array_size(options) > 1));
	json_object_set(w->view, "only", json_array_get(options, 0));
	json_object_set_new(w->view, "group", json_boolean(json_int(a->event, "group_max") > 1));
	json_object_set_new(w->view, "chosen", json_string(a->chosen));
	json_decref(options);
	return web_page(w, status, "citizen/event/start");
}

enum err
citizen_apply(struct web *w)
{
	struct applying a;
	bool ready;
	enum err e = citizen_applying(w, &a, false, &ready);
	int64_t people;

	if (e != ERR_OK || !ready)
		return e;
	json_object_set_new(w->view, "back_url", json_string(back_of(w, &a, "start")));
	people = json_int(a.draft.what, "people");
	form_set(a.form, "people", people > 0 ? arena_printf(w->arena, "%" PRId64, people) : "");
	form_set(a.form, "slot", a.fresh ? fields_get(w->query, "slot")
	    : arena_printf(w->arena, "%" PRId64, json_int(a.draft.what, "slot")));
	return start_page(w, HTTP_OK, &a);
}

static void
start_read(struct web *w, struct applying *a)
{
	struct form *f = a->form;
	const char *language = fields_get(w->fields, "language");
	int64_t slot = form_number(f, "slot", FORM_REQUIRED, 1, INT64_MAX), most = json_int(a->event, "group_max"), people = 1;
	const json_t *chosen = application_slot(a->event, slot);

	if (most > 1) {
		people = form_number(f, "people", FORM_REQUIRED, 1, PEOPLE_MAX);
		if (people > most) {
			form_detail(f, "people", "max", most);
			form_problem(f, "people", "apply_people_many");
		}
	} else
		form_set(f, "people", "1");
	if (chosen == NULL || (a->changing && slot != json_int(a->draft.what, "slot")))
		form_problem(f, "slot", "apply_slot_gone");
	else if (!a->changing && json_flag(chosen, "limited") && json_int(chosen, "capacity") == 0)
		form_problem(f, "slot", "apply_slot_full_choose");
	else if (!a->changing && json_flag(chosen, "limited") && json_int(chosen, "capacity") < people) {
		form_detail(f, "people", "max", json_int(chosen, "capacity"));
		form_problem(f, "people", "apply_people_capacity");
	} else if (!a->changing && json_flag(a->event, "first") && json_flag(chosen, "limited") && !json_flag(a->event, "waiting")) {
		if (json_flag(chosen, "full"))
			form_problem(f, "slot", "apply_slot_full_choose");
		else if (json_int(chosen, "left") < people)
			form_problem(f, "people", "apply_people_left");
	}
	if (slot != json_int(a->draft.what, "slot"))	/* claims are of quotas of a date */
		for (size_t i = 0; i < json_array_size(json_object_get(a->draft.what, "persons")); i++)
			json_object_set_new(application_person(a->draft.what, i), "quotas", json_array());
	if (question_tongue_among(json_object_get(a->event, "languages"), language)) {
		json_object_set_new(a->draft.what, "language", json_string(language));
		citizen_tongue_speak(w, language);
	}
	json_object_set_new(a->draft.what, "slot", json_integer(slot));
	json_object_set_new(a->draft.what, "span", json_string(json_text(chosen, "span")));
	json_object_set_new(a->draft.what, "people", json_integer(people));
}

enum err
citizen_apply_start(struct web *w)
{
	struct applying a;
	bool ready;
	enum err e = citizen_applying(w, &a, true, &ready);

	if (e != ERR_OK || !ready)
		return e;
	if ((a.changing || a.by_staff) && fields_has(w->fields, "stop")) {
		e = application_draft_drop(w->db, w->arena, &a.draft);
		if (e != ERR_OK)
			return e;
		return a.changing ? web_see_other(w, "/tickets/%s", json_text(a.draft.what, "change"))
		    : web_see_other(w, "/desk/events/%" PRId64 "/applicants", a.draft.event);
	}
	json_object_set_new(w->view, "back_url", json_string(back_of(w, &a, "start")));
	start_read(w, &a);
	if (!form_ok(a.form))
		return start_page(w, HTTP_UNPROCESSABLE, &a);
	if (!json_is_object(json_object_get(a.draft.what, "answers")))
		json_object_set_new(a.draft.what, "answers", json_object());
	return citizen_apply_on(w, &a);
}

/* --- questions --- */

static enum err
questions(struct web *w, bool reading)
{
	const json_t *document;
	struct applying a;
	bool ready;
	enum err e = citizen_apply_page(w, &a, reading, "q", &ready);

	if (e != ERR_OK || !ready)
		return e;
	document = application_document(w->arena, a.event, false);
	if (document == NULL)
		return citizen_apply_go(w, &a, application_next(w->arena, a.event, a.draft.what));
	e = citizen_apply_questions(w, a.form, a.chosen, document, a.draft.what, reading);
	if (e != ERR_OK)
		return e;
	if (reading && form_ok(a.form))
		return citizen_apply_on(w, &a);
	return web_page(w, reading ? HTTP_UNPROCESSABLE : HTTP_OK, "citizen/event/questions");
}

enum err citizen_apply_q(struct web *w) { return questions(w, false); }
enum err citizen_apply_q_keep(struct web *w) { return questions(w, true); }
