/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Cross-tables.
 *
 *	GET /desk/surveys/{survey}/results/cross	?first=q4&second=@age; without them: choose
 *	GET …/results/cross.csv				the same as a table for spreadsheets
 */
#include "domain/cross.h"
#include "web/desk/result.h"
#include "web/handlers.h"

/* *table is NULL where nothing was chosen yet; ERR_INVALID: what was chosen cannot be. */
static enum err
open_table(struct web *w, struct result *r, json_t **table)
{
	const char *first = fields_get(w->query, "first"), *second = fields_get(w->query, "second");
	enum err e = desk_result_open(w, r);

	*table = NULL;
	if (e != ERR_OK)
		return e;
	json_object_set(w->view, "first", cross_sides(r, "first", first));
	json_object_set(w->view, "second", cross_sides(r, "second", second));
	return first[0] == '\0' && second[0] == '\0' ? ERR_OK : cross_open(r, first, second, table);
}

enum err
desk_result_cross(struct web *w)
{
	struct result r;
	json_t *table;
	enum err e = open_table(w, &r, &table);

	if (e != ERR_OK && e != ERR_INVALID && e != ERR_BUSY && e != ERR_TOO_LARGE)
		return e;
	json_object_set_new(w->view, "counting_url", e != ERR_BUSY ? json_null() :
	    json_sprintf("/desk/surveys/%" PRId64 "/results/cross?first=%s&second=%s", json_int(r.survey, "id"),
	        fields_get(w->query, "first"), fields_get(w->query, "second")));
	json_object_set_new(w->view, "wrong", json_boolean(e == ERR_INVALID));
	json_object_set_new(w->view, "large", json_boolean(e == ERR_TOO_LARGE));
	json_object_set_new(w->view, "table", table != NULL ? json_incref(table) : json_null());
	json_object_set_new(w->view, "csv_url", table == NULL ? json_null() :
	    json_sprintf("/desk/surveys/%" PRId64 "/results/cross.csv?first=%s&second=%s", json_int(r.survey, "id"),
	        fields_get(w->query, "first"), fields_get(w->query, "second")));
	return web_page(w, HTTP_OK, "desk/result/cross");
}

enum err
desk_result_cross_csv(struct web *w)
{
	struct result r;
	struct buf out;
	json_t *table;
	enum err e = open_table(w, &r, &table);

	if (e != ERR_OK || table == NULL)
		return e == ERR_OK || e == ERR_INVALID || e == ERR_TOO_LARGE ? ERR_NOT_FOUND : e;
	buf_init(&out, w->arena);
	cross_csv(w->arena, table, words_get(w->words, "result_cross_sum"), &out);
	response_header(w->response, "Content-Disposition", arena_printf(w->arena, "attachment; filename=\"survey-%" PRId64 "-cross.csv\"",
	    json_int(r.survey, "id")));
	return web_bytes(w, HTTP_OK, "text/csv; charset=utf-8", out.data, out.len);
}
