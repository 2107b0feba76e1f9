/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Whether a gateway takes the town's credentials; see check.h.
 *
 *	LINE	a token, where it is not typed in, then GET /v2/bot/info
 *	SMS	the list of messages with a key that no message has
 *	X	GET /2/users/me
 */
#include "channel/check.h"

#include <stdio.h>
#include <string.h>

#include "base/arena.h"
#include "base/clock.h"
#include "channel/http.h"
#include "channel/line.h"
#include "channel/sms.h"
#include "channel/x_oauth.h"

enum { CHECK_MS = 10000 };

/* One call, waited for.  false: there is no answer, and *out says why. */
static bool
call(struct http *http, struct http_call *c, struct http_answer *answer, struct channel_check *out)
{
	int64_t until = clock_monotonic_ms() + CHECK_MS;

	c->timeout_ms = CHECK_MS / 2;
	if (http_start(http, c) == ERR_OK)
		while (clock_monotonic_ms() < until) {
			if (http_next(http, answer) == ERR_OK)
				return true;
			http_wait(http, (int)(until - clock_monotonic_ms()), -1);
		}
	out->reason = "gateway_slow";
	return false;
}

/* What the provider says in words, where its answer is a document: without its braces. */
static void
words_of(struct arena *a, const struct http_answer *answer, struct channel_check *out)
{
	static const char *const keys[] = { "error_description", "message", "detail", "title", "error" };
	json_t *said;
	size_t i;

	if (answer->fate != HTTP_ANSWERED || json_parse(a, answer->body, answer->n, &said) != ERR_OK)
		return;
	for (i = 0; i < sizeof keys / sizeof *keys; i++) {
		const char *words = json_text(said, keys[i]);

		if (words[0] != '\0') {
			http_clean(words, strlen(words), out->detail, sizeof out->detail);
			return;
		}
	}
}

/* What an answer other than 200 means, and whether it is 200. */
static bool
judge(struct arena *a, const struct http_answer *answer, struct channel_check *out)
{
	struct outcome o = { 0 };

	if (answer->fate == HTTP_ANSWERED && answer->status == 200)
		return true;
	http_outcome(answer, &o);
	out->reason = answer->status == 401 || answer->status == 403 || answer->status == 404 || answer->status == 400
	    ? "gateway_denied" : answer->fate == HTTP_ANSWERED ? "gateway_unreachable" : answer->reason;
	if (out->reason == NULL)
		out->reason = "gateway_unreachable";
	snprintf(out->detail, sizeof out->detail, "%s", o.detail);
	words_of(a, answer, out);
	return false;
}

static void
check_line(struct http *http, struct arena *a, const json_t *account, struct channel_check *out)
{
	const char *token = json_text(json_object_get(account, "secrets"), "access_token");
	char *header = arena_printf(a, "Authorization: Bearer %s", token);
	struct http_answer answer;
	struct http_call c = { 0 };
	json_t *bot;
	int64_t until;

	if (token[0] == '\0') {
		if (line_token_request(a, account, clock_ms(), &c) != ERR_OK) {
			out->reason = "gateway_denied";
			return;
		}
		if (!call(http, &c, &answer, out) || !judge(a, &answer, out))
			return;
		if (line_token_read(a, &answer, clock_ms(), &header, &until) != ERR_OK) {
			out->reason = "gateway_unreachable";
			return;
		}
	}
	c = (struct http_call){ .method = "GET", .url = line_url(a, account, "/v2/bot/info"),
	    .headers = (const char *const[]){ header, NULL } };
	if (!call(http, &c, &answer, out) || !judge(a, &answer, out))
		return;
	if (json_parse(a, answer.body, answer.n, &bot) != ERR_OK || json_text(bot, "userId")[0] == '\0') {
		out->reason = "gateway_unreachable";
		return;
	}
	out->ok = true;
	out->name = json_text(bot, "displayName");
	json_object_set_new(out->learned, "destination", json_string(json_text(bot, "userId")));
	json_object_set_new(out->learned, "basic_id", json_string(json_text(bot, "basicId")));
	json_object_set_new(out->learned, "bot_name", json_string(out->name));
}

static void
check_sms(struct http *http, struct arena *a, const json_t *account, const struct sms_gateway *g, struct channel_check *out)
{
	const struct letter nobody = { .account = account, .key = "00000000-0000-4000-8000-000000000000" };
	const struct sms sms = { .letter = &nobody, .settings = json_object_get(account, "settings"),
	    .secrets = json_object_get(account, "secrets"), .url = json_text(account, "url"), .to = "+819000000000", .text = "" };
	struct http_call c = { .method = "GET" };
	struct http_answer answer;

	if (!g->look(a, &sms, &c)) {
		out->reason = "gateway_denied";
		return;
	}
	if (c.method == NULL)
		c.method = "GET";
	out->ok = call(http, &c, &answer, out) && judge(a, &answer, out);
}

/* It says who we are, so that the number of the account need not be looked up by hand. */
static void
check_x(struct http *http, struct arena *a, const json_t *account, struct channel_check *out)
{
	const char *base = json_text(account, "url"), *header, *url;
	const json_t *me;
	struct http_answer answer;
	struct http_call c;
	json_t *said;

	url = arena_printf(a, "%s/2/users/me", base[0] != '\0' ? base : "https://api.x.com");
	header = x_authorization(a, json_object_get(account, "secrets"), "GET", url, "");
	c = (struct http_call){ .method = "GET", .url = url, .headers = (const char *const[]){ header, NULL } };
	if (header == NULL) {
		out->reason = "gateway_denied";
		return;
	}
	if (!call(http, &c, &answer, out) || !judge(a, &answer, out))
		return;
	if (json_parse(a, answer.body, answer.n, &said) != ERR_OK ||
	    json_text(me = json_object_get(said, "data"), "id")[0] == '\0') {
		out->reason = "gateway_unreachable";
		return;
	}
	out->ok = true;
	out->name = arena_printf(a, "%s (@%s)", json_text(me, "name"), json_text(me, "username"));
	json_object_set_new(out->learned, "user_id", json_string(json_text(me, "id")));
}

void
channel_check(const struct conf *conf, struct arena *a, const json_t *account, struct channel_check *out)
{
	const char *kind = json_text(account, "kind");
	struct http *http;

	*out = (struct channel_check){ .name = "", .learned = json_keep(a, json_object()) };
	if (http_open(conf, 1, &http) != ERR_OK) {
		out->reason = "gateway_unreachable";
		return;
	}
	if (strcmp(kind, "line") == 0)
		check_line(http, a, account, out);
	else if (strcmp(kind, "x") == 0)
		check_x(http, a, account, out);
	else
		check_sms(http, a, account, strcmp(kind, "twilio") == 0 ? &sms_twilio : &sms_karaden, out);
	http_close(http);
}
