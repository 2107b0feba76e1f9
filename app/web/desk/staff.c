/* SPDX-License-Identifier: Apache-2.0 */
/*
 * 職員: who may sign in here, and what they may do.
 *
 *	GET       /desk/settings/staff			everybody
 *	GET       /desk/settings/staff/new		the form; POST /desk/settings/staff
 *	GET, POST /desk/settings/staff/{staff}		name, address, roles, departments
 *	GET, POST /desk/settings/staff/{staff}/invite	an invitation, again
 *	GET, POST /desk/settings/staff/{staff}/disable
 *
 * Nobody takes their own right away, nor shuts themselves out: another
 * administrator does that, so that one is always left.
 */
#include "domain/approval.h"
#include "domain/department.h"
#include "domain/staff.h"
#include "web/handlers.h"
#include "web/web.h"

static const char list_url[] = "/desk/settings/staff";

enum { ROLE_WRITER = 1, ROLE_ADMIN = 3 };

/* Messages for which nobody is left who could approve them: whoever took the right away sees them. */
static enum err
add_stranded(struct web *w)
{
	json_t *list;
	enum err e = approval_stranded(w->db, &list);

	if (e != ERR_OK)
		return e;
	json_object_set(w->view, "stranded", list);
	json_object_set_new(w->view, "has_stranded", json_boolean(json_array_size(list) > 0));
	return ERR_OK;
}

enum err
desk_staff_list(struct web *w)
{
	json_t *people;
	enum err e = staff_list(w->db, w->words, &people);

	if (e == ERR_OK)
		e = add_stranded(w);
	if (e != ERR_OK)
		return e;
	json_object_set(w->view, "people", people);
	return web_page(w, HTTP_OK, "desk/staff/list");
}

/* staff 0: a new person. */
static enum err
choices(struct web *w, struct form *f, int64_t staff)
{
	json_t *departments, *roles = json_keep(w->arena, json_array());
	enum err e = department_options(w->db, staff, &departments);
	int i;

	if (e != ERR_OK)
		return e;
	for (i = 0; staff_roles[i] != NULL; i++)
		json_array_append_new(roles, json_pack("{s:i, s:s, s:s}", "value", i + 1,
		    "label", words_get(w->words, arena_printf(w->arena, "staff_role_%s", staff_roles[i])),
		    "hint", words_get(w->words, arena_printf(w->arena, "staff_hint_%s", staff_roles[i]))));
	form_options(f, "role", roles);
	form_options(f, "department", departments);
	return ERR_OK;
}

static bool
has(const int64_t *ids, size_t n, int64_t id)
{
	size_t i;

	for (i = 0; i < n; i++)
		if (ids[i] == id)
			return true;
	return false;
}

/* staff 0: a new person, whose ID is asked for too. */
static enum err
read_form(struct web *w, struct form *f, int64_t staff, struct staff_data *d)
{
	int64_t *roles, *departments;
	json_t *offered, *one;
	size_t i, n, known = 0;
	enum err e;

	d->name = form_name(f, "name", FORM_REQUIRED, STAFF_NAME_MAX);
	if (staff == 0) {
		d->login = form_text(f, "login", FORM_REQUIRED, STAFF_LOGIN_MAX);
		if (d->login[0] != '\0' && !staff_login_good(d->login))
			form_problem(f, "login", "staff_login_form");
	}
	d->email = form_email(f, "email", FORM_REQUIRED);
	d->roles_n = form_ids(f, "role", FORM_REQUIRED, &roles);
	n = form_ids(f, "department", FORM_OPTIONAL, &departments);
	d->roles = roles;
	d->departments = (struct db_ids){ departments, n };
	e = choices(w, f, staff);
	if (e != ERR_OK)
		return e;
	offered = json_object_get(json_object_get(form_json(f), "department"), "options");
	json_array_foreach(offered, i, one)
		known += has(departments, n, json_int(one, "value"));
	if (known != n || (d->roles_n > 0 && (roles[0] < 1 || roles[d->roles_n - 1] > STAFF_ROLES)))
		return ERR_NOT_FOUND;
	if (n == 0 && has(roles, d->roles_n, ROLE_WRITER))
		form_problem(f, "department", "staff_department_required");
	if (staff != 0 && staff == w->staff && d->roles_n > 0 && !has(roles, d->roles_n, ROLE_ADMIN))
		form_problem(f, "role", "staff_own_admin");
	return ERR_OK;
}

enum err
desk_staff_new(struct web *w)
{
	struct form *f = web_form(w);
	enum err e;

	form_set(f, "name", "");
	form_set(f, "login", "");
	form_set(f, "email", "");
	form_set_ids(f, "role", NULL, 0);
	form_set_ids(f, "department", NULL, 0);
	e = choices(w, f, 0);
	return e == ERR_OK ? web_page(w, HTTP_OK, "desk/staff/new") : e;
}

/* Makes the link and mails it; the person is shown as it is afterwards. */
static enum err
invite(struct web *w, int64_t staff)
{
	struct mailer mailer = { .db = w->db, .vault = w->vault, .templates = w->site->templates,
	    .words = catalogue_words(w->site->catalogue, "ja"), .arena = w->arena };
	const char *token;
	json_t *person;
	enum err e = staff_invite(w->db, w->arena, staff, &token);

	if (e == ERR_OK)
		e = staff_show(w->db, w->vault, w->arena, w->words, staff, &person);
	if (e != ERR_OK)
		return e;
	return staff_invite_mail(&mailer, json_object_get(w->entered, "tenant"), person,
	    arena_printf(w->arena, "%s/desk/invite/%s", web_origin(w), token));
}

enum err
desk_staff_add(struct web *w)
{
	struct form *f = web_form(w);
	struct staff_data d = { 0 };
	int64_t taken, staff;
	enum err e = web_vault(w);

	if (e == ERR_OK)
		e = read_form(w, f, 0, &d);
	if (e == ERR_OK)
		e = staff_named(w->db, d.login, &taken);
	if (e != ERR_OK)
		return e;
	if (taken != 0)
		form_problem(f, "login", "staff_login_taken");
	if (!form_ok(f))
		return web_page(w, HTTP_UNPROCESSABLE, "desk/staff/new");
	e = staff_add(w->db, w->vault, w->arena, &d, &staff);
	if (e == ERR_OK)
		e = invite(w, staff);
	if (e != ERR_OK)
		return e;
	web_tell(w, "success", "tell_staff_invited");
	return web_see_other(w, "%s/%" PRId64, list_url, staff);
}

static enum err
load(struct web *w, json_t **person)
{
	int64_t staff = web_id(w, "staff");
	enum err e = web_vault(w);

	if (e == ERR_OK)
		e = staff_show(w->db, w->vault, w->arena, w->words, staff, person);
	if (e == ERR_OK)
		e = add_stranded(w);
	if (e != ERR_OK)
		return e;
	json_object_set_new(*person, "me", json_boolean(staff == w->staff));
	json_object_set(w->view, "staff", *person);
	return ERR_OK;
}

static int64_t *
ids_of(struct web *w, const json_t *list, size_t *n)
{
	int64_t *ids = arena_alloc(w->arena, (json_array_size(list) + 1) * sizeof *ids);
	const json_t *one;
	size_t i, k;

	*n = 0;
	json_array_foreach(list, i, one) {
		if (json_is_integer(one))
			ids[(*n)++] = json_integer_value(one);
		for (k = 0; json_is_string(one) && staff_roles[k] != NULL; k++)
			if (strcmp(staff_roles[k], json_string_value(one)) == 0)
				ids[(*n)++] = (int64_t)k + 1;
	}
	return ids;
}

enum err
desk_staff_show(struct web *w)
{
	struct form *f = web_form(w);
	json_t *person;
	int64_t *ids;
	size_t n;
	enum err e = load(w, &person);

	if (e != ERR_OK)
		return e;
	form_set(f, "name", json_text(person, "name"));
	form_set(f, "email", json_text(person, "email"));
	ids = ids_of(w, json_object_get(person, "roles"), &n);
	form_set_ids(f, "role", ids, n);
	ids = ids_of(w, json_object_get(person, "department_ids"), &n);
	form_set_ids(f, "department", ids, n);
	e = choices(w, f, web_id(w, "staff"));
	json_object_set_new(w->view, "changed", json_false());
	return e == ERR_OK ? web_page(w, HTTP_OK, "desk/staff/show") : e;
}

enum err
desk_staff_save(struct web *w)
{
	struct form *f = web_form(w);
	struct staff_data d = { 0 };
	json_t *person;
	bool changed;
	enum err e = load(w, &person);

	if (e == ERR_OK)
		e = read_form(w, f, web_id(w, "staff"), &d);
	if (e != ERR_OK)
		return e;
	/* Somebody else saved first: both are shown, and the next press decides. */
	changed = strcmp(fields_get(w->fields, "version"), json_text(person, "version")) != 0;
	json_object_set_new(w->view, "changed", json_boolean(changed));
	if (!form_ok(f) || changed)
		return web_page(w, changed ? HTTP_CONFLICT : HTTP_UNPROCESSABLE, "desk/staff/show");
	e = staff_change(w->db, w->vault, w->arena, web_id(w, "staff"), json_text(person, "version"), &d);
	if (e != ERR_OK)
		return e;
	web_tell(w, "success", "tell_saved");
	return web_see_other(w, "%s", list_url);
}

enum err
desk_staff_invite_form(struct web *w)
{
	json_t *person;
	enum err e = load(w, &person);

	if (e != ERR_OK)
		return e;
	return json_flag(person, "me") ? ERR_FORBIDDEN : web_page(w, HTTP_OK, "desk/staff/invite");
}

enum err
desk_staff_invite(struct web *w)
{
	json_t *person;
	enum err e = load(w, &person);

	if (e == ERR_OK)
		e = json_flag(person, "me") ? ERR_FORBIDDEN : invite(w, web_id(w, "staff"));
	if (e != ERR_OK)
		return e;
	web_tell(w, "success", "tell_staff_invited");
	return web_see_other(w, "%s/%" PRId64, list_url, web_id(w, "staff"));
}

enum err
desk_staff_disable_form(struct web *w)
{
	json_t *person;
	enum err e = load(w, &person);

	if (e != ERR_OK)
		return e;
	return json_flag(person, "me") ? ERR_FORBIDDEN : web_page(w, HTTP_OK, "desk/staff/disable");
}

enum err
desk_staff_disable(struct web *w)
{
	json_t *person;
	enum err e = load(w, &person);

	if (e == ERR_OK)
		e = json_flag(person, "me") ? ERR_FORBIDDEN : staff_disable(w->db, web_id(w, "staff"));
	if (e != ERR_OK)
		return e;
	web_tell(w, "success", "tell_staff_disabled");
	return web_see_other(w, "%s", list_url);
}
