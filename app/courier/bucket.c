/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Calls do not travel equally fast: what leaves at the permitted rate may arrive above it.
 * So a hundredth of the rate is left alone, and a second is a little longer here.
 */
#include "courier/bucket.h"

enum {
	AHEAD_MS = 100,		/* calls may be made ready for so long before their turn */
	SECOND_MS = 1010,
	PACED_MOST = 10000	/* more calls a second are not counted one by one */
};

#define PACE 0.99

void
bucket_init(struct bucket *b, struct arena *a, double rate)
{
	int n = rate > 0 && rate < PACED_MOST ? (int)rate : 0;

	*b = (struct bucket){ .rate = rate, .pace = PACE, .n = n };
	if (n > 0)
		b->last = arena_alloc(a, (size_t)n * sizeof *b->last);
}

/* What may be caught up with; one call at least. */
static double
depth(const struct bucket *b)
{
	return b->rate < 1 ? 1 : b->rate;
}

/* What is kept for emergencies; of few there is no part. */
static double
reserve(const struct bucket *b, bool urgent)
{
	return urgent || depth(b) < 5 ? 0 : depth(b) / 10;
}

static void
fill(struct bucket *b, int64_t now)
{
	if (b->at == 0)
		b->tokens = depth(b);
	else
		b->tokens += (double)(now - b->at) * b->rate * b->pace / 1000;
	if (b->tokens > depth(b))
		b->tokens = depth(b);
	b->at = now;
}

/* How many calls the seconds permit until ms from now: those whose place in the ring is
 * of a call that is longer ago than a second then. */
static double
permitted(const struct bucket *b, int64_t now, int ms)
{
	int i = 0;

	while (i < b->n && b->last[(b->next + i) % b->n] <= now + ms - SECOND_MS)
		i++;
	return b->n > 0 ? i : b->rate;
}

double
bucket_room(struct bucket *b, bool urgent, int64_t now)
{
	double ahead, most = permitted(b, now, AHEAD_MS);

	fill(b, now);
	ahead = b->tokens + b->rate * AHEAD_MS / 1000 - reserve(b, urgent);
	ahead = ahead < most ? ahead : most;
	return ahead < 1 ? 1 : ahead;
}

bool
bucket_take(struct bucket *b, bool urgent, int64_t now, int *turn)
{
	*turn = -1;
	if (b->rate <= 0)
		return true;
	fill(b, now);
	if (b->tokens < 1 + reserve(b, urgent) || (b->n > 0 && permitted(b, now, 0) < 1))
		return false;
	b->tokens -= 1;
	if (b->n > 0) {
		b->last[b->next] = now;
		*turn = b->next;
		b->next = (b->next + 1) % b->n;
	}
	return true;
}

void
bucket_left(struct bucket *b, int turn, int64_t at)
{
	if (turn >= 0 && turn < b->n && at > b->last[turn])
		b->last[turn] = at;
}

void
bucket_refused(struct bucket *b)
{
	b->pace *= 0.97;
	b->tokens = 0;
}

void
bucket_accepted(struct bucket *b)
{
	b->pace += (PACE - b->pace) / 1000;
}
