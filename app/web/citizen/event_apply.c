/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Signing up for an event: one thing a page, each kept as soon as it is answered.
 *
 *	GET, POST /events/{event}/apply			which date, how many
 *	GET, POST /events/{event}/apply/person/{number}	who comes, one page each
 *	GET, POST /events/{event}/apply/q		what the event asks beside
 *
 * Contact and proof are in event_contact.c, check and the button in event_send.c.  The answers lie in the database, sealed, under
 * the hash of a cookie (domain/application.h); a page whose turn it is not yet leads to the
 * one whose it is.
 */
#include <stdlib.h>
#include <string.h>

#include "domain/question_language.h"
#include "web/citizen/choose.h"
#include "web/citizen/event.h"
#include "web/citizen/tongue.h"
#include "web/handlers.h"

enum { COOKIE_S = 24 * 3600, NAME_MAX_LENGTH = 60, PEOPLE_MAX = 50 };
static const char COOKIE[] = "__Host-apply";

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
	/* What staff began for somebody is theirs alone, while they are signed in. */
	a->by_staff = json_int(a->draft.what, "staff") != 0;
	if (a->by_staff && (json_int(a->draft.what, "staff") != w->staff || strcmp(w->stage, "full") != 0 || !web_may(w, RIGHT_WRITE))) {
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
		bool limited = json_flag(slot, "limited") && seats;

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
	else if (!a->changing && json_flag(a->event, "first") && json_flag(chosen, "limited") && !json_flag(a->event, "waiting")) {
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

/* --- a person --- */

/* One name stands for a whole group: of each claim it says how many of them make it. */
static bool
for_group(const struct applying *a)
{
	return application_persons(a->event, a->draft.what) == 1 && json_int(a->draft.what, "people") > 1;
}

static const char *
claim_name(struct web *w, const json_t *quota)
{
	return arena_printf(w->arena, "quota_%" PRId64, json_int(quota, "id"));
}

/* Their fields, once they are set or read. */
static void
say_claims(struct web *w, const struct applying *a, const json_t *slot)
{
	json_t *list = json_array(), *field;
	const json_t *quota;
	size_t i;

	json_array_foreach(json_object_get(slot, "quotas"), i, quota) {
		field = json_copy(json_object_get(form_json(a->form), claim_name(w, quota)));
		json_object_set(field, "label", json_object_get(quota, "name"));
		json_object_set(field, "lang", json_object_get(quota, "lang"));
		json_array_append_new(list, field);
	}
	json_object_set_new(w->view, "claims", list);
}

/* The claims that can be made on this date, and whether this is one of several people. */
static enum err
person_page(struct web *w, enum status status, const struct applying *a, size_t n)
{
	const json_t *slot = application_slot(a->event, json_int(a->draft.what, "slot")), *quota;
	json_t *options = json_array();
	size_t i, members = application_persons(a->event, a->draft.what);

	json_array_foreach(json_object_get(slot, "quotas"), i, quota)
		json_array_append_new(options, json_pack("{s:o, s:O, s:O, s:O}", "value",
		    json_sprintf("%" PRId64, json_int(quota, "id")), "label", json_object_get(quota, "name"),
		    "lang", json_object_get(quota, "lang"), "left", json_object_get(quota, "left")));
	form_options(a->form, "quota", options);
	json_object_set_new(w->view, "quotas", json_boolean(!for_group(a) && json_array_size(options) > 0));
	if (for_group(a))
		say_claims(w, a, slot);
	else
		json_object_set_new(w->view, "claims", json_array());
	json_decref(options);
	json_object_set_new(w->view, "nth", json_integer((json_int_t)n));
	json_object_set_new(w->view, "people", json_integer((json_int_t)members));
	json_object_set_new(w->view, "of_several", json_boolean(members > 1));
	json_object_set_new(w->view, "yourself", json_boolean(n == 1));
	json_object_set_new(w->view, "for_all", json_boolean(for_group(a)));
	return web_page(w, status, "citizen/event/person");
}

static enum err
person_open(struct web *w, struct applying *a, bool lock, size_t *n, json_t **member, bool *ready)
{
	int64_t number = web_id(w, "number");
	enum err e = citizen_apply_page(w, a, lock, arena_printf(w->arena, "person/%" PRId64, number), ready);

	if (e != ERR_OK || !*ready)
		return e;
	if (number < 1 || (size_t)number > application_persons(a->event, a->draft.what)) {
		*ready = false;
		return citizen_apply_go(w, a, application_next(w->arena, a->event, a->draft.what));
	}
	*n = (size_t)number;
	*member = application_person(a->draft.what, *n - 1);
	return ERR_OK;
}

static void
claims_set(struct web *w, const struct applying *a, const json_t *member)
{
	const json_t *slot = application_slot(a->event, json_int(a->draft.what, "slot")), *quota, *id;
	size_t i, k, n;

	json_array_foreach(json_object_get(slot, "quotas"), i, quota) {
		n = 0;
		json_array_foreach(json_object_get(member, "quotas"), k, id)
			n += json_integer_value(id) == json_int(quota, "id");
		form_set(a->form, claim_name(w, quota), n == 0 ? "" : arena_printf(w->arena, "%zu", n));
	}
}

static void
claims_read(struct web *w, const struct applying *a, json_t *member)
{
	const json_t *slot = application_slot(a->event, json_int(a->draft.what, "slot")), *quota;
	json_t *claimed = json_array();
	int64_t n;
	size_t i;

	json_array_foreach(json_object_get(slot, "quotas"), i, quota)
		for (n = form_number(a->form, claim_name(w, quota), FORM_OPTIONAL, 0, json_int(a->draft.what, "people")); n > 0; n--)
			json_array_append(claimed, json_object_get(quota, "id"));
	json_object_set_new(member, "quotas", claimed);
}

enum err
citizen_apply_person(struct web *w)
{
	struct applying a;
	json_t *member;
	struct db_ids ids;
	size_t n;
	bool ready;
	enum err e = person_open(w, &a, false, &n, &member, &ready);

	if (e != ERR_OK || !ready)
		return e;
	form_set(a.form, "name", json_text(member, "name"));
	form_set(a.form, "kana", json_text(member, "kana"));
	ids = citizen_ids(w->arena, json_object_get(member, "quotas"));
	form_set_ids(a.form, "quota", ids.data, ids.n);
	if (for_group(&a))
		claims_set(w, &a, member);
	e = citizen_apply_questions(w, a.form, a.chosen, application_document(w->arena, a.event, true), json_object_get(member, "answers"),
	    false);
	return e != ERR_OK ? e : person_page(w, HTTP_OK, &a, n);
}

static void
quotas_read(const struct applying *a, json_t *member)
{
	const json_t *slot = application_slot(a->event, json_int(a->draft.what, "slot")), *quota;
	json_t *claimed = json_array();
	int64_t *ids;
	size_t n = form_ids(a->form, "quota", FORM_OPTIONAL, &ids), i, k;

	for (k = 0; k < n; k++)
		json_array_foreach(json_object_get(slot, "quotas"), i, quota)
			if (json_int(quota, "id") == ids[k])
				json_array_append_new(claimed, json_integer(ids[k]));
	if (json_array_size(claimed) < n)
		form_problem(a->form, "quota", "apply_quota_gone");
	json_object_set_new(member, "quotas", claimed);
}

enum err
citizen_apply_person_keep(struct web *w)
{
	struct applying a;
	json_t *member;
	size_t n;
	bool ready;
	enum err e = person_open(w, &a, true, &n, &member, &ready);

	if (e != ERR_OK || !ready)
		return e;
	json_object_set_new(member, "name", json_string(form_name(a.form, "name", FORM_REQUIRED, NAME_MAX_LENGTH)));
	json_object_set_new(member, "kana", json_string(form_name(a.form, "kana", FORM_OPTIONAL, NAME_MAX_LENGTH)));
	if (for_group(&a))
		claims_read(w, &a, member);
	else
		quotas_read(&a, member);
	e = citizen_apply_questions(w, a.form, a.chosen, application_document(w->arena, a.event, true), json_object_get(member, "answers"),
	    true);
	if (e != ERR_OK)
		return e;
	return form_ok(a.form) ? citizen_apply_on(w, &a) : person_page(w, HTTP_UNPROCESSABLE, &a, n);
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
	e = citizen_apply_questions(w, a.form, a.chosen, document, json_object_get(a.draft.what, "answers"), reading);
	if (e != ERR_OK)
		return e;
	if (reading && form_ok(a.form))
		return citizen_apply_on(w, &a);
	return web_page(w, reading ? HTTP_UNPROCESSABLE : HTTP_OK, "citizen/event/questions");
}

enum err citizen_apply_q(struct web *w) { return questions(w, false); }
enum err citizen_apply_q_keep(struct web *w) { return questions(w, true); }
