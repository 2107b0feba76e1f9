/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
#include <jansson.h>
#include "base/form.h"
#include "base/words.h"
#include "db/db.h"
/*
 * Building a questionnaire, whatever it is for: its questions, their order, and the ways
 * between them.
 *
 * A draft is handed about as the JSON of query question_draft: a document as
 * questionnaire.h has it, so that the engine takes it too, with "revision", "frozen" (it was
 * published: only its words may be put right) and, in each question, "seen", the marks that
 * forms carry.  A save with an old mark is ERR_CONFLICT and changes nothing.
 */

/* All kinds, in the order in which they are offered; ends with NULL. */
extern const char *const question_kinds[];
enum { QUESTION_LABEL_MAX = 300, QUESTION_HELP_MAX = 1000, QUESTION_END_MAX = 40, QUESTION_UNIT_MAX = 20, QUESTION_CHOICES_MAX = 200,
	QUESTION_CHOICE_LENGTH = 200, QUESTIONS_MAX = 200, QUESTION_REASON_MAX = 300 };

/* ERR_NOT_FOUND: none of this tenant. */
enum err question_draft(struct db *, int64_t questionnaire, json_t **out) MUST_USE;
/* The question of this code, or NULL; *number counts from 1. */
json_t *question_of(const json_t *draft, const char *code, int *number);
/* Whether a kind has choices that are pasted. */
bool question_has_choices(const char *kind);

/* Who changes which draft. */
struct question_edit {
	int64_t questionnaire, staff;
	const char *code, *seen;
};
enum err question_add(struct db *, struct arena *, int64_t questionnaire, int64_t staff, const char *kind, const char **code) MUST_USE;
enum err question_copy(struct db *, struct question_edit, const char **code) MUST_USE;
enum err question_remove(struct db *, struct question_edit) MUST_USE;
/* ERR_CONFLICT: the draft is not of this revision any more, or these are not its questions. */
enum err question_order(struct db *, int64_t questionnaire, int64_t staff, int revision, struct db_texts codes) MUST_USE;

/* What a question asks. */
struct question_content {
	bool required;
	json_t *texts, *choices, *settings;
};
/* Shows what is stored; every field of every kind is set. */
void question_show_content(struct arena *, struct form *, const json_t *question);
/* Reads it.  Choices and rows that stay keep their codes, and what other languages call them. */
void question_read_content(struct arena *, struct form *, const json_t *question, struct question_content *);
/* The same question in other words, which is all that may change once it was published. */
void question_read_words(struct arena *, struct form *, const json_t *question, struct question_content *);
enum err question_save(struct db *, struct question_edit, const struct question_content *) MUST_USE;
/* What is shown and answered from now on is what stands in the draft.  reason: why, after the first time. */
enum err question_publish(struct db *, int64_t questionnaire, int64_t staff, const char *reason) MUST_USE;
/* What was published when, for part/history_list. */
enum err question_editions(struct db *, const struct words *, int64_t questionnaire, json_t **out) MUST_USE;

/* For the list: {"number", "code", "kind", "kind_text", "label", "required", "choices": […], "show": condition or
 * null, "jumps": [{"when": condition or null, "to_number" or null (the end)}], "faults": […], …}; a condition as
 * question_condition makes it. */
json_t *question_rows(struct arena *, const struct words *, const json_t *draft);
/* What is to be solved: [{"number", "code", "label", "text"}], in words. */
json_t *question_fault_rows(struct arena *, const struct words *, const json_t *draft);
/* A condition as templates/desk/question/condition.html says it: {"groups": [{"first", "terms": [{"first",
 * "own", "number", "choice", "value", "chosen": true …}]}]}.  own: the question that it stands at. */
json_t *question_condition(struct arena *, const json_t *draft, const json_t *condition, const char *own);

/* --- the ways between questions ---
 *
 * A term is three fields: <prefix>_<n> names what is looked at ("q1:2" a choice, "q4.r2:1" one of a row,
 * "q3:" the answer itself), <prefix>_<n>_is how, <prefix>_<n>_value an amount to compare with.  There is
 * always one more than is filled in.
 */
enum { QUESTION_GROUPS_MAX = 5, QUESTION_TERMS_MAX = 6, QUESTION_JUMPS_MAX = 12 };
struct question_logic {
	json_t *show;		/* a condition, or NULL: always */
	json_t *jumps;
};
struct question_page {
	struct arena *arena;
	struct form *form;
	const struct fields *fields;	/* empty on a GET */
	const struct words *words;
	const json_t *draft;
};
/* The fields of a condition: [{"first", "number", "slots": [{"target", "is", "amount": fields of the form,
 * "groups": [{"label", "options"}]}]}]; before: how many of the questions may be named. */
json_t *question_groups(const struct question_page *, const char *prefix, const json_t *condition, size_t before);
/* What was chosen in them, or NULL: nothing. */
json_t *question_read_groups(const struct question_page *, const char *prefix, size_t before);
/* {"show": [{"number", "slots"}], "jumps": [{"number", "slots", "to": a field}], "otherwise": a field} */
json_t *question_show_logic(const struct question_page *, const json_t *question);
void question_read_logic(const struct question_page *, const json_t *question, struct question_logic *);
enum err question_save_logic(struct db *, struct question_edit, const struct question_logic *) MUST_USE;

/* All ways through a document, by the answers that matter to its conditions: {"count", "more": not all
 * are here, "shortest", "longest", "paths": [{"steps": [{"number", "label", "answer" or null}]}], "unreached":
 * [{"number", "label"}]}. */
json_t *question_paths(struct arena *, const json_t *draft);
