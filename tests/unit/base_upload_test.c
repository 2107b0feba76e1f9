/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Files of strangers: what is kept of a picture, and what is refused.
 */
#include "base/upload.h"

#include <openssl/evp.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/arena.h"

#include "tap.h"

/* A black square of 16 × 16, as JPEG, in base64. */
static const char square[] =
	"/9j/2wBDAAgGBgcGBQgHBwcJCQgKDBQNDAsLDBkSEw8UHRofHh0aHBwgJC4nICIsIxwcKDcpLDAxNDQ0Hyc5PTgyPC4zNDL/2wBD"
	"AQkJCQwLDBgNDRgyIRwhMjIyMjIyMjIyMjIyMjIyMjIyMjIyMjIyMjIyMjIyMjIyMjIyMjIyMjIyMjIyMjIyMjL/wAARCAAQABAD"
	"ASIAAhEBAxEB/8QAHwAAAQUBAQEBAQEAAAAAAAAAAAECAwQFBgcICQoL/8QAtRAAAgEDAwIEAwUFBAQAAAF9AQIDAAQRBRIhMUEG"
	"E1FhByJxFDKBkaEII0KxwRVS0fAkM2JyggkKFhcYGRolJicoKSo0NTY3ODk6Q0RFRkdISUpTVFVWV1hZWmNkZWZnaGlqc3R1dnd4"
	"eXqDhIWGh4iJipKTlJWWl5iZmqKjpKWmp6ipqrKztLW2t7i5usLDxMXGx8jJytLT1NXW19jZ2uHi4+Tl5ufo6erx8vP09fb3+Pn6"
	"/8QAHwEAAwEBAQEBAQEBAQAAAAAAAAECAwQFBgcICQoL/8QAtREAAgECBAQDBAcFBAQAAQJ3AAECAxEEBSExBhJBUQdhcRMiMoEI"
	"FEKRobHBCSMzUvAVYnLRChYkNOEl8RcYGRomJygpKjU2Nzg5OkNERUZHSElKU1RVVldYWVpjZGVmZ2hpanN0dXZ3eHl6goOEhYaH"
	"iImKkpOUlZaXmJmaoqOkpaanqKmqsrO0tba3uLm6wsPExcbHyMnK0tPU1dbX2Nna4uPk5ebn6Onq8vP09fb3+Pn6/9oADAMBAAIR"
	"AxEAPwD5/ooooA//2Q==";

/* What a telephone writes into its pictures: Exif, with the way up (6: turned to the right)
 * and something that nobody should ever see again. */
static const char exif[] =
	"\xff\xe1\x00\x3a" "Exif\0\0" "MM\0\x2a\0\0\0\x08" "\0\x02"
	"\x01\x12\0\x03\0\0\0\x01\0\x06\0\0"
	"\x01\x0f\0\x02\0\0\0\x04" "GPS!" "\0\0\0\0" "secret-place";

static size_t
jpeg(uint8_t *out)
{
	int n = EVP_DecodeBlock(out, (const unsigned char *)square, (int)strlen(square));

	while (n > 0 && out[n - 1] == 0)
		n--;			/* what fills up the last four */
	return (size_t)n;
}

static void
test_picture(struct arena *a)
{
	uint8_t plain[2000], marked[3000];
	size_t n = jpeg(plain), more = 2 + 0x3a;
	const char *kind = "";
	struct buf out;

	memcpy(marked, plain, 2);
	memcpy(marked + 2, exif, more);
	memcpy(marked + 2 + more, plain + 2, n - 2);
	memcpy(marked + n + more, "PK\3\4 another file behind it", 28);
	ok(memmem(marked, n + more, "secret-place", 12) != NULL, "there is something to be lost");
	buf_init(&out, a);
	if (ok(upload_clean(marked, n + more + 28, &kind, &out) == ERR_OK, "a picture is taken")) {
		is_str(kind, "image/jpeg", "for what it is");
		ok(out.len > 100 && memcmp(out.data, "\xff\xd8\xff", 3) == 0, "and is one again");
		ok(memmem(out.data, out.len, "secret", 6) == NULL && memmem(out.data, out.len, "Exif", 4) == NULL,
		    "without place and camera");
		ok(memmem(out.data, out.len, "another file", 12) == NULL, "without what lay behind it");
	}
	for (size_t cut = 3; cut < n; cut += n / 7)
		ok(upload_clean(plain, cut, &kind, &out) != ERR_OK, "cut after %zu bytes it is none", cut);
}

static void
refused(struct arena *a, const void *data, size_t n, const char *what)
{
	const char *kind;
	struct buf out;

	buf_init(&out, a);
	ok(upload_clean(data, n, &kind, &out) == ERR_INVALID, "refused: %s", what);
}

#define REFUSED(a, text, what) refused(a, text, sizeof(text) - 1, what)

static void
test_refused(struct arena *a)
{
	static const char pdf[] = "%PDF-1.4\n1 0 obj\n<< /Type /Catalog >>\nendobj\ntrailer << /Root 1 0 R >>\n%%EOF\n";
	char *large = calloc(1, UPLOAD_BYTES + 1);
	const char *kind;
	struct buf out;

	REFUSED(a, "", "nothing");
	REFUSED(a, "hello", "a text");
	REFUSED(a, "<svg xmlns=\"http://www.w3.org/2000/svg\"><script>alert(1)</script></svg>", "a drawing with a script");
	REFUSED(a, "<!DOCTYPE html><script>alert(1)</script>", "a page");
	REFUSED(a, "GIF89a\1\0\1\0\200\0\0\0\0\0\377\377\377!\371\4\0\0\0\0\0,\0\0\0\0\1\0\1\0\0\2\2D\1\0;", "a kind that is not taken");
	REFUSED(a, "MZ\220\0\3\0\0\0\4\0\0\0\377\377\0\0", "a program");
	REFUSED(a, "%PDF-1.4\n1 0 obj\n<< /Type /Catalog /OpenAction << /S /JavaScript /JS (app.alert(1)) >> >>\n%%EOF\n",
	    "a document that acts");
	REFUSED(a, "%PDF-1.4\ntrailer << /Encrypt 5 0 R >>\n%%EOF\n", "a document that nobody can look into");
	/* A head that speaks of fifty thousand by fifty thousand. */
	REFUSED(a, "\x89PNG\r\n\x1a\n\0\0\0\rIHDR\0\0\xc3\x50\0\0\xc3\x50\x08\x02\0\0\0\x00\x00\x00\x00", "a bomb with a wrong sum");

	buf_init(&out, a);
	ok(upload_clean(pdf, sizeof(pdf) - 1, &kind, &out) == ERR_OK, "a document is taken");
	is_str(kind, "application/pdf", "for what it is");
	is_mem(out.data, (const uint8_t *)pdf, sizeof(pdf) - 1, "as it came");
	if (large != NULL)
		ok(upload_clean(large, UPLOAD_BYTES + 1, &kind, &out) == ERR_TOO_LARGE, "more than the limit is too much");
	free(large);
}

int
main(void)
{
	struct arena *a = arena_new();

	test_picture(a);
	test_refused(a);
	arena_free(a);
	return done();
}
