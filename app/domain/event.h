/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
#include <jansson.h>
#include "base/form.h"
#include "base/words.h"
#include "db/db.h"
#include "domain/question_language.h"
/*
 * Events (イベント) as staff make them: what one is about, where, when, how its seats are
 * given, what people are told around its dates; and its life: draft → open → ended or
 * cancelled.  How everybody reads it is agenda.h, how people sign up application.h, who did
 * applicant.h; the questions are question.h.
 *
 * An event is handed about as the JSON of query event_desk_show with "tag", its state as
 * part/status_tag shows it.
 */

/* A page of them, behind the event "after" (0: the first): {"counts": {"draft": 2 …}, "rows": […], "next": an id, or null
 * where there are no more}; state: "" for all. */
enum err event_list(struct db *, const struct words *, const char *state, const char *search, int64_t after, json_t **out) MUST_USE;
/* ERR_NOT_FOUND: none of this tenant. */
enum err event_show(struct db *, const struct words *, int64_t event, json_t **out) MUST_USE;
/* {"departments", "districts", "surveys"}, each [{"id", "name"}], of which this person may choose. */
enum err event_choices(struct db *, int64_t staff, int64_t event, json_t **out) MUST_USE;
/* A draft, as another one is but for its dates (copied 0: none).  ERR_INVALID: this person
 * belongs to no department.  ERR_NOT_FOUND: none such to copy. */
enum err event_create(struct db *, int64_t staff, int64_t copied, const char *title, int64_t *out) MUST_USE;

enum { EVENT_PAGE = 50, EVENT_TITLE_MAX = 100, EVENT_TEXT_MAX = 6000, EVENT_SHORT_MAX = 300, EVENT_ACCESS_MAX = 1000, EVENT_GROUP_MAX = 50,
	EVENT_OFFER_MAX = 336, EVENT_SEATS_MAX = 100000, EVENT_QUOTAS_MAX = 7, EVENT_THANKS_MAX = 1500, EVENT_MEMO_MAX = 1500,
	EVENT_NOTICE_MAX = 4000, EVENT_CALL_OFF_MAX = 800 };

/* The parts of an event, each a page.  fill shows what is stored, save reads and keeps it:
 * ERR_INVALID: a field has a problem.  ERR_CONFLICT: somebody else saved the same part since
 * "seen", or it is too late for it. */
struct event_part {
	const char *name;		/* also of its page, and the mark in "seen" */
	const char *mark;
	bool late;			/* may still change when it is open */
	void (*fill)(struct form *, struct arena *, const json_t *event);
	enum err (*save)(struct db *, struct form *, struct arena *, const json_t *event, const json_t *choices, const char *seen);
};
extern const struct event_part event_content, event_place, event_picture, event_rules, event_around, event_each, event_memo;
/* How far a part is: "todo", "begun", "done" or "wrong".  "content", "place", "picture", "dates", "rules", "around", "languages". */
const char *event_progress(const json_t *event, const char *part);

/* --- in other languages --- */

/* What it says in other languages too, and the names of its quotas, which this puts into its "texts"; the languages that are
 * offered are its questionnaire's. */
const struct language_text *event_texts(struct arena *, json_t *event);
/* Takes the names of quotas out of texts again.  ERR_CONFLICT: it is over. */
enum err event_texts_save(struct db *, const json_t *event, const char *language, json_t *texts) MUST_USE;

/* --- its picture (event_picture.c) --- */

/* What picture_take gives is field "picture" of event_picture. */
/* One size of the picture of an event that is public, as attachment_find gives it. */
enum err event_picture_find(struct db *, int64_t event, const char *id, json_t **out) MUST_USE;

/* --- dates --- */

/* Dates of one form: begins, ends, step, until, except, holidays, capacity, quotas. */
struct event_dates {
	int64_t begins, ends;		/* ms */
	const char *step;		/* "once", "day", "workday", "week", "fortnight", "month", "nth" */
	const char *until;		/* "2026-12-31"; "": only one */
	struct db_texts except;
	bool holidays;			/* none on holidays */
	int64_t capacity;		/* 0: no limit */
	json_t *quotas;			/* [{"name", "capacity"}] */
};
extern const char *const event_steps[];
/* Reads them; a date alone: without step, until and except. */
void event_read_dates(struct form *, struct arena *, bool alone, struct event_dates *);
/* Quotas as they are typed: 「市内 20」, a line each. */
const char *event_quota_lines(struct arena *, const json_t *quotas);
enum err event_dates_add(struct db *, int64_t event, const struct event_dates *, int *made) MUST_USE;
/* Changes one.  ERR_INVALID: a field has a problem, fewer seats than are taken; nothing is changed then. */
enum err event_date_save(struct db *, struct form *, int64_t event, int64_t slot, const struct event_dates *) MUST_USE;
/* False: people have signed up. */
enum err event_date_remove(struct db *, int64_t event, int64_t slot, bool *removed) MUST_USE;

/* --- life --- */

/* What keeps it from being published: [{"text", "url"}]; faults: question_fault_rows. */
json_t *event_lacks(struct arena *, const struct words *, const json_t *event, const json_t *faults);
/* ERR_CONFLICT: it is no draft. */
enum err event_publish(struct db *, const json_t *event, int64_t staff) MUST_USE;
enum err event_end(struct db *, int64_t event) MUST_USE;
/* It does not take place, or one date of it (slot 0: the event).  why: {"ja": …, "en": …}, in the languages in which it was said.
 * Whoever signed up is told.  ERR_CONFLICT: it is not to come. */
enum err event_off(struct db *, int64_t event, int64_t slot, const json_t *why) MUST_USE;
/* The same in other words afterwards; nobody is written to. */
enum err event_off_again(struct db *, int64_t event, int64_t slot, const json_t *why) MUST_USE;
