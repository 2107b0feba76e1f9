/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
#include <jansson.h>
#include <stdbool.h>
#include "base/buf.h"
#include "base/words.h"
struct arena;
/*
 * Templates (Mustache: core of the specification, inheritance with {{<layout}}
 * and {{$block}}; no lambdas, no dynamic names).
 *
 * Compiled once, before the fork, for each language: {{t.key}} is replaced by
 * the words while compiling, so a missing word is a fault at start.  A name is
 * the path below the directory, with its type: "citizen/home.html",
 * "mail/message.txt".  The type chooses the escaping: .html and .xml HTML, .txt none,
 * .subject none with CR and LF refused.  {{>part/x}} and {{<layout/x}} take the
 * type of the includer.
 */
struct templates;

enum {
	TEMPLATES_STRICT = 1	/* a name that resolves nowhere fails the rendering */
};

/* ERR_INVALID: *problem says "templates/citizen/home.html:12: …": unknown
 * partial, unclosed section, missing word, a partial that includes itself,
 * a block that the layout does not have, {{{x}}} of a key that does not end in
 * _html.  free(3) it. */
enum err templates_open(const char *directory, const struct catalogue *, int flags,
    struct templates **out, char **problem) MUST_USE;
void templates_free(struct templates *);
/* Reads all again when a file or the words have changed (development); what is wrong with them
 * then, NULL: nothing.  As long as something is, every rendering is ERR_INVALID. */
void templates_refresh(struct templates *);
const char *templates_problem(const struct templates *);
bool templates_has(const struct templates *, const char *name);

/* Adds the rendering to out.  ERR_NOT_FOUND: no such template.  ERR_INVALID:
 * strict and a name is missing, CR or LF in a .subject, or the budget of
 * operations ran out; logged with file and line. */
enum err templates_render(struct templates *, const char *name, const struct words *,
    const json_t *view, struct buf *out) MUST_USE;

/* One text of its own, without partials: words with {{names}} in them. */
enum err mustache_text(struct arena *, const char *source, const json_t *view,
    struct buf *out) MUST_USE;
