/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The answers of one response, read straight into the cells of a table.
 *
 * A document of answers is some twenty keys; a tree of it would be made of sixty pieces of
 * memory and thrown away at once, a million times.  So the text is walked once, from key to
 * key, and each value is put where it belongs.  The server writes keys of all responses in one
 * order, so that the next key is most often that of the next group of columns.
 */
#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "base/buf.h"
#include "domain/export.h"
#include "domain/questionnaire.h"

/* Columns that are answered under one key, side by side. */
struct group {
	const char *code;
	size_t n_code, first, n;
};

struct export_reader {
	const struct export_column *columns;
	struct export_cell *cells;
	size_t n_columns;
	struct group *groups;		/* as jsonb orders keys: short ones first, then by bytes */
	size_t n_groups;
	struct arena *arena;		/* of the response that is read */
	bool in_words;
	const char *files;
	const char *at;
};

static const char none[] = "";

/* --- groups --- */

static int
in_order(const void *one, const void *other)
{
	const struct group *a = one, *b = other;

	return a->n_code != b->n_code ? (a->n_code > b->n_code) - (a->n_code < b->n_code) : memcmp(a->code, b->code, a->n_code);
}

struct export_reader *
export_reader_new(struct arena *a, const struct export_column *columns, size_t n, bool labels, const char *files)
{
	struct export_reader *r = arena_alloc(a, sizeof *r);
	size_t i;

	*r = (struct export_reader){ .columns = columns, .n_columns = n, .in_words = labels, .files = files,
	    .cells = arena_alloc(a, (n + 1) * sizeof *r->cells), .groups = arena_alloc(a, (n + 1) * sizeof *r->groups) };
	for (i = 0; i < n; i++)
		if (i > 0 && strcmp(columns[i].code, columns[i - 1].code) == 0)
			r->groups[r->n_groups - 1].n++;
		else
			r->groups[r->n_groups++] = (struct group){ columns[i].code, strlen(columns[i].code), i, 1 };
	qsort(r->groups, r->n_groups, sizeof *r->groups, in_order);
	return r;
}

/* The group of this key, looked for from *next on; NULL: no column wants it. */
static const struct group *
group_of(const struct export_reader *r, const char *code, size_t n, size_t *next)
{
	size_t tried;

	for (tried = 0; tried < r->n_groups; tried++) {
		const struct group *g = &r->groups[(*next + tried) % r->n_groups];

		if (g->n_code == n && memcmp(g->code, code, n) == 0) {
			*next = (*next + tried + 1) % r->n_groups;
			return g;
		}
	}
	return NULL;
}

/* --- the text; what the server wrote is well formed, so that the end is the only care --- */

static void
blank(struct export_reader *r)
{
	while (*r->at == ' ' || *r->at == '\n' || *r->at == '\t')
		r->at++;
}

/* True, and behind it: this sign is the next. */
static bool
sign(struct export_reader *r, char c)
{
	blank(r);
	if (*r->at != c)
		return false;
	r->at++;
	return true;
}

static unsigned
hex4(const char *s)
{
	unsigned value = 0;
	int i;

	for (i = 0; i < 4 && s[i] != '\0'; i++)
		value = value * 16 + (unsigned)(s[i] <= '9' ? s[i] - '0' : (s[i] | 0x20) - 'a' + 10);
	return value;
}

static void
add_utf8(struct buf *out, unsigned c)
{
	if (c < 0x80)
		buf_addch(out, (char)c);
	else if (c < 0x800) {
		buf_addch(out, (char)(0xc0 | c >> 6));
		buf_addch(out, (char)(0x80 | (c & 0x3f)));
	} else if (c < 0x10000) {
		buf_addch(out, (char)(0xe0 | c >> 12));
		buf_addch(out, (char)(0x80 | (c >> 6 & 0x3f)));
		buf_addch(out, (char)(0x80 | (c & 0x3f)));
	} else {
		buf_addch(out, (char)(0xf0 | c >> 18));
		buf_addch(out, (char)(0x80 | (c >> 12 & 0x3f)));
		buf_addch(out, (char)(0x80 | (c >> 6 & 0x3f)));
		buf_addch(out, (char)(0x80 | (c & 0x3f)));
	}
}

/* One sign behind a backslash; r->at is behind it. */
static void
unescape(struct export_reader *r, struct buf *out)
{
	static const char from[] = "bfnrt", to[] = "\b\f\n\r\t";
	char c = *r->at;
	const char *known = c != '\0' ? strchr(from, c) : NULL;
	unsigned u;

	if (c == '\0')
		return;
	r->at++;
	if (c != 'u') {
		buf_addch(out, known != NULL ? to[known - from] : c);
		return;
	}
	u = hex4(r->at);
	r->at += strnlen(r->at, 4);
	if (u >= 0xd800 && u < 0xdc00 && r->at[0] == '\\' && r->at[1] == 'u') {
		u = 0x10000 + ((u - 0xd800) << 10) + (hex4(r->at + 2) - 0xdc00);
		r->at += 2 + strnlen(r->at + 2, 4);
	}
	add_utf8(out, u);
}

/* The string that begins here; where it stands, if nothing in it is escaped. */
static struct export_cell
string(struct export_reader *r)
{
	const char *from = ++r->at;
	struct buf out;

	r->at += strcspn(r->at, "\"\\");
	if (*r->at != '\\') {
		struct export_cell cell = { from, (size_t)(r->at - from) };

		r->at += *r->at == '"';
		return cell;
	}
	buf_init(&out, r->arena);
	for (;;) {
		buf_add(&out, from, (size_t)(r->at - from));
		if (*r->at != '\\')
			break;
		r->at++;
		unescape(r, &out);
		from = r->at;
		r->at += strcspn(r->at, "\"\\");
	}
	r->at += *r->at == '"';
	return (struct export_cell){ out.data, out.len };
}

/* Whatever it is. */
static void
skip(struct export_reader *r)
{
	int depth = 0;

	do {
		blank(r);
		if (*r->at == '\0')
			return;
		if (*r->at == '"')
			(void)string(r);
		else {
			depth += *r->at == '{' || *r->at == '[';
			depth -= *r->at == '}' || *r->at == ']';
			r->at++;
			if (depth == 0)
				r->at += strcspn(r->at, ",]}");
		}
		blank(r);
		if (depth > 0 && (*r->at == ',' || *r->at == ':'))
			r->at++;
	} while (depth > 0);
}

/* The next string of a list, of which the opening bracket has been read; false: it has ended. */
static bool
next_item(struct export_reader *r, struct export_cell *item)
{
	for (;;) {
		(void)sign(r, ',');
		if (*r->at == '\0' || sign(r, ']'))
			return false;
		if (*r->at == '"') {
			*item = string(r);
			return true;
		}
		skip(r);
	}
}

/* --- where it belongs --- */

static bool
same(struct export_cell cell, const char *text)
{
	return strncmp(text, cell.text, cell.n) == 0 && text[cell.n] == '\0';
}

/* A code, or what it means. */
static struct export_cell
meaning(const struct export_reader *r, const struct export_column *c, struct export_cell code)
{
	const json_t *choices = json_object_get(c->question, "choices"), *choice;
	const char *label;
	size_t i;

	if (!r->in_words || code.n == 0)
		return code;
	json_array_foreach(choices, i, choice)
		if (same(code, json_text(choice, "code"))) {
			label = questionnaire_text(choice, NULL, "ja");
			return (struct export_cell){ label, strlen(label) };
		}
	return code;
}

static void
put(struct export_reader *r, size_t column, const char *text)
{
	r->cells[column] = (struct export_cell){ text, strlen(text) };
}

/* Boxes and places of the columns from first to end, of this row; the list has begun. */
static void
read_list(struct export_reader *r, size_t first, size_t end)
{
	struct export_cell item;
	size_t i, place = 0;

	while (next_item(r, &item)) {
		place++;
		for (i = first; i < end; i++)
			if (same(item, r->columns[i].choice))
				put(r, i, r->columns[i].part == EXPORT_PLACE ? arena_printf(r->arena, "%zu", place) : "1");
	}
}

static void
read_files(struct export_reader *r, size_t column)
{
	struct export_cell item;
	struct buf out;

	buf_init(&out, r->arena);
	while (next_item(r, &item)) {
		buf_adds(&out, out.len > 0 ? " " : "");
		buf_adds(&out, r->files);
		buf_add(&out, item.text, item.n);
	}
	r->cells[column] = (struct export_cell){ out.data, out.len };
}

static bool
is_box(const struct export_column *c)
{
	return c->part == EXPORT_BOX || c->part == EXPORT_ROW_BOX;
}

/* What stands under one key of an object. */
static void
read_row(struct export_reader *r, const struct group *g, struct export_cell row)
{
	size_t first = g->first, end, i;

	while (first < g->first + g->n && !same(row, r->columns[first].row))
		first++;
	for (end = first; end < g->first + g->n && same(row, r->columns[end].row); end++)
		continue;
	blank(r);
	for (i = first; i < end && is_box(&r->columns[i]); i++)
		put(r, i, "0");
	if (first < end && is_box(&r->columns[first]) && sign(r, '['))
		read_list(r, first, end);
	else if (first < end && !is_box(&r->columns[first]) && *r->at == '"')
		r->cells[first] = r->columns[first].part == EXPORT_ROW ? meaning(r, &r->columns[first], string(r)) : string(r);
	else
		skip(r);
}

static void
read_object(struct export_reader *r, const struct group *g)
{
	while (*r->at != '\0' && !sign(r, '}')) {
		struct export_cell row;

		(void)sign(r, ',');
		blank(r);
		if (*r->at != '"')
			return;
		row = string(r);
		(void)sign(r, ':');
		read_row(r, g, row);
	}
}

static void
read_answer(struct export_reader *r, const struct group *g)
{
	const struct export_column *c = &r->columns[g->first];
	bool list = c->part == EXPORT_BOX || c->part == EXPORT_PLACE, object = c->part == EXPORT_ROW || c->part == EXPORT_ROW_BOX ||
	    c->part == EXPORT_KEY;
	size_t i;

	blank(r);
	for (i = 0; c->part == EXPORT_BOX && i < g->n; i++)
		put(r, g->first + i, "0");
	if (list && *r->at == '[') {
		r->at++;
		read_list(r, g->first, g->first + g->n);
	} else if (c->part == EXPORT_FILES && *r->at == '[') {
		r->at++;
		read_files(r, g->first);
	} else if (object && *r->at == '{') {
		r->at++;
		read_object(r, g);
	} else if (!list && !object && c->part != EXPORT_FILES && *r->at == '"')
		r->cells[g->first] = c->part == EXPORT_CHOICE ? meaning(r, c, string(r)) : string(r);
	else
		skip(r);
}

const struct export_cell *
export_read(struct export_reader *r, struct arena *a, const char *answers)
{
	size_t i, next = 0;

	for (i = 0; i < r->n_columns; i++)
		r->cells[i] = (struct export_cell){ none, 0 };
	r->arena = a;
	r->at = answers;
	if (!sign(r, '{'))
		return r->cells;
	while (*r->at != '\0' && !sign(r, '}')) {
		const struct group *g;
		struct export_cell key;

		(void)sign(r, ',');
		blank(r);
		if (*r->at != '"')
			break;
		key = string(r);
		(void)sign(r, ':');
		g = group_of(r, key.text, key.n, &next);
		if (g != NULL)
			read_answer(r, g);
		else
			skip(r);
	}
	return r->cells;
}
