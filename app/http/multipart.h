/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
#include <stddef.h>
#include "base/err.h"
#include "base/fields.h"
struct arena;
/*
 * multipart/form-data (RFC 7578).  Text parts become fields; parts with a file
 * name become files.  Nothing is copied but texts: data points into the body.
 * The parts are cut here, so that a body can ask for no more memory than its own
 * length; GMime reads the headers of each.
 */
struct multipart_file {
	const char *field;
	const char *name;	/* UTF-8, without what no page may hold; never used as a path */
	const char *type;
	const char *data;
	size_t n;
	const struct multipart_file *next;
};

/* Files come in the order sent; one that was not chosen (no name, no bytes) is
 * left out.  Several may share a field, as <input multiple> sends them.
 * ERR_INVALID: not well-formed, field twice, not UTF-8.  ERR_TOO_LARGE: more
 * than 100 parts, or a multipart inside.  body[n] is NUL. */
enum err multipart_parse(struct arena *, const char *content_type, const char *body,
    size_t n, struct fields *, const struct multipart_file **files) MUST_USE;
