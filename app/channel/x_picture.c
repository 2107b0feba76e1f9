/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The pictures of a post; see x_picture.h.
 */
#include "channel/x_picture.h"

#include <string.h>

#include "base/arena.h"
#include "base/file.h"
#include "base/log.h"
#include "base/secret.h"
#include "channel/card.h"

json_t *
x_pictures(const json_t *card, const json_t *pictures)
{
	json_t *list = json_array();

	if (json_is_object(card))
		json_array_append_new(list, json_pack("{s:O}", "card", card));
	if (pictures != NULL)
		json_array_extend(list, (json_t *)(uintptr_t)pictures);
	return list;
}

static bool
is_approved(const json_t *picture, const struct buf *bytes)
{
	struct arena *a = arena_new();
	uint8_t digest[SECRET_HASH];
	bool same;

	secret_sha256(bytes->data, bytes->len, digest);
	same = strcmp(secret_hex(a, digest, sizeof digest), json_text(picture, "digest")) == 0;
	arena_free(a);
	return same;
}

const json_t *
x_picture_next(const json_t *pictures, int *at, struct buf *bytes)
{
	const json_t *picture, *card;

	for (; (picture = json_array_get(pictures, (size_t)*at)) != NULL; ++*at) {
		buf_reset(bytes);
		card = json_object_get(picture, "card");
		if (card != NULL) {
			card_draw(card, bytes);
			return picture;
		}
		if (file_read(json_text(picture, "path"), bytes) == ERR_OK && is_approved(picture, bytes))
			return picture;
		log_error("x.picture path=%s problem=\"not there, or not what was approved\"", json_text(picture, "path"));
	}
	return NULL;
}

const char *
x_picture_kind(const json_t *picture)
{
	return json_object_get(picture, "card") != NULL ? "image/png" : json_text(picture, "kind");
}

const char *
x_picture_words(struct arena *a, const json_t *picture)
{
	const json_t *card = json_object_get(picture, "card");

	return card != NULL ? card_words(a, card) : json_text(picture, "text");
}
