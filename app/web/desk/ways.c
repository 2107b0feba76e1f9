/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The ways on which a message may go, as the pages of the desk show them; see ways.h.
 *
 * Limits are the business of channel/: what is too long here is what the sender itself
 * would refuse (channel_kind.measure).
 */
#include "web/desk/ways.h"

#include <string.h>

#include "domain/gateway.h"
#include "domain/rendering.h"

/* E-mail and the site need no account of the town's own. */
static bool
own(const char *channel)
{
	const struct channel_kind *kind = channel_kind(channel);

	return kind == NULL || kind->accounts == 0;
}

static json_t *
about(const struct web *w, const char *channel)
{
	return json_string(words_get(w->words, arena_printf(w->arena, "way_about_%s", channel)));
}

/* The first account in use of a channel, or NULL. */
static const json_t *
account_of(const json_t *accounts, const char *channel)
{
	json_t *each;
	size_t i;

	json_array_foreach(accounts, i, each)
		if (json_flag(each, "active") && strcmp(json_text(each, "channel"), channel) == 0)
			return each;
	return NULL;
}

/* "1,234": numbers that C makes, as SQL writes them. */
static char *
grouped(struct arena *a, int64_t n)
{
	char *digits = arena_printf(a, "%" PRId64, n);
	struct buf b;
	size_t i, len = strlen(digits);

	buf_init(&b, a);
	for (i = 0; i < len; i++)
		buf_addf(&b, "%s%c", i > 0 && (len - i) % 3 == 0 ? "," : "", digits[i]);
	return b.data;
}

/* Words with a number in them, or two. */
static json_t *
said(struct web *w, const char *key, int64_t number, int64_t limit)
{
	json_t *view = json_keep(w->arena, json_pack("{s:s, s:s}", "number", grouped(w->arena, number),
	    "limit", grouped(w->arena, limit)));
	struct buf b;

	buf_init(&b, w->arena);
	if (mustache_text(w->arena, words_get(w->words, key), view, &b) != ERR_OK)
		return json_null();
	return json_stringn(b.data, b.len);
}

static json_t *
left(struct web *w, const json_t *account)
{
	int64_t n, kept;

	if (!json_is_integer(json_object_get(account, "left")))
		return json_null();
	n = json_int(account, "left");
	kept = json_int(json_object_get(account, "settings"), "reserve");
	return kept > 0 ? said(w, "way_left_kept", n, n > kept ? n - kept : 0) : said(w, "way_left", n, 0);
}

static json_t *
row(struct web *w, const struct message_way *way, const json_t *message, const json_t *accounts, const json_t *able)
{
	const json_t *account = account_of(accounts, way->channel);
	/* A second one that goes on sending makes it nobody's concern here. */
	bool stopped = account != NULL && json_flag(account, "open") && !json_flag(account, "instead");

	return json_pack("{s:s, s:s, s:s, s:o, s:b, s:b, s:b, s:O?, s:s?, s:O?, s:O?, s:o, s:n, s:n, s:n, s:n, s:i}",
	    "channel", way->channel, "name", way->flag, "way_text", message_way(w->words, way->channel),
	    "about", about(w, way->channel), "on", json_flag(message, way->flag),
	    "ready", own(way->channel) || account != NULL, "stopped", stopped,
	    "stopped_text", stopped ? json_object_get(account, "reason_text") : NULL,
	    "set_url", web_may(w, RIGHT_ADMIN) && !own(way->channel)
	    ? arena_printf(w->arena, "/desk/settings/channels/%s", way->channel) : NULL,
	    "reach", json_object_get(able, way->channel),
	    "settings", account == NULL ? NULL : json_object_get(account, "settings"), "left_text", left(w, account),
	    "length_text", "problem", "parts_text", "cost_text", "cost", 0);
}

enum err
desk_ways(struct web *w, const json_t *message, json_t **rows)
{
	json_t *accounts;
	struct message_way way;
	enum err e = gateway_state(w->db, w->words, &accounts);
	size_t i;

	if (e != ERR_OK)
		return e;
	*rows = json_keep(w->arena, json_array());
	for (i = 0; message_way_at(i, &way); i++)
		json_array_append_new(*rows, row(w, &way, message, accounts, json_object_get(w->view, "able")));
	return ERR_OK;
}

/* --- how it stands against the limits, and what it costs --- */

/* Of all languages the one that needs most. */
static struct measure
worst(const struct channel_kind *kind, const json_t *languages, const json_t *settings)
{
	struct measure most = { .parts = 0 };
	const char *language;
	json_t *content;

	json_object_foreach((json_t *)languages, language, content) {
		struct measure m = kind->measure(content, settings);

		if (most.problem == NULL && (m.problem != NULL || m.length > most.length || m.parts > most.parts))
			most = m;
	}
	return most;
}

json_t *
desk_way_length(struct web *w, const char *channel, const json_t *content)
{
	const struct channel_kind *kind = channel_kind(channel);
	struct measure m = kind->measure(content, NULL);

	return said(w, kind->length_words, m.length, m.limit);
}

static int64_t
persons(const json_t *reach, const char *channel)
{
	json_t *each;
	size_t i;

	json_array_foreach(json_object_get(reach, "ways"), i, each)
		if (strcmp(json_text(each, "way"), channel) == 0)
			return json_int(each, "count");
	return 0;
}

static int64_t
yen(const struct channel_kind *kind, const json_t *r, const json_t *reach, const json_t *languages, int parts)
{
	double cost = 0;

	if (kind != NULL && kind->cost != NULL)
		cost = kind->cost(json_object_get(languages, "ja"), json_object_get(r, "settings"), parts, persons(reach, kind->name));
	return cost >= 1e12 ? INT64_C(1000000000000) : (int64_t)(cost + 0.999999);
}

static json_t *
problem_of(struct web *w, const json_t *r, const struct measure *m)
{
	if (!json_flag(r, "ready"))
		return json_string(words_get(w->words, "way_not_ready"));
	if (m->problem == NULL)
		return json_null();
	return said(w, words_find(w->words, m->problem) != NULL ? m->problem : "text_too_long", m->length, m->limit);
}

bool
desk_ways_measure(struct web *w, json_t *rows, const json_t *reach, const json_t *renderings)
{
	bool fits = true;
	json_t *r;
	size_t i;

	json_array_foreach(rows, i, r) {
		const char *channel = json_text(r, "channel");
		const struct channel_kind *kind = channel_kind(channel);
		const json_t *languages = json_object_get(renderings, channel);
		struct measure m = { .parts = 0 };
		int64_t cost;

		if (!json_flag(r, "on"))
			continue;
		if (kind != NULL)
			m = worst(kind, languages, json_object_get(r, "settings"));
		cost = yen(kind, r, reach, languages, m.parts);
		json_object_set_new(r, "problem", problem_of(w, r, &m));
		fits = fits && json_is_null(json_object_get(r, "problem"));
		if (kind != NULL && m.limit > 0)
			json_object_set_new(r, "length_text", said(w, kind->length_words, m.length, m.limit));
		if (m.parts > 0)
			json_object_set_new(r, "parts_text", said(w, "way_parts", m.parts, 0));
		json_object_set_new(r, "cost", json_integer(cost));
		if (cost > 0)
			json_object_set_new(r, "cost_text", said(w, "way_cost", cost, 0));
	}
	return fits;
}

enum err
desk_ways_unfit(struct web *w, const json_t *message, const char *subject, const char *body)
{
	json_t *unfit = json_array(), *text = message_to_render(w->arena, message, web_origin(w)), *renderings, *rows, *r;
	enum err e;
	size_t i;

	json_object_set_new(w->view, "unfit", unfit);
	/* Its field refuses it, and no mail may be made of it. */
	if (strpbrk(subject, "\r\n") != NULL)
		return ERR_OK;
	json_object_set_new(text, "subject", json_string(subject));
	json_object_set_new(text, "body", json_string(body));
	e = rendering_make(w->arena, w->site->templates, w->site->catalogue, text, &renderings);
	/* Too long for all of them, which its field says. */
	if (e == ERR_INVALID)
		return ERR_OK;
	if (e == ERR_OK)
		e = desk_ways(w, message, &rows);
	if (e != ERR_OK)
		return e;
	desk_ways_measure(w, rows, NULL, renderings);
	json_array_foreach(rows, i, r)
		if (json_flag(r, "ready") && json_is_string(json_object_get(r, "problem")))
			json_array_append(unfit, r);
	return ERR_OK;
}

json_t *
desk_ways_cost(struct web *w, const json_t *rows)
{
	int64_t all = 0;
	json_t *r;
	size_t i;

	json_array_foreach(rows, i, r)
		all += json_int(r, "cost");
	return all == 0 ? json_null() : said(w, "way_cost", all, 0);
}
