/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Words of many texts; see vocabulary.h.
 */
#include "domain/vocabulary.h"

#include <stdlib.h>
#include <string.h>
#include <unicode/ubrk.h>
#include <unicode/uchar.h>
#include <unicode/uscript.h>
#include <unicode/ustring.h>

#include "base/arena.h"
#include "base/log.h"
#include "base/text.h"
#include "domain/statistics.h"

enum { WORD = 40, SHORT = 2, FIRST = 1024 };

struct entry {
	const char *word;		/* NULL: free */
	int64_t *texts, last;		/* by class; the number of the text that was counted last */
	bool stop;
};

struct vocabulary {
	struct arena *arena;
	UBreakIterator *words;
	struct entry *table;
	size_t room, used;		/* room is a power of two, and at least twice used */
	size_t classes;
	int64_t read;
};

static void
close_words(void *words)
{
	ubrk_close(words);
}

struct vocabulary *
vocabulary_new(struct arena *a, size_t classes)
{
	struct vocabulary *v = arena_alloc(a, sizeof *v);
	UErrorCode status = U_ZERO_ERROR;

	*v = (struct vocabulary){ .arena = a, .classes = classes, .room = FIRST, .table = arena_alloc(a, FIRST * sizeof *v->table) };
	v->words = ubrk_open(UBRK_WORD, "ja", NULL, 0, &status);
	must(U_SUCCESS(status));
	arena_defer(a, close_words, v->words);
	return v;
}

/* --- the table --- */

/* FNV-1a. */
static uint64_t
hash_of(const char *word)
{
	uint64_t h = 14695981039346656037u;

	for (; *word != '\0'; word++)
		h = (h ^ (unsigned char)*word) * 1099511628211u;
	return h;
}

static struct entry *
place_of(struct entry *table, size_t room, const char *word)
{
	size_t i = hash_of(word) & (room - 1);

	while (table[i].word != NULL && strcmp(table[i].word, word) != 0)
		i = (i + 1) & (room - 1);
	return &table[i];
}

static void
grow(struct vocabulary *v)
{
	size_t room = v->room * 2, i;
	struct entry *table = arena_alloc(v->arena, room * sizeof *table);

	for (i = 0; i < v->room; i++)
		if (v->table[i].word != NULL)
			*place_of(table, room, v->table[i].word) = v->table[i];
	v->table = table;
	v->room = room;
}

static struct entry *
entry_of(struct vocabulary *v, const char *word)
{
	struct entry *e = place_of(v->table, v->room, word);

	if (e->word != NULL)
		return e;
	if (2 * (v->used + 1) > v->room) {
		grow(v);
		e = place_of(v->table, v->room, word);
	}
	v->used++;
	e->word = arena_strdup(v->arena, word);
	e->texts = arena_alloc(v->arena, v->classes * sizeof *e->texts);
	return e;
}

/* --- texts --- */

void
vocabulary_stop(struct vocabulary *v, const char *word)
{
	entry_of(v, word)->stop = true;
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

static void
count(struct vocabulary *v, const UChar *word, int32_t n, size_t class)
{
	UErrorCode status = U_ZERO_ERROR;
	char utf8[4 * WORD];
	struct entry *e;

	if (n > WORD || !tells(word, n))
		return;
	u_strToUTF8(utf8, sizeof utf8, NULL, word, n, &status);
	if (U_FAILURE(status) || status == U_STRING_NOT_TERMINATED_WARNING)
		return;
	e = entry_of(v, utf8);
	if (e->stop || e->last == v->read)
		return;
	e->last = v->read;
	e->texts[class]++;
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
vocabulary_read(struct vocabulary *v, const char *text, size_t class)
{
	UErrorCode status = U_ZERO_ERROR;
	int32_t length, from, to;
	const UChar *wide = folded(v->arena, text, &length);

	v->read++;
	ubrk_setText(v->words, wide, length, &status);
	if (U_FAILURE(status))
		return;
	for (from = ubrk_first(v->words); (to = ubrk_next(v->words)) != UBRK_DONE; from = to)
		if (ubrk_getRuleStatus(v->words) >= UBRK_WORD_NONE_LIMIT)
			count(v, wide + from, to - from, class);
}

/* --- what came of it --- */

static int
more_first(const void *one, const void *other)
{
	const struct vocabulary_word *a = one, *b = other;

	return a->texts != b->texts ? (a->texts < b->texts) - (a->texts > b->texts) : strcmp(a->word, b->word);
}

/* How many texts of the chosen classes; 0: that is not told. */
static int64_t
told(const struct vocabulary *v, const struct entry *e, const bool *chosen, bool *hidden)
{
	int64_t sum = 0;
	size_t i;

	statistics_hide_list(e->texts, v->classes, hidden);
	for (i = 0; i < v->classes; i++) {
		if (chosen != NULL && chosen[i] && hidden[i])
			return 0;
		sum += chosen == NULL || chosen[i] ? e->texts[i] : 0;
	}
	return sum < SMALL_CELL ? 0 : sum;
}

size_t
vocabulary_list(struct vocabulary *v, const bool *chosen, struct vocabulary_word *out, size_t most)
{
	struct vocabulary_word *list = arena_alloc(v->arena, (v->used + 1) * sizeof *list);
	bool *hidden = arena_alloc(v->arena, v->classes);
	size_t i, n = 0;

	for (i = 0; i < v->room; i++) {
		const struct entry *e = &v->table[i];
		int64_t texts = e->word != NULL && !e->stop ? told(v, e, chosen, hidden) : 0;

		if (texts > 0)
			list[n++] = (struct vocabulary_word){ e->word, texts };
	}
	qsort(list, n, sizeof *list, more_first);
	if (n > most)
		n = most;
	memcpy(out, list, n * sizeof *out);
	return n;
}
