/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
#include "domain/result.h"
/*
 * What result_question.c and result_hide.c share: a question as blocks of choices.
 */
struct choice {
	const char *item, *label;
	int64_t n, weighted;
	int64_t *classes;		/* of each class of the filter; NULL: there is no filter */
	double value;
	bool hidden;
};

struct block {
	const char *heading;		/* NULL: the question itself */
	const char *code, *item;	/* item: those who answered; NULL: the sum of the choices */
	struct choice *choices;
	size_t n;
	int64_t base, base_weighted;	/* what shares are of */
};
enum { BLOCK_LINES = 400 };

/* Marks what must not be shown.  With a filter, who did not answer is a choice as well.  several: people are
 * in more than one choice. */
void block_hide(struct result *, struct block *, bool several);
