/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The calls: slots with an easy handle each, one multi handle for all, which keeps
 * the connections.  What an answer means is http_outcome.c's; which addresses may
 * be called is http_address.c's.
 */
#include "channel/http.h"

#include <curl/curl.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/arena.h"
#include "base/buf.h"
#include "base/clock.h"
#include "base/conf.h"
#include "base/log.h"

enum {
	CONNECT_MS = 5000,
	ANSWER_MAX = 64 << 10,
	CALLS_MAX = 1000,
	USES = 8		/* calls before a handle is set up anew */
};

enum state { FREE, FLYING, DONE, TOLD };

struct slot {
	struct http *http;
	CURL *easy;
	struct arena *arena;		/* of the call that is in it */
	struct buf body;
	size_t most;
	enum state state;
	int uses;			/* calls since it was set up; 0: it is to be */
	CURLcode code;
	bool too_long, barred, outside;
	bool head_whole;		/* the empty line behind the headers has come */
	void *context;
	int64_t begun;
	int took_ms;
	char error[CURL_ERROR_SIZE];
};

struct http {
	struct arena *arena;
	CURLM *multi;
	struct slot *slots;		/* one more than calls: the one that is told */
	struct slot *told;
	struct slot **done;		/* a ring of n + 1 */
	int n, busy, done_first, done_n;
	const char *ca_file;
	int call_ms;
	bool private;
};

static size_t
take_body(char *data, size_t size, size_t n, void *context)
{
	struct slot *s = context;

	n *= size;
	if (s->body.len + n > s->most) {
		s->too_long = true;
		n = s->most - s->body.len;
		buf_add(&s->body, data, n);
		return CURL_WRITEFUNC_ERROR;
	}
	buf_add(&s->body, data, n);
	return n;
}

/* libcurl takes an answer that ends within its headers for one without a body. */
static size_t
take_header(char *line, size_t size, size_t n, void *context)
{
	struct slot *s = context;

	n *= size;
	s->head_whole = (n == 2 && line[0] == '\r' && line[1] == '\n') || (n == 1 && line[0] == '\n');
	return n;
}

static curl_socket_t
open_socket(void *context, curlsocktype purpose, struct curl_sockaddr *to)
{
	struct slot *s = context;

	if (purpose != CURLSOCKTYPE_IPCXN || (!s->http->private && !http_is_public(&to->addr))) {
		s->barred = true;
		return CURL_SOCKET_BAD;
	}
	return socket(to->family, to->socktype | SOCK_CLOEXEC, to->protocol);
}

/* All that an earlier call of this handle may have had otherwise. */
static void
set_call(struct slot *s, const struct http_call *c)
{
	CURL *easy = s->easy;
	int most = s->http->call_ms;

	if (c->body != NULL) {
		curl_easy_setopt(easy, CURLOPT_POST, 1L);
		curl_easy_setopt(easy, CURLOPT_POSTFIELDSIZE_LARGE, (curl_off_t)c->n);
		curl_easy_setopt(easy, CURLOPT_POSTFIELDS, c->body);
	} else {
		curl_easy_setopt(easy, CURLOPT_HTTPGET, 1L);
	}
	curl_easy_setopt(easy, CURLOPT_CUSTOMREQUEST, c->method);
	curl_easy_setopt(easy, CURLOPT_URL, c->url);
	curl_easy_setopt(easy, CURLOPT_TIMEOUT_MS, (long)(c->timeout_ms > 0 && c->timeout_ms < most ? c->timeout_ms : most));
	curl_easy_setopt(easy, CURLOPT_HTTP_VERSION, (long)(c->http2 ? CURL_HTTP_VERSION_2TLS : CURL_HTTP_VERSION_1_1));
	curl_easy_setopt(easy, CURLOPT_FRESH_CONNECT, (long)c->fresh);
	curl_easy_setopt(easy, CURLOPT_FORBID_REUSE, (long)c->fresh);
}

static void
set_headers(struct slot *s, const struct http_call *c)
{
	/* No waiting for 100 Continue with a large body. */
	struct curl_slist *list = curl_slist_append(NULL, "Expect:");

	for (size_t i = 0; c->headers != NULL && c->headers[i] != NULL && list != NULL; i++)
		if (curl_slist_append(list, c->headers[i]) == NULL)
			log_panic("http.memory");
	if (list == NULL)
		log_panic("http.memory");
	arena_defer(s->arena, (void (*)(void *))curl_slist_free_all, list);
	curl_easy_setopt(s->easy, CURLOPT_HTTPHEADER, list);
}

/* What is the same for all calls.  A handle is set up once and used several times, which is a
 * tenth of a call saved; but not after trouble nor for ever, for it counts how often it tried
 * again. */
static void
set_up(struct slot *s)
{
	CURL *easy = s->easy;

	curl_easy_reset(easy);
	curl_easy_setopt(easy, CURLOPT_PROTOCOLS_STR, "https");
	curl_easy_setopt(easy, CURLOPT_FOLLOWLOCATION, 0L);
	curl_easy_setopt(easy, CURLOPT_PROXY, "");
	curl_easy_setopt(easy, CURLOPT_NOSIGNAL, 1L);
	curl_easy_setopt(easy, CURLOPT_SSLVERSION, (long)CURL_SSLVERSION_TLSv1_2);
	if (s->http->ca_file != NULL)
		curl_easy_setopt(easy, CURLOPT_CAINFO, s->http->ca_file);
	curl_easy_setopt(easy, CURLOPT_CONNECTTIMEOUT_MS, (long)CONNECT_MS);
	curl_easy_setopt(easy, CURLOPT_OPENSOCKETFUNCTION, open_socket);
	curl_easy_setopt(easy, CURLOPT_OPENSOCKETDATA, s);
	curl_easy_setopt(easy, CURLOPT_HEADERFUNCTION, take_header);
	curl_easy_setopt(easy, CURLOPT_HEADERDATA, s);
	curl_easy_setopt(easy, CURLOPT_WRITEFUNCTION, take_body);
	curl_easy_setopt(easy, CURLOPT_WRITEDATA, s);
	curl_easy_setopt(easy, CURLOPT_ERRORBUFFER, s->error);
	curl_easy_setopt(easy, CURLOPT_PRIVATE, s);
	curl_easy_setopt(easy, CURLOPT_USERAGENT, "chromo/" PACKAGE_VERSION);
}

int
http_room(const struct http *h)
{
	return h->n - h->busy;
}

static struct slot *
free_slot(struct http *h)
{
	for (int i = 0; i <= h->n; i++)
		if (h->slots[i].state == FREE)
			return &h->slots[i];
	return NULL;
}

static void
finish(struct slot *s, CURLcode code)
{
	struct http *h = s->http;

	s->code = code;
	s->state = DONE;
	s->took_ms = (int)(clock_monotonic_ms() - s->begun);
	h->done[(h->done_first + h->done_n++) % (h->n + 1)] = s;
}

enum err
http_start(struct http *h, const struct http_call *c)
{
	struct slot *s = free_slot(h);

	if (http_room(h) <= 0 || s == NULL)
		return ERR_BUSY;
	arena_reset(s->arena);
	buf_init(&s->body, s->arena);
	s->most = c->answer_max > 0 ? c->answer_max : ANSWER_MAX;
	s->too_long = s->barred = s->head_whole = false;
	s->outside = c->outside;
	s->context = c->context;
	s->error[0] = '\0';
	s->begun = clock_monotonic_ms();
	s->state = FLYING;
	h->busy++;

	if (s->uses == 0)
		set_up(s);
	s->uses = (s->uses + 1) % USES;
	set_call(s, c);
	set_headers(s, c);
	if (curl_multi_add_handle(h->multi, s->easy) != CURLM_OK)
		log_panic("http.add");
	return ERR_OK;
}

static void
drive(struct http *h)
{
	CURLMsg *m;
	int running, left;

	curl_multi_perform(h->multi, &running);
	while ((m = curl_multi_info_read(h->multi, &left)) != NULL) {
		CURLcode code = m->data.result;
		CURL *easy = m->easy_handle;
		struct slot *s = NULL;

		curl_easy_getinfo(easy, CURLINFO_PRIVATE, (void *)&s);
		must(s != NULL && s->state == FLYING);
		curl_multi_remove_handle(h->multi, easy);
		finish(s, code);
	}
}

void
http_wait(struct http *h, int timeout_ms, int fd)
{
	struct curl_waitfd extra = { .fd = fd, .events = CURL_WAIT_POLLIN };
	int64_t now = clock_monotonic_ms(), until = now + timeout_ms;
	CURLMcode code;

	for (;;) {
		drive(h);
		now = clock_monotonic_ms();
		if (h->done_n > 0 || extra.revents != 0 || now >= until)
			return;
		/* A signal ends it too, and with it our wait: the caller looks whether to stop. */
		code = curl_multi_poll(h->multi, &extra, fd >= 0 ? 1 : 0, (int)(until - now), NULL);
		if (code != CURLM_OK)
			return;
	}
}

static bool
is_untrusted(CURLcode c)
{
	return c == CURLE_PEER_FAILED_VERIFICATION || c == CURLE_SSL_CONNECT_ERROR ||
	    c == CURLE_SSL_CERTPROBLEM || c == CURLE_SSL_CACERT_BADFILE || c == CURLE_SSL_CIPHER ||
	    c == CURLE_SSL_ISSUER_ERROR || c == CURLE_SSL_INVALIDCERTSTATUS;
}

/* Whether anything had left is asked of the count of bytes: no list of codes knows
 * what libcurl had tried before it came to this one. */
static void
describe(struct slot *s, struct http_answer *a)
{
	long status = 0, sent = 0;
	curl_off_t left_us = 0, all_us = 0;

	curl_easy_getinfo(s->easy, CURLINFO_RESPONSE_CODE, &status);
	curl_easy_getinfo(s->easy, CURLINFO_REQUEST_SIZE, &sent);
	curl_easy_getinfo(s->easy, CURLINFO_PRETRANSFER_TIME_T, &left_us);
	curl_easy_getinfo(s->easy, CURLINFO_TOTAL_TIME_T, &all_us);
	*a = (struct http_answer){ .context = s->context, .status = (int)status, .body = s->body.data,
	    .n = s->body.len, .too_long = s->too_long, .outside = s->outside, .took_ms = s->took_ms,
	    .left_at = s->begun + s->took_ms - (all_us - left_us) / 1000, .reason = "", .detail = "", .easy = s->easy };
	if (s->code == CURLE_OK && s->head_whole)
		return;
	s->uses = 0;
	a->fate = sent == 0 ? HTTP_NEVER_LEFT : HTTP_MAY_HAVE_GONE;
	a->barred = sent == 0 && (s->barred || s->code == CURLE_URL_MALFORMAT ||
	    s->code == CURLE_UNSUPPORTED_PROTOCOL);
	a->reason = is_untrusted(s->code) ? "gateway_untrusted" :
	    s->code == CURLE_OPERATION_TIMEDOUT ? "gateway_slow" : "gateway_unreachable";
	a->detail = s->barred ? "the address is not public" :
	    s->error[0] != '\0' ? s->error : curl_easy_strerror(s->code);
}

enum err
http_next(struct http *h, struct http_answer *out)
{
	if (h->told != NULL)
		h->told->state = FREE;
	h->told = NULL;
	if (h->done_n == 0)
		return ERR_NOT_FOUND;
	h->told = h->done[h->done_first];
	h->done_first = (h->done_first + 1) % (h->n + 1);
	h->done_n--;
	h->told->state = TOLD;
	h->busy--;
	describe(h->told, out);
	return ERR_OK;
}

enum err
http_open(const struct conf *conf, int calls, struct http **out)
{
	int n = calls < 1 ? 1 : calls > CALLS_MAX ? CALLS_MAX : calls;
	struct arena *arena;
	struct http *h;

	if (conf->gateway_ca_file != NULL && access(conf->gateway_ca_file, R_OK) == -1) {
		log_error("http.configuration key=gateway_ca_file");
		return ERR_CHANNEL;
	}
	arena = arena_new();
	h = arena_alloc(arena, sizeof(*h));
	*h = (struct http){ .arena = arena, .n = n, .ca_file = conf->gateway_ca_file,
	    .call_ms = (conf->gateway_timeout_s > 0 ? conf->gateway_timeout_s : 20) * 1000,
	    .private = conf->gateway_private };
	h->slots = arena_alloc(arena, (size_t)(n + 1) * sizeof(*h->slots));
	h->done = arena_alloc(arena, (size_t)(n + 1) * sizeof(struct slot *));
	if (curl_global_init(CURL_GLOBAL_DEFAULT) != CURLE_OK || (h->multi = curl_multi_init()) == NULL)
		log_panic("http.memory");
	/* No kept connection may be closed for another's sake. */
	curl_multi_setopt(h->multi, CURLMOPT_MAXCONNECTS, (long)n * 2);
	for (int i = 0; i <= n; i++) {
		h->slots[i].http = h;
		h->slots[i].arena = arena_new();
		if ((h->slots[i].easy = curl_easy_init()) == NULL)
			log_panic("http.memory");
	}
	*out = h;
	return ERR_OK;
}

void
http_close(struct http *h)
{
	for (int i = 0; i <= h->n; i++) {
		if (h->slots[i].state == FLYING)
			curl_multi_remove_handle(h->multi, h->slots[i].easy);
		curl_easy_cleanup(h->slots[i].easy);
		arena_free(h->slots[i].arena);
	}
	curl_multi_cleanup(h->multi);
	curl_global_cleanup();
	arena_free(h->arena);
}
