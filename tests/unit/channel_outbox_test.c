/* SPDX-License-Identifier: Apache-2.0 */
/* The outbox: whole files under their key, and verdicts like any gateway's. */
#include <dirent.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/conf.h"
#include "channel/channel.h"
#include "tap.h"

static char top[] = "/tmp/chromo-outbox-XXXXXX";

static void
path_of(char *out, size_t n, const char *name)
{
	snprintf(out, n, "%s/out/email/%s", top, name);
}

static int
files(void)
{
	char path[200];
	struct dirent *e;
	int n = 0;
	DIR *d;

	path_of(path, sizeof(path), "");
	d = opendir(path);
	while (d != NULL && (e = readdir(d)) != NULL)
		n += strcmp(e->d_name, ".") != 0 && strcmp(e->d_name, "..") != 0;
	if (d != NULL)
		closedir(d);
	return n;
}

static enum verdict
send_one(struct channel *c, const char *key, const char *data)
{
	struct letter l = { .to = "a@example.jp", .from = "b@example.jp", .key = key, .data = data,
	    .n = strlen(data) };
	struct outcome o = { .verdict = VERDICT_UNKNOWN };

	if (c->ops->start(c, &l) != ERR_OK)
		return VERDICT_UNKNOWN;
	c->ops->wait(c, 0, -1);
	if (c->ops->next(c, &o) != ERR_OK || o.letter != &l)
		return VERDICT_UNKNOWN;
	return o.verdict;
}

static bool
holds(const char *name, const char *wanted)
{
	char path[300], got[100] = "";
	FILE *f;

	path_of(path, sizeof(path), name);
	f = fopen(path, "r");
	if (f == NULL)
		return false;
	got[fread(got, 1, sizeof(got) - 1, f)] = '\0';
	fclose(f);
	return strcmp(got, wanted) == 0;
}

static void
test_letters(struct channel *c)
{
	is_str(c->ops->name, "email", "its name");
	is_int(send_one(c, "k1", "Subject: a\r\n\r\nb\r\n"), VERDICT_SENT, "a letter is sent");
	ok(holds("k1.eml", "Subject: a\r\n\r\nb\r\n"), "and lies there, byte for byte");
	is_int(send_one(c, "k1", "again\r\n"), VERDICT_SENT, "the same key again");
	ok(holds("k1.eml", "again\r\n") && files() == 1, "is the same file");
	is_int(send_one(c, "../../evil", "x"), VERDICT_REFUSED, "no way out of the directory");
	is_int(send_one(c, ".hidden", "x"), VERDICT_REFUSED, "no hidden file");
	is_int(send_one(c, "", "x"), VERDICT_REFUSED, "no nameless file");
	is_int(files(), 1, "and nothing is left of them");
}

static void
test_queue(struct channel *c)
{
	struct letter l = { .to = "a@example.jp", .key = "many", .data = "x", .n = 1 };
	struct outcome o;
	int room = c->ops->room(c), n = 0;

	ok(room > 0, "there is room for %d", room);
	while (c->ops->start(c, &l) == ERR_OK)
		n++;
	is_int(n, room, "so many could be started, then it was busy");
	is_int(c->ops->room(c), 0, "no room");
	for (n = 0; c->ops->next(c, &o) == ERR_OK; n++)
		;
	is_int(n, room, "each had one outcome");
	is_int(c->ops->room(c), room, "and there is room again");
	is_int(c->ops->next(c, &o), ERR_NOT_FOUND, "no outcome twice");
}

static void
test_trouble(struct channel *c)
{
	char path[300];

	path_of(path, sizeof(path), "stuck.eml");
	mkdir(path, 0700);
	is_int(send_one(c, "stuck", "x"), VERDICT_LATER, "what cannot be written waits");
	rmdir(path);
	is_int(files(), 2, "and leaves nothing behind");
	is_int(send_one(c, "stuck", "x"), VERDICT_SENT, "later it goes");
}

int
main(void)
{
	struct conf conf = { 0 };
	struct channel *c = NULL, *other = NULL;
	char outbox[100], path[400];

	if (mkdtemp(top) == NULL)
		return 1;
	is_int(outbox_open(&conf, "email", &other), ERR_CHANNEL, "without a directory there is no outbox");
	snprintf(outbox, sizeof(outbox), "%s/missing/out", top);
	conf.outbox = outbox;
	is_int(outbox_open(&conf, "email", &other), ERR_CHANNEL, "nor where none can be made");
	snprintf(outbox, sizeof(outbox), "%s/out", top);
	is_int(email_open(&conf, &c), ERR_OK, "without smtp_url e-mail goes into the outbox");
	if (c != NULL) {
		test_letters(c);
		test_queue(c);
		test_trouble(c);
		c->ops->close(c);
	}
	for (const char *const *n = (const char *const[]){ "k1.eml", "many.eml", "stuck.eml", NULL }; *n; n++) {
		path_of(path, sizeof(path), *n);
		unlink(path);
	}
	path_of(path, sizeof(path), "");
	rmdir(path);
	rmdir(outbox);
	is_int(rmdir(top), 0, "nothing else was written");
	return done();
}
