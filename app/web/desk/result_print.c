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

/* A word with its {{names}} filled in. */
static void
print_word(struct web *w, struct paper *p, enum paper_style style, const char *key, const json_t *values)
{
	struct buf text;

	buf_init(&text, w->arena);
	if (mustache_text(w->arena, words_get(w->words, key), values, &text) == ERR_OK)
		paper_text(p, style, text.data);
}

static void
print_head(struct web *w, struct paper *p, const json_t *question)
{
	const json_t *figures = json_object_get(question, "figures");

	paper_text(p, PAPER_HEAD, arena_printf(w->arena, "%s. %s", json_text(question, "number"), json_text(question, "label")));
	print_word(w, p, PAPER_SMALL, "result_answered", question);
	if (json_is_object(figures))
		paper_text(p, PAPER_SMALL, arena_printf(w->arena, "%s %s　%s %s%s%s", words_get(w->words, "result_mean"),
		    json_text(figures, "mean"), words_get(w->words, "result_median"), json_text(figures, "median"),
		    json_text(figures, "nps")[0] != '\0' ? arena_printf(w->arena, "　%s ", words_get(w->words, "result_nps")) : "",
		    json_text(figures, "nps")));
	paper_space(p, 4);
}

/* One block of bars; the first one with the question over it. */
struct printed {
	struct web *w;
	struct paper *p;
	const json_t *question;
	size_t block;
};

static void
print_part(void *of)
{
	const struct printed *part = of;
	const json_t *block = json_array_get(json_object_get(part->question, "blocks"), part->block);

	if (part->block == 0)
		print_head(part->w, part->p, part->question);
	if (block != NULL)
		print_block(part->w, part->p, block);
}

/* As templates/part/result_trust.html says it. */
static void
print_trust(struct web *w, struct paper *p, const json_t *trust)
{
	static const struct { const char *when, *word; } sentences[] = { { NULL, "self" }, { "known", "known" }, { NULL, "margin" },
		{ "few", "few" }, { "lopsided", "lopsided" }, { "weighted", "weighted" } };

	if (json_flag(trust, "none"))
		return;
	paper_text(p, PAPER_STRONG, words_get(w->words, "result_trust"));
	for (size_t i = 0; i < sizeof sentences / sizeof *sentences; i++)
		if (sentences[i].when == NULL || json_flag(trust, sentences[i].when))
			print_word(w, p, PAPER_SMALL, arena_printf(w->arena, "result_trust_%s", sentences[i].word), trust);
	paper_space(p, 8);
	paper_rule(p);
}

enum err
desk_export_print(struct web *w)
{
	struct result r = { .arena = w->arena, .db = w->db, .words = w->words, .lang = w->lang };
	json_t *questions, *q;
	struct paper *p;
	struct buf pdf;
	size_t i, k;
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
	print_trust(w, p, json_object_get(result_overview(&r), "trust"));
	/* Neither are bars parted, nor a question from its first ones. */
	json_array_foreach(questions, i, q) {
		for (k = 0; k == 0 || k < json_array_size(json_object_get(q, "blocks")); k++)
			paper_together(p, print_part, &(struct printed){ w, p, q, k });
		paper_space(p, 8);
	}
	buf_init(&pdf, w->arena);
	paper_finish(p, &pdf);
	return web_bytes(w, HTTP_OK, "application/pdf", pdf.data, pdf.len);
}
