/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The channel of bench smtp without the courier around it: composes N letters
 * with bodies of 4 kB, each for another recipient, and sends them over C connections.
 *
 *	smtp_channel URL N C [compose]
 *
 * Says one line: {"letters":N,"seconds":S,"per_second":R}.  With "compose" it only
 * composes.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/arena.h"
#include "base/conf.h"
#include "channel/channel.h"
#include "channel/email.h"

enum { BODY = 2000, CONNECTIONS_MAX = 256 };

/* A letter under way: its arena is emptied for the next one. */
struct work {
	struct arena *arena;
	struct buf data;
	char to[64], key[32];
	struct letter letter;
	struct work *next;
};

static char body[BODY + 1];

static void
compose(struct work *w, long i)
{
	struct email m = {
		.from_name = "みなと市", .from = "oshirase@minato.example.jp", .to = w->to,
		.subject = "【お知らせ】台風の接近にともなう避難所の開設について", .message_id = w->key,
		.date = "Wed, 25 Nov 2026 12:04:05 +0900", .text = body, .html = body,
		.list_id = "bosai.minato.example.jp",
		.unsubscribe_url = "https://minato.example.jp/u/0123456789abcdef0123456789abcdef",
		.language = "ja", .auto_submitted = 1 };

	snprintf(w->to, sizeof(w->to), "citizen%ld@example.jp", i);
	snprintf(w->key, sizeof(w->key), "%ld@minato.example.jp", i);
	buf_reset(&w->data);
	if (email_compose(&m, &w->data) != ERR_OK)
		abort();
	w->letter = (struct letter){ .to = w->to, .from = "bounce@minato.example.jp",
	    .key = w->key, .data = w->data.data, .n = w->data.len };
}

int
main(int argc, char **argv)
{
	static struct work works[CONNECTIONS_MAX];
	struct work *idle = NULL;
	struct conf conf = { .smtp_timeout_s = 90, .mail_domain = "minato.example.jp" };
	long n, started = 0, finished = 0, failed = 0;
	struct channel *c = NULL;
	struct timespec t0, t1;
	struct outcome o;
	double seconds;

	if (argc < 4)
		return 2;
	conf.smtp_url = argv[1];
	n = strtol(argv[2], NULL, 10);
	conf.smtp_connections = (int)strtol(argv[3], NULL, 10);
	if (n < 1 || conf.smtp_connections < 1 || conf.smtp_connections > CONNECTIONS_MAX)
		return 2;
	for (size_t i = 0; i + 3 <= BODY; i += 3)
		memcpy(body + i, "あ", 3);
	for (int i = 0; i < conf.smtp_connections; i++) {
		works[i].arena = arena_new();
		buf_init(&works[i].data, works[i].arena);
		works[i].next = idle;
		idle = &works[i];
	}
	if (smtp_open(&conf, &c) != ERR_OK)
		return 1;

	clock_gettime(CLOCK_MONOTONIC, &t0);
	if (argc > 4) {
		for (; finished < n; finished++)
			compose(idle, finished);
	}
	while (finished < n) {
		while (started < n && c->ops->room(c) > 0) {
			struct work *w = idle;

			idle = w->next;
			compose(w, started++);
			if (c->ops->start(c, &w->letter) != ERR_OK)
				abort();
		}
		c->ops->wait(c, 1000, -1);
		while (c->ops->next(c, &o) == ERR_OK) {
			struct work *w = (struct work *)((char *)o.letter - offsetof(struct work, letter));

			finished++;
			if (o.verdict != VERDICT_SENT && failed++ == 0)
				fprintf(stderr, "smtp_channel: %s %s\n", o.reason, o.detail);
			w->next = idle;
			idle = w;
		}
	}
	clock_gettime(CLOCK_MONOTONIC, &t1);
	c->ops->close(c);
	for (int i = 0; i < conf.smtp_connections; i++)
		arena_free(works[i].arena);

	seconds = (double)(t1.tv_sec - t0.tv_sec) + (double)(t1.tv_nsec - t0.tv_nsec) / 1e9;
	printf("{\"letters\":%ld,\"seconds\":%.3f,\"per_second\":%.0f,\"failed\":%ld}\n", n,
	    seconds, (double)n / seconds, failed);
	return failed > 0;
}
