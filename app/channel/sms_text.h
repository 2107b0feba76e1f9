/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
#include <jansson.h>
struct arena;
/*
 * What an SMS can carry (integrations.md 10.1).
 *
 * A Japanese SMS is counted in UTF-16 units: an emoji is two.  Up to 70 are one SMS;
 * more go as parts of 67, which arrive as one and are paid for one by one.  A part
 * never begins with the second half of a character.  660 is where gateways cut or
 * refuse.
 */
enum { SMS_ONE = 70, SMS_PART = 67, SMS_MOST = 660 };

/* newline_units: what the gateway counts for a line feed, 1 or 2. */
int sms_units(const char *text, int newline_units);
int sms_parts(const char *text, int newline_units);

/* The text with those characters written otherwise that some routes refuse or turn into
 * a question mark: ① → (1), ㈱ → (株), 髙 → 高.  changed, if not NULL: [{"from", "to"}], each
 * once, in the order of the text. */
char *sms_replace(struct arena *, const char *text, json_t **changed);
