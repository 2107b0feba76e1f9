/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
struct arena;
/*
 * Which words occur in many texts.  Pure: texts in, words out.
 *
 * A word counts once a text, however often it is in it, so that what is counted are people.
 *
 * Texts are told apart by class (district, age … of who wrote them), or are all of class 0.
 *
 * Words are those of text_words_next() without stop words.
 */
struct vocabulary;

struct vocabulary_word {
	const char *word;
	int64_t texts;		/* that have it, of the classes that were asked for */
};

struct vocabulary *vocabulary_new(struct arena *, size_t classes);
/* This word is not counted. */
void vocabulary_stop(struct vocabulary *, const char *word);
void vocabulary_read(struct vocabulary *, const char *text, size_t class);
/* The most frequent first, at most so many, of these classes (NULL: of all).  Words of fewer than
 * five texts are not told, nor what tells how many a class has that is not told
 * (statistics_hide_list). */
size_t vocabulary_list(struct vocabulary *, const bool *chosen, struct vocabulary_word *out, size_t most);
