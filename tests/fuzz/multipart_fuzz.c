/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Any bytes as a form in parts.  The first line is the Content-Type, the rest the
 * body.  What is taken for a file lies within the body.
 */
#include "base/arena.h"
#include "base/log.h"
#include "base/text.h"
#include "http/multipart.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n);

static void
check(const struct multipart_file *file, const char *body, size_t n)
{
	for (; file != NULL; file = file->next) {
		must(file->data >= body && file->data + file->n <= body + n);
		must(text_is_utf8(file->name, strlen(file->name)));
		must(text_is_clean(file->name, false));
	}
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
	const uint8_t *line_end = n == 0 ? NULL : memchr(data, '\n', n);
	const struct multipart_file *files = NULL;
	struct arena *arena;
	char *type, *body;

	if (line_end == NULL)
		return 0;
	arena = arena_new();
	type = arena_strndup(arena, (const char *)data, (size_t)(line_end - data));
	n -= (size_t)(line_end + 1 - data);
	body = arena_alloc(arena, n + 1);
	memcpy(body, line_end + 1, n);

	if (multipart_parse(arena, type, body, n, fields_new(arena), &files) == ERR_OK)
		check(files, body, n);
	arena_free(arena);
	return 0;
}
