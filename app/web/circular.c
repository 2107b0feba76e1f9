/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A message on paper; see circular.h.
 */
#include "web/circular.h"

#include "channel/card.h"
#include "domain/rendering.h"
#include "web/paper.h"

enum { BOXES = 8 };

/* The paper is Japanese, whoever prints it. */
static const char *
word(const struct web *w, const char *key)
{
	return words_get(catalogue_words(w->site->catalogue, "ja"), key);
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
	card_draw(rendering_card(w->arena, catalogue_words(w->site->catalogue, "ja"), json_text(m, "town"),
	    json_text(m, "subject"), json_text(m, "text")), &picture);
	return web_bytes(w, HTTP_OK, "image/png", picture.data, picture.len);
}
