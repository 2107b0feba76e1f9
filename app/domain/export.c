/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The table of all answers: its columns, and what SPSS is told about them.  Cells are read in
 * export_read.c.
 */
#include "domain/export.h"

#include <string.h>

#include "base/arena.h"
#include "base/buf.h"
#include "base/text.h"
#include "db/queries.h"
#include "domain/questionnaire.h"

/* As SPSS keeps them, in bytes: labels, and texts, of which four bytes a sign are taken. */
enum { VARIABLE_LABEL = 255, VALUE_LABEL = 120, TEXT_BYTES = 8000, TEXT_BYTES_MOST = 32767 };

struct columns {
	struct arena *arena;
	struct export_column *list;
	size_t n, room;
};

/* The new one, where it stands until the next is added. */
static struct export_column *
add(struct columns *c, const json_t *question, enum export_part part, const char *name, const char *label)
{
	struct export_column *k, *before = c->list;

	if (c->n == c->room) {
		c->room = 2 * c->room + 100;
		c->list = arena_alloc(c->arena, c->room * sizeof *c->list);
		if (c->n > 0)
			memcpy(c->list, before, c->n * sizeof *c->list);
	}
	k = &c->list[c->n++];
	*k = (struct export_column){ .name = name, .label = label, .question = question, .part = part,
	    .code = json_text(question, "code"), .row = "", .choice = "" };
	return k;
}

static const char *
two(struct columns *c, const json_t *question, const char *more)
{
	return arena_printf(c->arena, "%s: %s", questionnaire_text(question, "label", "ja"), more);
}

/* One for each choice: boxes, or places of an order. */
static void
add_each(struct columns *c, const json_t *question, enum export_part part)
{
	const json_t *choices = json_object_get(question, "choices"), *choice;
	const char *code = json_text(question, "code");
	size_t i;

	json_array_foreach(choices, i, choice)
		add(c, question, part, arena_printf(c->arena, "%s_%s", code, json_text(choice, "code")),
		    two(c, question, questionnaire_text(choice, NULL, "ja")))->choice = json_text(choice, "code");
}

static void
add_rows(struct columns *c, const json_t *question)
{
	const json_t *settings = json_object_get(question, "settings"), *row, *choice;
	const json_t *choices = json_object_get(question, "choices");
	const char *code = json_text(question, "code");
	size_t i, k;

	json_array_foreach(json_object_get(settings, "rows"), i, row) {
		const char *r = json_text(row, "code"), *label = two(c, question, questionnaire_text(row, NULL, "ja"));

		if (!json_flag(settings, "multi")) {
			add(c, question, EXPORT_ROW, arena_printf(c->arena, "%s_%s", code, r), label)->row = r;
			continue;
		}
		json_array_foreach(choices, k, choice) {
			struct export_column *box = add(c, question, EXPORT_ROW_BOX,
			    arena_printf(c->arena, "%s_%s_%s", code, r, json_text(choice, "code")),
			    arena_printf(c->arena, "%s: %s", label, questionnaire_text(choice, NULL, "ja")));

			box->row = r;
			box->choice = json_text(choice, "code");
		}
	}
}

static void
add_keys(struct columns *c, const json_t *question, const char *const keys[])
{
	size_t i;

	/* A district is a code, which means something, as that of a choice does. */
	for (i = 0; keys[i] != NULL; i++)
		add(c, question, strcmp(keys[i], "district") == 0 ? EXPORT_ROW : EXPORT_KEY,
		    arena_printf(c->arena, "%s_%s", json_text(question, "code"), keys[i]), two(c, question, keys[i]))->row = keys[i];
}

/* A free text, and what staff put to it: query export_rows has it under the code and '#'. */
static void
add_text(struct columns *c, const json_t *question, const char *code, const char *name, const char *label)
{
	add(c, question, EXPORT_TEXT, name, label)->code = code;
	add(c, question, EXPORT_TEXT, arena_printf(c->arena, "%s_tags", name), arena_printf(c->arena, "%s: tags", label))->code =
	    arena_printf(c->arena, "%s#", code);
}

static void
add_question(struct columns *c, const json_t *question)
{
	static const char *const address[] = { "postcode", "district", "text", NULL }, *const map[] = { "lat", "lon", "text", NULL };
	const char *code = json_text(question, "code"), *label = questionnaire_text(question, "label", "ja");
	const json_t *choice;
	size_t i;

	if (questionnaire_is(question, "multi"))
		add_each(c, question, EXPORT_BOX);
	else if (questionnaire_is(question, "rank"))
		add_each(c, question, EXPORT_PLACE);
	else if (questionnaire_is(question, "matrix"))
		add_rows(c, question);
	else if (questionnaire_is(question, "address"))
		add_keys(c, question, address);
	else if (questionnaire_is(question, "map"))
		add_keys(c, question, map);
	else if (questionnaire_is(question, "single"))
		add(c, question, EXPORT_CHOICE, code, label);
	else if (questionnaire_is(question, "text") || questionnaire_is(question, "long"))
		add_text(c, question, code, code, label);
	else
		add(c, question, questionnaire_is(question, "file") ? EXPORT_FILES : EXPORT_TEXT, code, label);
	json_array_foreach(json_object_get(question, "choices"), i, choice)
		if (json_flag(choice, "other"))
			add_text(c, question, arena_printf(c->arena, "%s.other", code), arena_printf(c->arena, "%s_other_text", code),
			    two(c, question, arena_printf(c->arena, "%s: text", questionnaire_text(choice, NULL, "ja"))));
}

enum err
export_districts(struct db *db, json_t *document)
{
	json_t *districts, *q;
	enum err e = q_export_districts(db, &districts);
	size_t i;

	if (e != ERR_OK)
		return e;
	json_array_foreach(json_object_get(document, "questions"), i, q)
		if (questionnaire_is(q, "address"))
			json_object_set(q, "choices", districts);
	return ERR_OK;
}

size_t
export_columns(struct arena *a, const json_t *document, struct export_column **out)
{
	struct columns c = { .arena = a };
	const json_t *questions = json_object_get(document, "questions"), *q;
	size_t i;

	json_array_foreach(questions, i, q)
		if (!questionnaire_is(q, "note"))
			add_question(&c, q);
	*out = c.list;
	return c.n;
}

bool
export_is_number(const struct export_column *c, bool labels)
{
	switch (c->part) {
	case EXPORT_BOX:
	case EXPORT_PLACE:
	case EXPORT_ROW_BOX:
		return true;
	case EXPORT_CHOICE:
	case EXPORT_ROW:
		(void)labels;
		return false;
	case EXPORT_TEXT:
		return (questionnaire_is(c->question, "number") || questionnaire_is(c->question, "scale")) && strchr(c->code, '.') == NULL;
	default:
		return false;
	}
}

/* --- for SPSS --- */

/* In apostrophes, which are doubled; of most bytes, and of whole signs. */
static void
quoted(struct arena *a, struct buf *out, const char *text, size_t most)
{
	const char *s = text_cut(a, text, most);
	size_t n = most, i;

	while (strlen(s) > most && n > 1) {
		n = n * most / strlen(s);
		s = text_cut(a, text, n > 0 ? n : 1);
	}
	buf_addch(out, '\'');
	for (i = 0; s[i] != '\0'; i++) {
		if (s[i] == '\'')
			buf_addch(out, '\'');
		buf_addch(out, s[i] == '\n' ? ' ' : s[i]);
	}
	buf_addch(out, '\'');
}

static void
value_labels(struct arena *a, const struct export_column *c, struct buf *out)
{
	const json_t *choices = json_object_get(c->question, "choices"), *choice;
	size_t i;

	if (json_array_size(choices) == 0)
		return;
	buf_addf(out, "VALUE LABELS %s", c->name);
	json_array_foreach(choices, i, choice) {
		buf_adds(out, "\n  ");
		quoted(a, out, json_text(choice, "code"), VALUE_LABEL);
		buf_addch(out, ' ');
		quoted(a, out, questionnaire_text(choice, NULL, "ja"), VALUE_LABEL);
	}
	buf_adds(out, ".\n");
}

static const char *
format_of(struct arena *a, const struct export_column *c)
{
	int64_t bytes = 4 * json_int(json_object_get(c->question, "settings"), "max");

	if (c->part == EXPORT_CHOICE || c->part == EXPORT_ROW)
		return "A16";
	if (export_is_number(c, false))
		return "F12.2";
	return arena_printf(a, "A%d", bytes <= TEXT_BYTES || !questionnaire_is(c->question, "long") ? TEXT_BYTES :
	    bytes < TEXT_BYTES_MOST ? (int)bytes : TEXT_BYTES_MOST);
}

void
export_syntax(struct arena *a, const json_t *document, const char *file, struct buf *out)
{
	struct export_column *c;
	size_t n = export_columns(a, document, &c), i;

	buf_adds(out, "* Encoding: UTF-8.\nGET DATA\n  /TYPE=TXT\n  /FILE=");
	quoted(a, out, file, VARIABLE_LABEL);
	buf_adds(out, "\n  /ENCODING='UTF8'\n  /DELIMITERS=','"
	    "\n  /QUALIFIER='\"'\n  /ARRANGEMENT=DELIMITED\n  /FIRSTCASE=2\n  /VARIABLES=\n"
	    "  number A20\n  day SDATE10\n  language A10\n  way A10\n  seconds F8.0");
	for (i = 0; i < n; i++)
		buf_addf(out, "\n  %s %s", c[i].name, format_of(a, &c[i]));
	buf_adds(out, ".\nVARIABLE LABELS");
	for (i = 0; i < n; i++) {
		buf_addf(out, "\n  %s ", c[i].name);
		quoted(a, out, c[i].label, VARIABLE_LABEL);
	}
	buf_adds(out, ".\n");
	for (i = 0; i < n; i++)
		if (c[i].part == EXPORT_CHOICE || c[i].part == EXPORT_ROW)
			value_labels(a, &c[i], out);
	for (i = 0; i < n; i++)
		buf_addf(out, "VARIABLE LEVEL %s (%s).\n", c[i].name, !export_is_number(&c[i], false) ? "NOMINAL" :
		    c[i].part == EXPORT_PLACE || questionnaire_is(c[i].question, "scale") ? "ORDINAL" : "SCALE");
	buf_adds(out, "EXECUTE.\n");
}

/* --- files --- */

enum err
export_ask(struct db *db, int64_t survey, const char *kind, bool labels, int64_t staff, const char **id)
{
	struct rows *rows;
	enum err e = q_export_ask(db, (struct q_export_ask){ .survey = survey, .kind = kind, .labels = labels, .staff = staff }, &rows);

	if (e == ERR_OK)
		*id = rows_text(rows, 0, "id");
	return e;
}

enum err
export_show(struct db *db, int64_t survey, const char *id, const char *lang, json_t **out)
{
	return q_export_show(db, (struct q_export_show){ .lang = lang, .survey = survey, .id = id }, out);
}

enum err
export_list(struct db *db, int64_t survey, const char *lang, json_t **out)
{
	return q_export_list(db, (struct q_export_list){ .lang = lang, .survey = survey }, out);
}
