/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Memory with one owner and one end: chunks, and a pointer that moves on.
 *
 * One chunk stays over a reset, so that a usual request takes nothing
 * from malloc at all.  What is larger than a chunk gets one of its own, put
 * behind the current one, which goes on being filled.
 *
 * Under AddressSanitizer all that is not handed out is poisoned: a pointer kept
 * over a reset is found, although the memory is still ours.
 */
#include "base/arena.h"
#include "base/log.h"

#include <sanitizer/asan_interface.h>
#include <stdalign.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { CHUNK = 64 * 1024 - 64, ALIGN = alignof(max_align_t) };

struct chunk {
	struct chunk *next;
	size_t room;
	size_t used;
	alignas(max_align_t) char data[];
};

struct deferred {
	struct deferred *next;
	void (*release)(void *);
	void *object;
};

struct arena {
	struct chunk *chunks;		/* the current one is in front */
	struct deferred *deferred;	/* the latest in front */
	size_t size;
};

static struct chunk *
chunk_new(size_t room)
{
	struct chunk *c = NULL;

	if (room <= SIZE_MAX / 2)
		c = malloc(sizeof(*c) + room);
	if (c == NULL)
		log_panic("memory.out bytes=%zu", room);
	c->next = NULL;
	c->room = room;
	c->used = 0;
	ASAN_POISON_MEMORY_REGION(c->data, room);
	return c;
}

struct arena *
arena_new(void)
{
	struct arena *a = malloc(sizeof(*a));

	if (a == NULL)
		log_panic("memory.out bytes=%zu", sizeof(*a));
	a->chunks = chunk_new(CHUNK);
	a->deferred = NULL;
	a->size = CHUNK;
	return a;
}

/* Memory as it comes, not zeroed. */
static void *
take(struct arena *a, size_t size)
{
	struct chunk *c = a->chunks;
	size_t used;
	void *p;

	if (size == 0)
		size = 1;		/* a pointer of its own */
	used = (c->used + ALIGN - 1) / ALIGN * ALIGN;
	if (used > c->room || c->room - used < size) {
		c = chunk_new(size > CHUNK ? size : CHUNK);
		a->size += c->room;
		if (size > CHUNK) {
			c->next = a->chunks->next;
			a->chunks->next = c;
		} else {
			c->next = a->chunks;
			a->chunks = c;
		}
		used = 0;
	}

	p = c->data + used;
	c->used = used + size;
	ASAN_UNPOISON_MEMORY_REGION(p, size);
	return p;
}

void *
arena_alloc(struct arena *a, size_t size)
{
	return memset(take(a, size), 0, size);
}

void *
arena_grow(struct arena *a, void *old, size_t had, size_t size)
{
	struct chunk *c = a->chunks;
	char *start = old;
	void *p;

	must(size >= had);
	if (had > 0 && start + had == c->data + c->used && size - had <= c->room - c->used) {
		c->used += size - had;
		ASAN_UNPOISON_MEMORY_REGION(start, size);
		return old;
	}
	p = take(a, size);
	if (had > 0)
		memcpy(p, old, had);
	return p;
}

char *
arena_strndup(struct arena *a, const char *s, size_t n)
{
	size_t len = strnlen(s, n);
	char *p = take(a, len + 1);

	memcpy(p, s, len);
	p[len] = '\0';
	return p;
}

char *
arena_strdup(struct arena *a, const char *s)
{
	size_t size = strlen(s) + 1;

	return memcpy(take(a, size), s, size);
}

char *
arena_printf(struct arena *a, const char *fmt, ...)
{
	char small[256], *p;
	va_list ap;
	int n;

	va_start(ap, fmt);
	n = vsnprintf(small, sizeof(small), fmt, ap);
	va_end(ap);
	must(n >= 0);
	if ((size_t)n < sizeof(small))
		return arena_strndup(a, small, (size_t)n);

	p = take(a, (size_t)n + 1);
	va_start(ap, fmt);
	vsnprintf(p, (size_t)n + 1, fmt, ap);
	va_end(ap);
	return p;
}

void
arena_defer(struct arena *a, void (*release)(void *), void *object)
{
	struct deferred *d = take(a, sizeof(*d));

	d->release = release;
	d->object = object;
	d->next = a->deferred;
	a->deferred = d;
}

size_t
arena_size(const struct arena *a)
{
	return a->size;
}

/* Each is taken off the list before it runs: a release may defer another. */
static void
run_deferred(struct arena *a)
{
	struct deferred *d;

	while ((d = a->deferred) != NULL) {
		a->deferred = d->next;
		d->release(d->object);
	}
}

/* One chunk of the usual size stays: the current one is always of that size. */
void
arena_reset(struct arena *a)
{
	struct chunk *keep, *c, *next;

	run_deferred(a);
	keep = a->chunks;
	for (c = keep->next; c != NULL; c = next) {
		next = c->next;
		free(c);
	}
	keep->next = NULL;
	keep->used = 0;
	ASAN_POISON_MEMORY_REGION(keep->data, keep->room);
	a->chunks = keep;
	a->size = keep->room;
}

void
arena_free(struct arena *a)
{
	if (a == NULL)
		return;
	arena_reset(a);
	free(a->chunks);
	free(a);
}
