/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What 登録, マイページ and stop links share; see choose.h.
 *
 * A postal code is looked up without script and without storing anything: its
 * button posts, the answer leads to the same page with the code and all
 * ticks in the query, ?postcode=1050001&chosen=3.5.
 */
#include "web/citizen/choose.h"

#include <stdlib.h>
#include <string.h>

#include "base/text.h"

struct mailer
citizen_mailer(struct web *w, const char *language)
{
	return (struct mailer){
		.db = w->db, .vault = w->vault, .templates = w->site->templates,
		.words = catalogue_words(w->site->catalogue, language), .arena = w->arena
	};
}

struct citizen_asker
citizen_asker(const struct web *w, const char *email)
{
	return (struct citizen_asker){
		.email = email, .remote = w->request->remote, .origin = web_origin(w),
		.tenant = json_object_get(w->entered, "tenant")
	};
}

void
citizen_session_cookie(struct web *w, const char *session)
{
	response_cookie(w->response, "__Host-citizen", session, CITIZEN_SESSION_S);
}

/* "12.named", "12.named.A7KD-2": a page of a survey that asks for マイページ, and the number of a form on paper. */
enum { BACK_NUMBER = 40 };
static const char BACK_COOKIE[] = "__Host-back";
static const char *const back_to[] = { "named", "right" };

static const char *
plain(const char *number)
{
	static const char letters[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-";

	return strlen(number) <= BACK_NUMBER && number[strspn(number, letters)] == '\0' ? number : "";
}

void
citizen_door_asked(struct web *w)
{
	const char *page = strrchr(w->request->path, '/') + 1, *number = fields_get(w->query, "number");
	size_t i;

	if (strncmp(w->route->pattern, "/surveys/{survey}/", 18) != 0)
		return;
	for (i = 0; i < sizeof back_to / sizeof *back_to; i++)
		if (strcmp(page, back_to[i]) == 0)
			response_cookie(w->response, BACK_COOKIE, arena_printf(w->arena, "%" PRId64 ".%s.%s", web_id(w, "survey"),
			    page, plain(number)), CITIZEN_SESSION_S);
}

enum err
citizen_door_opened(struct web *w, const char *session)
{
	const char *back = fields_get(w->request->cookies, BACK_COOKIE), *page, *number;
	int64_t survey = strtoll(back, (char **)&page, 10);
	size_t i, length = *page == '.' ? strcspn(page + 1, ".") : 0;

	citizen_session_cookie(w, session);
	if (back[0] == '\0')
		return web_see_other(w, "/my");
	response_cookie(w->response, BACK_COOKIE, "", -1);
	number = length > 0 && page[length + 1] == '.' ? plain(page + length + 2) : "";
	for (i = 0; survey > 0 && i < sizeof back_to / sizeof *back_to; i++)
		if (strlen(back_to[i]) == length && strncmp(page + 1, back_to[i], length) == 0)
			return web_see_other(w, number[0] != '\0' ? "/surveys/%" PRId64 "/%s?number=%s" : "/surveys/%" PRId64 "/%s",
			    survey, back_to[i], number);
	return web_see_other(w, "/my");
}

void
citizen_session_end(struct web *w)
{
	static const char *const typed[] = { DRAFT_COOKIE, APPLY_COOKIE, BACK_COOKIE };

	response_cookie(w->response, "__Host-citizen", "", -1);
	for (size_t i = 0; i < sizeof typed / sizeof *typed; i++)
		if (fields_has(w->request->cookies, typed[i]))
			response_cookie(w->response, typed[i], "", -1);
}

enum err
citizen_left(struct web *w)
{
	citizen_session_end(w);
	return web_see_other(w, "/my/left");
}

enum err
citizen_link_dead(struct web *w, const char *purpose, const char *state)
{
	json_object_set_new(w->view, "link", json_pack("{s:b, s:b, s:b}",
	    "confirm", strcmp(purpose, "confirm") == 0, "my", strcmp(purpose, "my") == 0,
	    "used", strcmp(state, "used") == 0));
	return web_page(w, HTTP_GONE, "citizen/my/link_dead");
}

/* --- districts --- */

/* "3.5" of the query, added to what is chosen. */
static struct db_ids
with_ticks(struct web *w, const json_t *chosen)
{
	const char *at = fields_get(w->query, "chosen");
	json_t *all = json_keep(w->arena, json_array());
	int64_t id;
	size_t i;

	if (!fields_has(w->query, "chosen"))
		return citizen_ids(w->arena, chosen);
	for (i = 0; i < 200 && (id = strtoll(at, (char **)&at, 10)) > 0; i++) {
		json_array_append_new(all, json_integer(id));
		at += *at == '.';
	}
	return citizen_ids(w->arena, all);
}

static const char *
postcode_shown(struct web *w, const char *code)
{
	return arena_printf(w->arena, "%.3s-%s", code, code + 3);
}

enum err
citizen_districts_page(struct web *w, const json_t *chosen, const char *page)
{
	const char *code = text_digits(w->arena, fields_get(w->query, "postcode"));
	bool asked = strlen(code) == 7;
	json_t *options;
	enum err e;

	e = citizen_options(w->db, w->citizen, code, &options);
	if (e != ERR_OK)
		return e;
	citizen_show_districts(web_form(w), options, with_ticks(w, chosen));
	json_object_set_new(w->view, "found", asked ? json_string(postcode_shown(w, code)) : json_null());
	return web_page(w, HTTP_OK, page);
}

static enum err
see_found(struct web *w, const json_t *choice, const char *path)
{
	const json_t *id;
	struct buf b;
	size_t i;

	buf_init(&b, w->arena);
	json_array_foreach(json_object_get(choice, "districts"), i, id)
		buf_addf(&b, "%s%" JSON_INTEGER_FORMAT, i > 0 ? "." : "", json_integer_value(id));
	return web_see_other(w, "%s?postcode=%s&chosen=%s", path,
	    text_digits(w->arena, fields_get(w->fields, "postcode")), b.data);
}

enum err
citizen_districts_read(struct web *w, json_t *choice, const char *page, const char *path, bool *answered)
{
	struct form *form = web_form(w);
	json_t *options, *found;
	enum err e;

	*answered = false;
	e = citizen_options(w->db, w->citizen, text_digits(w->arena, fields_get(w->fields, "postcode")), &options);
	if (e != ERR_OK)
		return e;
	json_object_set_new(w->view, "found", json_null());
	if (fields_has(w->fields, "find")) {
		found = json_keep(w->arena, json_object());
		if (citizen_find_districts(form, options, found))
			return see_found(w, found, path);
		return web_page(w, HTTP_UNPROCESSABLE, page);
	}
	*answered = citizen_read_districts(form, options, w->arena, choice);
	return *answered ? ERR_OK : web_page(w, HTTP_UNPROCESSABLE, page);
}

/* --- topics --- */

enum err
citizen_topics_page(struct web *w, const json_t *chosen, bool vital, const char *page)
{
	json_t *options;
	enum err e;

	e = citizen_options(w->db, w->citizen, "", &options);
	if (e != ERR_OK)
		return e;
	citizen_show_topics(web_form(w), options, citizen_ids(w->arena, chosen));
	json_object_set(w->view, "vital", json_object_get(options, "vital"));
	json_object_set_new(w->view, "vital_only", json_boolean(vital));
	return web_page(w, HTTP_OK, page);
}

enum err
citizen_topics_read(struct web *w, json_t *choice, const char *page, bool *answered)
{
	json_t *options;
	enum err e;

	*answered = false;
	e = citizen_options(w->db, w->citizen, "", &options);
	if (e != ERR_OK)
		return e;
	*answered = citizen_read_topics(web_form(w), options, choice);
	if (*answered)
		return ERR_OK;
	json_object_set(w->view, "vital", json_object_get(options, "vital"));
	json_object_set_new(w->view, "vital_only", json_false());
	return web_page(w, HTTP_UNPROCESSABLE, page);
}

/* --- language --- */

static struct form *
language_form(struct web *w)
{
	json_t *options = json_keep(w->arena, json_array());
	struct form *form = web_form(w);
	size_t i;

	for (i = 0; i < catalogue_count(w->site->catalogue); i++) {
		const struct words *words = catalogue_at(w->site->catalogue, i);

		json_array_append_new(options, json_pack("{s:s, s:s}", "value", words_lang(words),
		    "label", words_get(words, "language_name")));
	}
	form_options(form, "language", options);
	return form;
}

enum err
citizen_language_page(struct web *w, const char *chosen, const char *page)
{
	form_set(language_form(w), "language", chosen);
	return web_page(w, HTTP_OK, page);
}

enum err
citizen_language_read(struct web *w, const char *page, const char **language)
{
	size_t i, n = catalogue_count(w->site->catalogue);
	const char **tags = arena_alloc(w->arena, (n + 1) * sizeof *tags);
	struct form *form = language_form(w);

	for (i = 0; i < n; i++)
		tags[i] = words_lang(catalogue_at(w->site->catalogue, i));
	*language = form_choice(form, "language", FORM_REQUIRED, tags);
	return form_ok(form) ? ERR_OK : web_page(w, HTTP_UNPROCESSABLE, page);
}
