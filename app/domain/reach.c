/* SPDX-License-Identifier: Apache-2.0 */
/*
 * How a person is reached, and whether they saw it; see reach.h.
 */
#include "domain/reach.h"

#include "db/queries.h"

enum err
reach_show(struct db *db, int64_t citizen, json_t **out)
{
	return q_reach_show(db, (struct q_reach_show){ .citizen = citizen }, out);
}

enum err
reach_save(struct db *db, int64_t citizen, const char *first, int from, int to)
{
	return q_reach_save(db, (struct q_reach_save){
	    .citizen = citizen, .first = first, .from = from, .to = to }, NULL);
}

enum err
seen_show(struct db *db, const struct words *words, int64_t message, int64_t citizen, json_t **out)
{
	return q_seen_show(db, (struct q_seen_show){
	    .message = message, .citizen = citizen, .lang = words_lang(words) }, out);
}

enum err
seen_note(struct db *db, int64_t message, int64_t citizen, const char *how)
{
	struct rows *rows;
	enum err e = q_seen_note(db, (struct q_seen_note){ .message = message, .citizen = citizen, .how = how }, &rows);

	if (e != ERR_OK)
		return e;
	return rows_bool(rows, 0, "his") ? ERR_OK : ERR_NOT_FOUND;
}
