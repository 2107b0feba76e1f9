/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Events from files of other systems: calendars (.ics) and the municipal event list (CSV, JSON).
 *
 *	GET  /desk/events/import		which file; what was taken lately
 *	POST /desk/events/import		the file
 *	GET  /desk/events/import/{import}	what would be made of it, and its faults; or what was
 *	POST /desk/events/import/{import}	makes the drafts
 *	GET  /desk/events/import/{import}/file?set=	the same events as a file again
 *
 * What is read how: domain/agenda_take.c; what becomes of an entry: sql/functions/event_import.sql.
 */
#include <string.h>
#include "base/text.h"
#include "domain/agenda.h"
#include "domain/ical.h"
#include "domain/opendata.h"
#include "http/multipart.h"
#include "web/handlers.h"
#include "web/web.h"

enum { NAME_MAX_CHARS = 150, ROWS_SHOWN = 200, FAULTS_SHOWN = 100 };

static enum err
ask(struct web *w, enum status status)
{
	json_t *imports;
	enum err e = agenda_imports(w->db, w->words, &imports);

	if (e != ERR_OK)
		return e;
	json_object_set(w->view, "imports", imports);
	json_object_set_new(w->view, "any", json_boolean(json_array_size(imports) > 0));
	return web_page(w, status, "desk/event/import");
}

enum err
desk_event_import(struct web *w)
{
	form_set(web_form(w), "file", "");
	return ask(w, HTTP_OK);
}

/* Names of files are shown, never used: cut and cleaned. */
static const char *
name_of(struct web *w, const char *sent)
{
	const char *name = text_showable(w->arena, sent);
	size_t at = 0, n = strlen(name), i;

	for (i = 0; i < NAME_MAX_CHARS && at < n; i++)
		if (text_next(name, n, &at) < 0)
			break;
	return arena_strndup(w->arena, name, at);
}

enum err
desk_event_import_send(struct web *w)
{
	const struct multipart_file *file = w->request->files;
	struct form *f = web_form(w);
	json_t *entries;
	int64_t import;
	enum err e;

	form_set(f, "file", "");
	if (file == NULL || file->n == 0) {
		form_problem(f, "file", "import_file_required");
		return ask(w, HTTP_UNPROCESSABLE);
	}
	e = agenda_import_read(w->arena, file->data, file->n, &entries);
	if (e == ERR_INVALID || e == ERR_TOO_LARGE || (e == ERR_OK && json_array_size(entries) == 0)) {
		form_problem(f, "file", e == ERR_INVALID ? "import_file_wrong" : e == ERR_OK ? "import_file_empty" : "import_file_large");
		return ask(w, HTTP_UNPROCESSABLE);
	}
	if (e == ERR_OK)
		e = agenda_import_keep(w->db, w->staff, name_of(w, file->name), file->data, file->n, &import);
	return e != ERR_OK ? e : web_see_other(w, "/desk/events/import/%" PRId64, import);
}

static const char *const kinds[] = { "new", "changed", "same", "edited", "cancelled" };
enum { KINDS = sizeof kinds / sizeof kinds[0] };

/* How many of which kind, with what that means. */
static json_t *
sums_of(struct web *w, const int64_t n[KINDS])
{
	json_t *sums = json_array();
	size_t k;

	for (k = 0; k < KINDS; k++)
		if (n[k] > 0)
			json_array_append_new(sums, json_pack("{s:s, s:s, s:I}",
			    "label", words_get(w->words, arena_printf(w->arena, "import_%s", kinds[k])),
			    "hint", words_get(w->words, arena_printf(w->arena, "import_hint_%s", kinds[k])),
			    "count", (json_int_t)n[k]));
	return sums;
}

static void
faults_add(struct web *w, json_t *faults, const json_t *entry)
{
	const json_t *key;
	size_t i;

	json_array_foreach(json_object_get(entry, "faults"), i, key)
		if (json_array_size(faults) < FAULTS_SHOWN)
			json_array_append_new(faults, json_pack("{s:O, s:s, s:s}", "number", json_object_get(entry, "number"),
			    "title", json_text(entry, "title"), "text", words_get(w->words, json_string_value(key))));
}

static json_t *
row_of(struct web *w, const json_t *entry)
{
	int64_t event = json_int(entry, "event"), dates = json_int(entry, "dates");
	json_t *row = json_pack("{s:O, s:O, s:s, s:s}", "number", json_object_get(entry, "number"), "when", json_object_get(entry, "when"),
	    "place", json_text(json_object_get(entry, "source"), "place"), "what",
	    words_get(w->words, arena_printf(w->arena, "import_%s", json_text(entry, "what"))));

	json_object_set_new(row, "title", json_text(entry, "title")[0] != '\0' ? json_string(json_text(entry, "title")) : json_null());
	json_object_set_new(row, "more", dates > 1 ? json_integer((json_int_t)dates - 1) : json_null());
	json_object_set_new(row, "row_url", event != 0 ? json_sprintf("/desk/events/%" PRId64, event) : json_null());
	return row;
}

/* What the file would do: sums, faults by row, the first rows. */
static void
preview(struct web *w, const json_t *import)
{
	json_t *rows = json_array(), *faults = json_array();
	const json_t *entries = json_object_get(import, "entries"), *entry;
	int64_t n[KINDS] = { 0 };
	size_t i, k;

	json_array_foreach(entries, i, entry) {
		for (k = 0; k < KINDS; k++)
			n[k] += strcmp(json_text(entry, "what"), kinds[k]) == 0;
		faults_add(w, faults, entry);
		if (i < ROWS_SHOWN)
			json_array_append_new(rows, row_of(w, entry));
	}
	json_object_set_new(w->view, "sums", sums_of(w, n));
	json_object_set_new(w->view, "rows", rows);
	json_object_set_new(w->view, "faults", faults);
	json_object_set_new(w->view, "faulty", json_boolean(json_array_size(faults) > 0));
	json_object_set_new(w->view, "may_take", json_boolean(n[0] + n[1] > 0));
	json_object_set_new(w->view, "not_shown", json_array_size(entries) > ROWS_SHOWN ?
	    json_integer((json_int_t)(json_array_size(entries) - ROWS_SHOWN)) : json_null());
}

static void
taken(struct web *w, const json_t *import)
{
	static const struct { const char *set, *words; } files[] = {
		{ "standard", "import_set_standard" }, { "registry", "import_set_registry" },
		{ "recommended", "import_set_recommended" }, { "json", "import_set_json" }, { "ics", "import_set_ics" },
	};
	const json_t *counts = json_object_get(import, "counts");
	json_t *list = json_array();
	int64_t n[KINDS];
	size_t k;

	for (k = 0; k < KINDS; k++)
		n[k] = json_int(counts, kinds[k]);
	json_object_set_new(w->view, "sums", sums_of(w, n));
	for (k = 0; k < sizeof files / sizeof files[0]; k++)
		json_array_append_new(list, json_pack("{s:o, s:s}", "url", json_sprintf("/desk/events/import/%" PRId64 "/file?set=%s",
		    json_int(import, "id"), files[k].set), "label", words_get(w->words, files[k].words)));
	json_object_set_new(w->view, "files", list);
}

enum err
desk_event_import_show(struct web *w)
{
	json_t *import;
	enum err e = agenda_import_open(w->db, w->arena, w->words, web_id(w, "import"), &import);

	if (e != ERR_OK)
		return e;
	json_object_set(w->view, "import", import);
	if (json_flag(import, "taken"))
		taken(w, import);
	else
		preview(w, import);
	return web_page(w, HTTP_OK, json_flag(import, "taken") ? "desk/event/import_done" : "desk/event/import_show");
}

enum err
desk_event_import_take(struct web *w)
{
	int64_t import = web_id(w, "import");
	enum err e = agenda_import_take(w->db, w->arena, w->staff, import);

	if (e == ERR_INVALID && !db_failed(w->db))
		web_tell(w, "error", "tell_import_department");
	else if (e == ERR_CONFLICT && !db_failed(w->db))
		web_tell(w, "warning", "tell_import_taken");
	else if (e != ERR_OK)
		return e;
	else
		web_tell(w, "success", "tell_import_done");
	return web_see_other(w, "/desk/events/import/%" PRId64, import);
}

static enum err
give(struct web *w, const char *name, const char *type, const char *bytes, size_t n)
{
	response_header(w->response, "Content-Disposition", arena_printf(w->arena, "attachment; filename=\"%s\"", name));
	return web_bytes(w, HTTP_OK, type, bytes, n);
}

enum err
desk_event_import_file(struct web *w)
{
	static const char *const sets[] = { "recommended", "registry", "standard" };
	const char *asked = fields_get(w->query, "set");
	enum opendata set = OPENDATA_STANDARD;
	json_t *events, *list;
	struct buf out;
	int i;
	enum err e = agenda_imported(w->db, web_id(w, "import"), &events);

	if (e != ERR_OK)
		return e;
	buf_init(&out, w->arena);
	if (strcmp(asked, "ics") == 0) {
		ical_write(w->arena, "chromo", agenda_ical(w->arena, web_origin(w), w->request->host, true, events), false, &out);
		return give(w, "events.ics", "text/calendar; charset=utf-8", out.data, out.len);
	}
	for (i = 0; i < OPENDATA_SETS; i++)
		if (strcmp(asked, sets[i]) == 0)
			set = (enum opendata)i;
	list = agenda_opendata(w->arena, web_origin(w), "", events);
	if (strcmp(asked, "json") == 0) {
		json_canonical(opendata_write_json(w->arena, list, OPENDATA_REGISTRY, ""), &out);
		return give(w, "events.json", "application/json; charset=utf-8", out.data, out.len);
	}
	opendata_write(w->arena, list, set, "\r\n", &out);
	return give(w, "events.csv", "text/csv; charset=utf-8", out.data, out.len);
}
