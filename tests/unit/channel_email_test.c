/* SPDX-License-Identifier: Apache-2.0 */
/*
 * email.c, judged without its own code: encoded words and bodies are decoded by
 * OpenSSL, and lines are counted here.  tests/courier reads the same mails with
 * a parser in another language.
 */
#include <openssl/evp.h>
#include <stdlib.h>

#include "base/arena.h"
#include "channel/email.h"
#include "tap.h"

static struct arena *arena;

static struct email
sample(void)
{
	return (struct email){
		.from_name = "みなと市", .from = "oshirase@city.example.jp",
		.to = "hanako@example.jp", .subject = "お知らせ",
		.message_id = "7d444840-9dc0-11d1-b245-5ffdce74fad2@city.example.jp",
		.date = "Wed, 25 Nov 2026 12:04:05 +0900", .text = "本文\n", .language = "ja" };
}

static char *
compose(const struct email *m)
{
	struct buf b;

	buf_init(&b, arena);
	if (email_compose(m, &b) != ERR_OK)
		return NULL;
	return strlen(b.data) == b.len ? b.data : NULL;
}

/* Bytes of base64 decoded and appended; false: it is none. */
static bool
unbase64(const char *s, size_t n, struct buf *out)
{
	size_t pad = n > 1 && s[n - 1] == '=' ? (s[n - 2] == '=' ? 2 : 1) : 0;
	int got;

	buf_reserve(out, n);
	got = EVP_DecodeBlock((unsigned char *)out->data + out->len, (const unsigned char *)s, (int)n);
	if (got < 0 || n % 4 != 0)
		return false;
	out->len += (size_t)got - pad;
	out->data[out->len] = '\0';
	return true;
}

/* Is this whole characters and nothing else? */
static bool
is_whole_utf8(const char *s, size_t n)
{
	for (size_t i = 0; i < n;) {
		unsigned char c = (unsigned char)s[i++];
		int more = c < 0x80 ? 0 : c >= 0xf0 ? 3 : c >= 0xe0 ? 2 : c >= 0xc0 ? 1 : -1;

		for (; more > 0 && i < n && ((unsigned char)s[i] & 0xc0) == 0x80; more--)
			i++;
		if (more != 0)
			return false;
	}
	return true;
}

/* The value of a header field as a reader sees it; NULL: not there, or wrong. */
static char *
header(const char *mail, const char *name)
{
	size_t n = strlen(name);
	const char *end = strstr(mail, "\r\n\r\n"), *p = mail;
	struct buf out;
	bool word = false;

	buf_init(&out, arena);
	while (p < end && !(strncmp(p, name, n) == 0 && p[n] == ':')) {
		p = strstr(p, "\r\n") + 2;
	}
	if (p >= end)
		return NULL;
	for (p += n + 1; *p == ' '; p++)
		;
	for (;;) {
		if (strncmp(p, "\r\n ", 3) == 0) {
			if (!word)
				buf_addch(&out, ' ');
			p += 3;
		} else if (strncmp(p, "\r\n", 2) == 0) {
			return out.data;
		} else if (strncmp(p, "=?UTF-8?B?", 10) == 0) {
			const char *stop = strstr(p, "?=");
			size_t at = out.len;

			if (stop + 2 - p > 75 || !unbase64(p + 10, (size_t)(stop - p) - 10, &out) ||
			    !is_whole_utf8(out.data + at, out.len - at))
				return NULL;
			p = stop + 2;
			word = true;
		} else {
			buf_addch(&out, *p++);
			word = false;
		}
	}
}

static int
header_count(const char *mail)
{
	const char *end = strstr(mail, "\r\n\r\n");
	int n = 0;

	for (const char *p = mail; p < end + 2; p = strstr(p, "\r\n") + 2)
		n += *p != ' ';
	return n;
}

/* The longest line; -1: some line does not end in CRLF. */
static int
longest_line(const char *mail)
{
	int longest = 0;

	for (const char *p = mail; *p != '\0';) {
		const char *nl = strchr(p, '\n');

		if (nl == NULL || nl == p || nl[-1] != '\r' || memchr(p, '\r', (size_t)(nl - p)) != nl - 1)
			return -1;
		if (nl - 1 - p > longest)
			longest = (int)(nl - 1 - p);
		p = nl + 1;
	}
	return longest;
}

/* The n-th body of the mail, decoded. */
static char *
body(const char *mail, int n)
{
	const char *p = mail;
	struct buf out;

	buf_init(&out, arena);
	for (int i = 0; i <= n && p != NULL; i++)
		if ((p = strstr(p, "Content-Transfer-Encoding: base64\r\n\r\n")) != NULL)
			p += 37;
	for (; p != NULL && *p != '\0' && *p != '\r' && *p != '-'; p = strstr(p, "\r\n") + 2)
		if (!unbase64(p, strcspn(p, "\r"), &out))
			return NULL;
	return out.data;
}

static void
test_whole(void)
{
	static const char *const order[] = { "From: ", "To: ", "Reply-To: ", "Date: ", "Message-ID: ",
	    "Subject: ", "List-Id: ", "List-Unsubscribe: ", "List-Unsubscribe-Post: ",
	    "Auto-Submitted: ", "Content-Language: ", "MIME-Version: ", "Content-Type: " };
	struct email m = sample();
	const char *p;
	char *mail;

	m.reply_to = "madoguchi@city.example.jp";
	m.html = "<p>本文</p>\r\n";
	m.list_id = "bosai.city.example.jp";
	m.unsubscribe_url = "https://city.example.jp/u/abc";
	m.auto_submitted = 1;
	p = mail = compose(&m);
	ok(mail != NULL, "a whole mail is composed");
	for (size_t i = 0; i < sizeof(order) / sizeof(*order); i++) {
		ok(strncmp(p, order[i], strlen(order[i])) == 0, "line %zu is %s", i + 1, order[i]);
		do
			p = strstr(p, "\r\n") + 2;
		while (*p == ' ');
	}
	is_str(header(mail, "From"), "みなと市 <oshirase@city.example.jp>", "From");
	is_str(header(mail, "To"), "hanako@example.jp", "To");
	is_str(header(mail, "Subject"), "お知らせ", "Subject");
	is_str(header(mail, "Message-ID"),
	    "<7d444840-9dc0-11d1-b245-5ffdce74fad2@city.example.jp>", "Message-ID");
	is_str(header(mail, "List-Unsubscribe"), "<https://city.example.jp/u/abc>", "List-Unsubscribe");
	is_str(header(mail, "List-Unsubscribe-Post"), "List-Unsubscribe=One-Click", "one click");
	is_str(header(mail, "List-Id"), "<bosai.city.example.jp>", "List-Id");
	is_str(body(mail, 0), "本文\r\n", "the text comes first, with CRLF");
	is_str(body(mail, 1), "<p>本文</p>\r\n", "then HTML");
	ok(strncmp(header(mail, "Content-Type"), "multipart/alternative; boundary=\"", 33) == 0,
	    "alternatives");
	ok(longest_line(mail) <= 76, "no line over 76: %d", longest_line(mail));
	ok(strcmp(mail, compose(&m)) != 0, "the boundary is another each time");

	m = sample();
	mail = compose(&m);
	is_str(header(mail, "Content-Type"), "text/plain; charset=UTF-8", "without HTML plain text alone");
	is_int(header_count(mail), 9, "and no header that was not asked for");
	is_str(body(mail, 0), "本文\r\n", "its text");
}

static void
test_subjects(void)
{
	struct email m = sample();
	char subject[600] = "";
	char *mail;
	bool good = true;

	/* Every length, and every place at which a character could be torn. */
	for (int ascii = 0; ascii < 4; ascii++) {
		char *p = subject;

		for (int i = 0; i < ascii; i++)
			*p++ = 'a';
		for (int i = 0; i < 120; i++) {
			memcpy(p, i % 7 == 3 ? "😀" : "防", i % 7 == 3 ? 5 : 4);
			p += i % 7 == 3 ? 4 : 3;
			m.subject = m.from_name = subject;
			mail = compose(&m);
			if (mail == NULL || longest_line(mail) < 0 || longest_line(mail) > 76 ||
			    header(mail, "Subject") == NULL ||
			    strcmp(header(mail, "Subject"), subject) != 0 ||
			    strncmp(header(mail, "From"), subject, strlen(subject)) != 0) {
				diag("ascii %d, character %d", ascii, i);
				good = false;
			}
			arena_reset(arena);
		}
	}
	ok(good, "subjects and names of all lengths come out whole, in lines of at most 76");

	/* Padding before the last word stops some readers (GMime). */
	for (int bytes = 3; bytes <= 4; bytes++) {
		for (int i = 0; i < 100; i++)
			memcpy(subject + i * bytes, bytes == 3 ? "防" : "😀", (size_t)bytes + 1);
		m = sample();
		m.subject = m.from_name = subject;
		ok(strstr(compose(&m), "=?=\r\n =?") == NULL, "characters of %d bytes: no padding "
		    "before the last word", bytes);
	}

	static const char *const plain[] = { "", "Hello", "a, b; \"c\"", "50% off?",
	    "=?UTF-8?B?44GC?=", " leading", "trailing ", "tab\there",
	    "A long subject in ASCII that is longer than a line may be, and so has to go somewhere" };
	for (size_t i = 0; i < sizeof(plain) / sizeof(*plain); i++) {
		m = sample();
		m.subject = plain[i];
		mail = compose(&m);
		is_str(header(mail, "Subject"), plain[i], "subject '%s'", plain[i]);
		ok(longest_line(mail) <= 76, "its lines");
	}
	m = sample();
	m.from_name = "Minato, City (Bosai)";
	is_str(header(compose(&m), "From"), "\"Minato, City (Bosai)\" <oshirase@city.example.jp>",
	    "a plain name is quoted");
	m.from_name = "a\"b\\c";
	is_str(header(compose(&m), "From"), "a\"b\\c <oshirase@city.example.jp>",
	    "a name with quotes is encoded");
	m.from_name = NULL;
	is_str(header(compose(&m), "From"), "oshirase@city.example.jp", "no name");
	/* Not UTF-8: nobody should hand it in, but it must not run away. */
	m.subject = "\x80\x80\x80\x80\x80\x80\x80\x80\x80\x80\x80\x80\x80\x80\x80\x80\x80\x80\x80\x80"
	    "\x80\x80\x80\x80\x80\x80\x80\x80\x80\x80\x80\x80\x80\x80\x80\x80\x80\x80\x80\x80\x80\x80";
	ok(compose(&m) != NULL, "bytes that are no text end too");
}

static void
test_injection(void)
{
	static const char *const bad[] = { "a\r\nBcc: x@example.jp", "a\nBcc: x@example.jp", "a\rb",
	    "\r\n", "a\r\n b" };
	struct buf b;

	buf_init(&b, arena);
	buf_adds(&b, "before");
	for (size_t i = 0; i < sizeof(bad) / sizeof(*bad); i++)
		for (int field = 0; field < 10; field++) {
			struct email m = sample();
			const char **fields[] = { &m.from_name, &m.from, &m.to, &m.reply_to, &m.subject,
			    &m.message_id, &m.date, &m.list_id, &m.unsubscribe_url, &m.language };

			*fields[field] = bad[i];
			is_int(email_compose(&m, &b), ERR_INVALID, "line break %zu in field %d", i, field);
		}
	is_str(b.data, "before", "and nothing was added");

	struct email m = sample();
	m.text = "\r\n.\r\nBcc: x@example.jp\r\n\r\n--=_\r\n";
	is_int(header_count(compose(&m)), 9, "a text makes no header");
	is_str(body(compose(&m), 0), m.text, "and stays what it is");
	m.unsubscribe_url = "https://x/> <mailto:y";
	ok(compose(&m) == NULL, "no way out of <>");
}

static void
test_addresses(void)
{
	static const struct { const char *in, *out; } cases[] = {
		{ "hanako@example.jp", "hanako@example.jp" },
		{ "a.b+c@example.jp", "a.b+c@example.jp" },
		{ "a..b@docomo.ne.jp", "\"a..b\"@docomo.ne.jp" },
		{ "ab.@docomo.ne.jp", "\"ab.\"@docomo.ne.jp" },
		{ ".ab@ezweb.ne.jp", "\".ab\"@ezweb.ne.jp" },
		{ "\"a b\"@example.jp", "\"a b\"@example.jp" },
		{ "\"a\\\"b\"@example.jp", "\"a\\\"b\"@example.jp" },
		{ "root@localhost", "root@localhost" },
		{ "1234567890123456789012345678901234567890123456789012345678901234@example.jp",
		  "1234567890123456789012345678901234567890123456789012345678901234@example.jp" },
		{ "12345678901234567890123456789012345678901234567890123456789012345@example.jp", NULL },
		{ "", NULL }, { "@", NULL }, { "a@", NULL }, { "@b", NULL }, { "a", NULL },
		{ "a b@example.jp", NULL }, { "a@b@example.jp", NULL }, { "a,b@example.jp", NULL },
		{ "<a@example.jp>", NULL }, { "a@example.jp>", NULL }, { "a@exa mple.jp", NULL },
		{ "a@example..jp", NULL }, { "a@-example.jp", NULL }, { "a@example-.jp", NULL },
		{ "a@example.jp.", NULL }, { "花子@example.jp", NULL }, { "a@例え.jp", NULL },
		{ "\"a\"b\"@example.jp", NULL }, { "\"a\\\"@example.jp", NULL }, { "\"\"@example.jp", NULL },
		{ "a@example.jp\r\nRCPT TO:<b@example.jp", NULL }, { NULL, NULL },
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		const char *in = cases[i].in == NULL ? "NULL" : cases[i].in;
		struct buf b;

		buf_init(&b, arena);
		if (cases[i].out == NULL)
			is_int(email_address(cases[i].in, &b), ERR_INVALID, "refused, case %zu", i);
		else
			ok(email_address(cases[i].in, &b) == ERR_OK && strcmp(b.data, cases[i].out) == 0,
			    "%s", in);
	}
}

static void
test_bodies(void)
{
	struct email m = sample();
	char text[400] = "";
	bool good = true;
	char *mail;

	for (size_t n = 0; n < sizeof(text) - 1; n++) {
		m.text = text;
		mail = compose(&m);
		good &= mail != NULL && longest_line(mail) >= 0 && longest_line(mail) <= 76 &&
		    strcmp(body(mail, 0), text) == 0;
		arena_reset(arena);
		text[n] = (char)('a' + n % 26);
		text[n + 1] = '\0';
	}
	ok(good, "texts of every length up to %zu", sizeof(text));

	good = true;
	for (int at = 50; at < 64; at++) {
		snprintf(text, sizeof(text), "%.*s\nb\r\nc\rd\n\n", at,
		    "xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx");
		m.text = text;
		mail = compose(&m);
		good &= strcmp(body(mail, 0) + at, "\r\nb\r\nc\r\nd\r\n\r\n") == 0;
		arena_reset(arena);
	}
	ok(good, "line breaks of all kinds become CRLF, wherever an encoded line ends");
}

int
main(void)
{
	arena = arena_new();
	test_whole();
	arena_reset(arena);
	test_subjects();
	arena_reset(arena);
	test_injection();
	arena_reset(arena);
	test_addresses();
	arena_reset(arena);
	test_bodies();
	arena_free(arena);
	return done();
}
