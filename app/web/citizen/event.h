/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
#include "domain/application.h"
#include "web/web.h"
/*
 * What the pages of signing up have in common: event_apply.c (the way), event_person.c (who comes), event_contact.c (the
 * address), event_send.c (check and send), event_ticket.c (the page of the link).
 */

/* Somebody at it. */
struct applying {
	struct application_draft draft;
	json_t *event;
	struct form *form;	/* of the page */
	const char *chosen;	/* language of its texts (tongue.h) */
	bool fresh;		/* nothing was typed yet */
	bool changing;		/* an application that was sent */
	bool by_staff;		/* 代理申込 */
	bool lapsed;		/* … whose login has: what is typed is kept, and nothing is sent */
};

/* Opens both; lock: the draft will be written.  ready false: it takes no applications (any
 * more), and the page for that is made. */
enum err citizen_applying(struct web *, struct applying *, bool lock, bool *ready) MUST_USE;
/* The same for a page of the way.  ready false too where its turn is not come: a 303 to the page whose
 * it is. */
enum err citizen_apply_page(struct web *, struct applying *, bool lock, const char *page, bool *ready) MUST_USE;
/* Keeps what was typed, and goes on to what is not answered yet; to the check page where all is. */
enum err citizen_apply_on(struct web *, struct applying *) MUST_USE;
/* A 303 to a page of the way. */
enum err citizen_apply_go(struct web *, const struct applying *, const char *page) MUST_USE;
/* It takes no applications; what was typed is kept for a day. */
enum err citizen_apply_closed(struct web *, const struct applying *) MUST_USE;
/* Into the view: "rows" of what was answered, each {"label", "lines", "change_url" or null}; base: where the
 * pages of the way are, or NULL where nothing may be changed. */
enum err citizen_apply_rows(struct web *, const json_t *event, const json_t *slot, const json_t *what, const char *base) MUST_USE;
/* To the door of staff, and from there on where they were. */
enum err citizen_apply_login(struct web *, const struct applying *) MUST_USE;
enum err citizen_apply_resume(struct web *) MUST_USE;
/* This browser's draft begins with this. */
enum err citizen_apply_begin(struct web *, int64_t event, json_t *what) MUST_USE;

/* Adds "tickets" to what マイページ shows: {title, when, datetime, state_text, ticket_url}, and "has_tickets". */
enum err citizen_tickets_show(struct web *, json_t *my) MUST_USE;

/* event_question.c: questions all on one page, those that the answers so far lead to.  chosen: the language (tongue.h);
 * holder: the draft or one of its persons, with "answers", and, once these are read, "asked". */
enum err citizen_apply_questions(struct web *, struct form *, const char *chosen, const json_t *document, json_t *holder,
    bool reading) MUST_USE;
/* What was answered: rows as above, appended. */
enum err citizen_apply_question_rows(struct web *, const char *chosen, const json_t *document, const json_t *answers, const char *url,
    json_t *rows) MUST_USE;
