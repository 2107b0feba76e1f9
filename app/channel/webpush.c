/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Web Push as a channel: a letter goes to the devices of one person, one call each
 * (RFC 8030), and what is best of their answers is its outcome.
 *
 * Nobody tells us whether a device showed it, but a repeat is harmless: the same
 * Topic replaces what waits at the push service, the same tag what is on the screen
 * (integrations.md 12).  letter.data is what the device gets:
 *
 *	{"title", "body", "url", "tag", "renotify"}
 */
#include "channel/webpush.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "base/arena.h"
#include "base/clock.h"
#include "base/conf.h"
#include "base/log.h"
#include "base/slot.h"
#include "base/text.h"
#include "channel/channel.h"
#include "channel/http_channel.h"
#include "channel/webpush_cards.h"

enum {
	CALLS = 128,			/* letters under way at once */
	CALL_MS = 10000,
	TTL_NEWS_S = 24 * 3600,
	TTL_URGENT_S = 4 * 3600,
	ANSWER_MAX = 4096
};

struct webpush {
	const char *hosts;
	struct p256 *p256;
	struct webpush_cards *cards;
};

/* What a letter needs beside itself, from its first device on. */
struct round {
	size_t device;			/* whose turn it is */
	const char *text;		/* what is encrypted; shorter after a 413 */
	size_t n;
	char tag[WEBPUSH_TAG + 1];
	bool shortened, anew;		/* this device: tried with less, with a new card */
	struct webpush_address to;
	struct buf body;		/* for this device */
	struct webpush_card *card;
	struct outcome best;
	int rank;			/* of best; -1: none yet */
	int wait_s;			/* the longest that any asked for */
};

static size_t
device_count(const struct letter *l)
{
	return l->n_many == 0 ? 1 : l->n_many;
}

static const char *
device_address(const struct letter *l, size_t i)
{
	return l->n_many == 0 ? l->to : l->many[i];
}

/* --- outcomes --- */

static int
rank_of(enum verdict v)
{
	return v == VERDICT_SENT ? 3 : v == VERDICT_UNKNOWN ? 2 : v == VERDICT_LATER ? 1 : 0;
}

/* This device's answer; the next one's turn. */
static void
count(struct http_trade *t, const struct outcome *o, bool gone)
{
	struct round *r = t->kept;
	uint32_t bits = r->best.gone, again = r->best.again;

	if (gone && r->device < 32)
		bits |= UINT32_C(1) << r->device;
	if ((o->verdict == VERDICT_LATER || o->verdict == VERDICT_UNKNOWN) && r->device < 32)
		again |= UINT32_C(1) << r->device;
	if (o->wait_s > r->wait_s)
		r->wait_s = o->wait_s;
	if (rank_of(o->verdict) > r->rank) {
		r->rank = rank_of(o->verdict);
		r->best = *o;
	}
	r->best.gone = bits;
	r->best.again = again;
	r->device++;
	r->anew = false;
}

static void
count_unsent(struct http_trade *t, enum verdict verdict, const char *reason, int wait_s, bool gone)
{
	struct outcome o = { .wait_s = wait_s };

	http_verdict(&o, verdict, reason);
	count(t, &o, gone);
}

/* --- a call --- */

static int
ttl(const struct letter *l)
{
	int64_t most = l->urgent ? TTL_URGENT_S : TTL_NEWS_S, left;

	if (l->valid_until_ms == 0)
		return (int)most;
	left = (l->valid_until_ms - clock_ms()) / 1000;
	return (int)(left < 0 ? 0 : left < most ? left : most);
}

static void
fill(struct http_trade *t, struct http_call *call)
{
	const struct round *r = t->kept;
	const char **headers = arena_alloc(t->arena, 8 * sizeof(*headers));

	headers[0] = arena_printf(t->arena, "TTL: %d", ttl(t->letter));
	headers[1] = t->letter->urgent ? "Urgency: high" : "Urgency: normal";
	headers[2] = arena_printf(t->arena, "Topic: %s", r->tag);
	headers[3] = "Content-Encoding: aes128gcm";
	headers[4] = "Content-Type: application/octet-stream";
	headers[5] = arena_strdup(t->arena, r->card->header);
	*call = (struct http_call){ .method = "POST", .url = r->to.endpoint, .headers = headers,
	    .body = r->body.data, .n = r->body.len, .timeout_ms = CALL_MS, .answer_max = ANSWER_MAX,
	    .outside = true, .http2 = true };
}

/* False: nothing can be sent to it, and that is counted. */
static bool
ready(struct webpush *w, struct http_trade *t)
{
	struct round *r = t->kept;
	const char *text = device_address(t->letter, r->device);
	int64_t now = clock_monotonic_ms();
	json_t *address;

	if (json_parse(t->arena, text, strlen(text), &address) != ERR_OK ||
	    webpush_address_read(t->arena, w->hosts, address, &r->to) != ERR_OK) {
		count_unsent(t, VERDICT_REFUSED, "address_invalid", 0, true);
		return false;
	}
	r->card = webpush_card_of(w->cards, t->letter->account, r->to.origin);
	if (r->card == NULL) {
		count_unsent(t, VERDICT_LATER, "gateway_denied", 0, false);
		return false;
	}
	if (r->card->paused_until > now) {
		count_unsent(t, VERDICT_LATER, "gateway_busy", (int)((r->card->paused_until - now + 999) / 1000), false);
		return false;
	}
	buf_init(&r->body, t->arena);
	/* Of a length that is known to do: so it is the key that is no point. */
	if (webpush_encrypt(w->p256, &r->to.receiver, r->text, r->n, &r->body) != ERR_OK) {
		count_unsent(t, VERDICT_REFUSED, "address_invalid", 0, true);
		return false;
	}
	return true;
}

/* The letter's text and tag.  False: it is not what compose makes. */
static bool
begin(struct http_trade *t)
{
	struct round *r = arena_alloc(t->arena, sizeof(*r));
	json_t *said;

	t->kept = r;
	r->rank = -1;
	r->text = t->letter->data;
	r->n = t->letter->n;
	if (r->n > WEBPUSH_TEXT_MAX || json_parse(t->arena, r->text, r->n, &said) != ERR_OK ||
	    strlen(json_text(said, "tag")) != WEBPUSH_TAG)
		return false;
	memcpy(r->tag, json_text(said, "tag"), WEBPUSH_TAG);
	return true;
}

static enum http_turn
ask(void *self, struct http_trade *t, struct http_call *call)
{
	struct round *r;

	if (t->kept == NULL && !begin(t)) {
		http_verdict(&t->outcome, VERDICT_REFUSED, "message_invalid");
		return HTTP_OVER;
	}
	for (r = t->kept; r->device < device_count(t->letter); )
		if (ready(self, t)) {
			fill(t, call);
			return HTTP_CALL;
		}
	r->best.letter = t->outcome.letter;
	/* Where one device has it, the others' waiting is for them alone. */
	if (r->best.again != 0)
		r->best.wait_s = r->wait_s;
	t->outcome = r->best;
	/* What a service has against the town's card is for staff to see; all else is its own trouble. */
	t->outcome.apart = (r->best.verdict == VERDICT_LATER || r->best.verdict == VERDICT_UNKNOWN) &&
	    strcmp(r->best.reason, "gateway_denied") != 0;
	return HTTP_OVER;
}

/* --- an answer --- */

/* Half of the body, once for all devices.  False: there was nothing to take away. */
static bool
shorten(struct http_trade *t)
{
	struct round *r = t->kept;
	const char *body;
	json_t *said;
	size_t length;
	struct buf b;

	if (r->shortened || json_parse(t->arena, r->text, r->n, &said) != ERR_OK)
		return false;
	body = json_text(said, "body");
	length = text_length(body);
	json_object_set_new(said, "body", json_string(length > 1 ? text_cut(t->arena, body, length / 2) : ""));
	buf_init(&b, t->arena);
	json_canonical(said, &b);
	r->shortened = true;
	r->text = b.data;
	r->n = b.len;
	return true;
}

/* The device said yes to another key (of the town before it had new ones, of another site), which
 * nobody but its owner can mend: as Mozilla, Google and Apple say it; Apple also with 400. */
static bool
is_of_another_key(const struct http_answer *a)
{
	static const char *const says[] = { "public key mismatch", "do not correspond to the credentials used to create",
		"does not correspond to the sender", "VapidPkHashMismatch" };
	size_t i;

	for (i = 0; i < sizeof says / sizeof *says && (a->status == 400 || a->status == 401 || a->status == 403); i++)
		if (strstr(a->body, says[i]) != NULL)
			return true;
	return false;
}

/* The service does not want the card.  One that it has taken before is good: then it is the
 * device, whatever is said of it. */
static void
denied(struct http_trade *t, struct outcome *o)
{
	struct round *r = t->kept;

	if (!r->anew && !r->card->believed) {
		r->anew = true;
		webpush_card_drop(r->card);
	} else if (r->card->believed) {
		http_verdict(o, VERDICT_REFUSED, "address_gone");
		count(t, o, true);
	} else {
		count(t, o, false);
	}
}

static void
hear_id(const struct http_answer *a, struct outcome *o)
{
	const char *location = http_header(a, "Location"), *last = strrchr(location, '/');

	http_clean(last != NULL ? last + 1 : location, strlen(last != NULL ? last + 1 : location), o->id, sizeof(o->id));
}

static enum http_turn
hear(void *self, struct http_trade *t, const struct http_answer *a)
{
	struct round *r = t->kept;
	struct outcome o = { 0 };

	(void)self;
	http_outcome(a, &o);
	webpush_card_fared(r->card, a->fate == HTTP_ANSWERED && o.verdict != VERDICT_UNKNOWN);
	if (a->fate != HTTP_ANSWERED) {
		count(t, &o, false);
	} else if (o.verdict == VERDICT_SENT) {
		r->card->believed = true;
		hear_id(a, &o);
		count(t, &o, false);
	} else if (a->status == 404 || a->status == 410 || is_of_another_key(a)) {
		http_verdict(&o, VERDICT_REFUSED, "address_gone");
		count(t, &o, true);
	} else if (a->status == 413 && shorten(t)) {
		/* The same device once more. */
	} else if (a->status == 401 || a->status == 403) {
		denied(t, &o);
	} else {
		if (a->status == 429)
			r->card->paused_until = clock_monotonic_ms() + 1000 * (int64_t)(o.wait_s > 0 ? o.wait_s : 1);
		else if (o.verdict == VERDICT_REFUSED)
			log_warn("webpush.refused origin=%s status=%d detail=\"%s\"", r->to.origin, a->status, o.detail);
		count(t, &o, false);
	}
	return HTTP_CALL;
}

static void
webpush_close(void *self)
{
	struct webpush *w = self;

	webpush_cards_free(w->cards);
	p256_close(w->p256);
}

static enum err
webpush_open(const struct conf *conf, struct channel **out)
{
	static const struct http_kind kind = { .name = "webpush", .ask = ask, .hear = hear, .close = webpush_close };
	struct arena *arena;
	struct webpush *w;

	/* Development: there is an outbox, and no push service of our own. */
	if (conf->outbox != NULL && !conf->gateway_private)
		return outbox_open(conf, "webpush", out);
	arena = arena_new();
	w = arena_alloc(arena, sizeof(*w));
	w->hosts = arena_strdup(arena, conf->push_hosts);
	w->p256 = p256_open();
	w->cards = webpush_cards_new();
	return http_channel_open(conf, &kind, arena, w, CALLS, out);
}

/* --- what is written --- */

static void
write_card(struct arena *a, const json_t *content, const char *body, const char *url, const char *tag, struct buf *out)
{
	json_t *card = json_keep(a, json_pack("{s:s, s:s, s:s, s:s}", "title", json_text(content, "title"),
	    "body", body, "url", url, "tag", tag));

	if (json_text(content, "image")[0] != '\0')
		json_object_set(card, "image", json_object_get(content, "image"));
	if (json_flag(content, "renotify"))
		json_object_set_new(card, "renotify", json_true());
	buf_reset(out);
	json_canonical(card, out);
}

static struct measure
webpush_measure(const json_t *content, const json_t *settings)
{
	struct measure m = { .limit = WEBPUSH_JSON_MAX };
	struct arena *a = arena_new();
	struct buf b;

	(void)settings;
	buf_init(&b, a);
	write_card(a, content, json_text(content, "body"), json_text(content, "url"), "tagtagtagtagtagtagtagtag", &b);
	m.length = (int)b.len;
	m.problem = b.len > WEBPUSH_JSON_MAX ? "text_too_long" : NULL;
	arena_free(a);
	return m;
}

static enum err
webpush_compose(struct arena *a, const struct envelope *v, struct letter *l)
{
	const char *url = slot_fill(a, json_text(v->content, "url"), SLOT_SEEN_URL, v->seen_url);
	const char *body = slot_fill(a, json_text(v->content, "body"), SLOT_SEEN_URL, v->seen_url);
	const char *name = json_text(v->content, "tag");
	char tag[WEBPUSH_TAG + 1];
	size_t length;
	struct buf data;

	webpush_tag(name[0] != '\0' ? name : arena_printf(a, "%" PRId64, v->message), tag);
	if (url[0] == '/')
		url = arena_printf(a, "%s%s", v->origin, url);
	buf_init(&data, a);
	write_card(a, v->content, body, url, tag, &data);
	/* What was too long was shown to staff before; nothing goes unsent for it. */
	for (length = text_length(body); data.len > WEBPUSH_JSON_MAX && length > 1; length = length * 3 / 4) {
		body = text_cut(a, body, length * 3 / 4 > 0 ? length * 3 / 4 : 1);
		write_card(a, v->content, body, url, tag, &data);
	}
	if (data.len > WEBPUSH_TEXT_MAX)
		return ERR_INVALID;
	l->data = data.data;
	l->n = data.len;
	return ERR_OK;
}

static enum err
webpush_render(struct arena *a, struct templates *t, const struct words *words, const json_t *view, json_t **content)
{
	const json_t *first = json_array_get(json_object_get(view, "pictures"), 0);
	const char *text;
	enum err e = channel_text(a, t, "webpush/message.txt", words, view, &text);

	/* Where it is asked for 「見ました」 the card opens that page, which leads on. */
	if (e == ERR_OK)
		*content = json_keep(a, json_pack("{s:s, s:s, s:s, s:s}", "title", json_text(view, "subject"), "body", text,
		    "url", json_text(view, json_text(view, "seen_url")[0] != '\0' ? "seen_url" : "page_url"),
		    "tag", json_text(view, "tag")));
	if (e == ERR_OK && first != NULL)
		json_object_set(*content, "image", json_object_get(first, "url"));
	return e;
}

const struct channel_kind webpush_kind = {
	.name = "webpush", .flag = "by_webpush", .accounts = 1, .people = 1, .again = AGAIN_SAME,
	.open = webpush_open, .render = webpush_render, .length_words = "way_bytes", .measure = webpush_measure, .compose = webpush_compose
};
