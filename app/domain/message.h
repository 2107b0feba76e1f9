/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
#include "base/form.h"
#include "base/words.h"
#include "db/db.h"
/*
 * Messages (お知らせ) as they are written at the desk.
 *
 * A message is handed about as the JSON that query message_show makes, with
 * the words for its state and history; the templates show that document, and
 * what is approved and sent is made from it (rendering.h).  States and their
 * moves are closed, and the database keeps them (sql/functions/message.sql);
 * who may approve is in domain/approval.h.
 *
 * Two clerks may write on one message.  Each page carries a mark of what it
 * showed ("seen"); a save with an old mark is ERR_CONFLICT and changes nothing.
 */

struct message_filter {
	const char *state;	/* "", a state, or "failed": some of it did not arrive */
	const char *search;	/* words of the subject, "" for all */
	int64_t cursor_us, cursor_id;	/* 0: from the newest */
	bool back;		/* towards newer ones */
};
/* {"counts": {"draft": 3 …}, "rows": […], "more": true}: 20 rows. */
enum err message_list(struct db *, const struct words *, struct message_filter, json_t **out) MUST_USE;
/* ERR_NOT_FOUND: none of this tenant. */
enum err message_show(struct db *, const struct words *, int64_t message, json_t **out) MUST_USE;
/* Departments of this person and of the message (0: none yet), districts and
 * topics that are offered. */
enum err message_choices(struct db *, int64_t staff, int64_t message, json_t **out) MUST_USE;
/* What one may start from: messages that went out lately. */
enum err message_recent(struct db *, const struct words *, int64_t staff, json_t **out) MUST_USE;

/* How many an audience reaches now, on the ways that the message takes and, where it is about a survey,
 * of those whom it is for: {"count", "none", "few",
 * "about", "number", "at", "at_text", "ways": [{"way", "way_text", "count" …}], "able": {"line": {"count" …} …}}
 * (audience_split in sql/functions/reach.sql). */
enum err message_reach(struct db *, const struct words *, int64_t message, const char *audience,
    struct db_ids districts, struct db_ids topics, json_t **out) MUST_USE;
/* The same for the audience that a message has. */
enum err message_reach_of(struct db *, const struct words *, const json_t *message, json_t **out) MUST_USE;
/* The ways that there are, in the order of pages, the site and the channels, each with its flag in a
 * message.  false: there are no more. */
struct message_way { const char *channel, *flag; };
bool message_way_at(size_t i, struct message_way *out);
/* 「LINE」: what a channel ("line", also "site") is called. */
const char *message_way(const struct words *, const char *channel);
/* 「住民サイト、メール、LINE」, null where a message has none. */
json_t *message_ways_text(const struct words *, const json_t *message);

/* A draft, empty (copied 0) or after another message.  ERR_INVALID: this
 * person belongs to no department.  ERR_NOT_FOUND: no such message to copy. */
enum err message_create(struct db *, int64_t staff, int64_t copied, int64_t *out) MUST_USE;

/* Who saves what, and the mark of what they saw. */
struct message_edit {
	int64_t message, staff;
	const char *seen;
};
/* ERR_CONFLICT: the mark is old, or the message is not being written any more. */
struct message_content {
	int64_t department;
	const char *subject, *body, *contact;
};
enum err message_save_content(struct db *, struct message_edit, struct message_content) MUST_USE;
struct message_audience {
	const char *audience;		/* "everyone" or "chosen" */
	struct db_ids districts, topics;
};
enum err message_save_audience(struct db *, struct message_edit, struct message_audience) MUST_USE;
struct message_channels {
	bool by_email, by_line, by_sms, by_webpush, by_x, on_site;
	/* Until it is seen: [{"channel", "wait": minutes}]; NULL: once is enough.  Yen that SMS of it may cost; -1: any. */
	const json_t *ladder;
	int32_t ladder_yen;
	bool until_household;		/* one of a household has seen it: enough for all of them */
};
enum err message_save_channels(struct db *, struct message_edit, const struct message_channels *) MUST_USE;
struct message_schedule {
	int64_t send_at;		/* epoch ms; 0: as soon as approved */
	int64_t valid_until, publish_until;
	bool valid_preset;		/* valid_until was not typed: it follows the time of sending */
};
enum err message_save_schedule(struct db *, struct message_edit, struct message_schedule) MUST_USE;

/* What was typed, checked; problems stand beside the fields (form_ok). */
enum { MESSAGE_SUBJECT_MAX = 100, MESSAGE_BODY_MAX = 20000, MESSAGE_CONTACT_MAX = 300 };
void message_read_content(struct form *, const json_t *choices, struct message_content *);
void message_read_audience(struct form *, const json_t *choices, struct message_audience *);
/* now: the database's time.  Without 「これより遅れたら送らない」 it is a day after
 * sending, or the end of publication if that is sooner. */
void message_read_schedule(struct form *, int64_t now, struct message_schedule *);
enum err message_now(struct db *, int64_t *ms) MUST_USE;

/* How far a part is: "todo", "begun", "done" or "wrong".  part: "content", "pictures"
 * (none: "done"), "audience", "channels", "schedule". */
const char *message_progress(const json_t *message, const char *part);
/* All parts are done: it may be submitted. */
bool message_complete(const json_t *message);
/* It goes to persons, each by their own way: not only to where everybody reads. */
bool message_personal(const json_t *message);
/* Whether this is among the ids of an array of {id …}. */
bool message_has_id(const json_t *list, int64_t id);

/* What rendering_make asks for; origin is "https://minato.example.jp". */
json_t *message_to_render(struct arena *, const json_t *message, const char *origin);
/* Audience, channels, times, contact, the files of pictures: what is approved besides the renderings
 * (rendering_hash). */
json_t *message_terms(struct arena *, const json_t *message);

/* Sealed address of whoever asks for a test, and what became of their tests:
 * {"going", "at", "at_text", "tests": [{"at", "at_text", "state", "state_text", "current"}]}. */
enum err message_tester(struct db *, int64_t staff, struct db_bytes *out) MUST_USE;
/* ERR_NOT_FOUND: no such message. */
enum err message_tests(struct db *, const struct words *, int64_t message, int64_t staff, json_t **out) MUST_USE;
/* Sets "state_text" beside "state" in an object or in each of an array. */
void message_say_state(json_t *, const struct words *, const char *prefix);
