/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Differences of two texts by their longest common subsequence, first of lines,
 * then of the characters of lines that stand against each other.  Texts too long
 * for the table are shown as replaced: right, if not pretty.
 */
#include "base/diff.h"

#include <stdbool.h>
#include <string.h>

#include "base/arena.h"
#include "base/buf.h"
#include "base/json.h"
#include "base/text.h"

enum { CELLS_MAX = 1 << 21, ISLAND = 2 };

/* A line or a character. */
struct token {
	const char *at;
	size_t n;
};

struct tokens {
	struct token *list;
	size_t n;
};

enum kind { SAME, REMOVED, ADDED };

struct run {
	enum kind kind;
	const char *at;
	size_t n;
};

struct runs {
	struct arena *arena;
	struct run *list;
	size_t n, room;
};

static void
add(struct runs *r, enum kind kind, const char *at, size_t n)
{
	struct run *last = r->n > 0 ? &r->list[r->n - 1] : NULL;

	if (n == 0)
		return;
	if (last != NULL && last->kind == kind && last->at + last->n == at) {
		last->n += n;
		return;
	}
	if (r->n == r->room) {
		size_t room = r->room > 0 ? r->room * 2 : 64;
		struct run *more = arena_alloc(r->arena, room * sizeof *more);

		if (r->n > 0)
			memcpy(more, r->list, r->n * sizeof *more);
		r->list = more;
		r->room = room;
	}
	r->list[r->n++] = (struct run){ kind, at, n };
}

static struct tokens
split(struct arena *a, const char *text, size_t n, bool lines)
{
	struct tokens t = { arena_alloc(a, (n + 1) * sizeof(struct token)), 0 };
	size_t i = 0;

	while (i < n) {
		size_t from = i;

		if (lines) {
			const char *end = memchr(text + i, '\n', n - i);

			i = end != NULL ? (size_t)(end - text) + 1 : n;
		} else
			(void)text_next(text, n, &i);
		t.list[t.n++] = (struct token){ text + from, i - from };
	}
	return t;
}

static bool
equal(struct token a, struct token b)
{
	return a.n == b.n && memcmp(a.at, b.at, a.n) == 0;
}

/* What is between the common beginning and the common end. */
static void
middle(struct runs *r, struct tokens was, struct tokens is, bool lines);

static void
replaced(struct runs *r, struct tokens was, struct tokens is, bool lines)
{
	const char *w = was.n > 0 ? was.list[0].at : NULL, *i = is.n > 0 ? is.list[0].at : NULL;
	size_t wn = was.n > 0 ? (size_t)(was.list[was.n - 1].at + was.list[was.n - 1].n - w) : 0;
	size_t in = is.n > 0 ? (size_t)(is.list[is.n - 1].at + is.list[is.n - 1].n - i) : 0;

	if (lines && wn > 0 && in > 0) {
		middle(r, split(r->arena, w, wn, false), split(r->arena, i, in, false), false);
		return;
	}
	add(r, REMOVED, w, wn);
	add(r, ADDED, i, in);
}

static void
middle(struct runs *r, struct tokens was, struct tokens is, bool lines)
{
	size_t width = is.n + 1, i, j, wi = 0, ij = 0;
	uint16_t *length;

	if (was.n == 0 || is.n == 0 || was.n > 60000 || is.n > 60000 || (was.n + 1) * width > CELLS_MAX) {
		replaced(r, was, is, lines && was.n * is.n > 0);
		return;
	}
	length = arena_alloc(r->arena, (was.n + 1) * width * sizeof *length);
	memset(length, 0, (was.n + 1) * width * sizeof *length);
	for (i = was.n; i-- > 0;)
		for (j = is.n; j-- > 0;) {
			uint16_t down = length[(i + 1) * width + j], right = length[i * width + j + 1];

			length[i * width + j] = equal(was.list[i], is.list[j])
			    ? (uint16_t)(length[(i + 1) * width + j + 1] + 1) : down > right ? down : right;
		}
	for (i = j = 0; i < was.n || j < is.n;) {
		if (i < was.n && j < is.n && equal(was.list[i], is.list[j])) {
			replaced(r, (struct tokens){ was.list + wi, i - wi },
			    (struct tokens){ is.list + ij, j - ij }, lines);
			add(r, SAME, is.list[j].at, is.list[j].n);
			wi = ++i;
			ij = ++j;
		} else if (j == is.n || (i < was.n && length[(i + 1) * width + j] >= length[i * width + j + 1]))
			i++;
		else
			j++;
	}
	replaced(r, (struct tokens){ was.list + wi, i - wi }, (struct tokens){ is.list + ij, j - ij }, lines);
}

/* The common beginning and end need no table. */
static void
compare(struct runs *r, struct tokens was, struct tokens is)
{
	size_t head = 0, tail = 0, i;

	while (head < was.n && head < is.n && equal(was.list[head], is.list[head]))
		head++;
	while (tail < was.n - head && tail < is.n - head &&
	    equal(was.list[was.n - 1 - tail], is.list[is.n - 1 - tail]))
		tail++;
	for (i = 0; i < head; i++)
		add(r, SAME, is.list[i].at, is.list[i].n);
	middle(r, (struct tokens){ was.list + head, was.n - head - tail },
	    (struct tokens){ is.list + head, is.n - head - tail }, true);
	for (i = is.n - tail; i < is.n; i++)
		add(r, SAME, is.list[i].at, is.list[i].n);
}

static void
piece(json_t *list, const struct buf *same, const struct buf *removed, const struct buf *added)
{
	if (same->len > 0)
		json_array_append_new(list, json_pack("{s:s, s:n, s:n}", "same", same->data, "removed", "added"));
	if (removed->len > 0)
		json_array_append_new(list, json_pack("{s:n, s:s, s:n}", "same", "removed", removed->data, "added"));
	if (added->len > 0)
		json_array_append_new(list, json_pack("{s:n, s:n, s:s}", "same", "removed", "added", added->data));
}

/* One or two characters that stayed between two changes are read as changed too:
 * nobody reads a word of which every other character is crossed out. */
static bool
island(const struct runs *r, size_t i)
{
	size_t n, at = 0;

	if (r->list[i].kind != SAME || i == 0 || i + 1 == r->n || memchr(r->list[i].at, '\n', r->list[i].n) != NULL)
		return false;
	for (n = 0; at < r->list[i].n && n <= ISLAND; n++)
		(void)text_next(r->list[i].at, r->list[i].n, &at);
	return n <= ISLAND;
}

json_t *
diff_text(struct arena *a, const char *was, const char *is)
{
	struct runs r = { .arena = a };
	json_t *list = json_keep(a, json_array());
	struct buf same, removed, added;
	size_t i;

	compare(&r, split(a, was, strlen(was), true), split(a, is, strlen(is), true));
	buf_init(&same, a);
	buf_init(&removed, a);
	buf_init(&added, a);
	for (i = 0; i < r.n; i++) {
		const struct run *run = &r.list[i];

		if (run->kind == REMOVED || island(&r, i))
			buf_add(&removed, run->at, run->n);
		if (run->kind == ADDED || island(&r, i))
			buf_add(&added, run->at, run->n);
		if (run->kind != SAME || island(&r, i))
			continue;
		piece(list, &same, &removed, &added);
		buf_reset(&removed);
		buf_reset(&added);
		buf_reset(&same);
		buf_add(&same, run->at, run->n);
		piece(list, &same, &removed, &added);
		buf_reset(&same);
	}
	piece(list, &same, &removed, &added);
	return list;
}
