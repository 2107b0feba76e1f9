/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Documents: what acts or hides is found however it is written, and what people send goes on.
 */
#include "base/upload_pdf.h"

#include <stdlib.h>
#include <zlib.h>

#include "base/arena.h"
#include "base/buf.h"

#include "tap.h"

static struct arena *a;

static bool
harmless(const char *objects)
{
	struct buf b;

	buf_init(&b, a);
	buf_addf(&b, "%%PDF-1.5\n%s\n%%%%EOF\n", objects);
	return upload_pdf_harmless(b.data, b.len);
}

/* An object with a stream that holds this, packed; cut: less of it. */
static bool
packed(const char *dictionary, const char *inside, size_t n, size_t cut)
{
	uLongf size = compressBound(n);
	uint8_t *data = arena_alloc(a, size);
	struct buf b;

	compress(data, &size, (const uint8_t *)inside, n);
	buf_init(&b, a);
	buf_addf(&b, "%%PDF-1.5\n3 0 obj\n<< %s /Length %lu >>\nstream\r\n", dictionary, (unsigned long)size);
	buf_add(&b, (const char *)data, size - cut);
	buf_addf(&b, "\nendstream\nendobj\n%%%%EOF\n");
	return upload_pdf_harmless(b.data, b.len);
}

#define PACKED(dictionary, inside) packed(dictionary, inside, sizeof(inside) - 1, 0)
#define OBJECTS "/Type /ObjStm /N 1 /First 4 /Filter /FlateDecode"

static void
test_names(void)
{
	ok(harmless("1 0 obj\n<< /Type /Catalog /Pages 2 0 R >>\nendobj"), "a plain one");
	ok(harmless("1 0 obj\n<< /Launched 1 /JavaScripts 2 /S /GoTo >>\nendobj"), "other names that begin so");
	ok(!upload_pdf_harmless("%PDF-", 5) && !upload_pdf_harmless("", 0), "less than a head");
	ok(!harmless("<< /S /JavaScript /JS (app.alert(1)) >>"), "a script");
	ok(!harmless("<< /S/J#61va#53cript/JS(x) >>"), "a script whose name is written in numbers");
	ok(!harmless("<</S/Launch/F(cmd.exe)>>"), "a program");
	ok(!harmless("trailer << /Encrypt 5 0 R >>"), "one that nobody can look into");
	ok(!harmless("<< /Names << /EmbeddedFiles 4 0 R >> >>"), "files inside");
	ok(!harmless("<< /Subtype /Rich#4dedia >>"), "media that act");
	ok(harmless("(#) /# /#4 /"), "numbers that are none");
}

static void
test_streams(void)
{
	static char many[5 << 20];

	ok(PACKED(OBJECTS, "5 0 << /Type /Catalog /Pages 2 0 R >>"), "packed objects that do nothing");
	ok(!PACKED(OBJECTS, "5 0 << /S /JavaScript /JS (app.alert(1)) >>"), "a script among packed objects");
	ok(!PACKED(OBJECTS, "5 0 << /S /#4cauncH /S /#4caunch >>"), "a program, in numbers, among packed objects");
	ok(!PACKED("/N 1 /First 4 /Filter [/FlateDecode] /Type 9 0 R", "5 0 << /S /Launch >>"), "whatever kind it says it is");
	ok(!PACKED("/Filter /FlateDecode", "<< /S /Launch >>"), "and in any other stream");
	ok(PACKED("/Filter /FlateDecode", "BT /F1 12 Tf (Launch) Tj ET"), "a page with that word is a page");
	ok(!PACKED("/Type /ObjStm /N 1 /First 4 /Filter [/ASCII85Decode /FlateDecode]", "5 0 << >>"), "packed twice");
	ok(!PACKED(OBJECTS " /DecodeParms << /Predictor 12 >>", "5 0 << >>"), "packed as differences");
	ok(!packed(OBJECTS, "5 0 << >>", 9, 17), "packed objects that cannot be unpacked");
	ok(packed("/Filter /FlateDecode", "BT (a page) ET", 14, 22), "a page that cannot be shown does no harm");
	memset(many, ' ', sizeof many);
	ok(!packed(OBJECTS, many, sizeof many, 0), "more objects than are looked through");
	ok(packed("/Subtype /Image /Filter /FlateDecode", many, sizeof many, 0), "a picture may be large");
	ok(harmless("1 0 obj\n<< /Subtype /Image /Filter /DCTDecode /Length 4 >> stream\n\xff\xd8\xff\xd9\nendstream endobj"),
	    "a photograph");
	ok(harmless("stream") && harmless("endstream"), "words without anything");
}

int
main(void)
{
	a = arena_new();
	test_names();
	test_streams();
	arena_free(a);
	return done();
}
