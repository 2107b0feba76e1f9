/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A red head with the town, the subject as large as it fits, and the beginning of the
 * text; see card.h.
 */
#include "channel/card.h"

#include <cairo.h>
#include <pango/pangocairo.h>

#include "base/arena.h"
#include "base/log.h"
#include "base/text.h"

#define FONT "BIZ UDGothic"

enum { SIDE = 60, HEAD = 120, GAP = 32, CHARACTERS = 300 };	/* more do not fit */

static PangoLayout *
layout_of(cairo_t *c, const char *text, const char *font, int size, int width, int height)
{
	PangoLayout *layout = pango_cairo_create_layout(c);
	PangoFontDescription *description = pango_font_description_from_string(font);

	pango_context_set_language(pango_layout_get_context(layout), pango_language_from_string("ja"));
	pango_font_description_set_absolute_size(description, size * PANGO_SCALE);
	pango_layout_set_font_description(layout, description);
	pango_font_description_free(description);
	pango_layout_set_width(layout, width * PANGO_SCALE);
	pango_layout_set_height(layout, height * PANGO_SCALE);
	pango_layout_set_ellipsize(layout, PANGO_ELLIPSIZE_END);
	pango_layout_set_wrap(layout, PANGO_WRAP_WORD_CHAR);
	pango_layout_set_line_spacing(layout, 1.2f);
	pango_layout_set_text(layout, text, -1);
	return layout;
}

/* Takes the layout; the height that it has. */
static int
show(cairo_t *c, PangoLayout *layout, double x, double y)
{
	int height;

	pango_layout_get_pixel_size(layout, NULL, &height);
	cairo_move_to(c, x, y);
	pango_cairo_show_layout(c, layout);
	g_object_unref(layout);
	return height;
}

static void
draw_head(cairo_t *c, const json_t *card)
{
	PangoLayout *town = layout_of(c, json_text(card, "town"), FONT, 40, CARD_WIDTH / 2 - SIDE, 40);

	cairo_set_source_rgb(c, 0xce / 255.0, 0, 0);
	cairo_rectangle(c, 0, 0, CARD_WIDTH, HEAD);
	cairo_fill(c);
	cairo_set_source_rgb(c, 1, 1, 1);
	show(c, layout_of(c, json_text(card, "head"), FONT " Bold", 56, CARD_WIDTH / 2, 56), SIDE, (HEAD - 56) / 2.0);
	pango_layout_set_alignment(town, PANGO_ALIGN_RIGHT);
	show(c, town, CARD_WIDTH / 2.0, (HEAD - 40) / 2.0);
}

/* As large as three lines hold it. */
static PangoLayout *
subject_of(cairo_t *c, const char *subject)
{
	PangoLayout *layout;
	int size = 84;

	for (;; size -= 6) {
		layout = layout_of(c, subject, FONT " Bold", size, CARD_WIDTH - 2 * SIDE, 260);
		if (!pango_layout_is_ellipsized(layout) || size <= 48)
			return layout;
		g_object_unref(layout);
	}
}

static cairo_status_t
write_bytes(void *closure, const unsigned char *data, unsigned int n)
{
	buf_add(closure, data, n);
	return CAIRO_STATUS_SUCCESS;
}

void
card_draw(const json_t *card, struct buf *out)
{
	cairo_surface_t *surface = cairo_image_surface_create(CAIRO_FORMAT_RGB24, CARD_WIDTH, CARD_HEIGHT);
	cairo_t *c = cairo_create(surface);
	int y = HEAD + GAP;

	cairo_set_source_rgb(c, 1, 1, 1);
	cairo_paint(c);
	draw_head(c, card);
	cairo_set_source_rgb(c, 0.1, 0.1, 0.1);
	y += show(c, subject_of(c, json_text(card, "subject")), SIDE, y) + GAP;
	show(c, layout_of(c, json_text(card, "text"), FONT, 40, CARD_WIDTH - 2 * SIDE, CARD_HEIGHT - y - GAP), SIDE, y);
	must(cairo_surface_write_to_png_stream(surface, write_bytes, out) == CAIRO_STATUS_SUCCESS);
	cairo_destroy(c);
	cairo_surface_destroy(surface);
}

json_t *
card_content(struct arena *a, const struct words *words, const char *town, const char *subject, const char *text)
{
	return json_keep(a, json_pack("{s:s, s:s, s:s, s:s}", "head", words_get(words, "line_vital"), "town", town,
	    "subject", subject, "text", text_cut(a, text, CHARACTERS)));
}

const char *
card_words(struct arena *a, const json_t *card)
{
	return arena_printf(a, "%s %s\n%s\n%s", json_text(card, "head"), json_text(card, "town"), json_text(card, "subject"),
	    json_text(card, "text"));
}
