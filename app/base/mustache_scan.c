/* SPDX-License-Identifier: Apache-2.0 */
/*
 * From a template's text to its tags.
 */
#include "base/mustache_scan.h"

#include <string.h>

void
cursor_init(struct cursor *c, const struct source *s)
{
	*c = (struct cursor){ .source = s, .at = s->text, .end = s->text + s->length,
	    .floor = s->text, .line = 1, .open = "{{", .close = "}}" };
}

static bool
is_blank(char c)
{
	return c == ' ' || c == '\t';
}

static bool
is_space(char c)
{
	return is_blank(c) || c == '\n' || c == '\r';
}

static const char *
indent_of(const struct cursor *c, const char *start)
{
	const char *p = start;

	while (p > c->floor && is_blank(p[-1]))
		p--;
	return p == c->floor || p[-1] == '\n' ? p : NULL;
}

static const char *
rest_of(const struct cursor *c)
{
	const char *p = c->at;

	while (p < c->end && is_blank(*p))
		p++;
	if (p < c->end && *p == '\r')
		p++;
	if (p == c->end)
		return p;
	return *p == '\n' ? p + 1 : NULL;
}

static void
trim(struct tag *t)
{
	while (t->length > 0 && is_space(*t->name)) {
		t->name++;
		t->length--;
	}
	while (t->length > 0 && is_space(t->name[t->length - 1]))
		t->length--;
}

/* Words have no name, and the line of the tag that they stand for. */
static void
count_lines(struct cursor *c, const char *to)
{
	if (c->source->name == NULL)
		return;
	for (const char *p = c->at; (p = memchr(p, '\n', (size_t)(to - p))) != NULL; p++)
		c->line++;
}

enum found
cursor_tag(struct cursor *c, struct tag *t)
{
	char close[DELIMITER_MAX + 1] = "";
	const char *start, *inside, *stop;
	size_t n = 0;

	start = memmem(c->at, (size_t)(c->end - c->at), c->open, strlen(c->open));
	if (start == NULL)
		return FOUND_NONE;
	count_lines(c, start);
	inside = start + strlen(c->open);
	*t = (struct tag){ .kind = 'v', .start = start, .line = c->line,
	    .indent = indent_of(c, start) };
	if (inside < c->end && strchr("#^/><$!=&{", *inside) != NULL)
		t->kind = *inside++;

	/* {{{ and {{= end in a character of their own. */
	if (t->kind == '{')
		close[n++] = '}';
	if (t->kind == '=')
		close[n++] = '=';
	memcpy(close + n, c->close, strlen(c->close) + 1);
	stop = memmem(inside, (size_t)(c->end - inside), close, strlen(close));
	if (stop == NULL)
		return FOUND_OPEN;
	t->name = inside;
	t->length = (size_t)(stop - inside);
	trim(t);
	c->at = start;
	count_lines(c, stop);
	c->at = stop + strlen(close);
	t->rest = rest_of(c);
	return FOUND_TAG;
}

void
cursor_skip_line(struct cursor *c, const struct tag *t)
{
	count_lines(c, t->rest);
	c->at = t->rest;
}

bool
cursor_delimiters(struct cursor *c, const struct tag *t)
{
	const char *end = t->name + t->length, *p = t->name, *second;
	size_t n, m;

	while (p < end && !is_space(*p))
		p++;
	n = (size_t)(p - t->name);
	while (p < end && is_space(*p))
		p++;
	second = p;
	while (p < end && !is_space(*p) && *p != '=')
		p++;
	m = (size_t)(p - second);
	if (p != end || n == 0 || m == 0 || n >= DELIMITER_MAX || m >= DELIMITER_MAX ||
	    memchr(t->name, '=', n) != NULL)
		return false;
	memcpy(c->open, t->name, n);
	c->open[n] = '\0';
	memcpy(c->close, second, m);
	c->close[m] = '\0';
	return true;
}

bool
tag_is_alone(const struct tag *t)
{
	return t->indent != NULL && t->rest != NULL && strchr("v&{", t->kind) == NULL;
}
