/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The text that people agree to, as a page.  See consent.h.
 */
#include "domain/consent.h"

#include "base/json.h"
#include "base/markdown.h"
#include "base/mustache.h"
#include "db/queries.h"

enum err
consent_text(struct db *db, struct arena *a, const char *lang, const char *tenant, const char *contact,
    json_t **out)
{
	struct rows *rows;
	struct buf text;
	json_t *names;
	char *html;
	enum err e;

	e = q_consent_text(db, (struct q_consent_text){ .lang = lang }, &rows);
	if (e != ERR_OK)
		return e;
	names = json_keep(a, json_pack("{s:s, s:s}", "tenant", tenant, "contact", contact));
	buf_init(&text, a);
	e = mustache_text(a, rows_text(rows, 0, "text"), names, &text);
	if (e == ERR_OK)
		e = markdown_html(a, text.data, &html);
	if (e != ERR_OK)
		return ERR_DB;	/* a fault in our own text */
	*out = json_keep(a, json_pack("{s:s, s:s, s:s, s:{s:s, s:s}}",
	    "version", rows_text(rows, 0, "version"), "language", rows_text(rows, 0, "language"),
	    "text_html", html, "published", "datetime", rows_text(rows, 0, "datetime"),
	    "text", rows_text(rows, 0, "published")));
	return ERR_OK;
}
