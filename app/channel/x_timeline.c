/* SPDX-License-Identifier: Apache-2.0 */
/*
 * How a post of ours is known in the town's own timeline; see x_timeline.h.
 */
#include "channel/x_timeline.h"

#include <string.h>

#include "base/arena.h"
#include "base/buf.h"
#include "base/text_x.h"

/* They write < > & as HTML does. */
static const char *
unescaped(struct arena *a, const char *s)
{
	static const struct { const char *from, to; } marks[] = { { "&amp;", '&' }, { "&lt;", '<' }, { "&gt;", '>' } };
	struct buf b;
	size_t i;

	buf_init(&b, a);
	while (*s != '\0') {
		for (i = 0; i < 3 && strncmp(s, marks[i].from, strlen(marks[i].from)) != 0; i++)
			;
		buf_addch(&b, i < 3 ? marks[i].to : *s);
		s += i < 3 ? strlen(marks[i].from) : 1;
	}
	return b.data;
}

/* The same page: with or without the slash that some add. */
static bool
is_same_address(const char *x, const char *y)
{
	size_t n = strlen(x), m = strlen(y);

	n -= n > 0 && x[n - 1] == '/';
	m -= m > 0 && y[m - 1] == '/';
	return n == m && strncmp(x, y, n) == 0;
}

static bool
is_ours(struct arena *a, const json_t *post, const json_t *doc)
{
	const char *link = json_text(doc, "link");
	json_t *url;
	size_t i;

	if (link[0] == '\0')
		return strcmp(x_text_skeleton(a, unescaped(a, json_text(post, "text"))),
		    x_text_skeleton(a, json_text(doc, "text"))) == 0;
	json_array_foreach(json_object_get(json_object_get(post, "entities"), "urls"), i, url)
		if (is_same_address(json_text(url, "expanded_url"), link))
			return true;
	return false;
}

const char *
x_timeline_find(struct arena *a, const json_t *timeline, const json_t *doc)
{
	const json_t *posts = json_object_get(timeline, "data");
	json_t *post;
	size_t i;

	/* An empty timeline has no data, but says that there are none. */
	if (json_object_get(timeline, "errors") != NULL ||
	    (!json_is_array(posts) && !json_is_integer(json_object_get(json_object_get(timeline, "meta"), "result_count"))))
		return NULL;
	json_array_foreach(posts, i, post)
		if (json_text(post, "id")[0] != '\0' && is_ours(a, post, doc))
			return json_text(post, "id");
	return "";
}
