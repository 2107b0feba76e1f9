/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Topics.
 */
#include "domain/topic.h"

#include "db/queries.h"

enum err
topic_list(struct db *db, json_t **out)
{
	return q_topic_list(db, out);
}

enum err
topic_show(struct db *db, int64_t topic, json_t **out)
{
	return q_topic_show(db, (struct q_topic_show){ topic }, out);
}

enum err
topic_named(struct db *db, const char *name, int64_t topic)
{
	struct rows *rows;
	enum err e = q_topic_named(db, (struct q_topic_named){ name, topic }, &rows);

	if (e != ERR_OK)
		return e;
	return rows_bool(rows, 0, "taken") ? ERR_CONFLICT : ERR_OK;
}

enum err
topic_add(struct db *db, const struct topic_data *d)
{
	return q_topic_add(db, (struct q_topic_add){ .name = d->name, .hint = d->hint, .place = d->place,
	    .active = d->active }, NULL);
}

enum err
topic_change(struct db *db, int64_t topic, const char *version, const struct topic_data *d)
{
	int changed;
	enum err e = q_topic_change(db, (struct q_topic_change){ .topic = topic, .version = version,
	    .name = d->name, .hint = d->hint, .place = d->place, .active = d->active }, &changed);

	if (e != ERR_OK)
		return e;
	return changed == 1 ? ERR_OK : ERR_CONFLICT;
}
