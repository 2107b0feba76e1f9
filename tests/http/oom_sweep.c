/* SPDX-License-Identifier: Apache-2.0 */
/*
 * For LD_PRELOAD: the n-th allocation from now fails, once (oom_sweep.test.mjs, preload.mjs).
 *
 * n is a number of eight bytes in the file that CHROMO_SWEEP names, which the test writes
 * and all processes share; 0: none fails.  It counts down, so what is left afterwards
 * says whether so many came.
 *
 * Those of libpq's own code do not count: where it has no memory for the end of a
 * pipeline (PGRES_PIPELINE_SYNC), PQgetResult of version 15 waits for ever.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <link.h>
#include <stdbool.h>
#include <stddef.h>
#include <string.h>
#include "../harness/sweep.h"

/* The C library's own. */
void *__libc_malloc(size_t);
void *__libc_calloc(size_t, size_t);
void *__libc_realloc(void *, size_t);

static _Atomic int64_t *left;
static uintptr_t libpq, libpq_end;

static int
look(struct dl_phdr_info *info, size_t size, void *context)
{
	(void)size;
	(void)context;
	if (strstr(info->dlpi_name, "/libpq.so") == NULL)
		return 0;
	libpq = info->dlpi_addr;
	for (int i = 0; i < info->dlpi_phnum; i++)
		if (info->dlpi_phdr[i].p_type == PT_LOAD)
			libpq_end = libpq + info->dlpi_phdr[i].p_vaddr + info->dlpi_phdr[i].p_memsz;
	return 1;
}

__attribute__((constructor)) static void
share(void)
{
	dl_iterate_phdr(look, NULL);
	left = sweep_number();
}

static bool
fails(const void *caller)
{
	if (left == NULL || ((uintptr_t)caller >= libpq && (uintptr_t)caller < libpq_end))
		return false;
	if (atomic_load(left) <= 0 || atomic_fetch_sub(left, 1) != 1)
		return false;
	errno = ENOMEM;
	return true;
}

void *
malloc(size_t n)
{
	return fails(__builtin_return_address(0)) ? NULL : __libc_malloc(n);
}

void *
calloc(size_t n, size_t size)
{
	return fails(__builtin_return_address(0)) ? NULL : __libc_calloc(n, size);
}

void *
realloc(void *p, size_t n)
{
	return fails(__builtin_return_address(0)) ? NULL : __libc_realloc(p, n);
}
