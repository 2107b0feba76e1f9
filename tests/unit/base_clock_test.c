/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The clock: its three forms, and which moments of Japan there are.
 */
#include "base/clock.h"
#include "base/arena.h"

#include <stdlib.h>
#include <time.h>

#include "tap.h"

static const int64_t noon = INT64_C(1795575845000);	/* 2026-11-25T12:04:05+09:00 */

static void
test_forms(struct arena *a)
{
	is_str(clock_mail(a, noon + 999), "Wed, 25 Nov 2026 12:04:05 +0900", "the form of mail");
	is_str(clock_rfc3339(a, noon), "2026-11-25T12:04:05+09:00", "the form of RFC 3339");
	is_str(clock_mail(a, 0), "Thu, 01 Jan 1970 09:00:00 +0900", "the beginning");
	is_str(clock_mail(a, -1), "Thu, 01 Jan 1970 08:59:59 +0900", "and just before");
	is_str(clock_rfc3339(a, -1000), "1970-01-01T08:59:59+09:00", "a whole second before");
}

static void
test_japan(void)
{
	static const int bad[][5] = {
		{ 2026, 2, 29, 0, 0 }, { 2026, 2, 30, 0, 0 }, { 2026, 4, 31, 0, 0 }, { 2100, 2, 29, 0, 0 },
		{ 2026, 0, 1, 0, 0 }, { 2026, 13, 1, 0, 0 }, { 2026, 1, 0, 0, 0 }, { 2026, 1, 32, 0, 0 },
		{ 2026, 1, 1, 24, 0 }, { 2026, 1, 1, -1, 0 }, { 2026, 1, 1, 0, 60 }, { 2026, 1, 1, 0, -1 },
		{ 0, 1, 1, 0, 0 }, { -1, 1, 1, 0, 0 }, { 10000, 1, 1, 0, 0 },
		{ 2147483647, 2147483647, 2147483647, 2147483647, 2147483647 },
	};
	int64_t ms = 7;

	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		const int *b = bad[i];

		is_int(clock_from_japan(b[0], b[1], b[2], b[3], b[4], &ms), ERR_INVALID,
		    "no such moment: %d-%d-%d %d:%d", b[0], b[1], b[2], b[3], b[4]);
	}
	is_int(ms, 7, "the result is not touched on failure");

	is_int(clock_from_japan(2026, 11, 25, 12, 4, &ms), ERR_OK, "a moment");
	is_int(ms, noon - 5000, "is Japan's");
	is_int(clock_from_japan(2028, 2, 29, 23, 59, &ms), ERR_OK, "a leap day");
	is_int(clock_from_japan(2000, 2, 29, 0, 0, &ms), ERR_OK, "a leap day of a century");
	is_int(clock_from_japan(1970, 1, 1, 9, 0, &ms), ERR_OK, "the beginning");
	is_int(ms, 0, "is nine in the morning");
}

/* Every 17 hours over eight centuries, against the system's calendar. */
static void
test_calendar(void)
{
	int64_t from = 0, to = 0, ms, back;
	int wrong = 0;

	if (clock_from_japan(1601, 1, 1, 0, 0, &from) != ERR_OK ||
	    clock_from_japan(2401, 1, 1, 0, 0, &to) != ERR_OK)
		wrong++;
	for (ms = from; ms < to; ms += INT64_C(17) * 3600 * 1000) {
		time_t japan = (time_t)(ms / 1000 + 9 * 3600);
		struct tm tm;

		gmtime_r(&japan, &tm);
		if (clock_from_japan(tm.tm_year + 1900, tm.tm_mon + 1, tm.tm_mday, tm.tm_hour,
		    tm.tm_min, &back) != ERR_OK || back != ms)
			wrong++;
	}
	is_int(wrong, 0, "there and back over eight centuries");
}

static void
test_now(void)
{
	int64_t before, after;

	unsetenv("CHROMO_CLOCK_OFFSET");
	before = clock_monotonic_ms();
	ok(clock_monotonic_ms() >= before, "intervals do not run backwards");
	before = clock_ms();
	setenv("CHROMO_CLOCK_OFFSET", "86400", 1);
	after = clock_ms();
	ok(after >= before + 86400000, "tests can move the clock on");
	before = clock_monotonic_ms();
	setenv("CHROMO_CLOCK_OFFSET", "-86400", 1);
	ok(clock_ms() <= after - 86400000, "and back");
	ok(clock_monotonic_ms() >= before, "but not intervals");
	unsetenv("CHROMO_CLOCK_OFFSET");
}

static void
test_written(void)
{
	static const char *const days[] = { "2026-11-26", "2024-02-29", "2000-02-29", "2000-01-01", "2099-12-31" };
	static const char *const none[] = { "", "2026-11-2", "2026-11-261", "2026-02-29", "2026-02-31", "2026-13-01", "2026-00-10",
		"2026-+1-+1", "2026- 1- 1", "1999-12-31", "2100-01-01", "2026/11/26", "9999-99-99" };
	static const char *const no_moments[] = { "", "2026-12-05", "2026-12-05T10:00:00Z", "2026-12-05T24:00:00+09:00",
		"2026-12-05T10:60:00+09:00", "2026-12-05T10:00:60+09:00", "2026-13-05T10:00:00+09:00", "2026-12-05T10:00:00+09:000" };

	for (size_t i = 0; i < sizeof(days) / sizeof(days[0]); i++)
		ok(clock_is_day(days[i]), "a day: %s", days[i]);
	for (size_t i = 0; i < sizeof(none) / sizeof(none[0]); i++)
		ok(!clock_is_day(none[i]), "none: \"%s\"", none[i]);
	ok(clock_is_moment("2026-12-05T23:59:59+09:00"), "a moment");
	for (size_t i = 0; i < sizeof(no_moments) / sizeof(no_moments[0]); i++)
		ok(!clock_is_moment(no_moments[i]), "none: \"%s\"", no_moments[i]);
}

int
main(void)
{
	struct arena *a = arena_new();

	test_forms(a);
	test_japan();
	test_written();
	test_calendar();
	test_now();
	arena_free(a);
	return done();
}
