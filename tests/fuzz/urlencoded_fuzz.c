/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A form body as anybody may send it: what is taken is clean UTF-8, each name
 * once, and every field can be found again.
 */
#include "base/arena.h"
#include "base/fields.h"
#include "base/log.h"
#include "base/text.h"

#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n);

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
	struct arena *a = arena_new();
	struct fields *f = fields_new(a), *mended = fields_new(a);
	int64_t *ids;
	size_t found;

	if (fields_parse(f, (const char *)data, n) == ERR_OK) {
		for (size_t i = 0; i < fields_count(f); i++) {
			const char *name = fields_name(f, i), *value = fields_value(f, i);

			must(name[0] != '\0' && fields_has(f, name));
			must(fields_get(f, name) == value);
			must(text_is_utf8(name, strlen(name)));
			must(text_is_utf8(value, strlen(value)));
			must(text_is_clean(text_normal(a, value), false) || !text_is_clean(value, true));
			must(text_is_utf8(text_body(a, value), strlen(text_body(a, value))));
			must(text_length(text_cut(a, value, 3)) <= 3);
			(void)text_email(a, value);
		}
		found = fields_ids(f, a, "d_", &ids);
		for (size_t i = 1; i < found; i++)
			must(ids[i - 1] < ids[i]);
	}
	if (fields_parse_form(mended, (const char *)data, n) == ERR_OK)
		for (size_t i = 0; i < fields_count(mended); i++)
			must(text_is_utf8(fields_value(mended, i), strlen(fields_value(mended, i))));
	arena_free(a);
	return 0;
}
