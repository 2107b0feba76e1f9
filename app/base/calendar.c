/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Dates as people read them: see calendar.h.
 */
#include "base/calendar.h"

#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "base/log.h"

char *
calendar_moment(struct arena *a, const char *text)
{
	static const char form[] = "YYYY-MM-DDTHH:MM:SS+00:00";
	size_t n = strlen(text);
	const char *zone = n > 3 ? text + n - 3 : text;
	char *moment;

	if (n < 22 || text[10] != ' ' || (*zone != '+' && *zone != '-'))
		return arena_strdup(a, text);
	moment = arena_strdup(a, form);
	memcpy(moment, text, 10);
	memcpy(moment + 11, text + 11, 8);
	memcpy(moment + 19, zone, 3);
	return moment;
}

/* 0 is Sunday: Sakamoto's way, from the shifts of the months. */
static int
weekday(int year, int month, int day)
{
	static const int shift[] = { 0, 3, 2, 5, 0, 3, 5, 1, 4, 6, 2, 4 };
	int y = month < 3 ? year - 1 : year;

	return (y + y / 4 - y / 100 + y / 400 + shift[month - 1] + day) % 7;
}

static char *
japanese(struct arena *a, int year, int month, int day)
{
	static const char *const days[] = { "日", "月", "火", "水", "木", "金", "土" };	/* lint: words */
	const char *of = days[weekday(year, month, day)];

	if (year < 2019 || (year == 2019 && month < 5))
		return arena_printf(a, "%d年%d月%d日（%s）", year, month, day, of);	/* lint: words */
	if (year == 2019)
		return arena_printf(a, "令和元年%d月%d日（%s）", month, day, of);	/* lint: words */
	return arena_printf(a, "令和%d年%d月%d日（%s）", year - 2018, month, day, of);	/* lint: words */
}

char *
calendar_date(struct arena *a, const char *rfc3339, const char *lang)
{
	static const char *const days[] = { "Sunday", "Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday" };
	static const char *const months[] = { "January", "February", "March", "April", "May", "June", "July",
		"August", "September", "October", "November", "December" };
	int year, month, day;
	char *end;

	year = (int)strtol(rfc3339, &end, 10);
	must(*end == '-');
	month = (int)strtol(end + 1, &end, 10);
	must(*end == '-' && month >= 1 && month <= 12);
	day = (int)strtol(end + 1, NULL, 10);
	if (strcmp(lang, "ja") == 0)
		return japanese(a, year, month, day);
	return arena_printf(a, "%s, %d %s %d", days[weekday(year, month, day)], day, months[month - 1], year);
}

const char *
calendar_time(struct arena *a, const char *time, const char *lang)
{
	char *end;
	long hour = strtol(time, &end, 10);

	if (strcmp(lang, "ja") != 0 || *end != ':')
		return time;
	return arena_printf(a, "%ld時%s分", hour, end + 1);	/* lint: words */
}
