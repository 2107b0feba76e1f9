/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
#include <jansson.h>
#include "base/arena.h"

/* The modules of a code, row by row; the lowest bit of each says dark.  Without the quiet
 * zone: four modules of nothing on each side (ISO/IEC 18004). */
struct qr {
	const unsigned char *data;
	int width;
};
struct qr qr_modules(struct arena *, const char *text);

/* A QR code as templates/part/qr shows it: {"box": "-4 -4 45 45", "path": "M0 0h7v1h-7z…"},
 * a new reference.  One unit is one module; the quiet zone of four is in the box. */
json_t *qr_json(struct arena *, const char *text);
