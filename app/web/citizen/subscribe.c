/* SPDX-License-Identifier: Apache-2.0 */
/*
 * お知らせを受け取る: one question a page, each kept as soon as it is answered.
 *
 *	GET  /subscribe			what this is
 *	GET  /subscribe/{page}		email, district, topics, language
 *	POST /subscribe/{page}		and on to the first one not answered, or to check
 *	GET  /subscribe/check		all answers, the consent
 *	POST /subscribe/check		a link is mailed
 *	GET  /subscribe/verify		where it went
 *	POST /subscribe/verify		once more
 *	GET  /subscribe/confirm/{token}	asks for a press: mail scanners follow links
 *	POST /subscribe/confirm/{token}	now there is a citizen
 *	GET  /subscribe/done		what comes, and how to end it
 *
 * The answers lie in the database, sealed, under the hash of a cookie
 * (domain/citizen_draft.c).
 */
#include "domain/line.h"
#include "web/citizen/choose.h"
#include "web/citizen/draft.h"
#include "web/citizen/phone.h"
#include "web/handlers.h"

enum { DRAFT_S = 24 * 3600 };

static const char *const pages[] = { "email", "district", "topics", "language", "check" };
enum { PAGES = sizeof pages / sizeof *pages };

/* What was answered so far; an empty object where nothing was. */
enum err
citizen_draft_open(struct web *w, json_t **choice, const char **consent)
{
	enum err e = ERR_OK;

	if (w->draft == NULL)		/* the route is not marked DRAFT */
		e = citizen_draft_ask(w->db, w->arena, fields_get(w->request->cookies, DRAFT_COOKIE), &w->draft);
	if (e == ERR_OK)
		e = web_vault(w);
	if (e == ERR_OK)
		e = db_flush(w->db);
	if (e != ERR_OK)
		return e;
	*consent = "";
	e = citizen_draft(w->vault, w->arena, w->draft, choice, consent);
	if (e == ERR_NOT_FOUND) {
		*choice = json_keep(w->arena, json_object());
		e = ERR_OK;
	}
	return e;
}

static int
place(const char *page)
{
	int i = 0;

	while (i < PAGES - 1 && strcmp(pages[i], page) != 0)
		i++;
	return i;
}

static bool
by(const char *way, const json_t *choice)
{
	return strcmp(json_text(choice, "way"), way) == 0;
}

/* Opens the draft for this page.  *ready: the pages before it are answered;
 * else the answer is a 303 to the first that is not. */
static enum err
page_open(struct web *w, const char *page, json_t **choice, const char **consent, bool *ready)
{
	const char *next;
	enum err e = citizen_draft_open(w, choice, consent);

	if (e != ERR_OK)
		return e;
	json_object_set_new(w->view, "step", json_integer(place(page) + 1));
	json_object_set_new(w->view, "back_url", place(page) == 1 && by("webpush", *choice) ? json_string("/push")
	    : json_sprintf("/subscribe%s%s", place(page) > 0 ? "/" : "", place(page) > 0 ? pages[place(page) - 1] : ""));
	next = citizen_draft_next(*choice);
	*ready = place(next) >= place(page);
	return *ready ? ERR_OK : web_see_other(w, "/subscribe/%s", next);
}

/* Keeps the answers and goes on. */
enum err
citizen_draft_go_on(struct web *w, const json_t *choice)
{
	const char *token = fields_get(w->request->cookies, DRAFT_COOKIE);
	enum err e;

	if (strlen(token) < 20 || strlen(token) > 100)
		token = secret_token(w->arena, 32);
	response_cookie(w->response, DRAFT_COOKIE, token, DRAFT_S);
	e = citizen_draft_keep(w->db, w->vault, w->arena, token, choice);
	return e != ERR_OK ? e : web_see_other(w, "/subscribe/%s", citizen_draft_next(choice));
}

void
citizen_draft_forget(struct web *w)
{
	response_cookie(w->response, DRAFT_COOKIE, "", -1);
}

enum err
citizen_subscribe(struct web *w)
{
	return web_page(w, HTTP_OK, "citizen/subscribe/start");
}

/* With the other ways that the town offers. */
static enum err
email_page(struct web *w, enum status status)
{
	json_t *line;
	bool by_sms;
	enum err e = line_state(w->db, 0, w->lang, &line);

	if (e != ERR_OK)
		return e;
	json_object_set(w->view, "by_line", json_object_get(line, "offered"));
	e = citizen_phone_offer(w, &by_sms);
	return e != ERR_OK ? e : web_page(w, status, "citizen/subscribe/email");
}

enum err
citizen_subscribe_email(struct web *w)
{
	const char *consent;
	json_t *choice;
	bool ready;
	enum err e;

	e = page_open(w, "email", &choice, &consent, &ready);
	if (e != ERR_OK || !ready)
		return e;
	form_set(web_form(w), "email", json_text(choice, "email"));
	return email_page(w, HTTP_OK);
}

enum err
citizen_subscribe_email_keep(struct web *w)
{
	const char *consent, *email;
	struct form *form;
	json_t *choice;
	bool ready;
	enum err e;

	e = page_open(w, "email", &choice, &consent, &ready);
	if (e != ERR_OK || !ready)
		return e;
	form = web_form(w);
	email = form_email(form, "email", FORM_REQUIRED);
	if (!form_ok(form))
		return email_page(w, HTTP_UNPROCESSABLE);
	json_object_set_new(choice, "email", json_string(email));
	json_object_del(choice, "way");
	return citizen_draft_go_on(w, choice);
}

enum err
citizen_subscribe_district(struct web *w)
{
	const char *consent;
	json_t *choice;
	bool ready;
	enum err e;

	e = page_open(w, "district", &choice, &consent, &ready);
	if (e != ERR_OK || !ready)
		return e;
	return citizen_districts_page(w, json_object_get(choice, "districts"), "citizen/subscribe/district");
}

enum err
citizen_subscribe_district_keep(struct web *w)
{
	const char *consent;
	json_t *choice;
	bool ready;
	enum err e;

	e = page_open(w, "district", &choice, &consent, &ready);
	if (e == ERR_OK && ready)
		e = citizen_districts_read(w, choice, "citizen/subscribe/district", "/subscribe/district", &ready);
	return e != ERR_OK || !ready ? e : citizen_draft_go_on(w, choice);
}

enum err
citizen_subscribe_topics(struct web *w)
{
	const char *consent;
	json_t *choice;
	bool ready;
	enum err e;

	e = page_open(w, "topics", &choice, &consent, &ready);
	if (e != ERR_OK || !ready)
		return e;
	return citizen_topics_page(w, json_object_get(choice, "topics"), json_flag(choice, "vital"),
	    "citizen/subscribe/topics");
}

enum err
citizen_subscribe_topics_keep(struct web *w)
{
	const char *consent;
	json_t *choice;
	bool ready;
	enum err e;

	e = page_open(w, "topics", &choice, &consent, &ready);
	if (e == ERR_OK && ready)
		e = citizen_topics_read(w, choice, "citizen/subscribe/topics", &ready);
	return e != ERR_OK || !ready ? e : citizen_draft_go_on(w, choice);
}

enum err
citizen_subscribe_language(struct web *w)
{
	const char *consent, *chosen;
	json_t *choice;
	bool ready;
	enum err e;

	e = page_open(w, "language", &choice, &consent, &ready);
	if (e != ERR_OK || !ready)
		return e;
	chosen = json_text(choice, "language");
	return citizen_language_page(w, chosen[0] != '\0' ? chosen : w->lang, "citizen/subscribe/language");
}

enum err
citizen_subscribe_language_keep(struct web *w)
{
	const char *consent, *language;
	json_t *choice;
	bool ready;
	enum err e;

	e = page_open(w, "language", &choice, &consent, &ready);
	if (e != ERR_OK || !ready)
		return e;
	e = citizen_language_read(w, "citizen/subscribe/language", &language);
	if (e != ERR_OK || language[0] == '\0')
		return e;
	json_object_set_new(choice, "language", json_string(language));
	return citizen_draft_go_on(w, choice);
}

/* --- check and mail --- */

static enum err
check_page(struct web *w, enum status status, const json_t *choice, const char *consent)
{
	json_t *names;
	enum err e;

	e = citizen_names(w->db, w->arena, choice, &names);
	if (e != ERR_OK)
		return e;
	json_object_set(w->view, "names", names);
	json_object_set_new(w->view, "by_line", json_boolean(by("line", choice)));
	json_object_set_new(w->view, "by_push", json_boolean(by("webpush", choice)));
	json_object_set_new(w->view, "by_sms", json_boolean(by("sms", choice)));
	json_object_set_new(w->view, "phone", json_string(phone_written(w->arena, json_text(choice, "phone"))));
	json_object_set_new(w->view, "email", json_string(json_text(choice, "email")));
	json_object_set(w->view, "vital", json_object_get(choice, "vital"));
	json_object_set(w->view, "language_tag", json_object_get(choice, "language"));
	json_object_set_new(w->view, "language_chosen", json_string(words_get(catalogue_words(
	    w->site->catalogue, json_text(choice, "language")), "language_name")));
	json_object_set_new(w->view, "version", json_string(consent));
	return web_page(w, status, "citizen/subscribe/check");
}

enum err
citizen_subscribe_check(struct web *w)
{
	const char *consent;
	json_t *choice;
	bool ready;
	enum err e;

	e = page_open(w, "check", &choice, &consent, &ready);
	if (e != ERR_OK || !ready)
		return e;
	form_set_flag(web_form(w), "consent", false);
	return check_page(w, HTTP_OK, choice, consent);
}

static enum err
ask(struct web *w, const json_t *choice)
{
	struct mailer mailer = citizen_mailer(w, json_text(choice, "language"));
	struct citizen_asker who = citizen_asker(w, json_text(choice, "email"));
	enum err e;

	if (by("line", choice))
		return citizen_line_ask(w, choice);
	if (by("webpush", choice))
		return citizen_push_register(w, choice);
	if (by("sms", choice))
		return citizen_phone_subscribe(w, choice);
	e = citizen_ask(&mailer, &who, choice);
	return e != ERR_OK ? e : web_see_other(w, "/subscribe/verify");
}

enum err
citizen_subscribe_ask(struct web *w)
{
	const char *consent;
	struct form *form;
	json_t *choice;
	bool ready;
	enum err e;

	e = page_open(w, "check", &choice, &consent, &ready);
	if (e != ERR_OK || !ready)
		return e;
	form = web_form(w);
	if (!form_flag(form, "consent"))
		form_problem(form, "consent", "consent_required");
	else if (strcmp(fields_get(w->fields, "version"), consent) != 0)
		form_problem(form, "consent", "consent_changed");
	if (!form_ok(form))
		return check_page(w, HTTP_UNPROCESSABLE, choice, consent);

	/* To what they agreed, in which language they read it; the moment is that of
	 * the confirmation. */
	json_object_set_new(choice, "consent", json_string(consent));
	json_object_set_new(choice, "read_in", json_string(w->lang));
	e = citizen_draft_keep(w->db, w->vault, w->arena, fields_get(w->request->cookies, DRAFT_COOKIE), choice);
	return e != ERR_OK ? e : ask(w, choice);
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
	return ask(w, choice);
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
	citizen_draft_forget(w);
	return web_see_other(w, "/subscribe/done");
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
