/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Weights and margins of error; see statistics.h.  The formulas are from
 * the literature that tests/unit/domain_statistics_test.c cites, with its numbers.
 */
#include "domain/statistics.h"

#include <math.h>

enum { ROUNDS_MAX = 500, PROMOTERS = 9, DETRACTORS = 6 };
#define CLOSE 1e-6		/* of all: one person in a million */
#define NOTHING 0.001		/* a class so small is given up */
#define Z95 1.959964

/* --- raking --- */

static bool
known(const struct margin *margins, size_t n, size_t cell)
{
	size_t m;

	for (m = 0; m < n; m++)
		if (margins[m].class_of[cell] < 0)
			return false;
	return true;
}

struct raking_work {
	const int64_t *answered;
	size_t cells;
	const struct margin *margins;
	size_t n_margins;
	double *weight;
	double people;		/* of known classes who answered */
};

static double
sum_of_class(const struct raking_work *r, const struct margin *m, size_t class)
{
	double sum = 0;
	size_t i;

	for (i = 0; i < r->cells; i++)
		if (m->class_of[i] == (int)class && known(r->margins, r->n_margins, i))
			sum += r->weight[i] * (double)r->answered[i];
	return sum;
}

/* What lives in the classes in which somebody answered; the rest is given up. */
static double
reachable(const struct raking_work *r, const struct margin *m, double *all, size_t *worst)
{
	double sum = 0, most = -1;
	size_t k;

	*all = 0;
	*worst = 0;
	for (k = 0; k < m->classes; k++) {
		*all += m->lives[k];
		if (sum_of_class(r, m, k) > 0)
			sum += m->lives[k];
		else if (m->lives[k] > most) {
			most = m->lives[k];
			*worst = k;
		}
	}
	return sum;
}

/* One margin is made right; returns how far it was off, as a share of all. */
static double
fit(const struct raking_work *r, const struct margin *m, size_t *worst)
{
	double off = 0, all, reach;
	size_t i, k, lost;

	reach = reachable(r, m, &all, &lost);
	for (k = 0; k < m->classes; k++) {
		double has = sum_of_class(r, m, k), want = reach > 0 ? r->people * m->lives[k] / reach : 0, away;

		if (has <= 0)
			continue;
		away = fabs(has - want) / r->people;
		if (away > off) {
			off = away;
			*worst = k;
		}
		for (i = 0; i < r->cells; i++)
			if (m->class_of[i] == (int)k && r->answered[i] > 0 && known(r->margins, r->n_margins, i))
				r->weight[i] *= want / has;
	}
	return off;
}

static bool
everywhere(const struct raking_work *r, struct raked *out)
{
	double all, reach;
	size_t m, worst;

	for (m = 0; m < r->n_margins; m++) {
		reach = reachable(r, &r->margins[m], &all, &worst);
		if (all - reach <= NOTHING * all)
			continue;
		out->outcome = RAKING_EMPTY;
		out->margin = (int)m;
		out->class = (int)worst;
		return false;
	}
	return true;
}

struct raked
statistics_rake(const int64_t *answered, size_t cells, const struct margin *margins, size_t n, double *weight)
{
	struct raking_work r = { answered, cells, margins, n, weight, 0 };
	struct raked out = { .outcome = RAKING_NOTHING };
	size_t i, m, worst = 0;

	for (i = 0; i < cells; i++) {
		weight[i] = 1;
		if (known(margins, n, i))
			r.people += (double)answered[i];
	}
	if (r.people <= 0 || n == 0 || !everywhere(&r, &out))
		return out;
	for (out.rounds = 1; out.rounds <= ROUNDS_MAX; out.rounds++) {
		out.off = 0;
		for (m = 0; m < n; m++) {
			double off = fit(&r, &margins[m], &worst);

			if (off > out.off) {
				out.off = off;
				out.margin = (int)m;
				out.class = (int)worst;
			}
		}
		if (out.off < CLOSE) {
			out.outcome = RAKING_DONE;
			return out;
		}
	}
	out.outcome = RAKING_STUCK;
	for (i = 0; i < cells; i++)
		weight[i] = 1;
	return out;
}

/* --- how far a share can be trusted --- */

double
statistics_design_effect(const int64_t *answered, const double *weight, size_t cells)
{
	double n = 0, sum = 0, squares = 0;
	size_t i;

	for (i = 0; i < cells; i++) {
		n += (double)answered[i];
		sum += weight[i] * (double)answered[i];
		squares += weight[i] * weight[i] * (double)answered[i];
	}
	return sum > 0 ? n * squares / (sum * sum) : 1;
}

double
statistics_effective(const int64_t *answered, const double *weight, size_t cells)
{
	double n = 0;
	size_t i;

	for (i = 0; i < cells; i++)
		n += (double)answered[i];
	return n / statistics_design_effect(answered, weight, cells);
}

double
statistics_margin(double p, double n, double population)
{
	double left = population > 0 ? 1 - n / population : 1;

	if (n < 2)
		return 1;
	return left <= 0 ? 0 : fmin(1, Z95 * sqrt(left * p * (1 - p) / (n - 1)));
}

double
statistics_nps(const int64_t n[11])
{
	int64_t all = 0, promoters = 0, detractors = 0;
	int i;

	for (i = 0; i <= 10; i++) {
		all += n[i];
		promoters += i >= PROMOTERS ? n[i] : 0;
		detractors += i <= DETRACTORS ? n[i] : 0;
	}
	return all > 0 ? 100.0 * (double)(promoters - detractors) / (double)all : 0;
}

enum err
statistics_median(const double *value, const int64_t *n, size_t values, double *out)
{
	int64_t all = 0, seen = 0;
	size_t i, low = 0;
	bool have_low = false;

	for (i = 0; i < values; i++)
		all += n[i];
	if (all <= 0)
		return ERR_NOT_FOUND;
	for (i = 0; i < values; i++) {
		seen += n[i];
		if (!have_low && seen >= (all + 1) / 2) {
			low = i;
			have_low = true;
		}
		if (seen >= all / 2 + 1)
			break;
	}
	*out = (value[low] + value[i]) / 2;
	return ERR_OK;
}
