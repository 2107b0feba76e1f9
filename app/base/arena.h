/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
#include <stddef.h>
/*
 * Memory with one owner and one end.
 *
 * Every request and every delivery owns an arena.  What is taken from it lives
 * until arena_reset, which empties it whole; nothing is freed by hand.  Foreign
 * objects are handed over on the line after they are made:
 *
 *	arena_defer(a, (void (*)(void *))PQclear, result);
 *
 * Out of memory ends the process with a line in the log; no caller checks.
 */
struct arena;

struct arena *arena_new(void);
void arena_free(struct arena *);

/* Runs what was deferred, last first, and takes all memory back. */
void arena_reset(struct arena *);

/* Zeroed, aligned for any type.  Size 0 gives a unique pointer. */
void *arena_alloc(struct arena *, size_t size)
    __attribute__((malloc, returns_nonnull));
char *arena_strdup(struct arena *, const char *) __attribute__((returns_nonnull));
char *arena_strndup(struct arena *, const char *, size_t n) __attribute__((returns_nonnull));
char *arena_printf(struct arena *, const char *fmt, ...)
    __attribute__((returns_nonnull, format(printf, 2, 3)));
/* Larger memory with the same first bytes, in place where old was the latest
 * taken; the rest is not zeroed.  had: the size it had, 0 with old NULL. */
void *arena_grow(struct arena *, void *old, size_t had, size_t size)
    __attribute__((returns_nonnull));

/* Calls release(object) when the arena is reset or freed. */
void arena_defer(struct arena *, void (*release)(void *), void *object);

/* Bytes held at present, for tests and the memory bench. */
size_t arena_size(const struct arena *);
