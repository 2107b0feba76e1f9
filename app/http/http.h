/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include "base/buf.h"
#include "base/err.h"
#include "base/fields.h"
struct arena;
/*
 * One request and its response, and the FastCGI socket they come through.
 * fcgi.c is the only file that knows libfcgi.
 */
enum method { METHOD_GET = 1, METHOD_HEAD, METHOD_POST, METHOD_OTHER };

enum status {
	HTTP_OK = 200, HTTP_CREATED = 201, HTTP_NO_CONTENT = 204,
	HTTP_SEE_OTHER = 303, HTTP_NOT_MODIFIED = 304,
	HTTP_BAD_REQUEST = 400, HTTP_UNAUTHORIZED = 401, HTTP_FORBIDDEN = 403,
	HTTP_NOT_FOUND = 404, HTTP_METHOD_NOT_ALLOWED = 405, HTTP_CONFLICT = 409,
	HTTP_GONE = 410, HTTP_TOO_LARGE = 413, HTTP_URI_TOO_LONG = 414,
	HTTP_UNSUPPORTED_MEDIA = 415, HTTP_UNPROCESSABLE = 422, HTTP_TOO_MANY = 429,
	HTTP_INTERNAL = 500, HTTP_UNAVAILABLE = 503
};

/* Sizes.  nginx keeps the same ones in front. */
enum {
	REQUEST_URI_MAX = 4096,
	REQUEST_BODY_MAX = 1 << 20,	/* a route may allow uploads more */
	REQUEST_FIELDS_MAX = 1000,
	REQUEST_COOKIES_MAX = 50
};

struct request {
	enum method method;
	const char *path;		/* decoded, starts with '/', no "..", no empty parts */
	const char *uri;		/* as sent, with query */
	const char *host;		/* lower case, without port */
	const char *origin;		/* Origin header, "" if absent */
	const char *remote;		/* address text, from REMOTE_ADDR */
	const char *agent;		/* User-Agent, cut at 200 bytes */
	const char *language;		/* Accept-Language, "" if absent */
	const char *content_type;
	const char *if_none_match;
	const char *id;			/* request id, from nginx or made here */
	struct fields *query;
	struct fields *form;		/* urlencoded or the text parts of multipart */
	struct fields *cookies;
	const char *body;		/* raw, for hooks */
	size_t body_len;
	bool fragment;			/* HX-Request: the answer is a fragment */
};

struct response {
	enum status status;
	const char *content_type;
	const char *location;		/* for 303 */
	const char *cache;		/* Cache-Control; NULL: no-store */
	const char *etag;
	const char *csp;		/* NULL: none */
	struct buf headers;		/* further "Name: value\r\n" lines, by response_header */
	struct buf body;
};

void response_init(struct response *, struct arena *);
/* A value with CR, LF or NUL ends the process: callers give checked values. */
void response_header(struct response *, const char *name, const char *value);
/* __Host- cookie, Secure, HttpOnly, Path=/, SameSite=Lax.  max_age 0: for the
 * session; negative: delete. */
void response_cookie(struct response *, const char *name, const char *value, int max_age);

struct fcgi;

/* Listens on a Unix socket (mode 0660, backlog 1024) before the fork, or takes
 * the one that systemd gives.  ERR_BUSY: logged. */
enum err fcgi_listen(const char *path, int *fd) MUST_USE;
struct fcgi *fcgi_open(int fd);
/*
 * Waits for the next request, reads and checks all of it into the arena.
 * ERR_OK: *request is whole.  ERR_INVALID (400), ERR_TOO_LARGE (413, or 414 when
 * *status says so): a clean answer is due, *status holds it, request->path may be
 * "".  ERR_BUSY: asked to stop, no request.
 */
enum err fcgi_accept(struct fcgi *, struct arena *, struct request *, enum status *) MUST_USE;
/* Writes header and body at once; HEAD leaves the body out.  ERR_GONE: the
 * client went away. */
enum err fcgi_reply(struct fcgi *, const struct request *, const struct response *) MUST_USE;
/* Ends the request; nginx has the whole answer only now. */
void fcgi_finish(struct fcgi *);

/* The parsing behind it, on its own for tests and fuzzing: from FastCGI
 * parameters ("NAME=value" strings, NULL-ended) and a body. */
enum err request_parse(struct request *, struct arena *, char *const params[],
    const char *body, size_t n, enum status *) MUST_USE;
