/* SPDX-License-Identifier: Apache-2.0 */
/* Tables as text: cutting, decoding, and that reading undoes writing. */
#include "base/csv.h"
#include "base/arena.h"
#include "base/buf.h"
#include "tests/unit/tap.h"

static struct arena *arena;

/* "a|b/c|d": cells by |, rows by /. */
static const char *
shown(const struct csv *csv)
{
	struct buf out;
	size_t i, k;

	buf_init(&out, arena);
	for (i = 0; i < csv->rows; i++) {
		buf_adds(&out, i > 0 ? "/" : "");
		for (k = 0; k < csv->row[i].cells; k++) {
			buf_adds(&out, k > 0 ? "|" : "");
			buf_adds(&out, csv->row[i].cell[k]);
		}
	}
	return out.data;
}

static void
reading(void)
{
	static const struct { const char *text, *wanted; } good[] = {
		{ "a,b\nc,d\n", "a|b/c|d" },
		{ "a,b\r\nc,d", "a|b/c|d" },
		{ "\xef\xbb\xbf名称,場所\n", "名称|場所" },
		{ "\x96\xbc\x8f\xcc,\x87\x40\n", "名称|①" },
		{ "\x83\x5c,x\n", "ソ|x" },
		{ "\"a\nb\",\"c\"\"d\"\n", "a\nb|c\"d" },
		{ "a,,\n", "a||" },
		{ "\n\na\n\n", "a" },
		{ "'=1+1,'-5,-5,'abc,''=x\n", "=1+1|'-5|-5|'abc|'=x" },
	};
	static const struct { const char *text; enum err e; } bad[] = {
		{ "\"a", ERR_INVALID }, { "\"a\"b\n", ERR_INVALID }, { "\x81", ERR_INVALID },
	};
	struct csv csv;
	size_t i;

	for (i = 0; i < sizeof good / sizeof good[0]; i++) {
		ok(csv_read(arena, good[i].text, strlen(good[i].text), ',', &csv) == ERR_OK, "good %zu", i);
		is_str(shown(&csv), good[i].wanted, "its cells");
	}
	for (i = 0; i < sizeof bad / sizeof bad[0]; i++)
		ok(csv_read(arena, bad[i].text, strlen(bad[i].text), ',', &csv) == bad[i].e, "bad %zu", i);
	ok(csv_read(arena, "a\tb", 3, '\t', &csv) == ERR_OK && csv.row[0].cells == 2, "tabs");
	ok(csv_read(arena, "", 0, ',', &csv) == ERR_OK && csv.rows == 0, "nothing");
}

/* One row at a time: where it stands in a spreadsheet, and where the table breaks off. */
static void
row_by_row(void)
{
	static const char table[] = "a,b\r\n\r\n\"c\nd\",e\n\x83\x5c,f\n\"g\n";
	struct csv_reader r;
	struct csv_row row;

	ok(csv_reader_open(&r, table, sizeof table - 1, ',') == ERR_OK, "opened");
	ok(csv_reader_next(&r, arena, &row) == ERR_OK && row.line == 1 && row.cells == 2, "the first line");
	ok(csv_reader_next(&r, arena, &row) == ERR_OK && row.line == 3, "an empty line counts");
	is_str(row.cell[0], "c\nd", "a line break within quotes is of its cell");
	ok(csv_reader_next(&r, arena, &row) == ERR_OK && row.line == 4, "and of its line");
	is_str(row.cell[0], "ソ", "decoded cell by cell");
	ok(csv_reader_next(&r, arena, &row) == ERR_INVALID && row.line == 5, "a quote that is never closed, with its line");
	ok(csv_reader_open(&r, "a\0b", 3, ',') == ERR_INVALID, "a NUL is no text");
	ok(csv_reader_open(&r, "a", 1, ',') == ERR_OK && csv_reader_next(&r, arena, &row) == ERR_OK &&
	    csv_reader_next(&r, arena, &row) == ERR_NOT_FOUND, "the end");
}

static void
writing(void)
{
	static const char *const cells[] = { "a", "", "a,b", "say \"x\"", "two\nlines", "=cmd()", "+81", "-", "-5.5",
	    "@x", "'=x", "''-x", "'quoted", "名称", "\t=1+1", "\r=1+1", "\n=1+1", "＝1+1", "＋81", "－", "＠x", "=5", " =x" };
	struct csv csv;
	struct buf out;
	size_t i, n = sizeof cells / sizeof cells[0];
	bool same = true;

	buf_init(&out, arena);
	csv_add_mark(&out);
	for (i = 0; i < n; i++)
		csv_add_cell(&out, i == 0, cells[i]);
	ok(strstr(out.data, ",'=cmd(),+81,'-,-5.5,'@x,") != NULL, "formulas get an apostrophe, numbers none");
	ok(strstr(out.data, ",'\t=1+1,\"'\r=1+1\",\"'\n=1+1\",'＝1+1,'＋81,'－,'＠x,'=5, =x") != NULL, "so does what Excel reads as one");
	ok(csv_read(arena, out.data, out.len, ',', &csv) == ERR_OK && csv.rows == 1 && csv.row[0].cells == n, "read again");
	for (i = 0; i < n && i < csv.row[0].cells; i++)
		same = same && strcmp(csv.row[0].cell[i], cells[i]) == 0;
	ok(same, "all cells are as they were: %s", shown(&csv));
}

int
main(void)
{
	arena = arena_new();
	reading();
	row_by_row();
	writing();
	arena_free(arena);
	return done();
}
