/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Name badges, ten on a page; see paper.h.
 */
#include "web/paper_private.h"

/* In the middle of a badge, in up to so many lines, as large as it fits; cut only where the
 * smallest size does not fit either. */
static PangoLayout *
badge_lay(struct paper *p, const char *text, int lines, int most, int least, double wide)
{
	PangoLayout *layout = paper_layout(p, PAPER_TEXT, text, wide);
	PangoFontDescription *font = pango_font_description_from_string(PAPER_FONT " Bold");
	int size = most + 1;

	pango_layout_set_alignment(layout, PANGO_ALIGN_CENTER);
	do {
		pango_font_description_set_size(font, --size * PANGO_SCALE);
		pango_layout_set_font_description(layout, font);
	} while (size > least && pango_layout_get_line_count(layout) > lines);
	pango_layout_set_height(layout, -lines);
	pango_layout_set_ellipsize(layout, PANGO_ELLIPSIZE_END);
	pango_font_description_free(font);
	return layout;
}

static double
badge_height(PangoLayout *layout)
{
	int high;

	pango_layout_get_size(layout, NULL, &high);
	return (double)high / PANGO_SCALE;
}

/* A long name takes two lines before it gets small. */
static PangoLayout *
badge_name(struct paper *p, const char *name, double wide)
{
	static const struct { int lines, most, least; } tries[] = { { 1, 32, 18 }, { 2, 22, 14 }, { 3, 15, 8 } };
	PangoLayout *layout = NULL;
	size_t i;

	for (i = 0; i < sizeof tries / sizeof *tries; i++) {
		if (layout != NULL)
			g_object_unref(layout);
		layout = badge_lay(p, name, tries[i].lines, tries[i].most, tries[i].least, wide);
		if (!pango_layout_is_ellipsized(layout))
			break;
	}
	return layout;
}

void
paper_badge(struct paper *p, const char *above, const char *reading, const char *name, const char *below)
{
	const double wide = 257.95, high = 155.9, left = (PAPER_WIDTH - 2 * wide) / 2, top = (PAPER_HEIGHT - 5 * high) / 2,
	    inner = wide - 28;
	PangoLayout *called = badge_name(p, name, inner), *kana = badge_lay(p, reading, 2, 10, 7, inner);
	double x, y, at;

	if (p->badges == 10) {
		cairo_show_page(p->cairo);
		p->badges = 0;
	}
	x = left + (p->badges % 2) * wide;
	y = top + (p->badges / 2) * high;
	p->badges++;
	cairo_set_line_width(p->cairo, 0.25);
	cairo_set_source_rgb(p->cairo, 0.7, 0.7, 0.7);
	cairo_rectangle(p->cairo, x, y, wide, high);
	cairo_stroke(p->cairo);
	cairo_set_source_rgb(p->cairo, 0, 0, 0);
	x += (wide - inner) / 2;
	paper_draw(p, badge_lay(p, above, 2, 10, 8, inner), x, y + 12);
	at = y + 8 + (high - badge_height(called)) / 2;
	if (reading[0] != '\0')
		paper_draw(p, kana, x, at - badge_height(kana) - 5);
	else
		g_object_unref(kana);
	paper_draw(p, called, x, at);
	paper_draw(p, badge_lay(p, below, 1, 9, 7, inner), x, y + high - 24);
	p->fresh = false;
}
