/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
#include <stdbool.h>
#include <stdint.h>
#include "base/arena.h"
/*
 * How many calls a second a gateway permits: a token bucket, which paces them, and a count
 * of those that left in the last second, which no catching up goes beyond.
 *
 * A second's worth may be caught up with, the last tenth of it by emergencies only: LINE
 * itself keeps tokens for as many calls as its limit names, and gives back so many a second
 * (developers.line.biz, "Understanding Messaging API rate limits and the token bucket
 * algorithm", 2026-09-10).
 * now, at: clock_monotonic_ms().
 */
struct bucket {
	double rate;		/* calls a second; 0: as many as there is room for */
	double pace;		/* the part of it that is used: less after a 429 */
	double tokens;
	int64_t at;		/* when tokens were counted; 0: never */
	int64_t *last;		/* a ring: when the last calls went, as many as a second permits */
	int n, next;
};

/* Full, as if nothing had left for a while.  The ring is the arena's. */
void bucket_init(struct bucket *, struct arena *, double rate);

/* How many calls may be made ready by now, one at least; rate > 0. */
double bucket_room(struct bucket *, bool urgent, int64_t now);
/* May a call leave?  Then it is counted, under this turn (-1: it is not counted one by one).
 * False: a little later.  Of rate 0 always. */
bool bucket_take(struct bucket *, bool urgent, int64_t now, int *turn);
/* It left only then, and counts from there. */
void bucket_left(struct bucket *, int turn, int64_t at);

/* The far side said 429, or yes: a little slower, or slowly as fast as before. */
void bucket_refused(struct bucket *);
void bucket_accepted(struct bucket *);
