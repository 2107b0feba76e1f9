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

int64_t
correction_last(const json_t *message)
{
	const json_t *all = json_object_get(message, "corrections");

	return json_array_size(all) == 0 ? 0 : json_int(json_array_get(all, json_array_size(all) - 1), "id");
}

enum err
correction_make(struct db *db, const struct catalogue *catalogue, struct arena *a, struct correction c, int64_t *out)
{
	const struct words *words = catalogue_words(catalogue, "ja");
	json_t *first, *choices;
	struct rows *rows;
	/* Of two at once the second waits, and sees what the first made. */
	enum err e = q_approval_lock(db, (struct q_approval_lock){ c.message }, &rows);

	if (e == ERR_OK)
		e = message_show(db, words, c.message, &first);
	if (e == ERR_OK)
		e = message_choices(db, c.staff, 0, &choices);
	if (e != ERR_OK)
		return e;
	if (correction_last(first) != c.seen)
		return ERR_CONFLICT;
	if (json_array_size(json_object_get(choices, "departments")) == 0)
		return ERR_INVALID;
	e = q_correction_make(db, (struct q_correction_make){ .staff = c.staff, .message = c.message, .first_post = c.first_post,
	    .subject = marked(a, words_get(words, "correction_mark"), json_text(first, "subject")) }, &rows);
	if (e == ERR_NOT_FOUND)
		return ERR_CONFLICT;
	if (e == ERR_OK)
		*out = rows_int(rows, 0, "id");
	return e;
}
