/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The forms of an event: what is stored is shown, what was typed is read and kept.
 */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/arena.h"
#include "base/buf.h"
#include "base/clock.h"
#include "base/json.h"
#include "base/text.h"
#include "db/queries.h"
#include "domain/event.h"
#include "domain/message.h"
#include "domain/picture.h"
#include "domain/question.h"
#include "domain/questionnaire.h"

const char *const event_steps[] = { "once", "day", "workday", "week", "fortnight", "month", "nth", NULL };
static const char *const rules[] = { "none", "first", "lottery", "approval", NULL }, *const names[] = { "all", "one", NULL };

static enum err
saved(enum err e, const int *changed)
{
	return e != ERR_OK || *changed == 1 ? e : ERR_CONFLICT;
}

static void
set_number(struct form *f, struct arena *a, const char *name, const json_t *n)
{
	form_set(f, name, json_is_integer(n) ? arena_printf(a, "%lld", (long long)json_integer_value(n)) : "");
}

/* --- content --- */

static void
content_fill(struct form *f, struct arena *a, const json_t *e)
{
	const json_t *texts = json_object_get(json_object_get(e, "texts"), "ja");

	form_set(f, "title", json_text(e, "title"));
	form_set(f, "text", json_text(texts, "text"));
	form_set(f, "target", json_text(texts, "target"));
	form_set(f, "fee", json_text(texts, "fee"));
	form_set(f, "bring", json_text(texts, "bring"));
	form_set(f, "category", json_text(e, "category"));
	form_set(f, "organiser", json_text(e, "organiser"));
	form_set(f, "contact", json_text(e, "contact"));
	form_set_flag(f, "free", json_flag(e, "free"));
	form_set_flag(f, "childcare", json_flag(e, "childcare"));
	form_set_flag(f, "sign_language", json_flag(e, "sign_language"));
	form_set_flag(f, "online", json_flag(e, "online"));
	set_number(f, a, "department", json_object_get(json_object_get(e, "department"), "id"));
}

static enum err
content_save(struct db *db, struct form *f, struct arena *a, const json_t *e, const json_t *choices, const char *seen)
{
	int changed = 0;
	struct q_event_content q = { .event = json_int(e, "id"), .seen = seen,
	    .title = form_name(f, "title", FORM_REQUIRED, EVENT_TITLE_MAX), .text = form_lines(f, "text", FORM_REQUIRED, EVENT_TEXT_MAX),
	    .target = form_lines(f, "target", FORM_OPTIONAL, EVENT_SHORT_MAX), .fee = form_lines(f, "fee", FORM_OPTIONAL, EVENT_SHORT_MAX),
	    .bring = form_lines(f, "bring", FORM_OPTIONAL, EVENT_SHORT_MAX), .category = form_name(f, "category", FORM_OPTIONAL, 100),
	    .organiser = form_name(f, "organiser", FORM_OPTIONAL, 200), .contact = form_lines(f, "contact", FORM_REQUIRED, EVENT_SHORT_MAX),
	    .free = form_flag(f, "free"), .childcare = form_flag(f, "childcare"), .sign_language = form_flag(f, "sign_language"),
	    .online = form_flag(f, "online"), .department = form_number(f, "department", FORM_REQUIRED, 1, INT64_MAX) };

	(void)a;
	if (q.department != 0 && !message_has_id(json_object_get(choices, "departments"), q.department))
		form_problem(f, "department", "message_no_such_department");
	return form_ok(f) ? saved(q_event_content(db, q, &changed), &changed) : ERR_INVALID;
}

const struct event_part event_content = { "content", "content", true, content_fill, content_save };

/* --- place --- */

static void
place_fill(struct form *f, struct arena *a, const json_t *e)
{
	form_set(f, "place", json_text(e, "place"));
	form_set(f, "address", json_text(e, "address"));
	form_set(f, "latitude", json_text(e, "latitude"));
	form_set(f, "longitude", json_text(e, "longitude"));
	form_set(f, "access", json_text(e, "access"));
	set_number(f, a, "district", json_object_get(e, "district"));
}

/* Degrees with a point, or "" where it is none. */
static const char *
degrees(struct form *f, const char *name, double most)
{
	const char *text = form_text(f, name, FORM_OPTIONAL, 20);
	char *end;
	double n = strtod(text, &end);

	if (text[0] == '\0')
		return "";
	if (strspn(text, "-0123456789.") != strlen(text) || *end != '\0' || n < -most || n > most) {
		form_problem(f, name, "event_degrees");
		return "";
	}
	return text;
}

static enum err
place_save(struct db *db, struct form *f, struct arena *a, const json_t *e, const json_t *choices, const char *seen)
{
	int changed = 0;
	struct q_event_place q = { .event = json_int(e, "id"), .seen = seen, .place = form_name(f, "place", FORM_OPTIONAL, 200),
	    .address = form_name(f, "address", FORM_OPTIONAL, EVENT_SHORT_MAX),
	    .access = form_lines(f, "access", FORM_OPTIONAL, EVENT_ACCESS_MAX),
	    .latitude = degrees(f, "latitude", 90), .longitude = degrees(f, "longitude", 180),
	    .district = form_number(f, "district", FORM_OPTIONAL, 1, INT64_MAX) };

	(void)a;
	if (q.place[0] == '\0' && !json_flag(e, "online"))
		form_problem(f, "place", "form_required");
	if ((q.latitude[0] == '\0') != (q.longitude[0] == '\0') && form_ok(f))
		form_problem(f, q.latitude[0] == '\0' ? "latitude" : "longitude", "event_degrees_both");
	if (q.district != 0 && !message_has_id(json_object_get(choices, "districts"), q.district))
		form_problem(f, "district", "form_choice");
	return form_ok(f) ? saved(q_event_place(db, q, &changed), &changed) : ERR_INVALID;
}

const struct event_part event_place = { "place", "place", true, place_fill, place_save };

/* --- how seats are given --- */

static void
rules_fill(struct form *f, struct arena *a, const json_t *e)
{
	form_set(f, "rule", json_text(e, "rule"));
	form_set(f, "names", json_text(e, "names"));
	form_set_datetime(f, "opens", json_int(e, "opens_ms"));
	form_set_datetime(f, "closes", json_int(e, "closes_ms"));
	set_number(f, a, "group_max", json_object_get(e, "group_max"));
	set_number(f, a, "offer_hours", json_object_get(e, "offer_hours"));
	form_set_flag(f, "once", json_flag(e, "once"));
	form_set_flag(f, "waiting", json_flag(e, "waiting"));
	form_set_flag(f, "in_order", json_flag(e, "in_order"));
	form_set_flag(f, "listed", json_flag(e, "listed"));
}

/* Once it is published: a lottery was promised, seed and all, or it was not; and who begins to take applications asks
 * the questions as they stand. */
static enum err
rules_late(struct db *db, struct form *f, struct arena *a, const json_t *e, const char *rule)
{
	const char *old = json_text(e, "rule");
	json_t *draft;
	enum err err;

	if (json_flag(e, "draft") || rule[0] == '\0' || strcmp(rule, old) == 0 || json_int(e, "applications") > 0)
		return ERR_OK;
	if (strcmp(rule, "lottery") == 0 || strcmp(old, "lottery") == 0)
		form_problem(f, "rule", "event_rule_late");
	else if (strcmp(old, "none") == 0 && json_int(e, "edition") == 0 && json_int(e, "questions") > 0) {
		err = question_draft(db, json_int(e, "questionnaire"), &draft);
		if (err != ERR_OK)
			return err;
		if (json_flag(e, "files") || json_array_size(questionnaire_faults(a, draft)) > 0)
			form_problem(f, "rule", "event_rule_questions");
	}
	return ERR_OK;
}

static enum err
rules_save(struct db *db, struct form *f, struct arena *a, const json_t *e, const json_t *choices, const char *seen)
{
	const char *value = json_text(e, "value_day");
	int changed = 0;
	struct q_event_rules q = { .event = json_int(e, "id"), .seen = seen, .rule = form_choice(f, "rule", FORM_REQUIRED, rules),
	    .names = form_choice(f, "names", FORM_REQUIRED, names), .opens = form_datetime(f, "opens", FORM_OPTIONAL),
	    .closes = form_datetime(f, "closes", FORM_OPTIONAL),
	    .group_max = (int32_t)form_number(f, "group_max", FORM_REQUIRED, 1, EVENT_GROUP_MAX),
	    .offer_hours = (int32_t)form_number(f, "offer_hours", FORM_OPTIONAL, 1, EVENT_OFFER_MAX), .once = form_flag(f, "once"),
	    .waiting = form_flag(f, "waiting"), .in_order = form_flag(f, "in_order"), .listed = form_flag(f, "listed") };
	enum err err;

	(void)choices;
	if (q.opens != 0 && q.closes != 0 && q.closes <= q.opens)
		form_problem(f, "closes", "event_closes_early");
	/* A lottery whose value people might know while they still sign up (lottery_day). */
	if (value[0] != '\0' && (q.closes == 0 || strncmp(clock_rfc3339(a, q.closes), value, 10) >= 0))
		form_problem(f, "closes", "event_closes_value");
	/* People have signed up by what they were told. */
	if (json_int(e, "applications") > 0 && strcmp(q.rule, json_text(e, "rule")) != 0)
		form_problem(f, "rule", "event_rule_stays");
	if (json_int(e, "applications") > 0 && q.once != json_flag(e, "once"))
		form_problem(f, "once", "event_rule_stays");
	if (json_int(e, "applications") > 0 && strcmp(q.names, json_text(e, "names")) != 0)
		form_problem(f, "names", "event_rule_stays");
	err = rules_late(db, f, a, e, q.rule);
	if (err != ERR_OK || !form_ok(f))
		return err != ERR_OK ? err : ERR_INVALID;
	err = saved(q_event_rules(db, q, &changed), &changed);
	if (err == ERR_OK)
		err = q_event_ask(db, (struct q_event_ask){ .event = q.event }, NULL);
	return err != ERR_OK ? err : q_event_reseat(db, (struct q_event_reseat){ .event = q.event }, NULL);
}

const struct event_part event_rules = { "rules", "rules", true, rules_fill, rules_save };

/* --- around the date --- */

static void
around_fill(struct form *f, struct arena *a, const json_t *e)
{
	set_number(f, a, "reminder_hours", json_object_get(e, "reminder_hours"));
	form_set(f, "thanks", json_text(e, "thanks"));
	form_set(f, "missed", json_text(e, "missed"));
	form_set(f, "sorry", json_text(e, "sorry"));
	set_number(f, a, "survey", json_object_get(e, "survey"));
}

static enum err
around_save(struct db *db, struct form *f, struct arena *a, const json_t *e, const json_t *choices, const char *seen)
{
	int changed = 0;
	struct q_event_around q = { .event = json_int(e, "id"), .seen = seen,
	    .reminder_hours = (int32_t)form_number(f, "reminder_hours", FORM_OPTIONAL, 1, EVENT_OFFER_MAX),
	    .thanks = form_lines(f, "thanks", FORM_OPTIONAL, EVENT_THANKS_MAX),
	    .missed = form_lines(f, "missed", FORM_OPTIONAL, EVENT_THANKS_MAX),
	    .sorry = form_lines(f, "sorry", FORM_OPTIONAL, EVENT_THANKS_MAX),
	    .survey = form_number(f, "survey", FORM_OPTIONAL, 1, INT64_MAX) };
	enum err err;

	(void)a;
	if (q.survey != 0 && q.survey != json_int(e, "survey") && !message_has_id(json_object_get(choices, "surveys"), q.survey))
		form_problem(f, "survey", "form_choice");
	if (!form_ok(f))
		return ERR_INVALID;
	err = saved(q_event_around(db, q, &changed), &changed);
	return err != ERR_OK ? err : q_event_recount(db, (struct q_event_recount){ .event = q.event }, NULL);
}

const struct event_part event_around = { "around", "around", true, around_fill, around_save };

/* --- which questions each person answers --- */

static void
each_fill(struct form *f, struct arena *a, const json_t *e)
{
	const json_t *codes = json_object_get(e, "each"), *code;
	int64_t *ids = arena_alloc(a, (json_array_size(codes) + 1) * sizeof *ids);
	size_t i;

	json_array_foreach(codes, i, code)
		ids[i] = strtoll(json_string_value(code) + 1, NULL, 10);
	form_set_ids(f, "each", ids, json_array_size(codes));
}

static enum err
each_save(struct db *db, struct form *f, struct arena *a, const json_t *e, const json_t *choices, const char *seen)
{
	const char **codes;
	int changed = 0;
	int64_t *ids;
	size_t n = form_ids(f, "each", FORM_OPTIONAL, &ids), i;

	(void)choices;
	codes = arena_alloc(a, (n + 1) * sizeof *codes);
	for (i = 0; i < n; i++)
		codes[i] = arena_printf(a, "q%" PRId64, ids[i]);
	return form_ok(f) ? saved(q_event_each(db, (struct q_event_each){ .event = json_int(e, "id"), .seen = seen,
	    .codes = { codes, n } }, &changed), &changed) : ERR_INVALID;
}

const struct event_part event_each = { "each", "each", false, each_fill, each_save };

/* --- the memo --- */

static void
memo_fill(struct form *f, struct arena *a, const json_t *e)
{
	(void)a;
	form_set(f, "memo", json_text(e, "memo"));
}

static enum err
memo_save(struct db *db, struct form *f, struct arena *a, const json_t *e, const json_t *choices, const char *seen)
{
	int changed = 0;
	const char *memo = form_lines(f, "memo", FORM_OPTIONAL, EVENT_MEMO_MAX);

	(void)a;
	(void)choices;
	return form_ok(f) ? saved(q_event_memo(db, (struct q_event_memo){ .event = json_int(e, "id"), .seen = seen, .memo = memo },
	    &changed), &changed) : ERR_INVALID;
}

const struct event_part event_memo = { "memo", "memo", true, memo_fill, memo_save };

/* --- dates --- */

const char *
event_quota_lines(struct arena *a, const json_t *quotas)
{
	const json_t *one;
	struct buf out;
	size_t i;

	buf_init(&out, a);
	json_array_foreach(quotas, i, one)
		buf_addf(&out, "%s%s %" PRId64, i > 0 ? "\n" : "", json_text(one, "name"), json_int(one, "capacity"));
	return out.len > 0 ? out.data : "";
}

/* 「市内 20」: a name, and a number behind the last blank. */
static bool
read_quota(struct arena *a, const char *line, json_t *quotas)
{
	char *text = text_normal(a, line), *blank = strrchr(text, ' '), *end;
	const json_t *one;
	int64_t n;
	size_t i;

	if (text[0] == '\0')
		return true;
	if (blank == NULL || blank == text)
		return false;
	*blank = '\0';
	n = strtoll(blank + 1, &end, 10);
	if (*end != '\0')
		return false;
	json_array_foreach(quotas, i, one)
		if (strcmp(json_text(one, "name"), text) == 0)
			return false;
	if (n < 1 || n > EVENT_SEATS_MAX || text_points(text) > 100 || json_array_size(quotas) == EVENT_QUOTAS_MAX)
		return false;
	json_array_append_new(quotas, json_pack("{s:s, s:I}", "name", text, "capacity", (json_int_t)n));
	return true;
}

static json_t *
read_quotas(struct form *f, struct arena *a)
{
	char *lines = arena_strdup(a, form_lines(f, "quotas", FORM_OPTIONAL, 1000)), *line, *rest = lines;
	json_t *quotas = json_keep(a, json_array());

	while ((line = strsep(&rest, "\n")) != NULL)
		if (!read_quota(a, line, quotas)) {
			form_problem(f, "quotas", "event_quotas_wrong");
			break;
		}
	return quotas;
}

static bool
is_day(int year, int month, int day)
{
	static const int days[] = { 31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31 };
	bool leap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);

	return year >= 2000 && year < 3000 && month >= 1 && month <= 12 && day >= 1 && day <= days[month - 1] + (month == 2 && leap);
}

/* The day of a moment in Japan. */
static const char *
day_of(struct arena *a, int64_t ms)
{
	time_t japan = (time_t)(ms / 1000 + 9 * 3600);
	struct tm tm;

	gmtime_r(&japan, &tm);
	return arena_printf(a, "%04d-%02d-%02d", tm.tm_year + 1900, tm.tm_mon + 1, tm.tm_mday);
}

/* Days to be left out: 2026-12-31 or 2026/12/31, one a line. */
static struct db_texts
read_except(struct form *f, struct arena *a)
{
	char *lines = arena_strdup(a, form_lines(f, "except", FORM_OPTIONAL, 1000)), *line, *rest = lines;
	const char **days = arena_alloc(a, 100 * sizeof *days);
	int year, month, day;
	size_t n = 0;
	char tail;

	while ((line = strsep(&rest, "\n")) != NULL) {
		const char *text = text_normal(a, line);

		if (text[0] == '\0')
			continue;
		if (n == 100 || (sscanf(text, "%d-%d-%d%c", &year, &month, &day, &tail) != 3 &&
		    sscanf(text, "%d/%d/%d%c", &year, &month, &day, &tail) != 3) || !is_day(year, month, day)) {
			form_problem(f, "except", "event_except_wrong");
			break;
		}
		days[n++] = arena_printf(a, "%04d-%02d-%02d", year, month, day);
	}
	return (struct db_texts){ days, n };
}

void
event_read_dates(struct form *f, struct arena *a, bool alone, struct event_dates *d)
{
	enum { DAY_MS = 86400000 };
	int64_t until;

	*d = (struct event_dates){ .step = "once", .until = "" };
	d->begins = form_datetime(f, "begins", FORM_REQUIRED);
	d->ends = form_datetime(f, "ends", FORM_REQUIRED);
	d->capacity = form_number(f, "capacity", FORM_OPTIONAL, 1, EVENT_SEATS_MAX);
	d->quotas = read_quotas(f, a);
	if (d->begins != 0 && d->ends != 0 && (d->ends <= d->begins || d->ends - d->begins > 31LL * DAY_MS))
		form_problem(f, "ends", "event_ends_early");
	if (alone)
		return;
	d->step = form_choice(f, "step", FORM_REQUIRED, event_steps);
	until = form_datetime(f, "until", FORM_OPTIONAL);
	d->except = read_except(f, a);
	d->holidays = form_flag(f, "holidays");
	if (strcmp(d->step, "once") == 0)
		return;
	if (until == 0)
		form_problem(f, "until", "event_until_required");
	else if (until < d->begins - DAY_MS || until > d->begins + 400LL * DAY_MS)
		form_problem(f, "until", "event_until_wrong");
	else
		d->until = day_of(a, until);
}
