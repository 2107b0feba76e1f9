/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
#include "channel/channel.h"
#include "channel/http.h"
struct arena;
/*
 * A channel (channel.h) to whose letters one HTTP call belongs, or a few in turn: a
 * token first, a look whether it is there already, the call itself.
 *
 * The kind says which call comes next (ask) and what the answer means (hear); slots,
 * waiting and the outcomes' way back are here.
 */

/* One letter under way. */
struct http_trade {
	const struct letter *letter;
	struct arena *arena;		/* this letter's: emptied when its outcome is taken */
	int step, mark;			/* the kind's own, 0 at first */
	const char *mine;		/* the same, in arena */
	void *kept;			/* the same, in the arena; NULL at first */
	struct outcome outcome;		/* letter is filled in; the rest is the kind's */
	int64_t begun;			/* clock_monotonic_ms */
	int64_t rest_until;		/* the same; for HTTP_REST */
};

enum http_turn {
	HTTP_CALL,			/* ask: make the call.  hear: ask again */
	HTTP_PARK,			/* ask: not now, but when another's answer has come (a token) */
	HTTP_REST,			/* ask: again when rest_until is there */
	HTTP_OVER			/* the outcome is filled in */
};

struct http_kind {
	const char *name;
	/* Fills in the call; strings of the trade's arena, the letter's or the account's. */
	enum http_turn (*ask)(void *self, struct http_trade *, struct http_call *);
	enum http_turn (*hear)(void *self, struct http_trade *, const struct http_answer *);
	/* What self holds beside the arena that it came from; may be NULL. */
	void (*close)(void *self);
};

/* self: what the kind knows between letters, in arena, which is the channel's from
 * now on, also when this fails.  calls: letters under way at once. */
enum err http_channel_open(const struct conf *, const struct http_kind *, struct arena *,
    void *self, int calls, struct channel **out) MUST_USE;
