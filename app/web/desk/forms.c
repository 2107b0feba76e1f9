/* SPDX-License-Identifier: Apache-2.0 */
/*
 * 紙の調査票: numbered forms of a survey, and answers from files.
 *
 *	GET  /desk/surveys/{survey}/forms		how many there are, what waits
 *	POST /desk/surveys/{survey}/forms/print		numbers for so many more
 *	GET  /desk/surveys/{survey}/forms/numbers	those that are unused, as CSV, for the printer
 *	POST /desk/surveys/{survey}/forms/void		one is lost or spoilt
 *	POST /desk/surveys/{survey}/forms/twice		二重入力, or not
 *	POST /desk/surveys/{survey}/forms/import	answers from a CSV file
 *	GET  /desk/surveys/{survey}/forms/import/{import}	how far it is (courier/import.c), and in the end what was wrong
 *	GET  …/forms/import/{import}/live		the same without frame
 *
 * Typing answers in is in entry.c.
 */
#include <string.h>

#include "base/csv.h"
#include "base/text.h"
#include "db/queries.h"
#include "domain/paper.h"
#include "http/multipart.h"
#include "web/handlers.h"
#include "web/web.h"

enum { NAME_MOST = 150 };

/* The other forms of the page are shown empty. */
static struct form *
form_of(struct web *w, const char *own)
{
	struct form *f = web_form(w);

	for (const char *const *name = (const char *const[]){ "count", "number", "file", NULL }; *name != NULL; name++)
		if (strcmp(*name, own) != 0)
			form_set(f, *name, "");
	return f;
}

static enum err
page(struct web *w, enum status status)
{
	json_t *survey, *imports;
	enum err e = paper_survey(w->db, web_id(w, "survey"), &survey);

	if (e != ERR_OK)
		return e;
	e = paper_imports(w->db, web_id(w, "survey"), w->lang, &imports);
	if (e != ERR_OK)
		return e;
	json_object_set(w->view, "columns", paper_columns(w->arena, json_object_get(survey, "document")));
	json_object_del(survey, "document");
	json_object_set(w->view, "survey", survey);
	json_object_set(w->view, "imports", imports);
	json_object_set_new(w->view, "imported", json_boolean(json_array_size(imports) > 0));
	if (json_object_get(w->view, "entered") == NULL)
		json_object_set_new(w->view, "entered", json_null());
	return web_page(w, status, "desk/forms/show");
}

enum err
desk_forms(struct web *w)
{
	form_of(w, "");
	return page(w, HTTP_OK);
}

static enum err
done(struct web *w, const char *key)
{
	web_tell(w, "success", key);
	return web_see_other(w, "/desk/surveys/%" PRId64 "/forms", web_id(w, "survey"));
}

enum err
desk_forms_print(struct web *w)
{
	struct form *f = form_of(w, "count");
	int n = (int)form_number(f, "count", FORM_REQUIRED, 1, PAPER_FORMS_MOST);
	json_t *survey;
	enum err e = paper_survey(w->db, web_id(w, "survey"), &survey);

	if (e != ERR_OK)
		return e;
	if (!form_ok(f))
		return page(w, HTTP_UNPROCESSABLE);
	e = paper_print(w->db, w->arena, web_id(w, "survey"), n);
	return e != ERR_OK ? e : done(w, "tell_forms_printed");
}

enum err
desk_forms_numbers(struct web *w)
{
	json_t *survey, *numbers;
	const json_t *one;
	struct buf b;
	size_t i;
	enum err e = paper_survey(w->db, web_id(w, "survey"), &survey);

	if (e == ERR_OK)
		e = q_paper_numbers(w->db, (struct q_paper_numbers){ .survey = web_id(w, "survey") }, &numbers);
	if (e != ERR_OK)
		return e;
	buf_init(&b, w->arena);
	csv_add_mark(&b);
	csv_add_cell(&b, true, words_get(w->words, "forms_number"));
	buf_adds(&b, "\r\n");
	json_array_foreach(numbers, i, one) {
		csv_add_cell(&b, true, paper_number_shown(w->arena, json_text(one, "number")));
		buf_adds(&b, "\r\n");
	}
	response_header(w->response, "Content-Disposition", arena_printf(w->arena, "attachment; filename=\"forms-%" PRId64 ".csv\"",
	    web_id(w, "survey")));
	return web_bytes(w, HTTP_OK, "text/csv; charset=utf-8", b.data, b.len);
}

/* What a clerk has typed goes with it, and that is asked for by its number. */
enum err
desk_forms_void(struct web *w)
{
	struct form *f = form_of(w, "number");
	const char *number = paper_number_read(w->arena, form_text(f, "number", FORM_REQUIRED, 40));
	bool sure = number != NULL && strcmp(fields_get(w->fields, "entered"), number) == 0;
	enum paper_form form = PAPER_FORM_FREE;
	struct db_bytes spent;
	enum err e = ERR_OK;

	if (form_ok(f) && number == NULL)
		form_problem(f, "number", "paper_fault_number");
	if (form_ok(f))
		e = paper_look(w->db, web_id(w, "survey"), number, &form, &spent);
	if (form == PAPER_FORM_ANSWERED)
		form_problem(f, "number", "paper_fault_again");
	else if (form > PAPER_FORM_VOID)
		form_problem(f, "number", "paper_fault_unknown");
	else if (form == PAPER_FORM_ENTERED && !sure) {
		form_problem(f, "number", "forms_void_entered");
		json_object_set_new(w->view, "entered", json_string(number));
	}
	if (e == ERR_OK && form_ok(f))
		e = paper_void(w->db, web_id(w, "survey"), number, sure);
	if (e != ERR_OK)
		return e;
	return form_ok(f) ? done(w, "tell_forms_void") : page(w, HTTP_UNPROCESSABLE);
}

enum err
desk_forms_twice(struct web *w)
{
	json_t *survey;
	enum err e = paper_survey(w->db, web_id(w, "survey"), &survey);

	if (e == ERR_OK)
		e = paper_twice(w->db, web_id(w, "survey"), strcmp(fields_get(w->fields, "twice"), "yes") == 0);
	return e != ERR_OK ? e : done(w, "tell_forms_saved");
}

/* The clerk takes it (courier/import.c), however small it is. */
enum err
desk_forms_import(struct web *w)
{
	const struct multipart_file *file = w->request->files;
	struct form *f = form_of(w, "file");
	int64_t import;
	bool known;
	json_t *survey;
	enum err e;

	form_set(f, "file", "");
	if (file == NULL || file->n == 0) {
		form_problem(f, "file", "forms_file_required");
		return page(w, HTTP_UNPROCESSABLE);
	}
	e = paper_survey(w->db, web_id(w, "survey"), &survey);
	if (e == ERR_OK)
		e = paper_import_ask(w->db, web_id(w, "survey"), w->staff, text_fit(w->arena, text_showable(w->arena, file->name),
		    NAME_MOST), file->data, file->n, &import, &known);
	if (e != ERR_OK)
		return e;
	if (known)
		web_tell(w, "info", "tell_forms_import_known");
	return web_see_other(w, "/desk/surveys/%" PRId64 "/forms/import/%" PRId64, web_id(w, "survey"), import);
}

/* What is wrong, in words. */
static void
faults_view(struct web *w, json_t *faults)
{
	json_t *one;
	size_t i;

	json_array_foreach(faults, i, one)
		json_object_set_new(one, "text", json_string(web_words(w, json_text(one, "key"), one)));
	json_object_set(w->view, "faults", faults);
}

static enum err
open_import(struct web *w)
{
	json_t *survey, *import;
	const char *page;
	enum err e = paper_survey(w->db, web_id(w, "survey"), &survey);

	if (e == ERR_OK)
		e = paper_import_show(w->db, web_id(w, "survey"), web_id(w, "import"), w->lang, &import);
	if (e != ERR_OK)
		return e;
	json_object_del(survey, "document");
	json_object_set(w->view, "survey", survey);
	faults_view(w, json_object_get(import, "faults"));
	json_object_set(w->view, "import", import);
	page = arena_printf(w->arena, "/desk/surveys/%" PRId64 "/forms/import/%" PRId64, web_id(w, "survey"), web_id(w, "import"));
	json_object_set_new(w->view, "live", json_pack("{s:o, s:s, s:b, s:O, s:O}", "live_url", json_sprintf("%s/live", page),
	    "path", page, "going", json_flag(import, "open"), "at", json_object_get(json_object_get(import, "now"), "datetime"),
	    "at_text", json_object_get(json_object_get(import, "now"), "text")));
	return ERR_OK;
}

enum err
desk_forms_import_show(struct web *w)
{
	enum err e = open_import(w);

	return e != ERR_OK ? e : web_page(w, HTTP_OK, "desk/forms/import");
}

enum err
desk_forms_import_live(struct web *w)
{
	enum err e = open_import(w);

	return e != ERR_OK ? e : web_fragment(w, "desk/forms/import_live");
}
