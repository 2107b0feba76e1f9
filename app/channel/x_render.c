/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What a message says on X, and what a post costs.  Everybody reads it: there is nothing of a
 * person in it.
 */
#include <string.h>

#include "base/arena.h"
#include "channel/card.h"
#include "channel/x.h"

/* The subject of a correction begins with its mark already, as long as nobody took it away;
 * on X the mark comes before all else. */
static const char *
unmarked(const struct words *words, const char *subject)
{
	const char *mark = words_get(words, "correction_mark");

	return strncmp(subject, mark, strlen(mark)) == 0 ? subject + strlen(mark) : subject;
}

enum err
x_render(struct arena *a, struct templates *t, const struct words *words, const json_t *view, json_t **content)
{
	json_t *mine = json_keep(a, json_copy((json_t *)view));
	const char *text;
	enum err e;

	if (!json_flag(view, "x_link"))
		json_object_set_new(mine, "page_url", json_null());
	if (json_flag(view, "corrects"))
		json_object_set_new(mine, "subject", json_string(unmarked(words, json_text(view, "subject"))));
	e = channel_text(a, t, "x/message.txt", words, mine, &text);
	if (e != ERR_OK)
		return e;
	*content = json_keep(a, json_pack("{s:s}", "text", text));
	if (json_flag(view, "vital"))
		json_object_set(*content, "card", card_content(a, words, json_text(view, "tenant_name"), json_text(view, "subject"),
		    json_text(view, "body_text")));
	if (json_array_size(json_object_get(view, "picture_files")) > 0)
		json_object_set(*content, "pictures", json_object_get(view, "picture_files"));
	return ERR_OK;
}

double
x_cost(const json_t *content, const json_t *settings, int parts, int64_t people)
{
	(void)parts;
	(void)people;
	return channel_price(settings, strstr(json_text(content, "text"), "https://") != NULL ? "yen_post_link" : "yen_post");
}
