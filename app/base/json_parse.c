/* SPDX-License-Identifier: Apache-2.0 */
/*
 * JSON text into jansson's documents (RFC 8259).
 *
 * jansson's own reader takes a text byte by byte through its stream, its UTF-8
 * check and a buffer; every page is made of documents, and that was seven tenths
 * of the work of a request.  Here UTF-8 is checked once for the whole, and texts
 * are taken as they lie.  What is refused is the same: see json.h.
 */
#include "base/json.h"
#include "base/arena.h"
#include "base/buf.h"
#include "base/text.h"

#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { DEPTH = 200, NUMBER_MAX = 400 };

struct reader {
	const char *at, *end;
	struct buf text;	/* a text whose escapes are resolved */
	int depth;
};

static json_t *read_value(struct reader *);

static void
skip_space(struct reader *r)
{
	while (r->at < r->end && (*r->at == ' ' || *r->at == '\n' || *r->at == '\r' || *r->at == '\t'))
		r->at++;
}

static bool
take(struct reader *r, char c)
{
	if (r->at == r->end || *r->at != c)
		return false;
	r->at++;
	return true;
}

/* --- texts --- */

/* The four digits of \uXXXX, or -1. */
static int
unit(struct reader *r)
{
	int n = 0;

	if (r->end - r->at < 4)
		return -1;
	for (int i = 0; i < 4; i++) {
		char c = *r->at++;
		int digit = c >= '0' && c <= '9' ? c - '0' : c >= 'a' && c <= 'f' ? c - 'a' + 10 :
		    c >= 'A' && c <= 'F' ? c - 'A' + 10 : -1;

		if (digit < 0)
			return -1;
		n = n << 4 | digit;
	}
	return n;
}

static bool
add_code_point(struct reader *r)
{
	int n = unit(r), low;

	if (n >= 0xd800 && n < 0xdc00) {
		if (!take(r, '\\') || !take(r, 'u'))
			return false;
		low = unit(r);
		if (low < 0xdc00 || low > 0xdfff)
			return false;
		n = 0x10000 + ((n - 0xd800) << 10) + (low - 0xdc00);
	}
	if (n <= 0 || (n >= 0xdc00 && n <= 0xdfff))
		return false;
	if (n < 0x80) {
		buf_addch(&r->text, (char)n);
		return true;
	}
	if (n < 0x800)
		buf_addch(&r->text, (char)(0xc0 | n >> 6));
	else {
		if (n < 0x10000)
			buf_addch(&r->text, (char)(0xe0 | n >> 12));
		else {
			buf_addch(&r->text, (char)(0xf0 | n >> 18));
			buf_addch(&r->text, (char)(0x80 | (n >> 12 & 0x3f)));
		}
		buf_addch(&r->text, (char)(0x80 | (n >> 6 & 0x3f)));
	}
	buf_addch(&r->text, (char)(0x80 | (n & 0x3f)));
	return true;
}

static bool
add_escaped(struct reader *r)
{
	static const char letters[] = "\"\\/bfnrt", meant[] = "\"\\/\b\f\n\r\t";
	const char *found;

	if (r->at == r->end)
		return false;
	if (take(r, 'u'))
		return add_code_point(r);
	found = memchr(letters, *r->at++, sizeof letters - 1);
	if (found == NULL)
		return false;
	buf_addch(&r->text, meant[found - letters]);
	return true;
}

/* Behind the opening quote.  The text lies in the source, or in r->text where it
 * had an escape; *n: its length. */
static const char *
read_text(struct reader *r, size_t *n)
{
	const char *from = r->at;
	bool escapes = false;

	for (;;) {
		while (r->at < r->end && *r->at != '"' && *r->at != '\\' && (unsigned char)*r->at >= 0x20)
			r->at++;
		if (r->at == r->end || (unsigned char)*r->at < 0x20)
			return NULL;
		if (*r->at == '"' && !escapes) {
			*n = (size_t)(r->at++ - from);
			return from;
		}
		if (!escapes)
			buf_reset(&r->text);
		escapes = true;
		buf_add(&r->text, from, (size_t)(r->at - from));
		if (*r->at++ == '"') {
			*n = r->text.len;
			return r->text.data;
		}
		if (!add_escaped(r))
			return NULL;
		from = r->at;
	}
}

static json_t *
read_string(struct reader *r)
{
	size_t n;
	const char *text = read_text(r, &n);

	return text != NULL ? json_stringn_nocheck(text, n) : NULL;
}

/* --- numbers --- */

static bool
digits(struct reader *r)
{
	const char *from = r->at;

	while (r->at < r->end && *r->at >= '0' && *r->at <= '9')
		r->at++;
	return r->at > from;
}

static json_t *
read_number(struct reader *r)
{
	const char *from = r->at;
	char copy[NUMBER_MAX];
	bool whole = true;
	long long integer;
	double real;

	(void)take(r, '-');
	if (!take(r, '0') && !digits(r))
		return NULL;
	if (take(r, '.')) {
		whole = false;
		if (!digits(r))
			return NULL;
	}
	if (take(r, 'e') || take(r, 'E')) {
		whole = false;
		if (!take(r, '+'))
			(void)take(r, '-');
		if (!digits(r))
			return NULL;
	}
	if ((size_t)(r->at - from) >= sizeof copy)
		return NULL;
	memcpy(copy, from, (size_t)(r->at - from));
	copy[r->at - from] = '\0';
	errno = 0;
	if (whole) {
		integer = strtoll(copy, NULL, 10);
		return errno == 0 ? json_integer(integer) : NULL;
	}
	real = strtod(copy, NULL);
	return isfinite(real) ? json_real(real) : NULL;
}

/* --- what holds others --- */

static bool
read_member(struct reader *r, json_t *object)
{
	size_t n, before = json_object_size(object);
	const char *key;
	char *copy = NULL;
	json_t *value;
	bool added;

	skip_space(r);
	if (!take(r, '"') || (key = read_text(r, &n)) == NULL)
		return false;
	/* The value's escapes would go where those of the key lie. */
	if (key == r->text.data)
		key = copy = arena_strndup(r->text.arena, key, n);
	skip_space(r);
	if (!take(r, ':') || (value = read_value(r)) == NULL)
		return false;
	added = json_object_setn_new_nocheck(object, key, n, value) == 0;
	/* A key that comes twice is read differently by different readers. */
	return added && json_object_size(object) > before;
}

static bool
read_item(struct reader *r, json_t *array)
{
	json_t *value = read_value(r);

	return value != NULL && json_array_append_new(array, value) == 0;
}

/* Behind the opening bracket; takes over the container. */
static json_t *
read_all(struct reader *r, json_t *container, bool (*read_one)(struct reader *, json_t *), char close)
{
	bool good = ++r->depth <= DEPTH;

	skip_space(r);
	if (!good || !take(r, close)) {
		while (good && (good = read_one(r, container))) {
			skip_space(r);
			if (!take(r, ','))
				break;
		}
		good = good && take(r, close);
	}
	r->depth--;
	if (good)
		return container;
	json_decref(container);
	return NULL;
}

static bool
take_word(struct reader *r, const char *word)
{
	size_t n = strlen(word);

	if ((size_t)(r->end - r->at) < n || memcmp(r->at, word, n) != 0)
		return false;
	r->at += n;
	return true;
}

static json_t *
read_value(struct reader *r)
{
	skip_space(r);
	if (r->at == r->end)
		return NULL;
	switch (*r->at) {
	case '"':
		r->at++;
		return read_string(r);
	case '{':
		r->at++;
		return read_all(r, json_object(), read_member, '}');
	case '[':
		r->at++;
		return read_all(r, json_array(), read_item, ']');
	case 't':
		return take_word(r, "true") ? json_true() : NULL;
	case 'f':
		return take_word(r, "false") ? json_false() : NULL;
	case 'n':
		return take_word(r, "null") ? json_null() : NULL;
	default:
		return read_number(r);
	}
}

enum err
json_parse(struct arena *a, const char *text, size_t n, json_t **out)
{
	struct reader r = { .at = text, .end = text + n };
	json_t *doc;

	if (!text_is_utf8(text, n))
		return ERR_INVALID;
	buf_init(&r.text, a);
	doc = read_value(&r);
	skip_space(&r);
	if (doc != NULL && r.at == r.end) {
		*out = json_keep(a, doc);
		return ERR_OK;
	}
	json_decref(doc);
	return ERR_INVALID;
}
