/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
#include "base/err.h"
struct arena;
/*
 * The safe subset of Markdown that staff write: paragraphs, headings (shown
 * from level 2 down, none skipped), lists, links, emphasis.  cmark-gfm does it; raw HTML
 * comes out as the text that was typed, images become links, links other than
 * http, https, mailto and tel become text.  Japanese emphasis works
 * (**注意。**ここ), which CommonMark's flanking rule alone refuses.
 */
enum { MARKDOWN_MAX = 20000 };	/* bytes; longer is ERR_INVALID */

enum err markdown_html(struct arena *, const char *, char **out) MUST_USE;
/* The same as plain text: links as "words（https://…）", lists with ・. */
enum err markdown_plain(struct arena *, const char *, char **out) MUST_USE;
