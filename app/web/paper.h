/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
#include "base/arena.h"
#include "base/buf.h"
/*
 * Something to be printed: A4 upright, in BIZ UDGothic, by pango and cairo.  Things go
 * from top to bottom; what does not fit goes on to the next page, which gets a number.
 */
struct paper;

enum paper_style {
	PAPER_SMALL,		/* 9 pt */
	PAPER_CAPTION,		/* 10 pt in the middle: what is on a picture */
	PAPER_CELL,		/* 10.5 pt: a table to be filled in; beside its first column in the middle */
	PAPER_TEXT,		/* 12 pt, the text itself */
	PAPER_CHOICE,		/* the same, one a paragraph: what does not fit on its line goes on behind the box */
	PAPER_STRONG,		/* 11 pt bold: what is to be done */
	PAPER_RIGHT,		/* 11 pt at the right: dates, senders */
	PAPER_HEAD,		/* 14 pt bold */
	PAPER_TITLE,		/* 20 pt bold, in the middle */
	PAPER_GRAND		/* 30 pt bold, in the middle: what a certificate is */
};

/* title and author are for the file's own description. */
struct paper *paper_new(struct arena *, const char *title, const char *author);
/* A paragraph, or several with LF between. */
void paper_text(struct paper *, enum paper_style, const char *);
/* Space in points; not at the top of a page. */
void paper_space(struct paper *, double);
/* On to the next page, unless this one is empty. */
void paper_turn(struct paper *);
/* On to the next page, unless so many points are left on this one: what follows belongs together. */
void paper_room(struct paper *, double);
/* A frame around this page, which is a certificate: no number, and its text begins lower and farther from the edges. */
void paper_frame(struct paper *);
/* A line from left to right. */
void paper_rule(struct paper *);
/* n boxes beside each other, empty, for names and seals, with a word at their left. */
void paper_boxes(struct paper *, const char *word, int n);
/* A share of a whole: words, its number at the right, and below them a bar (0 … 1). */
void paper_share(struct paper *, const char *words, const char *number, double share);
/* A table: what stands over its columns, on each page again, and their shares of the whole.  Both are borrowed
 * until the table ends, which is with the next thing that is no row. */
void paper_table(struct paper *, enum paper_style, const char *const *heads, const double *shares, int columns);
void paper_row(struct paper *, const char *const *cells);
/* n lines to write on. */
void paper_lines(struct paper *, int n);
/* What draw puts on the paper stands on one page, unless it is longer than one.  It is called
 * twice, the first time on nothing. */
void paper_together(struct paper *, void (*draw)(void *), void *of);
/* On each page of a document: who asks what, a number, and the QR code of an address. */
struct paper_head {
	const char *left, *number, *address;
};
/* What draw puts on it is a document of its own, whose pages are counted: 「1 / 3」.  It is called
 * twice, too. */
void paper_document(struct paper *, const struct paper_head *, void (*draw)(void *), void *of);
/* A name badge of 91 by 55 mm, ten on a page, with hairlines to cut along: what it is for, the
 * name as large as it fits with its reading over it, a line below.  A paper has badges alone or none. */
void paper_badge(struct paper *, const char *above, const char *reading, const char *name, const char *below);
/* A picture (JPEG or PNG) in the middle, as large as its pixels permit, and below it what is on it in
 * words; both on one page.  What is no picture leaves its words. */
void paper_picture(struct paper *, const struct buf *, const char *words);
/* A QR code of an address, words beside it. */
void paper_qr(struct paper *, const char *address, enum paper_style, const char *words);
/* The same in the middle, so large, to be read from some steps away, and words below it. */
void paper_qr_middle(struct paper *, const char *address, double side, const char *words);
/* Adds the PDF; nothing more can be put on it. */
void paper_finish(struct paper *, struct buf *out);
