/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Files that people sent, as staff fetch them.
 *
 *	GET /desk/files/{attachment}	the file; while it waits to be looked at, a page says so
 */
#include "web/attachment.h"
#include "web/handlers.h"

enum err
desk_attachment(struct web *w)
{
	json_t *file;
	enum err e = attachment_find(w->db, web_arg(w, "attachment"), &file);

	if (e != ERR_OK)
		return e;
	if (json_flag(file, "clean"))
		return web_attachment_send(w, file);
	json_object_set(w->view, "file", file);
	json_object_set_new(w->view, "infected", json_boolean(strcmp(json_text(file, "state"), "infected") == 0));
	return web_page(w, HTTP_OK, "desk/attachment/waiting");
}
