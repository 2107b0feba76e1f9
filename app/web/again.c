/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Who is asked to prove who they are, and where they get back to; see again.h.
 */
#include "web/again.h"

#include <string.h>

/* The page to return to: the one that was asked for, or that has the form that was sent; of a
 * file, and of a form whose address shows nothing, the page above. */
const char *
again_place(struct web *w)
{
	const char *path = w->request->path, *query = strchr(w->request->uri, '?'), *allow;
	const struct route *row;
	struct route_args args;

	if (w->route->flags & FILE_OF ||
	    router_find(w->site->router, w->arena, METHOD_GET, path, &row, &args, &allow) != ERR_OK)
		path = arena_printf(w->arena, "%.*s", (int)(strrchr(path, '/') - path), path);
	return arena_printf(w->arena, "%s%s", path, query != NULL && w->request->method != METHOD_POST ? query : "");
}

/* What was typed, as it would be sent; not the token, which is of that page. */
const char *
again_typed(struct web *w)
{
	struct buf b;
	size_t i;

	buf_init(&b, w->arena);
	buf_adds(&b, "");
	for (i = 0; i < fields_count(w->fields); i++) {
		const char *name = fields_name(w->fields, i), *value = fields_value(w->fields, i);

		if (strcmp(name, "token") == 0)
			continue;
		if (b.len > 0)
			buf_addch(&b, '&');
		buf_add_percent(&b, name, strlen(name));
		buf_addch(&b, '=');
		buf_add_percent(&b, value, strlen(value));
	}
	return b.data;
}

enum err
again_ask(struct web *w)
{
	bool citizen = w->route->flags & CITIZEN;
	const char *door = citizen ? "/my/again" : w->route->flags & OPERATOR ? "/operator/login/again" : "/desk/login/again";
	struct buf url;

	if (w->request->method == METHOD_POST && !citizen)
		return desk_again_show(w, HTTP_UNAUTHORIZED, &(struct again){ again_place(w), w->request->uri, again_typed(w) });
	if (w->request->method == METHOD_POST)
		web_tell(w, "info", "tell_again_typed");
	buf_init(&url, w->arena);
	buf_addf(&url, "%s?next=", door);
	buf_add_percent(&url, again_place(w), strlen(again_place(w)));
	return web_see_other(w, "%s", url.data);
}
