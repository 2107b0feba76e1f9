/* SPDX-License-Identifier: Apache-2.0 */
/*
 * 案内する: a survey becomes a message.
 *
 *	GET  /desk/surveys/{survey}/announce	what there was, and what can be sent
 *	POST /desk/surveys/{survey}/announce	a draft of a message; all else is the message's way
 *
 * The text is what the survey says of itself, in Japanese, whoever makes it, with its open
 * link.  A mail, SMS or card to one person carries that person's own link in its place
 * (courier/deliver.c), with which they draw their right without signing in; the site and calls
 * that many share keep the open one.  A reminder goes to those who have not drawn, results to
 * those who have (domain/right.h): by that, never by what was answered.
 */
#include "base/buf.h"
#include "db/queries.h"
#include "domain/message.h"
#include "web/handlers.h"
#include "web/web.h"

static const char *const kinds[] = { "open", "personal", "remind", "result", "result_all", NULL };
enum { KINDS = sizeof(kinds) / sizeof(*kinds) };

/* Those that this survey can have now: as field_radios shows them, and as form_choice asks. */
static json_t *
options_of(struct web *w, const json_t *survey, const char *words[])
{
	size_t n = 0;
	bool open = json_flag(survey, "open"), known = json_flag(survey, "known"), out = json_flag(survey, "published");
	const bool may[] = { open, open && known, open && known, out && known, out };
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

static const char *
word(const struct web *w, const char *key)
{
	return words_get(catalogue_words(w->site->catalogue, "ja"), key);
}

/* What the survey says of itself, and its link, behind which courier/deliver.c puts the personal part. */
static const char *
body_of(struct web *w, const json_t *survey, const char *what)
{
	const char *purpose = json_text(survey, "purpose"), *closes = json_text(json_object_get(survey, "closes"), "text");
	bool result = strcmp(what, "result") == 0;
	struct buf b;

	buf_init(&b, w->arena);
	buf_addf(&b, "%s\n\n", word(w, arena_printf(w->arena, "announce_body_%s", what)));
	if (!result && purpose[0] != '\0')
		buf_addf(&b, "%s\n\n", purpose);
	if (!result)
		buf_addf(&b, "%s\n", word(w, "announce_body_link"));
	buf_addf(&b, "%s/surveys/%" PRId64 "%s\n", web_origin(w), json_int(survey, "id"), result ? "/result" : "");
	if (!result && closes[0] != '\0')
		buf_addf(&b, "\n%s%s\n", word(w, "announce_body_closes"), closes);
	return b.data;
}

static const char *
people_of(const char *kind)
{
	return strcmp(kind, "remind") == 0 ? "rest" : strcmp(kind, "result") == 0 ? "done" : "all";
}

/* No draft was made: this clerk is in no department, or the survey does not do this any more. */
static enum err
unmade(struct web *w, struct form *f, const char *kind)
{
	json_t *choices;
	enum err e = message_choices(w->db, w->staff, 0, &choices);

	if (e != ERR_OK)
		return e;
	if (json_array_size(json_object_get(choices, "departments")) > 0)
		return ERR_CONFLICT;
	form_set(f, "kind", kind);
	form_problem(f, "kind", "message_no_department");
	return web_page(w, HTTP_UNPROCESSABLE, "desk/announce/show");
}

enum err
desk_announce_do(struct web *w)
{
	const char *words[KINDS] = { NULL };
	struct form *f = web_form(w);
	struct rows *rows;
	json_t *survey;
	const char *kind, *what;
	enum err e = survey_of(w, f, &survey, words);

	if (e != ERR_OK)
		return e;
	if (fields_has(w->fields, "give") && json_flag(survey, "published"))
		kind = json_flag(survey, "known") ? "result" : "result_all";
	else
		kind = form_choice(f, "kind", FORM_REQUIRED, words);
	if (!form_ok(f))
		return web_page(w, HTTP_UNPROCESSABLE, "desk/announce/show");
	what = strncmp(kind, "result", 6) == 0 ? "result" : strcmp(kind, "remind") == 0 ? "remind" : "ask";
	e = q_survey_message_make(w->db, (struct q_survey_message_make){ .survey = web_id(w, "survey"), .staff = w->staff,
	    .subject = arena_printf(w->arena, "%s%s", word(w, arena_printf(w->arena, "announce_subject_%s", what)),
	    json_text(survey, "title")),
	    .body = body_of(w, survey, what), .people = people_of(kind),
	    .personal = strcmp(kind, "personal") == 0 || strcmp(kind, "remind") == 0 }, &rows);
	if (e != ERR_OK)
		return e;
	if (rows_null(rows, 0, "id"))
		return unmade(w, f, kind);
	web_tell(w, "success", "tell_announced");
	return web_see_other(w, "/desk/messages/%" PRId64, rows_int(rows, 0, "id"));
}
