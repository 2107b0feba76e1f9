/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A channel over HTTP without the courier, for tests against the fakes of gateways/.
 *
 *	channel_send KIND CA_FILE
 *
 * Reads one letter a line, as JSON: {"key", "to", "account", "content", "doubt",
 * "valid_ms" (from now), "seen_url"} and says for each what became of it, in the order
 * of the outcomes: {"key", "verdict", "code", "reason", "detail", "id", "parts", "gone",
 * "wait_s"}; verdict INVALID: it does not compose.  With "measure" it only says
 * {"key", "length", "limit", "parts", "problem"}.  Ends when its input has ended and all
 * letters have their outcome.
 */
#include <jansson.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/arena.h"
#include "base/buf.h"
#include "base/clock.h"
#include "base/conf.h"
#include "base/json.h"
#include "channel/channel.h"

struct work {
	struct arena *arena;
	struct letter letter;
};

static const char *const verdicts[] = { "SENT", "LATER", "REFUSED", "UNKNOWN" };

static void
say(json_t *j)
{
	json_dumpf(j, stdout, JSON_COMPACT);
	putchar('\n');
	fflush(stdout);
	json_decref(j);
}

static void
measure(const struct channel_kind *kind, const json_t *j)
{
	struct measure m = kind->measure(json_object_get(j, "content"),
	    json_object_get(json_object_get(j, "account"), "settings"));

	say(json_pack("{s:s, s:i, s:i, s:i, s:s?}", "key", json_text(j, "key"), "length", m.length,
	    "limit", m.limit, "parts", m.parts, "problem", m.problem));
}

static void
begin(const struct channel_kind *kind, struct channel *c, const char *line, size_t n)
{
	struct arena *arena = arena_new();
	struct work *w = arena_alloc(arena, sizeof *w);
	struct envelope v = { .tenant_name = "みなと市", .host = "minato.example.jp", .origin = "https://minato.example.jp",
	    .mail_domain = "minato.example.jp", .language = "ja", .stop_url = "https://minato.example.jp/unsubscribe/x" };
	json_t *j = NULL;

	if (json_parse(arena, line, n, &j) != ERR_OK)
		abort();
	if (json_flag(j, "measure")) {
		measure(kind, j);
		arena_free(arena);
		return;
	}
	v.account = json_object_get(j, "account");
	v.content = json_object_get(j, "content");
	v.to = json_text(j, "to");
	v.key = json_text(j, "key");
	v.seen_url = json_text(j, "seen_url");
	v.valid_until_ms = json_object_get(j, "valid_ms") != NULL ? clock_ms() + json_int(j, "valid_ms") : 0;
	w->arena = arena;
	w->letter = (struct letter){ .account = v.account, .to = v.to, .key = v.key,
	    .valid_until_ms = v.valid_until_ms, .doubt = json_flag(j, "doubt") };
	if (kind->compose(arena, &v, &w->letter) != ERR_OK) {
		say(json_pack("{s:s, s:s}", "key", v.key, "verdict", "INVALID"));
		arena_free(arena);
		return;
	}
	if (c->ops->start(c, &w->letter) != ERR_OK)
		abort();
}

static void
tell(const struct outcome *o)
{
	struct work *w = (struct work *)((char *)o->letter - offsetof(struct work, letter));

	say(json_pack("{s:s, s:s, s:i, s:s, s:s, s:s, s:i, s:i, s:i}", "key", w->letter.key, "verdict", verdicts[o->verdict],
	    "code", o->code, "reason", o->reason, "detail", o->detail, "id", o->id, "parts", o->parts,
	    "gone", (int)o->gone, "wait_s", o->wait_s));
	arena_free(w->arena);
}

int
main(int argc, char **argv)
{
	struct conf conf = { .gateway_private = true, .mail_domain = "minato.example.jp" };
	struct arena *arena = arena_new();
	const struct channel_kind *kind;
	struct channel *c = NULL;
	struct outcome o;
	struct buf in;
	bool open = true;
	size_t at = 0;
	int whole;

	if (argc != 3 || (kind = channel_kind(argv[1])) == NULL)
		return 2;
	conf.gateway_ca_file = argv[2];
	json_setup();
	if (kind->open(&conf, &c) != ERR_OK) {
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
			begin(kind, c, in.data + at, (size_t)(nl - in.data) - at);
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
