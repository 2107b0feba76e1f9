/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What an approver has to look at again: in what a message differs from the version
 * that was submitted before it.  Its texts are kept as they were rendered; to whom, how
 * and when it was to go is kept beside them as the rendering "terms".
 */
#include "domain/approval.h"

#include "base/arena.h"
#include "base/diff.h"
#include "base/json.h"
#include "db/queries.h"
#include "domain/message.h"
#include "domain/rendering.h"

/* The facts beside the texts, and the keys of message_show that they stand in. */
static const struct {
	const char *name, *label;
	const char *keys[8];
} facts[] = {
	{ "audience", "message_task_audience", { "everyone", "chosen", "districts", "topics" } },
	{ "channels", "message_task_channels", { "by_email", "by_line", "by_sms", "by_webpush", "by_x", "on_site" } },
	{ "schedule", "message_task_schedule", { "scheduled", "send_at_ms", "publish_until_ms" } },
	{ "valid", "approval_valid", { "valid_until_ms" } },
	{ "pictures", "message_task_pictures", { "pictures" } },
	{ "contact", "message_contact", { "contact" } },
	{ "department", "message_department", { "department" } },
};
enum { FACTS = sizeof facts / sizeof *facts };

enum err
approval_keep_terms(const struct approval *a, const json_t *message)
{
	json_t *terms = json_keep(a->arena, json_object());
	size_t i, k;

	for (i = 0; i < FACTS; i++)
		for (k = 0; facts[i].keys[k] != NULL; k++)
			json_object_set(terms, facts[i].keys[k], json_object_get(message, facts[i].keys[k]));
	return q_approval_rendering_add(a->db, (struct q_approval_rendering_add){ .message = a->message,
	    .revision = (int32_t)json_int(message, "revision"), .channel = "terms", .language = "ja",
	    .content = terms }, NULL);
}

/* --- texts --- */

/* Subject and text of a version in one; the mail says more than the page. */
static const char *
read_aloud(const struct approval *a, const json_t *renderings, const char *channel)
{
	const json_t *content = json_object_get(json_object_get(renderings, channel), "ja");

	if (content == NULL)
		return NULL;
	return arena_printf(a->arena, "%s\n\n%s", json_text(content, "subject"),
	    rendering_personal(a->arena, json_text(content, "text"), ""));
}

enum err
approval_diff(const struct approval *a, const json_t *shown, const json_t *renderings, json_t **out)
{
	static const char *const channels[] = { "site", "email" };
	const json_t *earlier = json_object_get(shown, "earlier");
	json_t *before;
	enum err e;
	size_t i;

	*out = NULL;
	if (!json_is_object(earlier))
		return ERR_OK;
	e = q_approval_renderings(a->db, (struct q_approval_renderings){
	    .message = a->message, .revision = (int32_t)json_int(earlier, "revision") }, &before);
	if (e != ERR_OK)
		return e;
	for (i = 0; i < 2 && *out == NULL; i++) {
		const char *was = read_aloud(a, before, channels[i]), *is = read_aloud(a, renderings, channels[i]);

		if (was != NULL && is != NULL)
			*out = diff_text(a->arena, was, is);
	}
	return ERR_OK;
}

/* --- facts --- */

/* A key that is not there says as much as null. */
static bool
same(const json_t *was, const json_t *is, const char *key)
{
	const json_t *a = json_object_get(was, key), *b = json_object_get(is, key);

	if (a == NULL || json_is_null(a))
		return b == NULL || json_is_null(b);
	return json_equal(a, b);
}

/* One row of desk/approval/changes: both versions, as the lines of a message show them. */
static json_t *
row(const struct approval *a, size_t fact, json_t *was, json_t *is)
{
	json_t *row = json_pack("{s:s, s:{s:O, s:n}, s:{s:O, s:n}}", "label", words_get(a->words, facts[fact].label),
	    "was", "message", was, "reach", "is", "message", is, "reach");
	size_t i;

	for (i = 0; i < FACTS; i++)
		json_object_set_new(row, facts[i].name, json_boolean(i == fact));
	return row;
}

enum err
approval_changes(const struct approval *a, const json_t *shown, json_t *message, json_t **out)
{
	const json_t *earlier = json_object_get(shown, "earlier");
	json_t *was, *list = json_keep(a->arena, json_array());
	enum err e;
	size_t i, k;

	*out = list;
	if (!json_is_object(earlier))
		return ERR_OK;
	e = q_approval_terms(a->db, (struct q_approval_terms){ .lang = words_lang(a->words), .message = a->message,
	    .revision = (int32_t)json_int(earlier, "revision") }, &was);
	if (e != ERR_OK)
		return e == ERR_NOT_FOUND ? ERR_OK : e;
	json_object_set_new(was, "ways_text", message_ways_text(a->words, was));
	json_object_set(was, "corrects", json_object_get(message, "corrects"));	/* never changes */
	for (i = 0; i < FACTS; i++)
		for (k = 0; facts[i].keys[k] != NULL; k++)
			if (!same(was, message, facts[i].keys[k])) {
				json_array_append_new(list, row(a, i, was, message));
				break;
			}
	return ERR_OK;
}
