/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Simple tallies on paper.
 *
 *	GET /desk/surveys/{survey}/export/print		A4, as PDF
 */
#include "web/desk/result.h"
#include "web/handlers.h"
#include "web/paper.h"

static void
print_block(struct web *w, struct paper *p, const json_t *block)
{
	const json_t *lines = json_object_get(block, "lines"), *l;
	size_t i;

	if (!json_is_null(json_object_get(block, "heading")))
		paper_text(p, PAPER_TEXT, json_text(block, "heading"));
	json_array_foreach(lines, i, l) {
		double share = json_number_value(json_object_get(l, "fraction"));

		paper_share(p, json_text(l, "label"), arena_printf(w->arena, "%s  %s", json_text(l, "n"), json_text(l, "share")),
		    share > 0 ? share : 0);
	}
	paper_space(p, 6);
}

struct printed {
	struct web *w;
	struct paper *p;
	json_t *question;
};

static void
print_question(void *of)
{
	struct web *w = ((struct printed *)of)->w;
	struct paper *p = ((struct printed *)of)->p;
	json_t *question = ((struct printed *)of)->question;
	const json_t *blocks = json_object_get(question, "blocks"), *b;
	struct buf answered;
	size_t i;

	paper_text(p, PAPER_HEAD, arena_printf(w->arena, "%s. %s", json_text(question, "number"), json_text(question, "label")));
	buf_init(&answered, w->arena);
	if (mustache_text(w->arena, words_get(w->words, "result_answered"), question, &answered) == ERR_OK)
		paper_text(p, PAPER_SMALL, answered.data);
	paper_space(p, 4);
	json_array_foreach(blocks, i, b)
		print_block(w, p, b);
	paper_space(p, 8);
}

enum err
desk_export_print(struct web *w)
{
	struct result r = { .arena = w->arena, .db = w->db, .words = w->words, .lang = w->lang };
	json_t *questions, *q;
	struct paper *p;
	struct buf pdf;
	size_t i;
	enum err e = result_open(&r, web_id(w, "survey"));

	if (e == ERR_OK)
		e = result_tallies(&r);
	if (e == ERR_OK)
		e = result_weigh(&r);
	if (e != ERR_OK)
		return e;
	questions = result_questions(&r);
	p = paper_new(w->arena, json_text(r.survey, "title"), json_text(r.survey, "department"));
	paper_text(p, PAPER_TITLE, json_text(r.survey, "title"));
	paper_text(p, PAPER_RIGHT, json_text(r.survey, "department"));
	paper_text(p, PAPER_RIGHT, arena_printf(w->arena, "%s %s%s", words_get(w->words, "result_answers"),
	    result_number(w->arena, tally_people(r.whole)), words_get(w->words, "result_unit_answers")));
	paper_rule(p);
	/* A question and its bars are not parted. */
	json_array_foreach(questions, i, q)
		paper_together(p, print_question, &(struct printed){ w, p, q });
	buf_init(&pdf, w->arena);
	paper_finish(p, &pdf);
	return web_bytes(w, HTTP_OK, "application/pdf", pdf.data, pdf.len);
}
