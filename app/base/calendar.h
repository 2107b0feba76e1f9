/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
struct arena;
/*
 * Dates as people read them, for lists: sql/functions/calendar.sql writes the same
 * words one at a time, which for each row of a list costs a sixth of a page.
 */

/* "2026-11-25 22:26:21.411278+09", as the server writes a moment, in RFC 3339:
 * "2026-11-25T22:26:21+09:00".  What it cannot be for (infinity, zones of odd minutes) stays
 * as it is. */
char *calendar_moment(struct arena *, const char *text) __attribute__((returns_nonnull));

/* "令和8年11月25日（水）", and for every language but ja "Wednesday, 25 November
 * 2026", from a moment in RFC 3339 in Japan's time.  Before 令和 (2019-05-01,
 * 平成31年政令第143号) the western year alone. */
char *calendar_date(struct arena *, const char *rfc3339, const char *lang)
    __attribute__((returns_nonnull));

/* "9時30分", and for every language but ja "09:30", from that. */
const char *calendar_time(struct arena *, const char *time, const char *lang) __attribute__((returns_nonnull));
