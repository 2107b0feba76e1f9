/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
#include "web/web.h"
/*
 * In which language people read what staff wrote in several: surveys and events, which list
 * theirs as ["ja", "ja-easy", "zh"].  Pages speak fewer (templates/po), so both are chosen: やさしい日本語
 * goes with Japanese pages, Chinese with whatever pages there are.
 */

/* What was chosen, where it stays with these pages and is among the languages; else that of the
 * pages, else Japanese. */
const char *citizen_tongue(const struct web *, const json_t *languages, const char *chosen);
/* What was chosen, where it stays with these pages; else that of the pages. */
const char *citizen_tongue_kept(const struct web *, const char *chosen);
/* "?language=ja-easy", if it is among them, for one page; else as above. */
const char *citizen_tongue_asked(const struct web *, const json_t *languages);
/* やさしい日本語 is Japanese to whoever reads it aloud. */
const char *citizen_tongue_lang(const char *language);
/* The language of a text that may be Japanese after all: typed, or not translated. */
const char *citizen_tongue_of(const char *text, const char *lang);
/* The pages go along from now on, where they speak it. */
void citizen_tongue_speak(struct web *, const char *language);

/* Which one is chosen, where there are several: into the view as "language", a field. */
void citizen_tongue_choice(struct web *, const json_t *languages, const char *language);
/* The same as links to a page, into the view as citizen/tongues shows them. */
void citizen_tongue_links(struct web *, const json_t *languages, const char *language, const char *path);

/* Puts into an event what it, or a date of it (0: none), says in the chosen language, if another one than that of the pages. */
enum err citizen_tongue_event(struct web *, json_t *event, int64_t slot, const char *chosen) MUST_USE;
