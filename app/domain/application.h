/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
#include <jansson.h>
#include "base/arena.h"
#include "db/db.h"
#include "domain/mail.h"
#include "domain/vault.h"
/*
 * Signing up for events (申込): one application of one or several people for one date, its
 * seats, its place among those who wait, its ticket.
 *
 * Seats are given out and taken back by sql/functions/seat.sql alone.  Names and addresses
 * are sealed: person is {"name", "kana", "people": [{"name", "kana"}, …]}, contact is
 * {"email", "phone"}.  The link to a ticket is the number with a code under the tenant's key,
 * "123-456-7890.…": nothing is stored for it, and every later mail can name it.
 */

/* The event with its dates to come, as query application_event makes it.  ERR_NOT_FOUND: it is
 * not published, or nobody signs up for it. */
enum err application_event(struct db *, int64_t event, const char *lang, json_t **out) MUST_USE;

struct application {
	int64_t event, slot;
	int64_t people;
	const json_t *person, *contact;
	const json_t *quotas;		/* by id as text: how many of the people claim a seat of it */
	const json_t *answers;		/* to the sign-up form; NULL: it has none */
	int64_t edition;
	int64_t citizen, staff;		/* 0: nobody's */
	const char *language, *channel;	/* "web", "phone", "counter" */
};
enum application_fate { APPLICATION_KEPT, APPLICATION_CLOSED, APPLICATION_FULL, APPLICATION_MANY, APPLICATION_AGAIN };
/* *number and *state ("confirmed", "waiting", "applied") of what was kept. */
enum err application_add(struct db *, const struct vault *, struct arena *, const struct application *,
    enum application_fate *, const char **number, const char **state) MUST_USE;

/* What stands in the address of the ticket. */
const char *application_token(struct arena *, const struct vault *, const char *number);
/* The ticket of this token, with "person" opened: query application_show.  ERR_NOT_FOUND. */
enum err application_open(struct db *, const struct vault *, struct arena *, const char *token, const char *lang,
    json_t **out) MUST_USE;
/* becomes: "cancelled" by the person or staff.  ERR_CONFLICT: it was over. */
enum err application_end(struct db *, int64_t application, const char *becomes) MUST_USE;
/* Takes an offer up.  ERR_GONE: its time is over. */
enum err application_accept(struct db *, int64_t application) MUST_USE;
/* 承認制.  ERR_GONE: no seat is left.  ERR_CONFLICT: decided already. */
enum err application_decide(struct db *, int64_t application, bool yes) MUST_USE;

/* Those of an event, opened, for the desk; slot 0, state "": all. */
enum err application_list(struct db *, const struct vault *, struct arena *, int64_t event, int64_t slot,
    const char *state, const char *lang, json_t **out) MUST_USE;

/* Writes to those whose state has changed, most at a time: their receipt, a seat that came free,
 * an offer, an end.  catalogue: in their language.  *n: how many were looked at. */
enum err application_tell(const struct mailer *, const struct catalogue *, const json_t *tenant, const char *origin,
    int most, size_t *n) MUST_USE;
