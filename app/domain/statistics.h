/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include "base/err.h"
struct arena;
/*
 * What a count may be said to mean.  Pure: numbers in, numbers out.
 *
 * A sample is given as cells, groups of people who are alike in what the weights go by
 * (age and district), each with the number of those who answered.
 */

/* One margin: of which class each cell is (negative: of none that is known), and how
 * many live in each class. */
struct margin {
	size_t classes;
	const int *class_of;		/* by cell */
	const double *lives;		/* by class */
};

enum raking {
	RAKING_DONE,
	RAKING_NOTHING,		/* nobody answered, or nobody of a known class */
	RAKING_EMPTY,		/* people live in a class of which nobody answered */
	RAKING_STUCK		/* the margins contradict each other, or too slow */
};

struct raked {
	enum raking outcome;
	int margin, class;	/* RAKING_EMPTY, RAKING_STUCK: where */
	int rounds;
	double off;		/* largest distance from a margin, as a share of all */
};

/*
 * Raking (iterative proportional fitting: Deming & Stephan 1940): a weight for each cell
 * so that every margin is that of those who live there.  The mean weight of the known is 1;
 * a cell of an unknown class in any margin is left alone with weight 1.
 * A class in which nobody answered can be put right by no weight: RAKING_EMPTY says which,
 * unless less than a thousandth lives there.
 */
struct raked statistics_rake(const int64_t *answered, size_t cells, const struct margin *, size_t margins,
    double *weight);

/* What unequal weights cost (Kish 1965; 1992): n Σw² / (Σw)², at least 1; 1 with nobody. */
double statistics_design_effect(const int64_t *answered, const double *weight, size_t cells);
/* n / design effect: so many would tell as much, were they chosen evenly. */
double statistics_effective(const int64_t *answered, const double *weight, size_t cells);
/* Half the width of a 95 % interval of a share of p (0 … 1) among n, of whom there are
 * population (0: not known, no correction).  1 where n is below 2. */
double statistics_margin(double p, double n, double population);

/* Net promoter score of 0 … 10: share of 9 and 10 less share of 0 … 6, in points of a
 * hundred.  0 with nobody. */
double statistics_nps(const int64_t n[11]);
/* The median of values in ascending order, each n times; between two in the middle.
 * ERR_NOT_FOUND: there is none. */
enum err statistics_median(const double *value, const int64_t *n, size_t values, double *out) MUST_USE;

/*
 * Small cells (statistics_hide.c).  hidden, as long as n, is set where a number must not be
 * shown: a count of 1 … 4, and as many others as it takes that none of them follows from
 * the sums that are known.
 */
enum { SMALL_CELL = 5 };
/* A list beside its sum. */
void statistics_hide_list(const int64_t *n, size_t length, bool *hidden);
/* A table, row by row, of which the sums of rows and columns are known to all: whatever is
 * worked out from them and the visible cells, at least five values are possible of each small
 * one (fewer only where the sums alone leave fewer).  The same table with other order of rows or
 * columns, or the one for the other, has the same cells hidden. */
void statistics_hide_table(struct arena *, const int64_t *n, size_t rows, size_t columns, bool *hidden);
