/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The bytes of a message, made once, by the channels that it goes by (channel/channel.h),
 * for each language that a reader may have chosen; for the site the text alone, which
 * its page puts in a frame.  Preview, approval and courier all read what is made here.
 */
#include <inttypes.h>
#include <string.h>

#include "base/arena.h"
#include "base/buf.h"
#include "base/json.h"
#include "base/markdown.h"
#include "base/slot.h"
#include "base/text.h"
#include "channel/channel.h"
#include "domain/rendering.h"

enum { EXCERPT = 100 };		/* characters of the text on a card */

/* The beginning of the text in one line: a card shows no more. */
static const char *
excerpt(struct arena *a, const char *plain)
{
	return text_cut(a, text_normal(a, plain), EXCERPT);
}

/* What the templates show. */
static json_t *
view_of(struct arena *a, const json_t *m, const struct words *words, const char *html, const char *plain)
{
	const json_t *tenant = json_object_get(m, "tenant");
	bool japanese = strcmp(words_lang(words), "ja") == 0;
	const char *contact = json_text(tenant, "contact");

	bool on_site = json_flag(m, "on_site"), asks = json_flag(m, "asks");

	return json_keep(a, json_pack("{s:s, s:s, s:s, s:s, s:s, s:s?, s:s, s:s, s:s, s:s?, s:s,"
	    " s:s?, s:s, s:s, s:b, s:b, s:b, s:O?, s:O?, s:s?, s:s?}",
	    "lang", words_lang(words), "subject", json_text(m, "subject"),
	    "body_html", html, "body_text", plain, "contact", json_text(m, "contact"),
	    "page_url", on_site ? json_text(m, "page_url") : NULL,
	    "stop_url", RENDERING_STOP_URL,
	    "tenant_name", json_text(tenant, japanese ? "name" : "name_en"),
	    "department", json_text(m, "department"),
	    "tenant_contact", contact[0] != '\0' ? contact : NULL,
	    "body_lang", "ja", "short_url", on_site ? json_text(m, "short_url") : NULL,
	    "tag", json_text(m, "tag"), "excerpt", excerpt(a, plain),
	    "vital", json_flag(m, "vital"), "x_link", json_flag(m, "x_link"), "corrects", json_flag(m, "corrects"),
	    "pictures", json_object_get(m, "pictures"), "picture_files", json_object_get(m, "picture_files"),
	    "seen_url", asks ? SLOT_SEEN_URL : NULL,
	    "seen_data", asks ? arena_printf(a, "seen=%" PRId64, json_int(m, "number")) : NULL));
}

enum err
rendering_make(struct arena *a, struct templates *templates, const struct catalogue *catalogue,
    const json_t *message, json_t **out)
{
	json_t *made = json_keep(a, json_object());
	char *html, *plain;
	enum err e;
	size_t i, k;

	e = markdown_html(a, json_text(message, "body"), &html);
	if (e == ERR_OK)
		e = markdown_plain(a, json_text(message, "body"), &plain);
	if (e != ERR_OK)
		return e;

	for (k = 0; channel_kinds[k] != NULL; k++) {
		const struct channel_kind *kind = channel_kinds[k];
		json_t *by_language, *content;

		if (!json_flag(message, kind->flag))
			continue;
		by_language = json_object();
		json_object_set_new(made, kind->name, by_language);
		for (i = 0; i < catalogue_count(catalogue); i++) {
			const struct words *words = catalogue_at(catalogue, i);

			/* What is read by everybody is in Japanese. */
			if (kind->people == 0 && strcmp(words_lang(words), "ja") != 0)
				continue;
			e = kind->render(a, templates, words, view_of(a, message, words, html, plain), &content);
			if (e != ERR_OK)
				return e;
			json_object_set(by_language, words_lang(words), content);
		}
	}
	if (json_flag(message, "on_site"))
		json_object_set_new(made, "site", json_pack("{s:{s:s, s:s, s:s}}", "ja",
		    "subject", json_text(message, "subject"), "text", plain, "html", html));
	*out = made;
	return ERR_OK;
}

char *
rendering_personal(struct arena *a, const char *text, const char *url)
{
	return slot_fill(a, slot_fill(a, text, SLOT_STOP_URL, url), SLOT_SEEN_URL, url);
}

void
rendering_hash(struct arena *a, const json_t *renderings, const json_t *terms, uint8_t out[SECRET_HASH])
{
	json_t *both = json_keep(a, json_pack("{s:O, s:O}", "renderings", renderings, "terms", terms));
	struct buf b;

	buf_init(&b, a);
	json_canonical(both, &b);
	secret_sha256(b.data, b.len, out);
}
