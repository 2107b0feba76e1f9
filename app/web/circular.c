/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A message on paper; see circular.h.
 */
#include "web/circular.h"

#include <string.h>

#include "channel/card.h"
#include "domain/attachment.h"
#include "web/paper.h"

enum { BOXES = 8 };

/* The paper is Japanese, whoever prints it. */
static const char *
word(const struct web *w, const char *key)
{
	return words_get(catalogue_words(w->site->catalogue, "ja"), key);
}

static void
pictures(struct web *w, struct paper *p, const json_t *m)
{
	const json_t *one;
	struct buf bytes;
	size_t i;

	buf_init(&bytes, w->arena);
	json_array_foreach(json_object_get(m, "pictures"), i, one)
		if (strcmp(json_text(one, "state"), "clean") == 0 &&
		    attachment_read(w->arena, w->conf->files, json_int(m, "tenant_id"), one, &bytes) == ERR_OK)
			paper_picture(p, &bytes, json_text(one, "text"));
}

static void
foot(const struct web *w, struct paper *p, const json_t *m, const char *url)
{
	if (json_text(m, "contact")[0] != '\0') {
		paper_space(p, 8);
		paper_text(p, PAPER_HEAD, word(w, "circular_contact"));
		paper_text(p, PAPER_TEXT, json_text(m, "contact"));
	}
	paper_space(p, 8);
	if (url != NULL)
		paper_qr(p, url, PAPER_SMALL, arena_printf(w->arena, "%s\n%s", word(w, "circular_web"), url));
	paper_space(p, 8);
	paper_boxes(p, word(w, "circular_seen"), BOXES);
}

enum err
circular_pdf(struct web *w, const json_t *m, const char *url)
{
	struct paper *p = paper_new(w->arena, json_text(m, "subject"), json_text(m, "town"));
	struct buf pdf;

	paper_text(p, PAPER_TITLE, word(w, "circular_title"));
	if (json_text(m, "published_text")[0] != '\0')
		paper_text(p, PAPER_RIGHT, json_text(m, "published_text"));
	paper_text(p, PAPER_RIGHT, arena_printf(w->arena, "%s　%s", json_text(m, "town"), json_text(m, "department")));
	paper_rule(p);
	paper_text(p, PAPER_HEAD, json_text(m, "subject"));
	paper_text(p, PAPER_TEXT, json_text(m, "text"));
	pictures(w, p, m);
	foot(w, p, m, url);
	buf_init(&pdf, w->arena);
	paper_finish(p, &pdf);
	return web_bytes(w, HTTP_OK, "application/pdf", pdf.data, pdf.len);
}

enum err
circular_card(struct web *w, const json_t *m)
{
	struct buf picture;

	buf_init(&picture, w->arena);
	card_draw(card_content(w->arena, catalogue_words(w->site->catalogue, "ja"), json_text(m, "town"),
	    json_text(m, "subject"), json_text(m, "text")), &picture);
	return web_bytes(w, HTTP_OK, "image/png", picture.data, picture.len);
}
