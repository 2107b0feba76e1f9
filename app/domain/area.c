/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Districts with their postal codes.
 */
#include "domain/area.h"

#include <string.h>

#include "base/arena.h"
#include "base/text.h"
#include "db/queries.h"

enum { POSTCODE_DIGITS = 7 };

enum err
area_postcodes(struct arena *a, const char *lines, struct db_texts *out, const char **line)
{
	/* Each takes a character and the end of its line at least. */
	const char **codes = arena_alloc(a, (strlen(lines) / 2 + 1) * sizeof *codes);
	size_t n = 0;

	while (lines[0] != '\0') {
		size_t length = strcspn(lines, "\n");
		const char *one = text_normal(a, arena_strndup(a, lines, length)), *digits = text_digits(a, one);

		/* Beside the digits only what is usual there: 〒 and a hyphen, of any kind. */
		if (one[0] != '\0') {
			if (strlen(digits) != POSTCODE_DIGITS || text_length(one) > POSTCODE_DIGITS + 3) {
				*line = one;
				return ERR_INVALID;
			}
			codes[n++] = digits;
		}
		lines += length + (lines[length] == '\n');
	}
	*out = (struct db_texts){ codes, n };
	return ERR_OK;
}

enum err
area_list(struct db *db, json_t **out)
{
	return q_area_list(db, out);
}

enum err
area_show(struct db *db, int64_t area, json_t **out)
{
	return q_area_show(db, (struct q_area_show){ area }, out);
}

enum err
area_named(struct db *db, const char *name, int64_t area)
{
	struct rows *rows;
	enum err e = q_area_named(db, (struct q_area_named){ name, area }, &rows);

	if (e != ERR_OK)
		return e;
	return rows_bool(rows, 0, "taken") ? ERR_CONFLICT : ERR_OK;
}

static enum err
postcodes(struct db *db, int64_t area, const struct area_data *d)
{
	enum err e = q_area_postcodes_drop(db, (struct q_area_postcodes_drop){ area, d->postcodes }, NULL);

	if (e != ERR_OK || d->postcodes.n == 0)
		return e;
	return q_area_postcodes_add(db, (struct q_area_postcodes_add){ area, d->postcodes }, NULL);
}

enum err
area_add(struct db *db, const struct area_data *d)
{
	struct rows *rows;
	enum err e = q_area_add(db, (struct q_area_add){ .name = d->name, .kana = d->kana, .place = d->place,
	    .active = d->active }, &rows);

	return e == ERR_OK ? postcodes(db, rows_int(rows, 0, "id"), d) : e;
}

enum err
area_change(struct db *db, int64_t area, const char *version, const struct area_data *d)
{
	int changed;
	enum err e = q_area_change(db, (struct q_area_change){ .area = area, .version = version,
	    .name = d->name, .kana = d->kana, .place = d->place, .active = d->active }, &changed);

	if (e != ERR_OK)
		return e;
	return changed == 1 ? postcodes(db, area, d) : ERR_CONFLICT;
}
