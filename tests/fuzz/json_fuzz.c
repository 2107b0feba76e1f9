/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Our reader of JSON beside jansson's: what one refuses the other refuses, and
 * what both take is the same document.  A NUL is left out: behind the document
 * jansson takes it for the end, and we refuse it.
 */
#include "base/arena.h"
#include "base/json.h"
#include "base/log.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n);

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
	struct arena *a;
	json_t *ours = NULL, *theirs;
	enum err e;

	if (memchr(data, '\0', n) != NULL)
		return 0;
	a = arena_new();
	theirs = json_loadb((const char *)data, n, JSON_REJECT_DUPLICATES | JSON_DECODE_ANY, NULL);
	e = json_parse(a, (const char *)data, n, &ours);

	must((e == ERR_OK) == (theirs != NULL));
	must(e != ERR_OK || json_equal(ours, theirs));
	json_decref(theirs);
	arena_free(a);
	return 0;
}
