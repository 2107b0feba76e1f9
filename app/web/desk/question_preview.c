/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A questionnaire as people see it, all questions on one page as wide as a phone; see
 * question.h.
 *
 *	GET {url}/{owner}/preview
 *
 * The templates are those of the citizens; what is typed here goes nowhere.
 */
#include <string.h>

#include "domain/questionnaire.h"
#include "web/desk/question.h"

/* A postcode that is not typed has no districts to choose from. */
static void
no_districts(struct web *w, struct form *f, const json_t *question)
{
	json_t *none = json_array();

	if (strcmp(json_text(question, "kind"), "address") == 0)
		form_options(f, arena_printf(w->arena, "%s_district", json_text(question, "code")), none);
	json_decref(none);
}

enum err
question_preview(struct web *w, const struct question_owner *o)
{
	struct form *f = form_new(w->arena, w->fields, w->words);
	json_t *draft, *answers = json_keep(w->arena, json_object()), *views = json_array();
	const json_t *q;
	struct questionnaire_look look = { .arena = w->arena, .form = f, .language = "ja", .answers = answers };
	enum err e = question_open(w, o, &draft);
	size_t i;

	if (e == ERR_OK)
		look.document = questionnaire_numbered(w->arena, w->words, draft);
	if (e == ERR_OK)
		json_array_foreach(json_object_get(look.document, "questions"), i, q) {
			questionnaire_show(w->arena, f, q, answers);
			no_districts(w, f, q);
			json_array_append(views, questionnaire_view(&look, q));
		}
	json_object_set_new(w->view, "some", json_boolean(json_array_size(views) > 0));
	json_object_set_new(w->view, "questions", views);
	if (e != ERR_OK)
		return e;
	json_object_set_new(w->view, "alone", json_false());
	json_object_set_new(w->view, "text_lang", json_string("ja"));
	return web_page(w, HTTP_OK, "desk/question/preview");
}
