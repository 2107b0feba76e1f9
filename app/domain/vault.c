/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The keys of the tenants: wrapped in the database, unwrapped here.  See
 * vault.h for what they protect.
 */
#include "domain/vault.h"

#include <inttypes.h>

#include "base/arena.h"
#include "base/clock.h"
#include "base/log.h"
#include "db/queries.h"

enum { KEPT = 64, KEPT_MS = 60 * 1000 };

struct kept {
	int64_t tenant;
	int64_t until;		/* clock_monotonic_ms */
	uint8_t data[SECRET_KEY];
	uint8_t lookup[SECRET_KEY];
	uint8_t mac[SECRET_KEY];
	struct secret_opener *opener;	/* of data; NULL: none was kept here yet */
};

struct vault {
	uint8_t master[SECRET_KEY];
	struct kept kept[KEPT];	/* by tenant modulo KEPT: the last one wins */
	const struct kept *now;
};

static const char WRAP[] = "tenant_key.wrapped";

struct vault *
vault_new(const uint8_t master[SECRET_KEY])
{
	struct vault *v = calloc(1, sizeof *v);

	if (v == NULL)
		log_panic("memory.out");
	memcpy(v->master, master, SECRET_KEY);
	return v;
}

void
vault_free(struct vault *v)
{
	if (v == NULL)
		return;
	for (int i = 0; i < KEPT; i++)
		secret_opener_free(v->kept[i].opener);
	secret_wipe(v, sizeof *v);
	free(v);
}

/* One key a purpose, all from the data key: without it none can be made. */
static void
keep(struct vault *v, int64_t tenant, const uint8_t *data)
{
	struct kept *k = &v->kept[tenant % KEPT];

	k->tenant = tenant;
	k->until = clock_monotonic_ms() + KEPT_MS;
	memcpy(k->data, data, SECRET_KEY);
	secret_derive(data, "look-up", k->lookup);
	secret_derive(data, "stop link", k->mac);
	secret_opener_free(k->opener);
	k->opener = secret_opener_new(data);
	v->now = k;
}

bool
vault_again(struct vault *v, int64_t tenant)
{
	const struct kept *k = &v->kept[tenant % KEPT];

	v->now = k->tenant == tenant && k->until > clock_monotonic_ms() ? k : NULL;
	return v->now != NULL;
}

enum err
vault_enter(struct vault *v, struct db *db, int64_t tenant)
{
	struct rows *rows;
	const uint8_t *wrapped;
	struct arena *a;
	struct buf data;
	size_t n;
	enum err e;

	if (vault_again(v, tenant))
		return ERR_OK;
	e = q_vault_key(db, &rows);
	if (e != ERR_OK)
		return e == ERR_NOT_FOUND ? ERR_GONE : e;
	wrapped = rows_bytes(rows, 0, "wrapped", &n);

	a = arena_new();
	buf_init(&data, a);
	e = secret_open(v->master, WRAP, wrapped, n, &data);
	if (e != ERR_OK || data.len != SECRET_KEY) {
		log_error("vault.key tenant=%" PRId64 " problem=\"does not open under this master key\"", tenant);
		e = ERR_GONE;
	} else
		keep(v, tenant, (const uint8_t *)data.data);
	secret_wipe(data.data, data.len);
	arena_free(a);
	return e;
}

enum err
vault_found(struct vault *v, struct db *db, int64_t tenant)
{
	uint8_t data[SECRET_KEY];
	struct arena *a = arena_new();
	struct buf wrapped;
	enum err e;

	secret_random(data, sizeof data);
	buf_init(&wrapped, a);
	secret_seal(v->master, WRAP, data, sizeof data, &wrapped);
	e = q_vault_key_add(db, (struct q_vault_key_add){
	    .wrapped = { wrapped.data, wrapped.len } }, NULL);
	if (e == ERR_OK)
		keep(v, tenant, data);
	secret_wipe(data, sizeof data);
	arena_free(a);
	return e;
}

void
vault_seal(const struct vault *v, const char *label, const void *p, size_t n, struct buf *out)
{
	must(v->now != NULL);
	secret_seal(v->now->data, label, p, n, out);
}

enum err
vault_open(const struct vault *v, const char *label, const void *p, size_t n, struct buf *out)
{
	must(v->now != NULL);
	return secret_opener_open(v->now->opener, label, p, n, out);
}

struct db_bytes
vault_seal_json(const struct vault *v, struct arena *a, const char *label, const json_t *document)
{
	struct buf text, sealed;

	buf_init(&text, a);
	json_canonical(document, &text);
	buf_init(&sealed, a);
	vault_seal(v, label, text.data, text.len, &sealed);
	return (struct db_bytes){ sealed.data, sealed.len };
}

enum err
vault_open_json(const struct vault *v, struct arena *a, const char *label, const void *p, size_t n, json_t **out)
{
	struct buf text;
	enum err e;

	buf_init(&text, a);
	e = vault_open(v, label, p, n, &text);
	return e == ERR_OK ? json_parse(a, text.data, text.len, out) : e;
}

void
vault_hash(const struct vault *v, const char *channel, const char *address,
    uint8_t out[SECRET_HASH])
{
	struct arena *a = arena_new();
	struct buf words;
	size_t i;

	must(v->now != NULL);
	buf_init(&words, a);
	buf_addf(&words, "%s:%s", channel, address);
	if (strcmp(channel, "email") == 0)
		for (i = 0; i < words.len; i++)
			if (words.data[i] >= 'A' && words.data[i] <= 'Z')
				words.data[i] = (char)(words.data[i] - 'A' + 'a');
	secret_hmac(v->now->lookup, words.data, words.len, out);
	arena_free(a);
}

void
vault_mac(const struct vault *v, const char *words, uint8_t out[SECRET_HASH])
{
	must(v->now != NULL);
	secret_hmac(v->now->mac, words, strlen(words), out);
}

struct db_bytes
vault_mac_bytes(const struct vault *v, struct arena *a, const char *words)
{
	uint8_t *hash = arena_alloc(a, SECRET_HASH);

	vault_mac(v, words, hash);
	return (struct db_bytes){ hash, SECRET_HASH };
}
