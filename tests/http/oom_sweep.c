/* SPDX-License-Identifier: Apache-2.0 */
/*
 * For LD_PRELOAD: the n-th allocation from now fails, once (oom_sweep.test.mjs, preload.mjs).
 *
 * n is a number of eight bytes in the file that CHROMO_SWEEP names, which the test writes
 * and all processes share; 0: none fails.  It counts down, so what is left afterwards
 * says whether so many came.
 *
 * Those of two libraries' own code do not count.  Where libpq has no memory for the end of a
 * pipeline (PGRES_PIPELINE_SYNC), PQgetResult of version 15 waits for ever.  Where libseccomp
 * 2.5.4 has none, it reads what is not there, or makes a list that is not the one asked for: a worker
 * that begins meanwhile, before its first request, dies of signal 11 or 31.
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
static const char *const spared[] = { "/libpq.so", "/libseccomp.so" };
enum { SPARED = sizeof spared / sizeof spared[0] };
static uintptr_t begins[SPARED], ends[SPARED];

static int
look(struct dl_phdr_info *info, size_t size, void *context)
{
	(void)size;
	(void)context;
	for (int k = 0; k < SPARED; k++) {
		if (strstr(info->dlpi_name, spared[k]) == NULL)
			continue;
		begins[k] = info->dlpi_addr;
		for (int i = 0; i < info->dlpi_phnum; i++)
			if (info->dlpi_phdr[i].p_type == PT_LOAD)
				ends[k] = begins[k] + info->dlpi_phdr[i].p_vaddr + info->dlpi_phdr[i].p_memsz;
	}
	return 0;
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
	if (left == NULL)
		return false;
	for (int k = 0; k < SPARED; k++)
		if ((uintptr_t)caller >= begins[k] && (uintptr_t)caller < ends[k])
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
