/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
#include "domain/result.h"
struct buf;
/*
 * Cross-tables: two questions against each other, or a question against what is known of
 * those who answered.
 *
 * A side is named by a key: "q4", a row of a matrix "q8.r1", "@age", "@district",
 * "@language", "@way", "@day".  Its classes are choices, numbers (gathered), months,
 * districts …, and 無回答.  Of several answers each is a class, and people are in more than one.
 *
 * Sums of the table are those of the other pages and known to whoever reads it; small cells
 * are hidden so that they cannot be worked out from them (statistics_hide_table).
 */

/* What can be chosen, as part/field_select shows it. */
json_t *cross_sides(const struct result *, const char *name, const char *chosen);
/* The table, as templates/desk/result/cross shows it.  ERR_INVALID: there is no such side, or
 * both are the same.  ERR_TOO_LARGE: it would have so many cells that nobody finds out in time
 * which of them to hide.  ERR_BUSY: it is being counted by the courier's clerk; soon it is there. */
enum err cross_open(const struct result *, const char *first, const char *second, json_t **out) MUST_USE;
/* The same as CSV, with this word for the sums; what is hidden is "x". */
void cross_csv(struct arena *, const json_t *table, const char *sum, struct buf *out);
