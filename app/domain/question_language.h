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
/* Its name by key of the words. */
const char *question_tongue_key(const char *language);

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
