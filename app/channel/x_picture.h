/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
#include "base/buf.h"
#include "base/json.h"
/*
 * What a post on X shows, in a letter: the card of 命を守る情報 first, then the pictures of
 * the message.
 *
 *	[{"card": {… card.h}}, {"path", "kind", "digest" (SHA-256, hex), "text"}]
 */
json_t *x_pictures(const json_t *card, const json_t *pictures);

/* The bytes of picture *at, or of the next one that can be had; *at is its place then.  NULL:
 * there is none any more.  A file that is not what was approved cannot be had, and is logged. */
const json_t *x_picture_next(const json_t *pictures, int *at, struct buf *bytes);
const char *x_picture_kind(const json_t *picture);
/* What is read out in its place. */
const char *x_picture_words(struct arena *, const json_t *picture);
