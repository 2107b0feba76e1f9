/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The arena: zeroed, aligned, apart from each other, released last first.
 */
#include "base/arena.h"

#include <signal.h>
#include <stdalign.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include "tap.h"

static bool
all_zero(const char *p, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (p[i] != 0)
			return false;
	return true;
}

static void
test_alloc(struct arena *a)
{
	bool zero = true, aligned = true, whole = true;
	char *p[300];
	size_t size;

	for (size_t i = 0; i < 300; i++) {
		size = i * 7 + 1;
		p[i] = arena_alloc(a, size);
		zero = zero && all_zero(p[i], size);
		aligned = aligned && (uintptr_t)p[i] % alignof(max_align_t) == 0;
		memset(p[i], (int)i, size);
	}
	for (size_t i = 0; i < 300; i++)
		for (size_t k = 0; k < i * 7 + 1; k++)
			whole = whole && (unsigned char)p[i][k] == (unsigned char)i;
	ok(zero, "memory is zeroed");
	ok(aligned, "memory is aligned for any type");
	ok(whole, "no memory overlaps another over many chunks");
	ok(arena_alloc(a, 0) != arena_alloc(a, 0), "size 0 gives a pointer of its own");

	arena_reset(a);
	zero = true;
	for (size_t i = 0; i < 300; i++)
		zero = zero && all_zero(arena_alloc(a, 200), 200);
	ok(zero, "memory used before a reset is zeroed again");
	arena_reset(a);
}

static void
test_size(struct arena *a)
{
	size_t empty = arena_size(a);
	char *big, *small, *next;

	for (int i = 0; i < 1000; i++)
		arena_alloc(a, 32);
	is_int(arena_size(a), empty, "a usual request stays in the first chunk");

	small = arena_alloc(a, 16);
	big = arena_alloc(a, 1 << 20);
	next = arena_alloc(a, 16);
	ok(all_zero(big, 1 << 20), "a large piece has a chunk of its own");
	ok(next == small + 16, "and the current chunk goes on being filled");
	ok(arena_size(a) >= empty + (1 << 20), "the large piece counts");

	for (int i = 0; i < 1000; i++)
		arena_alloc(a, 1000);
	arena_reset(a);
	is_int(arena_size(a), empty, "a reset takes all back but one chunk");
}

static void
test_grow(struct arena *a)
{
	char *p = arena_alloc(a, 10), *q, *r;

	memcpy(p, "0123456789", 10);
	q = arena_grow(a, p, 10, 100);
	ok(q == p, "the latest piece grows where it is");
	memset(q + 10, 'x', 90);
	arena_alloc(a, 1);
	r = arena_grow(a, q, 100, 200);
	ok(r != q, "an earlier one moves");
	is_mem(r, "0123456789xxx", 13, "and keeps its bytes");
	r = arena_grow(a, r, 200, 1 << 20);
	is_mem(r, "0123456789xxx", 13, "also into a chunk of its own");
	ok(arena_grow(a, NULL, 0, 5) != NULL, "nothing can grow into something");
	arena_reset(a);
}

static void
test_text(struct arena *a)
{
	char *long_text;

	is_str(arena_strdup(a, "港区"), "港区", "strdup copies");
	is_str(arena_strdup(a, ""), "", "strdup of nothing");
	is_str(arena_strndup(a, "minato", 3), "min", "strndup cuts");
	is_str(arena_strndup(a, "minato", 30), "minato", "strndup ends at the NUL");
	is_str(arena_printf(a, "%s-%d", "a", 7), "a-7", "printf prints");
	long_text = arena_printf(a, "%0*d", 1000, 7);
	is_int(strlen(long_text), 1000, "printf takes what it needs");
	ok(long_text[999] == '7' && long_text[0] == '0', "and prints it all");
	arena_reset(a);
}

static struct arena *deferring;
static char order[8];

static void
note(void *letter)
{
	order[strlen(order)] = *(char *)letter;
}

static void
note_and_defer(void *letter)
{
	note(letter);
	arena_defer(deferring, note, arena_strdup(deferring, "z"));
}

static void
test_defer(struct arena *a)
{
	arena_defer(a, note, arena_strdup(a, "a"));
	arena_defer(a, note, arena_strdup(a, "b"));
	arena_alloc(a, 1 << 20);
	arena_defer(a, note, arena_strdup(a, "c"));
	is_str(order, "", "nothing is released early");
	arena_reset(a);
	is_str(order, "cba", "a reset releases last first");
	arena_reset(a);
	is_str(order, "cba", "and once");

	deferring = a;
	memset(order, 0, sizeof(order));
	arena_defer(a, note_and_defer, arena_strdup(a, "a"));
	arena_reset(a);
	is_str(order, "az", "a release may defer another");
}

/* How a child ends that asks for more than there is. */
static int
end_of_asking(size_t size)
{
	int status = 0;
	pid_t child = fork();

	if (child == 0) {
		/* No core file, no noise of the expected message. */
		setrlimit(RLIMIT_CORE, &(struct rlimit){ 0, 0 });
		if (freopen("/dev/null", "w", stderr) == NULL)
			_exit(1);
		arena_alloc(arena_new(), size);
		_exit(0);
	}
	waitpid(child, &status, 0);
	return WIFSIGNALED(status) ? WTERMSIG(status) : -WEXITSTATUS(status);
}

int
main(void)
{
	struct arena *a = arena_new();

	test_alloc(a);
	test_size(a);
	test_grow(a);
	test_text(a);
	test_defer(a);
	is_int(end_of_asking(SIZE_MAX), SIGABRT, "out of memory ends the process");
	is_int(end_of_asking(SIZE_MAX - 16), SIGABRT, "a size near the end does not wrap");

	memset(order, 0, sizeof(order));
	arena_defer(a, note, arena_strdup(a, "f"));
	arena_free(a);
	is_str(order, "f", "free releases too");
	arena_free(NULL);
	return done();
}
