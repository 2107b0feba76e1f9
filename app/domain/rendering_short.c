/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What a message says on LINE, by SMS, on a telephone's lock screen and on X.
 *
 * On LINE many share one call and X is read by everybody: there is nothing of a person
 * in them, not even a slot.  The words are in templates/<channel>/message.txt; here they
 * are put into the form that channel/<channel>*.c sends on.
 */
#include "domain/rendering_private.h"

#include <string.h>

#include "base/arena.h"
#include "base/json.h"
#include "base/text.h"

enum { CARD_CHARACTERS = 300 };	/* more do not fit (channel/card.h) */

/* 「見ました」 in the chat: what LINE tells us when it is pressed (line_saw). */
static json_t *
seen_action(const struct words *words, const json_t *view)
{
	const char *label = words_get(words, "line_seen_do");

	return json_pack("{s:s, s:s, s:s, s:s}", "type", "postback", "label", label, "data", json_text(view, "seen_data"),
	    "displayText", label);
}

/* 命を守る情報 comes as a card: a red head, a button that leads on, and 「見ました」 where it is asked for. */
static json_t *
card(const struct words *words, const json_t *view, const char *text)
{
	const char *url = json_text(view, "page_url");
	json_t *buttons = json_array(), *bubble = json_pack("{s:s, s:{s:s, s:s, s:s, s:[{s:s, s:s, s:s, s:s}]},"
	    " s:{s:s, s:s, s:s, s:[{s:s, s:s, s:s, s:s, s:b}, {s:s, s:s, s:b}]}}",
	    "type", "bubble",
	    "header", "type", "box", "layout", "vertical", "backgroundColor", "#ce0000", "contents",
	    "type", "text", "text", words_get(words, "line_vital"), "color", "#ffffff", "weight", "bold",
	    "body", "type", "box", "layout", "vertical", "spacing", "md", "contents",
	    "type", "text", "text", json_text(view, "subject"), "weight", "bold", "size", "lg", "wrap", 1,
	    "type", "text", "text", text, "wrap", 1);

	if (url[0] != '\0')
		json_array_append_new(buttons, json_pack("{s:s, s:s, s:s, s:{s:s, s:s, s:s}}",
		    "type", "button", "style", "primary", "color", "#0017c1",
		    "action", "type", "uri", "label", words_get(words, "line_open"), "uri", url));
	if (json_text(view, "seen_data")[0] != '\0')
		json_array_append_new(buttons, json_pack("{s:s, s:s, s:o}",
		    "type", "button", "style", "secondary", "action", seen_action(words, view)));
	if (json_array_size(buttons) > 0)
		json_object_set_new(bubble, "footer", json_pack("{s:s, s:s, s:s, s:O}",
		    "type", "box", "layout", "vertical", "spacing", "sm", "contents", buttons));
	json_decref(buttons);
	return bubble;
}

json_t *
rendering_card(struct arena *a, const struct words *words, const char *town, const char *subject, const char *text)
{
	return json_keep(a, json_pack("{s:s, s:s, s:s, s:s}", "head", words_get(words, "line_vital"), "town", town,
	    "subject", subject, "text", text_cut(a, text, CARD_CHARACTERS)));
}

static json_t *
image(const char *url, const char *small_url)
{
	return json_pack("{s:s, s:s, s:s}", "type", "image", "originalContentUrl", url, "previewImageUrl", small_url);
}

/* What LINE draws behind the text: the card as a picture, which can be kept and passed on, and
 * those of the message.  With the text they are five at most, which is all that a call takes;
 * what is on them is said in the text, because a picture on LINE has no words. */
static void
add_images(struct arena *a, const json_t *view, json_t *messages)
{
	const char *page = json_text(view, "page_url"), *url;
	const json_t *p;
	size_t i;

	if (json_flag(view, "vital") && page[0] != '\0') {
		url = arena_printf(a, "%s/card", page);
		json_array_append_new(messages, image(url, url));
	}
	json_array_foreach(json_object_get(view, "pictures"), i, p)
		json_array_append_new(messages, image(json_text(p, "url"), json_text(p, "small_url")));
}

enum err
rendering_line(struct arena *a, struct templates *t, const struct words *words, const json_t *view, json_t **out)
{
	const char *text;
	json_t *message, *messages;
	enum err e;

	e = rendering_text(a, t, json_flag(view, "vital") ? "line/vital.txt" : "line/message.txt", words, view, &text);
	if (e != ERR_OK)
		return e;
	if (json_flag(view, "vital"))
		message = json_pack("{s:s, s:o, s:o}", "type", "flex",
		    "altText", json_sprintf("%s%s%s", words_get(words, "line_vital"), words_get(words, "push_between"),
		    json_text(view, "subject")), "contents", card(words, view, text));
	else
		message = json_pack("{s:s, s:s}", "type", "text", "text", text);
	*out = json_keep(a, json_pack("{s:[o]}", "messages", message));
	messages = json_object_get(*out, "messages");
	add_images(a, view, messages);
	/* LINE shows answers below the last message only. */
	if (!json_flag(view, "vital") && json_text(view, "seen_data")[0] != '\0')
		json_object_set_new(json_array_get(messages, json_array_size(messages) - 1), "quickReply",
		    json_pack("{s:[{s:s, s:o}]}", "items", "type", "action", "action", seen_action(words, view)));
	return ERR_OK;
}

enum err
rendering_sms(struct arena *a, struct templates *t, const struct words *words, const json_t *view, json_t **out)
{
	const char *text;
	enum err e = rendering_text(a, t, "sms/message.txt", words, view, &text);

	if (e == ERR_OK)
		*out = json_keep(a, json_pack("{s:s}", "text", text));
	return e;
}

enum err
rendering_webpush(struct arena *a, struct templates *t, const struct words *words, const json_t *view, json_t **out)
{
	const json_t *first = json_array_get(json_object_get(view, "pictures"), 0);
	const char *text;
	enum err e = rendering_text(a, t, "webpush/message.txt", words, view, &text);

	/* Where it is asked for 「見ました」 the card opens that page, which leads on. */
	if (e == ERR_OK)
		*out = json_keep(a, json_pack("{s:s, s:s, s:s, s:s}", "title", json_text(view, "subject"), "body", text,
		    "url", json_text(view, json_text(view, "seen_url")[0] != '\0' ? "seen_url" : "page_url"),
		    "tag", json_text(view, "tag")));
	if (e == ERR_OK && first != NULL)
		json_object_set(*out, "image", json_object_get(first, "url"));
	return e;
}

/* The subject of a correction begins with its mark already, as long as nobody took it away;
 * on X the mark comes before all else. */
static const char *
unmarked(const struct words *words, const char *subject)
{
	const char *mark = words_get(words, "correction_mark");

	return strncmp(subject, mark, strlen(mark)) == 0 ? subject + strlen(mark) : subject;
}

enum err
rendering_x(struct arena *a, struct templates *t, const struct words *words, const json_t *view, json_t **out)
{
	json_t *mine = json_keep(a, json_copy((json_t *)view));
	const char *text;
	enum err e;

	if (!json_flag(view, "x_link"))
		json_object_set_new(mine, "page_url", json_null());
	if (json_flag(view, "corrects"))
		json_object_set_new(mine, "subject", json_string(unmarked(words, json_text(view, "subject"))));
	e = rendering_text(a, t, "x/message.txt", words, mine, &text);
	if (e != ERR_OK)
		return e;
	*out = json_keep(a, json_pack("{s:s}", "text", text));
	if (json_flag(view, "vital"))
		json_object_set(*out, "card", rendering_card(a, words, json_text(view, "tenant_name"), json_text(view, "subject"),
		    json_text(view, "body_text")));
	if (json_array_size(json_object_get(view, "picture_files")) > 0)
		json_object_set(*out, "pictures", json_object_get(view, "picture_files"));
	return ERR_OK;
}
