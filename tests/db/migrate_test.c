/* SPDX-License-Identifier: Apache-2.0 */
/*
 * migrate() on an empty database, with a folder of small files that this test
 * writes and then spoils in every way that must be refused.  tests/db/run
 * gives the conninfo of an empty database as the second argument.
 */
#include "db/migrate.h"
#include <libpq-fe.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>
#include "base/arena.h"
#include "tests/unit/tap.h"

static struct arena *arena;
static const char *conninfo;		/* of the superuser */
static const char *without_user;
static char directory[] = "/tmp/chromo-migrate-XXXXXX";

static char *
path_of(const char *name)
{
	return arena_printf(arena, "%s/%s", directory, name);
}

static void
put(const char *name, const char *text)
{
	FILE *f = fopen(path_of(name), "w");

	if (f == NULL || fputs(text, f) < 0 || fclose(f) != 0)
		ok(false, "write %s", name);
}

static void
drop(const char *name)
{
	if (unlink(path_of(name)) != 0)
		ok(false, "remove %s", name);
}

static void
copy(const char *name)
{
	const char *root = getenv("CHROMO_SOURCE");
	FILE *in = fopen(arena_printf(arena, "%s/sql/%s", root != NULL ? root : ".", name), "r");
	FILE *out = fopen(path_of(name), "w");
	int c;

	if (in == NULL || out == NULL) {
		ok(false, "copy %s", name);
		return;
	}
	while ((c = getc(in)) != EOF)
		putc(c, out);
	fclose(in);
	fclose(out);
}

static const char *
ask(const char *sql)
{
	PGconn *conn = PQconnectdb(conninfo);
	PGresult *r = PQexec(conn, sql);
	const char *value = "";

	if (PQntuples(r) > 0)
		value = arena_strdup(arena, PQgetvalue(r, 0, 0));
	else if (PQresultStatus(r) == PGRES_FATAL_ERROR)
		tap_show("server", PQerrorMessage(conn));
	PQclear(r);
	PQfinish(conn);
	return value;
}

/* The problem must name what is wrong. */
static void
refused(enum migrate_mode mode, enum err wanted, const char *part, const char *what)
{
	const char *problem = "";

	is_int(migrate(conninfo, directory, mode, &problem), wanted, "%s", what);
	if (!ok(strstr(problem, part) != NULL, "… and says %s", part))
		tap_show("problem", problem);
}

static void
runs(const char *what)
{
	const char *problem = "";

	if (!is_int(migrate(conninfo, directory, MIGRATE_RUN, &problem), ERR_OK, "%s", what))
		tap_show("problem", problem);
}

static void
test_run(void)
{
	put("migrations/0001_plant.sql", "CREATE TABLE plant (id bigint PRIMARY KEY, name text);\n");
	put("migrations/0002_tree.sql", "ALTER TABLE plant ADD COLUMN tree boolean;\nSET ROLE chromo_directory;\n");
	put("functions/plant.sql", "CREATE OR REPLACE FUNCTION plants() RETURNS bigint LANGUAGE sql AS\n"
	    "$$ SELECT count(*) FROM plant WHERE tree IS NULL $$;\n"
	    "SET LOCAL ROLE chromo_directory;\n"
	    "CREATE OR REPLACE FUNCTION one() RETURNS int LANGUAGE sql SECURITY DEFINER AS $$ SELECT 1 $$;\n");
	put("data/plant.sql", "INSERT INTO plant VALUES (1, '梅') ON CONFLICT (id) DO UPDATE SET name = excluded.name;\n");

	refused(MIGRATE_CHECK, ERR_NOT_FOUND, "2 migrations", "an empty database");
	runs("a first run");
	is_str(ask("SELECT plants()"), "1", "migrations, functions and data are there");
	is_str(ask("SELECT string_agg(name, ' ' ORDER BY number) FROM schema_migration"),
	    "0001_plant.sql 0002_tree.sql", "both are recorded");
	is_str(ask("SELECT tableowner FROM pg_tables WHERE tablename = 'plant'"), "chromo_owner", "the owner owns");
	is_str(ask("SELECT proowner::regrole FROM pg_proc WHERE proname = 'one'"), "chromo_directory",
	    "a file may take the role of chromo_directory");
	is_str(ask("SELECT count(*) FROM pg_roles WHERE rolname LIKE 'chromo\\_%'"
	    " AND NOT (rolsuper OR rolbypassrls OR rolcreaterole OR rolcreatedb OR rolinherit)"),
	    "6", "six roles without powers");
	is_str(ask("SELECT string_agg(rolname, ' ' ORDER BY rolname) FROM pg_roles"
	    " WHERE rolname LIKE 'chromo\\_%' AND NOT rolcanlogin"), "chromo_directory", "one cannot log in");

	put("data/plant.sql", "INSERT INTO plant VALUES (1, '桜') ON CONFLICT (id) DO UPDATE SET name = excluded.name;\n");
	runs("a second run");
	is_str(ask("SELECT name FROM plant"), "桜", "… loads data again");
	is_str(ask("SELECT count(*) FROM schema_migration"), "2", "… and no migration");
}

/* The second time the owner's own rights do; the first time too, where the
 * administrator has made the roles and the database. */
static void
test_as_owner(void)
{
	const char *admin = conninfo;

	conninfo = arena_printf(arena, "%s user=chromo_owner", conninfo);
	runs("a run by chromo_owner");
	conninfo = admin;

	ask("CREATE DATABASE migrate_owned OWNER chromo_owner TEMPLATE template0");
	conninfo = arena_printf(arena, "%s dbname=migrate_owned", without_user);
	runs("a first run without a user, on a database of chromo_owner");
	conninfo = arena_printf(arena, "%s user=postgres dbname=migrate_owned", without_user);
	is_str(ask("SELECT plants()"), "1", "… makes everything");
	conninfo = admin;
}

static void
test_refused(void)
{
	put("migrations/0001_plant.sql", "CREATE TABLE plant (id bigint PRIMARY KEY, name text NOT NULL);\n");
	refused(MIGRATE_RUN, ERR_CONFLICT, "0001_plant.sql: has changed", "a landed file that has changed");
	put("migrations/0001_plant.sql", "CREATE TABLE plant (id bigint PRIMARY KEY, name text);\n");

	put("migrations/0004_late.sql", "SELECT 1;\n");
	refused(MIGRATE_RUN, ERR_CONFLICT, "0004_late.sql: number 0003", "a gap");
	drop("migrations/0004_late.sql");

	put("migrations/0002_also.sql", "SELECT 1;\n");
	refused(MIGRATE_RUN, ERR_CONFLICT, "0002_tree.sql: number 0003", "a number twice");
	drop("migrations/0002_also.sql");

	put("migrations/3_name.sql", "SELECT 1;\n");
	refused(MIGRATE_RUN, ERR_CONFLICT, "3_name.sql: not NNNN_name.sql", "a name without four digits");
	drop("migrations/3_name.sql");

	drop("migrations/0002_tree.sql");
	refused(MIGRATE_CHECK, ERR_CONFLICT, "newer", "a database newer than the files");
	put("migrations/0002_tree.sql", "ALTER TABLE plant ADD COLUMN tree boolean;\nSET ROLE chromo_directory;\n");
}

/* What a function file no longer makes goes with the next run, and nothing else does. */
static void
test_left_behind(void)
{
	ask("CREATE FUNCTION public.visitor() RETURNS int LANGUAGE sql AS $$ SELECT 1 $$");
	ask("CREATE SCHEMA other; CREATE FUNCTION other.theirs() RETURNS int LANGUAGE sql AS $$ SELECT 1 $$;"
	    " ALTER SCHEMA other OWNER TO chromo_owner; ALTER FUNCTION other.theirs() OWNER TO chromo_owner");
	put("migrations/0003_leaf.sql", "CREATE FUNCTION leaf() RETURNS int LANGUAGE sql AS $$ SELECT 1 $$;\n");
	put("functions/old.sql", "CREATE OR REPLACE FUNCTION old(int) RETURNS int LANGUAGE sql AS $$ SELECT 1 $$;\n"
	    "CREATE OR REPLACE PROCEDURE \"Older\"() LANGUAGE sql AS $$ SELECT 1 $$;\n"
	    "CREATE OR REPLACE FUNCTION plants(text) RETURNS int LANGUAGE sql AS $$ SELECT 1 $$;\n"
	    "CREATE OR REPLACE FUNCTION watch() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RETURN NULL; END $$;\n"
	    "CREATE OR REPLACE TRIGGER watch AFTER INSERT ON plant EXECUTE FUNCTION watch();\n"
	    "SET LOCAL ROLE chromo_directory;\n"
	    "CREATE OR REPLACE FUNCTION two() RETURNS int LANGUAGE sql SECURITY DEFINER AS $$ SELECT 2 $$;\n"
	    "SET LOCAL ROLE chromo_owner;\n");
	runs("a run with functions that will go");
	runs("… again");
#define ROUTINES "SELECT string_agg(oid::regprocedure::text, ' ' ORDER BY proname COLLATE \"C\", oid) FROM pg_proc" \
	    " WHERE pronamespace IN ('public'::regnamespace, 'other'::regnamespace)"
	is_str(ask(ROUTINES), "\"Older\"() leaf() old(integer) one() plants() plants(text) other.theirs() two() visitor() watch()",
	    "they are there");
	is_str(ask("SELECT count(*) FROM pg_trigger WHERE tgname = 'watch'"), "1", "and a trigger");

	ask("ALTER TABLE plant ADD COLUMN n int DEFAULT public.old(1)");
	drop("functions/old.sql");
	refused(MIGRATE_RUN, ERR_DB, "depends on function old(integer)", "a default that hangs on one that goes");
	is_str(ask("SELECT count(*) FROM pg_trigger WHERE tgname = 'watch'"), "1", "… nothing has gone");
	ask("ALTER TABLE plant DROP COLUMN n");
	runs("a run without their file");
	is_str(ask(ROUTINES), "leaf() one() plants() other.theirs() visitor()",
	    "they are gone; what a migration made, others own and other schemas hold stays");
	is_str(ask("SELECT count(*) FROM pg_trigger WHERE tgname = 'watch'"), "0", "the trigger is gone");
	ask("DROP FUNCTION leaf(), other.theirs(), visitor(); DROP SCHEMA other; DELETE FROM schema_migration WHERE number = 3");
	drop("migrations/0003_leaf.sql");
#undef ROUTINES
}

static void
test_failing(void)
{
	put("migrations/0003_more.sql", "CREATE TABLE more (id int);\n-- 日本\nSELECT\n  no_such_column;\n");
	refused(MIGRATE_RUN, ERR_DB, "0003_more.sql:4: column \"no_such_column\"", "a statement that fails");
	is_str(ask("SELECT to_regclass('more') IS NULL"), "t", "… leaves nothing behind");
	is_str(ask("SELECT count(*) FROM schema_migration"), "2", "… and no record");

	put("migrations/0003_more.sql", "CREATE TABLE more (id int);\nCOMMIT;\n");
	refused(MIGRATE_RUN, ERR_CONFLICT, "0003_more.sql: ends the transaction", "a file that commits");
	ask("DROP TABLE IF EXISTS more");

	put("migrations/0003_more.sql", "CREATE TABLE more (id int);\n");
	refused(MIGRATE_DRY_RUN, ERR_OK, "", "a dry run");
	is_str(ask("SELECT to_regclass('more') IS NULL"), "t", "… does nothing");
	put("functions/broken.sql", "CREATE FUNCTION broken() RETURNS int LANGUAGE sql AS $$ SELECT x $$;\n");
	refused(MIGRATE_RUN, ERR_DB, "functions/broken.sql", "a function that fails");
	is_str(ask("SELECT count(*) FROM schema_migration"), "3", "… after the migration, which stays");
	drop("functions/broken.sql");
	runs("and all is good again");
}

int
main(int argc, char **argv)
{
	if (argc < 3) {
		fprintf(stderr, "usage: migrate_test CONNINFO EMPTY; see tests/db/run\n");
		return 2;
	}
	arena = arena_new();
	without_user = argv[2];
	conninfo = arena_printf(arena, "%s user=postgres", argv[2]);
	if (mkdtemp(directory) == NULL || mkdir(path_of("migrations"), 0700) != 0 ||
	    mkdir(path_of("functions"), 0700) != 0 || mkdir(path_of("data"), 0700) != 0)
		ok(false, "a folder");
	copy("roles.sql");
	copy("database.sql");

	test_run();
	test_as_owner();
	test_refused();
	test_left_behind();
	test_failing();

	for (const char *const *f = (const char *const[]){ "migrations/0001_plant.sql",
	    "migrations/0002_tree.sql", "migrations/0003_more.sql", "functions/plant.sql",
	    "data/plant.sql", "roles.sql", "database.sql", NULL }; *f != NULL; f++)
		drop(*f);
	for (const char *const *d = (const char *const[]){ "migrations", "functions", "data", "", NULL };
	    *d != NULL; d++)
		if (rmdir(path_of(*d)) != 0)
			ok(false, "remove folder %s", *d);
	arena_free(arena);
	return done();
}
