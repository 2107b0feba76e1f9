/* SPDX-License-Identifier: Apache-2.0 */
/*
 * SMS: one person a call, over one of two gateways (integrations.md 10).
 *
 *	content		{"text"}: a rendering of templates/sms/, or a code
 *	settings	of the account: newline_units (1 or 2), readback_s, and what the
 *			gateway's own file says
 *
 * Gateways know no idempotency key.  What may have been accepted is read back before it
 * is sent again: there is one, then it was sent; there is none twice, a minute apart, then
 * it was not.  A look that fails leaves the doubt as it was.
 *
 * A town may have two gateways, and the first try may have gone by either: both are read
 * back.  Where the other one is away, 命を守る情報 does not wait for it: twice is better than
 * not at all, and staff see that it may have been.
 */
#include "channel/sms.h"

#include <string.h>

#include "base/arena.h"
#include "base/buf.h"
#include "base/clock.h"
#include "base/json.h"
#include "base/slot.h"
#include "base/text.h"
#include "channel/http_channel.h"
#include "channel/sms_text.h"

enum { CALLS = 64, READBACK_S = 60, SEEN_URL_UNITS = 80 };

enum step { LOOK, LOOK_AGAIN, SEND };

/* Whose list is read: trade.mark. */
enum list { OWN, OTHER };

static const struct sms_gateway *const gateways[] = { &sms_karaden, &sms_twilio, NULL };

const char *const *
sms_headers(struct arena *a, const char *authorization, const char *other)
{
	const char **list = arena_alloc(a, 4 * sizeof *list);

	list[0] = authorization;
	list[1] = "Content-Type: application/x-www-form-urlencoded";
	list[2] = other;
	return list;
}

void
sms_field(struct buf *form, const char *name, const char *value)
{
	if (form->len > 0)
		buf_addch(form, '&');
	buf_add_percent(form, name, strlen(name));
	buf_addch(form, '=');
	buf_add_percent(form, value, strlen(value));
}

/* The account whose turn it is. */
static const json_t *
account_of(const struct http_trade *t)
{
	return t->step != SEND && t->mark == OTHER ? t->letter->other : t->letter->account;
}

static const struct sms_gateway *
gateway_by(const json_t *account)
{
	const char *kind = json_text(account, "kind");
	size_t i;

	for (i = 0; gateways[i] != NULL; i++)
		if (strcmp(gateways[i]->kind, kind) == 0)
			return gateways[i];
	return NULL;
}

static const struct sms_gateway *
gateway_of(const struct http_trade *t)
{
	return gateway_by(account_of(t));
}

/* False: compose did not write this. */
static bool
read_letter(const struct http_trade *t, struct sms *out)
{
	const struct letter *l = t->letter;
	const json_t *account = account_of(t);
	json_t *doc;

	if (json_parse(t->arena, l->data, l->n, &doc) != ERR_OK)
		return false;
	*out = (struct sms){ .letter = l, .settings = json_object_get(account, "settings"),
	    .secrets = json_object_get(account, "secrets"), .url = json_text(account, "url"),
	    .to = json_text(doc, "to"), .text = json_text(doc, "text") };
	return out->to[0] != '\0' && out->text[0] != '\0';
}

static enum http_turn
over(struct http_trade *t, enum verdict verdict, const char *reason)
{
	http_verdict(&t->outcome, verdict, reason);
	return HTTP_OVER;
}

/* Too late to be sent.  Where an earlier try may have been carried out, that stays so. */
static enum http_turn
too_late(struct http_trade *t)
{
	return t->letter->doubt ? over(t, VERDICT_UNKNOWN, "no_answer") : over(t, VERDICT_LATER, "gateway_slow");
}

static enum http_turn
ask(void *self, struct http_trade *t, struct http_call *call)
{
	const struct sms_gateway *g;
	struct sms sms;

	(void)self;
	if (t->step == LOOK && !t->letter->doubt)
		t->step = SEND;
	g = gateway_of(t);
	if (g == NULL)
		return over(t, VERDICT_LATER, "gateway_denied");
	if (!read_letter(t, &sms))
		return over(t, VERDICT_REFUSED, "message_invalid");
	if (t->step == LOOK_AGAIN && clock_monotonic_ms() < t->rest_until)
		return HTTP_REST;
	if (t->step == SEND && t->letter->valid_until_ms != 0 && clock_ms() >= t->letter->valid_until_ms)
		return too_late(t);
	if (t->step != SEND)
		call->method = "GET";
	else
		call->fresh = true;	/* libcurl is not to repeat it by itself */
	return (t->step == SEND ? g->send : g->look)(t->arena, &sms, call) ? HTTP_CALL :
	    over(t, t->letter->doubt ? VERDICT_UNKNOWN : VERDICT_LATER, "gateway_denied");
}

/* Nobody knows. */
static enum http_turn
in_doubt(struct http_trade *t)
{
	t->outcome.elsewhere = t->mark == OTHER;
	return over(t, VERDICT_UNKNOWN, "no_answer");
}

/* It is not there: the other list, the same once more, or off it goes. */
static enum http_turn
absent(struct http_trade *t, int64_t rest_s)
{
	if (t->mark == OWN && t->letter->other != NULL) {
		t->mark = OTHER;
		return HTTP_CALL;
	}
	t->mark = OWN;
	if (t->step == LOOK) {
		t->step = LOOK_AGAIN;
		t->rest_until = clock_monotonic_ms() + (rest_s > 0 ? rest_s : READBACK_S) * 1000;
	} else {
		t->step = SEND;
	}
	return HTTP_CALL;
}

static enum http_turn
hear_look(struct http_trade *t, const struct sms_gateway *g, const struct sms *sms, const struct http_answer *answer)
{
	int64_t rest_s = json_int(json_object_get(t->letter->account, "settings"), "readback_s");
	enum sms_found found = SMS_UNREADABLE;

	http_outcome(answer, &t->outcome);
	if (t->outcome.verdict == VERDICT_SENT)
		found = g->found(t->arena, sms, answer, &t->outcome);
	if (found == SMS_THERE)
		return HTTP_OVER;
	if (found == SMS_ABSENT || (t->mark == OTHER && t->letter->urgent))
		return absent(t, rest_s);
	return in_doubt(t);
}

static enum http_turn
hear(void *self, struct http_trade *t, const struct http_answer *answer)
{
	const struct sms_gateway *g = gateway_of(t);
	struct sms sms;

	(void)self;
	if (!read_letter(t, &sms))
		return over(t, VERDICT_UNKNOWN, "no_answer");
	if (t->step != SEND)
		return hear_look(t, g, &sms, answer);
	http_outcome(answer, &t->outcome);
	if (answer->fate == HTTP_ANSWERED)
		g->sent(t->arena, answer, &t->outcome);
	return HTTP_OVER;
}

static enum err
sms_open(const struct conf *conf, struct channel **out)
{
	static const struct http_kind kind = { .name = "sms", .ask = ask, .hear = hear };

	return http_channel_open(conf, &kind, arena_new(), NULL, CALLS, out);
}

/* --- the text --- */

static enum err
render(struct arena *a, struct templates *t, const struct words *words, const json_t *view, json_t **content)
{
	const char *text;
	enum err e = channel_text(a, t, "sms/message.txt", words, view, &text);

	if (e == ERR_OK)
		*content = json_keep(a, json_pack("{s:s}", "text", text));
	return e;
}

static double
cost(const json_t *content, const json_t *settings, int parts, int64_t people)
{
	(void)content;
	return channel_price(settings, "yen_per_part") * parts * (double)people;
}

static int
newline_units(const json_t *settings)
{
	return json_int(settings, "newline_units") == 2 ? 2 : 1;
}

/* What goes out: every reader's own link in its place, letters that phones know. */
static char *
text_of(struct arena *a, const json_t *content, const char *stop_url, const char *seen_url)
{
	const char *text = slot_fill(a, json_text(content, "text"), SLOT_STOP_URL, stop_url);

	return sms_replace(a, slot_fill(a, text, SLOT_SEEN_URL, seen_url), NULL);
}

/* Links differ in length by a few: they are counted as long as they get. */
static const char *
longest_link(struct arena *a)
{
	char *s = arena_alloc(a, SEEN_URL_UNITS + 1);

	memset(s, 'x', SEEN_URL_UNITS);
	return s;
}

static struct measure
measure(const json_t *content, const json_t *settings)
{
	struct arena *a = arena_new();
	const char *text = text_of(a, content, longest_link(a), longest_link(a));
	int newline = newline_units(settings);
	struct measure m = { .length = sms_units(text, newline), .limit = SMS_MOST, .parts = sms_parts(text, newline) };

	m.problem = m.length > m.limit ? "text_too_long" : NULL;
	arena_free(a);
	return m;
}

static enum err
compose(struct arena *a, const struct envelope *v, struct letter *l)
{
	const char *text = text_of(a, v->content, v->stop_url, v->seen_url);
	json_t *doc;
	struct buf data;

	if (text_phone_national(a, v->to) == NULL || text[0] == '\0')
		return ERR_INVALID;
	if (sms_units(text, newline_units(json_object_get(v->account, "settings"))) > SMS_MOST)
		return ERR_INVALID;
	doc = json_keep(a, json_pack("{s:s, s:s}", "to", v->to, "text", text));
	buf_init(&data, a);
	json_canonical(doc, &data);
	l->data = data.data;
	l->n = data.len;
	return ERR_OK;
}

/* --- what is called in --- */

enum err
sms_became(json_t **events, const char *id, const char *became, const char *reason)
{
	json_array_append_new(*events, json_pack("{s:s, s:s, s:s}", "receipt", id, "became", became, "reason", reason));
	return ERR_OK;
}

enum err
sms_answered(json_t **events, const char *id, const char *from, const char *text)
{
	json_array_append_new(*events, json_pack("{s:s, s:s, s:s}", "answer", id, "from", from, "text", text));
	return ERR_OK;
}

static enum err
verify(struct arena *a, const struct callback *c)
{
	const struct sms_gateway *g = gateway_by(c->account);

	return g != NULL ? g->verify(a, c) : ERR_SIGNED_OUT;
}

static enum err
receipt(struct arena *a, const struct callback *c, json_t **events)
{
	const struct sms_gateway *g = gateway_by(c->account);

	*events = json_keep(a, json_array());
	return g != NULL ? g->receipt(a, c, events) : ERR_INVALID;
}

const struct channel_kind sms_kind = {
	.name = "sms", .flag = "by_sms", .accounts = 2, .people = 1, .again = AGAIN_LOOK,
	.open = sms_open, .render = render, .length_words = "way_length", .cost = cost, .measure = measure, .compose = compose,
	.verify = verify, .receipt = receipt
};
