/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A form as it is read, checked and shown again.
 *
 * Each getter does the same four things: takes what was sent, brings it to the
 * form that its kind has, puts it into the field to be shown, and says what is
 * wrong.  What is right is returned.
 */
#include "base/form.h"
#include "base/arena.h"
#include "base/buf.h"
#include "base/clock.h"
#include "base/json.h"
#include "base/log.h"
#include "base/mustache.h"
#include "base/text.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

enum { POSTCODE_DIGITS = 7, JAPAN_S = 9 * 3600 };

struct form {
	struct arena *arena;
	const struct fields *fields;
	const struct words *words;
	json_t *shown;
	json_t *details;	/* by name of the field: what its words may name */
};

struct form *
form_new(struct arena *a, const struct fields *fields, const struct words *words)
{
	struct form *f = arena_alloc(a, sizeof(*f));

	f->arena = a;
	f->fields = fields;
	f->words = words;
	f->shown = json_keep(a, json_pack("{s:b, s:n}", "ok", 1, "problems"));
	f->details = json_keep(a, json_object());
	return f;
}

json_t *
form_json(const struct form *f)
{
	return f->shown;
}

bool
form_ok(const struct form *f)
{
	return json_flag(f->shown, "ok");
}

bool
form_is_wrong(const struct form *f, const char *name)
{
	return json_is_string(json_object_get(json_object_get(f->shown, name), "problem"));
}

static json_t *
field(struct form *f, const char *name)
{
	json_t *found = json_object_get(f->shown, name);

	must(strcmp(name, "ok") != 0 && strcmp(name, "problems") != 0);
	if (found == NULL) {
		found = json_pack("{s:s, s:s, s:n}", "name", name, "value", "", "problem");
		json_object_set_new(f->shown, name, found);
	}
	return found;
}

/* "checked" of each option, after the value or the ids of its field. */
static void
mark(json_t *shown)
{
	const json_t *ids = json_object_get(shown, "ids");
	const char *chosen = json_text(shown, "value");
	json_t *option, *id;
	size_t i, k;

	json_array_foreach(json_object_get(shown, "options"), i, option) {
		const json_t *value = json_object_get(option, "value");
		bool checked = json_is_string(value) && chosen[0] != '\0' &&
		    strcmp(json_string_value(value), chosen) == 0;

		if (json_is_integer(value) && ids == NULL && chosen[0] != '\0')
			checked = strtoll(chosen, NULL, 10) == json_integer_value(value);
		json_array_foreach(ids, k, id)
			checked = checked || (json_is_string(value) ?
			    strtoll(json_string_value(value), NULL, 10) :
			    json_integer_value(value)) == json_integer_value(id);
		json_object_set_new(option, "checked", json_boolean(checked));
	}
}

void
form_options(struct form *f, const char *name, json_t *options)
{
	json_object_set(field(f, name), "options", options);
	mark(field(f, name));
}

static void
show(struct form *f, const char *name, const char *key, const char *value)
{
	json_object_set_new(field(f, name), key, json_string(text_showable(f->arena, value)));
}

void
form_set(struct form *f, const char *name, const char *value)
{
	show(f, name, "value", value);
	mark(field(f, name));
}

void
form_set_flag(struct form *f, const char *name, bool checked)
{
	json_object_set_new(field(f, name), "checked", json_boolean(checked));
}

void
form_set_ids(struct form *f, const char *name, const int64_t *ids, size_t n)
{
	json_t *list = json_array();

	for (size_t i = 0; i < n; i++)
		json_array_append_new(list, json_integer(ids[i]));
	json_object_set_new(field(f, name), "ids", list);
	mark(field(f, name));
}

void
form_set_datetime(struct form *f, const char *name, int64_t ms)
{
	time_t japan = (time_t)(ms / 1000 + JAPAN_S);
	struct tm tm;

	if (ms == 0) {
		static const char *const parts[] = { "year", "month", "day", "hour", "minute" };

		for (size_t i = 0; i < sizeof parts / sizeof *parts; i++)
			show(f, name, parts[i], "");
		return;
	}
	must(gmtime_r(&japan, &tm) != NULL);
	show(f, name, "year", arena_printf(f->arena, "%d", tm.tm_year + 1900));
	show(f, name, "month", arena_printf(f->arena, "%d", tm.tm_mon + 1));
	show(f, name, "day", arena_printf(f->arena, "%d", tm.tm_mday));
	show(f, name, "hour", arena_printf(f->arena, "%d", tm.tm_hour));
	show(f, name, "minute", arena_printf(f->arena, "%02d", tm.tm_min));
}

void
form_detail(struct form *f, const char *name, const char *detail, int64_t n)
{
	json_t *details = json_object_get(f->details, name);

	if (details == NULL) {
		details = json_object();
		json_object_set_new(f->details, name, details);
	}
	json_object_set_new(details, detail, json_integer(n));
}

void
form_details(struct form *f, const char *name, const json_t *details)
{
	json_object_set_new(f->details, name, json_copy((json_t *)(uintptr_t)details));
}

/* The field's own words before those for all. */
static const char *
words_for(const struct form *f, const char *name, const char *key, bool *own)
{
	const char *text = NULL;

	if (strncmp(key, "form_", 5) == 0)
		text = words_find(f->words, arena_printf(f->arena, "%s_%s", name, key + 5));
	*own = text != NULL;
	return *own ? text : words_get(f->words, key);
}

/* Words that fit every field, so that nobody knows in the summary what they are about. */
static bool
fits_all(const char *key)
{
	static const char *const keys[] = { "form_required", "form_too_long", "form_unreadable", "form_control_characters", "form_code",
		"form_number", "form_choice", "form_choose_some", "form_date", "form_datetime", "gateway_bad_digits", "gateway_bad_number",
		"gateway_bad_hex", "gateway_bad_token", "gateway_bad_prefix" };

	for (size_t i = 0; i < sizeof keys / sizeof *keys; i++)
		if (strcmp(key, keys[i]) == 0)
			return true;
	return false;
}

void
form_problem(struct form *f, const char *name, const char *key)
{
	json_t *shown = field(f, name), *list = json_object_get(f->shown, "problems");
	bool own;
	const char *text = words_for(f, name, key, &own);
	struct buf said;

	if (!json_is_null(json_object_get(shown, "problem")))
		return;
	buf_init(&said, f->arena);
	if (mustache_text(f->arena, text, json_object_get(f->details, name), &said) != ERR_OK)
		buf_adds(&said, text);
	show(f, name, "problem", said.data);
	if (!json_is_array(list)) {
		list = json_array();
		json_object_set_new(f->shown, "problems", list);
	}
	json_array_append_new(list, json_pack("{s:s, s:s, s:n, s:n, s:b}", "name", name, "problem", said.data,
	    "label", "lang", "unnamed", !own && fits_all(key)));
	json_object_set_new(f->shown, "ok", json_false());
}

void
form_label(struct form *f, const char *name, const char *label, const char *lang)
{
	size_t length = strlen(name), i;
	json_t *problem;

	if (label[0] == '\0')
		return;
	json_array_foreach(json_object_get(f->shown, "problems"), i, problem) {
		const char *of = json_text(problem, "name");

		if (strncmp(of, name, length) != 0 || (of[length] != '\0' && of[length] != '_'))
			continue;
		json_object_set_new(problem, "label", json_string(label));
		json_object_set_new(problem, "lang", json_string(lang));
		json_object_set_new(problem, "unnamed", json_false());
	}
}

static const char *
sent(const struct form *f, const char *name)
{
	must(f->fields != NULL);
	return fields_get(f->fields, name);
}

/* The value, or "" after saying what is wrong with it. */
static const char *
checked(struct form *f, const char *name, const char *value, enum form_need need, size_t max,
    bool lines)
{
	size_t length;

	if (value[0] == '\0') {
		if (need == FORM_REQUIRED)
			form_problem(f, name, "form_required");
		return "";
	}
	if (text_is_mended(value)) {
		form_problem(f, name, "form_unreadable");
		return "";
	}
	if (!text_is_clean(value, lines)) {
		form_problem(f, name, "form_control_characters");
		return "";
	}
	/* A character is a byte at least, so most need no counting. */
	if (strlen(value) <= max)
		return value;
	/* A character of several code points is more to the database, which has the last word. */
	length = text_points(value);
	if (length <= max)
		return value;
	form_detail(f, name, "max", (int64_t)max);
	form_detail(f, name, "length", (int64_t)length);
	form_problem(f, name, "form_too_long");
	return "";
}

const char *
form_text(struct form *f, const char *name, enum form_need need, size_t max)
{
	const char *value = text_normal(f->arena, sent(f, name));

	form_set(f, name, value);
	return checked(f, name, value, need, max, false);
}

const char *
form_name(struct form *f, const char *name, enum form_need need, size_t max)
{
	const char *value = text_body(f->arena, sent(f, name));
	size_t blank;

	while ((blank = strspn(value, " \t")) > 0 ||
	    (blank = strncmp(value, "　", strlen("　")) == 0 ? strlen("　") : 0) > 0)
		value += blank;
	form_set(f, name, value);
	return checked(f, name, value, need, max, false);
}

const char *
form_lines(struct form *f, const char *name, enum form_need need, size_t max)
{
	const char *value = text_body(f->arena, sent(f, name));

	form_set(f, name, value);
	return checked(f, name, value, need, max, true);
}

/* What the field shows when it is to be of some shape: nothing, or a problem. */
static const char *
unusable(struct form *f, const char *name, enum form_need need, const char *key)
{
	const char *typed = json_text(field(f, name), "value");

	if (typed[0] != '\0')
		form_problem(f, name, text_is_mended(typed) ? "form_unreadable" : key);
	else if (need == FORM_REQUIRED)
		form_problem(f, name, "form_required");
	return "";
}

const char *
form_email(struct form *f, const char *name, enum form_need need)
{
	const char *address = text_email(f->arena, sent(f, name));

	form_set(f, name, address != NULL ? address : text_normal(f->arena, sent(f, name)));
	return address != NULL ? address : unusable(f, name, need, "form_email");
}

const char *
form_phone(struct form *f, const char *name, enum form_need need)
{
	const char *number = text_phone(f->arena, sent(f, name));

	form_set(f, name, text_normal(f->arena, sent(f, name)));
	return number != NULL ? number : unusable(f, name, need, "form_phone");
}

/* Shown as typed until it is right. */
static const char *
digits(struct form *f, const char *name, enum form_need need, size_t n, const char *key)
{
	const char *found = text_digits(f->arena, sent(f, name));
	bool right = strlen(found) == n;

	form_set(f, name, right ? found : text_normal(f->arena, sent(f, name)));
	form_detail(f, name, "length", (int64_t)n);
	return right ? found : unusable(f, name, need, key);
}

const char *
form_postcode(struct form *f, const char *name, enum form_need need)
{
	return digits(f, name, need, POSTCODE_DIGITS, "form_postcode");
}

const char *
form_code(struct form *f, const char *name, size_t n)
{
	return digits(f, name, FORM_REQUIRED, n, "form_code");
}

/* A whole number as people write it: 1,200 and １２００ too. */
static bool
number_of(struct arena *a, const char *typed, int64_t *out)
{
	char *end, *to, *number = text_normal(a, typed);

	to = number;
	for (const char *from = number; *from != '\0'; from++)
		if (*from != ',')
			*to++ = *from;
	*to = '\0';
	if (number[0] != '-' && (number[0] < '0' || number[0] > '9'))
		return false;
	errno = 0;
	*out = strtoll(number, &end, 10);
	return errno == 0 && end > number && *end == '\0';
}

int64_t
form_number(struct form *f, const char *name, enum form_need need, int64_t min, int64_t max)
{
	int64_t n;

	form_set(f, name, text_normal(f->arena, sent(f, name)));
	form_detail(f, name, "min", min);
	form_detail(f, name, "max", max);
	if (number_of(f->arena, sent(f, name), &n) && n >= min && n <= max)
		return n;
	unusable(f, name, need, "form_number");
	return 0;
}

const char *
form_secret(struct form *f, const char *name, enum form_need need, size_t max)
{
	field(f, name);
	return checked(f, name, sent(f, name), need, max, false);
}

bool
form_flag(struct form *f, const char *name)
{
	bool checked_now = sent(f, name)[0] != '\0';

	form_set_flag(f, name, checked_now);
	return checked_now;
}

const char *
form_choice(struct form *f, const char *name, enum form_need need, const char *const *choices)
{
	const char *value = sent(f, name);

	for (size_t i = 0; choices[i] != NULL; i++) {
		if (strcmp(choices[i], value) == 0) {
			form_set(f, name, value);
			return value;
		}
	}
	form_set(f, name, "");
	if (need == FORM_REQUIRED || value[0] != '\0')
		form_problem(f, name, "form_choice");
	return "";
}

enum { YEAR, MONTH, DAY, HOUR, MINUTE, PARTS };

int64_t
form_datetime(struct form *f, const char *name, enum form_need need)
{
	static const char *const keys[PARTS] = { "year", "month", "day", "hour", "minute" };
	int64_t n[PARTS] = { 0 }, ms;
	size_t given = 0, good = 0;
	bool timed = false, mended = false;

	for (size_t i = 0; i < PARTS; i++) {
		const char *part = arena_printf(f->arena, "%s_%s", name, keys[i]);
		const char *typed = text_normal(f->arena, sent(f, part));

		show(f, name, keys[i], typed);
		given += typed[0] != '\0';
		mended = mended || text_is_mended(typed);
		timed = timed || (i >= HOUR && fields_has(f->fields, part));
		/* A part that the form does not have is zero. */
		good += (i >= HOUR && !fields_has(f->fields, part)) ||
		    (number_of(f->arena, typed, &n[i]) && n[i] >= 0 && n[i] <= 9999);
	}
	if (given == 0) {
		if (need == FORM_REQUIRED)
			form_problem(f, name, "form_required");
		return 0;
	}
	if (good == PARTS && clock_from_japan((int)n[YEAR], (int)n[MONTH], (int)n[DAY], (int)n[HOUR],
	    (int)n[MINUTE], &ms) == ERR_OK)
		return ms;
	form_problem(f, name, mended ? "form_unreadable" : timed ? "form_datetime" : "form_date");
	return 0;
}

size_t
form_ids(struct form *f, const char *name, enum form_need need, int64_t **ids)
{
	size_t n;

	must(f->fields != NULL);
	n = fields_ids(f->fields, f->arena, arena_printf(f->arena, "%s_", name), ids);
	form_set_ids(f, name, *ids, n);
	if (n == 0 && need == FORM_REQUIRED)
		form_problem(f, name, "form_choose_some");
	return n;
}
