/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
#include "channel/channel.h"
#include "domain/message.h"
#include "web/web.h"
/*
 * 配信手段 as pages show them: the site, e-mail, LINE, push, SMS and X, whether they are
 * set up, whom they reach, what fits in and what it costs.
 *
 *	{"channel": "sms", "name": "by_sms", "way_text": "SMS", "about": "…",
 *	 "on": chosen, "ready": there is an account in use (mail and site: always),
 *	 "stopped": its gateway refuses at present, "stopped_text",
 *	 "set_url": page of its settings or null, "reach": reach_number of those who have it, or null,
 *	 "settings": of the account, "left_text": what is left of the month, or null}
 *
 * desk_ways_measure adds how a rendering stands against the channel's limits:
 *	{"length_text", "parts", "problem" (words or null), "cost", "cost_text" (null: nothing)}
 */
enum err desk_ways(struct web *, const json_t *message, json_t **rows) MUST_USE;

/* reach: message_reach_of, for the cost; may be null.  Adds to the rows of chosen ways, and says
 * whether all of it may be sent: no problem, and an account for each. */
bool desk_ways_measure(struct web *, json_t *rows, const json_t *reach, const json_t *renderings);
/* "unfit" in the view: the rows of chosen ways in which a text, typed or saved, does not fit, with "problem".
 * Known before anybody is asked to sign it: nothing is ever cut. */
enum err desk_ways_unfit(struct web *, const json_t *message, const char *subject, const char *body) MUST_USE;
/* 「文字数 84（上限 280）」 of a rendering, in the channel's own units. */
json_t *desk_way_length(struct web *, const char *channel, const json_t *content);
/* 「約1,200円」 of all rows together, or null. */
json_t *desk_ways_cost(struct web *, const json_t *rows);
