/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The official specification of Mustache, read from its own JSON files in
 * $CHROMO_SAMPLES/mustache-spec, and what is ours beyond it.
 */
#include "base/mustache.h"
#include "base/arena.h"
#include "base/json.h"
#include "base/mustache_program.h"

#include "tests/unit/folder.h"
#include "tests/unit/tap.h"

static const struct {
	const char *file, *test, *reason;
} exceptions[] = {
	{ "partials", "Recursion",
	  "a template within itself is refused at start: none of ours needs it, and one that "
	  "includes itself twice would keep a worker busy for good" },
	{ "~inheritance", "Standalone block",
	  "blocks are not re-indented: blanks would show in <textarea> and <pre>" },
	{ "~inheritance", "Block reindentation", "blocks are not re-indented" },
	{ "~inheritance", "Intrinsic indentation", "blocks are not re-indented" },
	{ "~inheritance", "Nested block reindentation", "blocks are not re-indented" },
};

struct partials {
	struct arena *arena;
	const json_t *texts;
};

static const struct source *
find_partial(void *context, const char *name)
{
	struct partials *p = context;
	const char *text = json_string_value(json_object_get(p->texts, name));
	struct source *s = arena_alloc(p->arena, sizeof(*s));

	*s = (struct source){ .name = arena_strdup(p->arena, name), .file = "partial", .text = text };
	if (text == NULL)
		return NULL;
	s->length = strlen(text);
	return s;
}

/* NULL: it does not compile; *problem says why. */
static const char *
render(struct arena *a, const json_t *test, const char **problem)
{
	struct partials partials = { .arena = a, .texts = json_object_get(test, "partials") };
	struct surroundings around = { .find = find_partial, .context = &partials,
	    .flags = MUSTACHE_HTML | MUSTACHE_TRIPLE | MUSTACHE_LENIENT };
	struct source source = { .name = "main", .file = "main",
	    .text = json_text(test, "template") };
	struct program program;
	struct buf out;

	source.length = strlen(source.text);
	buf_init(&out, a);
	if (mustache_compile(a, &source, &around, &program, problem) != ERR_OK)
		return NULL;
	if (mustache_render(&program, 0, json_object_get(test, "data"), &out) != ERR_OK)
		return NULL;
	return out.data;
}

static const char *
exception(const char *file, const char *test)
{
	for (size_t i = 0; i < sizeof(exceptions) / sizeof(exceptions[0]); i++)
		if (strcmp(exceptions[i].file, file) == 0 && strcmp(exceptions[i].test, test) == 0)
			return exceptions[i].reason;
	return NULL;
}

static void
run_file(const char *folder, const char *file)
{
	struct arena *a = arena_new();
	json_t *doc = json_load_file(arena_printf(a, "%s/mustache-spec/%s.json", folder, file), 0, NULL);
	const json_t *tests = json_object_get(doc, "tests"), *test;
	size_t i;

	ok(json_array_size(tests) > 10, "%s: the file is there", file);
	json_array_foreach(tests, i, test) {
		const char *wanted = json_text(test, "expected"), *problem = NULL;
		const char *got = render(a, test, &problem);
		const char *reason = exception(file, json_text(test, "name"));

		if (reason != NULL) {
			ok(got == NULL || strcmp(got, wanted) != 0, "%s: %s is still an exception",
			    file, json_text(test, "name"));
			diag("%s", reason);
		} else if (!is_str(got, wanted, "%s: %s", file, json_text(test, "name"))) {
			diag("%s", problem != NULL ? problem : json_text(test, "template"));
		}
	}
	json_decref(doc);
	arena_free(a);
}

static void
run_specification(void)
{
	static const char *const files[] = { "comments", "delimiters", "interpolation", "inverted",
		"partials", "sections", "~inheritance", NULL };
	const char *folder = getenv("CHROMO_SAMPLES");

	if (folder == NULL) {
		diag("CHROMO_SAMPLES is not set: the specification itself was not run");
		return;
	}
	for (size_t i = 0; files[i] != NULL; i++)
		run_file(folder, files[i]);
}

/* A folder of templates and two languages. */
struct house {
	struct arena *arena;
	const char *folder;
	struct catalogue *catalogue;
	struct templates *templates;
	char *problem;
};

static void
house_start(struct house *h)
{
	*h = (struct house){ .arena = arena_new() };
	h->folder = folder_make(h->arena);
	folder_write(h->arena, h->folder, "po/ja.po",
	    "msgid \"greet\"\nmsgstr \"{{name}}さん <こんにちは>\"\n"
	    "msgid \"rich_html\"\nmsgstr \"<b>{{name}}</b>\"\n"
	    "msgid \"loop\"\nmsgstr \"{{t.greet}}\"\n"
	    "msgid \"part\"\nmsgstr \"{{#name}}x{{/name}}\"\n");
	folder_write(h->arena, h->folder, "po/en.po",
	    "msgid \"greet\"\nmsgstr \"Hello {{name}}\"\n"
	    "msgid \"rich_html\"\nmsgstr \"<i>{{name}}</i>\"\n"
	    "msgid \"loop\"\nmsgstr \"-\"\n"
	    "msgid \"part\"\nmsgstr \"-\"\n");
	if (catalogue_open(arena_printf(h->arena, "%s/po", h->folder), &h->catalogue,
	    &h->problem) != ERR_OK)
		diag("%s", h->problem);
}

static void
house_end(struct house *h)
{
	templates_free(h->templates);
	catalogue_free(h->catalogue);
	folder_remove(h->folder);
	arena_free(h->arena);
}

static void
house_write(struct house *h, const char *name, const char *text)
{
	folder_write(h->arena, h->folder, name, text);
}

static enum err
house_open(struct house *h, int flags)
{
	enum err e = templates_open(h->folder, h->catalogue, flags, &h->templates, &h->problem);

	if (e == ERR_INVALID) {
		const char *problem = h->problem;

		h->problem = arena_strdup(h->arena, problem);
		free((char *)problem);
	}
	return e;
}

/* The rendering, or the name of the error. */
static const char *
house_render(struct house *h, const char *name, const char *lang, const char *view)
{
	struct buf out;
	json_t *doc;
	enum err e;

	buf_init(&out, h->arena);
	buf_adds(&out, "[");
	if (json_parse(h->arena, view, strlen(view), &doc) != ERR_OK)
		return "the view is no JSON";
	e = templates_render(h->templates, name, catalogue_words(h->catalogue, lang), doc, &out);
	if (e != ERR_OK)
		return strcmp(out.data, "[") == 0 ? err_name(e) : "something was left in out";
	return out.data + 1;
}

static void
test_words_and_types(void)
{
	const char *view = "{\"name\": \"<山&>\", \"nl\": \"a\\nb\", \"x_html\": \"<hr>\"}";
	struct house h;

	house_start(&h);
	house_write(&h, "a.html", "<p>{{t.greet}}</p> {{{x_html}}} {{x_html}}");
	house_write(&h, "rich.html", "{{{t.rich_html}}} {{t.rich_html}}");
	house_write(&h, "a.txt", "{{t.greet}} {{name}}\n");
	house_write(&h, "a.subject", "{{t.greet}} {{nl}}\n");
	house_write(&h, "b.subject", "{{t.greet}}\n");
	house_write(&h, "deep/er/c.html", "{{>part/d}}");
	house_write(&h, "part/d.html", "html {{name}}");
	house_write(&h, "part/d.txt", "txt {{name}}");
	house_write(&h, "c.txt", "{{>part/d}}");
	house_write(&h, "README.md", "{{#not a template");
	if (!is_int(house_open(&h, 0), ERR_OK, "templates are opened"))
		diag("%s", h.problem);
	is_str(house_render(&h, "a.html", "ja", view),
	    "<p>&lt;山&amp;&gt;さん &lt;こんにちは&gt;</p> <hr> &lt;hr&gt;",
	    "words stand in the page, they and the names in them escaped");
	is_str(house_render(&h, "a.html", "en", view),
	    "<p>Hello &lt;山&amp;&gt;</p> <hr> &lt;hr&gt;", "in English too");
	is_str(house_render(&h, "rich.html", "ja", view),
	    "<b>&lt;山&amp;&gt;</b> &lt;b&gt;&lt;山&amp;&gt;&lt;/b&gt;", "words ending in _html may be rich, names in them never");
	is_str(house_render(&h, "a.txt", "ja", view), "<山&>さん <こんにちは> <山&>\n",
	    "nothing is escaped in .txt");
	is_str(house_render(&h, "b.subject", "en", view), "Hello <山&>", "a subject is one line");
	is_str(house_render(&h, "a.subject", "en", view), "invalid", "never more than one");
	is_str(house_render(&h, "deep/er/c.html", "ja", view), "html &lt;山&amp;&gt;",
	    "a partial has the type of its includer: HTML");
	is_str(house_render(&h, "c.txt", "ja", view), "txt <山&>", "or text");
	is_str(house_render(&h, "none.html", "ja", view), "not-found", "there is no such template");
	ok(templates_has(h.templates, "a.html") && !templates_has(h.templates, "README.md"),
	    "templates_has tells");
	is_str(house_render(&h, "a.txt", "ja", "{\"name\": 12}"), "12さん <こんにちは> 12\n", "a number");
	is_str(house_render(&h, "a.txt", "en", "{\"name\": 0.1}"), "Hello 0.1 0.1\n", "a real");
	is_str(house_render(&h, "a.txt", "en", "{\"name\": {\"a\": 1}}"), "Hello  \n",
	    "an object is no text");
	house_end(&h);
}

static void
test_strict(void)
{
	struct house h;

	house_start(&h);
	house_write(&h, "a.html", "{{#a}}{{b}}{{/a}}{{^none}}x{{/none}}");
	house_write(&h, "b.html", "{{a.b}}");
	house_write(&h, "c.html", "{{#a}}{{.}}{{/a}}");
	is_int(house_open(&h, TEMPLATES_STRICT), ERR_OK, "strict templates are opened");
	is_str(house_render(&h, "a.html", "ja", "{\"a\": {\"b\": 1}, \"none\": null}"), "1x",
	    "what is there, is shown");
	is_str(house_render(&h, "a.html", "ja", "{\"a\": {\"b\": 1}}"), "invalid",
	    "a missing section is a failure");
	is_str(house_render(&h, "a.html", "ja", "{\"a\": {\"c\": 1}, \"none\": null}"), "invalid",
	    "a missing name is a failure");
	is_str(house_render(&h, "a.html", "ja", "{\"a\": null, \"none\": null}"), "x",
	    "not where it is not rendered");
	is_str(house_render(&h, "b.html", "ja", "{\"a\": null}"), "", "behind null all is null");
	is_str(house_render(&h, "b.html", "ja", "{\"a\": {}}"), "invalid", "behind an object not");
	is_str(house_render(&h, "c.html", "ja", "{\"a\": {\"x\": 1}}"), "invalid",
	    "an object is no text");
	house_end(&h);
}

static void
refuses(const char *name, const char *text, const char *problem, const char *what)
{
	struct house h;

	house_start(&h);
	house_write(&h, "ok.html", "fine {{$block}}preset{{/block}}\n");
	house_write(&h, "inner.html", "{{>outer}}");
	house_write(&h, "outer.html", "x");
	house_write(&h, name, text);
	is_int(house_open(&h, 0), ERR_INVALID, "refused: %s", what);
	is_str(h.problem, arena_printf(h.arena, "%s/%s", h.folder, problem), "with its place");
	house_end(&h);
}

static void
test_faults(void)
{
	refuses("a.html", "\n{{#a}}\n\n{{b}}\n", "a.html:2: not closed: a", "an open section");
	refuses("a.html", "{{! x\n}}\n{{#a}}\n{{/b}}", "a.html:4: this closes nothing that is open: b",
	    "a wrong end");
	refuses("a.html", "\n\n{{/a}}", "a.html:3: this closes nothing that is open: a",
	    "an end without beginning");
	refuses("a.html", "\n{{a", "a.html:2: the tag has no end", "an open tag");
	refuses("a.html", "{{a b}}", "a.html:1: this is no name: a b", "a name with a space");
	refuses("a.html", "{{a..b}}", "a.html:1: this is no name: a..b", "a name with a hole");
	refuses("a.html", "{{}}", "a.html:1: this is no name:", "no name");
	refuses("a.html", "{{=a=}}", "a.html:1: these are no delimiters: a", "half a delimiter");
	refuses("a.html", "x\n{{>none}}", "a.html:2: no such template: none", "an unknown partial");
	refuses("a.txt", "{{>ok}}", "a.txt:1: no such template: ok", "a partial of another type");
	refuses("a.html", "{{t.none}}", "a.html:1: no such words: t.none", "missing words");
	refuses("a.html", "{{#t.greet}}x{{/t.greet}}", "a.html:1: words are no section: t.greet",
	    "words as a section");
	refuses("a.html", "{{t.loop}}", "a.html:1: words do not name words: t.greet",
	    "words that name words");
	refuses("a.html", "\n{{t.part}}", "a.html:2: words hold names only, not name",
	    "words with a section");
	refuses("a.html", "{{{name}}}", "a.html:1: only a key that ends in _html goes without escaping: name",
	    "three braces");
	refuses("a.html", "{{&name}}", "a.html:1: only a key that ends in _html goes without escaping: name",
	    "an ampersand");
	refuses("outer.html", "{{>inner}}",
	    "inner.html:1: nested too deep, or within itself: outer", "a circle");
	refuses("a.html", "{{<ok}}{{$none}}x{{/none}}{{/ok}}", "a.html:1: the layout has no block none",
	    "a block for nobody");
	refuses("a.html", "{{<ok}}\n{{$block}}x{{/block}}{{$block}}y{{/block}}{{/ok}}",
	    "a.html:2: the block is here already: block", "a block twice");
	refuses("a.html", "{{<ok}}\n{{x}}{{/ok}}",
	    "a.html:2: only blocks may stand in a layout's tag, not x", "a name that would be lost");
	refuses("a.html", "{{<ok}}\n", "a.html:1: not closed: ok", "an open layout");
	refuses("a.html", "{{$b}}\n", "a.html:1: not closed: b", "an open block");
	refuses("a.html", "{{name}}\xff", "a.html:1: not UTF-8, or with a NUL", "another encoding");
}

static void
test_layouts(void)
{
	struct house h;

	house_start(&h);
	house_write(&h, "layout/page.html",
	    "<title>{{$title}}{{/title}}</title>\n{{$heading}}\n<h1>{{$title}}{{/title}}</h1>\n"
	    "{{/heading}}\n<main>\n{{$main}}{{/main}}\n</main>\n");
	house_write(&h, "part/box.html", "<b>{{$title}}box{{/title}}</b>{{$body}}{{/body}}");
	house_write(&h, "a.html", "{{! keys }}\n{{<layout/page}}\n{{$title}}{{name}}{{/title}}\n{{$main}}\n"
	    "{{<part/box}}{{$body}}{{<part/box}}{{$title}}inner{{/title}}{{/part/box}}{{/body}}{{/part/box}}\n"
	    "{{/main}}\n{{/layout/page}}\n");
	house_write(&h, "list.html", "{{#rows}}{{<part/box}}{{$body}}{{n}}{{/body}}{{/part/box}}{{/rows}}");
	if (!is_int(house_open(&h, TEMPLATES_STRICT), ERR_OK, "layouts are opened"))
		diag("%s", h.problem);
	is_str(house_render(&h, "a.html", "ja", "{\"name\": \"山\"}"),
	    "<title>山</title>\n<h1>山</h1>\n<main>\n<b>box</b><b>inner</b>\n</main>\n",
	    "a page in its layout; a part in it does not see the page's block of the same name");
	is_str(house_render(&h, "list.html", "ja", "{\"rows\": [{\"n\": 1}, {\"n\": 2}]}"),
	    "<b>box</b>1<b>box</b>2", "a block sees the row around it");
	house_end(&h);
}

static void
test_budget(void)
{
	struct house h;
	struct buf view;

	house_start(&h);
	house_write(&h, "a.html", "{{#a}}{{#a}}{{#a}}x{{/a}}{{/a}}{{/a}}");
	is_int(house_open(&h, 0), ERR_OK, "three lists in each other are opened");
	is_str(house_render(&h, "a.html", "ja", "{\"a\": [1, 2]}"), "xxxxxxxx", "eight of two");
	buf_init(&view, h.arena);
	buf_adds(&view, "{\"a\": [0");
	for (int i = 1; i < 300; i++)
		buf_adds(&view, ",0");
	buf_adds(&view, "]}");
	is_str(house_render(&h, "a.html", "ja", view.data), "invalid", "27 million of 300 are not made");
	house_end(&h);
}

static void
test_reload(void)
{
	struct house h;

	house_start(&h);
	house_write(&h, "a.html", "one {{>b}}");
	house_write(&h, "b.html", "b");
	is_int(house_open(&h, 0), ERR_OK, "templates in development");
	is_str(house_render(&h, "a.html", "ja", "{}"), "one b", "as they were read");
	house_write(&h, "b.html", "changed");
	is_str(house_render(&h, "a.html", "ja", "{}"), "one b", "until they are looked at");
	templates_refresh(h.templates);
	is_str(house_render(&h, "a.html", "ja", "{}"), "one changed", "a changed partial is seen");
	house_write(&h, "c.html", "new");
	templates_refresh(h.templates);
	is_str(house_render(&h, "c.html", "ja", "{}"), "new", "a new template too");
	house_write(&h, "b.html", "{{#fault}}");
	templates_refresh(h.templates);
	is_str(house_render(&h, "a.html", "ja", "{}"), "invalid", "a fault is told");
	ok(templates_problem(h.templates) != NULL && strstr(templates_problem(h.templates), "b.html:1: ") != NULL, "by file and line");
	house_write(&h, "b.html", "mended");
	templates_refresh(h.templates);
	is_str(house_render(&h, "a.html", "ja", "{}"), "one mended", "and can be mended");
	house_end(&h);
}

static const char *
text(struct arena *a, const char *source, const char *view)
{
	struct buf out;
	json_t *doc;

	buf_init(&out, a);
	if (json_parse(a, view, strlen(view), &doc) != ERR_OK ||
	    mustache_text(a, source, doc, &out) != ERR_OK)
		return NULL;
	return out.data;
}

static void
test_text(void)
{
	struct arena *a = arena_new();

	is_str(text(a, "{{max}}文字以内 <{{x}}>", "{\"max\": 20, \"x\": \"&\"}"), "20文字以内 <&>",
	    "words with names, nothing escaped");
	is_str(text(a, "no names", "{}"), "no names", "without names");
	is_str(text(a, "{{#open}}", "{}"), NULL, "a fault is told");
	is_str(text(a, "{{>part}}", "{}"), NULL, "there are no partials");
	is_str(text(a, "{{7*7}}%n${x}", "{}"), "%n${x}", "R32 a name is a name, nothing is computed");
	arena_free(a);
}

/* The operations grow while a section is open, wherever in it that happens. */
static void
test_growth(void)
{
	struct arena *a = arena_new();
	bool right = true;
	int n, i;

	for (n = 0; n < 300; n++) {
		struct buf source, wanted;

		buf_init(&source, a);
		buf_init(&wanted, a);
		for (i = 0; i < n; i++) {
			buf_adds(&source, "{{x}}");
			buf_adds(&wanted, "1");
		}
		buf_adds(&source, "{{^yes}}in{{/yes}}out{{#yes}}in{{/yes}}");
		buf_adds(&wanted, "outin");
		right = right && strcmp(text(a, source.data, "{\"x\": 1, \"yes\": true}"), wanted.data) == 0;
	}
	ok(right, "sections behind any number of tags");
	arena_free(a);
}

int
main(void)
{
	json_setup();
	run_specification();
	test_words_and_types();
	test_strict();
	test_faults();
	test_layouts();
	test_budget();
	test_reload();
	test_text();
	test_growth();
	return done();
}
