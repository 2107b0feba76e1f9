/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
#include <jansson.h>
#include <stdbool.h>
#include <stdint.h>
#include "base/err.h"
struct arena;
struct buf;
/*
 * jansson in our house: documents belong to the arena, allocation never fails
 * (json_setup gives jansson our allocator, which ends the process instead).
 */
void json_setup(void);

/* Hands a new reference to the arena and gives it back as a borrowed one.  NULL
 * ends the process: a format of json_pack that is wrong, text that is no UTF-8. */
json_t *json_keep(struct arena *, json_t *);
/* ERR_INVALID: not JSON, a key twice in one object, NUL in a string. */
enum err json_parse(struct arena *, const char *, size_t n, json_t **out) MUST_USE;

/* Borrowed values by key; "" , 0, false or NULL where there is none. */
const char *json_text(const json_t *, const char *key);
int64_t json_int(const json_t *, const char *key);
bool json_flag(const json_t *, const char *key);
/* This text is one of the array's; what is no text there is passed over. */
bool json_has(const json_t *array, const char *text);
/* Whether one of a list of objects has this flag. */
bool json_any(const json_t *list, const char *flag);

/* Compact, keys sorted, UTF-8: the bytes that are hashed and signed. */
void json_canonical(const json_t *, struct buf *out);

/* Compact, for a <script type="application/ld+json"> of a page: no value can end the element,
 * because < > and & stand as \u003c and so on. */
const char *json_html(struct arena *, const json_t *);
