/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Departments.
 */
#include "domain/department.h"

#include "db/queries.h"

enum err
department_list(struct db *db, json_t **out)
{
	return q_department_list(db, out);
}

enum err
department_options(struct db *db, int64_t staff, json_t **out)
{
	return q_department_options(db, (struct q_department_options){ staff }, out);
}

enum err
department_show(struct db *db, int64_t department, json_t **out)
{
	return q_department_show(db, (struct q_department_show){ department }, out);
}

enum err
department_named(struct db *db, const char *name, int64_t department)
{
	struct rows *rows;
	enum err e = q_department_named(db, (struct q_department_named){ name, department }, &rows);

	if (e != ERR_OK)
		return e;
	return rows_bool(rows, 0, "taken") ? ERR_CONFLICT : ERR_OK;
}

enum err
department_add(struct db *db, const struct department_data *d)
{
	return q_department_add(db, (struct q_department_add){ .name = d->name, .contact = d->contact, .place = d->place,
	    .active = d->active }, NULL);
}

enum err
department_change(struct db *db, int64_t department, const char *version, const struct department_data *d)
{
	int changed;
	enum err e = q_department_change(db, (struct q_department_change){ .department = department, .version = version,
	    .name = d->name, .contact = d->contact, .place = d->place, .active = d->active }, &changed);

	if (e != ERR_OK)
		return e;
	return changed == 1 ? ERR_OK : ERR_CONFLICT;
}
