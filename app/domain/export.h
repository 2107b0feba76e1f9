/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
#include "base/json.h"
#include "db/db.h"
struct buf;
/*
 * All answers as a table: one line a response, one column a variable.
 *
 * A question is one variable; what can be chosen several times is one of 0 and 1 for each
 * choice, as statistical programs want it; a matrix is one for each row, an order one for
 * each choice (its place).  Free texts have their tags beside them.  Names of variables are codes (q3, q3_1, q8_r2), which SPSS,
 * Stata and R take as they stand.
 */
enum export_part { EXPORT_TEXT, EXPORT_CHOICE, EXPORT_BOX, EXPORT_PLACE, EXPORT_ROW, EXPORT_ROW_BOX, EXPORT_KEY, EXPORT_FILES };

struct export_column {
	const char *name;		/* q8_r2 */
	const char *label;		/* what was asked, in Japanese */
	const json_t *question;
	const char *code;		/* of the answer: q8, q1.other */
	const char *row, *choice;
	enum export_part part;
};
/* More than so many a spreadsheet does not hold. */
enum { EXPORT_SHEET_COLUMNS = 16384 - 5 };

/* Gives the questions for addresses their districts as choices, so that these have words in tables. */
enum err export_districts(struct db *, json_t *document) MUST_USE;
/* The columns behind those that every table has (number, day, language, way, seconds). */
size_t export_columns(struct arena *, const json_t *document, struct export_column **out);
/* The cells of one response after the other, with labels in words.  files: what stands before the id of a
 * file that was sent in, "" for ids alone; kept, not copied. */
struct export_reader;
struct export_cell { const char *text; size_t n; };
struct export_reader *export_reader_new(struct arena *, const struct export_column *, size_t n, bool labels, const char *files);
/* A cell for each column, empty where nothing was said; until the next is read.  Its text is
 * that of answers, which is JSON as the server writes it, of the document or the arena, and
 * ends where n says, not with a NUL. */
const struct export_cell *export_read(struct export_reader *, struct arena *, const char *answers);
/* Numbers are numbers in a spreadsheet. */
bool export_is_number(const struct export_column *, bool labels);

/* What SPSS reads beside the CSV: variable and value labels, levels. */
void export_syntax(struct arena *, const json_t *document, const char *file, struct buf *out);

/* --- files that are made in the background (courier/clerk.c) --- */

enum err export_ask(struct db *, int64_t survey, const char *kind, bool labels, int64_t staff, const char **id) MUST_USE;
enum err export_show(struct db *, int64_t survey, const char *id, const char *lang, json_t **out) MUST_USE;
enum err export_list(struct db *, int64_t survey, const char *lang, json_t **out) MUST_USE;
