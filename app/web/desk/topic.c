/* SPDX-License-Identifier: Apache-2.0 */
/*
 * 分野: the topics that citizens choose from.  命を守る情報 stays.
 *
 *	GET       /desk/settings/topics		all of them
 *	GET       /desk/settings/topics/new	the form; POST /desk/settings/topics
 *	GET, POST /desk/settings/topics/{topic}
 */
#include "domain/topic.h"
#include "web/handlers.h"
#include "web/web.h"

static const char list_url[] = "/desk/settings/topics";

enum { NAME_LENGTH = 100, HINT_LENGTH = 200, PLACE_MAX = 9999 };

enum err
desk_topic_list(struct web *w)
{
	json_t *list;
	enum err e = topic_list(w->db, &list);

	if (e != ERR_OK)
		return e;
	json_object_set_new(w->view, "some", json_boolean(json_array_size(list) > 0));
	json_object_set(w->view, "topics", list);
	return web_page(w, HTTP_OK, "desk/topic/list");
}

enum err
desk_topic_new(struct web *w)
{
	struct form *f = web_form(w);

	form_set(f, "name", "");
	form_set(f, "hint", "");
	form_set(f, "place", "");
	form_set_flag(f, "active", true);
	json_object_set_new(w->view, "topic", json_null());
	json_object_set_new(w->view, "changed", json_false());
	return web_page(w, HTTP_OK, "desk/topic/form");
}

static enum err
read_form(struct web *w, struct form *f, int64_t topic, struct topic_data *d)
{
	enum err e = ERR_OK;

	d->name = form_name(f, "name", FORM_REQUIRED, NAME_LENGTH);
	d->hint = form_text(f, "hint", FORM_OPTIONAL, HINT_LENGTH);
	d->place = (int)form_number(f, "place", FORM_OPTIONAL, 0, PLACE_MAX);
	d->active = form_flag(f, "active");
	if (d->name[0] != '\0')
		e = topic_named(w->db, d->name, topic);
	if (e == ERR_CONFLICT) {
		form_problem(f, "name", "setting_name_taken");
		e = ERR_OK;
	}
	return e;
}

enum err
desk_topic_add(struct web *w)
{
	struct form *f = web_form(w);
	struct topic_data d;
	enum err e = read_form(w, f, 0, &d);

	if (e != ERR_OK)
		return e;
	json_object_set_new(w->view, "topic", json_null());
	json_object_set_new(w->view, "changed", json_false());
	if (!form_ok(f))
		return web_page(w, HTTP_UNPROCESSABLE, "desk/topic/form");
	e = topic_add(w->db, &d);
	if (e != ERR_OK)
		return e;
	web_tell(w, "success", "tell_saved");
	return web_see_other(w, "%s", list_url);
}

enum err
desk_topic_show(struct web *w)
{
	struct form *f = web_form(w);
	json_t *now;
	enum err e = topic_show(w->db, web_id(w, "topic"), &now);

	if (e != ERR_OK)
		return e;
	form_set(f, "name", json_text(now, "name"));
	form_set(f, "hint", json_text(now, "hint"));
	form_set(f, "place", arena_printf(w->arena, "%" PRId64, json_int(now, "place")));
	form_set_flag(f, "active", json_flag(now, "active"));
	json_object_set(w->view, "topic", now);
	json_object_set_new(w->view, "changed", json_false());
	return web_page(w, HTTP_OK, "desk/topic/form");
}

enum err
desk_topic_save(struct web *w)
{
	int64_t topic = web_id(w, "topic");
	struct form *f = web_form(w);
	struct topic_data d;
	json_t *now;
	bool changed;
	enum err e = topic_show(w->db, topic, &now);

	if (e == ERR_OK)
		e = read_form(w, f, topic, &d);
	if (e != ERR_OK)
		return e;
	if (json_flag(now, "vital") && !d.active) {
		form_set_flag(f, "active", true);
		form_problem(f, "active", "topic_vital_stays");
	}
	/* Somebody else saved first: both are shown, and the next press decides. */
	changed = strcmp(fields_get(w->fields, "version"), json_text(now, "version")) != 0;
	json_object_set(w->view, "topic", now);
	json_object_set_new(w->view, "changed", json_boolean(changed));
	if (!form_ok(f) || changed)
		return web_page(w, changed ? HTTP_CONFLICT : HTTP_UNPROCESSABLE, "desk/topic/form");
	e = topic_change(w->db, topic, json_text(now, "version"), &d);
	if (e != ERR_OK)
		return e;
	web_tell(w, "success", "tell_saved");
	return web_see_other(w, "%s", list_url);
}
