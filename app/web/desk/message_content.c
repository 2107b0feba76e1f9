/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What a message says.
 *
 *	GET, POST /desk/messages/{message}/content	subject, text, contact, department
 */
#include "base/text.h"
#include "web/desk/message.h"
#include "web/desk/ways.h"
#include "web/handlers.h"

static enum err
content_fill(struct web *w, struct form *f, const json_t *message)
{
	form_set(f, "subject", json_text(message, "subject"));
	form_set(f, "body", json_text(message, "body"));
	form_set(f, "contact", json_text(message, "contact"));
	form_set(f, "department", arena_printf(w->arena, "%lld",
	    (long long)json_int(json_object_get(message, "department"), "id")));
	return ERR_OK;
}

static enum err
content_dress(struct web *w, struct form *f, const json_t *message)
{
	json_t *choices, *options = json_array(), *each;
	const char *body = json_text(json_object_get(form_json(f), "body"), "value");
	enum err e;
	size_t i;

	e = message_choices(w->db, w->staff, json_int(message, "id"), &choices);
	if (e != ERR_OK)
		return e;
	json_array_foreach(json_object_get(choices, "departments"), i, each)
		json_array_append_new(options, json_pack("{s:o, s:O}",
		    "value", json_sprintf("%lld", (long long)json_int(each, "id")), "label", json_object_get(each, "name")));
	json_object_set_new(w->view, "several", json_boolean(json_array_size(options) > 1 || form_is_wrong(f, "department")));
	form_options(f, "department", options);
	json_decref(options);
	json_object_set_new(w->view, "counted", json_pack("{s:o, s:o}",
	    "subject", json_sprintf("%zu", text_points(json_text(json_object_get(form_json(f), "subject"), "value"))),
	    "body", json_sprintf("%zu", text_points(body))));
	return desk_ways_unfit(w, message, json_text(json_object_get(form_json(f), "subject"), "value"), body);
}

static enum err
content_save(struct web *w, struct form *f, const json_t *message, struct message_edit by)
{
	struct message_content typed;
	json_t *choices;
	enum err e;

	e = message_choices(w->db, w->staff, by.message, &choices);
	if (e != ERR_OK)
		return e;
	message_read_content(f, choices, &typed);
	if (!json_flag(message, "editable"))
		return ERR_CONFLICT;
	if (!form_ok(f))
		return ERR_INVALID;
	/* Both wrote the same: nobody has to decide anything. */
	if (strcmp(typed.subject, json_text(message, "subject")) == 0 &&
	    strcmp(typed.body, json_text(message, "body")) == 0 &&
	    strcmp(typed.contact, json_text(message, "contact")) == 0 &&
	    typed.department == json_int(json_object_get(message, "department"), "id"))
		by.seen = json_text(json_object_get(message, "seen"), "content");
	return message_save_content(w->db, by, typed);
}

static const struct message_part content = {
	"content", "tell_message_content", content_fill, content_dress, content_save, false
};

enum err
desk_message_content(struct web *w)
{
	return desk_message_part(w, &content);
}

enum err
desk_message_content_save(struct web *w)
{
	return desk_message_part_save(w, &content);
}
