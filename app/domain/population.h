/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
#include <jansson.h>
#include "db/db.h"
/*
 * 住民基本台帳人口: how many people of which age live in which district.  It comes as a
 * table, one line a district, one column an age class:
 *
 *	地区,0〜4歳,5〜9歳,…,85歳以上
 *	東地区,120,131,…,88
 *
 * in UTF-8 or CP932 (Excel), with or without a column 総数 (which must then be right).
 */
enum { POPULATION_OLDEST = 150 };

/* The ages that a text means: "18〜29歳", "30代", "30代前半", "20代〜30代", "70歳以上", "20代以下", "20歳未満",
 * full-width or not.
 * False: it means none. */
bool population_ages(struct arena *, const char *text, int *from, int *to);

struct population_row {
	int64_t district;
	int from, to, people;
};

struct population_table {
	struct population_row *rows;
	size_t n;
	int64_t people;
};

/* What is wrong with a file, by key of the words (population_fault_…), in which line and
 * which words it stands. */
struct population_fault {
	const char *key;
	size_t line;
	const char *text;
};

/* Reads a file.  districts: names with ids, as query population_districts gives them.
 * ERR_INVALID: *faults has at most twenty. */
enum err population_read(struct arena *, const char *data, size_t n, const struct rows *districts,
    struct population_table *out, struct population_fault *faults, size_t *n_faults) MUST_USE;
enum { POPULATION_FAULTS = 20 };

/* Takes the place of what was there.  as_of: "2026-10-01". */
enum err population_keep(struct db *, struct arena *, const struct population_table *, const char *as_of,
    int64_t staff) MUST_USE;
/* Rows of query population_show as a table. */
enum err population_load(struct db *, struct arena *, struct population_table *out) MUST_USE;
/* How many live there: of this district (0: anywhere) and these ages; a class that lies
 * half within counts half. */
double population_of(const struct population_table *, int64_t district, int from, int to);
