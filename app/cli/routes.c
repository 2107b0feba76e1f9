/* SPDX-License-Identifier: Apache-2.0 */
/*
 * chromo routes: every URL with what it asks for.  The one place where the
 * command looks into web/: it prints the very table that the workers serve.
 */
#include <stdio.h>

#include "cli/cli.h"
#include "web/web.h"

static const struct { uint32_t flag; const char *name; } names[] = {
	{ ANYONE, "anyone" }, { CITIZEN, "citizen" }, { STAFF_ANY, "staff" }, { STAFF_STEP, "staff-step" },
	{ OPERATOR, "operator" }, { ANY_HOST, "any-host" }, { OPERATOR_DOOR, "operator-door" }, { RIGHT_WRITE, "write" },
	{ RIGHT_APPROVE, "approve" }, { RIGHT_ADMIN, "admin" }, { TOKEN, "token" }, { FOREIGN, "foreign" }, { SIGNED, "signed" },
	{ CACHED, "cached" }, { DEVELOPMENT, "development" }, { WRITES, "writes" }, { DRAFT, "draft" }, { UPLOAD, "upload" },
	{ TABLE, "table" }, { UNKNOWN, "unknown" }, { CROWD, "crowd" }, { FRESH, "fresh" }, { FILE_OF, "file" },
	{ UNKEPT, "unkept" },
};

static void
print(const struct route *r, bool json)
{
	const char *method = r->method == METHOD_POST ? "POST" : "GET", *comma = "";
	size_t i;

	if (json)
		printf("{\"method\":\"%s\",\"path\":\"%s\",\"asks\":[", method, r->pattern);
	else
		printf("%-4s  %-44s", method, r->pattern);
	for (i = 0; i < sizeof names / sizeof *names; i++) {
		if (!(r->flags & names[i].flag))
			continue;
		if (json)
			printf("%s\"%s\"", comma, names[i].name);
		else
			printf(" %s", names[i].name);
		comma = ",";
	}
	printf(json ? "]}\n" : "\n");
}

int
cli_routes(struct cli *c)
{
	struct router *router;
	const struct route *const *table, *row;
	char *problem;

	if (router_open(routes, &router, &problem) != ERR_OK) {
		fprintf(stderr, "chromo: routes: %s\n", problem);
		return CLI_FAILED;
	}
	router_free(router);
	for (table = routes; *table != NULL; table++)
		for (row = *table; row->pattern != NULL; row++)
			print(row, c->json);
	return CLI_OK;
}
