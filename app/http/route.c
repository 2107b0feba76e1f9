/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The route table, compiled once into a tree: one node for each part of a path,
 * its literal children sorted by name, and at most one child for any {name}.
 * A request walks down once; where a literal part leads nowhere for its method,
 * the walk comes back and tries {name}.
 */
#include "http/route.h"

#include "base/arena.h"
#include "base/log.h"

/* What stands at a node for one method. */
struct leaf {
	const struct route *route;
	const char *name[ROUTE_ARGS_MAX];
	int n;
};

struct node {
	const char *part;		/* the literal; "" at the root and for {name} */
	size_t part_len;
	struct node **child;		/* literal ones, in order */
	size_t children, room;
	struct node *any;		/* {name} */
	struct leaf get, post;
};

struct router {
	struct arena *arena;
	struct node root;
};

/* One request on its way down. */
struct walk {
	enum method method;
	const char *value[ROUTE_ARGS_MAX];
	size_t value_len[ROUTE_ARGS_MAX];
	bool get, post;			/* methods seen at full matches */
};

static const char name_chars[] = "abcdefghijklmnopqrstuvwxyz0123456789_";
static const char literal_chars[] = "abcdefghijklmnopqrstuvwxyz0123456789_"
    "ABCDEFGHIJKLMNOPQRSTUVWXYZ.-~";

static int
compare(const char *a, size_t a_len, const char *b, size_t b_len)
{
	int c = memcmp(a, b, a_len < b_len ? a_len : b_len);

	if (c != 0)
		return c;
	return (a_len > b_len) - (a_len < b_len);
}

/* Where the literal is among the children, or where it belongs. */
static bool
search(const struct node *node, const char *part, size_t n, size_t *at)
{
	size_t low = 0, high = node->children;

	while (low < high) {
		size_t middle = low + (high - low) / 2;
		int c = compare(part, n, node->child[middle]->part, node->child[middle]->part_len);

		if (c == 0) {
			*at = middle;
			return true;
		}
		if (c < 0)
			high = middle;
		else
			low = middle + 1;
	}
	*at = low;
	return false;
}

static struct node *
literal_child(struct router *r, struct node *node, const char *part, size_t n)
{
	struct node **grown, *new;
	size_t at;

	if (search(node, part, n, &at))
		return node->child[at];

	if (node->children == node->room) {
		node->room = node->room == 0 ? 4 : 2 * node->room;
		grown = arena_alloc(r->arena, node->room * sizeof(struct node *));
		if (node->children > 0)
			memcpy(grown, node->child, node->children * sizeof(struct node *));
		node->child = grown;
	}
	new = arena_alloc(r->arena, sizeof *new);
	new->part = part;
	new->part_len = n;
	memmove(&node->child[at + 1], &node->child[at],
	    (node->children - at) * sizeof(struct node *));
	node->child[at] = new;
	node->children++;
	return new;
}

/* A {name}: kept in the leaf, because another route may call it differently. */
static const char *
add_name(struct router *r, struct leaf *leaf, const char *name, size_t n)
{
	if (n == 0 || strspn(name, name_chars) != n)
		return "a {name} is of a-z, 0-9 and _";
	if (leaf->n == ROUTE_ARGS_MAX)
		return "too many {names}";
	for (int i = 0; i < leaf->n; i++)
		if (strlen(leaf->name[i]) == n && memcmp(leaf->name[i], name, n) == 0)
			return "a {name} stands twice";
	leaf->name[leaf->n++] = arena_strndup(r->arena, name, n);
	return NULL;
}

/* Goes down the pattern, making what is missing.  NULL, or what is wrong. */
static const char *
add_pattern(struct router *r, const char *pattern, struct leaf *leaf, struct node **out)
{
	struct node *node = &r->root;
	const char *part = pattern, *problem;
	size_t n;

	if (pattern[0] != '/')
		return "a pattern starts with /";
	for (; part[0] == '/' && (part != pattern || part[1] != '\0'); part += n) {
		part++;
		n = strcspn(part, "/");
		if (n > 2 && part[0] == '{' && part[n - 1] == '}') {
			problem = add_name(r, leaf, part + 1, n - 2);
			if (problem != NULL)
				return problem;
			if (node->any == NULL) {
				node->any = arena_alloc(r->arena, sizeof *node->any);
				node->any->part = "";
			}
			node = node->any;
		} else if (n > 0 && strspn(part, literal_chars) == n) {
			node = literal_child(r, node, part, n);
		} else {
			return "a part is empty or has characters that are none of a route";
		}
	}
	*out = node;
	return NULL;
}

static const char *
add_route(struct router *r, const struct route *route)
{
	struct leaf leaf = { .route = route }, *place;
	struct node *node;
	const char *problem;

	if (route->method != METHOD_GET && route->method != METHOD_POST)
		return "the method is neither GET nor POST";
	if (route->flags == 0)
		return "no permission is declared";
	if (route->handler == NULL)
		return "there is no handler";
	problem = add_pattern(r, route->pattern, &leaf, &node);
	if (problem != NULL)
		return problem;

	place = route->method == METHOD_GET ? &node->get : &node->post;
	if (place->route != NULL)
		return "another row matches the same requests";
	*place = leaf;
	return NULL;
}

enum err
router_open(const struct route *const tables[], struct router **out, char **problem)
{
	struct arena *arena = arena_new();
	struct router *r = arena_alloc(arena, sizeof *r);
	const struct route *row;

	r->arena = arena;
	r->root.part = "";
	for (; *tables != NULL; tables++)
		for (row = *tables; row->pattern != NULL; row++) {
			const char *why = add_route(r, row);

			if (why == NULL)
				continue;
			if (asprintf(problem, "route %s %s: %s",
			    row->method == METHOD_POST ? "POST" : "GET", row->pattern, why) < 0)
				log_panic("memory.out");
			router_free(r);
			return ERR_INVALID;
		}
	*out = r;
	return ERR_OK;
}

void
router_free(struct router *r)
{
	if (r != NULL)
		arena_free(r->arena);
}

/* The leaf for this method below node, path being "" or what follows from '/'. */
static const struct leaf *
descend(const struct node *node, const char *path, int depth, struct walk *w)
{
	const struct leaf *leaf;
	const char *part;
	size_t n, at;

	if (path[0] == '\0') {
		w->get = w->get || node->get.route != NULL;
		w->post = w->post || node->post.route != NULL;
		leaf = w->method == METHOD_POST ? &node->post : &node->get;
		return w->method != METHOD_OTHER && leaf->route != NULL ? leaf : NULL;
	}

	part = path + 1;
	n = strcspn(part, "/");
	if (search(node, part, n, &at)) {
		leaf = descend(node->child[at], part + n, depth, w);
		if (leaf != NULL)
			return leaf;
	}
	if (node->any == NULL || n == 0)
		return NULL;
	/* No deeper than the patterns are, which add_name has bounded. */
	w->value[depth] = part;
	w->value_len[depth] = n;
	return descend(node->any, part + n, depth + 1, w);
}

enum err
router_find(const struct router *r, struct arena *arena, enum method method, const char *path,
    const struct route **out, struct route_args *args, const char **allow)
{
	struct walk w = { .method = method };
	const struct leaf *leaf;

	if (path[0] != '/')
		return ERR_NOT_FOUND;
	leaf = descend(&r->root, path[1] == '\0' ? "" : path, 0, &w);
	if (leaf == NULL) {
		if (!w.get && !w.post)
			return ERR_NOT_FOUND;
		*allow = !w.get ? "POST" : w.post ? "GET, HEAD, POST" : "GET, HEAD";
		return ERR_INVALID;
	}

	*args = (struct route_args){ .n = leaf->n };
	for (int i = 0; i < leaf->n; i++) {
		args->name[i] = leaf->name[i];
		args->value[i] = arena_strndup(arena, w.value[i], w.value_len[i]);
	}
	*out = leaf->route;
	return ERR_OK;
}
