/* SPDX-License-Identifier: Apache-2.0 */
/*
 * お知らせを受け取る: one question a page, each kept as soon as it is answered.
 *
 *	GET  /subscribe			what this is
 *	GET  /subscribe/{page}		email, district, topics, language
 *	POST /subscribe/{page}		and on to the first one not answered, or to check
 *	GET  /subscribe/check		all answers, the consent
 *	POST /subscribe/check		the proof is asked for: subscribe_proof.c
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

/* What was answered so far, and the version of the text that is agreed to. */
struct answers {
	json_t *choice;
	const char *consent;
};

/* A page of the way: its question, and what becomes of the answer. */
struct step {
	const char *name;
	/* Shows it as it was answered so far. */
	enum err (*show)(struct web *, const struct answers *);
	/* Adds the answer; *good false, and it is shown again with what is wrong. */
	enum err (*read)(struct web *, const struct answers *, bool *good);
};

enum page { EMAIL, DISTRICT, TOPICS, LANGUAGE, CHECK, PAGES };
static const struct step steps[PAGES];

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

static bool
by(const char *way, const json_t *choice)
{
	return strcmp(json_text(choice, "way"), way) == 0;
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

enum err
citizen_draft_done(struct web *w)
{
	enum err e = citizen_draft_drop(w->db, w->arena, fields_get(w->request->cookies, DRAFT_COOKIE));

	response_cookie(w->response, DRAFT_COOKIE, "", -1);
	return e != ERR_OK ? e : web_see_other(w, "/subscribe/done");
}

/* --- the questions --- */

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

static enum err
email_show(struct web *w, const struct answers *a)
{
	form_set(web_form(w), "email", json_text(a->choice, "email"));
	return email_page(w, HTTP_OK);
}

static enum err
email_read(struct web *w, const struct answers *a, bool *good)
{
	struct form *form = web_form(w);
	const char *email = form_email(form, "email", FORM_REQUIRED);

	*good = form_ok(form);
	if (!*good)
		return email_page(w, HTTP_UNPROCESSABLE);
	json_object_set_new(a->choice, "email", json_string(email));
	json_object_del(a->choice, "way");
	return ERR_OK;
}

static enum err
district_show(struct web *w, const struct answers *a)
{
	return citizen_districts_page(w, json_object_get(a->choice, "districts"), "citizen/subscribe/district");
}

static enum err
district_read(struct web *w, const struct answers *a, bool *good)
{
	return citizen_districts_read(w, a->choice, "citizen/subscribe/district", "/subscribe/district", good);
}

static enum err
topics_show(struct web *w, const struct answers *a)
{
	return citizen_topics_page(w, json_object_get(a->choice, "topics"), json_flag(a->choice, "vital"),
	    "citizen/subscribe/topics");
}

static enum err
topics_read(struct web *w, const struct answers *a, bool *good)
{
	return citizen_topics_read(w, a->choice, "citizen/subscribe/topics", good);
}

static enum err
language_show(struct web *w, const struct answers *a)
{
	const char *chosen = json_text(a->choice, "language");

	return citizen_language_page(w, chosen[0] != '\0' ? chosen : w->lang, "citizen/subscribe/language");
}

static enum err
language_read(struct web *w, const struct answers *a, bool *good)
{
	const char *language;
	enum err e = citizen_language_read(w, "citizen/subscribe/language", &language);

	*good = e == ERR_OK && language[0] != '\0';
	if (*good)
		json_object_set_new(a->choice, "language", json_string(language));
	return e;
}

static enum err
check_page(struct web *w, enum status status, const struct answers *a)
{
	const json_t *choice = a->choice;
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
	json_object_set_new(w->view, "version", json_string(a->consent));
	return web_page(w, status, "citizen/subscribe/check");
}

static enum err
check_show(struct web *w, const struct answers *a)
{
	form_set_flag(web_form(w), "consent", false);
	return check_page(w, HTTP_OK, a);
}

/* To what they agree, in which language they read it; the moment is that of the
 * confirmation. */
static enum err
check_read(struct web *w, const struct answers *a, bool *good)
{
	struct form *form = web_form(w);

	if (!form_flag(form, "consent"))
		form_problem(form, "consent", "consent_required");
	else if (strcmp(fields_get(w->fields, "version"), a->consent) != 0)
		form_problem(form, "consent", "consent_changed");
	*good = form_ok(form);
	if (!*good)
		return check_page(w, HTTP_UNPROCESSABLE, a);
	json_object_set_new(a->choice, "consent", json_string(a->consent));
	json_object_set_new(a->choice, "read_in", json_string(w->lang));
	return ERR_OK;
}

static const struct step steps[PAGES] = {
	[EMAIL] = { "email", email_show, email_read },
	[DISTRICT] = { "district", district_show, district_read },
	[TOPICS] = { "topics", topics_show, topics_read },
	[LANGUAGE] = { "language", language_show, language_read },
	[CHECK] = { "check", check_show, check_read },
};

/* --- the way --- */

static enum page
place(const char *name)
{
	enum page i = EMAIL;

	while (i < CHECK && strcmp(steps[i].name, name) != 0)
		i++;
	return i;
}

static const char *
back(const struct web *w, enum page at, const json_t *choice)
{
	if (at == EMAIL)
		return "/subscribe";
	if (at == DISTRICT && by("webpush", choice))
		return "/push";
	return arena_printf(w->arena, "/subscribe/%s", steps[at - 1].name);
}

/* Opens the draft for this page.  *ready: the pages before it are answered;
 * else the answer is a 303 to the first that is not. */
static enum err
page_open(struct web *w, enum page at, struct answers *a, bool *ready)
{
	const char *next;
	enum err e = citizen_draft_open(w, &a->choice, &a->consent);

	if (e != ERR_OK)
		return e;
	json_object_set_new(w->view, "step", json_integer(at + 1));
	json_object_set_new(w->view, "back_url", json_string(back(w, at, a->choice)));
	next = citizen_draft_next(a->choice);
	*ready = place(next) >= at;
	return *ready ? ERR_OK : web_see_other(w, "/subscribe/%s", next);
}

static enum err
show(struct web *w, enum page at)
{
	struct answers a;
	bool ready;
	enum err e = page_open(w, at, &a, &ready);

	return e != ERR_OK || !ready ? e : steps[at].show(w, &a);
}

static enum err
keep(struct web *w, enum page at)
{
	struct answers a;
	bool ready;
	enum err e = page_open(w, at, &a, &ready);

	if (e == ERR_OK && ready)
		e = steps[at].read(w, &a, &ready);
	if (e != ERR_OK || !ready)
		return e;
	if (at != CHECK)
		return citizen_draft_go_on(w, a.choice);
	e = citizen_draft_keep(w->db, w->vault, w->arena, fields_get(w->request->cookies, DRAFT_COOKIE), a.choice);
	return e != ERR_OK ? e : citizen_proof_ask(w, a.choice);
}

enum err
citizen_subscribe(struct web *w)
{
	return web_page(w, HTTP_OK, "citizen/subscribe/start");
}

enum err citizen_subscribe_email(struct web *w) { return show(w, EMAIL); }
enum err citizen_subscribe_email_keep(struct web *w) { return keep(w, EMAIL); }
enum err citizen_subscribe_district(struct web *w) { return show(w, DISTRICT); }
enum err citizen_subscribe_district_keep(struct web *w) { return keep(w, DISTRICT); }
enum err citizen_subscribe_topics(struct web *w) { return show(w, TOPICS); }
enum err citizen_subscribe_topics_keep(struct web *w) { return keep(w, TOPICS); }
enum err citizen_subscribe_language(struct web *w) { return show(w, LANGUAGE); }
enum err citizen_subscribe_language_keep(struct web *w) { return keep(w, LANGUAGE); }
enum err citizen_subscribe_check(struct web *w) { return show(w, CHECK); }
enum err citizen_subscribe_ask(struct web *w) { return keep(w, CHECK); }
