/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The buffer: its invariants at every step, and the encodings.
 */
#include "base/buf.h"
#include "base/arena.h"

#include "tap.h"

static void
test_growing(struct arena *a)
{
	struct buf b;
	bool ended = true, whole = true;
	char *before;

	buf_init(&b, a);
	is_int(b.len, 0, "a new buffer is empty");
	is_str(b.data, "", "and never NULL");
	for (int i = 0; i < 5000; i++) {
		buf_addch(&b, (char)('a' + i % 26));
		ended = ended && b.data[b.len] == '\0' && b.len < b.room;
		if (i % 100 == 0)
			arena_alloc(a, 8);	/* makes the next growth a move */
	}
	for (int i = 0; i < 5000; i++)
		whole = whole && b.data[i] == 'a' + i % 26;
	is_int(b.len, 5000, "5000 bytes are 5000 long");
	ok(ended, "it ended with NUL at every step");
	ok(whole, "and kept what it had over every growth");

	buf_reset(&b);
	is_str(b.data, "", "a reset empties");
	before = b.data;
	buf_add(&b, "a\0b", 3);
	ok(b.data == before, "and keeps the memory");
	is_int(b.len, 3, "NUL is a byte like others");
	is_mem(b.data, "a\0b", 4, "and stays");
	buf_add(&b, NULL, 0);
	is_int(b.len, 3, "nothing adds nothing");

	buf_reserve(&b, 100000);
	before = b.data;
	for (int i = 0; i < 10000; i++)
		buf_adds(&b, "0123456789");
	ok(b.data == before, "what was reserved does not move");
	is_int(b.len, 100003, "and is filled");

	buf_reset(&b);
	buf_adds(&b, "12345678");
	for (int i = 0; i < 4; i++)
		buf_add(&b, b.data, b.len);
	is_int(b.len, 128, "a buffer may be added to itself");
	is_mem(b.data + 120, "12345678", 9, "whole");
}

static void
test_printing(struct arena *a)
{
	struct buf b;

	buf_init(&b, a);
	buf_addf(&b, "%s=%d", "n", 5);
	is_str(b.data, "n=5", "printed");
	/* Exactly the room, one less and one more: where off by one would show. */
	for (int n = 59; n <= 66; n++) {
		buf_init(&b, a);
		buf_addf(&b, "%0*d", n, 7);
		is_int(strlen(b.data), n, "a print of %d characters is whole", n);
		is_int(b.len, n, "and so is its length");
	}
}

static const char *
html(struct arena *a, const char *s)
{
	struct buf b;

	buf_init(&b, a);
	buf_add_html(&b, s, strlen(s));
	return b.data;
}

static const char *
percent(struct arena *a, const char *s)
{
	struct buf b;

	buf_init(&b, a);
	buf_add_percent(&b, s, strlen(s));
	return b.data;
}

static const char *
base64(struct arena *a, const char *s, size_t n)
{
	struct buf b;

	buf_init(&b, a);
	buf_add_base64(&b, s, n);
	return b.data;
}

static const char *
base64url(struct arena *a, const char *s, size_t n)
{
	struct buf b;

	buf_init(&b, a);
	buf_add_base64url(&b, s, n);
	return b.data;
}

static void
test_encodings(struct arena *a)
{
	is_str(html(a, "a<b>&\"c\"'d'"), "a&lt;b&gt;&amp;&quot;c&quot;&#39;d&#39;", "HTML");
	is_str(html(a, "みなと"), "みなと", "HTML leaves other characters");
	is_str(html(a, ""), "", "HTML of nothing");
	is_str(html(a, "&"), "&amp;", "HTML of one");
	is_str(percent(a, "az-AZ_09.~ /?=&+%"), "az-AZ_09.~%20%2F%3F%3D%26%2B%25", "percent");
	is_str(percent(a, "港"), "%E6%B8%AF", "percent of UTF-8");

	/* RFC 4648 section 10 */
	is_str(base64(a, "", 0), "", "base64 of nothing");
	is_str(base64(a, "f", 1), "Zg==", "base64 of f");
	is_str(base64(a, "fo", 2), "Zm8=", "base64 of fo");
	is_str(base64(a, "foo", 3), "Zm9v", "base64 of foo");
	is_str(base64(a, "foobar", 6), "Zm9vYmFy", "base64 of foobar");
	is_str(base64(a, "\xfb\xff\xfe\0", 4), "+//+AA==", "base64 of the last letters");
	is_str(base64url(a, "\xfb\xff\xfe\0", 4), "-__-AA", "base64url of the same");
	is_str(base64url(a, "f", 1), "Zg", "base64url is not padded");
}

int
main(void)
{
	struct arena *a = arena_new();

	test_growing(a);
	test_printing(a);
	test_encodings(a);
	arena_free(a);
	return done();
}
