/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Fills the places that each reader sees otherwise; see slot.h.
 */
#include "base/slot.h"

#include <string.h>

#include "base/buf.h"

char *
slot_fill(struct arena *a, const char *text, const char *slot, const char *value)
{
	const char *place;
	struct buf b;

	buf_init(&b, a);
	for (; (place = strstr(text, slot)) != NULL; text = place + strlen(slot)) {
		buf_add(&b, text, (size_t)(place - text));
		buf_adds(&b, value);
	}
	buf_adds(&b, text);
	return b.data;
}
