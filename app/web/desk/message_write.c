/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Writing a message: the four pages that are saved, each with GET and POST.
 *
 *	/desk/messages/{message}/content	subject, text, contact
 *	/desk/messages/{message}/audience	everyone, or districts and topics
 *	/desk/messages/{message}/channels	e-mail, the site
 *	/desk/messages/{message}/schedule	when, and until when
 *
 * Each form carries the mark of what it showed ("seen").  When somebody else
 * saved the same page meanwhile, the answer is 409 and the same page: what they
 * saved stands beside what was typed, and saving again is a decision.  When the
 * message was submitted meanwhile it cannot be saved at all, but the typed text
 * is still there to be copied.
 */
#include "base/text.h"
#include "web/desk/message.h"
#include "web/handlers.h"

/* What the page of one part is made of. */
struct part {
	const char *name;			/* also of its template */
	const char *told;			/* after saving */
	/* Fills the form with what is stored, or adds to what was typed. */
	enum err (*fill)(struct web *, struct form *, const json_t *message);
	/* Adds choices to the form and other keys to the view. */
	enum err (*dress)(struct web *, struct form *, const json_t *message);
	/* Reads, and saves what is good. */
	enum err (*save)(struct web *, struct form *, const json_t *message, struct message_edit);
};

static enum err
show(struct web *w, const struct part *p, enum status status, struct form *f, const json_t *message, const char *seen)
{
	enum err e = p->dress(w, f, message);

	if (e != ERR_OK)
		return e;
	json_object_set_new(w->view, "seen", json_string(seen));
	json_object_set_new(w->view, "conflict", json_boolean(status == HTTP_CONFLICT && json_flag(message, "editable")));
	json_object_set_new(w->view, "closed", json_boolean(!json_flag(message, "editable")));
	return web_page(w, status, arena_printf(w->arena, "desk/message/%s", p->name));
}

static enum err
part_form(struct web *w, const struct part *p)
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
	return show(w, p, HTTP_OK, f, message, json_text(json_object_get(message, "seen"), p->name));
}

/* On to the first step that is still open, from this one on. */
static enum err
go_on(struct web *w, const struct part *p, const json_t *message)
{
	static const char *const order[] = { "content", "audience", "channels", "schedule" };
	bool behind = false;
	size_t i;

	for (i = 0; i < sizeof order / sizeof *order; i++) {
		if (behind && strcmp(message_progress(message, order[i]), "done") != 0)
			return web_see_other(w, "/desk/messages/%" PRId64 "/%s", json_int(message, "id"), order[i]);
		behind = behind || strcmp(order[i], p->name) == 0;
	}
	return web_see_other(w, "/desk/messages/%" PRId64, json_int(message, "id"));
}

static void
tell_saved(struct web *w, const struct part *p, const json_t *message)
{
	bool dated = strcmp(p->name, "schedule") == 0;

	if (dated && json_flag(message, "night"))
		web_tell(w, "warning", "tell_message_night");
	else if (dated && json_flag(message, "holiday"))
		web_tell(w, "warning", "tell_message_holiday");
	else
		web_tell(w, "success", p->told);
}

static enum err
part_save(struct web *w, const struct part *p)
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
		return show(w, p, HTTP_UNPROCESSABLE, f, message, by.seen);
	if (e != ERR_OK && e != ERR_CONFLICT)
		return e;

	/* What is stored now: saved by us, or by whoever was faster. */
	if (desk_message_open(w, &message) != ERR_OK)
		return ERR_NOT_FOUND;
	if (e == ERR_CONFLICT)
		return show(w, p, HTTP_CONFLICT, f, message, json_text(json_object_get(message, "seen"), p->name));
	tell_saved(w, p, message);
	return go_on(w, p, message);
}

/* --- content --- */

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
	json_object_set_new(w->view, "several", json_boolean(json_array_size(options) > 1));
	form_options(f, "department", options);
	json_decref(options);
	json_object_set_new(w->view, "counted", json_pack("{s:o, s:o}",
	    "subject", json_sprintf("%zu", text_length(json_text(json_object_get(form_json(f), "subject"), "value"))),
	    "body", json_sprintf("%zu", text_length(body))));
	return ERR_OK;
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
	    strcmp(typed.contact, json_text(message, "contact")) == 0)
		by.seen = json_text(json_object_get(message, "seen"), "content");
	return message_save_content(w->db, by, typed);
}

static const struct part content = {
	"content", "tell_message_content", content_fill, content_dress, content_save
};

enum err desk_message_content(struct web *w) { return part_form(w, &content); }
enum err desk_message_content_save(struct web *w) { return part_save(w, &content); }

/* --- audience --- */

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
	n = ids_of(w, json_object_get(message, "districts"), &ids);
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
	enum err e;

	e = message_choices(w->db, w->staff, by.message, &choices);
	if (e != ERR_OK)
		return e;
	message_read_audience(f, choices, &typed);
	if (form_ok(f) && json_flag(message, "by_email")) {
		e = message_reach(w->db, w->words, typed.audience, typed.districts, typed.topics, &reach);
		if (e != ERR_OK)
			return e;
		json_object_set(w->view, "reach", reach);
		if (json_flag(reach, "none"))
			form_problem(f, strcmp(typed.audience, "everyone") == 0 ? "audience" : "district",
			    "message_audience_nobody");
	}
	if (!json_flag(message, "editable"))
		return ERR_CONFLICT;
	if (!form_ok(f))
		return ERR_INVALID;
	return message_save_audience(w->db, by, typed);
}

static const struct part audience = {
	"audience", "tell_message_audience", audience_fill, audience_dress, audience_save
};

enum err desk_message_audience(struct web *w) { return part_form(w, &audience); }

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
	return show(w, &audience, form_ok(f) ? HTTP_OK : HTTP_UNPROCESSABLE, f, message, fields_get(w->fields, "seen"));
}

enum err
desk_message_audience_save(struct web *w)
{
	if (fields_has(w->fields, "count"))
		return count(w);
	return part_save(w, &audience);
}

/* --- channels --- */

static enum err
channels_fill(struct web *w, struct form *f, const json_t *message)
{
	(void)w;
	form_set_flag(f, "by_email", json_flag(message, "by_email"));
	form_set_flag(f, "on_site", json_flag(message, "on_site"));
	return ERR_OK;
}

static enum err
channels_dress(struct web *w, struct form *f, const json_t *message)
{
	(void)f;
	return desk_message_reach(w, message);
}

static enum err
channels_save(struct web *w, struct form *f, const json_t *message, struct message_edit by)
{
	bool by_email = form_flag(f, "by_email"), on_site = form_flag(f, "on_site");

	if (!by_email && !on_site)
		form_problem(f, "by_email", "message_channel_none");
	if (!json_flag(message, "editable"))
		return ERR_CONFLICT;
	if (!form_ok(f))
		return ERR_INVALID;
	return message_save_channels(w->db, by, by_email, on_site);
}

static const struct part channels = {
	"channels", "tell_message_channels", channels_fill, channels_dress, channels_save
};

enum err desk_message_channels(struct web *w) { return part_form(w, &channels); }
enum err desk_message_channels_save(struct web *w) { return part_save(w, &channels); }

/* --- schedule --- */

static enum err
schedule_fill(struct web *w, struct form *f, const json_t *message)
{
	bool dated = json_flag(message, "scheduled");

	(void)w;
	form_set(f, "when", !dated ? "" : json_int(message, "send_at_ms") != 0 ? "later" : "now");
	form_set_datetime(f, "send_at", json_int(message, "send_at_ms"));
	form_set_datetime(f, "publish_until", json_int(message, "publish_until_ms"));
	form_set_datetime(f, "valid_until", json_int(message, "valid_until_ms"));
	return ERR_OK;
}

static enum err
schedule_dress(struct web *w, struct form *f, const json_t *message)
{
	json_t *options = json_pack("[{s:s, s:s, s:s}, {s:s, s:s, s:s}]",
	    "value", "now", "label", words_get(w->words, "message_when_now"),
	    "hint", words_get(w->words, "message_when_now_hint"),
	    "value", "later", "label", words_get(w->words, "message_when_later"),
	    "hint", words_get(w->words, "message_when_later_hint"));

	(void)message;
	form_options(f, "when", options);
	json_decref(options);
	return ERR_OK;
}

static enum err
schedule_save(struct web *w, struct form *f, const json_t *message, struct message_edit by)
{
	struct message_schedule typed;
	int64_t now;
	enum err e;

	e = message_now(w->db, &now);
	if (e != ERR_OK)
		return e;
	message_read_schedule(f, now, &typed);
	if (!json_flag(message, "editable"))
		return ERR_CONFLICT;
	if (!form_ok(f))
		return ERR_INVALID;
	return message_save_schedule(w->db, by, typed);
}

static const struct part schedule = {
	"schedule", "tell_message_schedule", schedule_fill, schedule_dress, schedule_save
};

enum err desk_message_schedule(struct web *w) { return part_form(w, &schedule); }
enum err desk_message_schedule_save(struct web *w) { return part_save(w, &schedule); }
