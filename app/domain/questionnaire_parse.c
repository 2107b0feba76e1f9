/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Numbers, dates and times as people write them, brought to the one form in which an
 * answer is kept.
 */
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/buf.h"
#include "base/clock.h"
#include "base/json.h"
#include "base/text.h"
#include "domain/questionnaire_private.h"

#define DIGITS "0123456789"
enum { DIGITS_MAX = 15, PHONE_LEAST = 10, PHONE_MOST = 11, POSTCODE = 7, DEGREE_DIGITS = 6, WESTERN_LEAST = 1000 };

const char *
questionnaire_field(struct arena *a, const char *code, const char *part)
{
	return arena_printf(a, "%s_%s", code, part);
}

/* Commas part thousands and nothing else: 1,5 is not fifteen. */
static bool
commas_part_thousands(const char *p)
{
	size_t first = strspn(p, DIGITS);

	if (p[first] == ',' && (first == 0 || first > 3))
		return false;
	for (p += first; *p == ','; p += 4)
		if (strspn(p + 1, DIGITS) != 3)
			return false;
	return strchr(p, ',') == NULL;
}

/* How long a minus stands in front: a hyphen, or what keyboards of Japan give in its place. */
static size_t
minus_of(const char *p)
{
	static const char *const signs[] = { "-", "−", "‐", "–", "ー" };	/* lint: words */

	for (size_t i = 0; i < sizeof signs / sizeof *signs; i++)
		if (strncmp(p, signs[i], strlen(signs[i])) == 0)
			return strlen(signs[i]);
	return 0;
}

/* 1,200 and １２００ and -0.50: sign, digits without leading zeros, decimals without
 * trailing ones. */
const char *
questionnaire_number(struct arena *a, const char *typed, int64_t decimals)
{
	const char *p = text_normal(a, typed);
	size_t whole, part = 0, minus = minus_of(p);
	struct buf digits, out;

	buf_init(&digits, a);
	if (!commas_part_thousands(p + minus))
		return NULL;
	for (p += minus; *p != '\0'; p++)
		if (*p != ',')
			buf_addch(&digits, *p);
	p = digits.len == 0 ? "" : digits.data;
	whole = strspn(p, DIGITS);
	if (p[whole] == '.')
		part = strspn(p + whole + 1, DIGITS);
	if (whole == 0 || whole + part > DIGITS_MAX || p[whole + (p[whole] == '.') + part] != '\0')
		return NULL;
	for (; whole > 1 && *p == '0'; whole--)
		p++;
	while (part > 0 && p[whole + part] == '0')
		part--;
	if ((int64_t)part > decimals)
		return NULL;
	buf_init(&out, a);
	if (minus > 0 && !(whole == 1 && *p == '0' && part == 0))
		buf_addch(&out, '-');
	buf_add(&out, p, whole + (part > 0) + part);
	return out.data;
}

const char *
questionnaire_degree(struct arena *a, const char *typed)
{
	char *text = text_normal(a, typed), *point = strchr(text, '.');

	if (point != NULL && strspn(point + 1, DIGITS) == strlen(point + 1) && strlen(point + 1) > DEGREE_DIGITS)
		point[1 + DEGREE_DIGITS] = '\0';
	return questionnaire_number(a, text, DEGREE_DIGITS);
}

/* Years of an era and the western year before its first (元年 is 1). */
static const struct era {
	const char *name, *letter;
	int before, first, last;	/* western years in which it can stand */
} eras[] = {
	{ "明治", "M", 1867, 1868, 1912 },	/* lint: words */
	{ "大正", "T", 1911, 1912, 1926 },	/* lint: words */
	{ "昭和", "S", 1925, 1926, 1989 },	/* lint: words */
	{ "平成", "H", 1988, 1989, 2019 },	/* lint: words */
	{ "令和", "R", 2018, 2019, 9999 },	/* lint: words */
};

static int
small_number(const char *p)
{
	size_t n = strspn(p, DIGITS);

	return n > 0 && n <= 4 && p[n] == '\0' ? (int)strtol(p, NULL, 10) : -1;
}

/* 2026, 令和8, R8, 平成元; -1: none of these. */
static int
year_of(const char *typed)
{
	for (size_t i = 0; i < sizeof eras / sizeof *eras; i++) {
		const struct era *era = &eras[i];
		size_t n = strncmp(typed, era->name, strlen(era->name)) == 0 ? strlen(era->name) :
		    (typed[0] & ~0x20) == era->letter[0] ? 1 : 0;
		const char *rest = typed + n;
		int year;

		if (n == 0)
			continue;
		rest += strspn(rest, " ");
		year = strcmp(rest, "元") == 0 ? 1 : small_number(rest);	/* lint: words */
		year += era->before;
		return year > era->before && year >= era->first && year <= era->last ? year : -1;
	}
	/* 8 is the eighth of some era, and of none that was said. */
	return small_number(typed) >= WESTERN_LEAST ? small_number(typed) : -1;
}

/* What was typed is compared as it is normalized: ％ and ㎡ stand there as % and m2. */
static const char *
without(struct arena *a, const char *typed, const char *unit)
{
	char *text = text_normal(a, typed);
	const char *end = text_normal(a, unit);
	size_t n = strlen(text), u = strlen(end);

	if (n >= u && strcmp(text + n - u, end) == 0)
		text[n - u] = '\0';
	return text;
}

int
questionnaire_days(int year, int month)
{
	int day = 31;
	int64_t ms;

	while (day >= 28 && clock_from_japan(year, month, day, 0, 0, &ms) != ERR_OK)
		day--;
	return day >= 28 ? day : 0;
}

static const char *
read_date(struct arena *a, const char *year, const char *month, const char *day, bool exists)
{
	int y = year_of(without(a, year, "年")), m = small_number(without(a, month, "月"));	/* lint: words */
	int d = small_number(without(a, day, "日"));	/* lint: words */
	int days = y < 1 || m < 1 ? 0 : questionnaire_days(y, m);

	return days == 0 || d < 1 || d > (exists ? days : 31) ? NULL : arena_printf(a, "%04d-%02d-%02d", y, m, d);
}

const char *
questionnaire_date(struct arena *a, const char *year, const char *month, const char *day)
{
	return read_date(a, year, month, day, true);
}

const char *
questionnaire_date_meant(struct arena *a, const char *year, const char *month, const char *day)
{
	return read_date(a, year, month, day, false);
}

/* Behind one of these words; NULL: none stands there. */
static const char *
behind(const char *p, const char *const *words)
{
	p += strspn(p, " ");
	for (; *words != NULL; words++)
		if (strncasecmp(p, *words, strlen(*words)) == 0)
			return p + strlen(*words);
	return NULL;
}

/* 9:30, 9時30分, 9時半, 9h30, 9時; each part by itself, so that 10時5分 is not 1:05. */
static const char *
hour_and_minute(const char *p, int *hour, int *minute)
{
	static const char *const hours[] = { "時", ":", "h", NULL }, *const halves[] = { "半", NULL };	/* lint: words */
	static const char *const minutes[] = { "分", NULL };	/* lint: words */
	const char *at, *half;
	char *end;
	size_t n = strspn(p, DIGITS);

	if (n == 0 || n > 4)
		return NULL;
	*hour = (int)strtol(p, &end, 10);
	*minute = 0;
	if (n > 2) {	/* 930, 0930 */
		*minute = *hour % 100;
		*hour /= 100;
		return end;
	}
	at = behind(end, hours);
	if (at == NULL)
		return NULL;
	half = behind(at, halves);
	if (half != NULL) {
		*minute = 30;
		return half;
	}
	at += strspn(at, " ");
	n = strspn(at, DIGITS);
	if (n == 0)
		return *end == ':' ? NULL : at;
	*minute = (int)strtol(at, &end, 10);
	at = behind(end, minutes);
	return n > 2 ? NULL : at != NULL ? at : end;
}

/* 9:30, ９時３０分, 0930, 午後3時, 3:30 PM. */
const char *
questionnaire_time(struct arena *a, const char *typed)
{
	static const char *const mornings[] = { "午前", "am", "a.m.", NULL };	/* lint: words */
	static const char *const afternoons[] = { "午後", "pm", "p.m.", NULL };	/* lint: words */
	const char *p = text_normal(a, typed), *am = behind(p, mornings), *pm = behind(p, afternoons);
	bool before_it = am != NULL || pm != NULL;
	int hour, minute;

	p = am != NULL ? am : pm != NULL ? pm : p;
	p = hour_and_minute(p + strspn(p, " "), &hour, &minute);
	if (p == NULL)
		return NULL;
	if (!before_it) {
		am = behind(p, mornings);
		pm = behind(p, afternoons);
		p = am != NULL ? am : pm != NULL ? pm : p;
	}
	if (am != NULL || pm != NULL) {
		/* 午後12時 is noon to one and midnight to another. */
		if (hour > 12 || (hour == 12 && before_it))
			return NULL;
		hour = hour % 12 + (pm != NULL ? 12 : 0);
	}
	p += strspn(p, " ");
	return *p == '\0' && hour < 24 && minute < 60 ? arena_printf(a, "%02d:%02d", hour, minute) : NULL;
}

/* Hiragana, katakana, the long vowel mark, the middle dot and blanks. */
static bool
is_kana(const char *text)
{
	size_t n = strlen(text), at = 0;

	while (at < n) {
		int32_t c = text_next(text, n, &at);

		if (!((c >= 0x3041 && c <= 0x3096) || (c >= 0x30a1 && c <= 0x30fc) || c == ' ' || c == 0x3000))
			return false;
	}
	return n > 0;
}

const char *
questionnaire_pattern(struct arena *a, const char *pattern, const char *typed)
{
	const char *text = text_normal(a, typed), *digits = text_digits(a, typed);
	size_t n = strlen(digits);

	if (strcmp(pattern, "email") == 0)
		return text_email(a, typed);
	if (strcmp(pattern, "phone") == 0)
		return n >= PHONE_LEAST && n <= PHONE_MOST && digits[0] == '0' ? text_number(a, typed) : NULL;
	if (strcmp(pattern, "postcode") == 0)
		return n == POSTCODE ? digits : NULL;
	if (strcmp(pattern, "kana") == 0)
		return is_kana(text) ? text : NULL;
	if (strcmp(pattern, "digits") == 0)
		return n > 0 && n == strlen(text) ? digits : NULL;
	return text;
}

const char *
questionnaire_part(struct arena *a, const char *part, const char *typed)
{
	if (strcmp(part, "postcode") == 0)
		return questionnaire_pattern(a, "postcode", typed);
	return strcmp(part, "lat") == 0 || strcmp(part, "lon") == 0 ? questionnaire_degree(a, typed) : NULL;
}

/* --- cells of tables --- */

/* What stands before the first of these signs; *rest behind it.  NULL: there is none. */
static char *
before(char *text, const char *const *signs, char **rest)
{
	for (; *signs != NULL; signs++) {
		char *at = strstr(text, *signs);

		if (at == NULL)
			continue;
		*at = '\0';
		*rest = at + strlen(*signs);
		return text;
	}
	return NULL;
}

/* 令和8年2月28日, 2026/2/28, R8.2.28. */
static const char *
date_in_one(struct arena *a, const char *cell, bool exists)
{
	static const char *const years[] = { "年", "/", "-", ".", NULL };		/* lint: words */
	static const char *const months[] = { "月", "/", "-", ".", NULL };	/* lint: words */
	char *rest, *year = before(text_normal(a, cell), years, &rest);
	char *month = year == NULL ? NULL : before(rest, months, &rest);

	return month == NULL ? NULL : read_date(a, year, month, rest, exists);
}

/* As many write it who read 「回」 behind the field: 3回. */
static const char *
without_unit(struct arena *a, const json_t *question, const char *typed)
{
	const char *number = without(a, typed, questionnaire_unit(question, "ja")), *language;
	json_t *texts = json_object_get(question, "texts"), *own;

	json_object_foreach(texts, language, own)
		number = without(a, number, json_text(own, "unit"));
	return number;
}

const char *
questionnaire_amount(struct arena *a, const json_t *question, const char *typed)
{
	const char *kind = json_text(question, "kind");

	if (strcmp(kind, "number") == 0 || strcmp(kind, "scale") == 0)
		return questionnaire_number(a, without_unit(a, question, typed),
		    json_int(json_object_get(question, "settings"), "decimals"));
	if (strcmp(kind, "date") == 0)
		return date_in_one(a, typed, true);
	return strcmp(kind, "time") == 0 ? questionnaire_time(a, typed) : NULL;
}

const char *
questionnaire_tidy(struct arena *a, const json_t *question, const char *part, const char *cell)
{
	const char *kind = json_text(question, "kind"), *pattern = json_text(json_object_get(question, "settings"), "pattern");
	const char *kept;

	if (part[0] != '\0')
		kept = questionnaire_part(a, part, cell);
	else if (strcmp(kind, "text") == 0 && pattern[0] != '\0')
		kept = questionnaire_pattern(a, pattern, cell);
	else if (strcmp(kind, "single") == 0 || strcmp(kind, "consent") == 0)
		kept = text_normal(a, cell);
	else if (strcmp(kind, "date") == 0)
		kept = date_in_one(a, cell, false);
	else
		kept = questionnaire_amount(a, question, cell);
	return kept != NULL ? kept : cell;
}
