/* SPDX-License-Identifier: Apache-2.0 */
/*
 * ことば: the same in other languages and in やさしい日本語; see language.h.
 *
 * These are words, so they may change as long as what they are of lives; once its questions were
 * published each change is an edition of its own, as a correction is.
 */
#include "web/desk/language.h"

#include "base/buf.h"
#include "base/secret.h"
#include "base/text.h"

enum { MARK = 8 };

struct page {
	const struct language_owner *o;
	const struct language_text *texts;
	json_t *what, *draft;
	const char *language;
};

static bool
offered(const struct page *p, const char *language)
{
	return question_tongue_among(json_object_get(p->what, "languages"), language);
}

/* *ready false: nothing is changed any more, and the answer is made. */
static enum err
open_page(struct web *w, const struct language_owner *o, struct page *p, bool *ready)
{
	const char *over;
	enum err e = o->open(w, &p->what);

	p->o = o;
	if (e == ERR_OK)
		e = question_draft(w->db, json_int(p->what, "questionnaire"), &p->draft);
	if (e != ERR_OK)
		return e;
	p->texts = o->texts(w->arena, p->what);
	over = json_text(p->what, "over");
	*ready = over[0] == '\0';
	if (!*ready) {
		web_tell(w, "warning", over);
		return web_see_other(w, "%s/%" PRId64, o->of->url, json_int(p->what, "id"));
	}
	json_object_set_new(w->view, "owner", json_pack("{s:o, s:O}", "owner_url", json_sprintf("%s/%" PRId64, o->of->url,
	    json_int(p->what, "id")), "title", json_object_get(p->what, "title")));
	return ERR_OK;
}

/* What people answer from now on. */
static enum err
publish(struct web *w, const struct page *p, const char *reason)
{
	if (!json_flag(p->draft, "frozen"))
		return ERR_OK;
	return question_publish(w->db, json_int(p->what, "questionnaire"), w->staff, reason);
}

static enum err
back(struct web *w, const struct page *p)
{
	web_tell(w, "success", "tell_survey_saved");
	return web_see_other(w, "%s/%" PRId64 "/languages", p->o->of->url, json_int(p->what, "id"));
}

static const char *
name_of(struct web *w, const char *language)
{
	return words_get(w->words, question_tongue_key(language));
}

/* For the history, which is Japanese. */
static const char *
reason_of(struct web *w, const char *language)
{
	const struct words *words = catalogue_words(w->site->catalogue, "ja");
	const char *reason = words_get(words, "language_reason");

	return language == NULL ? reason : arena_printf(w->arena, "%s: %s", reason, words_get(words, question_tongue_key(language)));
}

/* --- which --- */

static const char *
flag_of(struct web *w, const char *language)
{
	return arena_printf(w->arena, "speak_%s", language);
}

enum err
language_list(struct web *w, const struct language_owner *o)
{
	struct form *f = web_form(w);
	json_t *rows = json_array();
	struct page p;
	bool ready;
	enum err e = open_page(w, o, &p, &ready);

	if (e != ERR_OK || !ready)
		return e;
	for (size_t i = 0; question_tongues[i] != NULL; i++) {
		const char *tag = question_tongues[i], *flag = flag_of(w, tag);
		const json_t *progress = question_language_progress(w->arena, p.draft, tag), *text,
		    *own = language_texts_show(&(struct question_page){ w->arena, form_new(w->arena, NULL, w->words), w->query, w->words,
		    p.draft }, p.texts, json_object_get(p.what, "texts"), tag);
		int64_t done = json_int(progress, "done"), all = json_int(progress, "all") + (int64_t)json_array_size(own);
		size_t k;

		json_array_foreach(own, k, text)
			done += json_text(text, "value")[0] != '\0';

		form_set(f, flag, "1");
		form_set_flag(f, flag, offered(&p, tag));
		json_array_append_new(rows, json_pack("{s:O, s:s, s:s, s:I, s:I, s:b, s:b}", "field",
		    json_object_get(form_json(f), flag), "label", name_of(w, tag), "tag", tag,
		    "done", (json_int_t)done, "all", (json_int_t)all, "begun", done > 0, "offered", offered(&p, tag)));
	}
	json_object_set_new(w->view, "rows", rows);
	json_object_set_new(w->view, "may_write", json_boolean(web_may(w, RIGHT_WRITE)));
	return web_page(w, HTTP_OK, "desk/language/list");
}

/* What this page changed; of a language that it left as it showed it, what somebody else has made of it since stays. */
static bool
chosen(struct web *w, const struct page *p, const char *tag)
{
	bool now = fields_has(w->fields, flag_of(w, tag));

	return now != fields_has(w->fields, arena_printf(w->arena, "was_%s", tag)) ? now : offered(p, tag);
}

/* Japanese, and these. */
static enum err
offer(struct web *w, const struct page *p, const char *also)
{
	const char *list[16] = { "ja" };
	size_t n = 1;

	for (size_t i = 0; question_tongues[i] != NULL; i++) {
		const char *tag = question_tongues[i];

		if (also != NULL ? offered(p, tag) || strcmp(tag, also) == 0 : chosen(w, p, tag))
			list[n++] = tag;
	}
	return question_language_offer(w->db, json_int(p->what, "questionnaire"), w->staff, (struct db_texts){ list, n });
}

enum err
language_list_save(struct web *w, const struct language_owner *o)
{
	struct page p;
	bool ready, other = false;
	enum err e = open_page(w, o, &p, &ready);

	if (e != ERR_OK || !ready)
		return e;
	for (size_t i = 0; question_tongues[i] != NULL; i++)
		other = other || offered(&p, question_tongues[i]) != chosen(w, &p, question_tongues[i]);
	if (other)
		e = offer(w, &p, NULL);
	if (other && e == ERR_OK)
		e = publish(w, &p, reason_of(w, NULL));
	return e != ERR_OK ? e : back(w, &p);
}

/* --- one --- */

static enum err
open_one(struct web *w, const struct language_owner *o, struct page *p, bool *ready)
{
	p->language = web_arg(w, "language");
	for (size_t i = 0; question_tongues[i] != NULL; i++)
		if (strcmp(question_tongues[i], p->language) == 0)
			return open_page(w, o, p, ready);
	return ERR_NOT_FOUND;
}

/* All fields, as they are stored or, where "sent" has them, as they were typed. */
static json_t *
rows_of(struct web *w, const struct page *p, struct form *f, const struct fields *sent)
{
	struct question_page fields = { w->arena, f, sent, w->words, p->draft };
	json_t *own = language_texts_show(&fields, p->texts, json_object_get(p->what, "texts"), p->language);
	json_t *rows = question_language_show(&fields, p->language);

	json_array_insert_new(rows, 0, json_pack("{s:n, s:s, s:O}", "number", "code", "own", "fields", own));
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
	json_object_set_new(w->view, "live", json_boolean(json_flag(p->draft, "frozen") || json_flag(p->what, "open")));
	json_object_set_new(w->view, "seen", json_string(text_showable(w->arena, seen)));
	json_object_set_new(w->view, "conflict", json_boolean(status == HTTP_CONFLICT));
	return web_page(w, status, "desk/language/one");
}

enum err
language_one(struct web *w, const struct language_owner *o)
{
	struct page p;
	bool ready;
	enum err e = open_one(w, o, &p, &ready);

	return e != ERR_OK || !ready ? e : show(w, HTTP_OK, &p, web_form(w), w->query, mark_of(w, &p));
}

static enum err
save(struct web *w, const struct page *p, json_t *texts, const json_t *changed)
{
	const json_t *old = json_object_get(json_object_get(p->what, "texts"), p->language);
	enum err e;

	/* Nothing was typed, so there is nothing to publish. */
	if (offered(p, p->language) && json_array_size(changed) == 0 &&
	    (old != NULL ? json_equal(old, texts) : json_object_size(texts) == 0))
		return ERR_OK;
	e = p->o->save(w->db, p->what, p->language, texts);
	if (e == ERR_OK)
		e = question_language_save(w->db, json_int(p->what, "questionnaire"), w->staff, changed);
	if (e == ERR_OK && !offered(p, p->language))
		e = offer(w, p, p->language);
	return e != ERR_OK ? e : publish(w, p, reason_of(w, p->language));
}

enum err
language_one_save(struct web *w, const struct language_owner *o)
{
	const char *seen = fields_get(w->fields, "seen");
	struct question_page fields;
	struct form *f = web_form(w);
	json_t *texts, *changed;
	struct page p;
	bool ready;
	enum err e = open_one(w, o, &p, &ready);

	if (e != ERR_OK || !ready)
		return e;
	fields = (struct question_page){ w->arena, f, w->fields, w->words, p.draft };
	texts = language_texts_read(&fields, p.texts, json_object_get(p.what, "texts"));
	changed = question_language_read(&fields, p.language);
	if (!form_ok(f))
		return show(w, HTTP_UNPROCESSABLE, &p, f, w->fields, seen);
	if (strcmp(seen, mark_of(w, &p)) != 0)
		return show(w, HTTP_CONFLICT, &p, f, w->fields, mark_of(w, &p));
	e = save(w, &p, texts, changed);
	return e != ERR_OK ? e : back(w, &p);
}
