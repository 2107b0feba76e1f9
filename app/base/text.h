/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include "base/err.h"
struct arena;
/*
 * Text as it comes in.  Checked once at the edge to be UTF-8 without control
 * characters; after that a const char * is trusted.  ICU does the Unicode work.
 */

/* Well-formed UTF-8 (no overlong forms, no surrogates, no NUL). */
bool text_is_utf8(const char *, size_t n);
/* The character at *at, which moves behind it; negative where it is ill formed. */
int32_t text_next(const char *, size_t n, size_t *at);
/* Well formed in any case: U+FFFD stands where it was not, and for a NUL. */
const char *text_mended(struct arena *, const char *, size_t n);
/* Something was lost on the way here: U+FFFD is in it. */
bool text_is_mended(const char *);
/* No C0 or C1 control characters, none that turn the direction of writing (U+202A …, U+2066 …)
 * and no noncharacters (U+FDD0 …, U+FFFE); lines: TAB and LF allowed. */
bool text_is_clean(const char *, bool lines);
/* The same without those: how a page shows what it refuses. */
const char *text_showable(struct arena *, const char *);
/* A UUID as secret_uuid and PostgreSQL write it, in small letters: what is asked for under
 * another spelling is none of ours. */
bool text_is_uuid(const char *);
/* list ends with NULL. */
bool text_is_one_of(const char *, const char *const *list);
/* Characters as people count them (grapheme clusters). */
size_t text_length(const char *);
/* The same as the database counts them (code points): an emoji may be seven.  Never fewer. */
size_t text_points(const char *);

/* For short fields: NFKC, outer white space off, inner runs to one space.
 * Full-width digits and letters become half-width.  This and text_body leave out what turns
 * the direction of writing, and a text of nothing to be seen is empty. */
char *text_normal(struct arena *, const char *);
/* NFKC without exception: variants of kanji become the common ones too.  For what old
 * devices must read, never for what is kept. */
char *text_compatible(struct arena *, const char *);
/* For bodies and names: NFC, CRLF and CR to LF, trailing blanks of lines off,
 * outer empty lines off.  Variant kanji stay (R34). */
char *text_body(struct arena *, const char *);
/* Only the ASCII digits, after NFKC: postal codes, telephone numbers, codes. */
char *text_digits(struct arena *, const char *);

/* The digits of a number as people write it: blanks, hyphens of all lengths, brackets and full
 * width aside.  NULL: there is something else in it. */
char *text_number(struct arena *, const char *);

/* As a name is looked for among others: NFKC without blanks, A to Z as small letters, katakana as hiragana. */
char *text_sought(struct arena *, const char *);

/* An address that mail can go to, as RFC 5321 4.1.2 has it, or the dots that
 * old addresses of docomo and au carry (a..b@, ab.@).  Domain to lower case,
 * full-width to half-width, white space off.  NULL: it is none. */
char *text_email(struct arena *, const char *);
/* The number of a Japanese mobile phone in E.164, "+819012345678": 060, 070, 080 and 090
 * with eight digits, with or without hyphens, full-width or not.  NULL: it is none. */
char *text_phone(struct arena *, const char *);
/* "09012345678", as it is dialled in Japan.  NULL: not a number of text_phone. */
char *text_phone_national(struct arena *, const char *e164);
/* 1 to n characters, cut between grapheme clusters, with … where cut. */
char *text_cut(struct arena *, const char *, size_t n);
/* The same in at most n code points: what a column of that length takes. */
char *text_fit(struct arena *, const char *, size_t n);

/* The words of a text one after the other, in NFKC and small letters, as ICU cuts them (UAX #29,
 * Japanese by its dictionary).  Left out is what tells nothing by its shape: signs, single letters that
 * are no kanji, and hiragana of one or two letters, which are particles and the endings that the
 * dictionary cuts off verbs. */
struct text_words;
struct text_words *text_words_new(struct arena *);
void text_words_begin(struct text_words *, struct arena *, const char *);
const char *text_words_next(struct text_words *);	/* until the next; NULL: there are no more */
