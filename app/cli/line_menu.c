/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The menu of LINE, drawn with cairo; see line_menu.h.  LINE wants 2500 pixels of
 * width at the most, and a megabyte; the size below it shows in full on every telephone.
 */
#include "cli/line_menu.h"

#include <math.h>
#include <pango/pangocairo.h>

#include "base/arena.h"
#include "base/log.h"
#include "base/words.h"

enum { WIDTH = 2500, HEIGHT = 843, AREAS = 4, AREA = WIDTH / AREAS };

static void draw_alert(cairo_t *), draw_bell(cairo_t *), draw_calendar(cairo_t *), draw_list(cairo_t *);

/* In order from the left.  Without a path the town answers with a link (domain/line_reply.c). */
static const struct {
	const char *words;
	const char *path;
	void (*draw)(cairo_t *);
	double r, g, b;
} areas[AREAS] = {
	{ "line_menu_alert", "/", draw_alert, 0.81, 0, 0 },
	{ "line_menu_my", NULL, draw_bell, 0, 0.09, 0.76 },
	{ "line_menu_events", "/events", draw_calendar, 0, 0.09, 0.76 },
	{ "line_menu_surveys", "/surveys", draw_list, 0, 0.09, 0.76 },
};

json_t *
line_menu(struct arena *a, const struct words *words, const char *origin)
{
	json_t *list = json_array();

	for (int i = 0; i < AREAS; i++) {
		const char *label = words_get(words, areas[i].words);
		json_t *action = areas[i].path == NULL ?
		    json_pack("{s:s, s:s, s:s, s:s}", "type", "postback", "label", label, "data", "my", "displayText", label) :
		    json_pack("{s:s, s:s, s:o}", "type", "uri", "label", label,
			"uri", json_sprintf("%s%s", origin, areas[i].path));

		json_array_append_new(list, json_pack("{s:{s:i, s:i, s:i, s:i}, s:o}",
		    "bounds", "x", i * AREA, "y", 0, "width", AREA, "height", HEIGHT, "action", action));
	}
	return json_keep(a, json_pack("{s:{s:i, s:i}, s:b, s:s, s:s, s:o}", "size", "width", WIDTH, "height", HEIGHT,
	    "selected", 1, "name", "chromo", "chatBarText", words_get(words, "line_menu"), "areas", list));
}

/* Icons around the origin, 240 wide and high. */
static void
draw_alert(cairo_t *c)
{
	cairo_move_to(c, 0, -110);
	cairo_line_to(c, 125, 105);
	cairo_line_to(c, -125, 105);
	cairo_close_path(c);
	cairo_stroke(c);
	cairo_move_to(c, 0, -35);
	cairo_line_to(c, 0, 35);
	cairo_stroke(c);
	cairo_arc(c, 0, 70, 12, 0, 2 * M_PI);
	cairo_fill(c);
}

static void
draw_bell(cairo_t *c)
{
	cairo_move_to(c, -105, 75);
	cairo_curve_to(c, -65, 30, -85, -105, 0, -105);
	cairo_curve_to(c, 85, -105, 65, 30, 105, 75);
	cairo_close_path(c);
	cairo_stroke(c);
	cairo_arc(c, 0, 80, 34, 0, M_PI);
	cairo_fill(c);
}

static void
draw_calendar(cairo_t *c)
{
	cairo_rectangle(c, -110, -85, 220, 190);
	cairo_move_to(c, -110, -25);
	cairo_line_to(c, 110, -25);
	cairo_move_to(c, -55, -115);
	cairo_line_to(c, -55, -60);
	cairo_move_to(c, 55, -115);
	cairo_line_to(c, 55, -60);
	cairo_stroke(c);
	cairo_rectangle(c, 20, 20, 50, 50);
	cairo_fill(c);
}

static void
draw_list(cairo_t *c)
{
	for (int row = -1; row <= 1; row++) {
		cairo_move_to(c, -110, row * 75);
		cairo_line_to(c, -88, row * 75 + 22);
		cairo_line_to(c, -52, row * 75 - 24);
		cairo_move_to(c, -15, row * 75);
		cairo_line_to(c, 110, row * 75);
	}
	cairo_stroke(c);
}

static void
draw_words(cairo_t *c, const char *text, double x)
{
	PangoLayout *layout = pango_cairo_create_layout(c);
	PangoFontDescription *font = pango_font_description_from_string("BIZ UDGothic Bold");
	int size = 92, width, height;

	pango_context_set_language(pango_layout_get_context(layout), pango_language_from_string("ja"));
	pango_layout_set_text(layout, text, -1);
	/* Long words get smaller letters. */
	do {
		pango_font_description_set_absolute_size(font, size * PANGO_SCALE);
		pango_layout_set_font_description(layout, font);
		pango_layout_get_pixel_size(layout, &width, &height);
	} while (width > AREA - 50 && (size -= 4) > 20);
	cairo_move_to(c, x - width / 2.0, 640 - height / 2.0);
	pango_cairo_show_layout(c, layout);
	pango_font_description_free(font);
	g_object_unref(layout);
}

static cairo_status_t
write_bytes(void *closure, const unsigned char *data, unsigned int n)
{
	buf_add(closure, data, n);
	return CAIRO_STATUS_SUCCESS;
}

void
line_menu_draw(const struct words *words, struct buf *out)
{
	cairo_surface_t *surface = cairo_image_surface_create(CAIRO_FORMAT_RGB24, WIDTH, HEIGHT);
	cairo_t *c = cairo_create(surface);

	cairo_set_source_rgb(c, 1, 1, 1);
	cairo_paint(c);
	cairo_set_line_width(c, 22);
	cairo_set_line_join(c, CAIRO_LINE_JOIN_ROUND);
	cairo_set_line_cap(c, CAIRO_LINE_CAP_ROUND);
	for (int i = 0; i < AREAS; i++) {
		double x = i * AREA + AREA / 2.0;

		cairo_set_source_rgb(c, areas[i].r, areas[i].g, areas[i].b);
		cairo_save(c);
		cairo_translate(c, x, 300);
		areas[i].draw(c);
		cairo_restore(c);
		draw_words(c, words_get(words, areas[i].words), x);
		if (i == 0)
			continue;
		cairo_set_source_rgb(c, 0.8, 0.8, 0.8);
		cairo_set_line_width(c, 4);
		cairo_move_to(c, i * AREA, 110);
		cairo_line_to(c, i * AREA, HEIGHT - 110);
		cairo_stroke(c);
		cairo_set_line_width(c, 22);
	}
	must(cairo_surface_write_to_png_stream(surface, write_bytes, out) == CAIRO_STATUS_SUCCESS);
	cairo_destroy(c);
	cairo_surface_destroy(surface);
}
