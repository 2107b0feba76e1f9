/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What came of a survey.
 *
 *	GET /desk/surveys/{survey}/results	overview and all questions; a filter in the query
 *	GET, POST …/results/design		which questions ask age and district
 *
 * What has come in since is counted while the page is made, so much of it as nobody
 * waits for; the rest by the courier (courier/clerk.c), and the page says how much.
 */
#include "web/desk/result.h"

#include <string.h>

#include "base/clock.h"
#include "db/queries.h"
#include "domain/questionnaire.h"
#include "web/handlers.h"

enum { COUNT_AT_ONCE = 3000 };

static void
read_filter(struct web *w, struct tally_filter *f)
{
	*f = (struct tally_filter){ fields_get(w->query, "district"), fields_get(w->query, "age"), fields_get(w->query, "language"),
	    fields_get(w->query, "way"), fields_get(w->query, "from"), fields_get(w->query, "until") };
}

enum err
desk_result_open(struct web *w, struct result *r)
{
	int64_t waiting;
	enum err e;

	*r = (struct result){ .arena = w->arena, .db = w->db, .words = w->words, .lang = w->lang };
	e = result_open(r, web_id(w, "survey"));
	if (e == ERR_OK)
		e = tally_count(w->db, r->questionnaire, COUNT_AT_ONCE, &waiting);
	if (e == ERR_OK)
		e = result_design(r);
	if (e != ERR_OK)
		return e;
	json_object_set(w->view, "survey", r->survey);
	json_object_set_new(w->view, "regrouped", r->regrouped < 0 ? json_null() :
	    json_string(result_number(w->arena, r->regrouped)));
	json_object_set_new(w->view, "waiting", waiting > 0 ? json_string(result_number(w->arena, waiting)) : json_null());
	return ERR_OK;
}

/* A filter that cannot be is said so, and all is shown. */
static bool
filter_will_do(const struct tally_filter *f)
{
	return !tally_filtered(f) ||
	    (tally_by(f) != NULL && (f->from[0] == '\0' || clock_is_day(f->from)) && (f->until[0] == '\0' || clock_is_day(f->until)));
}

/* Groups are being counted anew; days are not of them. */
static bool
filter_must_wait(const struct result *r)
{
	return r->regrouped >= 0 && tally_by(&r->filter) != NULL && strcmp(tally_by(&r->filter), "day") != 0;
}

/* "?age=3": for other pages of the same. */
static json_t *
query_of(struct web *w, const struct tally_filter *f)
{
	const char *by = tally_by(f);

	if (by == NULL)
		return json_string("");
	if (strcmp(by, "day") == 0)
		return json_sprintf("?from=%s&until=%s", f->from, f->until);
	return json_sprintf("?%s=%s", by, desk_result_escaped(w->arena, fields_get(w->query, by)));
}

enum err
desk_result_filter(struct web *w, struct result *r, const char *here)
{
	bool good;
	json_t *filters;
	enum err e;

	read_filter(w, &r->filter);
	good = filter_will_do(&r->filter) && !filter_must_wait(r);
	if (!good)
		r->filter = (struct tally_filter){ "", "", "", "", "", "" };
	e = result_tallies(r);
	if (e == ERR_OK)
		e = result_weigh(r);
	if (e == ERR_OK)
		e = result_filters(r, &filters);
	if (e != ERR_OK)
		return e;
	json_object_set_new(w->view, "too_few", json_boolean(r->too_few));
	json_object_set(w->view, "filters", filters);
	json_object_set_new(w->view, "filter_open", json_boolean(r->filtered || !good));
	json_object_set_new(w->view, "filter_wrong", json_boolean(!good && r->regrouped < 0));
	json_object_set_new(w->view, "filter_clear_url", r->filtered ? json_string(here) : json_null());
	json_object_set_new(w->view, "filter_query", query_of(w, &r->filter));
	return ERR_OK;
}

enum err
desk_result(struct web *w)
{
	struct result r;
	enum err e = desk_result_open(w, &r);

	if (e == ERR_OK)
		e = desk_result_filter(w, &r, arena_printf(w->arena, "/desk/surveys/%" PRId64 "/results", json_int(r.survey, "id")));
	if (e != ERR_OK)
		return e;
	json_object_set(w->view, "overview", r.too_few ? json_null() : result_overview(&r));
	json_object_set(w->view, "questions", r.too_few ? json_null() : result_questions(&r));
	json_object_set_new(w->view, "reader", json_boolean(web_may(w, RIGHT_WRITE | RIGHT_APPROVE)));
	json_object_set_new(w->view, "admin", json_boolean(web_may(w, RIGHT_ADMIN)));
	return web_page(w, HTTP_OK, "desk/result/show");
}

/* --- which questions tell people apart --- */

static void
offer(struct web *w, const struct result *r, struct form *f, const char *name, const char *const kinds[])
{
	const json_t *questions = json_object_get(r->document, "questions"), *q;
	json_t *options = json_array();
	size_t i, k;

	json_array_foreach(questions, i, q)
		for (k = 0; kinds[k] != NULL; k++)
			if (strcmp(json_text(q, "kind"), kinds[k]) == 0)
				json_array_append_new(options, json_pack("{s:s, s:s}", "value", json_text(q, "code"),
				    "label", questionnaire_text(q, "label", w->lang)));
	form_options(f, name, options);
}

static enum err
design_form(struct web *w, struct result *r, struct form **out)
{
	static const char *const age[] = { "single", "number", NULL }, *const district[] = { "address", "single", NULL };
	enum err e;

	*r = (struct result){ .arena = w->arena, .db = w->db, .words = w->words, .lang = w->lang };
	e = result_open(r, web_id(w, "survey"));
	if (e != ERR_OK)
		return e;
	*out = web_form(w);
	json_object_set(w->view, "survey", r->survey);
	offer(w, r, *out, "age", age);
	offer(w, r, *out, "district", district);
	return ERR_OK;
}

enum err
desk_result_design(struct web *w)
{
	struct result r;
	struct form *f;
	bool some;
	enum err e = design_form(w, &r, &f);

	if (e != ERR_OK)
		return e;
	some = rows_count(r.design) > 0;
	form_set(f, "age", some ? rows_text(r.design, 0, "age_code") : "");
	form_set(f, "district", some ? rows_text(r.design, 0, "district_code") : "");
	return web_page(w, HTTP_OK, "desk/result/design");
}

/* One of the questions that were offered, or none. */
static const char *
chosen(const struct result *r, struct form *f, const char *name)
{
	const char *code = form_text(f, name, FORM_OPTIONAL, 10);

	if (code[0] != '\0' && questionnaire_question(r->document, code) == NULL)
		form_problem(f, name, "form_choice");
	return code;
}

enum err
desk_result_design_save(struct web *w)
{
	struct result r;
	struct form *f;
	const char *age, *district;
	enum err e = design_form(w, &r, &f);

	if (e != ERR_OK)
		return e;
	age = chosen(&r, f, "age");
	district = chosen(&r, f, "district");
	if (!form_ok(f))
		return web_page(w, HTTP_UNPROCESSABLE, "desk/result/design");
	e = q_tally_design_set(w->db, (struct q_tally_design_set){ r.questionnaire, age, district }, NULL);
	if (e != ERR_OK)
		return e;
	web_tell(w, "success", "tell_saved");
	return web_see_other(w, "/desk/surveys/%" PRId64 "/results", json_int(r.survey, "id"));
}
