/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The picture of an event (picture.h), shown once the courier has had both sizes looked at.
 * A copy of an event shows the same files.
 */
#include <string.h>

#include "base/arena.h"
#include "base/json.h"
#include "db/queries.h"
#include "domain/event.h"
#include "domain/picture.h"

enum err
event_picture_find(struct db *db, int64_t event, const char *id, json_t **out)
{
	return q_event_picture_find(db, (struct q_event_picture_find){ .event = event, .id = id }, out);
}

static const char *
stored(struct arena *a, const json_t *e)
{
	return json_text(e, "picture")[0] == '\0' ? "" : arena_printf(a, "%s %s", json_text(e, "picture"), json_text(e, "picture_small"));
}

static void
fill(struct form *f, struct arena *a, const json_t *e)
{
	form_set(f, "picture", stored(a, e));
	form_set(f, "picture_text", json_text(e, "picture_text"));
	form_set_flag(f, "drop", false);
}

/* Those that the event has, or two that were taken in for it. */
static enum err
known(struct db *db, struct arena *a, const json_t *e, const char *ids, bool *good)
{
	*good = strcmp(ids, stored(a, e)) == 0;
	return *good ? ERR_OK : picture_known(db, a, "event", json_int(e, "id"), ids, good);
}

static enum err
save(struct db *db, struct form *f, struct arena *a, const json_t *e, const json_t *choices, const char *seen)
{
	const char *ids = form_text(f, "picture", FORM_OPTIONAL, 80), *small;
	bool drop = form_flag(f, "drop"), good;
	struct q_event_picture q = { .event = json_int(e, "id"), .seen = seen };
	int changed = 0;
	enum err err = known(db, a, e, ids, &good);

	(void)choices;
	if (err != ERR_OK)
		return err;
	if (!good || drop)
		ids = "";
	q.words = form_name(f, "picture_text", ids[0] != '\0' ? FORM_REQUIRED : FORM_OPTIONAL, PICTURE_TEXT_MAX);
	if (!form_ok(f))
		return ERR_INVALID;
	small = strchr(ids, ' ');
	if (small == NULL)
		q.words = q.large = q.small = "";
	else {
		q.large = arena_strndup(a, ids, (size_t)(small - ids));
		q.small = small + 1;
	}
	err = q_event_picture(db, q, &changed);
	return err != ERR_OK || changed == 1 ? err : ERR_CONFLICT;
}

const struct event_part event_picture = { "picture", "picture", true, fill, save };
