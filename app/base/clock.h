/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
#include <stdbool.h>
#include <stdint.h>
#include "base/err.h"
struct arena;
/*
 * Time.  Deadlines and everything stored use the database's now(); the clock
 * here is for intervals, TOTP steps and headers.  CHROMO_CLOCK_OFFSET in the
 * environment (seconds, may be negative) moves it, for tests only.
 */
int64_t clock_ms(void);			/* milliseconds since 1970 UTC */
int64_t clock_monotonic_ms(void);	/* for intervals; never moved */

/* "Wed, 25 Nov 2026 12:04:05 +0900" (RFC 5322 3.3), always Japan's time. */
char *clock_mail(struct arena *, int64_t ms);
/* "2026-11-25T12:04:05+09:00" (RFC 3339), always Japan's time. */
char *clock_rfc3339(struct arena *, int64_t ms);
/* Reads year, month, day, hour, minute in Japan's time (UTC+9, no summer
 * time).  ERR_INVALID: there is no such moment (30 February, hour 24 …). */
enum err clock_from_japan(int year, int month, int day, int hour, int minute,
    int64_t *ms) MUST_USE;
/* "2026-02-28": a day of the calendar, written so, from 2000 to 2099. */
bool clock_is_day(const char *);
/* "2026-12-05T10:00:00+09:00": a moment as clock_rfc3339 writes it, of those days. */
bool clock_is_moment(const char *);
