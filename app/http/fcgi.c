/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The FastCGI socket, by libfcgi; no other file includes fcgiapp.h.
 *
 * libfcgi does the records; accepting and sending large pages is done here, which
 * needs three members of FCGX_Request that its header would rather keep to itself
 * (ipcFd, keepConnection, and detached by FCGX_Detach):
 *
 *   - A peer that stops in the middle of a record would hold a worker for ever, and
 *     keep it from ending.  The connection therefore has time limits, which must be
 *     set before FCGX_Accept_r, as that reads already.
 *   - FCGX_Accept_r goes back to accepting after a bad record and does not look
 *     whether the program is to end.  It has no listening socket here, so it comes
 *     back to us instead.
 *   - It sends 8 kB at a time and the end of the request apart, and closing waits until
 *     nginx has closed.  An answer goes out whole in one call here, and as the request
 *     was read to its end there is nothing that closing at once could lose.
 */
#include "http/http.h"

#include "base/arena.h"
#include "base/log.h"
#include "base/proc.h"

#include <errno.h>
#include <fastcgi.h>
#include <fcgiapp.h>
#include <fcntl.h>
#include <limits.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/uio.h>
#include <sys/un.h>
#include <unistd.h>

enum {
	BACKLOG = 1024,
	LOOK_MS = 100,		/* whether somebody listens there still */
	SYSTEMD_FIRST_FD = 3,
	ACCEPT_S = 5,			/* then it is asked again whether to end */
	RECEIVE_S = 10,			/* nginx has the whole request before it calls */
	SEND_S = 30,
	DRAIN_MAX = 64 << 20,		/* of a body that is too large */
	PARAMS_BYTES_MAX = 64 << 10,	/* twice what nginx takes as the head of a request */
	RECORD_MAX = 65528,		/* content of one record, a multiple of 8 */
	RECORD_HEAD = 8,
	RECORDS_MAX = 64		/* sent in one call, two pieces each */
};

struct fcgi {
	int listen;
	FCGX_Request request;
	size_t (*limit)(void *, const struct request *);
	void *context;
};

/* ---- listening ---- */

static bool
listens_at(int fd, const char *path)
{
	struct sockaddr_un address = { 0 };
	socklen_t n = sizeof address;

	if (getsockname(fd, (struct sockaddr *)&address, &n) != 0 || address.sun_family != AF_UNIX)
		return false;
	return strncmp(address.sun_path, path, sizeof address.sun_path) == 0;
}

/* sd_listen_fds(3), of which this is all that is needed.  -1: there is none. */
static int
from_systemd(const char *path)
{
	const char *pid = getenv("LISTEN_PID"), *count = getenv("LISTEN_FDS");
	long n;

	if (pid == NULL || count == NULL || strtol(pid, NULL, 10) != (long)getpid())
		return -1;
	n = strtol(count, NULL, 10);
	for (int fd = SYSTEMD_FIRST_FD; fd < SYSTEMD_FIRST_FD + n; fd++)
		if (listens_at(fd, path)) {
			(void)fcntl(fd, F_SETFD, FD_CLOEXEC);
			return fd;
		}
	return -1;
}

/* A socket that nobody answers is left over from a process that was killed. */
static void
remove_stale(const struct sockaddr_un *address)
{
	struct stat st;
	int fd;

	if (lstat(address->sun_path, &st) != 0 || !S_ISSOCK(st.st_mode))
		return;
	fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
	if (fd < 0)
		return;
	if (connect(fd, (const struct sockaddr *)address, sizeof *address) != 0 &&
	    errno == ECONNREFUSED)
		(void)unlink(address->sun_path);
	(void)close(fd);
}

/* The socket, or -1 and errno. */
static int
listens(const struct sockaddr_un *address)
{
	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0), bound, why;
	mode_t mask = umask(0117);

	bound = fd < 0 ? -1 : bind(fd, (const struct sockaddr *)address, sizeof *address);
	(void)umask(mask);
	if (bound == 0 && listen(fd, BACKLOG) == 0)
		return fd;
	why = errno;
	if (fd >= 0)
		(void)close(fd);
	errno = why;
	return -1;
}

enum err
fcgi_listen(const char *path, int patience_ms, int *out)
{
	struct sockaddr_un address = { .sun_family = AF_UNIX };
	int fd;

	fd = from_systemd(path);
	if (fd >= 0) {
		*out = fd;
		return ERR_OK;
	}

	if (strlen(path) >= sizeof address.sun_path) {
		log_error("fcgi.listen path=%s problem=too-long", path);
		return ERR_BUSY;
	}
	memcpy(address.sun_path, path, strlen(path));
	for (;; patience_ms -= LOOK_MS) {
		remove_stale(&address);
		*out = listens(&address);
		if (*out >= 0)
			return ERR_OK;
		if (errno != EADDRINUSE || patience_ms <= 0)
			break;
		proc_sleep_ms(LOOK_MS);
	}
	log_error("fcgi.listen path=%s errno=%d", path, errno);
	return ERR_BUSY;
}

/* ---- reading ---- */

static void
limit_time(int fd, int option, int seconds)
{
	struct timeval tv = { .tv_sec = seconds };

	(void)setsockopt(fd, SOL_SOCKET, option, &tv, sizeof tv);
}

struct fcgi *
fcgi_open(int fd)
{
	struct fcgi *f = calloc(1, sizeof *f);

	if (f == NULL || FCGX_Init() != 0)
		log_panic("fcgi.open errno=%d", errno);
	f->listen = fd;
	/* Without a socket of its own: see above. */
	FCGX_InitRequest(&f->request, -1, FCGI_FAIL_ACCEPT_ON_INTR);
	/* A signal may come between the look at proc_stopping and accept. */
	limit_time(fd, SO_RCVTIMEO, ACCEPT_S);
	return f;
}

void
fcgi_close(struct fcgi *f)
{
	FCGX_Free(&f->request, 1);
	free(f);
}

void
fcgi_body_limit(struct fcgi *f, size_t (*limit)(void *, const struct request *), void *context)
{
	f->limit = limit;
	f->context = context;
}

/* A connection, or -1: look again whether to go on. */
static int
accept_one(const struct fcgi *f)
{
	int fd = accept4(f->listen, NULL, NULL, SOCK_CLOEXEC);

	if (fd >= 0) {
		limit_time(fd, SO_RCVTIMEO, RECEIVE_S);
		limit_time(fd, SO_SNDTIMEO, SEND_S);
		return fd;
	}
	switch (errno) {
	case EINTR: case EAGAIN: case ECONNABORTED:
		break;
	case EMFILE: case ENFILE: case ENOBUFS: case ENOMEM:
		log_warn("fcgi.accept errno=%d", errno);
		proc_sleep_ms(100);
		break;
	default:
		log_panic("fcgi.accept errno=%d", errno);
	}
	return -1;
}

/* Reads the head of the next request.  False: there is none on this connection. */
static bool
next_request(struct fcgi *f)
{
	FCGX_Request *q = &f->request;

	if (q->ipcFd < 0)
		q->ipcFd = accept_one(f);
	if (q->ipcFd < 0)
		return false;

	q->keepConnection = 1;		/* else FCGX_Accept_r closes it first */
	FCGX_Detach(q);
	if (FCGX_Accept_r(q) != 0)
		return false;
	/* An error here is a head that was cut off between two parameters. */
	if (q->role == FCGI_RESPONDER && FCGX_GetError(q->in) == 0)
		return true;
	FCGX_Free(q, 1);
	return false;
}

/* libfcgi frees its parameters with the request, so that the arena takes a copy.
 * *whole: all of them were taken. */
static char **
copy_params(struct arena *arena, char *const *from, bool *whole)
{
	char **to = arena_alloc(arena, (REQUEST_PARAMS_MAX + 2) * sizeof *to);
	size_t total = 0, n, i;

	/* One more than allowed, so that request_head sees that it is too many. */
	for (i = 0; from[i] != NULL && i <= REQUEST_PARAMS_MAX; i++) {
		n = strlen(from[i]);
		total += n;
		if (total > PARAMS_BYTES_MAX)
			break;
		to[i] = arena_strndup(arena, from[i], n);
	}
	*whole = total <= PARAMS_BYTES_MAX;
	return to;
}

/* The answer would be lost if nginx were still sending when we close. */
static void
drain(FCGX_Stream *in)
{
	char scrap[8192];
	size_t n = 0;
	int got;

	while (n < DRAIN_MAX && (got = FCGX_GetStr(scrap, sizeof scrap, in)) > 0)
		n += (size_t)got;
}

static size_t
body_limit(const struct fcgi *f, const struct request *request)
{
	size_t limit = REQUEST_BODY_MAX;

	if (request->content_length > limit && f->limit != NULL)
		limit = f->limit(f->context, request);
	return limit < INT_MAX ? limit : INT_MAX - 1;
}

static enum err
read_request(struct fcgi *f, struct arena *arena, struct request *request, enum status *status)
{
	FCGX_Stream *in = f->request.in;
	bool whole;
	char *body;
	int n;
	enum err e;

	e = request_head(request, arena, copy_params(arena, f->request.envp, &whole), status);
	if (!whole) {
		*status = HTTP_BAD_REQUEST;
		e = ERR_INVALID;
	}
	if (e == ERR_OK && request->content_length > body_limit(f, request)) {
		*status = HTTP_TOO_LARGE;
		e = ERR_TOO_LARGE;
	}
	if (e != ERR_OK) {
		drain(in);
		return e;
	}

	body = arena_alloc(arena, request->content_length + 1);
	n = FCGX_GetStr(body, (int)request->content_length, in);
	/* Reads the end of the body too; anything before it is more than announced. */
	if (FCGX_GetChar(in) != EOF) {
		drain(in);
		*status = HTTP_BAD_REQUEST;
		return ERR_INVALID;
	}
	return request_body(request, arena, body, (size_t)n, status);
}

enum err
fcgi_accept(struct fcgi *f, struct arena *arena, struct request *request, enum status *status)
{
	enum err e;

	while (!proc_stopping()) {
		if (!next_request(f))
			continue;
		e = read_request(f, arena, request, status);
		if (FCGX_GetError(f->request.in) == 0)
			return e;
		/* Broken off in its body: nobody waits for an answer. */
		FCGX_Free(&f->request, 1);
		arena_reset(arena);
	}
	return ERR_BUSY;
}

/* ---- answering ---- */

/* Records on their way into one sendmsg: a head and a piece of content each. */
struct batch {
	int fd, request_id, n;
	uint8_t head[RECORDS_MAX][RECORD_HEAD];
	struct iovec piece[2 * RECORDS_MAX];
};

static enum err
batch_send(struct batch *b)
{
	struct msghdr message = { .msg_iov = b->piece, .msg_iovlen = 2 * (size_t)b->n };
	ssize_t sent;

	b->n = 0;
	while (message.msg_iovlen > 0) {
		sent = sendmsg(b->fd, &message, MSG_NOSIGNAL);
		if (sent < 0 && errno == EINTR)
			continue;
		if (sent < 0)
			return ERR_GONE;
		while (message.msg_iovlen > 0 && (size_t)sent >= message.msg_iov->iov_len) {
			sent -= (ssize_t)message.msg_iov->iov_len;
			message.msg_iov++;
			message.msg_iovlen--;
		}
		if (sent > 0) {
			message.msg_iov->iov_base = (char *)message.msg_iov->iov_base + sent;
			message.msg_iov->iov_len -= (size_t)sent;
		}
	}
	return ERR_OK;
}

static enum err
batch_record(struct batch *b, uint8_t type, void *data, size_t n)
{
	uint8_t *head;
	enum err e;

	if (b->n == RECORDS_MAX) {
		e = batch_send(b);
		if (e != ERR_OK)
			return e;
	}
	head = b->head[b->n];
	memset(head, 0, RECORD_HEAD);
	head[0] = FCGI_VERSION_1;
	head[1] = type;
	head[2] = (uint8_t)(b->request_id >> 8);
	head[3] = (uint8_t)b->request_id;
	head[4] = (uint8_t)(n >> 8);
	head[5] = (uint8_t)n;
	b->piece[2 * b->n] = (struct iovec){ head, RECORD_HEAD };
	b->piece[2 * b->n + 1] = (struct iovec){ data, n };
	b->n++;
	return ERR_OK;
}

static enum err
batch_stdout(struct batch *b, char *data, size_t n)
{
	enum err e = ERR_OK;

	for (size_t piece; e == ERR_OK && n > 0; data += piece, n -= piece) {
		piece = n < RECORD_MAX ? n : RECORD_MAX;
		e = batch_record(b, FCGI_STDOUT, data, piece);
	}
	return e;
}

/* What is sent here ends the request, so that nginx has all of it at once. */
enum err
fcgi_reply(struct fcgi *f, const struct request *request, const struct response *response)
{
	static FCGI_EndRequestBody end;		/* status 0, FCGI_REQUEST_COMPLETE */
	FCGX_Request *q = &f->request;
	struct batch batch;
	size_t body_len = response->body.len;
	struct buf head;
	enum err e;

	if (request->method == METHOD_HEAD || response->status == HTTP_NO_CONTENT ||
	    response->status == HTTP_NOT_MODIFIED)
		body_len = 0;
	buf_init(&head, response->headers.arena);
	buf_reserve(&head, 1024);
	response_head(response, &head);

	batch.fd = q->ipcFd;
	batch.request_id = q->requestId;
	batch.n = 0;
	e = batch_stdout(&batch, head.data, head.len);
	if (e == ERR_OK)
		e = batch_stdout(&batch, response->body.data, body_len);
	if (e == ERR_OK)
		e = batch_record(&batch, FCGI_STDOUT, NULL, 0);
	if (e == ERR_OK)
		e = batch_record(&batch, FCGI_END_REQUEST, &end, sizeof end);
	if (e == ERR_OK)
		e = batch_send(&batch);
	if (e != ERR_OK)
		q->keepConnection = 0;
	return e;
}

/* Not FCGX_Finish_r, which would end the request a second time. */
void
fcgi_finish(struct fcgi *f)
{
	FCGX_Request *q = &f->request;

	FCGX_Free(q, !q->keepConnection || FCGX_GetError(q->in) != 0);
}
