/* SPDX-License-Identifier: Apache-2.0 */
/*
 *	GET /messages/{message}/circular	the message on paper, as PDF
 */
#include "domain/publication.h"
#include "web/circular.h"
#include "web/handlers.h"

enum err
citizen_circular(struct web *w)
{
	json_t *message;
	enum err e;

	e = publication_document(w->db, web_id(w, "message"), &message);
	if (e != ERR_OK)
		return e;
	if (json_flag(message, "stopped") || json_flag(message, "ended"))
		return ERR_GONE;
	return circular_pdf(w, message, arena_printf(w->arena, "%s/messages/%" PRId64, web_origin(w), json_int(message, "id")));
}
