/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Time, and the two ways it is written.  Names of days and months stand here
 * and not in strftime(3), which asks the locale.
 */
#include "base/clock.h"
#include "base/arena.h"

#include <stdbool.h>
#include <stdlib.h>
#include <time.h>

enum { JAPAN_S = 9 * 3600 };

static const char days[7][4] = { "Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat" };
static const char months[12][4] = {
	"Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"
};

/* Asked each time: a cached value would be a global that changes. */
static int64_t
test_offset_s(void)
{
	const char *s = getenv("CHROMO_CLOCK_OFFSET");

	return s != NULL ? strtoll(s, NULL, 10) : 0;
}

static int64_t
read_ms(clockid_t id)
{
	struct timespec t;

	clock_gettime(id, &t);
	return (int64_t)t.tv_sec * 1000 + t.tv_nsec / 1000000;
}

int64_t
clock_ms(void)
{
	return read_ms(CLOCK_REALTIME) + test_offset_s() * 1000;
}

int64_t
clock_monotonic_ms(void)
{
	return read_ms(CLOCK_MONOTONIC);
}

/* Japan's time in parts: whole seconds, rounded down also before 1970. */
static struct tm
parts(int64_t ms)
{
	time_t s = (time_t)(ms / 1000 - (ms % 1000 < 0)) + JAPAN_S;
	struct tm tm = { 0 };

	gmtime_r(&s, &tm);
	return tm;
}

char *
clock_mail(struct arena *a, int64_t ms)
{
	struct tm tm = parts(ms);

	return arena_printf(a, "%s, %02d %s %04d %02d:%02d:%02d +0900", days[tm.tm_wday],
	    tm.tm_mday, months[tm.tm_mon], tm.tm_year + 1900, tm.tm_hour, tm.tm_min, tm.tm_sec);
}

char *
clock_rfc3339(struct arena *a, int64_t ms)
{
	struct tm tm = parts(ms);

	return arena_printf(a, "%04d-%02d-%02dT%02d:%02d:%02d+09:00", tm.tm_year + 1900,
	    tm.tm_mon + 1, tm.tm_mday, tm.tm_hour, tm.tm_min, tm.tm_sec);
}

static bool
is_leap(int year)
{
	return year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
}

static int
days_of(int year, int month)
{
	static const int length[] = { 31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31 };

	return length[month - 1] + (month == 2 && is_leap(year));
}

/* Days from 1970-01-01 to the first of January: 365 a year and the leap days
 * between, of which there were 477 before 1970. */
static int64_t
days_before_year(int year)
{
	int past = year - 1;

	return (int64_t)(year - 1970) * 365 + past / 4 - past / 100 + past / 400 - 477;
}

enum err
clock_from_japan(int year, int month, int day, int hour, int minute, int64_t *ms)
{
	int64_t all;
	int m;

	if (year < 1 || year > 9999 || month < 1 || month > 12)
		return ERR_INVALID;
	if (day < 1 || day > days_of(year, month))
		return ERR_INVALID;
	if (hour < 0 || hour > 23 || minute < 0 || minute > 59)
		return ERR_INVALID;

	all = days_before_year(year) + day - 1;
	for (m = 1; m < month; m++)
		all += days_of(year, m);
	*ms = (((all * 24 + hour) * 60 + minute) * 60 - JAPAN_S) * 1000;
	return ERR_OK;
}

/* d: a digit. */
static bool
has_shape(const char *text, const char *shape)
{
	for (; *shape != '\0'; shape++, text++)
		if (*shape == 'd' ? *text < '0' || *text > '9' : *text != *shape)
			return false;
	return true;
}

static int
number(const char *text, int digits)
{
	int n = 0;

	while (digits-- > 0)
		n = n * 10 + (*text++ - '0');
	return n;
}

static bool
begins_with_day(const char *text)
{
	int64_t ms;

	return has_shape(text, "dddd-dd-dd") && number(text, 4) >= 2000 && number(text, 4) < 2100 &&
	    clock_from_japan(number(text, 4), number(text + 5, 2), number(text + 8, 2), 0, 0, &ms) == ERR_OK;
}

bool
clock_is_day(const char *text)
{
	return begins_with_day(text) && text[10] == '\0';
}

bool
clock_is_moment(const char *text)
{
	return begins_with_day(text) && has_shape(text + 10, "Tdd:dd:dd+09:00") && text[25] == '\0' &&
	    number(text + 11, 2) < 24 && number(text + 14, 2) < 60 && number(text + 17, 2) < 60;
}
