/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Names and values as they were sent.
 *
 * The fields stand in the order in which they came; beside them a table of hashes
 * with open addressing finds a name.  The number of fields is bounded, so
 * names made to collide cost a few milliseconds at worst.
 */
#include "base/fields.h"
#include "base/arena.h"
#include "base/text.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

enum { FIELDS_MAX = 2000, FIRST_SLOTS = 32 };

struct field {
	const char *name;
	const char *value;
};

struct fields {
	struct arena *arena;
	struct field *list;
	size_t count;
	uint16_t *slots;	/* place in the list + 1; 0: free */
	size_t slot_count;	/* a power of two, at least twice the count */
};

static void
make_slots(struct fields *f, size_t slot_count)
{
	struct field *list = arena_alloc(f->arena, slot_count / 2 * sizeof(*list));

	if (f->count > 0)
		memcpy(list, f->list, f->count * sizeof(*list));
	f->list = list;
	f->slots = arena_alloc(f->arena, slot_count * sizeof(*f->slots));
	f->slot_count = slot_count;
}

struct fields *
fields_new(struct arena *a)
{
	struct fields *f = arena_alloc(a, sizeof(*f));

	f->arena = a;
	make_slots(f, FIRST_SLOTS);
	return f;
}

/* The slot that holds the name, or the free one where it belongs (FNV-1a). */
static uint16_t *
slot_of(const struct fields *f, const char *name)
{
	uint32_t hash = 2166136261u;
	size_t i;

	for (const char *p = name; *p != '\0'; p++)
		hash = (hash ^ (unsigned char)*p) * 16777619u;
	for (i = hash & (f->slot_count - 1); f->slots[i] != 0; i = (i + 1) & (f->slot_count - 1))
		if (strcmp(f->list[f->slots[i] - 1].name, name) == 0)
			break;
	return &f->slots[i];
}

static void
grow(struct fields *f)
{
	make_slots(f, f->slot_count * 2);
	for (size_t i = 0; i < f->count; i++)
		*slot_of(f, f->list[i].name) = (uint16_t)(i + 1);
}

/* Both strings are the arena's already. */
static enum err
add(struct fields *f, const char *name, const char *value)
{
	uint16_t *slot;

	if (f->count == FIELDS_MAX)
		return ERR_TOO_LARGE;
	if ((f->count + 1) * 2 > f->slot_count)
		grow(f);
	slot = slot_of(f, name);
	if (*slot != 0)
		return ERR_INVALID;
	f->list[f->count++] = (struct field){ .name = name, .value = value };
	*slot = (uint16_t)f->count;
	return ERR_OK;
}

enum err
fields_add(struct fields *f, const char *name, const char *value)
{
	return add(f, arena_strdup(f->arena, name), arena_strdup(f->arena, value));
}

static int
hex(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	if (c >= 'A' && c <= 'F')
		return c - 'A' + 10;
	if (c >= 'a' && c <= 'f')
		return c - 'a' + 10;
	return -1;
}

/* Decodes once.  NULL: a bad escape or, unless it is to be mended, a NUL or not UTF-8. */
static const char *
decode(struct arena *a, const char *s, size_t n, bool mend)
{
	char *out = arena_alloc(a, n + 1);
	size_t len = 0;

	for (size_t i = 0; i < n; i++) {
		if (s[i] == '+') {
			out[len++] = ' ';
		} else if (s[i] == '%') {
			int high = n - i > 2 ? hex(s[i + 1]) : -1;
			int low = high >= 0 ? hex(s[i + 2]) : -1;

			if (low < 0)
				return NULL;
			out[len++] = (char)(high * 16 + low);
			i += 2;
		} else {
			out[len++] = s[i];
		}
	}
	if (text_is_utf8(out, len))
		return out;
	return mend ? text_mended(a, out, len) : NULL;
}

static enum err
parse(struct fields *f, const char *s, size_t n, bool mend)
{
	const char *end = s + n, *next, *equals, *name, *value;
	enum err e;

	for (; s < end; s = next + 1) {
		next = memchr(s, '&', (size_t)(end - s));
		if (next == NULL)
			next = end;
		if (next == s)
			continue;
		equals = memchr(s, '=', (size_t)(next - s));
		if (equals == NULL)
			equals = next;
		name = decode(f->arena, s, (size_t)(equals - s), mend);
		value = equals == next ? "" :
		    decode(f->arena, equals + 1, (size_t)(next - equals - 1), mend);
		if (name == NULL || name[0] == '\0' || value == NULL)
			return ERR_INVALID;
		e = add(f, name, value);
		if (e != ERR_OK)
			return e;
	}
	return ERR_OK;
}

enum err
fields_parse(struct fields *f, const char *s, size_t n)
{
	return parse(f, s, n, false);
}

enum err
fields_parse_form(struct fields *f, const char *s, size_t n)
{
	return parse(f, s, n, true);
}

const char *
fields_get(const struct fields *f, const char *name)
{
	uint16_t place = *slot_of(f, name);

	return place != 0 ? f->list[place - 1].value : "";
}

bool
fields_has(const struct fields *f, const char *name)
{
	return *slot_of(f, name) != 0;
}

/* strtoll alone would let white space, "+5" and "12abc" pass. */
static bool
whole_number(const char *s, int64_t *out)
{
	const char *digits = s + (s[0] == '-');

	if (digits[0] == '\0' || digits[strspn(digits, "0123456789")] != '\0')
		return false;
	errno = 0;
	*out = strtoll(s, NULL, 10);
	return errno == 0;
}

enum err
fields_int(const struct fields *f, const char *name, int64_t min, int64_t max, int64_t *out)
{
	int64_t n;

	if (!whole_number(fields_get(f, name), &n) || n < min || n > max)
		return ERR_INVALID;
	*out = n;
	return ERR_OK;
}

static int
by_number(const void *a, const void *b)
{
	const int64_t *x = a, *y = b;

	return (*x > *y) - (*x < *y);
}

/* "7" and "07" would be one id twice: only the usual spelling counts. */
static bool
id_behind(const char *name, const char *prefix, int64_t *out)
{
	size_t n = strlen(prefix);

	return strncmp(name, prefix, n) == 0 && name[n] >= '1' && name[n] <= '9' &&
	    whole_number(name + n, out);
}

size_t
fields_ids(const struct fields *f, struct arena *a, const char *prefix, int64_t **out)
{
	int64_t *ids = arena_alloc(a, f->count * sizeof(*ids));
	size_t n = 0;

	for (size_t i = 0; i < f->count; i++)
		if (id_behind(f->list[i].name, prefix, &ids[n]))
			n++;
	qsort(ids, n, sizeof(*ids), by_number);
	*out = ids;
	return n;
}

size_t
fields_count(const struct fields *f)
{
	return f->count;
}

const char *
fields_name(const struct fields *f, size_t i)
{
	return f->list[i].name;
}

const char *
fields_value(const struct fields *f, size_t i)
{
	return f->list[i].value;
}
