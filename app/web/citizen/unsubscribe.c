/* SPDX-License-Identifier: Apache-2.0 */
/*
 * 受け取りをやめる: by the link at the end of every mail, without signing in.
 *
 *	GET  /unsubscribe/{token}	what can be stopped
 *	POST /unsubscribe/{token}	stops it
 *	GET  /unsubscribe/{token}/done	what was stopped, and the way back
 *	GET  /u/{token}			to the page above: mail scanners follow links
 *	POST /u/{token}			RFC 8058: one click in the mail program
 *
 * The token says which address and from which message, and only we can make it
 * (domain/stop_link.c); whoever has the address now is who stops.  A stop holds from its
 * commit.
 */
#include "domain/stop_link.h"
#include "web/citizen/choose.h"
#include "web/handlers.h"

static const char *const whats[] = { "topics", "email", "all", NULL };

struct link {
	int64_t contact, citizen;	/* one of them: citizen in mails of earlier days */
	int64_t message;
};

static enum err
link_read(struct web *w, struct link *l)
{
	const char *token = web_arg(w, "token");
	enum err e = web_vault(w);

	*l = (struct link){ 0 };
	if (e == ERR_OK)
		e = stop_link_read(w->arena, w->vault, token, &l->contact, &l->message);
	if (e == ERR_NOT_FOUND)
		e = stop_link_read_person(w->arena, w->vault, token, &l->citizen, &l->message);
	return e;
}

/* ERR_NOT_FOUND: nothing goes there any more. */
static enum err
link_citizen(struct web *w, const struct link *l, int64_t *citizen)
{
	*citizen = l->citizen;
	return l->citizen != 0 ? ERR_OK : citizen_of_contact(w->db, l->contact, citizen);
}

static enum err
dead(struct web *w)
{
	return web_page(w, HTTP_NOT_FOUND, "citizen/unsubscribe/dead");
}

static enum err
stop_page(struct web *w, enum status status, struct form *form, json_t *choices)
{
	bool topics = json_array_size(json_object_get(choices, "topics")) > 0;
	json_t *options = json_keep(w->arena, json_array());
	size_t i;

	for (i = 0; whats[i] != NULL; i++) {
		bool other = strcmp(whats[i], "email") == 0 && json_flag(choices, "other_ways");

		if (strcmp(whats[i], "topics") == 0 && !topics)
			continue;
		if (strcmp(whats[i], "email") == 0 && json_flag(choices, "stopped"))
			continue;
		json_array_append_new(options, json_pack("{s:s, s:s, s:s}", "value", whats[i],
		    "label", words_get(w->words, arena_printf(w->arena, "stop_%s", whats[i])),
		    "hint", words_get(w->words, other ? "stop_hint_email_other" :
		    arena_printf(w->arena, "stop_hint_%s", whats[i]))));
	}
	form_options(form, "what", options);
	json_object_set_new(choices, "has_topics", json_boolean(topics));
	json_object_set(w->view, "stop", choices);
	json_object_set_new(w->view, "stop_token", json_string(web_arg(w, "token")));
	return web_page(w, status, "citizen/unsubscribe/choose");
}

/* Opens the page; *choices is NULL when the answer is made already. */
static enum err
stop_open(struct web *w, int64_t *citizen, int64_t *message, json_t **choices)
{
	struct link l;
	enum err e = link_read(w, &l);

	*choices = NULL;
	*message = l.message;
	if (e != ERR_OK)
		return e == ERR_NOT_FOUND ? dead(w) : e;
	e = link_citizen(w, &l, citizen);
	if (e == ERR_OK)
		e = citizen_stop_choices(w->db, *citizen, *message, choices);
	return e != ERR_NOT_FOUND ? e : web_see_other(w, "/unsubscribe/%s/done?what=gone", web_arg(w, "token"));
}

enum err
citizen_unsubscribe(struct web *w)
{
	int64_t citizen, message;
	struct form *form;
	json_t *choices;
	enum err e = stop_open(w, &citizen, &message, &choices);

	if (e != ERR_OK || choices == NULL)
		return e;
	form = web_form(w);
	form_set(form, "what", "");
	return stop_page(w, HTTP_OK, form, choices);
}

enum err
citizen_unsubscribe_do(struct web *w)
{
	struct citizen_asker who = citizen_asker(w, "");
	int64_t citizen, message;
	struct mailer mailer;
	struct form *form;
	const char *what;
	json_t *choices;
	enum err e = stop_open(w, &citizen, &message, &choices);

	if (e != ERR_OK || choices == NULL)
		return e;
	form = web_form(w);
	what = form_choice(form, "what", FORM_REQUIRED, whats);
	if (!form_ok(form))
		return stop_page(w, HTTP_UNPROCESSABLE, form, choices);
	mailer = citizen_mailer(w, w->lang);
	e = citizen_stop(&mailer, w->site->catalogue, &who, citizen, message, what);
	return e != ERR_OK ? e : web_see_other(w, "/unsubscribe/%s/done?what=%s", web_arg(w, "token"), what);
}

enum err
citizen_unsubscribe_done(struct web *w)
{
	const char *what = fields_get(w->query, "what");
	struct link l;
	enum err e = link_read(w, &l);

	if (e != ERR_OK)
		return e == ERR_NOT_FOUND ? dead(w) : e;
	json_object_set_new(w->view, "gone", json_boolean(strcmp(what, "gone") == 0));
	json_object_set_new(w->view, "all", json_boolean(strcmp(what, "all") == 0));
	json_object_set_new(w->view, "topics", json_boolean(strcmp(what, "topics") == 0));
	json_object_set_new(w->view, "email", json_boolean(strcmp(what, "email") == 0));
	return web_page(w, HTTP_OK, "citizen/unsubscribe/done");
}

enum err
citizen_one_click_page(struct web *w)
{
	struct link l;
	enum err e = link_read(w, &l);

	if (e == ERR_NOT_FOUND)
		return dead(w);
	return e != ERR_OK ? e : web_see_other(w, "/unsubscribe/%s", web_arg(w, "token"));
}

enum err
citizen_one_click(struct web *w)
{
	int64_t citizen;
	struct link l;
	enum err e;

	if (strcmp(fields_get(w->fields, "List-Unsubscribe"), "One-Click") != 0)
		return ERR_INVALID;
	e = link_read(w, &l);
	if (e != ERR_OK)
		return e;
	e = link_citizen(w, &l, &citizen);
	if (e == ERR_OK)
		e = citizen_stop_at_once(w->db, citizen);
	else if (e == ERR_NOT_FOUND)
		e = ERR_OK;	/* nothing goes there any more */
	return e != ERR_OK ? e : web_bytes(w, HTTP_OK, "text/plain; charset=utf-8", "ok\n", 3);
}
