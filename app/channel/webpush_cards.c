/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Cards by account, its version and origin; see webpush_cards.h.  A table of fixed
 * size: towns × push services that are written to within half a day.
 */
#include "channel/webpush_cards.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "base/clock.h"
#include "base/log.h"
#include "base/secret.h"
#include "channel/webpush.h"

enum {
	CARDS = 4096,
	PROBES = 16,
	GOOD_S = 12 * 3600,
	MADE_ANEW_MS = (GOOD_S - 600) * 1000,
	FAILURES = 5, REST_MS = 1000, REST_MOST_MS = 60000
};

struct webpush_cards { struct webpush_card card[CARDS]; };

struct webpush_cards *
webpush_cards_new(void)
{
	struct webpush_cards *c = calloc(1, sizeof(*c));

	if (c == NULL)
		log_panic("memory.out");
	return c;
}

static void
forget(struct webpush_card *c)
{
	free(c->origin);
	free(c->header);
	*c = (struct webpush_card){ 0 };
}

void
webpush_cards_free(struct webpush_cards *c)
{
	if (c == NULL)
		return;
	for (int i = 0; i < CARDS; i++)
		forget(&c->card[i]);
	free(c);
}

static char *
copy(const char *s)
{
	char *mine = strdup(s);

	if (mine == NULL)
		log_panic("memory.out");
	return mine;
}

static struct p256_key *
key_of(struct arena *a, const json_t *account)
{
	struct p256_key *key = NULL;
	struct buf scalar;

	buf_init(&scalar, a);
	if (secret_unbase64url(a, json_text(json_object_get(account, "secrets"), "private_key"), &scalar) != ERR_OK ||
	    scalar.len != P256_SCALAR || p256_key_read((const uint8_t *)scalar.data, &key) != ERR_OK)
		log_error("webpush.account gateway=%" PRId64 " problem=\"no pair of keys\"", json_int(account, "id"));
	secret_wipe(scalar.data, scalar.len);
	return key;
}

static bool
make(struct webpush_card *c, const json_t *account)
{
	struct arena *a = arena_new();
	struct p256_key *key = key_of(a, account);
	struct buf header;

	if (key != NULL) {
		buf_init(&header, a);
		buf_adds(&header, "Authorization: ");
		webpush_authorize(key, c->origin, json_text(json_object_get(account, "settings"), "subject"),
		    clock_ms() / 1000 + GOOD_S, &header);
		free(c->header);
		c->header = copy(header.data);
		c->made = clock_monotonic_ms();
		c->believed = false;
	}
	p256_key_free(key);
	arena_free(a);
	return key != NULL;
}

static bool
is_for(const struct webpush_card *c, int64_t account, int64_t version, const char *origin)
{
	return c->origin != NULL && c->account == account && c->version == version && strcmp(c->origin, origin) == 0;
}

/* The place of its card; where it has none, an empty one or the one longest unused. */
static struct webpush_card *
place_of(struct webpush_cards *cards, int64_t account, int64_t version, const char *origin)
{
	uint64_t hash = 14695981039346656037u ^ (uint64_t)account;
	struct webpush_card *c, *least = NULL;

	for (const char *s = origin; *s != '\0'; s++)
		hash = (hash ^ (unsigned char)*s) * 1099511628211u;
	for (int i = 0; i < PROBES; i++) {
		c = &cards->card[(hash + (uint64_t)i) % CARDS];
		if (is_for(c, account, version, origin))
			return c;
		if (least == NULL || c->used < least->used)
			least = c;
	}
	forget(least);
	least->account = account;
	least->version = version;
	least->origin = copy(origin);
	return least;
}

struct webpush_card *
webpush_card_of(struct webpush_cards *cards, const json_t *account, const char *origin)
{
	struct webpush_card *c = place_of(cards, json_int(account, "id"), json_int(account, "version"), origin);

	c->used = clock_monotonic_ms();
	if (c->header == NULL || c->used - c->made > MADE_ANEW_MS)
		return make(c, account) ? c : NULL;
	return c;
}

void
webpush_card_fared(struct webpush_card *c, bool answered)
{
	int64_t now = clock_monotonic_ms();

	if (answered) {
		c->failures = c->rest_ms = 0;
		return;
	}
	/* Of the same wave as those for which it rests, or the first ones. */
	if (now < c->paused_until || (++c->failures < FAILURES && c->rest_ms == 0))
		return;
	c->rest_ms = c->rest_ms == 0 ? REST_MS : c->rest_ms < REST_MOST_MS / 2 ? c->rest_ms * 2 : REST_MOST_MS;
	c->paused_until = now + c->rest_ms;
	log_warn("webpush.away gateway=%" PRId64 " origin=%s pause_ms=%d", c->account, c->origin, c->rest_ms);
}

void
webpush_card_drop(struct webpush_card *c)
{
	free(c->header);
	c->header = NULL;
}
