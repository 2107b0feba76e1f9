/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Documents with a head on each page, and what belongs together on one; see paper.h.
 *
 * How high something is, is found by drawing it on nothing.
 */
#include "web/paper_private.h"
#include "web/qr.h"

#define MODULE 1.5		/* of a QR code that is read from near: 0.53 mm */
#define HEAD_TOP 34

static void
draw_head(struct paper *p)
{
	struct qr qr = qr_modules(p->arena, p->head->address);
	double right = PAPER_WIDTH - PAPER_SIDE - qr.width * MODULE, wide = right - PAPER_SIDE - 12;
	PangoLayout *number = paper_layout(p, PAPER_HEAD, p->head->number, wide);

	pango_layout_set_alignment(number, PANGO_ALIGN_RIGHT);
	paper_draw(p, paper_passage(p, PAPER_SMALL, p->head->left, wide), PAPER_SIDE, HEAD_TOP);
	paper_draw(p, number, PAPER_SIDE, HEAD_TOP + 34);
	paper_draw_qr(p, &qr, right, HEAD_TOP, MODULE);
}

void
paper_begin(struct paper *p)
{
	if (p->fresh && p->head != NULL && !p->trial)
		draw_head(p);
	p->fresh = false;
}

/* Draws on nothing, from the top of a page.  Returns how many pages it takes; *height: of the last. */
static int
try(struct paper *p, void (*draw)(void *), void *of, double *height)
{
	cairo_surface_t *nothing = cairo_recording_surface_create(CAIRO_CONTENT_COLOR_ALPHA, NULL);
	struct paper was = *p;
	int pages;

	p->cairo = cairo_create(nothing);
	p->trial = true;
	p->page = 1;
	p->y = p->top;
	p->fresh = false;
	draw(of);
	pages = p->page;
	*height = p->y - p->top;
	cairo_destroy(p->cairo);
	cairo_surface_destroy(nothing);
	*p = was;
	return pages;
}

void
paper_together(struct paper *p, void (*draw)(void *), void *of)
{
	double height;

	if (!p->fresh && try(p, draw, of, &height) == 1 && p->y + height > PAPER_BOTTOM)
		paper_next(p);
	draw(of);
}

void
paper_document(struct paper *p, const struct paper_head *head, void (*draw)(void *), void *of)
{
	struct paper_head *own = arena_alloc(p->arena, sizeof *own);
	double height;

	paper_turn(p);
	*own = *head;
	p->head = own;
	p->top = HEAD_TOP + qr_modules(p->arena, head->address).width * MODULE + 14;
	p->y = p->top;
	p->page = 1;
	p->pages = try(p, draw, of, &height);
	draw(of);
}
