/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Question by question: what was answered, as bars and as a table.
 *
 * A question has blocks, a row of a table or a place of an order each one; a block has
 * lines, one a choice.  The same lines are drawn, written into the table, published and
 * given away.
 */
#include <inttypes.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "domain/questionnaire.h"
#include "domain/result_block.h"

static int64_t
sum_of(const struct tally *t, const char *code)
{
	size_t first, i, n = tally_items(t, code, &first);
	int64_t sum = 0;

	for (i = 0; i < n; i++)
		sum += tally_n(t, first + i);
	return sum;
}

int64_t
result_answered(const struct tally *t, const json_t *question)
{
	const char *code = json_text(question, "code");

	/* Where each person is in one item only, nobody is counted beside them. */
	if (questionnaire_is(question, "multi") || questionnaire_is(question, "rank") || questionnaire_is(question, "matrix"))
		return tally_of(t, code, "");
	return sum_of(t, code);
}

/* --- a block --- */

static struct block *
new_block(struct result *r, const char *code, size_t most)
{
	struct block *b = arena_alloc(r->arena, sizeof *b);

	*b = (struct block){ .code = code, .choices = arena_alloc(r->arena, (most + 1) * sizeof *b->choices) };
	return b;
}

static void
add_choice(struct result *r, struct block *b, const char *item, const char *label, const char *lang)
{
	struct choice *c = &b->choices[b->n];
	size_t k;

	*c = (struct choice){ .item = item, .label = label, .lang = lang, .n = tally_of(r->part, b->code, item),
	    .weighted = r->weighted != NULL ? tally_of(r->weighted, b->code, item) : 0, .value = strtod(item, NULL),
	    .classes = r->filtered ? arena_alloc(r->arena, (r->n_classes + 1) * sizeof *c->classes) : NULL };
	for (k = 0; r->filtered && k < r->n_classes; k++)
		c->classes[k] = tally_of(r->classes[k].tally, b->code, item);
	b->n++;
}

/* One of what staff wrote: a choice in a language. */
static void
add_written(struct result *r, struct block *b, const char *item, const json_t *choice)
{
	add_choice(r, b, item, questionnaire_text(choice, NULL, r->lang), questionnaire_tongue(choice, NULL, r->lang));
}

static void
base_of(struct result *r, struct block *b, const char *item)
{
	size_t i;

	b->item = item;
	if (item != NULL) {
		b->base = tally_of(r->part, b->code, item);
		b->base_weighted = r->weighted != NULL ? tally_of(r->weighted, b->code, item) : 0;
		return;
	}
	for (i = 0; i < b->n; i++) {
		b->base += b->choices[i].n;
		b->base_weighted += b->choices[i].weighted;
	}
}

/* --- a block as pages have it --- */

static json_t *
line_of(struct result *r, const struct block *b, const struct choice *c)
{
	double share = b->base > 0 ? (double)c->n / (double)b->base : 0;
	double weighted = b->base_weighted > 0 ? (double)c->weighted / (double)b->base_weighted : share;
	double n = r->weighted != NULL ? (double)b->base / r->weighing->effect : (double)b->base;
	double lives = r->filtered || r->weighing->population < (double)b->base ? 0 : r->weighing->population;
	json_t *line = json_pack("{s:s, s:s, s:s, s:b, s:I, s:f}", "code", c->item, "label", c->label, "lang", c->lang, "hidden", c->hidden,
	    "count", (json_int_t)(c->hidden ? -1 : c->n), "fraction", c->hidden ? -1.0 : share);

	json_object_set_new(line, "n", c->hidden ? json_null() : json_string(result_number(r->arena, c->n)));
	json_object_set_new(line, "share", c->hidden ? json_null() : json_string(result_percent(r->arena, share)));
	json_object_set_new(line, "weighted", c->hidden || r->weighted == NULL ? json_null() :
	    json_string(result_percent(r->arena, weighted)));
	json_object_set_new(line, "margin", c->hidden ? json_null() :
	    json_string(arena_printf(r->arena, "±%.1f", 100 * statistics_margin(r->weighted != NULL ? weighted : share, n, lives))));
	return line;
}

/* NULL: there is none, or none that may be told. */
static const char *
tallest(struct result *r, const struct block *b)
{
	const struct choice *most = NULL;
	size_t i;

	for (i = 0; i < b->n; i++)
		if (!b->choices[i].hidden && (most == NULL || b->choices[i].n > most->n))
			most = &b->choices[i];
	return most == NULL || most->n == 0 ? NULL : arena_printf(r->arena, "%s %s", most->label,
	    result_percent(r->arena, b->base > 0 ? (double)most->n / (double)b->base : 0));
}

/* Bars one below the other, each below its words, which are as long as they are. */
static json_t *
chart_of(struct result *r, const struct block *b, const char *title)
{
	json_t *bars = json_array();
	size_t i;

	for (i = 0; i < b->n; i++) {
		const struct choice *c = &b->choices[i];
		double share = b->base > 0 && !c->hidden ? 100 * (double)c->n / (double)b->base : 0;

		json_array_append_new(bars, json_pack("{s:s, s:s, s:s, s:o, s:b}", "width", arena_printf(r->arena, "%.1f%%",
		    share > 100 ? 100 : share), "label", c->label, "lang", c->lang, "value", c->hidden ? json_null() :
		    json_string(result_percent(r->arena, share / 100)), "hidden", c->hidden));
	}
	return json_pack("{s:s, s:s?, s:o}", "title", title, "most", tallest(r, b), "bars", bars);
}

static void
show_block(struct result *r, json_t *list, struct block *b, const json_t *question)
{
	const char *label = questionnaire_text(question, "label", r->lang);
	const char *title = b->heading == NULL ? label : arena_printf(r->arena, "%s %s", label, b->heading);
	json_t *lines = json_array();
	bool some_hidden = false;
	size_t i;

	block_hide(r, b, questionnaire_is(question, "multi") || json_flag(json_object_get(question, "settings"), "multi"));
	for (i = 0; i < b->n; i++) {
		json_array_append_new(lines, line_of(r, b, &b->choices[i]));
		some_hidden |= b->choices[i].hidden;
	}
	json_array_append_new(list, json_pack("{s:s?, s:s?, s:s, s:o, s:o, s:s, s:I, s:b, s:b}", "heading", b->heading,
	    "heading_lang", b->heading_lang, "id", arena_printf(r->arena, "%s-%zu", json_text(question, "code"), json_array_size(list) + 1),
	    "chart", chart_of(r, b, title), "lines", lines, "base", result_number(r->arena, b->base),
	    "base_count", (json_int_t)b->base, "some_hidden", some_hidden, "weights", r->weighted != NULL));
	json_object_set_new(json_array_get(list, json_array_size(list) - 1), "spread", json_boolean(b->spread));
	if (b->untold)
		json_object_set_new(json_array_get(list, json_array_size(list) - 1), "base_count", json_null());
}

/* --- by kind --- */

static void
show_choices(struct result *r, const json_t *question, json_t *list)
{
	const json_t *choices = json_object_get(question, "choices"), *c;
	struct block *b = new_block(r, json_text(question, "code"), json_array_size(choices));
	size_t i;

	json_array_foreach(choices, i, c)
		add_written(r, b, json_text(c, "code"), c);
	base_of(r, b, questionnaire_is(question, "multi") ? "" : NULL);
	show_block(r, list, b, question);
}

static void
show_scale(struct result *r, const json_t *question, json_t *list)
{
	const json_t *settings = json_object_get(question, "settings");
	int points = json_int(settings, "points") > 0 ? (int)json_int(settings, "points") : 5, first = points == 11 ? 0 : 1, i;
	struct block *b = new_block(r, json_text(question, "code"), (size_t)points);

	for (i = first; i < first + points; i++) {
		const char *item = arena_printf(r->arena, "%d", i);
		const json_t *said = i != first && i != first + points - 1 ? NULL : json_object_get(settings, i == first ? "low" : "high");
		const char *end = questionnaire_text(said, NULL, r->lang);

		if (end[0] == '\0')
			add_choice(r, b, item, item, r->lang);
		else
			add_choice(r, b, item, arena_printf(r->arena, "%s %s", item, end), questionnaire_tongue(said, NULL, r->lang));
	}
	base_of(r, b, NULL);
	show_block(r, list, b, question);
}

static void
show_matrix(struct result *r, const json_t *question, json_t *list)
{
	const json_t *rows = json_object_get(json_object_get(question, "settings"), "rows"), *row, *c;
	const json_t *choices = json_object_get(question, "choices");
	size_t i, k;

	json_array_foreach(rows, i, row) {
		struct block *b = new_block(r, json_text(question, "code"), json_array_size(choices));
		const char *code = json_text(row, "code");

		b->heading = questionnaire_text(row, NULL, r->lang);
		b->heading_lang = questionnaire_tongue(row, NULL, r->lang);
		json_array_foreach(choices, k, c)
			add_written(r, b, arena_printf(r->arena, "%s:%s", code, json_text(c, "code")), c);
		base_of(r, b, arena_printf(r->arena, "%s:", code));
		show_block(r, list, b, question);
	}
}

static void
show_rank(struct result *r, const json_t *question, json_t *list)
{
	const json_t *choices = json_object_get(question, "choices"), *c;
	int64_t most = json_int(json_object_get(question, "settings"), "max"), place;
	size_t k;

	if (most <= 0 || most > (int64_t)json_array_size(choices))
		most = (int64_t)json_array_size(choices);
	for (place = 1; place <= most; place++) {
		const char *ordinal = words_find(r->words, arena_printf(r->arena, "result_place_%s", result_number(r->arena, place)));
		struct block *b = new_block(r, json_text(question, "code"), json_array_size(choices));

		b->heading = ordinal != NULL ? ordinal : arena_printf(r->arena, "%" PRId64, place);
		b->heading_lang = r->lang;
		json_array_foreach(choices, k, c)
			add_written(r, b, arena_printf(r->arena, "%" PRId64 ":%s", place, json_text(c, "code")), c);
		base_of(r, b, "");
		show_block(r, list, b, question);
	}
}

static void
gather(struct result *r, struct block *b, const json_t *question)
{
	double width = result_width(question, b->choices[0].value, b->choices[b->n - 1].value);
	struct choice *out = arena_alloc(r->arena, (RESULT_CLASSES + 2) * sizeof *out);
	size_t i, k, n = 0;

	for (i = 0; i < b->n; i++) {
		const struct choice *c = &b->choices[i];
		double from = floor(c->value / width) * width;

		if (n == 0 || out[n - 1].value != from) {
			out[n] = (struct choice){ .item = c->item, .value = from, .lang = r->lang,
			    .label = result_class(r, question, from, width),
			    .classes = arena_alloc(r->arena, (r->n_classes + 1) * sizeof *c->classes) };
			n++;
		}
		out[n - 1].n += c->n;
		for (k = 0; r->filtered && k < r->n_classes; k++)
			out[n - 1].classes[k] += c->classes[k];
		out[n - 1].weighted += c->weighted;
	}
	b->choices = out;
	b->n = n;
}

/* Items as they come: numbers, months, hours, districts. */
static void
show_items(struct result *r, const json_t *question, json_t *list)
{
	const char *code = json_text(question, "code");
	size_t i, k, first, n = tally_items(r->whole, code, &first);
	struct block *b = new_block(r, code, n);

	for (i = 0; i < n; i++) {
		const char *item = tally_item(r->whole, first + i), *label = item, *lang = r->lang;

		if (tally_n(r->whole, first + i) <= 0)	/* taken back */
			continue;
		if (item[0] == '\0')
			label = words_get(r->words, "result_unknown");
		else if (questionnaire_is(question, "number"))
			label = result_item(r, question, item);
		for (k = 0; questionnaire_is(question, "address") && k < rows_count(r->districts); k++)
			if (strcmp(rows_text(r->districts, k, "id"), item) == 0) {
				label = rows_text(r->districts, k, "name");
				lang = "ja";
			}
		if (questionnaire_is(question, "consent") && strcmp(item, "1") == 0)
			label = words_get(r->words, "result_consent");
		add_choice(r, b, item, label, lang);
	}
	qsort(b->choices, b->n, sizeof *b->choices, result_by_value);
	if (questionnaire_is(question, "number") && b->n > RESULT_CLASSES)
		gather(r, b, question);
	base_of(r, b, NULL);
	if (b->n > 0)
		show_block(r, list, b, question);
}


static json_t *
blocks_of(struct result *r, const json_t *question)
{
	json_t *list = json_array();

	if (questionnaire_is(question, "single") || questionnaire_is(question, "multi"))
		show_choices(r, question, list);
	else if (questionnaire_is(question, "scale"))
		show_scale(r, question, list);
	else if (questionnaire_is(question, "matrix"))
		show_matrix(r, question, list);
	else if (questionnaire_is(question, "rank"))
		show_rank(r, question, list);
	else if (!questionnaire_is(question, "text") && !questionnaire_is(question, "long") &&
	    !questionnaire_is(question, "map") && !questionnaire_is(question, "file"))
		show_items(r, question, list);
	return list;
}

/* その他 in words is a free text of its own. */
static const char *
words_code(struct result *r, const json_t *question)
{
	const char *other = arena_printf(r->arena, "%s.other", json_text(question, "code"));

	if (questionnaire_is(question, "text") || questionnaire_is(question, "long"))
		return json_text(question, "code");
	return sum_of(r->whole, other) > 0 ? other : NULL;
}

json_t *
result_questions(struct result *r)
{
	const json_t *questions = json_object_get(r->document, "questions"), *q;
	json_t *list = json_array();
	size_t i;

	json_array_foreach(questions, i, q) {
		const char *words = words_code(r, q), *kind = json_text(q, "kind");
		json_t *one, *blocks;
		bool spread;

		if (questionnaire_is(q, "note"))
			continue;
		r->veiled = result_tells(r, i, list, &spread) && (r->open_to_all || r->filtered);
		blocks = blocks_of(r, q);
		one = json_pack("{s:s, s:s, s:s, s:s, s:s, s:o, s:b, s:b, s:o}", "code", json_text(q, "code"),
		    "number", arena_printf(r->arena, "%zu", i + 1), "kind", kind,
		    "label", questionnaire_text(q, "label", r->lang), "answered", result_number(r->arena, result_answered(r->part, q)),
		    "blocks", blocks, "drawn", json_array_size(blocks) > 0, "several", questionnaire_is(q, "multi"),
		    "figures", questionnaire_is(q, "number") || questionnaire_is(q, "scale") ? result_figures(r, q, blocks) : json_null());
		/* With a filter, who did not answer is in the table, or hidden. */
		if (r->filtered || r->veiled)
			json_object_set_new(one, "answered", json_null());
		json_object_set_new(one, "text_lang", json_string(questionnaire_tongue(q, "label", r->lang)));
		json_object_set_new(one, "veiled", json_boolean(r->veiled));
		json_object_set_new(one, "spread", json_boolean(r->filtered && (spread || json_any(blocks, "spread"))));
		json_object_set_new(one, "words", words != NULL ? json_string(words) : json_null());
		json_object_set_new(one, "answered_count", r->veiled ? json_null() :
		    json_integer((json_int_t)result_answered(r->part, q)));
		json_array_append_new(list, one);
	}
	return json_keep(r->arena, list);
}
