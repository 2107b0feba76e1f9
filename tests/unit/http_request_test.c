/* SPDX-License-Identifier: Apache-2.0 */
/* The edge: what a request may be, and how each departure is answered. */
#include "base/arena.h"
#include "http/http.h"
#include "http/multipart.h"
#include "tap.h"

static struct arena *arena;
static struct request request;

/* A good request in which some parameters stand for, or beside, the usual ones. */
struct given {
	const char *method, *uri, *host, *length, *type, *body;
	const char *more[4];
};

static int
parse(struct given g)
{
	enum status status = HTTP_OK;
	const char *body = g.body == NULL ? "" : g.body;
	char **params = arena_alloc(arena, 16 * sizeof *params);
	int n = 0;

	params[n++] = arena_printf(arena, "REQUEST_METHOD=%s", g.method != NULL ? g.method :
	    g.body != NULL ? "POST" : "GET");
	params[n++] = arena_printf(arena, "REQUEST_URI=%s", g.uri != NULL ? g.uri : "/");
	if (g.host == NULL || g.host[0] != '\0')
		params[n++] = arena_printf(arena, "HTTP_HOST=%s", g.host != NULL ? g.host : "a.example.jp");
	params[n++] = g.length != NULL ? arena_printf(arena, "CONTENT_LENGTH=%s", g.length) :
	    arena_printf(arena, "CONTENT_LENGTH=%zu", strlen(body));
	params[n++] = arena_printf(arena, "CONTENT_TYPE=%s", g.type != NULL ? g.type :
	    g.body != NULL ? "application/x-www-form-urlencoded" : "");
	for (int i = 0; i < 4 && g.more[i] != NULL; i++)
		params[n++] = arena_strdup(arena, g.more[i]);

	switch (request_parse(&request, arena, params, body, strlen(body), &status)) {
	case ERR_OK: return HTTP_OK;
	case ERR_TOO_LARGE:
		return status == HTTP_TOO_LARGE || status == HTTP_URI_TOO_LONG ? (int)status : -1;
	case ERR_INVALID:
		return status == HTTP_TOO_LARGE || status == HTTP_URI_TOO_LONG ? -1 : (int)status;
	default: return -1;
	}
}
#define PARSE(...) parse((struct given){ __VA_ARGS__ })

static void
test_whole(void)
{
	is_int(PARSE(.uri = "/events/%E7%A5%AD?page=2&q=%E7%A5%AD+a", .host = "A-1.Example.JP:8443",
	    .more = { "REMOTE_ADDR=192.0.2.1", "HTTP_COOKIE=__Host-a=1; b=2",
	        "REQUEST_ID=0123456789abcdef0123456789abcdef", "HTTP_HX_REQUEST=true" }), 200, "a good one");
	is_int(request.method, METHOD_GET, "method");
	is_str(request.path, "/events/祭", "path, decoded");
	is_str(request.uri, "/events/%E7%A5%AD?page=2&q=%E7%A5%AD+a", "uri, as sent");
	is_str(request.host, "a-1.example.jp", "host in lower case, without port");
	is_str(request.remote, "192.0.2.1", "remote");
	is_str(request.id, "0123456789abcdef0123456789abcdef", "id of nginx");
	is_str(fields_get(request.query, "page"), "2", "query");
	is_str(fields_get(request.query, "q"), "祭 a", "query, decoded");
	is_str(fields_get(request.cookies, "__Host-a"), "1", "cookie");
	ok(request.fragment, "a fragment is wanted");
	is_str(request.origin, "", "what is absent is empty");
	is_int(PARSE(0), 200, "the least one");
	is_int((intmax_t)strlen(request.id), 36, "an id is made");
	ok(!request.fragment, "a page is wanted");
	ok(!request.knocks, "nobody knocks");
	is_int(PARSE(.method = "POST", .more = { "CHROMO_KNOCKS=yes" }), 200, "nginx, before a large body");
	ok(request.knocks, "knocks");
	is_int(PARSE(.method = "POST", .more = { "HTTP_CHROMO_KNOCKS=yes" }), 200, "a header of that name");
	ok(!request.knocks, "is not nginx");
	is_int(PARSE(.more = { "REQUEST_ID=a b\nc\"d-efgh" }), 200, "an id with odd characters");
	is_int((intmax_t)strlen(request.id), 36, "is not taken");
}

static void
test_method(void)
{
	static const struct { const char *name; enum method method; } cases[] = {
		{ "GET", METHOD_GET }, { "HEAD", METHOD_HEAD }, { "POST", METHOD_POST },
		{ "PUT", METHOD_OTHER }, { "TRACE", METHOD_OTHER }, { "get", METHOD_OTHER }, { "", METHOD_OTHER },
	};

	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		is_int(PARSE(.method = cases[i].name), 200, "method \"%s\"", cases[i].name);
		is_int(request.method, cases[i].method, "is %d", (int)cases[i].method);
	}
}

static void
test_path(void)
{
	static const struct { const char *uri; int status; } cases[] = {
		{ "/a", 200 }, { "/a/b.c-d_e~f", 200 }, { "/%41", 200 }, { "/a..b", 200 }, { "/...", 200 },
		{ "/..", 400 }, { "/a/../b", 400 }, { "/a/..", 400 }, { "/%2e%2e/b", 400 }, { "/./a", 400 },
		{ "/a/%2E", 400 }, { "//", 400 }, { "//a", 400 }, { "/a//b", 400 }, { "/a//", 400 },
		{ "/a/", 404 }, { "/a/?b=c", 404 },
		{ "/a\\b", 400 }, { "/a%5Cb", 400 }, { "/a%2Fb", 400 }, { "/a%2fb", 400 },
		{ "/%00", 400 }, { "/a%0Ab", 400 }, { "/a%0D", 400 }, { "/a%7F", 400 }, { "/a\x01", 400 },
		{ "/a%C2%85", 400 }, { "/a\x7f", 400 },
		{ "/%", 400 }, { "/%4", 400 }, { "/%4g", 400 }, { "/%g4", 400 },
		{ "/%ff", 400 }, { "/%C0%AF", 400 }, { "/%ED%A0%80", 400 }, { "/%E7%A5", 400 },
		{ "/\xe7\xa5\xad", 200 }, { "/\xff", 400 },
		{ "/%2541", 200 }, { "/a b", 400 }, { "/a#b", 400 },
		{ "", 400 }, { "*", 400 }, { "a", 400 }, { "http://x/", 400 }, { "?a=b", 400 },
	};

	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++)
		is_int(PARSE(.uri = cases[i].uri), cases[i].status, "path %zu is %d", i, cases[i].status);
	PARSE(.uri = "/%2541");
	is_str(request.path, "/%41", "decoded once");
}

static void
test_query(void)
{
	struct buf uri;

	is_int(PARSE(.uri = "/?"), 200, "an empty query");
	is_int(PARSE(.uri = "/?a=1&b=2"), 200, "two parameters");
	is_int(PARSE(.uri = "/?a=1&a=2"), 400, "one twice (R35)");
	is_int(PARSE(.uri = "/?a=%00"), 400, "NUL");
	is_int(PARSE(.uri = "/?a=%ff"), 400, "not UTF-8");
	is_int(PARSE(.uri = "/?a=%zz"), 400, "a bad escape");
	is_int(PARSE(.uri = "/?u=http://a/../b//c"), 200, "paths in values are nobody's");

	buf_init(&uri, arena);
	buf_adds(&uri, "/");
	while (uri.len < REQUEST_URI_MAX)
		buf_addch(&uri, 'a');
	is_int(PARSE(.uri = uri.data), 200, "4096 bytes");
	buf_addch(&uri, 'a');
	is_int(PARSE(.uri = uri.data), 414, "one more");
	is_str(request.path, "", "no path then");
	is_str(request.host, "a.example.jp", "but a host, for the error page");
}

static void
test_host(void)
{
	static const struct { const char *host; int status; } cases[] = {
		{ "", 400 },	/* absent */
		{ "localhost", 200 }, { "town.localhost:8443", 200 }, { "192.0.2.1", 200 },
		{ "xn--8pvr4u.jp", 200 }, { "a:0", 200 },
		{ "a b", 400 }, { "a/b", 400 }, { "a_b", 400 }, { "a\\b", 400 }, { "a@b", 400 },
		{ "a:", 400 }, { "a:x", 400 }, { "a:80:80", 400 }, { "a:123456", 400 }, { ":80", 400 },
		{ ".a", 400 }, { "a.", 400 }, { "a..b", 400 }, { "-a", 400 }, { "a-", 400 }, { "a.-b", 400 },
		{ "[::1]", 400 }, { "a,b", 400 }, { "a, a", 400 }, { "\xe7\xa5\xad", 400 }, { "a%41", 400 },
	};
	char long_host[256];

	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++)
		is_int(PARSE(.host = cases[i].host), cases[i].status, "host \"%s\"", cases[i].host);
	memset(long_host, 'a', sizeof long_host);
	long_host[254] = '\0';
	is_int(PARSE(.host = long_host), 400, "254 bytes");
	long_host[253] = '\0';
	is_int(PARSE(.host = long_host), 200, "253 bytes");
}

static void
test_twice(void)
{
	static const char *const twice[] = {
		"HTTP_HOST=b.example.jp", "REQUEST_METHOD=POST", "REQUEST_URI=/b", "CONTENT_LENGTH=0",
		"CONTENT_TYPE=text/plain",
	};
	char *params[REQUEST_PARAMS_MAX + 2] = { 0 };
	enum status status;

	for (size_t i = 0; i < sizeof twice / sizeof twice[0]; i++)
		is_int(PARSE(.more = { twice[i] }), 400, "twice: %s", twice[i]);
	is_int(PARSE(.more = { "HTTP_COOKIE=a=1", "HTTP_COOKIE=b=1" }), 400, "two Cookie headers");
	is_int(PARSE(.more = { "HTTP_COOKIE=a=1; a=2" }), 400, "a cookie twice");
	is_int(PARSE(.more = { "HTTP_VIA=x", "HTTP_VIA=y" }), 200, "a header that we do not read");

	for (int i = 0; i <= REQUEST_PARAMS_MAX; i++)
		params[i] = arena_printf(arena, "HTTP_X_%d=1", i);
	is_int(request_parse(&request, arena, params, "", 0, &status), ERR_INVALID, "too many");
	is_int(status, 400, "is 400");
	params[0] = NULL;
	is_int(request_parse(&request, arena, params, "", 0, &status), ERR_INVALID, "none at all");
	ok(request.path != NULL && request.host != NULL && request.query != NULL &&
	    request.cookies != NULL && request.id[0] != '\0', "leaves nothing NULL");
}

static void
test_body(void)
{
	struct buf body;

	is_int(PARSE(.body = "a=1&b=%E7%A5%AD"), 200, "a form");
	is_str(fields_get(request.form, "b"), "祭", "is read");
	is_str(request.body, "a=1&b=%E7%A5%AD", "and there as it was sent");
	is_int(PARSE(.body = "a=1&a=2"), 400, "a field twice");
	is_int(PARSE(.body = "a=x%ffy"), 200, "a field that is not UTF-8 …");
	is_str(fields_get(request.form, "a"), "x\xef\xbf\xbdy", "… is for the form to complain of");
	is_int(PARSE(.body = "a=1", .length = "2"), 400, "longer than announced");
	is_int(PARSE(.body = "a=1", .length = "4"), 400, "shorter than announced");
	is_int(PARSE(.body = "a=1", .length = ""), 400, "not announced");
	is_int(PARSE(.body = "a=1", .length = "+3"), 400, "a sign");
	is_int(PARSE(.body = "a=1", .length = "3, 3"), 400, "two that agree");
	is_int(PARSE(.body = "a=1", .length = " 3"), 400, "a blank");
	is_int(PARSE(.body = "a=1", .length = "0x3"), 400, "hexadecimal");
	is_int(PARSE(.body = "a=1", .length = "18446744073709551619"), 400, "3 modulo 2^64");
	is_int(PARSE(.body = "a=1", .length = "-1"), 400, "negative");
	is_int(PARSE(.body = "", .length = ""), 200, "no body, no length");
	is_int(PARSE(.method = "GET", .body = "a=1"), 400, "a GET with a body");
	is_int(PARSE(.body = "{}", .type = "application/json"), 200, "JSON");
	ok(request_has_type(&request, "application/json"), "is told");
	ok(!request_has_type(&request, "application/jso"), "whole");
	is_int((intmax_t)fields_count(request.form), 0, "and no form");
	is_int(PARSE(.body = "a=1", .type = "Application/X-WWW-Form-Urlencoded; charset=UTF-8"), 200,
	    "a form with its charset");
	is_str(fields_get(request.form, "a"), "1", "is read");
	is_int(PARSE(.body = "a=1", .type = "application/x-www-form-urlencoded; charset=shift_jis"), 415,
	    "another charset");
	is_int(PARSE(.body = "--x\r\nContent-Disposition: form-data; name=a\r\n\r\n1\r\n--x--",
	    .type = "multipart/form-data; boundary=x"), 200, "multipart");
	is_str(fields_get(request.form, "a"), "1", "is read");

	buf_init(&body, arena);
	buf_adds(&body, "a=");
	while (body.len < REQUEST_BODY_MAX)
		buf_addch(&body, 'a');
	is_int(PARSE(.body = body.data), 200, "a mebibyte");
	buf_addch(&body, 'a');
	is_int(PARSE(.body = body.data), 413, "one more");

	buf_reset(&body);
	for (int i = 0; i < REQUEST_FIELDS_MAX; i++)
		buf_addf(&body, "%s%d=1", i > 0 ? "&" : "", i);
	is_int(PARSE(.body = body.data), 200, "a thousand fields");
	buf_adds(&body, "&more=1");
	is_int(PARSE(.body = body.data), 413, "one more");
}

static void
test_headers(void)
{
	is_int(PARSE(.more = { "HTTP_USER_AGENT=a\xff" "b\x01", "HTTP_X_LINE_SIGNATURE=abc=",
	    "HTTP_VIA=x", "HTTP_VIA=y" }), 200, "odd bytes in User-Agent");
	is_str(request.agent, "a?b?", "come out as ?");
	is_str(request_header(&request, "X-Line-Signature"), "abc=", "a header by name");
	is_str(request_header(&request, "x-line-signature"), "abc=", "case aside");
	is_str(request_header(&request, "X-Line"), "", "whole names only");
	is_str(request_header(&request, "X-Line-Signature-X"), "", "not beyond the end");
	is_str(request_header(&request, "Via"), "", "twice is none");
	is_int(PARSE(.more = { "HTTP_ORIGIN=https://a\x01" }), 400, "a control character in Origin");
	is_int(PARSE(.more = { "HTTP_ACCEPT_LANGUAGE=ja\xff" }), 400, "not ASCII in Accept-Language");
	is_int(PARSE(.more = { "HTTP_ACCEPT_LANGUAGE=ja,en;q=0.5", "HTTP_ORIGIN=null" }), 200, "as they should be");
	is_str(request.language, "ja,en;q=0.5", "language");
	is_str(request.origin, "null", "origin");
}

static void
test_etag(void)
{
	static const struct { const char *sent, *ours; bool same; } cases[] = {
		{ "\"a\"", "\"a\"", true }, { "W/\"a\"", "\"a\"", true }, { "\"a\"", "W/\"a\"", true },
		{ "\"b\", \"a\"", "\"a\"", true }, { "\"b\",W/\"a\"", "\"a\"", true }, { "*", "\"a\"", true },
		{ "\"ab\"", "\"a\"", false }, { "a", "\"a\"", false }, { "\"a\"x", "\"a\"", false },
		{ "", "\"a\"", false }, { ",", "\"a\"", false }, { "\"b\"", "\"a\"", false },
	};

	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		PARSE(.more = { arena_printf(arena, "HTTP_IF_NONE_MATCH=%s", cases[i].sent) });
		ok(request_has_etag(&request, cases[i].ours) == cases[i].same, "%s against %s",
		    cases[i].sent, cases[i].ours);
	}
}

int
main(void)
{
	arena = arena_new();
	test_whole();
	test_method();
	test_path();
	test_query();
	test_host();
	test_twice();
	test_body();
	test_headers();
	test_etag();
	arena_free(arena);
	return done();
}
