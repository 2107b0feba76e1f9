/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Markdown as staff write it, by cmark-gfm.
 *
 * Three steps: the source is prepared so that Japanese emphasis is seen, cmark
 * parses it, and its tree is made safe before anything is rendered from it.
 *
 * Emphasis.  CommonMark asks whether a run of * touches a letter or a punctuation
 * mark, and by that rule the second run of "**注意。**ここ" closes nothing: Japanese
 * has no spaces to go by.  So between such a run and the mark goes a
 * character that is neither, U+FDD0, which Unicode keeps free for inner use; it is
 * taken out of the tree again, and out of the source before.
 *
 * Safe.  Raw HTML becomes the text that was typed (cmark's safe mode would drop
 * it), images become links, and links that lead elsewhere than to the web, to
 * mail or to a telephone become their words.
 */
#include "base/markdown.h"
#include "base/arena.h"
#include "base/buf.h"
#include "base/log.h"
#include "base/text.h"

#include <cmark-gfm.h>
#include <cmark-gfm-core-extensions.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <unicode/uchar.h>

#define MARK "\xef\xb7\x90"		/* U+FDD0 */

enum { OPTIONS = CMARK_OPT_HARDBREAKS };

static bool
is_mark_of_punctuation(int32_t c)
{
	return c < 0x80 ? u_ispunct(c) || strchr("$+<=>^`|~", c) != NULL : u_ispunct(c);
}

/* A letter of a language without spaces between words, seen from here. */
static bool
is_wide_letter(int32_t c)
{
	return c >= 0x80 && !u_ispunct(c) && !u_isUWhiteSpace(c);
}

/* Where a run of * or ~ stands between a letter and a punctuation mark, on the
 * side of the mark goes MARK.  A backslash is not such: it escapes. */
static void
add_run(struct buf *out, const char *run, size_t n, int32_t before, int32_t after)
{
	if (before != '\\' && is_mark_of_punctuation(before) && is_wide_letter(after))
		buf_adds(out, MARK);
	buf_add(out, run, n);
	if (is_wide_letter(before) && is_mark_of_punctuation(after))
		buf_adds(out, MARK);
}

static const char *
prepared(struct arena *a, const char *s, size_t n)
{
	int32_t before = '\n', after;
	size_t i = 0, start, peek;
	struct buf out;

	buf_init(&out, a);
	while (i < n) {
		start = i;
		if (s[i] == '*' || s[i] == '~') {
			i += strspn(s + i, s[i] == '*' ? "*" : "~");
			peek = i;
			after = i < n ? text_next(s, n, &peek) : '\n';
			add_run(&out, s + start, i - start, before, after);
			before = s[start];
			continue;
		}
		before = text_next(s, n, &i);
		if (i - start != strlen(MARK) || memcmp(s + start, MARK, strlen(MARK)) != 0)
			buf_add(&out, s + start, i - start);
	}
	return out.data;
}

static void
release_node(void *node)
{
	cmark_node_free(node);
}

static void
release_parser(void *parser)
{
	cmark_parser_free(parser);
}

static const char *
without_mark(struct arena *a, const char *s)
{
	const char *mark;
	struct buf out;

	buf_init(&out, a);
	for (; s != NULL && (mark = strstr(s, MARK)) != NULL; s = mark + strlen(MARK))
		buf_add(&out, s, (size_t)(mark - s));
	buf_adds(&out, s != NULL ? s : "");
	return out.data;
}

static bool
is_good_link(const char *url)
{
	return strncasecmp(url, "https://", 8) == 0 || strncasecmp(url, "http://", 7) == 0 ||
	    strncasecmp(url, "mailto:", 7) == 0 || strncasecmp(url, "tel:", 4) == 0;
}

/* The children take the node's place; the node goes. */
static void
unwrap(cmark_node *node)
{
	cmark_node *child;

	while ((child = cmark_node_first_child(node)) != NULL)
		must(cmark_node_insert_before(node, child));
	cmark_node_free(node);
}

/* A new node in the place of another; the children stay with the new one. */
static cmark_node *
replace(cmark_node *node, cmark_node_type type)
{
	cmark_node *new = cmark_node_new(type), *child;

	must(new != NULL && cmark_node_insert_before(node, new));
	while ((child = cmark_node_first_child(node)) != NULL)
		must(cmark_node_append_child(new, child));
	return new;
}

/* <div> as it was typed, in a paragraph where it was a block. */
static void
show_html(struct arena *a, cmark_node *node, bool block)
{
	const char *line = without_mark(a, cmark_node_get_literal(node)), *end;
	cmark_node *paragraph = block ? replace(node, CMARK_NODE_PARAGRAPH) : NULL, *text;

	for (;; line = end + 1) {
		end = line + strcspn(line, "\n");
		if (paragraph == NULL) {
			text = replace(node, CMARK_NODE_TEXT);
		} else {
			text = cmark_node_new(CMARK_NODE_TEXT);
			must(cmark_node_append_child(paragraph, text));
		}
		must(cmark_node_set_literal(text, arena_strndup(a, line, (size_t)(end - line))));
		if (end[0] == '\0' || end[1] == '\0')
			break;
		text = cmark_node_new(CMARK_NODE_SOFTBREAK);
		must(paragraph != NULL ? cmark_node_append_child(paragraph, text) :
		    cmark_node_insert_before(node, text));
	}
	cmark_node_free(node);
}

static void
make_link_safe(struct arena *a, cmark_node *node)
{
	const char *url = without_mark(a, cmark_node_get_url(node));
	cmark_node *link = node;

	if (!is_good_link(url)) {
		unwrap(node);
		return;
	}
	if (cmark_node_get_type(node) == CMARK_NODE_IMAGE) {
		link = replace(node, CMARK_NODE_LINK);
		cmark_node_free(node);
	}
	must(cmark_node_set_url(link, url));
	must(cmark_node_set_title(link, ""));
}

/* On leaving a node, when nothing below it is needed any more. */
static void
make_safe(struct arena *a, cmark_node *node)
{
	cmark_node_type type = cmark_node_get_type(node);

	if (type == CMARK_NODE_HTML_BLOCK || type == CMARK_NODE_HTML_INLINE) {
		show_html(a, node, type == CMARK_NODE_HTML_BLOCK);
	} else if (type == CMARK_NODE_TEXT || type == CMARK_NODE_CODE ||
	    type == CMARK_NODE_CODE_BLOCK) {
		if (strstr(cmark_node_get_literal(node), MARK) != NULL)
			must(cmark_node_set_literal(node,
			    without_mark(a, cmark_node_get_literal(node))));
		if (type == CMARK_NODE_CODE_BLOCK)
			must(cmark_node_set_fence_info(node, ""));
	} else if (type == CMARK_NODE_LINK || type == CMARK_NODE_IMAGE) {
		make_link_safe(a, node);
	}
}

/* The next node in post-order: what is freed or moved has been passed. */
static cmark_node *
deepest(cmark_node *node)
{
	while (cmark_node_first_child(node) != NULL)
		node = cmark_node_first_child(node);
	return node;
}

static cmark_node *
following(cmark_node *node)
{
	return cmark_node_next(node) != NULL ? deepest(cmark_node_next(node)) : cmark_node_parent(node);
}

static void
make_tree_safe(struct arena *a, cmark_node *root)
{
	cmark_node *node = deepest(root), *next;

	while (node != root) {
		next = following(node);
		make_safe(a, node);
		node = next;
	}
}

/*
 * The h1 is the page's: whatever level somebody begins with becomes 2, and none
 * below is skipped, so that a reader who hears the page finds every heading.
 */
static void
set_heading_levels(cmark_node *root)
{
	cmark_node *node;
	int level, least = 6, last = 1;

	for (node = deepest(root); node != root; node = following(node)) {
		if (cmark_node_get_type(node) != CMARK_NODE_HEADING)
			continue;
		level = cmark_node_get_heading_level(node);
		least = level < least ? level : least;
	}
	for (node = deepest(root); node != root; node = following(node)) {
		if (cmark_node_get_type(node) != CMARK_NODE_HEADING)
			continue;
		level = cmark_node_get_heading_level(node) - least + 2;
		last = level > last + 1 ? last + 1 : level;
		must(cmark_node_set_heading_level(node, last < 6 ? last : 6));
	}
}

/* The tree and the parser are the arena's. */
static enum err
parse(struct arena *a, const char *source, cmark_node **root, cmark_parser **parser)
{
	cmark_syntax_extension *strikethrough;
	size_t n = strlen(source);

	if (n > MARKDOWN_MAX || !text_is_utf8(source, n))
		return ERR_INVALID;
	cmark_gfm_core_extensions_ensure_registered();
	*parser = cmark_parser_new(OPTIONS);
	arena_defer(a, release_parser, *parser);
	strikethrough = cmark_find_syntax_extension("strikethrough");
	must(strikethrough != NULL &&
	    cmark_parser_attach_syntax_extension(*parser, strikethrough));
	source = prepared(a, source, n);
	cmark_parser_feed(*parser, source, strlen(source));
	*root = cmark_parser_finish(*parser);
	arena_defer(a, release_node, *root);
	make_tree_safe(a, *root);
	set_heading_levels(*root);
	return ERR_OK;
}

enum err
markdown_html(struct arena *a, const char *source, char **out)
{
	cmark_parser *parser;
	cmark_node *root;
	char *html;
	enum err e;

	e = parse(a, source, &root, &parser);
	if (e != ERR_OK)
		return e;
	html = cmark_render_html(root, OPTIONS, cmark_parser_get_syntax_extensions(parser));
	arena_defer(a, free, html);
	*out = html;
	return ERR_OK;
}

/* Plain text while it is made. */
struct plain {
	struct buf out;
	size_t blocks;		/* line ends owed before the next text */
	size_t depth;		/* of lists */
};

static void
say(struct plain *p, const char *s)
{
	while (p->blocks > 0 && p->out.len > 0) {
		buf_addch(&p->out, '\n');
		p->blocks--;
	}
	p->blocks = 0;
	buf_adds(&p->out, s);
}

static void
begin_item(struct plain *p, cmark_node *item)
{
	cmark_node *list = cmark_node_parent(item), *other = item;
	int number = cmark_node_get_list_start(list);

	for (size_t i = 1; i < p->depth; i++)
		say(p, "　");
	if (cmark_node_get_list_type(list) != CMARK_ORDERED_LIST) {
		say(p, "・");
		return;
	}
	while ((other = cmark_node_previous(other)) != NULL)
		number++;
	say(p, arena_printf(p->out.arena, "%d. ", number));
}

/* The address behind the words, unless the words are the address. */
static void
end_link(struct plain *p, cmark_node *link)
{
	const char *url = cmark_node_get_url(link), *shown = url;
	cmark_node *only = cmark_node_first_child(link);

	if (strncasecmp(url, "mailto:", 7) == 0 || strncasecmp(url, "tel:", 4) == 0)
		shown = strchr(url, ':') + 1;
	if (only == NULL) {
		say(p, shown);
		return;
	}
	if (cmark_node_next(only) == NULL && cmark_node_get_type(only) == CMARK_NODE_TEXT &&
	    strcmp(cmark_node_get_literal(only), shown) == 0)
		return;
	say(p, "（");
	say(p, shown);
	say(p, "）");
}

/* What was struck out does not count any more: without its line the tildes say so, as they were typed. */
static bool
is_struck(cmark_node *node)
{
	return strcmp(cmark_node_get_type_string(node), "strikethrough") == 0;
}

static void
enter(struct plain *p, cmark_node *node)
{
	cmark_node_type type = cmark_node_get_type(node);

	if (type == CMARK_NODE_TEXT || type == CMARK_NODE_CODE)
		say(p, cmark_node_get_literal(node));
	else if (type == CMARK_NODE_SOFTBREAK || type == CMARK_NODE_LINEBREAK)
		say(p, "\n");
	else if (type == CMARK_NODE_LIST)
		p->depth++;
	else if (type == CMARK_NODE_ITEM)
		begin_item(p, node);
	else if (type == CMARK_NODE_CODE_BLOCK)
		say(p, cmark_node_get_literal(node));
	else if (type == CMARK_NODE_THEMATIC_BREAK)
		say(p, "――――");
	else if (is_struck(node))
		say(p, "~~");
	if (type == CMARK_NODE_CODE_BLOCK)
		p->blocks = 1;
	else if (type == CMARK_NODE_THEMATIC_BREAK)
		p->blocks = 2;
}

static void
leave(struct plain *p, cmark_node *node)
{
	cmark_node_type type = cmark_node_get_type(node);
	cmark_node *parent = cmark_node_parent(node);

	if (type == CMARK_NODE_LINK) {
		end_link(p, node);
	} else if (is_struck(node)) {
		say(p, "~~");
	} else if (type == CMARK_NODE_LIST) {
		p->depth--;
		p->blocks = p->depth > 0 ? 1 : 2;
	} else if (type == CMARK_NODE_PARAGRAPH || type == CMARK_NODE_HEADING) {
		p->blocks = cmark_node_get_type(parent) == CMARK_NODE_ITEM ? 1 : 2;
	} else if (type == CMARK_NODE_ITEM) {
		p->blocks = 1;
	}
}

enum err
markdown_plain(struct arena *a, const char *source, char **out)
{
	struct plain plain = { .depth = 0 };
	cmark_event_type event;
	cmark_parser *parser;
	cmark_iter *iter;
	cmark_node *root;
	enum err e;

	e = parse(a, source, &root, &parser);
	if (e != ERR_OK)
		return e;
	buf_init(&plain.out, a);
	iter = cmark_iter_new(root);
	while ((event = cmark_iter_next(iter)) != CMARK_EVENT_DONE) {
		if (event == CMARK_EVENT_ENTER)
			enter(&plain, cmark_iter_get_node(iter));
		else
			leave(&plain, cmark_iter_get_node(iter));
	}
	cmark_iter_free(iter);
	*out = plain.out.data;
	return ERR_OK;
}
