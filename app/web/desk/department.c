/* SPDX-License-Identifier: Apache-2.0 */
/*
 * 課: the departments that write messages and that people belong to.
 *
 *	GET       /desk/settings/departments		all of them
 *	GET       /desk/settings/departments/new	the form; POST /desk/settings/departments
 *	GET, POST /desk/settings/departments/{department}
 */
#include "domain/department.h"
#include "web/handlers.h"
#include "web/web.h"

static const char list_url[] = "/desk/settings/departments";

enum { NAME_LENGTH = 100, CONTACT_LENGTH = 300, PLACE_MAX = 9999 };

enum err
desk_department_list(struct web *w)
{
	json_t *list;
	enum err e = department_list(w->db, &list);

	if (e != ERR_OK)
		return e;
	json_object_set_new(w->view, "some", json_boolean(json_array_size(list) > 0));
	json_object_set(w->view, "departments", list);
	return web_page(w, HTTP_OK, "desk/department/list");
}

enum err
desk_department_new(struct web *w)
{
	struct form *f = web_form(w);

	form_set(f, "name", "");
	form_set(f, "contact", "");
	form_set(f, "place", "");
	form_set_flag(f, "active", true);
	json_object_set_new(w->view, "department", json_null());
	json_object_set_new(w->view, "changed", json_false());
	return web_page(w, HTTP_OK, "desk/department/form");
}

static enum err
read_form(struct web *w, struct form *f, int64_t department, struct department_data *d)
{
	enum err e = ERR_OK;

	d->name = form_name(f, "name", FORM_REQUIRED, NAME_LENGTH);
	d->contact = form_lines(f, "contact", FORM_OPTIONAL, CONTACT_LENGTH);
	d->place = (int)form_number(f, "place", FORM_OPTIONAL, 0, PLACE_MAX);
	d->active = form_flag(f, "active");
	if (d->name[0] != '\0')
		e = department_named(w->db, d->name, department);
	if (e == ERR_CONFLICT) {
		form_problem(f, "name", "setting_name_taken");
		e = ERR_OK;
	}
	return e;
}

enum err
desk_department_add(struct web *w)
{
	struct form *f = web_form(w);
	struct department_data d;
	enum err e = read_form(w, f, 0, &d);

	if (e != ERR_OK)
		return e;
	json_object_set_new(w->view, "department", json_null());
	json_object_set_new(w->view, "changed", json_false());
	if (!form_ok(f))
		return web_page(w, HTTP_UNPROCESSABLE, "desk/department/form");
	e = department_add(w->db, &d);
	if (e != ERR_OK)
		return e;
	web_tell(w, "success", "tell_saved");
	return web_see_other(w, "%s", list_url);
}

enum err
desk_department_show(struct web *w)
{
	struct form *f = web_form(w);
	json_t *now;
	enum err e = department_show(w->db, web_id(w, "department"), &now);

	if (e != ERR_OK)
		return e;
	form_set(f, "name", json_text(now, "name"));
	form_set(f, "contact", json_text(now, "contact"));
	form_set(f, "place", arena_printf(w->arena, "%" PRId64, json_int(now, "place")));
	form_set_flag(f, "active", json_flag(now, "active"));
	json_object_set(w->view, "department", now);
	json_object_set_new(w->view, "changed", json_false());
	return web_page(w, HTTP_OK, "desk/department/form");
}

enum err
desk_department_save(struct web *w)
{
	int64_t department = web_id(w, "department");
	struct form *f = web_form(w);
	struct department_data d;
	json_t *now;
	bool changed;
	enum err e = department_show(w->db, department, &now);

	if (e == ERR_OK)
		e = read_form(w, f, department, &d);
	if (e != ERR_OK)
		return e;
	/* Somebody else saved first: both are shown, and the next press decides. */
	changed = strcmp(fields_get(w->fields, "version"), json_text(now, "version")) != 0;
	json_object_set(w->view, "department", now);
	json_object_set_new(w->view, "changed", json_boolean(changed));
	if (!form_ok(f) || changed)
		return web_page(w, changed ? HTTP_CONFLICT : HTTP_UNPROCESSABLE, "desk/department/form");
	e = department_change(w->db, department, json_text(now, "version"), &d);
	if (e != ERR_OK)
		return e;
	web_tell(w, "success", "tell_saved");
	return web_see_other(w, "%s", list_url);
}
