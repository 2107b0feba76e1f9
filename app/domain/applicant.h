/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
#include "domain/application.h"
/*
 * Who signed up, as staff see it: the list, one of them, and what staff do.  Names and
 * addresses are opened here; that somebody looked is in the audit record.
 */

/* Which of them.  slot 0, state "": all; state "active": those that have not ended.  search: in names, the number, addresses;
 * "": all.  after: behind this application, in the order of the list; 0: from its beginning. */
struct applicant_filter {
	int64_t event, slot;
	const char *state, *search;
	int64_t after;
};
enum { APPLICANT_PAGE = 100 };

/* A page of them: [{"id", "number", "state", "people", "name", "kana", "email", "phone", "persons": [{"name", "kana", …}], "begins",
 * "datetime", "created", "quotas", "channel", "language", "place", "ahead", "entered", "answers", "edition", "memo"}]; *next: behind
 * whom the next page begins, 0: there is none. */
enum err applicant_page(struct db *, const struct vault *, struct arena *, const struct words *, const struct applicant_filter *,
    json_t **out, int64_t *next) MUST_USE;
/* All of them, each also with its "document": the sign-up form that was answered. */
enum err applicant_list(struct db *, const struct vault *, struct arena *, const struct words *, const struct applicant_filter *,
    json_t **out) MUST_USE;
/* One, as application_open gives it, with "more" in show: query applicant_more.  ERR_NOT_FOUND: none of this event. */
enum err applicant_open(struct db *, const struct vault *, struct arena *, int64_t event, int64_t application, const char *language,
    struct application *out) MUST_USE;
/* Notes that somebody looked at one of them, or took a list along. */
enum err applicant_seen(struct db *, int64_t application) MUST_USE;
enum err applicant_exported(struct db *, int64_t event) MUST_USE;
/* 承認制.  ERR_GONE: no seat is left.  ERR_CONFLICT: decided already. */
enum err applicant_decide(struct db *, int64_t application, bool yes) MUST_USE;
/* Puts somebody who waits ahead of the others, or back among them.  ERR_CONFLICT: they do not wait any more. */
enum err applicant_ahead(struct db *, int64_t application, bool ahead, const char *why) MUST_USE;
enum err applicant_memo(struct db *, int64_t event, int64_t application, const char *memo) MUST_USE;

/* --- what staff write to them --- */

/* Ends with NULL: states, "entered" and "absent". */
extern const char *const notice_states[];
struct notice {
	int64_t event, slot;		/* slot 0: all dates */
	struct db_texts states;
	const char *subject, *body;
	int64_t staff;
};
enum err notice_list(struct db *, const char *language, int64_t event, json_t **out) MUST_USE;
/* How many applications, and how many of them have an address. */
enum err notice_count(struct db *, const struct notice *, int64_t *people, int64_t *reached) MUST_USE;
enum err notice_send(struct db *, const struct notice *) MUST_USE;
