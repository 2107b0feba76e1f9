/* SPDX-License-Identifier: Apache-2.0 */
/*
 * All answers as a file.
 *
 *	GET, POST /desk/surveys/{survey}/export		ask for one; those that were asked for
 *	GET …/export/{export}				how far it is
 *	GET …/export/{export}/live			the same without frame
 *	GET …/export/{export}/file			the file, given out by nginx
 *	GET …/export/syntax				what SPSS reads beside the CSV
 *
 * The courier's clerk makes the file (courier/clerk.c); no worker of the site waits for it.
 */
#include <string.h>

#include "domain/export.h"
#include "web/desk/result.h"
#include "web/handlers.h"

static enum err
open_survey(struct web *w, struct result *r)
{
	*r = (struct result){ .arena = w->arena, .db = w->db, .words = w->words, .lang = w->lang };
	return result_open(r, web_id(w, "survey"));
}

static enum err
show_form(struct web *w, const struct result *r, struct form *f, enum status status)
{
	json_t *options = json_array(), *list;
	enum err e = export_list(w->db, json_int(r->survey, "id"), w->lang, &list);

	if (e != ERR_OK)
		return e;
	json_array_append_new(options, json_pack("{s:s, s:s}", "value", "csv", "label", words_get(w->words, "export_kind_csv")));
	json_array_append_new(options, json_pack("{s:s, s:s}", "value", "xlsx", "label", words_get(w->words, "export_kind_xlsx")));
	form_options(f, "kind", options);
	json_object_set(w->view, "survey", r->survey);
	json_object_set(w->view, "exports", list);
	json_object_set_new(w->view, "some", json_boolean(json_array_size(list) > 0));
	json_object_set_new(w->view, "here", json_boolean(w->conf->exports != NULL));
	return web_page(w, status, "desk/export/form");
}

enum err
desk_export(struct web *w)
{
	struct form *f = web_form(w);
	struct result r;
	enum err e = open_survey(w, &r);

	if (e != ERR_OK)
		return e;
	form_set(f, "kind", "csv");
	form_set_flag(f, "labels", false);
	return show_form(w, &r, f, HTTP_OK);
}

/* A workbook holds so many columns and drops the rest. */
static void
check_width(struct web *w, const struct result *r, struct form *f, const char *kind)
{
	struct export_column *columns;
	size_t n = export_columns(w->arena, r->document, &columns);

	if (strcmp(kind, "xlsx") != 0 || n <= EXPORT_SHEET_COLUMNS)
		return;
	form_detail(f, "kind", "columns", (int64_t)n);
	form_detail(f, "kind", "max", EXPORT_SHEET_COLUMNS);
	form_problem(f, "kind", "export_too_wide");
}

enum err
desk_export_ask(struct web *w)
{
	static const char *const kinds[] = { "csv", "xlsx", NULL };
	struct form *f = web_form(w);
	struct result r;
	const char *kind, *id;
	bool labels;
	enum err e = open_survey(w, &r);

	if (e != ERR_OK)
		return e;
	kind = form_choice(f, "kind", FORM_REQUIRED, kinds);
	labels = form_flag(f, "labels");
	check_width(w, &r, f, kind);
	if (!form_ok(f))
		return show_form(w, &r, f, HTTP_UNPROCESSABLE);
	e = export_ask(w->db, json_int(r.survey, "id"), kind, labels, w->staff, &id);
	return e != ERR_OK ? e : web_see_other(w, "/desk/surveys/%" PRId64 "/export/%s", json_int(r.survey, "id"), id);
}

static enum err
open_export(struct web *w, struct result *r, json_t **out)
{
	const char *page;
	enum err e = open_survey(w, r);

	if (e == ERR_OK)
		e = export_show(w->db, json_int(r->survey, "id"), web_arg(w, "export"), w->lang, out);
	if (e != ERR_OK)
		return e;
	json_object_set(w->view, "survey", r->survey);
	json_object_set(w->view, "export", *out);
	page = arena_printf(w->arena, "/desk/surveys/%" PRId64 "/export/%s", json_int(r->survey, "id"), json_text(*out, "id"));
	json_object_set_new(w->view, "live", json_pack("{s:o, s:s, s:b, s:O, s:O}", "live_url", json_sprintf("%s/live", page),
	    "path", page, "going", json_flag(*out, "open"), "at", json_object_get(json_object_get(*out, "now"), "datetime"),
	    "at_text", json_object_get(json_object_get(*out, "now"), "text")));
	return ERR_OK;
}

enum err
desk_export_show(struct web *w)
{
	struct result r;
	json_t *found;
	enum err e = open_export(w, &r, &found);

	return e != ERR_OK ? e : web_page(w, HTTP_OK, "desk/export/show");
}

enum err
desk_export_live(struct web *w)
{
	struct result r;
	json_t *found;
	enum err e = open_export(w, &r, &found);

	return e != ERR_OK ? e : web_fragment(w, "desk/export/live");
}

/* The name that people see is made of numbers only. */
enum err
desk_export_file(struct web *w)
{
	struct result r;
	json_t *found;
	enum err e = open_export(w, &r, &found);

	if (e != ERR_OK)
		return e;
	if (!json_flag(found, "done"))
		return json_flag(found, "gone") ? ERR_GONE : ERR_NOT_FOUND;
	response_header(w->response, "X-Accel-Redirect", arena_printf(w->arena, "/exports/%s.%s", json_text(found, "id"),
	    json_text(found, "kind")));
	response_header(w->response, "Content-Disposition", arena_printf(w->arena, "attachment; filename=\"survey-%" PRId64 ".%s\"",
	    json_int(r.survey, "id"), json_text(found, "kind")));
	return web_bytes(w, HTTP_OK, strcmp(json_text(found, "kind"), "csv") == 0 ? "text/csv; charset=utf-8" :
	    "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", "", 0);
}

enum err
desk_export_syntax(struct web *w)
{
	struct result r;
	struct buf out;
	enum err e = open_survey(w, &r);

	if (e == ERR_OK)
		e = export_districts(w->db, r.document);
	if (e != ERR_OK)
		return e;
	buf_init(&out, w->arena);
	export_syntax(w->arena, r.document, arena_printf(w->arena, "survey-%" PRId64 ".csv", json_int(r.survey, "id")), &out);
	response_header(w->response, "Content-Disposition", arena_printf(w->arena, "attachment; filename=\"survey-%" PRId64 ".sps\"",
	    json_int(r.survey, "id")));
	return web_bytes(w, HTTP_OK, "text/plain; charset=utf-8", out.data, out.len);
}
