/* SPDX-License-Identifier: Apache-2.0 */
/*
 * ことば: a survey in other languages and in やさしい日本語.
 *
 *	GET, POST /desk/surveys/{survey}/languages		which may be chosen, and how far each is
 *	GET, POST /desk/surveys/{survey}/languages/{language}	its texts beside the Japanese ones
 *
 * These are words, so they may change as long as the survey lives; once it was published each
 * change is an edition of its own, as a correction is.
 */
#include "base/buf.h"
#include "base/secret.h"
#include "base/text.h"
#include "domain/question_language.h"
#include "web/desk/survey.h"
#include "web/handlers.h"

enum { MARK = 8 };

struct page {
	json_t *survey, *draft;
	const char *language;
};

static bool
offered(const json_t *survey, const char *language)
{
	const json_t *one;
	size_t i;

	json_array_foreach(json_object_get(survey, "languages"), i, one)
		if (strcmp(json_string_value(one), language) == 0)
			return true;
	return false;
}

static enum err
open_page(struct web *w, struct page *p)
{
	enum err e = desk_survey_open(w, &p->survey);

	if (e == ERR_OK)
		e = question_draft(w->db, json_int(p->survey, "questionnaire"), &p->draft);
	return e;
}

/* What people answer from now on. */
static enum err
publish(struct web *w, const struct page *p, const char *reason)
{
	if (!json_flag(p->draft, "frozen"))
		return ERR_OK;
	return question_publish(w->db, json_int(p->survey, "questionnaire"), w->staff, reason);
}

static const char *
name_of(struct web *w, const char *language)
{
	return words_get(w->words, question_tongue_key(language));
}

/* --- which --- */

static const char *
flag_of(struct web *w, const char *language)
{
	return arena_printf(w->arena, "speak_%s", language);
}

enum err
desk_survey_languages(struct web *w)
{
	struct form *f = web_form(w);
	json_t *rows = json_array();
	struct page p;
	enum err e = open_page(w, &p);

	for (size_t i = 0; e == ERR_OK && question_tongues[i] != NULL; i++) {
		const char *tag = question_tongues[i], *flag = flag_of(w, tag);
		const json_t *progress = question_language_progress(w->arena, p.draft, tag),
		    *own = json_object_get(json_object_get(p.survey, "texts"), tag);

		form_set(f, flag, "1");
		form_set_flag(f, flag, offered(p.survey, tag));
		json_array_append_new(rows, json_pack("{s:O, s:s, s:s, s:O, s:O, s:b}", "field",
		    json_object_get(form_json(f), flag), "label", name_of(w, tag), "tag", tag,
		    "done", json_object_get(progress, "done"), "all", json_object_get(progress, "all"),
		    "begun", json_int(progress, "done") > 0 || json_object_size(own) > 0));
	}
	json_object_set_new(w->view, "rows", rows);
	json_object_set_new(w->view, "may_write", json_boolean(web_may(w, RIGHT_WRITE)));
	return e != ERR_OK ? e : web_page(w, HTTP_OK, "desk/survey/languages");
}

/* Japanese, and these. */
static enum err
offer(struct web *w, const struct page *p, const char *also)
{
	const char *list[16] = { "ja" };
	size_t n = 1;

	for (size_t i = 0; question_tongues[i] != NULL; i++) {
		const char *tag = question_tongues[i];
		bool chosen = also != NULL ? offered(p->survey, tag) || strcmp(tag, also) == 0 : fields_has(w->fields, flag_of(w, tag));

		if (chosen)
			list[n++] = tag;
	}
	return question_language_offer(w->db, json_int(p->survey, "questionnaire"), w->staff, (struct db_texts){ list, n });
}

enum err
desk_survey_languages_save(struct web *w)
{
	struct page p;
	enum err e = open_page(w, &p);

	if (e == ERR_OK)
		e = offer(w, &p, NULL);
	if (e == ERR_OK)
		e = publish(w, &p, words_get(catalogue_words(w->site->catalogue, "ja"), "survey_languages_reason"));
	if (e != ERR_OK)
		return e;
	web_tell(w, "success", "tell_survey_saved");
	return web_see_other(w, "/desk/surveys/%" PRId64 "/languages", json_int(p.survey, "id"));
}

/* --- one --- */

static enum err
open_one(struct web *w, struct page *p)
{
	p->language = web_arg(w, "language");
	for (size_t i = 0; question_tongues[i] != NULL; i++)
		if (strcmp(question_tongues[i], p->language) == 0)
			return open_page(w, p);
	return ERR_NOT_FOUND;
}

/* All fields, as they are stored or, where "sent" has them, as they were typed. */
static json_t *
rows_of(struct web *w, const struct page *p, struct form *f, const struct fields *sent)
{
	struct question_page fields = { w->arena, f, sent, w->words, p->draft };
	json_t *own = survey_language_show(f, sent, p->survey, p->language), *rows = question_language_show(&fields, p->language);

	json_array_insert_new(rows, 0, json_pack("{s:n, s:s, s:o}", "number", "code", "survey", "fields", own));
	return rows;
}

/* What the form was opened on: these texts, and the Japanese ones beside them. */
static const char *
mark_of(struct web *w, const struct page *p)
{
	const json_t *rows = rows_of(w, p, form_new(w->arena, NULL, w->words), w->query);
	uint8_t hash[SECRET_HASH];
	struct buf text;

	buf_init(&text, w->arena);
	json_canonical(rows, &text);
	secret_sha256(text.data, text.len, hash);
	return secret_hex(w->arena, hash, MARK);
}

static enum err
show(struct web *w, enum status status, const struct page *p, struct form *f, const struct fields *sent, const char *seen)
{
	bool japanese = strncmp(p->language, "ja", 2) == 0;

	json_object_set(w->view, "rows", rows_of(w, p, f, sent));
	json_object_set(w->view, "theirs", rows_of(w, p, form_new(w->arena, NULL, w->words), w->query));
	json_object_set_new(w->view, "tag", json_string(p->language));
	json_object_set_new(w->view, "text_lang", json_string(japanese ? "ja" : p->language));
	json_object_set_new(w->view, "easy", json_boolean(japanese));
	json_object_set_new(w->view, "name", json_string(name_of(w, p->language)));
	json_object_set_new(w->view, "frozen", json_incref(json_object_get(p->draft, "frozen")));
	json_object_set_new(w->view, "seen", json_string(text_showable(w->arena, seen)));
	json_object_set_new(w->view, "conflict", json_boolean(status == HTTP_CONFLICT));
	return web_page(w, status, "desk/survey/language");
}

enum err
desk_survey_language(struct web *w)
{
	struct page p;
	enum err e = open_one(w, &p);

	return e != ERR_OK ? e : show(w, HTTP_OK, &p, web_form(w), w->query, mark_of(w, &p));
}

static enum err
save(struct web *w, const struct page *p, const json_t *texts, const json_t *changed)
{
	const char *reason = arena_printf(w->arena, "%s: %s", words_get(catalogue_words(w->site->catalogue, "ja"),
	    "survey_languages_reason"), words_get(catalogue_words(w->site->catalogue, "ja"), question_tongue_key(p->language)));
	enum err e = survey_desk_texts(w->db, json_int(p->survey, "id"), p->language, texts);

	if (e == ERR_OK)
		e = question_language_save(w->db, json_int(p->survey, "questionnaire"), w->staff, changed);
	if (e == ERR_OK && !offered(p->survey, p->language))
		e = offer(w, p, p->language);
	return e != ERR_OK ? e : publish(w, p, reason);
}

enum err
desk_survey_language_save(struct web *w)
{
	const char *seen = fields_get(w->fields, "seen");
	struct question_page fields;
	struct form *f = web_form(w);
	json_t *texts, *changed;
	struct page p;
	enum err e = open_one(w, &p);

	if (e != ERR_OK)
		return e;
	fields = (struct question_page){ w->arena, f, w->fields, w->words, p.draft };
	texts = json_keep(w->arena, survey_language_read(f, p.survey));
	changed = question_language_read(&fields, p.language);
	if (!form_ok(f))
		return show(w, HTTP_UNPROCESSABLE, &p, f, w->fields, seen);
	if (strcmp(seen, mark_of(w, &p)) != 0)
		return show(w, HTTP_CONFLICT, &p, f, w->fields, mark_of(w, &p));
	e = save(w, &p, texts, changed);
	if (e != ERR_OK)
		return e;
	web_tell(w, "success", "tell_survey_saved");
	return web_see_other(w, "/desk/surveys/%" PRId64 "/languages", json_int(p.survey, "id"));
}
