/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What went out by other ways than mail; in development only, of all towns together.
 *
 *	GET /desk/outbox/others
 *
 * With the fake gateways (./dev run --gateways fake) it is what each of them really
 * took: <outbox>/<name>.jsonl, a line a call.  Without, it is what would have been
 * sent: <outbox>/<channel>/<key>.json (channel/outbox_dir.c).
 */
#include <dirent.h>
#include <fcntl.h>
#include <sys/stat.h>

#include "base/file.h"
#include "channel/channel.h"
#include "db/queries.h"
#include "web/handlers.h"
#include "web/web.h"

enum { NEWEST = 60, FILES = 2000 };

struct found {
	const char *from;		/* "line", "sms_karaden" */
	int64_t ms;
	const char *data;
	size_t n;
};

struct heap {
	struct arena *arena;
	struct found *rows;
	size_t n, room;
};

static void
add(struct heap *h, struct found f)
{
	if (h->n == h->room) {
		h->rows = arena_grow(h->arena, h->rows, h->room * sizeof *h->rows, (2 * h->room + 64) * sizeof *h->rows);
		h->room = 2 * h->room + 64;
	}
	h->rows[h->n++] = f;
}

static int
newest_first(const void *a, const void *b)
{
	const struct found *x = a, *y = b;

	return (x->ms < y->ms) - (x->ms > y->ms);
}

static bool
ends_in(const char *name, const char *end)
{
	size_t n = strlen(name), m = strlen(end);

	return name[0] != '.' && n > m && strcmp(name + n - m, end) == 0;
}

/* The letters in one folder; their bytes are read when it is known which are shown. */
static void
read_folder(struct heap *h, const char *path, const char *channel)
{
	DIR *d = opendir(path);
	const struct dirent *entry;
	struct stat st;
	size_t i = 0;

	while (d != NULL && (entry = readdir(d)) != NULL && i < FILES)
		if (ends_in(entry->d_name, ".json") && fstatat(dirfd(d), entry->d_name, &st, AT_SYMLINK_NOFOLLOW) == 0 &&
		    S_ISREG(st.st_mode)) {
			add(h, (struct found){ .from = channel, .ms = (int64_t)st.st_mtim.tv_sec * 1000 + st.st_mtim.tv_nsec / 1000000,
			    .data = arena_printf(h->arena, "%s/%s", path, entry->d_name) });
			i++;
		}
	if (d != NULL)
		closedir(d);
}

/* The lines of one ledger, in the order of time; the last NEWEST of them are enough. */
static void
read_ledger(struct heap *h, const char *path, const char *name)
{
	struct stat st;
	struct buf b;
	const char *end;
	size_t i;

	buf_init(&b, h->arena);
	if (stat(path, &st) != 0 || file_read(path, &b) != ERR_OK)
		return;
	end = b.data + b.len;
	for (i = 0; i < NEWEST && end > b.data; i++) {
		const char *line;

		if (end[-1] == '\n')
			end--;
		for (line = end; line > b.data && line[-1] != '\n';)
			line--;
		add(h, (struct found){ .from = name, .ms = (int64_t)st.st_mtim.tv_sec * 1000 - (int64_t)i,
		    .data = line, .n = (size_t)(end - line) });
		end = line;
	}
}

/* What a person reads of it, wherever the gateway has it. */
static const char *
text_of(const json_t *doc)
{
	static const char *const keys[] = { "text", "body", "title", "Body", "altText" };
	const json_t *first = json_array_get(json_object_get(doc, "messages"), 0);
	size_t i;

	for (i = 0; i < sizeof keys / sizeof *keys; i++)
		if (json_text(doc, keys[i])[0] != '\0')
			return json_text(doc, keys[i]);
	for (i = 0; i < sizeof keys / sizeof *keys; i++)
		if (json_text(first, keys[i])[0] != '\0')
			return json_text(first, keys[i]);
	return "";
}

/* The card of a device is a text in JSON: its title, and what stands below. */
static const char *
card_text(struct arena *a, const char *text)
{
	json_t *card;

	if (text[0] != '{' || json_parse(a, text, strlen(text), &card) != ERR_OK || json_text(card, "title")[0] == '\0')
		return text;
	return arena_printf(a, "%s\n%s", json_text(card, "title"), json_text(card, "body"));
}

/* An address, or how many people share a call; NULL: everybody. */
static json_t *
to_whom(struct web *w, const json_t *to)
{
	json_t *view;
	struct buf b;

	if (json_is_string(to))
		return json_copy((json_t *)(uintptr_t)to);
	if (!json_is_array(to))
		return json_null();
	view = json_keep(w->arena, json_pack("{s:o}", "n", json_sprintf("%zu", json_array_size(to))));
	buf_init(&b, w->arena);
	return mustache_text(w->arena, words_get(w->words, "outbox_people"), view, &b) == ERR_OK ? json_stringn(b.data, b.len)
	    : json_null();
}

static json_t *
row(struct web *w, const struct found *f)
{
	const char *text, *data = f->data;
	size_t n = f->n;
	struct buf file;
	json_t *doc;

	if (n == 0) {
		buf_init(&file, w->arena);
		if (file_read(f->data, &file) != ERR_OK)
			return NULL;
		data = file.data;
		n = file.len;
	}
	if (json_parse(w->arena, data, n, &doc) != ERR_OK)
		doc = json_keep(w->arena, json_object());
	text = card_text(w->arena, text_of(doc));
	return json_pack("{s:s, s:s?, s:o, s:s%}", "from", f->from, "text", text[0] != '\0' ? text : NULL,
	    "to", to_whom(w, json_object_get(doc, "to")),
	    "source", data, n);
}

static enum err
add_times(struct web *w, json_t *rows, const int64_t *times)
{
	json_t *moments;
	size_t i;
	enum err e = q_outbox_times(w->db, (struct q_outbox_times){ .lang = w->lang, .times = { times, json_array_size(rows) } }, &moments);

	for (i = 0; e == ERR_OK && i < json_array_size(rows); i++)
		json_object_set(json_array_get(rows, i), "at", json_array_get(moments, i));
	return e;
}

enum err
desk_outbox_others(struct web *w)
{
	const char *folder = w->conf->outbox != NULL ? w->conf->outbox : "/nonexistent";
	struct heap h = { .arena = w->arena };
	json_t *rows = json_array(), *r;
	const struct dirent *entry;
	int64_t times[NEWEST];
	enum err e;
	size_t i;
	DIR *d;

	json_object_set_new(w->view, "rows", rows);
	for (i = 0; channel_kinds[i] != NULL; i++)
		if (channel_kinds[i] != &email_kind)
			read_folder(&h, arena_printf(w->arena, "%s/%s", folder, channel_kinds[i]->name), channel_kinds[i]->name);
	for (d = opendir(folder); d != NULL && (entry = readdir(d)) != NULL;)
		if (ends_in(entry->d_name, ".jsonl"))
			read_ledger(&h, arena_printf(w->arena, "%s/%s", folder, entry->d_name),
			    arena_strndup(w->arena, entry->d_name, strlen(entry->d_name) - strlen(".jsonl")));
	if (d != NULL)
		closedir(d);
	if (h.n > 0)
		qsort(h.rows, h.n, sizeof *h.rows, newest_first);
	for (i = 0; i < h.n && json_array_size(rows) < NEWEST; i++) {
		r = row(w, &h.rows[i]);
		if (r == NULL)
			continue;
		times[json_array_size(rows)] = h.rows[i].ms;
		json_array_append_new(rows, r);
	}
	json_object_set_new(w->view, "some", json_boolean(json_array_size(rows) > 0));
	e = add_times(w, rows, times);
	return e != ERR_OK ? e : web_page(w, HTTP_OK, "desk/outbox/others");
}
