/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
#include <stddef.h>
#include <stdint.h>
#include "http/http.h"
struct arena;
struct web;
/*
 * The route table: method, pattern, handler, preconditions.  A pattern is
 * literal parts and {name} parts ("/surveys/{survey}"); literal parts win.
 * What the flags mean is the business of web/; here they are only carried.
 */
struct route {
	enum method method;
	const char *pattern;
	enum err (*handler)(struct web *);
	uint32_t flags;
};
/* A table ends with a row without pattern, a list of tables with NULL. */

enum { ROUTE_ARGS_MAX = 4 };
struct route_args {
	int n;
	const char *name[ROUTE_ARGS_MAX];
	const char *value[ROUTE_ARGS_MAX];
};

struct router;

/* ERR_INVALID: two rows match the same requests, a pattern is not well-formed,
 * a method is neither GET nor POST, or flags are 0 (a route without declared
 * permission does not start).  *problem then names the row; it is the caller's to
 * free.  The tables are borrowed. */
enum err router_open(const struct route *const tables[], struct router **out, char **problem) MUST_USE;
void router_free(struct router *);
/* HEAD finds GET.  ERR_NOT_FOUND; ERR_INVALID: the path exists for other methods
 * only, *allow then lists them for the Allow header. */
enum err router_find(const struct router *, struct arena *, enum method, const char *path,
    const struct route **out, struct route_args *, const char **allow) MUST_USE;
