/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Whether an answer is possible: one rule for what comes from a form, from a program and
 * from a file.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/clock.h"
#include "base/json.h"
#include "base/log.h"
#include "base/text.h"
#include "domain/questionnaire_private.h"

enum { TEXT_MAX = 200, LONG_MAX = 2000, OTHER_MAX = 200, JAPAN_S = 9 * 3600 };

static const struct {
	const char *kind;
	int64_t max;
} lengths[] = { { "text", TEXT_MAX }, { "long", LONG_MAX } };

struct judged {
	struct arena *arena;
	const json_t *question, *answer, *answers;
	struct questionnaire_limits *limits;
};

static const json_t *
settings(const json_t *question)
{
	return json_object_get(question, "settings");
}

/* In the one form in which its kind is kept: what a program sends is not mended. */
static bool
is_kept(const char *kept, const char *text)
{
	return kept != NULL && text != NULL && strcmp(kept, text) == 0;
}

static const json_t *
choice(const struct judged *j, const json_t *code)
{
	return json_is_string(code) ? questionnaire_coded(json_object_get(j->question, "choices"), json_string_value(code)) : NULL;
}

/* A list of choices: each exists, none is there twice. */
static bool
list_of_choices(const struct judged *j, const json_t *list)
{
	size_t i, k;

	if (!json_is_array(list) || json_array_size(list) == 0)
		return false;
	for (i = 0; i < json_array_size(list); i++) {
		if (choice(j, json_array_get(list, i)) == NULL)
			return false;
		for (k = 0; k < i; k++)
			if (json_equal(json_array_get(list, i), json_array_get(list, k)))
				return false;
	}
	return true;
}

/* Of what is written freely: readable, nothing hidden in it, and no longer than this. */
static const char *
text_problem(const struct judged *j, const char *text, bool lines, int64_t max)
{
	if (text_is_mended(text))
		return "form_unreadable";
	if (!text_is_clean(text, lines))
		return "form_control_characters";
	j->limits->max = max;
	j->limits->length = (int64_t)text_length(text);
	return j->limits->length > max ? "form_too_long" : NULL;
}

static const char *
other_problem(const struct judged *j, bool wanted)
{
	const char *code = json_text(j->question, "code");
	const json_t *other = json_object_get(j->answers, arena_printf(j->arena, "%s.other", code));

	if (other == NULL)
		return wanted ? "question_other_required" : NULL;
	if (!wanted)
		return "question_other_unchosen";
	if (!json_is_string(other) || text_normal(j->arena, json_string_value(other))[0] == '\0')
		return "question_other_required";
	return text_problem(j, json_string_value(other), false, OTHER_MAX);
}

static const char *
single(const struct judged *j)
{
	const json_t *c = choice(j, j->answer);

	return c == NULL ? "form_choice" : other_problem(j, json_flag(c, "other"));
}

static const char *
multi(const struct judged *j)
{
	int64_t n = (int64_t)json_array_size(j->answer), min = json_int(settings(j->question), "min");
	int64_t max = json_int(settings(j->question), "max");
	bool other = false, none = false;
	const json_t *code;
	size_t i;

	if (!list_of_choices(j, j->answer))
		return "form_choose_some";
	json_array_foreach(j->answer, i, code) {
		other = other || json_flag(choice(j, code), "other");
		none = none || json_flag(choice(j, code), "none");
	}
	if (none && n > 1)
		return "question_none_alone";
	*j->limits = (struct questionnaire_limits){ .min = min, .max = max, .length = n };
	if (!none && n < min)
		return "question_choose_min";
	if (max > 0 && n > max)
		return "question_choose_max";
	return other_problem(j, other);
}

static const char *
words(const struct judged *j)
{
	const char *kind = json_text(j->question, "kind"), *pattern = json_text(settings(j->question), "pattern");
	const char *text = json_string_value(j->answer), *problem;
	int64_t max = json_int(settings(j->question), "max");
	size_t i;

	for (i = 0; max == 0 && i < sizeof lengths / sizeof *lengths; i++)
		if (strcmp(lengths[i].kind, kind) == 0)
			max = lengths[i].max;
	if (text == NULL || text_normal(j->arena, text)[0] == '\0')
		return "form_required";
	problem = text_problem(j, text, strcmp(kind, "long") == 0, max);
	if (problem != NULL)
		return problem;
	if (pattern[0] != '\0' && !is_kept(questionnaire_pattern(j->arena, pattern, text), text))
		return arena_printf(j->arena, "question_pattern_%s", pattern);
	return NULL;
}

static bool
within(const json_t *limits, const char *key, double value, int sign)
{
	const char *limit = json_text(limits, key);

	return limit[0] == '\0' || sign * (value - strtod(limit, NULL)) >= 0;
}

static const char *
number(const struct judged *j)
{
	const json_t *s = settings(j->question);
	const char *text = json_string_value(j->answer);
	const char *kept = text == NULL ? NULL : questionnaire_number(j->arena, text, json_int(s, "decimals"));
	double value;

	if (!is_kept(kept, text))
		return json_int(s, "decimals") > 0 ? "question_number_decimal" : "question_number";
	value = strtod(text, NULL);
	j->limits->least = json_text(s, "min");
	j->limits->most = json_text(s, "max");
	if (!within(s, "min", value, 1))
		return "question_number_min";
	return within(s, "max", value, -1) ? NULL : "question_number_max";
}

static const char *
today(struct arena *a)
{
	time_t japan = (time_t)(clock_ms() / 1000 + JAPAN_S);
	struct tm tm;

	must(gmtime_r(&japan, &tm) != NULL);
	return arena_printf(a, "%04d-%02d-%02d", tm.tm_year + 1900, tm.tm_mon + 1, tm.tm_mday);
}

static const char *
date(const struct judged *j)
{
	const json_t *s = settings(j->question);
	const char *text = json_string_value(j->answer), *min = json_text(s, "min"), *max = json_text(s, "max");
	char year[8], month[8], day[8];
	const char *kept;

	if (text == NULL || sscanf(text, "%4[0-9]-%2[0-9]-%2[0-9]", year, month, day) != 3)
		return "form_date";
	kept = questionnaire_date(j->arena, year, month, day);
	if (kept == NULL && questionnaire_date_meant(j->arena, year, month, day) != NULL) {
		j->limits->min = strtoll(month, NULL, 10);
		j->limits->max = questionnaire_days((int)strtol(year, NULL, 10), (int)j->limits->min);
		return "question_date_days";
	}
	if (!is_kept(kept, text))
		return "form_date";
	if (json_flag(s, "past") && strcmp(text, today(j->arena)) > 0)
		return "question_date_past";
	if (json_flag(s, "future") && strcmp(text, today(j->arena)) < 0)
		return "question_date_future";
	if ((min[0] != '\0' && strcmp(text, min) < 0) || (max[0] != '\0' && strcmp(text, max) > 0))
		return "question_date_range";
	return NULL;
}

static const char *
time_of_day(const struct judged *j)
{
	const json_t *s = settings(j->question);
	const char *text = json_string_value(j->answer), *min = json_text(s, "min"), *max = json_text(s, "max");
	const char *kept = text == NULL ? NULL : questionnaire_time(j->arena, text);

	if (!is_kept(kept, text))
		return "question_time";
	if ((min[0] != '\0' && strcmp(text, min) < 0) || (max[0] != '\0' && strcmp(text, max) > 0))
		return "question_time_range";
	return NULL;
}

static const char *
scale(const struct judged *j)
{
	int64_t points = json_int(settings(j->question), "points");
	const char *text = json_string_value(j->answer);
	const char *kept = text == NULL ? NULL : questionnaire_number(j->arena, text, 0);
	int64_t value;

	if (!is_kept(kept, text))
		return "form_choice";
	value = strtoll(text, NULL, 10);
	/* Eleven points are 0 … 10, others 1 … n. */
	return value >= (points != 11) && value <= points - (points == 11) ? NULL : "form_choice";
}

static const char *
ranking(const struct judged *j)
{
	int64_t n = (int64_t)json_array_size(json_object_get(j->question, "choices"));
	int64_t max = json_int(settings(j->question), "max");

	if (!list_of_choices(j, j->answer))
		return "question_rank";
	j->limits->max = max > 0 && max < n ? max : n;
	return (int64_t)json_array_size(j->answer) > j->limits->max ? "question_rank_max" : NULL;
}

static const char *
matrix(const struct judged *j)
{
	const json_t *rows = json_object_get(settings(j->question), "rows"), *value;
	bool several = json_flag(settings(j->question), "multi");
	const char *row;

	if (!json_is_object(j->answer))
		return "question_rows";
	json_object_foreach((json_t *)(uintptr_t)j->answer, row, value)
		if (questionnaire_coded(rows, row) == NULL || (several ? !list_of_choices(j, value) : choice(j, value) == NULL))
			return "question_rows";
	if (json_flag(j->question, "required") && json_object_size(j->answer) < json_array_size(rows))
		return "question_rows";
	return json_object_size(j->answer) == 0 ? "question_rows" : NULL;
}

static const char *
parts(const struct judged *j, const char *const *names, const char *missing)
{
	const json_t *value;
	const char *name, *problem;

	if (!json_is_object(j->answer) || json_object_size(j->answer) == 0)
		return missing;
	json_object_foreach((json_t *)(uintptr_t)j->answer, name, value) {
		size_t i = 0;

		while (names[i] != NULL && strcmp(names[i], name) != 0)
			i++;
		if (names[i] == NULL || !json_is_string(value) || json_string_length(value) == 0)
			return missing;
		problem = text_problem(j, json_string_value(value), false, TEXT_MAX);
		if (problem != NULL)
			return problem;
	}
	return NULL;
}

static const char *
address(const struct judged *j)
{
	static const char *const names[] = { "postcode", "district", "text", NULL };
	const char *postcode = json_text(j->answer, "postcode"), *problem = parts(j, names, "form_required");

	if (problem != NULL || postcode[0] == '\0')
		return problem;
	return is_kept(questionnaire_pattern(j->arena, "postcode", postcode), postcode) ? NULL : "form_postcode";
}

static bool
degree(struct arena *a, const char *text, double most)
{
	return is_kept(questionnaire_degree(a, text), text) && strtod(text, NULL) >= -most && strtod(text, NULL) <= most;
}

/* A point, or the place in words. */
static const char *
map(const struct judged *j)
{
	static const char *const names[] = { "lat", "lon", "text", NULL };
	const char *lat = json_text(j->answer, "lat"), *lon = json_text(j->answer, "lon");
	const char *problem = parts(j, names, "question_map");

	if (problem != NULL)
		return problem;
	if (lat[0] == '\0' && lon[0] == '\0')
		return NULL;
	return degree(j->arena, lat, 90) && degree(j->arena, lon, 180) ? NULL : "question_point";
}

static const char *
file(const struct judged *j)
{
	int64_t max = json_int(settings(j->question), "max");
	size_t i, k;

	if (!json_is_array(j->answer) || json_array_size(j->answer) == 0)
		return "question_file";
	for (i = 0; i < json_array_size(j->answer); i++) {
		if (!json_is_string(json_array_get(j->answer, i)) || !text_is_uuid(json_string_value(json_array_get(j->answer, i))))
			return "question_file";
		for (k = 0; k < i; k++)
			if (json_equal(json_array_get(j->answer, i), json_array_get(j->answer, k)))
				return "question_file";
	}
	j->limits->max = max > 0 ? max : 1;
	return (int64_t)json_array_size(j->answer) > j->limits->max ? "question_file_max" : NULL;
}

static const char *
consent(const struct judged *j)
{
	return json_is_string(j->answer) && strcmp(json_string_value(j->answer), "1") == 0 ? NULL : "question_consent";
}

static const struct {
	const char *kind;
	const char *(*problem)(const struct judged *);
} rules[] = {
	{ "single", single }, { "multi", multi }, { "text", words }, { "long", words }, { "number", number },
	{ "date", date }, { "time", time_of_day }, { "scale", scale }, { "rank", ranking }, { "matrix", matrix },
	{ "address", address }, { "map", map }, { "file", file }, { "consent", consent },
};

/* Not less than the answer to another question. */
static const char *
across(const struct judged *j)
{
	const char *than = json_text(settings(j->question), "equal_or_more");
	const char *least = json_text(j->answers, than), *value = json_string_value(j->answer);
	const char *kind = json_text(j->question, "kind");

	if (least[0] == '\0' || value == NULL)
		return NULL;
	if (strcmp(kind, "number") == 0 || strcmp(kind, "scale") == 0)
		return strtod(value, NULL) >= strtod(least, NULL) ? NULL : "question_less_than_other";
	return strcmp(value, least) >= 0 ? NULL : "question_less_than_other";
}

const char *
questionnaire_problem(struct arena *a, const json_t *question, const json_t *answers,
    struct questionnaire_limits *limits)
{
	const char *kind = json_text(question, "kind");
	struct judged j = { a, question, json_object_get(answers, json_text(question, "code")), answers, limits };
	size_t i;

	if (j.answer == NULL) {
		if (!json_flag(question, "required") || strcmp(kind, "note") == 0)
			return NULL;
		return strcmp(kind, "single") == 0 || strcmp(kind, "scale") == 0 ? "form_choice" :
		    strcmp(kind, "multi") == 0 ? "form_choose_some" : strcmp(kind, "consent") == 0 ? "question_consent" :
		    strcmp(kind, "matrix") == 0 ? "question_rows" : strcmp(kind, "rank") == 0 ? "question_rank" :
		    strcmp(kind, "map") == 0 ? "question_map" : strcmp(kind, "file") == 0 ? "question_file" : "form_required";
	}
	for (i = 0; i < sizeof rules / sizeof *rules; i++) {
		if (strcmp(rules[i].kind, kind) == 0) {
			const char *problem = rules[i].problem(&j);

			return problem != NULL ? problem : across(&j);
		}
	}
	return "form_required";		/* a note has no answer */
}

json_t *
questionnaire_named(struct arena *a, const struct questionnaire_limits *l)
{
	json_t *named = json_keep(a, json_pack("{s:I, s:I, s:I}", "min", (json_int_t)l->min, "max", (json_int_t)l->max,
	    "length", (json_int_t)l->length));

	if (l->least != NULL)
		json_object_set_new(named, "min", json_string(l->least));
	if (l->most != NULL)
		json_object_set_new(named, "max", json_string(l->most));
	return named;
}

/* How many members of the answers are this question's: its own, and その他 in words. */
static size_t
said(struct arena *a, const json_t *question, const json_t *answers)
{
	const char *code = json_text(question, "code"), *kind = json_text(question, "kind");

	if (json_object_get(answers, code) == NULL)
		return 0;
	if (strcmp(kind, "single") != 0 && strcmp(kind, "multi") != 0)
		return 1;
	return json_object_get(answers, arena_printf(a, "%s.other", code)) != NULL ? 2 : 1;
}

enum err
questionnaire_accept(struct arena *a, const json_t *document, const json_t *answers, const char **problem)
{
	struct questionnaire_limits limits = { 0 };
	const json_t *path, *q;
	size_t i, known = 0;
	bool whole;

	*problem = "";
	if (!json_is_object(answers))
		return ERR_INVALID;
	path = questionnaire_path(a, document, answers, &whole);
	json_array_foreach(path, i, q) {
		*problem = json_text(q, "code");
		if (questionnaire_problem(a, q, answers, &limits) != NULL)
			return ERR_INVALID;
		known += said(a, q, answers);
	}
	/* Nothing but the path: who answered what was not asked came by an impossible way. */
	*problem = "";
	return whole && known == json_object_size(answers) ? ERR_OK : ERR_INVALID;
}

/* kind: of those that need no answer; NULL: all. */
static json_t *
excused(struct arena *a, const json_t *document, const char *kind)
{
	json_t *copy = json_keep(a, json_deep_copy(document)), *q;
	size_t i;

	json_array_foreach(json_object_get(copy, "questions"), i, q)
		if (kind == NULL || questionnaire_is(q, kind))
			json_object_set_new(q, "required", json_false());
	return copy;
}

json_t *
questionnaire_lenient(struct arena *a, const json_t *document)
{
	return excused(a, document, NULL);
}

json_t *
questionnaire_without_files(struct arena *a, const json_t *document)
{
	return excused(a, document, "file");
}
