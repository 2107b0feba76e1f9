/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Tables as CSV and as a workbook; see table.h.  libxlsxwriter wants the name of a file: it
 * gets one in memory.
 */
#include "web/desk/table.h"

#include <string.h>
#include <sys/mman.h>
#include <unistd.h>
#include <xlsxwriter.h>

#include "base/csv.h"
#include "base/log.h"
#include "base/text.h"

enum { WIDTH_LEAST = 6, WIDTH_MOST = 40, COLUMNS = 100 };	/* signs of a column; wider texts are cut by the program that shows them */

struct table {
	const struct table_kind *kind;
	struct arena *arena;
	struct buf text;
	bool first;
	int fd;
	lxw_workbook *book;
	lxw_worksheet *sheet;
	lxw_format *head;
	lxw_row_t row;
	lxw_col_t column;
	size_t widths[COLUMNS];
};

/* --- CSV --- */

static struct table *
csv_open(struct arena *a)
{
	struct table *t = arena_alloc(a, sizeof *t);

	*t = (struct table){ .kind = &table_csv, .arena = a, .first = true, .fd = -1 };
	buf_init(&t->text, a);
	csv_add_mark(&t->text);
	return t;
}

static void
csv_cell(struct table *t, const char *text, const int64_t *number)
{
	csv_add_cell(&t->text, t->first, number != NULL ? arena_printf(t->arena, "%" PRId64, *number) : text);
	t->first = false;
}

static void
csv_end(struct table *t)
{
	buf_adds(&t->text, "\r\n");
	t->first = true;
}

static enum err
csv_close(struct table *t, struct buf *out)
{
	*out = t->text;
	return ERR_OK;
}

const struct table_kind table_csv = { csv_open, csv_cell, csv_end, csv_close, "text/csv; charset=utf-8", "csv" };

/* --- a workbook --- */

static void
release(void *p)
{
	struct table *t = p;

	if (t->book != NULL)
		workbook_close(t->book);
	if (t->fd >= 0)
		close(t->fd);
}

static struct table *
xlsx_open(struct arena *a)
{
	struct table *t = arena_alloc(a, sizeof *t);
	lxw_workbook_options options = { .tmpdir = TABLE_PARTS };

	*t = (struct table){ .kind = &table_xlsx, .arena = a, .fd = memfd_create("table", MFD_CLOEXEC) };
	if (t->fd >= 0)
		t->book = workbook_new_opt(arena_printf(a, "/proc/self/fd/%d", t->fd), &options);
	if (t->book != NULL) {
		t->sheet = workbook_add_worksheet(t->book, NULL);
		t->head = workbook_add_format(t->book);
		format_set_bold(t->head);
		format_set_bg_color(t->head, 0xE6E6E6);
	}
	arena_defer(a, release, t);
	return t;
}

/* A text is a string to it, never a formula.  A Japanese sign has three bytes and takes the
 * room of two. */
static void
xlsx_cell(struct table *t, const char *text, const int64_t *number)
{
	size_t width = (strlen(text) + text_length(text)) / 2 + 2;

	if (t->sheet == NULL)
		return;
	if (t->column < COLUMNS && width > t->widths[t->column])
		t->widths[t->column] = width;
	if (number != NULL)
		worksheet_write_number(t->sheet, t->row, t->column++, (double)*number, NULL);
	else
		worksheet_write_string(t->sheet, t->row, t->column++, text, t->row == 0 ? t->head : NULL);
}

static void
xlsx_end(struct table *t)
{
	t->row++;
	t->column = 0;
}

/* The heads stay in sight, on the screen and on each page; what is printed is as wide as the paper. */
static void
xlsx_look(struct table *t)
{
	lxw_col_t i, last = 0;

	for (i = 0; i < COLUMNS && t->widths[i] > 0; last = i++)
		worksheet_set_column(t->sheet, i, i, (double)(t->widths[i] < WIDTH_LEAST ? WIDTH_LEAST :
		    t->widths[i] > WIDTH_MOST ? WIDTH_MOST : t->widths[i]), NULL);
	worksheet_freeze_panes(t->sheet, 1, 0);
	worksheet_autofilter(t->sheet, 0, 0, t->row > 1 ? t->row - 1 : 1, last);
	worksheet_repeat_rows(t->sheet, 0, 0);
	worksheet_set_landscape(t->sheet);
	worksheet_set_paper(t->sheet, 9);
	worksheet_fit_to_pages(t->sheet, 1, 0);
}

static enum err
xlsx_close(struct table *t, struct buf *out)
{
	char part[65536];
	off_t at = 0;
	ssize_t n;
	lxw_error error;

	if (t->sheet == NULL)
		return ERR_BUSY;
	xlsx_look(t);
	error = workbook_close(t->book);
	t->book = NULL;
	if (error != LXW_NO_ERROR) {
		log_error("table.xlsx failed=\"%s\"", lxw_strerror(error));
		return ERR_BUSY;
	}
	buf_init(out, t->arena);
	while ((n = pread(t->fd, part, sizeof part, at)) > 0) {
		buf_add(out, part, (size_t)n);
		at += n;
	}
	return n == 0 ? ERR_OK : ERR_BUSY;
}

const struct table_kind table_xlsx = { xlsx_open, xlsx_cell, xlsx_end, xlsx_close,
	"application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", "xlsx" };

/* --- both --- */

void
table_text(struct table *t, const char *text)
{
	t->kind->cell(t, text, NULL);
}

void
table_number(struct table *t, int64_t number)
{
	t->kind->cell(t, "", &number);
}

void
table_end(struct table *t)
{
	t->kind->end(t);
}

enum err
table_send(struct web *w, struct table *t, const char *name)
{
	struct buf out;
	enum err e = t->kind->close(t, &out);

	if (e != ERR_OK)
		return e;
	response_header(w->response, "Content-Disposition", arena_printf(w->arena, "attachment; filename=\"%s.%s\"", name,
	    t->kind->ending));
	return web_bytes(w, HTTP_OK, t->kind->type, out.data, out.len);
}
