/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
#include "domain/rendering.h"
/*
 * Between rendering.c and rendering_short.c only.
 */

/* A template of text with this view; without the ends of lines behind it. */
enum err rendering_text(struct arena *, struct templates *, const char *name, const struct words *,
    const json_t *view, const char **out) MUST_USE;

/* What the channels beside mail and site say in one language: a content document each.
 * view: as mail has it, with excerpt, short_url, vital, tag. */
typedef enum err rendering_one(struct arena *, struct templates *, const struct words *, const json_t *view,
    json_t **out);
rendering_one rendering_line, rendering_sms, rendering_webpush, rendering_x;
