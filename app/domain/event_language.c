/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What an event says in other languages: its own texts, and the names of its quotas, which are
 * typed with each date and translated once.  They lie in texts by the Japanese name, {"en":
 * {"title": …, "quotas": {"市内": "Residents"}}}; the fields of a form are numbered: "quota_1".
 */
#include <string.h>

#include "base/arena.h"
#include "base/json.h"
#include "db/queries.h"
#include "domain/event.h"
#include "domain/picture.h"

/* English and others need more room than Japanese. */
static const struct language_text own[] = {
	{ "title", "event_title", 2 * EVENT_TITLE_MAX, 1 }, { "text", "event_text", 2 * EVENT_TEXT_MAX, 8 },
	{ "target", "event_target", 2 * EVENT_SHORT_MAX, 2 }, { "fee", "event_fee", 2 * EVENT_SHORT_MAX, 2 },
	{ "bring", "event_bring", 2 * EVENT_SHORT_MAX, 2 }, { "category", "event_category", 200, 1 },
	{ "place", "event_place", 400, 1 }, { "address", "event_address", 2 * EVENT_SHORT_MAX, 1 },
	{ "access", "event_access", 2 * EVENT_ACCESS_MAX, 3 }, { "organiser", "event_organiser", 400, 1 },
	{ "contact", "message_contact", 2 * EVENT_SHORT_MAX, 2 }, { "picture_text", "event_picture_text", 2 * PICTURE_TEXT_MAX, 1 },
	{ "thanks", "event_thanks", 2 * EVENT_THANKS_MAX, 4 }, { "missed", "event_missed", 2 * EVENT_THANKS_MAX, 4 },
	{ "sorry", "event_sorry", 2 * EVENT_THANKS_MAX, 4 },
};
enum { OWN = sizeof own / sizeof *own, QUOTA_NAME_MAX = 100 };
static const char QUOTA[] = "quota_";

/* Each once, in the order of dates. */
static json_t *
quota_names(struct arena *a, const json_t *event)
{
	json_t *names = json_keep(a, json_array());
	const json_t *slot, *quota, *name;
	size_t i, k, n;

	json_array_foreach(json_object_get(event, "slots"), i, slot) {
		json_array_foreach(json_object_get(slot, "quotas"), k, quota) {
			json_array_foreach(names, n, name)
				if (json_equal(name, json_object_get(quota, "name")))
					break;
			if (n == json_array_size(names))
				json_array_append(names, json_object_get(quota, "name"));
		}
	}
	return names;
}

const struct language_text *
event_texts(struct arena *a, json_t *event)
{
	const json_t *names = quota_names(a, event), *name;
	struct language_text *list = arena_alloc(a, (OWN + json_array_size(names) + 1) * sizeof *list);
	json_t *texts = json_object_get(event, "texts"), *said;
	const char *language;
	size_t i;

	memcpy(list, own, sizeof own);
	json_array_foreach(names, i, name) {
		const char *field = arena_printf(a, "%s%zu", QUOTA, i + 1), *ja = json_string_value(name);

		list[OWN + i] = (struct language_text){ field, "event_quota_name", QUOTA_NAME_MAX, 1 };
		json_object_foreach(texts, language, said)
			json_object_set_new(said, field, json_string(strcmp(language, "ja") == 0 ? ja :
			    json_text(json_object_get(said, "quotas"), ja)));
	}
	list[OWN + i] = (struct language_text){ NULL, NULL, 0, 0 };
	return list;
}

enum err
event_texts_save(struct db *db, const json_t *event, const char *language, json_t *texts)
{
	const json_t *ja = json_object_get(json_object_get(event, "texts"), "ja");
	json_t *quotas = json_object(), *text;
	const char *name;
	int changed = 0;
	void *next;
	enum err e;

	json_object_foreach_safe(texts, next, name, text) {
		if (strncmp(name, QUOTA, strlen(QUOTA)) != 0)
			continue;
		json_object_set(quotas, json_text(ja, name), text);
		json_object_del(texts, name);
	}
	if (json_object_size(quotas) > 0)
		json_object_set(texts, "quotas", quotas);
	json_decref(quotas);
	e = q_event_texts(db, (struct q_event_texts){ .language = language, .texts = texts, .event = json_int(event, "id") }, &changed);
	return e != ERR_OK || changed == 1 ? e : ERR_CONFLICT;
}
