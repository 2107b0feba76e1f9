/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
#include "domain/result.h"
/*
 * What result_question.c, result_number.c and result_hide.c share: a question as blocks of choices.
 */
struct choice {
	const char *item, *label, *lang;	/* lang: of the label, as HTML says it */
	int64_t n, weighted;
	int64_t *classes;		/* of each class of the filter; NULL: there is no filter */
	double value;
	bool hidden;
};

/* result_asked.c: how many answered the question at this place tells, beside what views show of those before it, what
 * is hidden there; or is too small itself.  *spread: with another class of the filter it may. */
bool result_tells(const struct result *, size_t place, const json_t *views, bool *spread);

/* The codes of the questions on whose answers it depends whether this one is asked; a set. */
json_t *result_leads(const struct result *, size_t place);
/* Does the path of these answers come by it? */
bool result_is_asked(const struct result *, const json_t *answers, const char *code);

struct block {
	const char *heading, *heading_lang;	/* NULL: the question itself */
	const char *code, *item;	/* item: those who answered; NULL: the sum of the choices */
	struct choice *choices;		/* with room for one more, who did not answer */
	size_t n;
	int64_t base, base_weighted;	/* what shares are of */
	bool untold;			/* the base, too, is hidden */
	bool spread;			/* something is hidden, here or in another class of the filter */
};

/* Marks what must not be shown.  With a filter, who did not answer is a choice as well.  several: people are
 * in more than one choice. */
void block_hide(struct result *, struct block *, bool several);

/* result_number.c: for qsort, by their value. */
int result_by_value(const void *, const void *);
/* Mean, median and what marketing asks for, of a question whose blocks these are; null: they are few,
 * or would tell what is hidden. */
json_t *result_figures(struct result *, const json_t *question, const json_t *blocks);
