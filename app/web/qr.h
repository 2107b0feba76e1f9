/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
#include <jansson.h>
#include "base/arena.h"

/* A QR code as templates/part/qr shows it: {"box": "-4 -4 45 45", "path": "M0 0h7v1h-7z…"},
 * a new reference.  One unit is one module; the quiet zone of four is in the box. */
json_t *qr_json(struct arena *, const char *text);
