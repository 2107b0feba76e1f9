/* SPDX-License-Identifier: Apache-2.0 */
/*
 * How a citizen wants to be reached.
 *
 *	GET  /my/change/channels	which way first, and quiet hours
 *	POST /my/change/channels
 *
 * Only the ways that work are offered; each is added on a page of its own.
 */
#include <stdio.h>
#include <string.h>

#include "domain/reach.h"
#include "web/handlers.h"
#include "web/web.h"

enum { DAY = 24 * 60, STEP = 60 };

static void
offer_ways(struct web *w, struct form *form, const json_t *reach)
{
	json_t *options = json_keep(w->arena, json_array()), *way;
	size_t i;

	json_array_foreach(json_object_get(reach, "reach"), i, way)
		json_array_append_new(options, json_pack("{s:s, s:s}", "value", json_string_value(way),
		    "label", words_get(w->words, arena_printf(w->arena, "way_%s", json_string_value(way)))));
	form_options(form, "first", options);
}

static void
offer_hours(struct web *w, struct form *form, const char *name)
{
	json_t *options = json_keep(w->arena, json_array());
	int m;

	for (m = 0; m < DAY; m += STEP) {
		const char *at = arena_printf(w->arena, "%02d:%02d", m / 60, m % 60);

		json_array_append_new(options, json_pack("{s:s, s:s}", "value", at, "label", at));
	}
	form_options(form, name, options);
}

static enum err
show(struct web *w, enum status status, struct form *form, const json_t *reach)
{
	size_t n = json_array_size(json_object_get(reach, "reach"));

	offer_ways(w, form, reach);
	offer_hours(w, form, "from");
	offer_hours(w, form, "to");
	json_object_set_new(w->view, "several", json_boolean(n > 1));
	return web_page(w, status, "citizen/my/channels");
}

enum err
citizen_my_channels(struct web *w)
{
	struct form *form = web_form(w);
	json_t *reach;
	enum err e = reach_show(w->db, w->citizen, &reach);
	const json_t *ways;

	if (e != ERR_OK)
		return e;
	ways = json_object_get(reach, "reach");
	form_set(form, "first", json_array_size(ways) > 0 ? json_string_value(json_array_get(ways, 0)) : "");
	form_set_flag(form, "quiet", json_flag(reach, "quiet"));
	form_set(form, "from", json_text(reach, "from"));
	form_set(form, "to", json_text(reach, "to"));
	return show(w, HTTP_OK, form, reach);
}

/* Minutes of the day of one of the hours that were offered; -1: none of them. */
static int
read_hour(struct web *w, struct form *form, const char *name)
{
	const char *text = form_text(form, name, FORM_REQUIRED, 5);
	int m;

	for (m = 0; m < DAY; m += STEP)
		if (strcmp(text, arena_printf(w->arena, "%02d:%02d", m / 60, m % 60)) == 0)
			return m;
	if (text[0] != '\0')
		form_problem(form, name, "form_choice");
	return -1;
}

enum err
citizen_my_channels_save(struct web *w)
{
	struct form *form = web_form(w);
	const char *choices[5] = { NULL }, *first = "";
	json_t *reach, *way;
	int from, to;
	bool quiet;
	size_t i;
	enum err e = reach_show(w->db, w->citizen, &reach);

	if (e != ERR_OK)
		return e;
	json_array_foreach(json_object_get(reach, "reach"), i, way)
		if (i < 4)
			choices[i] = json_string_value(way);
	if (choices[1] != NULL)
		first = form_choice(form, "first", FORM_REQUIRED, choices);
	else
		form_set(form, "first", "");
	quiet = form_flag(form, "quiet");
	from = read_hour(w, form, "from");
	to = read_hour(w, form, "to");
	if (form_ok(form) && quiet && from == to)
		form_problem(form, "to", "quiet_same");
	if (!form_ok(form))
		return show(w, HTTP_UNPROCESSABLE, form, reach);
	e = reach_save(w->db, w->citizen, first, quiet ? from : -1, quiet ? to : -1);
	if (e != ERR_OK)
		return e;
	web_tell(w, "success", "tell_my_saved");
	return web_see_other(w, "/my");
}
