/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Results of :one, :many and :packed queries, read by the name of the column: in
 * PostgreSQL's text format, :packed in its binary one (integers in network order).
 * Values stay in the PGresult, which the arena releases.
 */
#include "db/query.h"
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include "base/arena.h"
#include "base/log.h"

struct rows {
	PGresult *result;
	struct arena *arena;
	int columns;
};

static void
release(void *result)
{
	PQclear(result);
}

struct rows *
rows_new(struct arena *a, PGresult *result)
{
	struct rows *rows;

	arena_defer(a, release, result);
	rows = arena_alloc(a, sizeof *rows);
	rows->result = result;
	rows->arena = a;
	rows->columns = PQnfields(result);
	return rows;
}

size_t
rows_count(const struct rows *rows)
{
	return (size_t)PQntuples(rows->result);
}

/* PQfnumber would fold case and ask for memory; there are a few columns only. */
static int
column_of(const struct rows *rows, size_t row, const char *column)
{
	must(row < rows_count(rows));
	for (int i = 0; i < rows->columns; i++)
		if (strcmp(PQfname(rows->result, i), column) == 0)
			return i;
	log_panic("db.no_such_column column=%s", column);
}

bool
rows_null(const struct rows *rows, size_t row, const char *column)
{
	return PQgetisnull(rows->result, (int)row, column_of(rows, row, column));
}

const char *
rows_text(const struct rows *rows, size_t row, const char *column)
{
	/* libpq gives "" for NULL. */
	return PQgetvalue(rows->result, (int)row, column_of(rows, row, column));
}

static bool
packed(const struct rows *rows)
{
	return rows->columns > 0 && PQfformat(rows->result, 0) == 1;
}

/* Of 1, 4 or 8 bytes; of none (NULL): 0. */
static int64_t
packed_int(const struct rows *rows, int row, int column)
{
	const uint8_t *bytes = (const uint8_t *)PQgetvalue(rows->result, row, column);
	int n = PQgetlength(rows->result, row, column);
	uint64_t value = 0;

	must(n == 0 || n == 1 || n == 4 || n == 8);
	for (int i = 0; i < n; i++)
		value = value << 8 | bytes[i];
	return n == 4 ? (int32_t)value : (int64_t)value;
}

int64_t
rows_int(const struct rows *rows, size_t row, const char *column)
{
	const char *text = rows_text(rows, row, column);
	long long n;
	char *end;

	if (packed(rows))
		return packed_int(rows, (int)row, column_of(rows, row, column));
	errno = 0;
	n = strtoll(text, &end, 10);
	must(errno == 0 && *end == '\0');
	return n;
}

bool
rows_bool(const struct rows *rows, size_t row, const char *column)
{
	const char *text = rows_text(rows, row, column);

	if (packed(rows))
		return packed_int(rows, (int)row, column_of(rows, row, column)) != 0;
	must(text[0] == 't' || text[0] == 'f' || text[0] == '\0');
	return text[0] == 't';
}

static unsigned
nibble(char c)
{
	return c <= '9' ? (unsigned)(c - '0') : (unsigned)(c - 'a') + 10;
}

const uint8_t *
rows_bytes(const struct rows *rows, size_t row, const char *column, size_t *n)
{
	int i = column_of(rows, row, column);
	const char *hex = PQgetvalue(rows->result, (int)row, i);
	size_t len = (size_t)PQgetlength(rows->result, (int)row, i);
	uint8_t *out;

	*n = 0;
	if (PQgetisnull(rows->result, (int)row, i))
		return NULL;
	if (packed(rows)) {
		*n = len;
		return (const uint8_t *)hex;
	}

	/* "\x0a…": bytea_output is hex, which the connection asks for. */
	must(len > 1 && hex[0] == '\\' && hex[1] == 'x');
	*n = len / 2 - 1;
	out = arena_alloc(rows->arena, *n);
	for (size_t k = 0; k < *n; k++)
		out[k] = (uint8_t)(nibble(hex[2 + 2 * k]) << 4 | nibble(hex[3 + 2 * k]));
	return out;
}
