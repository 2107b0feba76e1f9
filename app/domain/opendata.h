/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
#include <jansson.h>
#include <stddef.h>
#include "base/err.h"
struct arena;
struct buf;
/*
 * Lists of events as open data (オープンデータ, イベント一覧).
 *
 * Three sets of columns are in use.  Whichever a file has, an event is the same flat
 * object of texts here: {"code", "number", "name", "first_day", "begins", "place", …}, the
 * keys of opendata_columns.c; what a cell does not say has no key.  A column that no set
 * knows stays under its own name with "+" in front, so nothing is lost.  Days become
 * 2026-11-25 and times 09:30 where they can be read; other words stay as they are.
 */
enum opendata {
	OPENDATA_RECOMMENDED,	/* 推奨データセット, to 2021 */
	OPENDATA_REGISTRY,	/* ベース・レジストリ, 2022 */
	OPENDATA_STANDARD,	/* 自治体標準オープンデータセット, the present one */
	OPENDATA_SETS
};

struct opendata_file {
	enum opendata set;	/* the one that most of its columns belong to */
	json_t *events;		/* each with "key": code/number, or, where numbers are missing
				 * or used twice, code/hash of name, start and place */
};

/* CSV in UTF-8 or CP932.  ERR_INVALID: no table, or no column with a name of the event.
 * ERR_TOO_LARGE: beyond the limits of csv.h. */
enum err opendata_read(struct arena *, const char *, size_t n, struct opendata_file *) MUST_USE;
/* A JSON list of objects with the same names.  ERR_INVALID: it is none. */
enum err opendata_read_json(struct arena *, const json_t *, struct opendata_file *) MUST_USE;

/* CSV with mark, safe to open in a spreadsheet.  end: "\r\n", or "\n". */
void opendata_write(struct arena *, const json_t *events, enum opendata, const char *end, struct buf *out);
/* The list of objects again, without empty values. */
json_t *opendata_write_json(struct arena *, const json_t *events, enum opendata, const char *context);

/* --- the table of columns, opendata_columns.c --- */
struct opendata_column { const char *key, *name; };
/* In the order of the set; ended by a NULL name. */
const struct opendata_column *opendata_columns(enum opendata);
/* The key of a column by its name, of this set before the others; NULL: unknown. */
const char *opendata_key(struct arena *, enum opendata, const char *name);
