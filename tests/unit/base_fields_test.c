/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Names and values: what is decoded, and what is refused.
 */
#include "base/fields.h"
#include "base/arena.h"

#include "tap.h"

static enum err
parse(struct arena *a, const char *s, struct fields **out)
{
	*out = fields_new(a);
	return fields_parse(*out, s, strlen(s));
}

static void
test_decoding(struct arena *a)
{
	struct fields *f;

	is_int(parse(a, "a=1&b=x+y&%E5%90%8D=%e5%b1%B1&empty=&bare&&e=a=b", &f), ERR_OK,
	    "a usual body is read");
	is_int(fields_count(f), 6, "six fields; nothing between && is no field");
	is_str(fields_get(f, "b"), "x y", "+ is a space");
	is_str(fields_get(f, "名"), "山", "escapes in either case, in names too");
	is_str(fields_get(f, "e"), "a=b", "only the first = parts");
	is_str(fields_get(f, "bare"), "", "without = the value is empty");
	ok(fields_has(f, "empty") && !fields_has(f, "none"), "empty is there, none is not");
	is_str(fields_get(f, "none"), "", "what is not there is the empty string");
	is_str(fields_name(f, 1), "b", "in the order sent: name");
	is_str(fields_value(f, 1), "x y", "in the order sent: value");
	is_int(parse(a, "a=%2541", &f), ERR_OK, "an escaped escape");
	is_str(fields_get(f, "a"), "%41", "is decoded once");
	is_int(parse(a, "", &f), ERR_OK, "nothing is fine");
	is_int(fields_count(f), 0, "and no field");
}

static void
test_refusals(struct arena *a)
{
	static const char *const bad[] = {
		"a=1&a=2", "a=1&%61=2", "a=%", "a=%4", "a=%4g", "a=%-1", "%zz=1", "=1",
		"a=%00", "a%00b=1", "a=%ff", "a=%c0%80", "a=%ed%a0%80", "a=%f4%90%80%80", NULL
	};
	struct fields *f;

	for (size_t i = 0; bad[i] != NULL; i++)
		is_int(parse(a, bad[i], &f), ERR_INVALID, "refused: %s", bad[i]);
	f = fields_new(a);
	is_int(fields_parse(f, "a=%41", 4), ERR_INVALID, "an escape does not read past the end");
}

static void
test_mended(struct arena *a)
{
	static const struct {
		const char *sent, *value;
	} t[] = {
		{ "a=x%ffy", "x�y" }, { "a=%00", "�" }, { "a=%e3%81+b", "� b" },
		{ "a=%ed%a0%80", "���" }, { "a=\xff%e5%ad%97", "�字" }, { "a=%e5%ad%97", "字" }
	};

	for (size_t i = 0; i < sizeof t / sizeof *t; i++) {
		struct fields *f = fields_new(a);

		is_int(fields_parse_form(f, t[i].sent, strlen(t[i].sent)), ERR_OK, "a form may say %s", t[i].sent);
		is_str(fields_get(f, "a"), t[i].value, "and is read as %s", t[i].value);
	}
	is_int(fields_parse_form(fields_new(a), "a=%4", 4), ERR_INVALID, "but not a broken escape");
	is_int(fields_parse_form(fields_new(a), "a%ff=1&a%fe=2", 13), ERR_INVALID, "nor one name twice");
}

static void
test_many(struct arena *a)
{
	struct fields *f = fields_new(a);
	enum err e = ERR_OK;
	bool all = true;
	int n;

	for (n = 0; e == ERR_OK; n++)
		e = fields_add(f, arena_printf(a, "name_%d", n), arena_printf(a, "%d", n));
	is_int(e, ERR_TOO_LARGE, "there is an end to the number");
	is_int(fields_count(f), 2000, "after 2000");
	for (n = 0; n < 2000; n++)
		all = all && strcmp(fields_get(f, arena_printf(a, "name_%d", n)),
		    arena_printf(a, "%d", n)) == 0;
	ok(all, "each of them is found");
	f = fields_new(a);
	is_int(fields_add(f, "a", "1"), ERR_OK, "one is added");
	is_int(fields_add(f, "a", "1"), ERR_INVALID, "the same name again is refused");
}

static void
test_numbers(struct arena *a)
{
	struct fields *f;
	int64_t n = 77, *ids;

	is_int(parse(a, "a=12&neg=-3&plus=%2b3&sp=+3&tail=3x&big=9223372036854775808&e=&hex=0x1",
	    &f), ERR_OK, "numbers are read");
	is_int(fields_int(f, "a", 0, 12, &n), ERR_OK, "in range");
	is_int(n, 12, "is the number");
	is_int(fields_int(f, "neg", -3, 0, &n), ERR_OK, "negative too");
	is_int(n, -3, "is the number");
	is_int(fields_int(f, "a", 0, 11, &n), ERR_INVALID, "above the range");
	is_int(fields_int(f, "a", 13, 20, &n), ERR_INVALID, "below the range");
	for (const char *const *bad = (const char *const []){ "plus", "sp", "tail", "big", "e",
	    "hex", "none", NULL }; *bad != NULL; bad++)
		is_int(fields_int(f, *bad, INT64_MIN, INT64_MAX, &n), ERR_INVALID, "no number: %s",
		    *bad);
	is_int(n, -3, "a failure does not touch the result");

	is_int(parse(a, "d_15=on&d_2=on&d_x=on&d_=on&d_07=on&d_-1=on&d_99999999999999999999=on&e_3=on",
	    &f), ERR_OK, "boxes are read");
	is_int(fields_ids(f, a, "d_", &ids), 2, "two boxes have a number");
	is_int(ids[0], 2, "ascending");
	is_int(ids[1], 15, "as numbers, not as text");
	is_int(fields_ids(f, a, "none_", &ids), 0, "and none where there is none");
}

int
main(void)
{
	struct arena *a = arena_new();

	test_decoding(a);
	test_refusals(a);
	test_mended(a);
	test_many(a);
	test_numbers(a);
	arena_free(a);
	return done();
}
