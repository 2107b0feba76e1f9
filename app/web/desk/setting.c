/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The settings of a municipality, and its record of who did what.
 *
 *	GET /desk/settings
 *	GET /desk/settings/audit?staff=12&before=345	newest first, by pages
 */
#include "db/queries.h"
#include "web/handlers.h"
#include "web/web.h"

enum { PAGE = 50 };

enum err
desk_setting_index(struct web *w)
{
	json_object_set_new(w->view, "admin", json_boolean(web_may(w, RIGHT_ADMIN)));
	return web_page(w, HTTP_OK, "desk/setting/index");
}

/* What was done, in words: those of the act as a whole, else of its thing and
 * its verb; else as it is recorded. */
static const char *
act_text(struct web *w, const char *act)
{
	const char *dot = strchr(act, '.'), *text, *thing, *verb;
	char *key = arena_printf(w->arena, "audit_%s", act), *c;

	for (c = key; *c != '\0'; c++)
		if (*c == '.')
			*c = '_';
	text = words_find(w->words, key);
	if (text != NULL || dot == NULL)
		return text != NULL ? text : act;
	thing = words_find(w->words, arena_printf(w->arena, "audit_on_%.*s", (int)(dot - act), act));
	verb = words_find(w->words, arena_printf(w->arena, "audit_%s", dot + 1));
	if (thing == NULL || verb == NULL)
		return act;
	return arena_printf(w->arena, words_get(w->words, "audit_colon")[0] == ':' ? "%s: %s" : "%s：%s", thing, verb);
}

/* The same name may be another thing in another table.  NULL: it means nothing to people. */
static const char *
column_text(struct web *w, const char *act, const char *column)
{
	const char *text = words_find(w->words, arena_printf(w->arena, "audit_column_%.*s_%s", (int)strcspn(act, "."), act, column));

	return text != NULL ? text : words_find(w->words, arena_printf(w->arena, "audit_column_%s", column));
}

static void
say(struct web *w, json_t *row)
{
	const char *kind = json_text(row, "kind");
	const char *who = words_find(w->words, arena_printf(w->arena, "audit_by_%s", kind));

	struct buf columns;
	json_t *column;
	size_t i, n = 0;

	/* Of the columns those that mean something to people. */
	buf_init(&columns, w->arena);
	json_array_foreach(json_object_get(row, "columns"), i, column) {
		const char *text = column_text(w, json_text(row, "act"), json_string_value(column));

		if (text != NULL)
			buf_addf(&columns, "%s%s", n++ > 0 ? words_get(w->words, "staff_and") : "", text);
	}
	json_object_set_new(row, "columns_text", n > 0 ? json_string(columns.data) : json_null());
	json_object_set_new(row, "act_text", json_string(act_text(w, json_text(row, "act"))));
	/* Names are Japanese; words are of this page. */
	json_object_set_new(row, "who_lang", json_string(json_text(row, "who")[0] != '\0' ? "ja" : w->lang));
	if (json_text(row, "who")[0] == '\0')
		json_object_set_new(row, "who", json_string(who != NULL ? who : kind));
}

static json_t *
pages(struct web *w, int64_t staff, int64_t before, int64_t last)
{
	const char *of = staff != 0 ? arena_printf(w->arena, "&staff=%" PRId64, staff) : "";
	const char *first = staff != 0 ? arena_printf(w->arena, "/desk/settings/audit?staff=%" PRId64, staff)
	    : "/desk/settings/audit";

	if (before == 0 && last == 0)
		return json_null();
	return json_pack("{s:s?, s:s?, s:n}", "previous_url", before != 0 ? first : NULL,
	    "next_url", last == 0 ? NULL
	    : arena_printf(w->arena, "/desk/settings/audit?before=%" PRId64 "%s", last, of), "text");
}

enum err
desk_setting_audit(struct web *w)
{
	struct form *f = form_new(w->arena, w->query, w->words);
	int64_t staff = 0, before = 0, last = 0;
	json_t *rows, *names, *row;
	size_t i;
	enum err e;

	/* Numbers that are none show everything. */
	if (fields_int(w->query, "staff", 1, INT64_MAX, &staff) != ERR_OK)
		staff = 0;
	if (fields_int(w->query, "before", 1, INT64_MAX, &before) != ERR_OK)
		before = 0;
	e = q_staff_names(w->db, &names);
	if (e == ERR_OK)
		e = q_staff_audit(w->db, (struct q_staff_audit){ .lang = w->lang, .most = PAGE + 1,
		    .before = before != 0 ? &before : NULL, .staff = staff != 0 ? &staff : NULL }, &rows);
	if (e != ERR_OK)
		return e;
	if (json_array_size(rows) > PAGE) {
		json_array_remove(rows, PAGE);
		last = json_int(json_array_get(rows, PAGE - 1), "id");
	}
	json_array_foreach(rows, i, row)
		say(w, row);
	form_set(f, "staff", staff != 0 ? arena_printf(w->arena, "%" PRId64, staff) : "");
	form_options(f, "staff", names);
	json_object_set(w->view, "filter", form_json(f));
	json_object_set_new(w->view, "filter_open", json_boolean(staff != 0));
	json_object_set_new(w->view, "filter_clear_url", staff != 0 ? json_string("/desk/settings/audit") : json_null());
	json_object_set(w->view, "audit", rows);
	json_object_set_new(w->view, "some", json_boolean(json_array_size(rows) > 0));
	json_object_set_new(w->view, "pages", pages(w, staff, before, last));
	return web_page(w, HTTP_OK, "desk/setting/audit");
}
