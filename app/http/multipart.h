/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
#include <stddef.h>
#include "base/err.h"
#include "base/fields.h"
struct arena;
/*
 * multipart/form-data (RFC 7578), by GMime.  Text parts become fields; parts
 * with a file name become files, kept whole in the arena (bounded by the body).
 */
struct multipart_file {
	const char *field;
	const char *name;	/* as sent, UTF-8 checked; never used as a path */
	const char *type;
	const char *data;
	size_t n;
	struct multipart_file *next;
};

/* ERR_INVALID: not well-formed, field twice, not UTF-8.  ERR_TOO_LARGE: more
 * than 100 parts or nesting deeper than one. */
enum err multipart_parse(struct arena *, const char *content_type, const char *body,
    size_t n, struct fields *, struct multipart_file **files) MUST_USE;
