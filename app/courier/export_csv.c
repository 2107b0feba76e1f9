/* SPDX-License-Identifier: Apache-2.0 */
/*
 * CSV: UTF-8 with its mark, formulas made harmless (base/csv.h), CRLF as RFC 4180 has it.
 */
#include <errno.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/arena.h"
#include "base/buf.h"
#include "base/csv.h"
#include "base/log.h"
#include "courier/clerk.h"

enum { HOLD = 1 << 18 };

struct export_file {
	const struct export_job *job;
	FILE *f;
	struct buf line;
};

const char *const export_common[EXPORT_COMMON] = { "number", "day", "language", "way", "seconds" };

static void
flush(struct export_file *file)
{
	fwrite(file->line.data, 1, file->line.len, file->f);
	buf_reset(&file->line);
}

static enum err
csv_open(struct arena *a, const struct export_job *job, struct export_file **out)
{
	struct export_file *file = arena_alloc(a, sizeof *file);
	size_t i;

	file->job = job;
	file->f = fopen(job->path, "we");
	if (file->f == NULL) {
		log_warn("export.unwritable path=%s error=%d", job->path, errno);
		return ERR_CHANNEL;
	}
	/* nginx is another user, who gives it to whom the program sends there. */
	(void)fchmod(fileno(file->f), 0644);
	buf_init(&file->line, a);
	buf_reserve(&file->line, 2 * HOLD);
	csv_add_mark(&file->line);
	for (i = 0; i < EXPORT_COMMON; i++)
		csv_add_cell(&file->line, i == 0, export_common[i]);
	for (i = 0; i < job->n_columns; i++)
		csv_add_cell(&file->line, false, job->labels ? job->columns[i].label : job->columns[i].name);
	buf_adds(&file->line, "\r\n");
	*out = file;
	return ERR_OK;
}

static void
csv_add(struct export_file *file, struct arena *a, const struct rows *rows, size_t row, const struct export_cell *cells)
{
	const struct export_job *job = file->job;
	size_t i;

	(void)a;
	for (i = 0; i < EXPORT_COMMON; i++)
		csv_add_cell(&file->line, i == 0, rows_text(rows, row, export_common[i]));
	for (i = 0; i < job->n_columns; i++)
		csv_add_bytes(&file->line, false, cells[i].text, cells[i].n);
	buf_adds(&file->line, "\r\n");
	if (file->line.len > HOLD)
		flush(file);
}

static enum err
csv_close(struct export_file *file, int64_t *bytes)
{
	struct stat st;
	bool good;

	flush(file);
	good = fflush(file->f) == 0 && !ferror(file->f) && fstat(fileno(file->f), &st) == 0;
	good &= fclose(file->f) == 0;
	if (!good)
		return ERR_CHANNEL;
	*bytes = st.st_size;
	return ERR_OK;
}

const struct export_kind export_csv = { csv_open, csv_add, csv_close };
