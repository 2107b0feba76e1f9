/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Giving back: results as they are published.  What is published is a document made once,
 * with small cells hidden; page, CSV and JSON are made of it and of nothing else, so that
 * no two of them can be subtracted from each other.
 */
#include <string.h>

#include "base/arena.h"
#include "base/buf.h"
#include "base/csv.h"
#include "db/queries.h"
#include "domain/questionnaire.h"
#include "domain/result_give.h"

/* As other programs read it: -1 for what is hidden becomes null. */
static json_t *
answers_of(const json_t *block)
{
	const json_t *lines = json_object_get(block, "lines"), *l;
	json_t *out = json_array();
	size_t i;

	json_array_foreach(lines, i, l) {
		bool hidden = json_flag(l, "hidden");

		json_array_append_new(out, json_pack("{s:O, s:O, s:o, s:o}", "code", json_object_get(l, "code"),
		    "label", json_object_get(l, "label"), "count", hidden ? json_null() : json_incref(json_object_get(l, "count")),
		    "share", hidden ? json_null() : json_incref(json_object_get(l, "fraction"))));
	}
	return out;
}

json_t *
result_open_data(struct arena *a, const json_t *document)
{
	const json_t *questions = json_object_get(document, "questions"), *q, *b;
	json_t *list = json_array();
	size_t i, k;

	json_array_foreach(questions, i, q) {
		json_t *parts = json_array();

		json_array_foreach(json_object_get(q, "blocks"), k, b)
			json_array_append_new(parts, json_pack("{s:O, s:O, s:o}", "part", json_object_get(b, "heading"),
			    "answered", json_object_get(b, "base_count"), "answers", answers_of(b)));
		json_array_append_new(list, json_pack("{s:O, s:O, s:O, s:O, s:o}", "code", json_object_get(q, "code"),
		    "kind", json_object_get(q, "kind"), "question", json_object_get(q, "label"),
		    "answered", json_object_get(q, "answered_count"), "parts", parts));
	}
	return json_keep(a, json_pack("{s:O, s:O, s:O, s:O, s:s, s:s, s:i, s:o}", "title", json_object_get(document, "title"),
	    "publisher", json_object_get(document, "tenant"), "department", json_object_get(document, "department"),
	    "published", json_object_get(json_object_get(document, "published"), "datetime"),
	    "license", "CC BY 4.0", "license_url", "https://creativecommons.org/licenses/by/4.0/",
	    "hidden_below", SMALL_CELL, "questions", list));
}

static void
csv_line(struct buf *out, const json_t *question, const json_t *block, const json_t *line)
{
	bool hidden = json_flag(line, "hidden");
	char count[32] = "", share[32] = "";

	if (!hidden) {
		snprintf(count, sizeof count, "%" JSON_INTEGER_FORMAT, json_integer_value(json_object_get(line, "count")));
		snprintf(share, sizeof share, "%.4f", json_number_value(json_object_get(line, "fraction")));
	}
	csv_add_cell(out, true, json_text(question, "code"));
	csv_add_cell(out, false, json_text(question, "label"));
	csv_add_cell(out, false, json_text(block, "heading"));
	csv_add_cell(out, false, json_text(line, "code"));
	csv_add_cell(out, false, json_text(line, "label"));
	csv_add_cell(out, false, count);
	csv_add_cell(out, false, share);
	buf_adds(out, "\r\n");
}

void
result_open_csv(const json_t *document, struct buf *out)
{
	const json_t *questions = json_object_get(document, "questions"), *q, *b, *l;
	size_t i, k, n;

	csv_add_mark(out);
	buf_adds(out, "question,label,part,code,answer,count,share\r\n");
	json_array_foreach(questions, i, q)
		json_array_foreach(json_object_get(q, "blocks"), k, b)
			json_array_foreach(json_object_get(b, "lines"), n, l)
				csv_line(out, q, b, l);
}

/* In one language: as the page shows it, whose numbers are the same in all. */
static enum err
tell_in(struct result *r, const struct words *words, json_t **out)
{
	const json_t *titles = json_object_get(r->survey, "titles");
	json_t *overview, *trust;
	enum err e;

	r->words = words;
	r->lang = words_lang(words);
	r->document = questionnaire_numbered(r->arena, words, json_object_get(r->survey, "document"));
	e = result_weigh(r);
	if (e != ERR_OK)
		return e;
	r->weighted = NULL;	/* nobody is told what weights are made of */
	overview = result_overview(r);
	/* What staff could do about it is nobody else's business, nor who exactly answered. */
	trust = json_object_get(overview, "trust");
	json_object_set_new(trust, "why", json_null());
	json_object_set_new(trust, "ages", json_array());
	json_object_set_new(trust, "districts", json_array());
	json_object_del(overview, "funnel");
	*out = json_pack("{s:s, s:s, s:O, s:O}", "title", questionnaire_text(titles, NULL, r->lang),
	    "title_lang", questionnaire_tongue(titles, NULL, r->lang), "questions", result_questions(r), "overview", overview);
	return ERR_OK;
}

enum err
result_publish(struct result *r, const struct catalogue *catalogue, int64_t staff, const char *actions)
{
	json_t *document, *languages = json_keep(r->arena, json_object()), *said;
	/* What is given away is whole: nothing may be left to be counted. */
	enum err e = tally_count_all(r->db, r->questionnaire);
	size_t i;

	if (e == ERR_OK)
		e = result_tallies(r);
	/* Alone with its sums: no filter, no weights, nothing small. */
	r->open_to_all = true;
	for (i = 0; i < catalogue_count(catalogue) && e == ERR_OK; i++) {
		e = tell_in(r, catalogue_at(catalogue, i), &said);
		if (e == ERR_OK)
			json_object_set_new(languages, r->lang, said);
	}
	if (e != ERR_OK)
		return e;
	document = json_keep(r->arena, json_copy(json_object_get(languages, "ja")));
	json_object_set(document, "tenant", json_object_get(r->survey, "tenant"));
	json_object_set(document, "department", json_object_get(r->survey, "department"));
	json_object_del(languages, "ja");
	json_object_set(document, "languages", languages);
	e = q_result_publish(r->db, (struct q_result_publish){ .survey = json_int(r->survey, "id"), .document = document,
	    .staff = staff }, NULL);
	return e != ERR_OK ? e : q_result_published(r->db, (struct q_result_published){ .actions = actions,
	    .survey = json_int(r->survey, "id") }, NULL);
}

static void
bring_up_block(json_t *block)
{
	json_t *lines = json_object_get(block, "lines"), *bars = json_object_get(json_object_get(block, "chart"), "bars"), *one;
	size_t i;

	json_object_set_new(block, "heading_lang", json_string("ja"));
	json_array_foreach(lines, i, one)
		json_object_set_new(one, "lang", json_string("ja"));
	json_array_foreach(bars, i, one)
		json_object_set_new(one, "lang", json_string("ja"));
}

/* What was published by an earlier version, as it would be published now: then there were no questions of which
 * nothing is told, all words were Japanese, and units stood beside their numbers. */
static void
bring_up(json_t *question)
{
	static const char *const with_unit[] = { "mean", "median" };
	json_t *figures = json_object_get(question, "figures"), *blocks = json_object_get(question, "blocks"), *block;
	const char *unit = json_text(figures, "unit");
	size_t k;

	if (json_object_get(question, "veiled") == NULL)
		json_object_set_new(question, "veiled", json_false());
	if (json_object_get(question, "text_lang") == NULL)
		json_object_set_new(question, "text_lang", json_string("ja"));
	json_array_foreach(blocks, k, block)
		if (json_object_get(block, "heading_lang") == NULL)
			bring_up_block(block);
	for (size_t i = 0; unit[0] != '\0' && i < sizeof with_unit / sizeof *with_unit; i++)
		json_object_set_new(figures, with_unit[i], json_sprintf("%s%s", json_text(figures, with_unit[i]), unit));
}

enum err
result_public(struct db *db, int64_t survey, const char *lang, json_t **out)
{
	enum err e = q_result_public(db, (struct q_result_public){ .lang = lang, .survey = survey }, out);
	json_t *q;
	size_t i;

	json_array_foreach(e == ERR_OK ? json_object_get(*out, "questions") : NULL, i, q)
		bring_up(q);
	return e;
}
