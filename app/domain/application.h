/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
#include "domain/citizen.h"
#include "domain/mail.h"
/*
 * Signing up for an event: from the first page to the number, and what can be done with
 * the link afterwards.  Seats, waiting and offers are kept by sql/functions/seat.sql.
 *
 * On the way an application is a document, sealed in application_draft under the hash of
 * the browser's token:
 *
 *	{"slot": 12, "span": when that was, as it was chosen, "people": 2,
 *	 "persons": [{"name", "kana", "quotas": [3], "answers": {"q2": "…"}, "asked": ["q2"]}, …],
 *	 "email" or "phone", "verified": "the address that was proved",
 *	 (a group that gives one name: a quota as often as they are who claim it)
 *	 "answers": {"q1": "…"}, "asked": ["q1"] (what was shown to them), "change": the token of one that is changed,
 *	 "citizen": whose マイページ was open,
 *	 "staff": who enters it for somebody, "channel": "phone" or "counter", "unreachable": true}
 *
 * event is the JSON of query application_event.  A code that is to prove the address:
 * "code", "code_to", "code_ends" (ms), "tries".
 */
enum { APPLICATION_CODE_DIGITS = 6, APPLICATION_CODE_MIN = 15, APPLICATION_TRIES = 5 };

struct application_draft {
	int64_t event;
	const char *token;		/* of the browser */
	json_t *what;
	struct rows *rows;		/* between ask and read */
};

/* Asks for both; there after the next flush.  ERR_NOT_FOUND then: no such event, or it is
 * not public.  lock: the draft will be written. */
enum err application_ask(struct db *, struct arena *, struct application_draft *, const char *language, bool lock, json_t **event) MUST_USE;
/* After the flush.  An empty object where nothing was typed. */
enum err application_draft_read(const struct vault *, struct arena *, struct application_draft *) MUST_USE;
/* Queued. */
enum err application_draft_keep(struct db *, const struct vault *, struct arena *, const struct application_draft *) MUST_USE;

/* Forgets it; queued. */
enum err application_draft_drop(struct db *, struct arena *, const struct application_draft *) MUST_USE;

/* The date of this id among those that can still be chosen; NULL: none. */
const json_t *application_slot(const json_t *event, int64_t slot);
/* The questions that one who signs up answers for all (each false), or each person for
 * themselves: a document of the engine with these alone, or NULL where there are none. */
const json_t *application_document(struct arena *, const json_t *event, bool each);
/* Whose names are asked for: 1, or as many as come. */
size_t application_persons(const json_t *event, const json_t *what);
/* The n-th person, from 0; grows with the number of people. */
json_t *application_person(const json_t *what, size_t n);

/* Notes in holder, the document or one of its persons, that all was shown to which its "answers" lead. */
void application_asked(struct arena *, const json_t *document, json_t *holder);

/* The page of the way that is not answered yet: "start", "person/1", "contact", "code", "q", or "check". */
const char *application_next(struct arena *, const json_t *event, const json_t *what);

/* Whether this event wants a proof of the address that it does not have. */
bool application_unproved(const json_t *event, const json_t *what);
/* Mails a code and notes it in the draft. */
enum err application_code_send(const struct mailer *, const struct citizen_asker *, json_t *what) MUST_USE;
enum application_code { APPLICATION_CODE_RIGHT, APPLICATION_CODE_WRONG, APPLICATION_CODE_ENDED };
/* The draft is to be kept after each try. */
enum application_code application_code_try(json_t *what, const char *code);

/* Who enters it. */
struct application_by {
	int64_t citizen, staff;		/* 0: nobody's */
	const char *channel;		/* "web", "phone", "counter" */
	const char *language;
};
enum application_fate { APPLICATION_KEPT, APPLICATION_CLOSED, APPLICATION_FULL, APPLICATION_MANY, APPLICATION_GONE, APPLICATION_AGAIN };
/* Signs up and ends the draft, if there is one (its token is not NULL).  *state: "confirmed",
 * "waiting", "applied". */
enum err application_send(struct db *, const struct vault *, struct arena *, const struct application_draft *, const json_t *event,
    struct application_by, enum application_fate *, const char **number, const char **state) MUST_USE;

/* --- the ticket ---
 *
 * Its link is the number with a code under the tenant's key, "123-456-7890.…": nothing is
 * stored for it, and every later mail can name it.
 */
const char *application_token(struct arena *, const struct vault *, const char *number);

struct application {
	int64_t id, event, slot;
	const char *token, *language;	/* that was chosen */
	json_t *person, *contact;	/* what was sealed */
	json_t *show;			/* query application_show */
};
/* ERR_NOT_FOUND: no such ticket. */
enum err application_open(struct db *, const struct vault *, struct arena *, const char *token, const char *language,
    struct application *) MUST_USE;
/* False: it was over already. */
enum err application_leave(struct db *, int64_t application, const char *why, bool *left) MUST_USE;
/* False: too late, or answered. */
enum err application_take(struct db *, int64_t application, bool *taken) MUST_USE;
/* The draft with which it is changed. */
json_t *application_again(struct arena *, const struct application *);
enum application_change { APPLICATION_CHANGED, APPLICATION_NO_SEATS, APPLICATION_OVER, APPLICATION_NO_QUOTA };
/* Puts the draft in its place and ends it. */
enum err application_change(struct db *, const struct vault *, struct arena *, const struct application *,
    const struct application_draft *, const json_t *event, enum application_change *) MUST_USE;
/* Those of this citizen whose date is to come, for マイページ: [{"number", "state", "people", "title", "when", "datetime"}]. */
enum err application_of_citizen(struct db *, int64_t citizen, const char *language, json_t **out) MUST_USE;

/* The address of an entry is another one from now on: so it is in what its person signed up for with it.
 * was: "" where there was none. */
enum err application_follow(const struct mailer *, int64_t citizen, const char *channel, const char *was, const char *now) MUST_USE;

/* Names the quotas of a date as an event says them (sql/functions/slot.sql: event_said): each has "lang" then. */
void application_say_quotas(const json_t *said, json_t *slot);
/* Those quotas of a date that the first so many of these persons claim, and how many do: [{"id", "name", "n"}]. */
json_t *application_claims(struct arena *, const json_t *slot, const json_t *persons, size_t many);

/* --- between the files of application*.c --- */
/* "sms" or "email", and the address; "": there is none. */
const char *application_address(const json_t *contact, const char **channel);

/* --- what people are told: application_tell.c --- */

struct application_town {
	const char *origin, *name, *name_en, *contact;
	bool sms;			/* the town sends SMS */
};
/* In which all that is not of staff is said: their own where there are words of it, else English; やさしい日本語 goes with Japanese. */
const char *application_tongue(const struct catalogue *, const char *language);
/* Tells as many as most who are due, of the tenant that is entered; *told: how many. */
enum err application_tell(struct mailer *, const struct catalogue *, const struct application_town *, int most, int *told) MUST_USE;
