/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
#include <stdbool.h>
#include "base/mustache_program.h"
/*
 * From a template's text to its tags, one after the other.  What a tag means is
 * mustache_compile.c's business.
 */

enum { DELIMITER_MAX = 8 };

/* Where in a template we are.  May be copied, to read a part again. */
struct cursor {
	const struct source *source;
	const char *at;
	const char *end;
	const char *floor;	/* blanks before a tag are looked for back to here */
	size_t line;
	char open[DELIMITER_MAX], close[DELIMITER_MAX];
};

/* # ^ / > < $ ! = & { as in the specification; 'v': a variable. */
struct tag {
	char kind;
	const char *name;	/* without white space around it */
	size_t length;
	size_t line;
	const char *start;	/* its first byte */
	const char *indent;	/* the blanks before it, if the line begins so; else NULL */
	const char *rest;	/* the next line, if only blanks follow; else NULL */
};

void cursor_init(struct cursor *, const struct source *);

/* The next tag, and the cursor behind it; or there is none; or one without end. */
enum found { FOUND_TAG, FOUND_NONE, FOUND_OPEN };
enum found cursor_tag(struct cursor *, struct tag *);

/* From behind a tag that is alone on its line to the next line. */
void cursor_skip_line(struct cursor *, const struct tag *);

/* Takes the new delimiters from a tag {{=<% %>=}}.  False: they are none. */
bool cursor_delimiters(struct cursor *, const struct tag *);

/* A tag of a kind that may stand alone on its line, does.  Its line is not shown. */
bool tag_is_alone(const struct tag *);
