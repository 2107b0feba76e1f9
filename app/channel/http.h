/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include "base/err.h"
#include "channel/channel.h"
struct conf;
/*
 * Calls to gateways over HTTPS: many under way at once on kept connections, one
 * answer for each (libcurl, one multi handle).
 *
 * Always: TLS with a checked certificate (conf->gateway_ca_file, or the system's),
 * https alone, no redirects, no proxy, time limits, a limit of the answer's bytes,
 * and no connection to an address that is not a public one: the very address is
 * looked at when it is connected to, so a changing DNS answer gains nothing
 * (conf->gateway_private lifts that, for tests).
 *
 * A channel to whose letters a call or a few belong is made with http_channel.h.
 */
struct http;

struct http_call {
	const char *method;		/* "POST" */
	const char *url;		/* https://… */
	const char *const *headers;	/* "Name: value", NULL at the end; or NULL */
	const char *body;		/* the caller's until the answer; NULL: none */
	size_t n;
	int timeout_ms;			/* for the whole call, where gateway_timeout_s is more; 0: that */
	size_t answer_max;		/* bytes of the answer's body; 0: 64 KiB */
	/* A connection of its own: by itself libcurl repeats what a kept one that
	 * died may have carried.  For calls without an idempotency key. */
	bool fresh;
	bool outside;			/* the URL is a person's, not an account's: what is wrong with it is for good */
	bool http2;			/* if the far side has it too; else HTTP/1.1 */
	void *context;			/* comes back with the answer */
};

enum http_fate {
	HTTP_ANSWERED,			/* whole */
	HTTP_NEVER_LEFT,		/* not a byte of the request */
	HTTP_MAY_HAVE_GONE		/* cut, silent, or answered in part */
};

/* Good until the next http_next. */
struct http_answer {
	void *context;
	enum http_fate fate;
	int status;			/* 0: none came; may be there in part too */
	const char *body;		/* NUL behind it */
	size_t n;
	bool too_long;			/* the body had more bytes than wanted */
	bool barred;			/* the address is not public, or the URL is none */
	bool outside;			/* as in the call */
	int took_ms;
	int64_t left_at;		/* clock_monotonic_ms, when there was a connection for it; counted back from the answer */
	const char *reason;		/* when not answered: a reason of channel.h */
	const char *detail;		/* and libcurl's own words */
	void *easy;			/* for http_header */
};

/* calls: how many may be under way at once.  ERR_CHANNEL: the configuration will
 * not do; logged. */
enum err http_open(const struct conf *, int calls, struct http **out) MUST_USE;
/* What is under way is broken off. */
void http_close(struct http *);

int http_room(const struct http *);
/* ERR_BUSY: there was no room.  All else comes out of next. */
enum err http_start(struct http *, const struct http_call *) MUST_USE;
/* As channel_ops.wait. */
void http_wait(struct http *, int timeout_ms, int fd);
/* ERR_NOT_FOUND: none at present. */
enum err http_next(struct http *, struct http_answer *) MUST_USE;

/* A header of the answer, "" if it has none. */
const char *http_header(const struct http_answer *, const char *name);
/* Retry-After in seconds, from 1 to 3600; 0: none, or nonsense. */
int http_retry_after(const struct http_answer *);

/* What follows from an answer where the gateway's own sheet does not say otherwise:
 * the table of integrations.md 1.4.  Fills in all but id, gone and parts; detail
 * are the first words of the body.  409 is REFUSED here. */
void http_outcome(const struct http_answer *, struct outcome *out);
/* Sets verdict and reason of an outcome. */
void http_verdict(struct outcome *, enum verdict, const char *reason);
/* Words of the far side for staff: one line, and * for what may be an address, a
 * number of a telephone or a token. */
void http_clean(const char *words, size_t n, char *out, size_t size);

struct sockaddr;
/* Whether anybody's machine on the internet may be there, not our own network. */
bool http_is_public(const struct sockaddr *);
