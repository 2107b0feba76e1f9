/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What somebody was sending when their login had lapsed (web/unsent.h); the operator has the same.
 *
 *	GET /desk/login/unsent		after signing in: each form, to be sent on by one press
 */
#include <string.h>

#include "base/text.h"

#include "domain/unsent.h"
#include "web/desk/door.h"
#include "web/handlers.h"

enum { SHOWN = 200 };	/* characters of what was typed, by which one knows it again */

/* The form as it is sent on; "text" is the longest of what was typed. */
static enum err
form_of(struct web *w, const json_t *kept, json_t **out)
{
	const char *typed = json_text(kept, "typed"), *text = "", *next = json_text(kept, "next");
	struct fields *fields = fields_new(w->arena);
	json_t *list = json_keep(w->arena, json_array());
	enum err e = fields_parse_form(fields, typed, strlen(typed));
	size_t i;

	if (e != ERR_OK)
		return e;
	for (i = 0; i < fields_count(fields); i++) {
		const char *value = fields_value(fields, i);

		json_array_append_new(list, json_pack("{s:s, s:s}", "name", fields_name(fields, i), "value", value));
		if (strlen(value) > strlen(text))
			text = value;
	}
	*out = json_pack("{s:s, s:s, s:s, s:O, s:o, s:O}", "post_url", json_text(kept, "to"),
	    "next_url", next[0] != '\0' ? next : door_portal(w), "token", token_again(w, json_text(kept, "once")), "kept", list,
	    "text", text[0] != '\0' ? json_string(text_cut(w->arena, text, SHOWN)) : json_null(), "files", json_object_get(kept, "files"));
	return ERR_OK;
}

enum err
desk_unsent(struct web *w)
{
	json_t *list, *kept, *form, *shown = json_keep(w->arena, json_array());
	const char *next = door_next(w);
	struct login l;
	size_t i;
	enum err e = door_open(w, &l);

	if (e == ERR_OK)
		e = unsent_take(&l, &list);
	if (e != ERR_OK)
		return e;
	if (json_array_size(list) == 0)
		return web_see_other(w, "%s", next[0] != '\0' ? next : door_portal(w));
	json_array_foreach(list, i, kept) {
		e = form_of(w, kept, &form);
		if (e != ERR_OK)
			return e;
		json_object_set_new(form, "first", json_boolean(i == 0));
		json_array_append_new(shown, form);
	}
	json_object_set(w->view, "unsent", shown);
	return web_page(w, HTTP_OK, "desk/login/unsent");
}
