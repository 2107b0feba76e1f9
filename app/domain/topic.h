/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
#include "base/json.h"
#include "db/db.h"
/*
 * Topics (分野): what citizens want to know.  One of them is vital, 命を守る情報: it is
 * always there, because whoever wants only that is found by it.
 */
struct topic_data {
	const char *name, *hint;
	int place;
	bool active;
};

/* All of them, those in use first. */
enum err topic_list(struct db *, json_t **out) MUST_USE;
/* With "version", which a change must name.  ERR_NOT_FOUND: none of this tenant. */
enum err topic_show(struct db *, int64_t topic, json_t **out) MUST_USE;
/* ERR_CONFLICT: another one (than this; 0: a new one) has the name. */
enum err topic_named(struct db *, const char *name, int64_t topic) MUST_USE;
enum err topic_add(struct db *, const struct topic_data *) MUST_USE;
/* ERR_CONFLICT: somebody else changed it since version. */
enum err topic_change(struct db *, int64_t topic, const char *version, const struct topic_data *) MUST_USE;
