/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
#include <cairo-pdf.h>
#include <pango/pangocairo.h>
#include <stdbool.h>
#include "web/paper.h"
/*
 * What paper.c (pages and what stands on them), paper_document.c (heads, what belongs together),
 * paper_picture.c and paper_badge.c have in common.  Units are points, 1/72 inch.
 */
#define PAPER_FONT "BIZ UDGothic"
#define PAPER_WIDTH 595.28
#define PAPER_HEIGHT 841.89
#define PAPER_SIDE 56.7		/* 20 mm */
#define PAPER_TOP 56.7
#define PAPER_BOTTOM (PAPER_HEIGHT - 62.4)

struct paper {
	struct arena *arena;
	struct buf bytes;
	cairo_surface_t *surface;
	cairo_t *cairo;
	PangoContext *context;
	double y;
	double side;		/* from the edges to the text of this page */
	int page;
	bool fresh;		/* nothing on this page yet */
	bool unnumbered;	/* this page carries no number */
	int badges;
	const char *const *heads;	/* of the table that is being written */
	const double *shares;
	int columns;
	enum paper_style cells;
	const struct paper_head *head;
	double top;		/* where a page begins, below its head */
	int pages;		/* of the document; 0: not counted */
	bool trial;		/* nothing is drawn: its height is looked for */
};

/* To be drawn, or unreferenced. */
PangoLayout *paper_layout(struct paper *, enum paper_style, const char *text, double width);
/* The same for several lines that are drawn at once, as far apart as those of paper_text(). */
PangoLayout *paper_passage(struct paper *, enum paper_style, const char *text, double width);
/* Draws it and lets it go. */
void paper_draw(struct paper *, PangoLayout *, double x, double y);
struct qr;
void paper_draw_qr(struct paper *, const struct qr *, double left, double top, double module);
/* Something comes onto this page: on a new one, below its head. */
void paper_begin(struct paper *);
/* On to the next page. */
void paper_next(struct paper *);
