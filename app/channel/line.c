/* SPDX-License-Identifier: Apache-2.0 */
/*
 * LINE as a kind of channel: one multicast for up to 500 people, under a retry key
 * that LINE remembers for a day.  Nobody knows how a call ended?  The same bytes under
 * the same key again: if they had been accepted, LINE says 409, and that is "sent".
 *
 * A letter is one call, or two when a token must be had first; while one letter
 * fetches it, the others of that account wait.  Tokens are renewed a minute ahead of
 * their end, and once more when LINE does not know one (401).
 *
 * Nothing personal goes to LINE: the content is the same for all.
 *
 * The answer to somebody who wrote or pressed (reply) is another call: it costs no
 * quota, knows no key and takes its token once, so that a second try is refused, not
 * doubled.  Its text may have a place for LINE's own token to link accounts by
 * (SLOT_LINE_LINK), which is then asked for first.
 */
#include "channel/line.h"

#include <string.h>

#include "base/arena.h"
#include "base/buf.h"
#include "base/clock.h"
#include "base/log.h"
#include "base/slot.h"
#include "channel/http_channel.h"

enum {
	PEOPLE = 500,
	USER_LENGTH = 33,
	LETTERS = 256,			/* under way at once */
	TEXT_MOST = 5000, ALT_MOST = 400, MESSAGES_MOST = 5,
	FLEX_MOST = 30000,		/* bytes of a card */
	KEY_S = 23 * 3600 + 1800,	/* of the 24 hours that a key is known */
	AHEAD_MS = 60000,		/* a token is renewed so long before its end */
	AGAIN_MS = 1000,		/* and asked for again so long after a failure */
	ACCOUNTS = 512
};

/* The second pair: after a token that LINE does not know.  There is no third. */
enum step { SEND, TOKEN, SEND_AGAIN, TOKEN_AGAIN, LINK };

/* letter.from: which call it is. */
static const char REPLY[] = "reply", REPLY_LINK[] = "reply-link";

/* The token of an account.  A changed account is another one. */
struct token {
	int64_t gateway, version;
	char *header;
	int number;			/* of those that this account had, from 1 */
	int64_t until;			/* clock_ms */
	bool asked;			/* a letter is fetching it */
	int64_t failed_at;		/* clock_monotonic_ms; 0: no */
	struct outcome failure;
	struct arena *arena;		/* of header */
};

struct line {
	struct token tokens[ACCOUNTS];
	int n, oldest;
};

static struct token *
token_of(struct line *line, const json_t *account)
{
	int64_t gateway = json_int(account, "id"), version = json_int(account, "version");
	struct token *t;

	for (int i = 0; i < line->n; i++)
		if (line->tokens[i].gateway == gateway && line->tokens[i].version == version)
			return &line->tokens[i];
	/* Older ones give way in turn, but none that a letter is fetching. */
	if (line->n < ACCOUNTS) {
		t = &line->tokens[line->n++];
		t->arena = arena_new();
	} else {
		do
			t = &line->tokens[line->oldest++ % ACCOUNTS];
		while (t->asked);
	}
	arena_reset(t->arena);
	*t = (struct token){ .gateway = gateway, .version = version, .arena = t->arena };
	return t;
}

static enum http_turn
ask_token(struct token *t, struct http_trade *trade, struct http_call *call)
{
	int64_t now = clock_monotonic_ms();

	if (t->asked)
		return HTTP_PARK;
	if (t->failed_at != 0 && now - t->failed_at < AGAIN_MS) {
		void *letter = trade->outcome.letter;

		trade->outcome = t->failure;
		trade->outcome.letter = letter;
		return HTTP_OVER;
	}
	if (line_token_request(trade->arena, trade->letter->account, clock_ms(), call) != ERR_OK) {
		http_verdict(&trade->outcome, VERDICT_LATER, "gateway_denied");
		return HTTP_OVER;
	}
	t->asked = true;
	trade->step = trade->step == SEND_AGAIN ? TOKEN_AGAIN : TOKEN;
	return HTTP_CALL;
}

/* For the text of a reply: LINE's token for this user. */
static enum http_turn
ask_link(struct http_trade *trade, const char **headers, struct http_call *call)
{
	const struct letter *l = trade->letter;

	if (!line_is_user(l->to)) {
		http_verdict(&trade->outcome, VERDICT_REFUSED, "address_invalid");
		return HTTP_OVER;
	}
	call->url = line_url(trade->arena, l->account, arena_printf(trade->arena, "/v2/bot/user/%s/linkToken", l->to));
	call->headers = headers;
	call->body = "";
	trade->step = LINK;
	return HTTP_CALL;
}

static enum http_turn
ask_reply(struct http_trade *trade, const char **headers, struct http_call *call)
{
	const struct letter *l = trade->letter;

	call->url = line_url(trade->arena, l->account, "/v2/bot/message/reply");
	call->headers = headers;
	call->body = trade->mine != NULL ? trade->mine : l->data;
	call->n = strlen(call->body);
	call->fresh = true;
	return HTTP_CALL;
}

static enum http_turn
ask_send(struct http_trade *trade, const char *authorization, struct http_call *call)
{
	const struct letter *l = trade->letter;
	const char **headers = arena_alloc(trade->arena, 4 * sizeof(*headers));

	headers[0] = authorization;
	headers[1] = "Content-Type: application/json";
	if (strcmp(l->from, REPLY_LINK) == 0 && trade->mine == NULL)
		return ask_link(trade, headers, call);
	if (strncmp(l->from, REPLY, strlen(REPLY)) == 0)
		return ask_reply(trade, headers, call);
	headers[2] = arena_printf(trade->arena, "X-Line-Retry-Key: %s", l->key);
	call->url = line_url(trade->arena, l->account, "/v2/bot/message/multicast");
	call->headers = headers;
	call->body = l->data;
	call->n = l->n;
	return HTTP_CALL;
}

static const char *
long_lived(const json_t *account)
{
	return json_text(json_object_get(account, "secrets"), "access_token");
}

/* It was pasted by hand, and goes into a header. */
static enum http_turn
ask_with(const char *pasted, struct http_trade *trade, struct http_call *call)
{
	size_t from = strspn(pasted, " \t\r\n"), n = strcspn(pasted + from, " \t\r\n");

	if (n == 0 || pasted[from + n + strspn(pasted + from + n, " \t\r\n")] != '\0') {
		http_verdict(&trade->outcome, VERDICT_LATER, "gateway_denied");
		return HTTP_OVER;
	}
	return ask_send(trade, arena_printf(trade->arena, "Authorization: Bearer %.*s", (int)n, pasted + from), call);
}

static enum http_turn
ask(void *self, struct http_trade *trade, struct http_call *call)
{
	const json_t *account = trade->letter->account;
	const char *fixed = long_lived(account);
	struct token *t;

	if (fixed[0] != '\0')
		return ask_with(fixed, trade, call);
	t = token_of(self, account);
	if (t->header == NULL || t->until - AHEAD_MS <= clock_ms())
		return ask_token(t, trade, call);
	trade->mark = t->number;
	return ask_send(trade, t->header, call);
}

/* Nothing has been sent yet, whatever became of the token. */
static void
no_token(struct token *t, struct http_trade *trade, const struct http_answer *answer)
{
	struct outcome *o = &trade->outcome;

	http_outcome(answer, o);
	if (o->verdict == VERDICT_REFUSED || o->verdict == VERDICT_SENT)
		http_verdict(o, VERDICT_LATER, "gateway_denied");
	else if (o->verdict == VERDICT_UNKNOWN)
		http_verdict(o, VERDICT_LATER, answer->status >= 500 ? "gateway_busy" : "gateway_unreachable");
	t->failed_at = clock_monotonic_ms();
	t->failure = *o;
	log_warn("line.token gateway=%lld reason=%s status=%d", (long long)t->gateway, o->reason, o->code);
}

static enum http_turn
hear_token(struct token *t, struct http_trade *trade, const struct http_answer *answer)
{
	t->asked = false;
	t->header = NULL;
	t->failed_at = 0;
	arena_reset(t->arena);
	if (line_token_read(t->arena, answer, clock_ms(), &t->header, &t->until) != ERR_OK) {
		no_token(t, trade, answer);
		return HTTP_OVER;
	}
	/* One that ends at once would be renewed for ever. */
	if (t->until - AHEAD_MS <= clock_ms())
		t->until = clock_ms() + AHEAD_MS + AGAIN_MS;
	t->number++;
	trade->step = trade->step == TOKEN_AGAIN ? SEND_AGAIN : SEND;
	return HTTP_CALL;
}

/* The token goes into the text, and the text out. */
static enum http_turn
hear_link(struct http_trade *trade, const struct http_answer *answer)
{
	const char *token = "";
	struct buf safe;
	json_t *said;

	if (answer->fate == HTTP_ANSWERED && answer->status == 200 &&
	    json_parse(trade->arena, answer->body, answer->n, &said) == ERR_OK)
		token = json_text(said, "linkToken");
	if (token[0] == '\0') {
		http_outcome(answer, &trade->outcome);
		if (trade->outcome.verdict == VERDICT_SENT || trade->outcome.verdict == VERDICT_UNKNOWN)
			http_verdict(&trade->outcome, VERDICT_LATER, "gateway_busy");
		return HTTP_OVER;
	}
	buf_init(&safe, trade->arena);
	buf_add_percent(&safe, token, strlen(token));
	trade->mine = slot_fill(trade->arena, trade->letter->data, SLOT_LINE_LINK, safe.data);
	trade->step = SEND_AGAIN;
	return HTTP_CALL;
}

static enum http_turn
hear(void *self, struct http_trade *trade, const struct http_answer *answer)
{
	const json_t *account = trade->letter->account;
	struct token *t = long_lived(account)[0] != '\0' ? NULL : token_of(self, account);

	if (trade->step == TOKEN || trade->step == TOKEN_AGAIN)
		return hear_token(t, trade, answer);
	if (answer->fate == HTTP_ANSWERED && answer->status == 401 && t != NULL && trade->step == SEND) {
		trade->step = SEND_AGAIN;
		/* Unless another letter has renewed it meanwhile. */
		if (trade->mark == t->number)
			t->until = 0;
		return HTTP_CALL;
	}
	if (trade->step == LINK)
		return hear_link(trade, answer);
	line_outcome(answer, &trade->outcome);
	return HTTP_OVER;
}

static void
close_tokens(void *self)
{
	struct line *line = self;

	for (int i = 0; i < line->n; i++)
		arena_free(line->tokens[i].arena);
}

static const struct http_kind kind = { .name = "line", .ask = ask, .hear = hear, .close = close_tokens };

static enum err
line_open(const struct conf *conf, struct channel **out)
{
	struct arena *arena = arena_new();
	struct line *line = arena_alloc(arena, sizeof(*line));

	return http_channel_open(conf, &kind, arena, line, LETTERS, out);
}

/* The longest text anywhere in it. */
static int
longest(const json_t *j)
{
	const json_t *part;
	const char *key;
	int most = 0, n;
	size_t i;

	if (json_is_array(j))
		json_array_foreach(j, i, part)
			if ((n = longest(part)) > most)
				most = n;
	if (!json_is_object(j))
		return most;
	json_object_foreach((json_t *)(uintptr_t)j, key, part) {
		n = strcmp(key, "text") == 0 ? (int)line_length(json_text(j, key)) : longest(part);
		if (n > most)
			most = n;
	}
	return most;
}

/* Of several messages the one that stands worst. */
static struct measure
line_measure(const json_t *content, const json_t *settings)
{
	const json_t *messages = json_object_get(content, "messages"), *m;
	struct measure worst = { .limit = TEXT_MOST };
	size_t i;

	(void)settings;
	json_array_foreach(messages, i, m) {
		int length = longest(m);

		if (length > worst.length)
			worst.length = length;
		if (length > TEXT_MOST || line_length(json_text(m, "altText")) > ALT_MOST ||
		    json_dumpb(json_object_get(m, "contents"), NULL, 0, JSON_COMPACT) > FLEX_MOST)
			worst.problem = "text_too_long";
	}
	if (json_array_size(messages) > MESSAGES_MOST)
		worst.problem = "text_too_long";
	return worst;
}

static enum err
compose_reply(struct arena *a, const struct envelope *v, struct letter *l)
{
	struct buf data;

	buf_init(&data, a);
	json_canonical(json_keep(a, json_pack("{s:O, s:O}", "messages", json_object_get(v->content, "messages"),
	    "replyToken", json_object_get(v->content, "reply_token"))), &data);
	l->from = strstr(data.data, SLOT_LINE_LINK) != NULL ? REPLY_LINK : REPLY;
	l->data = data.data;
	l->n = data.len;
	return ERR_OK;
}

/* A string of JSON; an id of LINE's own form needs no look at its letters. */
static void
add_id(struct arena *a, struct buf *out, const char *id)
{
	if (line_is_user(id)) {
		char *p;

		buf_reserve(out, USER_LENGTH + 2);
		p = out->data + out->len;
		p[0] = p[USER_LENGTH + 1] = '"';
		memcpy(p + 1, id, USER_LENGTH);
		p[USER_LENGTH + 2] = '\0';
		out->len += USER_LENGTH + 2;
		return;
	}
	/* LINE will refuse it, and say so. */
	json_canonical(json_keep(a, json_string(id)), out);
}

static const char MESSAGES_TEXT[] = "messages_text";

/* The messages as they go out: to write them down is half of a letter. */
static void
line_prepare(json_t *content)
{
	const json_t *messages = json_object_get(content, "messages");
	struct arena *a;
	struct buf text;

	if (messages == NULL)
		return;
	a = arena_new();
	buf_init(&text, a);
	json_canonical(messages, &text);
	json_object_set_new(content, MESSAGES_TEXT, json_stringn(text.data, text.len));
	arena_free(a);
}

/* The bytes are a function of content and recipients alone, because what LINE does with
 * the same key and other bytes is not told.  Five hundred ids are written by hand: a
 * document of them costs more than sending it. */
static enum err
line_compose(struct arena *a, const struct envelope *v, struct letter *l)
{
	const json_t *messages = json_object_get(v->content, "messages"), *text = json_object_get(v->content, MESSAGES_TEXT);
	struct buf data;

	if (json_array_size(messages) == 0)
		return ERR_INVALID;
	if (json_text(v->content, "reply_token")[0] != '\0')
		return compose_reply(a, v, l);
	buf_init(&data, a);
	buf_reserve(&data, json_string_length(text) + (v->n_many + 2) * (USER_LENGTH + 3));
	buf_adds(&data, "{\"messages\":");
	if (text != NULL)
		buf_add(&data, json_string_value(text), json_string_length(text));
	else
		json_canonical(messages, &data);
	buf_adds(&data, ",\"to\":[");
	buf_reserve(&data, (v->n_many + 1) * (USER_LENGTH + 3));
	for (size_t i = 0; i < v->n_many; i++) {
		if (i > 0)
			buf_addch(&data, ',');
		add_id(a, &data, v->many[i]);
	}
	if (v->n_many == 0)
		add_id(a, &data, v->to);
	buf_adds(&data, "]}");
	l->from = "";
	l->data = data.data;
	l->n = data.len;
	return ERR_OK;
}

const struct channel_kind line_kind = {
	.name = "line", .flag = "by_line", .accounts = 1, .people = PEOPLE, .again = AGAIN_SAME, .again_s = KEY_S,
	.open = line_open, .render = line_render, .length_words = "way_length", .measure = line_measure, .prepare = line_prepare,
	.compose = line_compose, .verify = line_verify, .receipt = line_receipt
};
