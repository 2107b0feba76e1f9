/* SPDX-License-Identifier: Apache-2.0 */
/*
 * jansson in our house.  The only place that knows its flags and allocator.
 */
#include "base/json.h"
#include "base/arena.h"
#include "base/buf.h"
#include "base/log.h"

#include <stdlib.h>
#include <string.h>

static void *
must_malloc(size_t size)
{
	void *p = malloc(size);

	if (p == NULL)
		log_panic("memory.out bytes=%zu", size);
	return p;
}

void
json_setup(void)
{
	json_set_alloc_funcs(must_malloc, free);
	json_object_seed(0);		/* from the system's random numbers */
}

static void
release(void *doc)
{
	json_decref(doc);
}

json_t *
json_keep(struct arena *a, json_t *doc)
{
	must(doc != NULL);
	arena_defer(a, release, doc);
	return doc;
}

const char *
json_text(const json_t *doc, const char *key)
{
	const char *s = json_string_value(json_object_get(doc, key));

	return s != NULL ? s : "";
}

int64_t
json_int(const json_t *doc, const char *key)
{
	return json_integer_value(json_object_get(doc, key));
}

bool
json_flag(const json_t *doc, const char *key)
{
	return json_is_true(json_object_get(doc, key));
}

bool
json_any(const json_t *list, const char *flag)
{
	const json_t *one;
	size_t i;

	json_array_foreach(list, i, one)
		if (json_flag(one, flag))
			return true;
	return false;
}

bool
json_has(const json_t *array, const char *text)
{
	const json_t *one;
	size_t i;

	json_array_foreach(array, i, one)
		if (json_is_string(one) && strcmp(json_string_value(one), text) == 0)
			return true;
	return false;
}

static int
add(const char *bytes, size_t n, void *buf)
{
	buf_add(buf, bytes, n);
	return 0;
}

void
json_canonical(const json_t *doc, struct buf *out)
{
	int failed = json_dump_callback(doc, add, out,
	    JSON_COMPACT | JSON_SORT_KEYS | JSON_ENCODE_ANY);

	must(!failed);
}

static int
add_harmless(const char *bytes, size_t n, void *buf)
{
	size_t i;

	for (i = 0; i < n; i++)
		if (strchr("<>&", bytes[i]) != NULL && bytes[i] != '\0')
			buf_addf(buf, "\\u%04x", (unsigned)bytes[i]);
		else
			buf_add(buf, bytes + i, 1);
	return 0;
}

const char *
json_html(struct arena *a, const json_t *doc)
{
	struct buf out;

	buf_init(&out, a);
	/* 15 digits: a longitude is 138.0662, not 138.06620000000001. */
	must(json_dump_callback(doc, add_harmless, &out, JSON_COMPACT | JSON_REAL_PRECISION(15)) == 0);
	return out.data;
}
