/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Whom a message reaches.
 *
 *	GET, POST /desk/messages/{message}/audience	everyone, or districts and topics
 */
#include "web/desk/message.h"
#include "web/handlers.h"

static size_t
ids_of(struct web *w, const json_t *list, int64_t **ids)
{
	json_t *each;
	size_t i;

	*ids = arena_alloc(w->arena, json_array_size(list) * sizeof **ids);
	json_array_foreach(list, i, each)
		(*ids)[i] = json_int(each, "id");
	return json_array_size(list);
}

static enum err
audience_fill(struct web *w, struct form *f, const json_t *message)
{
	int64_t *ids;
	size_t n;

	form_set(f, "audience", json_text(message, "audience"));
	/* Those of a correction for all are not chosen: they come from what it corrects. */
	n = ids_of(w, json_flag(message, "everyone") ? NULL : json_object_get(message, "districts"), &ids);
	form_set_ids(f, "district", ids, n);
	n = ids_of(w, json_object_get(message, "topics"), &ids);
	form_set_ids(f, "topic", ids, n);
	return desk_message_reach(w, message);
}

static json_t *
options_of(const json_t *list)
{
	json_t *options = json_array(), *each;
	size_t i;

	json_array_foreach(list, i, each)
		json_array_append_new(options, json_pack("{s:o, s:O, s:O?}",
		    "value", json_sprintf("%lld", (long long)json_int(each, "id")),
		    "label", json_object_get(each, "name"), "hint", json_object_get(each, "hint")));
	return options;
}

static enum err
audience_dress(struct web *w, struct form *f, const json_t *message)
{
	json_t *choices, *options;
	enum err e;

	e = message_choices(w->db, w->staff, json_int(message, "id"), &choices);
	if (e != ERR_OK)
		return e;
	options = json_pack("[{s:s, s:s, s:s}, {s:s, s:s, s:s}]",
	    "value", "everyone", "label", words_get(w->words, "message_everyone"),
	    "hint", words_get(w->words, "message_everyone_hint"),
	    "value", "chosen", "label", words_get(w->words, "message_chosen"),
	    "hint", words_get(w->words, "message_chosen_hint"));
	form_options(f, "audience", options);
	json_decref(options);
	options = options_of(json_object_get(choices, "districts"));
	form_options(f, "district", options);
	json_decref(options);
	options = options_of(json_object_get(choices, "topics"));
	form_options(f, "topic", options);
	json_decref(options);
	if (json_object_get(w->view, "reach") == NULL)
		json_object_set_new(w->view, "reach", json_null());
	return ERR_OK;
}

static enum err
audience_save(struct web *w, struct form *f, const json_t *message, struct message_edit by)
{
	struct message_audience typed;
	json_t *choices, *reach;
	bool everyone;
	enum err e;

	e = message_choices(w->db, w->staff, json_int(message, "id"), &choices);
	if (e != ERR_OK)
		return e;
	message_read_audience(f, choices, &typed);
	everyone = strcmp(typed.audience, "everyone") == 0;
	if (form_ok(f) && message_personal(message)) {
		e = message_reach(w->db, w->words, json_int(message, "id"), typed.audience, typed.districts, typed.topics, &reach);
		if (e != ERR_OK)
			return e;
		json_object_set(w->view, "reach", reach);
		if (json_flag(reach, "none"))
			/* Of all there is nobody else to choose: what is left is the site. */
			form_problem(f, everyone ? "audience" : "district",
			    everyone ? "message_audience_nobody_yet" : "message_audience_nobody");
	}
	if (!json_flag(message, "editable"))
		return ERR_CONFLICT;
	if (!form_ok(f))
		return ERR_INVALID;
	return message_save_audience(w->db, by, typed);
}

static const struct message_part audience = {
	"audience", "tell_message_audience", audience_fill, audience_dress, audience_save, false
};

enum err
desk_message_audience(struct web *w)
{
	return desk_message_part(w, &audience);
}

/* The second button only counts: nothing is saved, and the page comes back. */
static enum err
count(struct web *w)
{
	struct message_edit nobody = { 0, 0, "" };
	struct form *f = web_form(w);
	json_t *message;
	enum err e;

	e = desk_message_open(w, &message);
	if (e == ERR_OK)
		e = audience_save(w, f, message, nobody);
	if (e == ERR_INVALID || e == ERR_CONFLICT)
		e = ERR_OK;
	if (e != ERR_OK)
		return e;
	return desk_message_part_show(w, &audience, form_ok(f) ? HTTP_OK : HTTP_UNPROCESSABLE, f, message,
	    fields_get(w->fields, "seen"));
}

enum err
desk_message_audience_save(struct web *w)
{
	if (fields_has(w->fields, "count"))
		return count(w);
	return desk_message_part_save(w, &audience);
}
