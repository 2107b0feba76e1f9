/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
#include <jansson.h>
#include "db/db.h"
/*
 * Tallies: how often each answer was given, kept up as answers come in
 * (sql/functions/tally.sql) and read in one go.
 */
struct tally;

/* Which answers: empty texts are "any".  Days ("2026-11-26") are a range; all else is one class of one thing that
 * tells people apart.  Of two things together nothing is told: see result_hide.c. */
struct tally_filter {
	const char *district, *age, *language, *way;
	const char *from, *until;
};
bool tally_filtered(const struct tally_filter *);
/* By what is filtered: "district", "age", "language", "way" or "day".  NULL: by nothing, or by more
 * than one. */
const char *tally_by(const struct tally_filter *);

/* Counts what is new, at most so many; *waiting: how many are left.  Wants DB_WRITE. */
enum err tally_count(struct db *, int64_t questionnaire, int most, int64_t *waiting) MUST_USE;
/* Counts all there are, and waits for whoever is at it.  ERR_BUSY: more came meanwhile. */
enum err tally_count_all(struct db *, int64_t questionnaire) MUST_USE;
enum err tally_open(struct db *, struct arena *, int64_t questionnaire, const struct tally_filter *,
    struct tally **out) MUST_USE;
/* All answers side by side by one of those things; days with fewer than five people stand together
 * with the next, and more than a month of them as months. */
struct tally_class {
	const char *first, *last;	/* days; else both are the class */
	struct tally *tally;
};
enum err tally_open_classes(struct db *, struct arena *, int64_t questionnaire, const char *by,
    struct tally_class **out, size_t *n) MUST_USE;
/* The same with a weight for each group of tally_groups; counts then are of whole people,
 * rounded. */
enum err tally_open_weighted(struct db *, struct arena *, const struct db_ids *cells, const double *weights,
    struct tally **out) MUST_USE;

/* People who answered at all. */
int64_t tally_people(const struct tally *);
/* How often this item of this question; 0 where it was not chosen. */
int64_t tally_of(const struct tally *, const char *code, const char *item);
/* Items of a question in the order of their bytes; code's first row and the number of rows. */
size_t tally_items(const struct tally *, const char *code, size_t *first);
const char *tally_item(const struct tally *, size_t row);
int64_t tally_n(const struct tally *, size_t row);
/* Sum of the numbers that were given. */
double tally_total(const struct tally *, size_t row);
