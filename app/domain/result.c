/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Results: opened, and the overview.
 */
#include "domain/result.h"

#include <inttypes.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "base/buf.h"
#include "db/queries.h"
#include "domain/questionnaire.h"

enum { FEW = 100, SECONDS_STEP = 5, SECONDS_MOST = 2000 };

enum err
result_design(struct result *r)
{
	enum err e = q_tally_design(r->db, (struct q_tally_design){ r->questionnaire }, &r->design);

	if (e == ERR_OK)
		r->regrouped = rows_count(r->design) == 0 || rows_null(r->design, 0, "regrouped") ? -1 :
		    (int)rows_int(r->design, 0, "regrouped");
	return e;
}

enum err
result_open(struct result *r, int64_t survey)
{
	enum err e = q_result_districts_queue(r->db, &r->districts);

	if (e == ERR_OK)
		e = q_result_open(r->db, (struct q_result_open){ r->lang, survey }, &r->survey);
	if (e != ERR_OK)
		return e;
	r->document = questionnaire_numbered(r->arena, r->words, json_object_get(r->survey, "document"));
	r->questionnaire = json_int(r->survey, "questionnaire");
	r->filter = (struct tally_filter){ "", "", "", "", "", "" };
	return result_design(r);
}

/* --- a filter --- */

/* Of days the range, else the class; days move to the ends of those that they stand with. */
static void
choose(struct result *r, const char *by)
{
	struct tally_filter *f = &r->filter;
	const struct { const char *name, *value; } of[] = { { "district", f->district }, { "age", f->age }, { "language", f->language },
	    { "way", f->way } };
	bool days = strcmp(by, "day") == 0;
	size_t i, k;

	for (i = 0; i < r->n_classes; i++) {
		const struct tally_class *c = &r->classes[i];

		if (days) {
			r->chosen[i] = (f->from[0] == '\0' || strcmp(c->last, f->from) >= 0) &&
			    (f->until[0] == '\0' || strcmp(c->first, f->until) <= 0);
			continue;
		}
		for (k = 0; k < sizeof of / sizeof *of; k++)
			r->chosen[i] |= strcmp(by, of[k].name) == 0 && strcmp(of[k].value, c->first) == 0;
	}
	for (i = r->n_classes; days && f->from[0] != '\0' && i > 0; i--)
		if (r->chosen[i - 1])
			f->from = r->classes[i - 1].first;
	for (i = 0; days && f->until[0] != '\0' && i < r->n_classes; i++)
		if (r->chosen[i])
			f->until = r->classes[i].last;
}

static void
look_for_few(struct result *r)
{
	int64_t *people = arena_alloc(r->arena, (r->n_classes + 1) * sizeof *people);
	bool *hidden = arena_alloc(r->arena, r->n_classes + 1);
	size_t i;

	for (i = 0; i < r->n_classes; i++)
		people[i] = tally_people(r->classes[i].tally);
	statistics_hide_list(people, r->n_classes, hidden);
	for (i = 0; i < r->n_classes; i++)
		r->too_few |= r->chosen[i] && hidden[i];
}

enum err
result_tallies(struct result *r)
{
	static const struct tally_filter none = { "", "", "", "", "", "" };
	const char *by = tally_by(&r->filter);
	enum err e = tally_open(r->db, r->arena, r->questionnaire, &none, &r->whole);

	r->filtered = tally_filtered(&r->filter);
	r->part = r->whole;
	if (e != ERR_OK || !r->filtered)
		return e;
	if (by == NULL)
		return ERR_INVALID;
	e = tally_open_classes(r->db, r->arena, r->questionnaire, by, &r->classes, &r->n_classes);
	if (e != ERR_OK)
		return e;
	r->chosen = arena_alloc(r->arena, r->n_classes + 1);
	choose(r, by);
	look_for_few(r);
	return tally_open(r->db, r->arena, r->questionnaire, &r->filter, &r->part);
}

/* --- what can be chosen --- */

static void
add_option(json_t *list, const char *value, const char *label, const char *chosen)
{
	size_t i;
	json_t *o;

	json_array_foreach(list, i, o)
		if (strcmp(json_text(o, "value"), value) == 0)
			return;
	json_array_append_new(list, json_pack("{s:s, s:s, s:b}", "value", value, "label", label, "checked",
	    strcmp(value, chosen) == 0));
}

static json_t *
select_field(const char *name, json_t *options)
{
	return json_pack("{s:s, s:n, s:o}", "name", name, "problem", "options", options);
}

enum err
result_filters(struct result *r, json_t **out)
{
	json_t *district = json_array(), *age = json_array(), *language = json_array(), *way = json_array();
	json_t *from = json_array(), *until = json_array();
	const struct weighing *w = r->weighing;
	struct rows *groups, *days;
	size_t i;
	enum err e = q_tally_groups_queue(r->db, (struct q_tally_groups){ r->questionnaire }, &groups);

	if (e == ERR_OK)
		e = q_tally_days(r->db, (struct q_tally_days){ r->questionnaire }, &days);
	if (e != ERR_OK)
		return e;
	for (i = 0; i < w->n_districts; i++)
		if (w->districts[i].answered > 0)
			add_option(district, w->districts[i].code, w->districts[i].label, r->filter.district);
	for (i = 0; i < w->n_ages; i++)
		if (w->ages[i].answered > 0)
			add_option(age, w->ages[i].code, w->ages[i].label, r->filter.age);
	for (i = 0; i < rows_count(groups); i++) {
		const char *l = rows_text(groups, i, "language"), *v = rows_text(groups, i, "way");
		const char *l_word = words_find(r->words, arena_printf(r->arena, "result_language_%s", l));
		const char *v_word = words_find(r->words, arena_printf(r->arena, "result_way_%s", v));

		add_option(language, l, l_word != NULL ? l_word : l, r->filter.language);
		add_option(way, v, v_word != NULL ? v_word : v, r->filter.way);
	}
	for (i = 0; i < rows_count(days); i++) {
		add_option(from, rows_text(days, i, "day"), rows_text(days, i, "day"), r->filter.from);
		add_option(until, rows_text(days, i, "day"), rows_text(days, i, "day"), r->filter.until);
	}
	*out = json_keep(r->arena, json_pack("{s:o, s:o, s:o, s:o, s:o, s:o}", "district", select_field("district", district),
	    "age", select_field("age", age), "language", select_field("language", language), "way", select_field("way", way),
	    "from", select_field("from", from), "until", select_field("until", until)));
	return ERR_OK;
}

/* --- the overview --- */

static json_t *
median_time(const struct result *r)
{
	double *value = arena_alloc(r->arena, SECONDS_MOST * sizeof *value), median;
	int64_t *n = arena_alloc(r->arena, SECONDS_MOST * sizeof *n);
	size_t i, count = 0;

	for (i = 0; i < SECONDS_MOST; i++) {
		int64_t here = tally_of(r->part, "#", arena_printf(r->arena, "%zu", i * SECONDS_STEP));

		if (here > 0) {
			value[count] = (double)(i * SECONDS_STEP);
			n[count++] = here;
		}
	}
	if (count == 0 || statistics_median(value, n, count, &median) != ERR_OK)
		return json_null();
	return json_pack("{s:i, s:s}", "minutes", (int)median / 60, "seconds", arena_printf(r->arena, "%02d", (int)median % 60));
}

/* Question by question: who answered, and who was last seen there. */
static json_t *
funnel(const struct result *r, int64_t *begun)
{
	const json_t *questions = json_object_get(r->document, "questions"), *drafts = json_object_get(r->survey, "drafts"), *q;
	json_t *list = json_array(), *value;
	int64_t people = tally_people(r->whole);
	const char *key;
	size_t i;

	*begun = people;
	json_object_foreach((json_t *)drafts, key, value)
		*begun += json_integer_value(value);
	json_array_foreach(questions, i, q) {
		int64_t answered, left = json_int(drafts, json_text(q, "code"));

		if (strcmp(json_text(q, "kind"), "note") == 0)
			continue;
		answered = result_answered(r->whole, q);
		json_array_append_new(list, json_pack("{s:s, s:s, s:s, s:s, s:i, s:s, s:b}",
		    "number", result_number(r->arena, (int64_t)i + 1), "label",
		    questionnaire_text(q, "label", r->lang), "answered", result_number(r->arena, answered), "share",
		    result_percent(r->arena, people > 0 ? (double)answered / (double)people : 0),
		    "percent", people > 0 ? (int)(100 * answered / people) : 0, "left", result_number(r->arena, left),
		    "some_left", left > 0));
	}
	return list;
}

static json_t *
classes(const struct result *r, const struct result_class *list, size_t n, const char **over, const char **under)
{
	json_t *out = json_array();
	double answered = 0, lives = 0, most = 0.03, least = -0.03;
	size_t i;

	for (i = 0; i < n; i++) {
		answered += (double)list[i].answered;
		lives += list[i].lives;
	}
	for (i = 0; i < n; i++) {
		double a = answered > 0 ? (double)list[i].answered / answered : 0, l = lives > 0 ? list[i].lives / lives : 0;

		json_array_append_new(out, json_pack("{s:s, s:s, s:s, s:s*, s:s*, s:i, s:i}", "label", list[i].label,
		    "answered", result_number(r->arena, list[i].answered), "share", result_percent(r->arena, a),
		    "lives", lives > 0 ? result_percent(r->arena, l) : NULL,
		    "off", lives > 0 ? arena_printf(r->arena, "%+.1f", 100 * (a - l)) : NULL,
		    "percent", (int)lround(100 * a), "lives_percent", (int)lround(100 * l)));
		if (lives > 0 && a - l > most) {
			most = a - l;
			*over = list[i].label;
		}
		if (lives > 0 && a - l < least) {
			least = a - l;
			*under = list[i].label;
		}
	}
	return out;
}

/* How far it can be trusted, for {{names}} in the words. */
static json_t *
trust(const struct result *r, json_t *ages, json_t *districts, const char *over, const char *under)
{
	const struct weighing *w = r->weighing;
	int64_t people = tally_people(r->part);
	bool weights = r->weighted != NULL;
	double n = weights ? w->effective : (double)people;
	double population = w->population > 0 && (double)people <= w->population && !r->filtered ? w->population : 0;
	json_t *out = json_pack("{s:s, s:s, s:b, s:b, s:s*, s:s*, s:s*, s:b, s:s, s:s, s:s, s:b, s:o, s:o}",
	    "answers", result_number(r->arena, people),
	    "margin", arena_printf(r->arena, "%.1f", 100 * statistics_margin(0.5, n, population)),
	    "few", people < FEW, "known", population > 0,
	    "population", population > 0 ? result_number(r->arena, llround(population)) : NULL,
	    "share", population > 0 ? arena_printf(r->arena, "%.2f%%", 100 * (double)people / population) : NULL,
	    "over", over, "lopsided", over != NULL && under != NULL, "under", under != NULL ? under : "",
	    "effective", result_number(r->arena, llround(w->effective)), "effect", arena_printf(r->arena, "%.2f", w->effect),
	    "weighted", weights, "ages", ages, "districts", districts);
	const char *why = w->why == NULL || r->filtered ? NULL : words_get(r->words, w->why);

	json_object_set_new(out, "largest", json_string(arena_printf(r->arena, "%.1f", w->largest)));
	json_object_set_new(out, "why", why != NULL ? json_string(why) : json_null());
	json_object_set_new(out, "where", w->where != NULL && w->where[0] != '\0' ? json_string(w->where) : json_null());
	json_object_set_new(out, "none", json_boolean(people == 0));
	json_object_set_new(out, "has_ages", json_boolean(json_array_size(ages) > 0));
	json_object_set_new(out, "has_districts", json_boolean(json_array_size(districts) > 0));
	json_object_set_new(out, "lives", json_boolean(w->population > 0));
	if (json_object_get(out, "population") == NULL) {
		json_object_set_new(out, "population", json_null());
		json_object_set_new(out, "share", json_null());
	}
	if (json_object_get(out, "over") == NULL)
		json_object_set_new(out, "over", json_null());
	return out;
}

json_t *
result_overview(struct result *r)
{
	const struct weighing *w = r->weighing;
	const char *over = NULL, *under = NULL;
	json_t *steps, *ages, *districts;
	int64_t begun, people = tally_people(r->whole);

	steps = funnel(r, &begun);
	/* Who answered is told of all only. */
	districts = classes(r, w->districts, r->filtered ? 0 : w->n_districts, &over, &under);
	ages = classes(r, w->ages, r->filtered ? 0 : w->n_ages, &over, &under);
	return json_keep(r->arena, json_pack("{s:s, s:s, s:s, s:o, s:o, s:o, s:b, s:b, s:b}",
	    "answers", result_number(r->arena, tally_people(r->part)), "begun", result_number(r->arena, begun),
	    "left", result_percent(r->arena, begun > 0 ? (double)(begun - people) / (double)begun : 0),
	    "median", median_time(r), "funnel", steps, "trust", trust(r, ages, districts, over, under),
	    "none", people == 0, "nobody", begun == 0, "filtered", r->filtered));
}
