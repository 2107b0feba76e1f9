/* SPDX-License-Identifier: Apache-2.0 */
/*
 * 頻出語: words that are in many of the free texts of a question.
 *
 *	GET /desk/surveys/{survey}/results/words/{question}	a filter in the query, as on the page of results
 *
 * A worker reads so many responses and so much text at most, and the page says of how many
 * texts it speaks.  They are the first by number; numbers are drawn by chance, so that
 * they are a sample of all.
 */
#include "base/buf.h"
#include "db/queries.h"
#include "domain/cross_side.h"
#include "domain/questionnaire.h"
#include "domain/vocabulary.h"
#include "web/desk/result.h"
#include "web/handlers.h"

enum { REACH = 20000, BYTES = 300 * 1024, WORDS = 60 };

const json_t *
desk_result_text_question(struct web *w, const struct result *r, const char *code)
{
	size_t plain = strcspn(code, ".");
	const json_t *q = questionnaire_question(r->document, arena_strndup(w->arena, code, plain));
	const char *kind = q != NULL ? json_text(q, "kind") : "";

	if (code[plain] != '\0')
		return q != NULL && strcmp(code + plain, ".other") == 0 ? q : NULL;
	return strcmp(kind, "text") == 0 || strcmp(kind, "long") == 0 ? q : NULL;
}

const char *
desk_result_escaped(struct arena *a, const char *text)
{
	static const char plain[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-._~";
	struct buf out;

	buf_init(&out, a);
	for (; *text != '\0'; text++)
		if (strchr(plain, *text) != NULL)
			buf_addch(&out, *text);
		else
			buf_addf(&out, "%%%02X", (unsigned)(unsigned char)*text);
	return out.data;
}

/* Where who wrote it is told; the last class is of those whom the tallies do not know yet. */
static size_t
class_of(const struct result *r, const char *class)
{
	size_t i;

	for (i = 0; i < r->n_classes; i++)
		if (strcmp(r->classes[i].first, class) <= 0 && strcmp(class, r->classes[i].last) <= 0)
			break;
	return i;
}

/* How many of the texts were read; *chosen: of them, those that the filter lets through. */
static size_t
read_texts(const struct result *r, struct vocabulary *v, const struct rows *texts, size_t *chosen)
{
	size_t i, bytes = 0;

	for (i = 0; i < rows_count(texts) && bytes < BYTES; i++) {
		const char *text = rows_text(texts, i, "text");
		size_t class = class_of(r, rows_text(texts, i, "class"));

		bytes += strlen(text);
		*chosen += !r->filtered || r->chosen[class];
		vocabulary_read(v, text, class);
	}
	return i;
}

static json_t *
word_view(struct web *w, const struct vocabulary_word *word, size_t texts)
{
	double share = (double)word->texts / (double)texts;

	return json_pack("{s:s, s:s, s:s, s:s, s:s}", "word", word->word, "word_query", desk_result_escaped(w->arena, word->word),
	    "n", result_number(w->arena, word->texts),
	    "share", result_percent(w->arena, share), "width", arena_printf(w->arena, "%.1f%%", 100 * share));
}

static void
show(struct web *w, const struct result *r, struct vocabulary *v, size_t texts)
{
	struct vocabulary_word words[WORDS];
	size_t n = r->too_few ? 0 : vocabulary_list(v, r->filtered ? r->chosen : NULL, words, WORDS), i;
	json_t *list = json_array();

	for (i = 0; i < n; i++)
		json_array_append_new(list, word_view(w, &words[i], texts));
	json_object_set_new(w->view, "words", list);
	json_object_set_new(w->view, "some", json_boolean(n > 0));
	json_object_set_new(w->view, "texts", json_string(result_number(w->arena, (int64_t)texts)));
}

/* The texts, each with its class of what the filter asks. */
static enum err
fetch(struct web *w, struct result *r, const char *code, struct rows **texts, struct rows **stops, struct rows **reach)
{
	const char *by = r->filtered ? tally_by(&r->filter) : NULL;
	struct side side = { .kind = "", .row = "", .code = "" };
	enum err e;

	if (by != NULL && !side_open(r, arena_printf(w->arena, "@%s", by), &side))
		return ERR_INVALID;
	e = q_result_stop_words_queue(w->db, stops);
	if (e == ERR_OK)
		e = q_result_texts_reach_queue(w->db, (struct q_result_texts_reach){ .questionnaire = r->questionnaire, .after = "",
		    .reach = REACH }, reach);
	if (e == ERR_OK)
		e = q_result_words(w->db, (struct q_result_words){ .code = code, .kind = side.kind, .row = side.row, .by = side.code,
		    .questionnaire = r->questionnaire, .reach = REACH }, texts);
	return e;
}

enum err
desk_result_words(struct web *w)
{
	struct result r = { .arena = w->arena, .db = w->db, .words = w->words, .lang = w->lang };
	const char *code = web_arg(w, "question");
	struct rows *texts, *stops, *reach;
	struct vocabulary *v;
	const json_t *question;
	size_t i, read, chosen = 0;
	enum err e = result_open(&r, web_id(w, "survey"));

	if (e != ERR_OK)
		return e;
	question = desk_result_text_question(w, &r, code);
	if (question == NULL)
		return ERR_NOT_FOUND;
	e = desk_result_filter(w, &r, arena_printf(w->arena, "/desk/surveys/%" PRId64 "/results/words/%s", json_int(r.survey, "id"), code));
	if (e == ERR_OK)
		e = fetch(w, &r, code, &texts, &stops, &reach);
	if (e != ERR_OK)
		return e;
	v = vocabulary_new(w->arena, r.n_classes + 1);
	for (i = 0; i < rows_count(stops); i++)
		vocabulary_stop(v, rows_text(stops, i, "word"));
	read = read_texts(&r, v, texts, &chosen);
	json_object_set(w->view, "survey", r.survey);
	json_object_set_new(w->view, "label", json_string(questionnaire_text(question, "label", w->lang)));
	json_object_set_new(w->view, "code", json_string(code));
	json_object_set_new(w->view, "sampled", json_boolean(read < rows_count(texts) || !rows_null(reach, 0, "number")));
	show(w, &r, v, chosen);
	return web_page(w, HTTP_OK, "desk/result/words");
}
