/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Writing a message: what its four pages that are saved have in common.  What
 * is on them is in message_content.c, message_pictures.c, message_audience.c and message_schedule.c.
 *
 * Each form carries the mark of what it showed ("seen").  When somebody else
 * saved the same page meanwhile, the answer is 409 and the same page: what they
 * saved stands beside what was typed, and saving again is a decision.  When the
 * message was submitted meanwhile it cannot be saved at all, but the typed text
 * is still there to be copied.
 */
#include "web/desk/message.h"
#include "web/desk/ways.h"

enum err
desk_message_part_show(struct web *w, const struct message_part *p, enum status status, struct form *f,
    const json_t *message, const char *seen)
{
	enum err e = p->dress(w, f, message);

	if (e != ERR_OK)
		return e;
	json_object_set_new(w->view, "seen", json_string(seen));
	json_object_set_new(w->view, "conflict", json_boolean(status == HTTP_CONFLICT && json_flag(message, "editable")));
	json_object_set_new(w->view, "closed", json_boolean(!json_flag(message, "editable")));
	return web_page(w, status, arena_printf(w->arena, "desk/message/%s", p->name));
}

enum err
desk_message_part(struct web *w, const struct message_part *p)
{
	struct form *f = web_form(w);
	json_t *message;
	enum err e;

	e = desk_message_open(w, &message);
	if (e != ERR_OK)
		return e;
	if (!json_flag(message, "editable")) {
		web_tell(w, "warning", "tell_message_closed");
		return web_see_other(w, "/desk/messages/%" PRId64, json_int(message, "id"));
	}
	e = p->fill(w, f, message);
	if (e != ERR_OK)
		return e;
	return desk_message_part_show(w, p, HTTP_OK, f, message, json_text(json_object_get(message, "seen"), p->name));
}

/* On to the first step that is still open, from this one on. */
static enum err
go_on(struct web *w, const struct message_part *p, const json_t *message)
{
	static const char *const order[] = { "content", "audience", "channels", "schedule" };
	bool behind = false;
	size_t i;

	if (p->stays)
		return web_see_other(w, "/desk/messages/%" PRId64 "/%s", json_int(message, "id"), p->name);
	for (i = 0; i < sizeof order / sizeof *order; i++) {
		if (behind && strcmp(message_progress(message, order[i]), "done") != 0)
			return web_see_other(w, "/desk/messages/%" PRId64 "/%s", json_int(message, "id"), order[i]);
		behind = behind || strcmp(order[i], p->name) == 0;
	}
	return web_see_other(w, "/desk/messages/%" PRId64, json_int(message, "id"));
}

/* What was saved is saved; what it leads to is said now and not by the approver. */
static enum err
tell_saved(struct web *w, const struct message_part *p, const json_t *message)
{
	bool dated = strcmp(p->name, "schedule") == 0, unfit = false;

	if (strcmp(p->name, "content") == 0 || strcmp(p->name, "channels") == 0) {
		enum err e = desk_ways_unfit(w, message, json_text(message, "subject"), json_text(message, "body"));

		if (e != ERR_OK)
			return e;
		unfit = json_array_size(json_object_get(w->view, "unfit")) > 0;
	}
	if (unfit)
		web_tell(w, "warning", "tell_message_unfit");
	else if (dated && json_flag(message, "night"))
		web_tell(w, "warning", "tell_message_night");
	else if (dated && json_flag(message, "holiday"))
		web_tell(w, "warning", "tell_message_holiday");
	else
		web_tell(w, "success", p->told);
	return ERR_OK;
}

enum err
desk_message_part_save(struct web *w, const struct message_part *p)
{
	struct message_edit by = { web_id(w, "message"), w->staff, fields_get(w->fields, "seen") };
	struct form *f = web_form(w);
	json_t *message;
	enum err e;

	e = desk_message_open(w, &message);
	if (e != ERR_OK)
		return e;
	e = p->save(w, f, message, by);
	if (e == ERR_INVALID)
		return desk_message_part_show(w, p, HTTP_UNPROCESSABLE, f, message, by.seen);
	if (e != ERR_OK && e != ERR_CONFLICT)
		return e;

	/* What is stored now: saved by us, or by whoever was faster. */
	if (desk_message_open(w, &message) != ERR_OK)
		return ERR_NOT_FOUND;
	if (e == ERR_CONFLICT)
		return desk_message_part_show(w, p, HTTP_CONFLICT, f, message, json_text(json_object_get(message, "seen"), p->name));
	e = tell_saved(w, p, message);
	return e == ERR_OK ? go_on(w, p, message) : e;
}
