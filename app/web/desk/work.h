/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
#include "web/web.h"
/*
 * What staff prepare in steps and then publish, events and surveys: how their lists are
 * narrowed, how one is begun, how its steps are shown.
 */
struct desk_work {
	const char *path;			/* "/desk/events" */
	const char *page;			/* of a new one: "desk/event/new" */
	const char *state;			/* what the words of its states begin with: "event_state_" */
	const char *const *states;		/* in their order, NULL behind the last */
	size_t title_max;
	enum err (*show)(struct db *, const struct words *, int64_t id, json_t **out);
	/* copied: 0, or the one that it is to be like.  ERR_INVALID: this person belongs to no department. */
	enum err (*create)(struct db *, int64_t staff, int64_t copied, const char *title, int64_t *out);
};

/* The state of ?state=, "" for all of them, and the words of ?search=. */
const char *desk_work_state(struct web *, const struct desk_work *);
const char *desk_work_search(struct web *);
/* Puts a list ("rows", "counts") into the view: "rows", each with "row_url", "any", "pills" for all and for each state that
 * some are in, "search", "narrowed", "may_write". */
void desk_work_list(struct web *, const struct desk_work *, const json_t *list, const char *state, const char *search);

/* GET and POST of the page of a new one, from nothing or from an earlier one (?copy=12). */
enum err desk_work_new(struct web *, const struct desk_work *) MUST_USE;
enum err desk_work_create(struct web *, const struct desk_work *) MUST_USE;

/* Adds a step: {"task_url", "state", "state_text"}; state: "todo", "begun", "done", "wrong", "none" (done, as nothing is
 * wanted), "later" (not to be entered yet). */
void desk_work_task(struct web *, const struct desk_work *, json_t *tasks, int64_t id, const char *name, const char *state);
