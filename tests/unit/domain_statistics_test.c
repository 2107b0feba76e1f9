/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Statistics against the literature:
 *
 *	Deming, Stephan (1940), On a least squares adjustment of a sampled frequency table,
 *	  Ann. Math. Stat. 11, 427–444: raking.
 *	Ardilly, Tillé (2006), Sampling Methods: the table that R's TeachingSampling::IPFP shows.
 *	Klemens (2012), Modeling with Data, "IPF and raking": 7 9 / 12 7 to 5 15 / 10 10.
 *	Csiszár (1975), Ann. Prob. 3: what raking ends in is the only table with these margins
 *	  and the odds ratios of the first one; so both are asked for, which is stricter than
 *	  to compare printed decimals.
 *	Kish (1965), Survey Sampling, 11.2; Kish (1992), J. Off. Stat. 8: n Σw²/(Σw)² = 1 + cv².
 *	Cochran (1977), Sampling Techniques, 4.4: of 3,200 people on an island 356 are needed for
 *	  ± 5 points at t = 2, where of a large number it were 400.
 *	Reichheld (2003), Harvard Business Review 81: promoters 9–10, detractors 0–6.
 */
#include "domain/statistics.h"

#include <math.h>

#include "tap.h"

enum { CELLS = 16 };

static bool
near(double a, double b, double off)
{
	return fabs(a - b) <= off;
}

struct table {
	const char *name;
	int rows, columns;
	int64_t n[CELLS];
	double row[4], column[4];
	double result[CELLS];
};

static const struct table tables[] = {
	{ "Ardilly and Tillé", 3, 3, { 80, 170, 150, 90, 80, 210, 10, 80, 130 }, { 430, 360, 210 }, { 150, 300, 550 },
	    { 73.01, 167.64, 189.35, 69.39, 66.65, 223.96, 7.60, 65.71, 136.69 } },
	{ "Klemens", 2, 2, { 7, 9, 12, 7 }, { 5, 15 }, { 10, 10 }, { 1.7757, 3.2243, 8.2243, 6.7757 } },
	{ "four by four", 4, 4, { 40, 30, 20, 10, 35, 50, 100, 75, 30, 80, 70, 120, 20, 30, 40, 50 },
	    { 150, 300, 400, 150 }, { 200, 300, 400, 100 },
	    { 64.56, 46.23, 35.38, 3.82, 49.97, 68.16, 156.50, 25.37, 56.72, 144.43, 145.08, 53.77, 28.75, 41.18, 63.03, 17.03 } },
};

static struct raked
rake_table(const struct table *t, double *w)
{
	int row[CELLS], column[CELLS], i;
	struct margin margins[] = { { (size_t)t->rows, row, t->row }, { (size_t)t->columns, column, t->column } };

	for (i = 0; i < t->rows * t->columns; i++) {
		row[i] = i / t->columns;
		column[i] = i % t->columns;
	}
	return statistics_rake(t->n, (size_t)(t->rows * t->columns), margins, 2, w);
}

static double
odds(const struct table *t, const double *x, int row, int column)
{
	return x[0] * x[row * t->columns + column] / (x[column] * x[row * t->columns]);
}

static void
raking(const struct table *t)
{
	double w[CELLS], x[CELLS], first[CELLS], people = 0, lives = 0;
	int cells = t->rows * t->columns, i, r, c;
	bool same = true, margins = true, ratios = true;
	struct raked raked = rake_table(t, w);

	for (i = 0; i < cells; i++)
		people += (double)t->n[i];
	for (r = 0; r < t->rows; r++)
		lives += t->row[r];
	for (i = 0; i < cells; i++) {
		first[i] = (double)t->n[i];
		x[i] = w[i] * (double)t->n[i] * lives / people;
		same &= near(x[i], t->result[i], 0.006);
	}
	for (r = 0; r < t->rows; r++) {
		double sum = 0;

		for (c = 0; c < t->columns; c++)
			sum += x[r * t->columns + c];
		margins &= near(sum, t->row[r], 1e-3);
	}
	for (c = 0; c < t->columns; c++) {
		double sum = 0;

		for (r = 0; r < t->rows; r++)
			sum += x[r * t->columns + c];
		margins &= near(sum, t->column[c], 1e-3);
	}
	for (r = 1; r < t->rows; r++)
		for (c = 1; c < t->columns; c++)
			ratios &= near(odds(t, x, r, c) / odds(t, first, r, c), 1, 1e-9);
	is_int(raked.outcome, RAKING_DONE, "%s: it ends, after %d rounds", t->name, raked.rounds);
	ok(same, "%s: the table", t->name);
	ok(margins, "%s: margins met", t->name);
	ok(ratios, "%s: odds ratios kept", t->name);
}

static void
raking_that_fails(void)
{
	static const struct table empty = { "", 2, 2, { 10, 10, 0, 0 }, { 50, 50 }, { 50, 50 }, { 0 } };
	/* Everybody of the first row stands in the first column, who are fewer. */
	static const struct table against = { "", 2, 2, { 10, 0, 0, 10 }, { 50, 50 }, { 90, 10 }, { 0 } };
	static const int unknown[] = { 0, 1, -1 };
	static const int64_t three[] = { 10, 10, 7 }, nobody[] = { 0, 0, 0 };
	static const double lives[] = { 75, 25 };
	const struct margin one = { 2, unknown, lives };
	double w[CELLS];
	struct raked r = rake_table(&empty, w);

	is_int(r.outcome, RAKING_EMPTY, "nobody of a class");
	is_int(r.margin, 0, "of the first margin");
	is_int(r.class, 1, "its second class");
	r = rake_table(&against, w);
	is_int(r.outcome, RAKING_STUCK, "margins that no weights meet");
	ok(near(w[0], 1, 0) && near(w[3], 1, 0), "and no weights then");
	r = statistics_rake(three, 3, &one, 1, w);
	is_int(r.outcome, RAKING_DONE, "a cell of no known class");
	ok(near(w[0], 1.5, 1e-9) && near(w[1], 0.5, 1e-9) && near(w[2], 1, 0), "is left alone");
	is_int(statistics_rake(nobody, 3, &one, 1, w).outcome, RAKING_NOTHING, "nobody at all");
}

static void
trust(void)
{
	static const int64_t half[] = { 50, 50 };
	static const double w13[] = { 1, 3 }, w11[] = { 2, 2 };
	static const int64_t scores[11] = { 1, 0, 0, 0, 0, 1, 1, 2, 1, 2, 2 };
	static const double values[] = { 1, 2, 3, 9 };
	static const int64_t odd[] = { 1, 1, 0, 1 }, even[] = { 1, 1, 1, 1 }, none[] = { 0, 0, 0, 0 };
	double m;

	/* Weights 1 and 3: mean 2, variance 1, cv² = 1/4. */
	ok(near(statistics_design_effect(half, w13, 2), 1.25, 1e-12), "Kish: 1 + cv²");
	ok(near(statistics_effective(half, w13, 2), 80, 1e-9), "100 are as good as 80");
	ok(near(statistics_design_effect(half, w11, 2), 1, 1e-12), "equal weights cost nothing");
	/* Cochran takes t = 2 for 1.96. */
	ok(near(statistics_margin(0.5, 356, 3200) * 2 / 1.959964, 0.05, 5e-5), "Cochran's island: 356 of 3,200");
	ok(near(statistics_margin(0.5, 400, 0) * 2 / 1.959964, 0.05, 1e-4), "and 400 of many");
	ok(near(statistics_margin(0.5, 100, 100), 0, 0), "who asked everybody knows");
	ok(near(statistics_margin(0.5, 1, 100), 1, 0), "one person says nothing of others");
	ok(near(statistics_nps(scores), 10, 1e-9), "NPS: 4 of 10 less 3 of 10");
	ok(statistics_median(values, odd, 4, &m) == ERR_OK && near(m, 2, 0), "the median in the middle");
	ok(statistics_median(values, even, 4, &m) == ERR_OK && near(m, 2.5, 0), "and between two");
	is_int(statistics_median(values, none, 4, &m), ERR_NOT_FOUND, "of nothing there is none");
}

int
main(void)
{
	size_t i;

	for (i = 0; i < sizeof tables / sizeof *tables; i++)
		raking(&tables[i]);
	raking_that_fails();
	trust();
	return done();
}
