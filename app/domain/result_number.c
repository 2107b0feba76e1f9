/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Numbers of results as people read them: counts and shares, what an item of a question for
 * numbers stands for, classes with round ends, mean and median.
 */
#include <inttypes.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "base/buf.h"
#include "domain/questionnaire.h"
#include "domain/result_block.h"

const char *
result_number(struct arena *a, int64_t n)
{
	const char *digits = arena_printf(a, "%" PRId64, n < 0 ? -n : n);
	size_t length = strlen(digits), i;
	struct buf out;

	buf_init(&out, a);
	if (n < 0)
		buf_addch(&out, '-');
	for (i = 0; i < length; i++) {
		if (i > 0 && (length - i) % 3 == 0)
			buf_addch(&out, ',');
		buf_addch(&out, digits[i]);
	}
	return out.data;
}

const char *
result_percent(struct arena *a, double share)
{
	return arena_printf(a, "%.1f%%", 100 * share);
}

/* --- a question for numbers --- */

int
result_by_value(const void *one, const void *other)
{
	const struct choice *a = one, *b = other;

	return (a->value > b->value) - (a->value < b->value);
}

static int64_t
decimals_of(const json_t *question)
{
	return json_int(json_object_get(question, "settings"), "decimals");
}

static const char *
amount(const struct result *r, double x, int64_t decimals)
{
	int64_t whole = (int64_t)trunc(x), part = llround(fabs(x - trunc(x)) * pow(10, (double)decimals));

	return part == 0 ? result_number(r->arena, whole) : arena_printf(r->arena, "%s%s.%0*" PRId64, x < 0 && whole == 0 ? "-" : "",
	    result_number(r->arena, whole), (int)decimals, part);
}

/* Numbers are counted whole, large ones by their first two digits (tally_bucket in
 * sql/functions/tally.sql): the least and the most that an item stands for. */
static void
ends_of(const json_t *question, double item, double *low, double *high)
{
	double width = fabs(item) < 1000 ? 1 : pow(10, floor(log10(fabs(item))) - 1);
	double rest = width - pow(10, -(double)decimals_of(question));

	*low = item <= -1000 ? item - rest : item;
	*high = item <= -1000 ? item : item + rest;
}

static const char *
span(const struct result *r, double low, double high, int64_t decimals)
{
	return arena_printf(r->arena, "%s–%s", amount(r, low, decimals), amount(r, high, decimals));
}

const char *
result_item(const struct result *r, const json_t *question, const char *item)
{
	double low, high;

	ends_of(question, strtod(item, NULL), &low, &high);
	return low < high ? span(r, low, high, decimals_of(question)) : item;
}

/* The next round number: 1, 2, 5, 10, 20 … */
static double
rounded_up(double x)
{
	double ten = pow(10, floor(log10(x)));

	return x <= ten ? ten : x <= 2 * ten ? 2 * ten : x <= 5 * ten ? 5 * ten : 10 * ten;
}

/* Numbers that are many become about a dozen of classes with round ends, none of them narrower
 * than what an item stands for. */
double
result_width(const json_t *question, double low, double high)
{
	double from, to, end;

	ends_of(question, high, &from, &to);
	ends_of(question, low, &end, &from);
	return rounded_up(fmax(fmax((high - low + 1) / RESULT_CLASSES, floor(fmax(to - high, low - end)) + 1), 1));
}

const char *
result_class(const struct result *r, const json_t *question, double from, double width)
{
	double most = width - pow(10, -(double)decimals_of(question));

	return most > 0 ? span(r, from, from + most, decimals_of(question)) : result_number(r->arena, llround(from));
}

/* --- mean and median --- */

/* With two digits behind the point at most, and commas before it. */
static const char *
decimal(struct result *r, double x)
{
	int64_t hundredths = llround(fabs(x) * 100);
	const char *sign = x < 0 && hundredths > 0 ? "-" : "", *whole = result_number(r->arena, hundredths / 100);
	int rest = (int)(hundredths % 100);

	return rest == 0 ? arena_printf(r->arena, "%s%s", sign, whole) : rest % 10 == 0 ?
	    arena_printf(r->arena, "%s%s.%d", sign, whole, rest / 10) : arena_printf(r->arena, "%s%s.%02d", sign, whole, rest);
}

/* Mean, median and what marketing asks for. */
json_t *
result_figures(struct result *r, const json_t *question, const json_t *blocks)
{
	const char *code = json_text(question, "code"), *unit = questionnaire_unit(question, r->lang);
	size_t first, i, n = tally_items(r->part, code, &first);
	struct choice *c = arena_alloc(r->arena, (n + 1) * sizeof *c);
	double *value = arena_alloc(r->arena, (n + 1) * sizeof *value), *most = arena_alloc(r->arena, (n + 1) * sizeof *most);
	double total = 0, low, high;
	int64_t *count = arena_alloc(r->arena, (n + 1) * sizeof *count), nps[11] = { 0 }, all = 0;
	json_t *out;

	for (i = 0; i < n; i++) {
		c[i] = (struct choice){ .value = strtod(tally_item(r->part, first + i), NULL), .n = tally_n(r->part, first + i) };
		total += tally_total(r->part, first + i);
		all += c[i].n;
	}
	qsort(c, n, sizeof *c, result_by_value);
	for (i = 0; i < n; i++) {
		ends_of(question, c[i].value, &value[i], &most[i]);
		count[i] = c[i].n;
		if (c[i].value >= 0 && c[i].value <= 10)
			nps[(int)c[i].value] = c[i].n;
	}
	/* They would tell what is hidden: of two numbers the sum of the table and that of the answers make an equation each. */
	if (r->veiled || ((r->filtered || r->open_to_all) && json_flag(json_array_get(blocks, 0), "some_hidden")))
		return json_null();
	if (all < SMALL_CELL || statistics_median(value, count, n, &low) != ERR_OK ||
	    statistics_median(most, count, n, &high) != ERR_OK)
		return json_null();
	out = json_pack("{s:s, s:s, s:n}", "mean", questionnaire_with_unit(r->arena, decimal(r, total / (double)all), unit), "median",
	    questionnaire_with_unit(r->arena, low < high ? arena_printf(r->arena, "%s–%s", decimal(r, low), decimal(r, high)) :
	    decimal(r, low), unit), "nps");
	if (questionnaire_is(question, "scale") && json_int(json_object_get(question, "settings"), "points") == 11)
		json_object_set_new(out, "nps", json_string(arena_printf(r->arena, "%+.0f", statistics_nps(nps))));
	return out;
}
