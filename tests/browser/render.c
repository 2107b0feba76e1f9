/* SPDX-License-Identifier: Apache-2.0 */
/*
 * render TEMPLATES NAME LANG <view.json >page.html
 *
 * One page by our own renderer, without a database: how the gallery looks at
 * layouts and parts in every state.  Strict: a key that is missing is a fault.
 */
#include <stdio.h>
#include <stdlib.h>

#include "base/arena.h"
#include "base/json.h"
#include "base/mustache.h"

static int
fail(const char *why)
{
	fprintf(stderr, "render: %s\n", why);
	return 1;
}

int
main(int argc, char **argv)
{
	struct catalogue *catalogue;
	struct templates *templates;
	struct arena *arena = arena_new();
	struct buf in, out;
	char block[8192], *problem = NULL;
	json_t *view;
	size_t n;

	if (argc != 4)
		return fail("usage: render TEMPLATES NAME LANG <view.json");
	json_setup();
	buf_init(&in, arena);
	buf_init(&out, arena);
	while ((n = fread(block, 1, sizeof block, stdin)) > 0)
		buf_add(&in, block, n);
	if (json_parse(arena, in.data, in.len, &view) != ERR_OK)
		return fail("the view is not JSON");

	if (catalogue_open(arena_printf(arena, "%s/po", argv[1]), &catalogue, &problem) != ERR_OK ||
	    templates_open(argv[1], catalogue, TEMPLATES_STRICT, &templates, &problem) != ERR_OK)
		return fail(problem != NULL ? problem : "no templates");
	if (templates_render(templates, argv[2], catalogue_words(catalogue, argv[3]), view, &out) != ERR_OK)
		return fail("it does not render");
	fwrite(out.data, 1, out.len, stdout);

	templates_free(templates);
	catalogue_free(catalogue);
	arena_free(arena);
	return fflush(stdout) == 0 ? 0 : fail("cannot write");
}
