/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Corrections; see correction.h.
 */
#include "domain/correction.h"

#include <string.h>

#include "base/arena.h"
#include "base/json.h"
#include "base/text.h"
#include "db/queries.h"
#include "domain/message.h"

const char *const correction_posts[] = { "reply", "delete", NULL };

/* With the mark, which one that corrects a correction has already. */
static const char *
marked(struct arena *a, const char *mark, const char *subject)
{
	if (strncmp(subject, mark, strlen(mark)) == 0)
		return subject;
	return text_fit(a, arena_printf(a, "%s%s", mark, subject), MESSAGE_SUBJECT_MAX);
}

enum err
correction_make(struct db *db, const struct catalogue *catalogue, struct arena *a, int64_t message, int64_t staff,
    const char *first_post, int64_t *out)
{
	const struct words *words = catalogue_words(catalogue, "ja");
	json_t *first, *choices;
	struct rows *rows;
	enum err e;

	e = message_show(db, words, message, &first);
	if (e == ERR_OK)
		e = message_choices(db, staff, 0, &choices);
	if (e != ERR_OK)
		return e;
	if (json_array_size(json_object_get(choices, "departments")) == 0)
		return ERR_INVALID;
	e = q_correction_make(db, (struct q_correction_make){ .staff = staff, .message = message, .first_post = first_post,
	    .subject = marked(a, words_get(words, "correction_mark"), json_text(first, "subject")) }, &rows);
	if (e == ERR_NOT_FOUND)
		return ERR_CONFLICT;
	if (e == ERR_OK)
		*out = rows_int(rows, 0, "id");
	return e;
}
