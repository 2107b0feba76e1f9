/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Files in forms, and files to be fetched; see attachment.h.
 */
#include "web/attachment.h"

#include <string.h>

#include "base/buf.h"
#include "http/multipart.h"

/* The ids that stay: those of the hidden field without those whose box is ticked. */
static void
ids_kept(struct web *w, const char *code, struct buf *ids)
{
	char *rest, *id;

	for (id = strtok_r(arena_strdup(w->arena, fields_get(w->fields, code)), " ", &rest); id != NULL;
	    id = strtok_r(NULL, " ", &rest))
		if (!fields_has(w->fields, arena_printf(w->arena, "%s_drop_%s", code, id)))
			buf_addf(ids, "%s%s", ids->len > 0 ? " " : "", id);
}

/* Only those that are there and belong to this. */
static enum err
ids_checked(struct web *w, const char *purpose, int64_t owner, struct buf *ids)
{
	json_t *list;
	const json_t *one;
	size_t i;
	enum err e = attachment_list(w->db, w->arena, purpose, owner, ids->len > 0 ? ids->data : "", &list);

	buf_reset(ids);
	if (e == ERR_OK)
		json_array_foreach(list, i, one)
			buf_addf(ids, "%s%s", i > 0 ? " " : "", json_text(one, "id"));
	return e;
}

static enum err
take(struct web *w, struct form *form, const char *purpose, int64_t owner, const char *code, struct buf *ids)
{
	const char *field = arena_printf(w->arena, "%s_file", code), *id;
	const struct multipart_file *f;
	enum err e;

	for (f = w->request->files; f != NULL; f = f->next) {
		if (strcmp(f->field, field) != 0 || f->n == 0)
			continue;
		e = attachment_add(w->db, w->arena, w->conf->files, w->tenant, &(struct attachment){ .purpose = purpose,
		    .owner = owner, .name = f->name, .data = f->data, .n = f->n }, &id);
		if (e == ERR_INVALID || e == ERR_TOO_LARGE)
			form_problem(form, code, e == ERR_INVALID ? "attachment_kind" : "attachment_large");
		else if (e != ERR_OK)
			return e;
		else
			buf_addf(ids, "%s%s", ids->len > 0 ? " " : "", id);
	}
	return ERR_OK;
}

/* The fields as they were sent, but this one. */
static const struct fields *
with_ids(struct web *w, const char *code, const struct buf *ids)
{
	struct fields *out = fields_new(w->arena);
	size_t i;

	for (i = 0; i < fields_count(w->fields); i++)
		if (strcmp(fields_name(w->fields, i), code) != 0 &&
		    fields_add(out, fields_name(w->fields, i), fields_value(w->fields, i)) != ERR_OK)
			return w->fields;
	return fields_add(out, code, ids->len > 0 ? ids->data : "") == ERR_OK ? out : w->fields;
}

enum err
web_attachments(struct web *w, struct form *form, const char *purpose, int64_t owner, const char *code,
    const struct fields **out)
{
	struct buf ids;
	enum err e;

	buf_init(&ids, w->arena);
	ids_kept(w, code, &ids);
	e = ids_checked(w, purpose, owner, &ids);
	if (e == ERR_OK)
		e = take(w, form, purpose, owner, code, &ids);
	if (e == ERR_OK)
		*out = with_ids(w, code, &ids);
	return e;
}

json_t *
web_attachments_shown(struct web *w, const char *purpose, int64_t owner, const json_t *answers, const char *code)
{
	struct buf ids;
	const json_t *id;
	json_t *list;
	size_t i;

	buf_init(&ids, w->arena);
	json_array_foreach(json_object_get(answers, code), i, id)
		buf_addf(&ids, "%s ", json_string_value(id));
	return attachment_list(w->db, w->arena, purpose, owner, ids.len > 0 ? ids.data : "", &list) == ERR_OK ? list :
	    json_keep(w->arena, json_array());
}

enum err
web_attachment_send(struct web *w, const json_t *attachment)
{
	const char *name = json_text(attachment, "name");
	struct buf b;

	if (!json_flag(attachment, "clean"))
		return ERR_NOT_FOUND;
	/* A picture was made by us and may be looked at; all else is to be kept. */
	buf_init(&b, w->arena);
	buf_addf(&b, "%s; filename*=UTF-8''", json_flag(attachment, "picture") ? "inline" : "attachment");
	buf_add_percent(&b, name, strlen(name));
	response_header(w->response, "Content-Disposition", b.data);
	response_header(w->response, "X-Accel-Redirect", arena_printf(w->arena, "/files/%s",
	    attachment_place(w->arena, w->tenant, json_text(attachment, "id"))));
	return web_bytes(w, HTTP_OK, json_text(attachment, "kind"), "", 0);
}
