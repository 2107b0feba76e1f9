/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
#include "domain/questionnaire.h"
/* What reading, showing and accepting an answer have in common. */

/* Brings a text to the form in which its kind is kept; NULL: it is none. */
const char *questionnaire_number(struct arena *, const char *typed, int64_t decimals);
/* Degrees, with as many decimals as tell a door from the next; what is more is cut. */
const char *questionnaire_degree(struct arena *, const char *typed);
const char *questionnaire_date(struct arena *, const char *year, const char *month, const char *day);
/* The same of a day that need not exist: "2026-02-30", to be told which month is how long. */
const char *questionnaire_date_meant(struct arena *, const char *year, const char *month, const char *day);
/* How many days this month has; 0: there is no such month. */
int questionnaire_days(int year, int month);
const char *questionnaire_time(struct arena *, const char *typed);
const char *questionnaire_pattern(struct arena *, const char *pattern, const char *typed);

/* Seven digits and all that; NULL: the part of an address or a place has no such form, or is not in
 * it. */
const char *questionnaire_part(struct arena *, const char *part, const char *typed);
