/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What one question asks; see question.h.
 *
 * Once it was published only its words may be put right, with the reason, and what is
 * saved is a new edition at once; words that are as they were make none.
 */
#include <string.h>

#include "base/text.h"
#include "domain/questionnaire.h"
#include "web/desk/question.h"

static void
add_option(struct web *w, json_t *options, const char *value, const char *key)
{
	json_array_append_new(options, json_pack("{s:s, s:s}", "value", value, "label", words_get(w->words, key)));
}

/* The choices of the fields that are choices themselves. */
static void
dress(struct web *w, struct form *f)
{
	static const char *const patterns[][2] = { { "email", "question_form_email" }, { "phone", "question_form_phone" },
		{ "postcode", "question_form_postcode" }, { "kana", "question_form_kana" }, { "digits", "question_form_digits" } };
	static const char *const ranges[][2] = { { "any", "question_range_any" }, { "past", "question_range_past" },
		{ "future", "question_range_future" } };
	static const char *const points[][2] = { { "5", "question_points_5" }, { "7", "question_points_7" },
		{ "11", "question_points_11" } };
	static const struct { const char *name; const char *const (*list)[2]; size_t n; } fields[] = {
		{ "pattern", patterns, 5 }, { "range", ranges, 3 }, { "points", points, 3 },
	};

	for (size_t i = 0; i < sizeof fields / sizeof *fields; i++) {
		json_t *options = json_array();

		for (size_t k = 0; k < fields[i].n; k++)
			add_option(w, options, fields[i].list[k][0], fields[i].list[k][1]);
		form_options(f, fields[i].name, options);
		json_decref(options);
	}
}

/* Earlier questions of the same kind, for 「これより小さくない」. */
static size_t
dress_than(struct form *f, const json_t *draft, const json_t *question)
{
	const json_t *q;
	json_t *options = json_array();
	size_t i, n;

	json_array_foreach(json_object_get(draft, "questions"), i, q) {
		if (q == question)
			break;
		if (strcmp(json_text(q, "kind"), json_text(question, "kind")) == 0)
			json_array_append_new(options, json_pack("{s:O, s:o}", "value", json_object_get(q, "code"),
			    "label", json_sprintf("%zu %s", i + 1, questionnaire_text(q, "label", "ja"))));
	}
	form_options(f, "than", options);
	n = json_array_size(options);
	json_decref(options);
	return n;
}

static bool
compares(const char *kind)
{
	return strcmp(kind, "number") == 0 || strcmp(kind, "date") == 0 || strcmp(kind, "time") == 0 || strcmp(kind, "scale") == 0;
}

/* theirs: what somebody else saved meanwhile, or NULL. */
static enum err
show(struct web *w, enum status status, struct form *f, const json_t *draft, const json_t *question, const char *seen)
{
	size_t n;
	const char *kind = json_text(question, "kind");
	struct form *theirs = form_new(w->arena, w->fields, w->words);

	dress(w, f);
	n = dress_than(f, draft, question);
	question_show_content(w->arena, theirs, question);
	json_object_set(w->view, "theirs", form_json(theirs));
	json_object_set_new(w->view, "seen", json_string(text_showable(w->arena, seen)));
	json_object_set_new(w->view, "conflict", json_boolean(status == HTTP_CONFLICT));
	json_object_set_new(w->view, "choosing", json_boolean(question_has_choices(kind)));
	json_object_set_new(w->view, "special", json_boolean(strcmp(kind, "single") == 0 || strcmp(kind, "multi") == 0));
	json_object_set_new(w->view, "comparing", json_boolean(compares(kind) && n > 0));
	return web_page(w, status, json_flag(draft, "frozen") ? "desk/question/correct" : "desk/question/content");
}

enum err
question_content(struct web *w, const struct question_owner *o)
{
	struct form *f = web_form(w);
	json_t *draft, *question;
	enum err e = question_open_one(w, o, &draft, &question);

	if (e != ERR_OK)
		return e;
	question_show_content(w->arena, f, question);
	return show(w, HTTP_OK, f, draft, question, json_text(json_object_get(question, "seen"), "content"));
}

/* Does a question say what it said?  What it asks besides cannot change. */
static bool
unchanged(const json_t *question, const struct question_content *c)
{
	return json_equal(json_object_get(question, "texts"), c->texts) &&
	    json_equal(json_object_get(question, "choices"), c->choices) &&
	    json_equal(json_object_get(question, "settings"), c->settings);
}

/* What was not asked on this page is shown as it is stored. */
static enum err
read_all(struct web *w, struct form *f, const json_t *draft, const json_t *question, struct question_content *c, const char **reason)
{
	const json_t *than;

	question_show_content(w->arena, f, question);
	*reason = "";
	if (json_flag(draft, "frozen")) {
		question_read_words(w->arena, f, question, c);
		*reason = form_text(f, "reason", FORM_REQUIRED, QUESTION_REASON_MAX);
		/* Saved in another window meanwhile, it says so by the mark. */
		if (form_ok(f) && unchanged(question, c) &&
		    strcmp(fields_get(w->fields, "seen"), json_text(json_object_get(question, "seen"), "content")) == 0)
			form_problem(f, "label", "question_words_same");
	} else
		question_read_content(w->arena, f, question, c);
	than = json_object_get(c->settings, "equal_or_more");
	if (!json_flag(draft, "frozen") && than != NULL && question_of(draft, json_string_value(than), NULL) == NULL)
		form_problem(f, "than", "form_choice");
	return form_ok(f) ? ERR_OK : ERR_INVALID;
}

enum err
question_content_save(struct web *w, const struct question_owner *o)
{
	struct question_edit by = { 0, w->staff, web_arg(w, "question"), fields_get(w->fields, "seen") };
	struct form *f = web_form(w);
	struct question_content c;
	json_t *draft, *question;
	const char *reason;
	enum err e = question_open_one(w, o, &draft, &question);

	if (e == ERR_OK)
		e = read_all(w, f, draft, question, &c, &reason);
	if (e == ERR_INVALID)
		return show(w, HTTP_UNPROCESSABLE, f, draft, question, by.seen);
	if (e != ERR_OK)
		return e;
	by.questionnaire = json_int(draft, "id");
	e = question_save(w->db, by, &c);
	if (e == ERR_CONFLICT && !db_failed(w->db)) {
		e = question_open_one(w, o, &draft, &question);
		return e != ERR_OK ? e : show(w, HTTP_CONFLICT, f, draft, question,
		    json_text(json_object_get(question, "seen"), "content"));
	}
	if (e == ERR_OK && json_flag(draft, "frozen"))
		e = question_publish(w->db, by.questionnaire, w->staff, reason);
	if (e != ERR_OK)
		return e;
	web_tell(w, "success", json_flag(draft, "frozen") ? "tell_question_corrected" : "tell_question_saved");
	if (fields_has(w->fields, "another"))
		return web_see_other(w, "%s/%" PRId64 "/questions/new", o->url, web_id(w, o->arg));
	return question_back(w, o);
}

enum err
question_remove_ask(struct web *w, const struct question_owner *o)
{
	json_t *draft, *question;
	enum err e = question_open_one(w, o, &draft, &question);

	if (e != ERR_OK)
		return e;
	if (json_flag(draft, "frozen"))
		return ERR_CONFLICT;
	json_object_set_new(json_object_get(w->view, "question"), "label", json_string(questionnaire_text(question, "label", "ja")));
	return web_page(w, HTTP_OK, "desk/question/remove");
}
