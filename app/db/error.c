/* SPDX-License-Identifier: Apache-2.0 */
/*
 * From SQLSTATE to enum err.
 *
 * The server's message may quote what a citizen typed, so it goes to the log
 * only for class 42 and XX, where it speaks of our own text.
 */
#include "db/query.h"
#include <string.h>
#include "base/log.h"

enum loud { QUIET, INFO, WARN };

/* The first row whose state is a beginning of the server's. */
static const struct rule {
	const char *state;
	enum err err;
	enum loud loud;
	bool retry;
} rules[] = {
	{ "CH001", ERR_GONE, QUIET, false },
	{ "CH002", ERR_NOT_FOUND, QUIET, false },
	{ "CH003", ERR_CONFLICT, QUIET, false },
	{ "CH004", ERR_INVALID, QUIET, false },
	{ "CH005", ERR_FORBIDDEN, QUIET, false },
	{ "23505", ERR_CONFLICT, QUIET, false },	/* unique violation */
	{ "23P01", ERR_CONFLICT, QUIET, false },	/* exclusion violation */
	{ "23502", ERR_INVALID, INFO, false },		/* not null */
	{ "23503", ERR_INVALID, INFO, false },		/* foreign key */
	{ "23514", ERR_INVALID, INFO, false },		/* check */
	{ "22", ERR_INVALID, INFO, false },		/* the value does not fit its type */
	{ "42501", ERR_FORBIDDEN, WARN, false },	/* a grant is missing, or row security */
	{ "40001", ERR_BUSY, QUIET, true },		/* serialization failure */
	{ "40P01", ERR_BUSY, QUIET, true },		/* deadlock */
	{ "55P03", ERR_BUSY, WARN, false },		/* lock_timeout */
	{ "57", ERR_BUSY, WARN, false },		/* statement_timeout, shutdown */
	{ "08", ERR_BUSY, WARN, false },		/* connection */
	{ "53", ERR_BUSY, WARN, false },		/* out of something */
};

static const struct rule *
rule_of(const char *state)
{
	for (size_t i = 0; i < sizeof rules / sizeof rules[0]; i++)
		if (strncmp(state, rules[i].state, strlen(rules[i].state)) == 0)
			return &rules[i];
	return NULL;
}

static const char *
field(const PGresult *r, int code)
{
	const char *s = PQresultErrorField(r, code);

	return s != NULL ? s : "";
}

/* What a new connection cures: a plan whose result type changed under it (the
 * same state also stands for features that do not exist), a statement that
 * somebody deallocated, a server that became a standby. */
static bool
is_stale(const struct db *db, const PGresult *r, const char *state)
{
	if (strcmp(state, "0A000") == 0)
		return strcmp(field(r, PG_DIAG_SOURCE_FUNCTION), "RevalidateCachedQuery") == 0;
	if (strcmp(state, "25006") == 0)
		return db->mode == DB_WRITE || db->mode == DB_VISIT;
	return strcmp(state, "26000") == 0;
}

enum err
error_of(struct db *db, const PGresult *r, const char *name, const char *place)
{
	const char *state = field(r, PG_DIAG_SQLSTATE);
	const char *severity = field(r, PG_DIAG_SEVERITY_NONLOCALIZED);
	const struct rule *rule;

	db->retry = false;
	/* libpq's own errors have no state: the connection is gone. */
	if (state[0] == '\0' || strcmp(severity, "FATAL") == 0 || strcmp(severity, "PANIC") == 0) {
		log_warn("db.lost query=%s sqlstate=%s", name, state);
		db->health = HEALTH_LOST;
		return ERR_BUSY;
	}
	if (is_stale(db, r, state)) {
		log_info("db.stale query=%s place=%s sqlstate=%s", name, place, state);
		db->health = HEALTH_STALE;
		db->retry = true;
		return ERR_BUSY;
	}
	rule = rule_of(state);
	if (rule == NULL) {
		bool ours = strncmp(state, "42", 2) == 0 || strncmp(state, "XX", 2) == 0;

		log_error("db.error query=%s place=%s sqlstate=%s message=\"%s\"", name, place,
		    state, ours ? field(r, PG_DIAG_MESSAGE_PRIMARY) : "");
		return ERR_DB;
	}
	if (rule->loud != QUIET)
		(rule->loud == WARN ? log_warn : log_info)(
		    "db.refused query=%s place=%s sqlstate=%s table=%s constraint=%s", name, place,
		    state, field(r, PG_DIAG_TABLE_NAME), field(r, PG_DIAG_CONSTRAINT_NAME));
	db->retry = rule->retry;
	return rule->err;
}
