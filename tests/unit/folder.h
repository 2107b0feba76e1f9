/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/*
 * A folder of its own for a test that needs files: made, filled, removed.
 */
#include "base/arena.h"
#include "base/log.h"

#include <ftw.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static inline const char *
folder_make(struct arena *a)
{
	const char *tmp = getenv("TMPDIR");
	char *path = arena_printf(a, "%s/chromo-test.XXXXXX", tmp != NULL ? tmp : "/tmp");

	path = mkdtemp(path);
	must(path != NULL);
	return path;
}

/* Folders on the way are made. */
static inline void
folder_write(struct arena *a, const char *folder, const char *name, const char *text)
{
	char *path = arena_printf(a, "%s/%s", folder, name);
	FILE *f;

	for (char *p = path + strlen(folder) + 1; (p = strchr(p, '/')) != NULL; *p++ = '/') {
		*p = '\0';
		mkdir(path, 0777);
	}
	f = fopen(path, "w");
	must(f != NULL);
	must(fputs(text, f) >= 0);
	must(fclose(f) == 0);
}

static inline int
folder_remove_one(const char *path, const struct stat *s, int kind, struct FTW *ftw)
{
	(void)s;
	(void)kind;
	(void)ftw;
	return remove(path);
}

static inline void
folder_remove(const char *folder)
{
	nftw(folder, folder_remove_one, 16, FTW_DEPTH | FTW_PHYS);
}
