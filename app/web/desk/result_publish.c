/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Results given back to those who were asked.
 *
 *	GET, POST /desk/surveys/{survey}/results/publish
 */
#include "domain/result_give.h"
#include "web/desk/result.h"
#include "web/handlers.h"

enum { ACTIONS_LENGTH = 5000 };

static enum err
show(struct web *w, const struct result *r, enum status status)
{
	const char *state = json_text(r->survey, "state");

	json_object_set(w->view, "survey", r->survey);
	json_object_set_new(w->view, "published", json_boolean(strcmp(state, "published") == 0));
	json_object_set_new(w->view, "ready", json_boolean(strcmp(state, "published") == 0 || strcmp(state, "closed") == 0));
	json_object_set_new(w->view, "closable", json_boolean(strcmp(state, "open") == 0));
	json_object_set_new(w->view, "may_write", json_boolean(web_may(w, RIGHT_WRITE)));
	return web_page(w, status, "desk/result/publish");
}

static enum err
open_survey(struct web *w, struct result *r)
{
	*r = (struct result){ .arena = w->arena, .db = w->db, .words = catalogue_words(w->site->catalogue, "ja"), .lang = "ja" };
	return result_open(r, web_id(w, "survey"));
}

enum err
desk_result_publish(struct web *w)
{
	struct form *f = web_form(w);
	struct result r;
	enum err e = open_survey(w, &r);

	if (e != ERR_OK)
		return e;
	form_set(f, "actions", json_text(r.survey, "actions"));
	return show(w, &r, HTTP_OK);
}

enum err
desk_result_publish_do(struct web *w)
{
	struct form *f = web_form(w);
	const char *actions, *state;
	struct result r;
	enum err e = open_survey(w, &r);

	if (e != ERR_OK)
		return e;
	actions = form_lines(f, "actions", FORM_REQUIRED, ACTIONS_LENGTH);
	state = json_text(r.survey, "state");
	if (strcmp(state, "closed") != 0 && strcmp(state, "published") != 0)
		return ERR_CONFLICT;
	if (!form_ok(f))
		return show(w, &r, HTTP_UNPROCESSABLE);
	e = result_publish(&r, w->site->catalogue, w->staff, actions);
	if (e != ERR_OK)
		return e;
	web_tell(w, "success", "tell_result_published");
	return web_see_other(w, "/desk/surveys/%" PRId64 "/results", json_int(r.survey, "id"));
}
