/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
#include "domain/line.h"
/*
 * Answers in the chat of LINE: queued as letters, which the courier sends within the
 * minute that LINE gives.  They cost nothing of the month, and what is late is not sent:
 * nothing that must arrive goes this way.
 */

/* The person whose LINE this is; ERR_NOT_FOUND: nobody's.  language: theirs. */
enum err line_person(const struct line_hook *, const char *user, int64_t *citizen, const char **language) MUST_USE;

/* Queues templates/line/<name>.txt as the answer to this event, if it can be answered. */
enum err line_reply(const struct line_hook *, const json_t *event, const char *user, const char *name,
    const char *language) MUST_USE;
/* The way into マイページ for who is linked, once; for others, how to begin. */
enum err line_door(const struct line_hook *, const json_t *event, const char *user) MUST_USE;
/* 「見ました」: the postback of a card's button. */
enum err line_saw(const struct line_hook *, const json_t *event, const char *user, const char *data) MUST_USE;
