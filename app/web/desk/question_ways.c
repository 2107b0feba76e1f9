/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The ways between questions: who is asked one, where one goes from it, and all of them
 * tried; see question.h.
 */
#include <string.h>

#include "base/text.h"
#include "domain/questionnaire.h"
#include "web/desk/question.h"

static enum err
show(struct web *w, enum status status, struct question_page *p, const json_t *question, const char *seen)
{
	const json_t *stored = json_object_get(question, "show"), *jumps = json_object_get(question, "jumps"), *jump;
	json_t *logic = question_show_logic(p, question), *theirs = json_array();
	size_t i;

	json_array_foreach(jumps, i, jump) {
		const char *to = json_text(jump, "to");
		int number;

		json_array_append_new(theirs, json_pack("{s:o, s:o}",
		    "when", question_condition(w->arena, p->draft, json_object_get(jump, "when"), json_text(question, "code")),
		    "to_number", question_of(p->draft, to, &number) != NULL ? json_sprintf("%d", number) : json_null()));
	}
	json_object_set(w->view, "logic", logic);
	json_object_set_new(json_object_get(w->view, "question"), "label", json_string(questionnaire_text(question, "label", "ja")));
	json_object_set_new(w->view, "stored", json_pack("{s:o, s:o}",
	    "show", question_condition(w->arena, p->draft, stored, json_text(question, "code")), "jumps", theirs));
	json_object_set_new(w->view, "seen", json_string(text_showable(w->arena, seen)));
	json_object_set_new(w->view, "conflict", json_boolean(status == HTTP_CONFLICT));
	return web_page(w, status, "desk/question/ways");
}

static struct question_page
page_of(struct web *w, const json_t *draft)
{
	return (struct question_page){ w->arena, web_form(w), w->fields, w->words, draft };
}

static const char *
mark_of(const json_t *question)
{
	return json_text(json_object_get(question, "seen"), "logic");
}

enum err
question_ways(struct web *w, const struct question_owner *o)
{
	struct question_page p;
	json_t *draft, *question;
	enum err e = question_open_one(w, o, &draft, &question);

	if (e != ERR_OK)
		return e;
	if (json_flag(draft, "frozen"))
		return web_see_other(w, "%s/%" PRId64 "/ways", o->url, web_id(w, o->arg));
	p = page_of(w, draft);
	return show(w, HTTP_OK, &p, question, mark_of(question));
}

enum err
question_ways_save(struct web *w, const struct question_owner *o)
{
	struct question_edit by = { 0, w->staff, web_arg(w, "question"), fields_get(w->fields, "seen") };
	struct question_logic logic;
	struct question_page p;
	json_t *draft, *question;
	enum err e = question_open_one(w, o, &draft, &question);

	if (e != ERR_OK)
		return e;
	p = page_of(w, draft);
	by.questionnaire = json_int(draft, "id");
	question_read_logic(&p, question, &logic);
	if (!form_ok(p.form))
		return show(w, HTTP_UNPROCESSABLE, &p, question, by.seen);
	if (json_flag(draft, "frozen"))
		return ERR_CONFLICT;
	e = question_save_logic(w->db, by, &logic);
	if (e == ERR_CONFLICT && !db_failed(w->db)) {
		e = question_open_one(w, o, &draft, &question);
		return e != ERR_OK ? e : show(w, HTTP_CONFLICT, &p, question, mark_of(question));
	}
	if (e != ERR_OK)
		return e;
	web_tell(w, "success", "tell_question_ways_saved");
	if (fields_has(w->fields, "more"))
		return web_see_other(w, "%s/%" PRId64 "/questions/%s/ways", o->url, web_id(w, o->arg), by.code);
	return question_back(w, o);
}

enum err
question_ways_all(struct web *w, const struct question_owner *o)
{
	json_t *draft, *rows, *row, *forked = json_array();
	enum err e = question_open(w, o, &draft);
	size_t i;

	if (e != ERR_OK)
		return e;
	rows = question_rows(w->arena, w->words, draft);
	json_array_foreach(rows, i, row)
		if (json_flag(row, "has_ways") || json_flag(row, "wrong"))
			json_array_append(forked, row);
	json_object_set_new(w->view, "forks", json_boolean(json_array_size(forked) > 0));
	json_object_set_new(w->view, "rows", forked);
	json_object_set(w->view, "paths", question_paths(w->arena, draft));
	json_object_set_new(w->view, "may_change", json_boolean(web_may(w, RIGHT_WRITE) && !json_flag(draft, "frozen")));
	return web_page(w, HTTP_OK, "desk/question/ways_all");
}
