/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
#include <jansson.h>
#include "base/words.h"
#include "db/db.h"
/*
 * Events (イベント) at the desk: what happens when and where, and by which rule seats are
 * given.  What the public reads is agenda.h's, signing up application.h's.
 */

/* state '': all.  Query event_desk_list, with state_text. */
enum err event_list(struct db *, const struct words *, const char *state, json_t **out) MUST_USE;
/* Query event_desk_show.  ERR_NOT_FOUND. */
enum err event_show(struct db *, const struct words *, int64_t event, json_t **out) MUST_USE;
enum err event_add(struct db *, int64_t staff, const char *title, int64_t *event) MUST_USE;

/* ERR_CONFLICT: somebody else saved meanwhile, or it is over. */
struct event_text {
	const json_t *texts;		/* {"title", "text", "target", "fee", "bring"} */
	const char *category, *place, *address, *access, *organiser, *contact;
	bool free, childcare, sign_language, online, listed;
};
enum err event_save(struct db *, int64_t event, int64_t revision, const struct event_text *) MUST_USE;

struct event_rules {
	const char *rule;		/* none, first, lottery, approval */
	int64_t opens_ms, closes_ms;	/* 0: no such end */
	int64_t group_max, offer_hours;	/* 0: a seat that comes free is theirs at once */
	bool once, waiting, in_order;
};
/* ERR_CONFLICT too where the rule would change under people who signed up. */
enum err event_rules_save(struct db *, int64_t event, int64_t revision, const struct event_rules *) MUST_USE;

/* Dates, repeated every so many days so many times.  quotas: lines "車いす 2".  capacity 0: no limit. */
struct event_dates {
	int64_t begins_ms, ends_ms, capacity, every_days, times;
	const char *quotas;
};
/* Whether each line is a name and a number. */
bool event_quotas_read(struct arena *, const char *lines);
enum err event_dates_add(struct db *, struct arena *, int64_t event, const struct event_dates *) MUST_USE;
/* ERR_CONFLICT: somebody has signed up for it. */
enum err event_date_remove(struct db *, int64_t event, int64_t slot) MUST_USE;
/* *over: how many people too many; 0: it is so now. */
enum err event_date_capacity(struct db *, int64_t event, int64_t slot, int64_t capacity, int64_t *over) MUST_USE;

/* 公開前チェック: keys of the words that say what is missing; [] nothing. */
json_t *event_lacks(struct arena *, const json_t *event);
/* ERR_CONFLICT: something is missing, or it is open. */
enum err event_open(struct db *, int64_t event) MUST_USE;
/* ERR_CONFLICT: it was over. */
enum err event_cancel(struct db *, int64_t event) MUST_USE;
