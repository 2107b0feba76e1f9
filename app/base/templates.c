/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The templates below a directory, compiled for every language.
 *
 * What was read and compiled is one set in one arena.  templates_refresh
 * looks at the files, and a new set takes the place of the old one when any has changed, or the
 * words have; a set with a fault does not: nothing is rendered until it is mended.
 */
#include "base/mustache.h"
#include "base/arena.h"
#include "base/file.h"
#include "base/log.h"
#include "base/mustache_store.h"
#include "base/text.h"

#include <dirent.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

struct set {
	struct arena *arena;
	struct source *sources;		/* by name */
	size_t count, room;
	uint64_t stamp;			/* changes with any file */
	unsigned age;			/* of the words that it was compiled with */
	struct program *programs;	/* count of them for each language */
};

struct templates {
	char *directory;
	const struct catalogue *catalogue;
	int flags;
	struct set *set;
	char *problem;			/* what is there now has a fault: this one */
};

/* What {{>name}} means inside a template. */
struct lookup {
	const struct set *set;
	struct arena *work;
	const char *type;
};

static const char *const types[] = { ".html", ".xml", ".txt", ".subject", NULL };

/* NULL: the file is no template. */
static const char *
type_of(const char *name)
{
	const char *dot = strrchr(name, '.');

	for (size_t i = 0; dot != NULL && types[i] != NULL; i++)
		if (strcmp(dot, types[i]) == 0)
			return types[i];
	return NULL;
}

/* FNV-1a goes on over these bytes. */
static uint64_t
stamp_with(uint64_t stamp, const void *bytes, size_t n)
{
	for (const unsigned char *p = bytes; n-- > 0; p++)
		stamp = (stamp ^ *p) * 1099511628211u;
	return stamp;
}

static void
add_source(struct set *s, const char *name, const char *file, const struct stat *st)
{
	uint64_t stamp = stamp_with(14695981039346656037u, name, strlen(name));

	stamp = stamp_with(stamp, &st->st_mtim.tv_sec, sizeof(st->st_mtim.tv_sec));
	stamp = stamp_with(stamp, &st->st_mtim.tv_nsec, sizeof(st->st_mtim.tv_nsec));
	stamp = stamp_with(stamp, &st->st_size, sizeof(st->st_size));
	s->stamp += stamp;		/* in whatever order readdir gives them */
	if (s->count == s->room) {
		size_t room = s->room > 0 ? 2 * s->room : 256;

		s->sources = arena_grow(s->arena, s->sources, s->room * sizeof(*s->sources), room * sizeof(*s->sources));
		s->room = room;
	}
	s->sources[s->count++] = (struct source){ .name = name, .file = file };
}

/* below: "" or "citizen/".  False: the directory cannot be read. */
static bool
walk(struct set *s, const char *directory, const char *below)
{
	DIR *d = opendir(arena_printf(s->arena, "%s/%s", directory, below));
	const struct dirent *e;
	bool good = d != NULL;

	while (good && (e = readdir(d)) != NULL) {
		const char *name, *file;
		struct stat st;

		if (e->d_name[0] == '.')
			continue;
		name = arena_printf(s->arena, "%s%s", below, e->d_name);
		file = arena_printf(s->arena, "%s/%s", directory, name);
		if (stat(file, &st) != 0)
			continue;
		if (S_ISDIR(st.st_mode))
			good = walk(s, directory, arena_printf(s->arena, "%s/", name));
		else if (type_of(name) != NULL)
			add_source(s, name, file, &st);
	}
	if (d != NULL)
		closedir(d);
	return good;
}

static const char *
read_source(struct arena *a, struct source *s)
{
	struct buf text;

	buf_init(&text, a);
	if (file_read(s->file, &text) != ERR_OK)
		return arena_printf(a, "%s:1: cannot be read", s->file);
	if (!text_is_utf8(text.data, text.len))
		return arena_printf(a, "%s:1: not UTF-8, or with a NUL", s->file);
	/* Editors end a file with a line end; a subject is one line without. */
	if (strcmp(type_of(s->name), ".subject") == 0 && text.len > 0 &&
	    text.data[text.len - 1] == '\n')
		text.len--;
	s->text = text.data;
	s->length = text.len;
	return NULL;
}

static int
by_name(const void *a, const void *b)
{
	const struct source *x = a, *y = b;

	return strcmp(x->name, y->name);
}

static const struct source *
find(const struct set *s, const char *name)
{
	return s->count == 0 ? NULL : bsearch(&(struct source){ .name = name }, s->sources,
	    s->count, sizeof(*s->sources), by_name);
}

/* A partial is of the type of its includer. */
static const struct source *
find_partial(void *context, const char *name)
{
	const struct lookup *l = context;

	return find(l->set, arena_printf(l->work, "%s%s", name, l->type));
}

static const char *
compile_all(struct set *s, const struct catalogue *words)
{
	struct store *store = store_new(s->arena);
	struct arena *work = arena_new();
	const char *problem = NULL;

	s->programs = arena_alloc(s->arena, catalogue_count(words) * s->count * sizeof(*s->programs));
	for (size_t i = 0; problem == NULL && i < catalogue_count(words) * s->count; i++) {
		const struct source *source = &s->sources[i % s->count];
		struct lookup lookup = { .set = s, .work = work, .type = type_of(source->name) };
		struct surroundings around = { .words = catalogue_at(words, i / s->count),
		    .find = find_partial, .context = &lookup };
		struct program program;

		if (strcmp(lookup.type, ".html") == 0 || strcmp(lookup.type, ".xml") == 0)
			around.flags = MUSTACHE_HTML;
		if (mustache_compile(work, source, &around, &program, &problem) == ERR_OK)
			s->programs[i] = store_keep(store, &program);
		else
			problem = arena_strdup(s->arena, problem);
		arena_reset(work);
	}
	store_free(store);
	arena_free(work);
	return problem;
}

/* All is in the arena, which is freed with the set. */
static struct set *
list(const char *directory)
{
	struct arena *a = arena_new();
	struct set *s = arena_alloc(a, sizeof(*s));

	s->arena = a;
	if (!walk(s, directory, ""))
		s->count = 0;
	return s;
}

static enum err
load(const char *directory, const struct catalogue *words, struct set **out, char **problem)
{
	struct set *s = list(directory);
	const char *trouble = NULL;

	if (s->count == 0)
		trouble = arena_printf(s->arena, "%s: no templates can be read", directory);
	else
		qsort(s->sources, s->count, sizeof(*s->sources), by_name);
	for (size_t i = 0; trouble == NULL && i < s->count; i++)
		trouble = read_source(s->arena, &s->sources[i]);
	if (trouble == NULL)
		trouble = compile_all(s, words);
	if (trouble != NULL) {
		*problem = strdup(trouble);
		must(*problem != NULL);
		arena_free(s->arena);
		return ERR_INVALID;
	}
	s->age = catalogue_age(words);
	*out = s;
	return ERR_OK;
}

enum err
templates_open(const char *directory, const struct catalogue *words, int flags,
    struct templates **out, char **problem)
{
	struct templates *t;
	struct set *s;
	enum err e;

	e = load(directory, words, &s, problem);
	if (e != ERR_OK)
		return e;
	t = malloc(sizeof(*t));
	must(t != NULL);
	*t = (struct templates){ .directory = strdup(directory), .catalogue = words,
	    .flags = flags, .set = s };
	must(t->directory != NULL);
	*out = t;
	return ERR_OK;
}

void
templates_free(struct templates *t)
{
	if (t == NULL)
		return;
	arena_free(t->set->arena);
	free(t->directory);
	free(t->problem);
	free(t);
}

const char *
templates_problem(const struct templates *t)
{
	return t->problem;
}

bool
templates_has(const struct templates *t, const char *name)
{
	return find(t->set, name) != NULL;
}

void
templates_refresh(struct templates *t)
{
	struct set *now = list(t->directory);
	bool same = now->stamp == t->set->stamp && now->count == t->set->count && t->set->age == catalogue_age(t->catalogue);

	arena_free(now->arena);
	free(t->problem);
	t->problem = NULL;
	if (same)
		return;
	if (load(t->directory, t->catalogue, &now, &t->problem) != ERR_OK) {
		log_error("template.fault problem=\"%s\"", t->problem);
		return;
	}
	arena_free(t->set->arena);
	t->set = now;
}

static size_t
language_of(const struct templates *t, const struct words *w)
{
	size_t i = 0;

	while (catalogue_at(t->catalogue, i) != w)
		i++;
	return i;
}

enum err
templates_render(struct templates *t, const char *name, const struct words *w,
    const json_t *view, struct buf *out)
{
	int flags = t->flags & TEMPLATES_STRICT ? MUSTACHE_STRICT : 0;
	size_t before = out->len;
	const struct source *s;
	enum err e;

	if (t->problem != NULL)
		return ERR_INVALID;
	s = find(t->set, name);
	if (s == NULL)
		return ERR_NOT_FOUND;
	e = mustache_render(&t->set->programs[language_of(t, w) * t->set->count +
	    (size_t)(s - t->set->sources)], flags, view, out);
	if (e != ERR_OK || strcmp(type_of(name), ".subject") != 0)
		return e;

	/* A line break would start another header of the mail. */
	if (strpbrk(out->data + before, "\r\n") == NULL)
		return ERR_OK;
	log_error("template.failed file=%s why=line-break", s->file);
	out->len = before;
	out->data[before] = '\0';
	return ERR_INVALID;
}

enum err
mustache_text(struct arena *a, const char *text, const json_t *view, struct buf *out)
{
	struct source source = { .name = "text", .file = "text", .text = text,
	    .length = strlen(text) };
	struct surroundings around = { .flags = MUSTACHE_TRIPLE };
	struct program program;
	const char *problem;

	if (mustache_compile(a, &source, &around, &program, &problem) != ERR_OK) {
		log_error("template.fault problem=\"%s\"", problem);
		return ERR_INVALID;
	}
	return mustache_render(&program, 0, view, out);
}
