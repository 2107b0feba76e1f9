/* SPDX-License-Identifier: Apache-2.0 */
/* The Cookie header. */
#include "base/arena.h"
#include "http/cookies.h"
#include "http/http.h"
#include "tap.h"

static struct arena *arena;
static struct fields *cookies;

static enum err
parse(const char *header)
{
	cookies = fields_new(arena);
	return cookies_parse(cookies, arena, header);
}

static void
test_read(void)
{
	is_int(parse("a=1; __Host-login=x_-y"), ERR_OK, "two");
	is_str(fields_get(cookies, "a"), "1", "first");
	is_str(fields_get(cookies, "__Host-login"), "x_-y", "second");
	is_int(parse("  a = 1 ;b=2;; ;c="), ERR_OK, "blanks and empty pieces");
	is_int((intmax_t)fields_count(cookies), 3, "three of them");
	is_str(fields_get(cookies, "a"), "1", "trimmed");
	ok(fields_has(cookies, "c"), "an empty value");
	is_int(parse("a=b=c; d=%41"), ERR_OK, "'=' in a value, and nothing is decoded");
	is_str(fields_get(cookies, "a"), "b=c", "up to the end");
	is_str(fields_get(cookies, "d"), "%41", "as sent");
	is_int(parse("nameless; =1; x=\"q\""), ERR_OK, "without a name");
	is_int((intmax_t)fields_count(cookies), 1, "is passed over");
	is_str(fields_get(cookies, "x"), "\"q\"", "quotes are part of the value");
	is_int(parse(""), ERR_OK, "none");
}

static void
test_refused(void)
{
	struct buf many;

	is_int(parse("a=1; a=2"), ERR_INVALID, "a name twice");
	is_int(parse("a=1; b=2; a=1"), ERR_INVALID, "even with the same value");
	is_int(parse("a=\x01"), ERR_INVALID, "a control character");
	is_int(parse("a=\xff"), ERR_INVALID, "not UTF-8");
	is_int(parse("A=1; a=2"), ERR_OK, "names differ by case");

	buf_init(&many, arena);
	for (int i = 0; i < REQUEST_COOKIES_MAX; i++)
		buf_addf(&many, "c%d=1;", i);
	is_int(parse(many.data), ERR_OK, "%d are allowed", REQUEST_COOKIES_MAX);
	buf_adds(&many, "more=1");
	is_int(parse(many.data), ERR_INVALID, "one more is not");
}

int
main(void)
{
	arena = arena_new();
	test_read();
	test_refused();
	arena_free(arena);
	return done();
}
