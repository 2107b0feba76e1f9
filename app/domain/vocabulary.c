/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Words of many texts; see vocabulary.h.
 */
#include "domain/vocabulary.h"

#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "base/text.h"
#include "domain/statistics.h"

enum { FIRST = 1024 };

struct entry {
	const char *word;		/* NULL: free */
	int64_t *texts, last;		/* by class; the number of the text that was counted last */
	bool stop;
};

struct vocabulary {
	struct arena *arena;
	struct text_words *words;
	struct entry *table;
	size_t room, used;		/* room is a power of two, and at least twice used */
	size_t classes;
	int64_t read;
};

struct vocabulary *
vocabulary_new(struct arena *a, size_t classes)
{
	struct vocabulary *v = arena_alloc(a, sizeof *v);

	*v = (struct vocabulary){ .arena = a, .classes = classes, .room = FIRST, .table = arena_alloc(a, FIRST * sizeof *v->table) };
	v->words = text_words_new(a);
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

void
vocabulary_read(struct vocabulary *v, const char *text, size_t class)
{
	const char *word;

	v->read++;
	text_words_begin(v->words, v->arena, text);
	while ((word = text_words_next(v->words)) != NULL) {
		struct entry *e = entry_of(v, word);

		if (e->stop || e->last == v->read)
			continue;
		e->last = v->read;
		e->texts[class]++;
	}
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
