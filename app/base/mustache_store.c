/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Texts and names that many programs share: a tree of each, by tsearch(3).
 */
#include "base/mustache_store.h"
#include "base/arena.h"
#include "base/log.h"

#include <search.h>
#include <stdlib.h>
#include <string.h>

struct store {
	struct arena *arena;
	void *texts, *paths;
};

struct text {
	const char *bytes;
	size_t length;
};

struct store *
store_new(struct arena *a)
{
	struct store *s = arena_alloc(a, sizeof(*s));

	s->arena = a;
	return s;
}

/* What the nodes point to is the arena's. */
static void
keep(void *item)
{
	(void)item;
}

void
store_free(struct store *s)
{
	tdestroy(s->texts, keep);
	tdestroy(s->paths, keep);
	s->texts = s->paths = NULL;
}

static int
by_text(const void *a, const void *b)
{
	const struct text *x = a, *y = b;

	if (x->length != y->length)
		return x->length < y->length ? -1 : 1;
	return memcmp(x->bytes, y->bytes, x->length);
}

/* A file has one name, and it is of one place in memory. */
static int
by_path(const void *a, const void *b)
{
	const struct path *x = a, *y = b;
	int order = strcmp(x->name, y->name);

	if (order != 0)
		return order;
	if (x->file != y->file)
		return x->file < y->file ? -1 : 1;
	return x->line < y->line ? -1 : x->line > y->line;
}

/* The node of this key, new if its item is the key itself. */
static const void **
node(void **tree, const void *key, int (*order)(const void *, const void *))
{
	const void **n = tsearch(key, tree, order);

	must(n != NULL);
	return n;
}

static const char *
keep_text(struct store *s, const char *bytes, size_t length)
{
	struct text key = { bytes, length }, *kept;
	const void **n = node(&s->texts, &key, by_text);

	if (*n == &key) {
		kept = arena_alloc(s->arena, sizeof(*kept));
		*kept = (struct text){ arena_strndup(s->arena, bytes, length), length };
		*n = kept;
	}
	return ((const struct text *)*n)->bytes;
}

static const struct path *
keep_path(struct store *s, const struct path *p)
{
	const void **n = node(&s->paths, p, by_path);
	struct path *kept;

	if (*n != p)
		return *n;
	kept = arena_alloc(s->arena, sizeof(*kept));
	*kept = *p;
	kept->name = keep_text(s, p->name, strlen(p->name));
	kept->keys = arena_alloc(s->arena, p->count * sizeof(*kept->keys));
	for (size_t i = 0; i < p->count; i++)
		kept->keys[i] = keep_text(s, p->keys[i], strlen(p->keys[i]));
	*n = kept;
	return kept;
}

struct program
store_keep(struct store *s, const struct program *p)
{
	struct op *ops = arena_alloc(s->arena, p->count * sizeof(*ops));

	for (size_t i = 0; i < p->count; i++) {
		ops[i] = p->ops[i];
		if (ops[i].kind == OP_TEXT)
			ops[i].text = keep_text(s, ops[i].text, ops[i].length);
		else if (ops[i].path != NULL)
			ops[i].path = keep_path(s, ops[i].path);
	}
	return (struct program){ .ops = ops, .count = p->count, .text_length = p->text_length };
}
