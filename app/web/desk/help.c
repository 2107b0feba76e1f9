/* SPDX-License-Identifier: Apache-2.0 */
/*
 * 使い方.
 *
 *	GET /desk/help	what one does at the desk, task by task
 */
#include "web/handlers.h"
#include "web/web.h"

enum err
desk_help(struct web *w)
{
	return web_page(w, HTTP_OK, "desk/help/show");
}
