/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A survey as a form on paper.
 *
 *	GET /desk/surveys/{survey}/paper		once, as it stands
 *	GET /desk/surveys/{survey}/paper?numbered=1	with numbers that are unused (domain/paper.h)
 *
 * A number counts once, on paper (entry.c, forms.c) or on the web (citizen/survey_number.c), where
 * the QR code of the form leads.
 */
#include <string.h>

#include "db/queries.h"
#include "domain/paper.h"
#include "domain/questionnaire.h"
#include "web/desk/survey.h"
#include "web/handlers.h"
#include "web/paper.h"

enum { FORMS_MOST = 50 };

struct sheet {
	struct web *w;
	struct paper *p;
	const json_t *survey, *draft;
	const struct words *words;	/* Japanese, whoever prints it */
};

static const char *
word(const struct sheet *s, const char *key)
{
	return words_get(s->words, key);
}

static void
choices(const struct sheet *s, const json_t *list, const char *mark)
{
	const json_t *one;
	size_t i;

	json_array_foreach(list, i, one)
		paper_text(s->p, PAPER_TEXT, arena_printf(s->w->arena, "　%s %s　%s", mark,
		    questionnaire_text(one, NULL, "ja"), json_flag(one, "other") ? "（　　　　　　　　　　　　　　　　）" : ""));
}

static void
scale(const struct sheet *s, const json_t *q)
{
	const json_t *settings = json_object_get(q, "settings");
	int64_t points = json_int(settings, "points"), i;
	const char *line = "";

	for (i = points == 11 ? 0 : 1; i <= (points == 11 ? 10 : points); i++)
		line = arena_printf(s->w->arena, "%s　%lld", line, (long long)i);
	paper_text(s->p, PAPER_TEXT, arena_printf(s->w->arena, "　%s %s　%s", questionnaire_text(json_object_get(settings, "low"), NULL, "ja"),
	    line, questionnaire_text(json_object_get(settings, "high"), NULL, "ja")));
}

static void
matrix(const struct sheet *s, const json_t *q)
{
	const json_t *rows = json_object_get(json_object_get(q, "settings"), "rows"), *row, *choice;
	size_t i, k;

	json_array_foreach(rows, i, row) {
		const char *line = "";

		json_array_foreach(json_object_get(q, "choices"), k, choice)
			line = arena_printf(s->w->arena, "%s　□ %s", line, questionnaire_text(choice, NULL, "ja"));
		paper_text(s->p, PAPER_TEXT, arena_printf(s->w->arena, "　%s：%s", questionnaire_text(row, NULL, "ja"), line));
	}
}

static bool
is(const json_t *q, const char *kind)
{
	return strcmp(json_text(q, "kind"), kind) == 0;
}

static void
answer(const struct sheet *s, const json_t *q)
{
	static const char line[] = "　＿＿＿＿＿＿＿＿＿＿＿＿＿＿＿＿＿＿＿＿＿＿＿＿";

	if (is(q, "single") || is(q, "multi")) {
		paper_text(s->p, PAPER_SMALL, word(s, is(q, "single") ? "survey_paper_choose_one" : "survey_paper_choose_several"));
		choices(s, json_object_get(q, "choices"), "□");
	} else if (is(q, "rank")) {
		paper_text(s->p, PAPER_SMALL, word(s, "survey_paper_rank"));
		choices(s, json_object_get(q, "choices"), "（　　）");
	} else if (is(q, "scale"))
		scale(s, q);
	else if (is(q, "matrix"))
		matrix(s, q);
	else if (is(q, "consent"))
		paper_text(s->p, PAPER_TEXT, "　□");
	else if (is(q, "number"))
		paper_text(s->p, PAPER_TEXT, arena_printf(s->w->arena, "　＿＿＿＿＿＿ %s", json_text(json_object_get(q, "settings"), "unit")));
	else if (!is(q, "note")) {
		paper_text(s->p, PAPER_TEXT, line);
		if (is(q, "long")) {
			paper_text(s->p, PAPER_TEXT, line);
			paper_text(s->p, PAPER_TEXT, line);
		}
	}
}

/* Where it can be answered on the web: with its number, which then counts once. */
static const char *
address(const struct sheet *s, const char *number)
{
	const char *survey = arena_printf(s->w->arena, "%s/surveys/%" PRId64, web_origin(s->w), json_int(s->survey, "id"));

	return number[0] == '\0' ? survey : arena_printf(s->w->arena, "%s/paper?number=%s", survey, number);
}

static void
form(const struct sheet *s, const char *number)
{
	const json_t *q;
	const char *help;
	size_t i;

	paper_turn(s->p);
	paper_text(s->p, PAPER_RIGHT, arena_printf(s->w->arena, "%s　%s", word(s, "survey_paper_number"),
	    number[0] != '\0' ? number : "＿＿＿＿＿＿＿＿"));
	paper_text(s->p, PAPER_TITLE, json_text(s->survey, "title"));
	paper_text(s->p, PAPER_TEXT, json_text(s->survey, "purpose"));
	paper_rule(s->p);
	json_array_foreach(json_object_get(s->draft, "questions"), i, q) {
		paper_space(s->p, 6);
		paper_text(s->p, PAPER_HEAD, arena_printf(s->w->arena, "%zu　%s", i + 1, questionnaire_text(q, "label", "ja")));
		help = questionnaire_text(q, "help", "ja");
		if (help[0] != '\0')
			paper_text(s->p, PAPER_TEXT, help);
		answer(s, q);
	}
	paper_space(s->p, 10);
	paper_rule(s->p);
	if (json_text(s->survey, "contact")[0] != '\0')
		paper_text(s->p, PAPER_TEXT, arena_printf(s->w->arena, "%s　%s", word(s, "circular_contact"), json_text(s->survey, "contact")));
	paper_qr(s->p, address(s, number), PAPER_SMALL, word(s, number[0] != '\0' ? "survey_paper_web_number" : "survey_paper_web"));
}

enum err
desk_survey_paper(struct web *w)
{
	struct sheet s = { .w = w, .words = catalogue_words(w->site->catalogue, "ja") };
	json_t *survey, *draft, *numbers = json_array();
	struct buf pdf;
	size_t i;
	enum err e = desk_survey_open(w, &survey);

	json_keep(w->arena, numbers);
	if (e == ERR_OK)
		e = question_draft(w->db, json_int(survey, "questionnaire"), &draft);
	if (e == ERR_OK && fields_has(w->query, "numbered"))
		e = q_paper_numbers(w->db, (struct q_paper_numbers){ .survey = json_int(survey, "id") }, &numbers);
	if (e != ERR_OK)
		return e;
	s.survey = survey;
	s.draft = draft;
	s.p = paper_new(w->arena, json_text(survey, "title"), json_text(json_object_get(survey, "tenant"), "name"));
	for (i = 0; i < json_array_size(numbers) && i < FORMS_MOST; i++)
		form(&s, paper_number_shown(w->arena, json_text(json_array_get(numbers, i), "number")));
	if (i == 0)
		form(&s, "");
	buf_init(&pdf, w->arena);
	paper_finish(s.p, &pdf);
	return web_bytes(w, HTTP_OK, "application/pdf", pdf.data, pdf.len);
}
