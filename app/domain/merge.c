/* SPDX-License-Identifier: Apache-2.0 */
/*
 * An entry that ended in another; see merge.h.  When one ends, and what becomes of what was
 * chosen in it, is decided in sql/functions/contact.sql.
 */
#include "domain/merge.h"

#include "db/queries.h"

enum err
merge_waits(struct db *db, int64_t citizen, int64_t *other)
{
	struct rows *rows;
	enum err e = q_merge_waits(db, (struct q_merge_waits){ .citizen = citizen }, &rows);

	if (e == ERR_OK)
		*other = rows_int(rows, 0, "id");
	return e;
}

enum err
merge_show(struct db *db, int64_t citizen, int64_t other, json_t **out)
{
	return q_merge_show(db, (struct q_merge_show){ .citizen = citizen, .other = other }, out);
}

enum err
merge_ended(struct db *db, int64_t citizen, int64_t other, const char *keep, bool *done)
{
	struct rows *rows;
	enum err e = q_merge_ended(db, (struct q_merge_ended){ .citizen = citizen, .other = other, .keep = keep }, &rows);

	if (e == ERR_OK)
		*done = rows_bool(rows, 0, "done");
	return e;
}
