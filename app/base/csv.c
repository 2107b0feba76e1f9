/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Tables as text: what a file says, cut into cells, and cells written down.
 */
#include "base/csv.h"
#include <iconv.h>
#include <stdint.h>
#include <string.h>
#include "base/arena.h"
#include "base/buf.h"
#include "base/text.h"

#define MARK "\xef\xbb\xbf"

static enum err
from_cp932(struct arena *arena, const char *bytes, size_t n, const char **text)
{
	iconv_t cd = iconv_open("UTF-8", "CP932");
	size_t room = n * 3 + 1, left = room - 1, in = n, done;
	char *out = arena_alloc(arena, room), *to = out, *from = (char *)(uintptr_t)bytes;

	if (cd == (iconv_t)-1)
		return ERR_INVALID;
	done = iconv(cd, &from, &in, &to, &left);
	iconv_close(cd);
	if (done == (size_t)-1)
		return ERR_INVALID;
	*to = '\0';
	*text = out;
	return ERR_OK;
}

enum err
csv_decode(struct arena *arena, const char *bytes, size_t n, const char **text)
{
	if (n >= 3 && memcmp(bytes, MARK, 3) == 0) {
		bytes += 3;
		n -= 3;
	}
	if (text_is_utf8(bytes, n)) {
		*text = arena_strndup(arena, bytes, n);
		return ERR_OK;
	}
	if (memchr(bytes, '\0', n) != NULL)
		return ERR_INVALID;
	return from_cp932(arena, bytes, n, text);
}

/* A number: sign, digits, one point.  It is no formula. */
static bool
is_number(const char *s, size_t n)
{
	size_t i, digits = 0, points = 0;

	if (n == 0 || (*s != '+' && *s != '-'))
		return false;
	for (i = 1; i < n; i++) {
		digits += s[i] >= '0' && s[i] <= '9';
		points += s[i] == '.';
	}
	return digits > 0 && points <= 1 && digits + points == n - 1;
}

/* What programs take for the beginning of a formula (OWASP, CSV Injection): the signs, their
 * full-width twins, which Excel of East Asia reads alike, and white space that it drops. */
static bool
is_formula(const char *s, size_t n)
{
	static const char wide[4][4] = { "\uff1d", "\uff0b", "\uff0d", "\uff20" };
	size_t i;

	if (n == 0)
		return false;
	if ((unsigned char)*s >= 0x80) {
		for (i = 0; i < sizeof wide / sizeof *wide; i++)
			if (n >= 3 && memcmp(s, wide[i], 3) == 0)
				return true;
		return false;
	}
	return *s != '\0' && strchr("=+-@\t\r\n", *s) != NULL && !is_number(s, n);
}

/* What is written with an apostrophe in front: formulas, and what already had one before a
 * formula, so that reading is the exact opposite. */
static bool
wants_apostrophe(const char *s, size_t n)
{
	while (n > 0 && *s == '\'') {
		s++;
		n--;
	}
	return is_formula(s, n);
}

/* Cells are cut before they are decoded: of a character of CP932 no byte looks like a
 * separator, a quote or a line break. */
static enum err
cell_decode(const struct csv_reader *r, struct arena *arena, const struct buf *cell, const char **out)
{
	const char *text = cell->data;
	size_t n;
	enum err e = r->cp932 && cell->len > 0 ? from_cp932(arena, cell->data, cell->len, &text) : ERR_OK;

	if (e != ERR_OK)
		return e;
	n = strlen(text);
	*out = text[0] == '\'' && wants_apostrophe(text + 1, n - 1) ? text + 1 : text;
	return ERR_OK;
}

static bool
ends_cell(const struct csv_reader *r, const char *p)
{
	return p == r->end || *p == r->separator || *p == '\n' || *p == '\r';
}

/* One cell from r->at on, which moves behind it, onto separator, line break or end. */
static enum err
cell_read(struct csv_reader *r, struct arena *arena, const char **out)
{
	const char *p = r->at, *end = r->end;
	struct buf cell;

	buf_init(&cell, arena);
	if (p < end && *p == '"') {
		for (p++; p < end && (*p != '"' || (p + 1 < end && p[1] == '"')); p++) {
			if (*p == '"')
				p++;
			buf_addch(&cell, *p);
		}
		if (p == end || !ends_cell(r, ++p))
			return ERR_INVALID;
	} else {
		while (!ends_cell(r, p))
			p++;
		buf_add(&cell, r->at, (size_t)(p - r->at));
	}
	r->at = p;
	return cell_decode(r, arena, &cell, out);
}

/* Past the end of a line: CR, LF or both. */
static void
line_end(struct csv_reader *r)
{
	if (r->at < r->end && *r->at == '\r')
		r->at++;
	if (r->at < r->end && *r->at == '\n')
		r->at++;
	r->line++;
}

enum err
csv_reader_open(struct csv_reader *r, const char *bytes, size_t n, char separator)
{
	bool marked = n >= 3 && memcmp(bytes, MARK, 3) == 0;

	*r = (struct csv_reader){ .at = bytes + (marked ? 3 : 0), .end = bytes + n, .line = 1, .separator = separator };
	r->cp932 = !text_is_utf8(r->at, (size_t)(r->end - r->at));
	return memchr(r->at, '\0', (size_t)(r->end - r->at)) != NULL ? ERR_INVALID : ERR_OK;
}

enum err
csv_reader_next(struct csv_reader *r, struct arena *arena, struct csv_row *row)
{
	const char *cell[CSV_COLUMNS];
	size_t n = 0;
	enum err e;

	while (r->at < r->end && (*r->at == '\n' || *r->at == '\r'))
		line_end(r);
	*row = (struct csv_row){ .line = r->line };
	if (r->at == r->end)
		return ERR_NOT_FOUND;
	for (;; r->at++) {
		if (n == CSV_COLUMNS)
			return ERR_TOO_LARGE;
		e = cell_read(r, arena, &cell[n++]);
		if (e != ERR_OK)
			return e;
		if (r->at == r->end || *r->at != r->separator)
			break;
	}
	line_end(r);
	row->cells = n;
	row->cell = arena_alloc(arena, n * sizeof *row->cell);
	memcpy(row->cell, cell, n * sizeof *row->cell);
	return ERR_OK;
}

enum err
csv_read(struct arena *arena, const char *bytes, size_t n, char separator, struct csv *out)
{
	struct csv csv = { 0 };
	struct csv_reader r;
	struct csv_row row;
	size_t room = 0;
	enum err e = csv_reader_open(&r, bytes, n, separator);

	while (e == ERR_OK && (e = csv_reader_next(&r, arena, &row)) == ERR_OK) {
		if (csv.rows == CSV_ROWS)
			return ERR_TOO_LARGE;
		if (csv.rows == room) {
			csv.row = arena_grow(arena, csv.row, room * sizeof *csv.row,
			    (room * 2 + 64) * sizeof *csv.row);
			room = room * 2 + 64;
		}
		csv.row[csv.rows++] = row;
	}
	if (e != ERR_NOT_FOUND)
		return e;
	*out = csv;
	return ERR_OK;
}

/* Must it be in quotes, and how many of them are in it? */
static bool
wants_quotes(const char *s, size_t n, size_t *quotes)
{
	bool wants = false;
	size_t i;

	*quotes = 0;
	for (i = 0; i < n; i++) {
		unsigned char c = (unsigned char)s[i];

		/* One comparison for nearly all there is. */
		if (c > ',')
			continue;
		*quotes += c == '"';
		wants |= c == ',' || c == '"' || c == '\r' || c == '\n';
	}
	return wants;
}

void
csv_add_bytes(struct buf *out, bool first, const char *s, size_t n)
{
	size_t quotes, i;
	bool quoted = wants_quotes(s, n, &quotes);
	char *to;

	buf_reserve(out, n + quotes + 4);
	to = out->data + out->len;
	if (!first)
		*to++ = ',';
	if (quoted)
		*to++ = '"';
	if (wants_apostrophe(s, n))
		*to++ = '\'';
	if (quotes == 0) {
		memcpy(to, s, n);
		to += n;
	} else
		for (i = 0; i < n; i++) {
			if (s[i] == '"')
				*to++ = '"';
			*to++ = s[i];
		}
	if (quoted)
		*to++ = '"';
	*to = '\0';
	out->len = (size_t)(to - out->data);
}

void
csv_add_cell(struct buf *out, bool first, const char *text)
{
	csv_add_bytes(out, first, text, strlen(text));
}

void
csv_add_mark(struct buf *out)
{
	buf_adds(out, MARK);
}
