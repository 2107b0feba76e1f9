/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What a message says on LINE, as LINE takes it.  Many share one call: there is nothing of a
 * person in it, not even a slot.
 */
#include "base/arena.h"
#include "channel/line.h"

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
line_render(struct arena *a, struct templates *t, const struct words *words, const json_t *view, json_t **content)
{
	const char *text;
	json_t *message, *messages;
	enum err e;

	e = channel_text(a, t, json_flag(view, "vital") ? "line/vital.txt" : "line/message.txt", words, view, &text);
	if (e != ERR_OK)
		return e;
	if (json_flag(view, "vital"))
		message = json_pack("{s:s, s:o, s:o}", "type", "flex",
		    "altText", json_sprintf("%s%s%s", words_get(words, "line_vital"), words_get(words, "push_between"),
		    json_text(view, "subject")), "contents", card(words, view, text));
	else
		message = json_pack("{s:s, s:s}", "type", "text", "text", text);
	*content = json_keep(a, json_pack("{s:[o]}", "messages", message));
	messages = json_object_get(*content, "messages");
	add_images(a, view, messages);
	/* LINE shows answers below the last message only. */
	if (!json_flag(view, "vital") && json_text(view, "seen_data")[0] != '\0')
		json_object_set_new(json_array_get(messages, json_array_size(messages) - 1), "quickReply",
		    json_pack("{s:[{s:s, s:o}]}", "items", "type", "action", "action", seen_action(words, view)));
	return ERR_OK;
}
