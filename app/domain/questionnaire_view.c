/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A question as templates/part/question.html shows it, and an answer in words.
 */
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/calendar.h"
#include "base/json.h"
#include "base/mustache.h"
#include "base/secret.h"
#include "domain/questionnaire_private.h"

static const char *const kinds[] = {
	"single", "multi", "text", "long", "number", "date", "time", "scale", "rank", "matrix",
	"address", "map", "file", "note", "consent",
};

static const json_t *
settings(const json_t *question)
{
	return json_object_get(question, "settings");
}

/* --- answers in words --- */

static const char *
choice_text(const json_t *question, const char *code, const char *language)
{
	const json_t *c;
	size_t i;

	json_array_foreach(json_object_get(question, "choices"), i, c)
		if (strcmp(json_text(c, "code"), code) == 0)
			return questionnaire_text(c, NULL, language);
	return code;
}

static void
say(json_t *lines, const char *text)
{
	if (text[0] != '\0')
		json_array_append_new(lines, json_string(text));
}

/* One choice; その他 with its words. */
static void
say_choice(struct arena *a, json_t *lines, const json_t *question, const json_t *answers, const char *code,
    const char *language)
{
	const char *other = json_text(answers, arena_printf(a, "%s.other", json_text(question, "code")));
	const char *text = choice_text(question, code, language);
	const json_t *c;
	size_t i;

	json_array_foreach(json_object_get(question, "choices"), i, c)
		if (json_flag(c, "other") && strcmp(json_text(c, "code"), code) == 0 && other[0] != '\0')
			text = arena_printf(a, "%s: %s", text, other);
	say(lines, text);
}

static void
say_rows(struct arena *a, json_t *lines, const json_t *question, const json_t *answer, const char *language)
{
	const json_t *row;
	size_t i, k;

	json_array_foreach(json_object_get(settings(question), "rows"), i, row) {
		const json_t *value = json_object_get(answer, json_text(row, "code")), *one;
		struct buf b;

		if (value == NULL)
			continue;
		buf_init(&b, a);
		buf_addf(&b, "%s: ", questionnaire_text(row, NULL, language));
		if (json_is_string(value))
			buf_adds(&b, choice_text(question, json_string_value(value), language));
		json_array_foreach(value, k, one)
			buf_addf(&b, "%s%s", k > 0 ? "、" : "", choice_text(question, json_string_value(one), language));
		say(lines, b.data);
	}
}

static void
say_parts(struct arena *a, json_t *lines, const json_t *answer)
{
	static const char *const parts[] = { "text", "lat", "lon" };
	const char *postcode = json_text(answer, "postcode");

	if (strlen(postcode) == 7)
		say(lines, arena_printf(a, "〒%.3s-%s", postcode, postcode + 3));
	for (size_t i = 0; i < sizeof parts / sizeof *parts; i++)
		say(lines, json_text(answer, parts[i]));
}

/* As pages say days and hours in this language. */
static const char *
moment_text(struct arena *a, const char *kind, const char *answer, const char *language)
{
	const char *lang = strncmp(language, "ja", 2) == 0 ? "ja" : language;

	if (answer == NULL)
		return "";
	if (strcmp(kind, "time") == 0)
		return calendar_time(a, answer, lang);
	return strcmp(answer, "?") != 0 ? calendar_date(a, answer, lang) : answer;	/* "?": typed, but no day */
}

bool
questionnaire_is(const json_t *question, const char *kind)
{
	return strcmp(json_text(question, "kind"), kind) == 0;
}

bool
questionnaire_has_kind(const json_t *questions, const char *kind)
{
	const json_t *q;
	size_t i;

	json_array_foreach(questions, i, q)
		if (questionnaire_is(q, kind))
			return true;
	return false;
}

bool
questionnaire_offers_other(const json_t *question)
{
	return json_any(json_object_get(question, "choices"), "other");
}

json_t *
questionnaire_words(struct arena *a, const json_t *question, const json_t *answers, const char *language)
{
	const json_t *answer = json_object_get(answers, json_text(question, "code")), *one;
	const char *kind = json_text(question, "kind");
	json_t *lines = json_keep(a, json_array());
	size_t i;

	if (strcmp(kind, "single") == 0 && answer != NULL)
		say_choice(a, lines, question, answers, json_string_value(answer), language);
	else if (strcmp(kind, "multi") == 0)
		json_array_foreach(answer, i, one)
			say_choice(a, lines, question, answers, json_string_value(one), language);
	else if (strcmp(kind, "rank") == 0)
		json_array_foreach(answer, i, one)
			say(lines, arena_printf(a, "%zu. %s", i + 1, choice_text(question, json_string_value(one), language)));
	else if (strcmp(kind, "matrix") == 0)
		say_rows(a, lines, question, answer, language);
	else if (strcmp(kind, "address") == 0 || strcmp(kind, "map") == 0)
		say_parts(a, lines, answer);
	else if (strcmp(kind, "consent") == 0)
		say(lines, answer != NULL ? questionnaire_text(question, "label", language) : "");
	else if (strcmp(kind, "file") == 0)
		say(lines, answer != NULL ? arena_printf(a, "%zu", json_array_size(answer)) : "");
	else if (strcmp(kind, "date") == 0 || strcmp(kind, "time") == 0)
		say(lines, moment_text(a, kind, json_string_value(answer), language));
	else if (json_is_string(answer))
		say(lines, questionnaire_with_unit(a, json_string_value(answer), questionnaire_unit(question, language)));
	return lines;
}

/* A label may name an earlier answer: {q1}. */
static const char *
piped(const struct questionnaire_look *l, const char *label)
{
	struct buf out;
	const char *open, *close;

	if (strchr(label, '{') == NULL)
		return label;
	buf_init(&out, l->arena);
	while ((open = strchr(label, '{')) != NULL && (close = strchr(open, '}')) != NULL) {
		const char *code = arena_printf(l->arena, "%.*s", (int)(close - open - 1), open + 1);
		const json_t *q = questionnaire_question(l->document, code), *line;
		size_t i;

		buf_add(&out, label, (size_t)(open - label));
		if (q == NULL)
			buf_add(&out, open, (size_t)(close + 1 - open));
		else
			json_array_foreach(questionnaire_words(l->arena, q, l->answers, l->language), i, line)
				buf_addf(&out, "%s%s", i > 0 ? "、" : "", json_string_value(line));
		label = close + 1;
	}
	buf_adds(&out, label);
	return out.data;
}

/* What a label takes from an earlier question, by the number of that question. */
static const char *
numbered(struct arena *a, const struct words *words, const json_t *document, const char *label)
{
	const json_t *questions = json_object_get(document, "questions"), *q;
	struct buf out, said;
	size_t i;

	buf_init(&out, a);
	buf_adds(&out, label);
	json_array_foreach(questions, i, q) {
		const char *name = arena_printf(a, "{%s}", json_text(q, "code")), *from = out.data, *at;
		const json_t *named = json_keep(a, json_pack("{s:I}", "number", (json_int_t)i + 1));
		struct buf next;

		if (strstr(from, name) == NULL)
			continue;
		buf_init(&said, a);
		if (mustache_text(a, words_get(words, "question_answer_of"), named, &said) != ERR_OK)
			continue;
		buf_init(&next, a);
		for (; (at = strstr(from, name)) != NULL; from = at + strlen(name)) {
			buf_add(&next, from, (size_t)(at - from));
			buf_adds(&next, said.data);
		}
		buf_adds(&next, from);
		out = next;
	}
	return out.data;
}

json_t *
questionnaire_numbered(struct arena *a, const struct words *words, const json_t *document)
{
	json_t *copy = json_keep(a, json_deep_copy(document)), *q, *texts;
	const char *language;
	size_t i;

	json_array_foreach(json_object_get(copy, "questions"), i, q)
		json_object_foreach(json_object_get(q, "texts"), language, texts)
			if (strchr(json_text(texts, "label"), '{') != NULL)
				json_object_set_new(texts, "label", json_string(numbered(a, words, document, json_text(texts, "label"))));
	return copy;
}

/* --- options --- */

static json_t *
field(const struct questionnaire_look *l, const char *name)
{
	json_t *found = json_object_get(form_json(l->form), name);

	return found != NULL ? json_incref(found) : json_null();
}

struct shuffled {
	uint8_t key[SECRET_HASH];
	bool last;		/* その他 and どれでもない stay behind */
	const json_t *choice;
};

static int
by_key(const void *x, const void *y)
{
	const struct shuffled *a = x, *b = y;

	return a->last != b->last ? a->last - b->last : memcmp(a->key, b->key, SECRET_HASH);
}

/* The same order each time that the same person sees them. */
static json_t *
in_order(const struct questionnaire_look *l, const json_t *question)
{
	json_t *choices = json_object_get(question, "choices"), *out;
	size_t n = json_array_size(choices), i;
	struct shuffled *all;

	if (l->seed == NULL || !json_flag(settings(question), "shuffle"))
		return choices;
	all = arena_alloc(l->arena, (n + 1) * sizeof *all);
	for (i = 0; i < n; i++) {
		const char *text;

		all[i].choice = json_array_get(choices, i);
		all[i].last = json_flag(all[i].choice, "other") || json_flag(all[i].choice, "none");
		memset(all[i].key, (int)i, SECRET_HASH);
		text = arena_printf(l->arena, "%s %s %s", l->seed, json_text(question, "code"), json_text(all[i].choice, "code"));
		if (!all[i].last)
			secret_sha256(text, strlen(text), all[i].key);
	}
	qsort(all, n, sizeof *all, by_key);
	out = json_keep(l->arena, json_array());
	for (i = 0; i < n; i++)
		json_array_append(out, (json_t *)(uintptr_t)all[i].choice);
	return out;
}

static bool
chosen(const json_t *answer, const char *code)
{
	return json_has(answer, code) || (json_is_string(answer) && strcmp(json_string_value(answer), code) == 0);
}

static json_t *
tongue_of(const json_t *thing, const char *key, const char *language)
{
	return json_string(questionnaire_tongue(thing, key, language));
}

/* said: what its label is of. */
static json_t *
option(const struct questionnaire_look *l, const char *value, const char *label, const json_t *said, bool checked)
{
	return json_pack("{s:s, s:s, s:o, s:b, s:b}", "value", value, "label", label, "text_lang", tongue_of(said, NULL, l->language),
	    "checked", checked, "worded", json_flag(said, "other"));
}

static json_t *
options(const struct questionnaire_look *l, const json_t *question, const json_t *answer)
{
	json_t *list = json_array();
	const json_t *c;
	size_t i;

	json_array_foreach(in_order(l, question), i, c)
		json_array_append_new(list, option(l, json_text(c, "code"), questionnaire_text(c, NULL, l->language), c,
		    chosen(answer, json_text(c, "code"))));
	return list;
}

static json_t *
text_or_null(const char *text)
{
	return text[0] != '\0' ? json_string(text) : json_null();
}

/* What an end of a scale means, or null.  end: "low" or "high". */
static json_t *
end_of(const struct questionnaire_look *l, const json_t *question, const char *end)
{
	return text_or_null(questionnaire_text(json_object_get(settings(question), end), NULL, l->language));
}

static json_t *
steps(const struct questionnaire_look *l, int64_t from, int64_t to, const char *value)
{
	json_t *list = json_array();

	for (int64_t i = from; i <= to; i++) {
		const char *text = arena_printf(l->arena, "%d", (int)i);

		json_array_append_new(list, option(l, text, text, NULL, strcmp(text, value) == 0));
	}
	return list;
}

/* Its steps; the first and the last with what they mean. */
static json_t *
scale(const struct questionnaire_look *l, const json_t *question, const char *value)
{
	int64_t points = json_int(settings(question), "points");
	json_t *list = steps(l, points != 11, points - (points == 11), value), *step;
	size_t i;

	json_array_foreach(list, i, step) {
		const char *end = i == 0 ? "low" : i + 1 == json_array_size(list) ? "high" : "";

		json_object_set_new(step, "end", end_of(l, question, end));
		json_object_set_new(step, "text_lang", tongue_of(json_object_get(settings(question), end), NULL, l->language));
	}
	return list;
}

static json_t *
row(const struct questionnaire_look *l, const char *name, const json_t *said, bool missing, json_t *list)
{
	json_t *shown = json_object_get(form_json(l->form), name);

	return json_pack("{s:s, s:s, s:o, s:s, s:n, s:b, s:o}", "name", name, "label",
	    questionnaire_text(said, NULL, l->language), "text_lang", tongue_of(said, NULL, l->language),
	    "value", json_text(shown, "value"), "problem", "missing", missing, "options", list);
}

/* Something is wrong with these rows, and this one was passed over. */
static bool
is_missing(const struct questionnaire_look *l, const json_t *question, const json_t *value)
{
	return value == NULL && json_flag(question, "required") && form_is_wrong(l->form, json_text(question, "code"));
}

/* Ranks: a place for each choice.  Rows: the choices for each row. */
static json_t *
rows(const struct questionnaire_look *l, const json_t *question)
{
	const char *code = json_text(question, "code"), *kind = json_text(question, "kind");
	const json_t *answer = json_object_get(l->answers, code), *one;
	const json_t *choices = json_object_get(question, "choices");
	json_t *list = json_array();
	size_t i;

	if (strcmp(kind, "rank") == 0) {
		int64_t max = json_int(settings(question), "max"), n = (int64_t)json_array_size(choices);

		json_array_foreach(in_order(l, question), i, one) {
			const char *name = questionnaire_field(l->arena, code, json_text(one, "code"));
			const char *value = json_text(json_object_get(form_json(l->form), name), "value");

			json_array_append_new(list, row(l, name, one, false,
			    steps(l, 1, max > 0 && max < n ? max : n, value)));
		}
	} else if (strcmp(kind, "matrix") == 0) {
		json_array_foreach(json_object_get(settings(question), "rows"), i, one) {
			const char *part = json_text(one, "code");
			const json_t *value = json_object_get(answer, part);

			json_array_append_new(list, row(l, questionnaire_field(l->arena, code, part), one,
			    is_missing(l, question, value), options(l, question, value)));
		}
	}
	return list;
}

/* --- the question --- */

static json_t *
kind_flags(const char *kind)
{
	json_t *is = json_object();

	for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++)
		json_object_set_new(is, kinds[i], json_boolean(strcmp(kinds[i], kind) == 0));
	return is;
}

/* Where the map of a question begins, if staff said so. */
static json_t *
begin(const json_t *question, const char *kind)
{
	const json_t *lat = json_object_get(settings(question), "lat"), *lon = json_object_get(settings(question), "lon");
	int64_t zoom = json_int(settings(question), "zoom");

	if (strcmp(kind, "map") != 0 || lat == NULL || lon == NULL)
		return json_null();
	return json_pack("{s:O, s:O, s:I}", "from_lat", lat, "from_lon", lon, "zoom", (json_int_t)(zoom > 0 ? zoom : 14));
}

/* Latitude and longitude lie folded: what is wrong there must be seen. */
static bool
typed_point(const json_t *view)
{
	return json_text(json_object_get(view, "field"), "problem")[0] != '\0' && (json_text(json_object_get(view, "lat"), "value")[0] !=
	    '\0' || json_text(json_object_get(view, "lon"), "value")[0] != '\0');
}

json_t *
questionnaire_view(const struct questionnaire_look *l, const json_t *question)
{
	static const char *const parts[] = { "year", "month", "day", "postcode", "district", "text", "lat", "lon" };
	const char *code = json_text(question, "code"), *kind = json_text(question, "kind");
	const json_t *answer = json_object_get(l->answers, code);
	json_t *view = json_keep(l->arena, json_object()), *shown = json_object_get(form_json(l->form), code);

	if (shown != NULL)
		json_object_set_new(shown, "options", strcmp(kind, "scale") == 0 ?
		    scale(l, question, json_text(shown, "value")) : options(l, question, answer));
	/* Those that are there come from their room (web/attachment.h), where there is one. */
	if (shown != NULL && json_object_get(shown, "files") == NULL)
		json_object_set_new(shown, "files", json_array());
	json_object_set_new(view, "code", json_string(code));
	json_object_set_new(view, "name", json_string(code));
	json_object_set_new(view, "ordinal", json_null());
	json_object_set_new(view, "label", json_string(piped(l, questionnaire_text(question, "label", l->language))));
	json_object_set_new(view, "help", text_or_null(questionnaire_text(question, "help", l->language)));
	json_object_set_new(view, "text_lang", tongue_of(question, "label", l->language));
	json_object_set_new(view, "help_lang", tongue_of(question, "help", l->language));
	json_object_set(view, "required", json_flag(question, "required") ? json_true() : json_false());
	json_object_set_new(view, "unit", text_or_null(questionnaire_unit(question, l->language)));
	json_object_set_new(view, "unit_lang", tongue_of(question, "unit", l->language));
	json_object_set_new(view, "several", json_boolean(json_flag(settings(question), "multi")));
	json_object_set_new(view, "low", end_of(l, question, "low"));
	json_object_set_new(view, "high", end_of(l, question, "high"));
	json_object_set_new(view, "begin", begin(question, kind));
	json_object_set_new(view, "is", kind_flags(kind));
	json_object_set_new(view, "field", field(l, code));
	json_object_set_new(view, "other", questionnaire_offers_other(question) ?
	    field(l, questionnaire_field(l->arena, code, "words")) : json_null());
	json_object_set_new(view, "rows", rows(l, question));
	for (size_t i = 0; i < sizeof parts / sizeof *parts; i++)
		json_object_set_new(view, parts[i], field(l, questionnaire_field(l->arena, code, parts[i])));
	json_object_set_new(view, "unfolded", json_boolean(typed_point(view)));
	form_label(l->form, code, json_text(view, "label"), strncmp(l->language, "ja", 2) == 0 ? "ja" : l->language);
	return view;
}
