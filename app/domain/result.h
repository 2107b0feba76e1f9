/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
#include "base/json.h"
#include "base/words.h"
#include "db/db.h"
#include "domain/statistics.h"
#include "domain/tally.h"
/*
 * Results of a survey, made of tallies: what was answered, by whom in comparison with who
 * lives there, and how far that can be trusted.
 *
 *	result_open		the survey and what was asked
 *	result_weigh		weights of those who answered, where that can be
 *	result_questions	charts and tables, as templates/part/result_question.html shows them
 *	result_overview		numbers, funnel, comparison, sentences
 */

/* What everything here is made of.  Filled from top to bottom. */
struct result {
	struct arena *arena;
	struct db *db;
	const struct words *words;
	const char *lang;
	json_t *survey;			/* query result_open */
	json_t *document;
	int64_t questionnaire;
	struct rows *districts, *design;
	int regrouped;			/* -1, or how far groups are, in a hundred: none till then */
	struct tally_filter filter;
	bool filtered, open_to_all;	/* open_to_all: will be published */
	bool veiled;			/* of the question at hand nothing is told (result_asked.c) */
	struct tally *whole, *part;	/* the same without a filter */
	struct tally_class *classes;	/* with one: all that could be chosen beside it */
	size_t n_classes;
	bool *chosen, too_few;		/* by class; nothing may be told of what is chosen */
	struct tally *weighted;		/* NULL: there are no weights, or a filter */
	struct weighing *weighing;
};

/* ERR_NOT_FOUND: no such survey.  One that was never opened has no questions. */
enum err result_open(struct result *, int64_t survey) MUST_USE;
/* By which questions people are told apart, once more: the first count decides it. */
enum err result_design(struct result *) MUST_USE;
/* ERR_INVALID: a filter that cannot be.  Days are set to where those begin and end that are told together. */
enum err result_tallies(struct result *) MUST_USE;

/* --- weights (result_weigh.c) --- */

struct result_class {
	const char *code, *label;
	int from, to;			/* ages */
	int64_t district;
	int64_t answered;
	double lives;
};

struct weighing {
	/* Why there are none, by key of the words (result_weight_…); NULL: there are. */
	const char *why, *where;
	struct result_class *ages, *districts;
	size_t n_ages, n_districts;	/* 0: nobody is told apart by it */
	bool age_question, district_question;
	double population;		/* of those ages and districts; 0: not known */
	double effect, effective, largest;
	struct db_ids cells;
	double *weights;
};
enum err result_weigh(struct result *) MUST_USE;

/* --- pages --- */

/* How many answered this question. */
int64_t result_answered(const struct tally *, const json_t *question);
json_t *result_questions(struct result *);
json_t *result_overview(struct result *);
/* What can be chosen in a filter: {"district": [{"value","label","checked"}], …}. */
enum err result_filters(struct result *, json_t **out) MUST_USE;

/* "12,345", "52.3%", "3分20秒": as people read them. */
const char *result_number(struct arena *, int64_t);
/* What an item of a question for numbers stands for: 7, 36–36.9, 1,200–1,299. */
const char *result_item(const struct result *, const json_t *question, const char *item);
/* More different numbers than these stand together: how wide a class of such a question is that has
 * items from low to high, and what one is called. */
enum { RESULT_CLASSES = 12 };
double result_width(const json_t *question, double low, double high);
const char *result_class(const struct result *, const json_t *question, double from, double width);
const char *result_percent(struct arena *, double share);
