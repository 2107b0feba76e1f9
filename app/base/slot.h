/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
struct arena;
/*
 * Places in a text that was made once for many, where each reader's own goes: a
 * Unicode noncharacter, which no form lets in.  Whoever renders puts them there
 * (domain/rendering.c), whoever writes to a person fills them (channel/).
 */
#define SLOT_STOP_URL "\xEF\xB7\x90"	/* U+FDD0: 「受け取りをやめる」 */
#define SLOT_SEEN_URL "\xEF\xB7\x91"	/* U+FDD1: 「見ました」 */
#define SLOT_LINE_LINK "\xEF\xB7\x92"	/* U+FDD2: LINE's token to link accounts by */

/* text with value in all places of this slot; in the arena.  In HTML value must need
 * no escape (no & < > "). */
char *slot_fill(struct arena *, const char *text, const char *slot, const char *value);
