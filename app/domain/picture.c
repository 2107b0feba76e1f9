/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Pictures that everybody sees: how they are known; see picture.h.  They are taken in, and
 * the page of them is read, in picture_take.c.
 */
#include "domain/picture.h"

#include <inttypes.h>
#include <string.h>

#include "base/json.h"

const char *
picture_url(struct arena *a, const char *origin, int64_t message, const char *id)
{
	return arena_printf(a, "%s/messages/%" PRId64 "/pictures/%s", origin, message, id);
}

json_t *
picture_public(struct arena *a, const json_t *pictures, int64_t message, const char *origin)
{
	json_t *list = json_keep(a, json_array());
	const json_t *p;
	size_t i;

	json_array_foreach(pictures, i, p)
		json_array_append_new(list, json_pack("{s:s, s:s, s:O, s:O, s:O}",
		    "url", picture_url(a, origin, message, json_text(p, "id")),
		    "small_url", picture_url(a, origin, message, json_text(p, "small")), "text", json_object_get(p, "text"),
		    "kind", json_object_get(p, "kind"), "bytes", json_object_get(p, "bytes")));
	return list;
}

void
picture_say(struct arena *a, json_t *message, const char *origin)
{
	json_object_set(message, "pictures", picture_public(a, json_object_get(message, "pictures"), json_int(message, "id"), origin));
}

const char *
picture_state(const json_t *message)
{
	const char *worst = "none";
	const json_t *p;
	size_t i;

	json_array_foreach(json_object_get(message, "pictures"), i, p)
		if (strcmp(worst, "infected") != 0 && (strcmp(worst, "waiting") != 0 || strcmp(json_text(p, "state"), "infected") == 0))
			worst = json_text(p, "state");
	return worst;
}
