/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A template, compiled and rendered over a view with something of every kind.  A
 * template that includes itself, lists in lists and broken tags all end
 * soon, and a failure leaves nothing behind.
 */
#include "base/arena.h"
#include "base/json.h"
#include "base/log.h"
#include "base/mustache_program.h"

#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n);

/* Every partial and layout is the template itself, or one with blocks. */
static const struct source *
find_partial(void *context, const char *name)
{
	static const struct source part = { .name = "part", .file = "part",
	    .text = " {{$a}}preset{{/a}}\n{{$b}}{{/b}}", .length = 32 };

	return strcmp(name, "part") == 0 ? &part : context;
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
	static const char view[] = "{\"a\":[1,2,{\"b\":\"<&>\"}],\"b\":{\"a\":null,\"c\":[[],[0.5]]},"
	    "\"c\":\"text\",\"d\":false,\"e\":true,\"x_html\":\"<b>\"}";
	struct arena *a = arena_new();
	struct source source = { .name = "self", .file = "fuzz", .length = n };
	struct surroundings around = { .find = find_partial, .context = &source,
	    .flags = MUSTACHE_HTML };
	const char *problem = NULL;
	struct program program;
	struct buf out;
	json_t *doc;

	source.text = n > 0 ? arena_strndup(a, (const char *)data, n) : "";
	source.length = strlen(source.text);
	buf_init(&out, a);
	must(json_parse(a, view, sizeof(view) - 1, &doc) == ERR_OK);
	if (mustache_compile(a, &source, &around, &program, &problem) != ERR_OK) {
		must(problem != NULL && strchr(problem, ':') != NULL);
	} else {
		must(problem == NULL);
		if (mustache_render(&program, 0, doc, &out) != ERR_OK)
			must(out.len == 0);
		must(strlen(out.data) == out.len);
	}
	arena_free(a);
	return 0;
}
