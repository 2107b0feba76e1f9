/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
#include <jansson.h>
struct arena;
/*
 * What changed in a text, as people see it: whole lines first, and within lines
 * that were changed, characters.  The result is what templates/part/diff_text.html
 * shows:
 *
 *	[{"same": "火曜日から", "added": null, "removed": null},
 *	 {"same": null, "added": null, "removed": "木"}, …]
 *
 * The same and removed pieces in order make the old text, the same and added ones
 * the new.  Nothing removed or added: one piece, or none of empty texts.
 */
json_t *diff_text(struct arena *, const char *was, const char *is);
