/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
#include <stdbool.h>
struct arena;
/*
 * What a post on X can carry (integrations.md 9.2; twitter-text, configuration v3).
 *
 * After NFC a letter of the scripts up to U+10FF counts 1 and others 2, so that 140
 * Japanese characters fit.  An emoji counts 2 however many code points it is made of, and
 * an address 23 however long it is: with https:// or without, in the middle of a sentence
 * (city.example.jp), if its ending is one that the domain name system knows.
 */
enum { X_TEXT_MOST = 280, X_TEXT_URL = 23 };

struct x_length {
	int weighted;
	bool valid;		/* not empty, not too long, no character that X refuses */
};

struct x_length x_text_length(const char *);

/* In NFC, with nothing white at its end: as X keeps it. */
char *x_text_normal(struct arena *, const char *);
/* The same with U+FFFC for each address: X puts others in their places, and two texts
 * that differ in nothing else are one. */
char *x_text_skeleton(struct arena *, const char *);
