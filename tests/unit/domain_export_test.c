/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The table of all answers: what is read from a text in one walk against what a tree of it
 * says, for thousands of documents, right ones and such as no survey makes.
 */
#include "domain/export.h"

#include <stdlib.h>

#include "base/arena.h"
#include "base/json.h"
#include "tap.h"

static const char document[] = "{\"questions\": ["
    "{\"code\": \"q1\", \"kind\": \"single\", \"texts\": {\"ja\": {\"label\": \"一\"}}, \"choices\": ["
    "  {\"code\": \"1\", \"texts\": {\"ja\": \"はい\"}}, {\"code\": \"other\", \"other\": true, \"texts\": {\"ja\": \"その他\"}}]},"
    "{\"code\": \"q2\", \"kind\": \"multi\", \"texts\": {\"ja\": {\"label\": \"二\"}}, \"choices\": ["
    "  {\"code\": \"1\", \"texts\": {\"ja\": \"あ\"}}, {\"code\": \"2\", \"texts\": {\"ja\": \"い\"}}, {\"code\": \"10\", \"texts\": {\"ja\": \"う\"}}]},"
    "{\"code\": \"q3\", \"kind\": \"note\", \"texts\": {\"ja\": {\"label\": \"三\"}}},"
    "{\"code\": \"q4\", \"kind\": \"rank\", \"texts\": {\"ja\": {\"label\": \"四\"}}, \"choices\": ["
    "  {\"code\": \"1\", \"texts\": {\"ja\": \"あ\"}}, {\"code\": \"2\", \"texts\": {\"ja\": \"い\"}}]},"
    "{\"code\": \"q5\", \"kind\": \"matrix\", \"texts\": {\"ja\": {\"label\": \"五\"}}, \"settings\": {\"rows\": ["
    "  {\"code\": \"r1\", \"texts\": {\"ja\": \"行\"}}, {\"code\": \"r2\", \"texts\": {\"ja\": \"列\"}}]}, \"choices\": [{\"code\": \"1\", \"texts\": {\"ja\": \"良い\"}}]},"
    "{\"code\": \"q6\", \"kind\": \"matrix\", \"texts\": {\"ja\": {\"label\": \"六\"}}, \"settings\": {\"multi\": true, \"rows\": ["
    "  {\"code\": \"r1\", \"texts\": {\"ja\": \"行\"}}, {\"code\": \"r2\", \"texts\": {\"ja\": \"列\"}}]}, \"choices\": ["
    "  {\"code\": \"1\", \"texts\": {\"ja\": \"良い\"}}, {\"code\": \"2\", \"texts\": {\"ja\": \"悪い\"}}]},"
    "{\"code\": \"q7\", \"kind\": \"address\", \"texts\": {\"ja\": {\"label\": \"七\"}}},"
    "{\"code\": \"q8\", \"kind\": \"file\", \"texts\": {\"ja\": {\"label\": \"八\"}}},"
    "{\"code\": \"q9\", \"kind\": \"long\", \"texts\": {\"ja\": {\"label\": \"九\"}}},"
    "{\"code\": \"q10\", \"kind\": \"number\", \"texts\": {\"ja\": {\"label\": \"十\"}}}]}";

static const char *
text_of(const json_t *value)
{
	return json_is_string(value) ? json_string_value(value) : "";
}

static size_t
place_in(const json_t *list, const char *code)
{
	const json_t *item;
	size_t i, place = 0, found = 0;

	json_array_foreach(list, i, item)
		if (json_is_string(item)) {
			place++;
			if (strcmp(json_string_value(item), code) == 0)
				found = place;
		}
	return found;
}

static const char files[] = "https://minato.localhost/desk/files/";

/* What the cell must be, by the words of the header, of a tree. */
static const char *
wanted(struct arena *a, const struct export_column *c, const json_t *answers, bool labels)
{
	const json_t *answer = json_object_get(answers, c->code), *row = json_object_get(answer, c->row), *item;
	const char *text, *out = "";
	size_t i, place;

	if (answer == NULL)
		return "";
	switch (c->part) {
	case EXPORT_TEXT:
		return text_of(answer);
	case EXPORT_CHOICE:
	case EXPORT_ROW:
		text = text_of(c->part == EXPORT_ROW ? row : answer);
		json_array_foreach(json_object_get(c->question, "choices"), i, item)
			if (labels && strcmp(json_text(item, "code"), text) == 0)
				return json_text(json_object_get(item, "texts"), "ja");
		return text;
	case EXPORT_BOX:
		return place_in(answer, c->choice) > 0 ? "1" : "0";
	case EXPORT_PLACE:
		place = place_in(answer, c->choice);
		return place > 0 ? arena_printf(a, "%zu", place) : "";
	case EXPORT_ROW_BOX:
		return row == NULL ? "" : place_in(row, c->choice) > 0 ? "1" : "0";
	case EXPORT_KEY:
		return text_of(row);
	case EXPORT_FILES:
		json_array_foreach(answer, i, item)
			if (json_is_string(item))
				out = arena_printf(a, "%s%s%s%s", out, out[0] != '\0' ? " " : "", labels ? files : "",
				    json_string_value(item));
		return out;
	}
	return "?";
}

static uint32_t seed = 1;

static size_t
chance(size_t n)
{
	seed = seed * 1664525u + 1013904223u;
	return (seed >> 16) % n;
}

static json_t *
random_value(int depth)
{
	static const char *const texts[] = { "1", "2", "10", "other", "はい", "a\"b\\c",
	    "\n\t\r\b\f/", "😀x", "\x01", "", "良い, 悪い", "行\\" };
	json_t *out;
	size_t i, n = chance(4);

	switch (chance(depth > 2 ? 4 : 9)) {
	case 0:
		return json_integer((json_int_t)chance(100));
	case 1:
		return chance(2) == 0 ? json_null() : json_true();
	case 2:
	case 3:
		return json_string(texts[chance(sizeof texts / sizeof *texts)]);
	case 4:
	case 5:
	case 6:
		out = json_array();
		for (i = 0; i < n; i++)
			json_array_append_new(out, chance(5) > 0 ? json_string(texts[chance(4)]) : random_value(depth + 1));
		return out;
	default:
		out = json_object();
		for (i = 0; i < n; i++)
			json_object_set_new(out, chance(2) == 0 ? "r1" : chance(2) == 0 ? "r2" : "district", random_value(depth + 1));
		return out;
	}
}

static json_t *
random_answers(void)
{
	static const char *const keys[] = { "q1", "q1.other", "q1.other#", "q2", "q3", "q4", "q5", "q6", "q7", "q8", "q9", "q9#", "q10",
	    "q99", "q\"" };
	json_t *out = json_object();
	size_t i;

	for (i = 0; i < sizeof keys / sizeof *keys; i++)
		if (chance(3) > 0)
			json_object_set_new(out, keys[chance(sizeof keys / sizeof *keys)], random_value(0));
	return out;
}

static bool
alike(struct arena *a, const struct export_column *columns, size_t n, const struct export_cell *cells, const json_t *answers, bool labels)
{
	size_t i;

	for (i = 0; i < n; i++) {
		const char *want = wanted(a, &columns[i], answers, labels);

		if (strlen(want) != cells[i].n || memcmp(want, cells[i].text, cells[i].n) != 0) {
			diag("%s is \"%.*s\", not \"%s\"", columns[i].name, (int)cells[i].n, cells[i].text, want);
			return false;
		}
	}
	return true;
}

static void
test_random(struct arena *a, const struct export_column *columns, size_t n, bool labels)
{
	struct arena *each = arena_new();
	struct export_reader *r = export_reader_new(a, columns, n, labels, labels ? files : "");
	int i, bad = 0;

	for (i = 0; i < 20000 && bad == 0; i++) {
		json_t *answers = random_answers();
		char *text = json_dumps(answers, chance(2) == 0 ? JSON_ENSURE_ASCII | JSON_COMPACT : JSON_INDENT(1));

		if (!alike(each, columns, n, export_read(r, each, text), answers, labels)) {
			diag("%s", text);
			bad++;
		}
		free(text);
		json_decref(answers);
		arena_reset(each);
	}
	ok(bad == 0, "20000 documents of all sorts%s", labels ? ", in words" : "");
	arena_free(each);
}

/* Cut anywhere: nothing is read behind the end. */
static void
test_cut(struct arena *a, const struct export_column *columns, size_t n)
{
	static const char whole[] = "{\"q1\": \"1\", \"q5\": {\"r1\": \"1\"}, \"q6\": {\"r2\": [\"1\", "
	    "\"\\ud83d\\ude00\"]}, \"q9\": \"a\\u3042\\\"\"}";
	struct export_reader *r = export_reader_new(a, columns, n, false, "");
	size_t i;

	for (i = 0; i < sizeof whole; i++) {
		char *cut = malloc(i + 1);

		memcpy(cut, whole, i);
		cut[i] = '\0';
		(void)export_read(r, a, cut);
		free(cut);
	}
	ok(true, "documents that are cut off");
}

int
main(void)
{
	struct arena *a = arena_new();
	json_t *doc = json_keep(a, json_loads(document, 0, NULL));
	struct export_column *columns;
	size_t n = export_columns(a, doc, &columns), i;
	bool tags = false, other_tags = false;

	for (i = 0; i < n; i++) {
		tags |= strcmp(columns[i].name, "q9_tags") == 0;
		other_tags |= strcmp(columns[i].name, "q1_other_text_tags") == 0;
	}
	ok(n == 21 && tags && other_tags, "columns, with tags beside free texts: %zu", n);
	test_random(a, columns, n, false);
	test_random(a, columns, n, true);
	test_cut(a, columns, n);
	arena_free(a);
	return done();
}
