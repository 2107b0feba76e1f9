/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The questions of a sign-up form: a few, all on one page.  Where an answer leads to further
 * ones, these come when the page is sent.
 */
#include <string.h>

#include "domain/address.h"
#include "domain/questionnaire.h"
#include "web/citizen/event.h"
#include "web/citizen/tongue.h"

/* All that these answers lead by, also behind one that is missing. */
static json_t *
asked(struct web *w, const json_t *document, const json_t *answers)
{
	json_t *list = json_keep(w->arena, json_array());
	const json_t *q = questionnaire_next(document, answers, "");

	for (; q != NULL; q = questionnaire_next(document, answers, json_text(q, "code")))
		json_array_append(list, (json_t *)(uintptr_t)q);
	return list;
}

static json_t *
codes(const json_t *questions)
{
	json_t *list = json_array();
	const json_t *q;
	size_t i;

	json_array_foreach(questions, i, q)
		json_array_append(list, json_object_get(q, "code"));
	return list;
}

enum err
citizen_apply_questions(struct web *w, struct form *f, const char *chosen, const json_t *document, json_t *holder, bool reading)
{
	json_t *answers = json_object_get(holder, "answers");
	struct questionnaire_look look = { w->arena, f, citizen_tongue(w, json_object_get(document, "languages"), chosen), document,
		answers, NULL };
	json_t *views = json_array(), *questions, *q;
	enum err e;
	size_t i;

	json_object_set_new(w->view, "questions", views);
	json_object_set_new(w->view, "text_lang", json_string(citizen_tongue_lang(look.language)));
	json_object_set_new(w->view, "alone", json_false());
	questions = document != NULL ? asked(w, document, answers) : NULL;
	web_map(w, "point_map", questionnaire_has_kind(questions, "map"));
	if (document == NULL)
		return ERR_OK;
	json_array_foreach(questions, i, q) {
		if (reading)
			questionnaire_read(w->arena, look.form, w->fields, q, answers);
		else
			questionnaire_show(w->arena, look.form, q, answers);
	}
	e = address_show(w->db, w->arena, f, questions, answers, reading);
	if (e != ERR_OK)
		return e;
	json_array_foreach(questions, i, q)
		json_array_append(views, questionnaire_view(&look, q));
	if (reading) {
		json_object_set_new(holder, "asked", codes(questions));
		questionnaire_prune(w->arena, document, answers);
	}
	return ERR_OK;
}

enum err
citizen_apply_question_rows(struct web *w, const char *chosen, const json_t *document, const json_t *answers, const char *url, json_t *rows)
{
	const char *language = citizen_tongue(w, json_object_get(document, "languages"), chosen);
	struct questionnaire_look look = { w->arena, form_new(w->arena, NULL, w->words), language, document, answers, NULL };
	const json_t *path, *q, *word;
	bool all;
	size_t i, k;

	if (document == NULL)
		return ERR_OK;
	path = questionnaire_path(w->arena, document, answers, &all);
	json_array_foreach(path, i, q) {
		const json_t *label = json_object_get(questionnaire_view(&look, q), "label");
		json_t *words = questionnaire_words(w->arena, q, answers, language), *lines;
		const char *lang = citizen_tongue_lang(language);

		if (questionnaire_is(q, "note"))
			continue;
		if (questionnaire_is(q, "address")) {
			enum err e = address_name(w->db, json_object_get(answers, json_text(q, "code")), words);

			if (e != ERR_OK)
				return e;
		}
		lines = json_array();
		json_array_foreach(words, k, word)
			json_array_append_new(lines, json_pack("{s:O, s:s, s:b}", "text", word,
			    "lang", citizen_tongue_of(json_string_value(word), lang), "when", 0));
		json_array_append_new(rows, json_pack("{s:O, s:o, s:s?, s:s}", "label", label, "lines", lines,
		    "change_url", url, "words_lang", citizen_tongue_of(json_string_value(label), lang)));
	}
	return ERR_OK;
}
