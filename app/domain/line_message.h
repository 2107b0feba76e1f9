/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
#include "base/json.h"
struct arena;
/*
 * What a message is on LINE: a text, and before it, for 命を守る情報, a card that is
 * seen from afar.  The same for all who get it: nothing personal is in it.
 *
 * The text is templates/line/message.txt; how long it may be is channel/line.c's.
 */
struct line_card {
	const char *mark;		/* 「緊急のお知らせ」 */
	const char *tenant, *subject;
	const char *page_url, *page_label;	/* the button; page_url NULL: none */
	const char *seen_label;		/* 「見ました」; NULL: not asked for */
	int64_t message;
};

/* {"messages": […]}: the content of a rendering.  card NULL: the text alone. */
json_t *line_content(struct arena *, const char *text, const struct line_card *card);

/* The message in what the button 「見ました」 sends back; 0: it is something else. */
int64_t line_seen(const char *postback);
