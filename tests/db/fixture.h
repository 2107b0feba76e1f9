/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/*
 * What query_test and db_test have in common: the connection that is tested,
 * the superuser beside it, and the schema and queries of tests/data/db/.
 * tests/db/run gives the conninfo of a migrated database without a user.
 */
#include "db/query.h"
#include <inttypes.h>
#include <stdlib.h>
#include "base/arena.h"
#include "base/buf.h"
#include "base/json.h"
#include "tests/db/test_queries.h"
#include "tests/unit/tap.h"

static struct arena *arena;
static PGconn *admin;			/* the superuser beside it */
static struct db *db;

/* One value as the superuser sees it, or "". */
static inline const char *
admin_do(const char *sql)
{
	PGresult *r = PQexec(admin, sql);
	const char *value = "";

	if (PQresultStatus(r) == PGRES_FATAL_ERROR)
		diag("admin: %s", PQerrorMessage(admin));
	if (PQntuples(r) > 0)
		value = arena_strdup(arena, PQgetvalue(r, 0, 0));
	PQclear(r);
	return value;
}

static inline bool
schema_load(void)
{
	const char *root = getenv("CHROMO_SOURCE");
	char *path = arena_printf(arena, "%s/tests/data/db/schema.sql", root != NULL ? root : ".");
	FILE *f = fopen(path, "r");
	PGresult *r;
	struct buf b;
	bool good;
	int c;

	if (f == NULL)
		return false;
	buf_init(&b, arena);
	while ((c = getc(f)) != EOF)
		buf_addch(&b, (char)c);
	fclose(f);
	r = PQexec(admin, b.data);
	good = PQresultStatus(r) == PGRES_COMMAND_OK;
	if (!good)
		diag("%s", PQerrorMessage(admin));
	PQclear(r);
	return good;
}

static inline void
begin(enum db_mode mode)
{
	if (db_begin(db, mode) != ERR_OK)
		ok(false, "begin");
}

static inline void
empty(void)
{
	begin(DB_WRITE);
	if (q_plant_remove_all(db, NULL) != ERR_OK || db_commit(db) != ERR_OK)
		ok(false, "emptied");
}

static inline void
fixture_open(int argc, char **argv)
{
	if (argc < 2) {
		fprintf(stderr, "usage: %s CONNINFO; see tests/db/run\n", argv[0]);
		exit(2);
	}
	json_setup();
	arena = arena_new();
	admin = PQconnectdb(arena_printf(arena, "%s user=postgres", argv[1]));
	ok(PQstatus(admin) == CONNECTION_OK && schema_load(), "the schema of the test");
	db = db_new(argv[1], "chromo_web", "chromo-web");
	db_use(db, arena);
}

static inline int
fixture_close(void)
{
	db_free(db);
	PQfinish(admin);
	arena_free(arena);
	return done();
}
