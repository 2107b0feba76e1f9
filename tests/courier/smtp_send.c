/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The e-mail channel without the courier, for tests against gateways/smtp.mjs.
 *
 *	smtp_send URL CONNECTIONS TIMEOUT_S [USER PASSWORD_FILE] [CA_FILE]	("-": none)
 *
 * Reads one letter a line, as JSON: {"to", "from", "subject", "from_name",
 * "text", "html", "message_id"} and says for each what became of it, in the
 * order of the verdicts: {"to", "verdict", "code", "reason", "detail"}.  With
 * "raw" the letter is these bytes and email.c is left out; with "print" the
 * mail itself is said as {"mail"} and not sent.  Ends when its input has ended
 * and all letters have their verdict.
 */
#include <jansson.h>
#include <poll.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/arena.h"
#include "base/buf.h"
#include "base/conf.h"
#include "base/json.h"
#include "channel/channel.h"
#include "channel/email.h"

struct work {
	struct arena *arena;
	struct letter letter;
};

static const char *const verdicts[] = { "SENT", "LATER", "REFUSED", "UNKNOWN" };

static const char *
text_or(const json_t *j, const char *key, const char *otherwise)
{
	const char *s = json_string_value(json_object_get(j, key));

	return s != NULL ? s : otherwise;
}

static void
say(json_t *j)
{
	json_dumpf(j, stdout, JSON_COMPACT);
	putchar('\n');
	fflush(stdout);
	json_decref(j);
}

static enum err
compose(const json_t *j, struct buf *out)
{
	struct email m = {
		.from_name = text_or(j, "from_name", "みなと市"),
		.from = text_or(j, "header_from", "oshirase@minato.example.jp"),
		.to = text_or(j, "to", ""), .subject = text_or(j, "subject", "お知らせ"),
		.message_id = text_or(j, "message_id", "none@minato.example.jp"),
		.date = "Wed, 25 Nov 2026 12:04:05 +0900", .text = text_or(j, "text", "本文\n"),
		.html = text_or(j, "html", NULL), .list_id = text_or(j, "list_id", NULL),
		.unsubscribe_url = text_or(j, "unsubscribe_url", NULL), .language = "ja",
		.auto_submitted = 1 };

	return email_compose(&m, out);
}

static void
begin(struct channel *c, const char *line, size_t n)
{
	struct arena *arena = arena_new();
	struct work *w = arena_alloc(arena, sizeof(*w));
	struct buf data;
	json_t *j = NULL;

	if (json_parse(arena, line, n, &j) != ERR_OK)
		abort();
	buf_init(&data, arena);
	if (json_object_get(j, "raw") != NULL)
		buf_adds(&data, text_or(j, "raw", ""));
	else if (compose(j, &data) != ERR_OK) {
		say(json_pack("{s:s,s:s}", "to", text_or(j, "to", ""), "verdict", "INVALID"));
		arena_free(arena);
		return;
	}
	if (json_is_true(json_object_get(j, "print"))) {
		say(json_pack("{s:s}", "mail", data.data));
		arena_free(arena);
		return;
	}
	w->arena = arena;
	w->letter = (struct letter){ .to = text_or(j, "to", ""),
	    .from = text_or(j, "from", "bounce@minato.example.jp"), .key = "k", .data = data.data,
	    .n = data.len };
	if (c->ops->start(c, &w->letter) != ERR_OK)
		abort();
}

static void
tell(const struct outcome *o)
{
	struct work *w = (struct work *)((char *)o->letter - offsetof(struct work, letter));

	say(json_pack("{s:s,s:s,s:i,s:s,s:s}", "to", w->letter.to, "verdict", verdicts[o->verdict],
	    "code", o->code, "reason", o->reason, "detail", o->detail));
	arena_free(w->arena);
}

static const char *
argument(int argc, char **argv, int i)
{
	return i < argc && strcmp(argv[i], "-") != 0 ? argv[i] : NULL;
}

int
main(int argc, char **argv)
{
	struct conf conf = { .mail_domain = "minato.example.jp" };
	struct arena *arena = arena_new();
	struct channel *c = NULL;
	struct outcome o;
	struct buf in;
	bool open = true;
	size_t at = 0;
	int whole;

	if (argc < 4)
		return 2;
	conf.smtp_url = argv[1];
	conf.smtp_connections = (int)strtol(argv[2], NULL, 10);
	conf.smtp_timeout_s = (int)strtol(argv[3], NULL, 10);
	conf.smtp_user = argument(argc, argv, 4);
	conf.smtp_password_file = argument(argc, argv, 5);
	conf.smtp_ca_file = argument(argc, argv, 6);
	json_setup();
	if (email_open(&conf, &c) != ERR_OK) {
		arena_free(arena);
		return 1;
	}
	whole = c->ops->room(c);
	buf_init(&in, arena);

	for (;;) {
		const char *nl = memchr(in.data + at, '\n', in.len - at);

		while (c->ops->next(c, &o) == ERR_OK)
			tell(&o);
		if (nl != NULL && c->ops->room(c) > 0) {
			begin(c, in.data + at, (size_t)(nl - in.data) - at);
			at = (size_t)(nl - in.data) + 1;
			continue;
		}
		if (nl == NULL && !open && c->ops->room(c) == whole)
			break;
		c->ops->wait(c, 100, open && nl == NULL ? STDIN_FILENO : -1);
		if (nl == NULL && open) {
			struct pollfd p = { .fd = STDIN_FILENO, .events = POLLIN };
			ssize_t n = 0;

			if (poll(&p, 1, 0) == 0)
				continue;
			buf_reserve(&in, 65536);
			n = read(STDIN_FILENO, in.data + in.len, 65536);
			open = n > 0;
			in.len += n > 0 ? (size_t)n : 0;
			in.data[in.len] = '\0';
		}
	}
	c->ops->close(c);
	arena_free(arena);
	return 0;
}
