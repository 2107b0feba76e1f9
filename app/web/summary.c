/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What fields are called, for the summary of errors; see summary.h.
 */
#include "web/summary.h"

#include <string.h>

#include "base/buf.h"
#include "base/json.h"

/* Behind the next '>'. */
static const char *
behind_tag(const char *at)
{
	at = at == NULL ? NULL : strchr(at, '>');
	return at == NULL ? NULL : at + 1;
}

/* Where the name of a field begins; NULL: the page does not call it anything. */
static const char *
begin_of(struct arena *a, const char *page, const char *name, const char **tag)
{
	const char *label = strstr(page, arena_printf(a, " for=\"%s\"", name)), *group;

	*tag = "label";
	if (label != NULL)
		return behind_tag(label);
	*tag = "legend";
	group = strstr(page, arena_printf(a, " id=\"%s\"", name));
	return group == NULL ? NULL : behind_tag(strstr(group, *tag));
}

static void
add_character(struct buf *out, const char **at)
{
	static const struct { const char *entity, *character; } entities[] = {
		{ "&amp;", "&" }, { "&lt;", "<" }, { "&gt;", ">" }, { "&quot;", "\"" }, { "&#39;", "'" },
	};

	for (size_t i = 0; i < sizeof entities / sizeof *entities; i++)
		if (strncmp(*at, entities[i].entity, strlen(entities[i].entity)) == 0) {
			buf_adds(out, entities[i].character);
			*at += strlen(entities[i].entity);
			return;
		}
	buf_add(out, (*at)++, 1);
}

/* The text up to the end of the tag, or to the mark 「必須」 (part/need). */
static const char *
text_of(struct arena *a, const char *at, const char *tag)
{
	const char *end = strstr(at, arena_printf(a, "</%s", tag)), *need = strstr(at, "class=\"c-need");
	struct buf out;

	buf_init(&out, a);
	if (end == NULL)
		return "";
	while (at < end) {
		if (*at != '<')
			add_character(&out, &at);
		else if (need != NULL && strchr(at, '>') > need)
			break;
		else if ((at = behind_tag(at)) == NULL)
			break;
	}
	while (out.len > 0 && (out.data[out.len - 1] == ' ' || out.data[out.len - 1] == '\n'))
		out.data[--out.len] = '\0';
	return out.data;
}

/* The language of the label where it says one, or else the page's. */
static const char *
lang_of(struct arena *a, const char *at, const char *tag, const char *lang)
{
	const char *end = strstr(at, arena_printf(a, "</%s", tag)), *own = strstr(at, " lang=\"");

	if (own == NULL || end == NULL || own > end)
		return lang;
	own += strlen(" lang=\"");
	return arena_strndup(a, own, strcspn(own, "\""));
}

bool
summary_name(struct form *f, struct arena *a, const char *page, const char *lang)
{
	json_t *problem;
	bool some = false;
	size_t i;

	json_array_foreach(json_object_get(form_json(f), "problems"), i, problem) {
		const char *tag, *at = json_flag(problem, "unnamed") ? begin_of(a, page, json_text(problem, "name"), &tag) : NULL;
		const char *label = at == NULL ? "" : text_of(a, at, tag);

		if (label[0] == '\0')
			continue;
		json_object_set_new(problem, "label", json_string(label));
		json_object_set_new(problem, "lang", json_string(lang_of(a, at, tag, lang)));
		some = true;
	}
	return some;
}
