/* SPDX-License-Identifier: Apache-2.0 */
/*
 * How far a long job is: on a terminal a bar, elsewhere a line now and then.
 */
#include <inttypes.h>
#include <stdio.h>
#include <unistd.h>

#include "base/clock.h"
#include "cli/cli.h"

enum { QUIET_MS = 2000, BAR_MS = 200, LINE_MS = 10000, WIDTH = 30 };

void
progress_begin(struct progress *p, const char *what, int64_t total)
{
	*p = (struct progress){ .what = what, .total = total > 0 ? total : 1,
	    .began = clock_monotonic_ms(), .terminal = isatty(STDERR_FILENO) != 0 };
	p->told = p->began;
}

static void
tell(const struct progress *p, int64_t now)
{
	int64_t ms = now > p->began ? now - p->began : 1;
	int64_t rate = p->done * 1000 / ms, left = rate > 0 ? (p->total - p->done) / rate : 0;
	int full = (int)(p->done * WIDTH / p->total), i;

	if (p->terminal) {
		fprintf(stderr, "\r%s [", p->what);
		for (i = 0; i < WIDTH; i++)
			fputc(i < full ? '#' : '.', stderr);
		fprintf(stderr, "] ");
	} else
		fprintf(stderr, "%s ", p->what);
	fprintf(stderr, "%" PRId64 "/%" PRId64 "  %" PRId64 "/s  %" PRId64 " s left%s", p->done, p->total,
	    rate, left, p->terminal ? "   " : "\n");
}

void
progress_step(struct progress *p, int64_t done)
{
	int64_t now = clock_monotonic_ms();

	p->done = done;
	if (now - p->began < QUIET_MS || now - p->told < (p->terminal ? BAR_MS : LINE_MS))
		return;
	p->told = now;
	tell(p, now);
}

void
progress_end(struct progress *p)
{
	int64_t now = clock_monotonic_ms();

	p->done = p->total;
	if (now - p->began < QUIET_MS)
		return;
	tell(p, now);
	if (p->terminal)
		fputc('\n', stderr);
}
