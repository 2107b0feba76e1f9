/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
#include <stdbool.h>
#include <stddef.h>
#include "base/err.h"
struct arena;
struct buf;
/*
 * Tables as text (RFC 4180), as offices really exchange them: UTF-8 with or without
 * the mark in front, or CP932 (Windows' Shift_JIS); line breaks within quotes.
 */
enum { CSV_ROWS = 100000, CSV_COLUMNS = 500 };

struct csv_row {
	const char **cell;
	size_t cells;
	size_t line;			/* as a spreadsheet numbers it, from 1, empty ones too */
};
struct csv { struct csv_row *row; size_t rows; };

/* UTF-8 without mark.  ERR_INVALID: neither UTF-8 nor CP932. */
enum err csv_decode(struct arena *, const char *, size_t n, const char **text) MUST_USE;
/* Decodes and cuts; empty lines are left out.  A cell that csv_add_cell made safe comes
 * back as it was.  ERR_INVALID: a quote that is never closed, text behind one.
 * ERR_TOO_LARGE: more rows or columns than the limits. */
enum err csv_read(struct arena *, const char *, size_t n, char separator, struct csv *out) MUST_USE;

/* The same row by row, with memory for one at a time: each lies in the arena that it is read
 * with, and the bytes stay where they are.  csv_reader_next: ERR_NOT_FOUND behind the last; on
 * another error row->line says where. */
struct csv_reader {
	const char *at, *end;
	size_t line;
	char separator;
	bool cp932;
};
enum err csv_reader_open(struct csv_reader *, const char *, size_t n, char separator) MUST_USE;
enum err csv_reader_next(struct csv_reader *, struct arena *, struct csv_row *) MUST_USE;

/* Adds one cell, with a comma before it unless it is the first of its line.  Quoted only
 * where it must be.  What a spreadsheet would take for a formula (= + - @, narrow or wide, or
 * white space but a blank in front, unless it is a number) gets an apostrophe. */
void csv_add_cell(struct buf *, bool first, const char *);
void csv_add_bytes(struct buf *, bool first, const char *, size_t n);
/* EF BB BF, for Excel. */
void csv_add_mark(struct buf *);
