/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
#include "domain/questionnaire.h"
/* What reading, showing and accepting an answer have in common. */

/* Names of fields: "q3_other", "q4_r2_1". */
const char *questionnaire_field(struct arena *, const char *code, const char *part);

/* Brings a text to the form in which its kind is kept; NULL: it is none. */
const char *questionnaire_number(struct arena *, const char *typed, int64_t decimals);
/* Degrees, with as many decimals as tell a door from the next; what is more is cut. */
const char *questionnaire_degree(struct arena *, const char *typed);
const char *questionnaire_date(struct arena *, const char *year, const char *month, const char *day);
const char *questionnaire_time(struct arena *, const char *typed);
const char *questionnaire_pattern(struct arena *, const char *pattern, const char *typed);

/* What is wrong with the answer that answers hold to this question, by key of the words, or
 * NULL: nothing.  limits are the numbers that the words name. */
struct questionnaire_limits { int64_t min, max, length; };
const char *questionnaire_problem(struct arena *, const json_t *question, const json_t *answers,
    struct questionnaire_limits *);
