/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
#include <jansson.h>
#include <stdbool.h>
#include <stdint.h>
#include "base/buf.h"
#include "base/words.h"
struct arena;
/*
 * What is between mustache_compile.c and mustache_render.c: one template in one
 * language, with its partials, layouts, blocks and words in their places, as
 * a flat array of operations.  Nothing is looked up by name while rendering but
 * the keys of the view.
 */

/* Deepest nesting of sections, all partials included; also of partials. */
enum { MUSTACHE_DEPTH = 48 };

enum op_kind {
	OP_TEXT,	/* add the text */
	OP_VALUE,	/* add the value as it is */
	OP_ESCAPED,	/* add the value escaped for HTML */
	OP_SECTION,	/* false: go on at jump; else enter */
	OP_INVERTED,	/* true: go on at jump */
	OP_END		/* again from jump for the next item, or leave */
};

/* A name as it is looked up: "a.b" has two keys, "." none. */
struct path {
	const char *name;
	const char **keys;
	size_t count;
	const char *file;	/* where it stands, for the log */
	size_t line;
};

struct op {
	enum op_kind kind;
	uint32_t jump;
	union {
		const char *text;
		const struct path *path;
	};
	size_t length;		/* of the text */
};

struct program {
	const struct op *ops;
	size_t count;
	size_t text_length;	/* of all texts: what is reserved at once */
};

/* A template as it was read. */
struct source {
	const char *name;	/* "part/field.html"; NULL: words in a template */
	const char *file;	/* the same with the folder, for messages */
	const char *text;
	size_t length;
};

enum {
	MUSTACHE_HTML = 1,	/* {{x}} escapes, and so do words */
	MUSTACHE_TRIPLE = 2,	/* {{{x}}} of any key */
	MUSTACHE_LENIENT = 4,	/* an unknown partial is empty, an unused block fine */
	MUSTACHE_STRICT = 8	/* rendering: a name that resolves nowhere is a failure */
};

/* What a compilation needs from its surroundings. */
struct surroundings {
	int flags;
	const struct words *words;	/* NULL: t is a name like others */
	/* The template that {{>name}} means; NULL: there is none. */
	const struct source *(*find)(void *context, const char *name);
	void *context;
};

/* All is taken from the arena, the problem too ("file:line: …"). */
enum err mustache_compile(struct arena *, const struct source *,
    const struct surroundings *, struct program *out, const char **problem) MUST_USE;

/* ERR_INVALID is logged, and out is as it was. */
enum err mustache_render(const struct program *, int flags, const json_t *view,
    struct buf *out) MUST_USE;
