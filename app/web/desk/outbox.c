/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Where mail goes while no SMTP server is configured, and what that of the fake gateways
 * took (tests/gateways/mail.mjs); in development only, and without sign-in, because here
 * one finds the links that a citizen is mailed.
 *
 *	GET /desk/outbox?page=	newest first
 *	GET /desk/outbox/{mail}	one mail: headers, text with its links, source of the HTML
 *
 * The files are those of channel/outbox_dir.c, or of that server.  All towns share the folder; each
 * sees what it sent itself.
 */
#include <dirent.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/file.h"
#include "channel/email_read.h"
#include "db/queries.h"
#include "web/handlers.h"
#include "web/web.h"

enum { PAGE = 20, NEWEST = 2000 };

struct letter_file {
	const char *name;		/* without ".eml" */
	int64_t ms;			/* when it came */
};

static int
newest_first(const void *a, const void *b)
{
	const struct letter_file *x = a, *y = b;

	if (x->ms != y->ms)
		return x->ms < y->ms ? 1 : -1;
	return strcmp(x->name, y->name);
}

static const char *
folder(const struct web *w)
{
	return arena_printf(w->arena, "%s/email", w->conf->outbox != NULL ? w->conf->outbox : "/nonexistent");
}

static size_t
list_files(const struct web *w, struct letter_file **out)
{
	DIR *d = opendir(folder(w));
	struct letter_file *files = NULL;
	const struct dirent *entry;
	size_t n = 0, room = 0;

	while (d != NULL && (entry = readdir(d)) != NULL) {
		size_t len = strlen(entry->d_name);
		struct stat st;

		if (entry->d_name[0] == '.' || len < 5 || strcmp(entry->d_name + len - 4, ".eml") != 0 ||
		    fstatat(dirfd(d), entry->d_name, &st, AT_SYMLINK_NOFOLLOW) != 0 || !S_ISREG(st.st_mode))
			continue;
		if (n == room) {
			files = arena_grow(w->arena, files, room * sizeof *files, (2 * room + 64) * sizeof *files);
			room = 2 * room + 64;
		}
		files[n++] = (struct letter_file){ arena_strndup(w->arena, entry->d_name, len - 4),
		    (int64_t)st.st_mtim.tv_sec * 1000 + st.st_mtim.tv_nsec / 1000000 };
	}
	if (d != NULL)
		closedir(d);
	if (n > 0)
		qsort(files, n, sizeof *files, newest_first);
	*out = files;
	return n;
}

static enum err
read_file(const struct web *w, const char *name, struct email_read *out)
{
	struct buf b;
	enum err e;

	/* The same characters as in channel/outbox_dir.c: no way out of the folder. */
	if (name[0] == '.' || name[strspn(name,
	    "0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ._-")] != '\0')
		return ERR_NOT_FOUND;
	buf_init(&b, w->arena);
	e = file_read(arena_printf(w->arena, "%s/%s.eml", folder(w), name), &b);
	return e != ERR_OK ? e : email_read(w->arena, b.data, b.len, out);
}

static enum err
sender_of(struct web *w, const char **out)
{
	struct rows *rows;
	enum err e;

	e = q_outbox_sender(w->db, &rows);
	if (e == ERR_OK)
		*out = rows_text(rows, 0, "mail_from");
	return e;
}

/* Adds the time of each as the pages say it. */
static enum err
add_times(struct web *w, json_t *mails, const int64_t *times)
{
	json_t *moments;
	enum err e;
	size_t i;

	e = q_outbox_times(w->db, (struct q_outbox_times){ .lang = w->lang,
	    .times = { times, json_array_size(mails) } }, &moments);
	if (e == ERR_OK)
		for (i = 0; i < json_array_size(mails); i++)
			json_object_set(json_array_get(mails, i), "at", json_array_get(moments, i));
	return e;
}

enum err
desk_outbox_list(struct web *w)
{
	json_t *mails = json_array();
	struct letter_file *files;
	size_t n = list_files(w, &files), i, seen = 0;
	int64_t page = 1, times[PAGE];
	const char *sender;
	bool more = false;
	enum err e;

	json_object_set_new(w->view, "mails", mails);
	if (fields_has(w->query, "page") && fields_int(w->query, "page", 1, NEWEST / PAGE, &page) != ERR_OK)
		return ERR_INVALID;
	e = sender_of(w, &sender);
	if (e != ERR_OK)
		return e;
	for (i = 0; i < n && i < NEWEST && !more; i++) {
		size_t row = json_array_size(mails);
		struct email_read mail;

		if (read_file(w, files[i].name, &mail) != ERR_OK || strcmp(mail.sender, sender) != 0)
			continue;
		if (seen++ < (size_t)(page - 1) * PAGE)
			continue;
		more = row == PAGE;
		if (more)
			continue;
		times[row] = files[i].ms;
		json_array_append_new(mails, json_pack("{s:s, s:s, s:s}",
		    "name", files[i].name, "to", mail.to, "subject", mail.subject));
	}
	json_object_set_new(w->view, "pages", json_pack("{s:o, s:o, s:n}",
	    "previous_url", page > 1 ? json_sprintf("/desk/outbox?page=%d", (int)page - 1) : json_null(),
	    "next_url", more ? json_sprintf("/desk/outbox?page=%d", (int)page + 1) : json_null(), "text"));
	e = add_times(w, mails, times);
	return e != ERR_OK ? e : web_page(w, HTTP_OK, "desk/outbox/list");
}

/* The text in pieces {text, link_url}, so that the links of a mail can be followed. */
static json_t *
pieces(const struct web *w, const char *text)
{
	json_t *list = json_array();
	const char *at = text;

	for (;;) {
		const char *link = strstr(at, "https://");
		size_t n;

		if (link == NULL)
			break;
		for (n = 0; link[n] > ' ' && link[n] < 0x7f && strchr("<>\"'()", link[n]) == NULL; n++)
			;
		if (link > at)
			json_array_append_new(list, json_pack("{s:s%, s:n}", "text", at, (size_t)(link - at), "link_url"));
		json_array_append_new(list, json_pack("{s:s%, s:s%}", "text", link, n, "link_url", link, n));
		at = link + n;
	}
	if (*at != '\0')
		json_array_append_new(list, json_pack("{s:s, s:n}", "text", at, "link_url"));
	return json_keep(w->arena, list);
}

enum err
desk_outbox_show(struct web *w)
{
	struct email_read mail;
	const char *sender;
	enum err e;

	e = sender_of(w, &sender);
	if (e == ERR_OK)
		e = read_file(w, web_arg(w, "mail"), &mail);
	if (e == ERR_INVALID || (e == ERR_OK && strcmp(mail.sender, sender) != 0))
		return ERR_NOT_FOUND;
	if (e != ERR_OK)
		return e;
	json_object_set_new(w->view, "mail", json_pack("{s:s, s:s, s:s, s:s, s:s, s:s?, s:O, s:s?}",
	    "from", mail.from, "to", mail.to, "subject", mail.subject, "date", mail.date,
	    "message_id", mail.message_id, "list_unsubscribe", mail.list_unsubscribe,
	    "pieces", pieces(w, mail.text != NULL ? mail.text : ""), "source", mail.html));
	return web_page(w, HTTP_OK, "desk/outbox/show");
}
