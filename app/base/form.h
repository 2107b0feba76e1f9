/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
#include <jansson.h>
#include <stdbool.h>
#include <stdint.h>
#include "base/fields.h"
#include "base/words.h"
/*
 * A form as it is read, checked and shown again.
 *
 * What was typed stays, what is wrong is said beside the field and in the
 * summary on top (pages.md 5.1).  form_json is what the template shows:
 *
 *	{"subject": {"name": "subject", "value": "…", "problem": null}, …,
 *	 "ok": false, "problems": [{"name": "subject", "problem": "件名を…",
 *	    "label": null, "lang": null, "unnamed": false}]}
 *
 * problems is null while there is none, and then ok is true.  unnamed: the words fit every field
 * (form_required), and do not say which one they are about.  A getter gives the cleaned value, or
 * "" / 0 with a problem set; form_ok says whether all are good.  With fields
 * NULL (a GET) getters are not called; form_set fills in what is known.
 * Every field that a template names must be set or read, also on a GET.
 */
struct form;

struct form *form_new(struct arena *, const struct fields *, const struct words *);
json_t *form_json(const struct form *);		/* borrowed */
bool form_ok(const struct form *);
bool form_is_wrong(const struct form *, const char *name);

/* Shows this value: what is stored now, on a GET. */
void form_set(struct form *, const char *name, const char *value);
void form_set_flag(struct form *, const char *name, bool checked);	/* adds "checked" */
void form_set_ids(struct form *, const char *name, const int64_t *ids, size_t n);
/* The choices of a field, as templates/part/field_radios, _checkboxes and
 * _select show them: a list of {"value", "label"}, to which "checked" is added and
 * kept by what is set or read. */
void form_options(struct form *, const char *name, json_t *options);
/* Says what is wrong with a field, by key of the words.  The words may name
 * {{max}}, {{min}}, {{length}} and what form_detail set.  Where there is a key of
 * the field's own, "subject_required" for "form_required", it is taken.  The
 * first problem of a field stays. */
void form_problem(struct form *, const char *name, const char *key);
void form_detail(struct form *, const char *name, const char *detail, int64_t n);
/* All of them at once, in place of those that were there; numbers or texts.  Copied. */
void form_details(struct form *, const char *name, const json_t *details);
/* Names a field in the summary.  So are its parts, <name>_….  lang: the language of the label.  What is unnamed
 * then is named by web_page, as the page calls it. */
void form_label(struct form *, const char *name, const char *label, const char *lang);

enum form_need { FORM_OPTIONAL, FORM_REQUIRED };
/* One line, normalised by text_normal; too long is a problem, never cut. */
const char *form_text(struct form *, const char *name, enum form_need, size_t max);
/* One line kept as typed but NFC: names of people and places (R34). */
const char *form_name(struct form *, const char *name, enum form_need, size_t max);
/* Several lines, text_body. */
const char *form_lines(struct form *, const char *name, enum form_need, size_t max);
const char *form_email(struct form *, const char *name, enum form_need);
/* In E.164; shown as typed. */
const char *form_phone(struct form *, const char *name, enum form_need);
/* Seven digits. */
const char *form_postcode(struct form *, const char *name, enum form_need);
/* The number of digits must be exactly so many: one-time codes. */
const char *form_code(struct form *, const char *name, size_t digits);
int64_t form_number(struct form *, const char *name, enum form_need, int64_t min, int64_t max);
/* As typed, not shown again: passwords. */
const char *form_secret(struct form *, const char *name, enum form_need, size_t max);
bool form_flag(struct form *, const char *name);	/* adds "checked" */
/* One of these words, ended by NULL. */
const char *form_choice(struct form *, const char *name, enum form_need, const char *const *choices);
/* <name>_year, _month, _day, _hour, _minute in Japan's time; the field shown is
 * {"name","year","month","day","hour","minute","problem"}.  Epoch ms, 0: none.
 * A form that has no _hour asks for a day: its first moment. */
int64_t form_datetime(struct form *, const char *name, enum form_need);
void form_set_datetime(struct form *, const char *name, int64_t ms);	/* 0: empty */
/* Check boxes <name>_<id>: the ids, ascending; the field shown has "problem". */
size_t form_ids(struct form *, const char *name, enum form_need, int64_t **ids);
