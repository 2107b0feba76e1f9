/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The same message for those whom no screen reaches.
 *
 *	GET /desk/messages/{message}/circular	回覧, as PDF
 *	GET /desk/messages/{message}/card	命を守る情報 as a picture, for X and LINE
 *	GET /desk/messages/{message}/voice	the text for loudspeakers
 */
#include "base/markdown.h"
#include "domain/voice.h"
#include "web/circular.h"
#include "web/desk/message.h"
#include "web/handlers.h"

enum { LONG_S = 60 };	/* longer than that few listen to */

/* Before it goes out there is no day on it. */
static json_t *
published(const json_t *message)
{
	json_t *text = json_object_get(json_object_get(message, "published"), "text");

	return text != NULL ? text : json_null();
}

/* The message as circular.h and voice.h take it. */
static enum err
open_document(struct web *w, json_t **message, json_t **out)
{
	char *plain;
	enum err e;

	e = desk_message_open(w, message);
	if (e == ERR_OK)
		e = markdown_plain(w->arena, json_text(*message, "body"), &plain);
	if (e != ERR_OK)
		return e;
	*out = json_keep(w->arena, json_pack("{s:O, s:O, s:O, s:O, s:s, s:O, s:I, s:O, s:O}",
	    "town", json_object_get(json_object_get(*message, "tenant"), "name"),
	    "tenant_name", json_object_get(json_object_get(*message, "tenant"), "name"),
	    "department", json_object_get(json_object_get(*message, "department"), "name"),
	    "subject", json_object_get(*message, "subject"), "text", plain,
	    "contact", json_object_get(*message, "contact"), "tenant_id", (json_int_t)w->tenant,
	    "pictures", json_object_get(*message, "pictures"),
	    "published_text", published(*message)));
	return ERR_OK;
}

enum err
desk_message_circular(struct web *w)
{
	json_t *message, *document;
	enum err e = open_document(w, &message, &document);

	return e != ERR_OK ? e : circular_pdf(w, document, !json_flag(message, "on_site") ? NULL :
	    arena_printf(w->arena, "%s/messages/%" PRId64, web_origin(w), json_int(message, "id")));
}

enum err
desk_message_card(struct web *w)
{
	json_t *message, *document;
	enum err e = open_document(w, &message, &document);

	if (e == ERR_OK && !json_flag(message, "vital"))
		e = ERR_NOT_FOUND;
	return e == ERR_OK ? circular_card(w, document) : e;
}

enum err
desk_message_voice(struct web *w)
{
	json_t *message, *document;
	char *text;
	enum err e;

	e = open_document(w, &message, &document);
	if (e == ERR_OK)
		e = voice_make(w->arena, w->site->templates, catalogue_words(w->site->catalogue, "ja"), document,
		    &text);
	if (e != ERR_OK)
		return e;
	json_object_set_new(w->view, "voice", json_pack("{s:s, s:i, s:b}", "text", text,
	    "seconds", voice_seconds(text), "long", voice_seconds(text) > LONG_S));
	return web_page(w, HTTP_OK, "desk/message/voice");
}
