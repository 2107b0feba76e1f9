/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
#include <stdbool.h>
#include <stdint.h>
#include "base/json.h"
/*
 * What is kept between letters for each town and push service: the town's card
 * (webpush_authorize), made once in twelve hours because services refuse who comes with
 * a new one each time, and until when the service is left alone: it asked for it, or does
 * not answer.
 */
struct webpush_cards;

struct webpush_card {
	int64_t account, version;
	char *origin;
	char *header;			/* "Authorization: vapid t=…, k=…" */
	int64_t made, used;		/* milliseconds, monotonic */
	int64_t paused_until;
	int failures, rest_ms;		/* calls in a row of which nobody knows, and the last rest for them */
	bool believed;			/* the service has taken this very card */
};

struct webpush_cards *webpush_cards_new(void);
void webpush_cards_free(struct webpush_cards *);

/* NULL: the account has no keys that will do; logged. */
struct webpush_card *webpush_card_of(struct webpush_cards *, const json_t *account, const char *origin);
/* Whether the service answered.  After a few times without, it rests, and twice as long after each
 * further one. */
void webpush_card_fared(struct webpush_card *, bool answered);
/* It was not believed: the next one is made anew. */
void webpush_card_drop(struct webpush_card *);
