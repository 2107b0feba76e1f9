/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
#include "base/mustache.h"
#include "base/words.h"
/*
 * 読み上げ文: a message as it is read aloud over 防災行政無線 or a telephone: no
 * addresses of the web, no signs that nobody hears, each line an ending of its own;
 * said twice, in Japanese, with the town's name before and behind (templates/voice/message.txt).
 */

/* The lines of a text as they are spoken; in the arena. */
char *voice_lines(struct arena *, const char *plain);
/* About how long that takes at the pace of loudspeakers, five letters a second. */
int voice_seconds(const char *text);
/* message: {subject, text, department, tenant_name}, text plain.  ERR_DB: the template
 * will not do; logged. */
enum err voice_make(struct arena *, struct templates *, const struct words *, const json_t *message, char **out) MUST_USE;
