/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
#include "db/db.h"
#include "domain/export.h"
#include "domain/paper.h"
/*
 * Files of all answers, written piece by piece.  Memory is that of one piece, however
 * many answers there are.
 */
struct export_file;

struct export_job {
	const char *path;
	const json_t *document;
	bool labels;
	const struct export_column *columns;
	size_t n_columns;
};

/* One kind of file.  add: one response, as query export_rows gives it, in the arena of
 * its piece, with its cells.  close: ERR_CHANNEL where the disk is full; *bytes its size. */
struct export_kind {
	enum err (*open)(struct arena *, const struct export_job *, struct export_file **);
	void (*add)(struct export_file *, struct arena *, const struct rows *, size_t row,
	    const struct export_cell *);
	enum err (*close)(struct export_file *, int64_t *bytes);
};
extern const struct export_kind export_csv, export_xlsx;

/* Names of the columns that every table has, as codes and in words. */
enum { EXPORT_COMMON = 5 };
extern const char *const export_common[EXPORT_COMMON];

/* Begins a transaction of this town, with results in this arena. */
enum err clerk_enter(struct db *, int64_t tenant, struct arena *) MUST_USE;
/* Commits, or undoes what went wrong. */
enum err clerk_leave(struct db *, enum err) MUST_USE;

/* The next file of answers of this town (import.c); side is a second connection, by which others see
 * how far it is.  True: there was one. */
bool import_next(struct db *, struct db *side, struct arena *, int64_t tenant);
