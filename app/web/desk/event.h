/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
#include "domain/event.h"
#include "web/desk/question.h"
#include "web/web.h"
/*
 * What the pages of one event share.
 */

/* The event of {event}, also put into the view as "event"; with "may_write" and "may_approve". */
enum err desk_event_open(struct web *, json_t **event) MUST_USE;
/* The same with the date of {slot}, also put into the view as "slot". */
enum err desk_event_date_open(struct web *, json_t **event, json_t **slot) MUST_USE;
/* What it lacks and its questions: event_lacks. */
enum err desk_event_lacks(struct web *, json_t *event, json_t **lacks) MUST_USE;
/* A 303 to a page of it; "": the page of its steps. */
enum err desk_event_go(struct web *, const json_t *event, const char *page) MUST_USE;
/* A page of event_part.c, and what was sent from it; problem: of this field already (NULL: none). */
enum err desk_event_part(struct web *, const struct event_part *) MUST_USE;
enum err desk_event_part_save(struct web *, const struct event_part *, const char *field, const char *problem) MUST_USE;
/* Its dates as options of a field, with one for all of them in front where none is required. */
json_t *desk_event_dates(struct web *, const json_t *event);
