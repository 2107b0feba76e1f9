/* SPDX-License-Identifier: Apache-2.0 */
/*
 *	GET /messages/{message}/circular	the message on paper, as PDF
 *	GET /messages/{message}/card		命を守る情報 as a picture, which LINE fetches
 */
#include "domain/publication.h"
#include "web/circular.h"
#include "web/handlers.h"

static enum err
open_document(struct web *w, json_t **message)
{
	enum err e = publication_document(w->db, web_id(w, "message"), message);

	if (e == ERR_OK && (json_flag(*message, "stopped") || json_flag(*message, "ended")))
		e = ERR_GONE;
	return e;
}

enum err
citizen_card(struct web *w)
{
	json_t *message;
	enum err e = open_document(w, &message);

	if (e == ERR_OK && !json_flag(message, "vital"))
		e = ERR_NOT_FOUND;
	return e == ERR_OK ? circular_card(w, message) : e;
}

enum err
citizen_circular(struct web *w)
{
	json_t *message;
	enum err e = open_document(w, &message);

	if (e != ERR_OK)
		return e;
	return circular_pdf(w, message, arena_printf(w->arena, "%s/messages/%" PRId64, web_origin(w), json_int(message, "id")));
}
