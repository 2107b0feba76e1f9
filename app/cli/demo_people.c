/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Citizens who do not exist, some thousands a statement.  What they want follows
 * from how old they are: parents of small children want 子育て, the old want 健康, the
 * cautious only what saves lives.
 */
#include <inttypes.h>
#include <stdio.h>

#include "base/json.h"
#include "base/secret.h"
#include "cli/demo.h"
#include "db/queries.h"

enum { SLICE = 5000, CHOICES = 32 };

static const char *const families[] = { "sato", "suzuki", "takahashi", "tanaka", "watanabe", "ito", "yamamoto",
	"nakamura", "kobayashi", "kato", "yoshida", "yamada", "sasaki", "yamaguchi", "matsumoto", "inoue",
	"kimura", "hayashi", "shimizu", "saito" };
static const char *const givens[] = { "haruto", "yui", "sota", "aoi", "minato", "rin", "yuto", "hina", "kenji",
	"yoko", "hiroshi", "keiko", "takashi", "sachiko", "makoto", "kazuko", "akira", "tomoko", "ken", "emi" };
static const char *const domains[] = { "example.jp", "example.com", "example.net", "example.org" };

struct choices {
	int64_t districts[CHOICES], topics[CHOICES];
	int n_districts, n_topics;
	int64_t last;		/* the newest citizen: addresses go on from there */
};

/* The columns of one statement. */
struct slice {
	const char *states[SLICE], *languages[SLICE], *districts[SLICE], *topics[SLICE];
	int32_t vital[SLICE];
	struct db_bytes addresses[SLICE], hashes[SLICE];
};

/* A quick generator: nothing secret hangs on it, and the data are the same for
 * the same number, so that measurements can be repeated. */
static uint32_t
random_of(uint64_t *seed, uint32_t below)
{
	*seed = *seed * 6364136223846793005u + 1442695040888963407u;
	return (uint32_t)(*seed >> 33) % below;
}

static bool
chance(uint64_t *seed, uint32_t percent)
{
	return random_of(seed, 100) < percent;
}

static int
ids_of(const json_t *list, int64_t out[CHOICES])
{
	int n = 0;

	for (; n < CHOICES && (size_t)n < json_array_size(list); n++)
		out[n] = json_integer_value(json_array_get(list, (size_t)n));
	return n;
}

/* The first districts are the large ones; one person in six has two. */
static const char *
some_districts(struct arena *a, uint64_t *seed, const struct choices *c)
{
	uint32_t n = (uint32_t)c->n_districts, first, second;

	if (n == 0)
		return "{}";
	first = random_of(seed, n) * random_of(seed, n + 1) / n;
	second = random_of(seed, n);
	if (chance(seed, 16) && second != first)
		return arena_printf(a, "{%" PRId64 ",%" PRId64 "}", c->districts[first], c->districts[second]);
	return arena_printf(a, "{%" PRId64 "}", c->districts[first]);
}

static const char *
some_topics(struct arena *a, uint64_t *seed, const struct choices *c, int decade)
{
	struct buf b;
	int i;

	buf_init(&b, a);
	buf_addch(&b, '{');
	for (i = 0; i < c->n_topics; i++) {
		uint32_t likes = decade >= 1980 && i == 1 ? 75 : decade <= 1950 && i == 2 ? 85 : 45;

		if (chance(seed, likes))
			buf_addf(&b, "%s%" PRId64, b.len > 1 ? "," : "", c->topics[i]);
	}
	buf_addch(&b, '}');
	return b.data;
}

static void
make_one(struct demo *d, struct arena *a, struct slice *s, size_t i, uint64_t number, const struct choices *c)
{
	uint64_t seed = number * 2654435761u + 12345;
	uint8_t *hash = arena_alloc(a, SECRET_HASH);
	struct buf sealed;
	char *address;
	int decade;

	random_of(&seed, 2);
	decade = 1930 + 10 * (int)(random_of(&seed, 5) + random_of(&seed, 4));
	address = arena_printf(a, "%s.%s.%" PRIu64 "@%s",
	    givens[random_of(&seed, sizeof givens / sizeof *givens)],
	    families[random_of(&seed, sizeof families / sizeof *families)], number,
	    domains[random_of(&seed, sizeof domains / sizeof *domains)]);
	buf_init(&sealed, a);
	vault_seal(d->vault, "contact.address", address, strlen(address), &sealed);
	vault_hash(d->vault, "email", address, hash);

	s->states[i] = chance(&seed, 2) ? "paused" : "active";
	s->languages[i] = chance(&seed, 5) ? "en" : "ja";
	s->districts[i] = some_districts(a, &seed, c);
	s->vital[i] = chance(&seed, 12);
	s->topics[i] = s->vital[i] ? "{}" : some_topics(a, &seed, c, decade);
	s->addresses[i] = (struct db_bytes){ sealed.data, sealed.len };
	s->hashes[i] = (struct db_bytes){ hash, SECRET_HASH };
}

static enum err
add_slice(struct demo *d, const struct slice *s, size_t n)
{
	return q_demo_citizens(d->db, (struct q_demo_citizens){
	    .states = { s->states, n }, .languages = { s->languages, n }, .districts = { s->districts, n },
	    .topics = { s->topics, n }, .vital = { s->vital, n },
	    .addresses = { s->addresses, n }, .hashes = { s->hashes, n } }, NULL);
}

/* In a transaction of its own for each slice, or inside the caller's. */
static enum err
begin(struct demo *d)
{
	enum err e;

	if (d->tenant == 0)
		return ERR_OK;
	e = db_begin(d->db, DB_WRITE);
	if (e == ERR_OK)
		e = q_enter_tenant_queue(d->db, (struct q_enter_tenant){ .tenant = d->tenant, .actor = "command" }, NULL);
	return e == ERR_OK ? vault_enter(d->vault, d->db, d->tenant) : e;
}

static enum err
commit(struct demo *d, enum err e)
{
	if (d->tenant == 0)
		return e;
	if (e == ERR_OK)
		return db_commit(d->db);
	db_rollback(d->db);
	return e;
}

static enum err
read_choices(struct demo *d, struct choices *c)
{
	json_t *found;
	enum err e;

	e = begin(d);
	if (e == ERR_OK)
		e = q_demo_choices(d->db, &found);
	if (e == ERR_OK) {
		c->n_districts = ids_of(json_object_get(found, "districts"), c->districts);
		c->n_topics = ids_of(json_object_get(found, "topics"), c->topics);
		c->last = json_int(found, "last");
	}
	return commit(d, e);
}

enum err
demo_people(struct demo *d, int64_t n, struct progress *progress)
{
	struct slice *s = arena_alloc(d->arena, sizeof *s);
	struct arena *a = arena_new();
	struct choices c = { 0 };
	int64_t done = 0;
	enum err e;

	e = read_choices(d, &c);
	while (e == ERR_OK && done < n) {
		size_t i, some = n - done < SLICE ? (size_t)(n - done) : SLICE;

		arena_reset(a);
		if (d->tenant != 0)
			db_use(d->db, a);
		e = begin(d);
		for (i = 0; e == ERR_OK && i < some; i++)
			make_one(d, a, s, i, (uint64_t)(c.last + done + (int64_t)i + 1), &c);
		if (e == ERR_OK)
			e = add_slice(d, s, some);
		e = commit(d, e);
		done += (int64_t)some;
		if (progress != NULL)
			progress_step(progress, done);
	}
	if (d->tenant != 0)
		db_use(d->db, d->arena);
	arena_free(a);
	return e;
}
