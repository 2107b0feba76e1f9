/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Surveys of the demonstration data, with answers of people who do not exist.
 *
 * Each of them walks through the questions as the engine leads, and says what the "mix" of a
 * question in sql/demo/ makes likely: weights of choices, maybe by an earlier answer; shares of
 * boxes; sentences.  Chance has a seed, so that everybody sees the same results.
 */
#include <string.h>

#include "base/json.h"
#include "cli/demo.h"
#include "db/queries.h"
#include "domain/question.h"
#include "domain/questionnaire.h"
#include "domain/result_give.h"

enum { BATCH = 500 };

struct crowd {
	struct demo *demo;
	const json_t *town, *survey, *draft, *districts;	/* ids, in the order of the town's file */
	uint64_t chance;
};

/* xorshift64*: 0 ≤ x < 1. */
static double
draw(struct crowd *c)
{
	c->chance ^= c->chance >> 12;
	c->chance ^= c->chance << 25;
	c->chance ^= c->chance >> 27;
	return (double)((c->chance * 2685821657736338717ULL) >> 11) / 9007199254740992.0;
}

static size_t
weighed(struct crowd *c, const json_t *weights)
{
	double sum = 0, at;
	const json_t *w;
	size_t i;

	json_array_foreach(weights, i, w)
		sum += json_number_value(w);
	at = draw(c) * sum;
	json_array_foreach(weights, i, w)
		if ((at -= json_number_value(w)) < 0)
			return i;
	return 0;
}

static const json_t *
mix_of(const struct crowd *c, const char *code)
{
	const json_t *q;
	size_t i;

	json_array_foreach(json_object_get(c->survey, "questions"), i, q)
		if (strcmp(json_text(q, "code"), code) == 0)
			return json_object_get(q, "mix");
	return NULL;
}

/* Of an earlier answer, where the mix is by one; else the list itself. */
static const json_t *
numbers(const json_t *mix, const char *key, const json_t *answers)
{
	const json_t *all = json_object_get(mix, key), *own;

	if (!json_is_object(all))
		return all;
	own = json_object_get(all, json_text(answers, json_text(mix, "by")));
	return own != NULL ? own : json_object_get(all, "*");
}

static const char *
choice_at(const json_t *q, size_t i)
{
	return json_text(json_array_get(json_object_get(q, "choices"), i), "code");
}

static json_t *
boxes(struct crowd *c, const json_t *q, const json_t *mix, const json_t *answers)
{
	const json_t *shares = numbers(mix, "shares", answers), *share;
	size_t i, most = (size_t)json_int(mix, "max");
	json_t *chosen = json_array();

	if (draw(c) < json_number_value(json_object_get(mix, "none"))) {
		json_array_append_new(chosen, json_string("none"));
		return chosen;
	}
	json_array_foreach(shares, i, share)
		if (draw(c) < json_number_value(share) && (most == 0 || json_array_size(chosen) < most))
			json_array_append_new(chosen, json_string(choice_at(q, i)));
	if (json_array_size(chosen) == 0)
		json_array_append_new(chosen, json_string(choice_at(q, weighed(c, shares))));
	return chosen;
}

static json_t *
ranks(struct crowd *c, const json_t *q, const json_t *mix)
{
	json_t *weights = json_deep_copy(json_object_get(mix, "weights")), *order = json_array();
	size_t i, most = (size_t)json_int(json_object_get(q, "settings"), "max");

	for (i = 0; i < most; i++) {
		size_t taken = weighed(c, weights);

		json_array_append_new(order, json_string(choice_at(q, taken)));
		json_array_set_new(weights, taken, json_integer(0));
	}
	json_decref(weights);
	return order;
}

static json_t *
rows(struct crowd *c, const json_t *q, const json_t *mix)
{
	json_t *marks = json_object();
	const json_t *row;
	size_t i;

	json_array_foreach(json_object_get(json_object_get(q, "settings"), "rows"), i, row)
		json_object_set_new(marks, json_text(row, "code"),
		    json_string(choice_at(q, weighed(c, json_array_get(json_object_get(mix, "rows"), i)))));
	return marks;
}

static json_t *
address(struct crowd *c)
{
	const json_t *districts = json_object_get(c->town, "districts"), *d;
	json_t *weights = json_array();
	size_t i, at;

	json_array_foreach(districts, i, d)
		json_array_append_new(weights, json_integer(json_int(d, "weight")));
	at = weighed(c, weights);
	json_decref(weights);
	d = json_array_get(districts, at);
	return json_pack("{s:O, s:o, s:s}", "postcode", json_array_get(json_object_get(d, "postcodes"), 0),
	    "district", json_sprintf("%lld", (long long)json_integer_value(json_array_get(c->districts, at))), "text", "");
}

static json_t *
answer_of(struct crowd *c, const json_t *q, const json_t *answers)
{
	const char *kind = json_text(q, "kind");
	const json_t *mix = mix_of(c, json_text(q, "code")), *share = json_object_get(mix, "share"), *list;
	size_t at;

	if (mix == NULL || (share != NULL && draw(c) >= json_number_value(share)))
		return NULL;
	if (strcmp(kind, "multi") == 0)
		return boxes(c, q, mix, answers);
	if (strcmp(kind, "rank") == 0)
		return ranks(c, q, mix);
	if (strcmp(kind, "matrix") == 0)
		return rows(c, q, mix);
	if (strcmp(kind, "address") == 0)
		return address(c);
	if (strcmp(kind, "long") == 0 || strcmp(kind, "time") == 0) {
		list = json_object_get(mix, strcmp(kind, "long") == 0 ? "texts" : "times");
		return json_deep_copy(json_array_get(list, (size_t)(draw(c) * (double)json_array_size(list))));
	}
	at = weighed(c, numbers(mix, "weights", answers));
	if (strcmp(kind, "single") == 0)
		return json_string(choice_at(q, at));
	if (strcmp(kind, "number") == 0)
		return json_sprintf("%zu", at + (size_t)json_int(mix, "from"));
	return json_sprintf("%zu", json_int(json_object_get(q, "settings"), "points") == 11 ? at : at + 1);
}

/* One person's way through. */
static json_t *
person(struct crowd *c, size_t n)
{
	static const char *const ways[] = { "web", "web", "web", "web", "web", "web", "web", "web", "paper", "phone" };
	json_t *answers = json_object(), *said;
	int64_t open = json_int(c->survey, "days_open"), ago = json_int(c->survey, "days_ago");
	const json_t *q;
	const char *code = "";
	double early = draw(c), days;

	while ((q = questionnaire_next(c->draft, answers, code)) != NULL) {
		code = json_text(q, "code");
		said = answer_of(c, q, answers);
		if (said != NULL)
			json_object_set_new(answers, code, said);
	}
	/* Most answer in the first days. */
	days = early * early * (double)(open < ago ? open : ago + 1);
	return json_pack("{s:o, s:i, s:I, s:s, s:s, s:o}", "answers", answers, "seconds", (int)(60 + draw(c) * draw(c) * 900),
	    "days", (json_int_t)((double)ago - days), "way", ways[(size_t)(draw(c) * 10)], "language", draw(c) < 0.96 ? "ja" : "en",
	    "number", json_sprintf("D%05zu", n + 1));
}

static enum err
answer(struct crowd *c, int64_t questionnaire)
{
	size_t n, all = (size_t)json_int(c->survey, "answers");
	json_t *batch = NULL;
	enum err e = ERR_OK;

	for (n = 0; n < all && e == ERR_OK; n++) {
		if (batch == NULL)
			batch = json_array();
		json_array_append_new(batch, person(c, n));
		if (json_array_size(batch) == BATCH || n + 1 == all) {
			e = q_demo_responses(c->demo->db, (struct q_demo_responses){ questionnaire, batch }, NULL);
			json_decref(batch);
			batch = NULL;
		}
	}
	return e;
}

static enum err
publish(struct demo *d, int64_t survey, int64_t staff, const char *actions)
{
	struct result r = { .arena = d->arena, .db = d->db, .words = catalogue_words(d->catalogue, "ja"), .lang = "ja" };
	enum err e = result_open(&r, survey);

	return e == ERR_OK ? result_publish(&r, d->catalogue, staff, actions) : e;
}

enum err
demo_survey(struct demo *d, const json_t *town, const json_t *survey)
{
	const char *state = json_text(survey, "state");
	struct crowd c = { .demo = d, .town = town, .survey = survey, .chance = 88172645463325252ULL };
	int64_t id, questionnaire, staff;
	json_t *draft, *choices;
	struct rows *rows;
	enum err e;

	e = q_demo_survey(d->db, (struct q_demo_survey){ survey }, &rows);
	if (e != ERR_OK || strcmp(state, "draft") == 0)
		return e;
	id = rows_int(rows, 0, "id");
	questionnaire = rows_int(rows, 0, "questionnaire_id");
	staff = rows_int(rows, 0, "author_id");
	e = question_publish(d->db, questionnaire, staff, "");
	if (e == ERR_OK)
		e = q_demo_survey_open(d->db, (struct q_demo_survey_open){ id }, NULL);
	if (e == ERR_OK)
		e = question_draft(d->db, questionnaire, &draft);
	if (e == ERR_OK)
		e = q_demo_choices(d->db, &choices);
	if (e != ERR_OK)
		return e;
	c.draft = draft;
	c.districts = json_object_get(choices, "districts");
	e = answer(&c, questionnaire);
	if (e == ERR_OK)
		e = q_demo_drafts(d->db, (struct q_demo_drafts){ .answers = (int)json_int(survey, "answers"),
		    .questionnaire = questionnaire }, NULL);
	if (e == ERR_OK && json_text(survey, "age")[0] != '\0')
		e = q_demo_tally_design(d->db, (struct q_demo_tally_design){ questionnaire, json_text(survey, "age"),
		    json_text(survey, "district") }, NULL);
	if (e == ERR_OK && strcmp(state, "closed") == 0)
		e = q_demo_survey_end(d->db, (struct q_demo_survey_end){ id }, NULL);
	if (e == ERR_OK && json_text(survey, "actions")[0] != '\0')
		e = publish(d, id, staff, json_text(survey, "actions"));
	return e;
}
