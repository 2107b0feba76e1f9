/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
#include <jansson.h>
#include <stdbool.h>
#include "base/arena.h"
#include "base/err.h"
#include "db/db.h"
#include "domain/vault.h"
/*
 * Answers that staff enter for people: from numbered forms on paper, by telephone, at the
 * counter, from a file.
 *
 * The number of a form is twelve digits, the last of which is a check digit (ISO/IEC 7064,
 * MOD 11,10): every single wrong digit is noticed, and nearly all that changed places.
 * Eleven digits are random, so that nobody finds the next form's.  An answer under a number
 * has its hash as its right (right_paper()), so paper and web under one number never both
 * count.  Where a survey is typed twice, an answer counts when two clerks typed the same.
 */
enum { PAPER_DIGITS = 12, PAPER_FORMS_MOST = 5000, PAPER_LINES_MOST = 20000 };

char *paper_number(struct arena *);
/* The twelve digits of what was typed (text_number()), or NULL: it is
 * no number of a form. */
char *paper_number_read(struct arena *, const char *typed);
/* "1234-5678-9012": as it is printed. */
char *paper_number_shown(struct arena *, const char *number);

/* {"id", "title", "edition", "document", "answers_max", "quotas", "twice", "takes", "printed", "answered", "waiting",
 * "left": how many wait for a second clerk though one is enough now (null: none), "differ": the numbers that two clerks
 * typed differently (null: none)}. */
enum err paper_survey(struct db *, int64_t survey, json_t **out) MUST_USE;
/* So many more forms. */
enum err paper_print(struct db *, struct arena *, int64_t survey, int n) MUST_USE;
/* One is lost or spoilt, and what a clerk has typed of it (entered) goes, too. ERR_NOT_FOUND; ERR_CONFLICT: it was
 * answered, or was typed and this is not entered. */
enum err paper_void(struct db *, int64_t survey, const char *number, bool entered) MUST_USE;
enum err paper_twice(struct db *, int64_t survey, bool twice) MUST_USE;

/* What is known of a form. */
enum paper_form {
	PAPER_FORM_FREE,	/* it waits for its answer */
	PAPER_FORM_ENTERED,	/* it came in, and a second clerk has not typed it yet */
	PAPER_FORM_ANSWERED,	/* on paper or on the web */
	PAPER_FORM_VOID,
	PAPER_FORM_OTHER,	/* it is of another survey of this town */
	PAPER_FORM_NONE
};
/* number: as paper_number_read gives it.  *spent: what response.right_hash is for its answer. */
enum err paper_look(struct db *, int64_t survey, const char *number, enum paper_form *, struct db_bytes *spent) MUST_USE;

enum paper_fate {
	PAPER_KEPT,
	PAPER_FIRST,		/* another clerk types it once more */
	PAPER_DIFFERS,		/* … and typed something else: *codes, "contact" for whose it is */
	PAPER_AGAIN,		/* this number was answered, on paper or on the web */
	PAPER_UNKNOWN,		/* no form of this survey, or void */
	PAPER_CLOSED,		/* results are out */
	PAPER_PERSON,		/* who gave it answered by name before */
	PAPER_FULL		/* as many have answered as may, in all or of a quota */
};
struct paper {
	int64_t survey, staff;
	int edition;
	const char *number;	/* "": none, by telephone or at the counter */
	int64_t citizen;	/* who gave it, where one answers by name and they are known; 0: nobody */
	const char *way;	/* "paper", "phone", "counter", "import" */
	const json_t *about;	/* the survey, as paper_survey gives it */
	const json_t *answers;	/* accepted by the engine */
};
/* Whose answer it is, by the address or number of a phone that they are registered with ("email", "sms"), so
 * that the same person does not answer by name as well.  0: nobody has it.  The look is noted. */
enum err paper_person(struct db *, const struct vault *, const char *channel, const char *address, int64_t *citizen) MUST_USE;
/* *number: 受付番号, where it is kept. */
enum err paper_enter(struct db *, struct arena *, const struct paper *, enum paper_fate *, const char **number,
    json_t **codes) MUST_USE;

/* Asked every now and then: which line it is at, looked at or kept, and how far that is in a hundred.
 * Not ERR_OK: the import ends with it. */
struct paper_watch {
	enum err (*look)(void *of, bool keeping, size_t line, int percent);
	void *of;
};

/* A table (base/csv.h) with the codes of questions in its first line and 番号 or number before
 * them: all lines or none, PAPER_LINES_MOST at most.  *faults, the first hundred: [{"line", "key", "code"}]: key
 * of the words, with what they name ("min", "max", "length").  *kept: how many.  Whatever it returns but
 * ERR_OK without faults, the transaction is the caller's to undo.  The clerk does it (courier/import.c). */
enum err paper_import(struct db *, struct arena *, int64_t import, int64_t survey, const char *, size_t n,
    const struct paper_watch *, json_t **faults, int *kept) MUST_USE;

/* The columns that such a file may have: [{"name": "q9.postcode", "label"}], labels in Japanese. */
json_t *paper_columns(struct arena *, const json_t *document);

/* A file, for the clerk.  *known: the same bytes wait, or were kept, and *import is theirs. */
enum err paper_import_ask(struct db *, int64_t survey, int64_t staff, const char *name, const char *, size_t n,
    int64_t *import, bool *known) MUST_USE;
enum err paper_import_show(struct db *, int64_t survey, int64_t import, const char *lang, json_t **out) MUST_USE;
enum err paper_imports(struct db *, int64_t survey, const char *lang, json_t **out) MUST_USE;
