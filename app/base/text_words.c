/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Words of a text, as ICU cuts them; see text.h.
 */
#include <string.h>
#include <unicode/ubrk.h>
#include <unicode/uchar.h>
#include <unicode/uscript.h>
#include <unicode/ustring.h>

#include "base/arena.h"
#include "base/log.h"
#include "base/text.h"

enum { WORD = 40, SHORT = 2 };

struct text_words {
	UBreakIterator *cuts;
	const UChar *text;
	int32_t from;
	char word[4 * WORD];
};

static void
close_cuts(void *cuts)
{
	ubrk_close(cuts);
}

struct text_words *
text_words_new(struct arena *a)
{
	struct text_words *w = arena_alloc(a, sizeof *w);
	UErrorCode status = U_ZERO_ERROR;

	w->cuts = ubrk_open(UBRK_WORD, "ja", NULL, 0, &status);
	must(U_SUCCESS(status));
	arena_defer(a, close_cuts, w->cuts);
	return w;
}

/* In UTF-16, NFKC and small letters; *length of it. */
static const UChar *
folded(struct arena *a, const char *text, int32_t *length)
{
	const char *same = text_compatible(a, text);
	int32_t room = (int32_t)strlen(same) * 2 + 1, n;
	UChar *wide = arena_alloc(a, (size_t)room * sizeof *wide), *small = arena_alloc(a, (size_t)room * sizeof *small);
	UErrorCode status = U_ZERO_ERROR;

	u_strFromUTF8(wide, room, &n, same, -1, &status);
	*length = u_strToLower(small, room, wide, n, "", &status);
	if (U_FAILURE(status))
		*length = 0;
	return small;
}

void
text_words_begin(struct text_words *w, struct arena *a, const char *text)
{
	UErrorCode status = U_ZERO_ERROR;
	int32_t length;

	w->text = folded(a, text, &length);
	ubrk_setText(w->cuts, w->text, length, &status);
	must(U_SUCCESS(status));
	w->from = ubrk_first(w->cuts);
}

/* The macro mixes signs. */
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wsign-conversion"
static UChar32
letter_at(const UChar *word, int32_t n, int32_t *at)
{
	UChar32 c;

	U16_NEXT(word, *at, n, c);
	return c;
}
#pragma GCC diagnostic pop

/* False for what tells nothing by its shape alone. */
static bool
tells(const UChar *word, int32_t n)
{
	int32_t at = 0, letters = 0, hiragana = 0;
	UChar32 c = 0;

	while (at < n) {
		UErrorCode status = U_ZERO_ERROR;

		c = letter_at(word, n, &at);
		letters++;
		hiragana += uscript_getScript(c, &status) == USCRIPT_HIRAGANA;
	}
	return letters == 1 ? u_hasBinaryProperty(c, UCHAR_IDEOGRAPHIC) : hiragana < letters || letters > SHORT;
}

const char *
text_words_next(struct text_words *w)
{
	int32_t to, from;

	while ((to = ubrk_next(w->cuts)) != UBRK_DONE) {
		UErrorCode status = U_ZERO_ERROR;

		from = w->from;
		w->from = to;
		if (ubrk_getRuleStatus(w->cuts) < UBRK_WORD_NONE_LIMIT || to - from > WORD || !tells(w->text + from, to - from))
			continue;
		u_strToUTF8(w->word, sizeof w->word, NULL, w->text + from, to - from, &status);
		if (U_SUCCESS(status) && status != U_STRING_NOT_TERMINATED_WARNING)
			return w->word;
	}
	return NULL;
}
