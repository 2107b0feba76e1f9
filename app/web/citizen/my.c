/* SPDX-License-Identifier: Apache-2.0 */
/*
 * マイページ: opened by a link in a mail, for an hour.
 *
 *	GET  /my			what is set, what was sent
 *	GET  /my/link			asks for the address; POST mails a link
 *	GET  /my/sent			the same page for every address
 *	GET  /my/open/{token}		asks for a press; POST opens
 *	GET  /my/change/{what}		districts, topics, language; POST keeps
 *	GET  /my/pause			what that means; POST does it, POST /my/resume ends it
 *	GET  /my/leave			what that means; POST does it
 *	GET  /my/left
 *	POST /my/sign-out
 *
 * Whoever gets to /my itself has opened it: web/routes_citizen.c asks for CITIZEN.
 */
#include <string.h>

#include "domain/household.h"
#include "web/citizen/choose.h"
#include "web/citizen/event.h"
#include "web/citizen/phone.h"
#include "web/handlers.h"

static enum err
my_open(struct web *w, json_t **my)
{
	enum err e = web_vault(w);

	if (e == ERR_OK)
		e = citizen_my(w->db, w->vault, w->arena, w->citizen, w->lang, my);
	if (e == ERR_OK)
		json_object_set(w->view, "my", *my);
	return e;
}

/* What became of a message, in words, and the look of it. */
static void
name_states(struct web *w, const json_t *my)
{
	static const char *const looks[][2] = {
		{ "accepted", "sent" }, { "delivered", "sent" }, { "later", "later" }, { "queued", "waiting" }, { "sending", "sending" },
		{ "refused", "refused" }, { "unknown", "unknown" }, { "dropped", "stopped" }, { "held", "expired" },
		{ "cancelled", "stopped" },
	};
	json_t *message;
	size_t i, k;

	json_array_foreach(json_object_get(my, "messages"), i, message) {
		const char *state = json_text(message, "state");

		json_object_set_new(message, "state_text", json_string(words_get(w->words,
		    arena_printf(w->arena, "my_state_%s", state))));
		for (k = 0; k < sizeof looks / sizeof *looks; k++)
			if (strcmp(looks[k][0], state) == 0) {
				json_object_set_new(message, "state", json_string(looks[k][1]));
				break;
			}
	}
}

enum err
citizen_my_page(struct web *w)
{
	int64_t household;
	json_t *my;
	enum err e = my_open(w, &my);

	if (e != ERR_OK)
		return e;
	e = citizen_phone_show(w, my);
	if (e == ERR_OK)
		e = citizen_tickets_show(w, my);
	if (e == ERR_OK)
		e = household_size(w->db, w->citizen, &household);
	if (e != ERR_OK)
		return e;
	json_object_set_new(my, "household", household > 0 ? json_pack("{s:I}", "people", (json_int_t)household) : json_null());
	name_states(w, my);
	json_object_set_new(my, "has_messages", json_boolean(json_array_size(json_object_get(my, "messages")) > 0));
	json_object_set(w->view, "language_tag", json_object_get(my, "language"));
	json_object_set_new(w->view, "language_chosen", json_string(words_get(catalogue_words(
	    w->site->catalogue, json_text(my, "language")), "language_name")));
	return web_page(w, HTTP_OK, "citizen/my/show");
}

/* --- the door --- */

/* With the way in by phone, where the town sends SMS. */
static enum err
link_page(struct web *w, enum status status)
{
	bool offered;
	enum err e = citizen_phone_offer(w, &offered);

	return e != ERR_OK ? e : web_page(w, status, "citizen/my/link");
}

enum err
citizen_my_link(struct web *w)
{
	form_set(web_form(w), "email", "");
	return link_page(w, HTTP_OK);
}

enum err
citizen_my_link_send(struct web *w)
{
	struct form *form = web_form(w);
	const char *email = form_email(form, "email", FORM_REQUIRED);
	struct citizen_asker who = citizen_asker(w, email);
	struct mailer mailer;
	enum err e;

	if (!form_ok(form))
		return link_page(w, HTTP_UNPROCESSABLE);
	e = web_vault(w);
	if (e != ERR_OK)
		return e;
	mailer = citizen_mailer(w, w->lang);
	e = citizen_ask(&mailer, &who, NULL);
	return e != ERR_OK ? e : web_see_other(w, "/my/sent");
}

enum err
citizen_my_sent(struct web *w)
{
	json_object_set_new(w->view, "minutes", json_integer(CITIZEN_LINK_MIN));
	return web_page(w, HTTP_OK, "citizen/my/sent");
}

enum err
citizen_my_door(struct web *w)
{
	const char *state;
	enum err e = citizen_link_state(w->db, w->arena, "my", web_arg(w, "token"), &state);

	if (e != ERR_OK)
		return e;
	if (strcmp(state, "open") != 0)
		return citizen_link_dead(w, "my", state);
	return web_page(w, HTTP_OK, "citizen/my/open");
}

enum err
citizen_my_opened(struct web *w)
{
	const char *token = web_arg(w, "token"), *state, *session;
	int64_t citizen;
	enum err e;

	e = citizen_link_state(w->db, w->arena, "my", token, &state);
	if (e != ERR_OK)
		return e;
	if (strcmp(state, "open") != 0)
		return citizen_link_dead(w, "my", state);
	e = citizen_open(w->db, w->arena, token, &citizen, &session);
	if (e != ERR_OK)
		return e;
	return citizen_door_opened(w, session);
}

enum err
citizen_my_sign_out(struct web *w)
{
	enum err e = citizen_sign_out(w->db, w->arena, fields_get(w->request->cookies, "__Host-citizen"));

	if (e != ERR_OK)
		return e;
	citizen_session_end(w);
	web_tell(w, "success", "tell_signed_out");
	return web_see_other(w, "/");
}

/* --- changes --- */

static enum err
saved(struct web *w, enum err e)
{
	if (e != ERR_OK)
		return e;
	web_tell(w, "success", "tell_my_saved");
	return web_see_other(w, "/my");
}

enum err
citizen_my_districts(struct web *w)
{
	json_t *my;
	enum err e = my_open(w, &my);

	return e != ERR_OK ? e : citizen_districts_page(w, json_object_get(my, "district_ids"), "citizen/my/districts");
}

enum err
citizen_my_districts_save(struct web *w)
{
	json_t *choice = json_keep(w->arena, json_object());
	bool answered;
	enum err e;

	e = citizen_districts_read(w, choice, "citizen/my/districts", "/my/change/districts", &answered);
	if (e != ERR_OK || !answered)
		return e;
	return saved(w, citizen_set_districts(w->db, w->arena, w->citizen, choice));
}

enum err
citizen_my_topics(struct web *w)
{
	json_t *my;
	enum err e = my_open(w, &my);

	return e != ERR_OK ? e : citizen_topics_page(w, json_object_get(my, "topic_ids"),
	    json_flag(my, "vital_only"), "citizen/my/topics");
}

enum err
citizen_my_topics_save(struct web *w)
{
	json_t *choice = json_keep(w->arena, json_object());
	bool answered;
	enum err e;

	e = citizen_topics_read(w, choice, "citizen/my/topics", &answered);
	if (e != ERR_OK || !answered)
		return e;
	return saved(w, citizen_set_topics(w->db, w->arena, w->citizen, choice));
}

enum err
citizen_my_language(struct web *w)
{
	json_t *my;
	enum err e = my_open(w, &my);

	return e != ERR_OK ? e : citizen_language_page(w, json_text(my, "language"), "citizen/my/language");
}

enum err
citizen_my_language_save(struct web *w)
{
	const char *language;
	enum err e = citizen_language_read(w, "citizen/my/language", &language);

	if (e != ERR_OK || language[0] == '\0')
		return e;
	return saved(w, citizen_set_language(w->db, w->citizen, language));
}

enum err
citizen_my_pause(struct web *w)
{
	return web_page(w, HTTP_OK, "citizen/my/pause");
}

enum err
citizen_my_paused(struct web *w)
{
	enum err e = citizen_pause(w->db, w->citizen, true);

	if (e != ERR_OK)
		return e;
	web_tell(w, "success", "tell_my_paused");
	return web_see_other(w, "/my");
}

enum err
citizen_my_resumed(struct web *w)
{
	enum err e = citizen_pause(w->db, w->citizen, false);

	if (e != ERR_OK)
		return e;
	web_tell(w, "success", "tell_my_resumed");
	return web_see_other(w, "/my");
}

enum err
citizen_my_leave(struct web *w)
{
	static const char *const open[] = { "applied", "confirmed", "waiting", "offered", NULL };
	json_t *my = json_keep(w->arena, json_object());
	const json_t *one;
	bool signed_up = false;
	size_t i, k;
	enum err e = web_vault(w);

	if (e == ERR_OK)
		e = citizen_tickets_show(w, my);
	if (e != ERR_OK)
		return e;
	json_array_foreach(json_object_get(my, "tickets"), i, one)
		for (k = 0; open[k] != NULL; k++)
			signed_up = signed_up || strcmp(json_text(one, "state"), open[k]) == 0;
	json_object_set_new(w->view, "signed_up", json_boolean(signed_up));
	return web_page(w, HTTP_OK, "citizen/my/leave");
}

enum err
citizen_my_left(struct web *w)
{
	return web_page(w, HTTP_OK, "citizen/my/left");
}

enum err
citizen_my_leave_now(struct web *w)
{
	struct citizen_asker who = citizen_asker(w, "");
	struct mailer mailer;
	enum err e;

	e = web_vault(w);
	if (e != ERR_OK)
		return e;
	mailer = citizen_mailer(w, w->lang);
	e = citizen_stop(&mailer, w->site->catalogue, &who, w->citizen, 0, "all");
	if (e != ERR_OK)
		return e;
	return citizen_left(w);
}
