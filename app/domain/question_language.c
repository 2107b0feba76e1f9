/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Questions in other languages; see question_language.h.
 */
#include "domain/question_language.h"

#include <string.h>

#include "base/arena.h"
#include "base/json.h"
#include "db/queries.h"

const char *const question_tongues[] = { "ja-easy", "en", "zh", "ko", "vi", "pt", "es", "tl", "ne", "id", NULL };

static const struct { const char *key, *own; } named[] = {
	{ "answer_language_easy", "tongue_easy" }, { "answer_language_en", "tongue_en" }, { "answer_language_zh", "tongue_zh" },
	{ "answer_language_ko", "tongue_ko" }, { "answer_language_vi", "tongue_vi" }, { "answer_language_pt", "tongue_pt" },
	{ "answer_language_es", "tongue_es" }, { "answer_language_tl", "tongue_tl" }, { "answer_language_ne", "tongue_ne" },
	{ "answer_language_id", "tongue_id" }, { "answer_language_ja", "tongue_ja" },
};

/* Its place in the list; behind the last: Japanese. */
static size_t
place_of(const char *language)
{
	size_t i = 0;

	while (question_tongues[i] != NULL && strcmp(question_tongues[i], language) != 0)
		i++;
	return i;
}

const char *
question_tongue_key(const char *language)
{
	return named[place_of(language)].key;
}

const char *
question_tongue_own(const char *language)
{
	return named[place_of(language)].own;
}

bool
question_tongue_among(const json_t *languages, const char *language)
{
	const json_t *one;
	size_t i;

	json_array_foreach(languages, i, one)
		if (strcmp(json_string_value(one), language) == 0)
			return true;
	return false;
}

/* --- the texts of one question --- */

struct text {
	const char *name;	/* of its field */
	json_t *texts;		/* by language: itself, or of a key an object */
	const char *key;	/* "label", "help", "unit", or NULL */
	size_t max;
	bool lines;
	const char *ja;		/* what Japanese says, where that stands elsewhere */
};
enum { TEXTS_MAX = 2 * QUESTION_CHOICES_MAX + 10 };

static const char *
said(const struct text *t, const char *language)
{
	const json_t *own = json_object_get(t->texts, language);

	if (t->ja != NULL && strcmp(language, "ja") == 0)
		return t->ja;
	return t->key != NULL ? json_text(own, t->key) : json_is_string(own) ? json_string_value(own) : "";
}

static size_t
add(struct text *list, size_t n, struct text one)
{
	/* What Japanese does not say needs no other words. */
	if (n == TEXTS_MAX || one.texts == NULL || said(&one, "ja")[0] == '\0')
		return n;
	list[n] = one;
	return n + 1;
}

static size_t
add_each(struct arena *a, struct text *list, size_t n, const char *code, const char *mark, const json_t *things)
{
	json_t *one;
	size_t i;

	json_array_foreach(things, i, one)
		n = add(list, n, (struct text){ arena_printf(a, "%s_%s_%s", code, mark, json_text(one, "code")),
		    json_object_get(one, "texts"), NULL, QUESTION_CHOICE_LENGTH, false, NULL });
	return n;
}

static size_t
texts_of(struct arena *a, const json_t *question, struct text *list)
{
	const char *code = json_text(question, "code");
	json_t *texts = json_object_get(question, "texts"), *settings = json_object_get(question, "settings");
	size_t n = 0;

	n = add(list, n, (struct text){ arena_printf(a, "%s_label", code), texts, "label", QUESTION_LABEL_MAX, false, NULL });
	n = add(list, n, (struct text){ arena_printf(a, "%s_help", code), texts, "help", QUESTION_HELP_MAX, true, NULL });
	n = add(list, n, (struct text){ arena_printf(a, "%s_unit", code), texts, "unit", QUESTION_UNIT_MAX, false,
	    json_text(settings, "unit") });
	n = add_each(a, list, n, code, "r", json_object_get(settings, "rows"));
	n = add_each(a, list, n, code, "c", json_object_get(question, "choices"));
	n = add(list, n, (struct text){ arena_printf(a, "%s_low", code), json_object_get(json_object_get(settings, "low"), "texts"),
	    NULL, QUESTION_END_MAX, false, NULL });
	return add(list, n, (struct text){ arena_printf(a, "%s_high", code),
	    json_object_get(json_object_get(settings, "high"), "texts"), NULL, QUESTION_END_MAX, false, NULL });
}

static void
put(const struct text *t, const char *language, const char *value)
{
	json_t *own = json_object_get(t->texts, language);

	if (t->key == NULL) {
		if (value[0] != '\0')
			json_object_set_new(t->texts, language, json_string(value));
		else
			json_object_del(t->texts, language);
		return;
	}
	if (own == NULL)
		json_object_set_new(t->texts, language, own = json_object());
	if (value[0] != '\0')
		json_object_set_new(own, t->key, json_string(value));
	else
		json_object_del(own, t->key);
	if (json_object_size(own) == 0)
		json_object_del(t->texts, language);
}

/* A text as a field: beside it what Japanese says. */
static json_t *
field_of(const struct question_page *p, const char *name, const char *ja, const char *value, const char *word, int rows)
{
	json_t *field;

	if (!fields_has(p->fields, name))
		form_set(p->form, name, value);
	field = json_object_get(form_json(p->form), name);
	json_object_set_new(field, "ja", json_string(ja));
	json_object_set_new(field, "lines", json_boolean(rows > 1));
	json_object_set_new(field, "rows", json_integer(rows));
	json_object_set_new(field, "word", word != NULL ? json_string(words_get(p->words, word)) : json_null());
	return field;
}

/* --- a language --- */

json_t *
question_language_progress(struct arena *a, const json_t *draft, const char *language)
{
	struct text list[TEXTS_MAX];
	int64_t done = 0, all = 0;
	const json_t *q;
	size_t i, k, n;

	json_array_foreach(json_object_get(draft, "questions"), i, q) {
		n = texts_of(a, q, list);
		for (k = 0; k < n; k++)
			done += said(&list[k], language)[0] != '\0';
		all += (int64_t)n;
	}
	return json_keep(a, json_pack("{s:I, s:I}", "done", (json_int_t)done, "all", (json_int_t)all));
}

json_t *
question_language_show(const struct question_page *p, const char *language)
{
	json_t *rows = json_keep(p->arena, json_array()), *fields;
	struct text list[TEXTS_MAX];
	const json_t *q;
	size_t i, k, n;

	json_array_foreach(json_object_get(p->draft, "questions"), i, q) {
		fields = json_array();
		n = texts_of(p->arena, q, list);
		for (k = 0; k < n; k++)
			json_array_append(fields, field_of(p, list[k].name, said(&list[k], "ja"), said(&list[k], language), NULL,
			    list[k].lines ? 3 : 1));
		json_array_append_new(rows, json_pack("{s:I, s:O, s:o}", "number", (json_int_t)i + 1,
		    "code", json_object_get(q, "code"), "fields", fields));
	}
	return rows;
}

json_t *
question_language_read(const struct question_page *p, const char *language)
{
	json_t *changed = json_keep(p->arena, json_array()), *copy;
	struct text list[TEXTS_MAX];
	const json_t *q;
	size_t i, k, n;

	json_array_foreach(json_object_get(p->draft, "questions"), i, q) {
		copy = json_keep(p->arena, json_deep_copy(q));
		n = texts_of(p->arena, copy, list);
		for (k = 0; k < n; k++)
			put(&list[k], language, list[k].lines ? form_lines(p->form, list[k].name, FORM_OPTIONAL, list[k].max) :
			    form_name(p->form, list[k].name, FORM_OPTIONAL, list[k].max));
		if (!json_equal(copy, q))
			json_array_append(changed, copy);
	}
	return changed;
}

enum err
question_language_save(struct db *db, int64_t questionnaire, int64_t staff, const json_t *changed)
{
	json_t *q;
	size_t i;

	json_array_foreach(changed, i, q) {
		struct question_edit by = { questionnaire, staff, json_text(q, "code"), json_text(json_object_get(q, "seen"), "content") };
		struct question_content c = { json_flag(q, "required"), json_object_get(q, "texts"), json_object_get(q, "choices"),
			json_object_get(q, "settings") };
		enum err e = question_save(db, by, &c);

		if (e != ERR_OK)
			return e;
	}
	return ERR_OK;
}

enum err
question_language_offer(struct db *db, int64_t questionnaire, int64_t staff, struct db_texts languages)
{
	return q_question_languages(db, (struct q_question_languages){ .languages = languages, .staff = staff,
	    .questionnaire = questionnaire }, NULL);
}

/* --- what the questions belong to --- */

json_t *
language_texts_show(const struct question_page *p, const struct language_text *list, const json_t *texts, const char *language)
{
	const json_t *ja = json_object_get(texts, "ja"), *own = json_object_get(texts, language);
	json_t *fields = json_keep(p->arena, json_array());

	for (; list->name != NULL; list++)
		if (json_text(ja, list->name)[0] != '\0')
			json_array_append(fields, field_of(p, list->name, json_text(ja, list->name), json_text(own, list->name),
			    list->words, list->rows));
	return fields;
}

json_t *
language_texts_read(const struct question_page *p, const struct language_text *list, const json_t *texts)
{
	const json_t *ja = json_object_get(texts, "ja");
	json_t *read = json_keep(p->arena, json_object());

	for (; list->name != NULL; list++) {
		const char *text = json_text(ja, list->name)[0] == '\0' ? "" : list->rows > 1 ?
		    form_lines(p->form, list->name, FORM_OPTIONAL, list->max) : form_name(p->form, list->name, FORM_OPTIONAL, list->max);

		if (text[0] != '\0')
			json_object_set_new(read, list->name, json_string(text));
	}
	return read;
}
