/* SPDX-License-Identifier: Apache-2.0 */
/* multipart/form-data, as browsers send it and as they do not. */
#include "base/arena.h"
#include "base/buf.h"
#include "http/multipart.h"
#include "tap.h"

#define TYPE "multipart/form-data; boundary=x"
#define NAMED(name) "Content-Disposition: form-data; name=\"" name "\"\r\n"
#define TEXT(name, value) "--x\r\n" NAMED(name) "\r\n" value "\r\n"
#define FILE_PART(name, file, type, data) "--x\r\nContent-Disposition: form-data; name=\"" name \
	"\"; filename=\"" file "\"\r\nContent-Type: " type "\r\n\r\n" data "\r\n"
#define END "--x--\r\n"

static struct arena *arena;
static struct fields *fields;
static const struct multipart_file *files;

static enum err
parse_n(const char *type, const char *body, size_t n)
{
	fields = fields_new(arena);
	files = NULL;
	return multipart_parse(arena, type, body, n, fields, &files);
}

static enum err
parse(const char *body)
{
	return parse_n(TYPE, body, strlen(body));
}

static void
test_good(void)
{
	static const char binary[] = "--x\r\nContent-Disposition: form-data; name=\"f\"; filename=\"a.bin\"\r\n"
	    "\r\n\0\r\n--\r\n-x\r\n--y\0\r\n--x--";

	is_int(parse(TEXT("a", "1") TEXT("b", "一行\r\n二行") END), ERR_OK, "two texts");
	is_str(fields_get(fields, "a"), "1", "first");
	is_str(fields_get(fields, "b"), "一行\r\n二行", "second, line break and all");
	ok(files == NULL, "no file");

	is_int(parse(TEXT("a", "") FILE_PART("f", "写真 1.jpg", "image/jpeg", "JFIF")
	    FILE_PART("f", "b.txt", "text/plain; charset=shift_jis", "\x82\xa0") END), ERR_OK, "files");
	ok(fields_has(fields, "a"), "an empty text is there");
	ok(files != NULL && files->next != NULL && files->next->next == NULL, "two files of one field");
	is_str(files->field, "f", "its field");
	is_str(files->name, "写真 1.jpg", "its name");
	is_str(files->type, "image/jpeg", "its type");
	is_int((intmax_t)files->n, 4, "its size");
	is_mem(files->data, "JFIF", 4, "its bytes");
	is_str(files->next->type, "text/plain", "type without parameters");

	is_int(parse_n(TYPE, binary, sizeof binary - 1), ERR_OK, "bytes that look like a delimiter");
	is_int((intmax_t)files->n, 15, "are all there");
	is_mem(files->data, "\0\r\n--\r\n-x\r\n--y", 14, "as they were");
	is_str(files->type, "application/octet-stream", "no type said");

	is_int(parse(FILE_PART("f", "", "application/octet-stream", "") END), ERR_OK, "no file chosen");
	ok(files == NULL, "is no file");
	is_int(parse("--x--"), ERR_OK, "an empty form");
	is_int(parse(FILE_PART("f", "../../etc/passwd", "text/plain", "a") END), ERR_OK, "a path as a name");
	is_str(files->name, "../../etc/passwd", "is told as it was sent");
	is_int(parse(FILE_PART("f", "写真\xe2\x80\xaegnp\x07.exe", "image/png", "a") END), ERR_OK, "a name with what no page may hold");
	is_str(files->name, "写真gnp.exe", "is told without");
	is_int(parse(FILE_PART("f", "=?utf-8?q?=E3=81=82?=", "text/plain", "a") END), ERR_OK, "an encoded word");
	is_str(files->name, "あ", "GMime reads it");
	is_int(parse_n("multipart/form-data; boundary=\"----WebKit a\"",
	    "------WebKit a\r\n" NAMED("a") "\r\n1\r\n------WebKit a--\r\n",
	    strlen("------WebKit a\r\n" NAMED("a") "\r\n1\r\n------WebKit a--\r\n")), ERR_OK,
	    "a boundary in quotes");
	is_int(parse("--x\r\nCONTENT-DISPOSITION:form-data;name=a\r\nContent-Type: text/plain;charset=UTF-8\r\n"
	    "Content-Length: 1\r\n\r\n1\r\n" END), ERR_OK, "headers of other clients");
}

static void
test_bad(void)
{
	static const struct { const char *what, *body; } cases[] = {
		{ "nothing", "" },
		{ "no delimiter", "abc" },
		{ "text before the first", "abc\r\n" TEXT("a", "1") END },
		{ "no end", TEXT("a", "1") },
		{ "cut in a part", "--x\r\n" NAMED("a") "\r\n1" },
		{ "cut in its headers", "--x\r\n" NAMED("a") },
		{ "text behind the end", TEXT("a", "1") END "abc" },
		{ "another boundary", "--y\r\n" NAMED("a") "\r\n1\r\n--y--" },
		{ "a longer boundary", "--xx\r\n" NAMED("a") "\r\n1\r\n--xx--" },
		{ "a field twice", TEXT("a", "1") TEXT("a", "1") END },
		{ "no headers", "--x\r\n\r\n1\r\n" END },
		{ "no disposition", "--x\r\nContent-Type: text/plain\r\n\r\n1\r\n" END },
		{ "no name", "--x\r\nContent-Disposition: form-data\r\n\r\n1\r\n" END },
		{ "an empty name", TEXT("", "1") END },
		{ "two dispositions", "--x\r\n" NAMED("a") NAMED("b") "\r\n1\r\n" END },
		{ "two names", "--x\r\nContent-Disposition: form-data; name=a; name=b\r\n\r\n1\r\n" END },
		{ "an attachment", "--x\r\nContent-Disposition: attachment; name=a\r\n\r\n1\r\n" END },
		{ "a folded header", "--x\r\nContent-Disposition: form-data;\r\n name=a\r\n\r\n1\r\n" END },
		{ "bare line feeds", "--x\nContent-Disposition: form-data; name=a\n\n1\n--x--\n" },
		{ "a header that is none", "--x\r\n" NAMED("a") "abc\r\n\r\n1\r\n" END },
		{ "a transfer encoding", "--x\r\n" NAMED("a") "Content-Transfer-Encoding: base64\r\n\r\nMQ==\r\n" END },
		{ "a text that is not UTF-8", TEXT("a", "\xff") END },
		{ "a name that is not UTF-8", TEXT("\xff", "1") END },
		{ "a file name that is not UTF-8", FILE_PART("f", "\x82\xa0", "text/plain", "a") END },
		{ "a control character in a name", TEXT("a\x01", "1") END },
		{ "a line break hidden in an encoded word", FILE_PART("f", "=?utf-8?q?a=0D=0Ab?=", "text/plain", "a") END },
		{ "another charset", "--x\r\n" NAMED("a") "Content-Type: text/plain; charset=euc-jp\r\n\r\n1\r\n" END },
	};
	static const char *const types[] = {
		"multipart/form-data", "multipart/form-data; boundary=", "multipart/form-data; boundary=\"\"",
		"multipart/form-data; boundary=x; boundary=y",
		"multipart/form-data; boundary=aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa",
	};

	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++)
		is_int(parse(cases[i].body), ERR_INVALID, "%s", cases[i].what);
	is_int(parse_n(TYPE, TEXT("a", "1\0") END, sizeof(TEXT("a", "1\0") END) - 1), ERR_INVALID,
	    "NUL in a text");
	for (size_t i = 0; i < sizeof types / sizeof types[0]; i++)
		is_int(parse_n(types[i], TEXT("a", "1") END, strlen(TEXT("a", "1") END)), ERR_INVALID,
		    "%s", types[i]);
}

static void
test_large(void)
{
	struct buf body;

	buf_init(&body, arena);
	for (int i = 0; i < 100; i++)
		buf_addf(&body, "--x\r\nContent-Disposition: form-data; name=f%d\r\n\r\n1\r\n", i);
	buf_adds(&body, END);
	is_int(parse(body.data), ERR_OK, "a hundred parts");
	buf_reset(&body);
	for (int i = 0; i < 101; i++)
		buf_addf(&body, "--x\r\nContent-Disposition: form-data; name=f%d\r\n\r\n1\r\n", i);
	buf_adds(&body, END);
	is_int(parse(body.data), ERR_TOO_LARGE, "one more");
	is_int(parse("--x\r\n" NAMED("a") "Content-Type: multipart/mixed; boundary=y\r\n\r\n--y--\r\n" END),
	    ERR_TOO_LARGE, "a multipart inside");

	buf_reset(&body);
	buf_adds(&body, "--x\r\n" NAMED("a") "X-Long: ");
	for (int i = 0; i < 5000; i++)
		buf_addch(&body, 'a');
	buf_adds(&body, "\r\n\r\n1\r\n" END);
	is_int(parse(body.data), ERR_INVALID, "headers without end");

	/* As long as a name can be on the clerk's computer: 255 letters, each of three bytes. */
	for (int n = 255; n <= 256; n++) {
		buf_reset(&body);
		buf_adds(&body, "--x\r\nContent-Disposition: form-data; name=\"f\"; filename=\"");
		for (int i = 0; i < n; i++)
			buf_adds(&body, "長");
		buf_adds(&body, "\"\r\nContent-Type: image/png\r\n\r\n1\r\n" END);
		is_int(parse(body.data), n == 255 ? ERR_OK : ERR_INVALID, "a file name of %d letters", n);
	}
}

int
main(void)
{
	arena = arena_new();
	test_good();
	test_bad();
	test_large();
	arena_free(arena);
	return done();
}
