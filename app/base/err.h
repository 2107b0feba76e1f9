/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/*
 * The outcomes that somebody can act on.  Everything else is logged where it
 * is seen and becomes ERR_DB or ERR_CHANNEL.  web/dispatch.c turns an outcome
 * into a response, so no handler names an HTTP status for a failure.
 */
enum err {
	ERR_OK = 0,
	ERR_INVALID,	/* what was sent will not do; the words stand beside the field */
	ERR_NOT_FOUND,	/* no such thing, or none that this person may know of */
	ERR_FORBIDDEN,	/* known, but not allowed to this person */
	ERR_SIGNED_OUT,	/* a sign-in is needed first */
	ERR_CONFLICT,	/* it exists already, or somebody changed it meanwhile */
	ERR_GONE,	/* it was here and has ended */
	ERR_TOO_LARGE,	/* more bytes than the limit allows */
	ERR_TOO_MANY,	/* more often than the limit allows */
	ERR_BUSY,	/* not now: the database is away, or retries ran out */
	ERR_DB,		/* logged by db/ with query and SQLSTATE */
	ERR_CHANNEL	/* logged by channel/ */
};

#define MUST_USE __attribute__((warn_unused_result))
#define PRINTF(fmt, args) __attribute__((format(printf, fmt, args)))

/* "conflict", "not-found" …: for the log. */
const char *err_name(enum err);
