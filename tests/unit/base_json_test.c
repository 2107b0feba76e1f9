/* SPDX-License-Identifier: Apache-2.0 */
/*
 * JSON: what is refused, what the getters give for nothing, canonical bytes.
 */
#include "base/json.h"
#include "base/arena.h"
#include "base/buf.h"

#include "tap.h"

static enum err
parse(struct arena *a, const char *text, json_t **out)
{
	return json_parse(a, text, strlen(text), out);
}

static void
test_refused(struct arena *a)
{
	static const char *const bad[] = {
		"", "{", "[1,]", "{\"a\":1}x", "{a:1}", "'a'", "\"\xff\"", "\"\xed\xa0\x80\"",
		"01", "-", "1.", "1e", "+1", ".5", "1e999", "\"\t\"", "\"\\x\"", "\"\\u12\"", "\"open", "\"\\",
		"\"\\ud800\"", "\"\\ud800\\u0041\"", "\"\\udc00\"", "[", "[1", "{\"a\"", "{\"a\":", "{\"a\":1", "{1:1}",
		"{\"a\":1,}", "{\"\\u0061\":1,\"a\":2}", "[1 2]", "tru", "\xef\xbb\xbf" "1",
		"\"\\u0000\"", "{\"a\":1,\"a\":2}", "99999999999999999999", "nul",
	};
	json_t *doc = NULL;

	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		is_int(parse(a, bad[i], &doc), ERR_INVALID, "refused: %s", bad[i]);
	ok(doc == NULL, "the result is not touched on failure");
	is_int(json_parse(a, "[1]x", 3, &doc), ERR_OK, "the length counts");
	is_int(parse(a, " null ", &doc), ERR_OK, "a document may be a value");
	ok(json_is_null(doc), "and is that value");
}

static void
test_read(struct arena *a)
{
	static const struct { const char *text, *canonical; } good[] = {
		{ "0", "0" }, { "-0", "0" }, { "-12", "-12" }, { "9223372036854775807", "9223372036854775807" },
		{ "1.5", "1.5" }, { "-2.5e-1", "-0.25" }, { "1E2", "100.0" }, { "1e-999", "0.0" },
		{ "\"\"", "\"\"" }, { "\"\\\"\\\\\\/\\b\\f\\n\\r\\t\"", "\"\\\"\\\\/\\b\\f\\n\\r\\t\"" },
		{ "\"a\\u006d\\u00E9\\u6e2f\\ud842\\udfb7z\"", "\"amé港𠮷z\"" },
		{ "[]", "[]" }, { "{}", "{}" }, { " [ 1 ,\t[ ] ,\n{ } ]\r\n", "[1,[],{}]" },
		{ "{\"\\u0061\":\"\\u0062\",\"c\":{\"d\":[true,false,null]}}", "{\"a\":\"b\",\"c\":{\"d\":[true,false,null]}}" },
	};
	char deep[500];
	struct buf out;
	json_t *doc;

	for (size_t i = 0; i < sizeof(good) / sizeof(good[0]); i++) {
		buf_init(&out, a);
		if (!is_int(parse(a, good[i].text, &doc), ERR_OK, "read: %s", good[i].text))
			continue;
		json_canonical(doc, &out);
		is_str(out.data, good[i].canonical, "as %s", good[i].canonical);
	}
	memset(deep, '[', 250);
	memset(deep + 250, ']', 250);
	is_int(json_parse(a, deep + 50, 400, &doc), ERR_OK, "200 lists in one another");
	is_int(json_parse(a, deep, 500, &doc), ERR_INVALID, "but not any number");
}

static void
test_getters(struct arena *a)
{
	json_t *doc;

	if (!is_int(parse(a, "{\"t\":\"港\",\"i\":9007199254740993,\"f\":true,\"n\":null}", &doc),
	    ERR_OK, "a document is read"))
		return;
	is_str(json_text(doc, "t"), "港", "text");
	ok(json_int(doc, "i") == INT64_C(9007199254740993), "numbers keep all 64 bits");
	ok(json_flag(doc, "f"), "flag");
	is_str(json_text(doc, "none"), "", "no text");
	is_str(json_text(doc, "n"), "", "null is no text");
	is_str(json_text(doc, "i"), "", "a number is no text");
	is_int(json_int(doc, "t"), 0, "a text is no number");
	ok(!json_flag(doc, "i") && !json_flag(doc, "none"), "only true is true");
	is_str(json_text(NULL, "t"), "", "nothing holds nothing");

	is_int(parse(a, "[1, null, \"港\"]", &doc), ERR_OK, "a list");
	ok(json_has(doc, "港") && !json_has(doc, "1") && !json_has(doc, ""), "it has the text that is in it");
	ok(!json_has(NULL, "港") && !json_has(json_array_get(doc, 2), "港"), "what is no list has none");
}

static void
test_keeping(struct arena *a)
{
	json_t *mine = json_object(), *kept = json_keep(a, json_incref(mine));

	ok(kept == mine, "what is kept is given back");
	is_int((int)mine->refcount, 2, "the arena holds one reference");
	arena_reset(a);
	is_int((int)mine->refcount, 1, "and gives it up with its memory");
	json_decref(mine);
}

static void
test_canonical(struct arena *a)
{
	struct buf one, two;
	json_t *doc;

	buf_init(&one, a);
	buf_init(&two, a);
	is_int(parse(a, "{ \"b\" : [1, \"港/\\u00e9\"], \"a\" : {\"z\":null,\"y\":true} }", &doc), ERR_OK,
	    "read in one order");
	json_canonical(doc, &one);
	is_str(one.data, "{\"a\":{\"y\":true,\"z\":null},\"b\":[1,\"港/é\"]}", "compact, sorted, UTF-8");
	is_int(parse(a, "{\"a\":{\"y\":true,\"z\":null},\"b\":[1,\"\\u6e2f/é\"]}", &doc), ERR_OK,
	    "read in another");
	json_canonical(doc, &two);
	is_str(two.data, one.data, "gives the same bytes");
	json_canonical(json_keep(a, json_string("x")), &two);
	is_str(two.data + one.len, "\"x\"", "a value alone has a form too");
	doc = json_keep(a, json_pack("{s:s}", "港", "</script><!-- & 港"));
	is_str(json_html(a, doc), "{\"港\":\"\\u003c/script\\u003e\\u003c!-- \\u0026 港\"}", "harmless in a page");
}

int
main(void)
{
	struct arena *a;

	json_setup();
	a = arena_new();
	test_refused(a);
	test_read(a);
	test_getters(a);
	test_keeping(a);
	test_canonical(a);
	arena_free(a);
	return done();
}
