/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A survey as a form on paper.
 *
 *	GET /desk/surveys/{survey}/paper		once, as it stands
 *	GET /desk/surveys/{survey}/paper?numbered=1	with numbers that are unused (domain/paper.h)
 *
 * Each page says of which form it is, for pages come apart.  A number counts once, on paper
 * (entry.c, forms.c) or on the web (citizen/survey_number.c), where the QR code leads.  The ways
 * between questions stand beside them in words (templates/desk/paper), as in the list of
 * questions and with its numbers.
 */

#include "base/text.h"
#include "db/queries.h"
#include "domain/paper.h"
#include "domain/questionnaire.h"
#include "web/desk/survey.h"
#include "web/handlers.h"
#include "web/paper.h"

enum { FORMS_MOST = 50, COLUMNS_MOST = 8, SCALE_BESIDE = 8 };

struct sheet {
	struct web *w;
	struct paper *p;
	const json_t *survey, *draft, *rows;
	const struct words *words;	/* Japanese, whoever prints it */
	const char *number;		/* "": none */
	/* The question that is printed. */
	const json_t *question;
	size_t place;
};

static const char *
word(const struct sheet *s, const char *key)
{
	return words_get(s->words, key);
}

/* --- how it is answered --- */

static void
choices(const struct sheet *s, const json_t *list, const char *mark)
{
	const json_t *one;
	struct buf b;
	size_t i;

	buf_init(&b, s->w->arena);
	json_array_foreach(list, i, one)
		buf_addf(&b, "%s　%s %s%s", i > 0 ? "\n" : "", mark, questionnaire_text(one, NULL, "ja"),
		    json_flag(one, "other") ? "（　　　　　　　　　　　　　　　　　　　　）" : "");
	if (b.len > 0)
		paper_text(s->p, PAPER_CHOICE, b.data);
}

/* On one line; what its ends mean, where that is long, below it. */
static void
scale(const struct sheet *s, const json_t *settings)
{
	int64_t points = json_int(settings, "points"), first = points == 11 ? 0 : 1, last = points == 11 ? 10 : points, i;
	const char *low = questionnaire_text(json_object_get(settings, "low"), NULL, "ja");
	const char *high = questionnaire_text(json_object_get(settings, "high"), NULL, "ja");
	bool beside = text_length(low) <= SCALE_BESIDE && text_length(high) <= SCALE_BESIDE;
	struct buf b;

	buf_init(&b, s->w->arena);
	buf_addf(&b, "　%s", beside ? low : "");
	for (i = first; i <= last; i++)
		buf_addf(&b, "　%lld", (long long)i);
	buf_addf(&b, "　%s", beside ? high : "");
	paper_text(s->p, PAPER_TEXT, b.data);
	if (!beside)
		paper_text(s->p, PAPER_CHOICE, arena_printf(s->w->arena, "　%lld　%s\n　%lld　%s", (long long)first, low, (long long)last, high));
}

/* As a table; where it is too wide for one, each row with its choices below it. */
static void
matrix(const struct sheet *s, const json_t *q)
{
	const json_t *rows = json_object_get(json_object_get(q, "settings"), "rows"), *list = json_object_get(q, "choices"), *row;
	int n = (int)json_array_size(list) + 1;
	const char **heads = arena_alloc(s->w->arena, (size_t)n * sizeof *heads);
	double *shares = arena_alloc(s->w->arena, (size_t)n * sizeof *shares);
	const char *cells[COLUMNS_MOST + 1];
	size_t i;

	if (n - 1 > COLUMNS_MOST) {
		json_array_foreach(rows, i, row) {
			paper_text(s->p, PAPER_TEXT, questionnaire_text(row, NULL, "ja"));
			choices(s, list, "□");
		}
		return;
	}
	for (int k = 0; k < n; k++) {
		heads[k] = k == 0 ? "" : questionnaire_text(json_array_get(list, (size_t)k - 1), NULL, "ja");
		shares[k] = k == 0 ? 0.3 : 0.7 / (n - 1);
	}
	paper_table(s->p, PAPER_CELL, heads, shares, n);
	json_array_foreach(rows, i, row) {
		for (int k = 0; k < n; k++)
			cells[k] = k == 0 ? questionnaire_text(row, NULL, "ja") : "□";
		paper_row(s->p, cells);
	}
}

/* How each kind looks on paper. */
static const struct look {
	const char *kind;
	const char *how;	/* it is answered */
	const char *mark;	/* before each choice */
	const char *blank;	/* what is written into */
	int lines;
} looks[] = {
	{ "single", "survey_paper_choose_one", "□", NULL, 0 },
	{ "multi", "survey_paper_choose_several", "□", NULL, 0 },
	{ "rank", "survey_paper_rank", "（　　）", NULL, 0 },
	{ "scale", "survey_paper_scale", NULL, NULL, 0 },
	{ "matrix", "survey_paper_matrix", NULL, NULL, 0 },
	{ "date", NULL, NULL, "survey_paper_date", 0 },
	{ "time", NULL, NULL, "survey_paper_time", 0 },
	{ "address", NULL, NULL, "survey_paper_address", 0 },
	{ "map", NULL, NULL, "survey_paper_map", 1 },
	{ "file", NULL, NULL, "survey_paper_file", 0 },
	{ "text", NULL, NULL, NULL, 1 },
	{ "long", NULL, NULL, NULL, 5 },
};
enum { LOOKS = sizeof looks / sizeof *looks };

static void
draw(const struct sheet *s, const json_t *q, const struct look *l)
{
	if (l->how != NULL)
		paper_text(s->p, PAPER_CELL, word(s, l->how));
	if (l->mark != NULL)
		choices(s, json_object_get(q, "choices"), l->mark);
	if (l->blank != NULL)
		paper_text(s->p, PAPER_TEXT, word(s, l->blank));
	if (l->lines > 0)
		paper_lines(s->p, l->lines);
}

static void
answer(const struct sheet *s, const json_t *q)
{
	for (size_t i = 0; i < LOOKS; i++)
		if (questionnaire_is(q, looks[i].kind))
			draw(s, q, &looks[i]);
	if (questionnaire_is(q, "scale"))
		scale(s, json_object_get(q, "settings"));
	else if (questionnaire_is(q, "matrix"))
		matrix(s, q);
	else if (questionnaire_is(q, "number"))
		paper_text(s->p, PAPER_TEXT, arena_printf(s->w->arena, "　＿＿＿＿＿＿ %s",
		    questionnaire_unit(q, "ja")));
	else if (questionnaire_is(q, "consent"))
		paper_text(s->p, PAPER_TEXT, "　□");
}

/* --- a question --- */

/* Who answers it, or how it goes on from here, in words; nothing where everybody simply goes on. */
static void
ways(const struct sheet *s, const char *template)
{
	struct buf b;

	buf_init(&b, s->w->arena);
	if (templates_render(s->w->site->templates, template, s->words, json_array_get(s->rows, s->place), &b) != ERR_OK)
		return;
	while (b.len > 0 && b.data[b.len - 1] == '\n')
		b.data[--b.len] = '\0';
	if (b.len > 0)
		paper_text(s->p, PAPER_STRONG, b.data);
}

static void
question(void *of)
{
	const struct sheet *s = of;
	const json_t *q = s->question;
	const char *help = questionnaire_text(q, "help", "ja");
	bool optional = !questionnaire_is(q, "note") && !json_flag(q, "required");

	paper_space(s->p, 10);
	paper_text(s->p, PAPER_HEAD, arena_printf(s->w->arena, "%zu　%s%s", s->place + 1, questionnaire_text(q, "label", "ja"),
	    optional ? word(s, "survey_paper_optional") : ""));
	ways(s, "desk/paper/show.txt");
	if (help[0] != '\0')
		paper_text(s->p, PAPER_TEXT, help);
	answer(s, q);
	ways(s, "desk/paper/jumps.txt");
}

/* --- a form --- */

static void
form(void *of)
{
	struct sheet *s = of;

	paper_text(s->p, PAPER_TITLE, json_text(s->survey, "title"));
	if (json_text(s->survey, "purpose")[0] != '\0')
		paper_text(s->p, PAPER_TEXT, json_text(s->survey, "purpose"));
	paper_text(s->p, PAPER_TEXT, word(s, s->number[0] != '\0' ? "survey_paper_web_number" : "survey_paper_web"));
	paper_rule(s->p);
	json_array_foreach(json_object_get(s->draft, "questions"), s->place, s->question)
		paper_together(s->p, question, s);
	paper_space(s->p, 10);
	paper_rule(s->p);
	paper_text(s->p, PAPER_TEXT, word(s, "survey_paper_thanks"));
	if (json_text(s->survey, "contact")[0] != '\0')
		paper_text(s->p, PAPER_TEXT, arena_printf(s->w->arena, "%s　%s", word(s, "circular_contact"), json_text(s->survey, "contact")));
}

/* Where it can be answered on the web. */
static const char *
address(const struct sheet *s)
{
	const char *survey = arena_printf(s->w->arena, "%s/surveys/%" PRId64, web_origin(s->w), json_int(s->survey, "id"));

	return s->number[0] == '\0' ? survey : arena_printf(s->w->arena, "%s/paper?number=%s", survey, s->number);
}

static void
print(struct sheet *s, const char *number)
{
	s->number = number;
	paper_document(s->p, &(struct paper_head){ .left = arena_printf(s->w->arena, "%s\n%s",
	    json_text(json_object_get(s->survey, "tenant"), "name"), json_text(s->survey, "title")),
	    .number = number[0] != '\0' ? arena_printf(s->w->arena, "%s　%s", word(s, "survey_paper_number"), number) : "",
	    .address = address(s) }, form, s);
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
	s.draft = questionnaire_numbered(w->arena, s.words, draft);
	s.rows = question_rows(w->arena, s.words, draft);
	s.p = paper_new(w->arena, json_text(survey, "title"), json_text(json_object_get(survey, "tenant"), "name"));
	for (i = 0; i < json_array_size(numbers) && i < FORMS_MOST; i++)
		print(&s, paper_number_shown(w->arena, json_text(json_array_get(numbers, i), "number")));
	if (i == 0)
		print(&s, "");
	buf_init(&pdf, w->arena);
	paper_finish(s.p, &pdf);
	return web_bytes(w, HTTP_OK, "application/pdf", pdf.data, pdf.len);
}
