/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
#include "base/json.h"
#include "db/db.h"
/*
 * Departments (課): they write messages, and people belong to them.  One that is not
 * active any more is not offered, but what it wrote keeps its name.
 */
struct department_data {
	const char *name, *contact;
	int place;
	bool active;
};

/* All of them, those in use first. */
enum err department_list(struct db *, json_t **out) MUST_USE;
/* {value, label} of those in use and those of this person (0: nobody yet): to choose from. */
enum err department_options(struct db *, int64_t staff, json_t **out) MUST_USE;
/* With "version", which a change must name.  ERR_NOT_FOUND: none of this tenant. */
enum err department_show(struct db *, int64_t department, json_t **out) MUST_USE;
/* ERR_CONFLICT: another one (than this; 0: a new one) has the name. */
enum err department_named(struct db *, const char *name, int64_t department) MUST_USE;
enum err department_add(struct db *, const struct department_data *) MUST_USE;
/* ERR_CONFLICT: somebody else changed it since version. */
enum err department_change(struct db *, int64_t department, const char *version, const struct department_data *) MUST_USE;
