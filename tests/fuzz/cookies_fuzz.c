/* SPDX-License-Identifier: Apache-2.0 */
/* Any bytes as a Cookie header: no name comes twice, none is empty. */
#include "base/arena.h"
#include "base/log.h"
#include "http/cookies.h"
#include "http/http.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n);

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
	struct arena *arena = arena_new();
	struct fields *cookies = fields_new(arena);

	if (cookies_parse(cookies, arena, arena_strndup(arena, (const char *)data, n)) == ERR_OK) {
		size_t count = fields_count(cookies);

		must(count <= REQUEST_COOKIES_MAX);
		for (size_t i = 0; i < count; i++) {
			must(fields_name(cookies, i)[0] != '\0');
			for (size_t k = 0; k < i; k++)
				must(strcmp(fields_name(cookies, i), fields_name(cookies, k)) != 0);
		}
	}
	arena_free(arena);
	return 0;
}
