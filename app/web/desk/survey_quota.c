/* SPDX-License-Identifier: Apache-2.0 */
/*
 * 割り当て: of whom how many may answer.
 *
 *	GET  /desk/surveys/{survey}/quotas		all of them, and how far they are
 *	GET  /desk/surveys/{survey}/quotas/{quota}	one, by its number; one behind the last: a new one
 *	POST /desk/surveys/{survey}/quotas/{quota}	saved, or removed
 *
 * They may change until the survey is published.  A form carries the mark of all quotas
 * ("seen"), for their numbers move.
 */
#include "base/text.h"
#include "domain/survey_quota.h"
#include "web/desk/survey.h"
#include "web/handlers.h"

struct page {
	json_t *survey, *draft, *quotas;
	size_t at;			/* of {quota} */
};

static enum err
open_page(struct web *w, struct page *p)
{
	enum err e = desk_survey_open(w, &p->survey);

	if (e == ERR_OK)
		e = question_draft(w->db, json_int(p->survey, "questionnaire"), &p->draft);
	if (e == ERR_OK)
		p->quotas = json_object_get(p->survey, "quotas");
	return e;
}

enum err
desk_survey_quotas(struct web *w)
{
	json_t *counters = NULL;
	struct page p;
	enum err e = open_page(w, &p);
	size_t n;

	if (e == ERR_OK)
		e = survey_counters(w->db, json_int(p.survey, "id"), &counters);
	if (e != ERR_OK)
		return e;
	n = json_array_size(p.quotas);
	json_object_set(w->view, "rows", survey_quota_rows(w->arena, p.draft, p.quotas, counters));
	json_object_set_new(w->view, "any", json_boolean(n > 0));
	json_object_set_new(w->view, "may_write", json_boolean(web_may(w, RIGHT_WRITE) && json_flag(p.survey, "draft")));
	json_object_set_new(w->view, "next", n < SURVEY_QUOTAS_MAX ? json_integer((json_int_t)n + 1) : json_null());
	return web_page(w, HTTP_OK, "desk/survey/quotas");
}

/* ERR_NOT_FOUND: there is none of this number, nor may there be one. */
static enum err
open_one(struct web *w, struct page *p)
{
	int64_t number = web_id(w, "quota");
	enum err e = open_page(w, p);

	if (e != ERR_OK)
		return e;
	if (number < 1 || number > (int64_t)json_array_size(p->quotas) + 1 || number > SURVEY_QUOTAS_MAX)
		return ERR_NOT_FOUND;
	p->at = (size_t)number - 1;
	return ERR_OK;
}

static enum err
back(struct web *w, const struct page *p)
{
	return web_see_other(w, "/desk/surveys/%" PRId64 "/quotas", json_int(p->survey, "id"));
}

static enum err
show(struct web *w, enum status status, const struct page *p, const struct question_page *fields, const char *seen)
{
	json_object_set(w->view, "groups", survey_quota_show(fields, p->quotas, p->at));
	json_object_set_new(w->view, "number", json_integer((json_int_t)p->at + 1));
	json_object_set_new(w->view, "stored", json_boolean(p->at < json_array_size(p->quotas)));
	json_object_set_new(w->view, "seen", json_string(text_showable(w->arena, seen)));
	json_object_set_new(w->view, "rows", json_incref(survey_quota_rows(w->arena, p->draft, p->quotas, NULL)));
	json_object_set_new(w->view, "conflict", json_boolean(status == HTTP_CONFLICT));
	return web_page(w, status, "desk/survey/quota");
}

static struct question_page
fields_of(struct web *w, const struct page *p)
{
	return (struct question_page){ w->arena, web_form(w), w->fields, w->words, p->draft };
}

static const char *
seen_of(const struct page *p)
{
	return json_text(json_object_get(p->survey, "seen"), "quotas");
}

enum err
desk_survey_quota(struct web *w)
{
	struct question_page fields;
	struct page p;
	enum err e = open_one(w, &p);

	if (e != ERR_OK)
		return e;
	if (!json_flag(p.survey, "draft")) {
		web_tell(w, "warning", "tell_survey_too_late");
		return back(w, &p);
	}
	fields = fields_of(w, &p);
	return show(w, HTTP_OK, &p, &fields, seen_of(&p));
}

enum err
desk_survey_quota_save(struct web *w)
{
	const char *seen = fields_get(w->fields, "seen");
	struct question_page fields;
	struct page p;
	json_t *quotas;
	enum err e = open_one(w, &p);

	if (e != ERR_OK)
		return e;
	fields = fields_of(w, &p);
	if (fields_has(w->fields, "remove")) {
		quotas = json_keep(w->arena, json_copy(p.quotas));
		json_array_remove(quotas, p.at);
	} else
		quotas = survey_quota_read(&fields, p.quotas, p.at);
	if (!form_ok(fields.form))
		return show(w, HTTP_UNPROCESSABLE, &p, &fields, seen);
	e = survey_quota_save(w->db, json_int(p.survey, "id"), seen, quotas);
	if (e == ERR_CONFLICT && !db_failed(w->db) && json_flag(p.survey, "draft")) {
		e = open_page(w, &p);
		return e != ERR_OK ? e : show(w, HTTP_CONFLICT, &p, &fields, seen_of(&p));
	}
	if (e != ERR_OK)
		return e;
	web_tell(w, "success", "tell_survey_saved");
	if (fields_has(w->fields, "more"))
		return web_see_other(w, "/desk/surveys/%" PRId64 "/quotas/%zu", json_int(p.survey, "id"), p.at + 1);
	return back(w, &p);
}
