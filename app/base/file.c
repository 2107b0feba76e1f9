/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Files that are read whole.
 */
#include "base/file.h"

#include <stdio.h>

enum err
file_read(const char *path, struct buf *out)
{
	FILE *f = fopen(path, "re");
	enum err e;
	size_t n;

	if (f == NULL)
		return ERR_NOT_FOUND;
	do {
		buf_reserve(out, 8192);
		n = fread(out->data + out->len, 1, 8192, f);
		out->len += n;
		out->data[out->len] = '\0';
	} while (n > 0);
	e = ferror(f) ? ERR_INVALID : ERR_OK;
	fclose(f);
	return e;
}
