/* SPDX-License-Identifier: Apache-2.0 */
/* Dates as people read them; tests/db/calendar.sql has the same days. */
#include "base/arena.h"
#include "base/calendar.h"
#include "tests/unit/tap.h"

int
main(void)
{
	static const struct {
		const char *moment, *ja, *en;
	} days[] = {
		{ "2026-11-25T10:05:00+09:00", "令和8年11月25日（水）", "Wednesday, 25 November 2026" },
		{ "2019-04-30T23:59:59+09:00", "2019年4月30日（火）", "Tuesday, 30 April 2019" },
		{ "2019-05-01T00:00:00+09:00", "令和元年5月1日（水）", "Wednesday, 1 May 2019" },
		{ "2019-12-31T23:59:59+09:00", "令和元年12月31日（火）", "Tuesday, 31 December 2019" },
		{ "2020-01-01T00:00:00+09:00", "令和2年1月1日（水）", "Wednesday, 1 January 2020" },
		{ "2024-02-29T12:00:00+09:00", "令和6年2月29日（木）", "Thursday, 29 February 2024" },
		{ "2100-03-01T12:00:00+09:00", "令和82年3月1日（月）", "Monday, 1 March 2100" },
		{ "1999-12-31T00:00:00+09:00", "1999年12月31日（金）", "Friday, 31 December 1999" },
	};
	struct arena *a = arena_new();
	size_t i;

	for (i = 0; i < sizeof days / sizeof *days; i++) {
		is_str(calendar_date(a, days[i].moment, "ja"), days[i].ja, "F19 ja");
		is_str(calendar_date(a, days[i].moment, "en"), days[i].en, "F19 en");
	}
	is_str(calendar_moment(a, "2026-11-25 22:26:21.411278+09"), "2026-11-25T22:26:21+09:00", "a moment");
	is_str(calendar_moment(a, "2026-11-25 22:26:21+09"), "2026-11-25T22:26:21+09:00", "a whole second");
	is_str(calendar_moment(a, "infinity"), "infinity", "no moment");
	is_str(calendar_moment(a, "1800-01-01 00:00:00+09:18:59"), "1800-01-01 00:00:00+09:18:59", "an odd zone");
	arena_free(a);
	return done();
}
