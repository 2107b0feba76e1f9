/* SPDX-License-Identifier: Apache-2.0 */
/*
 * 頻出語: words that are in many of the free texts of a question.
 *
 *	GET /desk/surveys/{survey}/results/words/{question}
 *
 * A worker reads so many responses and so much text at most, and the page says of how many
 * texts it speaks.  They are the first by number; numbers are drawn by chance, so that
 * they are a sample of all.
 */
#include "base/buf.h"
#include "db/queries.h"
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

/* How many of the texts were read. */
static size_t
read_texts(struct vocabulary *v, const struct rows *texts)
{
	size_t i, bytes = 0;

	for (i = 0; i < rows_count(texts) && bytes < BYTES; i++) {
		const char *text = rows_text(texts, i, "text");

		bytes += strlen(text);
		vocabulary_read(v, text, 0);
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
show(struct web *w, struct vocabulary *v, size_t texts)
{
	struct vocabulary_word words[WORDS];
	size_t n = vocabulary_list(v, NULL, words, WORDS), i;
	json_t *list = json_array();

	for (i = 0; i < n; i++)
		json_array_append_new(list, word_view(w, &words[i], texts));
	json_object_set_new(w->view, "words", list);
	json_object_set_new(w->view, "some", json_boolean(n > 0));
	json_object_set_new(w->view, "texts", json_string(result_number(w->arena, (int64_t)texts)));
}

enum err
desk_result_words(struct web *w)
{
	struct result r = { .arena = w->arena, .db = w->db, .words = w->words, .lang = w->lang };
	const char *code = web_arg(w, "question");
	struct vocabulary *v = vocabulary_new(w->arena, 1);
	const json_t *question;
	struct rows *texts, *stops, *reach;
	size_t i, read;
	enum err e = result_open(&r, web_id(w, "survey"));

	if (e != ERR_OK)
		return e;
	question = desk_result_text_question(w, &r, code);
	if (question == NULL)
		return ERR_NOT_FOUND;
	e = q_result_stop_words_queue(w->db, &stops);
	if (e == ERR_OK)
		e = q_result_texts_reach_queue(w->db, (struct q_result_texts_reach){ .questionnaire = r.questionnaire, .after = "",
		    .reach = REACH }, &reach);
	if (e == ERR_OK)
		e = q_result_words(w->db, (struct q_result_words){ .code = code, .questionnaire = r.questionnaire, .reach = REACH },
		    &texts);
	if (e != ERR_OK)
		return e;
	for (i = 0; i < rows_count(stops); i++)
		vocabulary_stop(v, rows_text(stops, i, "word"));
	read = read_texts(v, texts);
	json_object_set(w->view, "survey", r.survey);
	json_object_set_new(w->view, "label", json_string(questionnaire_text(question, "label", w->lang)));
	json_object_set_new(w->view, "code", json_string(code));
	json_object_set_new(w->view, "sampled", json_boolean(read < rows_count(texts) || !rows_null(reach, 0, "number")));
	show(w, v, read);
	return web_page(w, HTTP_OK, "desk/result/words");
}
