/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Two entries of one person: what they want of what was chosen in each.  Of a mail address it is
 * asked before it is theirs (email.c).  LINE, a phone or a device is theirs as soon as it is proved;
 * where another entry ended by that, what was chosen there waits, and マイページ says so.
 *
 *	GET  /my/merge/{other}		both, as they are; POST keeps what they want of them
 */
#include "web/citizen/merge.h"

#include "domain/merge.h"
#include "web/handlers.h"

const char *const citizen_keeps[] = { "both", "mine", "other", NULL };

/* In words: the language, and the way that comes first. */
static void
name_entries(struct web *w, json_t *merge)
{
	json_t *entry;
	size_t i;

	json_array_foreach(json_object_get(merge, "entries"), i, entry) {
		const char *first = json_text(entry, "first"), *quiet = json_text(entry, "quiet");

		json_object_set_new(entry, "language_chosen", json_string(words_get(catalogue_words(
		    w->site->catalogue, json_text(entry, "language")), "language_name")));
		json_object_set_new(entry, "first_way", first[0] == '\0' ? json_null() :
		    json_string(words_get(w->words, arena_printf(w->arena, "way_%s", first))));
		json_object_set_new(entry, "reached", json_boolean(first[0] != '\0' || quiet[0] != '\0'));
	}
}

enum err
citizen_merge_page(struct web *w, enum status status, struct form *form, json_t *merge, const char *action)
{
	json_t *options = json_keep(w->arena, json_array());
	size_t i;

	name_entries(w, merge);
	for (i = 0; citizen_keeps[i] != NULL; i++)
		json_array_append_new(options, json_pack("{s:s, s:s, s:s}", "value", citizen_keeps[i],
		    "label", words_get(w->words, arena_printf(w->arena, "merge_%s", citizen_keeps[i])),
		    "hint", words_get(w->words, arena_printf(w->arena, "merge_hint_%s", citizen_keeps[i]))));
	form_options(form, "keep", options);
	json_object_set(w->view, "merge", merge);
	json_object_set_new(w->view, "merge_action_url", json_string(action));
	return web_page(w, status, "citizen/my/merge");
}

enum err
citizen_merge_or(struct web *w, const char *place)
{
	int64_t other;
	enum err e = merge_waits(w->db, w->citizen, &other);

	if (e != ERR_OK)
		return e;
	return other != 0 ? web_see_other(w, "/my/merge/%" PRId64, other) : web_see_other(w, "%s", place);
}

static enum err
page(struct web *w, enum status status, struct form *form)
{
	json_t *merge;
	enum err e = merge_show(w->db, w->citizen, web_id(w, "other"), &merge);

	if (e == ERR_NOT_FOUND)		/* it was said in another window */
		return web_see_other(w, "/my");
	if (e != ERR_OK)
		return e;
	json_object_set_new(w->view, "email", json_null());
	json_object_set_new(w->view, "ways", json_array());
	json_object_set_new(w->view, "has_ways", json_false());
	return citizen_merge_page(w, status, form, merge, arena_printf(w->arena, "/my/merge/%" PRId64, web_id(w, "other")));
}

enum err
citizen_my_ended(struct web *w)
{
	struct form *form = web_form(w);

	form_set(form, "keep", "both");
	return page(w, HTTP_OK, form);
}

enum err
citizen_my_ended_keep(struct web *w)
{
	struct form *form = web_form(w);
	const char *keep = form_choice(form, "keep", FORM_REQUIRED, citizen_keeps);
	bool done;
	enum err e;

	if (!form_ok(form))
		return page(w, HTTP_UNPROCESSABLE, form);
	e = merge_ended(w->db, w->citizen, web_id(w, "other"), keep, &done);
	if (e != ERR_OK)
		return e;
	if (done)
		web_tell(w, "success", "tell_email_merged");
	return citizen_merge_or(w, "/my");
}
