/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Runs a compiled template over a view.
 *
 * The stack of contexts has a fixed size, because the compiler has seen how deep
 * sections nest.  A budget of operations is the second line: a list in a list
 * in a list ends as an error in the log, not as a worker that is busy for good.
 */
#include "base/mustache_program.h"
#include "base/log.h"

#include <inttypes.h>
#include <string.h>

enum { BUDGET = 2 * 1000 * 1000, NUMBER_MAX = 64, PRECISION = 15 };

/* A section that is being rendered. */
struct frame {
	const json_t *list;	/* NULL: it is rendered once */
	size_t next;		/* item of the list */
};

struct run {
	const json_t *contexts[MUSTACHE_DEPTH + 1];
	struct frame frames[MUSTACHE_DEPTH + 1];
	size_t depth;		/* contexts[depth] is the innermost */
	int flags;
	bool failed;
};

static void
fail(struct run *r, const struct path *p, const char *why)
{
	if (!r->failed)
		log_error("template.failed file=%s line=%zu name=%s why=%s", p->file, p->line,
		    p->name, why);
	r->failed = true;
}

/* The first key decides in which context the rest is looked up; a null on
 * the way (there is no such thing) makes all behind it null. */
static const json_t *
look_up(struct run *r, const struct path *p)
{
	const json_t *value = NULL;
	size_t i = r->depth + 1;

	if (p->count == 0)
		return r->contexts[r->depth];
	while (value == NULL && i-- > 0)
		value = json_object_get(r->contexts[i], p->keys[0]);
	for (size_t k = 1; k < p->count && value != NULL && !json_is_null(value); k++)
		value = json_object_get(value, p->keys[k]);
	if (value == NULL && (r->flags & MUSTACHE_STRICT))
		fail(r, p, "missing");
	return value;
}

static bool
is_true(const json_t *value)
{
	return value != NULL && !json_is_null(value) && !json_is_false(value) &&
	    !(json_is_array(value) && json_array_size(value) == 0);
}

static void
add_value(struct run *r, const struct path *p, const json_t *value, bool escaped, struct buf *out)
{
	char number[NUMBER_MAX];
	size_t n;

	switch (json_typeof(value)) {
	case JSON_STRING:
		if (escaped)
			buf_add_html(out, json_string_value(value), json_string_length(value));
		else
			buf_add(out, json_string_value(value), json_string_length(value));
		break;
	case JSON_INTEGER:
		buf_addf(out, "%" JSON_INTEGER_FORMAT, json_integer_value(value));
		break;
	case JSON_REAL:
		n = json_dumpb(value, number, sizeof(number),
		    JSON_ENCODE_ANY | JSON_REAL_PRECISION(PRECISION));
		must(n <= sizeof(number));
		buf_add(out, number, n);
		break;
	case JSON_TRUE:
		buf_adds(out, "true");
		break;
	case JSON_FALSE:
		buf_adds(out, "false");
		break;
	case JSON_NULL:
		break;
	default:
		if (r->flags & MUSTACHE_STRICT)
			fail(r, p, "not-a-text");
	}
}

/* Where to go on. */
static size_t
enter(struct run *r, const struct op *op, size_t at)
{
	const json_t *value = look_up(r, op->path);
	bool list = json_is_array(value);

	if (!is_true(value))
		return op->jump;
	must(r->depth < MUSTACHE_DEPTH);
	r->depth++;
	r->frames[r->depth] = (struct frame){ .list = list ? value : NULL, .next = 1 };
	r->contexts[r->depth] = list ? json_array_get(value, 0) : value;
	return at + 1;
}

static size_t
leave(struct run *r, const struct op *op, size_t at)
{
	struct frame *f = &r->frames[r->depth];

	if (f->list != NULL && f->next < json_array_size(f->list)) {
		r->contexts[r->depth] = json_array_get(f->list, f->next++);
		return op->jump;
	}
	r->depth--;
	return at + 1;
}

/* The operation at `at`; gives the next. */
static inline size_t
step(struct run *r, const struct op *op, size_t at, struct buf *out)
{
	const json_t *value;

	switch (op->kind) {
	case OP_TEXT:
		buf_add(out, op->text, op->length);
		return at + 1;
	case OP_VALUE:
	case OP_ESCAPED:
		value = look_up(r, op->path);
		if (value != NULL)
			add_value(r, op->path, value, op->kind == OP_ESCAPED, out);
		return at + 1;
	case OP_SECTION:
		return enter(r, op, at);
	case OP_INVERTED:
		return is_true(look_up(r, op->path)) ? op->jump : at + 1;
	case OP_END:
		return leave(r, op, at);
	}
	log_panic("template.operation kind=%d", (int)op->kind);
}

enum err
mustache_render(const struct program *p, int flags, const json_t *view, struct buf *out)
{
	struct run r = { .flags = flags };
	size_t before = out->len, budget = BUDGET, at = 0;

	r.contexts[0] = view;
	buf_reserve(out, p->text_length * 2);
	while (at < p->count && !r.failed && budget-- > 0)
		at = step(&r, &p->ops[at], at, out);
	if (at == p->count && !r.failed)
		return ERR_OK;
	if (!r.failed)
		log_error("template.failed why=budget operations=%d", (int)BUDGET);
	out->len = before;
	out->data[before] = '\0';
	return ERR_INVALID;
}
