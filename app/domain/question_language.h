/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
#include <jansson.h>
#include "domain/question.h"
/*
 * What a questionnaire says in other languages, and in やさしい日本語 ("ja-easy").  Every text may be
 * left out: Japanese is shown in its place (questionnaire_text).
 *
 * Texts are fields of a form, named by what they are of: "q3_label", "q3_help", "q3_c_2" (a choice),
 * "q3_r_r1" (a row), "q3_low".
 */

/* The languages that may be chosen beside Japanese; ends with NULL. */
extern const char *const question_tongues[];
/* Is it one of these (["ja", "ja-easy"]), as documents, surveys and events list them? */
bool question_tongue_among(const json_t *languages, const char *language);
/* What it is called, and what it calls itself: keys of the words. */
const char *question_tongue_key(const char *language);
const char *question_tongue_own(const char *language);

/* How far a language is: {"done", "all"}: texts there are, of those that Japanese has. */
json_t *question_language_progress(struct arena *, const json_t *draft, const char *language);
/* The fields, question by question: [{"number", "code", "label", "fields": [{"name", "value", "problem", "ja", "lines"}]}];
 * what was sent is read by question_language_read before. */
json_t *question_language_show(const struct question_page *, const char *language);
/* Reads what was sent: [{"code", "seen", "required", "texts", "choices", "settings"}] of the questions that change. */
json_t *question_language_read(const struct question_page *, const char *language);
/* ERR_CONFLICT: one of them was saved meanwhile. */
enum err question_language_save(struct db *, int64_t questionnaire, int64_t staff, const json_t *changed) MUST_USE;
/* Which languages people may choose; Japanese is always among them. */
enum err question_language_offer(struct db *, int64_t questionnaire, int64_t staff, struct db_texts languages) MUST_USE;

/* --- what the questions belong to ---
 *
 * A survey or an event says things too, {"ja": {"title": …}, "en": {"title": …}}.
 */
struct language_text {
	const char *name;	/* its key, and its field */
	const char *words;	/* what it is called */
	size_t max;
	int rows;		/* of its field; 1: a line */
};
/* The fields of those that Japanese has, as above with "word" and "rows".  list ends with a name of NULL. */
json_t *language_texts_show(const struct question_page *, const struct language_text *list, const json_t *texts, const char *language);
/* {"title": …}: those that were typed. */
json_t *language_texts_read(const struct question_page *, const struct language_text *list, const json_t *texts);
