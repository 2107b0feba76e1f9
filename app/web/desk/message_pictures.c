/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The pictures of a message.
 *
 *	GET, POST /desk/messages/{message}/pictures	a page as those of message_write.c
 *
 * One form for all: each picture with its words, its number in the order and a box that takes
 * it away, and a field for the next one.  A file is taken in before the rest of the form is
 * looked at, and stands in the first empty place from then on, so that nobody sends it twice.
 */
#include "domain/picture.h"
#include "web/attachment.h"
#include "web/desk/message.h"
#include "web/handlers.h"

static const char *
field(struct web *w, const char *name, int place)
{
	return arena_printf(w->arena, "%s_%d", name, place);
}

static enum err
fill(struct web *w, struct form *f, const json_t *message)
{
	picture_fill(f, w->arena, message);
	form_set(f, "text_new", "");
	form_set(f, "file", "");
	return ERR_OK;
}

/* A row of the page, for the picture whose ids these are. */
static enum err
slot(struct web *w, struct form *f, int place, const char *ids, json_t **out)
{
	json_t *form = form_json(f), *file = NULL, *small = NULL;
	const char *space = strchr(ids, ' ');
	bool infected, clean;
	enum err e = ERR_NOT_FOUND;

	if (space != NULL)
		e = attachment_find(w->db, arena_strndup(w->arena, ids, (size_t)(space - ids)), &file);
	if (e == ERR_OK)
		e = attachment_find(w->db, space + 1, &small);
	if (e != ERR_OK && e != ERR_NOT_FOUND)
		return e;
	infected = strcmp(json_text(file, "state"), "infected") == 0 || strcmp(json_text(small, "state"), "infected") == 0;
	clean = json_flag(file, "clean") && json_flag(small, "clean");
	*out = json_pack("{s:o, s:s, s:o, s:b, s:b, s:O, s:O, s:O, s:O}", "number", json_sprintf("%d", place), "ids", ids,
	    "picture_url", clean ? json_sprintf("/desk/files/%s", json_text(file, "id")) : json_null(),
	    "infected", infected, "waits", !clean && !infected,
	    "picture", json_object_get(form, field(w, "picture", place)), "text", json_object_get(form, field(w, "text", place)),
	    "place", json_object_get(form, field(w, "place", place)), "drop", json_object_get(form, field(w, "drop", place)));
	return ERR_OK;
}

static enum err
dress(struct web *w, struct form *f, const json_t *message)
{
	json_t *slots = json_array(), *one;

	(void)message;
	json_object_set_new(w->view, "slots", slots);
	for (int i = 1; i <= PICTURES_MAX; i++) {
		const char *ids = json_text(json_object_get(form_json(f), field(w, "picture", i)), "value");
		enum err e = ids[0] != '\0' ? slot(w, f, i, ids, &one) : ERR_OK;

		if (e != ERR_OK)
			return e;
		if (ids[0] != '\0')
			json_array_append_new(slots, one);
	}
	json_object_set_new(w->view, "any", json_boolean(json_array_size(slots) > 0));
	json_object_set_new(w->view, "several", json_boolean(json_array_size(slots) > 1));
	json_object_set_new(w->view, "room", json_boolean(json_array_size(slots) < PICTURES_MAX));
	json_object_set_new(w->view, "most", json_sprintf("%d", PICTURES_MAX));
	return ERR_OK;
}

static enum err
save(struct web *w, struct form *f, const json_t *message, struct message_edit by)
{
	const char *problem = json_text(w->view, "file_problem");
	json_t *pictures;
	enum err e;

	e = picture_read(w->db, f, w->arena, message, &pictures);
	if (e != ERR_OK)
		return e;
	form_set(f, "file", "");
	if (problem[0] != '\0')
		form_problem(f, strcmp(problem, "picture_full") == 0 ? "drop_1" : "file", problem);
	/* Words for a picture that was forgotten. */
	if (form_name(f, "text_new", FORM_OPTIONAL, PICTURE_TEXT_MAX)[0] != '\0')
		form_problem(f, "file", "picture_file_required");
	if (!json_flag(message, "editable"))
		return ERR_CONFLICT;
	return form_ok(f) ? picture_save(w->db, by, pictures) : ERR_INVALID;
}

static const struct message_part pictures = { "pictures", "tell_message_pictures", fill, dress, save, true };

enum err
desk_message_pictures(struct web *w)
{
	return desk_message_part(w, &pictures);
}

/* The file stands in the first place that is empty, with the words that came with it. */
static enum err
put(struct web *w, const char *ids)
{
	enum err e;

	for (int i = 1; i <= PICTURES_MAX; i++) {
		if (fields_get(w->fields, field(w, "picture", i))[0] != '\0')
			continue;
		e = web_field_set(w, field(w, "text", i), fields_get(w->fields, "text_new"));
		if (e == ERR_OK)
			e = web_field_set(w, field(w, "place", i), arena_printf(w->arena, "%d", i));
		if (e == ERR_OK)
			e = web_field_set(w, field(w, "picture", i), ids);
		return e == ERR_OK ? web_field_set(w, "text_new", "") : e;
	}
	json_object_set_new(w->view, "file_problem", json_string("picture_full"));
	return ERR_OK;
}

enum err
desk_message_pictures_save(struct web *w)
{
	const char *ids = "", *problem = NULL;
	json_t *message;
	enum err e = desk_message_open(w, &message);

	if (e == ERR_OK && json_flag(message, "editable"))
		e = web_picture(w, "message", json_int(message, "id"), &ids, &problem);
	if (e == ERR_OK && problem != NULL)
		json_object_set_new(w->view, "file_problem", json_string(problem));
	/* What was said of a file that was no picture is kept for the next one. */
	if (e == ERR_OK && ids[0] != '\0')
		e = put(w, ids);
	return e == ERR_OK ? desk_message_part_save(w, &pictures) : e;
}
