/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Results of :list queries: an array of objects, a row each, with the columns'
 * names as keys.  Made here because the server takes as long to write a list as
 * JSON as to find its rows, and we as long again to read it.
 */
#include "db/query.h"

#include <stdlib.h>

#include "base/calendar.h"
#include "base/json.h"
#include "base/log.h"

/* The types that are more than text (pg_type.dat; these numbers never change). */
enum oid {
	OID_BOOL = 16, OID_BIGINT = 20, OID_SMALLINT = 21, OID_INT = 23, OID_JSON = 114, OID_IDS = 1016,
	OID_MOMENT = 1184, OID_JSONB = 3802
};

/* "{3,12}" */
static json_t *
ids_of(const char *text)
{
	json_t *ids = json_array();
	char *end;

	must(text[0] == '{');
	for (text++; *text != '}'; text = *end == ',' ? end + 1 : end) {
		json_array_append_new(ids, json_integer(strtoll(text, &end, 10)));
		must(end != text);
	}
	return ids;
}

static json_t *
value_of(struct db *db, const PGresult *r, int row, int column)
{
	const char *text = PQgetvalue(r, row, column);
	size_t n = (size_t)PQgetlength(r, row, column);
	json_t *doc;

	if (PQgetisnull(r, row, column))
		return json_null();
	switch (PQftype(r, column)) {
	case OID_BOOL:
		return json_boolean(text[0] == 't');
	case OID_SMALLINT:
	case OID_INT:
	case OID_BIGINT:
		return json_integer(strtoll(text, NULL, 10));
	case OID_MOMENT:
		return json_string_nocheck(calendar_moment(db->arena, text));
	case OID_IDS:
		return ids_of(text);
	case OID_JSON:
	case OID_JSONB:
		if (json_parse(db->arena, text, n, &doc) != ERR_OK)
			log_panic("db.not_json column=%s", PQfname(r, column));
		return json_incref(doc);
	default:
		/* The server's text is UTF-8, and it knows no NUL. */
		return json_stringn_nocheck(text, n);
	}
}

json_t *
list_new(struct db *db, const PGresult *r)
{
	json_t *list = json_keep(db->arena, json_array());

	for (int row = 0; row < PQntuples(r); row++) {
		json_t *object = json_object();

		for (int i = 0; i < PQnfields(r); i++)
			json_object_set_new_nocheck(object, PQfname(r, i), value_of(db, r, row, i));
		json_array_append_new(list, object);
	}
	return list;
}
