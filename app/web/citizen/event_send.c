/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The end of signing up.
 *
 *	GET  /events/{event}/apply/check	all answers, each to be changed
 *	POST /events/{event}/apply/check	signs up: from there to the page of the link
 */
#include <string.h>

#include "domain/phone.h"
#include "domain/question_language.h"
#include "web/citizen/choose.h"
#include "web/citizen/event.h"
#include "web/citizen/tongue.h"
#include "web/handlers.h"

static void
row(json_t *rows, struct web *w, const char *label, json_t *lines, const char *url)
{
	json_array_append_new(rows, json_pack("{s:s, s:o, s:s?, s:s}", "label", label, "lines", lines,
	    "change_url", url, "words_lang", w->lang));
}

/* A line of an answer: what people type and what staff did not translate is Japanese on any page. */
static json_t *
line(const char *text, const char *lang)
{
	return json_pack("{s:s, s:s, s:b}", "text", text, "lang", citizen_tongue_of(text, lang), "when", 0);
}

static json_t *
one(struct web *w, const char *text)
{
	return json_pack("[o]", line(text, w->lang));
}

static const char *
url_of(struct web *w, const char *base, const char *page)
{
	return base == NULL ? NULL : arena_printf(w->arena, "%s%s", base, page);
}

/* A claim; of a group under one name, how many make it. */
static json_t *
claim_line(struct web *w, const json_t *quota, size_t n, bool group)
{
	const char *name = json_text(quota, "name"), *own = json_text(quota, "lang");
	const char *lang = own[0] != '\0' ? own : w->lang;
	json_t *values = json_keep(w->arena, json_pack("{s:s, s:I}", "name", name, "n", (json_int_t)n));
	struct buf out;

	buf_init(&out, w->arena);
	if (!group || mustache_text(w->arena, words_get(w->words, "apply_claim_line"), values, &out) != ERR_OK)
		return line(name, lang);
	return line(out.data, lang);
}

/* A person: name, reading, claims. */
static json_t *
person_lines(struct web *w, const json_t *slot, const json_t *member, bool group)
{
	json_t *lines = one(w, json_text(member, "name"));
	const json_t *quota, *id;
	size_t i, k, n;

	if (json_text(member, "kana")[0] != '\0')
		json_array_append_new(lines, line(json_text(member, "kana"), w->lang));
	json_array_foreach(json_object_get(slot, "quotas"), i, quota) {
		n = 0;
		json_array_foreach(json_object_get(member, "quotas"), k, id)
			n += json_integer_value(id) == json_int(quota, "id");
		if (n > 0)
			json_array_append_new(lines, claim_line(w, quota, n, group));
	}
	return lines;
}

static const char *
people_text(struct web *w, int64_t n)
{
	return n == 1 ? words_get(w->words, "apply_people_one")
	    : arena_printf(w->arena, "%" PRId64 "%s", n, words_get(w->words, "apply_people_unit"));
}

/* The first one applies; the others come too. */
static const char *
who(struct web *w, size_t nth)
{
	json_t *values = json_keep(w->arena, json_pack("{s:I}", "nth", (json_int_t)nth));
	struct buf out;

	buf_init(&out, w->arena);
	if (nth == 1 || mustache_text(w->arena, words_get(w->words, "apply_person_nth"), values, &out) != ERR_OK)
		return words_get(w->words, "apply_row_you");
	return out.data;
}

enum err
citizen_apply_rows(struct web *w, const json_t *event, const json_t *slot, const json_t *what, const char *base)
{
	json_t *rows = json_array(), *when = one(w, json_text(slot, "when")), *contact;
	size_t n = application_persons(event, what), i;
	const char *email = json_text(what, "email"), *phone = json_text(what, "phone"), *chosen = json_text(what, "language"), *url;
	enum err e = ERR_OK;

	json_object_set_new(w->view, "rows", rows);
	json_object_set_new(json_array_get(when, 0), "when", json_true());
	row(rows, w, words_get(w->words, "apply_row_when"), when, url_of(w, base, ""));
	row(rows, w, words_get(w->words, "apply_row_people"), one(w, people_text(w, json_int(what, "people"))), url_of(w, base, ""));
	for (i = 0; i < n && e == ERR_OK; i++) {
		json_t *member = application_person(what, i);

		url = url_of(w, base, arena_printf(w->arena, "/person/%zu", i + 1));
		row(rows, w, who(w, i + 1), person_lines(w, slot, member, n == 1 && json_int(what, "people") > 1), url);
		e = citizen_apply_question_rows(w, chosen, application_document(w->arena, event, true), json_object_get(member, "answers"),
		    url, rows);
	}
	contact = json_array();
	if (email[0] != '\0')
		json_array_append_new(contact, line(email, w->lang));
	if (phone[0] != '\0')
		json_array_append_new(contact, line(phone[0] == '+' ? phone_written(w->arena, phone) : phone, w->lang));
	if (json_array_size(contact) == 0 && json_flag(what, "unreachable"))
		json_array_append_new(contact, line(words_get(w->words, "apply_no_contact"), w->lang));
	if (json_array_size(contact) > 0)
		row(rows, w, words_get(w->words, "apply_row_contact"), contact,
		    json_text(what, "change")[0] != '\0' ? NULL : url_of(w, base, "/contact"));
	else
		json_decref(contact);
	if (e == ERR_OK)
		e = citizen_apply_question_rows(w, chosen, application_document(w->arena, event, false), json_object_get(what, "answers"),
		    url_of(w, base, "/q"), rows);
	return e;
}

/* Opens the way at its end; *ready false: something is not answered. */
static enum err
whole(struct web *w, struct applying *a, bool lock, bool *ready)
{
	const char *next;
	enum err e = citizen_applying(w, a, lock, ready);

	if (e != ERR_OK || !*ready)
		return e;
	next = application_next(w->arena, a->event, a->draft.what);
	*ready = strcmp(next, "check") == 0;
	return *ready ? ERR_OK : citizen_apply_go(w, a, next);
}

/* When the date is, as forms say it. */
static const char *
span_of(const struct applying *a)
{
	return json_text(application_slot(a->event, json_int(a->draft.what, "slot")), "span");
}

/* Staff have moved the date since it was shown beside the button. */
static bool
moved(struct web *w, const struct applying *a)
{
	return strcmp(fields_has(w->fields, "span") ? fields_get(w->fields, "span") : json_text(a->draft.what, "span"), span_of(a)) != 0;
}

/* moved: to another time since they chose it. */
static enum err
check_page(struct web *w, enum status status, const struct applying *a, bool moved)
{
	const json_t *slot = application_slot(a->event, json_int(a->draft.what, "slot"));
	const char *base = arena_printf(w->arena, "/events/%" PRId64 "/apply", a->draft.event);
	bool first = json_flag(a->event, "first");
	bool room = !json_flag(slot, "limited") || json_int(slot, "left") >= json_int(a->draft.what, "people");
	/* Whoever was typed before they were fewer claims nothing. */
	const json_t *claims = application_claims(w->arena, slot, json_object_get(a->draft.what, "persons"),
	    application_persons(a->event, a->draft.what)), *claim, *quota;
	size_t i, k;
	enum err e = citizen_apply_rows(w, a->event, slot, a->draft.what, base);

	if (e != ERR_OK)
		return e;
	json_array_foreach(claims, i, claim)
		json_array_foreach(json_object_get(slot, "quotas"), k, quota)
			room = room && (json_int(quota, "id") != json_int(claim, "id") || json_int(quota, "left") >= json_int(claim, "n"));
	if (json_flag(a->event, "in_order") && json_int(slot, "queue") > 0)
		room = false;
	json_object_set_new(w->view, "moved", json_boolean(moved));
	json_object_set_new(w->view, "span", json_string(span_of(a)));
	json_object_set_new(w->view, "will_wait", json_boolean(first && !room && !a->changing));
	json_object_set(w->view, "queue", json_object_get(slot, "queue"));
	json_object_set_new(w->view, "queued", json_boolean(json_int(slot, "queue") > 0));
	json_object_set_new(w->view, "by_email", json_boolean(json_text(a->draft.what, "email")[0] != '\0'));
	json_object_set_new(w->view, "back_url", json_sprintf("%s/%s", base, application_document(w->arena, a->event, false) != NULL ? "q"
	    : a->changing ? "person/1" : "contact"));
	return web_page(w, status, "citizen/event/check");
}

enum err
citizen_apply_check(struct web *w)
{
	struct applying a;
	bool ready;
	enum err e = whole(w, &a, false, &ready);

	if (e != ERR_OK || !ready)
		return e;
	json_object_set_new(w->view, "no_seats", json_false());
	return check_page(w, HTTP_OK, &a, strcmp(json_text(a.draft.what, "span"), span_of(&a)) != 0);
}

static enum err
quota_gone(struct web *w, const struct applying *a)
{
	web_tell(w, "warning", "tell_apply_quota_gone");
	return citizen_apply_go(w, a, "person/1");
}

static enum err
change(struct web *w, const struct applying *a)
{
	const char *link = json_text(a->draft.what, "change");
	enum application_change outcome;
	struct application old;
	enum err e = application_open(w->db, w->vault, w->arena, link, w->lang, &old);

	if (e == ERR_OK)
		e = application_change(w->db, w->vault, w->arena, &old, &a->draft, a->event, &outcome);
	if (e != ERR_OK)
		return e;
	if (outcome == APPLICATION_NO_SEATS) {
		e = application_draft_keep(w->db, w->vault, w->arena, &a->draft);
		json_object_set_new(w->view, "no_seats", json_true());
		return e != ERR_OK ? e : check_page(w, HTTP_CONFLICT, a, false);
	}
	if (outcome == APPLICATION_NO_QUOTA) {
		e = application_draft_keep(w->db, w->vault, w->arena, &a->draft);
		return e != ERR_OK ? e : quota_gone(w, a);
	}
	if (outcome == APPLICATION_CHANGED)
		web_tell(w, "success", "tell_apply_changed");
	else
		web_tell(w, "warning", "tell_apply_over");
	return web_see_other(w, "/tickets/%s", link);
}

enum err
citizen_apply_send(struct web *w)
{
	struct application_by by = { .citizen = w->citizen, .channel = "web" };
	enum application_fate fate;
	const char *number, *state;
	struct applying a;
	bool ready;
	enum err e = whole(w, &a, true, &ready);

	if (e != ERR_OK || !ready)
		return e;
	json_object_set_new(w->view, "no_seats", json_false());
	if (a.lapsed)
		return citizen_apply_login(w, &a);
	if (moved(w, &a))
		return check_page(w, HTTP_CONFLICT, &a, true);
	if (a.changing)
		return change(w, &a);
	by.language = question_tongue_among(json_object_get(a.event, "languages"), a.chosen) ? a.chosen : w->lang;
	/* Drafts of an earlier version do not say it. */
	if (a.by_staff)
		by = (struct application_by){ .staff = w->staff, .channel = json_text(a.draft.what, "channel"),
		    .language = json_text(a.draft.what, "letters")[0] != '\0' ? json_text(a.draft.what, "letters") : "ja" };
	e = application_send(w->db, w->vault, w->arena, &a.draft, a.event, by, &fate, &number, &state);
	if (e != ERR_OK)
		return e;
	if (fate == APPLICATION_KEPT && a.by_staff) {
		web_tell(w, "success", strcmp(state, "waiting") == 0 ? "tell_applicant_waits" : "tell_applicant_added");
		/* Its number is read out by telephone. */
		return web_see_other(w, "/desk/events/%" PRId64 "/applicants?search=%s", a.draft.event, number);
	}
	if (fate == APPLICATION_KEPT)
		return web_see_other(w, "/tickets/%s", application_token(w->arena, w->vault, number));
	/* What was typed stays: another date may be chosen. */
	e = application_draft_keep(w->db, w->vault, w->arena, &a.draft);
	if (e != ERR_OK)
		return e;
	if (fate == APPLICATION_CLOSED)
		return citizen_apply_closed(w, &a);
	if (fate == APPLICATION_GONE)
		return quota_gone(w, &a);
	if (fate == APPLICATION_AGAIN)
		return web_page(w, HTTP_CONFLICT, "citizen/event/again");
	json_object_set_new(w->view, "no_seats", json_true());
	return check_page(w, HTTP_CONFLICT, &a, false);
}
