/* SPDX-License-Identifier: Apache-2.0 */
/*
 * In which language people read what staff wrote in several; see tongue.h.
 */
#include "web/citizen/tongue.h"

#include <string.h>

#include "base/text.h"
#include "domain/agenda.h"
#include "domain/question_language.h"

/* Do pages speak it? */
static bool
of_pages(const struct web *w, const char *language)
{
	return strcmp(words_lang(catalogue_words(w->site->catalogue, language)), language) == 0;
}

const char *
citizen_tongue_kept(const struct web *w, const char *chosen)
{
	bool stays = strcmp(chosen, "ja-easy") == 0 ? strcmp(w->lang, "ja") == 0 : !of_pages(w, chosen);

	return stays && chosen[0] != '\0' ? chosen : w->lang;
}

const char *
citizen_tongue(const struct web *w, const json_t *languages, const char *chosen)
{
	const char *order[] = { citizen_tongue_kept(w, chosen), w->lang, chosen };

	for (size_t i = 0; i < sizeof order / sizeof *order; i++)
		if (question_tongue_among(languages, order[i]))
			return order[i];
	return "ja";
}

const char *
citizen_tongue_asked(const struct web *w, const json_t *languages)
{
	const char *asked = fields_get(w->query, "language");

	return question_tongue_among(languages, asked) ? asked : citizen_tongue(w, languages, w->lang);
}

const char *
citizen_tongue_lang(const char *language)
{
	return strncmp(language, "ja", 2) == 0 ? "ja" : language;
}

const char *
citizen_tongue_of(const char *text, const char *lang)
{
	enum { KANA = 0x3040, KANA_END = 0x30ff, HAN = 0x3400, HAN_END = 0x9fff };
	bool han = false;
	size_t n = strlen(text), i = 0;

	while (i < n) {
		int32_t c = text_next(text, n, &i);

		if (c >= KANA && c <= KANA_END)
			return "ja";
		han = han || (c >= HAN && c <= HAN_END);
	}
	return han && strcmp(lang, "zh") != 0 ? "ja" : lang;
}

void
citizen_tongue_speak(struct web *w, const char *language)
{
	const char *tag = citizen_tongue_lang(language);

	if (of_pages(w, tag) && strcmp(tag, w->lang) != 0)
		response_cookie(w->response, "__Host-lang", tag, 365 * 24 * 3600);
}

static const char *
name_of(struct web *w, const char *tag)
{
	return words_get(w->words, question_tongue_key(tag));
}

void
citizen_tongue_choice(struct web *w, const json_t *languages, const char *language)
{
	json_t *options = json_array();
	const json_t *one;
	size_t i;

	json_array_foreach(languages, i, one) {
		const char *tag = json_string_value(one);

		json_array_append_new(options, json_pack("{s:s, s:s, s:b}", "value", tag, "label", name_of(w, tag),
		    "checked", strcmp(tag, language) == 0));
	}
	json_object_set_new(w->view, "language", i > 1 ? json_pack("{s:s, s:s, s:n, s:O}", "name", "language",
	    "value", language, "problem", "options", options) : json_null());
	json_decref(options);
}

/* Where pages speak it they go along, else it is asked for in the address. */
static const char *
url_of(struct web *w, const char *tag, const char *path)
{
	if (strcmp(tag, w->lang) == 0)
		return path;
	if (of_pages(w, tag))
		return arena_printf(w->arena, "/lang/%s?next=%s", tag, path);
	return arena_printf(w->arena, "%s?language=%s", path, tag);
}

void
citizen_tongue_links(struct web *w, const json_t *languages, const char *language, const char *path)
{
	json_t *list = json_array();
	const json_t *one;
	size_t i;

	json_array_foreach(languages, i, one) {
		const char *tag = json_string_value(one);

		json_array_append_new(list, json_pack("{s:s, s:s, s:s, s:b}", "tag", citizen_tongue_lang(tag),
		    "name", words_get(w->words, question_tongue_own(tag)),
		    "tongue_url", url_of(w, tag, path), "current", strcmp(tag, language) == 0));
	}
	json_object_set_new(w->view, "some_tongues", json_boolean(i > 1));
	json_object_set_new(w->view, "tongues", list);
}

enum err
citizen_tongue_event(struct web *w, json_t *event, int64_t slot, const char *chosen)
{
	const char *order[] = { chosen, w->lang };
	json_t *said;
	enum err e;

	if (strcmp(chosen, w->lang) == 0)
		return ERR_OK;
	e = agenda_said(w->db, json_int(event, "id"), slot, (struct db_texts){ order, 2 }, &said);
	if (e == ERR_OK)
		json_object_update(event, said);
	return e;
}
