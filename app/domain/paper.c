/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Answers on paper; see paper.h.  What may be entered is decided in sql/functions/paper.sql.
 */
#include "domain/paper.h"

#include <string.h>

#include "base/json.h"
#include "base/secret.h"
#include "base/text.h"
#include "db/queries.h"
#include "domain/survey_quota.h"

/* --- numbers --- */

/* ISO/IEC 7064, MOD 11,10: what the digits before it come to. */
static int
check_digit(const char *digits, int n)
{
	int p = 10, s;

	for (int i = 0; i < n; i++) {
		s = (p + digits[i] - '0') % 10;
		p = (s == 0 ? 10 : s) * 2 % 11;
	}
	return (11 - p) % 10;
}

char *
paper_number(struct arena *a)
{
	char *number = arena_alloc(a, PAPER_DIGITS + 1);

	for (int i = 0; i < PAPER_DIGITS - 1; i++)
		number[i] = (char)('0' + secret_below(10));
	number[PAPER_DIGITS - 1] = (char)('0' + check_digit(number, PAPER_DIGITS - 1));
	number[PAPER_DIGITS] = '\0';
	return number;
}

char *
paper_number_read(struct arena *a, const char *typed)
{
	char *number = text_number(a, typed);

	if (number == NULL || strlen(number) != PAPER_DIGITS)
		return NULL;
	return number[PAPER_DIGITS - 1] - '0' == check_digit(number, PAPER_DIGITS - 1) ? number : NULL;
}

char *
paper_number_shown(struct arena *a, const char *number)
{
	return arena_printf(a, "%.4s-%.4s-%.4s", number, number + 4, number + 8);
}

/* --- forms --- */

enum err
paper_survey(struct db *db, int64_t survey, json_t **out)
{
	return q_paper_survey(db, (struct q_paper_survey){ .survey = survey }, out);
}

enum err
paper_print(struct db *db, struct arena *a, int64_t survey, int n)
{
	const char **numbers = arena_alloc(a, (size_t)n * sizeof *numbers);

	for (int i = 0; i < n; i++)
		numbers[i] = paper_number(a);
	return q_paper_print(db, (struct q_paper_print){ .survey = survey, .numbers = { numbers, (size_t)n } }, NULL);
}

enum err
paper_void(struct db *db, int64_t survey, const char *number, bool entered)
{
	return q_paper_void(db, (struct q_paper_void){ .survey = survey, .number = number, .entered = entered }, NULL);
}

enum err
paper_twice(struct db *db, int64_t survey, bool twice)
{
	return q_paper_twice(db, (struct q_paper_twice){ .survey = survey, .twice = twice }, NULL);
}

enum err
paper_look(struct db *db, int64_t survey, const char *number, enum paper_form *form, struct db_bytes *spent)
{
	static const char *const forms[] = { "free", "entered", "answered", "void", "other", "none" };
	struct rows *rows;
	enum err e = q_paper_look(db, (struct q_paper_look){ .survey = survey, .number = number }, &rows);
	int i = 0;

	if (e != ERR_OK)
		return e;
	while (i < PAPER_FORM_NONE && strcmp(rows_text(rows, 0, "form"), forms[i]) != 0)
		i++;
	*form = (enum paper_form)i;
	spent->data = rows_bytes(rows, 0, "spent", &spent->n);
	return ERR_OK;
}

/* --- answers --- */

static enum paper_fate
fate_of(const char *outcome)
{
	static const char *const fates[] = { "kept", "first", "differs", "again", "unknown", "closed", "person", "full" };
	size_t i = 0;

	while (i < PAPER_FULL && strcmp(outcome, fates[i]) != 0)
		i++;
	return (enum paper_fate)i;
}

enum err
paper_person(struct db *db, const struct vault *vault, const char *channel, const char *address, int64_t *citizen)
{
	uint8_t hash[SECRET_HASH];
	struct rows *rows;
	enum err e;

	*citizen = 0;
	vault_hash(vault, channel, address, hash);
	e = q_people_find(db, (struct q_people_find){ .channel = channel, .hash = { hash, sizeof hash } }, &rows);
	if (e == ERR_OK)
		*citizen = rows_int(rows, 0, "citizen_id");
	if (e != ERR_OK && e != ERR_NOT_FOUND)
		return e;
	return q_people_searched(db, (struct q_people_searched){ .citizen = *citizen }, NULL);
}

enum err
paper_enter(struct db *db, struct arena *a, const struct paper *p, enum paper_fate *fate, const char **number, json_t **codes)
{
	struct rows *rows;
	struct survey_limits limits;
	const char *differs;
	enum err e;

	survey_limits(a, p->about, p->answers, &limits);
	e = q_paper_enter(db, (struct q_paper_enter){ .survey = p->survey, .number = p->number, .way = p->way,
	    .edition = p->edition, .answers = p->answers, .staff = p->staff, .keys = limits.keys, .most = limits.most,
	    .citizen = p->citizen != 0 ? &p->citizen : NULL }, &rows);
	if (e != ERR_OK)
		return e;
	*fate = fate_of(rows_text(rows, 0, "outcome"));
	*number = rows_text(rows, 0, "receipt");
	differs = rows_text(rows, 0, "differs");
	return json_parse(a, differs, strlen(differs), codes);
}
