/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
#include "domain/result.h"
/*
 * One side of a cross-table: which classes there are, and in which of them an item is that
 * query result_cross gives.
 */

struct side_class {
	const char *item, *label;
	double value;
};

struct side {
	const char *key, *kind, *code, *row;	/* what cross_items() is asked for */
	const char *label;
	const json_t *question;		/* NULL: of the response */
	bool several;			/* people are in more than one class */
	bool fixed;			/* classes are those of the question, else what is met */
	double low, width;		/* width > 0: numbers are gathered */
	size_t cut;			/* so many bytes of an item tell its class; 0: all */
	struct side_class *classes;
	size_t n, room;
	const struct tally_class *days;	/* @day: those that stand together (tally_open_classes) */
	size_t n_days;
	size_t none;			/* class of those who gave no answer; n: there is none */
};

/* How many people gave these two items; of several answers each, and '*', in which all are. */
struct crossed { const char *a, *b; int64_t n; };
/* All of them (cross_count.c).  *made: when that was, where it is not now (query cross_made), else NULL.
 * ERR_BUSY: they are being counted. */
enum err cross_count(const struct result *, struct side *first, struct side *second, struct crossed **, size_t *n,
    json_t **made) MUST_USE;

/* False: there is none of this key. */
bool side_open(const struct result *, const char *key, struct side *out);
/* This item occurs. */
void side_meet(struct arena *, struct side *, const char *item);
/* All have been met: ordered, gathered, with their labels. */
void side_order(const struct result *, struct side *);
/* Where this item is. */
size_t side_class(const struct side *, const char *item);
