/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Surveys as staff build them; see survey_desk.h.  What may follow on what is kept by
 * survey_guard (sql/functions/question.sql).
 */
#include "domain/survey_desk.h"

#include <string.h>

#include "base/arena.h"
#include "base/json.h"
#include "db/queries.h"
#include "domain/message.h"
#include "domain/question.h"
#include "domain/survey_quota.h"

/* "tag": its state as part/status_tag shows it. */
static void
say_state(json_t *survey, const struct words *words)
{
	static const struct { const char *state, *look; } looks[] = {
		{ "draft", "draft" }, { "open", "active" }, { "closed", "ended" }, { "published", "sent" },
	};
	char key[40];

	for (size_t i = 0; i < sizeof looks / sizeof *looks; i++)
		if (strcmp(json_text(survey, "state"), looks[i].state) == 0) {
			snprintf(key, sizeof key, "survey_state_%s", looks[i].state);
			json_object_set_new(survey, "tag", json_pack("{s:s, s:s}", "state", looks[i].look,
			    "state_text", words_get(words, key)));
		}
}

enum err
survey_desk_list(struct db *db, const struct words *words, const char *state, const char *search, json_t **out)
{
	json_t *row;
	size_t i;
	enum err e = q_survey_desk_list(db, (struct q_survey_desk_list){ .lang = words_lang(words), .state = state,
	    .search = search }, out);

	if (e != ERR_OK)
		return e;
	json_array_foreach(json_object_get(*out, "rows"), i, row)
		say_state(row, words);
	return ERR_OK;
}

enum err
survey_desk_show(struct db *db, const struct words *words, int64_t survey, json_t **out)
{
	enum err e = q_survey_desk_show(db, (struct q_survey_desk_show){ .lang = words_lang(words), .survey = survey }, out);

	if (e == ERR_OK)
		say_state(*out, words);
	return e;
}

enum err
survey_desk_departments(struct db *db, int64_t staff, int64_t survey, json_t **out)
{
	return q_survey_desk_departments(db, (struct q_survey_desk_departments){ .staff = staff, .survey = survey }, out);
}

enum err
survey_desk_create(struct db *db, int64_t staff, int64_t copied, const char *title, int64_t *out)
{
	struct rows *rows;
	enum err e = q_survey_desk_create(db, (struct q_survey_desk_create){ .title = title, .copied = copied,
	    .staff = staff }, &rows);

	if (e != ERR_OK)
		return e;
	if (rows_null(rows, 0, "id"))
		return ERR_INVALID;
	*out = rows_int(rows, 0, "id");
	return ERR_OK;
}

/* --- what was typed --- */

void
survey_read_details(struct form *f, const json_t *departments, struct survey_details *d)
{
	d->title = form_name(f, "title", FORM_REQUIRED, SURVEY_TITLE_MAX);
	d->purpose = form_lines(f, "purpose", FORM_REQUIRED, SURVEY_PURPOSE_MAX);
	d->thanks = form_lines(f, "thanks", FORM_OPTIONAL, SURVEY_THANKS_MAX);
	d->contact = form_lines(f, "contact", FORM_REQUIRED, SURVEY_CONTACT_MAX);
	d->minutes = (int)form_number(f, "minutes", FORM_OPTIONAL, 1, SURVEY_MINUTES_MAX);
	d->department = form_number(f, "department", FORM_REQUIRED, 1, INT64_MAX);
	if (d->department != 0 && !message_has_id(departments, d->department))
		form_problem(f, "department", "message_no_such_department");
}

void
survey_read_privacy(struct form *f, struct survey_privacy *p)
{
	static const char *const modes[] = { "anyone", "once", "named", NULL };

	p->mode = form_choice(f, "mode", FORM_REQUIRED, modes);
	p->readers = form_lines(f, "readers", FORM_REQUIRED, SURVEY_READERS_MAX);
	p->changeable = form_flag(f, "changeable");
}

void
survey_read_period(struct form *f, int64_t now, struct survey_period *p)
{
	p->opens = form_datetime(f, "opens", FORM_OPTIONAL);
	p->closes = form_datetime(f, "closes", FORM_OPTIONAL);
	p->answers_max = (int)form_number(f, "answers_max", FORM_OPTIONAL, 1, SURVEY_ANSWERS_MAX);
	p->listed = form_flag(f, "listed");
	if (p->closes != 0 && p->closes <= now)
		form_problem(f, "closes", "survey_closes_past");
	else if (p->closes != 0 && p->opens != 0 && p->closes <= p->opens)
		form_problem(f, "closes", "survey_closes_early");
}

/* --- saving --- */

static enum err
saved(enum err e, int changed)
{
	return e != ERR_OK || changed == 1 ? e : ERR_CONFLICT;
}

enum err
survey_desk_details(struct db *db, int64_t survey, const char *seen, struct survey_details d)
{
	int changed = 0;
	enum err e = q_survey_desk_details(db, (struct q_survey_desk_details){ .department = d.department, .contact = d.contact,
	    .minutes = d.minutes, .title = d.title, .purpose = d.purpose, .thanks = d.thanks, .survey = survey, .seen = seen }, &changed);

	return saved(e, changed);
}

enum err
survey_desk_privacy(struct db *db, int64_t survey, const char *seen, struct survey_privacy p)
{
	int changed = 0;
	enum err e = q_survey_desk_privacy(db, (struct q_survey_desk_privacy){ .mode = p.mode, .changeable = p.changeable,
	    .readers = p.readers, .survey = survey, .seen = seen }, &changed);

	return saved(e, changed);
}

enum err
survey_desk_period(struct db *db, int64_t survey, const char *seen, struct survey_period p)
{
	int changed = 0;
	enum err e = q_survey_desk_period(db, (struct q_survey_desk_period){ .opens = p.opens, .closes = p.closes,
	    .answers_max = p.answers_max, .listed = p.listed, .survey = survey, .seen = seen }, &changed);

	return saved(e, changed);
}

/* --- in other languages --- */

/* English and others need more room than Japanese. */
static const struct language_text own[] = {
	{ "title", "survey_title", 2 * SURVEY_TITLE_MAX, 1 }, { "purpose", "survey_purpose", 2 * SURVEY_PURPOSE_MAX, 4 },
	{ "readers", "survey_readers", 2 * SURVEY_READERS_MAX, 3 }, { "thanks", "survey_thanks", 2 * SURVEY_THANKS_MAX, 3 },
	{ NULL, NULL, 0, 0 },
};

const struct language_text *
survey_texts(struct arena *a, json_t *survey)
{
	(void)a;
	(void)survey;
	return own;
}

enum err
survey_desk_texts(struct db *db, const json_t *survey, const char *language, json_t *texts)
{
	int changed = 0;
	enum err e = q_survey_desk_texts(db, (struct q_survey_desk_texts){
	    .language = language, .texts = texts, .survey = json_int(survey, "id") }, &changed);

	return saved(e, changed);
}

/* --- is it ready? --- */

const char *
survey_progress(const json_t *s, const char *part)
{
	bool title = json_text(s, "title")[0] != '\0', purpose = json_text(s, "purpose")[0] != '\0';

	if (strcmp(part, "details") == 0)
		return title && purpose && json_text(s, "contact")[0] != '\0' ? "done" : title || purpose ? "begun" : "todo";
	if (strcmp(part, "privacy") == 0)
		return json_text(s, "readers")[0] != '\0' ? "done" : "todo";
	if (json_flag(s, "draft") && json_flag(s, "closes_past"))
		return "wrong";
	return json_is_object(json_object_get(s, "closes")) || json_is_integer(json_object_get(s, "answers_max")) ? "done" : "todo";
}

static void
lack(json_t *list, const struct words *words, const json_t *survey, const char *page, const char *key)
{
	json_array_append_new(list, json_pack("{s:s, s:o}", "text", words_get(words, key),
	    "url", json_sprintf("/desk/surveys/%lld/%s", (long long)json_int(survey, "id"), page)));
}

json_t *
survey_lacks(struct arena *a, const struct words *words, const json_t *s, const json_t *draft)
{
	const json_t *faults = question_fault_rows(a, words, draft), *fault, *quota;
	json_t *list = json_keep(a, json_array());
	size_t i;

	if (strcmp(survey_progress(s, "details"), "done") != 0)
		lack(list, words, s, "details", "survey_lacks_details");
	json_array_foreach(faults, i, fault) {
		const char *code = json_text(fault, "code");

		json_array_append_new(list, json_pack("{s:o, s:o}", "text", code[0] == '\0' ? json_string(json_text(fault, "text"))
		    : json_sprintf("%s %s %s", json_text(fault, "number"), json_text(fault, "label"), json_text(fault, "text")),
		    "url", code[0] == '\0' ? json_sprintf("/desk/surveys/%lld/questions", (long long)json_int(s, "id"))
		    : json_sprintf("/desk/surveys/%lld/questions/%s%s", (long long)json_int(s, "id"), code,
		    json_flag(fault, "logic") ? "/ways" : "")));
	}
	if (strcmp(survey_progress(s, "privacy"), "done") != 0)
		lack(list, words, s, "privacy", "survey_lacks_privacy");
	json_array_foreach(survey_quota_rows(a, draft, json_object_get(s, "quotas"), NULL), i, quota)
		if (!json_flag(quota, "sound"))
			lack(list, words, s, arena_printf(a, "quotas/%zu", i + 1), "survey_quota_refers");
	if (strcmp(survey_progress(s, "period"), "wrong") == 0)
		lack(list, words, s, "period", "survey_lacks_closes");
	if (strcmp(survey_progress(s, "period"), "todo") == 0)
		lack(list, words, s, "period", "survey_lacks_period");
	return list;
}

/* --- its life --- */

enum err
survey_desk_open(struct db *db, int64_t survey, int64_t questionnaire, int64_t staff)
{
	int changed = 0;
	enum err e = question_publish(db, questionnaire, staff, "");

	if (e == ERR_OK)
		e = q_survey_desk_open(db, (struct q_survey_desk_open){ survey }, &changed);
	return saved(e, changed);
}

enum err
survey_desk_close(struct db *db, int64_t survey)
{
	int changed = 0;
	enum err e = q_survey_desk_close(db, (struct q_survey_desk_close){ survey }, &changed);

	return saved(e, changed);
}

enum err
survey_desk_reopen(struct db *db, int64_t survey, int64_t closes)
{
	int changed = 0;
	enum err e = q_survey_desk_reopen(db, (struct q_survey_desk_reopen){ .closes = closes, .survey = survey }, &changed);

	return saved(e, changed);
}
