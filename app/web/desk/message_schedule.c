/* SPDX-License-Identifier: Apache-2.0 */
/*
 * When a message goes out, and until when it counts.
 *
 *	GET, POST /desk/messages/{message}/schedule
 *
 * Nights and holidays are warned of when it is saved (message_write.c).
 */
#include "web/desk/message.h"
#include "web/handlers.h"

/* --- until when it is on the site, before anybody said so --- */

enum { HOUR_MS = 60 * 60 * 1000, DAY_MS = 24 * HOUR_MS, MINUTE_MS = 60 * 1000, JAPAN_MS = 9 * HOUR_MS };
enum { VITAL_DAYS = 7, USUAL_DAYS = 30 };

/* What saves lives is over within days, and an old one that stays misleads. */
static int
usual_days(const json_t *message)
{
	return json_flag(message, "vital") ? VITAL_DAYS : USUAL_DAYS;
}

/* The last minute of the day so many days from now, in Japan. */
static int64_t
usual_end(int64_t now, int days)
{
	return (now + JAPAN_MS) / DAY_MS * DAY_MS - JAPAN_MS + (days + INT64_C(1)) * DAY_MS - MINUTE_MS;
}

/* --- the page --- */

static enum err
schedule_fill(struct web *w, struct form *f, const json_t *message)
{
	bool dated = json_flag(message, "scheduled");
	int64_t until = json_int(message, "publish_until_ms"), now;
	enum err e;

	if (!dated && until == 0) {
		e = message_now(w->db, &now);
		if (e != ERR_OK)
			return e;
		until = usual_end(now, usual_days(message));
		json_object_set_new(w->view, "preset_days", json_integer(usual_days(message)));
	}
	form_set(f, "when", !dated ? "" : json_int(message, "send_at_ms") != 0 ? "later" : "now");
	form_set_datetime(f, "send_at", json_int(message, "send_at_ms"));
	form_set_datetime(f, "publish_until", until);
	form_set_datetime(f, "valid_until", json_flag(message, "valid_preset") ? 0 : json_int(message, "valid_until_ms"));
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
	if (json_object_get(w->view, "preset_days") == NULL)
		json_object_set_new(w->view, "preset_days", json_null());
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

static const struct message_part schedule = {
	"schedule", "tell_message_schedule", schedule_fill, schedule_dress, schedule_save, false
};

enum err
desk_message_schedule(struct web *w)
{
	return desk_message_part(w, &schedule);
}

enum err
desk_message_schedule_save(struct web *w)
{
	return desk_message_part_save(w, &schedule);
}
