/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The words of the pages: gettext's PO files, read once at start; in development again whenever
 * one of them was changed.
 *
 * Only what we write is read: comments, msgid, msgstr, strings over several
 * lines, the escapes \n \t \" \\.  Plural forms, contexts and fuzzy entries are faults:
 * a half-done translation is not shown to anybody.  A string that is found is
 * the catalogue's arena's; the keys of each language are sorted.
 */
#include "base/words.h"
#include "base/arena.h"
#include "base/buf.h"
#include "base/file.h"
#include "base/log.h"
#include "base/text.h"

#include <dirent.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/stat.h>

#define NATIVE "ja"

struct entry {
	const char *key;
	const char *text;
	size_t line;
};

struct words {
	const char *lang;
	const char *file;
	struct entry *entries;
	size_t count;
	size_t room;
};

struct catalogue {
	char *directory;
	struct arena *arena;
	struct words *languages;	/* Japanese first, then by tag */
	size_t count;
	struct timespec changed;	/* the newest of the files, and their bytes */
	off_t bytes;
	unsigned age;			/* so often was it read anew */
	char *problem;			/* what is in the files now will not do */
};

/* A PO file while it is read. */
struct reader {
	struct arena *arena;
	const char *file;
	const char *at;			/* what is left of it */
	size_t line;
	struct buf string;		/* what of a string was read */
	const char *problem;		/* the first one; nothing is read after it */
};

static void
complain(struct reader *r, size_t line, const char *what, const char *key)
{
	if (r->problem == NULL)
		r->problem = arena_printf(r->arena, "%s:%zu: %s%s%s", r->file, line, what,
		    key != NULL ? " " : "", key != NULL ? key : "");
}

static void
skip_blank(struct reader *r)
{
	r->at += strspn(r->at, " \t\r");
}

/* To the next line that says something; false at the end. */
static bool
next_line(struct reader *r)
{
	for (;;) {
		skip_blank(r);
		if (strncmp(r->at, "#,", 2) == 0 &&
		    memmem(r->at, strcspn(r->at, "\n"), "fuzzy", 5) != NULL)
			complain(r, r->line, "a fuzzy entry: check the text, take the mark off", NULL);
		if (*r->at == '#')
			r->at += strcspn(r->at, "\n");
		if (*r->at != '\n')
			return *r->at != '\0';
		r->at++;
		r->line++;
	}
}

static bool
take_keyword(struct reader *r, const char *keyword)
{
	size_t n = strlen(keyword);

	if (strncmp(r->at, keyword, n) != 0 || (r->at[n] != ' ' && r->at[n] != '\t' && r->at[n] != '"'))
		return false;
	r->at += n;
	skip_blank(r);
	return true;
}

/* One "…", with nothing behind it on its line. */
static void
read_piece(struct reader *r, struct buf *out)
{
	static const char escapes[] = "n\nt\t\"\"\\\\";
	const char *escape;

	for (r->at++; *r->at != '"'; r->at++) {
		if (*r->at == '\0' || *r->at == '\n') {
			complain(r, r->line, "the string does not end on its line", NULL);
			return;
		}
		if (*r->at != '\\') {
			buf_addch(out, *r->at);
			continue;
		}
		r->at++;
		for (escape = escapes; *escape != '\0' && *escape != *r->at; escape += 2)
			;
		if (*escape == '\0') {
			complain(r, r->line, "only \\n \\t \\\" \\\\ are known", NULL);
			return;
		}
		buf_addch(out, escape[1]);
	}
	r->at++;
	skip_blank(r);
	if (*r->at != '\n' && *r->at != '\0')
		complain(r, r->line, "something follows the string", NULL);
}

static const char *
read_string(struct reader *r)
{
	buf_reset(&r->string);
	if (*r->at != '"')
		complain(r, r->line, "a string in quotes is wanted here", NULL);
	while (r->problem == NULL && next_line(r) && *r->at == '"')
		read_piece(r, &r->string);
	return arena_strndup(r->arena, r->string.data, r->string.len);
}

static struct entry *
add_entry(struct arena *a, struct words *w)
{
	if (w->count == w->room) {
		size_t room = w->room == 0 ? 256 : w->room * 2;

		w->entries = arena_grow(a, w->entries, w->room * sizeof(*w->entries),
		    room * sizeof(*w->entries));
		w->room = room;
	}
	return &w->entries[w->count++];
}

/* The entry with the empty key is gettext's header. */
static void
read_entry(struct reader *r, struct words *w)
{
	struct entry e = { .line = r->line };

	if (!take_keyword(r, "msgid")) {
		complain(r, r->line, "msgid is wanted here", NULL);
		return;
	}
	e.key = read_string(r);
	if (r->problem == NULL && !take_keyword(r, "msgstr"))
		complain(r, r->line, "msgstr is wanted here", NULL);
	if (r->problem != NULL)
		return;
	e.text = read_string(r);
	if (e.key[0] == '\0')
		return;
	if (e.key[strspn(e.key, "abcdefghijklmnopqrstuvwxyz0123456789_")] != '\0')
		complain(r, e.line, "a key is of a-z, 0-9 and _:", e.key);
	else if (e.text[0] == '\0')
		complain(r, e.line, "no text for", e.key);
	*add_entry(r->arena, w) = e;
}

static int
by_key(const void *a, const void *b)
{
	const struct entry *x = a, *y = b;

	return strcmp(x->key, y->key);
}

static const struct entry *
find(const struct words *w, const char *key)
{
	return w->count == 0 ? NULL :
	    bsearch(&(struct entry){ .key = key }, w->entries, w->count, sizeof(*w->entries), by_key);
}

static void
read_words(struct reader *r, struct words *w, size_t length)
{
	if (!text_is_utf8(r->at, length))
		complain(r, 1, "not UTF-8, or with a NUL", NULL);
	while (r->problem == NULL && next_line(r))
		read_entry(r, w);
	if (r->problem != NULL || w->count == 0)
		return;
	qsort(w->entries, w->count, sizeof(*w->entries), by_key);
	for (size_t i = 1; i < w->count; i++) {
		const struct entry *e = &w->entries[i];

		if (strcmp(e->key, e[-1].key) == 0)
			complain(r, e->line > e[-1].line ? e->line : e[-1].line, "again the key",
			    e->key);
	}
}

/* Every language has the keys of the first, and no other. */
static void
compare(struct reader *r, const struct words *first, const struct words *other)
{
	for (size_t i = 0; i < first->count; i++) {
		if (find(other, first->entries[i].key) == NULL) {
			r->file = first->file;
			complain(r, first->entries[i].line,
			    arena_printf(r->arena, "%s.po lacks", other->lang),
			    first->entries[i].key);
		}
	}
	for (size_t i = 0; i < other->count; i++) {
		if (find(first, other->entries[i].key) == NULL) {
			r->file = other->file;
			complain(r, other->entries[i].line,
			    arena_printf(r->arena, "%s.po lacks", first->lang),
			    other->entries[i].key);
		}
	}
}

static int
by_lang(const void *a, const void *b)
{
	const struct words *x = a, *y = b;

	if (strcmp(x->lang, NATIVE) == 0 || strcmp(y->lang, NATIVE) == 0)
		return (strcmp(y->lang, NATIVE) == 0) - (strcmp(x->lang, NATIVE) == 0);
	return strcmp(x->lang, y->lang);
}

/* Lists the PO files: the name before .po is the tag of the language. */
static const char *
list_languages(struct catalogue *c, const char *directory)
{
	DIR *d = opendir(directory);
	const struct dirent *e;

	if (d == NULL)
		return arena_printf(c->arena, "%s: cannot be read", directory);
	while ((e = readdir(d)) != NULL) {
		size_t n = strlen(e->d_name);

		if (e->d_name[0] == '.' || n < 4 || strcmp(e->d_name + n - 3, ".po") != 0)
			continue;
		c->languages = arena_grow(c->arena, c->languages, c->count * sizeof(*c->languages),
		    (c->count + 1) * sizeof(*c->languages));
		c->languages[c->count++] = (struct words){
		    .lang = arena_strndup(c->arena, e->d_name, n - 3),
		    .file = arena_printf(c->arena, "%s/%s", directory, e->d_name) };
	}
	closedir(d);
	if (c->count > 0)
		qsort(c->languages, c->count, sizeof(*c->languages), by_lang);
	if (c->count == 0 || strcmp(c->languages[0].lang, NATIVE) != 0)
		return arena_printf(c->arena, "%s: there is no %s.po", directory, NATIVE);
	return NULL;
}

static const char *
read_all(struct catalogue *c, const char *directory)
{
	struct reader r = { .arena = c->arena };
	struct arena *work = arena_new();

	buf_init(&r.string, work);
	r.problem = list_languages(c, directory);
	for (size_t i = 0; r.problem == NULL && i < c->count; i++) {
		struct buf source;

		buf_init(&source, work);
		r.file = c->languages[i].file;
		r.line = 1;
		if (file_read(r.file, &source) != ERR_OK)
			complain(&r, 1, "cannot be read", NULL);
		r.at = source.data;
		read_words(&r, &c->languages[i], source.len);
	}
	for (size_t i = 1; r.problem == NULL && i < c->count; i++)
		compare(&r, &c->languages[0], &c->languages[i]);
	arena_free(work);
	return r.problem;
}

/* Looks at the files.  True: they are those that were read. */
static bool
look(struct catalogue *c)
{
	struct timespec newest = { .tv_sec = 0 };
	off_t bytes = 0;
	bool same;
	size_t i;

	for (i = 0; i < c->count; i++) {
		struct stat st;

		if (stat(c->languages[i].file, &st) != 0)
			continue;
		bytes += st.st_size;
		if (st.st_mtim.tv_sec > newest.tv_sec ||
		    (st.st_mtim.tv_sec == newest.tv_sec && st.st_mtim.tv_nsec > newest.tv_nsec))
			newest = st.st_mtim;
	}
	same = bytes == c->bytes && newest.tv_sec == c->changed.tv_sec && newest.tv_nsec == c->changed.tv_nsec;
	c->bytes = bytes;
	c->changed = newest;
	return same;
}

enum err
catalogue_open(const char *directory, struct catalogue **out, char **problem)
{
	struct catalogue *c = calloc(1, sizeof(*c));
	const char *trouble;

	must(c != NULL);
	c->arena = arena_new();
	c->directory = strdup(directory);
	must(c->directory != NULL);
	trouble = read_all(c, directory);
	if (trouble != NULL) {
		*problem = strdup(trouble);
		must(*problem != NULL);
		catalogue_free(c);
		return ERR_INVALID;
	}
	look(c);
	*out = c;
	return ERR_OK;
}

void
catalogue_refresh(struct catalogue *c)
{
	struct catalogue *now;
	char *problem = NULL;

	if (look(c))
		return;
	free(c->problem);
	c->problem = NULL;
	if (catalogue_open(c->directory, &now, &problem) != ERR_OK) {
		log_error("words.fault problem=\"%s\"", problem);
		c->problem = problem;
		return;
	}
	arena_free(c->arena);
	c->arena = now->arena;
	c->languages = now->languages;
	c->count = now->count;
	c->age++;
	now->arena = NULL;
	catalogue_free(now);
}

unsigned
catalogue_age(const struct catalogue *c)
{
	return c->age;
}

const char *
catalogue_problem(const struct catalogue *c)
{
	return c->problem;
}

void
catalogue_free(struct catalogue *c)
{
	if (c == NULL)
		return;
	if (c->arena != NULL)
		arena_free(c->arena);
	free(c->directory);
	free(c->problem);
	free(c);
}

/* "en-US" is served by "en" where there is no "en-US". */
const struct words *
catalogue_words(const struct catalogue *c, const char *lang)
{
	for (size_t i = 0; i < c->count; i++)
		if (strcasecmp(c->languages[i].lang, lang) == 0)
			return &c->languages[i];
	for (size_t i = 0, n = strcspn(lang, "-"); lang[n] != '\0' && i < c->count; i++)
		if (strlen(c->languages[i].lang) == n &&
		    strncasecmp(c->languages[i].lang, lang, n) == 0)
			return &c->languages[i];
	return &c->languages[0];
}

size_t
catalogue_count(const struct catalogue *c)
{
	return c->count;
}

const struct words *
catalogue_at(const struct catalogue *c, size_t i)
{
	must(i < c->count);
	return &c->languages[i];
}

const char *
words_lang(const struct words *w)
{
	return w->lang;
}

const char *
words_find(const struct words *w, const char *key)
{
	const struct entry *e = find(w, key);

	return e != NULL ? e->text : NULL;
}

const char *
words_get(const struct words *w, const char *key)
{
	const char *text = words_find(w, key);

	if (text == NULL)
		log_panic("words.missing lang=%s key=%s", w->lang, key);
	return text;
}
