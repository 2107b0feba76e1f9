/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The end of お知らせを受け取る: the proof that the address is theirs.  For mail it is
 * a link; the other channels have ways of their own (draft.h).
 *
 *	GET  /subscribe/verify		where the link went
 *	POST /subscribe/verify		once more
 *	GET  /subscribe/confirm/{token}	asks for a press: mail scanners follow links
 *	POST /subscribe/confirm/{token}	now there is a citizen
 *	GET  /subscribe/done		what comes, and how to end it
 */
#include "web/citizen/choose.h"
#include "web/citizen/draft.h"
#include "web/handlers.h"

enum err
citizen_proof_ask(struct web *w, const json_t *choice)
{
	struct mailer mailer = citizen_mailer(w, json_text(choice, "language"));
	struct citizen_asker who = citizen_asker(w, json_text(choice, "email"));
	const char *way = json_text(choice, "way");
	enum err e;

	if (strcmp(way, "line") == 0)
		return citizen_line_ask(w, choice);
	if (strcmp(way, "webpush") == 0)
		return citizen_push_register(w, choice);
	if (strcmp(way, "sms") == 0)
		return citizen_phone_subscribe(w, choice);
	e = citizen_ask(&mailer, &who, choice);
	return e != ERR_OK ? e : web_see_other(w, "/subscribe/verify");
}

/* Nothing to verify before the button of the check page was pressed. */
static enum err
verify_open(struct web *w, json_t **choice, bool *ready)
{
	const char *consent, *next;
	enum err e = citizen_draft_open(w, choice, &consent);

	if (e != ERR_OK)
		return e;
	next = citizen_draft_next(*choice);
	*ready = strcmp(next, "check") == 0 && json_text(*choice, "consent")[0] != '\0' &&
	    json_text(*choice, "way")[0] == '\0';
	return *ready ? ERR_OK : web_see_other(w, "/subscribe/%s", next);
}

enum err
citizen_subscribe_verify(struct web *w)
{
	json_t *choice;
	bool ready;
	enum err e;

	e = verify_open(w, &choice, &ready);
	if (e != ERR_OK || !ready)
		return e;
	json_object_set_new(w->view, "email", json_string(citizen_masked(w->arena, json_text(choice, "email"))));
	json_object_set_new(w->view, "hours", json_integer(CITIZEN_CONFIRM_H));
	return web_page(w, HTTP_OK, "citizen/subscribe/verify");
}

enum err
citizen_subscribe_again(struct web *w)
{
	json_t *choice;
	bool ready;
	enum err e;

	e = verify_open(w, &choice, &ready);
	if (e != ERR_OK || !ready)
		return e;
	web_tell(w, "success", "tell_mail_again");
	return citizen_proof_ask(w, choice);
}

/* --- the mailed link --- */

enum err
citizen_subscribe_confirm(struct web *w)
{
	const char *state;
	enum err e = web_vault(w);

	if (e == ERR_OK)
		e = citizen_link_state(w->db, w->arena, "confirm", web_arg(w, "token"), &state);
	if (e != ERR_OK)
		return e;
	if (strcmp(state, "open") != 0)
		return citizen_link_dead(w, "confirm", state);
	return web_page(w, HTTP_OK, "citizen/subscribe/confirm");
}

enum err
citizen_subscribe_confirmed(struct web *w)
{
	struct mailer mailer;
	struct citizen_asker who = citizen_asker(w, "");
	const char *token = web_arg(w, "token"), *state, *session;
	int64_t citizen;
	enum err e;

	e = web_vault(w);
	if (e == ERR_OK)
		e = citizen_link_state(w->db, w->arena, "confirm", token, &state);
	if (e != ERR_OK)
		return e;
	if (strcmp(state, "open") != 0)
		return citizen_link_dead(w, "confirm", state);
	mailer = citizen_mailer(w, w->lang);
	e = citizen_confirm(&mailer, w->site->catalogue, &who, token, &citizen, &session);
	if (e != ERR_OK)
		return e;
	citizen_session_cookie(w, session);
	return citizen_draft_done(w);
}

enum err
citizen_subscribe_done(struct web *w)
{
	json_t *my;
	enum err e = web_vault(w);

	if (e == ERR_OK)
		e = citizen_my(w->db, w->vault, w->arena, w->citizen, w->lang, &my);
	if (e != ERR_OK)
		return e;
	json_object_set(w->view, "my", my);
	return web_page(w, HTTP_OK, "citizen/subscribe/done");
}
