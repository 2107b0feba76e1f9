/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Signing up for an event, without an account.
 *
 *	GET  /events/{event}/apply		which date, how many people
 *	POST /events/{event}/apply
 *	GET  /events/{event}/apply/people	who comes, how they are reached, the questions
 *	POST /events/{event}/apply/people
 *	GET  /events/{event}/apply/check	all of it
 *	POST /events/{event}/apply/check	they are signed up; then the ticket (ticket.c)
 *
 * What was typed lies sealed in the database under a cookie, for a day, as that of 登録
 * does.  Seats are given by the database (domain/application.h).
 */
#include "domain/application.h"
#include "domain/citizen.h"
#include "domain/questionnaire.h"
#include "base/secret.h"
#include "web/citizen/choose.h"
#include "web/handlers.h"

enum { COOKIE_S = 24 * 3600, NAME_MAX_LENGTH = 100 };

#define COOKIE "__Host-apply"

struct applying {
	json_t *event;		/* query application_event */
	json_t *draft;		/* {slot, people, persons: [{name, kana}], quotas: {id: n}, email, phone, answers} */
	const char *cookie;
	struct form *form;
};

static const char *
draft_token(struct web *w, const struct applying *a)
{
	return arena_printf(w->arena, "apply %" PRId64 " %s", json_int(a->event, "id"), a->cookie);
}

static enum err
begin(struct web *w, struct applying *a)
{
	const char *consent = "";
	struct rows *rows;
	enum err e;

	e = application_event(w->db, web_id(w, "event"), w->lang, &a->event);
	if (e == ERR_OK)
		e = web_vault(w);
	if (e != ERR_OK)
		return e;
	a->form = web_form(w);
	a->cookie = fields_get(w->request->cookies, COOKIE);
	if (strlen(a->cookie) < 20 || strlen(a->cookie) > 100)
		a->cookie = secret_token(w->arena, 24);
	json_object_set(w->view, "event", a->event);
	e = citizen_draft_ask(w->db, w->arena, draft_token(w, a), &rows);
	if (e == ERR_OK)
		e = db_flush(w->db);
	if (e != ERR_OK)
		return e;
	e = citizen_draft(w->vault, w->arena, rows, &a->draft, &consent);
	if (e != ERR_NOT_FOUND)
		return e;
	a->draft = json_keep(w->arena, json_pack("{s:{}}", "answers"));
	return ERR_OK;
}

static enum err
keep(struct web *w, const struct applying *a, const char *next)
{
	enum err e = citizen_draft_keep(w->db, w->vault, w->arena, draft_token(w, a), a->draft);

	response_cookie(w->response, COOKIE, a->cookie, COOKIE_S);
	return e != ERR_OK ? e : web_see_other(w, "/events/%" PRId64 "/apply%s", json_int(a->event, "id"), next);
}

static const json_t *
slot_of(const struct applying *a)
{
	const json_t *slot;
	size_t i;

	json_array_foreach(json_object_get(a->event, "slots"), i, slot)
		if (json_int(slot, "id") == json_int(a->draft, "slot"))
			return slot;
	return NULL;
}

/* --- the date --- */

static enum err
closed_page(struct web *w)
{
	return web_page(w, HTTP_GONE, "citizen/application/closed");
}

/* What a date says of itself is in words: how many seats are left, or how many wait. */
static const char *
room_in_words(struct web *w, const struct applying *a, const json_t *slot)
{
	if (!json_flag(a->event, "first") || !json_flag(slot, "limited"))
		return "";
	if (!json_flag(slot, "full"))
		return arena_printf(w->arena, "%s %" PRId64, words_get(w->words, "application_left"), json_int(slot, "left"));
	return arena_printf(w->arena, "%s %" PRId64, words_get(w->words, json_flag(a->event, "waits") ? "application_waiting_now" :
	    "application_full_now"), json_int(slot, "waiting"));
}

static enum err
choose_page(struct web *w, enum status status, const struct applying *a)
{
	json_t *options = json_keep(w->arena, json_array());
	const json_t *slot;
	size_t i;

	json_array_foreach(json_object_get(a->event, "slots"), i, slot)
		json_array_append_new(options, json_pack("{s:s, s:s, s:s}",
		    "value", arena_printf(w->arena, "%" PRId64, json_int(slot, "id")),
		    "label", json_text(json_object_get(slot, "begins"), "text"), "room", room_in_words(w, a, slot)));
	form_options(a->form, "slot", options);
	return web_page(w, status, "citizen/application/choose");
}

enum err
citizen_application_choose(struct web *w)
{
	struct applying a;
	enum err e = begin(w, &a);

	if (e != ERR_OK)
		return e;
	if (!json_flag(a.event, "open") || json_array_size(json_object_get(a.event, "slots")) == 0)
		return closed_page(w);
	form_set(a.form, "slot", arena_printf(w->arena, "%" PRId64, json_int(a.draft, "slot")));
	form_set(a.form, "people", json_int(a.draft, "people") > 0 ?
	    arena_printf(w->arena, "%" PRId64, json_int(a.draft, "people")) : "1");
	return choose_page(w, HTTP_OK, &a);
}

enum err
citizen_application_chosen(struct web *w)
{
	struct applying a;
	int64_t people = 1;
	enum err e = begin(w, &a);

	if (e != ERR_OK)
		return e;
	if (!json_flag(a.event, "open"))
		return closed_page(w);
	form_set(a.form, "people", "1");
	if (json_flag(a.event, "several"))
		people = form_number(a.form, "people", FORM_REQUIRED, 1, json_int(a.event, "group_max"));
	form_set(a.form, "slot", fields_get(w->fields, "slot"));
	json_object_set_new(a.draft, "slot", json_integer(strtoll(fields_get(w->fields, "slot"), NULL, 10)));
	if (slot_of(&a) == NULL)
		form_problem(a.form, "slot", "form_choice");
	if (!form_ok(a.form))
		return choose_page(w, HTTP_UNPROCESSABLE, &a);
	json_object_set_new(a.draft, "people", json_integer(people));
	return keep(w, &a, "/people");
}

/* --- who comes --- */

/* The fields of one of the people: name_1, kana_1. */
static json_t *
person_fields(struct web *w, const struct applying *a, int64_t n)
{
	const json_t *shown = form_json(a->form);

	return json_pack("{s:I, s:O, s:O}", "n", (json_int_t)n,
	    "name", json_object_get(shown, arena_printf(w->arena, "name_%" PRId64, n)),
	    "kana", json_object_get(shown, arena_printf(w->arena, "kana_%" PRId64, n)));
}

static json_t *
quota_fields(struct web *w, const struct applying *a)
{
	json_t *list = json_array();
	const json_t *quota;
	size_t i;

	json_array_foreach(json_object_get(slot_of(a), "quotas"), i, quota)
		json_array_append_new(list, json_pack("{s:O, s:O, s:O}", "label", json_object_get(quota, "name"),
		    "left", json_object_get(quota, "left"), "field", json_object_get(form_json(a->form),
		    arena_printf(w->arena, "quota_%" PRId64, json_int(quota, "id")))));
	return list;
}

/* The questions of the sign-up form that are asked, with what was answered: shown or read. */
static json_t *
questions(struct web *w, const struct applying *a)
{
	const json_t *document = json_object_get(a->event, "document"), *q;
	struct questionnaire_look look = { .arena = w->arena, .form = a->form, .language = w->lang, .document = document,
		.answers = json_object_get(a->draft, "answers"), .seed = NULL };
	json_t *list = json_array();
	size_t i;

	json_array_foreach(json_object_get(document, "questions"), i, q)
		json_array_append(list, questionnaire_view(&look, q));
	return list;
}

static enum err
people_page(struct web *w, enum status status, const struct applying *a)
{
	json_t *persons = json_array();
	int64_t n;

	for (n = 1; n <= json_int(a->draft, "people"); n++)
		json_array_append_new(persons, person_fields(w, a, n));
	json_object_set_new(w->view, "persons", persons);
	json_object_set_new(w->view, "several", json_boolean(json_int(a->draft, "people") > 1));
	json_object_set_new(w->view, "quotas", quota_fields(w, a));
	json_object_set_new(w->view, "asked", questions(w, a));
	json_object_set_new(w->view, "alone", json_false());
	json_object_set_new(w->view, "text_lang", json_string(w->lang));
	return web_page(w, status, "citizen/application/people");
}

/* *ready: a date was chosen; else the answer is a 303 to where that is done. */
static enum err
begin_people(struct web *w, struct applying *a, bool *ready)
{
	enum err e = begin(w, a);

	*ready = false;
	if (e != ERR_OK)
		return e;
	if (!json_flag(a->event, "open"))
		return closed_page(w);
	*ready = slot_of(a) != NULL && json_int(a->draft, "people") > 0;
	return *ready ? ERR_OK : web_see_other(w, "/events/%" PRId64 "/apply", json_int(a->event, "id"));
}

static void
show_people(struct web *w, const struct applying *a)
{
	const json_t *persons = json_object_get(a->draft, "persons"), *quota, *q;
	int64_t n;
	size_t i;

	for (n = 1; n <= json_int(a->draft, "people"); n++) {
		const json_t *one = json_array_get(persons, (size_t)n - 1);

		form_set(a->form, arena_printf(w->arena, "name_%" PRId64, n), json_text(one, "name"));
		form_set(a->form, arena_printf(w->arena, "kana_%" PRId64, n), json_text(one, "kana"));
	}
	json_array_foreach(json_object_get(slot_of(a), "quotas"), i, quota) {
		const char *id = arena_printf(w->arena, "%" PRId64, json_int(quota, "id"));

		form_set(a->form, arena_printf(w->arena, "quota_%s", id),
		    arena_printf(w->arena, "%" PRId64, json_int(json_object_get(a->draft, "quotas"), id)));
	}
	form_set(a->form, "email", json_text(a->draft, "email"));
	form_set(a->form, "phone", json_text(a->draft, "phone"));
	json_array_foreach(json_object_get(json_object_get(a->event, "document"), "questions"), i, q)
		questionnaire_show(w->arena, a->form, q, json_object_get(a->draft, "answers"));
}

enum err
citizen_application_people(struct web *w)
{
	struct applying a;
	bool ready;
	enum err e = begin_people(w, &a, &ready);

	if (e != ERR_OK || !ready)
		return e;
	show_people(w, &a);
	return people_page(w, HTTP_OK, &a);
}

static void
read_persons(struct web *w, const struct applying *a)
{
	json_t *persons = json_array();
	int64_t n;

	for (n = 1; n <= json_int(a->draft, "people"); n++) {
		const char *kana_name = arena_printf(w->arena, "kana_%" PRId64, n);
		const char *name = form_name(a->form, arena_printf(w->arena, "name_%" PRId64, n), FORM_REQUIRED, NAME_MAX_LENGTH);
		const char *kana = form_name(a->form, kana_name, FORM_OPTIONAL, NAME_MAX_LENGTH);

		json_array_append_new(persons, json_pack("{s:s, s:s}", "name", name, "kana", kana));
	}
	json_object_set_new(a->draft, "persons", persons);
}

static void
read_quotas(struct web *w, const struct applying *a)
{
	json_t *quotas = json_object();
	const json_t *quota;
	size_t i;

	json_array_foreach(json_object_get(slot_of(a), "quotas"), i, quota) {
		const char *id = arena_printf(w->arena, "%" PRId64, json_int(quota, "id"));
		int64_t n = form_number(a->form, arena_printf(w->arena, "quota_%s", id), FORM_OPTIONAL, 0, json_int(a->draft, "people"));

		json_object_set_new(quotas, id, json_integer(n));
	}
	json_object_set_new(a->draft, "quotas", quotas);
}

/* Mail, or a telephone: one of them at least. */
static void
read_contact(const struct applying *a)
{
	const char *email = form_email(a->form, "email", FORM_OPTIONAL), *phone;

	phone = form_text(a->form, "phone", FORM_OPTIONAL, 20);
	if (email[0] == '\0' && phone[0] == '\0')
		form_problem(a->form, "email", "application_contact_required");
	json_object_set_new(a->draft, "email", json_string(email));
	json_object_set_new(a->draft, "phone", json_string(phone));
}

/* Along the path that the answers make: what is not asked is shown, and not read. */
static void
read_questions(struct web *w, const struct applying *a)
{
	const json_t *document = json_object_get(a->event, "document"), *q;
	json_t *answers = json_object_get(a->draft, "answers");
	size_t i;

	if (!json_is_object(document))
		return;
	json_array_foreach(json_object_get(document, "questions"), i, q)
		questionnaire_show(w->arena, a->form, q, answers);
	for (q = questionnaire_next(document, answers, ""); q != NULL;
	    q = questionnaire_next(document, answers, json_text(q, "code")))
		questionnaire_read(w->arena, a->form, w->fields, q, answers);
	questionnaire_prune(w->arena, document, answers);
}

enum err
citizen_application_people_keep(struct web *w)
{
	struct applying a;
	bool ready;
	enum err e = begin_people(w, &a, &ready);

	if (e != ERR_OK || !ready)
		return e;
	read_persons(w, &a);
	read_quotas(w, &a);
	read_contact(&a);
	read_questions(w, &a);
	return form_ok(a.form) ? keep(w, &a, "/check") : people_page(w, HTTP_UNPROCESSABLE, &a);
}

/* --- all of it --- */

static json_t *
given(struct web *w, const struct applying *a)
{
	const json_t *document = json_object_get(a->event, "document"), *answers = json_object_get(a->draft, "answers"), *q;
	json_t *list = json_array();
	bool whole;
	size_t i;

	if (json_is_object(document))
		json_array_foreach(questionnaire_path(w->arena, document, answers, &whole), i, q)
			if (strcmp(json_text(q, "kind"), "note") != 0)
				json_array_append_new(list, json_pack("{s:s, s:O}", "label", questionnaire_text(q, "label", w->lang),
				    "lines", questionnaire_words(w->arena, q, answers, w->lang)));
	return list;
}

static json_t *
claimed(const struct applying *a, struct arena *arena)
{
	json_t *list = json_array();
	const json_t *quota;
	size_t i;

	json_array_foreach(json_object_get(slot_of(a), "quotas"), i, quota) {
		int64_t n = json_int(json_object_get(a->draft, "quotas"), arena_printf(arena, "%" PRId64, json_int(quota, "id")));

		if (n > 0)
			json_array_append_new(list, json_pack("{s:O, s:I}", "name", json_object_get(quota, "name"), "n", (json_int_t)n));
	}
	return list;
}

static enum err
check_page(struct web *w, enum status status, const struct applying *a, const char *problem)
{
	json_object_set(w->view, "draft", a->draft);
	json_object_set(w->view, "begins", json_object_get(slot_of(a), "begins"));
	json_object_set_new(w->view, "full", json_boolean(json_flag(a->event, "first") && json_flag(slot_of(a), "full")));
	json_object_set_new(w->view, "given", given(w, a));
	json_object_set_new(w->view, "claimed", claimed(a, w->arena));
	json_object_set_new(w->view, "refused", problem != NULL ? json_string(words_get(w->words, problem)) : json_null());
	return web_page(w, status, "citizen/application/check");
}

static enum err
begin_check(struct web *w, struct applying *a, bool *ready)
{
	enum err e = begin_people(w, a, ready);

	if (e != ERR_OK || !*ready)
		return e;
	*ready = (int64_t)json_array_size(json_object_get(a->draft, "persons")) == json_int(a->draft, "people");
	return *ready ? ERR_OK : web_see_other(w, "/events/%" PRId64 "/apply/people", json_int(a->event, "id"));
}

enum err
citizen_application_check(struct web *w)
{
	struct applying a;
	bool ready;
	enum err e = begin_check(w, &a, &ready);

	return e != ERR_OK || !ready ? e : check_page(w, HTTP_OK, &a, NULL);
}

enum err
citizen_application_send(struct web *w)
{
	static const char *const problems[] = {
		[APPLICATION_FULL] = "application_full", [APPLICATION_MANY] = "application_many", [APPLICATION_AGAIN] = "application_again",
	};
	enum application_fate fate;
	const char *number, *state;
	const json_t *persons, *first, *document;
	struct applying a;
	bool ready;
	enum err e = begin_check(w, &a, &ready);

	if (e != ERR_OK || !ready)
		return e;
	persons = json_object_get(a.draft, "persons");
	first = json_array_get(persons, 0);
	document = json_object_get(a.event, "document");
	e = application_add(w->db, w->vault, w->arena, &(struct application){
	    .event = json_int(a.event, "id"), .slot = json_int(a.draft, "slot"), .people = json_int(a.draft, "people"),
	    .person = json_keep(w->arena, json_pack("{s:s, s:s, s:O}", "name", json_text(first, "name"), "kana", json_text(first, "kana"),
	    "people", persons)),
	    .contact = json_keep(w->arena, json_pack("{s:s, s:s}", "email", json_text(a.draft, "email"),
	    "phone", json_text(a.draft, "phone"))),
	    .quotas = json_object_get(a.draft, "quotas"),
	    .answers = json_is_object(document) ? json_object_get(a.draft, "answers") : NULL, .edition = json_int(a.event, "edition"),
	    .citizen = w->citizen, .language = w->lang, .channel = "web" }, &fate, &number, &state);
	if (e != ERR_OK)
		return e;
	if (fate == APPLICATION_CLOSED)
		return closed_page(w);
	if (fate != APPLICATION_KEPT)
		return check_page(w, HTTP_CONFLICT, &a, problems[fate]);
	e = citizen_application_tell(w);
	response_cookie(w->response, COOKIE, "", -1);
	return e != ERR_OK ? e : web_see_other(w, "/tickets/%s", application_token(w->arena, w->vault, number));
}

/* Who is to be told now, of this town. */
enum err
citizen_application_tell(struct web *w)
{
	enum { MOST = 20 };
	struct mailer mailer = citizen_mailer(w, w->lang);
	size_t n;

	return application_tell(&mailer, w->site->catalogue, json_object_get(w->entered, "tenant"), web_origin(w), MOST, &n);
}
