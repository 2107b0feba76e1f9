/* SPDX-License-Identifier: Apache-2.0 */
/*
 * X: one post for a message, read by everybody (integrations.md 9).
 *
 *	POST   {url}/2/tweets			{"text", "reply"}; 201 {"data": {"id"}}
 *	DELETE {url}/2/tweets/ID		a message that is withdrawn
 *	GET    {url}/2/users/ID/tweets		our own posts, the newest first
 *	POST   {url}/2/media/upload		a picture in base64, before the post that shows it
 *	POST   {url}/2/media/metadata		what is read out in its place
 *
 *	content		{"text", "card" (card.h), "pictures"}: a rendering of templates/x/; 命を守る情報 has a card
 *	settings	user_id, readback_s, and what others read: yen_post, posts_per_month, link
 *	secrets		x_oauth.h
 *
 * There is no idempotency key.  What may have been accepted is looked for in our own
 * timeline: it is known by the address of our page in it, or without one by its text.  It
 * is there: SENT, with its id.  It is absent twice, a minute apart: posted again, and where
 * X then calls it a duplicate, that is the proof that it was taken before.  A look that
 * fails leaves the doubt as it was.
 *
 * A picture that X does not take keeps nothing back: the text goes without it (sent_plain).
 * So does a post that it is to be a reply to and that is not there: it stands alone (sent_alone).
 */
#include "channel/x.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "base/buf.h"
#include "base/clock.h"
#include "base/json.h"
#include "base/text_x.h"
#include "channel/http_channel.h"
#include "channel/x_oauth.h"
#include "channel/x_picture.h"
#include "channel/x_timeline.h"

enum { CALLS = 16, READBACK_S = 60, WAIT_MOST_S = 3600, CLOCKS_MS = 120 * 1000, TIMELINE_MOST = 1024 * 1024,
	PICTURE_MS = 10000 };

/* PROOF: X says that it has it, and its id is looked for.  PICTURE and WORDS are for the picture
 * at trade.mark, one after the other; trade.mine has the ids of those that X took, "1,2". */
enum step { LOOK, LOOK_AGAIN, PICTURE, WORDS, SEND, ALONE, PROOF };

/* --- letters --- */

static enum err
write_document(struct arena *a, json_t *doc, struct letter *l)
{
	struct buf data;

	buf_init(&data, a);
	json_canonical(json_keep(a, doc), &data);
	l->data = data.data;
	l->n = data.len;
	return ERR_OK;
}

enum err
x_write(struct arena *a, const struct x_post *p, struct letter *l)
{
	const char *text = x_text_normal(a, p->text);

	if (!x_text_length(text).valid)
		return ERR_INVALID;
	return write_document(a, json_pack("{s:s, s:s, s:I, s:b, s:o, s:s}", "text", text, "link", p->link,
	    "since", (json_int_t)p->since_ms, "look_only", p->look_only, "pictures", x_pictures(p->card, p->pictures),
	    "reply_to", p->reply_to != NULL ? p->reply_to : ""), l);
}

void
x_write_deletion(struct arena *a, const char *id, struct letter *l)
{
	(void)!write_document(a, json_pack("{s:s}", "delete", id), l);
}

const char *
x_link_in(struct arena *a, const char *text, int64_t message)
{
	const char *end = arena_printf(a, "/messages/%" PRId64, message), *from = text;

	for (; (from = strstr(from, "https://")) != NULL; from++) {
		size_t n = strcspn(from, " \t\r\n"), m = strlen(end);

		if (n > m && strncmp(from + n - m, end, m) == 0)
			return arena_strndup(a, from, n);
	}
	return "";
}

static enum http_turn
over(struct http_trade *t, enum verdict verdict, const char *reason)
{
	http_verdict(&t->outcome, verdict, reason);
	return HTTP_OVER;
}

/* What compose wrote, read once a letter. */
static const json_t *
document(struct http_trade *t)
{
	json_t *doc;

	if (t->kept == NULL && json_parse(t->arena, t->letter->data, t->letter->n, &doc) == ERR_OK)
		t->kept = doc;
	return t->kept;
}

/* --- calls --- */

static bool
address(struct http_trade *t, struct http_call *call, const char *path, const char *query, const char *type)
{
	const json_t *account = t->letter->account;
	const char *url = json_text(account, "url"), **headers = arena_alloc(t->arena, 3 * sizeof *headers);

	url = arena_printf(t->arena, "%s%s", url[0] != '\0' ? url : "https://api.x.com", path);
	headers[0] = x_authorization(t->arena, json_object_get(account, "secrets"), call->method, url, query);
	headers[1] = type;
	call->headers = headers;
	call->url = query[0] != '\0' ? arena_printf(t->arena, "%s?%s", url, query) : url;
	return headers[0] != NULL;
}

static bool
ask_json(struct http_trade *t, struct http_call *call, const char *path, json_t *said)
{
	struct buf body;

	buf_init(&body, t->arena);
	json_canonical(json_keep(t->arena, said), &body);
	call->method = "POST";
	call->body = body.data;
	call->n = body.len;
	return address(t, call, path, "", "Content-Type: application/json");
}

static json_t *
media_ids(struct http_trade *t)
{
	json_t *list = json_array();
	char *rest, *id;

	for (id = strtok_r(arena_strdup(t->arena, t->mine), ",", &rest); id != NULL; id = strtok_r(NULL, ",", &rest))
		json_array_append_new(list, json_string(id));
	return list;
}

static size_t
media_count(const struct http_trade *t)
{
	size_t n = t->mine != NULL;

	for (const char *at = t->mine; at != NULL && (at = strchr(at, ',')) != NULL; at++)
		n++;
	return n;
}

static bool
ask_post(struct http_trade *t, const json_t *doc, struct http_call *call)
{
	json_t *said = json_pack("{s:O}", "text", json_object_get(doc, "text"));
	const char *first = json_text(doc, "reply_to");

	if (first[0] != '\0' && t->step == SEND)
		json_object_set_new(said, "reply", json_pack("{s:s}", "in_reply_to_tweet_id", first));
	if (t->mine != NULL)
		json_object_set_new(said, "media", json_pack("{s:o}", "media_ids", media_ids(t)));
	call->fresh = true;	/* libcurl is not to repeat it by itself */
	return ask_json(t, call, "/2/tweets", said);
}

static bool
ask_picture(struct http_trade *t, const json_t *picture, const struct buf *bytes, struct http_call *call)
{
	struct buf base64;

	buf_init(&base64, t->arena);
	buf_add_base64(&base64, bytes->data, bytes->len);
	call->timeout_ms = PICTURE_MS;
	return ask_json(t, call, "/2/media/upload", json_pack("{s:s, s:s, s:s}", "media", base64.data,
	    "media_category", "tweet_image", "media_type", x_picture_kind(picture)));
}

static bool
ask_words(struct http_trade *t, const json_t *doc, struct http_call *call)
{
	const json_t *picture = json_array_get(json_object_get(doc, "pictures"), (size_t)t->mark);
	const char *last = strrchr(t->mine, ',');

	call->timeout_ms = PICTURE_MS;
	return ask_json(t, call, "/2/media/metadata", json_pack("{s:s, s:{s:{s:s}}}", "id", last != NULL ? last + 1 : t->mine,
	    "metadata", "alt_text", "text", x_picture_words(t->arena, picture)));
}

/* The next picture, or where there is none any more the post itself. */
static bool
ask_next(struct http_trade *t, const json_t *doc, struct http_call *call)
{
	const json_t *picture;
	struct buf bytes;

	buf_init(&bytes, t->arena);
	picture = x_picture_next(json_object_get(doc, "pictures"), &t->mark, &bytes);
	if (picture != NULL)
		return ask_picture(t, picture, &bytes, call);
	t->step = SEND;
	return ask_post(t, doc, call);
}

static bool
ask_look(struct http_trade *t, const json_t *doc, struct http_call *call)
{
	const char *user = json_text(json_object_get(t->letter->account, "settings"), "user_id");
	int64_t since_ms = json_int(doc, "since");
	struct buf query;

	if (user[0] == '\0' || strspn(user, "0123456789") != strlen(user))
		return false;
	buf_init(&query, t->arena);
	buf_adds(&query, "max_results=100&tweet.fields=created_at%2Centities");
	/* Their clock and ours are not the same. */
	if (since_ms > 0) {
		const char *since = clock_rfc3339(t->arena, since_ms - CLOCKS_MS);

		buf_adds(&query, "&start_time=");
		buf_add_percent(&query, since, strlen(since));
	}
	call->method = "GET";
	call->answer_max = TIMELINE_MOST;
	return address(t, call, arena_printf(t->arena, "/2/users/%s/tweets", user), query.data, NULL);
}

static bool
ask_deletion(struct http_trade *t, const json_t *doc, struct http_call *call)
{
	struct buf path;

	buf_init(&path, t->arena);
	buf_adds(&path, "/2/tweets/");
	buf_add_percent(&path, json_text(doc, "delete"), strlen(json_text(doc, "delete")));
	call->method = "DELETE";
	return address(t, call, path.data, "", NULL);
}

/* Too late to be posted, or not to be any more.  Where an earlier try may have been
 * carried out, two looks have found nothing by now. */
static enum http_turn
not_sent(struct http_trade *t, const json_t *doc)
{
	return over(t, VERDICT_REFUSED, json_flag(doc, "look_only") ? "withdrawn" : "expired");
}

static bool
is_over(const struct http_trade *t, const json_t *doc)
{
	return json_flag(doc, "look_only") || (t->letter->valid_until_ms != 0 && clock_ms() >= t->letter->valid_until_ms);
}

static enum http_turn
ask(void *self, struct http_trade *t, struct http_call *call)
{
	const json_t *doc = document(t);
	bool possible;

	(void)self;
	if (doc == NULL)
		return over(t, VERDICT_REFUSED, "message_invalid");
	if (t->step == LOOK && !t->letter->doubt)
		t->step = PICTURE;
	if (t->step == LOOK_AGAIN && clock_monotonic_ms() < t->rest_until)
		return HTTP_REST;
	if (json_text(doc, "delete")[0] != '\0') {
		possible = ask_deletion(t, doc, call);
	} else if (t->step == LOOK || t->step == LOOK_AGAIN || t->step == PROOF) {
		possible = ask_look(t, doc, call);
	} else {
		if (is_over(t, doc))
			return not_sent(t, doc);
		possible = t->step == PICTURE ? ask_next(t, doc, call) : t->step == WORDS ? ask_words(t, doc, call) :
		    ask_post(t, doc, call);
	}
	return possible ? HTTP_CALL : over(t, t->letter->doubt ? VERDICT_UNKNOWN : VERDICT_LATER, "gateway_denied");
}

/* --- answers --- */

static json_t *
parsed(struct http_trade *t, const struct http_answer *answer)
{
	json_t *doc;

	return !answer->too_long && json_parse(t->arena, answer->body, answer->n, &doc) == ERR_OK ? doc : NULL;
}

static enum http_turn
is_sent(struct http_trade *t, const char *id)
{
	snprintf(t->outcome.id, sizeof t->outcome.id, "%s", id);
	t->outcome.detail[0] = '\0';
	return over(t, VERDICT_SENT, "sent");
}

static enum http_turn
hear_look(struct http_trade *t, const struct http_answer *answer)
{
	int64_t rest_s = json_int(json_object_get(t->letter->account, "settings"), "readback_s");
	const json_t *said;
	const char *id;

	http_outcome(answer, &t->outcome);
	if (t->outcome.verdict != VERDICT_SENT)
		return over(t, VERDICT_UNKNOWN, "no_answer");
	said = parsed(t, answer);
	id = said != NULL ? x_timeline_find(t->arena, said, document(t)) : NULL;
	if (id == NULL)
		return over(t, VERDICT_UNKNOWN, "no_answer");
	if (id[0] != '\0')
		return is_sent(t, id);
	/* X has it, and does not show it yet. */
	if (t->step == PROOF)
		return over(t, VERDICT_UNKNOWN, "no_answer");
	if (t->step == LOOK) {
		t->step = LOOK_AGAIN;
		t->rest_until = clock_monotonic_ms() + (rest_s > 0 ? rest_s : READBACK_S) * 1000;
	} else {
		t->step = PICTURE;
	}
	return HTTP_CALL;
}

/* Seconds until x-rate-limit-reset, which is a time; 0: there is none. */
static int
reset_s(const struct http_answer *answer)
{
	int64_t at = strtoll(http_header(answer, "x-rate-limit-reset"), NULL, 10), wait = at - clock_ms() / 1000 + 1;

	return at <= 0 ? 0 : wait < 1 ? 1 : wait > WAIT_MOST_S ? WAIT_MOST_S : (int)wait;
}

static bool
is_problem(const json_t *said, const char *name)
{
	const char *type = json_text(said, "type"), *end = strrchr(type, '/');

	return strcmp(end != NULL ? end + 1 : type, name) == 0;
}

/* What X's own words add to the status. */
static void
judge(struct http_trade *t, const struct http_answer *answer, const json_t *said)
{
	const char *words = json_text(said, "detail");

	if (answer->status == 429 && reset_s(answer) > 0)
		t->outcome.wait_s = reset_s(answer);
	if (is_problem(said, "usage-capped")) {
		http_verdict(&t->outcome, VERDICT_LATER, "quota_spent");
		t->outcome.wait_s = WAIT_MOST_S;
	} else if (is_problem(said, "client-forbidden")) {
		http_verdict(&t->outcome, VERDICT_LATER, "gateway_denied");
	}
	if (words[0] != '\0')
		http_clean(words, strlen(words), t->outcome.detail, sizeof t->outcome.detail);
}

/* What a picture needs may fail; the post is what matters. */
static enum http_turn
hear_picture(struct http_trade *t, const json_t *said)
{
	const char *id = json_text(json_object_get(said, "data"), "id");

	if (t->step == PICTURE && t->outcome.verdict == VERDICT_SENT && id[0] != '\0') {
		t->mine = t->mine == NULL ? arena_strdup(t->arena, id) : arena_printf(t->arena, "%s,%s", t->mine, id);
		t->step = WORDS;
	} else {
		t->mark++;
		t->step = PICTURE;
	}
	t->outcome.detail[0] = '\0';
	return HTTP_CALL;
}

/* Somebody took the first one away by hand: X says no to the reply, and has not posted it. */
static bool
is_no_reply(struct http_trade *t, const struct http_answer *answer, const json_t *said)
{
	return t->step == SEND && json_text(document(t), "reply_to")[0] != '\0' &&
	    (answer->status == 400 || answer->status == 403) && strcasestr(json_text(said, "detail"), "reply") != NULL;
}

static enum http_turn
hear_post(struct http_trade *t, const struct http_answer *answer, const json_t *said)
{
	const char *id = json_text(json_object_get(said, "data"), "id");

	if (t->outcome.verdict == VERDICT_SENT) {
		if (id[0] == '\0' || json_object_get(said, "errors") != NULL)
			return over(t, VERDICT_UNKNOWN, "no_answer");
		(void)is_sent(t, id);
		if (json_array_size(json_object_get(document(t), "pictures")) > media_count(t))
			return over(t, VERDICT_SENT, "sent_plain");
		return t->step == ALONE ? over(t, VERDICT_SENT, "sent_alone") : HTTP_OVER;
	}
	if (is_no_reply(t, answer, said)) {
		t->step = ALONE;
		return HTTP_CALL;
	}
	if (answer->status == 403 && strcasestr(json_text(said, "detail"), "duplicate content") != NULL) {
		if (!t->letter->doubt)
			return over(t, VERDICT_REFUSED, "post_duplicate");
		t->step = PROOF;
		return HTTP_CALL;
	}
	return HTTP_OVER;
}

static enum http_turn
hear_deletion(struct http_trade *t, const struct http_answer *answer, const json_t *said)
{
	if (answer->status == 404 || (t->outcome.verdict == VERDICT_SENT &&
	    json_flag(json_object_get(said, "data"), "deleted")))
		return over(t, VERDICT_SENT, "sent");
	return t->outcome.verdict == VERDICT_SENT ? over(t, VERDICT_UNKNOWN, "no_answer") : HTTP_OVER;
}

static enum http_turn
hear(void *self, struct http_trade *t, const struct http_answer *answer)
{
	const json_t *said;
	bool deletion = json_text(document(t), "delete")[0] != '\0';

	(void)self;
	if (!deletion && (t->step == LOOK || t->step == LOOK_AGAIN || t->step == PROOF))
		return hear_look(t, answer);
	http_outcome(answer, &t->outcome);
	said = answer->fate == HTTP_ANSWERED ? parsed(t, answer) : NULL;
	if (!deletion && (t->step == PICTURE || t->step == WORDS))
		return hear_picture(t, said);
	if (answer->fate != HTTP_ANSWERED)
		return HTTP_OVER;
	judge(t, answer, said);
	return deletion ? hear_deletion(t, answer, said) : hear_post(t, answer, said);
}

static enum err
x_open(const struct conf *conf, struct channel **out)
{
	static const struct http_kind kind = { .name = "x", .ask = ask, .hear = hear };

	return http_channel_open(conf, &kind, arena_new(), NULL, CALLS, out);
}

/* --- the text --- */

static struct measure
measure(const json_t *content, const json_t *settings)
{
	struct x_length length = x_text_length(json_text(content, "text"));
	struct measure m = { .length = length.weighted, .limit = X_TEXT_MOST };

	(void)settings;
	if (!length.valid)
		m.problem = length.weighted > X_TEXT_MOST ? "text_too_long" : "text_invalid";
	return m;
}

static enum err
compose(struct arena *a, const struct envelope *v, struct letter *l)
{
	const char *text = json_text(v->content, "text");

	return x_write(a, &(struct x_post){ .text = text, .link = x_link_in(a, text, v->message),
	    .card = json_object_get(v->content, "card"), .pictures = json_object_get(v->content, "pictures"),
	    .reply_to = json_text(v->content, "reply_to") }, l);
}

/* Nobody in particular is written to: courier/posts.c works its posts off. */
const struct channel_kind x_kind = {
	.name = "x", .flag = "by_x", .accounts = 1, .people = 0, .again = AGAIN_LOOK,
	.open = x_open, .render = x_render, .length_words = "way_length", .cost = x_cost, .measure = measure, .compose = compose
};
