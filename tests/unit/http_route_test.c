/* SPDX-License-Identifier: Apache-2.0 */
/* The route table: what is found, what is refused at start (R05). */
#include "base/arena.h"
#include "http/route.h"
#include "tap.h"

static enum err
handler(struct web *w)
{
	(void)w;
	return ERR_OK;
}

static const struct route table[] = {
	{ METHOD_GET, "/", handler, 1 },
	{ METHOD_GET, "/surveys", handler, 2 },
	{ METHOD_GET, "/surveys/{survey}", handler, 3 },
	{ METHOD_POST, "/surveys/{survey}", handler, 4 },
	{ METHOD_POST, "/surveys/new", handler, 5 },
	{ METHOD_GET, "/surveys/{id}/results", handler, 6 },
	{ METHOD_GET, "/surveys/new/help", handler, 7 },
	{ METHOD_GET, "/{a}/{b}/{c}/{d}", handler, 8 },
	{ METHOD_POST, "/hooks/line/{tenant}", handler, 9 },
	{ METHOD_GET, "/robots.txt", handler, 10 },
	{ METHOD_GET, "/surveys-old", handler, 11 },
	{ METHOD_GET, "/survey", handler, 12 },
	{ .pattern = NULL }
};

static struct arena *arena;
static struct router *router;

/* flags of the row found, 0: not found, -1: another method. */
static long
find(enum method method, const char *path, struct route_args *args, const char **allow)
{
	const struct route *route;

	switch (router_find(router, arena, method, path, &route, args, allow)) {
	case ERR_OK: return (long)route->flags;
	case ERR_INVALID: return -1;
	default: return 0;
	}
}

static void
test_find(void)
{
	static const struct {
		enum method method;
		const char *path;
		long flags;
	} cases[] = {
		{ METHOD_GET, "/", 1 }, { METHOD_HEAD, "/", 1 },
		{ METHOD_GET, "/surveys", 2 }, { METHOD_GET, "/surveys-old", 11 },
		{ METHOD_GET, "/survey", 12 }, { METHOD_GET, "/surve", 0 },
		{ METHOD_GET, "/surveys/7", 3 }, { METHOD_POST, "/surveys/7", 4 },
		{ METHOD_HEAD, "/surveys/7", 3 },
		{ METHOD_POST, "/surveys/new", 5 },	/* the literal wins */
		{ METHOD_GET, "/surveys/new", 3 },	/* it has no GET */
		{ METHOD_GET, "/surveys/new/help", 7 },
		{ METHOD_GET, "/surveys/new/results", 6 },	/* comes back from "new" */
		{ METHOD_GET, "/surveys/new/x/y", 8 },
		{ METHOD_GET, "/a/b/c/d", 8 }, { METHOD_GET, "/a/b/c", 0 },
		{ METHOD_GET, "/a/b/c/d/e", 0 }, { METHOD_GET, "/a//c/d", 0 },
		{ METHOD_GET, "/robots.txt", 10 }, { METHOD_GET, "/robotsxtxt", 0 },
		{ METHOD_GET, "", 0 }, { METHOD_GET, "surveys", 0 },
		{ METHOD_GET, "/surveys/", 0 }, { METHOD_GET, "/{a}", 0 },
		{ METHOD_POST, "/surveys", -1 }, { METHOD_GET, "/hooks/line/3", -1 },
		{ METHOD_OTHER, "/surveys/7", -1 }, { METHOD_OTHER, "/nothing", 0 },
	};
	struct route_args args;
	const char *allow;

	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++)
		is_int(find(cases[i].method, cases[i].path, &args, &allow), cases[i].flags,
		    "method %d, %s", (int)cases[i].method, cases[i].path);
}

static void
test_args(void)
{
	struct route_args args;
	const char *allow = NULL;

	find(METHOD_GET, "/surveys/12", &args, &allow);
	is_int(args.n, 1, "one argument");
	is_str(args.name[0], "survey", "its name");
	is_str(args.value[0], "12", "its value");
	find(METHOD_GET, "/surveys/12/results", &args, &allow);
	is_str(args.name[0], "id", "the same place under another name");
	find(METHOD_GET, "/surveys/new/results", &args, &allow);
	is_str(args.value[0], "new", "a literal as a value");
	find(METHOD_GET, "/一/b/c/四", &args, &allow);
	is_int(args.n, 4, "four arguments");
	is_str(args.value[0], "一", "first");
	is_str(args.value[3], "四", "last");

	find(METHOD_OTHER, "/surveys/7", &args, &allow);
	is_str(allow, "GET, HEAD, POST", "Allow of both");
	find(METHOD_POST, "/surveys", &args, &allow);
	is_str(allow, "GET, HEAD", "Allow of a page");
	find(METHOD_GET, "/hooks/line/3", &args, &allow);
	is_str(allow, "POST", "Allow of a hook");
}

static void
test_refused(void)
{
	static const struct route rows[] = {
		{ METHOD_GET, "", handler, 1 }, { METHOD_GET, "a", handler, 1 },
		{ METHOD_GET, "/a/", handler, 1 }, { METHOD_GET, "//", handler, 1 },
		{ METHOD_GET, "/a//b", handler, 1 }, { METHOD_GET, "/{}", handler, 1 },
		{ METHOD_GET, "/{a", handler, 1 }, { METHOD_GET, "/{a}b", handler, 1 },
		{ METHOD_GET, "/{A}", handler, 1 }, { METHOD_GET, "/a b", handler, 1 },
		{ METHOD_GET, "/{a}/{a}", handler, 1 },
		{ METHOD_GET, "/{a}/{b}/{c}/{d}/{e}", handler, 1 },
		{ METHOD_GET, "/a", handler, 0 }, { METHOD_GET, "/a", NULL, 1 },
		{ METHOD_HEAD, "/a", handler, 1 }, { METHOD_OTHER, "/a", handler, 1 },
	};
	static const struct route twice[] = {
		{ METHOD_GET, "/a/{x}", handler, 1 }, { METHOD_GET, "/a/{y}", handler, 1 }, { .pattern = NULL }
	};
	struct router *r;
	char *problem;

	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		const struct route one[] = { rows[i], { .pattern = NULL } };

		problem = NULL;
		is_int(router_open((const struct route *const[]){ one, NULL }, &r, &problem), ERR_INVALID, "refused: \"%s\" method %d",
		    rows[i].pattern, (int)rows[i].method);
		free(problem);
	}
	problem = NULL;
	is_int(router_open((const struct route *const[]){ twice, NULL }, &r, &problem), ERR_INVALID, "two rows for the same requests");
	is_str(problem, "route GET /a/{y}: another row matches the same requests", "names the row");
	free(problem);
}

int
main(void)
{
	char *problem = NULL;

	arena = arena_new();
	test_refused();
	is_int(router_open((const struct route *const[]){ table, NULL }, &router, &problem), ERR_OK, "opens");
	if (problem != NULL)
		diag("%s", problem);
	test_find();
	test_args();
	router_free(router);
	router_free(NULL);
	arena_free(arena);
	return done();
}
