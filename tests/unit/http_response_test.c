/* SPDX-License-Identifier: Apache-2.0 */
/* The head of an answer, byte by byte, and what may not get into it. */
#include "base/arena.h"
#include "http/http.h"
#include "tap.h"

#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

static struct arena *arena;

static struct response
fresh(void)
{
	struct response r;

	response_init(&r, arena);
	return r;
}

static const char *
head_of(const struct response *r)
{
	struct buf out;

	buf_init(&out, arena);
	response_head(r, &out);
	return out.data;
}

static void
test_plain(void)
{
	struct response r = fresh();

	buf_adds(&r.body, "あ");
	is_str(head_of(&r),
	    "Status: 200 OK\r\n"
	    "Content-Type: text/html; charset=utf-8\r\n"
	    "Content-Length: 3\r\n"
	    "Cache-Control: no-store\r\n"
	    "\r\n", "a page with nothing said");
}

static void
test_members(void)
{
	struct response r = fresh();
	const char *head;

	r.cache = "public, max-age=1";
	r.etag = "\"5f\"";
	r.csp = "default-src 'none'";
	response_header(&r, "Vary", "HX-Request");
	head = head_of(&r);
	ok(strstr(head, "\r\nCache-Control: public, max-age=1\r\n") != NULL, "cache");
	ok(strstr(head, "no-store") == NULL, "instead of no-store");
	ok(strstr(head, "\r\nETag: \"5f\"\r\n") != NULL, "etag");
	ok(strstr(head, "\r\nContent-Security-Policy: default-src 'none'\r\n") != NULL, "csp");
	ok(strstr(head, "\r\nVary: HX-Request\r\n") != NULL, "another header");

	r = fresh();
	r.status = HTTP_SEE_OTHER;
	r.location = "/surveys/7";
	ok(strncmp(head_of(&r), "Status: 303 See Other\r\nLocation: /surveys/7\r\n", 45) == 0, "303");

	r = fresh();
	r.status = HTTP_NOT_MODIFIED;
	head = head_of(&r);
	ok(strstr(head, "Content-Type:") == NULL && strstr(head, "Content-Length:") == NULL,
	    "304 says nothing of a body");
}

static void
test_cookies(void)
{
	struct response r = fresh();

	response_cookie(&r, "__Host-login", "abc_-", 0);
	response_cookie(&r, "__Host-lang", "ja", 3600);
	response_cookie(&r, "__Host-old", "x", -1);
	is_str(r.headers.data,
	    "Set-Cookie: __Host-login=abc_-; Path=/; Secure; HttpOnly; SameSite=Lax\r\n"
	    "Set-Cookie: __Host-lang=ja; Max-Age=3600; Path=/; Secure; HttpOnly; SameSite=Lax\r\n"
	    "Set-Cookie: __Host-old=; Max-Age=0; Path=/; Secure; HttpOnly; SameSite=Lax\r\n",
	    "for the session, for an hour, deleted");
}

/* Each of these would split the head or weaken a cookie. */
static void
bad(int i)
{
	struct response r = fresh();

	switch (i) {
	case 0: response_header(&r, "X-A", "a\r\nSet-Cookie: b=c"); break;
	case 1: response_header(&r, "X-A", "a\nb"); break;
	case 2: response_header(&r, "X A", "a"); break;
	case 3: response_header(&r, "X-A:", "a"); break;
	case 4: r.location = "/a\r\nX: y"; head_of(&r); break;
	case 5: r.csp = "a\r\n"; head_of(&r); break;
	case 6: r.content_type = "text/html\n"; head_of(&r); break;
	case 7: r.etag = "unquoted"; head_of(&r); break;
	case 8: response_cookie(&r, "login", "a", 0); break;
	case 9: response_cookie(&r, "__Host-a", "b; Domain=x", 0); break;
	case 10: response_cookie(&r, "__Host-a", "日", 0); break;
	case 11: response_cookie(&r, "__Host-a=b", "c", 0); break;
	case 12: r.cache = "a\x7f"; head_of(&r); break;
	}
}
enum { BAD = 13 };

static void
test_injection(void)
{
	for (int i = 0; i < BAD; i++) {
		int status;
		pid_t child;

		fflush(stdout);
		child = fork();
		if (child == 0) {
			fclose(stderr);
			bad(i);
			_exit(0);
		}
		waitpid(child, &status, 0);
		ok(WIFSIGNALED(status) && WTERMSIG(status) == SIGABRT, "bad value %d ends the process", i);
	}
}

int
main(void)
{
	arena = arena_new();
	test_plain();
	test_members();
	test_cookies();
	test_injection();
	arena_free(arena);
	return done();
}
