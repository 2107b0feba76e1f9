/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
#include "base/form.h"
#include "base/json.h"
/*
 * The choices of a question, or the rows of its table, as a clerk types them: pasted, one a
 * line.  A line that was there before keeps its code; of lines that are new, the one at the
 * place of a line that went is taken for that line put in other words.
 */

/* その他 or 「どれでもない」. */
bool question_choice_is_special(const json_t *choice);

/* Those that are stored, one a line, without その他 and 「どれでもない」. */
const char *question_choices_lines(struct arena *, const json_t *list);

/* The lines of a field; what is wrong is said at it. */
json_t *question_choices_typed(struct arena *, struct form *, const char *name);
/* The same as choices, with codes of this prefix.  *given: the last
 * number that a code of this question had, ever (question_choices_given()); and then with the new ones.  A
 * condition, a limit or an answer may still name a choice that is gone, and must not mean another one. */
json_t *question_choices_read(struct arena *, struct form *, const char *name, const json_t *old, const char *prefix,
    int *given);
/* Keeps that number in the settings under this key, where the list does not say it. */
void question_choices_given(json_t *settings, const char *key, int given, const json_t *list, const char *prefix);

/* その他 ("other") or 「どれでもない」 ("none") at the end, with words of its own from this field. */
void question_choices_add_special(struct form *, json_t *choices, const json_t *old, const char *kind, const char *text);
