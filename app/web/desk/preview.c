/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the pages of preview and approval draw; see preview.h.
 */
#include "web/desk/preview.h"

#include "base/markdown.h"
#include "base/slot.h"
#include "channel/card.h"
#include "channel/sms_text.h"
#include "web/desk/ways.h"

static const char *const drawings[] = { "mail", "page", "chat", "short", "notice", "post" };

/* A text with words where the reader's own links go. */
static const char *
personal(struct web *w, const char *text)
{
	text = slot_fill(w->arena, text, SLOT_STOP_URL, words_get(w->words, "message_stop_here"));
	return slot_fill(w->arena, text, SLOT_SEEN_URL, words_get(w->words, "message_seen_here"));
}

/* As it goes out: letters that some phones cannot read are written otherwise, which is said. */
static json_t *
short_message(struct web *w, const char *text)
{
	json_t *changed;
	const char *sent = personal(w, sms_replace(w->arena, text, &changed));

	return json_pack("{s:s, s:b, s:O}", "text", sent, "some", json_array_size(changed) > 0, "changed", changed);
}

static const char *
text_at(const json_t *box, size_t i)
{
	return json_text(json_array_get(json_object_get(box, "contents"), i), "text");
}

/* A picture in a rendering, by its public address or its id, as the desk may show it. */
static json_t *
picture(const json_t *message, const char *url)
{
	const char *id = strrchr(url, '/') != NULL ? strrchr(url, '/') + 1 : url, *text = "";
	const json_t *p;
	size_t i;

	json_array_foreach(json_object_get(message, "pictures"), i, p)
		if (strcmp(json_text(p, "id"), id) == 0)
			text = json_text(p, "text");
	return json_pack("{s:o, s:s}", "url", json_sprintf("/desk/files/%s", id), "text", text);
}

/* Those of a mail or page. */
static json_t *
pictures_in(const json_t *message, const char *html)
{
	json_t *list = json_array();
	const json_t *p;
	size_t i;

	json_array_foreach(json_object_get(message, "pictures"), i, p)
		if (html == NULL || strstr(html, json_text(p, "id")) != NULL)
			json_array_append_new(list, picture(message, json_text(p, "id")));
	return list;
}

/* Those of a chat: image messages, but for the card of 命を守る情報. */
static json_t *
pictures_sent(const json_t *message, const json_t *messages)
{
	json_t *list = json_array();
	const json_t *m;
	size_t i;

	json_array_foreach(messages, i, m)
		if (strstr(json_text(m, "originalContentUrl"), "/pictures/") != NULL)
			json_array_append_new(list, picture(message, json_text(m, "originalContentUrl")));
	return list;
}

static json_t *
pictures_posted(const json_t *message, const json_t *pictures)
{
	json_t *list = json_array();
	const json_t *p;
	size_t i;

	json_array_foreach(pictures, i, p)
		json_array_append_new(list, picture(message, json_text(p, "id")));
	return list;
}

/* What stands on the button that does this, or NULL. */
static json_t *
label_of(const json_t *buttons, const char *type)
{
	json_t *each;
	size_t i;

	json_array_foreach(buttons, i, each)
		if (strcmp(json_text(json_object_get(each, "action"), "type"), type) == 0)
			return json_object_get(json_object_get(each, "action"), "label");
	return NULL;
}

/* The first message of LINE: a text, or the card of 命を守る情報 (channel/line_render.c). */
static json_t *
chat(const json_t *content, const char *card, const char *words)
{
	const json_t *m = json_array_get(json_object_get(content, "messages"), 0), *bubble = json_object_get(m, "contents");
	const json_t *body = json_object_get(bubble, "body"), *buttons = json_object_get(json_object_get(bubble, "footer"), "contents");
	const json_t *list = json_object_get(content, "messages"), *last = json_array_get(list, json_array_size(list) - 1);
	const json_t *quick = json_array_get(json_object_get(json_object_get(last, "quickReply"), "items"), 0);

	if (bubble == NULL)
		return json_pack("{s:b, s:s, s:n, s:n, s:n, s:O?, s:n, s:n}", "card", 0, "text", json_text(m, "text"), "head",
		    "title", "button", "seen", json_object_get(json_object_get(quick, "action"), "label"), "card_url", "card_words");
	return json_pack("{s:b, s:s?, s:s?, s:s, s:s, s:s, s:O?, s:O?}", "card", 1, "card_url", card, "card_words", words,
	    "text", text_at(body, 1), "head", text_at(json_object_get(bubble, "header"), 0), "title", text_at(body, 0),
	    "button", label_of(buttons, "uri"), "seen", label_of(buttons, "postback"));
}

static bool
has_card(const json_t *content)
{
	const char *url = json_text(json_array_get(json_object_get(content, "messages"), 1), "originalContentUrl");
	size_t n = strlen(url);

	return n > 5 && strcmp(url + n - 5, "/card") == 0;
}

/* What is read out where nothing is drawn: in other languages. */
static json_t *
other(struct web *w, const char *channel, const char *language, const json_t *content)
{
	const struct words *words = catalogue_words(w->site->catalogue, language);
	const char *subject = NULL, *text = json_text(content, "text");

	if (strcmp(channel, "email") == 0)
		subject = json_text(content, "subject");
	else if (strcmp(channel, "webpush") == 0) {
		subject = json_text(content, "title");
		text = json_text(content, "body");
	} else if (strcmp(channel, "line") == 0) {
		const json_t *seen = json_keep(w->arena, chat(content, NULL, NULL));

		subject = json_flag(seen, "card") ? json_text(seen, "head") : NULL;
		text = json_text(seen, "text");
	} else if (strcmp(channel, "sms") == 0)
		text = sms_replace(w->arena, text, NULL);
	return json_pack("{s:s, s:s, s:s?, s:s}", "language", language, "language_name", words_get(words, "language_name"),
	    "subject", subject, "text", personal(w, text));
}

/* What the picture of 命を守る情報 says. */
static const char *
card_alt(struct web *w, const json_t *message)
{
	char *plain;

	if (markdown_plain(w->arena, json_text(message, "body"), &plain) != ERR_OK)
		return "";
	return card_words(w->arena, card_content(w->arena, catalogue_words(w->site->catalogue, "ja"),
	    json_text(json_object_get(message, "tenant"), "name"), json_text(message, "subject"), plain));
}

static void
draw(struct web *w, json_t *r, const json_t *message, const json_t *content, const char *body_html)
{
	const json_t *tenant = json_object_get(message, "tenant");
	const char *channel = json_text(r, "channel"), *card = NULL, *words = NULL, *url = json_flag(message, "on_site")
	    ? arena_printf(w->arena, "/messages/%" PRId64, json_int(message, "id")) : NULL;
	const char *name = json_text(tenant, strcmp(w->lang, "ja") == 0 ? "name" : "name_en"), *image = json_text(content, "image");

	if (json_flag(message, "vital")) {
		card = arena_printf(w->arena, "/desk/messages/%" PRId64 "/card", json_int(message, "id"));
		words = card_alt(w, message);
	}
	if (strcmp(channel, "email") == 0)
		json_object_set_new(r, "mail", json_pack("{s:s, s:s, s:s, s:s, s:s?, s:o}", "subject", json_text(content, "subject"),
		    "text", personal(w, json_text(content, "text")), "body_html", body_html, "tenant_name", name, "page_url", url,
		    "pictures", pictures_in(message, json_text(content, "html"))));
	else if (strcmp(channel, "site") == 0)
		json_object_set_new(r, "page", json_pack("{s:s, s:s, s:o}", "subject", json_text(content, "subject"),
		    "body_html", json_text(content, "html"), "pictures", pictures_in(message, NULL)));
	else if (strcmp(channel, "line") == 0) {
		json_object_set_new(r, "chat", chat(content, has_card(content) ? card : NULL, words));
		json_object_set_new(json_object_get(r, "chat"), "pictures", pictures_sent(message, json_object_get(content, "messages")));
	} else if (strcmp(channel, "sms") == 0)
		json_object_set_new(r, "short", short_message(w, json_text(content, "text")));
	else if (strcmp(channel, "webpush") == 0)
		json_object_set_new(r, "notice", json_pack("{s:O, s:O, s:s, s:o}", "title", json_object_get(content, "title"),
		    "body", json_object_get(content, "body"), "tenant_name", name,
		    "picture", image[0] == '\0' ? json_null() : picture(message, image)));
	else
		json_object_set_new(r, "post", json_pack("{s:O, s:s, s:s?, s:s?, s:o}", "text", json_object_get(content, "text"),
		    "tenant_name", json_text(tenant, "name"), "card_url", card, "card_words", words,
		    "pictures", pictures_posted(message, json_object_get(content, "pictures"))));
}

enum err
desk_preview(struct web *w, const json_t *message, const json_t *renderings)
{
	const json_t *reach = json_object_get(w->view, "reach");
	json_t *rows, *r, *shown = json_array();
	bool fits;
	char *html;
	size_t i, k;
	enum err e;

	json_object_set_new(w->view, "ways", shown);
	e = markdown_html(w->arena, json_text(message, "body"), &html);
	if (e == ERR_OK)
		e = desk_ways(w, message, &rows);
	if (e != ERR_OK)
		return e;
	fits = desk_ways_measure(w, rows, json_is_object(reach) ? reach : NULL, renderings);
	json_array_foreach(rows, i, r) {
		const json_t *languages = json_object_get(renderings, json_text(r, "channel"));
		const json_t *content = json_object_get(languages, w->lang);
		const char *language;
		json_t *others = json_array(), *each;

		for (k = 0; k < sizeof drawings / sizeof *drawings; k++)
			json_object_set_new(r, drawings[k], json_null());
		json_object_set_new(r, "others", others);
		if (content == NULL)
			content = json_object_get(languages, "ja");
		if (content == NULL)
			continue;
		draw(w, r, message, content, html);
		json_object_foreach((json_t *)languages, language, each)
			if (each != content)
				json_array_append_new(others, other(w, json_text(r, "channel"), language, each));
		json_array_append(shown, r);
	}
	json_object_set_new(w->view, "several", json_boolean(json_array_size(shown) > 1));
	json_object_set_new(w->view, "fits", json_boolean(fits));
	json_object_set_new(w->view, "cost_text", desk_ways_cost(w, rows));
	return ERR_OK;
}
