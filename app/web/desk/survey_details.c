/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What a survey is about, who may answer, and when.
 *
 *	GET, POST /desk/surveys/{survey}/details	title, purpose, contact
 *	GET, POST /desk/surveys/{survey}/privacy	who answers, who reads, what is known
 *	GET, POST /desk/surveys/{survey}/period		from when, until when, how many
 *
 * Each form carries the mark of what it showed ("seen"): of two clerks the second is told,
 * with 409 and the same page, and what the first saved stands beside it.
 */
#include "base/text.h"
#include "domain/message.h"
#include "web/desk/survey.h"
#include "web/handlers.h"

struct part {
	const char *name;	/* also of its template */
	enum err (*fill)(struct web *, struct form *, const json_t *survey);
	enum err (*dress)(struct web *, struct form *, const json_t *survey);
	/* ERR_INVALID: a field has a problem. */
	enum err (*save)(struct web *, struct form *, const json_t *survey, const char *seen);
	bool late;		/* may still change while people answer */
};

static const char *
seen_of(const json_t *survey, const struct part *p)
{
	return json_text(json_object_get(survey, "seen"), p->name);
}

static enum err
show(struct web *w, const struct part *p, enum status status, struct form *f, const json_t *survey, const char *seen)
{
	struct form *theirs = form_new(w->arena, w->fields, w->words);
	enum err e = p->dress(w, f, survey);

	if (e == ERR_OK)
		e = p->fill(w, theirs, survey);
	if (e != ERR_OK)
		return e;
	json_object_set(w->view, "theirs", form_json(theirs));
	json_object_set_new(w->view, "seen", json_string(text_showable(w->arena, seen)));
	json_object_set_new(w->view, "conflict", json_boolean(status == HTTP_CONFLICT));
	return web_page(w, status, arena_printf(w->arena, "desk/survey/%s", p->name));
}

static bool
too_late(const struct part *p, const json_t *survey)
{
	return !json_flag(survey, "draft") && !(p->late && json_flag(survey, "open"));
}

static enum err
part(struct web *w, const struct part *p)
{
	struct form *f = web_form(w);
	json_t *survey;
	enum err e = desk_survey_open(w, &survey);

	if (e != ERR_OK)
		return e;
	if (too_late(p, survey)) {
		web_tell(w, "warning", "tell_survey_too_late");
		return web_see_other(w, "/desk/surveys/%" PRId64, json_int(survey, "id"));
	}
	e = p->fill(w, f, survey);
	return e != ERR_OK ? e : show(w, p, HTTP_OK, f, survey, seen_of(survey, p));
}

static enum err
part_save(struct web *w, const struct part *p)
{
	const char *seen = fields_get(w->fields, "seen");
	struct form *f = web_form(w);
	json_t *survey;
	enum err e = desk_survey_open(w, &survey);

	if (e == ERR_OK)
		e = too_late(p, survey) ? ERR_CONFLICT : p->save(w, f, survey, seen);
	if (e == ERR_INVALID && !db_failed(w->db))
		return show(w, p, HTTP_UNPROCESSABLE, f, survey, seen);
	if (e == ERR_CONFLICT && !db_failed(w->db) && !too_late(p, survey)) {
		e = desk_survey_open(w, &survey);
		return e != ERR_OK ? e : show(w, p, HTTP_CONFLICT, f, survey, seen_of(survey, p));
	}
	if (e != ERR_OK)
		return e;
	web_tell(w, "success", "tell_survey_saved");
	return web_see_other(w, "/desk/surveys/%" PRId64, json_int(survey, "id"));
}

/* --- details --- */

static enum err
details_fill(struct web *w, struct form *f, const json_t *survey)
{
	const json_t *minutes = json_object_get(survey, "minutes");

	form_set(f, "title", json_text(survey, "title"));
	form_set(f, "purpose", json_text(survey, "purpose"));
	form_set(f, "thanks", json_text(survey, "thanks"));
	form_set(f, "contact", json_text(survey, "contact"));
	form_set(f, "minutes", json_is_integer(minutes) ? arena_printf(w->arena, "%lld", (long long)json_integer_value(minutes)) : "");
	form_set(f, "department", arena_printf(w->arena, "%lld",
	    (long long)json_int(json_object_get(survey, "department"), "id")));
	return ERR_OK;
}

static enum err
details_dress(struct web *w, struct form *f, const json_t *survey)
{
	json_t *departments, *options = json_array(), *each;
	enum err e = survey_desk_departments(w->db, w->staff, json_int(survey, "id"), &departments);
	size_t i;

	if (e != ERR_OK)
		return e;
	json_array_foreach(departments, i, each)
		json_array_append_new(options, json_pack("{s:o, s:O}",
		    "value", json_sprintf("%lld", (long long)json_int(each, "id")), "label", json_object_get(each, "name")));
	json_object_set_new(w->view, "several", json_boolean(json_array_size(options) > 1 || form_is_wrong(f, "department")));
	form_options(f, "department", options);
	json_decref(options);
	return ERR_OK;
}

static enum err
details_save(struct web *w, struct form *f, const json_t *survey, const char *seen)
{
	struct survey_details typed;
	json_t *departments;
	enum err e = survey_desk_departments(w->db, w->staff, json_int(survey, "id"), &departments);

	if (e != ERR_OK)
		return e;
	survey_read_details(f, departments, &typed);
	return form_ok(f) ? survey_desk_details(w->db, json_int(survey, "id"), seen, typed) : ERR_INVALID;
}

static const struct part details = { "details", details_fill, details_dress, details_save, true };

enum err
desk_survey_details(struct web *w)
{
	return part(w, &details);
}

enum err
desk_survey_details_save(struct web *w)
{
	return part_save(w, &details);
}

/* --- privacy --- */

static enum err
privacy_fill(struct web *w, struct form *f, const json_t *survey)
{
	(void)w;
	form_set(f, "mode", json_text(survey, "mode"));
	form_set(f, "readers", json_text(survey, "readers"));
	form_set_flag(f, "changeable", json_flag(survey, "changeable"));
	return ERR_OK;
}

static enum err
privacy_dress(struct web *w, struct form *f, const json_t *survey)
{
	static const char *const modes[] = { "anyone", "once", "named" };
	json_t *options = json_array();

	(void)survey;
	for (size_t i = 0; i < sizeof modes / sizeof *modes; i++)
		json_array_append_new(options, json_pack("{s:s, s:s, s:s}", "value", modes[i],
		    "label", words_get(w->words, arena_printf(w->arena, "survey_mode_%s", modes[i])),
		    "hint", words_get(w->words, arena_printf(w->arena, "survey_about_mode_%s", modes[i]))));
	form_options(f, "mode", options);
	json_decref(options);
	return ERR_OK;
}

static enum err
privacy_save(struct web *w, struct form *f, const json_t *survey, const char *seen)
{
	struct survey_privacy typed;

	survey_read_privacy(f, &typed);
	return form_ok(f) ? survey_desk_privacy(w->db, json_int(survey, "id"), seen, typed) : ERR_INVALID;
}

static const struct part privacy = { "privacy", privacy_fill, privacy_dress, privacy_save, false };

enum err
desk_survey_privacy(struct web *w)
{
	return part(w, &privacy);
}

enum err
desk_survey_privacy_save(struct web *w)
{
	return part_save(w, &privacy);
}

/* --- period --- */

static enum err
period_fill(struct web *w, struct form *f, const json_t *survey)
{
	const json_t *most = json_object_get(survey, "answers_max");

	form_set_datetime(f, "opens", json_int(survey, "opens_ms"));
	form_set_datetime(f, "closes", json_int(survey, "closes_ms"));
	form_set(f, "answers_max", json_is_integer(most) ? arena_printf(w->arena, "%lld", (long long)json_integer_value(most)) : "");
	form_set_flag(f, "listed", json_flag(survey, "listed"));
	return ERR_OK;
}

static enum err
period_dress(struct web *w, struct form *f, const json_t *survey)
{
	(void)w, (void)f, (void)survey;
	return ERR_OK;
}

static enum err
period_save(struct web *w, struct form *f, const json_t *survey, const char *seen)
{
	struct survey_period typed;
	int64_t now;
	enum err e = message_now(w->db, &now);

	if (e != ERR_OK)
		return e;
	survey_read_period(f, now, &typed);
	return form_ok(f) ? survey_desk_period(w->db, json_int(survey, "id"), seen, typed) : ERR_INVALID;
}

static const struct part period = { "period", period_fill, period_dress, period_save, true };

enum err
desk_survey_period(struct web *w)
{
	return part(w, &period);
}

enum err
desk_survey_period_save(struct web *w)
{
	return part_save(w, &period);
}
