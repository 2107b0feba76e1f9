/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
#include "base/err.h"
/*
 * One event a line on standard error, for the journal:
 *
 *	time=2026-11-25T03:04:05.678Z level=info pid=712 event=batch.done tenant=3 batch=77
 *
 * The format string gives everything from the event on.  Never personal data:
 * ids, counts, codes, names of queries and routes; no address, no text, no
 * token.  Control characters in values come out as '?', so that no value can
 * start a line of its own.
 */
void log_info(const char *fmt, ...) PRINTF(1, 2);
void log_warn(const char *fmt, ...) PRINTF(1, 2);
void log_error(const char *fmt, ...) PRINTF(1, 2);
/* Logs and ends the process with abort(3): for what cannot happen. */
void log_panic(const char *fmt, ...) PRINTF(1, 2) __attribute__((noreturn));

/* Stays in production: for what cannot be unless we are wrong.  What a sender
 * can cause is never asserted. */
#define must(cond) \
	((cond) ? (void)0 : log_panic("assert.failed file=%s line=%d cond=\"%s\"", \
	    __FILE__, __LINE__, #cond))
