/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A4 by pango and cairo; see paper.h.  Units are points, 1/72 inch.
 *
 * Pango breaks lines by Japanese rules (kinsoku); here pages are broken, between two
 * lines, never within one.
 */
#include "web/paper_private.h"

#include "base/log.h"
#include "web/qr.h"

#define MODULE 2.2		/* of a QR code: 0.78 mm, which a telephone reads from paper */

static const struct {
	const char *font;
	double lead;		/* from line to line, in heights of the font's own */
	double after;
	PangoAlignment align;
	double hang;		/* how far lines behind the first one begin to the right of it */
} styles[] = {
	[PAPER_SMALL] = { PAPER_FONT " 9", 1.2, 4, PANGO_ALIGN_LEFT },
	[PAPER_CAPTION] = { PAPER_FONT " 10", 1.3, 8, PANGO_ALIGN_CENTER },
	[PAPER_CELL] = { PAPER_FONT " 10.5", 1.3, 4, PANGO_ALIGN_LEFT },
	[PAPER_TEXT] = { PAPER_FONT " 12", 1.5, 8, PANGO_ALIGN_LEFT },
	[PAPER_CHOICE] = { PAPER_FONT " 12", 1.5, 8, PANGO_ALIGN_LEFT, 30 },
	[PAPER_STRONG] = { PAPER_FONT " Bold 11", 1.4, 6, PANGO_ALIGN_LEFT },
	[PAPER_RIGHT] = { PAPER_FONT " 11", 1.3, 2, PANGO_ALIGN_RIGHT },
	[PAPER_HEAD] = { PAPER_FONT " Bold 14", 1.3, 6, PANGO_ALIGN_LEFT },
	[PAPER_TITLE] = { PAPER_FONT " Bold 20", 1.2, 12, PANGO_ALIGN_CENTER },
	[PAPER_GRAND] = { PAPER_FONT " Bold 30", 1.2, 12, PANGO_ALIGN_CENTER },
};

static cairo_status_t
write_bytes(void *closure, const unsigned char *data, unsigned int n)
{
	buf_add(closure, (const char *)data, n);
	return CAIRO_STATUS_SUCCESS;
}

static void
release(void *p)
{
	struct paper *paper = p;

	g_object_unref(paper->context);
	cairo_destroy(paper->cairo);
	cairo_surface_destroy(paper->surface);
}

struct paper *
paper_new(struct arena *a, const char *title, const char *author)
{
	struct paper *p = arena_alloc(a, sizeof *p);

	*p = (struct paper){ .arena = a, .y = PAPER_TOP, .side = PAPER_SIDE, .top = PAPER_TOP, .page = 1, .fresh = true };
	buf_init(&p->bytes, a);
	p->surface = cairo_pdf_surface_create_for_stream(write_bytes, &p->bytes, PAPER_WIDTH, PAPER_HEIGHT);
	cairo_pdf_surface_set_metadata(p->surface, CAIRO_PDF_METADATA_TITLE, title);
	cairo_pdf_surface_set_metadata(p->surface, CAIRO_PDF_METADATA_AUTHOR, author);
	p->cairo = cairo_create(p->surface);
	p->context = pango_cairo_create_context(p->cairo);
	/* So that one sign has one shape: 直 and 骨 are drawn otherwise in Chinese. */
	pango_context_set_language(p->context, pango_language_from_string("ja"));
	pango_context_set_base_dir(p->context, PANGO_DIRECTION_LTR);
	arena_defer(a, release, p);
	return p;
}

PangoLayout *
paper_layout(struct paper *p, enum paper_style style, const char *text, double width)
{
	PangoLayout *layout = pango_layout_new(p->context);
	PangoFontDescription *font = pango_font_description_from_string(styles[style].font);

	pango_layout_set_font_description(layout, font);
	pango_font_description_free(font);
	/* pango_cairo counts 96 points an inch unless it is told. */
	pango_cairo_context_set_resolution(p->context, 72);
	pango_layout_context_changed(layout);
	pango_layout_set_width(layout, (int)(width * PANGO_SCALE));
	pango_layout_set_wrap(layout, PANGO_WRAP_WORD_CHAR);
	pango_layout_set_alignment(layout, styles[style].align);
	pango_layout_set_indent(layout, -(int)(styles[style].hang * PANGO_SCALE));
	/* A name from right to left stands at the left with the others, and 様 behind it; so does a box before
	 * a choice. */
	pango_layout_set_auto_dir(layout, FALSE);
	pango_layout_set_text(layout, text, -1);
	return layout;
}

PangoLayout *
paper_passage(struct paper *p, enum paper_style style, const char *text, double width)
{
	PangoLayout *layout = paper_layout(p, style, text, width);

	pango_layout_set_line_spacing(layout, (float)styles[style].lead);
	return layout;
}

void
paper_draw(struct paper *p, PangoLayout *layout, double x, double y)
{
	int boxes = pango_layout_get_unknown_glyphs_count(layout);

	/* A sign that is in no font of this machine is an empty box on paper. */
	if (boxes > 0)
		log_warn("paper.no_font signs=%d", boxes);
	cairo_move_to(p->cairo, x, y);
	pango_cairo_show_layout(p->cairo, layout);
	g_object_unref(layout);
}

void
paper_draw_qr(struct paper *p, const struct qr *qr, double left, double top, double module)
{
	int x, y;

	for (y = 0; y < qr->width; y++)
		for (x = 0; x < qr->width; x++)
			if (qr->data[y * qr->width + x] & 1)
				cairo_rectangle(p->cairo, left + x * module, top + y * module, module, module);
	cairo_fill(p->cairo);
}

static void
number_page(struct paper *p)
{
	const char *text;
	PangoLayout *layout;

	if (p->unnumbered)
		return;
	text = p->pages > 0 ? arena_printf(p->arena, "%d / %d", p->page, p->pages) : arena_printf(p->arena, "%d", p->page);
	layout = paper_layout(p, PAPER_SMALL, text, PAPER_WIDTH - 2 * PAPER_SIDE);
	pango_layout_set_alignment(layout, PANGO_ALIGN_CENTER);
	paper_draw(p, layout, PAPER_SIDE, PAPER_HEIGHT - 45);
}

void
paper_next(struct paper *p)
{
	if (!p->trial) {
		number_page(p);
		cairo_show_page(p->cairo);
	}
	p->page++;
	p->y = p->top;
	p->side = PAPER_SIDE;
	p->fresh = true;
	p->unnumbered = false;
}

/* What is so high does not go into two. */
static void
room_for(struct paper *p, double height)
{
	if (p->y + height > PAPER_BOTTOM && !p->fresh)
		paper_next(p);
	paper_begin(p);
}

void
paper_text(struct paper *p, enum paper_style style, const char *text)
{
	PangoLayout *layout = paper_layout(p, style, text, PAPER_WIDTH - 2 * p->side);
	PangoLayoutIter *at = pango_layout_get_iter(layout);

	do {
		PangoRectangle line;
		int top, bottom;
		double height;

		pango_layout_iter_get_line_extents(at, NULL, &line);
		pango_layout_iter_get_line_yrange(at, &top, &bottom);
		height = styles[style].lead * (bottom - top) / PANGO_SCALE;
		room_for(p, height);
		cairo_move_to(p->cairo, p->side + (double)line.x / PANGO_SCALE,
		    p->y + (pango_layout_iter_get_baseline(at) - top +
		    (styles[style].lead - 1) / 2 * (bottom - top)) / PANGO_SCALE);
		pango_cairo_show_layout_line(p->cairo, pango_layout_iter_get_line_readonly(at));
		p->y += height;
	} while (pango_layout_iter_next_line(at));
	p->y += styles[style].after;
	pango_layout_iter_free(at);
	g_object_unref(layout);
}

void
paper_space(struct paper *p, double height)
{
	if (!p->fresh)
		p->y += height;
}

void
paper_turn(struct paper *p)
{
	if (!p->fresh)
		paper_next(p);
}

void
paper_room(struct paper *p, double height)
{
	if (p->y + height > PAPER_BOTTOM)
		paper_turn(p);
}

void
paper_frame(struct paper *p)
{
	double edge;

	for (edge = 34; edge <= 39; edge += 5) {
		cairo_set_line_width(p->cairo, edge < 39 ? 2 : 0.6);
		cairo_rectangle(p->cairo, edge, edge, PAPER_WIDTH - 2 * edge, PAPER_HEIGHT - 2 * edge);
		cairo_stroke(p->cairo);
	}
	p->y = PAPER_TOP + 70;
	p->side = PAPER_SIDE + 34;
	p->fresh = false;
	p->unnumbered = true;
}

void
paper_rule(struct paper *p)
{
	room_for(p, 10);
	cairo_set_line_width(p->cairo, 0.8);
	cairo_move_to(p->cairo, PAPER_SIDE, p->y + 4);
	cairo_line_to(p->cairo, PAPER_WIDTH - PAPER_SIDE, p->y + 4);
	cairo_stroke(p->cairo);
	p->y += 12;
}

void
paper_lines(struct paper *p, int n)
{
	const double height = 26;

	for (int i = 0; i < n; i++) {
		room_for(p, height);
		cairo_set_line_width(p->cairo, 0.5);
		cairo_move_to(p->cairo, PAPER_SIDE + 12, p->y + height - 4);
		cairo_line_to(p->cairo, PAPER_WIDTH - PAPER_SIDE, p->y + height - 4);
		cairo_stroke(p->cairo);
		p->y += height;
	}
	p->y += 4;
}

void
paper_boxes(struct paper *p, const char *word, int n)
{
	const double left = 46, height = 44, width = (PAPER_WIDTH - 2 * PAPER_SIDE - left) / n;
	PangoLayout *layout = paper_layout(p, PAPER_HEAD, word, left);
	int i, high;

	room_for(p, height);
	pango_layout_get_size(layout, NULL, &high);
	pango_layout_set_alignment(layout, PANGO_ALIGN_CENTER);
	cairo_set_line_width(p->cairo, 0.8);
	cairo_rectangle(p->cairo, PAPER_SIDE, p->y, left, height);
	for (i = 0; i < n; i++)
		cairo_rectangle(p->cairo, PAPER_SIDE + left + i * width, p->y, width, height);
	cairo_stroke(p->cairo);
	cairo_move_to(p->cairo, PAPER_SIDE, p->y + (height - (double)high / PANGO_SCALE) / 2);
	pango_cairo_show_layout(p->cairo, layout);
	g_object_unref(layout);
	p->y += height + 12;
}

void
paper_share(struct paper *p, const char *words, const char *number, double share)
{
	const double wide = PAPER_WIDTH - 2 * PAPER_SIDE, high = 7;
	PangoLayout *left = paper_passage(p, PAPER_SMALL, words, wide - 110), *right = paper_layout(p, PAPER_SMALL, number, 100);
	int lines;

	pango_layout_get_size(left, NULL, &lines);
	room_for(p, (double)lines / PANGO_SCALE + high + 8);
	cairo_move_to(p->cairo, PAPER_SIDE, p->y);
	pango_cairo_show_layout(p->cairo, left);
	pango_layout_set_alignment(right, PANGO_ALIGN_RIGHT);
	cairo_move_to(p->cairo, PAPER_SIDE + wide - 100, p->y);
	pango_cairo_show_layout(p->cairo, right);
	p->y += (double)lines / PANGO_SCALE + 2;
	cairo_set_source_rgb(p->cairo, 0.9, 0.9, 0.9);
	cairo_rectangle(p->cairo, PAPER_SIDE, p->y, wide, high);
	cairo_fill(p->cairo);
	cairo_set_source_rgb(p->cairo, 0.2, 0.2, 0.2);
	cairo_rectangle(p->cairo, PAPER_SIDE, p->y, wide * (share > 1 ? 1 : share), high);
	cairo_fill(p->cairo);
	cairo_set_source_rgb(p->cairo, 0, 0, 0);
	p->y += high + 6;
	g_object_unref(left);
	g_object_unref(right);
}

void
paper_qr(struct paper *p, const char *address, enum paper_style style, const char *words)
{
	struct qr qr = qr_modules(p->arena, address);
	double side = qr.width * MODULE;
	PangoLayout *layout = paper_passage(p, style, words, PAPER_WIDTH - 2 * PAPER_SIDE - side - 16);

	room_for(p, side);
	paper_draw_qr(p, &qr, PAPER_SIDE, p->y, MODULE);
	paper_draw(p, layout, PAPER_SIDE + side + 16, p->y);
	p->y += side + 8;
}

void
paper_qr_middle(struct paper *p, const char *address, double side, const char *words)
{
	struct qr qr = qr_modules(p->arena, address);

	room_for(p, side + 40);
	paper_draw_qr(p, &qr, (PAPER_WIDTH - side) / 2, p->y, side / qr.width);
	p->y += side + 10;
	paper_text(p, PAPER_CAPTION, words);
}

/* How high the cells beside each other are. */
static double
row_lay(struct paper *p, const char *const *cells, double pad, PangoLayout **layouts)
{
	double height = 24;
	int i, high;

	for (i = 0; i < p->columns; i++) {
		layouts[i] = paper_passage(p, p->cells, cells[i], (PAPER_WIDTH - 2 * PAPER_SIDE) * p->shares[i] - 2 * pad);
		if (p->cells == PAPER_CELL && i > 0)
			pango_layout_set_alignment(layouts[i], PANGO_ALIGN_CENTER);
		pango_layout_get_size(layouts[i], NULL, &high);
		if ((double)high / PANGO_SCALE + 2 * pad > height)
			height = (double)high / PANGO_SCALE + 2 * pad;
	}
	return height;
}

static void
row_draw(struct paper *p, const char *const *cells, bool head)
{
	const double wide = PAPER_WIDTH - 2 * PAPER_SIDE, pad = 5;
	PangoLayout **layouts = arena_alloc(p->arena, (size_t)p->columns * sizeof *layouts);
	double height = row_lay(p, cells, pad, layouts), x = PAPER_SIDE;
	int i, high;

	if (p->y + height > PAPER_BOTTOM && !p->fresh && !head) {
		paper_next(p);
		row_draw(p, p->heads, true);
	}
	paper_begin(p);
	cairo_set_line_width(p->cairo, 0.5);
	for (i = 0; i < p->columns; i++) {
		cairo_rectangle(p->cairo, x, p->y, wide * p->shares[i], height);
		if (head) {
			cairo_set_source_rgb(p->cairo, 0.92, 0.92, 0.92);
			cairo_fill_preserve(p->cairo);
			cairo_set_source_rgb(p->cairo, 0, 0, 0);
		}
		cairo_stroke(p->cairo);
		pango_layout_get_size(layouts[i], NULL, &high);
		cairo_move_to(p->cairo, x + pad, p->y + (height - (double)high / PANGO_SCALE) / 2);
		pango_cairo_show_layout(p->cairo, layouts[i]);
		g_object_unref(layouts[i]);
		x += wide * p->shares[i];
	}
	p->y += height;
}

void
paper_table(struct paper *p, enum paper_style style, const char *const *heads, const double *shares, int columns)
{
	p->cells = style;
	p->heads = heads;
	p->shares = shares;
	p->columns = columns;
	paper_room(p, 60);
	row_draw(p, heads, true);
}

void
paper_row(struct paper *p, const char *const *cells)
{
	row_draw(p, cells, false);
}

void
paper_finish(struct paper *p, struct buf *out)
{
	if (p->badges == 0)
		number_page(p);
	cairo_surface_finish(p->surface);
	must(cairo_surface_status(p->surface) == CAIRO_STATUS_SUCCESS);
	buf_add(out, p->bytes.data, p->bytes.len);
}
