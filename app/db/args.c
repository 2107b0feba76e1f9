/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Arguments of a query, from C to PostgreSQL's wire format.
 *
 * What has a simple binary form goes in binary (numbers, bytea, and arrays of
 * them, which may hold 10,000 elements); the rest is text, and text is not
 * copied.  All memory is one or two pieces of the arena.
 */
#include "db/query.h"
#include <arpa/inet.h>
#include <endian.h>
#include <limits.h>
#include <string.h>
#include "base/arena.h"
#include "base/buf.h"
#include "base/json.h"
#include "base/log.h"
#include "base/secret.h"

/* pg_type.oid of the elements, part of the binary form of an array; fixed for ever. */
enum { OID_BYTEA = 17, OID_BIGINT = 20, OID_INT = 23 };

static void
put32(char **p, uint32_t n)
{
	n = htonl(n);
	memcpy(*p, &n, sizeof n);
	*p += sizeof n;
}

static void
put64(char **p, uint64_t n)
{
	n = htobe64(n);
	memcpy(*p, &n, sizeof n);
	*p += sizeof n;
}

/* array_recv: dimensions, whether there are NULLs, element type, then length
 * and lower bound of the one dimension.  No dimension is the empty array. */
static void
put_array(char **p, size_t n, bool nulls, uint32_t element)
{
	put32(p, n > 0 ? 1 : 0);
	put32(p, nulls);
	put32(p, element);
	if (n == 0)
		return;
	put32(p, (uint32_t)n);
	put32(p, 1);
}

enum { ARRAY_HEAD = 5 * 4 };

static char *
encode_ids(struct arena *a, const struct db_ids *ids, size_t *len)
{
	char *data = arena_alloc(a, ARRAY_HEAD + ids->n * 12), *p = data;

	put_array(&p, ids->n, false, OID_BIGINT);
	for (size_t i = 0; i < ids->n; i++) {
		put32(&p, 8);
		put64(&p, (uint64_t)ids->data[i]);
	}
	*len = (size_t)(p - data);
	return data;
}

static char *
encode_ints(struct arena *a, const struct db_ints *ints, size_t *len)
{
	char *data = arena_alloc(a, ARRAY_HEAD + ints->n * 8), *p = data;

	put_array(&p, ints->n, false, OID_INT);
	for (size_t i = 0; i < ints->n; i++) {
		put32(&p, 4);
		put32(&p, (uint32_t)ints->data[i]);
	}
	*len = (size_t)(p - data);
	return data;
}

static char *
encode_blobs(struct arena *a, const struct db_blobs *blobs, size_t *len)
{
	size_t room = ARRAY_HEAD + blobs->n * 4;
	bool nulls = false;
	char *data, *p;

	for (size_t i = 0; i < blobs->n; i++) {
		if (blobs->data[i].data == NULL)
			nulls = true;
		else
			room += blobs->data[i].n;
	}
	data = p = arena_alloc(a, room);
	put_array(&p, blobs->n, nulls, OID_BYTEA);
	for (size_t i = 0; i < blobs->n; i++) {
		const struct db_bytes *b = &blobs->data[i];

		must(b->n <= INT_MAX);
		put32(&p, b->data == NULL ? UINT32_MAX : (uint32_t)b->n);
		if (b->data != NULL && b->n > 0) {
			memcpy(p, b->data, b->n);
			p += b->n;
		}
	}
	*len = (size_t)(p - data);
	return data;
}

/* As a literal, {"one","tw\"o",NULL}: the elements may be of any type. */
static char *
encode_texts(struct arena *a, const struct db_texts *texts)
{
	struct buf b;

	buf_init(&b, a);
	buf_addch(&b, '{');
	for (size_t i = 0; i < texts->n; i++) {
		if (i > 0)
			buf_addch(&b, ',');
		if (texts->data[i] == NULL) {
			buf_adds(&b, "NULL");
			continue;
		}
		buf_addch(&b, '"');
		for (const char *s = texts->data[i]; *s != '\0'; s++) {
			if (*s == '"' || *s == '\\')
				buf_addch(&b, '\\');
			buf_addch(&b, *s);
		}
		buf_addch(&b, '"');
	}
	buf_addch(&b, '}');
	return b.data;
}

static char *
encode_json(struct arena *a, const json_t *json)
{
	struct buf b;

	buf_init(&b, a);
	json_canonical(json, &b);
	return b.data;
}

/* The value of one argument, NULL for NULL; *len stays 0 for text. */
static const char *
encode(struct arena *a, const struct param *param, const char *member, size_t *len)
{
	const void *v = member;
	const struct db_bytes *bytes;
	uint64_t bits;
	char *out, *p;

	if (param->pointer) {
		memcpy(&v, member, sizeof v);
		if (v == NULL)
			return NULL;
	}
	switch (param->type) {
	case TYPE_BIGINT:
	case TYPE_DOUBLE:
		out = p = arena_alloc(a, *len = 8);
		memcpy(&bits, v, sizeof bits);
		put64(&p, bits);
		return out;
	case TYPE_INT:
		out = p = arena_alloc(a, *len = 4);
		put32(&p, (uint32_t)*(const int32_t *)v);
		return out;
	case TYPE_BOOL:
		out = arena_alloc(a, *len = 1);
		*out = *(const bool *)v;
		return out;
	case TYPE_TEXT:
		return *(const char *const *)v;
	case TYPE_JSON:
		v = *(const json_t *const *)v;
		return v == NULL ? NULL : encode_json(a, v);
	case TYPE_BYTES:
		bytes = v;
		*len = bytes->n;
		return bytes->data;
	case TYPE_IDS:
		return ((const struct db_ids *)v)->data == NULL ? NULL : encode_ids(a, v, len);
	case TYPE_INTS:
		return ((const struct db_ints *)v)->data == NULL ? NULL : encode_ints(a, v, len);
	case TYPE_TEXTS:
		return ((const struct db_texts *)v)->data == NULL ? NULL : encode_texts(a, v);
	case TYPE_BLOBS:
		return ((const struct db_blobs *)v)->data == NULL ? NULL : encode_blobs(a, v, len);
	}
	log_panic("db.type type=%d", (int)param->type);
}

struct db_bytes
db_sha256(struct arena *a, const char *token)
{
	uint8_t *hash = arena_alloc(a, SECRET_HASH);

	secret_sha256(token, strlen(token), hash);
	return (struct db_bytes){ hash, SECRET_HASH };
}

void
args_encode(struct arena *a, const struct query *q, const void *in, struct call *call)
{
	size_t n = (size_t)q->n_params;

	if (n == 0)
		return;
	call->values = arena_alloc(a, n * (sizeof *call->values + 2 * sizeof(int)));
	call->lengths = (int *)(call->values + n);
	call->formats = call->lengths + n;
	for (size_t i = 0; i < n; i++) {
		const struct param *p = &q->params[i];
		size_t len = 0;

		call->values[i] = encode(a, p, (const char *)in + p->offset, &len);
		must(len <= INT_MAX);
		call->lengths[i] = (int)len;
		call->formats[i] = p->type != TYPE_TEXT && p->type != TYPE_JSON &&
		    p->type != TYPE_TEXTS;
	}
}
