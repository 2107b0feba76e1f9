/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What was written in people's own words.
 *
 *	GET, POST /desk/surveys/{survey}/results/texts/{question}	?word=&tag=&after=
 *
 * Texts come in the order of their numbers, which are drawn by chance.  A page looks at so
 * many answers at most; where they end it goes on by a link, so that it is as fast with a
 * million as with a hundred.  The POST puts a tag to texts of the same page, or takes it off.
 */
#include <string.h>

#include "base/buf.h"
#include "base/text.h"
#include "db/queries.h"
#include "domain/questionnaire.h"
#include "web/desk/result.h"
#include "web/handlers.h"

#define TICK "text_"
enum { PAGE = 50, REACH = 20000, TAG = 40 };

struct texts {
	struct result r;
	const char *code;		/* q9, q3.other */
	const char *word, *tag, *after;
	struct rows *rows;
	const char *next;		/* ""; NULL: this was the last page */
};

static enum err
open_texts(struct web *w, struct texts *t, const json_t **question)
{
	struct rows *reach;
	enum err e;

	*t = (struct texts){ .r = { .arena = w->arena, .db = w->db, .words = w->words, .lang = w->lang },
	    .code = web_arg(w, "question"), .word = text_normal(w->arena, fields_get(w->query, "word")),
	    .tag = fields_get(w->query, "tag"), .after = fields_get(w->query, "after") };
	e = result_open(&t->r, web_id(w, "survey"));
	if (e != ERR_OK)
		return e;
	*question = desk_result_text_question(w, &t->r, t->code);
	if (*question == NULL)
		return ERR_NOT_FOUND;
	e = q_result_texts_reach_queue(w->db, (struct q_result_texts_reach){ .questionnaire = t->r.questionnaire, .after = t->after,
	    .reach = REACH }, &reach);
	if (e == ERR_OK)
		e = q_result_texts(w->db, (struct q_result_texts){ .code = t->code, .questionnaire = t->r.questionnaire,
		    .after = t->after, .reach = REACH, .word = t->word, .tag = t->tag, .most = PAGE }, &t->rows);
	if (e != ERR_OK)
		return e;
	t->next = rows_count(t->rows) == PAGE ? rows_text(t->rows, PAGE - 1, "number") :
	    rows_null(reach, 0, "number") ? NULL : rows_text(reach, 0, "number");
	return ERR_OK;
}

static enum err
show_tags(struct web *w, const struct texts *t)
{
	json_t *list = json_array();
	struct rows *tags;
	size_t i;
	enum err e = q_result_tags(w->db, (struct q_result_tags){ .questionnaire = t->r.questionnaire, .code = t->code }, &tags);

	if (e != ERR_OK)
		return e;
	for (i = 0; i < rows_count(tags); i++)
		json_array_append_new(list, json_pack("{s:s, s:s, s:s, s:b}", "tag", rows_text(tags, i, "tag"),
		    "tag_query", desk_result_escaped(w->arena, rows_text(tags, i, "tag")),
		    "n", result_number(w->arena, rows_int(tags, i, "n")), "chosen", strcmp(rows_text(tags, i, "tag"), t->tag) == 0));
	json_object_set_new(w->view, "tags", list);
	json_object_set_new(w->view, "some_tags", json_boolean(json_array_size(list) > 0));
	return ERR_OK;
}

static json_t *
text_view(struct web *w, const struct rows *rows, size_t row)
{
	const char *tags = rows_text(rows, row, "tags"), *way = rows_text(rows, row, "way");
	const char *word = words_find(w->words, arena_printf(w->arena, "result_way_%s", way));

	return json_pack("{s:s, s:b, s:s, s:s, s:s, s:s, s:s, s:o}", "id", rows_text(rows, row, "id"),
	    "ticked", fields_has(w->fields, arena_printf(w->arena, TICK "%s", rows_text(rows, row, "id"))),
	    "number", rows_text(rows, row, "number"), "text", rows_text(rows, row, "text"), "day", rows_text(rows, row, "day"),
	    "language", rows_text(rows, row, "language"), "way", word != NULL ? word : way,
	    "tags", tags[0] != '\0' ? json_string(tags) : json_null());
}

static enum err
show(struct web *w, const struct texts *t, const json_t *question, enum status status)
{
	json_t *list = json_array();
	size_t i;
	enum err e = show_tags(w, t);

	if (e != ERR_OK)
		return e;
	for (i = 0; i < rows_count(t->rows); i++)
		json_array_append_new(list, text_view(w, t->rows, i));
	json_object_set(w->view, "survey", t->r.survey);
	json_object_set_new(w->view, "label", json_string(questionnaire_text(question, "label", w->lang)));
	json_object_set_new(w->view, "code", json_string(t->code));
	json_object_set_new(w->view, "texts", list);
	json_object_set_new(w->view, "some", json_boolean(json_array_size(list) > 0));
	json_object_set_new(w->view, "search", json_string(t->word));
	json_object_set_new(w->view, "here_url", json_sprintf("/desk/surveys/%" PRId64 "/results/texts/%s?word=%s&tag=%s&after=",
	    json_int(t->r.survey, "id"), t->code, desk_result_escaped(w->arena, t->word), desk_result_escaped(w->arena, t->tag)));
	json_object_set_new(w->view, "after", json_string(desk_result_escaped(w->arena, t->after)));
	json_object_set_new(w->view, "next", t->next != NULL ? json_string(t->next) : json_null());
	return web_page(w, status, "desk/result/texts");
}

enum err
desk_result_texts(struct web *w)
{
	struct form *f = web_form(w);
	const json_t *question;
	struct texts t;
	enum err e = open_texts(w, &t, &question);

	form_set(f, "name", "");
	return e != ERR_OK ? e : show(w, &t, question, HTTP_OK);
}

static enum err
mark(struct web *w, const struct texts *t, const char *id, const char *tag, bool off)
{
	return off ? q_result_tag_drop(w->db, (struct q_result_tag_drop){ .response = id, .questionnaire = t->r.questionnaire,
	    .code = t->code, .tag = tag }, NULL) : q_result_tag_add(w->db, (struct q_result_tag_add){ .response = id,
	    .questionnaire = t->r.questionnaire, .code = t->code, .tag = tag }, NULL);
}

enum err
desk_result_texts_tag(struct web *w)
{
	struct form *f = web_form(w);
	const json_t *question;
	const char *tag;
	struct texts t;
	size_t i;
	enum err e = open_texts(w, &t, &question);

	if (e != ERR_OK)
		return e;
	tag = form_text(f, "name", FORM_REQUIRED, TAG);
	if (!form_ok(f))
		return show(w, &t, question, HTTP_UNPROCESSABLE);
	/* All that was ticked, also what stands on another page since more answers came in. */
	for (i = 0; e == ERR_OK && i < fields_count(w->fields); i++) {
		const char *name = fields_name(w->fields, i);

		if (strncmp(name, TICK, strlen(TICK)) == 0 && text_is_uuid(name + strlen(TICK)))
			e = mark(w, &t, name + strlen(TICK), tag, strcmp(fields_get(w->fields, "do"), "off") == 0);
	}
	if (e != ERR_OK)
		return e;
	web_tell(w, "success", "tell_saved");
	return web_see_other(w, "/desk/surveys/%" PRId64 "/results/texts/%s", json_int(t.r.survey, "id"), t.code);
}
