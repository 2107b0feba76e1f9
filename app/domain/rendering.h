/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
#include "base/mustache.h"
#include "base/words.h"
#include "base/secret.h"
/*
 * What a message says on each channel, in each language: the bytes that the
 * preview shows, the approver signs and the courier sends.  One function makes
 * them all.  A channel that goes to one person at a time exists in every language of
 * the house (its frame is translated, the clerk's text is not); site and X once.
 *
 *	{"email":   {"ja": {"subject": "…", "text": "…", "html": "…"}, "en": …},
 *	 "line":    {"ja": {"messages": [… as LINE takes them, pictures too …]}, …},
 *	 "sms":     {"ja": {"text": "【みなと市】件名 https://…/m/7"}, …},
 *	 "webpush": {"ja": {"title": "…", "body": "…", "url": "https://…", "tag": "m7", "image": "https://…" or none}, …},
 *	 "x":       {"ja": {"text": "…", "card": {…} of 命を守る情報, "pictures": [{"id", "kind", "digest", "text"}] or none}},
 *	 "site":    {"ja": {"subject": "…", "text": "…", "html": "…"}}}
 */

/* Stands in text and html where the personal stop link goes; a Unicode
 * noncharacter (U+FDD0), which no form lets in. */
#define RENDERING_STOP_URL "\xEF\xB7\x90"

/* message: as message_to_render (domain/message.h) makes it: {subject, body, contact,
 * pictures (picture_public), picture_files (their files),
 * by_email … by_x, on_site, page_url, short_url, tag, number, vital, asks (for 「見ました」), x_link (false: a post on X goes
 * without link), corrects (it is a correction), tenant{name, name_en, contact}, department}.
 * ERR_INVALID: the body is too long for Markdown. */
enum err rendering_make(struct arena *, struct templates *, const struct catalogue *,
    const json_t *message, json_t **out) MUST_USE;

/* A text or html of a rendering for nobody in particular: url is in the place of each
 * personal link; of characters that need no escape in HTML (no & < > "). */
char *rendering_personal(struct arena *, const char *, const char *url);

/* SHA-256 of all that is approved: the renderings, audience, channels and
 * times, as canonical JSON (json_canonical). */
void rendering_hash(struct arena *, const json_t *renderings, const json_t *terms,
    uint8_t out[SECRET_HASH]);
