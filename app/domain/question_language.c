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

const char *
question_tongue_key(const char *language)
{
	static const char *const keys[] = { "answer_language_easy", "answer_language_en", "answer_language_zh", "answer_language_ko",
		"answer_language_vi", "answer_language_pt", "answer_language_es", "answer_language_tl", "answer_language_ne",
		"answer_language_id" };

	for (size_t i = 0; question_tongues[i] != NULL; i++)
		if (strcmp(question_tongues[i], language) == 0)
			return keys[i];
	return "answer_language_ja";
}

/* --- the texts of one question --- */

struct text {
	const char *name;	/* of its field */
	json_t *texts;		/* by language: itself, or of a key an object */
	const char *key;	/* "label", "help", or NULL */
	size_t max;
	bool lines;
};
enum { TEXTS_MAX = 2 * QUESTION_CHOICES_MAX + 10, END_MAX = 40 };

static const char *
said(const struct text *t, const char *language)
{
	const json_t *own = json_object_get(t->texts, language);

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
		    json_object_get(one, "texts"), NULL, QUESTION_CHOICE_LENGTH, false });
	return n;
}

static size_t
texts_of(struct arena *a, const json_t *question, struct text *list)
{
	const char *code = json_text(question, "code");
	json_t *texts = json_object_get(question, "texts"), *settings = json_object_get(question, "settings");
	size_t n = 0;

	n = add(list, n, (struct text){ arena_printf(a, "%s_label", code), texts, "label", QUESTION_LABEL_MAX, false });
	n = add(list, n, (struct text){ arena_printf(a, "%s_help", code), texts, "help", QUESTION_HELP_MAX, true });
	n = add_each(a, list, n, code, "r", json_object_get(settings, "rows"));
	n = add_each(a, list, n, code, "c", json_object_get(question, "choices"));
	n = add(list, n, (struct text){ arena_printf(a, "%s_low", code), json_object_get(json_object_get(settings, "low"), "texts"),
	    NULL, END_MAX, false });
	return add(list, n, (struct text){ arena_printf(a, "%s_high", code),
	    json_object_get(json_object_get(settings, "high"), "texts"), NULL, END_MAX, false });
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
	json_t *rows = json_keep(p->arena, json_array()), *fields, *field;
	struct text list[TEXTS_MAX];
	const json_t *q;
	size_t i, k, n;

	json_array_foreach(json_object_get(p->draft, "questions"), i, q) {
		fields = json_array();
		n = texts_of(p->arena, q, list);
		for (k = 0; k < n; k++) {
			if (!fields_has(p->fields, list[k].name))
				form_set(p->form, list[k].name, said(&list[k], language));
			field = json_object_get(form_json(p->form), list[k].name);
			json_object_set_new(field, "ja", json_string(said(&list[k], "ja")));
			json_object_set_new(field, "lines", json_boolean(list[k].lines));
			json_array_append(fields, field);
		}
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
