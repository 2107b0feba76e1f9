/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include "base/buf.h"
#include "base/err.h"
#include "base/fields.h"
struct arena;
struct multipart_file;
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
	REQUEST_BODY_MAX = 1 << 20,	/* a route may allow uploads more: fcgi_body_limit */
	REQUEST_PARAMS_MAX = 200,	/* FastCGI parameters, header fields among them */
	REQUEST_FIELDS_MAX = 1000,
	REQUEST_COOKIES_MAX = 50
};

/*
 * No pointer in it is ever NULL except files, not even after a failure: what is
 * absent is "" and an empty list.  Everything lives as long as the arena.
 */
struct request {
	enum method method;
	const char *path;		/* decoded, starts with '/', no "..", no empty parts */
	const char *uri;		/* as sent, with query */
	const char *host;		/* lower case, without port */
	const char *origin;		/* Origin header */
	const char *remote;		/* address text, from REMOTE_ADDR */
	const char *agent;		/* User-Agent in ASCII, cut at 200 bytes */
	const char *language;		/* Accept-Language */
	const char *content_type;
	const char *if_none_match;
	const char *id;			/* request id, from nginx or made here */
	struct fields *query;
	struct fields *form;		/* urlencoded or the text parts of multipart */
	struct fields *cookies;
	const struct multipart_file *files;	/* the file parts of multipart; NULL: none */
	const char *body;		/* raw, for hooks; NUL behind the last byte */
	size_t body_len;
	bool fragment;			/* HX-Request: the answer is a fragment */
	bool knocks;			/* nginx asks whether the body, which it has not read, may come */
	size_t content_length;		/* as announced; body_len equals it after request_body */
	char *const *params;		/* for request_header */
};

/* A header by its name ("X-Line-Signature"), in ASCII or UTF-8 as it was sent,
 * unchecked.  "": absent, or sent twice, so that nobody has to choose. */
const char *request_header(const struct request *, const char *name);
/* Is the body of this media type ("application/json")?  Parameters aside. */
bool request_has_type(const struct request *, const char *type);
/* Does If-None-Match name this tag (with its quotes)?  Then 304 will do. */
bool request_has_etag(const struct request *, const char *etag);

struct response {
	enum status status;
	const char *content_type;	/* at first HTML in UTF-8 */
	const char *location;		/* for 303 */
	const char *cache;		/* Cache-Control; NULL: no-store */
	const char *etag;		/* with its quotes; NULL: none */
	const char *csp;		/* NULL: none */
	struct buf headers;		/* further "Name: value\r\n" lines, by response_header */
	struct buf body;
};

/*
 * A value with CR, LF, NUL or another control character ends the process, here
 * and in the members above: callers give checked values.
 */
void response_init(struct response *, struct arena *);
void response_header(struct response *, const char *name, const char *value);
/* The name begins with "__Host-", as it is read again from request->cookies;
 * the value is of the characters that RFC 6265 allows (base64url is).  Secure,
 * HttpOnly, Path=/, SameSite=Lax.  max_age 0: for the session; negative: delete. */
void response_cookie(struct response *, const char *name, const char *value, int max_age);
/* The whole head as CGI has it, from "Status: 200 OK" to the empty line, with
 * the security headers that every answer carries (HSTS is nginx's). */
void response_head(const struct response *, struct buf *out);

struct fcgi;

/* Listens on a Unix socket (mode 0660, backlog 1024) before the fork, or takes
 * the one with this path that systemd gives.  For patience_ms it waits where somebody still
 * listens: workers of a supervisor that was killed bring what they have to its end.
 * ERR_BUSY: logged. */
enum err fcgi_listen(const char *path, int patience_ms, int *fd) MUST_USE;
/* In the worker, after the fork. */
struct fcgi *fcgi_open(int fd);
void fcgi_close(struct fcgi *);
/* How long a body may be, asked once the head is read and it announces more than
 * REQUEST_BODY_MAX: for routes that take uploads.  Without it nothing longer is. */
void fcgi_body_limit(struct fcgi *, size_t (*limit)(void *context, const struct request *),
    void *context);
/*
 * Waits for the next request, reads and checks all of it into the arena.
 * ERR_OK: *request is whole.  ERR_INVALID (400, or what *status says), ERR_TOO_LARGE
 * (413, or 414 when *status says so): a clean answer is due, *status holds it,
 * request->path may be "".  ERR_BUSY: asked to stop, no request.  A connection that
 * speaks no FastCGI, or breaks off, is dropped without a request, and what it left
 * in the arena too: the arena is the request's alone, empty when called.
 */
enum err fcgi_accept(struct fcgi *, struct arena *, struct request *, enum status *) MUST_USE;
/* Writes header, body and the end of the request at once; HEAD leaves the body out.
 * ERR_GONE: the client went away. */
enum err fcgi_reply(struct fcgi *, const struct request *, const struct response *) MUST_USE;
/* Lets go of the request, and of its connection unless nginx keeps it. */
void fcgi_finish(struct fcgi *);

/*
 * The parsing behind it, on its own for tests and fuzzing: from FastCGI
 * parameters ("NAME=value" strings, NULL-ended) and a body.  Both are borrowed and
 * must live as long as the arena; body[n] is NUL.  request_parse is head and body
 * with REQUEST_BODY_MAX; in between, fcgi.c decides how much it will read.
 */
enum err request_head(struct request *, struct arena *, char *const params[],
    enum status *) MUST_USE;
enum err request_body(struct request *, struct arena *, const char *body, size_t n,
    enum status *) MUST_USE;
enum err request_parse(struct request *, struct arena *, char *const params[],
    const char *body, size_t n, enum status *) MUST_USE;
