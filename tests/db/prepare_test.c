/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Every query of sql/queries/ against the schema as it is.
 *
 * Migrates an empty database, twice.  Then, for each query and each role that
 * its "-- role:" line names: PREPARE; number of parameters and shape of the
 * result as declared; EXPLAIN EXECUTE with NULLs, which checks the rights that
 * PREPARE does not.  The plan is the generic one, so that no NULL folds a
 * function or a table away before its rights are looked at.
 */
#include "db/query.h"
#include <stdlib.h>
#include "base/arena.h"
#include "base/buf.h"
#include "base/json.h"
#include "db/migrate.h"
#include "tests/unit/tap.h"

enum { OID_BOOL = 16, OID_BYTEA = 17, OID_INT8 = 20, OID_INT4 = 23, OID_TEXT = 25, OID_JSON = 114, OID_JSONB = 3802 };

static struct arena *arena;

static bool
good(PGconn *conn, PGresult *r, const struct query *q)
{
	ExecStatusType status = PQresultStatus(r);

	if (status == PGRES_COMMAND_OK || status == PGRES_TUPLES_OK)
		return true;
	diag("%s", q->place);
	tap_show("server", PQerrorMessage(conn));
	return false;
}

static bool
run(PGconn *conn, const char *sql, const struct query *q)
{
	PGresult *r = PQexec(conn, sql);
	bool held = good(conn, r, q);

	PQclear(r);
	return held;
}

/* What rows_int and the like read of the binary format. */
static bool
packed_holds(const PGresult *r)
{
	static const Oid read[] = { OID_BOOL, OID_BYTEA, OID_INT8, OID_INT4, OID_TEXT };
	int i, known = 0;

	for (i = 0; i < PQnfields(r); i++)
		for (size_t k = 0; k < sizeof read / sizeof read[0]; k++)
			known += PQftype(r, i) == read[k];
	return i > 0 && known == i;
}

static bool
shape_holds(const struct query *q, const PGresult *r)
{
	Oid type = PQnfields(r) == 1 ? PQftype(r, 0) : 0;

	switch (q->shape) {
	case SHAPE_JSON:
		return type == OID_JSON || type == OID_JSONB;
	case SHAPE_TEXT:
		return type != 0;
	case SHAPE_BYTES:
		return type == OID_BYTEA;
	case SHAPE_LIST:
	case SHAPE_ONE:
	case SHAPE_MANY:
		return PQnfields(r) > 0;
	case SHAPE_PACKED:
		return packed_holds(r);
	case SHAPE_EXEC:
		return true;
	}
	return false;
}

/* Columns are read by name, so each has one and no two are the same. */
static bool
columns_hold(const struct query *q, const PGresult *r)
{
	if (q->shape != SHAPE_ONE && q->shape != SHAPE_MANY && q->shape != SHAPE_PACKED && q->shape != SHAPE_LIST)
		return true;
	for (int i = 0; i < PQnfields(r); i++) {
		if (strcmp(PQfname(r, i), "?column?") == 0)
			return false;
		for (int j = 0; j < i; j++)
			if (strcmp(PQfname(r, i), PQfname(r, j)) == 0)
				return false;
	}
	return true;
}

static const char *
explain(const struct query *q)
{
	struct buf b;

	buf_init(&b, arena);
	buf_addf(&b, "EXPLAIN EXECUTE \"%s\"", q->name);
	for (int i = 0; i < q->n_params; i++)
		buf_adds(&b, i == 0 ? "(NULL" : ", NULL");
	buf_adds(&b, q->n_params > 0 ? ")" : "");
	return b.data;
}

static void
check(PGconn *conn, const struct query *q, const char *role)
{
	PGresult *r;

	r = PQprepare(conn, q->name, q->sql, 0, NULL);
	if (!ok(good(conn, r, q), "%s: prepared by %s", q->name, role)) {
		PQclear(r);
		return;
	}
	PQclear(r);

	r = PQdescribePrepared(conn, q->name);
	if (good(conn, r, q)) {
		is_int(PQnparams(r), q->n_params, "%s: number of parameters", q->name);
		ok(shape_holds(q, r), "%s: the result is of the shape that it says", q->name);
		ok(columns_hold(q, r), "%s: every column has a name of its own", q->name);
	}
	PQclear(r);
	ok(run(conn, explain(q), q), "%s: %s may run it", q->name, role);
}

static void
check_role(const char *conninfo, const char *role)
{
	PGconn *conn = PQconnectdb(arena_printf(arena, "%s user=chromo_%s"
	    " options='-c plan_cache_mode=force_generic_plan'", conninfo, role));
	char *wanted = arena_printf(arena, " %s ", role);

	if (!ok(PQstatus(conn) == CONNECTION_OK, "chromo_%s connects", role))
		tap_show("server", PQerrorMessage(conn));
	else
		for (const struct query *q = db_queries; q->name != NULL; q++)
			if (strstr(arena_printf(arena, " %s ", q->roles), wanted) != NULL)
				check(conn, q, role);
	PQfinish(conn);
}

int
main(int argc, char **argv)
{
	static const char *const roles[] = { "web", "courier", "relay", "report", "owner" };
	const char *root = getenv("CHROMO_SOURCE"), *problem = "";
	char *admin, *directory;

	if (argc < 2) {
		fprintf(stderr, "usage: prepare_test CONNINFO; see tests/db/run\n");
		return 2;
	}
	json_setup();
	arena = arena_new();
	admin = arena_printf(arena, "%s user=postgres", argv[1]);
	directory = arena_printf(arena, "%s/sql", root != NULL ? root : ".");

	/* migrate tells its steps on standard output, where TAP is. */
	printf("# migrate\n");
	if (!ok(migrate(admin, directory, MIGRATE_RUN, &problem) == ERR_OK, "an empty database is migrated"))
		tap_show("problem", problem);
	if (!ok(migrate(admin, directory, MIGRATE_RUN, &problem) == ERR_OK, "a second time too"))
		tap_show("problem", problem);
	if (!ok(migrate(admin, directory, MIGRATE_CHECK, &problem) == ERR_OK, "nothing is due then"))
		tap_show("problem", problem);

	for (size_t i = 0; i < sizeof roles / sizeof roles[0]; i++)
		check_role(argv[1], roles[i]);
	arena_free(arena);
	return done();
}
