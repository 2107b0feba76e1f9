/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Compiles a template to one flat array of operations.
 *
 * Everything that does not depend on the view happens here: partials and
 * layouts are copied into their places, blocks replace what they replace, words
 * become text, escaped already.  So a page is rendered without a call,
 * and a fault in a template is seen when the program starts.
 *
 * Partials are not re-indented beyond what the core of the specification wants,
 * and blocks never: a <textarea> or <pre> in them would show the blanks.
 */
#include "base/mustache_program.h"
#include "base/arena.h"
#include "base/mustache_scan.h"

#include <string.h>

/* Partials and blocks doubling each other end here, not in all the memory. */
enum { INSERTIONS_MAX = 5000 };

/* A block that is handed to a layout, to be read again at its place there, with
 * the blocks that its own template was handed: a part that a page uses in its
 * block "main" never sees the page's block "title". */
struct block {
	struct block *next;
	struct tag tag;
	struct cursor content;
	const struct scope *scope;
	bool used;
};

/* The blocks handed along: those of the outermost template win. */
struct scope {
	const struct scope *outer;
	struct block *blocks;
};

struct compiler {
	struct arena *arena;
	const struct surroundings *around;
	const char *problem;
	struct op *ops;
	size_t count, room;
	struct buf text;		/* read, and not an operation yet */
	size_t text_length;
	int muted;			/* read for its form only */
	size_t nesting;
	size_t insertions;
	bool in_words, words_escaped;
	const struct scope *scope;
};

static void parse(struct compiler *, struct cursor *, const struct tag *opened, struct tag *closed);

static void
complain(struct compiler *c, const struct source *s, size_t line, const char *what,
    const char *name, size_t length)
{
	if (c->problem == NULL)
		c->problem = arena_printf(c->arena, "%s:%zu: %s%s%.*s", s->file, line, what,
		    length > 0 ? " " : "", (int)length, length > 0 ? name : "");
}

static void
complain_tag(struct compiler *c, const struct cursor *at, const struct tag *t, const char *what)
{
	complain(c, at->source, t->line, what, t->name, t->length);
}

/* False at the end, and where something is wrong. */
static bool
next_tag(struct compiler *c, struct cursor *at, struct tag *t)
{
	enum found found = c->problem == NULL ? cursor_tag(at, t) : FOUND_NONE;

	if (found == FOUND_OPEN)
		complain_tag(c, at, t, "the tag has no end");
	return found == FOUND_TAG;
}

static void
add_text(struct compiler *c, const char *from, const char *to)
{
	if (c->muted > 0 || from >= to)
		return;
	if (c->in_words && c->words_escaped)
		buf_add_html(&c->text, from, (size_t)(to - from));
	else
		buf_add(&c->text, from, (size_t)(to - from));
}

static struct op *
add_op(struct compiler *c)
{
	if (c->count == c->room) {
		size_t room = c->room == 0 ? 64 : c->room * 2;

		c->ops = arena_grow(c->arena, c->ops, c->room * sizeof(*c->ops),
		    room * sizeof(*c->ops));
		c->room = room;
	}
	return &c->ops[c->count++];
}

/* Where the next operation goes: what was text until here becomes one. */
static uint32_t
here(struct compiler *c)
{
	if (c->text.len > 0) {
		*add_op(c) = (struct op){ .kind = OP_TEXT,
		    .text = arena_strndup(c->arena, c->text.data, c->text.len),
		    .length = c->text.len };
		c->text_length += c->text.len;
		buf_reset(&c->text);
	}
	return (uint32_t)c->count;
}

static void
emit(struct compiler *c, enum op_kind kind, const struct path *p, uint32_t jump)
{
	if (c->muted > 0)
		return;
	here(c);
	*add_op(c) = (struct op){ .kind = kind, .path = p, .jump = jump };
}

static bool
nest(struct compiler *c, const struct cursor *at, const struct tag *t)
{
	if (++c->nesting > MUSTACHE_DEPTH)
		complain_tag(c, at, t, "nested too deep, or within itself:");
	return c->problem == NULL;
}

/* "." has no keys; "a.b" has two. */
static const struct path *
path_of(struct compiler *c, const struct cursor *at, const struct tag *t)
{
	struct path *p = arena_alloc(c->arena, sizeof(*p));
	char *rest = arena_strndup(c->arena, t->name, t->length), *key;

	p->name = arena_strdup(c->arena, rest);
	p->file = at->source->file;
	p->line = t->line;
	if (strcmp(p->name, ".") == 0)
		return p;
	if (p->name[0] == '\0' || strpbrk(p->name, " \t\r\n") != NULL)
		complain_tag(c, at, t, "this is no name:");
	p->keys = arena_alloc(c->arena, (strlen(p->name) + 1) * sizeof(*p->keys));
	while ((key = strsep(&rest, ".")) != NULL) {
		if (key[0] == '\0')
			complain_tag(c, at, t, "this is no name:");
		p->keys[p->count++] = key;
	}
	return p;
}

static bool
ends_in_html(const char *name)
{
	size_t n = strlen(name);

	return n > 5 && strcmp(name + n - 5, "_html") == 0;
}

/* The text of {{t.key}} in place of the tag; it may hold {{names}}. */
static void
insert_words(struct compiler *c, const struct cursor *at, const struct tag *t, const char *key,
    bool escaped)
{
	const char *text = words_find(c->around->words, key);
	struct source source = { .file = at->source->file };
	struct cursor content;

	if (c->in_words)
		complain_tag(c, at, t, "words do not name words:");
	else if (text == NULL)
		complain_tag(c, at, t, "no such words:");
	if (c->problem != NULL || c->muted > 0)
		return;
	source.text = text;
	source.length = strlen(text);
	cursor_init(&content, &source);
	content.line = t->line;
	c->in_words = true;
	c->words_escaped = escaped;
	parse(c, &content, NULL, NULL);
	c->in_words = false;
}

static void
value(struct compiler *c, const struct cursor *at, const struct tag *t)
{
	const struct path *p = path_of(c, at, t);
	bool raw = t->kind != 'v', escaped = !raw && (c->around->flags & MUSTACHE_HTML);

	if (c->problem != NULL)
		return;
	if (raw && !(c->around->flags & MUSTACHE_TRIPLE) && !ends_in_html(p->name))
		complain_tag(c, at, t, "only a key that ends in _html goes without escaping:");
	else if (c->around->words != NULL && p->count > 1 && strcmp(p->keys[0], "t") == 0)
		insert_words(c, at, t, p->name + 2, escaped);
	else
		emit(c, escaped ? OP_ESCAPED : OP_VALUE, p, 0);
}

static void
section(struct compiler *c, struct cursor *at, const struct tag *t)
{
	const struct path *p = path_of(c, at, t);
	struct tag closed;
	uint32_t start, end;

	if (c->around->words != NULL && p->count > 0 && strcmp(p->keys[0], "t") == 0)
		complain_tag(c, at, t, "words are no section:");
	if (!nest(c, at, t))
		return;
	start = here(c);
	emit(c, t->kind == '#' ? OP_SECTION : OP_INVERTED, p, 0);
	parse(c, at, t, &closed);
	if (t->kind == '#')
		emit(c, OP_END, p, start + 1);
	/* here() may move the operations: it comes first. */
	end = here(c);
	if (c->muted == 0)
		c->ops[start].jump = end;
	c->nesting--;
}

/* False: there are far too many. */
static bool
may_insert(struct compiler *c, const struct cursor *at, const struct tag *t)
{
	if (++c->insertions > INSERTIONS_MAX)
		complain_tag(c, at, t, "too many partials and blocks at");
	return c->problem == NULL;
}

static const struct source *
indented(struct compiler *c, const struct source *s, const char *indent, size_t n)
{
	struct source *copy = arena_alloc(c->arena, sizeof(*copy));
	const char *line = s->text, *end = s->text + s->length, *next;
	struct buf text;

	buf_init(&text, c->arena);
	for (; line < end; line = next) {
		next = memchr(line, '\n', (size_t)(end - line));
		next = next != NULL ? next + 1 : end;
		buf_add(&text, indent, n);
		buf_add(&text, line, (size_t)(next - line));
	}
	*copy = *s;
	copy->text = text.data;
	copy->length = text.len;
	return copy;
}

/* Another template in place of the tag. */
static void
insert(struct compiler *c, const struct cursor *at, const struct tag *t,
    const char *indent, size_t indent_length)
{
	char *name = arena_strndup(c->arena, t->name, t->length);
	const struct source *s = c->around->find != NULL ?
	    c->around->find(c->around->context, name) : NULL;
	struct cursor content;

	if (s == NULL && !(c->around->flags & MUSTACHE_LENIENT))
		complain_tag(c, at, t, "no such template:");
	if (s == NULL || !may_insert(c, at, t) || !nest(c, at, t))
		return;
	if (indent_length > 0)
		s = indented(c, s, indent, indent_length);
	cursor_init(&content, s);
	parse(c, &content, NULL, NULL);
	c->nesting--;
}

static bool
same_name(const struct tag *a, const struct tag *b)
{
	return a->length == b->length && memcmp(a->name, b->name, a->length) == 0;
}

/* The block that was handed along for this place, from furthest out. */
static struct block *
block_for(const struct compiler *c, const struct tag *t)
{
	struct block *found = NULL;

	for (const struct scope *s = c->scope; s != NULL; s = s->outer) {
		for (struct block *b = s->blocks; b != NULL; b = b->next) {
			if (!same_name(&b->tag, t))
				continue;
			b->used = true;
			found = b;
		}
	}
	return found;
}

/* {{$name}}preset{{/name}}: what was handed along, or else the preset. */
static void
block(struct compiler *c, struct cursor *at, const struct tag *t)
{
	const struct scope *scope = c->scope;
	struct block *b = block_for(c, t);
	struct cursor content;
	struct tag closed;

	if (!nest(c, at, t))
		return;
	if (b != NULL && c->muted == 0 && may_insert(c, at, t)) {
		content = b->content;
		c->scope = b->scope;
		parse(c, &content, &b->tag, &closed);
		c->scope = scope;
	}
	c->muted += b != NULL;
	parse(c, at, t, &closed);
	c->muted -= b != NULL;
	c->nesting--;
}

/* Keeps a block that stands in {{<layout}}, and goes on behind it. */
static void
keep_block(struct compiler *c, struct cursor *at, const struct tag *t, struct scope *scope)
{
	struct block *b = arena_alloc(c->arena, sizeof(*b));
	struct tag closed;

	for (const struct block *other = scope->blocks; other != NULL; other = other->next)
		if (same_name(&other->tag, t))
			complain_tag(c, at, t, "the block is here already:");
	if (tag_is_alone(t))
		cursor_skip_line(at, t);
	*b = (struct block){ .next = scope->blocks, .tag = *t, .content = *at,
	    .scope = scope->outer };
	scope->blocks = b;
	parse(c, at, t, &closed);
	at->floor = at->at;
}

/* {{<layout}} … {{/layout}}: only the blocks in it count. */
static void
parent(struct compiler *c, struct cursor *at, const struct tag *t)
{
	struct scope scope = { .outer = c->scope };
	const char *indent = t->indent != NULL ? t->indent : t->start;
	struct tag inner = *t;
	bool ended = false;

	if (!nest(c, at, t))
		return;
	c->muted++;
	at->floor = at->at;
	while (!ended && next_tag(c, at, &inner)) {
		if (inner.kind == '$')
			keep_block(c, at, &inner, &scope);
		else if (inner.kind == '/' && same_name(&inner, t))
			ended = true;
		else if (inner.kind != '!')
			complain_tag(c, at, &inner, "only blocks may stand in a layout's tag, not");
	}
	c->muted--;
	if (!ended)
		complain_tag(c, at, t, "not closed:");
	c->nesting--;
	if (c->problem != NULL)
		return;

	if (t->indent != NULL && inner.rest != NULL) {
		cursor_skip_line(at, &inner);
	} else {
		add_text(c, indent, t->start);
		indent = t->start;
	}
	if (c->muted > 0)
		return;
	c->scope = &scope;
	insert(c, at, t, indent, (size_t)(t->start - indent));
	c->scope = scope.outer;
	for (const struct block *b = scope.blocks; b != NULL; b = b->next)
		if (!b->used && !(c->around->flags & MUSTACHE_LENIENT))
			complain_tag(c, at, &b->tag, "the layout has no block");
}

/* What one tag does, be it alone on its line or not. */
static void
obey(struct compiler *c, struct cursor *at, const struct tag *t)
{
	bool alone = tag_is_alone(t);

	if (c->in_words && strchr("v{&", t->kind) == NULL)
		complain_tag(c, at, t, "words hold names only, not");
	if (c->problem != NULL)
		return;
	switch (t->kind) {
	case '#':
	case '^':
		section(c, at, t);
		break;
	case '$':
		block(c, at, t);
		break;
	case '<':
		parent(c, at, t);
		break;
	case '>':
		if (c->muted == 0)
			insert(c, at, t, t->indent, alone ? (size_t)(t->start - t->indent) : 0);
		break;
	case '=':
		if (!cursor_delimiters(at, t))
			complain_tag(c, at, t, "these are no delimiters:");
		break;
	case '!':
		break;
	default:
		value(c, at, t);
	}
}

/* To the end of the template, or behind the tag that closes `opened`. */
static void
parse(struct compiler *c, struct cursor *at, const struct tag *opened, struct tag *closed)
{
	const char *text = at->at, *shown;
	struct tag t;

	while (next_tag(c, at, &t)) {
		bool alone = tag_is_alone(&t) && !c->in_words;
		/* The blanks before a layout's tag wait for its end. */
		bool held = alone || (t.kind == '<' && t.indent != NULL);

		shown = held ? t.indent : t.start;
		add_text(c, text, shown);
		if (alone && t.kind != '<')
			cursor_skip_line(at, &t);
		if (t.kind == '/') {
			if (opened != NULL && same_name(opened, &t)) {
				*closed = t;
				return;
			}
			complain_tag(c, at, &t, "this closes nothing that is open:");
			return;
		}
		obey(c, at, &t);
		text = at->at;
	}
	if (c->problem == NULL && opened != NULL)
		complain_tag(c, at, opened, "not closed:");
	add_text(c, text, at->end);
}

enum err
mustache_compile(struct arena *a, const struct source *s, const struct surroundings *around,
    struct program *out, const char **problem)
{
	struct compiler c = { .arena = a, .around = around };
	struct cursor at;

	buf_init(&c.text, a);
	cursor_init(&at, s);
	parse(&c, &at, NULL, NULL);
	here(&c);
	if (c.problem != NULL) {
		*problem = c.problem;
		return ERR_INVALID;
	}
	*out = (struct program){ .ops = c.ops, .count = c.count, .text_length = c.text_length };
	return ERR_OK;
}
