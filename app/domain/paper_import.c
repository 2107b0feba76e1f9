/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Answers from a file; see paper.h.
 *
 *	番号,q1,q2,q2.other,q4.r1,q6.postcode
 *	1234-5678-9012,2,1 3,そのほか,4,1050011
 *
 * A cell is the answer as the engine keeps it (domain/questionnaire.h), or as spreadsheets
 * write it (questionnaire_tidy()); several choices stand with blanks between them, parts and
 * rows in columns of their own.
 *
 * A file counts whole or not at all, and what is wrong with it is said at once.  So lines are laid
 * aside one by one (paper_import_line), which takes no lock, and where nothing is wrong with any, all
 * are kept by one statement: citizens who answer meanwhile wait for that one, and not for the file.
 * Each line has an arena of its own, so that a file takes no more memory than its bytes, however
 * many lines.
 */
#include "domain/address.h"
#include "domain/paper.h"

#include <string.h>

#include "base/csv.h"
#include "base/json.h"
#include "base/text.h"
#include "db/queries.h"
#include "domain/questionnaire.h"
#include "domain/survey.h"
#include "domain/survey_quota.h"

enum { FAULTS_MOST = 100, WATCH_LINES = 50, BEYOND_CUT = 40 };

struct import {
	struct db *db;
	struct arena *arena;		/* of the line that is read */
	int64_t id, survey;
	const json_t *about, *document;
	json_t *faults, *seen;		/* of the whole file */
	json_t *counters;		/* as if the lines so far were kept */
	size_t lines;
	const struct paper_watch *watch;
	const char *bytes;		/* all of the file */
	size_t n;
};

/* One line of the file, as answers. */
struct line {
	size_t at;
	const char *number;		/* "": of no form */
	json_t *answers;
	const char *misnumbered;	/* what stands where a number should, or NULL */
	const char *beyond;		/* what stands behind the last column, or NULL */
	struct survey_limits limits;	/* that it is under */
};

static void
fault(struct import *im, size_t line, const char *key, const char *code)
{
	if (json_array_size(im->faults) < FAULTS_MOST)
		json_array_append_new(im->faults, json_pack("{s:I, s:o, s:s}", "line", (json_int_t)line,
		    "key", json_sprintf("paper_fault_%s", key), "code", code));
}

/* What is wrong with the answer to this question, with the numbers that the words name. */
static void
fault_answer(struct import *im, size_t line, const json_t *answers, const char *code)
{
	struct questionnaire_limits limits = { 0 };
	const char *key = questionnaire_problem(im->arena, questionnaire_question(im->document, code), answers, &limits);

	json_t *one = json_pack("{s:I, s:s, s:s}", "line", (json_int_t)line, "key", key, "code", code);

	json_object_update(one, questionnaire_named(im->arena, &limits));
	if (json_array_size(im->faults) < FAULTS_MOST)
		json_array_append(im->faults, one);
	json_decref(one);
}

/* The first answer to what was not asked. */
static void
fault_not_asked(struct import *im, size_t line, const json_t *answers)
{
	json_t *left = json_keep(im->arena, json_copy((json_t *)(uintptr_t)answers)), *value;
	const char *name;

	questionnaire_prune(im->arena, im->document, left);
	json_object_foreach((json_t *)(uintptr_t)answers, name, value)
		if (json_object_get(left, name) == NULL || strchr(name, '.') != NULL) {
			fault(im, line, "not_asked", name);
			return;
		}
}

static bool
is_number_column(const char *name)
{
	return strcmp(name, "\xe7\x95\xaa\xe5\x8f\xb7") == 0 || strcasecmp(name, "number") == 0;
}

static const json_t *
question_of_column(const struct import *im, const char *name, const char **part)
{
	const char *dot = strchr(name, '.');

	*part = dot != NULL ? dot + 1 : "";
	return questionnaire_question(im->document, dot != NULL ? arena_strndup(im->arena, name, (size_t)(dot - name)) : name);
}

static bool
is_list(const json_t *question)
{
	const char *kind = json_text(question, "kind");

	return strcmp(kind, "multi") == 0 || strcmp(kind, "rank") == 0;
}

static json_t *
list_of(struct import *im, const char *cell)
{
	json_t *list = json_array();
	char *rest, *one;

	for (one = strtok_r(text_normal(im->arena, cell), " ", &rest); one != NULL; one = strtok_r(NULL, " ", &rest))
		json_array_append_new(list, json_string(one));
	return list;
}

/* One cell into the answers. */
static void
put(struct import *im, json_t *answers, const char *name, const char *cell)
{
	const char *part, *code;
	const json_t *question = question_of_column(im, name, &part);
	json_t *whole;

	if (cell[0] == '\0')
		return;
	code = json_text(question, "code");
	if (part[0] == '\0') {
		json_object_set_new(answers, code, is_list(question) ? list_of(im, cell) :
		    json_string(questionnaire_tidy(im->arena, question, "", cell)));
		return;
	}
	if (strcmp(part, "other") == 0) {
		json_object_set_new(answers, name, json_string(cell));
		return;
	}
	whole = json_object_get(answers, code);
	if (whole == NULL)
		json_object_set_new(answers, code, whole = json_object());
	json_object_set_new(whole, part, json_flag(json_object_get(question, "settings"), "multi") ? list_of(im, cell) :
	    json_string(questionnaire_tidy(im->arena, question, part, cell)));
}

/* Whether answers to this question have such a part: a row, of an address, the words of その他. */
static bool
has_part(const json_t *question, const char *part)
{
	static const char *const parts[] = { "address", "postcode", "address", "district", "address", "text",
		"map", "lat", "map", "lon", "map", "text", "single", "other", "multi", "other" };
	const char *kind = json_text(question, "kind");

	if (strcmp(kind, "matrix") == 0)
		return questionnaire_coded(json_object_get(json_object_get(question, "settings"), "rows"), part) != NULL;
	for (size_t i = 0; i < sizeof parts / sizeof *parts; i += 2)
		if (strcmp(parts[i], kind) == 0 && strcmp(parts[i + 1], part) == 0)
			return true;
	return part[0] == '\0' && strcmp(kind, "address") != 0 && strcmp(kind, "map") != 0;
}

static void
add_column(json_t *list, const json_t *question, const char *part, const char *label)
{
	json_array_append_new(list, json_pack("{s:o, s:s}", "name", json_sprintf("%s%s%s", json_text(question, "code"),
	    part[0] != '\0' ? "." : "", part), "label", label));
}

json_t *
paper_columns(struct arena *a, const json_t *document)
{
	static const char *const parts[] = { "", "other", "postcode", "district", "lat", "lon", "text" };
	json_t *list = json_keep(a, json_array()), *q, *row;
	size_t i, k;

	json_array_foreach(json_object_get(document, "questions"), i, q) {
		const char *kind = json_text(q, "kind"), *label = questionnaire_text(q, "label", "ja");

		if (strcmp(kind, "note") == 0 || strcmp(kind, "file") == 0)
			continue;
		json_array_foreach(json_object_get(json_object_get(q, "settings"), "rows"), k, row)
			add_column(list, q, json_text(row, "code"), arena_printf(a, "%s: %s", label, questionnaire_text(row, NULL, "ja")));
		for (k = 0; k < sizeof parts / sizeof *parts; k++)
			if (has_part(q, parts[k]) && (strcmp(parts[k], "other") != 0 || questionnaire_offers_other(q)))
				add_column(list, q, parts[k], label);
	}
	return list;
}

/* Of two columns for the same one would be lost. */
static bool
stands_before(const struct csv_row *head, size_t at)
{
	for (size_t i = 0; i < at; i++)
		if (strcmp(head->cell[i], head->cell[at]) == 0 || (is_number_column(head->cell[i]) && is_number_column(head->cell[at])))
			return true;
	return false;
}

static bool
read_head(struct import *im, const struct csv_row *head)
{
	size_t i, before = json_array_size(im->faults);
	const json_t *question;
	const char *part;

	for (i = 0; i < head->cells; i++) {
		if (stands_before(head, i))
			fault(im, 1, "twice", head->cell[i]);
		if (is_number_column(head->cell[i]))
			continue;
		question = question_of_column(im, head->cell[i], &part);
		if (question == NULL || !has_part(question, part))
			fault(im, 1, "columns", head->cell[i]);
	}
	return json_array_size(im->faults) == before;
}

/* Whether a form of this number waits for its answer; one that stands in the file twice does
 * only once. */
static enum err
look(struct import *im, size_t line, const char *number)
{
	enum paper_form form;
	struct db_bytes spent;
	enum err e;

	if (json_object_get(im->seen, number) != NULL) {
		fault(im, line, "again", number);
		return ERR_OK;
	}
	json_object_set_new(im->seen, number, json_true());
	e = paper_look(im->db, im->survey, number, &form, &spent);
	if (e == ERR_OK && form >= PAPER_FORM_VOID)
		fault(im, line, "unknown", number);
	else if (e == ERR_OK && form == PAPER_FORM_ANSWERED)
		fault(im, line, "again", number);
	else if (e == ERR_OK && form == PAPER_FORM_ENTERED)
		fault(im, line, "entered", number);
	return e;
}

/* The cells, as they are. */
static void
line_read(struct import *im, const struct csv_row *head, const struct csv_row *row, struct line *out)
{
	*out = (struct line){ .at = row->line, .number = "", .answers = json_keep(im->arena, json_object()) };
	for (size_t i = head->cells; i < row->cells && out->beyond == NULL; i++)
		out->beyond = row->cell[i][0] != '\0' ? row->cell[i] : NULL;
	for (size_t i = 0; i < head->cells && i < row->cells; i++) {
		if (!is_number_column(head->cell[i]))
			put(im, out->answers, head->cell[i], row->cell[i]);
		else if (row->cell[i][0] != '\0' && (out->number = paper_number_read(im->arena, row->cell[i])) == NULL) {
			out->misnumbered = row->cell[i];
			return;
		}
	}
}

/* ERR_INVALID: wrong is the code of a question, or "": something was answered that is not asked. */
static enum err
line_accept(struct import *im, struct line *line, const char **wrong, bool *district)
{
	enum err e = questionnaire_accept(im->arena, im->document, line->answers, wrong);

	*district = false;
	if (e != ERR_OK)
		return e;
	e = address_settle(im->db, im->document, line->answers, wrong);
	*district = e == ERR_INVALID;
	return e;
}

/* Whether a line finds a place, counted behind those before it. */
static void
room(struct import *im, struct line *line)
{
	const struct survey_limits *limits = &line->limits;
	bool full = false;

	survey_limits(im->arena, im->about, line->answers, &line->limits);
	for (size_t k = 0; k < limits->keys.n; k++) {
		int64_t n = json_int(im->counters, limits->keys.data[k]);

		full = full || n >= limits->most.data[k];
		json_object_set_new(im->counters, limits->keys.data[k], json_integer(n + 1));
	}
	if (full)
		fault(im, line->at, "full", "");
}

static enum err
line_look(struct import *im, struct line *line)
{
	const char *wrong = "";
	bool district;
	enum err e;

	if (line->misnumbered != NULL) {
		fault(im, line->at, "number", line->misnumbered);
		return ERR_OK;
	}
	if (line->beyond != NULL) {
		fault(im, line->at, "beyond", text_cut(im->arena, line->beyond, BEYOND_CUT));
		return ERR_OK;
	}
	e = line_accept(im, line, &wrong, &district);
	if (e == ERR_INVALID && district)
		fault(im, line->at, "district", wrong);
	else if (e == ERR_INVALID && wrong[0] != '\0')
		fault_answer(im, line->at, line->answers, wrong);
	else if (e == ERR_INVALID)
		fault_not_asked(im, line->at, line->answers);
	else if (e == ERR_OK)
		room(im, line);
	if (e != ERR_OK && e != ERR_INVALID)
		return e;
	return line->number[0] != '\0' ? look(im, line->at, line->number) : ERR_OK;
}

/* Until something is wrong: then the file is only read to its end, to say what else is. */
static enum err
line_lay_aside(struct import *im, const struct line *line)
{
	if (json_array_size(im->faults) > 0)
		return ERR_OK;
	return q_paper_import_line(im->db, (struct q_paper_import_line){ .import = im->id, .line = (int64_t)line->at,
	    .number = line->number, .answers = line->answers, .keys = line->limits.keys, .most = line->limits.most }, NULL);
}

static enum err
watched(const struct import *im, const struct csv_reader *at)
{
	if (im->lines % WATCH_LINES != 0)
		return ERR_OK;
	return im->watch->look(im->watch->of, false, at->line, (int)((size_t)(at->at - im->bytes) * 100 / im->n));
}

/* Every line behind the head. */
static enum err
each(struct import *im, const struct csv_row *head, struct csv_reader *from)
{
	struct csv_row row;
	struct line line;
	enum err e = ERR_OK;

	for (; e == ERR_OK && json_array_size(im->faults) < FAULTS_MOST; im->lines++) {
		arena_reset(im->arena);
		e = csv_reader_next(from, im->arena, &row);
		if (e == ERR_NOT_FOUND)
			return ERR_OK;
		if (e != ERR_OK || im->lines == PAPER_LINES_MOST) {
			fault(im, row.line, e == ERR_OK ? "lines" : "cut", "");
			return ERR_OK;
		}
		line_read(im, head, &row, &line);
		e = line_look(im, &line);
		if (e == ERR_OK)
			e = line_lay_aside(im, &line);
		if (e == ERR_OK)
			e = watched(im, from);
	}
	return e;
}

static enum err
read_all(struct import *im, struct arena *a, const char *bytes, size_t n)
{
	struct csv_reader from;
	struct csv_row head;
	enum err e = ERR_OK;

	if (!json_flag(im->about, "takes"))
		fault(im, 1, "closed", "");
	else if (csv_reader_open(&from, bytes, n, ',') != ERR_OK || csv_reader_next(&from, a, &head) != ERR_OK)
		fault(im, 1, "columns", "");
	else if (read_head(im, &head)) {
		e = each(im, &head, &from);
		if (e == ERR_OK && im->lines == 0 && json_array_size(im->faults) == 0)
			fault(im, head.line, "columns", "");
	}
	return e;
}

/* ERR_CONFLICT: a form was answered, or a quota filled, since its line was looked at. */
static enum err
keep_all(struct import *im, struct arena *a)
{
	struct rows *rows;
	enum err e = im->watch->look(im->watch->of, true, im->lines + 1, 100);

	db_use(im->db, a);
	if (e == ERR_OK)
		e = q_paper_import_keep(im->db, (struct q_paper_import_keep){ .import = im->id,
		    .edition = (int)json_int(im->about, "edition") }, &rows);
	return e == ERR_OK && strcmp(rows_text(rows, 0, "outcome"), "kept") != 0 ? ERR_CONFLICT : e;
}

enum err
paper_import(struct db *db, struct arena *a, int64_t import, int64_t survey, const char *bytes, size_t n,
    const struct paper_watch *watch, json_t **faults, int *kept)
{
	struct import im = { .db = db, .id = import, .survey = survey, .faults = json_keep(a, json_array()),
	    .seen = json_keep(a, json_object()), .watch = watch, .bytes = bytes, .n = n };
	json_t *about;
	enum err e = paper_survey(db, survey, &about);

	if (e == ERR_OK)
		e = survey_counters(db, survey, &im.counters);
	if (e != ERR_OK)
		return e;
	im.about = about;
	im.document = questionnaire_without_files(a, json_object_get(about, "document"));
	im.arena = arena_new();
	db_use(db, im.arena);
	e = read_all(&im, a, bytes, n);
	if (e == ERR_OK && json_array_size(im.faults) == 0)
		e = keep_all(&im, a);
	db_use(db, a);
	arena_free(im.arena);
	*faults = im.faults;
	*kept = e == ERR_OK && json_array_size(im.faults) == 0 ? (int)im.lines : 0;
	return e;
}

/* --- asked for at the desk --- */

enum err
paper_import_ask(struct db *db, int64_t survey, int64_t staff, const char *name, const char *bytes, size_t n,
    int64_t *import, bool *known)
{
	struct rows *rows;
	enum err e = q_paper_import_ask(db, (struct q_paper_import_ask){ .staff = staff, .name = name, .bytes = { bytes, n },
	    .survey = survey }, &rows);

	if (e != ERR_OK)
		return e == ERR_NOT_FOUND ? ERR_BUSY : e;	/* another one is putting it there at this moment */
	*import = rows_int(rows, 0, "id");
	*known = rows_bool(rows, 0, "known");
	return ERR_OK;
}

enum err
paper_import_show(struct db *db, int64_t survey, int64_t import, const char *lang, json_t **out)
{
	return q_paper_import_show(db, (struct q_paper_import_show){ .lang = lang, .survey = survey, .import = import }, out);
}

enum err
paper_imports(struct db *db, int64_t survey, const char *lang, json_t **out)
{
	return q_paper_imports(db, (struct q_paper_imports){ .lang = lang, .survey = survey }, out);
}
