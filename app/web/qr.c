/* SPDX-License-Identifier: Apache-2.0 */
/*
 * QR codes by libqrencode, as the data of one SVG path: each run of dark modules in a row
 * is a rectangle.
 */
#include "web/qr.h"

#include <qrencode.h>

#include "base/buf.h"
#include "base/log.h"

enum { QUIET = 4 };	/* ISO/IEC 18004: four modules of nothing on each side */

struct qr
qr_modules(struct arena *a, const char *text)
{
	QRcode *code = QRcode_encodeString8bit(text, 0, QR_ECLEVEL_M);

	must(code != NULL);
	arena_defer(a, (void (*)(void *))QRcode_free, code);
	return (struct qr){ code->data, code->width };
}

json_t *
qr_json(struct arena *a, const char *text)
{
	struct qr code = qr_modules(a, text);
	struct buf path;
	int x, y, from;

	buf_init(&path, a);
	for (y = 0; y < code.width; y++) {
		const unsigned char *row = code.data + y * code.width;

		for (x = 0; x < code.width; x++) {
			if (!(row[x] & 1))
				continue;
			for (from = x; x + 1 < code.width && row[x + 1] & 1; x++)
				continue;
			buf_addf(&path, "M%d %dh%dv1h-%dz", from, y, x + 1 - from, x + 1 - from);
		}
	}
	return json_pack("{s:s, s:s}", "box",
	    arena_printf(a, "-%d -%d %d %d", QUIET, QUIET, code.width + 2 * QUIET, code.width + 2 * QUIET),
	    "path", path.data);
}
