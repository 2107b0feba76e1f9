/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Pictures on paper; see paper.h.
 *
 * A JPEG goes into the file as it is: cairo reads no JPEG, but hands one through, if it is told
 * how large it is.  Its size stands in the first frame header (SOF, ITU-T T.81 B.2.2).
 */
#include <string.h>

#include "base/log.h"
#include "web/paper_private.h"

enum { SIDE_MOST = 4000 };
#define DOT 0.6			/* points a pixel at most: 120 an inch */
#define HIGH 270.0		/* two on a page, and words between */

/* --- reading --- */

static unsigned int
two(const uint8_t *at)
{
	return (unsigned int)at[0] << 8 | at[1];
}

/* Segments follow each other, each with its length, until the one that begins the picture. */
static bool
jpeg_size(const uint8_t *data, size_t n, int *wide, int *high)
{
	for (size_t at = 2; at + 9 < n && data[at] == 0xff; at += 2 + two(data + at + 2)) {
		uint8_t kind = data[at + 1];

		if (kind < 0xc0 || kind > 0xcf || kind == 0xc4 || kind == 0xc8 || kind == 0xcc)
			continue;
		*high = (int)two(data + at + 5);
		*wide = (int)two(data + at + 7);
		return *wide > 0 && *high > 0 && *wide <= SIDE_MOST && *high <= SIDE_MOST;
	}
	return false;
}

static cairo_surface_t *
jpeg(struct paper *p, const struct buf *bytes)
{
	/* The file is written when all is drawn. */
	uint8_t *kept = arena_alloc(p->arena, bytes->len);
	cairo_surface_t *s;
	int wide, high;

	memcpy(kept, bytes->data, bytes->len);
	if (!jpeg_size(kept, bytes->len, &wide, &high))
		return NULL;
	s = cairo_image_surface_create(CAIRO_FORMAT_A1, wide, high);
	cairo_surface_set_mime_data(s, CAIRO_MIME_TYPE_JPEG, kept, bytes->len, NULL, NULL);
	return s;
}

struct reading { const struct buf *bytes; size_t at; };

static cairo_status_t
read_bytes(void *closure, unsigned char *out, unsigned int n)
{
	struct reading *r = closure;

	if (n > r->bytes->len - r->at)
		return CAIRO_STATUS_READ_ERROR;
	memcpy(out, r->bytes->data + r->at, n);
	r->at += n;
	return CAIRO_STATUS_SUCCESS;
}

static cairo_surface_t *
picture(struct paper *p, const struct buf *bytes)
{
	if (bytes->len > 16 && memcmp(bytes->data, "\xff\xd8\xff", 3) == 0)
		return jpeg(p, bytes);
	return cairo_image_surface_create_from_png_stream(read_bytes, &(struct reading){ bytes, 0 });
}

/* --- drawing --- */

static double
words_height(struct paper *p, const char *words)
{
	PangoLayout *layout = paper_layout(p, PAPER_CAPTION, words, PAPER_WIDTH - 2 * PAPER_SIDE);
	int high;

	pango_layout_get_size(layout, NULL, &high);
	g_object_unref(layout);
	return 1.3 * high / PANGO_SCALE;
}

static double
least(double a, double b)
{
	return a < b ? a : b;
}

void
paper_picture(struct paper *p, const struct buf *bytes, const char *words)
{
	cairo_surface_t *s = picture(p, bytes);
	int wide = 0, high = 0;
	double scale;

	if (s != NULL && cairo_surface_status(s) == CAIRO_STATUS_SUCCESS) {
		wide = cairo_image_surface_get_width(s);
		high = cairo_image_surface_get_height(s);
	}
	if (wide > 0 && high > 0) {
		scale = least(DOT, least((PAPER_WIDTH - 2 * PAPER_SIDE) / wide, HIGH / high));
		paper_space(p, 4);
		paper_room(p, high * scale + 6 + words_height(p, words));
		paper_begin(p);
		if (!p->trial) {
			cairo_save(p->cairo);
			cairo_translate(p->cairo, (PAPER_WIDTH - wide * scale) / 2, p->y);
			cairo_scale(p->cairo, scale, scale);
			cairo_set_source_surface(p->cairo, s, 0, 0);
			cairo_paint(p->cairo);
			cairo_restore(p->cairo);
		}
		p->y += high * scale + 6;
	} else
		log_error("paper.picture problem=\"none that can be drawn\"");
	if (s != NULL)
		cairo_surface_destroy(s);
	paper_text(p, PAPER_CAPTION, words);
}
