/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A channel without the courier, for tests against its fake.
 *
 *	channel_send KIND CA_FILE [PUSH_HOSTS [public]]	("line", "sms" …; public: as in production)
 *
 * Reads one letter a line, as JSON: {"n": a number, "account", "content", "to" or
 * "many", "key", "message", "valid_until_ms", "urgent", "doubt"}, composes it as the
 * kind does, and says for each what became of it, in the order of the verdicts: {"n",
 * "verdict", "code", "reason", "detail", "id", "wait_s", "gone", "parts"}.  With "data"
 * these are the bytes, and nothing is composed; with "print" the bytes are said and not
 * sent; with "measure" only how long the content is.  Ends when its input has ended and all letters have their verdict.
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

struct work {
	struct arena *arena;
	json_t *said;
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

/* Envelope and letter say the same of most things. */
static enum err
compose(const struct channel_kind *kind, struct work *w)
{
	const json_t *j = w->said, *many = json_object_get(j, "many");
	struct letter *l = &w->letter;
	const char **list = arena_alloc(w->arena, (json_array_size(many) + 1) * sizeof(*list));

	for (size_t i = 0; i < json_array_size(many); i++)
		list[i] = json_string_value(json_array_get(many, i));
	*l = (struct letter){ .account = json_object_get(j, "account"),
	    .to = many != NULL ? list[0] : json_text(j, "to"), .many = list, .n_many = json_array_size(many),
	    .from = "", .key = json_text(j, "key"), .data = json_text(j, "data"),
	    .valid_until_ms = json_int(j, "valid_until_ms"), .urgent = json_flag(j, "urgent"),
	    .doubt = json_flag(j, "doubt") };
	l->n = strlen(l->data);
	if (l->n > 0)
		return ERR_OK;
	return kind->compose(w->arena, &(struct envelope){ .account = l->account,
	    .content = json_object_get(j, "content"), .tenant_name = "みなと市",
	    .mail_from = "oshirase@minato.example.jp", .mail_name = "みなと市", .mail_reply = "", .host = "minato.example.jp",
	    .origin = "https://minato.example.jp", .mail_domain = "minato.example.jp", .language = "ja",
	    .to = l->to, .many = l->many, .n_many = l->n_many, .key = l->key,
	    .stop_url = "https://minato.example.jp/stop/1", .one_click_url = "", .seen_url = json_text(j, "seen_url"),
	    .message = json_int(j, "message"), .valid_until_ms = l->valid_until_ms, .urgent = l->urgent }, l);
}

static json_t *
measured(const struct channel_kind *kind, const json_t *j)
{
	struct measure m = kind->measure(json_object_get(j, "content"),
	    json_object_get(json_object_get(j, "account"), "settings"));

	return json_pack("{s:I, s:i, s:i, s:i, s:s?}", "n", (json_int_t)json_int(j, "n"), "length", m.length,
	    "limit", m.limit, "parts", m.parts, "problem", m.problem);
}

static void
begin(const struct channel_kind *kind, struct channel *c, const char *line, size_t n)
{
	struct arena *arena = arena_new();
	struct work *w = arena_alloc(arena, sizeof(*w));
	json_int_t number;

	w->arena = arena;
	if (json_parse(arena, line, n, &w->said) != ERR_OK)
		abort();
	number = json_int(w->said, "n");
	if (json_flag(w->said, "measure"))
		say(measured(kind, w->said));
	else if (compose(kind, w) != ERR_OK)
		say(json_pack("{s:I, s:s}", "n", number, "verdict", "INVALID"));
	else if (json_flag(w->said, "print"))
		say(json_pack("{s:I, s:s%}", "n", number, "data", w->letter.data, w->letter.n));
	else if (c->ops->start(c, &w->letter) != ERR_OK)
		abort();
	else
		return;
	arena_free(arena);
}

static void
tell(const struct outcome *o)
{
	struct work *w = (struct work *)((char *)o->letter - offsetof(struct work, letter));

	say(json_pack("{s:I, s:s, s:i, s:s, s:s, s:s, s:i, s:I, s:i}", "n", (json_int_t)json_int(w->said, "n"),
	    "verdict", verdicts[o->verdict], "code", o->code, "reason", o->reason, "detail", o->detail,
	    "id", o->id, "wait_s", o->wait_s, "gone", (json_int_t)o->gone, "parts", o->parts));
	arena_free(w->arena);
}

/* More of the input, if there is any now; false: it has ended. */
static bool
more(struct buf *in)
{
	struct pollfd p = { .fd = STDIN_FILENO, .events = POLLIN };
	ssize_t n;

	if (poll(&p, 1, 0) == 0)
		return true;
	buf_reserve(in, 65536);
	n = read(STDIN_FILENO, in->data + in->len, 65536);
	in->len += n > 0 ? (size_t)n : 0;
	in->data[in->len] = '\0';
	return n > 0;
}

int
main(int argc, char **argv)
{
	struct conf conf = { 0 };
	const struct channel_kind *kind = argc >= 3 ? channel_kind(argv[1]) : NULL;
	struct arena *arena = arena_new();
	struct channel *c = NULL;
	struct outcome o;
	struct buf in;
	bool open = true;
	size_t at = 0;
	int whole;

	if (kind == NULL)
		return 2;
	conf.gateway_ca_file = argv[2];
	conf.push_hosts = argc > 3 ? argv[3] : "";
	conf.gateway_private = argc <= 4;
	json_setup();
	if (kind->open(&conf, &c) != ERR_OK)
		return 1;
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
		if (nl == NULL && open)
			open = more(&in);
	}
	c->ops->close(c);
	arena_free(arena);
	return 0;
}
