/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A workbook: the answers, and a code book that says what each column and code means.
 * libxlsxwriter in its way of constant memory: rows are written as they come.  A text is
 * a string to it, never a formula.
 */
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <xlsxwriter.h>

#include "base/arena.h"
#include "base/log.h"
#include "base/text.h"
#include "courier/clerk.h"
#include "domain/questionnaire.h"

enum { ROWS = 1048575, CELL = 32767, ADDRESSES = 65530 };	/* CELL: in characters; what a sheet holds of each */

struct export_file {
	const struct export_job *job;
	struct arena *arena;
	lxw_workbook *book;
	lxw_worksheet *sheet;
	lxw_row_t row;
	int sheets, addresses;
};

static void
add_sheet(struct export_file *file)
{
	const struct export_job *job = file->job;
	size_t i;

	file->sheets++;
	file->sheet = workbook_add_worksheet(file->book, file->sheets == 1 ? "answers" :
	    arena_printf(file->arena, "answers%d", file->sheets));
	for (i = 0; i < EXPORT_COMMON; i++)
		worksheet_write_string(file->sheet, 0, (lxw_col_t)i, export_common[i], NULL);
	for (i = 0; i < job->n_columns; i++)
		worksheet_write_string(file->sheet, 0, (lxw_col_t)(EXPORT_COMMON + i),
		    job->labels ? job->columns[i].label : job->columns[i].name, NULL);
	file->row = 1;
	file->addresses = 0;
}

/* Variable, what was asked, code, what it means: one line each. */
static void
add_book(struct export_file *file)
{
	static const char *const head[] = { "variable", "label", "code", "meaning" };
	const struct export_job *job = file->job;
	lxw_worksheet *sheet = workbook_add_worksheet(file->book, "codebook");
	lxw_row_t row = 0;
	lxw_col_t h;
	size_t i, k;

	for (h = 0; h < 4; h++)
		worksheet_write_string(sheet, row, h, head[h], NULL);
	for (i = 0; i < job->n_columns; i++) {
		const struct export_column *c = &job->columns[i];
		const json_t *choices = json_object_get(c->question, "choices"), *choice;

		row++;
		worksheet_write_string(sheet, row, 0, c->name, NULL);
		worksheet_write_string(sheet, row, 1, c->label, NULL);
		if (c->part != EXPORT_CHOICE && c->part != EXPORT_ROW)
			continue;
		json_array_foreach(choices, k, choice) {
			row++;
			worksheet_write_string(sheet, row, 0, c->name, NULL);
			worksheet_write_string(sheet, row, 2, json_text(choice, "code"), NULL);
			worksheet_write_string(sheet, row, 3, questionnaire_text(choice, NULL, "ja"), NULL);
		}
	}
}

static enum err
xlsx_open(struct arena *a, const struct export_job *job, struct export_file **out)
{
	struct export_file *file = arena_alloc(a, sizeof *file);
	lxw_workbook_options options = { .constant_memory = LXW_TRUE };
	/* Rows that wait for the end stand beside the file, which is on a disk. */
	char *slash = arena_strdup(a, job->path), *end = strrchr(slash, '/');

	if (end != NULL)
		*end = '\0';
	options.tmpdir = slash;
	*file = (struct export_file){ .job = job, .arena = a };
	file->book = workbook_new_opt(job->path, &options);
	if (file->book == NULL)
		return ERR_CHANNEL;
	add_sheet(file);
	*out = file;
	return ERR_OK;
}

static void
write_cell(struct export_file *file, struct arena *a, size_t column, const char *text, bool number, bool address)
{
	char *end;
	double value;

	if (text[0] == '\0')
		return;
	value = number ? strtod(text, &end) : 0;
	if (number && *end == '\0')
		worksheet_write_number(file->sheet, file->row, (lxw_col_t)column, value, NULL);
	else if (address && file->addresses++ < ADDRESSES)
		worksheet_write_url(file->sheet, file->row, (lxw_col_t)column, text, NULL);
	else
		worksheet_write_string(file->sheet, file->row, (lxw_col_t)column,
		    strlen(text) <= CELL ? text : text_cut(a, text, CELL), NULL);
}

/* Of one file: a cell is one link. */
static bool
is_address(const struct export_job *job, size_t column, struct export_cell cell)
{
	return job->labels && job->columns[column].part == EXPORT_FILES && memchr(cell.text, ' ', cell.n) == NULL;
}

static void
xlsx_add(struct export_file *file, struct arena *a, const struct rows *rows, size_t row, const struct export_cell *cells)
{
	const struct export_job *job = file->job;
	size_t i;

	if (file->row > ROWS)
		add_sheet(file);
	for (i = 0; i < EXPORT_COMMON; i++)
		write_cell(file, a, i, rows_text(rows, row, export_common[i]), strcmp(export_common[i], "seconds") == 0, false);
	for (i = 0; i < job->n_columns; i++)
		write_cell(file, a, EXPORT_COMMON + i, arena_strndup(a, cells[i].text, cells[i].n),
		    export_is_number(&job->columns[i], job->labels), is_address(job, i, cells[i]));
	file->row++;
}

static enum err
xlsx_close(struct export_file *file, int64_t *bytes)
{
	struct stat st;
	lxw_error e;

	add_book(file);
	e = workbook_close(file->book);
	if (e != LXW_NO_ERROR || stat(file->job->path, &st) != 0) {
		log_warn("export.xlsx error=\"%s\"", lxw_strerror(e));
		return ERR_CHANNEL;
	}
	(void)chmod(file->job->path, 0644);
	*bytes = st.st_size;
	return ERR_OK;
}

const struct export_kind export_xlsx = { xlsx_open, xlsx_add, xlsx_close };
