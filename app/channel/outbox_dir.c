/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A channel that delivers into a directory, for development: every letter
 * becomes <outbox>/<name>/<key>.eml, which /desk/outbox shows.
 *
 * A file appears whole under its name or not at all (written aside, renamed),
 * so a process that is killed leaves no half letter.  It is not synced to the
 * disk: what a power cut takes from an outbox nobody misses.  The same key
 * again replaces the file: the same letter, once.
 */
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/arena.h"
#include "base/conf.h"
#include "base/log.h"
#include "channel/channel.h"

enum { DONE = 64, KEY_MAX = 200 };

struct outbox {
	struct channel channel;
	struct arena *arena;
	struct channel_ops ops;		/* with the name that it was opened under */
	int directory;
	struct outcome done[DONE];	/* a ring */
	int done_first, done_n;
};

/* A key becomes the name of a file: no way out of the directory, none hidden. */
static bool
is_key(const char *s)
{
	size_t n = strspn(s, "0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ._-");

	return n > 0 && n <= KEY_MAX && s[n] == '\0' && s[0] != '.';
}

static bool
write_whole(int fd, const char *data, size_t n)
{
	while (n > 0) {
		ssize_t wrote = write(fd, data, n);

		if (wrote < 0 && errno == EINTR)
			continue;
		if (wrote < 0)
			return false;
		data += wrote;
		n -= (size_t)wrote;
	}
	return true;
}

static bool
write_letter(int directory, const struct letter *l)
{
	char name[KEY_MAX + 8], aside[KEY_MAX + 32];
	int fd, problem;
	bool good;

	snprintf(name, sizeof(name), "%s.eml", l->key);
	/* Two couriers never hold the same key, but a new one may find what a
	 * killed one left: hence the process id, and O_TRUNC. */
	snprintf(aside, sizeof(aside), ".%s.%ld", l->key, (long)getpid());
	fd = openat(directory, aside, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOFOLLOW, 0600);
	if (fd == -1)
		return false;
	good = write_whole(fd, l->data, l->n);
	problem = errno;
	if (close(fd) == -1 && good) {
		good = false;
		problem = errno;
	}
	if (good && renameat(directory, aside, directory, name) == 0)
		return true;
	if (good)
		problem = errno;
	(void)unlinkat(directory, aside, 0);
	errno = problem;
	return false;
}

static int
outbox_room(const struct channel *c)
{
	return DONE - ((const struct outbox *)c)->done_n;
}

static enum err
outbox_start(struct channel *c, const struct letter *l)
{
	struct outbox *o = (struct outbox *)c;
	struct outcome *out;

	if (o->done_n == DONE)
		return ERR_BUSY;
	out = &o->done[(o->done_first + o->done_n++) % DONE];
	*out = (struct outcome){ .letter = (void *)(uintptr_t)l };
	if (!is_key(l->key)) {
		out->verdict = VERDICT_REFUSED;
		snprintf(out->reason, sizeof(out->reason), "message_invalid");
	} else if (write_letter(o->directory, l)) {
		out->verdict = VERDICT_SENT;
		snprintf(out->reason, sizeof(out->reason), "sent");
	} else {
		out->verdict = VERDICT_LATER;
		snprintf(out->reason, sizeof(out->reason), "gateway_unreachable");
		snprintf(out->detail, sizeof(out->detail), "outbox: %s", strerror(errno));
		log_warn("outbox.write errno=%d", errno);
	}
	return ERR_OK;
}

/* A letter is done as soon as it is started: only the caller's fd is waited for. */
static void
outbox_wait(struct channel *c, int timeout_ms, int fd)
{
	struct pollfd p = { .fd = fd, .events = POLLIN };

	if (((struct outbox *)c)->done_n == 0)
		(void)poll(&p, 1, timeout_ms);
}

static enum err
outbox_next(struct channel *c, struct outcome *out)
{
	struct outbox *o = (struct outbox *)c;

	if (o->done_n == 0)
		return ERR_NOT_FOUND;
	*out = o->done[o->done_first];
	o->done_first = (o->done_first + 1) % DONE;
	o->done_n--;
	return ERR_OK;
}

static void
outbox_close(struct channel *c)
{
	struct outbox *o = (struct outbox *)c;

	close(o->directory);
	arena_free(o->arena);
}

enum err
outbox_open(const struct conf *conf, const char *name, struct channel **out)
{
	struct arena *arena = arena_new();
	struct outbox *o = arena_alloc(arena, sizeof(*o));
	char *path;

	must(is_key(name));
	if (conf->outbox == NULL) {
		log_error("outbox.configuration key=outbox");
		arena_free(arena);
		return ERR_CHANNEL;
	}
	path = arena_printf(arena, "%s/%s", conf->outbox, name);
	if ((mkdir(conf->outbox, 0700) == -1 && errno != EEXIST) ||
	    (mkdir(path, 0700) == -1 && errno != EEXIST) ||
	    (o->directory = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC)) == -1) {
		log_error("outbox.open path=%s errno=%d", path, errno);
		arena_free(arena);
		return ERR_CHANNEL;
	}
	o->arena = arena;
	o->ops = (struct channel_ops){
	    .name = arena_strdup(arena, name), .room = outbox_room, .start = outbox_start,
	    .wait = outbox_wait, .next = outbox_next, .close = outbox_close };
	o->channel.ops = &o->ops;
	*out = &o->channel;
	return ERR_OK;
}
