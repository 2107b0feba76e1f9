/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The frame of the channels over HTTP; see http_channel.h.
 */
#include "channel/http_channel.h"

#include "base/arena.h"
#include "base/clock.h"
#include "base/log.h"

enum state { FREE, FLYING, PARKED, RESTING, OVER };

struct place {
	struct http_trade trade;
	enum state state;
};

struct http_channel {
	struct channel channel;		/* first */
	struct channel_ops ops;
	struct arena *arena;
	const struct http_kind *kind;
	void *self;
	struct http *http;
	struct place *places;
	struct place **over;		/* a ring of n */
	int n, busy, parked, resting, over_first, over_n;
};

static void
end(struct http_channel *c, struct place *p)
{
	p->trade.outcome.took_ms = (int)(clock_monotonic_ms() - p->trade.begun);
	p->state = OVER;
	c->over[(c->over_first + c->over_n++) % c->n] = p;
}

static void
ask(struct http_channel *c, struct place *p)
{
	struct http_call call = { .method = "POST", .context = p };

	switch (c->kind->ask(c->self, &p->trade, &call)) {
	case HTTP_CALL:
		/* What came before, rests and other calls, is no slowness of the gateway's. */
		p->trade.begun = clock_monotonic_ms();
		call.context = p;
		p->state = FLYING;
		/* A call for each place: there is room. */
		must(http_start(c->http, &call) == ERR_OK);
		break;
	case HTTP_PARK:
		p->state = PARKED;
		c->parked++;
		break;
	case HTTP_REST:
		p->state = RESTING;
		c->resting++;
		break;
	case HTTP_OVER:
		end(c, p);
		break;
	}
}

/* Asks those whose rest has ended, and says when the next one's will; no later than until. */
static int64_t
ask_rested(struct http_channel *c, int64_t now, int64_t until)
{
	for (int i = 0; i < c->n && c->resting > 0; i++) {
		struct place *p = &c->places[i];

		if (p->state != RESTING)
			continue;
		if (p->trade.rest_until <= now) {
			c->resting--;
			ask(c, p);
		}
		if (p->state == RESTING && p->trade.rest_until < until)
			until = p->trade.rest_until;
	}
	return until;
}

/* Every answer may be what the parked ones wait for. */
static void
ask_parked(struct http_channel *c)
{
	for (int i = 0; i < c->n && c->parked > 0; i++) {
		if (c->places[i].state != PARKED)
			continue;
		c->parked--;
		ask(c, &c->places[i]);
	}
}

/* Returns how many answers there were. */
static int
hear(struct http_channel *c)
{
	struct http_answer answer;
	int n = 0;

	for (; http_next(c->http, &answer) == ERR_OK; n++) {
		struct place *p = answer.context;

		p->trade.outcome.left_at = answer.left_at;
		if (c->kind->hear(c->self, &p->trade, &answer) == HTTP_OVER)
			end(c, p);
		else
			ask(c, p);
		if (c->parked > 0)
			ask_parked(c);
	}
	return n;
}

static int
channel_room(const struct channel *channel)
{
	const struct http_channel *c = (const struct http_channel *)channel;

	return c->n - c->busy;
}

static enum err
channel_start(struct channel *channel, const struct letter *letter)
{
	struct http_channel *c = (struct http_channel *)channel;
	struct place *p = NULL;

	for (int i = 0; i < c->n && p == NULL; i++)
		if (c->places[i].state == FREE)
			p = &c->places[i];
	if (p == NULL)
		return ERR_BUSY;
	c->busy++;
	p->trade = (struct http_trade){ .letter = letter, .arena = p->trade.arena,
	    .begun = clock_monotonic_ms(), .outcome = { .letter = (void *)(uintptr_t)letter } };
	ask(c, p);
	return ERR_OK;
}

static void
channel_wait(struct channel *channel, int timeout_ms, int fd)
{
	struct http_channel *c = (struct http_channel *)channel;
	int64_t now = clock_monotonic_ms(), until = now + timeout_ms, woken;
	int heard;

	/* An answer that only leads to the next call ends no wait, nor does a rest. */
	for (;;) {
		woken = ask_rested(c, now, until);
		http_wait(c->http, c->over_n > 0 ? 0 : (int)(woken - now), fd);
		heard = hear(c);
		now = clock_monotonic_ms();
		if (c->over_n > 0 || now >= until || (heard == 0 && now < woken))
			return;
	}
}

static enum err
channel_next(struct channel *channel, struct outcome *out)
{
	struct http_channel *c = (struct http_channel *)channel;
	struct place *p;

	if (c->over_n == 0)
		(void)hear(c);
	if (c->over_n == 0)
		return ERR_NOT_FOUND;
	p = c->over[c->over_first];
	c->over_first = (c->over_first + 1) % c->n;
	c->over_n--;
	*out = p->trade.outcome;
	arena_reset(p->trade.arena);
	p->state = FREE;
	c->busy--;
	return ERR_OK;
}

static void
channel_close(struct channel *channel)
{
	struct http_channel *c = (struct http_channel *)channel;

	if (c->http != NULL)
		http_close(c->http);
	if (c->kind->close != NULL)
		c->kind->close(c->self);
	for (int i = 0; i < c->n; i++)
		arena_free(c->places[i].trade.arena);
	arena_free(c->arena);
}

enum err
http_channel_open(const struct conf *conf, const struct http_kind *kind, struct arena *arena,
    void *self, int calls, struct channel **out)
{
	struct http_channel *c = arena_alloc(arena, sizeof(*c));
	enum err e;

	c->ops = (struct channel_ops){ .name = kind->name, .room = channel_room, .start = channel_start,
	    .wait = channel_wait, .next = channel_next, .close = channel_close };
	c->channel.ops = &c->ops;
	c->arena = arena;
	c->kind = kind;
	c->self = self;
	c->n = calls;
	c->places = arena_alloc(arena, (size_t)calls * sizeof(*c->places));
	c->over = arena_alloc(arena, (size_t)calls * sizeof(struct place *));
	for (int i = 0; i < calls; i++)
		c->places[i].trade.arena = arena_new();
	e = http_open(conf, calls, &c->http);
	if (e != ERR_OK) {
		channel_close(&c->channel);
		return e;
	}
	*out = &c->channel;
	return ERR_OK;
}
