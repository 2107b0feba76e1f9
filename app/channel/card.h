/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
#include "base/buf.h"
#include "base/json.h"
#include "base/words.h"
/*
 * 命を守る情報 as a picture, for timelines in which nobody opens a link: on X beside the post,
 * on LINE to be passed on.
 *
 *	{"head": "命を守る情報", "town": "みなと市", "subject": "…", "text": "…"}
 *
 * What does not fit ends in "…": the page has all of it.
 */
enum { CARD_WIDTH = 1200, CARD_HEIGHT = 675 };	/* pixels */

/* Of a message; text: plain, and its beginning is taken. */
json_t *card_content(struct arena *, const struct words *, const char *town, const char *subject, const char *text);
/* Appends a PNG. */
void card_draw(const json_t *card, struct buf *out);
/* What is read out in its place. */
const char *card_words(struct arena *, const json_t *card);
