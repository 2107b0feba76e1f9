/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The HTTP floor alone, for tests/http/raw_fcgi.test.mjs: one worker that tells what
 * it understood of each request.
 *
 *	http_echo /tmp/x/echo.sock
 *
 *	/big?size=100000	so many bytes of text
 *	/upload			takes a body of up to 4 MiB
 *	anything else		lines "name: value"
 *
 * The process is the worker, and nobody starts it again: a test sees when it dies.
 */
#include "base/arena.h"
#include "base/proc.h"
#include "http/http.h"
#include "http/multipart.h"

#include <unistd.h>

enum { BIG_MAX = 20 << 20, UPLOAD_MAX = 4 << 20 };

static size_t
body_limit(void *context, const struct request *request)
{
	(void)context;
	return strcmp(request->path, "/upload") == 0 ? UPLOAD_MAX : REQUEST_BODY_MAX;
}

static void
tell_fields(struct buf *out, const char *kind, const struct fields *fields)
{
	for (size_t i = 0; i < fields_count(fields); i++)
		buf_addf(out, "%s.%s: %s\n", kind, fields_name(fields, i), fields_value(fields, i));
}

static void
tell(struct buf *out, const struct request *q)
{
	buf_addf(out, "pid: %d\nmethod: %d\npath: %s\nhost: %s\nbody: %zu\n", (int)getpid(),
	    (int)q->method, q->path, q->host, q->body_len);
	tell_fields(out, "query", q->query);
	tell_fields(out, "form", q->form);
	tell_fields(out, "cookie", q->cookies);
	for (const struct multipart_file *f = q->files; f != NULL; f = f->next)
		buf_addf(out, "file.%s: %s %zu\n", f->field, f->name, f->n);
}

static void
answer(struct fcgi *fcgi, struct arena *arena, const struct request *q, enum status status)
{
	struct response response;
	int64_t size;

	response_init(&response, arena);
	response.status = status;
	response.content_type = "text/plain; charset=utf-8";
	if (strcmp(q->path, "/big") == 0 && fields_int(q->query, "size", 0, BIG_MAX, &size) == ERR_OK)
		for (int64_t i = 0; i < size; i++)
			buf_addch(&response.body, (char)('a' + i % 26));
	else
		tell(&response.body, q);
	if (fcgi_reply(fcgi, q, &response) != ERR_OK)
		fprintf(stderr, "the client went away\n");
	fcgi_finish(fcgi);
}

int
main(int argc, char **argv)
{
	struct arena *arena = arena_new();
	struct request request;
	struct fcgi *fcgi;
	enum status status;
	enum err e;
	int fd;

	if (argc != 2 || fcgi_listen(argv[1], 0, &fd) != ERR_OK)
		return 2;
	proc_catch_signals();
	fcgi = fcgi_open(fd);
	fcgi_body_limit(fcgi, body_limit, NULL);
	while ((e = fcgi_accept(fcgi, arena, &request, &status)) != ERR_BUSY) {
		answer(fcgi, arena, &request, e == ERR_OK ? HTTP_OK : status);
		arena_reset(arena);
	}
	fcgi_close(fcgi);
	arena_free(arena);
	(void)close(fd);
	(void)unlink(argv[1]);
	return 0;
}
