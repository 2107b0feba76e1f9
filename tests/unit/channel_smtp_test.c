/* SPDX-License-Identifier: Apache-2.0 */
/*
 * SMTP without a server: reading replies, judging them, and a channel that
 * reaches nobody.  tests/courier/smtp_channel.test.mjs has the rest.
 */
#include <arpa/inet.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/conf.h"
#include "channel/channel.h"
#include "channel/smtp_reply.h"
#include "tap.h"

static void
test_reading(void)
{
	static const struct {
		const char *in;
		int took, code, subject, detail;
		const char *text;
	} cases[] = {
		{ "250 Ok\r\n", 8, 250, -1, -1, "Ok" },
		{ "250\r\n", 5, 250, -1, -1, "" },
		{ "250 Ok\n", 7, 250, -1, -1, "Ok" },
		{ "250 a\r\n354 b\r\n", 7, 250, -1, -1, "a" },
		{ "250-a\r\n250-b\r\n250 c\r\n", 21, 250, -1, -1, "a b c" },
		{ "550 5.1.1 <x@y.jp>: unknown\r\n", 29, 550, 1, 1, "5.1.1 * unknown" },
		{ "550 5.1.10 x\r\n", 14, 550, 1, 10, "5.1.10 x" },
		{ "550-5.7.26 a\r\n550 5.1.1 b\r\n", 27, 550, 7, 26, "5.7.26 a 5.1.1 b" },
		{ "550 4.1.1 another class\r\n", 25, 550, -1, -1, "4.1.1 another class" },
		{ "550 5.1 x\r\n", 11, 550, -1, -1, "5.1 x" },
		{ "550 5.1.1234 x\r\n", 16, 550, -1, -1, "5.1.1234 x" },
		{ "550 5..1 x\r\n", 12, 550, -1, -1, "5..1 x" },
		{ "", SMTP_REPLY_PART, 0, 0, 0, "" },
		{ "25", SMTP_REPLY_PART, 0, 0, 0, "" },
		{ "250 Ok", SMTP_REPLY_PART, 0, 0, 0, "" },
		{ "250-a\r\n", SMTP_REPLY_PART, 0, 0, 0, "" },
		{ "hello\r\n", SMTP_REPLY_BAD, 0, 0, 0, "" },
		{ "25\r\n", SMTP_REPLY_BAD, 0, 0, 0, "" },
		{ "\r\n", SMTP_REPLY_BAD, 0, 0, 0, "" },
		{ "\n", SMTP_REPLY_BAD, 0, 0, 0, "" },
		{ "650 x\r\n", SMTP_REPLY_BAD, 0, 0, 0, "" },
		{ "250_x\r\n", SMTP_REPLY_BAD, 0, 0, 0, "" },
		{ "250-a\r\n550 b\r\n", SMTP_REPLY_BAD, 0, 0, 0, "" },
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		struct smtp_reply r;
		int took = smtp_reply_read(cases[i].in, strlen(cases[i].in), &r);

		is_int(took, cases[i].took, "reply %zu takes its bytes", i);
		if (took <= 0)
			continue;
		is_int(r.code, cases[i].code, "its code");
		is_int(r.subject, cases[i].subject, "its subject");
		is_int(r.detail, cases[i].detail, "its detail");
		is_str(r.text, cases[i].text, "its words");
	}

	struct smtp_reply r;
	char many[20000] = "";
	size_t n = 0;

	for (int i = 0; i < 500; i++)
		n += (size_t)snprintf(many + n, sizeof(many) - n, "550-%s\r\n", "a very long story, told");
	n += (size_t)snprintf(many + n, sizeof(many) - n, "550 end\r\n");
	is_int(smtp_reply_read(many, n, &r), (intmax_t)n, "a very long reply is read");
	ok(strlen(r.text) < sizeof(r.text) && strncmp(r.text, "a very long", 11) == 0, "and cut");
}

static void
test_judging(void)
{
	static const struct {
		const char *reply;
		int at_recipient;
		enum verdict verdict;
		const char *reason;
		bool ours;
	} cases[] = {
		{ "550 5.1.1 x", 1, VERDICT_REFUSED, "mailbox_unknown", false },
		{ "550 5.1.10 x", 0, VERDICT_REFUSED, "mailbox_unknown", false },
		{ "550 5.1.8 our domain is unknown", 0, VERDICT_REFUSED, "refused", true },
		{ "550 5.1.7 our address is none", 0, VERDICT_REFUSED, "refused", true },
		{ "550 no such user", 1, VERDICT_REFUSED, "mailbox_unknown", false },
		{ "550 spam", 0, VERDICT_REFUSED, "refused", false },
		{ "553 x", 1, VERDICT_REFUSED, "mailbox_unknown", false },
		{ "552 5.2.2 x", 1, VERDICT_REFUSED, "mailbox_full", false },
		{ "552 x", 0, VERDICT_REFUSED, "mailbox_full", false },
		{ "552 5.3.4 too big", 0, VERDICT_REFUSED, "refused", false },
		{ "550 5.7.26 unauthenticated", 0, VERDICT_REFUSED, "refused_policy", true },
		{ "554 5.7.1 x", 1, VERDICT_REFUSED, "refused_policy", true },
		{ "554 x", 1, VERDICT_REFUSED, "refused", false },
		{ "530 5.7.0 x", 0, VERDICT_LATER, "gateway_denied", false },
		{ "535 5.7.8 x", 0, VERDICT_LATER, "gateway_denied", false },
		{ "421 4.7.0 x", 1, VERDICT_LATER, "gateway_busy", false },
		{ "450 4.2.1 x", 1, VERDICT_LATER, "gateway_busy", false },
		{ "451 x", 0, VERDICT_LATER, "gateway_busy", false },
		{ "452 4.2.2 x", 1, VERDICT_LATER, "mailbox_full", false },
		{ "452 x", 1, VERDICT_LATER, "gateway_busy", false },
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		char line[100];
		struct smtp_reply r;
		struct outcome o = { .wait_s = 7, .ours = i % 2 == 0 };

		snprintf(line, sizeof(line), "%s\r\n", cases[i].reply);
		if (!ok(smtp_reply_read(line, strlen(line), &r) > 0, "%s", cases[i].reply))
			continue;
		smtp_reply_judge(&r, cases[i].at_recipient, &o);
		is_int(o.verdict, cases[i].verdict, "its verdict");
		is_str(o.reason, cases[i].reason, "its reason");
		ok(o.ours == cases[i].ours, "whose fault it is");
		is_int(o.code, r.code, "its code");
		is_str(o.detail, r.text, "its words");
	}
}

static void
test_cleaning(void)
{
	static const char *const cases[][2] = {
		{ "plain words", "plain words" }, { "  a \r\n\t b ", "a b" },
		{ "<a@b.jp>: no", "* no" }, { "no a@b", "no *" }, { "a@b c@d e", "* * e" },
		{ "\x1b[31mred\x01", "?[31mred?" }, { "\xe3\x81\x82", "???" }, { "@", "*" }, { "", "" },
	};
	char out[20];

	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		smtp_clean(cases[i][0], strlen(cases[i][0]), out, sizeof(out));
		is_str(out, cases[i][1], "cleaned, case %zu", i);
	}
	smtp_clean("abcdefghij", 10, out, 4);
	is_str(out, "abc", "cut to the room there is");
	smtp_clean("abcdefgh@example.jp x", 21, out, 6);
	ok(strchr(out, '@') == NULL && strlen(out) < 6, "also where an address is cut");
}

/* A port at which nobody listens: bound, closed, and not in use by others soon. */
static int
silent_port(void)
{
	struct sockaddr_in a = { .sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
	socklen_t size = sizeof(a);
	int fd = socket(AF_INET, SOCK_STREAM, 0);

	if (bind(fd, (struct sockaddr *)&a, sizeof(a)) == -1 ||
	    getsockname(fd, (struct sockaddr *)&a, &size) == -1)
		return 1;
	close(fd);
	return ntohs(a.sin_port);
}

static void
test_nobody(void)
{
	char url[60];
	struct conf conf = { .smtp_url = url, .smtp_connections = 2, .smtp_timeout_s = 30 };
	struct letter l = { .to = "a@example.jp", .from = "b@example.jp", .key = "k",
	    .data = "Subject: x\r\n\r\ny\r\n", .n = 17 };
	struct letter bad = { .to = "no address", .from = "", .key = "k", .data = "x\r\n", .n = 3 };
	struct channel *c = NULL;
	struct outcome o = { 0 };
	int got = 0;

	snprintf(url, sizeof(url), "http://127.0.0.1/");
	is_int(smtp_open(&conf, &c), ERR_CHANNEL, "only smtp and smtps");
	snprintf(url, sizeof(url), "smtp://u:p@127.0.0.1/");
	is_int(smtp_open(&conf, &c), ERR_CHANNEL, "no password in the address");

	snprintf(url, sizeof(url), "smtp://127.0.0.1:%d", silent_port());
	if (!is_int(email_open(&conf, &c), ERR_OK, "with smtp_url e-mail goes by SMTP"))
		return;
	is_str(c->ops->name, "email", "its name");
	is_int(c->ops->room(c), 2, "room for as many as connections");
	is_int(c->ops->next(c, &o), ERR_NOT_FOUND, "no outcome without a letter");
	is_int(c->ops->start(c, &bad), ERR_OK, "a letter to nobody is taken");
	is_int(c->ops->start(c, &l), ERR_OK, "and another");
	is_int(c->ops->room(c), 0, "now it is full");
	is_int(c->ops->start(c, &l), ERR_BUSY, "and says so");
	is_int(c->ops->next(c, &o), ERR_OK, "the first has its outcome at once");
	ok(o.letter == &bad && o.verdict == VERDICT_REFUSED, "refused here");
	is_str(o.reason, "address_invalid", "for its address");
	for (int i = 0; i < 100 && got == 0; i++) {
		c->ops->wait(c, 1000, -1);
		got = c->ops->next(c, &o) == ERR_OK;
	}
	ok(got && o.letter == &l && o.verdict == VERDICT_LATER, "the other waits");
	is_str(o.reason, "gateway_unreachable", "since nobody listens");
	is_int(c->ops->room(c), 2, "and there is room again");

	/* The caller's own descriptor ends the wait. */
	int ends[2];
	if (pipe(ends) == 0 && write(ends[1], "x", 1) == 1) {
		c->ops->wait(c, 3600 * 1000, ends[0]);
		ok(true, "wait ends when the caller's descriptor can be read");
		close(ends[0]);
		close(ends[1]);
	}
	is_int(c->ops->start(c, &l), ERR_OK, "a letter under way");
	c->ops->close(c);
	ok(true, "and the channel is closed");
}

int
main(void)
{
	test_reading();
	test_judging();
	test_cleaning();
	test_nobody();
	return done();
}
