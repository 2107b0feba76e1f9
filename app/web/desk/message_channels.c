/* SPDX-License-Identifier: Apache-2.0 */
/*
 * By what a message goes out.
 *
 *	GET, POST /desk/messages/{message}/channels	the site, mail, LINE, push, SMS, X
 *
 * 命を守る情報 may go on until it is seen: an order of channels, with so many minutes
 * between them for an answer (sql/functions/ladder.sql).
 */
#include <string.h>

#include "web/desk/message.h"
#include "web/desk/ways.h"
#include "web/handlers.h"

/* --- until it is seen --- */

enum { STEPS = 4, WAIT_MIN = 1, WAIT_MAX = 24 * 60, WAIT_USUAL = 10, YEN_MAX = 100000000 };

static const char *const rungs[] = { "line", "webpush", "email", "sms", NULL };

/* By whom it is to be seen: the person, or anybody of their household. */
static const char *const untils[] = { "person", "household", NULL };

static void
ladder_fill(struct web *w, struct form *f, const json_t *message)
{
	const json_t *ladder = json_object_get(message, "ladder");
	int i;

	form_set_flag(f, "until_seen", json_is_array(ladder));
	form_set(f, "until_whom", untils[json_flag(message, "until_household")]);
	for (i = 0; i < STEPS; i++) {
		const json_t *rung = json_array_get(ladder, (size_t)i);
		int64_t wait = json_int(rung, "wait");

		form_set(f, arena_printf(w->arena, "step%d", i + 1), json_text(rung, "channel"));
		if (i < STEPS - 1)
			form_set(f, arena_printf(w->arena, "wait%d", i + 1),
			    arena_printf(w->arena, "%" PRId64, wait > 0 ? wait : WAIT_USUAL));
	}
	form_set(f, "ladder_yen", json_is_integer(json_object_get(message, "ladder_yen"))
	    ? arena_printf(w->arena, "%" PRId64, json_int(message, "ladder_yen")) : "");
}

static json_t *
step_row(struct web *w, struct form *f, int i)
{
	const char *name = arena_printf(w->arena, "step%d", i + 1);
	json_t *options = json_array();
	int k;

	for (k = 0; rungs[k] != NULL; k++)
		json_array_append_new(options, json_pack("{s:s, s:s}", "value", rungs[k], "label", message_way(w->words, rungs[k])));
	form_options(f, name, options);
	json_decref(options);
	return json_pack("{s:s, s:O, s:O?}", "number", arena_printf(w->arena, "%d", i + 1),
	    "step", json_object_get(form_json(f), name),
	    "wait", i < STEPS - 1 ? json_object_get(form_json(f), arena_printf(w->arena, "wait%d", i + 1)) : NULL);
}

static void
ladder_dress(struct web *w, struct form *f, const json_t *message)
{
	json_t *steps = json_array(), *options = json_array();
	int i;

	json_object_set_new(w->view, "may_ladder", json_boolean(json_flag(message, "vital") ||
	    json_is_array(json_object_get(message, "ladder"))));
	for (i = 0; untils[i] != NULL; i++)
		json_array_append_new(options, json_pack("{s:s, s:s, s:s}", "value", untils[i],
		    "label", words_get(w->words, arena_printf(w->arena, "ladder_until_%s", untils[i])),
		    "hint", words_get(w->words, arena_printf(w->arena, "ladder_until_%s_hint", untils[i]))));
	form_options(f, "until_whom", options);
	json_decref(options);
	for (i = 0; i < STEPS; i++)
		json_array_append_new(steps, step_row(w, f, i));
	json_object_set_new(w->view, "steps", steps);
}

/* Whether this way is chosen above. */
static bool
taken(struct web *w, const struct form *f, const char *channel)
{
	return json_flag(json_object_get(form_json(f), arena_printf(w->arena, "by_%s", channel)), "checked");
}

static bool
has_rung(const json_t *ladder, const char *channel)
{
	json_t *each;
	size_t i;

	json_array_foreach(ladder, i, each)
		if (strcmp(json_text(each, "channel"), channel) == 0)
			return true;
	return false;
}

/* What stands in the fields of an order that is not asked for does not matter, and stays as it was typed. */
static void
ladder_leave(struct web *w, struct form *f)
{
	static const char *const names[] = { "until_whom", "step1", "wait1", "step2", "wait2", "step3", "wait3", "step4", "ladder_yen" };
	size_t i;

	for (i = 0; i < sizeof names / sizeof *names; i++)
		form_set(f, names[i], fields_get(w->fields, names[i]));
}

/* The ladder as it is kept; problems stand beside the fields. */
static json_t *
ladder_read(struct web *w, struct form *f, bool vital)
{
	json_t *ladder = json_keep(w->arena, json_array());
	int i;

	if (!vital)
		form_problem(f, "until_seen", "ladder_not_vital");
	for (i = 0; i < STEPS; i++) {
		const char *name = arena_printf(w->arena, "step%d", i + 1), *channel = form_choice(f, name, FORM_OPTIONAL, rungs);
		int64_t wait = 0;

		if (i < STEPS - 1)
			wait = form_number(f, arena_printf(w->arena, "wait%d", i + 1), FORM_OPTIONAL, WAIT_MIN, WAIT_MAX);
		if (channel[0] == '\0')
			continue;
		if (has_rung(ladder, channel))
			form_problem(f, name, "ladder_twice");
		if (!taken(w, f, channel))
			form_problem(f, name, "ladder_not_taken");
		json_array_append_new(ladder, json_pack("{s:s, s:I}", "channel", channel,
		    "wait", (json_int_t)(wait > 0 ? wait : WAIT_USUAL)));
	}
	if (json_array_size(ladder) < 2)
		form_problem(f, "step2", "ladder_short");
	/* Whoever has only a way that was left out must get it all the same. */
	for (i = 0; rungs[i] != NULL; i++)
		if (taken(w, f, rungs[i]) && !has_rung(ladder, rungs[i]))
			json_array_append_new(ladder, json_pack("{s:s, s:I}", "channel", rungs[i], "wait", (json_int_t)WAIT_USUAL));
	return ladder;
}

/* Until when it goes on, into the channels. */
static void
until_read(struct web *w, struct form *f, const json_t *message, struct message_channels *typed)
{
	typed->ladder_yen = -1;
	if (!form_flag(f, "until_seen")) {
		ladder_leave(w, f);
		return;
	}
	typed->ladder = ladder_read(w, f, json_flag(message, "vital"));
	typed->until_household = strcmp(form_choice(f, "until_whom", FORM_OPTIONAL, untils), "household") == 0;
	typed->ladder_yen = (int32_t)form_number(f, "ladder_yen", FORM_OPTIONAL, 0, YEN_MAX);
	if (fields_get(w->fields, "ladder_yen")[0] == '\0')
		typed->ladder_yen = -1;
}

/* --- the page --- */

static enum err
channels_fill(struct web *w, struct form *f, const json_t *message)
{
	struct message_way way;
	size_t i;

	ladder_fill(w, f, message);
	for (i = 0; message_way_at(i, &way); i++)
		form_set_flag(f, way.flag, json_flag(message, way.flag));
	return ERR_OK;
}

/* Each way is a row with its field; one that is not set up says so and has none. */
static enum err
channels_dress(struct web *w, struct form *f, const json_t *message)
{
	json_t *rows, *r;
	enum err e;
	size_t i;

	e = desk_message_reach(w, message);
	if (e == ERR_OK)
		e = desk_ways(w, message, &rows);
	if (e != ERR_OK)
		return e;
	json_array_foreach(rows, i, r)
		json_object_update(r, json_object_get(form_json(f), json_text(r, "name")));
	json_object_set(w->view, "ways", rows);
	ladder_dress(w, f, message);
	return ERR_OK;
}

/* A way that the page does not offer has no box there, and is not taken. */
static bool
wants(struct form *f, const json_t *rows, const char *name)
{
	const json_t *r;
	size_t i;

	json_array_foreach(rows, i, r)
		if (strcmp(json_text(r, "name"), name) == 0)
			return json_flag(r, "ready") && form_flag(f, name);
	return false;
}

static enum err
channels_save(struct web *w, struct form *f, const json_t *message, struct message_edit by)
{
	struct message_channels typed;
	bool short_ones;
	json_t *rows;
	enum err e = desk_ways(w, message, &rows);

	if (e != ERR_OK)
		return e;
	typed = (struct message_channels){ .by_email = wants(f, rows, "by_email"), .by_line = wants(f, rows, "by_line"),
	    .by_sms = wants(f, rows, "by_sms"), .by_webpush = wants(f, rows, "by_webpush"), .by_x = wants(f, rows, "by_x"),
	    .on_site = wants(f, rows, "on_site") };
	until_read(w, f, message, &typed);
	short_ones = typed.by_sms || typed.by_webpush || typed.by_x;
	if (!typed.by_email && !typed.by_line && !typed.on_site && !short_ones)
		form_problem(f, "on_site", "message_channel_none");
	/* They say a title and lead on to the page. */
	else if (short_ones && !typed.on_site)
		form_problem(f, "on_site", "message_channel_page");
	if (!json_flag(message, "editable"))
		return ERR_CONFLICT;
	if (!form_ok(f))
		return ERR_INVALID;
	return message_save_channels(w->db, by, &typed);
}

static const struct message_part channels = {
	"channels", "tell_message_channels", channels_fill, channels_dress, channels_save, false
};

enum err
desk_message_channels(struct web *w)
{
	return desk_message_part(w, &channels);
}

enum err
desk_message_channels_save(struct web *w)
{
	return desk_message_part_save(w, &channels);
}
