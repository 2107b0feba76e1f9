/* SPDX-License-Identifier: Apache-2.0 */
/*
 * 案内する: a survey becomes a message.
 *
 *	GET  /desk/surveys/{survey}/announce	what there was, and what can be sent
 *	POST /desk/surveys/{survey}/announce	a draft of a message; all else is the message's way
 *
 * In the text stands the open link of the survey.  A mail, SMS or card to one person carries
 * that person's own link in its place (courier/deliver.c), with which they draw their right
 * without signing in; the site and calls that many share keep the open one.  A reminder goes
 * to those who have not drawn (domain/right.h): by that, never by what was answered.
 */
#include "db/queries.h"
#include "web/handlers.h"
#include "web/web.h"

static const char *const kinds[] = { "open", "personal", "remind", "result", NULL };
enum { KINDS = sizeof(kinds) / sizeof(*kinds) };

/* Those that this survey can have now: as field_radios shows them, and as form_choice asks. */
static json_t *
options_of(struct web *w, const json_t *survey, const char *words[])
{
	size_t n = 0;
	bool open = json_flag(survey, "open"), known = json_flag(survey, "known");
	const bool may[] = { open, open && known, open && known, json_flag(survey, "published") && known };
	json_t *list = json_array();

	for (size_t i = 0; kinds[i] != NULL; i++)
		if (may[i] && (words[n++] = kinds[i]) != NULL)
			json_array_append_new(list, json_pack("{s:s, s:s}", "value", kinds[i], "label",
			    words_get(w->words, arena_printf(w->arena, "announce_%s", kinds[i]))));
	return list;
}

static enum err
survey_of(struct web *w, struct form *f, json_t **out, const char *words[])
{
	enum err e = q_survey_message_survey(w->db, (struct q_survey_message_survey){ .survey = web_id(w, "survey") }, out);
	json_t *options;

	if (e != ERR_OK)
		return e;
	options = options_of(w, *out, words);
	json_object_set(w->view, "survey", *out);
	json_object_set_new(w->view, "any", json_boolean(json_array_size(options) > 0));
	form_options(f, "kind", options);
	return ERR_OK;
}

enum err
desk_announce(struct web *w)
{
	const char *words[KINDS] = { NULL };
	struct form *f = web_form(w);
	json_t *survey;
	enum err e = survey_of(w, f, &survey, words);

	if (e != ERR_OK)
		return e;
	form_set(f, "kind", "");
	return web_page(w, HTTP_OK, "desk/announce/show");
}

enum err
desk_announce_do(struct web *w)
{
	const char *words[KINDS] = { NULL };
	struct form *f = web_form(w);
	struct rows *rows;
	json_t *survey;
	const char *kind, *word, *subject, *body;
	bool result;
	enum err e = survey_of(w, f, &survey, words);

	if (e != ERR_OK)
		return e;
	kind = form_choice(f, "kind", FORM_REQUIRED, words);
	if (!form_ok(f))
		return web_page(w, HTTP_UNPROCESSABLE, "desk/announce/show");
	result = strcmp(kind, "result") == 0;
	word = result ? "result" : strcmp(kind, "remind") == 0 ? "remind" : "ask";
	subject = arena_printf(w->arena, "%s%s", words_get(w->words, arena_printf(w->arena, "announce_subject_%s", word)),
	    json_text(survey, "title"));
	body = arena_printf(w->arena, "%s\n\n%s/surveys/%" PRId64 "%s\n", words_get(w->words,
	    arena_printf(w->arena, "announce_body_%s", word)), web_origin(w), web_id(w, "survey"), result ? "/result" : "");
	e = q_survey_message_make(w->db, (struct q_survey_message_make){ .survey = web_id(w, "survey"), .staff = w->staff,
	    .subject = subject, .body = body, .people = result ? "done" : strcmp(kind, "remind") == 0 ? "rest" : "all",
	    .personal = !result && strcmp(kind, "open") != 0 }, &rows);
	if (e != ERR_OK)
		return e;
	if (rows_null(rows, 0, "id"))
		return ERR_CONFLICT;
	web_tell(w, "success", "tell_announced");
	return web_see_other(w, "/desk/messages/%" PRId64, rows_int(rows, 0, "id"));
}
