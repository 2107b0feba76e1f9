/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
#include "web/web.h"
/*
 * A table to be taken along, cell by cell: CSV or a workbook.  It is made in memory, so it is
 * for lists of people at an event, not for all answers of a town (courier/clerk.h).
 */
struct table;
/* Where libxlsxwriter puts together a workbook: memory too, as names and addresses are in it. */
#define TABLE_PARTS "/dev/shm"
struct table_kind {
	struct table *(*open)(struct arena *);
	void (*cell)(struct table *, const char *text, const int64_t *number);
	void (*end)(struct table *);
	enum err (*close)(struct table *, struct buf *out);
	const char *type, *ending;
};
extern const struct table_kind table_csv, table_xlsx;

void table_text(struct table *, const char *);
void table_number(struct table *, int64_t);
/* The line is full. */
void table_end(struct table *);
/* As a file of this name. */
enum err table_send(struct web *, struct table *, const char *name) MUST_USE;
