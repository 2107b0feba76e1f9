/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Calls over HTTPS without a server that would answer: what is barred, what never
 * left, what an answer means.  tests/courier/http.test.mjs has the rest.
 */
#include <arpa/inet.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/conf.h"
#include "channel/http.h"
#include "tap.h"

static void
test_addresses(void)
{
	static const char *const barred[] = { "0.0.0.0", "10.1.2.3", "100.64.0.1", "100.127.255.255",
	    "127.0.0.1", "127.255.0.1", "169.254.169.254", "172.16.0.1", "172.31.255.255", "192.0.0.8",
	    "192.0.2.1", "192.168.0.1", "198.18.0.1", "198.19.255.255", "198.51.100.1", "203.0.113.9",
	    "224.0.0.1", "255.255.255.255", "::", "::1", "::ffff:127.0.0.1", "::ffff:10.0.0.1",
	    "::127.0.0.1", "64:ff9b::10.0.0.1", "fe80::1", "fec0::1", "fc00::1", "fd12::1", "ff02::1",
	    "2001:db8::1", "2001::1", "2002:7f00:1::", "2002:a00:1::1", "3fff::1", "100::1" };
	static const char *const public[] = { "1.1.1.1", "100.63.255.255", "100.128.0.1", "147.92.146.1",
	    "172.15.0.1", "172.32.0.1", "192.0.1.1", "198.17.0.1", "198.20.0.1", "223.255.255.255",
	    "2606:4700::1111", "2001:4860::8888", "2001:200::1", "2400::1", "64:ff9b::1.1.1.1",
	    "2002:0101:0101::1", "::ffff:1.1.1.1" };
	size_t n_barred = sizeof(barred) / sizeof(*barred), n = n_barred + sizeof(public) / sizeof(*public);

	for (size_t i = 0; i < n; i++) {
		const char *text = i < n_barred ? barred[i] : public[i - n_barred];
		struct sockaddr_in6 a6 = { .sin6_family = AF_INET6 };
		struct sockaddr_in a4 = { .sin_family = AF_INET };
		bool six = strchr(text, ':') != NULL;

		if (!ok(inet_pton(six ? AF_INET6 : AF_INET, text, six ? (void *)&a6.sin6_addr :
		    (void *)&a4.sin_addr) == 1, "%s", text))
			continue;
		is_int(http_is_public(six ? (struct sockaddr *)&a6 : (struct sockaddr *)&a4), i >= n_barred,
		    i < n_barred ? "is not public" : "is public");
	}
	ok(!http_is_public(&(struct sockaddr){ .sa_family = AF_UNIX }), "nor is another family");
}

static void
test_meaning(void)
{
	static const struct { int status; enum verdict verdict; const char *reason; } cases[] = {
		{ 200, VERDICT_SENT, "sent" }, { 202, VERDICT_SENT, "sent" }, { 204, VERDICT_SENT, "sent" },
		{ 301, VERDICT_REFUSED, "refused" }, { 307, VERDICT_REFUSED, "refused" },
		{ 400, VERDICT_REFUSED, "refused" }, { 404, VERDICT_REFUSED, "refused" },
		{ 409, VERDICT_REFUSED, "refused" }, { 410, VERDICT_REFUSED, "refused" },
		{ 413, VERDICT_REFUSED, "refused" }, { 422, VERDICT_REFUSED, "refused" },
		{ 401, VERDICT_LATER, "gateway_denied" }, { 403, VERDICT_LATER, "gateway_denied" },
		{ 429, VERDICT_LATER, "gateway_busy" }, { 408, VERDICT_UNKNOWN, "no_answer" },
		{ 425, VERDICT_UNKNOWN, "no_answer" }, { 500, VERDICT_UNKNOWN, "no_answer" },
		{ 503, VERDICT_UNKNOWN, "no_answer" }, { 101, VERDICT_UNKNOWN, "no_answer" },
	};
	struct http_answer a = { .body = "no", .n = 2, .reason = "gateway_slow", .detail = "time out" };
	struct outcome o;

	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		o = (struct outcome){ .wait_s = 7 };
		a.status = cases[i].status;
		http_outcome(&a, &o);
		is_int(o.verdict, cases[i].verdict, "%d", cases[i].status);
		is_str(o.reason, cases[i].reason, "its reason");
		ok(o.code == cases[i].status && o.wait_s == 0, "its code, and no wait that nobody asked for");
		is_str(o.detail, "no", "its words");
	}
	a.status = 200;
	a.fate = HTTP_MAY_HAVE_GONE;
	http_outcome(&a, &o);
	ok(o.verdict == VERDICT_UNKNOWN && strcmp(o.reason, "no_answer") == 0, "200 and cut is no answer");
	a.fate = HTTP_NEVER_LEFT;
	http_outcome(&a, &o);
	ok(o.verdict == VERDICT_LATER && strcmp(o.reason, "gateway_slow") == 0, "what never left goes later");
	a.barred = true;
	http_outcome(&a, &o);
	is_int(o.verdict, VERDICT_LATER, "a barred address of an account can be mended");
	a.outside = true;
	http_outcome(&a, &o);
	ok(o.verdict == VERDICT_REFUSED && strcmp(o.reason, "address_invalid") == 0, "of a person it cannot");
}

static void
test_cleaning(void)
{
	static const char *const cases[][2] = {
		{ "plain words", "plain words" }, { "  a \r\n\t b ", "a b" }, { "", "" },
		{ "no a@b", "no *" }, { "\x1b[31mred\x01", "[31mred" }, { "無効な 宛先です", "無効な 宛先です" },
		{ "to +819012345678 failed", "to * failed" }, { "090-1234-5678", "*" },
		{ "user U4af4980629abcdef4af4980629abcdef", "user *" }, { "error 30007 at 12", "error 30007 at 12" },
		{ "bad \xff utf", "bad" },
	};
	char out[40];

	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		http_clean(cases[i][0], strlen(cases[i][0]), out, sizeof(out));
		is_str(out, cases[i][1], "cleaned, case %zu", i);
	}
	http_clean("あいう", 9, out, 8);
	is_str(out, "あい", "cut between characters");
	http_clean("abc def", 7, out, 4);
	is_str(out, "abc", "cut to the room there is");
}

/* A port of ours, with or without somebody behind it. */
static int
port(bool listening, int *fd)
{
	struct sockaddr_in a = { .sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
	socklen_t size = sizeof(a);

	*fd = socket(AF_INET, SOCK_STREAM, 0);
	if (bind(*fd, (struct sockaddr *)&a, sizeof(a)) == -1 ||
	    getsockname(*fd, (struct sockaddr *)&a, &size) == -1 || (listening && listen(*fd, 5) == -1))
		return 1;
	return ntohs(a.sin_port);
}

/* One call by itself. */
static struct http_answer
call(struct http *h, struct http_call c)
{
	struct http_answer a = { .reason = "none came" };

	c.method = "POST";
	c.body = "{}";
	c.n = 2;
	if (http_start(h, &c) != ERR_OK)
		return a;
	for (int i = 0; i < 100 && http_next(h, &a) != ERR_OK; i++)
		http_wait(h, 100, -1);
	return a;
}

static void
test_calls(void)
{
	struct conf conf = { .gateway_private = true }, closed = { 0 };
	struct http *h, *strict;
	struct http_answer a;
	char url[100];
	int fd, other[2];
	int64_t began;

	conf.gateway_ca_file = "/nowhere/ca.pem";
	is_int(http_open(&conf, 2, &h), ERR_CHANNEL, "certificates that are not there are said at once");
	conf.gateway_ca_file = NULL;
	if (!is_int(http_open(&conf, 2, &h), ERR_OK, "opened") ||
	    !is_int(http_open(&closed, 2, &strict), ERR_OK, "and a strict one"))
		return;
	is_int(http_room(h), 2, "there is room for as many as were wanted");

	snprintf(url, sizeof(url), "https://127.0.0.1:%d/", port(false, &fd));
	close(fd);
	a = call(h, (struct http_call){ .url = url, .context = &conf });
	ok(a.fate == HTTP_NEVER_LEFT && a.status == 0 && !a.barred && a.context == &conf, "nobody there: never left");
	is_str(a.reason, "gateway_unreachable", "and said so");
	a = call(strict, (struct http_call){ .url = url, .outside = true });
	ok(a.fate == HTTP_NEVER_LEFT && a.barred && a.outside, "a private address is barred");
	a = call(strict, (struct http_call){ .url = "https://localhost/" });
	ok(a.fate == HTTP_NEVER_LEFT && a.barred, "a name that leads to one too");
	a = call(h, (struct http_call){ .url = "http://127.0.0.1/" });
	ok(a.fate == HTTP_NEVER_LEFT && a.barred, "nothing goes out without TLS");
	a = call(h, (struct http_call){ .url = "https://" });
	ok(a.fate == HTTP_NEVER_LEFT && a.barred, "nor to what is no URL");

	snprintf(url, sizeof(url), "https://127.0.0.1:%d/", port(true, &fd));
	a = call(h, (struct http_call){ .url = url, .timeout_ms = 150 });
	ok(a.fate == HTTP_NEVER_LEFT && strcmp(a.reason, "gateway_slow") == 0, "silent from the beginning: never left");

	for (int i = 0; i < 2; i++)
		is_int(http_start(h, &(struct http_call){ .method = "GET", .url = url }), ERR_OK, "one of two");
	is_int(http_start(h, &(struct http_call){ .method = "GET", .url = url }), ERR_BUSY, "a third has no room");
	is_int(pipe(other), 0, "a pipe");
	is_int(write(other[1], "x", 1), 1, "with something in it");
	began = clock_monotonic_ms();
	http_wait(h, 5000, other[0]);
	ok(clock_monotonic_ms() - began < 4000, "the caller's own file ends the wait");
	is_int(http_next(h, &a), ERR_NOT_FOUND, "nothing has come");
	http_close(h);
	http_close(strict);
	close(fd);
}

int
main(void)
{
	test_addresses();
	test_meaning();
	test_cleaning();
	test_calls();
	return done();
}
