/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Pictures that everybody sees: taken in, and put in order on their page; see picture.h.  By
 * itself, because the courier asks for the rest, and reads no pictures.
 */
#include <string.h>

#include "base/json.h"
#include "db/queries.h"
#include "domain/picture.h"

enum { IDS = 36 + 1 + 36 };

enum err
picture_take(struct db *db, struct arena *a, const char *folder, int64_t tenant, struct attachment sent, const char **ids)
{
	const char *large, *small;
	enum err e;

	sent.side = PICTURE_LARGE;
	e = attachment_add(db, a, folder, tenant, &sent, &large);
	sent.side = PICTURE_SMALL;
	if (e == ERR_OK)
		e = attachment_add(db, a, folder, tenant, &sent, &small);
	if (e == ERR_OK)
		*ids = arena_printf(a, "%s %s", large, small);
	return e;
}

enum err
picture_known(struct db *db, struct arena *a, const char *purpose, int64_t owner, const char *ids, bool *good)
{
	json_t *list;
	enum err e = attachment_list(db, a, purpose, owner, ids, &list);

	*good = e == ERR_OK && json_array_size(list) == 2 && json_flag(json_array_get(list, 0), "picture") &&
	    json_flag(json_array_get(list, 1), "picture");
	return e;
}

/* --- the page --- */

static const char *
field(struct arena *a, const char *name, int place)
{
	return arena_printf(a, "%s_%d", name, place);
}

static const char *
stored(struct arena *a, const json_t *message, int place)
{
	const json_t *p = json_array_get(json_object_get(message, "pictures"), (size_t)place - 1);

	return p == NULL ? "" : arena_printf(a, "%s %s", json_text(p, "id"), json_text(p, "small"));
}

void
picture_fill(struct form *f, struct arena *a, const json_t *message)
{
	for (int i = 1; i <= PICTURES_MAX; i++) {
		const json_t *p = json_array_get(json_object_get(message, "pictures"), (size_t)i - 1);

		form_set(f, field(a, "picture", i), stored(a, message, i));
		form_set(f, field(a, "text", i), json_text(p, "text"));
		form_set(f, field(a, "place", i), arena_printf(a, "%d", i));
		form_set_flag(f, field(a, "drop", i), false);
	}
}

/* Those that the message has, also from where it was copied, or that were taken in for it. */
static enum err
known(struct db *db, struct arena *a, const json_t *message, const char *ids, bool *good)
{
	*good = ids[0] != '\0';
	for (int i = 1; *good && i <= PICTURES_MAX; i++)
		if (strcmp(ids, stored(a, message, i)) == 0)
			return ERR_OK;
	return *good ? picture_known(db, a, "message", json_int(message, "id"), ids, good) : ERR_OK;
}

/* By the numbers that were typed; of two with the same the one that stood first. */
static void
insert(json_t *list, int64_t *numbers, json_t *picture, int64_t number)
{
	size_t at = json_array_size(list);

	for (; at > 0 && numbers[at - 1] > number; at--)
		numbers[at] = numbers[at - 1];
	numbers[at] = number;
	json_array_insert_new(list, at, picture);
}

enum err
picture_read(struct db *db, struct form *f, struct arena *a, const json_t *message, json_t **out)
{
	int64_t numbers[PICTURES_MAX];

	*out = json_keep(a, json_array());
	for (int i = 1; i <= PICTURES_MAX; i++) {
		const char *ids = form_text(f, field(a, "picture", i), FORM_OPTIONAL, IDS), *text_name = field(a, "text", i), *text;
		bool drop = form_flag(f, field(a, "drop", i)), good;
		enum err e = known(db, a, message, ids, &good);
		int64_t number;

		if (e != ERR_OK)
			return e;
		good = good && !drop;
		text = form_name(f, text_name, FORM_OPTIONAL, PICTURE_TEXT_MAX);
		if (good && text[0] == '\0')
			form_problem(f, text_name, "picture_text_required");
		number = form_number(f, field(a, "place", i), good ? FORM_REQUIRED : FORM_OPTIONAL, 1, PICTURES_MAX);
		if (good)
			insert(*out, numbers, json_pack("{s:s%, s:s, s:s}", "id", ids, strcspn(ids, " "), "small", strchr(ids, ' ') + 1,
			    "text", text), number);
	}
	return ERR_OK;
}

enum err
picture_save(struct db *db, struct message_edit by, const json_t *pictures)
{
	int changed = 0;
	enum err e = q_message_save_pictures(db, (struct q_message_save_pictures){ .pictures = pictures, .staff = by.staff,
	    .message = by.message, .seen = by.seen }, &changed);

	return e != ERR_OK || changed == 1 ? e : ERR_CONFLICT;
}
