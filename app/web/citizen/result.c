/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What came of a survey, given back to everybody.
 *
 *	GET /surveys/{survey}/result		charts, tables and what the town does
 *	GET /surveys/{survey}/result.csv	open data, CC BY 4.0, in Japanese
 *	GET /surveys/{survey}/result.json	the same, also at /api/v1/surveys/{survey}/result
 */
#include "base/markdown.h"
#include "domain/result_give.h"
#include "web/handlers.h"
#include "web/web.h"

enum err
citizen_result(struct web *w)
{
	json_t *document;
	char *html = NULL;
	enum err e = result_public(w->db, web_id(w, "survey"), w->lang, &document);

	if (e == ERR_OK && json_text(document, "actions")[0] != '\0')
		e = markdown_html(w->arena, json_text(document, "actions"), &html);
	if (e != ERR_OK)
		return e;
	json_object_update(w->view, document);
	json_object_set_new(w->view, "actions_html", html != NULL ? json_string(html) : json_null());
	return web_page(w, HTTP_OK, "citizen/result/show");
}

enum err
citizen_result_csv(struct web *w)
{
	json_t *document;
	struct buf out;
	enum err e = result_public(w->db, web_id(w, "survey"), "ja", &document);

	if (e != ERR_OK)
		return e;
	buf_init(&out, w->arena);
	result_open_csv(document, &out);
	return web_bytes(w, HTTP_OK, "text/csv; charset=utf-8", out.data, out.len);
}

enum err
citizen_result_json(struct web *w)
{
	json_t *document;
	enum err e = result_public(w->db, web_id(w, "survey"), "ja", &document);

	return e != ERR_OK ? e : web_json(w, HTTP_OK, result_open_data(w->arena, document));
}
