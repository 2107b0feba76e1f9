/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
#include <stddef.h>
#include "base/err.h"
/*
 * The words of the pages, from templates/po/<lang>.po (gettext's format).  The
 * msgid is a key, one name everywhere: msgid "survey_thanks" is
 * {{t.survey_thanks}} in a template and words_get(w, "survey_thanks") in C.
 * A msgstr may hold {{names}}, resolved where it is used.
 */
struct words;		/* one language */
struct catalogue;	/* all of them; made at start, lives as long as the process */

/* ERR_INVALID: *problem names file and line (syntax, key twice, a key that ja
 * has and another language lacks or the reverse); free(3) it. */
enum err catalogue_open(const char *directory, struct catalogue **out,
    char **problem) MUST_USE;
void catalogue_free(struct catalogue *);

/* In development, between two requests: reads the files again if one was changed.  All words
 * that were handed out are gone then, and templates are compiled anew.  With a fault the old ones stay. */
void catalogue_refresh(struct catalogue *);
/* Grows with each time that the words were read anew. */
unsigned catalogue_age(const struct catalogue *);
/* What is wrong with the files as they are now; NULL: nothing. */
const char *catalogue_problem(const struct catalogue *);

/* By tag ("ja", "en-US"); without the region, then ja, where there is none. */
const struct words *catalogue_words(const struct catalogue *, const char *lang);
size_t catalogue_count(const struct catalogue *);
const struct words *catalogue_at(const struct catalogue *, size_t i);

const char *words_lang(const struct words *);
/* The text; a key that does not exist ends the process (lint finds it first). */
const char *words_get(const struct words *, const char *key);
/* NULL where there is none: for keys made from data (states, roles). */
const char *words_find(const struct words *, const char *key);
