/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Pictures that are to be shown everywhere: what becomes of each kind.  Fixtures are made here,
 * and what came out is looked at by libvips when nothing is to be forked any more.
 */
#include "base/upload.h"

#include <openssl/evp.h>
#include <stdlib.h>
#include <unistd.h>
#include <vips/vips.h>
#include <zlib.h>

#include "base/arena.h"

#include "tap.h"

/* 24 × 16, red, and in its Exif the end of "secret-place". */
static const char webp[] =
	"UklGRhoBAABXRUJQVlA4WAoAAAAIAAAAFwAADwAAVlA4IDgAAADQAgCdASoYABAAPm0skUWkIqGYBABABsSgB2AAEWMAAP7wG9//oUbKJin//9"
	"pZ/9Sz/6ln+KgAAEVYSUa8AAAARXhpZgAATU0AKgAAAAgABgEPAAIAAAANAAAAVgESAAMAAAABAAEAAAEaAAUAAAABAAAAZAEbAAUAAAABAAAA"
	"bAEoAAMAAAABAAIAAIdpAAQAAAABAAAAdAAAAABldC1wbGFjZQAAZXhpAAAAYzgAAAPoAABjOAAAA+gABZAAAAcAAAAEMDIxMKAAAAcAAAAEMD"
	"EwMKABAAMAAAAB//8AAKACAAQAAAABAAAAGKADAAQAAAABAAAAEAAAAAA=";

static struct arena *a;

/* --- fixtures --- */

static void
put_be(uint8_t *at, size_t v)
{
	for (int i = 0; i < 4; i++)
		at[i] = (uint8_t)(v >> (24 - 8 * i));
}

static void
chunk(struct buf *b, const char *name, const void *data, size_t n)
{
	uint8_t head[8], sum[4];

	put_be(head, n);
	memcpy(head + 4, name, 4);
	put_be(sum, crc32(crc32(0, head + 4, 4), data, (uInt)n));
	buf_add(b, (const char *)head, 8);
	buf_add(b, data, n);
	buf_add(b, (const char *)sum, 4);
}

/* A PNG with a channel to see through: noise, which no PNG makes small, and at the left nothing at all. */
static struct buf
png(int wide, int high, bool noise)
{
	size_t row = (size_t)wide * 4 + 1, n = row * (size_t)high;
	uint8_t *pixels = arena_alloc(a, n), head[13] = { 0 };
	uLongf packed = compressBound(n);
	uint8_t *data = arena_alloc(a, packed);
	struct buf b;

	srandom(7);
	for (size_t i = 0; i < n; i++)
		pixels[i] = i % row == 0 || i % row <= row / 4 ? 0 : i % row % 4 == 0 ? 255 : noise ? (uint8_t)random() : 90;
	compress(data, &packed, pixels, n);
	put_be(head, (size_t)wide);
	put_be(head + 4, (size_t)high);
	head[8] = 8;
	head[9] = 6;
	buf_init(&b, a);
	buf_add(&b, "\x89PNG\r\n\x1a\n", 8);
	chunk(&b, "IHDR", head, sizeof head);
	chunk(&b, "tEXt", "Comment\0secret-place", 20);
	chunk(&b, "IDAT", data, packed);
	chunk(&b, "IEND", "", 0);
	return b;
}

/* The same, as a camera that was held upright writes it. */
static struct buf
turned(const struct buf *jpeg)
{
	static const char exif[] = "\xff\xe1\x00\x22" "Exif\0\0" "MM\0\x2a\0\0\0\x08" "\0\x01" "\x01\x12\0\x03\0\0\0\x01\0\x06\0\0"
	    "\0\0\0";
	struct buf b;

	buf_init(&b, a);
	buf_add(&b, jpeg->data, 2);
	buf_add(&b, exif, 36);
	buf_add(&b, jpeg->data + 2, jpeg->len - 2);
	return b;
}

/* --- what is expected --- */

struct expected {
	const char *what;
	struct buf out;
	int wide, high;
	bool white;		/* at the left, where nothing was */
};
static struct expected seen[8];
static size_t n_seen;

static void
becomes(const char *what, int side, struct buf in, const char *kind, struct expected e)
{
	const char *is = "";

	buf_init(&e.out, a);
	e.what = what;
	if (!ok(upload_picture(side, in.data, in.len, &is, &e.out) == ERR_OK, "%s: is taken", what))
		return;
	is_str(is, kind, "%s: its kind", what);
	ok(memmem(e.out.data, e.out.len, "secret-place", 12) == NULL && memmem(e.out.data, e.out.len, "et-place", 8) == NULL,
	    "%s: says nothing of its place", what);
	seen[n_seen++] = e;
}

static void
look(const struct expected *e)
{
	VipsImage *image = vips_image_new_from_buffer(e->out.data, e->out.len, "", NULL);
	double *point;
	int n;

	if (!ok(image != NULL, "%s: is a picture", e->what))
		return;
	is_int(image->Xsize, e->wide, "its width");
	is_int(image->Ysize, e->high, "its height");
	if (e->white && vips_getpoint(image, &point, &n, 2, image->Ysize / 2, NULL) == 0) {
		ok(n == 3 && point[0] > 245 && point[1] > 245 && point[2] > 245, "%s: white is behind it", e->what);
		g_free(point);
	}
	g_object_unref(image);
}

int
main(void)
{
	struct buf from, large, out;
	uint8_t bytes[400];
	const char *kind;
	int n;

	a = arena_new();
	n = EVP_DecodeBlock(bytes, (const unsigned char *)webp, (int)strlen(webp));
	buf_init(&from, a);
	buf_add(&from, (const char *)bytes, (size_t)n - 1);
	ok(memmem(from.data, from.len, "et-place", 8) != NULL, "there is something to be lost");
	becomes("a WebP", 1200, from, "image/jpeg", (struct expected){ .wide = 24, .high = 16 });

	becomes("a small PNG", 1200, png(300, 200, false), "image/png", (struct expected){ .wide = 300, .high = 200 });
	becomes("a plain PNG with more pixels", 400, png(1500, 900, false), "image/png", (struct expected){ .wide = 400, .high = 240 });
	large = png(900, 600, true);
	ok(large.len > UPLOAD_PNG, "noise is large: %zu", large.len);
	becomes("a PNG that stays large", 1200, large, "image/jpeg", (struct expected){ .wide = 900, .high = 600, .white = true });
	becomes("the same, for lists", 400, large, "image/png", (struct expected){ .wide = 400, .high = 267 });
	if (n_seen > 3)
		becomes("a picture that lies on its side", 300, turned(&seen[3].out), "image/jpeg",
		    (struct expected){ .wide = 200, .high = 300 });

	buf_init(&out, a);
	ok(upload_clean(from.data, from.len, &kind, &out) == ERR_OK && strcmp(kind, "image/webp") == 0, "as a file a WebP stays one");
	ok(upload_picture(1200, "%PDF-1.4\n%%EOF\n", 15, &kind, &out) == ERR_INVALID, "a document is no picture");
	for (size_t cut = 20; cut < from.len; cut += from.len / 5)
		ok(upload_picture(1200, from.data, cut, &kind, &out) != ERR_OK, "a WebP cut after %zu bytes is none", cut);
	ok(upload_picture(1200, large.data, large.len / 2, &kind, &out) != ERR_OK, "half a PNG is none");

	if (VIPS_INIT("test") != 0)
		return 1;
	for (size_t i = 0; i < n_seen; i++)
		look(&seen[i]);
	arena_free(a);
	return done();
}
