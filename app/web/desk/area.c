/* SPDX-License-Identifier: Apache-2.0 */
/*
 * 地区: the districts that messages go to, found by postal code.
 *
 *	GET       /desk/settings/areas		all of them
 *	GET       /desk/settings/areas/new	the form; POST /desk/settings/areas
 *	GET, POST /desk/settings/areas/{area}
 */
#include "domain/area.h"
#include "web/handlers.h"
#include "web/web.h"

static const char list_url[] = "/desk/settings/areas";

enum { NAME_LENGTH = 100, KANA_LENGTH = 200, PLACE_MAX = 9999, POSTCODES_LENGTH = 20000 };

enum err
desk_area_list(struct web *w)
{
	json_t *list;
	enum err e = area_list(w->db, &list);

	if (e != ERR_OK)
		return e;
	json_object_set_new(w->view, "some", json_boolean(json_array_size(list) > 0));
	json_object_set(w->view, "areas", list);
	return web_page(w, HTTP_OK, "desk/area/list");
}

enum err
desk_area_new(struct web *w)
{
	struct form *f = web_form(w);

	form_set(f, "name", "");
	form_set(f, "kana", "");
	form_set(f, "place", "");
	form_set_flag(f, "active", true);
	form_set(f, "postcodes", "");
	json_object_set_new(w->view, "area", json_null());
	json_object_set_new(w->view, "changed", json_false());
	return web_page(w, HTTP_OK, "desk/area/form");
}

static enum err
read_form(struct web *w, struct form *f, int64_t area, struct area_data *d)
{
	const char *lines, *line;
	enum err e = ERR_OK;

	d->name = form_name(f, "name", FORM_REQUIRED, NAME_LENGTH);
	d->kana = form_name(f, "kana", FORM_OPTIONAL, KANA_LENGTH);
	d->place = (int)form_number(f, "place", FORM_OPTIONAL, 0, PLACE_MAX);
	d->active = form_flag(f, "active");
	lines = form_lines(f, "postcodes", FORM_OPTIONAL, POSTCODES_LENGTH);
	if (area_postcodes(w->arena, lines, &d->postcodes, &line) != ERR_OK) {
		d->postcodes = (struct db_texts){ NULL, 0 };
		form_problem(f, "postcodes", "area_postcodes_form");
	}
	if (d->name[0] != '\0')
		e = area_named(w->db, d->name, area);
	if (e == ERR_CONFLICT) {
		form_problem(f, "name", "setting_name_taken");
		e = ERR_OK;
	}
	return e;
}

enum err
desk_area_add(struct web *w)
{
	struct form *f = web_form(w);
	struct area_data d;
	enum err e = read_form(w, f, 0, &d);

	if (e != ERR_OK)
		return e;
	json_object_set_new(w->view, "area", json_null());
	json_object_set_new(w->view, "changed", json_false());
	if (!form_ok(f))
		return web_page(w, HTTP_UNPROCESSABLE, "desk/area/form");
	e = area_add(w->db, &d);
	if (e != ERR_OK)
		return e;
	web_tell(w, "success", "tell_saved");
	return web_see_other(w, "%s", list_url);
}

enum err
desk_area_show(struct web *w)
{
	struct form *f = web_form(w);
	json_t *now;
	enum err e = area_show(w->db, web_id(w, "area"), &now);

	if (e != ERR_OK)
		return e;
	form_set(f, "name", json_text(now, "name"));
	form_set(f, "kana", json_text(now, "kana"));
	form_set(f, "place", arena_printf(w->arena, "%" PRId64, json_int(now, "place")));
	form_set_flag(f, "active", json_flag(now, "active"));
	form_set(f, "postcodes", json_text(now, "postcodes"));
	json_object_set(w->view, "area", now);
	json_object_set_new(w->view, "changed", json_false());
	return web_page(w, HTTP_OK, "desk/area/form");
}

enum err
desk_area_save(struct web *w)
{
	int64_t area = web_id(w, "area");
	struct form *f = web_form(w);
	struct area_data d;
	json_t *now;
	bool changed;
	enum err e = area_show(w->db, area, &now);

	if (e == ERR_OK)
		e = read_form(w, f, area, &d);
	if (e != ERR_OK)
		return e;
	/* Somebody else saved first: both are shown, and the next press decides. */
	changed = strcmp(fields_get(w->fields, "version"), json_text(now, "version")) != 0;
	json_object_set(w->view, "area", now);
	json_object_set_new(w->view, "changed", json_boolean(changed));
	if (!form_ok(f) || changed)
		return web_page(w, changed ? HTTP_CONFLICT : HTTP_UNPROCESSABLE, "desk/area/form");
	e = area_change(w->db, area, json_text(now, "version"), &d);
	if (e != ERR_OK)
		return e;
	web_tell(w, "success", "tell_saved");
	return web_see_other(w, "%s", list_url);
}
