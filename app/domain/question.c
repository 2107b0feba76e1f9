/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Building a questionnaire: the draft, and what is done to it.
 *
 * What a clerk typed is read in question_read.c and question_logic.c, and said in words by
 * question_words.c; that a published questionnaire keeps its meaning is the database's
 * business (sql/functions/question.sql).
 */
#include "domain/question.h"

#include <string.h>

#include "base/arena.h"
#include "base/json.h"
#include "db/queries.h"

const char *const question_kinds[] = {
	"single", "multi", "text", "long", "number", "date", "time", "scale", "rank", "matrix",
	"address", "map", "file", "note", "consent", NULL,
};

enum err
question_draft(struct db *db, int64_t questionnaire, json_t **out)
{
	return q_question_draft(db, (struct q_question_draft){ questionnaire }, out);
}

json_t *
question_of(const json_t *draft, const char *code, int *number)
{
	json_t *q;
	size_t i;

	json_array_foreach(json_object_get(draft, "questions"), i, q)
		if (strcmp(json_text(q, "code"), code) == 0) {
			if (number != NULL)
				*number = (int)i + 1;
			return q;
		}
	return NULL;
}

bool
question_has_choices(const char *kind)
{
	return strcmp(kind, "single") == 0 || strcmp(kind, "multi") == 0 || strcmp(kind, "rank") == 0 ||
	    strcmp(kind, "matrix") == 0;
}

/* What a kind begins with. */
static json_t *
settings_of(const char *kind)
{
	if (strcmp(kind, "text") == 0)
		return json_pack("{s:i}", "max", 100);
	if (strcmp(kind, "long") == 0)
		return json_pack("{s:i}", "max", 2000);
	if (strcmp(kind, "scale") == 0)
		return json_pack("{s:i, s:{s:{s:s}}, s:{s:{s:s}}}", "points", 5, "low", "texts", "ja", "", "high", "texts", "ja", "");
	if (strcmp(kind, "matrix") == 0)
		return json_pack("{s:[]}", "rows");
	if (strcmp(kind, "file") == 0)
		return json_pack("{s:i, s:[s]}", "max", 3, "kinds", "image");
	return json_object();
}

enum err
question_add(struct db *db, struct arena *a, int64_t questionnaire, int64_t staff, const char *kind, const char **code)
{
	struct rows *rows;
	enum err e = q_question_add(db, (struct q_question_add){ .questionnaire = questionnaire, .kind = kind,
	    .settings = json_keep(a, settings_of(kind)), .staff = staff }, &rows);

	if (e == ERR_OK)
		*code = rows_text(rows, 0, "code");
	return e;
}

enum err
question_copy(struct db *db, struct question_edit by, const char **code)
{
	struct rows *rows;
	enum err e = q_question_copy(db, (struct q_question_copy){ .questionnaire = by.questionnaire, .code = by.code,
	    .staff = by.staff }, &rows);

	if (e == ERR_OK)
		*code = rows_text(rows, 0, "code");
	return e;
}

enum err
question_remove(struct db *db, struct question_edit by)
{
	int removed;
	enum err e = q_question_remove(db, (struct q_question_remove){ by.questionnaire, by.code }, &removed);

	return e != ERR_OK || removed == 1 ? e : ERR_NOT_FOUND;
}

enum err
question_order(struct db *db, int64_t questionnaire, int64_t staff, int revision, struct db_texts codes)
{
	struct rows *rows;
	enum err e = q_question_order(db, (struct q_question_order){ .questionnaire = questionnaire, .revision = revision,
	    .codes = codes, .staff = staff }, &rows);

	if (e != ERR_OK)
		return e;
	return rows_bool(rows, 0, "done") ? ERR_OK : ERR_CONFLICT;
}

enum err
question_save(struct db *db, struct question_edit by, const struct question_content *c)
{
	int changed;
	enum err e = q_question_save(db, (struct q_question_save){ .required = c->required, .texts = c->texts,
	    .choices = c->choices, .settings = c->settings, .questionnaire = by.questionnaire, .code = by.code,
	    .seen = by.seen }, &changed);

	return e != ERR_OK || changed == 1 ? e : ERR_CONFLICT;
}

enum err
question_publish(struct db *db, int64_t questionnaire, int64_t staff, const char *reason)
{
	struct rows *rows;

	return q_questionnaire_publish(db, (struct q_questionnaire_publish){ questionnaire, staff, reason }, &rows);
}

enum err
question_editions(struct db *db, const struct words *words, int64_t questionnaire, json_t **out)
{
	json_t *row;
	enum err e = q_question_editions(db, (struct q_question_editions){ .lang = words_lang(words),
	    .questionnaire = questionnaire }, out);
	size_t i;

	if (e != ERR_OK)
		return e;
	json_array_foreach(*out, i, row)
		json_object_set_new(row, "what", json_string(words_get(words,
		    strcmp(json_text(row, "act"), "corrected") == 0 ? "question_act_corrected" : "question_act_published")));
	return ERR_OK;
}
