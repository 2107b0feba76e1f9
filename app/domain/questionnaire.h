/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
#include <jansson.h>
#include <stdbool.h>
#include "base/arena.h"
#include "base/err.h"
#include "base/fields.h"
#include "base/form.h"
/*
 * Questionnaires: the one engine for questions, of surveys, of sign-ups to events and of
 * forms on the web.
 *
 * The engine works on an edition, a document that never changes once it is published:
 *
 *	{"edition": 2, "languages": ["ja", "ja-easy", "en"], "questions": [
 *	  {"code": "q1", "kind": "single", "required": true,
 *	   "texts": {"ja": {"label": "…", "help": "…"}, "en": {…}},
 *	   "choices": [{"code": "1", "texts": {"ja": "はい"}},
 *	               {"code": "2", "texts": {"ja": "いいえ"}},
 *	               {"code": "other", "texts": {"ja": "その他"}, "other": true},
 *	               {"code": "none", "texts": {"ja": "どれでもない"}, "none": true}],
 *	   "settings": {"shuffle": true},
 *	   "show": null,
 *	   "jumps": [{"when": C, "to": "q5"}, {"when": null, "to": "end"}]}, …]}
 *
 * A text that a language lacks is taken from "ja".  A label may name an earlier answer:
 * {q1}.  The code of a question or choice is its name for ever: in answers, conditions,
 * tallies and exports.
 *
 * A condition C is a list of groups, of which one must hold; a group holds when all of its
 * terms do:
 *
 *	{"any": [{"all": [{"question": "q1", "is": "chosen", "value": "1"}]}]}
 *
 * "is": chosen, not_chosen (choices; of a matrix the question is "q4.r2"), equals, less,
 * more (numbers, scales, dates, times), answered, not_answered.  It may name earlier
 * questions only; so no condition can go round in a circle, and jumps only go forward.
 *
 * Settings by kind:
 *	single, multi	shuffle; multi: min, max (how many)
 *	text		max (characters), pattern: email, phone, postcode, kana, digits
 *	long		max
 *	number		min, max (decimal text), decimals, unit (in Japanese; in others a text of the question)
 *	date, time	min, max ("2026-11-26", "09:30"), date also "past" or "future": true
 *	scale		points: 5, 7 or 11 (NPS, 0 … 10); low, high (the ends: {"texts": {…}})
 *	rank		max (how many of the choices are put in order)
 *	matrix		rows: [{"code": "r1", "texts": {…}}]; choices are its columns; multi: true
 *	address		district: true (the postcode gives the district)
 *	map		lat, lon, zoom (where it begins)
 *	file		max (how many), kinds: image, pdf
 *	any		equal_or_more: "q3" (a check across fields: not less than that answer)
 *
 * Answers are an object by code, of texts, so that one way of counting serves all:
 *
 *	single "2" · multi ["1", "3"] · text, long "…" · number "12.5" · date "2026-11-26" ·
 *	time "09:30" · scale "4" · rank ["3", "1"] · matrix {"r1": "2"} (multi: {"r1": ["2"]}) ·
 *	address {"postcode": "1050011", "district": "12", "text": "…"} ·
 *	map {"lat": "35.65858", "lon": "139.74543"} · file ["<attachment>"] · consent "1" ·
 *	その他 in words: "q1.other" "…"
 *
 * What was not asked (skipped by the path) is not there.
 */

/* The choice, row or question of this code in a list of them; NULL: there is none.  It belongs to the list. */
const json_t *questionnaire_coded(const json_t *list, const char *code);
/* The question of this code; NULL: there is none. */
const json_t *questionnaire_question(const json_t *document, const char *code);
/* A text of a question, choice or row, by key ("label", "help"), in this language or else
 * in "ja"; "" where there is none, also where other languages still say what "ja" no longer does.
 * Texts of choices are {"ja": "…"} without key: NULL. */
const char *questionnaire_text(const json_t *thing, const char *key, const char *language);
/* Which language that text is in, as HTML says it: "ja", where this one has none. */
const char *questionnaire_tongue(const json_t *thing, const char *key, const char *language);
/* What a number is of (回, times), in this language or else in Japanese; "" where staff said nothing. */
const char *questionnaire_unit(const json_t *question, const char *language);
/* A number with its unit: 3回, but 3 times. */
const char *questionnaire_with_unit(struct arena *, const char *number, const char *unit);

/* Whether a condition holds for these answers; one that is null does. */
bool questionnaire_holds(const json_t *condition, const json_t *answers);

/* --- the path --- */

/* What comes behind the question of this code ("": what comes first) with these answers:
 * a question, or NULL where the end is reached. */
const json_t *questionnaire_next(const json_t *document, const json_t *answers, const char *code);
/* The questions that somebody with these answers is asked, in order, up to and with the
 * first one that still wants an answer.  *whole: there is none such.  Belongs to the arena. */
json_t *questionnaire_path(struct arena *, const json_t *document, const json_t *answers, bool *whole);
/* Takes away what answers have of questions that are not asked any more, after a change; what
 * stands behind one that is now to be answered first stays. */
void questionnaire_prune(struct arena *, const json_t *document, json_t *answers);

/* --- a question as a field of a form ---
 *
 * Fields are named by the code: "q3"; boxes "q3_1"; rows "q4_r2" (boxes "q4_r2_1");
 * ranks "q5_2"; parts "q6_postcode"; その他 in words "q1_other".
 */

/* Names of fields: "q3_words", "q4_r2_1". */
const char *questionnaire_field(struct arena *, const char *code, const char *part);
/* Reads the answer of one question from what was sent, puts it into answers (or takes it
 * away where nothing was said) and shows what is wrong in the form. */
void questionnaire_read(struct arena *, struct form *, const struct fields *, const json_t *question,
    json_t *answers);
/* Shows in the form what was answered so far, and what is wrong with it: another answer, or the day, may
 * have changed since. */
void questionnaire_show(struct arena *, struct form *, const json_t *question, const json_t *answers);

struct questionnaire_look {
	struct arena *arena;
	struct form *form;		/* the question was read or shown in it */
	const char *language;
	const json_t *document, *answers;
	const char *seed;		/* shuffled choices stand in an order of this seed; NULL: as staff wrote them */
};
/* What templates/part/question.html shows: {"code", "name", "label", "help", "text_lang", "help_lang", "required", "unit",
 * "is": {"single": true, "multi": false, …}, "field": the form's field with its "options",
 * "other": the field of その他 or null, "low", "high" (ends of a scale), "rows" (ranks and rows, each
 * with its options), "year", "month", "day", "postcode", "district", "text", "lat", "lon": fields or
 * null}.  Belongs to the arena. */
json_t *questionnaire_view(const struct questionnaire_look *, const json_t *question);
/* The document as it reads where nobody has answered, on paper and in results: of an earlier answer in a label, {q1},
 * stands which question it is of. */
json_t *questionnaire_numbered(struct arena *, const struct words *, const json_t *document);
/* An answer in words, line by line, for the check page, mails and lists; [] where there is none. */
/* Is this question of this kind? */
bool questionnaire_is(const json_t *question, const char *kind);
/* Has it a choice その他, with words of one's own? */
bool questionnaire_offers_other(const json_t *question);
/* Is one of these questions of this kind? */
bool questionnaire_has_kind(const json_t *questions, const char *kind);
json_t *questionnaire_words(struct arena *, const json_t *question, const json_t *answers, const char *language);

/* What is wrong with the answer that answers hold to this question, by key of the words, or
 * NULL: nothing.  limits are the numbers that the words name; least and most take the place of min
 * and max where staff wrote decimals. */
struct questionnaire_limits { int64_t min, max, length; const char *least, *most; };
/* As the words name them: {"min", "max", "length"}.  Belongs to the arena. */
json_t *questionnaire_named(struct arena *, const struct questionnaire_limits *);
const char *questionnaire_problem(struct arena *, const json_t *question, const json_t *answers,
    struct questionnaire_limits *);
/* What a number, a point, a day or a time of this question is compared with, in its one form; NULL: it is
 * none, or the question is of another kind. */
const char *questionnaire_amount(struct arena *, const json_t *question, const char *typed);
/* One cell of a table, as offices write it, in the form in which its answer is kept: １２, 2026/2/28,
 * 令和8年2月28日, 9:30, 105-0011.  part: "" or what stands behind the dot, "postcode".  What has no such form
 * comes back as it is. */
const char *questionnaire_tidy(struct arena *, const json_t *question, const char *part, const char *cell);

/* --- the whole --- */

/* Whether these answers, as a program sends them, are possible: every question on their path
 * answered rightly, nothing else there.  ERR_INVALID: *problem is the code of the first one that is
 * not. */
enum err questionnaire_accept(struct arena *, const json_t *document, const json_t *answers,
    const char **problem) MUST_USE;
/* The document in which nothing has to be answered, for what comes on paper. */
json_t *questionnaire_lenient(struct arena *, const json_t *document);
/* … in which no file has to be sent, for what comes in a table. */
json_t *questionnaire_without_files(struct arena *, const json_t *document);

/* What is to be solved before this may be published: a list of {"code", "key", "other"}, words by
 * "question_fault_<key>": no_questions, no_label, no_choices, choice_twice, choice_empty, range, refers (to a
 * question that is not earlier, or a choice that does not exist), refers_translated (the same in the words of a
 * language that is offered), jump_back, unreachable, rows,
 * across (from a question that each person answers, document "each": [code …], to one that is answered once, or the
 * other way round).  Empty: nothing. */
json_t *questionnaire_faults(struct arena *, const json_t *document);
