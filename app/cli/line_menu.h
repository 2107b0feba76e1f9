/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
#include "base/buf.h"
#include "base/json.h"
struct words;
/*
 * The menu below the chat on LINE (rich menu): four areas beside each other,
 * 緊急／受け取り設定／イベント／アンケート, drawn here in the colours of the site.
 */

/* What it does, as LINE wants it; origin: https://minato.example.jp. */
json_t *line_menu(struct arena *, const struct words *, const char *origin);
/* Its picture, a PNG of less than a megabyte. */
void line_menu_draw(const struct words *, struct buf *out);
