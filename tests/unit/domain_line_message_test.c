/* SPDX-License-Identifier: Apache-2.0 */
/* What a message is on LINE: the objects as LINE wants them, and the button that comes back. */
#include "base/arena.h"
#include "domain/line_message.h"
#include "tap.h"

static const json_t *
at(const json_t *j, const char *key)
{
	return json_object_get(j, key);
}

static void
test_text(struct arena *a)
{
	const json_t *messages = at(line_content(a, "本文", NULL), "messages"), *m = json_array_get(messages, 0);

	is_int(json_array_size(messages), 1, "a message is a text");
	is_str(json_text(m, "type"), "text", "of that type");
	is_str(json_text(m, "text"), "本文", "with all of it");
}

static void
test_card(struct arena *a)
{
	struct line_card c = { .mark = "緊急のお知らせ", .tenant = "みなと市", .subject = "避難してください",
	    .page_url = "https://minato.example.jp/m/7", .page_label = "くわしく見る", .seen_label = "見ました", .message = 7 };
	const json_t *messages = at(line_content(a, "本文", &c), "messages"), *m = json_array_get(messages, 0);
	const json_t *bubble = at(m, "contents"), *list = at(at(bubble, "footer"), "contents"), *action;

	is_int(json_array_size(messages), 2, "what saves lives has a card before the text");
	is_str(json_text(json_array_get(messages, 1), "text"), "本文", "and the text whole");
	is_str(json_text(m, "type"), "flex", "the card is Flex");
	is_str(json_text(m, "altText"), "【緊急のお知らせ】避難してください", "the notice says what it is");
	is_str(json_text(bubble, "type"), "bubble", "one bubble");
	is_int(json_array_size(list), 2, "two buttons");
	action = at(json_array_get(list, 0), "action");
	is_str(json_text(action, "uri"), c.page_url, "one leads to the page");
	action = at(json_array_get(list, 1), "action");
	is_int(line_seen(json_text(action, "data")), 7, "the other says that it was seen");

	c.page_url = c.seen_label = NULL;
	bubble = at(json_array_get(at(line_content(a, "本文", &c), "messages"), 0), "contents");
	ok(bubble != NULL && at(bubble, "footer") == NULL, "without buttons there is no foot: LINE refuses an empty one");
}

static void
test_seen(void)
{
	static const struct { const char *data; int64_t message; } cases[] = {
		{ "seen=1", 1 }, { "seen=123456789012345678", 123456789012345678 }, { "seen=", 0 }, { "seen=1x", 0 },
		{ "seen=-1", 0 }, { "seen= 1", 0 }, { "seen=1234567890123456789", 0 }, { "action=buy", 0 }, { "", 0 },
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++)
		is_int(line_seen(cases[i].data), cases[i].message, "\"%s\"", cases[i].data);
}

int
main(void)
{
	struct arena *a = arena_new();

	json_setup();
	test_text(a);
	test_card(a);
	test_seen();
	arena_free(a);
	return done();
}
