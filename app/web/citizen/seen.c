/* SPDX-License-Identifier: Apache-2.0 */
/*
 * 「見ました」: by the link in a message that is to be seen, without signing in.
 *
 *	GET  /seen/{token}	what it is about, and one button
 *	POST /seen/{token}	notes it: no further channel is tried
 *
 * A GET changes nothing, because mail scanners follow links.  The token says who and
 * which message, and only we can make it (domain/stop_link.c).
 */
#include "domain/reach.h"
#include "domain/stop_link.h"
#include "web/handlers.h"
#include "web/web.h"

static enum err
dead(struct web *w)
{
	return web_page(w, HTTP_NOT_FOUND, "citizen/seen/dead");
}

static enum err
link_read(struct web *w, int64_t *citizen, int64_t *message)
{
	enum err e = web_vault(w);

	return e != ERR_OK ? e : seen_link_read(w->arena, w->vault, web_arg(w, "token"), citizen, message);
}

enum err
citizen_seen(struct web *w)
{
	int64_t citizen, message;
	json_t *seen;
	enum err e = link_read(w, &citizen, &message);

	if (e == ERR_OK)
		e = seen_show(w->db, w->words, message, citizen, &seen);
	if (e == ERR_NOT_FOUND)
		return dead(w);
	if (e != ERR_OK)
		return e;
	json_object_set(w->view, "seen", seen);
	json_object_set_new(w->view, "seen_token", json_string(web_arg(w, "token")));
	return web_page(w, HTTP_OK, "citizen/seen/ask");
}

enum err
citizen_seen_note(struct web *w)
{
	int64_t citizen, message;
	enum err e = link_read(w, &citizen, &message);

	if (e == ERR_OK)
		e = seen_note(w->db, message, citizen, "link");
	if (e == ERR_NOT_FOUND)
		return dead(w);
	return e != ERR_OK ? e : web_see_other(w, "/seen/%s", web_arg(w, "token"));
}
