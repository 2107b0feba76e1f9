/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
#include <fcntl.h>
#include <stdatomic.h>
#include <stdint.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>
/*
 * The number that a library for LD_PRELOAD counts down (preload.mjs): eight bytes in the file
 * that CHROMO_SWEEP names, which the test writes and all processes share.
 */

/* NULL: there is no such file, and nothing is counted. */
static _Atomic int64_t *
sweep_number(void)
{
	const char *path = getenv("CHROMO_SWEEP");
	int fd = path != NULL ? open(path, O_RDWR | O_CLOEXEC) : -1;
	void *page;

	if (fd == -1)
		return NULL;
	page = mmap(NULL, sizeof(int64_t), PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
	close(fd);
	return page != MAP_FAILED ? page : NULL;
}
