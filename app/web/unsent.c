/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A form whose login has lapsed is put aside; see unsent.h.
 */
#include "web/unsent.h"

#include <string.h>

#include "base/text.h"
#include "domain/unsent.h"
#include "web/again.h"
#include "web/desk/door.h"
#include "web/handlers.h"

/* It is sent once more with a token, and a little longer than it was. */
enum { TYPED_MOST = REQUEST_BODY_MAX - 1000 };

bool
unsent_may(const struct web *w)
{
	return w->route->flags & (STAFF_ANY | OPERATOR) && w->route->flags & TOKEN && !(w->route->flags & UNKEPT) &&
	    w->request->method == METHOD_POST && !w->request->fragment;
}

enum err
unsent_keep(struct web *w)
{
	struct unsent form = { .once = w->once, .to = web_place(w, w->request->uri, door_portal(w)),
	    .next = again_place(w), .typed = again_typed(w), .files = w->request->files != NULL };
	struct login l;
	enum err e;

	/* Who was proving who they are had typed something before. */
	if (w->route->handler == desk_again) {
		form.to = again_to(w);
		form.next = door_next(w);
		form.typed = fields_get(w->fields, "typed");
	}
	if (form.to[0] == '\0' || strlen(form.typed) > TYPED_MOST)
		return ERR_SIGNED_OUT;
	e = door_open(w, &l);
	if (e == ERR_OK)
		e = unsent_add(&l, &form);
	if (e == ERR_NOT_FOUND)
		return ERR_SIGNED_OUT;
	return e == ERR_OK ? desk_login_over(w, form.next) : e;
}

/* Words of a person; not a mark, a number, a time or the name of a choice. */
static bool
is_written(const char *name, const char *value)
{
	return strcmp(name, "token") != 0 && value[strspn(value, "abcdefghijklmnopqrstuvwxyz0123456789_:.-")] != '\0';
}

json_t *
unsent_refused(struct web *w)
{
	json_t *kept = json_keep(w->arena, json_array()), *texts = json_keep(w->arena, json_array());
	const char *to;
	struct buf once;
	size_t i;

	if (!w->claims || w->late || strcmp(w->stage, "full") != 0 || !unsent_may(w) || w->route->handler == desk_again)
		return json_null();
	to = web_place(w, w->request->uri, door_portal(w));
	if (to[0] == '\0')
		return json_null();
	for (i = 0; i < fields_count(w->fields); i++) {
		const char *name = fields_name(w->fields, i), *value = text_showable(w->arena, fields_value(w->fields, i));

		if (strcmp(name, "token") != 0)
			json_array_append_new(kept, json_pack("{s:s, s:s}", "name", name, "value", value));
		if (is_written(name, value))
			json_array_append_new(texts, json_string(value));
	}
	if (json_array_size(texts) == 0)
		return json_null();
	buf_init(&once, w->arena);
	buf_add_base64url(&once, w->once, sizeof w->once);
	return json_pack("{s:s, s:s, s:O, s:O, s:b}", "post_url", to,
	    "token", token_again(w, once.data), "kept", kept, "texts", texts, "files", w->request->files != NULL);
}

bool
unsent_knock(struct web *w)
{
	struct unsent_over over;

	return unsent_may(w) && w->route->flags & UPLOAD &&
	    unsent_over(w->db, fields_get(w->request->cookies, "__Host-staff"), &over) == ERR_OK;
}
