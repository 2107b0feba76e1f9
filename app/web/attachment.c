/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Files in forms, and files to be fetched; see attachment.h.
 */
#include "web/attachment.h"

#include <string.h>
#include <strings.h>

#include "base/buf.h"
#include "domain/picture.h"
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

static bool
infected(const json_t *file)
{
	return strcmp(json_text(file, "state"), "infected") == 0;
}

/* Only those that are there and belong to this.  Of one in which a virus was found nothing is left: it goes, and
 * that is said once. */
static enum err
ids_checked(struct web *w, const char *purpose, int64_t owner, struct buf *ids, const char **problem)
{
	json_t *list;
	const json_t *one;
	size_t i;
	enum err e = attachment_list(w->db, w->arena, purpose, owner, ids->len > 0 ? ids->data : "", &list);

	buf_reset(ids);
	if (e == ERR_OK)
		json_array_foreach(list, i, one) {
			if (infected(one))
				*problem = "attachment_gone";
			else
				buf_addf(ids, "%s%s", ids->len > 0 ? " " : "", json_text(one, "id"));
		}
	return e;
}

static enum err
take(struct web *w, const char *purpose, int64_t owner, const char *code, struct buf *ids, const char **problem)
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
			*problem = e == ERR_INVALID ? "attachment_kind" : "attachment_large";
		else if (e != ERR_OK)
			return e;
		else
			buf_addf(ids, "%s%s", ids->len > 0 ? " " : "", id);
	}
	return ERR_OK;
}

static const char *
refused_name(struct web *w, const char *code)
{
	return arena_printf(w->arena, "%s_refused", code);
}

enum err
web_field_set(struct web *w, const char *name, const char *value)
{
	struct fields *out = fields_new(w->arena);
	enum err e = fields_add(out, name, value);

	for (size_t i = 0; i < fields_count(w->fields) && e == ERR_OK; i++)
		if (strcmp(fields_name(w->fields, i), name) != 0)
			e = fields_add(out, fields_name(w->fields, i), fields_value(w->fields, i));
	w->fields = out;
	return e;
}

enum err
web_attachments(struct web *w, struct form *form, const char *purpose, int64_t owner, const char *code)
{
	const char *problem = "";
	struct buf ids;
	enum err e;

	buf_init(&ids, w->arena);
	ids_kept(w, code, &ids);
	e = ids_checked(w, purpose, owner, &ids, &problem);
	if (e == ERR_OK)
		e = take(w, purpose, owner, code, &ids, &problem);
	if (e == ERR_OK)
		e = web_field_set(w, code, ids.len > 0 ? ids.data : "");
	if (e == ERR_OK)
		e = web_field_set(w, refused_name(w, code), problem);
	if (e == ERR_OK && problem[0] != '\0')
		form_problem(form, code, problem);
	return e;
}

void
web_attachments_refused(struct web *w, struct form *form, const char *code)
{
	const char *refused = fields_get(w->fields, refused_name(w, code));

	if (strcmp(refused, "attachment_kind") == 0 || strcmp(refused, "attachment_large") == 0 ||
	    strcmp(refused, "attachment_gone") == 0)
		form_problem(form, code, refused);
}

void
web_attachments_show(struct web *w, struct form *form, const char *purpose, int64_t owner, const char *code)
{
	json_t *field, *list, *one;
	size_t i;

	field = json_object_get(form_json(form), code);
	if (attachment_list(w->db, w->arena, purpose, owner, json_text(field, "value"), &list) != ERR_OK)
		list = json_keep(w->arena, json_array());
	json_array_foreach(list, i, one) {
		json_object_set_new(one, "drop", json_sprintf("%s_drop_%s", code, json_text(one, "id")));
		json_object_set_new(one, "infected", json_boolean(infected(one)));
	}
	json_object_set(field, "files", list);
}

/* NULL: there are none. */
static enum err
files_of(struct web *w, const char *purpose, int64_t owner, const json_t *ids, json_t **list)
{
	const json_t *one;
	struct buf all;
	size_t i;

	buf_init(&all, w->arena);
	json_array_foreach(ids, i, one)
		buf_addf(&all, "%s%s", i > 0 ? " " : "", json_string_value(one));
	*list = NULL;
	return all.len == 0 ? ERR_OK : attachment_list(w->db, w->arena, purpose, owner, all.data, list);
}

enum err
web_attachment_names(struct web *w, const char *purpose, int64_t owner, const json_t *ids, json_t *lines)
{
	json_t *list;
	const json_t *one;
	size_t i;
	enum err e = files_of(w, purpose, owner, ids, &list);

	if (e != ERR_OK || list == NULL)
		return e;
	json_array_clear(lines);
	json_array_foreach(list, i, one)
		json_array_append_new(lines, !infected(one) ? json_incref(json_object_get(one, "name")) :
		    json_string(web_words(w, "attachment_gone_of", one)));
	return ERR_OK;
}

enum err
web_attachments_gone(struct web *w, const char *purpose, int64_t owner, const json_t *ids, bool *gone)
{
	json_t *list;
	const json_t *one;
	size_t i;
	enum err e = files_of(w, purpose, owner, ids, &list);

	*gone = false;
	json_array_foreach(e == ERR_OK ? list : NULL, i, one)
		*gone |= infected(one);
	return e;
}

enum err
web_picture(struct web *w, const char *purpose, int64_t owner, const char **ids, const char **problem)
{
	const struct multipart_file *f = w->request->files;
	enum err e;

	*ids = "";
	*problem = NULL;
	while (f != NULL && (strcmp(f->field, "file") != 0 || f->n == 0))
		f = f->next;
	if (f == NULL)
		return ERR_OK;
	e = picture_take(w->db, w->arena, w->conf->files, w->tenant, (struct attachment){ .purpose = purpose, .owner = owner,
	    .name = f->name, .data = f->data, .n = f->n }, ids);
	if (e != ERR_INVALID && e != ERR_TOO_LARGE)
		return e;
	*problem = e == ERR_INVALID ? "picture_kind" : "attachment_large";
	return ERR_OK;
}

/* A long name was cut, another may promise a kind that the file is not of: on the computer of who opens it, its end
 * says with what. */
static const char *
saved_name(struct arena *a, const char *name, const char *kind)
{
	static const struct { const char *kind, *ends[2]; } kinds[] = {
		{ "image/jpeg", { ".jpg", ".jpeg" } }, { "image/png", { ".png", ".png" } },
		{ "image/webp", { ".webp", ".webp" } }, { "application/pdf", { ".pdf", ".pdf" } },
	};
	const char *end = strrchr(name, '.');

	for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++) {
		if (strcmp(kinds[i].kind, kind) != 0)
			continue;
		if (end != NULL && (strcasecmp(end, kinds[i].ends[0]) == 0 || strcasecmp(end, kinds[i].ends[1]) == 0))
			return name;
		return arena_printf(a, "%s%s", name, kinds[i].ends[0]);
	}
	return name;
}

enum err
web_attachment_send(struct web *w, const json_t *attachment)
{
	const char *name = saved_name(w->arena, json_text(attachment, "name"), json_text(attachment, "kind"));
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
