/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The words: what of the PO format is read, and what is a fault at start.
 */
#include "base/words.h"
#include "base/arena.h"

#include "folder.h"
#include "tap.h"

static void
refuses(const char *ja, const char *en, const char *wanted, const char *what)
{
	struct arena *a = arena_new();
	const char *folder = folder_make(a);
	struct catalogue *c = NULL;
	char *problem = NULL;
	enum err e;

	if (ja != NULL)
		folder_write(a, folder, "ja.po", ja);
	if (en != NULL)
		folder_write(a, folder, "en.po", en);
	e = catalogue_open(folder, &c, &problem);
	is_int(e, ERR_INVALID, "%s is refused", what);
	if (e == ERR_INVALID) {
		is_str(problem, arena_printf(a, "%s%s", folder, wanted), "and the problem says where");
		free(problem);
	} else {
		catalogue_free(c);
	}
	folder_remove(folder);
	arena_free(a);
}

static void
test_reading(void)
{
	static const char ja[] =
	    "# Words.\n"
	    "msgid \"\"\n"
	    "msgstr \"\"\n"
	    "\"Content-Type: text/plain; charset=UTF-8\\n\"\n"
	    "\n"
	    "#: somewhere\n"
	    "msgid \"thanks\"\n"
	    "msgstr \"ありがとう\"\n"
	    "#~ msgid \"old\"\n"
	    "\n"
	    "  msgid   \"long\"\r\n"
	    "# between\n"
	    "msgstr \"\"\n"
	    "\"一\\n\"\n"
	    "\n"
	    "\t\"二 \\\"{{n}}\\\" \\\\ \\t#\"";
	static const char en[] =
	    "msgid \"long\"\nmsgstr \"one\"\n\nmsgid \"thanks\"\nmsgstr \"Thank you\"\n";
	struct arena *a = arena_new();
	const char *folder = folder_make(a);
	struct catalogue *c = NULL;
	char *problem = NULL;

	folder_write(a, folder, "ja.po", ja);
	folder_write(a, folder, "en.po", en);
	folder_write(a, folder, ".fr.po", "rubbish");
	folder_write(a, folder, "notes.txt", "rubbish");
	if (!is_int(catalogue_open(folder, &c, &problem), ERR_OK, "two languages are read"))
		diag("%s", problem);
	is_int(catalogue_count(c), 2, "hidden files and others are not");
	is_str(words_lang(catalogue_at(c, 0)), "ja", "Japanese is first");
	is_str(words_get(catalogue_words(c, "ja"), "thanks"), "ありがとう", "a text");
	is_str(words_get(catalogue_words(c, "ja"), "long"), "一\n二 \"{{n}}\" \\ \t#",
	    "one over several lines with every escape");
	is_str(words_get(catalogue_words(c, "en"), "thanks"), "Thank you", "in English");
	is_str(words_lang(catalogue_words(c, "en-US")), "en", "en-US is served by en");
	is_str(words_lang(catalogue_words(c, "fr")), "ja", "an unknown language by Japanese");
	is_str(words_lang(catalogue_words(c, "")), "ja", "no language too");
	is_str(words_find(catalogue_words(c, "ja"), "none"), NULL, "no key, no text");
	is_str(words_find(catalogue_words(c, "ja"), "old"), NULL, "a comment is no entry");
	catalogue_free(c);
	folder_remove(folder);
	arena_free(a);
}

static void
test_faults(void)
{
	const char *one = "msgid \"a\"\nmsgstr \"x\"\n";

	refuses(NULL, one, ": there is no ja.po", "a folder without Japanese");
	refuses("\nmsgstr \"x\"\n", NULL, "/ja.po:2: msgid is wanted here", "an entry without key");
	refuses("msgid \"a\"\n\n\nmsgid \"b\"\n", NULL, "/ja.po:4: msgstr is wanted here",
	    "a key without text");
	refuses("msgid \"a\"\nmsgid_plural \"b\"\n", NULL, "/ja.po:2: msgstr is wanted here", "a plural");
	refuses("msgid a\n", NULL, "/ja.po:1: a string in quotes is wanted here", "a key without quotes");
	refuses("msgid \"a\nmsgstr \"x\"\n", NULL, "/ja.po:1: the string does not end on its line",
	    "an open string");
	refuses("msgid \"a\"\nmsgstr \"x\" y\n", NULL, "/ja.po:2: something follows the string",
	    "something behind a string");
	refuses("msgid \"a\"\nmsgstr \"\\x\"\n", NULL, "/ja.po:2: only \\n \\t \\\" \\\\ are known",
	    "an unknown escape");
	refuses("msgid \"a\"\nmsgstr \"x\\", NULL, "/ja.po:2: only \\n \\t \\\" \\\\ are known",
	    "a file that ends in an escape");
	refuses("\nmsgid \"a\"\nmsgstr \"\"\n", NULL, "/ja.po:2: no text for a", "an empty text");
	refuses("msgid \"A b\"\nmsgstr \"x\"\n", NULL, "/ja.po:1: a key is of a-z, 0-9 and _: A b",
	    "a key that no template could name");
	refuses("msgid \"a\"\nmsgstr \"x\"\nmsgid \"a\"\nmsgstr \"y\"\n", NULL,
	    "/ja.po:3: again the key a", "a key twice");
	refuses("#, fuzzy\nmsgid \"a\"\nmsgstr \"x\"\n", NULL,
	    "/ja.po:1: a fuzzy entry: check the text, take the mark off", "a fuzzy entry");
	refuses("msgid \"a\"\nmsgstr \"\xff\"\n", NULL, "/ja.po:1: not UTF-8, or with a NUL",
	    "another encoding");
	refuses("msgid \"a\"\nmsgstr \"x\"\nmsgid \"b\"\nmsgstr \"x\"\n", one, "/ja.po:3: en.po lacks b",
	    "a key that is not in English");
	refuses(one, "msgid \"a\"\nmsgstr \"x\"\nmsgid \"b\"\nmsgstr \"x\"\n",
	    "/en.po:3: ja.po lacks b", "a key that is only in English");
}

int
main(void)
{
	test_reading();
	test_faults();
	return done();
}
