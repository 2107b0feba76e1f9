/* SPDX-License-Identifier: Apache-2.0 */
/*
 * chromo migrate: from whatever state a database is in to the one that the
 * files describe.
 *
 *	sql/roles.sql, sql/database.sql	what must be there first; no effect later
 *	sql/migrations/NNNN_name.sql	each once, in one transaction with its record
 *	sql/functions/			all again, in one transaction, and what none of
 *					them makes any more goes
 *	sql/data/			all again, a transaction each
 *
 * Whether a file may be loaded is decided before the first one is.  The files
 * are the administrator's own: whoever can change them owns the database.
 */
#include "db/migrate.h"
#include <dirent.h>
#include <errno.h>
#include <libpq-fe.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "base/arena.h"
#include "base/buf.h"
#include "base/log.h"
#include "base/secret.h"
#include "db/query.h"

struct file {
	const char *path;		/* as it is opened */
	const char *name;		/* "0001_tenant.sql" */
	const char *text;
	const char *sha256;
};

struct files {
	struct file *at;
	size_t n;
};

struct run {
	struct arena *arena;
	PGconn *conn;
	const char *directory;
};

/* What the caller shows; lives until the next call. */
static char problem_text[1000];

static enum err PRINTF(2, 3)
refuse(enum err e, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(problem_text, sizeof problem_text, fmt, ap);
	va_end(ap);
	return e;
}

static void
release_result(void *r)
{
	PQclear(r);
}

/* --- files ----------------------------------------------------------------- */

static enum err
file_read(struct arena *a, struct file *f)
{
	struct buf b;
	FILE *stream;
	uint8_t hash[SECRET_HASH];
	size_t n;

	stream = fopen(f->path, "re");
	if (stream == NULL)
		return refuse(ERR_CONFLICT, "%s: %s", f->path, strerror(errno));
	buf_init(&b, a);
	do {
		buf_reserve(&b, 65536);
		n = fread(b.data + b.len, 1, 65536, stream);
		b.len += n;
		b.data[b.len] = '\0';
	} while (n > 0);
	if (ferror(stream) || strlen(b.data) != b.len) {
		fclose(stream);
		return refuse(ERR_CONFLICT, "%s: cannot be read, or is no text", f->path);
	}
	fclose(stream);
	secret_sha256(b.data, b.len, hash);
	f->text = b.data;
	f->sha256 = secret_hex(a, hash, sizeof hash);
	return ERR_OK;
}

static int
is_sql(const struct dirent *d)
{
	const char *dot = strrchr(d->d_name, '.');

	return d->d_name[0] != '.' && dot != NULL && strcmp(dot, ".sql") == 0;
}

static int
by_name(const struct dirent **a, const struct dirent **b)
{
	return strcmp((*a)->d_name, (*b)->d_name);	/* whatever the locale */
}

/* The .sql files of one folder in the order of their names; none if there is
 * no such folder. */
static enum err
folder_read(struct run *run, const char *folder, struct files *out)
{
	char *path = arena_printf(run->arena, "%s/%s", run->directory, folder);
	struct dirent **entries = NULL;
	enum err e = ERR_OK;
	int n = scandir(path, &entries, is_sql, by_name);

	*out = (struct files){ NULL, 0 };
	if (n < 0 && errno != ENOENT)
		return refuse(ERR_CONFLICT, "%s: %s", path, strerror(errno));
	out->at = arena_alloc(run->arena, (size_t)(n > 0 ? n : 0) * sizeof *out->at);
	for (int i = 0; i < n; i++) {
		struct file *f = &out->at[i];

		f->name = arena_strdup(run->arena, entries[i]->d_name);
		f->path = arena_printf(run->arena, "%s/%s", path, f->name);
		if (e == ERR_OK)
			e = file_read(run->arena, f);
		free(entries[i]);
	}
	free(entries);
	out->n = n > 0 ? (size_t)n : 0;
	return e;
}

/* --- the server ------------------------------------------------------------ */

/* "file:line: message", the line from the position that the server names. */
static enum err
told(const PGresult *r, const char *path, const char *text)
{
	const char *position = PQresultErrorField(r, PG_DIAG_STATEMENT_POSITION);
	const char *message = PQresultErrorField(r, PG_DIAG_MESSAGE_PRIMARY);
	const char *detail = PQresultErrorField(r, PG_DIAG_MESSAGE_DETAIL);
	const char *context = PQresultErrorField(r, PG_DIAG_CONTEXT);
	long characters = position != NULL ? strtol(position, NULL, 10) : 0;
	char at[24] = "";
	int line = 1;

	for (const char *s = text; *s != '\0' && characters > 1; s++) {
		line += *s == '\n';
		characters -= (*s & 0xc0) != 0x80;	/* a character, not a byte of one */
	}
	if (position != NULL)
		snprintf(at, sizeof at, ":%d", line);
	if (message == NULL)
		message = PQresultErrorMessage(r);
	return refuse(ERR_DB, "%s%s: %s%s%s%s%s", path, at, message, detail != NULL ? "\n" : "",
	    detail != NULL ? detail : "", context != NULL ? "\n" : "",
	    context != NULL ? context : "");
}

/* Any number of statements; path and text say whose they are. */
static enum err
execute(struct run *run, const char *sql, const char *path)
{
	PGresult *r = PQexec(run->conn, sql);
	ExecStatusType status = PQresultStatus(r);
	enum err e = ERR_OK;

	if (status != PGRES_COMMAND_OK && status != PGRES_TUPLES_OK && status != PGRES_EMPTY_QUERY)
		e = told(r, path, sql);
	PQclear(r);
	return e;
}

static enum err
load(struct run *run, const struct file *f)
{
	enum err e = execute(run, f->text, f->path);

	if (e == ERR_OK && PQtransactionStatus(run->conn) != PQTRANS_INTRANS)
		return refuse(ERR_CONFLICT, "%s: ends the transaction that it is run in", f->path);
	return e;
}

static enum err
begin(struct run *run)
{
	enum err e = execute(run, "BEGIN", "BEGIN");

	/* A file may have changed the role, and forgotten to change it back. */
	return e != ERR_OK ? e : execute(run, "RESET ROLE; SET ROLE chromo_owner", "SET ROLE");
}

static enum err
commit(struct run *run, enum err e)
{
	char kept[sizeof problem_text];

	if (e == ERR_OK)
		return execute(run, "COMMIT", "COMMIT");
	memcpy(kept, problem_text, sizeof kept);
	(void)execute(run, "ROLLBACK", "ROLLBACK");
	memcpy(problem_text, kept, sizeof kept);
	return e;
}

static PGconn *
dial(const char *conninfo, const char *user)
{
	/* What stands in front of dbname, conninfo may override. */
	const char *const keys[] = { "user", "dbname", "client_encoding", "application_name",
	    "options", NULL };
	const char *const values[] = { user, conninfo, "UTF8", "chromo migrate",
	    "-c client_min_messages=warning -c search_path=public,pg_temp -c TimeZone=Asia/Tokyo", NULL };
	return primary_dial(conninfo, keys, values);
}

static enum err
connect_as_owner(struct run *run, const char *conninfo)
{
	run->conn = dial(conninfo, "chromo_owner");
	if (PQstatus(run->conn) != CONNECTION_OK) {
		/* There is no such role yet: whoever calls this makes it. */
		PQfinish(run->conn);
		run->conn = dial(conninfo, NULL);
	}
	if (PQstatus(run->conn) != CONNECTION_OK)
		return refuse(ERR_BUSY, "%s", run->conn != NULL ? PQerrorMessage(run->conn) : "none of the hosts is a primary");

	/* "chrm": one migration at a time in a database; ends with the connection. */
	return execute(run, "SELECT pg_advisory_lock(x'6368726d'::int)", "lock");
}

static enum err
prepare_database(struct run *run)
{
	static const char *const names[] = { "roles.sql", "database.sql" };
	enum err e;

	for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
		struct file f = { .name = names[i],
		    .path = arena_printf(run->arena, "%s/%s", run->directory, names[i]) };

		e = file_read(run->arena, &f);
		if (e == ERR_OK)
			e = execute(run, f.text, f.path);
		if (e != ERR_OK)
			return e;
	}
	return ERR_OK;
}

/* --- what is due ----------------------------------------------------------- */

/* 0001, 0002, … without gap or double. */
static enum err
check_numbers(const struct files *files)
{
	for (size_t i = 0; i < files->n; i++) {
		const char *name = files->at[i].name;
		char *end;
		unsigned long number = strtoul(name, &end, 10);

		if (end != name + 4 || *end != '_')
			return refuse(ERR_CONFLICT, "%s: not NNNN_name.sql", files->at[i].path);
		if (number != i + 1)
			return refuse(ERR_CONFLICT, "%s: number %04zu was expected", files->at[i].path, i + 1);
	}
	return ERR_OK;
}

/* How many are in the database already; those must be the first of the files. */
static enum err
check_landed(struct run *run, const struct files *files, size_t *landed)
{
	PGresult *r;
	size_t n;

	r = PQexec(run->conn, "SELECT to_regclass('public.schema_migration')");
	arena_defer(run->arena, release_result, r);
	if (PQresultStatus(r) != PGRES_TUPLES_OK)
		return told(r, "schema_migration", "");
	*landed = 0;
	if (PQgetisnull(r, 0, 0))
		return ERR_OK;

	r = PQexec(run->conn, "SELECT number, name, sha256 FROM public.schema_migration ORDER BY number");
	arena_defer(run->arena, release_result, r);
	if (PQresultStatus(r) != PGRES_TUPLES_OK)
		return told(r, "schema_migration", "");
	n = (size_t)PQntuples(r);
	if (n > files->n)
		return refuse(ERR_CONFLICT, "the database is newer than these files: it has %s",
		    PQgetvalue(r, (int)n - 1, 1));
	for (size_t i = 0; i < n; i++) {
		const struct file *f = &files->at[i];

		if (strcmp(PQgetvalue(r, (int)i, 1), f->name) != 0)
			return refuse(ERR_CONFLICT, "%s: the database has %s in its place", f->path,
			    PQgetvalue(r, (int)i, 1));
		if (strcmp(PQgetvalue(r, (int)i, 2), f->sha256) != 0)
			return refuse(ERR_CONFLICT, "%s: has changed since it was run", f->path);
	}
	*landed = n;
	return ERR_OK;
}

/* --- what is done ---------------------------------------------------------- */

static enum err
record(struct run *run, size_t number, const struct file *f)
{
	char digits[24];
	const char *values[] = { digits, f->name, f->sha256 };
	PGresult *r;
	enum err e = ERR_OK;

	snprintf(digits, sizeof digits, "%zu", number);
	r = PQexecParams(run->conn,
	    "INSERT INTO public.schema_migration (number, name, sha256) VALUES ($1, $2, $3)",
	    3, NULL, values, NULL, NULL, 0);
	if (PQresultStatus(r) != PGRES_COMMAND_OK)
		e = told(r, "schema_migration", "");
	PQclear(r);
	return e;
}

static enum err
run_migration(struct run *run, size_t number, const struct file *f)
{
	enum err e;

	printf("migration  %s\n", f->name);
	e = begin(run);
	if (e == ERR_OK)
		e = load(run, f);
	if (e == ERR_OK)	/* the file may have taken another role */
		e = execute(run, "RESET ROLE; SET ROLE chromo_owner", "SET ROLE");
	if (e == ERR_OK)
		e = record(run, number, f);
	return commit(run, e);
}

static enum err
run_data(struct run *run, const struct file *f)
{
	enum err e = begin(run);

	if (e == ERR_OK) {
		printf("data       %s\n", f->name);
		e = load(run, f);
	}
	return commit(run, e);
}

/*
 * What drops the functions, procedures and triggers of ours that were there before this
 * transaction and that none of its files made again.  $1 is the text of all migrations:
 * functions that they make stay (triggers they never make).  Whatever else hangs on one
 * that goes, refuses.
 */
static const char left_behind[] =
    "WITH made AS (SELECT p.oid, p.proname, p.proowner, p.xmin FROM pg_proc p"
    "  WHERE p.pronamespace = 'public'::regnamespace AND p.proowner IN ('chromo_owner'::regrole, 'chromo_directory'::regrole)"
    "    AND NOT EXISTS (SELECT FROM pg_depend d WHERE d.classid = 'pg_proc'::regclass AND d.objid = p.oid AND d.deptype = 'e')) "
    "SELECT format('DROP TRIGGER %I ON %s', t.tgname, t.tgrelid::regclass) AS statement"
    "  FROM pg_trigger t JOIN made ON made.oid = t.tgfoid"
    " WHERE NOT t.tgisinternal AND age(t.xmin) > age(pg_current_xact_id()::xid) "
    "UNION ALL (SELECT format('SET LOCAL ROLE %s; DROP ROUTINE %s; SET LOCAL ROLE chromo_owner', proowner::regrole,"
    "      string_agg(oid::regprocedure::text, ', ' ORDER BY oid))"
    "  FROM made WHERE age(xmin) > age(pg_current_xact_id()::xid)"
    "   AND $1 !~ ('CREATE (FUNCTION|PROCEDURE) ' || proname || '\\(') GROUP BY proowner)";

static enum err
drop_left_behind(struct run *run, const struct files *migrations)
{
	struct buf all;
	PGresult *r;
	enum err e;

	buf_init(&all, run->arena);
	for (size_t i = 0; i < migrations->n; i++)
		buf_adds(&all, migrations->at[i].text);
	e = execute(run, "RESET ROLE; SET ROLE chromo_owner", "SET ROLE");
	if (e != ERR_OK)
		return e;
	r = PQexecParams(run->conn, left_behind, 1, NULL, (const char *const[]){ all.data }, NULL, NULL, 0);
	arena_defer(run->arena, release_result, r);
	if (PQresultStatus(r) != PGRES_TUPLES_OK)
		return told(r, "sql/functions", "");
	for (int i = 0; i < PQntuples(r) && e == ERR_OK; i++) {
		printf("no more    %s\n", PQgetvalue(r, i, 0));
		e = execute(run, PQgetvalue(r, i, 0), "sql/functions");
	}
	return e;
}

static enum err
run_functions(struct run *run, const struct files *functions, const struct files *migrations)
{
	enum err e = begin(run);

	for (size_t i = 0; i < functions->n && e == ERR_OK; i++) {
		printf("functions  %s\n", functions->at[i].name);
		e = load(run, &functions->at[i]);
	}
	if (e == ERR_OK)
		e = drop_left_behind(run, migrations);
	return commit(run, e);
}

static enum err
run_all(struct run *run, const struct files *migrations, size_t landed,
    const struct files *functions, const struct files *data)
{
	enum err e = ERR_OK;

	for (size_t i = landed; i < migrations->n && e == ERR_OK; i++)
		e = run_migration(run, i + 1, &migrations->at[i]);
	if (e == ERR_OK)
		e = run_functions(run, functions, migrations);
	for (size_t i = 0; i < data->n && e == ERR_OK; i++)
		e = run_data(run, &data->at[i]);
	return e;
}

static enum err
migrate_connected(struct run *run, enum migrate_mode mode)
{
	struct files migrations, functions, data;
	size_t landed;
	enum err e;

	if ((e = folder_read(run, "migrations", &migrations)) != ERR_OK ||
	    (e = folder_read(run, "functions", &functions)) != ERR_OK ||
	    (e = folder_read(run, "data", &data)) != ERR_OK ||
	    (e = check_numbers(&migrations)) != ERR_OK ||
	    (e = check_landed(run, &migrations, &landed)) != ERR_OK)
		return e;

	if (mode == MIGRATE_CHECK)
		return landed == migrations.n ? ERR_OK :
		    refuse(ERR_NOT_FOUND, "%zu migrations are due", migrations.n - landed);
	if (mode == MIGRATE_DRY_RUN) {
		for (size_t i = landed; i < migrations.n; i++)
			printf("due        %s\n", migrations.at[i].name);
		return ERR_OK;
	}
	e = prepare_database(run);
	return e != ERR_OK ? e : run_all(run, &migrations, landed, &functions, &data);
}

enum err
migrate(const char *conninfo, const char *directory, enum migrate_mode mode,
    const char **problem)
{
	struct run run = { .arena = arena_new(), .directory = directory };
	enum err e;

	e = connect_as_owner(&run, conninfo);
	if (e == ERR_OK)
		e = migrate_connected(&run, mode);
	if (e != ERR_OK)
		*problem = problem_text;
	fflush(stdout);
	PQfinish(run.conn);
	arena_free(run.arena);
	return e;
}
