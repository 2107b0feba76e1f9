/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The bytes of a message: what is in them, in which languages, and that the hash
 * which is signed changes with every one of them and with every term.
 */
#include "base/arena.h"
#include "base/json.h"
#include "base/slot.h"
#include "domain/message.h"
#include "domain/rendering.h"

#include <stdlib.h>
#include <string.h>

#include "tap.h"

struct house {
	struct arena *arena;
	struct catalogue *catalogue;
	struct templates *templates;
};

static void
house_open(struct house *h)
{
	const char *source = getenv("CHROMO_SOURCE");
	char *problem = NULL;

	h->arena = arena_new();
	if (source == NULL)
		source = ".";
	if (catalogue_open(arena_printf(h->arena, "%s/templates/po", source), &h->catalogue, &problem) != ERR_OK ||
	    templates_open(arena_printf(h->arena, "%s/templates", source), h->catalogue, TEMPLATES_STRICT,
	    &h->templates, &problem) != ERR_OK) {
		diag("%s", problem);
		exit(1);
	}
}

/* As query message_show makes it. */
static json_t *
message(struct house *h)
{
	return json_keep(h->arena, json_pack(
	    "{s:i, s:i, s:s, s:s, s:s, s:b, s:b, s:b, s:b, s:b, s:b, s:b, s:b, s:s,"
	    " s:[{s:i}, {s:i}], s:[{s:i}], s:{s:i, s:s}, s:{s:s, s:s, s:s}, s:I, s:I, s:I}",
	    "id", 7, "revision", 3, "subject", "断水 <工事> & お知らせ", "body", "**注意。**ここ\n\n- 北\n- 南",
	    "contact", "水道課\n電話 <03>", "by_email", 1, "on_site", 1, "by_line", 1, "by_sms", 1,
	    "by_webpush", 1, "by_x", 1, "vital", 0, "x_link", 1, "audience", "chosen",
	    "districts", "id", 4, "id", 9, "topics", "id", 2, "department", "id", 5, "name", "水道課",
	    "tenant", "name", "みなと市", "name_en", "Minato City", "contact", "代表",
	    "send_at_ms", (json_int_t)1795568400000, "valid_until_ms", (json_int_t)1795654800000,
	    "publish_until_ms", (json_int_t)1798160400000));
}

static json_t *
rendered(struct house *h, const json_t *m)
{
	json_t *out;

	if (rendering_make(h->arena, h->templates, h->catalogue, message_to_render(h->arena, m, "https://minato.example"),
	    &out) != ERR_OK) {
		diag("rendering failed");
		exit(1);
	}
	return out;
}

static const char *
hash(struct house *h, const json_t *renderings, const json_t *terms)
{
	uint8_t bytes[SECRET_HASH];

	rendering_hash(h->arena, renderings, terms, bytes);
	return secret_hex(h->arena, bytes, sizeof bytes);
}

static const json_t *
mail(const json_t *renderings, const char *language)
{
	return json_object_get(json_object_get(renderings, "email"), language);
}

static void
test_contents(struct house *h)
{
	json_t *m = message(h), *r = rendered(h, m);
	const char *text = json_text(mail(r, "ja"), "text"), *html = json_text(mail(r, "ja"), "html");
	const json_t *site = json_object_get(json_object_get(r, "site"), "ja");

	is_str(json_text(mail(r, "ja"), "subject"), "断水 <工事> & お知らせ", "the subject is one line as it was written");
	ok(strstr(text, "水道課\n電話 <03>") != NULL, "plain text has the contact as it was written");
	ok(strstr(text, "https://minato.example/messages/7") != NULL, "and the page");
	ok(strstr(text, RENDERING_STOP_URL) != NULL, "and the slot of the stop link");
	ok(strstr(text, "みなと市") != NULL, "and says whose it is");
	ok(strstr(html, "<strong>注意。</strong>") != NULL, "HTML has the emphasis");
	ok(strstr(html, "断水 &lt;工事&gt; &amp; お知らせ") != NULL && strstr(html, "<工事>") == NULL, "what was typed runs nothing");
	ok(strstr(html, "href=\"" RENDERING_STOP_URL "\"") != NULL, "the slot is a link");
	ok(strstr(json_text(mail(r, "en"), "text"), "Minato City") != NULL, "the frame is in the reader's language");
	is_str(json_text(mail(r, "en"), "subject"), json_text(mail(r, "ja"), "subject"), "the clerk's text is not");
	is_str(json_text(site, "subject"), json_text(m, "subject"), "the site has the subject");
	ok(strstr(json_text(site, "html"), "<strong>注意。</strong>") != NULL && strstr(json_text(site, "html"), "<h1") == NULL,
	    "and the text alone");
	ok(json_equal(r, rendered(h, m)), "made twice it is the same");

	json_object_set_new(m, "on_site", json_false());
	r = rendered(h, m);
	ok(json_object_get(r, "site") == NULL, "not on the site: no rendering for it");
	ok(strstr(json_text(mail(r, "ja"), "text"), "/messages/7") == NULL, "and no link to a page that is not there");
	json_object_set_new(m, "on_site", json_true());
	json_object_set_new(m, "by_email", json_false());
	ok(json_object_get(rendered(h, m), "email") == NULL, "not by mail: no mail");
}

static const json_t *
content(const json_t *renderings, const char *channel, const char *language)
{
	return json_object_get(json_object_get(renderings, channel), language);
}

/* A message that is repeated until it is seen asks for 「見ました」 on every way to a person. */
static void
test_asks(struct house *h)
{
	json_t *m = message(h), *r;
	const json_t *line, *buttons;

	json_object_set_new(m, "ladder", json_pack("[{s:s}, {s:s}]", "channel", "line", "channel", "sms"));
	r = rendered(h, m);
	ok(strstr(json_text(mail(r, "ja"), "text"), SLOT_SEEN_URL) != NULL, "mail has the slot of the link");
	ok(strstr(json_text(mail(r, "ja"), "html"), "href=\"" SLOT_SEEN_URL "\"") != NULL, "and its button");
	is_str(json_text(content(r, "sms", "ja"), "text"), "【みなと市】断水 <工事> & お知らせ 読む・「見ました」を押す→" SLOT_SEEN_URL,
	    "SMS: one link, which leads on");
	is_str(json_text(content(r, "webpush", "en"), "url"), SLOT_SEEN_URL, "the card opens that page");
	line = json_array_get(json_object_get(content(r, "line", "ja"), "messages"), 0);
	ok(json_object_get(line, "quickReply") != NULL, "LINE: an answer below the text");
	ok(strstr(json_text(content(r, "x", "ja"), "text"), SLOT_SEEN_URL) == NULL, "X asks nobody");
	is_str(rendering_personal(h->arena, SLOT_SEEN_URL SLOT_STOP_URL, "u"), "uu", "for nobody: one link in each place");

	json_object_set_new(m, "vital", json_true());
	line = json_array_get(json_object_get(content(rendered(h, m), "line", "ja"), "messages"), 0);
	buttons = json_object_get(json_object_get(json_object_get(line, "contents"), "footer"), "contents");
	is_str(json_text(json_object_get(json_array_get(buttons, 1), "action"), "data"), "seen=7", "the card has a second button");
	json_object_set_new(m, "ladder", json_null());
	line = json_array_get(json_object_get(content(rendered(h, m), "line", "ja"), "messages"), 0);
	buttons = json_object_get(json_object_get(json_object_get(line, "contents"), "footer"), "contents");
	ok(json_array_size(buttons) == 1, "not asked for: there is none");
}

static void
test_short(struct house *h)
{
	json_t *m = message(h), *r = rendered(h, m);
	const json_t *line = json_array_get(json_object_get(content(r, "line", "ja"), "messages"), 0), *card;
	const char *text = json_text(line, "text");

	is_str(json_text(line, "type"), "text", "LINE: a text");
	ok(strncmp(text, "断水 <工事> & お知らせ\n\n注意。ここ", 20) == 0 && strstr(text, "・北") != NULL, "with all of it, as plain text");
	ok(strstr(text, "水道課\n電話 <03>") != NULL && strstr(text, "https://minato.example/messages/7") != NULL, "contact and page");
	ok(strstr(text, RENDERING_STOP_URL) == NULL, "and nothing of a person");
	is_str(json_text(content(r, "sms", "ja"), "text"), "【みなと市】断水 <工事> & お知らせ https://minato.example/m/7",
	    "SMS: whose it is, what it is, where it stands, in one line");
	is_str(json_text(content(r, "sms", "en"), "text"), "[Minato City] 断水 <工事> & お知らせ https://minato.example/m/7",
	    "in the reader's language");
	is_str(json_text(content(r, "webpush", "ja"), "title"), "断水 <工事> & お知らせ", "push: the title");
	is_str(json_text(content(r, "webpush", "ja"), "body"), "みなと市：注意。ここ ・北 ・南", "the beginning of the text in one line");
	is_str(json_text(content(r, "webpush", "ja"), "url"), "https://minato.example/messages/7", "where a tap leads");
	is_str(json_text(content(r, "webpush", "ja"), "tag"), "m7", "one card a message");
	is_str(json_text(content(r, "x", "ja"), "text"), "【みなと市】断水 <工事> & お知らせ\nhttps://minato.example/messages/7", "X");
	ok(content(r, "x", "en") == NULL, "which is posted once");

	json_object_set_new(m, "x_link", json_false());
	is_str(json_text(content(rendered(h, m), "x", "ja"), "text"), "【みなと市】断水 <工事> & お知らせ", "X without link");
	json_object_set_new(m, "vital", json_true());
	line = json_array_get(json_object_get(content(r = rendered(h, m), "line", "ja"), "messages"), 0);
	is_str(json_text(line, "type"), "flex", "what saves lives is a card on LINE");
	ok(strstr(json_text(line, "altText"), "断水") != NULL, "which says in the list of chats what it is about");
	card = json_object_get(line, "contents");
	is_str(json_text(json_object_get(json_array_get(json_object_get(json_object_get(card, "footer"), "contents"), 0), "action"), "uri"),
	    "https://minato.example/messages/7", "and leads to the page");
	line = json_array_get(json_object_get(content(r, "line", "ja"), "messages"), 1);
	is_str(json_text(line, "type"), "image", "and comes as a picture, too");
	is_str(json_text(line, "originalContentUrl"), "https://minato.example/messages/7/card", "from our site");
	card = json_object_get(content(r, "x", "ja"), "card");
	is_str(json_text(card, "subject"), "断水 <工事> & お知らせ", "which a post on X has beside it");
	is_str(json_text(card, "town"), "みなと市", "with the town");
	json_object_set_new(m, "on_site", json_false());
	ok(json_array_size(json_object_get(content(rendered(h, m), "line", "ja"), "messages")) == 1, "without a page there is no card");
	line = json_array_get(json_object_get(content(r = rendered(h, m), "line", "ja"), "messages"), 0);
	ok(json_object_get(json_object_get(line, "contents"), "footer") == NULL, "where there is one");
	is_str(json_text(content(r, "sms", "ja"), "text"), "【みなと市】断水 <工事> & お知らせ", "SMS without a page");
}

/* As query message_show makes it. */
static json_t *
picture(const char *id, const char *text)
{
	return json_pack("{s:s, s:s, s:s, s:s, s:i, s:s, s:s, s:s}", "id", id, "small", "5", "text", text, "kind", "image/png",
	    "bytes", 1000, "digest", "aa", "small_digest", "bb", "state", "clean");
}

static void
test_pictures(struct house *h)
{
	json_t *m = message(h), *r, *line, *messages;

	json_object_set_new(m, "pictures", json_pack("[o, o, o]", picture("1", "地図 <北>"), picture("2", "駅"), picture("3", "港")));
	r = rendered(h, m);
	ok(strstr(json_text(content(r, "email", "ja"), "html"),
	    "<img src=\"https://minato.example/messages/7/pictures/1\" alt=\"地図 &lt;北&gt;\"") != NULL, "a mail links to its pictures");
	ok(strstr(json_text(content(r, "email", "ja"), "text"), "［写真］地図 <北>\nhttps://minato.example/messages/7/pictures/1\n") != NULL,
	    "and names them in plain text");
	messages = json_object_get(content(r, "line", "ja"), "messages");
	ok(json_array_size(messages) == 4, "LINE gets an image message for each");
	ok(strstr(json_text(json_array_get(messages, 0), "text"), "［写真］駅") != NULL, "and their words in the text");
	line = json_array_get(messages, 2);
	is_str(json_text(line, "originalContentUrl"), "https://minato.example/messages/7/pictures/2", "in their order");
	is_str(json_text(line, "previewImageUrl"), "https://minato.example/messages/7/pictures/5", "with a small one");
	is_str(json_text(content(r, "webpush", "ja"), "image"), "https://minato.example/messages/7/pictures/1", "a card shows the first");
	line = json_array_get(json_object_get(content(r, "x", "ja"), "pictures"), 1);
	is_str(json_text(line, "digest"), "aa", "X gets files that are what was signed");
	ok(json_object_get(line, "state") == NULL, "whatever becomes of them");
	is_str(json_text(content(r, "sms", "ja"), "text"), "【みなと市】断水 <工事> & お知らせ https://minato.example/m/7", "SMS has none");
	json_object_set_new(m, "vital", json_true());
	messages = json_object_get(content(rendered(h, m), "line", "ja"), "messages");
	ok(json_array_size(messages) == 5, "with the card they are five, as many as LINE takes");
}

static void
test_personal(struct house *h)
{
	is_str(rendering_personal(h->arena, "a" RENDERING_STOP_URL "b" RENDERING_STOP_URL, "https://x/y"),
	    "ahttps://x/ybhttps://x/y", "every slot gets the link");
	is_str(rendering_personal(h->arena, "none", "https://x/y"), "none", "where there is none, nothing happens");
}

/* Which files, what is in them, what is said of them, and their order; not whether they were
 * looked at. */
static void
hash_pictures(struct house *h, const json_t *r)
{
	static const char *const keys[] = { "id", "small", "text", "kind", "digest", "small_digest" };
	json_t *m = message(h), *list = json_pack("[o, o]", picture("1", "地図"), picture("2", "駅"));
	const char *first;

	json_object_set_new(m, "pictures", list);
	first = hash(h, r, message_terms(h->arena, m));
	json_object_set_new(json_array_get(list, 0), "state", json_string("waiting"));
	is_str(hash(h, r, message_terms(h->arena, m)), first, "whether a picture was looked at is not signed");
	for (size_t i = 0; i < sizeof keys / sizeof *keys; i++) {
		json_t *other = json_keep(h->arena, json_deep_copy(m)), *one = json_array_get(json_object_get(other, "pictures"), 1);

		json_object_set_new(one, keys[i], json_string("other"));
		ok(strcmp(hash(h, r, message_terms(h->arena, other)), first) != 0, "%s of a picture is", keys[i]);
	}
	json_array_append(list, json_array_get(list, 0));
	json_array_remove(list, 0);
	ok(strcmp(hash(h, r, message_terms(h->arena, m)), first) != 0, "and so is their order");
}

/* One byte of each string that is sent, and each term, one at a time. */
static void
test_hash(struct house *h)
{
	static const struct { const char *key; json_int_t n; } numbers[] = {
		{ "id", 8 }, { "revision", 4 }, { "send_at_ms", 0 }, { "valid_until_ms", 1 }, { "publish_until_ms", 1 },
	};
	json_t *m = message(h), *r = rendered(h, m), *terms = message_terms(h->arena, m);
	const char *first = hash(h, r, terms);
	json_t *language, *value;
	const char *channel, *tag, *key;
	json_t *languages;
	void *next;
	struct message_way way;
	size_t i;

	is_str(hash(h, rendered(h, message(h)), message_terms(h->arena, message(h))), first, "the same bytes, the same hash");
	is_int(strlen(first), 64, "256 bits");
	json_object_foreach_safe(r, next, channel, languages) {
		json_object_foreach(languages, tag, language) {
			json_object_foreach(language, key, value) {
				json_t *changed = json_keep(h->arena, json_deep_copy(r)), *messages;
				char *other;

				/* LINE takes messages, whose first has a text. */
				if (json_is_array(value)) {
					messages = json_object_get(json_object_get(json_object_get(changed, channel), tag), key);
					json_object_set_new(json_array_get(messages, 0), "text", json_string("other"));
					ok(strcmp(hash(h, changed, terms), first) != 0, "%s %s %s: the text", channel, tag, key);
					continue;
				}
				other = arena_strdup(h->arena, json_string_value(value));
				other[strlen(other) - 1] ^= 1;
				/* Valid UTF-8 or not, it is another text. */
				if (json_object_set_new(json_object_get(json_object_get(changed, channel), tag), key,
				    json_string(other)) != 0)
					json_object_set_new(json_object_get(json_object_get(changed, channel), tag), key,
					    json_sprintf("%s ", json_string_value(value)));
				ok(strcmp(hash(h, changed, terms), first) != 0, "%s %s %s: one byte", channel, tag, key);
			}
		}
	}
	for (i = 0; i < sizeof numbers / sizeof *numbers; i++) {
		json_t *other = message(h);

		json_object_set_new(other, numbers[i].key, json_integer(numbers[i].n));
		ok(strcmp(hash(h, r, message_terms(h->arena, other)), first) != 0, "%s", numbers[i].key);
	}
	m = message(h);
	json_object_set_new(m, "audience", json_string("everyone"));
	ok(strcmp(hash(h, r, message_terms(h->arena, m)), first) != 0, "audience");
	m = message(h);
	json_array_remove(json_object_get(m, "districts"), 1);
	ok(strcmp(hash(h, r, message_terms(h->arena, m)), first) != 0, "districts");
	m = message(h);
	json_array_clear(json_object_get(m, "topics"));
	ok(strcmp(hash(h, r, message_terms(h->arena, m)), first) != 0, "topics");
	for (i = 0; message_way_at(i, &way); i++) {
		m = message(h);
		json_object_set_new(m, way.flag, json_false());
		ok(strcmp(hash(h, r, message_terms(h->arena, m)), first) != 0, "%s", way.flag);
	}
	m = message(h);
	json_object_set_new(m, "contact", json_string("x"));
	ok(strcmp(hash(h, r, message_terms(h->arena, m)), first) != 0, "contact");
	hash_pictures(h, r);
}

static void
test_progress(struct house *h)
{
	json_t *m = message(h);

	is_str(message_progress(m, "content"), "done", "text with subject and contact is done");
	is_str(message_progress(m, "schedule"), "todo", "times are asked for");
	ok(!message_complete(m), "so it is not complete");
	json_object_set_new(m, "scheduled", json_true());
	ok(message_complete(m), "with them it is");
	json_object_set_new(m, "late", json_true());
	is_str(message_progress(m, "schedule"), "wrong", "a time that has passed is a problem");
	json_object_set_new(m, "contact", json_string(""));
	is_str(message_progress(m, "content"), "begun", "a text without contact is begun");
	json_object_set_new(m, "body", json_string(""));
	json_object_set_new(m, "subject", json_string(""));
	is_str(message_progress(m, "content"), "todo", "nothing is nothing");
	json_object_set_new(m, "on_site", json_false());
	is_str(message_progress(m, "channels"), "done", "one channel is enough");
	json_object_set_new(m, "by_x", json_false());
	is_str(message_progress(m, "channels"), "todo", "no channel");
	json_object_set_new(m, "audience", json_null());
	is_str(message_progress(m, "audience"), "todo", "no audience");
}

int
main(void)
{
	struct house h;

	json_setup();
	house_open(&h);
	test_contents(&h);
	test_short(&h);
	test_pictures(&h);
	test_asks(&h);
	test_personal(&h);
	test_hash(&h);
	test_progress(&h);
	templates_free(h.templates);
	catalogue_free(h.catalogue);
	arena_free(h.arena);
	return done();
}
