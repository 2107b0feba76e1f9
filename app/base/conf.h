/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
#include <stdbool.h>
#include <stddef.h>
#include "base/err.h"
struct arena;
/*
 * The configuration file: "key = value" a line, # starts a comment at the start
 * of a line or after a blank.  An unknown key, a key twice in one file, a missing
 * required key or a value of the wrong type is an error that names file and line.
 * Switches are yes or no (true, false).
 * An empty value of what may be NULL is NULL.
 * Secrets are given as paths of files (…_file), never as values.
 * docs/chromo.conf.sample lists the same keys; conf.c holds the table.
 */
struct conf {
	/* where things are */
	const char *database;		/* libpq connection string without user */
	const char *listen;		/* web: path of the FastCGI socket for reading routes */
	const char *listen_write;	/* web: the same for routes that commit; NULL: one pool */
	const char *templates;		/* directory of templates, with po/ in it */
	const char *sql;		/* directory with migrations/, functions/, data/ */
	const char *master_key_file;	/* 32 random bytes, 0600: wraps the tenants' data keys */
	const char *outbox;		/* directory for undelivered channels (development) */
	const char *files;		/* directory of files that people send; NULL: none are taken */
	const char *clamd;		/* socket of clamd; NULL: files wait to be looked at, but in development */
	const char *exports;		/* directory of files that nginx gives out; NULL: none are made */
	/* web */
	int workers;			/* processes of the reading pool */
	int workers_write;		/* processes of the committing pool */
	int worker_requests;		/* a worker retires after so many */
	int crowd;			/* arrivals a second at one form that need no queue */
	int crowd_rate;			/* let in a second, once there is one */
	const char *public_port;	/* ":8443" in links; "" in production */
	const char *map_tiles;		/* "https://…/{z}/{x}/{y}.png", or "/…" of our own; NULL: no maps */
	const char *map_credit;		/* whose the map is, as it is shown on it */
	bool development;		/* /desk/outbox, templates compiled again when newer */
	bool strict;			/* a template name that resolves nowhere is a failure */
	/* passwords: Argon2id (RFC 9106) */
	int password_memory_kib;
	int password_passes;
	/* mail */
	const char *smtp_url;		/* smtp:// or smtps://; NULL: into the outbox */
	const char *smtp_user;
	const char *smtp_password_file;
	const char *smtp_ca_file;	/* NULL: the system's */
	const char *smtp2_url;		/* the second server, when the first fails; NULL: there is none */
	const char *smtp2_user;
	const char *smtp2_password_file;
	const char *smtp2_ca_file;
	int smtp_connections;		/* to each of them */
	int smtp_timeout_s;		/* for one message; 60 s for the final dot are part of it */
	const char *mail_domain;	/* domain of Message-ID and envelope senders */
	/* gateways over HTTPS */
	const char *gateway_ca_file;	/* NULL: the system's */
	int gateway_timeout_s;		/* for one answer */
	bool gateway_private;		/* they may be on private addresses (tests) */
	const char *push_hosts;		/* push services whose devices are taken */
	/* courier */
	int courier_batch;		/* batches claimed at once */
	int courier_lease_s;
	int courier_retry_base_s;	/* first delay after a temporary failure */
	int courier_retry_max_s;
};

/* Reads path and, in order of name, path.d/ *.conf if there are any.  Strings
 * live in the arena.  ERR_INVALID: *problem says "chromo.conf:12: unknown key …". */
enum err conf_load(struct arena *, const char *path, struct conf *out,
    char **problem) MUST_USE;
/* The same from memory; name stands in problems. */
enum err conf_parse(struct arena *, const char *name, const char *text, size_t n,
    struct conf *out, char **problem) MUST_USE;
/* Prints every key with its meaning, default and present value, in a form that
 * conf_load reads. */
void conf_print(const struct conf *);
