/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include "base/err.h"
struct arena;
/*
 * Names and values as they were sent: query string, form body, cookies.
 * A name occurs once; a second one was refused when it was read (R35).  Check
 * boxes therefore have names of their own: district_12=on, district_15=on.
 */
struct fields;

struct fields *fields_new(struct arena *);
/* ERR_INVALID: the name is there already. ERR_TOO_LARGE: too many fields. */
enum err fields_add(struct fields *, const char *name, const char *value) MUST_USE;
/* application/x-www-form-urlencoded, also of query strings.  Decoded once.
 * ERR_INVALID: repeated name, bad escape, not UTF-8, NUL. */
enum err fields_parse(struct fields *, const char *, size_t n) MUST_USE;
/* The same of a form that somebody filled in: what is not UTF-8 comes as U+FFFD, and
 * form.c says so beside the field, where the rest of what was typed still stands. */
enum err fields_parse_form(struct fields *, const char *, size_t n) MUST_USE;

/* The value, or "" where there is none: never NULL. */
const char *fields_get(const struct fields *, const char *name);
bool fields_has(const struct fields *, const char *name);
/* A whole decimal number in range, else ERR_INVALID; "" is ERR_INVALID too. */
enum err fields_int(const struct fields *, const char *name, int64_t min,
    int64_t max, int64_t *out) MUST_USE;
/* Numbers behind a prefix: "district_" gives 12 and 15 above, ascending. */
size_t fields_ids(const struct fields *, struct arena *, const char *prefix,
    int64_t **out);

size_t fields_count(const struct fields *);
const char *fields_name(const struct fields *, size_t i);
const char *fields_value(const struct fields *, size_t i);
