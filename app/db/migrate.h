/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
#include "base/err.h"
/*
 * Brings a database to the present schema: sql/migrations/NNNN_name.sql in
 * order, one transaction each, recorded with SHA-256 in schema_migration; then
 * sql/functions/ and sql/data/ (both may be loaded again).  A function or trigger
 * of ours in schema public that neither sql/functions/ nor a migration makes is
 * dropped.  Refuses: a landed file that has changed, a gap in the numbers, a
 * database newer than the files.
 *
 * Runs as chromo_owner under an advisory lock.  Where conninfo names no user it
 * connects as chromo_owner, too; as long as there is none, as libpq's default
 * user, who must be able to make roles: sql/roles.sql and sql/database.sql do it.
 *
 * The only place besides queries.c that gives SQL to the server.
 */
enum migrate_mode { MIGRATE_RUN, MIGRATE_CHECK, MIGRATE_DRY_RUN };

/* Tells each step on standard output.  ERR_CONFLICT: refused, *problem says why
 * (static or in a buffer of the module).  With MIGRATE_CHECK ERR_NOT_FOUND
 * means that migrations are due. */
enum err migrate(const char *conninfo, const char *directory, enum migrate_mode,
    const char **problem) MUST_USE;
