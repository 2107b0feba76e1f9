/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
#include "base/json.h"
#include "db/db.h"
/*
 * Districts (地区) with their postal codes.  A postal code may belong to several
 * districts; a citizen then chooses.
 */
struct area_data {
	const char *name, *kana;
	int place;
	bool active;
	struct db_texts postcodes;	/* seven digits each */
};

/* Reads postal codes, one a line, as people write them (〒100-0001, full-width).
 * ERR_INVALID: *line is the first that is none. */
enum err area_postcodes(struct arena *, const char *lines, struct db_texts *out, const char **line) MUST_USE;

/* All of them, those in use first. */
enum err area_list(struct db *, json_t **out) MUST_USE;
/* With "version", which a change must name.  ERR_NOT_FOUND: none of this tenant. */
enum err area_show(struct db *, int64_t area, json_t **out) MUST_USE;
/* ERR_CONFLICT: another one (than this; 0: a new one) has the name. */
enum err area_named(struct db *, const char *name, int64_t area) MUST_USE;
enum err area_add(struct db *, const struct area_data *) MUST_USE;
/* ERR_CONFLICT: somebody else changed it since version. */
enum err area_change(struct db *, int64_t area, const char *version, const struct area_data *) MUST_USE;
