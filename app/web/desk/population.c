/* SPDX-License-Identifier: Apache-2.0 */
/*
 * 住民基本台帳人口, against which answers are weighed.
 *
 *	GET, POST /desk/settings/population		what is loaded; a new file
 *	GET /desk/settings/population/template		an empty table with the town's districts
 */
#include <string.h>

#include "base/clock.h"
#include "base/csv.h"
#include "db/queries.h"
#include "domain/population.h"
#include "http/multipart.h"
#include "web/handlers.h"
#include "web/web.h"

enum { OLDEST_CLASS = 85, YEARS_OF_CLASS = 5 };

static enum err
show(struct web *w, enum status status, json_t *faults)
{
	json_t *file, *list = json_array();
	struct rows *districts;
	size_t i;
	enum err e = q_population_districts(w->db, &districts);

	if (e == ERR_OK)
		e = q_population_file(w->db, (struct q_population_file){ w->lang }, &file);
	if (e != ERR_OK && e != ERR_NOT_FOUND)
		return e;
	json_object_set(w->view, "file", e == ERR_OK ? file : json_null());
	for (i = 0; i < rows_count(districts); i++)
		json_array_append_new(list, json_pack("{s:s, s:I}", "name", rows_text(districts, i, "name"), "people",
		    (json_int_t)rows_int(districts, i, "people")));
	json_object_set_new(w->view, "districts", list);
	json_object_set_new(w->view, "some_faults", json_boolean(json_array_size(faults) > 0));
	json_object_set_new(w->view, "faults", faults);
	return web_page(w, status, "desk/population/show");
}

enum err
desk_population(struct web *w)
{
	struct form *f = web_form(w);

	form_set(f, "file", "");
	form_set(f, "as_of", "");
	return show(w, HTTP_OK, json_array());
}

static json_t *
in_words(struct web *w, const struct population_fault *faults, size_t n)
{
	json_t *list = json_array();
	size_t i;

	for (i = 0; i < n; i++)
		json_array_append_new(list, json_pack("{s:I, s:s, s:s}", "line", (json_int_t)faults[i].line, "text", faults[i].text,
		    "problem", words_get(w->words, faults[i].key)));
	return list;
}

/* A day that exists, as 2026-10-01; "" with a problem otherwise. */
static const char *
day_of(struct form *f)
{
	const char *text = form_text(f, "as_of", FORM_REQUIRED, 10);

	if (text[0] == '\0' || clock_is_day(text))
		return text;
	form_problem(f, "as_of", "population_day");
	return "";
}

enum err
desk_population_load(struct web *w)
{
	struct population_fault faults[POPULATION_FAULTS];
	const struct multipart_file *file = w->request->files;
	struct form *f = web_form(w);
	struct population_table table;
	struct rows *districts;
	const char *as_of;
	size_t n_faults = 0;
	enum err e = q_population_districts(w->db, &districts);

	if (e != ERR_OK)
		return e;
	as_of = day_of(f);
	form_set(f, "file", "");
	if (file == NULL)
		form_problem(f, "file", "population_file_required");
	else
		e = population_read(w->arena, file->data, file->n, districts, &table, faults, &n_faults);
	if (e == ERR_INVALID)
		form_problem(f, "file", "population_file_faults");
	if (!form_ok(f))
		return show(w, HTTP_UNPROCESSABLE, in_words(w, faults, n_faults));
	e = population_keep(w->db, w->arena, &table, as_of, w->staff);
	if (e != ERR_OK)
		return e;
	web_tell(w, "success", "tell_saved");
	return web_see_other(w, "/desk/settings/population");
}

enum err
desk_population_template(struct web *w)
{
	struct rows *districts;
	struct buf out;
	size_t i;
	int age;
	enum err e = q_population_districts(w->db, &districts);

	if (e != ERR_OK)
		return e;
	buf_init(&out, w->arena);
	csv_add_mark(&out);
	csv_add_cell(&out, true, words_get(catalogue_words(w->site->catalogue, "ja"), "result_by_district"));
	for (age = 0; age <= OLDEST_CLASS; age += YEARS_OF_CLASS)
		csv_add_cell(&out, false, age == OLDEST_CLASS ? arena_printf(w->arena, "%d+", age) :
		    arena_printf(w->arena, "%d-%d", age, age + YEARS_OF_CLASS - 1));
	buf_adds(&out, "\r\n");
	for (i = 0; i < rows_count(districts); i++) {
		csv_add_cell(&out, true, rows_text(districts, i, "name"));
		for (age = 0; age <= OLDEST_CLASS; age += YEARS_OF_CLASS)
			csv_add_cell(&out, false, "0");
		buf_adds(&out, "\r\n");
	}
	response_header(w->response, "Content-Disposition", "attachment; filename=\"population.csv\"");
	return web_bytes(w, HTTP_OK, "text/csv; charset=utf-8", out.data, out.len);
}
