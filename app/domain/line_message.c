/* SPDX-License-Identifier: Apache-2.0 */
/*
 * LINE's message objects (Messaging API: text, Flex); see line_message.h.
 */
#include "domain/line_message.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "base/text.h"

static const char RED[] = "#CE0000", WHITE[] = "#FFFFFF", SEEN[] = "seen=";
enum { ALT_MOST = 400, SUBJECT_MOST = 200 };

static json_t *
text_block(const char *text, const char *size, const char *color)
{
	return json_pack("{s:s, s:s, s:s, s:b, s:s, s:s?}", "type", "text", "text", text, "size", size, "wrap", 1,
	    "weight", "bold", "color", color);
}

static json_t *
box(json_t *contents)
{
	return json_pack("{s:s, s:s, s:s, s:o}", "type", "box", "layout", "vertical", "spacing", "md", "contents", contents);
}

static json_t *
button(json_t *action, const char *style)
{
	return json_pack("{s:s, s:s, s:o, s:s?}", "type", "button", "style", style, "action", action,
	    "color", strcmp(style, "primary") == 0 ? RED : NULL);
}

/* LINE shows at most twenty characters on a button. */
static json_t *
buttons(struct arena *a, const struct line_card *c)
{
	json_t *list = json_array();

	if (c->page_url != NULL)
		json_array_append_new(list, button(json_pack("{s:s, s:s, s:s}", "type", "uri",
		    "label", text_cut(a, c->page_label, 20), "uri", c->page_url), "primary"));
	if (c->seen_label != NULL)
		json_array_append_new(list, button(json_pack("{s:s, s:s, s:o, s:s}", "type", "postback",
		    "label", text_cut(a, c->seen_label, 20), "data", json_sprintf("%s%" PRId64, SEEN, c->message),
		    "displayText", c->seen_label), "secondary"));
	return list;
}

static json_t *
card(struct arena *a, const struct line_card *c)
{
	json_t *bubble, *header, *body, *footer = buttons(a, c);

	header = box(json_pack("[o]", text_block(c->mark, "lg", WHITE)));
	json_object_set_new(header, "backgroundColor", json_string(RED));
	body = box(json_pack("[o, o]", text_block(text_cut(a, c->subject, SUBJECT_MOST), "xl", NULL),
	    text_block(c->tenant, "sm", NULL)));
	bubble = json_pack("{s:s, s:s, s:o, s:o}", "type", "bubble", "size", "giga", "header", header, "body", body);
	if (json_array_size(footer) > 0)
		json_object_set_new(bubble, "footer", box(footer));
	else
		json_decref(footer);
	return json_pack("{s:s, s:s, s:o}", "type", "flex",
	    "altText", text_cut(a, arena_printf(a, "【%s】%s", c->mark, c->subject), ALT_MOST / 2), "contents", bubble);
}

json_t *
line_content(struct arena *a, const char *text, const struct line_card *c)
{
	json_t *messages = json_array();

	if (c != NULL)
		json_array_append_new(messages, card(a, c));
	json_array_append_new(messages, json_pack("{s:s, s:s}", "type", "text", "text", text));
	return json_keep(a, json_pack("{s:o}", "messages", messages));
}

int64_t
line_seen(const char *postback)
{
	const char *number = postback + strlen(SEEN);
	size_t n = strspn(number, "0123456789");

	if (strncmp(postback, SEEN, strlen(SEEN)) != 0 || n == 0 || n > 18 || number[n] != '\0')
		return 0;
	return strtoll(number, NULL, 10);
}
