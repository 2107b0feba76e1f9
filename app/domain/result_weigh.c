/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Who answered against who lives there: classes of age and district, and the weights
 * that make the one like the other.
 */
#include <string.h>

#include "base/arena.h"
#include "base/text.h"
#include "db/queries.h"
#include "domain/population.h"
#include "domain/questionnaire.h"
#include "domain/result.h"

enum { TENS = 11 };

static void
ages_of(struct result *r, const json_t *question, struct weighing *w)
{
	const json_t *choices = json_object_get(question, "choices"), *c;
	size_t i;

	if (strcmp(json_text(question, "kind"), "number") == 0) {
		w->ages = arena_alloc(r->arena, TENS * sizeof *w->ages);
		for (i = 0; i < TENS; i++)
			w->ages[w->n_ages++] = (struct result_class){ .code = arena_printf(r->arena, "%zu", i * 10),
			    .label = arena_printf(r->arena, "%zu–%zu", i * 10, i * 10 + 9),
			    .from = (int)i * 10, .to = (int)i * 10 + 9 };
		return;
	}
	w->ages = arena_alloc(r->arena, (json_array_size(choices) + 1) * sizeof *w->ages);
	json_array_foreach(choices, i, c) {
		struct result_class *k = &w->ages[w->n_ages];

		*k = (struct result_class){ .code = json_text(c, "code"), .label = questionnaire_text(c, NULL, r->lang) };
		if (!population_ages(r->arena, questionnaire_text(c, NULL, "ja"), &k->from, &k->to))
			k->from = -1;
		w->n_ages++;
	}
}

static int64_t
district_like(const struct result *r, const char *name)
{
	const char *wanted = text_normal(r->arena, name);
	size_t i;

	for (i = 0; i < rows_count(r->districts); i++)
		if (strcmp(text_normal(r->arena, rows_text(r->districts, i, "name")), wanted) == 0)
			return rows_int(r->districts, i, "id");
	return 0;
}

static void
districts_of(struct result *r, const json_t *question, struct weighing *w)
{
	const json_t *choices = json_object_get(question, "choices"), *c;
	size_t i;

	w->districts = arena_alloc(r->arena,
	    (json_array_size(choices) + rows_count(r->districts) + 1) * sizeof *w->districts);
	if (strcmp(json_text(question, "kind"), "address") == 0)
		for (i = 0; i < rows_count(r->districts); i++)
			w->districts[w->n_districts++] = (struct result_class){ .code = rows_text(r->districts, i, "id"),
			    .label = rows_text(r->districts, i, "name"), .district = rows_int(r->districts, i, "id") };
	else
		json_array_foreach(choices, i, c)
			w->districts[w->n_districts++] = (struct result_class){ .code = json_text(c, "code"),
			    .label = questionnaire_text(c, NULL, r->lang),
			    .district = district_like(r, questionnaire_text(c, NULL, "ja")) };
}

static int
class_index(const struct result_class *list, size_t n, const char *code)
{
	size_t i;

	for (i = 0; i < n; i++)
		if (strcmp(list[i].code, code) == 0)
			return (int)i;
	return -1;
}

/* Who lives in each class: in districts among the ages that were asked, and so on. */
static void
people_of(const struct population_table *t, struct weighing *w)
{
	size_t i, k;

	for (i = 0; i < w->n_ages; i++)
		if (w->ages[i].from >= 0)
			w->ages[i].lives = population_of(t, 0, w->ages[i].from, w->ages[i].to);
	for (i = 0; i < w->n_districts; i++) {
		struct result_class *d = &w->districts[i];

		if (d->district == 0)
			continue;
		if (w->n_ages == 0)
			d->lives = population_of(t, d->district, 0, POPULATION_OLDEST);
		for (k = 0; k < w->n_ages; k++)
			if (w->ages[k].from >= 0)
				d->lives += population_of(t, d->district, w->ages[k].from, w->ages[k].to);
	}
	if (w->n_ages == 0 && w->n_districts == 0)
		w->population = (double)t->people;
	for (i = 0; i < w->n_ages; i++)
		w->population += w->ages[i].lives;
	for (i = 0; w->n_ages == 0 && i < w->n_districts; i++)
		w->population += w->districts[i].lives;
}

/* Classes in which nobody can be known to live (その他) are of no margin. */
static struct margin
margin_of(struct result *r, const struct result_class *list, size_t n, int *class_of, size_t cells)
{
	double *lives = arena_alloc(r->arena, (n + 1) * sizeof *lives);
	size_t i;

	for (i = 0; i < n; i++)
		lives[i] = list[i].lives;
	for (i = 0; i < cells; i++)
		if (class_of[i] >= 0 && lives[class_of[i]] <= 0)
			class_of[i] = -1;
	return (struct margin){ n, class_of, lives };
}

static double
all_lives(const struct result_class *list, size_t n)
{
	double sum = 0;
	size_t i;

	for (i = 0; i < n; i++)
		sum += list[i].lives;
	return sum;
}

static void
rake(struct result *r, struct weighing *w, const int64_t *answered, int *age, int *district)
{
	struct margin margins[2];
	const struct result_class *of[2];
	struct raked raked;
	size_t n = 0, i;

	if (all_lives(w->ages, w->n_ages) > 0) {
		of[n] = w->ages;
		margins[n++] = margin_of(r, w->ages, w->n_ages, age, w->cells.n);
	}
	if (all_lives(w->districts, w->n_districts) > 0) {
		of[n] = w->districts;
		margins[n++] = margin_of(r, w->districts, w->n_districts, district, w->cells.n);
	}
	if (n == 0) {
		w->why = "result_weight_no_question";
		return;
	}
	raked = statistics_rake(answered, w->cells.n, margins, n, w->weights);
	if (raked.outcome == RAKING_EMPTY || raked.outcome == RAKING_STUCK)
		w->where = of[raked.margin][raked.class].label;
	if (raked.outcome != RAKING_DONE)
		w->why = raked.outcome == RAKING_EMPTY ? "result_weight_empty" :
		    raked.outcome == RAKING_STUCK ? "result_weight_stuck" : "result_weight_nobody";
	w->effect = statistics_design_effect(answered, w->weights, w->cells.n);
	w->effective = statistics_effective(answered, w->weights, w->cells.n);
	for (i = 0; i < w->cells.n; i++)
		if (w->weights[i] > w->largest)
			w->largest = w->weights[i];
}

static void
read_groups(struct result *r, const struct rows *groups, struct weighing *w, int64_t *answered, int *age, int *district)
{
	int64_t *ids = arena_alloc(r->arena, (rows_count(groups) + 1) * sizeof *ids);
	size_t i;

	for (i = 0; i < rows_count(groups); i++) {
		ids[i] = rows_int(groups, i, "id");
		answered[i] = rows_int(groups, i, "n");
		age[i] = class_index(w->ages, w->n_ages, rows_text(groups, i, "age"));
		district[i] = class_index(w->districts, w->n_districts, rows_text(groups, i, "district"));
		if (age[i] >= 0)
			w->ages[age[i]].answered += answered[i];
		if (district[i] >= 0)
			w->districts[district[i]].answered += answered[i];
	}
	w->cells = (struct db_ids){ ids, rows_count(groups) };
}

static void
classes_of(struct result *r, struct weighing *w)
{
	const json_t *age, *district;

	if (rows_count(r->design) == 0)
		return;			/* nothing was counted yet */
	age = questionnaire_question(r->document, rows_text(r->design, 0, "age_code"));
	district = questionnaire_question(r->document, rows_text(r->design, 0, "district_code"));
	w->age_question = age != NULL;
	w->district_question = district != NULL;
	if (age != NULL)
		ages_of(r, age, w);
	if (district != NULL)
		districts_of(r, district, w);
}

enum err
result_weigh(struct result *r)
{
	struct weighing *w = arena_alloc(r->arena, sizeof *w);
	struct population_table people;
	struct rows *groups;
	int64_t *answered;
	int *age, *district;
	enum err e;

	*w = (struct weighing){ .effect = 1 };
	r->weighing = w;
	if (r->regrouped >= 0) {
		w->why = "result_weight_regrouped";
		return ERR_OK;
	}
	classes_of(r, w);
	e = q_tally_groups(r->db, (struct q_tally_groups){ r->questionnaire }, &groups);
	if (e == ERR_OK)
		e = population_load(r->db, r->arena, &people);
	if (e != ERR_OK)
		return e;
	answered = arena_alloc(r->arena, (rows_count(groups) + 1) * sizeof *answered);
	age = arena_alloc(r->arena, (rows_count(groups) + 1) * sizeof *age);
	district = arena_alloc(r->arena, (rows_count(groups) + 1) * sizeof *district);
	w->weights = arena_alloc(r->arena, (rows_count(groups) + 1) * sizeof *w->weights);
	read_groups(r, groups, w, answered, age, district);
	if (people.n == 0) {
		w->why = "result_weight_no_population";
		return ERR_OK;
	}
	people_of(&people, w);
	if (!w->age_question && !w->district_question)
		w->why = "result_weight_no_question";
	else
		rake(r, w, answered, age, district);
	return w->why == NULL && !r->filtered ?
	    tally_open_weighted(r->db, r->arena, &w->cells, w->weights, &r->weighted) : ERR_OK;
}
