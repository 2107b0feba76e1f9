/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
#include <stdbool.h>
#include "base/err.h"
#include "base/sandbox.h"
/*
 * Processes: a supervisor that keeps n workers alive.
 *
 * SIGTERM and SIGINT: workers finish what they do, then all end; after 20 s
 * they are killed.  SIGHUP: workers are replaced one after the other, so the
 * socket never goes unanswered.  A worker that dies is started again, at once
 * the first time, then after 100 ms doubled up to 5 s, so that a fault at start
 * makes no storm; a worker that ends by itself with status 0 (it retires after
 * so many requests) is replaced at once.  sd_notify READY=1 and STOPPING=1 are
 * sent where NOTIFY_SOCKET is set.
 *
 * A worker that was asked to end is asked again a few times a second: one that
 * looked at proc_stopping just before it began to wait is not missed.  Workers
 * whose supervisor was killed are asked to end by the kernel.
 */
struct proc_pool {
	const char *name;		/* in the log: "web", "write" */
	int workers;
	int (*run)(void *context, int slot);	/* in the child; its result is the exit status */
	void *context;
	/* In the supervisor, on SIGHUP, before any worker is replaced: reads
	 * again what workers are forked with.  Anything but ERR_OK: all stay as
	 * they are, and the log says so.  NULL: nothing to read. */
	enum err (*reload)(void *context);
	int grace_ms;			/* before workers are killed; 0: 20 s */
	/* What a worker shuts itself into before it runs; NULL: nothing.  After a
	 * reload those that are forked then look at it anew. */
	const struct sandbox *sandbox;
};

/* Before any worker is there: the heap stays as large as the largest request or round made it.  To give it
 * back and take it again each time, page fault by page fault, would be a tenth of a request. */
void proc_keep_heap(void);

/* Returns the exit status of the program once all have ended: 0, or 1 if any had
 * to be killed. */
int proc_supervise(const struct proc_pool *pools, int n_pools);

/* True once this process was asked to end: loops look at it between units of
 * work.  The signal interrupts accept, poll and sleep. */
bool proc_stopping(void);
/* Installs the handlers that set it, for a program without a supervisor, and
 * ignores SIGPIPE: a peer that went away is an error of write. */
void proc_catch_signals(void);
/* Holds the signals back (true) around a unit of work, so that no read or write
 * in it is interrupted, and lets them in again (false). */
void proc_busy(bool);
/* Sleeps, or less when asked to end. */
void proc_sleep_ms(int ms);
/* The same, or until fd can be read. */
void proc_wait_ms(int fd, int ms);
