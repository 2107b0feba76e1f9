/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Markdown: what staff may write, Japanese emphasis, and that nothing runs.
 */
#include "base/markdown.h"
#include "base/arena.h"
#include "base/buf.h"
#include "base/log.h"

#include "tap.h"

static const char *
html(struct arena *a, const char *source)
{
	char *out;

	return markdown_html(a, source, &out) == ERR_OK ? out : NULL;
}

static const char *
plain(struct arena *a, const char *source)
{
	char *out;

	return markdown_plain(a, source, &out) == ERR_OK ? out : NULL;
}

static void
test_emphasis(struct arena *a)
{
	static const struct { const char *source, *html; } t[] = {
		{ "**注意。**ここ", "<strong>注意。</strong>ここ" },
		{ "これは**「注意」**です", "これは<strong>「注意」</strong>です" },
		{ "**太字「かぎ」**です", "<strong>太字「かぎ」</strong>です" },
		{ "明日は**（水）**と**（木）**です。**休み！**だ",
		  "明日は<strong>（水）</strong>と<strong>（木）</strong>です。<strong>休み！</strong>だ" },
		{ "**重要!**です", "<strong>重要!</strong>です" },
		{ "**[案内](https://a.jp/)。**ここ",
		  "<strong><a href=\"https://a.jp/\">案内</a>。</strong>ここ" },
		{ "*斜体。*ここ", "<em>斜体。</em>ここ" },
		{ "~~消す。~~ここ", "<del>消す。</del>ここ" },
		{ "**普通**の文", "<strong>普通</strong>の文" },
		{ "**a** b", "<strong>a</strong> b" },
		{ "注意。\\*\\*ここ**", "注意。**ここ**" },
		{ "3*4*5は60、**閉じない。ここ", "3<em>4</em>5は60、**閉じない。ここ" },
		{ "`**注意。**ここ`", "<code>**注意。**ここ</code>" },
		{ "a\xef\xb7\x90" "b", "ab" },
	};

	for (size_t i = 0; i < sizeof(t) / sizeof(t[0]); i++)
		is_str(html(a, t[i].source), arena_printf(a, "<p>%s</p>\n", t[i].html), "%s",
		    t[i].source);
}

static void
test_shapes(struct arena *a)
{
	is_str(html(a, "# 一\n\n## 二\n\n###### 六"), "<h2>一</h2>\n<h3>二</h3>\n<h4>六</h4>\n",
	    "headings begin at level 2, and none is skipped");
	is_str(html(a, "## 二\n\n### 三\n\n> ## 二"), "<h2>二</h2>\n<h3>三</h3>\n<blockquote>\n<h2>二</h2>\n</blockquote>\n",
	    "whatever level somebody begins with");
	is_str(html(a, "一行\n二行"), "<p>一行<br />\n二行</p>\n", "a line end is one");
	is_str(html(a, "- 一\n- 二"), "<ul>\n<li>一</li>\n<li>二</li>\n</ul>\n", "a list");
	is_str(html(a, "2. 一\n3. 二"), "<ol start=\"2\">\n<li>一</li>\n<li>二</li>\n</ol>\n",
	    "a numbered list");
	is_str(html(a, "|a|b|\n|-|-|\n|1|2|"), "<p>|a|b|<br />\n|-|-|<br />\n|1|2|</p>\n", "no tables");
	is_str(html(a, "https://a.jp/"), "<p>https://a.jp/</p>\n", "no links by themselves");
	is_str(html(a, "```x\" onload=\"\n**a**\n```"), "<pre><code>**a**\n</code></pre>\n",
	    "code, without what follows the fence");
	is_str(html(a, ""), "", "nothing");
}

static void
test_safety(struct arena *a)
{
	static const struct { const char *source, *html; } t[] = {
		{ "<script>alert(1)</script>\n次", "<p>&lt;script&gt;alert(1)&lt;/script&gt;</p>\n<p>次</p>\n" },
		{ "前 <b onclick=x>太</b>", "<p>前 &lt;b onclick=x&gt;太&lt;/b&gt;</p>\n" },
		{ "<!-- a -->", "<p>&lt;!-- a --&gt;</p>\n" },
		{ "![地図](https://a.jp/m.png \"題\")", "<p><a href=\"https://a.jp/m.png\">地図</a></p>\n" },
		{ "![地図](data:image/png;base64,AA)", "<p>地図</p>\n" },
		{ "[a](javascript:alert(1))", "<p>a</p>\n" },
		{ "[a](JaVaScRiPt:alert(1))", "<p>a</p>\n" },
		{ "[a](&#106;avascript:alert(1))", "<p>a</p>\n" },
		{ "[a](java\\\nscript:x)", "<p>[a](java<br />\nscript:x)</p>\n" },
		{ "<javascript:alert(1)>", "<p>javascript:alert(1)</p>\n" },
		{ "[a](//evil.example/)", "<p>a</p>\n" },
		{ "[a](/desk)", "<p>a</p>\n" },
		{ "[**太** `字`](vbscript:x) b", "<p><strong>太</strong> <code>字</code> b</p>\n" },
		{ "[a](https://a.jp/?x=%22&y=\"z)", "<p><a href=\"https://a.jp/?x=%22&amp;y=%22z\">a</a></p>\n" },
		{ "[a](https://a.jp/。**あ)", "<p><a href=\"https://a.jp/%E3%80%82**%E3%81%82\">a</a></p>\n" },
		{ "[電話](tel:0312345678) <mailto:a@b.jp>",
		  "<p><a href=\"tel:0312345678\">電話</a> <a href=\"mailto:a@b.jp\">mailto:a@b.jp</a></p>\n" },
		{ "[![地図](https://a.jp/m.png)](javascript:x)",
		  "<p><a href=\"https://a.jp/m.png\">地図</a></p>\n" },
	};

	for (size_t i = 0; i < sizeof(t) / sizeof(t[0]); i++)
		is_str(html(a, t[i].source), t[i].html, "%s", arena_strndup(a, t[i].source,
		    strcspn(t[i].source, "\n")));
}

static void
test_plain(struct arena *a)
{
	is_str(plain(a, "# 断水\n\n**明日。**から\n[案内](https://a.jp/)を\n\n- 一\n- 二\n  - 三\n\n"
	    "3. 甲\n4. 乙\n\n終わり ~~なし~~ `x`"),
	    "断水\n\n明日。から\n案内（https://a.jp/）を\n\n・一\n・二\n　・三\n\n3. 甲\n4. 乙\n\n終わり ~~なし~~ x",
	    "the same as plain text");
	is_str(plain(a, "~~午前8時~~午前9時から、~~市民**会館**~~港公民館で"),
	    "~~午前8時~~午前9時から、~~市民会館~~港公民館で", "what was struck out is not said as if it were so");
	is_str(plain(a, "<https://a.jp/> [a@b.jp](mailto:a@b.jp) [電話](tel:03)"),
	    "https://a.jp/ a@b.jp 電話（03）", "an address is not said twice");
	is_str(plain(a, "> 引用\n\n---\n\n<div>\na\n</div>\n\n    code\n\nb"),
	    "引用\n\n――――\n\n<div>\na\n</div>\n\ncode\n\nb", "quotes, rules, HTML, code");
	is_str(plain(a, ""), "", "nothing");
}

/* Each once brought a parser of Markdown to its knees.  A wrong order of growth
 * shows as a test that does not end. */
static void
test_hostile(struct arena *a)
{
	static const char *const pieces[] = { "[", "[a](", "![l", "*a_ ", "**a *b ", "> ", "- ",
		"`a``", "<!--", "<a ", "[a][b]", "~~a ", "&#x", "\\", "a**。", "_", "<?", "[x]:a\n",
		"<![CDATA[", "((", "*。", "* a\n ", NULL };

	for (size_t i = 0; pieces[i] != NULL; i++) {
		struct buf source;
		char *out = NULL;

		arena_reset(a);
		buf_init(&source, a);
		while (source.len + strlen(pieces[i]) <= MARKDOWN_MAX)
			buf_adds(&source, pieces[i]);
		ok(markdown_html(a, source.data, &out) == ERR_OK &&
		    markdown_plain(a, source.data, &out) == ERR_OK, "20,000 bytes of %s",
		    arena_strndup(a, pieces[i], strcspn(pieces[i], "\n")));
	}
}

static void
test_limit(struct arena *a)
{
	char *most = arena_alloc(a, MARKDOWN_MAX + 2);

	memset(most, 'a', MARKDOWN_MAX);
	ok(html(a, most) != NULL, "20,000 bytes are taken");
	most[MARKDOWN_MAX] = 'a';
	is_str(html(a, most), NULL, "20,001 are not");
	is_str(html(a, "\xff"), NULL, "nor what is not UTF-8");
}

int
main(void)
{
	struct arena *a = arena_new();

	test_emphasis(a);
	test_shapes(a);
	test_safety(a);
	test_plain(a);
	test_limit(a);
	test_hostile(a);
	arena_free(a);
	return done();
}
