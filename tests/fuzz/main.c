/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Runs a fuzz target as a plain test: once for every file given, or without
 * arguments for every file of its corpus.  Built with libFuzzer this file is
 * left out, as libFuzzer brings a main of its own.
 *
 *	tests/fuzz/conf_fuzz				# tests/fuzz/corpus/conf/
 *	tests/fuzz/conf_fuzz crash-1234			# one input again
 */
#include <dirent.h>
#include <limits.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "tests/unit/tap.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n);

/* The bytes lie in memory of exactly their size: AddressSanitizer then sees a
 * read of one too many. */
static void
run_file(const char *path)
{
	FILE *f = fopen(path, "rb");
	uint8_t *data = NULL;
	struct stat st;
	size_t n = 0;

	if (f == NULL || fstat(fileno(f), &st) < 0) {
		ok(false, "%s cannot be read", path);
		if (f != NULL)
			fclose(f);
		return;
	}
	if (st.st_size > 0 && (data = malloc((size_t)st.st_size)) != NULL)
		n = fread(data, 1, (size_t)st.st_size, f);
	fclose(f);
	LLVMFuzzerTestOneInput(data, n);
	free(data);
	ok(n == (size_t)st.st_size, "%s", strrchr(path, '/') != NULL ? strrchr(path, '/') + 1 : path);
}

static int
is_visible(const struct dirent *d)
{
	return d->d_name[0] != '.';
}

static void
run_folder(const char *folder)
{
	struct dirent **found;
	int n = scandir(folder, &found, is_visible, alphasort);
	char path[PATH_MAX];

	if (n < 0) {
		ok(false, "%s cannot be read", folder);
		return;
	}
	for (int i = 0; i < n; i++) {
		snprintf(path, sizeof(path), "%s/%s", folder, found[i]->d_name);
		run_file(path);
		free(found[i]);
	}
	free(found);
}

static void
run(const char *path)
{
	struct stat st;

	if (stat(path, &st) == 0 && S_ISDIR(st.st_mode))
		run_folder(path);
	else
		run_file(path);
}

/* conf_fuzz has its corpus in tests/fuzz/corpus/conf. */
static void
run_corpus(const char *program)
{
	const char *source = getenv("CHROMO_SOURCE"), *slash = strrchr(program, '/');
	const char *name = slash != NULL ? slash + 1 : program, *end = strstr(name, "_fuzz");
	char path[PATH_MAX];

	snprintf(path, sizeof(path), "%s/tests/fuzz/corpus/%.*s", source != NULL ? source : ".",
	    end != NULL ? (int)(end - name) : 0, name);
	run(path);
}

int
main(int argc, char **argv)
{
	if (argc < 2)
		run_corpus(argv[0]);
	for (int i = 1; i < argc; i++)
		run(argv[i]);
	return done();
}
