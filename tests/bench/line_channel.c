/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The channel of bench line without the courier around it: composes N letters, each
 * to 500 others, and sends them, C at once.
 *
 *	line_channel URL CA_FILE N C [compose]
 *
 * Says one line: {"calls":N,"bytes":B,"seconds":S,"per_second":R}, B being the last
 * body's.  With "compose" it only composes.
 */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/arena.h"
#include "base/conf.h"
#include "base/json.h"
#include "channel/channel.h"

enum { PEOPLE = 500, CALLS_MAX = 256, IDS = 20000 };

/* A letter under way: its arena is emptied for the next one. */
struct work {
	struct arena *arena;
	struct letter letter;
	struct work *next;
};

static const json_t *account, *content;
static const char *ids[IDS];

static void
make_ids(struct arena *a)
{
	for (unsigned i = 0; i < IDS; i++)
		ids[i] = arena_printf(a, "U%016lx%016lx", i * 2654435761UL, i * 40503UL);
}

static void
compose(struct work *w, long i)
{
	const char *const *many = ids + i * 37 % (IDS - PEOPLE);

	arena_reset(w->arena);
	w->letter = (struct letter){ .account = account, .to = many[0], .many = many, .n_many = PEOPLE,
	    .key = arena_printf(w->arena, "123e4567-e89b-12d3-a456-%012lx", i) };
	if (line_kind.compose(w->arena, &(struct envelope){ .account = account, .content = content,
	    .many = many, .n_many = PEOPLE, .to = many[0], .key = w->letter.key }, &w->letter) != ERR_OK)
		abort();
}

static void
make_account(struct arena *a, const char *url)
{
	char text[1500];
	json_t *message;

	memset(text, 0, sizeof(text));
	for (size_t i = 0; i + 3 < sizeof(text); i += 3)
		memcpy(text + i, "あ", 3);
	account = json_keep(a, json_pack("{s:i, s:i, s:s, s:{s:s}, s:{s:s}}", "id", 1, "version", 1, "url", url,
	    "settings", "channel_id", "1", "secrets", "access_token", "0123456789abcdef0123456789abcdef"));
	message = json_pack("{s:[{s:s, s:s}]}", "messages", "type", "text", "text", text);

	/* As the courier does, once for a message. */
	line_kind.prepare(message);
	content = json_keep(a, message);
}

int
main(int argc, char **argv)
{
	static struct work works[CALLS_MAX];
	struct conf conf = { .gateway_private = true };
	struct arena *arena = arena_new();
	struct work *idle = NULL;
	long n, most, started = 0, finished = 0, failed = 0;
	struct channel *c = NULL;
	struct timespec t0, t1;
	struct outcome o;
	double seconds;
	size_t bytes = 0;

	if (argc < 5)
		return 2;
	json_setup();
	make_account(arena, argv[1]);
	make_ids(arena);
	conf.gateway_ca_file = argv[2];
	n = strtol(argv[3], NULL, 10);
	most = strtol(argv[4], NULL, 10);
	if (n < 1 || most < 1 || most > CALLS_MAX || line_kind.open(&conf, &c) != ERR_OK)
		return 2;
	for (long i = 0; i < most; i++) {
		works[i].arena = arena_new();
		works[i].next = idle;
		idle = &works[i];
	}

	clock_gettime(CLOCK_MONOTONIC, &t0);
	for (; argc > 5 && finished < n; finished++)
		compose(idle, finished);
	while (finished < n) {
		while (started < n && idle != NULL && c->ops->room(c) > 0) {
			struct work *w = idle;

			idle = w->next;
			compose(w, started++);
			bytes = w->letter.n;
			if (c->ops->start(c, &w->letter) != ERR_OK)
				abort();
		}
		c->ops->wait(c, 1000, -1);
		while (c->ops->next(c, &o) == ERR_OK) {
			struct work *w = (struct work *)((char *)o.letter - offsetof(struct work, letter));

			finished++;
			if (o.verdict != VERDICT_SENT && failed++ == 0)
				fprintf(stderr, "line_channel: %s %s\n", o.reason, o.detail);
			w->next = idle;
			idle = w;
		}
	}
	clock_gettime(CLOCK_MONOTONIC, &t1);
	c->ops->close(c);
	for (long i = 0; i < most; i++)
		arena_free(works[i].arena);
	arena_free(arena);

	seconds = (double)(t1.tv_sec - t0.tv_sec) + (double)(t1.tv_nsec - t0.tv_nsec) / 1e9;
	printf("{\"calls\":%ld,\"bytes\":%zu,\"seconds\":%.3f,\"per_second\":%.0f,\"failed\":%ld}\n", n, bytes, seconds,
	    (double)n / seconds, failed);
	return failed > 0;
}
