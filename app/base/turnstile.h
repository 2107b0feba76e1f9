/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include "base/err.h"
#include "base/secret.h"
struct arena;
/*
 * A queue in front of a door, for the moment when more people come than the house can
 * take: whoever arrives gets the next number, and numbers are let in at a fixed rate.
 *
 * While fewer than crowd arrive in a second there is no queue.  It opens with the first
 * above that, and closes when its last number was let in.  A turn says when its queue
 * opened and which number it is; with the rate that is all it takes to know when its
 * holder may go in, so that turns outlive the processes, and no database is asked.
 * Numbers are given out by all processes that were forked after turnstile_new.
 */
struct turnstile;
struct turnstile_rule {
	int rate;		/* let in a second */
	int crowd;		/* arrivals a second that need no queue */
};

struct turn {
	int64_t opened;		/* ms; when the queue opened */
	int64_t number;		/* from 1; 0: there is no queue */
};
/* How long a turn opens the door, once it was its turn. */
enum { TURN_VALID_MS = 3600000, TURNSTILE_DOORS = 1024 };

struct turnstile *turnstile_new(void);	/* before the fork */
void turnstile_free(struct turnstile *);

/* Somebody new at this door.  A door to which nobody has come for a minute makes room for
 * another; what is beyond TURNSTILE_DOORS at a time has no queue. */
struct turn turnstile_arrive(struct turnstile *, struct turnstile_rule, const char *door, int64_t now);
/* The highest number that may go in at that moment. */
int64_t turnstile_served(struct turnstile_rule, struct turn, int64_t now);
/* Seconds until this turn's; 0: now. */
int64_t turnstile_wait_s(struct turnstile_rule, struct turn, int64_t now);

/* A turn as text, which only we can make, for this door. */
const char *turn_write(struct arena *, const uint8_t key[SECRET_KEY], const char *door, struct turn);
/* ERR_INVALID: not ours, or of another door.  ERR_GONE: its hour is over. */
enum err turn_read(struct arena *, const uint8_t key[SECRET_KEY], const char *door, struct turnstile_rule,
    const char *text, int64_t now, struct turn *out) MUST_USE;
